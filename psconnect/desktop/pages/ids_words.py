"""The words of the page of ids: what ids are made of, what became of a list's rows, what a re-key does. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psconnect.desktop.text import counted, entity_label, moment, number, tr
from psconnect.desktop.wizard.steps.destination import SettingValue
from psconnect.model.connection import Connection
from psconnect.model.entities import CLASS, CONTACT, COURSE, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.ids import FIELDS
from psconnect.model.shown_text import shown
from psconnect.service import (
    AdoptedRow,
    AdoptionPreview,
    IdsNow,
    Kind,
    RekeyPlan,
    RekeyWishes,
    SettingField,
    frozen_fields,
)
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import marked, plural, translated
from psconnect.wording.ids import ADOPTION_OUTCOMES, shown_values
from psconnect.wording.records import records_label

_ENTITIES: Mapping[str, Entity] = {
    "student": STUDENT,
    "staff": TEACHER,
    "contact": CONTACT,
    "school": SCHOOL,
    "course": COURSE,
    "class": CLASS,
}
KINDS_OF_IDS = tuple(_ENTITIES)
"""The kinds of records (model.ids.kind_of) whose ids can be chosen."""
_NUMBERS = {
    ("student", "id"): marked("Student ID (Students.ID)"),
    ("student", "number"): marked("Student number"),
    ("staff", "number"): marked("Teacher number"),
    ("school", "number"): marked("School number"),
    ("course", "number"): marked("Course number"),
    ("class", "id"): marked("Section ID (Sections.ID)"),
}
_EXAMPLE = 4711
PREFIXES: Mapping[str, str] = {
    "id_prefix": marked("In front of every id"),
    "username_prefix": marked("In front of every user name"),
    "course_prefix": marked("In front of every course number"),
}
"""A connection's options that stand in front of something -> what a person reads."""


@dataclass(frozen=True)
class ChosenIds:
    """What a person chose.

    That is kind -> number that becomes the id, option -> prefix, whether adopted ids go, and frozen setting -> value.
    """

    numbers: Mapping[str, str]
    prefixes: Mapping[str, str]
    forget_adopted: bool = False
    settings: Mapping[str, SettingValue] = field(default_factory=dict)


def choices_for(kind: str) -> tuple[str, ...]:
    """The numbers that can be the id of a kind of records; only the DCID where there is no choice."""
    return ("dcid", *(choice for of, choice in FIELDS if of == kind))


def number_label(kind: str, choice: str) -> str:
    """A number as a person knows it."""
    if kind == "contact":
        return tr("Contact ID")
    return translated(_NUMBERS.get((kind, choice), "DCID"))


def chosen_in(connection: Connection) -> ChosenIds:
    """What a connection's settings say."""
    numbers = {
        kind: connection.id_rules.numbers.get(kind, "dcid") for kind in KINDS_OF_IDS if len(choices_for(kind)) > 1
    }
    settings = {one.key: connection.destination.get(one.key, one.initial) for one in frozen_fields_of(connection)}
    return ChosenIds(numbers, {name: getattr(connection.options, name) for name in PREFIXES}, settings=settings)


def frozen_fields_of(connection: Connection) -> tuple[SettingField, ...]:
    """The settings of a connection's destination that decide ids or names."""
    return frozen_fields(connection.destination_kind)


def wishes_of(before: ChosenIds, chosen: ChosenIds) -> RekeyWishes | None:
    """The wish, or None if the choices equal the current settings."""
    if before == chosen:
        return None
    prefixes = {name: text for name, text in chosen.prefixes.items() if text != before.prefixes[name]}
    numbers = {kind: choice for kind, choice in chosen.numbers.items() if choice != before.numbers[kind]}
    settings = {key: value for key, value in chosen.settings.items() if value != before.settings[key]}
    return RekeyWishes(numbers, forget_adopted=chosen.forget_adopted, settings=settings, **prefixes)


# --- how ids are made now --------------------------------------------------------------------------------------------


def made_of(now: IdsNow) -> list[tuple[str, str, str, str]]:
    """A line per kind of records: its name, the number, what an id looks like, how many are adopted."""
    rules = now.connection.id_rules
    return [
        (
            entity_label(kind),
            number_label(kind, rules.numbers.get(kind, "dcid")),
            rules.make(_ENTITIES[kind], _EXAMPLE, str(_EXAMPLE)),
            number(now.adopted[kind]) if now.adopted.get(kind) else "–",
        )
        for kind in KINDS_OF_IDS
    ]


def slots_in_words(kind: Kind | None) -> str:
    """Which column of the other system each id goes into, a line per kind of record; empty where nothing is said."""
    lines = [
        tr(
            "{records}: {slots}",
            records=entity_label(entity),
            slots="; ".join(_slot(entity, *one) for one in named.items()),
        )
        for entity, named in (kind.slots.items() if kind else ())
    ]
    return "\n".join([tr("Where they go in {kind}:", kind=kind.label), *lines]) if kind and lines else ""


def _slot(entity: str, attribute: str, slot: str) -> str:
    return tr("{attribute} in {slot}", attribute=attribute_word(entity, attribute), slot=slot)


def frozen_in_words(now: IdsNow, today: datetime) -> str:
    """Whether ids can still be chosen freely, and since when not."""
    if not now.frozen:
        return tr(
            "Nothing was delivered yet: ids can be chosen freely now. With the first delivery they are frozen, because "
            "the other system knows your records by them."
        )
    if now.since is None:
        since = tr("They have been frozen since the first delivery.")
    elif now.first_known:
        since = tr("They have been frozen since the first delivery, {when}.", when=moment(now.since, today))
    else:
        since = tr(
            "They have been frozen since before {when}: that is the oldest delivery in the history.",
            when=moment(now.since, today),
        )
    return tr(
        "{since} The other system knows your records by their ids, so ids change only here, as changes of the records "
        "that are there.",
        since=since,
    )


def pending_in_words(now: IdsNow) -> str:
    """That other ids are stored and not delivered yet; empty where there are none."""
    if not now.pending:
        return ""
    return tr(
        "Other ids are stored and not delivered yet. The next sync has to be one of everything; it shows them as "
        "changes and waits for your approval."
    )


# --- adoption --------------------------------------------------------------------------------------------------------


def list_in_words(preview: AdoptionPreview, file: str) -> str:
    """What a list comes to, in a sentence."""
    records = records_label(preview.kind)
    if not preview.ids:
        return tr("Nothing to adopt: no row of {file} leads to one of your {records}.", file=file, records=records)
    rows = counted(
        len(preview.rows),
        "1 row in {file}, compared with your {records}.",
        "{count} rows in {file}, compared with your {records}.",
        file=file,
        records=records,
    )
    changed = counted(
        preview.changed,
        "1 record would get another id than it has now.",
        "{count} records would get another id than they have now.",
    )
    return tr("{rows} {changed}", rows=rows, changed=changed)


def unused_in_words(preview: AdoptionPreview) -> str:
    """Which columns tell nothing; empty where all do."""
    return tr("Columns not used: {names}.", names=", ".join(preview.unused)) if preview.unused else ""


def first_shown(preview: AdoptionPreview) -> str:
    """The outcome whose rows are shown first: what was not adopted needs attention first."""
    counts = preview.counts
    return next((one for one in ADOPTION_OUTCOMES if one != "matched" and counts[one]), "matched")


def row_in_words(preview: AdoptionPreview, row: AdoptedRow) -> tuple[str, str, str, str, str]:
    """A row of the list: its line, its id, the record, the record's id now, and why it is not taken."""
    title = preview.titles.get(row.key, "") if row.key is not None else ""
    return number(row.line), shown(row.sourced_id), " ".join(shown(title).split()), shown(row.before), row.because


def adopted_in_words(count: int, *, frozen: bool) -> str:
    """What was done, and what comes of it."""
    done = counted(count, "1 id is adopted.", "{count} ids are adopted.")
    if frozen:
        return tr("{done} The next sync shows them as changes and waits for your approval.", done=done)
    return tr("{done} The first delivery has them.", done=done)


# --- re-key ----------------------------------------------------------------------------------------------------------


def plan_in_words(plan: RekeyPlan) -> str:
    """What a re-key comes to, in a sentence."""
    if plan.changes:
        return counted(len(plan.changes), "1 record gets another id", "{count} records get another id")
    return tr("No delivered record gets another id")


def beside_in_words(plan: RekeyPlan) -> str:
    """What else it does; empty for nothing."""
    parts = (
        (plan.usernames, plural("1 user name changes.", "{count} user names change.")),
        (plan.course_numbers, plural("1 course number changes.", "{count} course numbers change.")),
        (
            plan.gone,
            plural(
                "1 delivered record is no longer in PowerSchool: the next sync removes it.",
                "{count} delivered records are no longer in PowerSchool: the next sync removes them.",
            ),
        ),
    )
    settings = [
        tr("{setting}: {after} instead of {before}.", setting=one.label, **shown_values(one)) for one in plan.settings
    ]
    return " ".join([*settings, *(translated(text, count) for count, text in parts if count)])


def plan_rows(plan: RekeyPlan) -> list[tuple[str, str, str, str]]:
    """A line per kind of record: its name, how many get another id, and the first of them before and after."""
    first = {change.entity: change for change in reversed(plan.changes)}
    return [
        (entity_label(entity), number(count), shown(first[entity].before), shown(first[entity].after))
        for entity, count in plan.counts.items()
    ]


def is_dangerous(plan: RekeyPlan) -> bool:
    """Whether anything at the destination changes, so that somebody there has to know."""
    return bool(plan.changes or plan.usernames or plan.course_numbers or plan.settings)


def rekeyed_in_words(plan: RekeyPlan) -> str:
    """What was done, and what comes of it."""
    if plan.changes:
        return tr(
            "The new ids are stored. The next sync has to be one of everything; it shows them as changes and waits for "
            "your approval."
        )
    if plan.settings:
        return tr("It is stored. The next sync writes it and waits for your approval.")
    if is_dangerous(plan):
        return tr("It is stored. The next sync shows it as changes.")
    return tr("It is stored. Ids are made like this from now on.")


def reading_in_words(entity: str, done: int, total: int | None) -> str:
    """How far the reading of numbers is."""
    if not entity:
        return tr("Reading PowerSchool …")
    records = entity_label(entity).lower()
    if total is None:
        return tr("Reading {records}: {done}", records=records, done=number(done))
    return tr("Reading {records}: {done} of {total}", records=records, done=number(done), total=number(total))
