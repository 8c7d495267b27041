"""Finds the files that are shipped beside the code: presets, templates, icons, translations."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def folder() -> Traversable:
    """The folder of resources: inside the package once installed, beside it in a checkout."""
    inside = resources.files("psconnect") / "resources"
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "resources"


def read_text(*parts: str) -> str:
    """Text of one resource, by its path below the folder; raises FileNotFoundError when there is none."""
    return folder().joinpath(*parts).read_text(encoding="utf-8")


def names(subfolder: str, ending: str) -> list[str]:
    """Names without the ending of all resources of one kind, sorted."""
    entries = (folder() / subfolder).iterdir()
    return sorted(entry.name.removesuffix(ending) for entry in entries if entry.name.endswith(ending))
