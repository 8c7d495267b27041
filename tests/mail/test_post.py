"""Sending to a real server: encryption, sign-in, refusals, and what never leaves this computer."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from psconnect.mail import Mail, MailLimits, Post, mail_message
from psconnect.mail.lan import inside
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError, TryLater
from psconnect.model.preferences import MailServer
from psconnect.wording.errors import word
from tests.mail.server import PASSWORD, SENDER, USER, mail_server
from tests.support.certificates import Certificates

TO = ["office@lincoln.example"]
SHORT = MailLimits(connect=2, wait=0.3, total=5)


def message(to: list[str] | None = None, text: str = "12 students without a first name.") -> email.message.EmailMessage:
    return mail_message(Mail("Lincoln: delivered", text, f"<p>{text}</p>"), SENDER, to or TO, datetime.now(UTC))


def sent(settings: MailServer, password: str = "", to: list[str] | None = None) -> dict[str, PsconnectError]:
    with Post(settings, password, limits=MailLimits(2, 5, 10)) as post:
        return post.send(message(to))


def talk_to(
    settings: MailServer, *, limits: MailLimits, cancel: CancelToken | None = None, text: str = "12 students"
) -> None:
    with Post(settings, cancel=cancel or CancelToken(), limits=limits) as post:
        post.send(message(text=text))


def refused(settings: MailServer, password: str = "", to: list[str] | None = None) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        sent(settings, password, to)
    told = word(caught.value)
    assert PASSWORD not in f"{told.in_full}{caught.value}{caught.value.as_dict()}"
    return caught.value


# --- encryption and sign-in ----------------------------------------------------------------------------------------


def test_starttls_with_sign_in(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context(), login=True) as server:
        settings = server.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        assert sent(settings, PASSWORD) == {}
    (got,) = server.got
    assert (got.sender, got.to, server.answers.secure) == (SENDER, TO, [True])
    assert server.answers.logins == [(USER, PASSWORD)]
    # Said hello before and after the encryption, by the sender's domain.
    assert server.answers.hellos == ["lincoln.example"] * 2


def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context(), implicit=True, login=True) as server:
        settings = server.settings(security="tls", user=USER, ca_file=str(certificates.ca_file))
        assert sent(settings, PASSWORD) == {}
    assert (len(server.got), server.answers.logins) == (1, [(USER, PASSWORD)])


def test_sign_in_by_the_older_mechanism(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context(), login=True, auth_exclude_mechanism=["PLAIN"]) as server:
        settings = server.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        assert sent(settings, PASSWORD) == {}
    assert server.answers.logins == [(USER, PASSWORD)]


def test_a_relay_inside_needs_no_encryption() -> None:
    with mail_server() as server:
        assert sent(server.settings()) == {}
    assert (len(server.got), server.answers.secure) == (1, [False])


def test_no_secret_ever_goes_without_encryption(certificates: Certificates) -> None:
    with mail_server(login=True) as server:
        error = refused(server.settings(user=USER), PASSWORD)
        assert error.key == "PSC-MAIL-SETTINGS/plain-login"
        assert refused(server.settings(security="starttls", user=USER), PASSWORD).code == "PSC-MAIL-NO-STARTTLS"
    assert server.answers.logins == []


@pytest.mark.parametrize(
    ("which", "key"),
    [("expired", "PSC-MAIL-CERTIFICATE/time"), ("wrong_host", "PSC-MAIL-CERTIFICATE/host")],
)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wrong_certificate_is_told_apart(certificates: Certificates, which: str, key: str, security: str) -> None:
    context = getattr(certificates, which).server_context()
    with mail_server(context, implicit=security == "tls", login=True) as server:
        settings = server.settings(security=security, user=USER, ca_file=str(certificates.ca_file))
        assert refused(settings, PASSWORD).key == key
    assert (server.answers.logins, server.got) == ([], [])


def test_an_authority_that_nobody_knows(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context()) as server:
        assert refused(server.settings(security="starttls")).key == "PSC-MAIL-CERTIFICATE/unknown"


def test_a_certificate_signed_by_itself(own_certificate: ssl.SSLContext) -> None:
    with mail_server(own_certificate) as server:
        assert refused(server.settings(security="starttls")).key == "PSC-MAIL-CERTIFICATE/own"


def test_a_ca_file_that_is_none(certificates: Certificates, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with mail_server(certificates.good.server_context()) as server:
        error = refused(server.settings(security="starttls", ca_file=str(tmp_path / "ca.pem")))
    assert error.code == "PSC-TLS-CA-FILE"


def test_tls_at_a_port_that_speaks_first(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context()) as server:
        assert refused(server.settings(security="tls")).key == "PSC-MAIL-TLS/tls"


@pytest.mark.parametrize(
    ("addresses", "is_inside"),
    [
        (["127.0.0.1"], True),
        (["10.20.1.5", "fd12::5"], True),
        (["172.31.0.9"], True),
        (["172.32.0.9"], False),
        (["192.168.7.1", "198.51.100.7"], False),
        (["fe80::1%eth0"], True),
        (["::ffff:10.1.1.1"], True),
        (["::ffff:8.8.8.8"], False),
        (["100.64.0.1"], False),
        ([], False),
    ],
)
def test_inside_is_judged_by_every_address(addresses: list[str], is_inside: bool) -> None:
    assert inside(addresses) is is_inside


def test_mail_without_encryption_stays_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("198.51.100.7", 25))]
    monkeypatch.setattr("psconnect.mail.post.look_up", lambda *_: outside)
    assert refused(MailServer("mail.example", 25, "none", sender=SENDER)).code == "PSC-MAIL-NOT-INSIDE"


# --- refusals ------------------------------------------------------------------------------------------------------

MICROSOFT = "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/x"
GOOGLE = "Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=x - gsmtp"


@pytest.mark.parametrize(
    ("reply", "key", "kind"),
    [
        (f"535 5.7.139 {MICROSOFT}", "PSC-MAIL-LOGIN/microsoft-off", "sign in again"),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "PSC-MAIL-LOGIN/microsoft-basic",
            "sign in again",
        ),
        (
            "550 5.7.30 Basic authentication is not supported for Client Submission",
            "PSC-MAIL-LOGIN/microsoft-ended",
            "sign in again",
        ),
        (f"535 5.7.8 {GOOGLE}", "PSC-MAIL-LOGIN/app-password", "sign in again"),
        ("534 5.7.9 Application-specific password required.", "PSC-MAIL-LOGIN/app-password", "sign in again"),
        ("535 5.7.8 Authentication credentials invalid", "PSC-MAIL-LOGIN/wrong", "sign in again"),
        ("454 4.7.0 Temporary authentication failure", "PSC-MAIL-LATER", "try later"),
    ],
)
def test_a_refused_sign_in_is_explained(certificates: Certificates, reply: str, key: str, kind: str) -> None:
    with mail_server(certificates.good.server_context(), login=True) as server:
        server.answers.refuse["AUTH"] = reply
        settings = server.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        error = refused(settings, PASSWORD)
    assert (error.key, error.family) == (key, kind)
    assert len(server.answers.logins) == 1


@pytest.mark.parametrize(
    ("command", "reply", "key"),
    [
        ("MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "PSC-MAIL-SENDER"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", "PSC-MAIL-SENDER"),
        ("MAIL", "530 5.7.57 Client not authenticated to send mail", "PSC-MAIL-LOGIN/wanted"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", "PSC-MAIL-TLS-WANTED"),
        ("MAIL", "552 5.3.4 Message size exceeds fixed limit", "PSC-MAIL-SIZE"),
        ("MAIL", "451 4.7.1 Try again later", "PSC-MAIL-LATER"),
        ("RCPT", "554 5.7.1 <x@y.example>: Relay access denied", "PSC-MAIL-RELAY/denied"),
        ("RCPT", "550 5.7.1 Unable to relay", "PSC-MAIL-RELAY/denied"),
        ("RCPT", "550 5.7.64 TenantAttribution; Relay Access Denied", "PSC-MAIL-RELAY/microsoft"),
        ("RCPT", "550 5.7.1 Invalid credentials for relay [198.51.100.7]. gsmtp", "PSC-MAIL-RELAY/google"),
        ("RCPT", "550 5.1.1 User unknown", "PSC-MAIL-RECIPIENT"),
        ("RCPT", "450 4.2.0 Greylisted, see you in 5 minutes", "PSC-MAIL-LATER"),
        ("DATA", "554 5.2.252 SendAsDenied; roster@x not allowed to send as y", "PSC-MAIL-SENDER"),
        ("DATA", "552 5.3.4 Message too big", "PSC-MAIL-SIZE"),
        ("DATA", "550 5.7.1 Message rejected as spam", "PSC-MAIL-REFUSED/content"),
        ("DATA", "421 4.3.2 Service shutting down", "PSC-MAIL-LATER"),
    ],
)
def test_a_refusal_is_explained(command: str, reply: str, key: str) -> None:
    with mail_server() as server:
        server.answers.refuse[TO[0] if command == "RCPT" else command] = reply
        error = refused(server.settings())
    assert error.key == key
    assert reply.partition(" ")[2][:20] in word(error).happened or key == "PSC-MAIL-SIZE"


def test_one_refused_address_does_not_keep_the_mail_from_the_others() -> None:
    with mail_server() as server:
        server.answers.refuse["gone@lincoln.example"] = "550 5.1.1 User unknown"
        left = sent(server.settings(), to=["gone@lincoln.example", *TO])
    assert {address: error.code for address, error in left.items()} == {"gone@lincoln.example": "PSC-MAIL-RECIPIENT"}
    assert [got.to for got in server.got] == [TO]


def test_a_server_that_takes_only_small_mails_is_sent_none() -> None:
    with mail_server(data_size_limit=500) as server:
        assert refused(server.settings()).code == "PSC-MAIL-SIZE"
    assert server.answers.secure == []


def test_a_server_that_quotes_the_secret_is_not_quoted(certificates: Certificates) -> None:
    with mail_server(certificates.good.server_context(), login=True) as server:
        server.answers.refuse["AUTH"] = f"535 5.7.8 no such secret: {PASSWORD.encode('ascii', 'ignore').decode()}"
        settings = server.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        plain = PASSWORD.encode("ascii", "ignore").decode()
        with pytest.raises(PsconnectError) as caught:
            sent(settings, plain)
    assert plain not in str(caught.value.as_dict())


# --- addresses ------------------------------------------------------------------------------------------------------


def test_letters_beyond_ascii_where_the_server_takes_them() -> None:
    with mail_server() as server:
        sent(server.settings(), to=["jürgen@schüle.example"])
    (got,) = server.got
    assert got.utf8
    assert got.to == ["jürgen@xn--schle-mva.example"]
    assert "To: jürgen@xn--schle-mva.example\r\n".encode() in got.content


def test_letters_beyond_ascii_where_it_does_not() -> None:
    with mail_server(enable_SMTPUTF8=False) as server, Post(server.settings()) as post:
        assert not post.takes("jürgen@lincoln.example")
        # A domain of any letters has a name in ASCII.
        assert post.takes("office@schüle.example")


@pytest.mark.parametrize("bad", ["a@b\r\nBcc: c@d.example", "a@b\n", "a b@c", "a@b@c", "a,b@c.d", "<a@b.c>", "a@-b.c"])
def test_nothing_can_be_added_to_the_headers_by_an_address(bad: str) -> None:
    settings = MailServer("localhost", 25, "none", sender=bad)
    with pytest.raises(FixSettings):
        Post(settings)
    with pytest.raises(FixSettings):
        message([bad])


def test_nothing_can_be_added_to_the_headers_by_a_subject() -> None:
    mail = Mail("Lincoln\r\nBcc: everybody@lincoln.example\r\n\r\nHello", "text", "<p>text</p>")
    content = mail_message(mail, SENDER, TO, datetime.now(UTC)).as_bytes()
    parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "Lincoln Bcc: everybody@lincoln.example Hello"


# --- waits ------------------------------------------------------------------------------------------------------------


@contextmanager
def scripted(talk: Callable[[socket.socket], None]) -> Iterator[MailServer]:
    """A server that does with each connection what ``talk`` says."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock:
                try:
                    talk(sock)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield MailServer("127.0.0.1", listening.getsockname()[1], "none", sender=SENDER)
    thread.join(5)


def until_closed(sock: socket.socket) -> None:
    while sock.recv(1024):
        pass


def speaking(*lines: bytes) -> Callable[[socket.socket], None]:
    """Answers each line that comes with the next one, then waits."""

    def talk(sock: socket.socket) -> None:
        for line in lines:
            sock.sendall(line)
            sock.recv(1024)
        until_closed(sock)

    return talk


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ((), "PSC-MAIL-SILENT/greeting"),
        ((b"220 hello\r\n",), "PSC-MAIL-SILENT/greeting"),
        ((b"220 hello\r\n", b"250 hello\r\n"), "PSC-MAIL-SILENT/later"),
        ((b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"), "PSC-MAIL-SILENT/later"),
    ],
)
def test_a_server_that_falls_silent_is_not_waited_for(lines: tuple[bytes, ...], key: str) -> None:
    with scripted(speaking(*lines)) as settings, pytest.raises(TryLater) as caught:
        talk_to(settings, limits=SHORT)
    assert caught.value.key == key


def test_a_server_that_drips_is_ended_by_the_limit_of_the_whole() -> None:
    def drip(sock: socket.socket) -> None:
        while True:
            sock.sendall(b"220-")
            time.sleep(0.05)  # the server's pace, not the test's

    with scripted(drip) as settings, pytest.raises(TryLater) as caught:
        talk_to(settings, limits=MailLimits(connect=2, wait=5, total=0.4))
    assert caught.value.key == "PSC-MAIL-SILENT/slow"


def test_a_server_that_drops_in_the_middle_of_the_mail() -> None:
    def drop(sock: socket.socket) -> None:
        for line in (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            sock.sendall(line)
            sock.recv(64)

    with scripted(drop) as settings, pytest.raises(TryLater) as caught:
        talk_to(settings, limits=SHORT)
    assert caught.value.key in ("PSC-MAIL-BROKEN", "PSC-MAIL-SILENT/later")


def test_another_kind_of_server() -> None:
    with scripted(speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as settings, pytest.raises(FixSettings) as caught:
        talk_to(settings, limits=SHORT)
    assert caught.value.key == "PSC-MAIL-NOT-SMTP"


def test_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    assert refused(MailServer("127.0.0.1", port, "none", sender=SENDER)).key == "PSC-MAIL-UNREACHABLE"


def test_no_such_name() -> None:
    assert refused(MailServer("mail.nowhere.invalid", 25, "none", sender=SENDER)).key == "PSC-MAIL-NO-HOST"


def test_a_cancel_ends_the_wait_at_once() -> None:
    cancel, reached = CancelToken(), threading.Event()

    def talk(sock: socket.socket) -> None:
        reached.set()
        until_closed(sock)

    def stop() -> None:
        reached.wait(5)
        cancel.cancel()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with scripted(talk) as settings, pytest.raises(Cancelled):
        talk_to(settings, cancel=cancel, limits=MailLimits(2, 60, 60))
    stopper.join()


def test_words_sent_ahead_of_the_encryption_are_not_taken(certificates: Certificates) -> None:
    """An answer that somebody on the way puts in before TLS begins must not count as the server's own."""

    def talk(sock: socket.socket) -> None:
        sock.sendall(b"220 hello\r\n")
        sock.recv(1024)
        sock.sendall(b"250-hello\r\n250 STARTTLS\r\n")
        sock.recv(1024)
        sock.sendall(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
        context = certificates.good.server_context()
        with context.wrap_socket(sock, server_side=True) as inside_tls:
            inside_tls.recv(1024)
            inside_tls.sendall(b"250 hello\r\n")
            until_closed(inside_tls)

    with scripted(talk) as plain:
        settings = MailServer("127.0.0.1", plain.port, "starttls", USER, SENDER, str(certificates.ca_file))
        error = refused(settings, PASSWORD)
    # The server itself offers no sign-in; the one who was in between did.
    assert error.key == "PSC-MAIL-NO-LOGIN/none"


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    return self_signed(tmp_path)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "own.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "own.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "own.key")
    return context
