"""The operating systems' own tools, asked with a time limit and judged by exit code, never by localised words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psconnect.model.errors import FixSettings, TryLater

LONGEST_SECONDS = 30.0
"""How long a tool may take; a computer that is just waking up takes its time."""
_NO_WINDOW = 0x08000000
"""Windows' CREATE_NO_WINDOW: a console program flashes no window."""
_LONGEST_DETAIL = 300
_run = subprocess.run


@dataclass(frozen=True)
class ToolAnswer:
    """What a tool answered: its exit code, and what it printed."""

    tool: str
    code: int
    out: bytes
    errors: bytes

    def done(self) -> ToolAnswer:
        """The answer, if the tool did what it was asked; raises FixSettings with the tool's own words if not."""
        if self.code == 0:
            return self
        said = (self.errors or self.out).decode(errors="replace").split()
        detail = " ".join(said)[:_LONGEST_DETAIL]
        if not detail:
            raise FixSettings("PSC-SCHEDULE-TOOL/refused-silently", where=self.tool, tool=self.tool, code=self.code)
        raise FixSettings("PSC-SCHEDULE-TOOL/refused", where=self.tool, tool=self.tool, code=self.code, detail=detail)


def ask(
    command: Sequence[str],
    *,
    given: bytes = b"",
    more: Mapping[str, str] | None = None,
    seconds: float = LONGEST_SECONDS,
) -> ToolAnswer:
    """Run a tool with ``given`` on its standard input; raises FixSettings if it is missing, TryLater if it is silent.

    ``more`` are further variables for it. Its words are English where it has a choice (LC_ALL=C): they are shown to a
    person, and nothing depends on them.
    """
    tool = command[0]
    try:
        ended = _run(
            command,
            input=given,
            capture_output=True,
            timeout=seconds,
            env={**os.environ, "LC_ALL": "C", **(more or {})},
            creationflags=_NO_WINDOW if os.name == "nt" else 0,
            check=False,
        )
    except FileNotFoundError:
        raise FixSettings("PSC-SCHEDULE-TOOL/missing", where=tool, tool=tool) from None
    except subprocess.TimeoutExpired:
        raise TryLater("PSC-SCHEDULE-TOOL/silent", where=tool, tool=tool, seconds=int(seconds)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FixSettings("PSC-SCHEDULE-TOOL/not-started", where=tool, tool=tool, reason=reason) from None
    return ToolAnswer(tool, ended.returncode, ended.stdout, ended.stderr)
