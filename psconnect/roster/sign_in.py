"""How a person signs in, judged by the domain of their e-mail: with Google or with Microsoft 365."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.model.errors import FixSettings

SIGN_IN_KINDS = ("google", "microsoft")


class SignIn:
    """The domains of each kind of sign-in."""

    def __init__(self, domains: Mapping[str, list[str]]) -> None:
        """``domains``: per kind (google, microsoft) its e-mail domains. Raises FixSettings for an invalid one."""
        self.kind_of: dict[str, str] = {}
        for kind, listed in domains.items():
            for written in listed:
                domain = written.strip().lower().removeprefix("@")
                where = f"sign_in.{kind}"
                if "." not in domain or not all(ch.isalnum() or ch in "-." for ch in domain):
                    raise FixSettings("PSC-SETTINGS-INVALID/e-mail-domain", where=where, written=written)
                if self.kind_of.get(domain, kind) != kind:
                    raise FixSettings("PSC-SETTINGS-INVALID/stands-two-kinds", where=where, domain=domain)
                self.kind_of[domain] = kind

    def __bool__(self) -> bool:
        """Whether there is any domain."""
        return bool(self.kind_of)

    def of(self, email: str) -> str:
        """The kind of sign-in for an e-mail address; empty if its domain is not listed."""
        return self.kind_of.get(email.rpartition("@")[2].strip().lower(), "")
