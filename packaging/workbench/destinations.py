"""Writes docs/destinations.md from what the kinds of destination and the presets declare.

Run by the checkout's own environment: `python -m workbench.destinations`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from psconnect.destinations import KINDS, Kind
from psconnect.model.entities import LONGEST
from psconnect.model.setting_fields import SecretField, SettingField
from psconnect.service import PresetInfo
from psconnect.sync.inspect import all_presets
from psconnect.wording.attributes import attribute_word
from psconnect.wording.receiver import receiver_words
from psconnect.wording.records import entity_label, listed, records_label

FILE = "docs/destinations.md"
_MOST_VALUES = 40
_HEAD = """\
# Destinations

Where psconnect can deliver to. `python dev.py destinations` writes this page from what the program itself declares.

A *preset* is what you choose first: the other system by its name. It fills in the settings, and you can change each of
them. Behind each preset is a *kind of destination*, which says what is delivered and in which form. "Not verified with
the vendor" means: made from public documents; nobody at the vendor has confirmed it yet. Look at the first delivery
together with the vendor.
"""


def document() -> str:
    """The whole page."""
    presets = all_presets()
    parts = [_HEAD, *_presets(presets)]
    for kind in KINDS.values():
        parts += _kind(kind, [one for one in presets if one.defaults and one.defaults.destination_kind == kind.name])
    return "\n".join(parts).rstrip() + "\n"


def _presets(presets: Iterable[PresetInfo]) -> Iterator[str]:
    rows = []
    for one in presets:
        kind = one.defaults.destination_kind if one.defaults else ""
        if kind in KINDS:
            label = KINDS[kind].label
            verified = "" if one.verified else "not verified with the vendor"
            rows.append((one.label, f"`{one.name}`", one.summary, f"[{label}](#{_anchor(label)})", verified))
    yield from _table(("Preset", "In the file", "What it is for", "Kind", ""), rows)


def _kind(kind: Kind, presets: Iterable[PresetInfo]) -> Iterator[str]:
    yield f"## {kind.label}\n"
    yield f'{kind.summary} In a connection file: `kind = "{kind.name}"`.\n'
    yield from _what(kind)
    yield from _settings(kind)
    yield from _slots(kind)
    yield from _limits(kind)
    yield from _findings(kind)
    yield from _hints(presets)


def _what(kind: Kind) -> Iterator[str]:
    taken = [records_label(key) for key in kind.entities]
    yield f"**What is delivered.** {_capital(listed(taken))}."
    left = [records_label(entity.key) for entity in kind.left_out]
    if left:
        yield f"It has no place for {listed(left)}."
    if kind.derived:
        yield f"psconnect makes from them: {listed([entity.label.lower() for entity in kind.derived])}."
    if kind.places:
        yield "Each delivery holds the whole roster."
        whole = "The other system sees the files before a sync, or those after it, never half of them."
        loose = (
            "Loose files are replaced one after the other, each as a whole; a sync that is cut is finished by the next."
        )
        yield (
            "\n".join([*([whole] if "zip" in kind.packings else []), *([loose] if "loose" in kind.packings else [])])
            + "\n"
        )
    else:
        yield "Each delivery sends the changes since the last one, and every change has its own outcome.\n"
    received = receiver_words(kind.receives, kind.receiver_holds)
    if received:
        yield f"**What the other system does.** {received}\n"
    if kind.removal:
        yield f"**What removal means.** {kind.removal}\n"
    if kind.sign_in_types:
        types = listed([f"{label} (`{value}`)" for value, label in kind.sign_in_types.labels.items()])
        only = " if `[sign_in]` names domains" if kind.sign_in_types.needs_domains else ""
        yield f"**Sign-in types** that can be set by hand, in Find a record{only}: {types}.\n"


def _settings(kind: Kind) -> Iterator[str]:
    rows = [(f"`{one.key}`", one.label, _help(one), _default(one)) for one in kind.fields]
    rows += [
        (f"`{one.key}`", one.label, f"{one.help} A secret: kept in the keyring, never in the file.{_when(one)}", "")
        for one in kind.secrets
    ]
    if rows:
        yield "**Settings**\n"
        yield from _table(("Key", "Name", "What it is", "Without it"), rows)


def _help(field: SettingField) -> str:
    parts = [field.help]
    if field.choices:
        labels = dict(field.choice_labels)
        words = [f"`{one}` ({labels[one]})" if one in labels else f"`{one}`" for one in field.choices]
        parts.append(f"One of {listed(words)}.")
    if field.frozen:
        parts.append("Frozen with the first delivery: then only the re-key assistant changes it.")
    return " ".join(filter(None, parts)) + _when(field)


def _when(one: SettingField | SecretField) -> str:
    if one.when is None:
        return ""
    words = {True: "on", False: "off"}
    values = [f"`{words[value] if isinstance(value, bool) else value}`" for value in one.when.values]
    return f" Only where `{one.when.key}` is {' or '.join(values)}."


def _default(field: SettingField) -> str:
    if field.required:
        return "required"
    if isinstance(field.default, bool):
        return "on" if field.default else "off"
    return f"`{field.default}`" if field.default != "" else ""


def _slots(kind: Kind) -> Iterator[str]:
    rows = [
        (entity_label(entity), attribute_word(entity, attribute), f"`{slot}`")
        for entity, named in kind.slots.items()
        for attribute, slot in named.items()
    ]
    if rows:
        yield "**Where ids go**\n"
        yield from _table(("Records", "What", "Column"), rows)


def _limits(kind: Kind) -> Iterator[str]:
    lines = []
    for entity, attributes in kind.needed.items():
        names = listed(sorted(attribute_word(entity, name) for name in attributes))
        lines.append(f"Needed of {records_label(entity)}: {names}. A record without it is left out and told of.")
    for entity, together in kind.unique.items():
        for alike in together:
            names = listed([attribute_word(entity, name) for name in alike])
            lines.append(f"No two {records_label(entity)} may have the same {names}.")
    for entity, allowed in kind.allowed.items():
        for attribute, values in allowed.items():
            lines.append(
                f"{_capital(attribute_word(entity, attribute))} of {records_label(entity)}: {_values(values)}."
            )
    lines += _lengths(kind)
    if kind.largest:
        lines.append(f"A file has at most {kind.largest / 1_000_000:,.0f} MB; a larger one is not delivered.")
    if lines:
        yield "**What it takes.** Before each delivery psconnect looks whether the roster keeps to this.\n"
        yield "\n".join(f"- {line}" for line in lines) + "\n"


def _lengths(kind: Kind) -> Iterator[str]:
    for entity, limits in kind.limits.items():
        named = listed([f"{attribute_word(entity, name)} {most}" for name, most in limits.items()])
        yield f"Most characters, {records_label(entity)}: {named}."
    if kind.longest != LONGEST:
        yield f"Every other value has at most {kind.longest:,} characters."


def _values(values: Iterable[str]) -> str:
    known = sorted(values)
    if all(value.lstrip("-").isdigit() for value in known) and len(known) > _MOST_VALUES:
        return f"from {min(map(int, known))} to {max(map(int, known))}"
    shown = ", ".join(f"`{value}`" for value in known[:_MOST_VALUES])
    return shown + (f" and {len(known) - _MOST_VALUES:,} more" if len(known) > _MOST_VALUES else "")


def _findings(kind: Kind) -> Iterator[str]:
    rows = [(texts.title, f"{_capital(texts.because)}.", texts.to_do) for texts in kind.rules.values()]
    if rows:
        yield "**What is told before a delivery**\n"
        yield from _table(("Finding", "What it means", "What to do"), rows)


def _hints(presets: Iterable[PresetInfo]) -> Iterator[str]:
    for one in presets:
        lines = [*(() if one.verified else ("Not verified with the vendor.",)), *one.needs, *one.hints]
        if lines:
            yield f"**{one.label}**\n"
            yield "\n".join(f"- {line}" for line in lines) + "\n"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for cells in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    yield ""


def _anchor(label: str) -> str:
    return "".join(ch for ch in label.lower().replace(" ", "-") if ch.isalnum() or ch == "-")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def main(checkout: Path) -> int:
    """Writes the page; returns the exit code."""
    (checkout / FILE).write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
