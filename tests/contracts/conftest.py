"""Lets a failing assertion of the contract say what it compared, and makes the kinds for tests known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

for _name in ("declaration_contract", "delivery_contract", "fault_contract", "scheduler_contract", "source_contract"):
    pytest.register_assert_rewrite(f"tests.contracts.{_name}")


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    from tests.contracts.kinds.known import kinds_for_tests  # noqa: PLC0415 - after the asserts are rewritten

    with kinds_for_tests():
        yield
