"""What the summary says of *Who and what*."""

from __future__ import annotations

from psconnect.desktop.text import entity_label, tr
from psconnect.desktop.wizard.steps.spec import Line, sentence
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.wording.catalogue import marked, translated

PARENTS = {
    "none": marked("none"),
    "portal": marked("those with a portal account"),
    "all": marked("all contacts"),
}
_MORE = {
    "merge_terms": marked("terms with the same title and dates become one"),
    "only_taught_classes": marked("classes without a teacher are left out"),
    "only_used_courses": marked("courses without a class are left out"),
    "guest_students": marked("students of other schools in a class of a chosen one are brought in"),
}


def said(part: WhoPart, fixed: frozenset[str]) -> list[Line]:
    """Lines of the summary; ``fixed`` are the choices that the source leaves open to nobody."""
    found = [(tr("Parents"), translated(PARENTS[part.parents])), (tr("Co-teachers"), _co_teachers(part))]
    found.append((tr("Other staff"), tr("included") if part.admins else tr("left out")))
    if "compare" not in fixed:
        everything = part.compare == "bulk"
        found.append((tr("Read in each run"), tr("everything") if everything else tr("only what changed")))
    found.append((tr("Missing user names"), _made(part)))
    domains = [text.strip() for text in (part.google, part.microsoft) if text.strip()]
    if domains:
        found.append((tr("Sign-in by email domain"), ", ".join(domains)))
    prefixes = [text.strip() for text in (part.id_prefix, part.username_prefix, part.course_prefix) if text.strip()]
    if prefixes:
        found.append((tr("Prefixes"), ", ".join(prefixes)))
    more = [translated(text) for name, text in _MORE.items() if getattr(part, name) and name not in fixed]
    if more:
        found.append((tr("More"), "; ".join(more)))
    return found


def people_words(part: WhoPart) -> str:
    """The people that are delivered, as one reads them in a list."""
    kinds = [
        (tr("students"), True),
        (tr("teachers"), True),
        (tr("co-teachers"), part.co_teachers),
        (tr("other staff"), part.admins),
        (tr("contacts with a portal account"), part.parents == "portal"),
        (tr("all contacts"), part.parents == "all"),
    ]
    return sentence(tr(", ").join(word for word, included in kinds if included))


def _co_teachers(part: WhoPart) -> str:
    if not part.co_teachers:
        return tr("left out")
    cap = part.co_teacher_classes.strip()
    return tr("at most {most} classes each", most=cap) if cap else tr("included")


def _made(part: WhoPart) -> str:
    made = [entity_label(key) for key in part.people if part.usernames.get(key, "").strip()]
    return tr("made for {people}", people=", ".join(made)) if part.make_usernames and made else tr("stay missing")
