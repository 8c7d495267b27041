"""What each verb does: one function a verb, each a few calls of the service."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from psconnect.cli import codes, demo, output, window
from psconnect.cli.explaining import explain
from psconnect.cli.filtering import filters
from psconnect.cli.identity import adopt, rekey
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.cli.secret_verbs import list_secrets, remove_secret, set_secret
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.runs import Run
from psconnect.service import ConnectionState, Finding, Home, Service, age_in_words, demo_errors
from psconnect.wording.catalogue import tr
from psconnect.wording.pieces import piece_lost, piece_what
from psconnect.wording.runs import scope_word, state_word

_MARKS = {"ok": "ok     ", "warning": "look at", "failed": "FAILED "}


def run(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    """Do what the options say; returns the exit code."""
    if options.verb == "demo" and not options.headless and not options.json and window.can_open():
        return window.open_demo(home, students=options.students, seed=options.seed, port=options.port)
    if options.verb in ("demo", "serve-demo"):
        with cancel_on_interrupt() as cancel, demo_errors(home) as place:
            return demo.demo(options, place, cancel) if options.verb == "demo" else demo.serve(options, place, cancel)
    service = Service(home, clock=clock)
    verb = options.verb if "what" not in options else f"{options.verb} {options.what}"
    return _VERBS[verb](service, options)


def _list(service: Service, options: argparse.Namespace) -> int:
    states = service.connections()
    for error in service.damaged_connections():
        output.show_error(error, as_json=False)
    for state in states:
        if state.trouble:
            output.show_error(state.trouble, as_json=False)
    if options.json:
        output.document({"connections": [_summary(state) for state in states]})
    elif not states:
        output.result("There is no connection yet. Import one, or try: psconnect demo")
    else:
        now = service.clock.now()
        rows = [("Connection", "Destination", "Last run", "State")]
        for state in states:
            last = state.last_run
            when = age_in_words(last.started, now) if last else "not known" if state.trouble else "never"
            word = state_word(last.state) if last else "Not run yet"
            if state.trouble or state.connection.disabled:
                word = "Disabled" if state.connection.disabled else state.trouble.title if state.trouble else ""
            rows.append((state.connection.name, state.connection.destination_kind or "not chosen", when, word))
        output.table(rows)
    return codes.DONE


def _summary(state: ConnectionState) -> dict[str, object]:
    connection = state.connection
    return {
        "name": connection.name,
        "preset": connection.preset,
        "destination": connection.destination_kind,
        "disabled": connection.disabled,
        "last_run": state.last_run.as_dict() if state.last_run else None,
        "error": state.trouble.as_dict() if state.trouble else None,
    }


def _show(service: Service, options: argparse.Namespace) -> int:
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
            # As it is written for `connection set`: true, not True.
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _import(service: Service, options: argparse.Namespace) -> int:
    taken: list[str] = []
    connection = service.import_connection(Path(options.file), on_other_id=taken.append)
    text = f"“{connection.name}” is stored."
    if taken:
        text += (
            f" The id in the file, {taken[0]}, belongs to another connection on this computer, so this one got the id "
            f"{connection.id} and needs a plugin of its own: psconnect plugin NAME -o plugin.zip"
        )
    return _said(options, text, name=connection.name, id=connection.id)


def _export(service: Service, options: argparse.Namespace) -> int:
    service.export_connection(options.name, Path(options.file))
    return _said(options, f"Written to {options.file}. It holds no secret.", file=options.file)


def _set(service: Service, options: argparse.Namespace) -> int:
    connection = service.set_value(options.name, options.key, options.value)
    return _said(options, f"“{options.key}” is set.", name=connection.name, key=options.key)


def _enable(service: Service, options: argparse.Namespace) -> int:
    disabled = options.what == "disable"
    name = service.set_disabled(options.name, disabled=disabled).name
    return _said(options, f"“{name}” is {options.what}d.", name=name, disabled=disabled)


def _remove(service: Service, options: argparse.Namespace) -> int:
    name = service.connection(options.name).name
    question = f"Wipe “{name}” with its secrets, roster data and history? The destination is left as it is."
    if not options.yes and not _confirmed(name, question, _WIPED):
        output.say("Nothing was removed.")
        return codes.USAGE
    held = service.remove_connection(name)
    for path in held:
        output.say(f"{path} could not be deleted. Delete it yourself: it may hold a part of the roster.")
    gone = f"“{name}” is removed, with its secrets, roster data and history."
    return _said(options, gone, name=name, not_deleted=list(held))


_WIPED = ("PSC-REMOVE-YES", "Removing needs a confirmation", "“{name}” and everything stored for it would be wiped.")
_SET_ASIDE = (
    "PSC-REBUILD-YES",
    "Beginning anew needs a confirmation",
    "The runs of “{name}”, what is known of its destination, adopted ids and given user names would be set aside.",
)


def _rebuild(service: Service, options: argparse.Namespace) -> int:
    name = service.connection(options.name).name
    question = (
        f"Set the roster data of “{name}” aside? Its runs, what is known of the destination, adopted ids and given "
        "user names are lost to psconnect; the next sync is a first delivery, which waits for your approval."
    )
    if not options.yes and not _confirmed(name, question, _SET_ASIDE):
        output.say("Nothing was changed.")
        return codes.USAGE
    aside = service.rebuild(name)
    text = f"The roster data of “{name}” is now {aside}. The next sync begins anew and waits for your approval."
    return _said(options, text, name=name, file=str(aside))


def _confirmed(name: str, question: str, refusal: tuple[str, str, str]) -> bool:
    if not sys.stdin.isatty():
        code, title, happened = refusal
        raise FixSettings(code, title, happened.format(name=name), "Repeat the command with --yes.", where=name)
    output.say(question)
    return output.answer("Type the connection’s name to confirm: ") == name


def _plugin(service: Service, options: argparse.Namespace) -> int:
    pieces = service.go_without(options.name, options.without)
    package = service.write_plugin(options.name, Path(options.output))
    asks = f"It asks to view {len(package.access)} fields and to change none."
    text = f"Plugin “{package.name}” {package.version} is in {options.output}. {asks}"
    access = [{"table": table, "field": field} for table, field in package.access]
    for piece in pieces:
        output.say(
            tr(
                "The connection goes without {what} ({name}). {lost}",
                what=piece_what(piece.name),
                name=piece.name,
                lost=piece_lost(piece.name),
            )
        )
    data = {"file": options.output, "name": package.name, "version": package.version, "access": access}
    return _said(options, text, **data, without=[piece.name for piece in pieces])


def _check(service: Service, options: argparse.Namespace) -> int:
    def show(finding: Finding) -> None:
        if not options.json:
            output.result(f"{_MARKS[finding.state]} {finding.step}: {finding.text}")
            if finding.to_do:
                output.result(f"          What to do: {finding.to_do}" + (f" ({finding.code})" if finding.code else ""))

    report = Path(options.report) if options.report else None
    with cancel_on_interrupt() as cancel:
        findings = service.check(options.name, show, cancel, report=report)
    if report:
        output.say(f"What the server’s answers look like is in {report}: nobody’s data. Read it before you send it.")
    if options.json:
        output.document({"findings": [vars(finding) for finding in findings]})
    return codes.NOT_READ if any(finding.state == "failed" for finding in findings) else codes.DONE


def _sync(service: Service, options: argparse.Namespace) -> int:
    def work(progress: output.Progress, cancel: CancelToken) -> Run:
        return service.sync(
            options.name,
            scope=options.scope,
            plan_only=options.plan_only,
            rehearse=options.rehearse,
            trigger=options.trigger or "command line",
            on_event=progress,
            cancel=cancel,
        )

    return _with_progress(options, work)


def _approve(service: Service, options: argparse.Namespace) -> int:
    return _with_progress(
        options, lambda progress, cancel: service.approve(options.id, options.reason, on_event=progress, cancel=cancel)
    )


def _with_progress(
    options: argparse.Namespace,
    work: Callable[[output.Progress, CancelToken], Run],
    verdict: Callable[[Run], str] | None = None,
) -> int:
    progress = output.Progress()
    with cancel_on_interrupt() as cancel:
        try:
            ended = work(progress, cancel)
        finally:
            progress.close()
    if verdict:
        output.say(verdict(ended))
    return _present(options, ended)


def _present(options: argparse.Namespace, run: Run) -> int:
    # What the run did is told by its exit code, also where there is no room for the words.
    with output.ends_with(codes.for_run(run)):
        if options.json:
            output.document(run.as_dict())
            if run.error:
                output.show_parts(run.error)
        else:
            output.show_run(run)
        output.flush()
    return codes.for_run(run)


def _discard(service: Service, options: argparse.Namespace) -> int:
    return _present(options, service.discard(options.id))


def _revalidate(service: Service, options: argparse.Namespace) -> int:
    def work(progress: output.Progress, cancel: CancelToken) -> Run:
        return service.revalidate(options.id, on_event=progress, cancel=cancel)

    def verdict(ended: Run) -> str:
        if ended.id == options.id:
            return "The plan is still the same."
        if ended.error:
            return f"The plan could not be made anew; the run {options.id} still waits."
        return f"The plan is another one now; the run {ended.id} stands in its place."

    return _with_progress(options, work, verdict)


def _edit(service: Service, options: argparse.Namespace) -> int:
    keys = service.keys_of(options.id, options.entity, options.sourcedid)
    edit = service.exclude if options.what == "exclude" else service.include
    edited = edit(options.id, options.entity, keys)
    if options.json:
        return _present(options, edited)
    output.show_set_aside(service.excluded(options.id))
    return _present(options, edited)


def _undo(service: Service, options: argparse.Namespace) -> int:
    return _present(options, service.undo(options.id))


def _run_show(service: Service, options: argparse.Namespace) -> int:
    shown = service.run(options.id)
    _present(options, shown)
    if shown.set_aside and not options.json:
        output.show_set_aside(service.excluded(options.id))
    return codes.DONE


def _runs(service: Service, options: argparse.Namespace) -> int:
    found = service.runs(options.name)
    if options.json:
        output.document({"runs": [shown.as_dict() for shown in found]})
        return codes.DONE
    rows = [("Run", "Started", "Scope", "Changes", "State")]
    for shown in found:
        total = sum(counts.total for counts in shown.changes.values())
        started = f"{shown.started.astimezone():%Y-%m-%d %H:%M}"
        rows.append((shown.id, started, scope_word(shown.scope), f"{total:,}", state_word(shown.state)))
    output.table(rows, right=frozenset({3}))
    return codes.DONE


def _report(service: Service, options: argparse.Namespace) -> int:
    path = Path(options.output).absolute()
    if options.for_registrar and path.suffix.lower() != ".csv":
        raise FixSettings(
            "PSC-REPORT-FORMAT",
            "The list for a registrar is a CSV file",
            f"It can’t be written as “{path.suffix or path.name}”.",
            "End the file’s name with .csv.",
            where=str(path),
        )
    write = service.write_registrar_csv if options.for_registrar else service.report
    write(options.id, path)
    return _said(options, f"The report is in {path}", file=str(path))


def _filters(service: Service, options: argparse.Namespace) -> int:
    with cancel_on_interrupt() as cancel:
        return filters(service, options, cancel)


def _said(options: argparse.Namespace, text: str, **data: object) -> int:
    if options.json:
        output.document(data)
    else:
        output.result(text)
    return codes.DONE


_VERBS: dict[str, Callable[[Service, argparse.Namespace], int]] = {
    "connection list": _list,
    "connection show": _show,
    "connection import": _import,
    "connection export": _export,
    "connection set": _set,
    "connection enable": _enable,
    "connection disable": _enable,
    "connection remove": _remove,
    "connection rebuild": _rebuild,
    "connection adopt": adopt,
    "connection rekey": rekey,
    "secret list": list_secrets,
    "secret set": set_secret,
    "secret remove": remove_secret,
    "plugin": _plugin,
    "check": _check,
    "sync": _sync,
    "runs": _runs,
    "run show": _run_show,
    "run approve": _approve,
    "run discard": _discard,
    "run revalidate": _revalidate,
    "run exclude": _edit,
    "run include": _edit,
    "run undo": _undo,
    "explain": explain,
    "filters": _filters,
    "report": _report,
}
