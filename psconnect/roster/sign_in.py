"""How a person signs in: judged by the domain of their e-mail, with Google or with Microsoft 365, or set by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from psconnect.model.errors import FixSettings
from psconnect.wording.catalogue import marked

_INSIDE = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
"""What looks like a domain within an address, a path or a sentence."""
BY_PASSWORD = "password"  # noqa: S105 - a type of sign-in
SIGN_IN_LABELS: Mapping[str, str] = {
    "google": marked("Google"),
    "microsoft": marked("Microsoft"),
    BY_PASSWORD: marked("User name and password"),
}
"""The usual types, each with what a person reads; by password only ever by hand, because no domain says so."""


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


@dataclass(frozen=True)
class SignInTypes:
    """The types of sign-in that people of a destination can have: value -> what a person reads; empty for none.

    Attributes:
        labels: see above.
        needs_domains: whether people have a type only if the settings name the district's e-mail domains.
        tells_hand: whether the records say which types were set by hand, because the destination goes by the domains,
            too, and what was set by hand wins.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    needs_domains: bool = True
    tells_hand: bool = False

    def __bool__(self) -> bool:
        """Whether there is any type."""
        return bool(self.labels)

    def in_effect(self, sign_in: SignIn) -> SignInTypes:
        """The types that people have with these domains."""
        return self if sign_in or not self.needs_domains else NO_SIGN_IN_TYPES


NO_SIGN_IN_TYPES = SignInTypes()


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
