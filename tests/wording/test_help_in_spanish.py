"""The help in another language: every topic is there, with the same steps, things to copy and drawings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from psconnect import resources
from psconnect.wording.catalogue import use_language
from psconnect.wording.help import HelpPart, HelpTopic, find_help, help_topics


@pytest.fixture
def spanish() -> Iterator[dict[str, HelpTopic]]:
    use_language(["es"])
    yield {topic.key: topic for topic in help_topics()}
    use_language([])


def shape(part: HelpPart) -> object:
    """What of a part does not depend on its language."""
    steps = [(step.menus, step.copy, step.drawing, bool(step.note), bool(step.warning)) for step in part.guide]
    return bool(part.heading), bool(part.text), len(part.items), part.copies, steps


def test_every_topic_is_translated() -> None:
    assert resources.names("help/es", ".toml") == resources.names("help/en", ".toml")


def test_topics_have_the_same_shape(spanish: dict[str, HelpTopic]) -> None:
    use_language([])
    for topic in help_topics():
        other = spanish[topic.key]
        assert (topic.steps, topic.order) == (other.steps, other.order), topic.key
        assert [shape(part) for part in topic.parts] == [shape(part) for part in other.parts], topic.key
        for key, drawing in topic.drawings.items():
            assert (drawing.columns, drawing.cells, drawing.fields) == (
                other.drawings[key].columns,
                other.drawings[key].cells,
                other.drawings[key].fields,
            ), topic.key


def test_nothing_is_left_in_english(spanish: dict[str, HelpTopic]) -> None:
    use_language([])
    for topic in help_topics():
        other = spanish[topic.key]
        assert topic.title != other.title
        assert topic.summary != other.summary
        for one, two in zip(topic.parts, other.parts, strict=True):
            assert not one.text or one.text != two.text
            for step, translated in zip(one.guide, two.guide, strict=True):
                assert step.do != translated.do or step.do == "Press Submit.", step.do


def test_a_topic_is_found_by_its_english_words_too(spanish: dict[str, HelpTopic]) -> None:
    for topic in spanish.values():
        assert topic.words
    assert "filters" in [topic.key for topic in find_help("exclude")]
    assert "filters" in [topic.key for topic in find_help("excluir")]
