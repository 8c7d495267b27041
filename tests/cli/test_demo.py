"""The two-minute promise: ``psconnect demo`` on nothing, in a process of its own with an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from datetime import datetime
from pathlib import Path

from psconnect.cli import codes
from psconnect.demo import draw
from tests.judges.oneroster11 import check_bundle
from tests.judges.sql_truth import compare
from tests.support.home import CHECKOUT


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PSCONNECT_HOME": str(home),
        "PYTHONPATH": str(CHECKOUT),
    }
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return subprocess.run(
        [sys.executable, "-m", "psconnect", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_demo_headless_does_the_whole_job(tmp_path: Path) -> None:
    done = command(tmp_path, "demo", "--headless", "--students", "600")
    assert done.returncode == codes.DONE, done.stderr
    folder = tmp_path / "demo"
    bundle = folder / "roster" / "Demo district.zip"
    (database,) = (folder / "server").glob("*.sqlite")
    today = datetime.now().astimezone().date()
    assert compare(bundle, database, today, "Demo Unified School District") == []
    assert check_bundle(bundle) == []
    for line in ("is installed and enabled", "kept in memory", "Connection checked", "on hold", "Report:"):
        assert line in done.stderr, line
    for line in ("Left out:", "Read from PowerSchool:", "New at the destination:", str(bundle)):
        assert line in done.stdout, line
    assert (folder / "report.html").stat().st_size > 5_000
    assert not (tmp_path / "config").exists(), "the demo never touches the user's connections"


def test_demo_again_finds_nothing_to_do(tmp_path: Path) -> None:
    assert command(tmp_path, "demo", "--headless", "--students", "200").returncode == codes.DONE
    bundle = tmp_path / "demo" / "roster" / "Demo district.zip"
    before = bundle.read_bytes(), bundle.stat().st_mtime_ns
    again = command(tmp_path, "demo", "--headless", "--students", "200", "--json")
    assert again.returncode == codes.DONE, again.stderr
    document = json.loads(again.stdout)
    assert document["run"]["changes"] == {}
    assert document["bundle"] == str(bundle)
    assert (bundle.read_bytes(), bundle.stat().st_mtime_ns) == before


def test_demo_of_another_district_is_held_not_mixed(tmp_path: Path) -> None:
    assert command(tmp_path, "demo", "--headless", "--students", "200").returncode == codes.DONE
    other = command(tmp_path, "demo", "--headless", "--students", "300", "--seed", "9", "--json")
    assert other.returncode == codes.DONE, other.stderr
    assert json.loads(other.stdout)["run"]["state"].startswith("finished")


def test_serve_demo_prints_address_and_credentials(tmp_path: Path) -> None:
    environment = {**os.environ, "PSCONNECT_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    arguments = [sys.executable, "-m", "psconnect", "serve-demo", "--students", "200"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = json.loads(server.stdout.readline())
        with urllib.request.urlopen(f"{found['url']}/ws/v1/metadata", timeout=10) as answer:
            assert "powerschool_version" in json.load(answer)["metadata"]
        assert {"url", "client_id", "client_secret", "admin_user", "admin_password"} <= set(found)
        with urllib.request.urlopen(found["admin_url"], timeout=10) as answer:
            assert found["admin_password"] in answer.read().decode()
        server.terminate()


def test_serve_demo_with_a_personality_tells_what_was_drawn(tmp_path: Path) -> None:
    environment = {**os.environ, "PSCONNECT_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    arguments = [sys.executable, "-m", "psconnect", "serve-demo", "--students", "200", "--personality", "11"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = json.loads(server.stdout.readline())
        state = urllib.request.Request(f"{found['url']}/demo/state", headers={"X-Demo-Token": found["control_token"]})
        with urllib.request.urlopen(state, timeout=10) as answer:
            switches = json.load(answer)["quirks"]
        server.terminate()
    drawn = draw(11).public()
    assert found["personality"] == drawn
    assert drawn["switches"]
    assert {name: switches[name] for name in drawn["switches"]} == drawn["switches"]
    assert found["client_id"]


def test_demo_refuses_a_senseless_size(tmp_path: Path) -> None:
    refused = command(tmp_path, "demo", "--headless", "--students", "7")
    assert refused.returncode == codes.USAGE
    assert "200 to 50,000" in refused.stderr
