"""What is typed under *Who and what*, as part of a draft."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from psconnect.desktop.wizard.draft import DraftPart
from psconnect.model.sections import OptionSettings

Parents = Literal["none", "portal", "all"]
Compare = Literal["bulk", "incremental"]
Identifier = Literal["", "dcid", "id", "number"]


class WhoPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who and what is included, as typed; the choices are those of [options] unless said here.

    Attributes:
        name_fields: relationship and field of each whole name, where the contact module is off.
        co_teacher_classes: the cap as typed; empty for none.
        guest_students: whether guests are brought in.
        enroll_status: the numbers as typed, with commas.
        student_identifier: empty where the mapping decides.
        make_usernames: whether missing user names are made; ``usernames`` are the patterns per entity key, kept while
            it is off.
        google, microsoft: e-mail domains of [sign_in], as typed with commas.
        compare: [source] compare.
    """

    parents: Parents = "none"
    contact_module: bool = True
    name_fields: tuple[tuple[str, str], ...] = tuple(OptionSettings().name_fields.items())
    contact_names: str = ""
    co_teachers: bool = True
    co_teacher_classes: str = ""
    admins: bool = True
    make_usernames: bool = False
    usernames: dict[str, str] = msgspec.field(default_factory=dict)
    google: str = ""
    microsoft: str = ""
    id_prefix: str = ""
    username_prefix: str = ""
    course_prefix: str = ""
    compare: Compare = "bulk"
    merge_terms: bool = False
    only_taught_classes: bool = False
    only_used_courses: bool = False
    guest_students: bool = False
    enroll_status: str = "0"
    section_move: str = ""
    student_identifier: Identifier = ""

    @property
    def people(self) -> tuple[str, ...]:
        """Entity keys of the people that are included."""
        kinds = ("student", True), ("teacher", True), ("admin", self.admins), ("contact", self.parents != "none")
        return tuple(key for key, included in kinds if included)


def typed_list(text: str) -> list[str]:
    """The parts of a text with commas, semicolons or blanks between them, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))


def whole_number(text: str) -> int | str | None:
    """A number as typed; None for an empty text, and the text itself while it is no number."""
    plain = text.strip().replace("\u2212", "-")
    if not plain:
        return None
    return int(plain) if re.fullmatch(r"-?\d{1,6}", plain) else plain
