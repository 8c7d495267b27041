"""The connection to a mail server: encrypted as chosen, signed in if asked, and never waiting without a limit."""

from __future__ import annotations

import base64
import contextlib
import email.policy
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Self

from psconnect.http import OpenSockets, look_up, trust
from psconnect.mail.failures import Conversation, MailLimits
from psconnect.mail.lan import inside
from psconnect.mail.message import ascii_domain, needs_smtputf8
from psconnect.mail.refusals import At
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError, TryLater
from psconnect.model.preferences import MailServer, check_mail_server

_READY, _DONE, _SIGNED_IN, _GO_ON = 220, 250, 235, 334
_BYE_SECONDS = 2.0


@dataclass
class Post:
    """A connection to the mail server, for several mails; opened by ``with``.

    Raises TryLater (not reached, not answered, asked to come later), FixSettings or SignInAgain (refused), and
    Cancelled as soon as ``cancel`` is set. No error holds a secret.
    """

    server: MailServer
    password: str = field(default="", repr=False)
    cancel: CancelToken = field(default_factory=CancelToken)
    limits: MailLimits = field(default_factory=MailLimits)
    _sockets: OpenSockets = field(default_factory=OpenSockets, repr=False)
    _late: bool = False

    def __post_init__(self) -> None:
        """Raises FixSettings for a server that can't be used."""
        check_mail_server(self.server)
        secrets = (self.password, self._plain) if self.password else ()
        self._talk = Conversation(self.server, self.limits, secrets)
        self._smtp = smtplib.SMTP()
        self.cancel.when_cancelled(self._sockets.end)

    def __enter__(self) -> Self:
        """Connect, encrypt and sign in."""
        try:
            with self._in_words("greeting"):
                self._connect()
                self._answered(self._smtp.getreply(), _READY, "greeting")
                self._say_hello()
            if self.server.security == "starttls":
                with self._in_words("starttls"):
                    self._start_tls()
            if self.server.user:
                with self._in_words("login"):
                    self._sign_in()
        except BaseException:
            self._smtp.close()
            raise
        return self

    def __exit__(self, *_trouble: object) -> None:
        """Say goodbye, shortly."""
        if self._smtp.sock is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.sock.settimeout(_BYE_SECONDS)
                self._smtp.docmd("QUIT")
        self._smtp.close()

    def takes(self, address: str) -> bool:
        """Whether the server can take this address: letters beyond ASCII before the @ need SMTPUTF8."""
        return not needs_smtputf8(ascii_domain(address)) or self._smtp.has_extn("smtputf8")

    def send(self, message: EmailMessage) -> dict[str, PsconnectError]:
        """Send a mail to whom it names; returns who was refused and why, if others were not."""
        sender, *to = (one.addr_spec for name in ("From", "To") for one in message[name].addresses)
        utf8 = any(needs_smtputf8(one) for one in (sender, *to))
        content = message.as_bytes(policy=email.policy.SMTPUTF8 if utf8 else email.policy.SMTP)
        most = self._smtp.esmtp_features.get("size", "")
        if most.isdigit() and 0 < int(most) < len(content):
            raise self._talk.error(FixSettings, "PSC-MAIL-SIZE", f"SIZE {most}")
        with self._in_words("data"):
            refused = self._smtp.sendmail(sender, to, content, ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else [])
        return {address: self._talk.refused(*answer, "recipient", address) for address, answer in refused.items()}

    # --- the conversation ----------------------------------------------------------------------------------------

    def _connect(self) -> None:
        found = look_up(self.server.host, self.server.port, self._sockets.ending, self.limits.connect)
        if found is None:
            raise self._talk.error(TryLater, "PSC-MAIL-SILENT/name")
        if self.server.security == "none" and not inside(address[0] for *_, address in found):
            raise self._talk.error(FixSettings, "PSC-MAIL-NOT-INSIDE")
        failed: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                self._take(sock, self.limits.connect)
                sock.connect(address)
                self._take(self._encrypted(sock) if self.server.security == "tls" else sock, self.limits.wait)
            except ssl.SSLError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                failed = error
            else:
                return
        case = "PSC-MAIL-SILENT/connect" if isinstance(failed, TimeoutError) else "PSC-MAIL-UNREACHABLE"
        raise self._talk.error(TryLater, case)

    def _encrypted(self, sock: socket.socket) -> socket.socket:
        return trust(self.server.ca_file).wrap_socket(sock, server_hostname=self.server.host)

    def _take(self, sock: socket.socket, seconds: float) -> None:
        """Talk over this socket from now on; what came over the one before is forgotten."""
        self._sockets.add(sock)
        sock.settimeout(seconds)
        self._smtp.sock, self._smtp.file = sock, None

    def _say_hello(self) -> None:
        """Introduce this computer by the sender's domain: Google's relay wants one, and others accept it."""
        self._smtp.esmtp_features.clear()
        name = ascii_domain(self.server.sender).rpartition("@")[2]
        if self._smtp.ehlo(name)[0] != _DONE:
            self._answered(self._smtp.helo(name), _DONE, "greeting")

    def _start_tls(self) -> None:
        sock = self._smtp.sock
        if sock is None or not self._smtp.has_extn("starttls"):
            raise self._talk.error(FixSettings, "PSC-MAIL-NO-STARTTLS")
        self._answered(self._smtp.docmd("STARTTLS"), _READY, "starttls")
        # What the server, or somebody on the way, sent ahead in the clear goes with the buffer of the old socket.
        self._take(self._encrypted(sock), self.limits.wait)
        self._say_hello()

    def _sign_in(self) -> None:
        """By one mechanism only: each refused attempt counts towards locking the account."""
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            answer = self._smtp.docmd("AUTH", f"PLAIN {_encoded(self._plain)}")
        elif "LOGIN" in offered:
            answer = self._smtp.docmd("AUTH", f"LOGIN {_encoded(self.server.user)}")
            if answer[0] == _GO_ON:
                answer = self._smtp.docmd(_encoded(self.password))
        else:
            key = "PSC-MAIL-NO-LOGIN/other" if offered else "PSC-MAIL-NO-LOGIN/none"
            raise self._talk.error(FixSettings, key, " ".join(offered))
        self._answered(answer, _SIGNED_IN, "login")

    @property
    def _plain(self) -> str:
        return f"\0{self.server.user}\0{self.password}"

    def _answered(self, answer: tuple[int, bytes], wanted: int, at: At) -> None:
        if answer[0] != wanted:
            raise self._talk.refused(*answer, at)

    @contextlib.contextmanager
    def _in_words(self, at: At) -> Iterator[None]:
        """Limit a step as a whole: a server that sends a byte now and then never exceeds the limit of one wait."""
        watch = threading.Timer(self.limits.total, self._end)
        watch.daemon = True
        watch.start()
        try:
            yield
        except (smtplib.SMTPException, OSError, ValueError, PsconnectError) as error:
            if self.cancel.cancelled:
                raise Cancelled from None
            raise self._talk.failure(error, at, late=self._late) from None
        finally:
            watch.cancel()

    def _end(self) -> None:
        self._late = True
        self._sockets.end()


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
