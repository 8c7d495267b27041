"""Every verb as a person or a script uses it: exit code, JSON document, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from psconnect.cli import codes
from psconnect.cli.output import Progress
from psconnect.model.events import RunEvent
from psconnect.store.lock import run_lock
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.cli.conftest import Psconnect
from tests.support.demo import DISTRICT, Connected
from tests.support.home import CHECKOUT
from tests.support.keyrings import MemoryKeyring


def settings_file(folder: Path, connected: Connected, **changes: object) -> Path:
    lines = [
        "format = 1",
        'name = "Imported"',
        'preset = "oneroster"',
        "[source]",
        f'url = "{connected.server.url}"',
        "[options]",
        f'district_name = "{DISTRICT}"',
        "[destination]",
        'kind = "oneroster-csv"',
        f'folder = "{connected.folder / "roster"}"',
    ]
    path = folder / "imported.toml"
    path.write_text("\n".join(lines + [f"{key} = {value}" for key, value in changes.items()]))
    return path


def test_no_verb_prints_the_help(psconnect: Psconnect) -> None:
    said = psconnect()
    assert said.code == codes.USAGE
    assert "connection" in said.err
    assert said.out == ""


def test_unknown_verb_and_missing_name(psconnect: Psconnect, connected: Connected) -> None:
    assert psconnect("sink").code == codes.USAGE
    said = psconnect("sync", "Nowhere", connected=connected)
    assert said.code == codes.USAGE
    assert "Lincoln roster" in said.err


def test_import_check_sync_approve_report(psconnect: Psconnect, connected: Connected, tmp_path: Path) -> None:
    """The main job, verb by verb, as a script would drive it."""
    assert (
        psconnect("connection", "import", str(settings_file(tmp_path, connected)), connected=connected).code
        == codes.DONE
    )
    plugin = tmp_path / "plugin.zip"
    built = psconnect("plugin", "Imported", "-o", str(plugin), "--json").document
    assert {"table": "STUDENTS", "field": "DCID"} in built["access"]
    connected.server.install(plugin.read_bytes())
    credentials = connected.server.enable(built["name"])
    assert psconnect("connection", "set", "Imported", "source.client_id", credentials.client_id).code == codes.DONE
    connected.service.set_secret(connected.name, CLIENT_SECRET, credentials.client_secret)
    checked = psconnect("check", "Imported", "--json", connected=connected)
    assert checked.code == codes.DONE, checked.out
    assert {finding["state"] for finding in checked.document["findings"]} == {"ok"}
    held = psconnect("sync", "Imported", "--json", connected=connected)
    assert (held.code, held.document["state"]) == (codes.HELD, "held")
    assert held.document["held"][0]["rule"] == "first-run"
    run_id = held.document["id"]
    approved = psconnect("run", "approve", run_id, "--reason", "first", "--json", connected=connected)
    assert (approved.code, approved.document["state"]) == (codes.DONE, "finished_with_problems")
    shown = psconnect("run", "show", run_id, "--json")
    assert shown.document == approved.document
    assert [run["id"] for run in psconnect("runs", "Imported", "--json").document["runs"]] == [run_id]
    for ending in ("html", "csv"):
        report = tmp_path / f"report.{ending}"
        assert psconnect("report", run_id, "-o", str(report)).code == codes.DONE
        assert report.stat().st_size > 500
    assert psconnect("report", run_id, "-o", str(tmp_path / "report.docx")).code == codes.USAGE
    assert (connected.folder / "roster" / "Imported.zip").exists()


def test_a_plugin_without_what_powerschool_refuses(psconnect: Psconnect, connected: Connected, tmp_path: Path) -> None:
    plugin = str(tmp_path / "plugin.zip")
    refused = ("--without", "ROLEDEF NAME: Invalid Column", "--without", "calendar_day")
    built = psconnect("plugin", connected.name, *refused, "-o", plugin, "--json", connected=connected)
    assert built.document["without"] == ["roledef", "calendar_day"]
    assert {"ROLEDEF", "CALENDAR_DAY"} & {one["table"] for one in built.document["access"]} == set()
    assert "is its lead" in built.err
    shown = psconnect("connection", "show", connected.name, "--json", connected=connected).document
    assert shown["source"]["without"] == ["roledef", "calendar_day"]
    again = psconnect("plugin", connected.name, "-o", plugin, "--json", connected=connected)
    assert again.document["without"] == ["roledef", "calendar_day"], "from then on"
    needed = psconnect("plugin", connected.name, "--without", "students", "-o", plugin, connected=connected)
    assert (needed.code, "PSC-SETTINGS-WITHOUT" in needed.err) == (codes.USAGE, True)


def test_a_check_writes_what_can_be_sent(psconnect: Psconnect, connected: Connected, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    checked = psconnect("check", connected.name, "--report", str(path), "--json", connected=connected)
    assert checked.code == codes.DONE
    assert checked.document["findings"]
    assert json.loads(path.read_text(encoding="utf-8"))["powerschool"].startswith("25.9")
    assert str(path) in checked.err


def test_json_is_one_document_and_nothing_else(psconnect: Psconnect, connected: Connected) -> None:
    for arguments in (
        ("connection", "list"),
        ("connection", "show", connected.name),
        ("check", connected.name),
        ("sync", connected.name),
        ("runs", connected.name),
        ("connection", "set", connected.name, "destination.keep", "3"),
    ):
        said = psconnect(*arguments, "--json", connected=connected)
        json.loads(said.out)
    failing = psconnect("connection", "show", "Nowhere", "--json", connected=connected)
    assert failing.document["error"]["code"] == "PSC-CONNECTION-UNKNOWN"


def test_plan_only_exit_codes(psconnect: Psconnect, connected: Connected) -> None:
    assert psconnect("sync", connected.name, "--plan-only", connected=connected).code == codes.HELD
    connected.delivered()
    connected.sql(
        "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
    )
    said = psconnect("sync", connected.name, "--plan-only", "--json", connected=connected)
    assert (said.code, said.document["state"]) == (codes.DONE, "previewed")


def test_discard(psconnect: Psconnect, connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    assert psconnect("run", "discard", run.id, connected=connected).code == codes.DONE
    assert psconnect("run", "approve", run.id, "--reason", "x", connected=connected).code == codes.USAGE
    assert psconnect("run", "show", "20200101-000000-000-0000").code == codes.USAGE


def test_another_run_active(psconnect: Psconnect, connected: Connected) -> None:
    with run_lock(connected.rosters.with_suffix(".lock"), connected.name):
        said = psconnect("sync", connected.name, connected=connected)
    assert said.code == codes.ACTIVE
    assert "Another run is active" in said.err


def test_destination_folder_gone_fails_before_reading(psconnect: Psconnect, connected: Connected) -> None:
    connected.service.set_value(connected.name, "destination.folder", f'"{connected.folder / "gone"}"')
    connected.server.reset_calls()
    said = psconnect("sync", connected.name, connected=connected)
    assert said.code == codes.NOT_READ
    assert "PSC-FOLDER-MISSING" in said.err
    assert connected.server.calls.total == 0


def test_set_names_the_nearest_setting_and_keeps_the_file(psconnect: Psconnect, connected: Connected) -> None:
    before = psconnect("connection", "show", connected.name, "--json", connected=connected).document
    for key, value, hint in (
        ("scope.start_yaer", "2026", "start_year"),
        ("mapping.student.usrname", "x", "username"),
        ("mapping.student.username", "{Students.Student_Web_ID|lowr}", "lower"),
        ("mapping.student.username", "{Teachers.Name}", "Did you mean “Students.Last_Name”?"),
        ("safety.thresholds.student.remove", "many", "3% and 25"),
        ("safety.thresholds.studnt.remove", "off", "Did you mean “student”?"),
        ("preset", "onerooster", "oneroster"),
        ("source.url", "http://lincoln.example", "https"),
    ):
        said = psconnect("connection", "set", connected.name, key, value, connected=connected)
        assert said.code == codes.USAGE, key
        assert hint in said.err, said.err
    assert psconnect("connection", "show", connected.name, "--json").document == before


def test_export_holds_no_secret_and_imports_again(psconnect: Psconnect, connected: Connected, tmp_path: Path) -> None:
    path = tmp_path / "exported.toml"
    psconnect("connection", "set", connected.name, "notices.ping_url", "https://hc.example/canary", connected=connected)
    assert psconnect("connection", "export", connected.name, str(path), connected=connected).code == codes.DONE
    assert connected.service.secrets.get(connected.name, CLIENT_SECRET) not in path.read_text()
    assert "canary" not in path.read_text(), "who knows the ping address can call it"
    before = psconnect("connection", "show", connected.name, "--json").document
    assert psconnect("connection", "import", str(path)).code == codes.DONE
    assert psconnect("connection", "show", connected.name, "--json").document == before


def test_import_replaces_settings_but_keeps_the_ledger(
    psconnect: Psconnect, connected: Connected, tmp_path: Path
) -> None:
    connected.delivered()
    ledger = connected.ledger()
    path = tmp_path / "again.toml"
    psconnect("connection", "export", connected.name, str(path), connected=connected)
    path.write_text(path.read_text() + "\n[scope]\nstart_year = 2026\n")
    assert psconnect("connection", "import", str(path)).code == codes.DONE
    assert connected.ledger() == ledger
    assert connected.service.connection(connected.name).scope.start_year == 2026


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name = ",
        "format = 9\nname='x'\npreset='oneroster'",
        "name='x'\npreset='oneroster'\n[schedule]\nevery='day'",
    ],
)
def test_import_of_a_bad_file_is_refused_in_words(
    psconnect: Psconnect, connected: Connected, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    said = psconnect("connection", "import", str(path), connected=connected)
    assert said.code == codes.USAGE
    assert "What to do" in said.err
    assert connected.service.connections()[0].connection.name == connected.name
    assert len(connected.service.connections()) == 1


def test_disable_and_enable(psconnect: Psconnect, connected: Connected) -> None:
    psconnect("connection", "disable", connected.name, connected=connected)
    said = psconnect("sync", connected.name, connected=connected)
    assert (said.code, "PSC-CONNECTION-DISABLED" in said.err) == (codes.USAGE, True)
    assert "Disabled" in psconnect("connection", "list").out
    psconnect("connection", "enable", connected.name)
    assert psconnect("sync", connected.name, connected=connected).code == codes.HELD


def test_remove_wipes_everything_but_one_line(
    psconnect: Psconnect, connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    connected.delivered()
    student = json.loads(connected.ledger()[-1][2])
    psconnect("secret", "set", connected.name, CLIENT_SECRET, connected=connected, stdin="canary-51aa")
    assert psconnect("connection", "remove", connected.name, connected=connected).code == codes.USAGE
    assert connected.rosters.exists()
    assert psconnect("connection", "remove", connected.name, "--yes").code == codes.DONE
    assert memory_keyring.entries == {}
    home = connected.folder / "home"
    left = {path.name: path.read_text(errors="replace") for path in home.rglob("*") if path.is_file()}
    assert set(left) <= {"disclosures.jsonl", "psconnect.log"}
    *deliveries, line = map(json.loads, left["disclosures.jsonl"].splitlines())
    assert [one["event"] for one in deliveries] == ["delivered"]
    assert line["destination"] == "oneroster-csv"
    assert line["removed"]["student"] > 100
    assert student[0] not in left["disclosures.jsonl"].split()
    assert connected.bundle.exists(), "the destination is left as it is"


def test_secret_goes_to_the_keyring_and_nowhere_else(
    psconnect: Psconnect, connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    said = psconnect("secret", "set", connected.name, CLIENT_SECRET, connected=connected, stdin="canary-9c40\n")
    assert said.code == codes.DONE
    assert memory_keyring.entries == {("psconnect", f"{connected.name}/{CLIENT_SECRET}"): "canary-9c40"}
    assert psconnect("secret", "set", connected.name, "destination.nothing", stdin="x").code == codes.USAGE
    assert psconnect("secret", "set", connected.name, CLIENT_SECRET, stdin="").code == codes.USAGE
    files = [path for path in connected.folder.rglob("*") if path.is_file() and b"canary-9c40" in path.read_bytes()]
    assert files == []


def test_secrets_and_people_are_in_no_log(psconnect: Psconnect, connected: Connected) -> None:
    connected.fault("D07", path="*terms")
    psconnect("sync", connected.name, connected=connected)
    connected.server.clear_faults()
    psconnect("sync", connected.name, connected=connected)
    log = (connected.folder / "home" / "logs" / "psconnect.log").read_text()
    assert json.loads(log.splitlines()[-1])["state"] == "held"
    names = connected.sql(
        "SELECT last_name FROM students WHERE length(last_name) > 4 "
        "UNION SELECT email_addr FROM users WHERE email_addr IS NOT NULL"
    )
    assert connected.service.secrets.get(connected.name, CLIENT_SECRET) not in log
    assert [name for (name,) in names if name.strip() and name in log] == []


def test_real_secret_service_keeps_the_secret(
    secret_service: dict[str, str], connected: Connected, tmp_path: Path
) -> None:
    """The keyring of the desktop, for real: stored by one process, used by another, gone after removal."""
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    environment = {
        **os.environ,
        **secret_service,
        "PSCONNECT_HOME": str(connected.folder / "home"),
        "PYTHONPATH": str(CHECKOUT),
    }
    environment.pop("PYTHON_KEYRING_BACKEND", None)
    environment.pop(variable(CLIENT_SECRET), None)

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "psconnect", *arguments]
        return subprocess.run(
            command, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )

    stored = run("secret", "set", connected.name, CLIENT_SECRET, stdin=secret)
    assert stored.returncode == codes.DONE, stored.stderr
    checked = run("check", connected.name)
    assert checked.returncode == codes.DONE, checked.stdout + checked.stderr
    assert "Sign-in: The client ID and secret are accepted" in checked.stdout
    assert run("connection", "remove", connected.name, "--yes").returncode == codes.DONE
    kept = [path for path in connected.folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert [path for path in kept if "server" not in path.parts] == []


def test_interrupt_stops_at_a_safe_point(connected: Connected) -> None:
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    environment = {
        **os.environ,
        "PSCONNECT_HOME": str(connected.folder / "home"),
        variable(CLIENT_SECRET): secret,
        "PYTHONPATH": str(CHECKOUT),
    }
    # One byte every five seconds: without an end put to it, this call would go on for two minutes.
    connected.fault("N05", path="/ws/schema/query/*students", amount=5)
    arguments = [sys.executable, "-m", "psconnect", "sync", connected.name]
    with subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, text=True) as child:
        try:
            assert "Reading" in child.stderr.readline()
            wait_for_call(connected, "students")
            child.send_signal(signal.SIGINT)
            assert "safe point" in child.stderr.readline()
            child.communicate(timeout=20)
        finally:
            child.kill()
    assert child.returncode == codes.CANCELLED
    assert not connected.bundle.exists()


def wait_for_call(connected: Connected, name: str) -> None:
    """Until the server has been asked for it; the server's own record says so."""
    for _ in range(3000):
        if any(name in path for _method, path, _status in connected.server.calls.counts):
            return
        threading.Event().wait(0.02)
    pytest.fail(f"{name} was never asked for")


def test_progress_draws_a_bar_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    for terminal in (True, False):
        progress = Progress(terminal=terminal)
        progress(RunEvent("reading", "student", 50, 100))
        progress(RunEvent("planning", "", 0, None))
        progress.close()
    drawn = capsys.readouterr().err
    assert "[############............] 50 of 100" in drawn
    assert drawn.endswith("Reading …\nComparing …\n")


def test_one_damaged_file_hides_no_other_connection(psconnect: Psconnect, connected: Connected) -> None:
    (connected.service.home.connections() / "broken-00000000.toml").write_text("name = ")
    said = psconnect("connection", "list", connected=connected)
    assert connected.name in said.out
    assert "broken-00000000.toml" in said.err or "PSC-SETTINGS-TOML" in said.err
    assert (
        psconnect("connection", "list", "--json", connected=connected).document["connections"][0]["name"]
        == connected.name
    )


def test_the_name_may_be_typed_in_another_case(
    psconnect: Psconnect, connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    typed = connected.name.upper()
    assert psconnect("secret", "set", typed, CLIENT_SECRET, connected=connected, stdin="canary-77").code == codes.DONE
    assert memory_keyring.entries == {("psconnect", f"{connected.name}/{CLIENT_SECRET}"): "canary-77"}
    assert psconnect("connection", "remove", typed, "--yes").code == codes.DONE
    assert memory_keyring.entries == {}


def test_the_plugin_alone_as_xml_and_the_list_of_what_it_may_view(
    psconnect: Psconnect, connected: Connected, tmp_path: Path
) -> None:
    lone, page = tmp_path / "plugin.xml", tmp_path / "fields.html"
    said = psconnect("plugin", connected.name, "-o", str(lone), "--list", str(page), "--json", connected=connected)
    assert said.code == codes.DONE
    assert lone.read_bytes().startswith(b"<?xml")
    text = page.read_text(encoding="utf-8")
    assert all(f"{one['table']}.{one['field']}".lower() in text.lower() for one in said.document["access"])
    assert "Only active students are delivered" in text
