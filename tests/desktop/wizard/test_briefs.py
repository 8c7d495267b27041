"""What each step says in one line: a person's words, not the values that stand in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import Draft, DraftPart, new_draft
from psconnect.desktop.wizard.session import choices_at
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.filters import FiltersPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.roster import AttributesPart, RequirementsPart, UniquenessPart
from psconnect.desktop.wizard.steps.safety import SafetyPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.sections import BuiltPlugin
from psconnect.service import Service
from psconnect.store.settings.home import home_at


@pytest.fixture
def known(tmp_path: Path) -> Known:
    """What can be chosen on a computer with nothing on it."""
    return choices_at(Service(home_at(tmp_path)))


def brief(draft: Draft, known: Known, step: str) -> str:
    return flow.spec_of(step).brief(draft.having(ConnectPart("North", "oneroster")), known)


SAID: list[tuple[str, DraftPart, str]] = [
    ("who", WhoPart(), "Students, teachers, co-teachers, other staff"),
    ("who", WhoPart(parents="all", co_teachers=False, admins=False), "Students, teachers, all contacts"),
    ("who", WhoPart(parents="portal"), "Students, teachers, co-teachers, other staff, contacts with a portal account"),
    (
        "plugin",
        PluginPart(custom={"student": "Students.Gender|gender, Students.Ethnicity|x"}),
        "Not saved yet; 2 further fields",
    ),
    ("plugin", PluginPart(), "Not saved yet"),
    ("plugin", PluginPart(built=BuiltPlugin("1.20261130.173000")), "Version 1.20261130.173000"),
    ("schools", SchoolsPart(all_schools=True), "All schools, current school year"),
    ("schools", SchoolsPart(all_schools=False, numbers="100,200,300", start_year=2026), "3 schools, 2026–2027"),
    ("schools", SchoolsPart(all_schools=False, numbers="100"), "100, current school year"),
    ("attributes", AttributesPart(), "As in the preset"),
    (
        "attributes",
        AttributesPart({"student": {"email": "x", "sis": "y"}}, {"grade": {}}, {}),
        "2 attributes of your own, 1 value list",
    ),
    ("filters", FiltersPart(), "No rules: everybody is let through"),
    (
        "filters",
        FiltersPart({"student": [{"field": "grade"}], "teacher": [{}, {}]}),
        "Students: 1 rule, Teachers: 2 rules",
    ),
    ("uniqueness", UniquenessPart({"student": ("identifier", "email")}), "Students by identifier + email"),
    ("safety", SafetyPart(preview="always"), "Looked at first: every run"),
    (
        "safety",
        SafetyPart("never", limits={"student": {"delete": "5"}}, freeze=(("2026-07-01", "2026-08-15"),)),
        "Looked at first: no run; limits still stop it; 1 limit changed; 1 season that waits for you",
    ),
    ("destination", DestinationPart({"kind": "database", "file": "/srv/roster.db"}), ": /srv/roster.db"),
    ("destination", DestinationPart(), ""),
]


@pytest.mark.parametrize(("step", "part", "said"), SAID)
def test_a_step_says_in_words_what_it_holds(known: Known, step: str, part: DraftPart, said: str) -> None:
    shown = brief(new_draft(part), known, step)
    assert said in shown if said else shown == ""
    assert "None" not in shown
    assert "bulk" not in shown


def test_what_is_wished_for_missing_values_is_counted(known: Known) -> None:
    plain = brief(new_draft(), known, "requirements")
    wishes = RequirementsPart({"student": {"email": "skip", "grade": "report"}})
    said = brief(new_draft(wishes), known, "requirements")
    assert said != plain
    assert "kipped if" in said
    assert "reported if" in said.lower()
    assert "grade" not in said
