"""What a person reads when something is wrong: cause, menu path, next action; the exit code; and nothing is touched.

The texts stand in golden/. To write them anew after a wanted change: GOLDEN_TEXTS=write python3 dev.py test
tests/cli/test_golden.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from psconnect.cli import codes
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets, variable
from tests.cli.conftest import Psconnect, Said
from tests.support.certificates import Certificates
from tests.support.demo import Connect, Connected

GOLDEN = Path(__file__).parent / "golden"


def expect(name: str, said: Said, connected: Connected) -> None:
    """The text a person read is the golden one; addresses that differ from run to run are named instead."""
    text = said.err.replace(str(connected.folder), "<folder>")
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN_TEXTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def state(connected: Connected) -> tuple:
    path = connected.bundle
    names = sorted(str(p) for p in (connected.folder / "roster").rglob("*"))
    return (path.read_bytes(), path.stat().st_mtime_ns, names, connected.ledger())


@pytest.fixture
def delivered(connected: Connected) -> Connected:
    """Delivered once; then a student changed, so that a sync has something to do."""
    connected.delivered()
    connected.sql(
        "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
    )
    return connected


@pytest.fixture
def sync_fails(delivered: Connected, psconnect: Psconnect) -> Callable[[str, int], Said]:
    """Sync, expect a golden text and exit code, and see that destination and ledger are as they were."""

    def check(name: str, code: int = codes.NOT_READ) -> Said:
        before = state(delivered)
        said = psconnect("sync", delivered.name, connected=delivered)
        expect(name, said, delivered)
        assert said.code == code
        assert state(delivered) == before
        secret = delivered.service.secrets.get(delivered.name, CLIENT_SECRET)
        assert secret not in said.out + said.err
        return said

    return check


def point(connected: Connected, url: str) -> None:
    connected.service.set_value(connected.name, "source.url", json.dumps(url))


def test_N01_wrong_url_no_such_host(delivered: Connected, sync_fails: Callable) -> None:
    point(delivered, "https://lincoln.powerschool.invalid")
    sync_fails("wrong-url-no-host")


def test_wrong_url_nothing_there(delivered: Connected, sync_fails: Callable) -> None:
    point(delivered, "http://127.0.0.1:9")
    sync_fails("wrong-url-refused")


def test_wrong_url_another_server(delivered: Connected, sync_fails: Callable) -> None:
    with web_server() as url:
        point(delivered, url)
        sync_fails("wrong-url-another-server")


def test_N09_wrong_secret(delivered: Connected, sync_fails: Callable) -> None:
    delivered.server.reset_calls()
    delivered.service.set_secret(delivered.name, CLIENT_SECRET, "00000000-wrong")
    sync_fails("wrong-secret")


def test_N09_disabled_plugin(delivered: Connected, sync_fails: Callable) -> None:
    delivered.server.disable(delivered.plugin)
    sync_fails("disabled-plugin")


def test_N09_plugin_disabled_while_reading(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N09", path="/ws/schema/*")
    sync_fails("disabled-while-reading")


def test_N14_expired_certificate(connect: Connect, psconnect: Psconnect, certificates: Certificates) -> None:
    connected = connect(
        certificate=(certificates.expired.cert_file, certificates.expired.key_file),
        settings={"source": {"ca_file": str(certificates.ca_file)}},
    )
    said = psconnect("sync", connected.name, connected=connected)
    expect("expired-certificate", said, connected)
    assert said.code == codes.NOT_READ
    assert not connected.bundle.exists()
    assert connected.ledger() == []


def test_N06_maintenance_page(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N06", variant="maintenance")
    sync_fails("maintenance-page")


def test_N07_maintenance_redirect(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N07", variant="maintenance")
    sync_fails("maintenance-redirect")


def test_N06_login_page(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N06", variant="login", path="/ws/schema/*")
    sync_fails("login-page")


def test_N04_truncated_answer(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N04", path="/ws/schema/query/*students")
    sync_fails("truncated-answer")
    assert delivered.clock.waited


def test_N04_truncated_once_is_read_again(delivered: Connected, psconnect: Psconnect) -> None:
    delivered.fault("N04", path="/ws/schema/query/*students", first=1)
    said = psconnect("sync", delivered.name, connected=delivered)
    assert said.code == codes.DONE, said.err


def test_N12_long_pause(delivered: Connected, sync_fails: Callable) -> None:
    delivered.fault("N12", variant="absurd", path="/ws/schema/*")
    sync_fails("long-pause")


def test_P03_full_disk(delivered: Connected, psconnect: Psconnect, tmp_path: Path) -> None:
    """The folder of the roster data has no room left: a real, tiny file system."""
    data = delivered.service.home.rosters()
    before = state(delivered)
    small = tmp_path / "small"
    small.mkdir()
    size = sum(path.stat().st_size for path in data.iterdir()) + 300_000
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)], check=True)
    kept = data.with_name("kept")
    try:
        shutil.copytree(data, small / "rosters")
        data.rename(kept)
        data.symlink_to(small / "rosters")
        said = psconnect("sync", delivered.name, connected=delivered)
        data.unlink()
        kept.rename(data)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
    expect("full-disk", said, delivered)
    assert said.code == codes.NOT_READ
    assert state(delivered) == before


def test_P11_no_keyring(delivered: Connected, psconnect: Psconnect, no_keyring: object) -> None:
    said = psconnect("secret", "set", delivered.name, CLIENT_SECRET, connected=delivered, stdin="canary-7e1f\n")
    expect("no-keyring", said, delivered)
    assert said.code == codes.USAGE
    assert "canary-7e1f" not in said.out + said.err
    written = [path for path in delivered.folder.rglob("*") if path.is_file() and b"canary-7e1f" in path.read_bytes()]
    assert written == []


def test_P11_secret_missing(
    delivered: Connected, psconnect: Psconnect, no_keyring: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(delivered)
    delivered.service.secrets = Secrets({}, session_only=True)
    monkeypatch.delenv(variable(CLIENT_SECRET), raising=False)
    said = psconnect("sync", delivered.name, connected=delivered)
    expect("secret-missing", said, delivered)
    assert said.code == codes.USAGE
    assert state(delivered) == before


@contextmanager
def web_server() -> Iterator[str]:
    """A web server that is no PowerSchool: a page for every address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><title>Welcome</title><p>Our school</p></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
