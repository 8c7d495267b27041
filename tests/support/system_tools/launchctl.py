"""``launchctl`` as documented and as reported: letting go of an agent takes it a moment, in which it refuses others."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

_NOT_FOUND, _BUSY, _NO_PROCESS = 113, 5, 3
_LINGERS = 2


def main(state: Path, arguments: list[str]) -> int:
    """Do what is asked."""
    what, target = arguments[0], arguments[1]
    if (state / "nobody-logged-in").exists():
        sys.stderr.write("Could not find domain for\n")
        return _NOT_FOUND
    if what == "bootstrap":
        return _bootstrap(state, Path(arguments[2]))
    label = state / Path(target).name
    if what == "print" and target.count("/") == 1:
        return 0
    if what == "list":
        running = label.exists() and (state / "at-work").exists()
        sys.stdout.write('{\n\t"PID" = 4711;\n};\n' if running else "{\n};\n")
        return 0 if label.exists() else _NOT_FOUND
    if not label.exists():
        return _NO_PROCESS if what == "bootout" else _NOT_FOUND
    if what == "bootout":
        if (state / "at-work").exists():
            (state / "killed").touch()
        label.write_text("going")
    elif what == "print" and label.read_text().startswith("going"):
        _let_go(label)
    elif what == "kickstart":
        (state / "started").write_text(label.read_text(), encoding="utf-8")
    return 0


def _bootstrap(state: Path, file: Path) -> int:
    agent = plistlib.loads(file.read_bytes())
    label = state / agent["Label"]
    if file.stem != agent["Label"] or file.stat().st_mode & 0o022 or label.exists() or (state / "refuses").exists():
        sys.stderr.write("Bootstrap failed: 5: Input/output error\n")
        return _BUSY
    label.write_text("\n".join(agent["ProgramArguments"]), encoding="utf-8")
    return 0


def _let_go(label: Path) -> None:
    text = label.read_text() + "."
    if text.count(".") > _LINGERS:
        label.unlink()
    else:
        label.write_text(text)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
