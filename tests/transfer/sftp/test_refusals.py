"""Whatever keeps an SFTP server from taking files is told in words, with a code, and without a secret."""

from __future__ import annotations

import logging
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, PsconnectError, TryLater
from psconnect.transfer.sftp.server import HostKey, SftpServer
from psconnect.transfer.sftp.session import SftpLimits
from psconnect.wording.errors import word
from tests.support.cutting import cutting_proxy
from tests.support.drop_box import PASSWORD, DropBox
from tests.support.openssh import OpenSsh, give_to_server
from tests.transfer.sftp.conftest import LIMITS, at_box, at_openssh, shelf_on

_OTHER = "ssh-ed25519 SHA256:" + "a" * 43


def _refused(server: SftpServer, act: Callable[[Any], object] | None = None, **more: Any) -> PsconnectError:
    """The error of a check, or of something else."""
    with closing(shelf_on(server, **more)) as shelf, pytest.raises(PsconnectError) as caught:
        (act or (lambda one: one.check()))(shelf)
    told = word(caught.value)
    for text in (told.happened, told.to_do):
        assert text.endswith((".", "”.")), text
        assert "{" not in text
        assert PASSWORD not in text
    assert PASSWORD not in repr(caught.value.as_dict())
    return caught.value


@contextmanager
def _listener(greet: bytes, *, hang_up: bool = False) -> Iterator[int]:
    """A server that says something, then nothing more."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                one.sendall(greet)
                if hang_up:
                    one.close()
                else:
                    kept.append(one)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for one in kept:
                one.close()


def _at(port: int, **more: Any) -> SftpServer:
    return SftpServer("127.0.0.1", "lincoln", port, accepted=HostKey.of(_OTHER), secret=lambda _key: PASSWORD, **more)


def test_a_name_that_does_not_exist() -> None:
    server = SftpServer("sftp.lincoln.example", "lincoln", secret=lambda _key: PASSWORD)
    assert _refused(server).key == "PSC-SFTP-NAME/none"


def test_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _refused(_at(port)).key == "PSC-SFTP-CLOSED"


@pytest.mark.parametrize(
    "greet", [b"220 FTP server ready\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02"]
)
def test_another_kind_of_server(greet: bytes) -> None:
    with _listener(greet) as port:
        assert _refused(_at(port)).key == "PSC-SFTP-NOT-SSH/other"


def test_a_server_that_says_nothing() -> None:
    limits = SftpLimits(connect=1, sign_in=0.2, wait=0.2, tries=1, pause=0)
    with _listener(b"") as port:
        assert _refused(_at(port), limits=limits).key == "PSC-SFTP-NOT-SSH/silent"


def test_a_server_that_hangs_up_at_once() -> None:
    with _listener(b"", hang_up=True) as port:
        assert _refused(_at(port)).key == "PSC-SFTP-BUSY/hung-up"


def test_a_server_that_stops_answering(openssh: OpenSsh) -> None:
    limits = SftpLimits(connect=1, sign_in=0.3, wait=0.3, tries=1, pause=0)
    with _listener(b"SSH-2.0-Silent\r\n") as port:
        error = _refused(_at(port), limits=limits)
    assert isinstance(error, TryLater)
    assert error.key == "PSC-SFTP-SILENT/later"


def test_a_cancel_ends_any_wait() -> None:
    cancel = CancelToken()
    timer = threading.Timer(0.3, cancel.cancel)
    with _listener(b"SSH-2.0-Silent\r\n") as port, closing(shelf_on(_at(port), cancel=cancel)) as shelf:
        timer.start()
        with pytest.raises(Cancelled):
            shelf.check()
    timer.join()


class TestHostKey:
    """The server's key is accepted by a person, or nothing is sent."""

    def test_a_new_one_is_shown(self, box: DropBox) -> None:
        error = _refused(at_box(box, accepted=HostKey()))

        assert error.key == "PSC-SFTP-HOST-KEY/new"
        assert error.values["shown"] == box.host_key
        assert box.rules.tries == []

    def test_a_changed_one_is_refused_before_the_password_is_sent(self, box: DropBox) -> None:
        error = _refused(at_box(box, accepted=HostKey.of(_OTHER)))

        assert error.key == "PSC-SFTP-HOST-KEY/changed"
        assert error.values["shown"] == box.host_key
        assert error.values["accepted"] == _OTHER
        assert box.rules.tries == []

    def test_it_is_the_one_that_openssh_prints(self, openssh: OpenSsh) -> None:
        assert _refused(at_openssh(openssh, accepted=HostKey())).values["shown"] == openssh.host_key

    def test_a_fingerprint_alone_is_enough(self, openssh: OpenSsh) -> None:
        alone = HostKey.of(openssh.host_key.split()[1])
        with closing(shelf_on(at_openssh(openssh, accepted=alone))) as shelf:
            assert shelf.check().state == "ok"

    def test_a_further_key_of_another_type_changes_nothing(self, openssh: OpenSsh, tmp_path: Path) -> None:
        # The server gets a key that is preferred to the accepted one.
        second = openssh.base / "second"
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", str(second)], check=True)
        accepted = subprocess.run(["ssh-keygen", "-lf", f"{second}.pub"], capture_output=True, text=True, check=True)
        rsa = HostKey("ssh-rsa", accepted.stdout.split()[1])
        give_to_server(second)
        openssh.stop()
        openssh.options = [f"HostKey {second}"]
        openssh.start()
        try:
            with closing(shelf_on(at_openssh(openssh, accepted=rsa))) as shelf:
                assert shelf.check().state == "ok"
        finally:
            openssh.stop()
            openssh.options = []
            openssh.start()


class TestPassword:
    """Signing in with a password."""

    @pytest.mark.parametrize(
        "methods", [("password",), ("keyboard-interactive",), ("password", "keyboard-interactive")]
    )
    def test_it_is_given_by_either_way(self, box: DropBox, methods: tuple[str, ...]) -> None:
        box.rules.methods = methods
        with closing(shelf_on(at_box(box))) as shelf:
            assert shelf.check().state == "ok"

    def test_a_wrong_one_is_tried_once(self, box: DropBox) -> None:
        assert _refused(at_box(box, secret=lambda _key: "wrong")).key == "PSC-SFTP-PASSWORD/refused"
        assert box.rules.tries == ["password"]

    def test_a_code_is_asked_for_besides(self, box: DropBox) -> None:
        box.rules.methods, box.rules.asks = ("keyboard-interactive",), ("Password: ", "Code: ")
        assert _refused(at_box(box)).key == "PSC-SFTP-PASSWORD/more"

    def test_only_keys_are_taken(self, openssh: OpenSsh) -> None:
        openssh.stop()
        openssh.options = ["AuthenticationMethods publickey", "PasswordAuthentication no"]
        openssh.start()
        try:
            error = _refused(at_openssh(openssh, sign_in="password", secret=lambda _key: PASSWORD))
        finally:
            openssh.stop()
            openssh.options = []
            openssh.start()
        assert error.key == "PSC-SFTP-PASSWORD/not-taken"


class TestKey:
    """Signing in with a private key."""

    def _made(self, folder: Path, passphrase: str, *options: str) -> Path:
        path = folder / "key"
        command = ["ssh-keygen", "-q", "-N", passphrase, "-f", str(path), *(options or ("-t", "ed25519"))]
        subprocess.run(command, check=True)
        return path

    @pytest.mark.parametrize(
        "options",
        [("-t", "ed25519"), ("-t", "rsa"), ("-t", "ecdsa"), ("-t", "rsa", "-m", "PEM"), ("-t", "rsa", "-m", "PKCS8")],
    )
    @pytest.mark.parametrize("passphrase", ["", "open sesame"])
    def test_every_form_of_key_is_read(self, box: DropBox, tmp_path: Path, options: Any, passphrase: str) -> None:
        # The drop box takes no keys: a key that was read is refused by the server, not here.
        path = self._made(tmp_path, passphrase, *options)
        server = at_box(box, sign_in="key", key_file=str(path), secret=lambda _key: passphrase)
        assert _refused(server).key == "PSC-SFTP-KEY/not-taken"

    def test_one_with_a_passphrase_signs_in(self, openssh: OpenSsh, tmp_path: Path) -> None:
        path = self._made(tmp_path, "open sesame")
        listed = openssh.base / "authorized"
        before = listed.read_bytes()
        listed.write_bytes(before + path.with_suffix(".pub").read_bytes())
        try:
            server = at_openssh(openssh, key_file=str(path), secret=lambda _key: "open sesame")
            with closing(shelf_on(server)) as shelf:
                assert shelf.check().state == "ok"
        finally:
            listed.write_bytes(before)

    def test_one_that_the_server_does_not_know(self, openssh: OpenSsh, tmp_path: Path) -> None:
        assert _refused(at_openssh(openssh, key_file=str(self._made(tmp_path, "")))).key == "PSC-SFTP-KEY/refused"

    @pytest.mark.parametrize(("given", "case"), [("", "no-passphrase"), ("wrong", "passphrase")])
    def test_a_missing_or_wrong_passphrase(self, openssh: OpenSsh, tmp_path: Path, given: str, case: str) -> None:
        path = self._made(tmp_path, "open sesame")
        server = at_openssh(openssh, key_file=str(path), secret=lambda _key: given)
        assert _refused(server).key == f"PSC-SFTP-KEY/{case}"

    @pytest.mark.parametrize(
        ("content", "case"),
        [
            (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "putty"),
            (b"ssh-ed25519 AAAAC3Nza lincoln\n", "public"),
            (b"a shopping list\n", "unreadable"),
            (b"", "unreadable"),
        ],
    )
    def test_what_is_no_private_key(self, openssh: OpenSsh, tmp_path: Path, content: bytes, case: str) -> None:
        path = tmp_path / "key"
        path.write_bytes(content)
        path.chmod(0o600)
        assert _refused(at_openssh(openssh, key_file=str(path))).key == f"PSC-SFTP-KEY/{case}"

    def test_one_that_others_can_read(self, openssh: OpenSsh, tmp_path: Path) -> None:
        path = self._made(tmp_path, "")
        path.chmod(0o644)
        assert _refused(at_openssh(openssh, key_file=str(path))).key == "PSC-SFTP-KEY/open"

    def test_one_that_is_not_there(self, openssh: OpenSsh, tmp_path: Path) -> None:
        assert _refused(at_openssh(openssh, key_file=str(tmp_path / "key"))).key == "PSC-SFTP-KEY/missing"


def test_a_shell_without_sftp(box: DropBox) -> None:
    box.rules.sftp = False
    assert _refused(at_box(box)).key == "PSC-SFTP-NO-SFTP"


def test_an_account_that_has_its_one_connection(box: DropBox) -> None:
    box.rules.most = 1
    with closing(shelf_on(at_box(box))) as other:
        other.check()
        assert _refused(at_box(box)).key == "PSC-SFTP-BUSY/said"


def test_a_folder_that_is_not_there(openssh: OpenSsh) -> None:
    assert _refused(at_openssh(openssh, folder="/no/such/folder")).key == "PSC-SFTP-FOLDER/missing"


def test_a_folder_that_is_a_file(openssh: OpenSsh) -> None:
    (openssh.folder / "file").write_bytes(b"x")
    assert _refused(at_openssh(openssh, folder=str(openssh.folder / "file"))).key == "PSC-SFTP-FOLDER/missing"


def test_no_right_to_write(openssh: OpenSsh) -> None:
    openssh.folder.chmod(0o555)
    assert _refused(at_openssh(openssh)).key == "PSC-SFTP-DENIED/write"


@pytest.mark.parametrize(("what", "key"), [("write", "DENIED/write"), ("delete", "DENIED/delete")])
def test_a_right_that_is_missing(box: DropBox, what: str, key: str) -> None:
    setattr(box.rules, what, False)
    assert _refused(at_box(box)).key == f"PSC-SFTP-{key}"


def test_a_rename_that_is_refused(box: DropBox) -> None:
    box.rules.rename = False
    (box.folder / ".t.tmp").write_bytes(b"x")
    assert _refused(at_box(box), lambda shelf: shelf.rename(".t.tmp", "a.csv")).key == "PSC-SFTP-DENIED/rename"


def test_a_full_disk(box: DropBox, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 200_000)
    box.rules.room = 100_000
    error = _refused(at_box(box), lambda shelf: shelf.put(".t.tmp", source, CancelToken()))
    assert error.key == "PSC-SFTP-REFUSED/write"


def test_a_connection_that_keeps_dropping(openssh: OpenSsh, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 2_000_000)
    with cutting_proxy(openssh.port) as cutter:
        server = at_openssh(openssh, port=cutter.port)
        with closing(shelf_on(server)) as shelf:
            shelf.check()
            cutter.left = 600_000
            with pytest.raises(TryLater) as caught:
                shelf.put(".t.tmp", source, CancelToken())
    assert caught.value.code in ("PSC-SFTP-DROPPED", "PSC-SFTP-BUSY")


def test_the_library_logs_nothing(box: DropBox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), closing(shelf_on(at_box(box))) as shelf:
        shelf.check()

    assert [record for record in caplog.records if record.name.startswith("asyncssh")] == []
    assert PASSWORD not in caplog.text


def test_no_wait_is_without_limit() -> None:
    assert all(0 < one < 300 for one in (SftpLimits().connect, SftpLimits().sign_in, SftpLimits().wait, LIMITS.wait))
