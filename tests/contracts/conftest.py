"""Lets a failing assertion of the contract say what it compared, as in any test module."""

from __future__ import annotations

import pytest

for _name in ("declaration_contract", "delivery_contract", "fault_contract"):
    pytest.register_assert_rewrite(f"tests.contracts.{_name}")
