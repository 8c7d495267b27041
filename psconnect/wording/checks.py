"""The words of a check's findings (model.findings): a heading, what was found, what to do, and a short figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.findings import CheckState, Finding
from psconnect.wording.catalogue import Plural, marked, plural, tr
from psconnect.wording.errors import word
from psconnect.wording.filled import filled
from psconnect.wording.gaps import GAPS
from psconnect.wording.window import with_way


@dataclass(frozen=True)
class CheckTexts:
    """The texts of a finding; their holes are named after its values.

    Attributes:
        step: what was checked, in a word or two.
        found: what came out, in a sentence; not used where an error says it.
        to_do: the next action, in a sentence.
        figure: a short figure to stand beside the sentence.
    """

    step: str
    found: str | Plural = ""
    to_do: str = ""
    figure: str | Plural = ""


_SERVER, _SIGN_IN, _VERSION, _PAGE_SIZE = marked("Server"), marked("Sign-in"), marked("Version"), marked("Page size")
_STORAGE = marked("Storage")
_PREFLIGHT = marked("Pre-flight")
_ESTIMATE, _THROTTLE, _DOMAINS = marked("Estimate"), marked("Throttle"), marked("Sign-in by e-mail domain")
_PEOPLE = marked("Co-teachers, contacts")
_OWN_PLUGIN = marked("Install and enable psconnect’s own plugin: {plugins_page}.")
_RAISE = marked("Set it to {least} or more: {page_size_page}.")

CHECKS = {
    "storage/synced": CheckTexts(
        _STORAGE,
        marked("Roster data is in {folder}, which is synchronised to other computers ({service})."),
        marked("Keep it in a folder of this computer alone: set PSCONNECT_HOME, and move what is there."),
    ),
    "storage/not-encrypted": CheckTexts(
        _STORAGE,
        marked("The disk with the roster data is not encrypted ({folder})."),
        marked("Switch on BitLocker, FileVault or LUKS, or ask who manages this computer."),
    ),
    "storage/readable": CheckTexts(
        _STORAGE,
        marked("Other users of this computer may read {path}."),
        marked("Let only your own account in."),
    ),
    "server": CheckTexts(_SERVER),
    "server/trusted": CheckTexts(
        _SERVER,
        marked("{host} answers, and its certificate is valid."),
        figure=plural("{count} day left", "{count} days left"),
    ),
    "server/ends-soon": CheckTexts(
        _SERVER,
        plural(
            "{host} answers, but its certificate ends in {count} day. After that, nothing is read.",
            "{host} answers, but its certificate ends in {count} days. After that, nothing is read.",
        ),
        marked("Ask who runs the server to renew the certificate before {day}."),
        figure=plural("{count} day left", "{count} days left"),
    ),
    "server/answers": CheckTexts(_SERVER, marked("{host} answers over a trusted connection.")),
    "version": CheckTexts(_VERSION),
    "version/known": CheckTexts(_VERSION, marked("PowerSchool {version}."), figure=marked("{oldest} or later")),
    "version/switch": CheckTexts(
        _VERSION,
        marked("PowerSchool {version}. From 25.2 on, a plugin needs accessLevelV1Api for the v1 interface."),
        figure=marked("{oldest} or later"),
    ),
    "version/unsaid": CheckTexts(
        _VERSION,
        marked("The server does not say which version it is."),
        marked("Make sure that it is {oldest} or newer: older ones can’t be read."),
    ),
    "sign-in": CheckTexts(_SIGN_IN),
    "sign-in/accepted": CheckTexts(
        _SIGN_IN,
        marked("The client ID and secret are accepted."),
        figure=plural("valid for {count} day", "valid for {count} days"),
    ),
    "sign-in/not-enabled": CheckTexts(
        _SIGN_IN,
        marked(
            "PowerSchool does not let the plugin in yet. After installing, a plugin is not enabled: nothing is wrong, "
            "one step is left."
        ),
        marked(
            "Tick Enable beside the plugin and confirm the list of fields, until PowerSchool says “Plugin successfully "
            "enabled”: {plugins_page}. If it is enabled already, compare client ID and secret with its page Data "
            "Provider Configuration."
        ),
    ),
    "plugin": CheckTexts(marked("Plugin")),
    "plugin/queries": CheckTexts(
        marked("Plugin"),
        marked("The plugin answers, and its queries are those of this connection."),
        figure=plural("{count} query", "{count} queries"),
    ),
    "fields/readable": CheckTexts(
        marked("Fields"),
        plural("The field that this connection needs may be read.", "All {count} fields that are needed may be read."),
        figure=marked("least access"),
    ),
    "without": CheckTexts(
        marked("Without {piece}"),
        marked("{lost}"),
        marked(
            "If PowerSchool allows it meanwhile, take it out of the setting source.without and build the plugin again."
        ),
    ),
    "field/misspelled": CheckTexts(
        marked("Field"),
        marked("The field {name} may not exist: psconnect knows {meant}."),
        marked(
            "If you meant {meant}, write it so. A field that PowerSchool does not have keeps the plugin from being "
            "enabled."
        ),
    ),
    "stream": CheckTexts(marked("{stream:Rows}")),
    "stream/readable": CheckTexts(
        marked("{stream:Rows}"), plural("{count} can be read.", "{count} can be read."), figure=marked("{count}")
    ),
    "people/both": CheckTexts(_PEOPLE, marked("Co-teachers and contacts can be read.")),
    "people/teachers": CheckTexts(_PEOPLE, marked("Co-teachers can be read; contacts are not.")),
    "people/contacts": CheckTexts(_PEOPLE, marked("Contacts can be read; co-teachers are not.")),
    "page-size": CheckTexts(_PAGE_SIZE),
    "page-size/enough": CheckTexts(_PAGE_SIZE, marked("The page size is {size}."), figure=marked("{least} or more")),
    "page-size/small": CheckTexts(
        _PAGE_SIZE, marked("The plugin may read only {size} rows a call: reading takes many more calls."), _RAISE
    ),
    "page-size/small-beside": CheckTexts(
        _PAGE_SIZE,
        marked(
            "The plugin may read only {size} rows a call. Its queries are not bound by that, but reading table by "
            "table would be."
        ),
        _RAISE,
    ),
    "throttle/none": CheckTexts(_THROTTLE, marked("PowerSchool asked for no pause between calls.")),
    "throttle/asked": CheckTexts(
        _THROTTLE,
        marked("PowerSchool asks for pauses between the calls of a plugin: reading takes longer, but works."),
        marked(
            "If it takes too long, ask your PowerSchool administrator for a shorter minimum time between API requests "
            "(Global Event Services and SIF)."
        ),
    ),
    "estimate": CheckTexts(_ESTIMATE),
    "estimate/queries": CheckTexts(_ESTIMATE, marked("A sync takes about {calls} calls{time}.")),
    "estimate/tables": CheckTexts(
        _ESTIMATE,
        marked("The plugin’s queries are not available. Reading table by table takes about {calls} calls{time}."),
        _OWN_PLUGIN,
    ),
    "estimate/v1": CheckTexts(
        _ESTIMATE,
        marked(
            "Neither the plugin’s queries nor tables are available. Reading class by class takes about {calls} "
            "calls{time}."
        ),
        _OWN_PLUGIN,
    ),
    "v1": CheckTexts(marked("The v1 interface")),
    "destination": CheckTexts(marked("Destination")),
    "destination/folder": CheckTexts(marked("Destination"), marked("The folder {folder} can be written to.")),
    "destination/sftp": CheckTexts(
        marked("Destination"), marked("{user} is signed in, and {address} can be written to.")
    ),
    "preflight": CheckTexts(_PREFLIGHT),
    "preflight/clean": CheckTexts(_PREFLIGHT, marked("It finds nothing to say about the newest roster.")),
    "preflight/found": CheckTexts(
        _PREFLIGHT,
        marked("About the newest roster it says: {findings}."),
        marked("A sync lists the records under findings, with what to do."),
    ),
    "database/new": CheckTexts(marked("Database"), marked("The database {path} will be made.")),
    "database/ready": CheckTexts(marked("Database"), marked("The database {path} can be written to.")),
    "database/no-tables": CheckTexts(
        marked("Database"), marked("The database {path} can be written to; the tables will be made in it.")
    ),
    "bundle": CheckTexts(marked("Bundle")),
    "bundle/whole": CheckTexts(marked("Bundle"), marked("{name} is a whole OneRoster 1.1 bundle. Rows: {rows}.")),
    "domains": CheckTexts(_DOMAINS),
    "domains/unseen-yet": CheckTexts(
        _DOMAINS,
        marked("Whether the domains are in the e-mails is seen after the first run."),
        marked("Look again after the first run."),
    ),
    "domains/seen": CheckTexts(
        _DOMAINS,
        plural("{count} person has an e-mail in these domains.", "{count} people have an e-mail in these domains."),
    ),
    **{
        f"gap/{key}": CheckTexts(
            gap.name,
            gap.what,
            marked("{way} Or install and enable psconnect’s own plugin: {plugins_page}.")
            if gap.way
            else marked("If it matters to you, install and enable psconnect’s own plugin: {plugins_page}."),
        )
        for key, gap in GAPS.items()
    },
}
"""The texts of every finding, by its key; a step's own key names it where an error says the rest."""
_ADDED: dict[str, CheckTexts] = {}


def add_checks(texts: Mapping[str, CheckTexts]) -> None:
    """Add the texts of findings that a kind of source or destination declares itself."""
    _ADDED.update(texts)


@dataclass(frozen=True)
class WordedFinding:
    """A finding as a person reads it: what was checked, what was found, what to do, a short figure, and the code."""

    key: str
    state: CheckState
    step: str
    text: str
    to_do: str = ""
    code: str = ""
    figure: str = ""

    def as_dict(self) -> dict[str, str]:
        """The parts as ``--json`` prints them."""
        return {"step": self.step, "state": self.state, "text": self.text, "to_do": self.to_do, "code": self.code}


def word_finding(finding: Finding, *, window: bool = False) -> WordedFinding:
    """The words of a finding; ``window``: as things are done there."""
    texts = CHECKS.get(finding.key) or _ADDED[finding.key]
    step = filled(texts.step, finding.values, window=window)
    if finding.error and not texts.found:
        told = word(finding.error, window=window)
        return WordedFinding(finding.key, finding.state, step, told.happened, told.to_do, told.code)
    to_do = filled(texts.to_do, finding.values, window=window) if texts.to_do else ""
    return WordedFinding(
        finding.key,
        finding.state,
        step,
        filled(texts.found, finding.values, window=window),
        with_way(to_do) if window and to_do else to_do,
        finding.code,
        filled(texts.figure, finding.values, window=window) if _has_all(texts.figure, finding.values) else "",
    )


def _has_all(text: str | Plural, values: Mapping[str, object]) -> bool:
    """Whether a figure can be told: a server may not say what it is made of."""
    plain = text.many if isinstance(text, Plural) else text
    return bool(plain) and all(name in values for name in ("count", "calls") if f"{{{name}}}" in plain)


def state_of_check(state: str) -> str:
    """How a step ended, in a word or two."""
    words = {"ok": tr("Passed"), "warning": tr("Look at this"), "waiting": tr("Not yet"), "failed": tr("Failed")}
    return words[state]
