"""Step *Who and what*: what is included, user names and sign-in. It comes before the plugin, which asks for no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section
from psconnect.desktop.wizard.steps.who_checks import problems
from psconnect.desktop.wizard.steps.who_lines import people_words, said
from psconnect.desktop.wizard.steps.who_part import WhoPart, typed_list, whole_number
from psconnect.model.connection import Connection
from psconnect.model.sections import POWERSCHOOL, OptionSettings
from psconnect.service import fixed_options, options_of

_SWITCHES = ("co_teachers", "admins", "merge_terms", "only_taught_classes", "only_used_courses", "contact_module")
_TEXTS = ("id_prefix", "username_prefix", "course_prefix", "section_move", "contact_names")


class WhoStep(StepSpec[WhoPart]):
    """Who and what is included."""

    key = "who"
    symbol = "people"
    part = WhoPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Who and what"),
            tr("Who and what should be included?"),
            tr("Each choice decides what psconnect may read. Nothing else is asked of PowerSchool."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """Texts that can be used."""
        for field, text in problems(draft.of(WhoPart), known.source).items():
            yield self.need(field, text)

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """Who is included, user names and sign-in, and what differs from the usual."""
        return said(draft.of(WhoPart), fixed_options(known.source))

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """Who is included, in the order of the roster."""
        return people_words(draft.of(WhoPart))

    def into(self, part: WhoPart, settings: dict[str, Any]) -> None:
        """[options], [usernames], [sign_in] and [source] compare."""
        options = section(settings, "options")
        options |= {name: getattr(part, name) for name in _SWITCHES}
        options |= {name: getattr(part, name).strip() for name in _TEXTS}
        options["parents"] = part.parents
        options["co_teacher_classes"] = whole_number(part.co_teacher_classes)
        options["guest_students"] = "bring-in" if part.guest_students else "leave-out"
        options["enroll_status"] = [whole_number(one) for one in typed_list(part.enroll_status)]
        options["student_identifier"] = part.student_identifier or None
        fields = {relation.strip(): field.strip() for relation, field in part.name_fields}
        options["contact_fields"] = None if fields == OptionSettings().name_fields else fields
        settings["usernames"] = {
            key: pattern.strip() for key, pattern in part.usernames.items() if pattern.strip() and part.make_usernames
        }
        domains = {"google": typed_list(part.google), "microsoft": typed_list(part.microsoft)}
        settings["sign_in"] = {kind: found for kind, found in domains.items() if found}
        source = section(settings, "source")
        if source.get("kind", POWERSCHOOL) == POWERSCHOOL:
            source["compare"] = part.compare

    def out_of(self, connection: Connection) -> WhoPart:
        """As the connection has it."""
        options, effective = connection.options, options_of(connection)
        cap = effective.co_teacher_classes
        usernames = {key: pattern for key, pattern in connection.usernames.items() if pattern}
        texts: Mapping[str, str] = {name: getattr(options, name) for name in _TEXTS}
        return WhoPart(
            parents=effective.parents,
            contact_module=options.contact_module,
            name_fields=tuple(options.name_fields.items()),
            co_teachers=effective.co_teachers,
            co_teacher_classes="" if cap is None else str(cap),
            admins=effective.admins,
            make_usernames=bool(usernames),
            usernames=usernames,
            google=", ".join(connection.sign_in.get("google", ())),
            microsoft=", ".join(connection.sign_in.get("microsoft", ())),
            compare=connection.source.compare or "bulk",
            merge_terms=effective.merge_terms,
            only_taught_classes=effective.only_taught_classes,
            only_used_courses=effective.only_used_courses,
            guest_students=effective.guest_students == "bring-in",
            enroll_status=", ".join(map(str, effective.enroll_status)),
            student_identifier=options.student_identifier or "",
            **texts,
        )


_DAYS = "calendar_day"


def school_days(draft: Draft) -> bool:
    """Whether the days in session are read, by which school years and terms begin and end."""
    return _DAYS not in draft.of(PluginPart).without


def with_school_days(draft: Draft, *, on: bool) -> Draft:
    """The draft with them, or without: then the plugin does not ask for them."""
    part = draft.of(PluginPart)
    without = tuple(one for one in part.without if one != _DAYS)
    return draft.having(msgspec.structs.replace(part, without=without if on else (*without, _DAYS)))
