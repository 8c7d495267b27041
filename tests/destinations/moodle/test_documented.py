"""docs/moodle.md and the help say what an administrator has to allow: all that is called, and nothing that isn't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from psconnect import resources
from psconnect.destinations.moodle.site_check import MOODLE_FUNCTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "moodle.md").read_text("utf-8")


def test_the_page_lists_each_function_that_is_called() -> None:
    block = PAGE.split("```")[1]
    assert set(re.findall(r"\b(?:core|enrol)_\w+", block)) == set(MOODLE_FUNCTIONS)


def test_the_page_lists_each_capability_that_the_check_names() -> None:
    code = (Path(__file__).parents[3] / "psconnect" / "destinations" / "moodle" / "site_check.py").read_text("utf-8")
    named = set(re.findall(r"yield \"([a-z]+/[a-z]+:[a-z]+)\"", code))
    assert named
    assert named <= set(re.findall(r"`([a-z]+/[a-z]+:[a-z]+)`", PAGE))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_help_lists_the_same_functions_and_capabilities_as_the_page(language: str) -> None:
    topic = resources.read_text("help", language, "moodle.toml")
    assert set(re.findall(r"\b(?:core|enrol)_\w+", topic)) == set(MOODLE_FUNCTIONS)
    capability = r"\b[a-z]+/[a-z]+:[a-z]+\b"
    assert set(re.findall(capability, topic)) == set(re.findall(capability, PAGE))
