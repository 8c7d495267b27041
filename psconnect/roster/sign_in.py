"""How a person signs in, judged by the domain of their e-mail: with Google or with Microsoft 365."""

from __future__ import annotations

import re
from collections.abc import Mapping

from psconnect.model.errors import FixSettings

_INSIDE = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
"""What looks like a domain within an address, a path or a sentence."""


class SignIn:
    """The domains of each kind of sign-in."""

    def __init__(self, domains: Mapping[str, list[str]]) -> None:
        """``domains``: per kind (google, microsoft) its e-mail domains. Raises FixSettings for an invalid one."""
        self.kind_of: dict[str, str] = {}
        for kind, listed in domains.items():
            where = f"sign_in.{kind}"
            for written in listed:
                domain = mail_domain(written, where)
                if self.kind_of.get(domain, kind) != kind:
                    raise FixSettings("PSC-SETTINGS-INVALID/stands-two-kinds", where=where, domain=domain)
                self.kind_of[domain] = kind

    def __bool__(self) -> bool:
        """Whether there is any domain."""
        return bool(self.kind_of)

    def of(self, email: str) -> str:
        """The kind of sign-in for an e-mail address; empty if its domain is not listed."""
        return self.kind_of.get(email.rpartition("@")[2].strip().lower(), "")


def mail_domain(written: str, where: str) -> str:
    """A domain as it is compared; raises FixSettings, naming the domain that was probably meant."""
    domain = written.strip().lower().removeprefix("@")
    labels = domain.split(".")
    if len(labels) > 1 and all(map(_is_label, labels)):
        return domain
    meant = domain_within(written)
    if meant:
        raise FixSettings("PSC-SETTINGS-INVALID/e-mail-domain-within", where=where, written=written, domain=meant)
    raise FixSettings("PSC-SETTINGS-INVALID/e-mail-domain", where=where, written=written)


def domain_within(written: str) -> str:
    """The domain in what somebody wrote instead of one, like ``lincoln.org`` in ``lincoln.org/staff``; else empty."""
    found = _INSIDE.search(written.rpartition("@")[2].lower())
    return found[0] if found else ""


def _is_label(text: str) -> bool:
    inside = all(ch.isalnum() or ch == "-" for ch in text)
    return bool(text) and inside and not text.startswith("-") and not text.endswith("-")
