"""The help: topics in resources/help/LANGUAGE, one TOML file each; what a language lacks is shown in English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from psconnect import resources
from psconnect.wording.catalogue import language

_ENGLISH = "en"
MenuStyle = Literal["new", "classic"]
"""Which navigation PowerSchool has: that of 2024 and later, or the one before."""


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A small drawing of a page of PowerSchool.

    Attributes:
        heading: the page's own title.
        about: what it shows, for who can't see it.
        columns, cells: a table with one row, whose last cell is a box that is marked.
        fields: in place of a table, labels with their values.
    """

    heading: str
    about: str
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


class GuideStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A numbered step.

    Attributes:
        do: what to do, in a sentence.
        menus: with which navigation it is done so; empty for both.
        copy: text that is worth copying; empty for none.
        note, warning: a sentence below it.
        drawing: key of the topic's drawing that shows it.
    """

    do: str
    menus: Literal["", "new", "classic"] = ""
    copy: str = ""
    note: str = ""
    warning: str = ""
    drawing: str = ""


class HelpPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a topic: heading, text, items, and numbered steps; ``copies`` are texts worth copying."""

    heading: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    guide: tuple[GuideStep, ...] = ()


class HelpTopic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A topic.

    Attributes:
        title, summary: a few words, and a sentence.
        steps: keys of the steps of the set-up that it helps with.
        words: further words by which it is found.
        order: its place in the list.
        parts, drawings: what it says and shows.
        key: its file's name.
    """

    title: str
    summary: str
    parts: tuple[HelpPart, ...]
    steps: tuple[str, ...] = ()
    words: str = ""
    order: int = 100
    drawings: Mapping[str, Drawing] = {}
    key: str = ""

    @property
    def text(self) -> str:
        """All of its words, to be searched."""
        said = [self.title, self.summary, self.words]
        for part in self.parts:
            said += [part.heading, part.text, *part.items, *part.copies]
            said += [f"{step.do} {step.copy} {step.note} {step.warning}" for step in part.guide]
        return "\n".join(said)


# Made here and not when first needed: msgspec crashes when two threads work the same type out at once.
msgspec.json.Decoder(HelpTopic)


def help_topics() -> tuple[HelpTopic, ...]:
    """All topics in their order, in the chosen language."""
    return _topics(language())


@cache
def _topics(chosen: str) -> tuple[HelpTopic, ...]:
    found = [_read(key, chosen) for key in resources.names(f"help/{_ENGLISH}", ".toml")]
    return tuple(sorted(found, key=lambda topic: (topic.order, topic.title.casefold())))


def _read(key: str, chosen: str) -> HelpTopic:
    try:
        text = resources.read_text("help", chosen, f"{key}.toml")
    except FileNotFoundError:
        text = resources.read_text("help", _ENGLISH, f"{key}.toml")
    return msgspec.structs.replace(msgspec.convert(tomllib.loads(text), HelpTopic), key=key)


def help_topic(key: str) -> HelpTopic:
    """A topic by its key; raises KeyError."""
    return {topic.key: topic for topic in help_topics()}[key]


def help_for(step: str) -> tuple[HelpTopic, ...]:
    """The topics that help with a step of the set-up, the one that is about it first."""
    found = [topic for topic in help_topics() if step in topic.steps]
    return tuple(sorted(found, key=lambda topic: topic.steps[0] != step))


def find_help(text: str) -> tuple[HelpTopic, ...]:
    """The topics with all these words in them; those that have them in title or summary first."""
    asked = text.casefold().split()
    found = [topic for topic in help_topics() if all(word in topic.text.casefold() for word in asked)]
    return tuple(sorted(found, key=lambda topic: not _about(topic, asked)))


def _about(topic: HelpTopic, asked: list[str]) -> bool:
    said = f"{topic.title} {topic.summary}".casefold()
    return all(word in said for word in asked)


def steps_for(part: HelpPart, menus: MenuStyle) -> list[GuideStep]:
    """The numbered steps of a part for one navigation."""
    return [step for step in part.guide if step.menus in ("", menus)]
