"""The verbs for runs: start, show, decide, report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.printed import DrawReport
from psconnect.model.review import FindingQuery
from psconnect.model.runs import Run
from psconnect.service import Service
from psconnect.wording.catalogue import counted, tr
from psconnect.wording.documents import run_document
from psconnect.wording.errors import word


def sync_now(service: Service, options: argparse.Namespace) -> int:
    """``sync``."""
    if options.trigger == "schedule":
        return _sync_scheduled(service, options)

    def work(progress: output.Progress, cancel: CancelToken) -> Run:
        return service.sync(
            options.name,
            scope=options.scope or "all",
            plan_only=options.plan_only,
            rehearse=options.rehearse,
            on_event=progress,
            cancel=cancel,
        )

    return _with_progress(options, work)


def _sync_scheduled(service: Service, options: argparse.Namespace) -> int:
    """What the system's scheduler starts: runs what is due, if anything is."""
    progress = output.Progress()
    with cancel_on_interrupt() as cancel:
        try:
            ended = service.run_scheduled(options.name, on_event=progress, cancel=cancel)
        finally:
            progress.close()
    if ended:
        return present_run(options, ended)
    return output.completed(tr("Nothing is due."), as_json=options.json, due=None)


def approve_run(service: Service, options: argparse.Namespace) -> int:
    """``run approve``."""
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
    return present_run(options, ended)


def present_run(options: argparse.Namespace, run: Run) -> int:
    """Print a run as it ended, or waits; returns its exit code."""
    # The exit code tells what the run did even if the text can't be written.
    with output.ends_with(codes.for_run(run)):
        if options.json:
            output.document(run_document(run))
            if run.error:
                output.show_parts(word(run.error))
        else:
            output.show_run(run)
        output.flush()
    return codes.for_run(run)


def discard_run(service: Service, options: argparse.Namespace) -> int:
    """``run discard``."""
    return present_run(options, service.discard(options.id))


def revalidate_run(service: Service, options: argparse.Namespace) -> int:
    """``run revalidate``."""

    def work(progress: output.Progress, cancel: CancelToken) -> Run:
        return service.revalidate(options.id, on_event=progress, cancel=cancel)

    def verdict(ended: Run) -> str:
        if ended.id == options.id:
            return tr("The plan has not changed.")
        if ended.error:
            return tr("The plan could not be made again; the run {id} still waits.", id=options.id)
        return tr("The plan has changed; the run {id} replaces it.", id=ended.id)

    return _with_progress(options, work, verdict)


def edit_plan(service: Service, options: argparse.Namespace) -> int:
    """``run exclude`` and ``run include``."""
    keys = service.keys_of(options.id, options.entity, options.sourcedid)
    change = service.exclude if options.what == "exclude" else service.include
    edited = change(options.id, options.entity, keys)
    if not options.json:
        output.show_set_aside(service.excluded(options.id))
    return present_run(options, edited)


def undo_run(service: Service, options: argparse.Namespace) -> int:
    """``run undo``."""
    return present_run(options, service.undo(options.id))


def run_details(service: Service, options: argparse.Namespace) -> int:
    """``run show``."""
    shown = service.run(options.id)
    present_run(options, shown)
    if shown.set_aside and not options.json:
        output.show_set_aside(service.excluded(options.id))
    return codes.DONE


def report_file(service: Service, options: argparse.Namespace) -> int:
    """``report``."""
    with cancel_on_interrupt() as cancel:
        if options.new_accounts:
            return _new_accounts(service, options, cancel)
        wanted = {"masked": options.masked, "cancel": cancel}
        if options.per_school:
            folder, ending = Path(options.per_school).absolute(), f".{options.format}"
            draw = _drawing(ending)
            files = service.findings_per_school(options.id, folder, ending, draw=draw, **wanted)
            text = counted(len(files), "1 list is in {folder}", "{count} lists are in {folder}", folder=folder)
            return output.completed(text, as_json=options.json, files=[str(file) for file in files])
        path = Path(options.output).absolute()
        draw = _drawing(path.suffix.lower())
        if options.for_registrar:
            service.write_findings(options.id, FindingQuery(), path, draw=draw, **wanted)
        else:
            service.report(options.id, path, since_last=options.since_last, draw=draw, **wanted)
    if not options.masked:
        output.say(tr("It holds student records: keep it where only those who need it can read it."))
    return output.completed(tr("The report is in {file}", file=path), as_json=options.json, file=str(path))


def _new_accounts(service: Service, options: argparse.Namespace, cancel: CancelToken) -> int:
    if options.masked or options.per_school:
        raise FixSettings("PSC-REPORT-NEW/alone", where="--new-accounts")
    path = service.write_new_accounts(options.id, Path(options.output), cancel=cancel)
    output.say(tr("It holds student records: keep it where only those who need it can read it."))
    return output.completed(tr("The list is in {file}", file=path), as_json=options.json, file=str(path))


def _drawing(ending: str) -> DrawReport | None:
    """What draws PDF; the window's libraries are loaded only if a report needs them."""
    if ending != ".pdf":
        return None
    try:
        from psconnect.desktop.print import draw_report  # noqa: PLC0415 - see above
    except ImportError as error:
        raise FixSettings("PSC-REPORT-PDF", where=".pdf", reason=str(error)) from None
    return draw_report
