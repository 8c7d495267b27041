"""The demo: a made-up district on this computer, set up and synced like a real one, in its own folder."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from psconnect.cli import codes, output
from psconnect.demo import DemoOptions, DemoServer, Personality, draw
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError
from psconnect.model.runs import Run
from psconnect.service import CLIENT_SECRET, DEMO_NAME, DemoHome, PluginPackage, Service
from psconnect.wording.checks import word_finding
from psconnect.wording.documents import run_document
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold

_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def demo(options: argparse.Namespace, place: DemoHome, cancel: CancelToken) -> int:
    """Set up the demo district, sync it and write its report; returns the exit code."""
    with _serving(options, place) as server:
        output.say(f"1. The demo district is running at {server.url} ({options.students:,} students).")
        service = _set_up(server, place)
        if not _checked(service, cancel):
            return codes.NOT_READ
        run = _synced(service, cancel)
        report = service.report(run.id, place.folder / "report.html")
        service.report(run.id, place.folder / "report.csv")
        output.say(f"6. Report: {report}")
        _summary(options, run, place)
        return codes.for_run(run)


def serve(options: argparse.Namespace, place: DemoHome, cancel: CancelToken) -> int:
    """Serve the demo district until Ctrl+C; prints address and credentials of the installed plugin as JSON."""
    personality = Personality() if options.personality is None else draw(options.personality)
    with _serving(options, place, personality) as server:
        service = _set_up(server, place, quiet=True)
        plugin = server.plugins()[0]
        found = {
            "url": server.url,
            "client_id": plugin.client_id,
            "client_secret": plugin.client_secret,
            "control_token": server.control_token,
            "database": str(server.database),
            **server.admin_sign_in,
            "connection": str(service.home.connections()),
            "personality": personality.public(),
        }
        print(json.dumps(found), flush=True)
        with contextlib.suppress(Cancelled):
            cancel.wait()
    return codes.DONE


@contextlib.contextmanager
def _serving(
    options: argparse.Namespace, place: DemoHome, personality: Personality | None = None
) -> Iterator[DemoServer]:
    """Run the demo district's server; raises FixSettings if its port is in use."""
    server = _server(options, place, personality or Personality())
    try:
        server.start()
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        raise FixSettings(
            "PSC-DEMO-PORT", where="--port", port=options.port, reason=error.strerror or type(error).__name__
        ) from None
    try:
        yield server
    finally:
        server.stop()


def _server(options: argparse.Namespace, place: DemoHome, personality: Personality) -> DemoServer:
    today = datetime.now().astimezone().date()
    return DemoServer(
        DemoOptions(
            folder=place.server_folder,
            students=options.students,
            seed=options.seed,
            today=today,
            port=options.port,
            quirks=personality.quirks,
            habits=replace(personality.district, odd=options.odd),
        )
    )


def _set_up(server: DemoServer, place: DemoHome, *, quiet: bool = False) -> Service:
    """Set up a connection to the demo district: plugin built, installed and enabled, secret stored."""

    def say(text: str) -> None:
        if not quiet:
            output.say(text)

    service = Service(place.home)
    service.save_connection(place.connection(server.url))
    package = service.build_plugin(DEMO_NAME)
    plugin = _installed(server, package)
    say(
        f"2. Plugin “{package.name}” {package.version} is installed and enabled; it may view {len(package.access)} "
        "fields and change none."
    )
    service.set_value(DEMO_NAME, "source.client_id", json.dumps(plugin[0]))
    _keep_secret(service, plugin[1], say)
    return service


def _installed(server: DemoServer, package: PluginPackage) -> tuple[str, str]:
    server.install(package.content)
    plugin = server.enable(package.name)
    return plugin.client_id or "", plugin.client_secret or ""


def _keep_secret(service: Service, secret: str, say: Callable[[str], None]) -> None:
    reason = "This computer has no keyring."
    if service.keeps_secrets():
        try:
            service.keep_secret(DEMO_NAME, CLIENT_SECRET, secret)
        except PsconnectError as error:
            reason = word(error).happened
        else:
            say("3. The client secret is in the keyring of this computer.")
            return
    service.keep_secrets_in_memory()
    service.keep_secret(DEMO_NAME, CLIENT_SECRET, secret)
    say(f"3. {reason} The demo’s secret is kept in memory until it ends.")


def _checked(service: Service, cancel: CancelToken) -> bool:
    findings = service.check(DEMO_NAME, lambda _finding: None, cancel)
    failed = [finding for finding in findings if finding.state == "failed"]
    for finding in failed:
        told = word_finding(finding)
        output.say(f"   {told.step}: {told.text} {told.to_do} ({told.code})")
    output.say(f"4. Connection checked: {len(findings) - len(failed)} of {len(findings)} steps passed.")
    return not failed


def _synced(service: Service, cancel: CancelToken) -> Run:
    progress = output.Progress()
    try:
        run = service.sync(DEMO_NAME, on_event=progress, cancel=cancel)
        if run.state == "held":
            progress.close()
            output.say(
                f"5. The plan is on hold, as it should be: {word_hold(run.holds[0]).reason} Approved for the demo."
            )
            run = service.approve(run.id, "Demo", on_event=progress, cancel=cancel)
    finally:
        progress.close()
    return run


def _summary(options: argparse.Namespace, run: Run, place: DemoHome) -> None:
    bundle, report = place.roster_folder / f"{DEMO_NAME}.zip", place.folder / "report.html"
    if options.json:
        output.document({"run": run_document(run), "bundle": str(bundle), "report": str(report)})
        return
    output.result("")
    output.show_run(run)
    output.result("")
    read = sum(run.read.values())
    delivered = sum(counts.create + counts.update for counts in run.changes.values())
    students = run.changes.get("student")
    output.result(
        f"Read from PowerSchool: {read:,} rows in {run.calls} calls ({BY_KEY['student'].label.lower()}: "
        f"{run.read.get('students', 0):,})."
    )
    if students:
        output.result(f"New at the destination: {delivered:,} records, {students.create:,} of them students.")
    output.result(f"Bundle: {bundle}")
    output.result(f"Report: {report}")
