"""A set-up tried on kept rows gives, with any settings, what reading PowerSchool with these settings gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection, from_dict
from psconnect.model.entities import Entity
from psconnect.model.events import ignore
from psconnect.model.problems import Problem
from psconnect.service import LiveReading
from psconnect.sources.base import StagedRow
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.sync.compose import choices_of, shaped_source
from tests.support.demo import Connected

SETTINGS: dict[str, dict[str, Any]] = {
    "one school": {"scope": {"schools": [100]}},
    "two schools": {"scope": {"schools": [110, 120]}},
    "a school's terms": {"scope": {"terms": {"120": ["Semester 1"], "all": ["2026-2027", "Semester 2"]}}},
    "a school's courses": {"scope": {"courses": [{"school": 120, "courses": ["ENG091", "ENG101"]}]}},
    "prior data": {"scope": {"prior_data_days": 0}},
    "guests": {"scope": {"schools": [120]}, "options": {"parents": "all", "guest_students": "bring-in"}},
    "merged terms": {"options": {"parents": "all", "merge_terms": True}},
    "no co-teachers": {"options": {"parents": "all", "co_teachers": False}},
    "other staff left out": {"options": {"parents": "all", "admins": False}},
    "no contacts": {"options": {"parents": "none"}},
    "pre-registered students, too": {"options": {"parents": "all", "enroll_status": [0, -1, 2]}},
    "other roles": {"roles": {"Lead Teacher": "neither"}},
    "filters": {"filters": {"student": [{"field": "Students.Grade_Level", "op": "at least", "value": 6}]}},
    "mapping": {"mapping": {"student": {"middleName": "{Students.Last_Name|upper}"}}},
    "requirements": {"requirements": {"student": {"email": "skip"}, "teacher": {"email": "skip"}}},
    "prefix": {"options": {"parents": "all", "id_prefix": "north-", "username_prefix": "n."}},
}


@dataclass
class Staged:
    """What shaping made."""

    rows_of: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        self.rows_of.setdefault(entity.key, []).extend(map(repr, rows))

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        pytest.fail("nothing is read twice here")

    def problem(self, problem: Problem) -> None:
        self.problems.append(repr(problem))

    @property
    def sorted(self) -> tuple[dict[str, list[str]], list[str]]:
        return {key: sorted(rows) for key, rows in self.rows_of.items()}, sorted(self.problems)


@pytest.fixture
def read_once(connected: Connected) -> Iterator[LiveReading]:
    """A reading of everything, by table: so no plugin has to be built for each of the settings."""
    reading = connected.service.live_reading("0a0b")
    secret = connected.server.plugins()[0].client_secret
    reading.read(settings_of(connected, {}), str(secret), ignore, CancelToken())
    yield reading
    reading.wipe()


def settings_of(connected: Connected, changed: dict[str, Any]) -> Connection:
    known = connected.service.connection(connected.name)
    source = {"url": connected.server.url, "client_id": known.source.client_id, "read": "tables"}
    given = {"name": connected.name, "id": known.id, "preset": "oneroster", "source": source}
    return from_dict({**given, "options": {"parents": "all"}, **changed})


@pytest.mark.parametrize("what", SETTINGS)
def test_kept_rows_give_what_powerschool_gives(connected: Connected, read_once: LiveReading, what: str):
    settings = settings_of(connected, SETTINGS[what])
    kept, real = Staged(), Staged()
    read_once._replay(settings).shaped().read(kept, ignore, CancelToken())
    choices = choices_of(settings)
    with connected.service.opened(
        choices, typed=connected.service.secrets.get(connected.name, CLIENT_SECRET)
    ) as opened:
        shaped_source(choices, opened).read(real, ignore, CancelToken())
    assert kept.sorted == real.sorted
    assert msgspec.json.encode(sorted(kept.rows_of))


def test_the_settings_differ(connected: Connected, read_once: LiveReading):
    found = set()
    for changed in SETTINGS.values():
        kept = Staged()
        read_once._replay(settings_of(connected, changed)).shaped().read(kept, ignore, CancelToken())
        found.add(repr(kept.sorted))
    assert len(found) >= len(SETTINGS) - 1  # prior data alone changes nothing on that day
