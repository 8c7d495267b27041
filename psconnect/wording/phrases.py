"""Phrases: parts of sentences, and sentences among others, that depend on the case (model.phrases)."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.wording.catalogue import Plural, marked, plural
from psconnect.wording.gaps import GAPS


@dataclass(frozen=True)
class PhraseWords:
    """The words of a phrase, and in ``window`` those for the window where they differ."""

    text: str | Plural
    window: str = ""


def _words(text: str | Plural, window: str = "") -> PhraseWords:
    return PhraseWords(text, window)


PHRASES = {
    **{f"gap/{key}": _words(gap.what) for key, gap in GAPS.items()},
    **{f"gap-way/{key}": _words(gap.way) for key, gap in GAPS.items() if gap.way},
    "time/less-than-a-minute": _words(marked(", less than a minute")),
    "time/minutes": _words(plural(", {count} minute", ", {count} minutes")),
    "raise-page-size": _words(marked("Set it to {least} or more: {page_size_page}.")),
    "page-rows": _words(marked("A page has only {size} rows.")),
    "no-prefix": _words(marked("nothing")),
    "did-you-mean": _words(marked("Did you mean “{name}”?")),
    "plugin-not-enabled": _words(
        marked(
            "If PowerSchool did not enable the plugin and named a field instead, like “ROLEDEF NAME: Invalid Column”, "
            "build it without that: psconnect plugin NAME --without ROLEDEF -o plugin.zip."
        ),
        marked(
            "If PowerSchool did not enable the plugin and named a field instead, like “ROLEDEF NAME: Invalid Column”, "
            "press “PowerSchool refused a field …” below the steps of the installation, and paste that line."
        ),
    ),
    "worked-before": _words(
        marked(
            "This connection was read before. Unless somebody changed ID or secret here since, the plugin was disabled "
            "or deleted, or somebody made a new secret there."
        )
    ),
    "delivered/set": _words(marked("{place}: {rows} in {files}{more}")),
    "delivered/rows": _words(plural("{count} row", "{count} rows")),
    "delivered/files": _words(plural("{count} file", "{count} files")),
    "delivered/held": _words(
        plural(
            "; {count} earlier bundle in “previous” can’t be deleted yet",
            "; {count} earlier bundles in “previous” can’t be deleted yet",
        )
    ),
    "delivered/changed": _words(
        plural(
            "; {names} of an earlier set stays there, because somebody has changed it",
            "; {names} of an earlier set stay there, because somebody has changed them",
        )
    ),
    "delivered/confirmed": _words(
        marked("{place}: delivered before an interruption, and confirmed by reading it back")
    ),
    "owner": _words(marked("psconnect on another computer, or of another user, has delivered to {place}.")),
    "owner/since": _words(
        marked("psconnect on another computer, or of another user, has delivered to {place} since {since}.")
    ),
    "owner/tables": _words(
        marked("psconnect on another computer, or of another user, has written to these tables since {since}.")
    ),
    "owner/files": _words(
        marked(
            "psconnect did not put {names} into {place} as it is there now: somebody else delivers there, or has "
            "changed it."
        )
    ),
    "owner/many-files": _words(
        plural(
            "psconnect did not put {names} and {count} more into {place} as it is there now: somebody else delivers "
            "there, or has changed it.",
            "psconnect did not put {names} and {count} more into {place} as they are there now: somebody else "
            "delivers there, or has changed them.",
        )
    ),
    "known": _words(marked("Known: {names}.")),
    "upcoming/takes": _words(marked("about {minutes} min")),
    "upcoming/clocks": _words(marked("the clocks change")),
    "upcoming/last": _words(marked("the last one")),
    "upcoming/new-year": _words(marked("first day of school")),
    "upcoming/after-end": _words(marked("after the end")),
    "certificate/sooner": _words(marked("is not valid yet")),
    "certificate/expired": _words(marked("has expired")),
    "certificate/expired-or-sooner": _words(marked("has expired or is not valid yet")),
    "certificate/host": _words(marked("belongs to another host name")),
    "certificate/address": _words(marked("belongs to another address")),
    "certificate/own": _words(marked("is signed by itself")),
    "certificate/unknown": _words(marked("is signed by an authority that this computer does not know")),
    "certificate/chain": _words(
        marked("comes without the certificate of its issuer, or from an authority that this computer does not know")
    ),
    "certificate/other": _words(marked("could not be verified ({message})")),
    "renew/sooner": _words(marked("Check this computer’s clock and the first day on which the certificate is valid.")),
    "renew/expired": _words(marked("Have the server’s certificate renewed.")),
    "renew/expired-or-sooner": _words(
        marked(
            "Have the server’s certificate renewed. Check this computer’s clock and the first day on which the "
            "certificate is valid."
        )
    ),
    "renew/host": _words(marked("Use the address that the certificate was made for.")),
    "renew/address": _words(marked("Use the host name that the certificate was made for.")),
    "renew/own": _words(marked("If it is your district’s own certificate, choose it as CA file in the connection.")),
    "renew/unknown": _words(marked("Choose your district’s CA file in the connection.")),
    "renew/chain": _words(
        marked("Have the server send its whole chain, or choose your district’s CA file in the connection.")
    ),
    "renew/other": _words(marked("Have the server’s certificate checked.")),
    "table/row": _words(marked("{row} of “{label}”")),
    "table/row-number": _words(marked("row {row} of “{label}”")),
    "kind/text": _words(marked("a text")),
    "kind/switch": _words(marked("true or false")),
    "kind/whole-number": _words(marked("a whole number")),
    "kind/number": _words(marked("a number")),
    "kind/date": _words(marked("a date like 2026-08-17")),
    "kind/section": _words(marked("a section")),
    "kind/whole-numbers": _words(marked("a list of whole numbers, like [100, 600]")),
    "kind/texts": _words(marked('a list of texts, like ["one", "two"]')),
    "kind/list": _words(marked("a list")),
    "kind/several": _words(marked("a list of {number} values")),
    "kind/either": _words(marked("{one} or {other}")),
    "kind/quoted": _words(marked("“{text}”")),
    "kind/one-of": _words(marked("one of {known}")),
    "kind/range": _words(marked("{kind} from {low} to {high}")),
    "kind/not-empty": _words(marked("{kind} and not empty")),
    "kind/at-most": _words(marked("{kind} of at most {longest} characters")),
    "kind/described": _words(marked("{kind} ({description})")),
}
