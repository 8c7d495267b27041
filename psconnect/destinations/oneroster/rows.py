"""How a record becomes a row of a OneRoster file: its attributes and custom fields in the order of the columns.

In a bulk delivery, ``status`` and ``dateLastModified`` stay blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from psconnect.destinations.oneroster.columns import COLUMNS
from psconnect.destinations.oneroster.custom import (
    EXTENDED,
    METADATA,
    CustomFields,
    custom_fields,
    demographic_fields,
)
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL, STUDENT, Entity

BundleRow = Sequence[str]
MakeRow = Callable[..., BundleRow]
"""Makes a row of a record and, as further arguments, the values that it does not have itself."""
ENTITY_OF = {
    "academicSessions": CALENDAR,
    "orgs": SCHOOL,
    "courses": COURSE,
    "classes": CLASS,
    "enrollments": ENROLLMENT,
}
"""The files whose rows are the records of one entity."""
_RENAMED = {"academicSessions": {}, "classes": {"termSourcedIds": "termSourcedId"}, "users": {"grades": "grade"}}


def header(file: str, roster: Roster, form: BundleForm) -> tuple[str, ...]:
    """The columns of a file: the standard ones, then ``metadata.`` and each label."""
    fields = list(custom_fields(file, roster, form).values())
    labels = fields[0].metadata if fields else ()
    exact = (form.exact_id,) if _has_exact_id(file, labels, form) else ()
    return (*COLUMNS[form.version][file], *(f"{METADATA}{label}" for label in (*exact, *labels)))


def bundle_row_maker(
    file: str, entity: Entity, form: BundleForm, fields: CustomFields | None, computed: Sequence[str] = ()
) -> MakeRow:
    """A function that makes rows of an entity's records; ``computed`` names the values given beside the record.

    A custom field of a column's name goes before what is computed for it, unless it says nothing.
    """
    columns, names = COLUMNS[form.version][file], (*entity.attributes, *computed, "")
    pick = _picked(file, columns, names)
    if fields is None or not (fields.own or fields.metadata or form.exact_id):
        return lambda record, *more: pick([*record, *more, ""])
    place = {column: at for at, column in enumerate(columns)}
    exact = _has_exact_id(file, fields.metadata, form)
    given = fields.read

    def make(record: list[str], *more: str) -> BundleRow:
        row = list(pick([*record, *more, ""]))
        own, metadata = given(record[-1])
        for column, value in own.items():
            if value and column in place:
                row[place[column]] = value
        return [*row, record[0], *metadata] if exact else [*row, *metadata]

    return make


def _has_exact_id(file: str, labels: Sequence[str], form: BundleForm) -> bool:
    """Whether the file has the column with the exact id: a custom field of the same label goes before it."""
    return bool(form.exact_id and file in EXTENDED) and form.exact_id.casefold() not in {
        one.casefold() for one in labels
    }


def plain_maker(file: str, roster: Roster, form: BundleForm) -> MakeRow:
    """The same for a file whose rows are one entity's records."""
    entity = ENTITY_OF[file]
    return bundle_row_maker(file, entity, form, custom_fields(file, roster, form).get(entity))


def plain_rows(file: str, roster: Roster, form: BundleForm) -> Iterator[BundleRow]:
    """The rows of a file whose rows are one entity's records."""
    return map(plain_maker(file, roster, form), roster.records(ENTITY_OF[file]))


def demographics_maker(roster: Roster, form: BundleForm) -> Callable[[list[str]], BundleRow | None]:
    """A function from a student's record to the row of demographics.csv; None if nothing is known."""
    fields = demographic_fields(roster, form)
    columns = COLUMNS[form.version]["demographics"][3:]

    def make(record: list[str]) -> BundleRow | None:
        given, _metadata = fields.read(record[-1])
        values = [given.get(column, "") for column in columns]
        return [record[0], "", "", *values] if any(values) else None

    return make


def demographics_rows(roster: Roster, form: BundleForm) -> Iterator[BundleRow]:
    """The rows of demographics.csv: students of whom something is known."""
    if form.demographics and demographic_fields(roster, form).own:
        yield from filter(None, map(demographics_maker(roster, form), roster.records(STUDENT)))


def _picked(file: str, columns: Sequence[str], names: Sequence[str]) -> Callable[[list[str]], BundleRow]:
    """A function from values with these names to the columns of a file; the last value is that of all other columns."""
    places, renamed = {name: place for place, name in enumerate(names)}, _RENAMED.get(file, {})
    return itemgetter(*(places.get(renamed.get(column, column), len(names) - 1) for column in columns))
