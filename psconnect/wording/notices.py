"""Notices and the mail server in words: what is mailed, how it is encrypted, and what has to be known of providers."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.notices import NoticeKind, ResultMail
from psconnect.model.preferences import MailSecurity
from psconnect.wording.catalogue import marked, translated

_RESULTS: dict[str, str] = {
    "none": marked("No results"),
    "all": marked("Every result"),
    "problems": marked("Only problems"),
    "weekly": marked("One mail a week"),
}
_RESULT_HELP: dict[str, str] = {
    "none": marked("Runs are told in psconnect alone."),
    "all": marked("After each run, with its summary."),
    "problems": marked(
        "Runs that failed, were skipped or wait, changes that were refused, and more findings than last time."
    ),
    "weekly": marked("On Monday after 06:00, with all runs of the week; a week without a run is told, too."),
}
_KINDS: dict[str, str] = {
    "result": marked("the result of a run"),
    "hold": marked("a run that waits for an approval"),
    "new-data": marked("the data of a new school year"),
    "digest": marked("the mail of a week"),
}
_SECURITY: dict[str, str] = {
    "starttls": marked("STARTTLS"),
    "tls": marked("TLS"),
    "none": marked("None, inside your network"),
}


@dataclass(frozen=True)
class ProviderWords:
    """A provider's name, and what has to be known before it takes mail."""

    label: str
    hint: str


_PROVIDERS = {
    "relay": ProviderWords(
        marked("Your own relay"),
        marked(
            "The commonest answer at schools: a server inside your network that passes mail on without a sign-in. "
            "Whoever runs it lets this computer’s address in."
        ),
    ),
    "microsoft-365": ProviderWords(
        marked("Microsoft 365"),
        marked(
            "Works with a password until the end of December 2026; then an administrator has to switch it on again, "
            "and tenants made from 2027 on don’t have it. Authenticated SMTP has to be on for the mailbox."
        ),
    ),
    "microsoft-direct-send": ProviderWords(
        marked("Microsoft 365, Direct Send"),
        marked(
            "No sign-in, only to addresses of your own tenant. The server is your tenant’s own, like "
            "lincoln-org.mail.protection.outlook.com; many networks block port 25."
        ),
    ),
    "google-relay": ProviderWords(
        marked("Google Workspace relay"),
        marked(
            "No sign-in: register the public address of your network in the Admin console, Apps, Google Workspace, "
            "Gmail, Routing, SMTP relay service."
        ),
    ),
    "gmail": ProviderWords(
        marked("Gmail with an app password"),
        marked(
            "The account’s own password is refused. An app password of 16 letters needs 2-step verification, and an "
            "administrator may forbid it."
        ),
    ),
}


def results_word(which: ResultMail) -> str:
    """Which results are mailed."""
    return translated(_RESULTS[which])


def results_help(which: ResultMail) -> str:
    """What that means, as sentences."""
    return translated(_RESULT_HELP[which])


def notice_word(kind: NoticeKind) -> str:
    """What a mail is about, within a sentence."""
    return translated(_KINDS[kind])


def security_word(security: MailSecurity) -> str:
    """How the way to the server is encrypted."""
    return translated(_SECURITY[security])


def provider_label(key: str) -> str:
    """The name of a provider of mail."""
    return translated(_PROVIDERS[key].label)


def provider_hint(key: str) -> str:
    """What has to be known of a provider, as sentences."""
    return translated(_PROVIDERS[key].hint)
