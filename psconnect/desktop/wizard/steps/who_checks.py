"""What is wrong with what is typed under *Who and what*, a sentence per control."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.steps.spec import told
from psconnect.desktop.wizard.steps.who_part import WhoPart, typed_list
from psconnect.model.errors import FixSettings
from psconnect.service import (
    check_name_fields,
    domain_within,
    fixed_options,
    known_field,
    made_usernames,
    mail_domain,
    split_name,
)

_PREFIX = re.compile(r"[A-Za-z0-9._:~-]*")
_LONGEST_PREFIX, _MOST_CLASSES = 30, 1_000


def problems(part: WhoPart, source: str) -> dict[str, str]:
    """Control -> what is wrong with what is typed in it; what is switched off or not offered is not looked at."""
    found = {**_included(part), **_names(part)}
    if part.section_move.strip():
        found["section_move"] = _told(
            lambda: known_field(source, part.section_move.strip(), "class", "options.section_move")
        )
    fixed = fixed_options(source)
    return {control: text for control, text in found.items() if text and control not in fixed}


def _included(part: WhoPart) -> dict[str, str]:
    found = {"enroll_status": _status_problem(part.enroll_status)}
    if part.co_teachers and part.co_teacher_classes.strip():
        cap = part.co_teacher_classes.strip()
        right = cap.isascii() and cap.isdigit() and 1 <= int(cap) <= _MOST_CLASSES
        if not right:
            found["co_teacher_classes"] = tr(
                "Type a number from 1 to {most}, or nothing for no limit.", most=_MOST_CLASSES
            )
    if part.parents != "none" and not part.contact_module:
        if part.parents == "portal":
            found["parents"] = tr(
                "Only the Contacts module says who has a portal account. Switch it on, or choose all contacts."
            )
        found["name_fields"] = _field_problem(part)
        found["contact_names"] = _told(lambda: split_name(part.contact_names.strip(), ""))
    return found


def _field_problem(part: WhoPart) -> str:
    for relation, field in part.name_fields:
        if not relation.strip() or not field.strip():
            return tr("Each row needs a relationship and a field, like Mother and Students.Mother.")
    relations = [relation.strip() for relation, _field in part.name_fields]
    twice = next((one for one in relations if relations.count(one) > 1), "")
    if twice:
        return tr("“{relation}” stands in two rows. Keep one of them.", relation=twice)
    return _told(lambda: check_name_fields({one.strip(): field.strip() for one, field in part.name_fields}))


def _status_problem(text: str) -> str:
    parts = typed_list(text.replace("\u2212", "-"))
    if not parts:
        return tr("Type at least one number; 0 is active.")
    for part in parts:
        if not re.fullmatch(r"-?\d{1,6}", part):
            return tr("“{part}” is not a number. Type numbers with commas, like 0, -1.", part=part)
    return ""


def _names(part: WhoPart) -> dict[str, str]:
    found = {name: _prefix_problem(getattr(part, name).strip()) for name in ("id_prefix", "username_prefix")}
    found["course_prefix"] = _prefix_problem(part.course_prefix.strip())
    if part.make_usernames:
        patterns = {key: part.usernames.get(key, "").strip() for key in part.people}
        for key, pattern in patterns.items():
            if pattern:
                found[f"usernames.{key}"] = _told(partial(made_usernames, key, pattern))
        if not any(patterns.values()):
            found["usernames.student"] = tr("Type a pattern, or switch this off.")
    found |= dict(_domain_problems(part))
    return found


def _domain_problems(part: WhoPart) -> Iterator[tuple[str, str]]:
    owner: dict[str, str] = {}
    for kind in ("google", "microsoft"):
        for written in typed_list(getattr(part, kind)):
            text = _told(partial(mail_domain, written, f"sign_in.{kind}"))
            if text:
                yield kind, tr("“{written}” is not a domain.", written=written) if domain_within(written) else text
                break
            domain = mail_domain(written, kind)
            if owner.setdefault(domain, kind) != kind:
                yield kind, tr("{domain} stands under Google, too. Keep it under one of them.", domain=domain)
                break


def first_wrong_domain(text: str) -> str:
    """The first of some domains that is none, as written; empty where all are."""
    return next((one for one in typed_list(text) if _told(partial(mail_domain, one, ""))), "")


def _prefix_problem(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        return tr("Only letters, digits and . _ : ~ - can stand here.")
    if len(text) > _LONGEST_PREFIX:
        return tr("At most {most} characters.", most=_LONGEST_PREFIX)
    return ""


def _told(attempt: Callable[[], object]) -> str:
    """What the attempt raises, in a sentence; empty where it works."""
    try:
        attempt()
    except FixSettings as error:
        return told(error)
    return ""
