"""``crontab`` as cronie and Debian's cron have it, without a daemon."""

from __future__ import annotations

import sys
from pathlib import Path


def main(state: Path, arguments: list[str]) -> int:
    """Do what is asked; ends with 1 for whatever is wrong."""
    table = state / "table"
    refuses = state / ("refuses-to-list" if arguments == ["-l"] else "refuses-to-write")
    if refuses.exists():
        sys.stderr.write(refuses.read_text())
        return 1
    if arguments == ["-l"]:
        if not table.exists():
            sys.stderr.write("no crontab for ana\n")
            return 1
        sys.stdout.buffer.write(table.read_bytes())
    elif arguments == ["-r"]:
        table.unlink()
    else:
        given = sys.stdin.buffer.read()
        if not given.endswith(b"\n"):
            sys.stderr.write("new crontab file is missing newline before EOF, can't install.\n")
            return 1
        table.write_bytes(given)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
