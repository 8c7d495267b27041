"""Step *Credentials*: PowerSchool's address, client ID and secret, and the test of the connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import (
    Known,
    Line,
    Need,
    StepSpec,
    StepText,
    pasted_problem,
    section,
    told,
)
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import stripped
from psconnect.model.sections import POWERSCHOOL
from psconnect.model.server_address import normalise_url
from psconnect.service import CLIENT_SECRET

Tested = Literal["", "passed", "failed"]


class CredentialsPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How to reach PowerSchool, as typed.

    Attributes:
        url, client_id, ca_file: as in [source] of the connection file.
        tested: how the last test of exactly these credentials ended.
    """

    progress = frozenset({"tested"})

    url: str = ""
    client_id: str = ""
    ca_file: str = ""
    tested: Tested = ""

    @property
    def address(self) -> str:
        """The normalised address, or the text as typed while it is none."""
        try:
            return normalise_url(self.url)
        except FixSettings:
            return self.url

    @property
    def signs_in_with(self) -> tuple[str, str, str]:
        """What a test of the connection depends on, apart from the secret."""
        return self.address, stripped(self.client_id), self.ca_file.strip()


class CredentialsStep(StepSpec[CredentialsPart]):
    """How psconnect signs in to PowerSchool."""

    key = "credentials"
    symbol = "lock"
    part = CredentialsPart
    required = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Credentials"),
            tr("Sign in to PowerSchool"),
            tr("psconnect reads with the ID and secret that PowerSchool makes for its plugin."),
        )

    def applies(self, draft: Draft, known: Known) -> bool:  # noqa: ARG002 - the same signature everywhere
        """Only PowerSchool asks for an ID and a secret."""
        return known.source == POWERSCHOOL

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """Address, ID and secret; a test that passed is advised."""
        part = draft.of(CredentialsPart)
        problem = url_problem(part.url)
        if problem:
            yield self.need("url", problem)
        if not stripped(part.client_id):
            yield self.need("client_id", tr("Paste the client ID from PowerSchool."))
        elif problem := pasted_problem(part.client_id, "client ID"):
            yield self.need("client_id", problem)
        if CLIENT_SECRET not in known.secrets:
            yield self.need("secret", tr("Paste the client secret from PowerSchool."))
        elif problem := known.secrets[CLIENT_SECRET]:
            yield self.need("secret", problem)
        if part.tested == "failed":
            yield self.need("", tr("The last test of the connection did not pass."), blocks=False)
        elif part.tested == "":
            yield self.need("", tr("The connection has not been tested yet."), blocks=False)

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """Address, ID, where the secret is, and the last test."""
        part = draft.of(CredentialsPart)
        tests = {"passed": tr("passed"), "failed": tr("did not pass"), "": tr("not tested yet")}
        return [
            (tr("PowerSchool address"), part.url.strip()),
            (tr("Client ID"), part.client_id.strip()),
            (tr("Client secret"), known.secret_place if CLIENT_SECRET in known.secrets else ""),
            (tr("Connection test"), tests[part.tested]),
        ]

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """The server alone: ID and secret say nothing to a person."""
        return draft.of(CredentialsPart).address.partition("://")[2] or draft.of(CredentialsPart).url.strip()

    def into(self, part: CredentialsPart, settings: dict[str, Any]) -> None:
        """The [source] section."""
        source = section(settings, "source")
        if source.get("kind", POWERSCHOOL) != POWERSCHOOL:
            # The window sets up PowerSchool alone; what a file says of another source stays as it is.
            return
        source |= {"url": part.url.strip(), "client_id": part.client_id, "ca_file": part.ca_file.strip()}

    def out_of(self, connection: Connection) -> CredentialsPart:
        """As the connection has it; not tested yet."""
        source = connection.source
        return CredentialsPart(source.url, source.client_id, source.ca_file)

    def follow(self, before: Draft, after: Draft) -> Draft:
        """What the last test said holds for what was tested only."""
        now, then = after.of(CredentialsPart), before.of(CredentialsPart)
        if now.tested == then.tested and now.signs_in_with != then.signs_in_with:
            return after.having(msgspec.structs.replace(now, tested=""))
        return after


def url_problem(url: str) -> str:
    """What is wrong with an address, in a sentence; an empty text when it can be used."""
    if not stripped(url):
        return tr("Type the address you open PowerSchool with.")
    try:
        normalise_url(url)
    except FixSettings as error:
        return told(error)
    return ""
