"""The other ways of reading, tables and data versions, under the switches and habits that they meet."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.demo.personality import HABITS, SWITCHES
from tests.personalities.conftest import Job
from tests.personalities.job import Done
from tests.personalities.test_single import differences, personality

BY_TABLES = (
    "row_values", "date_text", "timestamp_text", "page_size", "oversize_page", "empty_table", "star_projection",
    "role_keys", "role_names", "system_user", "placeholder_logins", "later_ids", "old_details",
    "relation_type", "dropped_terms",
)  # fmt: skip
BY_VERSIONS = ("data_version_text", "data_version_tables", "data_version_deletes", "row_values", "strict_entries")


def cases(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(one.name, value) for one in SWITCHES + HABITS if one.name in names for value in one.values[1:]]


@pytest.mark.parametrize(("name", "value"), cases(BY_TABLES))
def test_tables_give_the_same_bundle(job: Job, usual: Done, name: str, value: Any) -> None:
    done = job(personality(name, value), {"source": {"read": "tables"}})
    assert done.run.state == usual.run.state, done.run.error
    assert done.content == usual.content, differences(done, usual)


@pytest.mark.parametrize(("name", "value"), cases(BY_VERSIONS))
def test_data_versions_give_the_same_bundle(job: Job, usual: Done, name: str, value: Any) -> None:
    done = job(personality(name, value), {"source": {"compare": "incremental"}})
    assert done.run.state == usual.run.state, done.run.error
    assert done.content == usual.content, differences(done, usual)
