"""The version of a plugin: it rises when its content changes, and only then.

PowerSchool refuses an update whose version is not higher (docs/powerschool.md 15.7), however it compares the two. So a
version is the time at which its content was first built: digits of a fixed length, which rise as numbers and as text,
and which are higher than those of another computer that changed the same connection earlier.
"""

from __future__ import annotations

from datetime import datetime

from psconnect.model.sections import BuiltPlugin


def version_for(kept: BuiltPlugin, content: str, now: datetime) -> str:
    """The version of a plugin with this content, if ``kept`` was built last."""
    if kept.version and kept.content == content:
        return kept.version
    version = f"1.{now:%Y%m%d.%H%M%S}"
    if not kept.version or _numbers(version) > _numbers(kept.version):
        return version
    # This computer's clock was put back, or the other computer's is ahead.
    *others, last = kept.version.split(".")
    return ".".join([*others, f"{int(last) + 1:0{len(last)}}"])


def built_later(*some: BuiltPlugin) -> BuiltPlugin:
    """The one with the highest version: two copies of a connection may each know of a plugin."""
    return max(some, key=lambda one: _numbers(one.version))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part]
