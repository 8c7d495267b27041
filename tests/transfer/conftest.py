"""Lets a failing assertion of the contract of shelves say what it compared."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.transfer.shelf_contract")
