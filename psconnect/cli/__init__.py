"""The command line: the same verbs as the window; stable, documented (docs/command-line.md), tested."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from psconnect import coredumps
from psconnect.cli import codes, output, verbs, window
from psconnect.cli.parser import make_parser
from psconnect.logs import close_log, logger, open_log
from psconnect.model.clock import Clock
from psconnect.model.errors import Bug, Cancelled, PsconnectError
from psconnect.service import Home, Service, find_home
from psconnect.wording.catalogue import tr
from psconnect.wording.errors import word
from psconnect.wording.languages import choose_language, system_languages


def main(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> int:
    """Run one command; returns its exit code (see psconnect.cli.codes). Tests pass their own clock."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.home:
        # A scheduler passes no variables on; what this process starts itself has to find the same home.
        os.environ["PSCONNECT_HOME"] = options.home
    if options.verb != "serve-demo":
        # The demo server has no secrets, and on Linux only a process that may be dumped can be measured.
        coredumps.forbid()
    choose_language("", system_languages())
    if not options.verb and not window.can_open():
        parser.print_help(sys.stderr)
        return codes.USAGE
    handler = None
    try:
        home = find_home()
        _speak_as_chosen(home)
        handler = open_log(home.log_folder())
        code = (
            verbs.run_verb(options, home, clock or Clock())
            if options.verb
            else window.show_window(home, in_tray=options.tray)
        )
        output.flush()
    except BaseException as error:  # noqa: BLE001 - what is no end of a command is raised again
        code = _ended(error, options.verb or "", as_json=options.json)
    finally:
        if handler:
            close_log(handler)
    if handler and handler.trouble:
        told = tr("The log can’t be written ({path}): {trouble}.", path=handler.baseFilename, trouble=handler.trouble)
        output.say(told)
    return code


def _speak_as_chosen(home: Home) -> None:
    # Preferences that can't be read are told where they are shown; here they must not keep a sync from running.
    with contextlib.suppress(PsconnectError):
        choose_language(Service(home).preferences().language, system_languages())


def _ended(error: BaseException, verb: str, *, as_json: bool) -> int:
    """Print why a command ended early; returns its exit code."""
    if isinstance(error, output.Unwritten):
        return _unwritten(error)
    if isinstance(error, PsconnectError):
        return _told(error, as_json=as_json)
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return _stopped(verb, at_once=isinstance(error, KeyboardInterrupt), as_json=as_json)
    if isinstance(error, BrokenPipeError):
        # The reader closed the pipe (psconnect runs NAME | head).
        _silence()
        return codes.CANCELLED
    if not isinstance(error, Exception):
        raise error
    logger.error("bug", extra={"data": {"verb": verb, "kind": type(error).__name__, "at": _place_of(error)}})
    return _told(_bug(error), as_json=as_json)


def _silence() -> None:
    """Discard what is left for standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(error: output.Unwritten) -> int:
    _silence()
    output.say(
        tr(
            "The result could not be written to where it was sent: {error}. What was done is not undone by that.",
            error=error,
        )
    )
    return error.code


def _told(error: PsconnectError, *, as_json: bool) -> int:
    code = codes.for_error(error)
    try:
        with output.ends_with(code):
            output.show_error(error, as_json=as_json)
            output.flush()
    except output.Unwritten as unwritten:
        output.show_parts(word(error))
        return _unwritten(unwritten)
    return code


def _stopped(verb: str, *, at_once: bool, as_json: bool) -> int:
    """Print that a command was stopped: at a safe point, or at once by a second Ctrl+C."""
    half = "A run that was under way is brought to its end by the next start." if at_once else ""
    text = half or "Nothing was left half done."
    if as_json:
        output.document({"error": {"code": "PSC-CANCELLED", "title": "Stopped", "happened": text, "where": verb}})
    output.say(
        tr("Stopped. A run that was under way is brought to its end by the next start.")
        if at_once
        else tr("Stopped. Nothing was left half done.")
    )
    return codes.CANCELLED


def _bug(mistake: Exception) -> Bug:
    return Bug("PSC-BUG/command", kind=type(mistake).__name__, place=_place_of(mistake))


def _place_of(mistake: Exception) -> str:
    """Where in the program it happened, such as ``uniqueness.py:151``; the error's own text may contain data."""
    trace = mistake.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
