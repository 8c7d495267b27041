"""The ClassLink kind: OneRoster 1.1 files with the slots in which ClassLink hands ids on.

ClassLink gives vendors two ids: ``sourcedId``, which it may change, and ``identifier``. So a record's exact id is also
in a column behind ``metadata.``, from which a rule of ClassLink's can hand it on unchanged.
"""

from __future__ import annotations

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.oneroster.bundles import BundleSnapshot
from psconnect.destinations.oneroster.declared import ALLOWED, DEMOGRAPHICS_SETTING, NEEDED, UNIQUE
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.preflight import FINDINGS_OF_BUNDLES
from psconnect.model.setting_fields import SettingField
from psconnect.roster.sign_in import SIGN_IN_LABELS, SignInTypes
from psconnect.wording.catalogue import marked

_EXACT_ID = "sisId"
_IDS = {"sourcedId": "Sourced ID (sourcedId, metadata.sisId)"}
_IDS_OF_PEOPLE = {**_IDS, "identifier": "Identifier (identifier)", "username": "username"}


def _open(context: Context) -> BundleSnapshot:
    settings = context.settings
    form = BundleForm(demographics=settings["demographics"], exact_id=_EXACT_ID if settings["exact_ids"] else "")
    return BundleSnapshot(context.published_to, form, context.clock)


KIND = Kind(
    name="classlink-csv",
    label=marked("ClassLink files"),
    summary=marked("The OneRoster 1.1 files that ClassLink Roster Server imports from its folder DailyImport."),
    open=_open,
    settings=(
        SettingField(
            "exact_ids",
            marked("Ids in a column of their own, too"),
            marked(
                "Repeat the id of each school, course, class and user as metadata.sisId. ClassLink can change "
                "sourcedId on its way to a product; from this column it can hand on the exact id."
            ),
            "switch",
            default=True,
        ),
        DEMOGRAPHICS_SETTING,
    ),
    needed=NEEDED,
    allowed=ALLOWED,
    unique=UNIQUE,
    slots={
        **dict.fromkeys(("school", "course", "class"), _IDS),
        **dict.fromkeys(("student", "teacher", "admin", "contact"), _IDS_OF_PEOPLE),
    },
    receives=marked(
        "ClassLink reads the files at night and takes them as the whole roster. It skips rows in which a required "
        "value is missing, and stops an import that exceeds the thresholds set in Roster Server."
    ),
    rules=FINDINGS_OF_BUNDLES,
    sign_in_types=SignInTypes(SIGN_IN_LABELS),
    places=("folder", "sftp"),
    packings=("loose", "zip"),
    removal=marked(
        "A removed record is no longer in the next files. ClassLink then removes it at its next import, unless a "
        "threshold stops that."
    ),
)
