"""The help's content: whole, searchable, in the reader's language, and with what the vendors' guides have."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from psconnect import resources
from psconnect.wording import catalogue
from psconnect.wording.help import find_help, help_for, help_topic, help_topics, steps_for

NAMES = {"plugin", "file"}


def said(key: str) -> str:
    """All of a topic on one line."""
    return re.sub(r"\s+", " ", help_topic(key).text)


def test_every_topic_is_whole():
    for topic in help_topics():
        assert topic.title, topic.key
        assert topic.summary.endswith("."), topic.key
        assert topic.parts, topic.key
        drawn = [step.drawing for part in topic.parts for step in part.guide if step.drawing]
        assert sorted(drawn) == sorted(topic.drawings), topic.key
        for part in topic.parts:
            assert not part.text or part.text[-1] in ".:", part.text
            for step in part.guide:
                assert step.do.endswith("."), step.do
                holes = {name for _text, name, _spec, _conv in string.Formatter().parse(step.do + step.copy) if name}
                assert holes <= NAMES


def test_both_navigations_have_the_same_number_of_steps_so_that_ticks_hold_for_both():
    for topic in help_topics():
        for part in topic.parts:
            assert len(steps_for(part, "new")) == len(steps_for(part, "classic")), topic.key


def test_mission_d04_the_classic_way_to_install():
    steps = [f"{step.do} {step.note}" for step in steps_for(help_topic("install-plugin").parts[0], "classic")]
    way, at = " ".join(steps), 0
    for place in ("System > System Settings > Plugin Management Configuration", "main menu under Setup", "under Server",
                  "Plugin Management Dashboard", "Press Install, choose", "press Install again"):  # fmt: skip
        assert place in way[at:], f"{place} is missing, or comes too early"
        at = way.index(place, at)


def test_mission_d06_enabling_asks_to_confirm():
    (step,) = [step for step in steps_for(help_topic("install-plugin").parts[0], "new") if step.drawing == "enable"]
    assert "tick Enable" in step.do
    assert "confirm the list of fields with Enable" in step.do


def test_mission_d07_the_pages_with_id_and_secret_have_all_their_names():
    text = said("credentials")
    assert "Data Configuration" in text
    assert "Data Provider Configuration" in text
    assert "Data Provider Settings" in text


def test_mission_g06_the_newer_way_and_the_sign_to_look_for():
    way = " ".join(f"{step.do} {step.warning}" for step in steps_for(help_topic("install-plugin").parts[0], "new"))
    assert "System Management > Server > Plugin Configuration" in way
    assert "Installed Plugins" in way
    assert "Plugin successfully enabled" in way


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("System Management > Server > Plugin Configuration", id="g06"),
        pytest.param("Start Page > System > System Settings > Plugin Management Configuration", id="d04"),
        pytest.param("Start Page > System Administrator > System Settings > Plugin Management Dashboard", id="m02"),
        pytest.param("System > System Settings > Plugin Management Dashboard > Plugin Configuration", id="g07"),
        pytest.param("Plugin Management, then the plugin’s name", id="l43"),
    ],
)
def test_all_five_spellings_of_the_path_are_there_and_found(path: str):
    assert path in said("install-plugin")
    assert help_topic("install-plugin") in find_help(path)


def test_mission_g07_where_both_are_copied_in_the_vendors_words():
    assert "System > System Settings > Plugin Management Dashboard > Plugin Configuration" in said("install-plugin")
    (last,) = steps_for(help_topic("install-plugin").parts[0], "classic")[-1:]
    assert last.copy == "Data Provider Configuration"
    assert "copy the client ID and the client secret" in last.do


def test_mission_m02_the_same_in_moodles_words():
    way = "Start Page > System Administrator > System Settings > Plugin Management Dashboard"
    assert [topic.key for topic in find_help(way)] == ["install-plugin"]
    assert "Data Configuration, where the page sizes are, too" in said("credentials")


def test_mission_g34_support():
    text = said("support")
    for place in ("Contact Support > Case Portal > New Case", "Naviance", "Help > Explore Our Community",
                  "Help > Contact Support", "no support by e-mail"):  # fmt: skip
        assert place in text


def test_mission_l03_the_page_size_is_a_step_and_a_topic():
    assert any("100 or more" in step.do for step in steps_for(help_topic("install-plugin").parts[0], "new"))
    assert "100 at least" in said("page-size")


def test_mission_l04_the_bundled_plugin_is_looked_for_first():
    text = said("install-plugin")
    assert "“PowerSchool Learning”" in text
    assert "1.0.17 or later" in text
    assert "first" in text


def test_mission_l05_the_three_values_are_named():
    assert "client ID, client secret, and the address of the admin portal" in said("install-plugin")


def test_mission_l43_single_sign_on_in_powerschool():
    text = said("single-sign-on")
    assert "Single Sign-On Settings" in text
    assert "from lms.powerschool.com to yourschooldomain.learning.powerschool.com" in text
    assert "from 8888 to 443" in text


def test_mission_l44_single_sign_on_in_powerschool_learning():
    assert "SIS host without https://" in said("single-sign-on")


def test_mission_l45_security_group_9_is_found():
    assert {topic.key for topic in find_help("security group 9")} >= {"install-plugin", "single-sign-on"}


def test_mission_m03_m09_school_numbers_and_custom_screens_are_found():
    assert "District Office" in said("school-numbers")
    assert "Start Page > District Setup > Schools/School Info" in said("school-numbers")
    assert "Page and Data Management > Custom Student Screens > Edit Fields" in said("custom-fields")
    assert find_help("edit fields")[0].key == "custom-fields"


def test_a_step_is_helped_by_the_topic_about_it_first():
    assert [topic.key for topic in help_for("credentials")] == ["credentials", "page-size"]
    assert help_for("attributes")[0].key == "attributes"
    assert help_for("") == ()


def test_a_search_finds_titles_first_and_nothing_by_words_that_are_nowhere():
    assert find_help("page size")[0].key == "page-size"
    assert find_help("flux capacitor") == ()
    assert find_help("") == help_topics()


def test_a_translated_topic_takes_the_place_of_the_english_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for key in resources.names("help/en", ".toml"):
        place = tmp_path / "help" / "en" / f"{key}.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(resources.read_text("help", "en", f"{key}.toml"), encoding="utf-8")
    (tmp_path / "help" / "xx").mkdir()
    (tmp_path / "help" / "xx" / "support.toml").write_text(
        'title = "Ayuda"\nsummary = "Todo."\n[[parts]]\ntext = "Aquí."\n', encoding="utf-8"
    )
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    monkeypatch.setattr(catalogue._chosen, "language", "xx")
    assert help_topic("support").title == "Ayuda"
    assert help_topic("page-size").title == "Page size"
