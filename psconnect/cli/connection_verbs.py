"""The verbs for a connection itself: its settings, plugin and access."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.model.connection import to_dict
from psconnect.model.errors import FixSettings
from psconnect.service import ConnectionState, Finding, Service
from psconnect.wording.catalogue import counted, marked, tr, translated
from psconnect.wording.checks import word_finding
from psconnect.wording.documents import run_document
from psconnect.wording.errors import word
from psconnect.wording.pieces import piece_lost, piece_what
from psconnect.wording.runs import state_word
from psconnect.wording.times import ago

_MARKS = {"ok": marked("ok"), "warning": marked("look at"), "waiting": marked("not yet"), "failed": marked("FAILED")}


def list_connections(service: Service, options: argparse.Namespace) -> int:
    """``connection list``."""
    states = service.connections()
    for error in service.damaged_connections():
        output.show_error(error, as_json=False)
    for state in states:
        if state.trouble:
            output.show_error(state.trouble, as_json=False)
    if options.json:
        output.document({"connections": [_summary(state) for state in states]})
    elif not states:
        output.result(tr("There are no connections yet. Import one, or try: psconnect demo"))
    else:
        heading = (tr("Connection"), tr("Destination"), tr("Last run"), tr("State"))
        output.table([heading, *(_row(service, state) for state in states)])
    return codes.DONE


def _row(service: Service, state: ConnectionState) -> tuple[str, ...]:
    last, trouble = state.last_run, state.trouble
    if last:
        when, how = ago(last.started, service.clock.now()), state_word(last.state)
    elif trouble:
        when, how = tr("not known"), word(trouble).title
    else:
        when, how = tr("never"), tr("Not run yet")
    kind = state.connection.destination_kind or tr("not chosen")
    return (state.connection.name, kind, when, tr("Disabled") if state.connection.disabled else how)


def _summary(state: ConnectionState) -> dict[str, object]:
    connection = state.connection
    return {
        "name": connection.name,
        "preset": connection.preset,
        "destination": connection.destination_kind,
        "disabled": connection.disabled,
        "last_run": run_document(state.last_run) if state.last_run else None,
        "error": word(state.trouble).as_dict() if state.trouble else None,
    }


def show_connection(service: Service, options: argparse.Namespace) -> int:
    """``connection show``."""
    data = to_dict(service.connection(options.name))
    if options.json:
        output.document(data)
    else:
        output.table(list(_flat(data)))
    return codes.DONE


def _flat(data: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            # As `connection set` takes it: true, not True.
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def import_file(service: Service, options: argparse.Namespace) -> int:
    """``connection import``."""
    taken: list[str] = []
    off: list[bool] = []
    path = Path(options.file)
    changes = service.changes_by_import(path)
    if options.list:
        return output.completed(_changed_settings(changes), as_json=options.json, changes=changes)
    connection = service.import_connection(path, on_other_id=taken.append, on_schedule_off=lambda: off.append(True))
    text = tr("“{name}” was imported.", name=connection.name)
    if changes:
        output.say(_changed_settings(changes))
    if off:
        output.say(
            tr("Its schedule is off here: two computers must not deliver. To switch it on: psconnect schedule NAME on")
        )
    if taken:
        other = tr(
            "Another connection on this computer has the id in the file ({taken}), so this one got the id {id} and "
            "needs its own plugin: psconnect plugin NAME -o plugin.zip",
            taken=taken[0],
            id=connection.id,
        )
        text = tr("{first} {second}", first=text, second=other)
    return output.completed(text, as_json=options.json, name=connection.name, id=connection.id)


def _changed_settings(changes: Sequence[str]) -> str:
    """Which settings of a connection an imported file changes."""
    if not changes:
        return tr("The file changes no setting of a connection that is here.")
    return counted(
        len(changes), "The file changes {count} setting: {keys}", "The file changes {count} settings: {keys}",
        keys=", ".join(changes),
    )  # fmt: skip


def export_file(service: Service, options: argparse.Namespace) -> int:
    """``connection export``."""
    service.export_connection(options.name, Path(options.file))
    text = tr("The settings are in {file}. The file holds no secret.", file=options.file)
    return output.completed(text, as_json=options.json, file=options.file)


def set_value(service: Service, options: argparse.Namespace) -> int:
    """``connection set``."""
    connection = service.set_value(options.name, options.key, options.value)
    text = tr("“{key}” is set.", key=options.key)
    return output.completed(text, as_json=options.json, name=connection.name, key=options.key)


def enable_or_disable(service: Service, options: argparse.Namespace) -> int:
    """``connection enable`` and ``connection disable``."""
    disabled = options.what == "disable"
    name = service.set_disabled(options.name, disabled=disabled).name
    text = tr("“{name}” is disabled.", name=name) if disabled else tr("“{name}” is enabled.", name=name)
    return output.completed(text, as_json=options.json, name=name, disabled=disabled)


def rebuild_data(service: Service, options: argparse.Namespace) -> int:
    """``connection rebuild``."""
    name = service.connection(options.name).name
    question = tr(
        "Set the roster data of “{name}” aside? psconnect then no longer knows its runs, what it has delivered, "
        "adopted ids, generated user names and sign-in types set by hand. The next sync is a first delivery and waits "
        "for your approval.",
        name=name,
    )
    refusal = FixSettings("PSC-REBUILD-YES", where=name, name=name)
    if not options.yes and not confirmed_by_name(name, question, refusal):
        output.say(tr("Nothing was changed."))
        return codes.USAGE
    aside = service.rebuild(name)
    text = tr(
        "The roster data of “{name}” is now {file}. The next sync starts again and waits for your approval.",
        name=name,
        file=aside,
    )
    return output.completed(text, as_json=options.json, name=name, file=str(aside))


def confirmed_by_name(name: str, question: str, refusal: FixSettings) -> bool:
    """Ask on the terminal, and have the connection's name typed; raises ``refusal`` where there is no terminal."""
    if not sys.stdin.isatty():
        raise refusal
    output.say(question)
    return output.answer(tr("Type the connection’s name to confirm: ")) == name


def write_plugin(service: Service, options: argparse.Namespace) -> int:
    """``plugin``."""
    pieces = service.go_without(options.name, options.without)
    package = service.write_plugin(options.name, Path(options.output))
    text = counted(
        len(package.access),
        "Plugin “{plugin}” {version} is in {file}. It asks to view 1 field and to change none.",
        "Plugin “{plugin}” {version} is in {file}. It asks to view {count} fields and to change none.",
        plugin=package.name,
        version=package.version,
        file=options.output,
    )
    if options.list:
        service.save_access_list(service.connection(options.name), Path(options.list))
        output.say(tr("What it asks to view, and why, is in {file}.", file=options.list))
    for piece in pieces:
        output.say(
            tr(
                "The connection goes without {what} ({name}). {lost}",
                what=piece_what(piece.name),
                name=piece.name,
                lost=piece_lost(piece.name),
            )
        )
    access = [{"table": table, "field": field} for table, field in package.access]
    data = {"file": options.output, "name": package.name, "version": package.version, "access": access}
    return output.completed(text, as_json=options.json, **data, without=[piece.name for piece in pieces])


def check_access(service: Service, options: argparse.Namespace) -> int:
    """``check``."""
    width = max(len(translated(mark)) for mark in _MARKS.values())

    def tell(finding: Finding) -> None:
        if not options.json:
            told = word_finding(finding)
            output.result(f"{translated(_MARKS[told.state]):<{width}} {told.step}: {told.text}")
            if told.to_do:
                to_do = tr("What to do: {to_do}", to_do=told.to_do)
                output.result(f"{'':{width}}   {to_do}" + (f" ({told.code})" if told.code else ""))

    report = Path(options.report) if options.report else None
    if options.accept_host_key:
        shown = service.accept_host_key(options.name, options.accept_host_key)
        output.say(tr("The SFTP server’s key is accepted: {shown}", shown=shown))
    with cancel_on_interrupt() as cancel:
        findings = service.check(options.name, tell, cancel, report=report)
    stored = service.storage_findings()
    for finding in stored:
        tell(finding)
    if report:
        output.say(
            tr(
                "{file} describes the server’s answers and holds nobody’s data. Read it before sending it.",
                file=report,
            )
        )
    if options.json:
        document = {"findings": findings, "storage": stored}
        output.document({key: [word_finding(one).as_dict() for one in found] for key, found in document.items()})
    return codes.NOT_READ if any(finding.state == "failed" for finding in findings) else codes.DONE
