"""Fixtures and guards of every test; the parts are in `tests/support`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.network",
    "tests.support.leftovers",
    "tests.support.logs",
    "tests.support.home",
    "tests.support.own_machine",
    "tests.support.keyrings",
    "tests.support.secret_service",
    "tests.support.certificates",
    "tests.support.database_servers",
    "tests.support.demo",
    "tests.support.moodle",
    "tests.support.service_kind",
    "tests.support.thorough",
    "tests.support.side_by_side",
]

# The same examples on every run and machine, and no verdict that depends on how busy the machine is.
settings.register_profile(
    "psconnect", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("psconnect")
