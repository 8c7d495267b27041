"""What a tired administrator types and meets: no trace of the program, a true sentence, the right exit code."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from psconnect.cli import codes, main, output
from psconnect.logs import close_log, logger, open_log
from psconnect.model.clock import Clock
from psconnect.model.connection import from_dict
from psconnect.model.runs import Hold
from psconnect.service import Service
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from psconnect.store.settings.home import home_at
from tests.cli.conftest import Psconnect
from tests.support.home import CHECKOUT
from tests.support.logs import ExpectLog

NAME = "Lincoln roster"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A home with one connection that was never run."""
    monkeypatch.setenv("PSCONNECT_HOME", str(tmp_path / "home"))
    service = Service(home_at(tmp_path / "home"))
    service.save_connection(from_dict(settings(NAME, tmp_path)))
    return service


def settings(name: str, folder: Path) -> dict[str, Any]:
    destination = {"kind": "oneroster-csv", "folder": str(folder / name)}
    return {"name": name, "preset": "oneroster", "source": {"url": "127.0.0.1:9"}, "destination": destination}


def stored_run(service: Service, name: str = NAME, **values: Any) -> str:
    """A run as the history knows it; returns its id."""
    with closing(open_rosters(service.rosters_of(name))) as db:
        run_id = run_table.new_run_id(NOON)
        number = run_table.begin_run(db, run_id, trigger="button", scope="all", started=NOON)
        run_table.update_run(db, number, **{"state": "finished", "planned": NOON, "ended": NOON, **values})
    return run_id


class BrokenClock(Clock):
    """Raises instead of telling the time: a mistake in the middle of a command."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def now(self) -> NoReturn:
        raise self.error


@pytest.mark.parametrize("arguments", [("list",), ("remove", NAME, "--yes", "--json")])
def test_a_mistake_of_ours_prints_no_trace_and_nobodys_data(
    service: Service,
    capsys: pytest.CaptureFixture[str],
    expect_log: ExpectLog,
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    expect_log("^bug$", logger="psconnect", level=40)
    stored_run(service)
    code = main(["connection", *arguments], BrokenClock(RuntimeError("Canary, Ana")))
    said = capsys.readouterr()

    assert code == codes.APPLYING
    assert "Traceback" not in said.err
    assert "RuntimeError (test_odd_input.py:" in said.err
    if "--json" in arguments:
        assert json.loads(said.out)["error"]["code"] == "PSC-BUG"
    log = (tmp_path / "home" / "logs" / "psconnect.log").read_text(encoding="utf-8")
    assert '"kind": "RuntimeError"' in log
    assert "Canary" not in said.out + said.err + log


def test_a_second_interrupt_is_told_truly_and_as_a_document(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["connection", "remove", NAME, "--yes", "--json"], BrokenClock(KeyboardInterrupt()))
    said = capsys.readouterr()

    assert code == codes.CANCELLED
    assert json.loads(said.out)["error"]["code"] == "PSC-CANCELLED"
    assert "brought to its end by the next start" in said.err
    assert service.connection(NAME).name == NAME


@pytest.mark.skipif(os.name != "posix", reason="Pipes are those of POSIX.")
@pytest.mark.parametrize("arguments", [("connection", "show", NAME), ("connection", "list", "--json")])
def test_a_reader_that_has_seen_enough_ends_the_command_quietly(service: Service, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PSCONNECT_HOME": str(service.home.config.parent), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "psconnect", *arguments]
    try:
        done = subprocess.run(command, env=environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)

    assert (done.returncode, done.stderr) == (codes.CANCELLED, "")


class _Ended(io.StringIO):
    """A terminal at which Ctrl+D was pressed."""

    def isatty(self) -> bool:
        return True


def test_input_that_ends_is_no_consent(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", _Ended())
    assert output.answer("") == ""

    assert main(["connection", "remove", NAME]) == codes.USAGE
    assert "Nothing was removed." in capsys.readouterr().err
    assert service.connection(NAME).name == NAME


def test_a_file_that_is_not_there_or_a_folder_is_wrong_usage(
    service: Service, psconnect: Psconnect, tmp_path: Path
) -> None:
    run = stored_run(service)
    for arguments in (
        ("connection", "import", str(tmp_path / "none.toml")),
        ("connection", "import", str(tmp_path)),
        ("connection", "export", NAME, str(tmp_path)),
        ("connection", "export", NAME, str(tmp_path / "none" / "x.toml")),
        ("report", run, "-o", str(tmp_path / "none" / "x.csv")),
    ):
        said = psconnect(*arguments)
        assert said.code == codes.USAGE, arguments
        assert str(tmp_path) in said.err


def test_roster_data_of_one_connection_that_can_not_be_read_hide_no_other(
    service: Service, psconnect: Psconnect, tmp_path: Path
) -> None:
    service.save_connection(from_dict(settings("Alpha", tmp_path)))
    service.rosters_of("Alpha").write_bytes(b"garbage" * 1_000)
    run = stored_run(service)

    said = psconnect("connection", "list")
    assert said.code == codes.DONE
    assert [line.split("  ")[0] for line in said.out.splitlines()[1:]] == ["Alpha", NAME]
    assert "The stored roster data is damaged" in said.out
    assert "PSC-DATA-DAMAGED" in said.err
    listed = psconnect("connection", "list", "--json").document["connections"]
    assert [one["error"] and one["error"]["code"] for one in listed] == ["PSC-DATA-DAMAGED", None]
    assert psconnect("run", "show", run, "--json").document["id"] == run
    # A run that may be in the damaged data is not said to be nowhere.
    assert "PSC-DATA-DAMAGED" in psconnect("run", "show", "20200101-000000-000-0000").err


def test_a_finished_run_was_on_hold_and_is_not(service: Service, psconnect: Psconnect) -> None:
    holds = [Hold("first", "This is the first delivery.", "Look at it.")]
    finished = psconnect("run", "show", stored_run(service, holds=holds)).out
    assert "  Was on hold: Nothing would change.\n           This is the first delivery.\n" in finished
    assert "Look at it." not in finished
    waiting = psconnect("run", "show", stored_run(service, state="held", holds=holds)).out
    assert (
        "  On hold: Nothing would change.\n           This is the first delivery.\n           Look at it.\n" in waiting
    )


def test_a_rule_of_another_version_is_shown_by_its_name(service: Service, psconnect: Psconnect) -> None:
    said = psconnect("run", "show", stored_run(service, left_out={"two-versions": 3}))
    assert said.code == codes.DONE
    assert "3  Two versions" in said.out


def test_what_reads_as_a_number_can_be_a_text(service: Service, psconnect: Psconnect) -> None:
    for key, text in (("source.client_id", "12345"), ("options.id_prefix", "7"), ("options.district_name", "2026")):
        assert psconnect("connection", "set", NAME, key, text).code == codes.DONE, key
    assert psconnect("connection", "set", NAME, "scope.start_year", "2026").code == codes.DONE
    connection = service.connection(NAME)
    assert (connection.source.client_id, connection.options.id_prefix, connection.scope.start_year) == (
        "12345",
        "7",
        2026,
    )
    assert connection.options.district_name == "2026"


@pytest.mark.parametrize(
    ("key", "text", "hint"),
    [
        ("destination.keep", "nan", "Give a whole number."),
        ("destination.keep", "many", "Give a whole number."),
        ("destination.keep", "-1", "Give 0 or more."),
        ("destination.fodler", "/srv", "Did you mean “folder”?"),
        ("destination.version", "1.3", "Choose one of: 1.1, 1.2"),
        ("options.co_teachers", "yes", "Give true or false."),
        ("scope.schools", "100,600", "Give “all” or a list of whole numbers, like [100, 600]."),
        ("scope.start_year", "1" * 5_000, "Give a whole number from 1991"),
        ("options.admins", "true\nname = 'x'", "Give true or false."),
        ("values.lower", "{M = 'x'}", "Give the list another name."),
    ],
)
def test_a_value_that_can_not_be_used_is_refused_when_it_is_set(
    service: Service, psconnect: Psconnect, key: str, text: str, hint: str
) -> None:
    before = service.connection(NAME)
    said = psconnect("connection", "set", NAME, key, text)
    assert said.code == codes.USAGE
    assert f"What to do: {hint}" in said.err
    assert service.connection(NAME) == before


def test_a_destination_without_its_folder_can_still_be_stored(service: Service, tmp_path: Path) -> None:
    data = settings("Later", tmp_path)
    for folder in ({}, {"folder": ""}):
        data["destination"] = {"kind": "oneroster-csv", **folder}
        assert service.save_connection(from_dict(data)).destination_kind == "oneroster-csv"


def test_P03_a_log_that_can_not_be_written_is_said_in_a_sentence(
    service: Service, psconnect: Psconnect, tmp_path: Path
) -> None:
    (tmp_path / "home" / "logs" / "psconnect.log").mkdir(parents=True)
    handler = open_log(tmp_path / "home" / "logs")
    try:
        logger.info("run")
        assert handler.trouble == os.strerror(21 if os.name == "posix" else 13)
    finally:
        close_log(handler)
    assert psconnect("connection", "list").code == codes.DONE


def test_a_log_that_can_not_be_turned_over_is_written_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(1, 5):
        (tmp_path / f"psconnect.log.{number}").write_text("old")
    (tmp_path / "psconnect.log.5").mkdir()  # stands for a file that another psconnect has open on Windows
    (tmp_path / "psconnect.log").write_text("x" * 2_000_000)
    handler = open_log(tmp_path)
    try:
        for number in range(3):
            logger.info("run", extra={"data": {"no": number}})
    finally:
        close_log(handler)

    lines = (tmp_path / "psconnect.log").read_text(encoding="utf-8").removeprefix("x" * 2_000_000).splitlines()
    assert [json.loads(line)["no"] for line in lines] == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_secret_among_the_settings_is_refused_and_not_repeated(service: Service, psconnect: Psconnect) -> None:
    said = psconnect("connection", "set", NAME, "source.client_secret", "canary-77")
    assert said.code == codes.USAGE
    assert "psconnect secret set NAME source.client_secret" in said.err
    assert "canary" not in said.out + said.err
    kept = [path for path in service.home.config.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
    assert kept == []


def test_settings_are_shown_as_they_are_set(service: Service, psconnect: Psconnect) -> None:
    for key, text in (("options.admins", "false"), ("scope.schools", "[100, 600]"), ("options.id_prefix", "AB-")):
        assert psconnect("connection", "set", NAME, key, text).code == codes.DONE
        shown = dict(line.split(maxsplit=1) for line in psconnect("connection", "show", NAME).out.splitlines())
        assert shown[key] == text


def test_a_list_for_a_registrar_has_the_formats_of_reports_and_no_other(
    service: Service, psconnect: Psconnect, tmp_path: Path
) -> None:
    run = stored_run(service)
    said = psconnect("report", run, "--for-registrar", "-o", str(tmp_path / "list.docx"))
    assert said.code == codes.USAGE
    assert "(PSC-REPORT-FORMAT)" in said.err
    assert not (tmp_path / "list.docx").exists()
    assert psconnect("report", run, "--for-registrar", "-o", str(tmp_path / "list.CSV")).code == codes.DONE


@pytest.mark.parametrize("verb", ["serve-demo", "demo"])
def test_a_port_that_is_taken_is_named(psconnect: Psconnect, service: Service, verb: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = psconnect(verb, "--port", str(port), "--students", "200")
    assert said.code == codes.USAGE
    assert f"Port {port} can’t be used" in said.err
    assert service.connection(NAME).name == NAME


def test_what_is_not_given_at_all_is_named(psconnect: Psconnect, service: Service, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()
    assert "The settings lack “name”." in psconnect("connection", "import", str(tmp_path / "empty.toml")).err
    service.save_connection(from_dict({"name": "Bare", "preset": "oneroster"}))
    said = psconnect("sync", "Bare")
    assert said.code == codes.USAGE
    assert "PSC-DESTINATION-KIND" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("connection", "export", NAME, "a\0b.toml"),
        ("connection", "import", "a\0b.toml"),
        ("plugin", NAME, "-o", "a\0b.zip"),
        ("report", "RUN", "-o", "a\0b.html"),
        ("report", "RUN", "-o", "a\0b.csv"),
        ("report", "RUN", "--for-registrar", "-o", "a\0b.csv"),
        ("connection", "rekey", NAME, "--student", "id", "--plan", "a\0b.csv"),
        ("connection", "adopt", NAME, "student", "a\0b.csv"),
        ("connection", "set", NAME, "destination.folder", "/srv/a\0b"),
        ("connection", "set", NAME, "source.ca_file", "/srv/a\0b"),
    ],
    ids=lambda arguments: " ".join(arguments).replace("\0", ""),
)
def test_a_path_with_a_nul_in_it(service: Service, psconnect: Psconnect, arguments: tuple[str, ...]) -> None:
    run = stored_run(service)
    said = psconnect(*(run if one == "RUN" else one for one in arguments))
    assert said.code == codes.USAGE, said.err
    assert "PSC-BUG" not in said.err
    assert "Traceback" not in said.err


@pytest.mark.skipif(os.name == "nt", reason="Windows says of such a folder that it is not there")
def test_a_folder_whose_name_is_too_long(service: Service, psconnect: Psconnect, tmp_path: Path) -> None:
    psconnect("connection", "set", NAME, "destination.folder", str(tmp_path / ("x" * 300)))
    said = psconnect("sync", NAME)
    assert "PSC-DISK-NAME" in said.err
    assert "xxx…” in it" in said.err
    assert ".sqlite" not in said.err


def test_a_folder_that_is_not_there(service: Service, psconnect: Psconnect) -> None:
    said = psconnect("sync", NAME)
    assert "psconnect does not make it by itself" in said.err
