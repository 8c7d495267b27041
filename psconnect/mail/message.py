"""A mail as it goes over the wire: one text as plain text and as HTML, with headers that nothing can be added to."""

from __future__ import annotations

import email.policy
import email.utils
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from psconnect.model.errors import FixSettings
from psconnect.model.mail_address import is_mail_address

_LONGEST_SUBJECT = 180
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
_BETWEEN = re.compile(r"\s+")


@dataclass(frozen=True)
class Mail:
    """What a mail says, without addresses. The text and the page say the same."""

    subject: str
    text: str
    html: str


def mail_message(mail: Mail, sender: str, to: Sequence[str], now: datetime) -> EmailMessage:
    """The message; raises FixSettings for an address that can't be one."""
    own = ascii_domain(sender)
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = _address(own, "psconnect")
    message["To"] = [_address(ascii_domain(one)) for one in to]
    message["Subject"] = one_line(mail.subject)
    message["Date"] = now
    message["Message-ID"] = email.utils.make_msgid(domain=own.rpartition("@")[2])
    # RFC 3834: no absence note answers a program. Exchange looks at a header of its own.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_printable(mail.text), cte="quoted-printable")
    message.add_alternative(_printable(mail.html), subtype="html", cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    """A text for a header: whatever breaks a line or can't be seen becomes a space, and it ends somewhere."""
    plain = _BETWEEN.sub(" ", "".join(one if one.isprintable() else " " for one in text)).strip()
    return plain if len(plain) <= _LONGEST_SUBJECT else f"{plain[: _LONGEST_SUBJECT - 1]}…"


def ascii_domain(address: str) -> str:
    """The address with its domain as name servers know it (IDNA); raises FixSettings if it is no domain."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise FixSettings("PSC-NOTICE-ADDRESS", where=address, address=address) from None


def needs_smtputf8(address: str) -> bool:
    """Whether the part before the @ has letters beyond ASCII, which only some servers take (RFC 6531)."""
    return not address.isascii()


def _address(address: str, name: str = "") -> Address:
    if not is_mail_address(address):
        raise FixSettings("PSC-NOTICE-ADDRESS", where=address, address=address)
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
