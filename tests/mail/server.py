"""A real mail server (aiosmtpd) on the loopback that keeps what it got, and refuses where a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from psconnect.model.preferences import MailServer

USER, PASSWORD = "roster@lincoln.example", "canary-Passwort-7c1e-ß"
SENDER = "psconnect@lincoln.example"


@dataclass
class Got:
    """A mail that arrived: envelope and content."""

    sender: str
    to: list[str]
    content: bytes
    utf8: bool = False


@dataclass
class Answers:
    """Keeps what arrives; ``refuse`` holds replies by command: MAIL, DATA, or an address.

    Attributes:
        hellos: how clients introduced themselves.
        logins: what was signed in with.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    async def handle_EHLO(self, server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.hellos.append(hostname)
        session.host_name = hostname
        if session.ssl is None and "STARTTLS" in self.refuse:
            responses = [one for one in responses if "STARTTLS" not in one]
        return responses

    async def handle_MAIL(self, _server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.secure.append(session.ssl is not None)
        if "MAIL" in self.refuse:
            return self.refuse["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        utf8 = "SMTPUTF8" in envelope.mail_options
        self.got.append(Got(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content, utf8))
        return "250 OK"

    def authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        if "AUTH" in self.refuse:
            return AuthResult(success=False, handled=False, message=self.refuse["AUTH"])
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)


@dataclass
class RunningServer:
    """A running server and how it is reached."""

    answers: Answers
    port: int

    def settings(self, **more: Any) -> MailServer:
        """Settings of psconnect for it."""
        given: dict[str, Any] = {"host": "localhost", "port": self.port, "security": "none", "sender": SENDER}
        return MailServer(**(given | more))

    @property
    def got(self) -> list[Got]:
        return self.answers.got


@contextlib.contextmanager
def mail_server(
    context: ssl.SSLContext | None = None,
    *,
    implicit: bool = False,
    login: bool = False,
    **options: Any,
) -> Iterator[RunningServer]:
    """A server with STARTTLS if there is a context, with TLS from the first byte if ``implicit``.

    ``login``: it takes mail only from who signed in.
    """
    answers = Answers()
    named: dict[str, Any] = {"decode_data": False, "enable_SMTPUTF8": True, "hostname": "127.0.0.1", "port": 0}
    if login:
        named |= {"authenticator": answers.authenticate, "auth_required": True, "auth_require_tls": context is not None}
        if implicit:
            named["auth_require_tls"] = False
    if context is not None and implicit:
        named["ssl_context"] = context
    elif context is not None:
        named |= {"tls_context": context, "require_starttls": True}
    log = logging.getLogger("mail.log")
    before, log.level = log.level, logging.CRITICAL  # what a client does wrong is the test's to judge
    with warnings.catch_warnings():
        # It warns of sign-ins without TLS at each connection, although TLS from the first byte is one.
        warnings.filterwarnings("ignore", category=UserWarning)
        controller = _Controller(answers, **(named | options))
        controller.start()
        try:
            yield RunningServer(answers, controller.bound_port)
        finally:
            controller.stop()
            log.level = before


class _Controller(Controller):
    """A controller on whatever port is free."""

    @property
    def bound_port(self) -> int:
        assert isinstance(self.server, asyncio.Server)
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        """Make it ready by a connection that says nothing, and so is none of the test's.

        Waits until the server has closed it: one that is stopped before that leaves the connection open.
        """
        with socket.create_connection(("127.0.0.1", self.bound_port), 5) as connection:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1_000):
                pass
        self._factory_invoked.wait(5)
