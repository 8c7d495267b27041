"""Runs in the judges' own environment: drives one client of PowerSchool by others, as told line by line.

The first line on standard input names the client and the server: ``{"client", "url", "id", "secret"}``. Each further
line is a list of steps, ``[name, arguments, keyword arguments]``, taken one from the result of the other, beginning at
the client. One line of JSON answers each: ``{"value"}`` or ``{"error": [type, text]}``; ``log`` holds what the client
logged as an error. What clients print goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from typing import Any, TextIO


class Log(logging.Handler):
    """Keeps what a client logs instead of raising it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take one message."""
        self.lines.append(record.getMessage().strip())

    def taken(self) -> list[str]:
        """The messages since the last call."""
        lines, self.lines = self.lines, []
        return lines


def sign_in(to: dict[str, str]) -> Any:
    """The client, made as its own documentation says."""
    if to["client"] == "pypowerschool":
        return importlib.import_module("pypowerschool.powerschool").Client(to["url"], to["id"], to["secret"])
    if to["client"] == "powerschool-adapter":
        return importlib.import_module("powerschool_adapter").PowerSchool(to["url"], to["id"], to["secret"])
    host = to["url"].partition("://")[2]
    return importlib.import_module("powerschool").PowerSchool(host, auth=(to["id"], to["secret"]))


def follow(root: Any, steps: list[list[Any]]) -> Any:
    """The result of the steps; a step without arguments at all reads an attribute."""
    for name, *rest in steps:
        found = getattr(root, name)
        root = found(*rest[0], **(rest[1] if len(rest) > 1 else {})) if rest else found
    return root


def plain(value: Any) -> Any:
    """A client's answer as JSON can say it."""
    if hasattr(value, "status_code"):
        return {"status": value.status_code, "text": value.text}
    if hasattr(value, "to_list"):
        return value.data
    return value if isinstance(value, (dict, list, str, int, float, type(None))) else type(value).__name__


def answer(log: Log, act: Any) -> dict[str, Any]:
    """What ``act`` gives, or what it raises: that is an answer of the client, too."""
    try:
        return {"value": plain(act()), "log": log.taken()}
    except Exception as error:  # noqa: BLE001 (whatever a client raises is what the judge asks for)
        return {"error": [type(error).__name__, str(error)], "log": log.taken()}


def main(lines: TextIO, out: TextIO) -> None:
    """Sign in, then answer line by line until the input ends."""
    log = Log()
    logging.getLogger().addHandler(log)
    client: list[Any] = []
    to = json.loads(lines.readline())
    print(json.dumps(answer(log, lambda: client.append(sign_in(to)))), file=out, flush=True)
    for line in lines:
        steps = json.loads(line)
        print(json.dumps(answer(log, lambda: follow(client[0], steps))), file=out, flush=True)  # noqa: B023 (used at once)


if __name__ == "__main__":
    real, sys.stdout = sys.stdout, sys.stderr
    main(sys.stdin, real)
