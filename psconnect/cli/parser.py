"""The verbs and their options."""

from __future__ import annotations

import argparse

from psconnect import __version__
from psconnect.model.runs import SCOPES


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="psconnect", description="Connects PowerSchool SIS to the other systems of a school."
    )
    parser.add_argument("--version", action="version", version=f"psconnect {__version__}")
    parser.set_defaults(json=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    _demo_verbs(verbs)
    _connection_verbs(verbs)
    _run_verbs(verbs)
    return parser


_Verbs = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(verbs: _Verbs, name: str, text: str) -> argparse.ArgumentParser:  # type: ignore[valid-type]
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)  # type: ignore[attr-defined]
    verb.add_argument("--json", action="store_true", help="print the result as one JSON document")
    return verb


def _demo_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    demo = _add(verbs, "demo", "set up the demo district, sync it and write the report")
    demo.add_argument("--headless", action="store_true", help="without a window")
    serve = _add(
        verbs, "serve-demo", "run only the demo district’s PowerSchool; prints address and credentials as JSON"
    )
    for verb in (demo, serve):
        verb.add_argument(
            "--port", type=_number(0, 65535), default=0, help="port on this computer (default: any free one)"
        )
        verb.add_argument(
            "--students", type=_number(200, 50_000), default=500, help="size of the district (200 to 50,000)"
        )
        verb.add_argument("--seed", type=_number(0, 2**31), default=1, help="another number makes another district")


def _connection_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    connection = verbs.add_parser("connection", help="see and change connections")  # type: ignore[attr-defined]
    kinds = connection.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add(kinds, "list", "list all connections")
    for name, text in (
        ("show", "show the settings"),
        ("enable", "let it run again"),
        ("disable", "keep everything, run nothing"),
    ):
        _add(kinds, name, text).add_argument("name")
    _add(kinds, "import", "store the settings of a connection file").add_argument("file")
    export = _add(kinds, "export", "write the settings to a connection file, without secrets")
    export.add_argument("name")
    export.add_argument("file")
    change = _add(kinds, "set", "change one setting")
    for argument in ("name", "key", "value"):
        change.add_argument(argument)
    remove = _add(kinds, "remove", "wipe settings, secrets, roster data and history")
    remove.add_argument("name")
    remove.add_argument("--yes", action="store_true", help="don’t ask")
    secret = verbs.add_parser("secret", help="keep a secret in the keyring")  # type: ignore[attr-defined]
    keep = _add(
        secret.add_subparsers(dest="what", metavar="WHAT", required=True),
        "set",
        "read a secret from standard input and keep it",
    )
    keep.add_argument("name")
    keep.add_argument("key", help="source.client_secret")
    plugin = _add(verbs, "plugin", "build the plugin package for PowerSchool")
    plugin.add_argument("name")
    plugin.add_argument("-o", "--output", required=True, metavar="FILE.zip")
    _add(verbs, "check", "test the connection step by step").add_argument("name")


def _run_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    sync = _add(verbs, "sync", "run a connection")
    sync.add_argument("name")
    sync.add_argument("--scope", choices=SCOPES, default="all")
    sync.add_argument("--plan-only", action="store_true", help="make the plan and deliver nothing")
    sync.add_argument("--trigger", choices=("schedule",), default=None, help=argparse.SUPPRESS)
    _add(verbs, "runs", "list the runs of a connection, newest first").add_argument("name")
    run = verbs.add_parser("run", help="show, approve or discard a run")  # type: ignore[attr-defined]
    kinds = run.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add(kinds, "show", "show a run").add_argument("id")
    approve = _add(kinds, "approve", "approve a waiting run and apply it")
    approve.add_argument("id")
    approve.add_argument("--reason", required=True)
    _add(kinds, "discard", "give up a waiting run").add_argument("id")
    report = _add(verbs, "report", "write the report of a run")
    report.add_argument("id")
    report.add_argument("-o", "--output", required=True, metavar="FILE.html|FILE.csv")


def _number(lowest: int, highest: int) -> type[int]:
    def check(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = lowest - 1
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from {lowest:,} to {highest:,}")
        return value

    return check  # type: ignore[return-value]
