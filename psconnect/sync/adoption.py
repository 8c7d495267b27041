"""Adoption: matches ids exported from a system that already has accounts to the records they belong to.

Each row is compared with what the newest run read. Nothing is guessed: a row is adopted only if all its values lead
to the same record and no other row or record claims that record or id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import ADMIN, BY_KEY, CONTACT, STUDENT, TEACHER, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.id_attributes import SPACES
from psconnect.model.ids import IdRules, is_fit, kind_of
from psconnect.model.problems import Fate
from psconnect.roster.id_list import IdList, IdRow
from psconnect.store.history.titles import NUMBERS, TITLES
from psconnect.store.plan.record_ids import aliases
from psconnect.store.reading.last_reading import LastRead

ADOPTABLE: Mapping[str, tuple[Entity, ...]] = {
    "student": (STUDENT,),
    "staff": (TEACHER, ADMIN),
    "contact": (CONTACT,),
    "school": (BY_KEY["school"],),
    "course": (BY_KEY["course"],),
    "class": (BY_KEY["class"],),
}
"""The kinds of records whose ids can be adopted, and their entities."""
_Outcome = Literal["matched", "unmatched", "ambiguous", "double", "unfit"]
OUTCOMES: tuple[_Outcome, ...] = ("matched", "unmatched", "ambiguous", "double", "unfit")


@dataclass(frozen=True)
class AdoptedRow:
    """The outcome for one row of the list.

    Attributes:
        line: its line in the file.
        sourced_id: the id in the row.
        outcome: ``matched`` (adopted), ``unmatched`` (no record fits), ``ambiguous`` (several fit, or its columns
            lead to different records), ``double`` (another row or record claims the same), ``unfit`` (not a valid id).
        key: the key of the matched record; else None.
        before: the id the record has without the adoption.
        because: a sentence saying why the row is not adopted; empty if it is.
    """

    line: int
    sourced_id: str
    outcome: _Outcome
    key: int | None = None
    before: str = ""
    because: str = ""


@dataclass(frozen=True)
class AdoptionPreview:
    """What adopting a list would do.

    Attributes:
        kind: ``student``, ``staff``, ``contact``, ``school``, ``course`` or ``class``.
        rows: the outcome of each row, in file order.
        unused: columns of the file that are ignored.
        run: id of the run whose reading the list was compared with.
        warning: a warning to show first; empty for none.
        titles: titles of the matched records, by key; personal data, for the screen only.
    """

    kind: str
    rows: tuple[AdoptedRow, ...]
    unused: tuple[str, ...]
    run: str
    warning: str = ""
    titles: Mapping[int, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ids(self) -> dict[int, str]:
        """The adopted ids, by record key."""
        return {row.key: row.sourced_id for row in self.rows if row.outcome == "matched" and row.key is not None}

    @property
    def changed(self) -> int:
        """How many records get a different id."""
        return sum(row.outcome == "matched" and row.sourced_id != row.before for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome; all of OUTCOMES."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in OUTCOMES}


def preview_adoption(read: LastRead, kind: str, given: IdList, rules: IdRules, warning: str = "") -> AdoptionPreview:
    """Compare a list with what the newest run read; raises FixSettings if the kind can't be adopted."""
    if kind not in ADOPTABLE:
        raise FixSettings("PSC-ADOPT-ENTITY", where="entity", kind=kind, hint=hint_at(kind, list(ADOPTABLE)))
    directory = _Directory(read, ADOPTABLE[kind])
    rows = [_judged(row, directory) for row in given.rows]
    rows = _without_doubles(rows)
    rows = _without_taken(rows, _others(read, kind, {row.key for row in rows if row.outcome == "matched"}, rules))
    titles = {row.key: directory.titles[row.key] for row in rows if row.outcome == "matched" and row.key is not None}
    return AdoptionPreview(kind, tuple(rows), given.unused, read.run_id, warning, titles)


class _Directory:
    """The records of a kind, by each value that can identify them."""

    def __init__(self, read: LastRead, entities: Iterable[Entity]) -> None:
        """Index everything that was read of these entities."""
        self.found: dict[str, dict[str, set[int]]] = {"dcid": {}, "number": {}, "username": {}, "email": {}}
        self.left_out: set[int] = set()
        self.before: dict[int, str] = {}
        self.titles: dict[int, str] = {}
        for entity in entities:
            places = {"number": NUMBERS[entity.key][0], "username": "username", "email": "email"}
            positions = {
                name: entity.attributes.index(attribute)
                for name, attribute in places.items()
                if attribute in entity.attributes
            }
            named_by = [entity.attributes.index(attribute) for attribute in TITLES[entity.key]]
            for key, fate, values in read.records(entity):
                self._add(key, values, positions, left_out=fate == Fate.LEFT_OUT)
                self.titles[key] = ", ".join(values[place].strip() for place in named_by if values[place].strip())

    def _add(self, key: int, values: list[str], positions: Mapping[str, int], *, left_out: bool) -> None:
        if left_out:
            if key not in self.before:
                self.left_out.add(key)
        else:
            self.left_out.discard(key)
            self.before[key] = values[0]
        self.found["dcid"].setdefault(str(key), set()).add(key)
        for name, place in positions.items():
            value = _plain(values[place])
            if value:
                self.found[name].setdefault(value, set()).add(key)

    def whose(self, name: str, value: str) -> set[int]:
        """The records a value leads to. DCIDs compare as numbers, other values ignore case and surrounding blanks."""
        return self.found[name].get(value.lstrip("0") if name == "dcid" else _plain(value), set())


def _plain(text: str) -> str:
    return text.strip().casefold()


def _judged(row: IdRow, directory: _Directory) -> AdoptedRow:
    def outcome(what: _Outcome, because: str) -> AdoptedRow:
        return AdoptedRow(row.line, row.sourced_id, what, because=because)

    if not is_fit(row.sourced_id):
        return outcome("unfit", "The id is empty, too long, or has a comma, quote or invisible character in it.")
    if not row.keys:
        return outcome("unmatched", "The row does not tell whose id it is.")
    led_to = {name: directory.whose(name, value) for name, value in row.keys.items()}
    common = set.intersection(*led_to.values())
    included = common - directory.left_out
    if len(included) == 1:
        (key,) = included
        return AdoptedRow(row.line, row.sourced_id, "matched", key, directory.before[key])
    return outcome(*_not_one(led_to, common, included))


def _not_one(led_to: Mapping[str, set[int]], common: set[int], included: set[int]) -> tuple[_Outcome, str]:
    """Why a row doesn't lead to exactly one record: ``led_to`` per value, ``common`` to all values."""
    missing = [name for name, keys in led_to.items() if not keys]
    if len(missing) == len(led_to):
        return "unmatched", "The newest run read nobody with these values."
    if included:
        return "ambiguous", f"{len(included)} records have these values."
    if common:
        return "unmatched", "The record is left out of the newest run."
    if missing:
        return "ambiguous", f"Not everything fits: nobody has this {' and this '.join(missing)}."
    return "ambiguous", f"{' and '.join(led_to)} lead to different records."


def _without_doubles(rows: list[AdoptedRow]) -> list[AdoptedRow]:
    """Mark rows that claim the same id or record as another as doubles; of identical rows one is kept."""
    ids: dict[str, set[int | None]] = {}
    keys: dict[int | None, set[str]] = {}
    for row in rows:
        if row.outcome == "matched":
            ids.setdefault(row.sourced_id, set()).add(row.key)
            keys.setdefault(row.key, set()).add(row.sourced_id)
    found = []
    for row in rows:
        because = ""
        if row.outcome == "matched" and len(ids[row.sourced_id]) > 1:
            because = "The id stands in several rows, for different records."
        elif row.outcome == "matched" and len(keys[row.key]) > 1:
            because = "The record stands in several rows, with different ids."
        found.append(_double(row, because) if because else row)
    return found


def _others(read: LastRead, kind: str, adopting: set[int | None], rules: IdRules) -> dict[str, str]:
    """Ids that other records keep at the destination: id -> its holder."""
    space = next(space for space in SPACES if any(kind_of(entity) == kind for entity in space))
    known = aliases(read.db)
    found: dict[str, str] = {}
    for entity in space:
        for key, fate, values in read.records(entity):
            if fate == Fate.LEFT_OUT or (kind_of(entity) == kind and key in adopting):
                continue
            sourced_id = known.get(kind_of(entity), {}).get(key) or values[0] or rules.make(entity, key)
            found[sourced_id] = f"{kind_of(entity)} with the DCID {key}"
    return found


def _without_taken(rows: list[AdoptedRow], others: Mapping[str, str]) -> list[AdoptedRow]:
    return [
        _double(row, f"Another record has this id: the {others[row.sourced_id]}.")
        if row.outcome == "matched" and row.sourced_id in others
        else row
        for row in rows
    ]


def _double(row: AdoptedRow, because: str) -> AdoptedRow:
    return AdoptedRow(row.line, row.sourced_id, "double", because=because)
