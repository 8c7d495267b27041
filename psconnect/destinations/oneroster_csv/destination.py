"""The OneRoster CSV kind: its declaration and its files."""

from __future__ import annotations

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.oneroster.bundles import BundleSnapshot
from psconnect.destinations.oneroster.declared import (
    ALLOWED,
    DEMOGRAPHICS_SETTING,
    NEEDED,
    RECEIVES,
    REMOVAL,
    UNIQUE,
)
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.preflight import FINDINGS_OF_BUNDLES
from psconnect.model.setting_fields import SettingField, When
from psconnect.roster.sign_in import SIGN_IN_LABELS, SignInTypes
from psconnect.transfer.place import BULK, DELTA
from psconnect.wording.catalogue import marked


def _open(context: Context) -> BundleSnapshot:
    form = BundleForm(context.settings["version"], demographics=context.settings["demographics"])
    return BundleSnapshot(context.published_to, form, context.clock, delta=context.settings["delivery"] == DELTA)


KIND = Kind(
    name="oneroster-csv",
    label=marked("OneRoster CSV bundle"),
    summary=marked(
        "A ZIP of CSV files in the OneRoster 1.1 or 1.2 format, in bulk or as changes, for a system that reads them."
    ),
    open=_open,
    settings=(
        SettingField(
            "version",
            marked("Version"),
            marked("Version of the OneRoster format. Choose the one that the other system asks for; most take 1.1."),
            "choice",
            default="1.1",
            choices=("1.1", "1.2"),
        ),
        SettingField(
            "delivery",
            marked("Delivery"),
            marked(
                "With the whole roster, each bundle replaces the one before. With changes, the first bundle has the "
                "whole roster, each further one what has changed since, with a number in its name; the other system "
                "has to read all of them, in order."
            ),
            "choice",
            default=BULK,
            choices=(BULK, DELTA),
            choice_labels=(
                (BULK, marked("The whole roster each time")),
                (DELTA, marked("Only what has changed")),
            ),
        ),
        DEMOGRAPHICS_SETTING,
    ),
    numbered=When("delivery", (DELTA,)),
    needed=NEEDED,
    allowed=ALLOWED,
    unique=UNIQUE,
    slots={
        "student": {"sourcedId": "sourcedId (users.csv)", "identifier": "identifier"},
        "teacher": {"sourcedId": "sourcedId (users.csv)", "identifier": "identifier"},
        "contact": {"sourcedId": "sourcedId (users.csv)"},
        "school": {"sourcedId": "sourcedId (orgs.csv)", "identifier": "identifier"},
        "course": {"sourcedId": "sourcedId (courses.csv)", "courseCode": "courseCode"},
        "class": {"sourcedId": "sourcedId (classes.csv)", "classCode": "classCode"},
    },
    receives=RECEIVES,
    rules=FINDINGS_OF_BUNDLES,
    sign_in_types=SignInTypes(SIGN_IN_LABELS),
    places=("folder", "sftp"),
    removal=REMOVAL,
)
