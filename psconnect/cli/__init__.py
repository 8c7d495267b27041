"""The command line: the same verbs as the window; stable, documented, tested (design.md section 5)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from psconnect.cli import codes, output, verbs, window
from psconnect.cli.parser import make_parser
from psconnect.logs import close_log, open_log
from psconnect.model.clock import Clock
from psconnect.model.errors import Cancelled, PsconnectError
from psconnect.store.home import find_home


def main(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> int:
    """Run one command; returns its exit code (see psconnect.cli.codes). Tests give a clock of their own."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    parser = make_parser()
    options = parser.parse_args(arguments)
    if not options.verb and not window.can_open():
        parser.print_help(sys.stderr)
        return codes.USAGE
    handler = None
    try:
        home = find_home()
        handler = open_log(home.log_folder())
        if not options.verb:
            return window.open_window(home)
        return verbs.run(options, home, clock or Clock())
    except PsconnectError as error:
        output.show_error(error, as_json=options.json)
        return codes.for_error(error)
    except (Cancelled, KeyboardInterrupt):
        output.say("Stopped. Nothing was left half done.")
        return codes.CANCELLED
    finally:
        if handler:
            close_log(handler)
