"""The verbs and their options."""

from __future__ import annotations

import argparse
from datetime import date

from psconnect import __version__
from psconnect.cli.mail_verbs import MAIL_KEYS
from psconnect.model.entities import BY_KEY
from psconnect.model.filter_rules import FILTERED
from psconnect.model.runs import ABOUT_PEOPLE, RUN_STATES, SCOPES, STARTED_BY
from psconnect.service import ADOPTABLE, FINDABLE, PROVED_START, REPORT_ENDINGS


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="psconnect", description="Connects PowerSchool SIS to the other systems of a school."
    )
    parser.add_argument("--version", action="version", version=f"psconnect {__version__}")
    parser.add_argument("--tray", action="store_true", help="begin as an icon in the tray, without a window")
    parser.add_argument("--home", metavar="FOLDER", default=None, help=argparse.SUPPRESS)
    parser.set_defaults(json=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    _demo_verbs(verbs)
    _connection_verbs(verbs)
    _run_verbs(verbs)
    _diagnostics_verb(verbs)
    _uninstall_verb(verbs)
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
    serve.add_argument(
        "--personality", type=_number(0, 2**31), metavar="N", help="a server whose habits are drawn from this number"
    )
    for verb in (demo, serve):
        verb.add_argument(
            "--port", type=_number(0, 65535), default=0, help="port on this computer (default: any free one)"
        )
        verb.add_argument(
            "--students", type=_number(200, 50_000), default=500, help="size of the district (200 to 50,000)"
        )
        verb.add_argument("--odd", action="store_true", help="with names that programs stumble over, for tests")
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
    imports = _add(kinds, "import", "store the settings of a connection file")
    imports.add_argument("file")
    imports.add_argument("--list", action="store_true", help="only list the settings that it would change")
    export = _add(kinds, "export", "write the settings to a connection file, without secrets")
    export.add_argument("name")
    export.add_argument("file")
    change = _add(kinds, "set", "change one setting")
    for argument in ("name", "key", "value"):
        change.add_argument(argument)
    remove = _add(kinds, "remove", "wipe settings, secrets, roster data and history")
    remove.add_argument("name")
    remove.add_argument("--yes", action="store_true", help="don’t ask")
    remove.add_argument("--list", action="store_true", help="only list what would be wiped")
    remove.add_argument("--proof", metavar="FILE.txt", help="also write what was there before, and what is afterwards")
    rebuild = _add(kinds, "rebuild", "set damaged roster data aside, so that the next sync starts again")
    rebuild.add_argument("name")
    rebuild.add_argument("--yes", action="store_true", help="don’t ask")
    _identity_verbs(kinds)
    _secret_verbs(verbs)
    plugin = _add(verbs, "plugin", "build the plugin package for PowerSchool")
    plugin.add_argument("name")
    plugin.add_argument("-o", "--output", required=True, metavar="FILE", help="a .zip, or an .xml for plugin.xml alone")
    plugin.add_argument("--list", metavar="FILE.html", help="also write every field that it asks to view, and why")
    plugin.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="WHAT",
        help="go without what PowerSchool refuses, from now on: a piece, or a table or field as PowerSchool names it; "
        "can be repeated",
    )
    _check_verb(verbs)


def _check_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    check = _add(verbs, "check", "test the connection step by step")
    check.add_argument("name")
    check.add_argument(
        "--report", metavar="FILE.json", help="write what the server’s answers look like, without anybody’s data"
    )
    check.add_argument(
        "--accept-host-key",
        metavar="FINGERPRINT",
        default="",
        help="first accept the key that the SFTP server shows, if this is its fingerprint",
    )


def _diagnostics_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    found = _add(verbs, "diagnostics", "collect versions, settings, codes and counts for who helps; nothing is sent")
    found.add_argument("-o", "--output", metavar="FILE.zip", help="also save the text that is shown")
    found.add_argument("--yes", action="store_true", help="don’t ask before saving")


def _uninstall_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    leaving = _add(verbs, "uninstall", "take psconnect’s entries out of this computer’s scheduler and login programs")
    leaving.add_argument("--data", action="store_true", help="also remove every connection with all its data")
    leaving.add_argument("--yes", action="store_true", help="don’t ask before data is removed")


def _secret_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    secret = verbs.add_parser("secret", help="keep secrets in the keyring")  # type: ignore[attr-defined]
    secrets = secret.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add(secrets, "list", "list the secrets of a connection and where each is, never its value").add_argument("name")
    for what, text in (
        ("set", "read a secret from standard input and keep it in the keyring"),
        ("remove", "delete a secret from the keyring"),
    ):
        one = _add(secrets, what, text)
        one.add_argument("name")
        one.add_argument("key", help="as “secret list” names it, like source.client_secret or destination.token")


def _mail_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    mail = verbs.add_parser("mail", help="the server that sends psconnect’s mail")  # type: ignore[attr-defined]
    kinds = mail.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add(kinds, "show", "show its settings, and where its secret is")
    change = _add(kinds, "set", "change one setting")
    change.add_argument("key", choices=MAIL_KEYS)
    change.add_argument("value", help="an empty text clears it")
    secret = _add(kinds, "secret", "read the secret from standard input and keep it in the keyring")
    secret.add_argument("--remove", action="store_true", help="delete it from the keyring instead")
    _add(kinds, "test", "send a test mail").add_argument("address", help="to whom")
    told = _add(verbs, "notices", "who is told of a connection’s runs, and what waits to be sent")
    told.add_argument("name")
    told.add_argument("--send", action="store_true", help="try to send what waits now")


def _identity_verbs(kinds: _Verbs) -> None:  # type: ignore[valid-type]
    adopt = _add(kinds, "adopt", "take over the ids that a system with accounts already has for the records")
    adopt.add_argument("name")
    adopt.add_argument("file", metavar="FILE.csv", help="columns: id, and dcid, number, username or email")
    adopt.add_argument("--entity", choices=tuple(ADOPTABLE), default="student")
    rekey = _add(kinds, "rekey", "let ids be made otherwise: see who gets which id, then store it")
    rekey.add_argument("name")
    rekey.add_argument(
        "--id", action="append", default=[], metavar="KIND=NUMBER", help="like student=number; can be repeated"
    )
    for option, what in (("", "every id"), ("username-", "every user name"), ("course-", "every course number")):
        rekey.add_argument(f"--{option}prefix", metavar="TEXT", default=None, help=f"what stands in front of {what}")
    rekey.add_argument(
        "--setting", action="append", default=[], metavar="KEY=VALUE", help="a frozen setting of the destination"
    )
    rekey.add_argument("--forget-adopted", action="store_true", help="give up the ids that were adopted")
    rekey.add_argument("--plan", metavar="FILE.csv", help="write the list from old to new ids")
    rekey.add_argument("--plugin", metavar="FILE.zip", help="only write the plugin that the new ids need")
    for verb in (adopt, rekey):
        verb.add_argument("--yes", action="store_true", help="store it without asking")


def _run_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    sync = _add(verbs, "sync", "run a connection")
    sync.add_argument("name")
    sync.add_argument("--scope", choices=SCOPES, action=_ScopeOrTrigger, help="what to deliver (default: all)")
    only = sync.add_mutually_exclusive_group()
    only.add_argument("--plan-only", action="store_true", help="make the plan and deliver nothing")
    only.add_argument("--rehearse", action="store_true", help="plan next school year; it is never delivered")
    as_scheduled = "as the system’s scheduler starts it: run what is due"
    only.add_argument("--trigger", choices=("schedule",), action=_ScopeOrTrigger, help=as_scheduled)
    _schedule_verb(verbs)
    _history_verbs(verbs)
    _mail_verbs(verbs)
    run = verbs.add_parser("run", help="show, approve, change, discard or undo a run")  # type: ignore[attr-defined]
    kinds = run.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add(kinds, "show", "show a run").add_argument("id")
    approve = _add(kinds, "approve", "approve a waiting run and apply it")
    approve.add_argument("id")
    approve.add_argument("--reason", required=True)
    _add(kinds, "discard", "give up a waiting run").add_argument("id")
    _add(kinds, "revalidate", "plan a waiting run anew and say whether it is still the same").add_argument("id")
    for name, text in (
        ("exclude", "leave single records out of a waiting run; at the destination they stay as they are"),
        ("include", "take excluded records back into a waiting run"),
    ):
        edit = _add(kinds, name, text)
        edit.add_argument("id")
        edit.add_argument("entity", choices=tuple(BY_KEY))
        edit.add_argument("sourcedid", nargs="+")
    _add(kinds, "undo", "make a waiting run that takes an applied one back").add_argument("id")
    compared = _add(kinds, "compare", "say what differs between two runs of a connection")
    compared.add_argument("id")
    compared.add_argument("other", metavar="id")
    caught = _add(verbs, "filters", "count who passes an entity’s filter rules and list who is caught")
    caught.add_argument("name")
    caught.add_argument("entity", choices=FILTERED)
    caught.add_argument("--most", type=_number(1, 1_000_000), default=200, help="how many to list (default: 200)")
    explain = _add(verbs, "explain", "find a record and say why it is or is not at the destination")
    explain.add_argument("name")
    explain.add_argument("text", help="a name, number or id")
    explain.add_argument("--entity", choices=FINDABLE, default=None)
    _sign_in_verb(verbs)
    _report_verb(verbs)


def _sign_in_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    found = _add(verbs, "sign-in", "see how a person signs in at the destination, and set it by hand")
    found.add_argument("name")
    found.add_argument("text", nargs="?", help="a name, number or id (default: list all that were set by hand)")
    found.add_argument(
        "type", nargs="?", help="google, microsoft or password; “follow” lets it follow the domain of the e-mail"
    )
    found.add_argument("--entity", choices=ABOUT_PEOPLE, default=None)


def _report_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    report = _add(verbs, "report", "write the report of a run")
    report.add_argument("id")
    where = report.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="FILE.html|pdf|xlsx|csv|json")
    where.add_argument("--per-school", metavar="FOLDER", help="a list of findings for each school, in this folder")
    endings = [ending.removeprefix(".") for ending in REPORT_ENDINGS]
    report.add_argument("--format", choices=endings, default="html", help="of these lists (default: html)")
    report.add_argument("--masked", action="store_true", help="masks instead of names, and no ids or other data")
    part = report.add_mutually_exclusive_group()
    part.add_argument("--since-last", action="store_true", help="only what changed against the run before")
    part.add_argument("--for-registrar", action="store_true", help="only the findings, with people’s names and numbers")
    part.add_argument(
        "--new-accounts", action="store_true", help="only the people who are new, with names and user names (CSV)"
    )


def _schedule_verb(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    schedule = _add(verbs, "schedule", "let a connection run by itself, or once in the off-peak hours")
    schedule.add_argument("name")
    schedule.add_argument(
        "what",
        choices=("on", "off", "status", "tonight", "not-tonight", "prove", PROVED_START),
        metavar="on|off|status|tonight|not-tonight|prove",
        help="run at its times or not; say how it stands; run within 24 hours, in the off-peak hours, or not after "
        "all; have the system start psconnect once, to see that it works",
    )


def _history_verbs(verbs: _Verbs) -> None:  # type: ignore[valid-type]
    runs = _add(verbs, "runs", "list the runs of a connection, newest first")
    runs.add_argument("name")
    runs.add_argument(
        "--record", default="", metavar="TEXT", help="only runs that change a record of this name or number"
    )
    runs.add_argument(
        "--state", action="append", default=[], choices=RUN_STATES, metavar="STATE", help="can be repeated"
    )
    runs.add_argument(
        "--trigger", action="append", default=[], choices=tuple(STARTED_BY), help="what started it; can be repeated"
    )
    runs.add_argument("--since", type=_day, default=None, metavar="YYYY-MM-DD", help="only runs from this day on")
    runs.add_argument(
        "--until", type=_day, default=None, metavar="YYYY-MM-DD", help="only runs up to and with this day"
    )
    runs.add_argument("--limit", type=_number(1, 1_000_000), default=None, help="how many to list (default: all)")
    log = _add(verbs, "disclosures", "list what was delivered where and when, without anybody’s data")
    log.add_argument("name", nargs="?", help="one connection, also a removed one (default: all)")
    log.add_argument("-o", "--output", metavar="FILE.csv", help="write the list as a table")


class _ScopeOrTrigger(argparse.Action):
    """Stores ``--scope`` or ``--trigger`` of sync, not both: what a schedule starts always delivers everything."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, *_option: object
    ) -> None:
        setattr(namespace, self.dest, values)
        if namespace.scope and namespace.trigger:
            parser.error("argument --scope: not allowed with argument --trigger")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day like 2026-11-18") from None


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
