"""A kind of destination for tests: a service with a token, and a setting of every sort there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from psconnect.destinations import KINDS, add_kind
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.writer import Batch, Writer
from psconnect.model.errors import SignInAgain
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Outcome, Standing
from psconnect.model.setting_fields import SecretField, SettingField, TableColumn, When
from psconnect.wording.checks import CheckTexts, add_checks
from psconnect.wording.errors.texts import ErrorTexts

RIGHT_TOKEN = "canary-token-4d1c"


class ServiceWriter(Writer):
    """Lets in who has the right token, and takes nothing."""

    def __init__(self, context: Context) -> None:
        self._token = context.secret("token")
        self.address = str(context.settings["account"])

    address = ""

    def check(self) -> Sequence[Finding]:
        """Whether the token is right."""
        if self._token != RIGHT_TOKEN:
            raise SignInAgain("PSC-TEST-TOKEN")
        return (Finding("example/let-in", "ok"),)

    def standing(self) -> str:
        """Always the same service."""
        return "service"

    def apply(self, batch: Batch) -> Sequence[Outcome]:
        """Nobody gets that far."""
        raise AssertionError(batch)

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Nobody gets that far."""
        raise AssertionError(batch)


add_checks({"example/let-in": CheckTexts("Sign-in", "The service let psconnect in.")})
ROLES = (
    TableColumn("role", "Role there", "choice", required=True, choices=("student", "teacher", "observer")),
    TableColumn("weight", "Weight", "number", default=0),
    TableColumn("note", "Note"),
    TableColumn("active", "Active", "switch", default=True),
)
SERVICE_KIND = Kind(
    "example-service",
    "Example service",
    "A service that takes single changes, made up for tests.",
    ServiceWriter,
    errors={
        "PSC-TEST-TOKEN": ErrorTexts("Not let in", "The service did not accept the token.", "Enter it again."),
    },
    settings=(
        SettingField("account", "Account", "The name of the account there.", "text", required=True, example="lincoln"),
        SettingField("cache", "Cache folder", "Where files are kept between runs.", "folder"),
        SettingField("log", "Log file", "Where each change is noted.", "file"),
        SettingField("batch", "Changes a call", "How many changes go out together.", "number", default=50),
        SettingField(
            "mode", "Mode", "What happens to accounts that leave.", "choice", default="lock", choices=("lock", "delete")
        ),
        SettingField("mail", "Send mail", "Whether new people are told.", "switch", default=False),
        SettingField("sender", "Sender", "Whom the mail is from.", "text", required=True, when=When("mail", (True,))),
        SettingField(
            "roles",
            "Roles",
            "What a role in a class is there.",
            "table",
            columns=ROLES,
            rows="fixed",
            row_labels=(("lead", "Lead teacher"), ("aide", "Aide")),
        ),
        SettingField(
            "sites",
            "Sites",
            "Where each school stands there.",
            "table",
            columns=(TableColumn("site", "Site"),),
            rows="schools",
        ),
        SettingField("extra", "Further rules", "Rules of your own.", "table", columns=ROLES, advanced=True),
    ),
    secrets=(
        SecretField("token", "Token", "From the service’s page for administrators."),
        SecretField("proxy_password", "Proxy password", "Only where a proxy asks for one.", required=False),
        SecretField("mail_password", "Mail password", "The password of the sender.", when=When("mail", (True,))),
    ),
)


@pytest.fixture
def service_kind() -> Iterator[Kind]:
    """The kind, known while a test runs."""
    before = dict(KINDS)
    add_kind(SERVICE_KIND)
    yield SERVICE_KIND
    KINDS.clear()
    KINDS.update(before)
