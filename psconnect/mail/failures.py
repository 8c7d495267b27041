"""Failed conversations with a mail server in words: who hung up, kept silent, or showed a wrong certificate."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any, TypeVar

from psconnect.http import certificate_reason
from psconnect.mail.refusals import At, refusal
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.model.phrases import phrase
from psconnect.model.preferences import MailServer

_E = TypeVar("_E", bound=PsconnectError)
_CERTIFICATES = {
    **dict.fromkeys(("sooner", "expired", "expired-or-sooner"), "PSC-MAIL-CERTIFICATE/time"),
    **dict.fromkeys(("host", "address"), "PSC-MAIL-CERTIFICATE/host"),
    **dict.fromkeys(("unknown", "chain"), "PSC-MAIL-CERTIFICATE/unknown"),
    "own": "PSC-MAIL-CERTIFICATE/own",
}


@dataclass(frozen=True)
class MailLimits:
    """Seconds to connect, to wait for one answer, and for one step as a whole: signing in, or one mail."""

    connect: float = 10.0
    wait: float = 60.0
    total: float = 120.0


@dataclass(frozen=True)
class Conversation:
    """With whom is talked, within which limits, and which secrets no error may hold."""

    server: MailServer
    limits: MailLimits
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def error(self, kind: type[_E], key: str, said: str = "", **more: str) -> _E:
        """An error about this server."""
        error = kind(key, where=self.server.host)
        seconds = {"seconds": round(self.limits.wait), "total": round(self.limits.total)}
        error.values = {"host": self.server.host, "port": self.server.port, "said": said, **seconds, **more}
        return error

    def refused(self, code: int, reply: bytes, at: At, about: str = "") -> PsconnectError:
        """The error for a refusal of the server."""
        return refusal(code, reply, at, self.server.host, about=about, secrets=self.secrets)

    def failure(self, error: Exception, at: At, *, late: bool) -> PsconnectError:
        """The error for whatever ended the conversation; ``late``: it was ended because a step took too long."""
        if isinstance(error, PsconnectError):
            return error
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            address, answer = next(iter(error.recipients.items()))
            return self.refused(*answer, "recipient", address)
        if isinstance(error, smtplib.SMTPResponseException):
            at = "sender" if isinstance(error, smtplib.SMTPSenderRefused) else at
            return self.refused(error.smtp_code, _bytes(error.smtp_error), at, self.server.sender)
        # smtplib hides why a connection ended behind an error of its own.
        hidden = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
        return self._broken_off(hidden or error, at, late=late)

    def _broken_off(self, cause: BaseException, at: At, *, late: bool) -> PsconnectError:
        match cause:
            case ssl.SSLCertVerificationError() as wrong:
                return self._certificate(wrong)
            case socket.gaierror():
                return self.error(FixSettings, "PSC-MAIL-NO-HOST")
            case _ if late:
                return self.error(TryLater, "PSC-MAIL-SILENT/slow")
            case TimeoutError():
                return self.error(TryLater, "PSC-MAIL-SILENT/greeting" if at == "greeting" else "PSC-MAIL-SILENT/later")
            case ssl.SSLError(reason=reason):
                key = "PSC-MAIL-TLS/tls" if self.server.security == "tls" else "PSC-MAIL-TLS/starttls"
                return self.error(FixSettings, key, str(reason or "TLS"))
            case _:
                return self.error(TryLater, "PSC-MAIL-BROKEN")

    def _certificate(self, error: ssl.SSLCertVerificationError) -> FixSettings:
        reason = certificate_reason(error)
        told = self.error(FixSettings, _CERTIFICATES.get(reason, "PSC-MAIL-CERTIFICATE/other"))
        told.values = {**told.values, "what": phrase(f"certificate/{reason}", message=error.verify_message)}
        return told


def _bytes(reply: Any) -> bytes:
    return reply if isinstance(reply, bytes) else str(reply).encode()
