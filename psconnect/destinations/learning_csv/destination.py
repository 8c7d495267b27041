"""The PowerSchool Learning kind: its declaration and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from psconnect.destinations.delimited import write_lines, write_rows
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.learning_csv import classes as c
from psconnect.destinations.learning_csv import people as p
from psconnect.destinations.learning_csv.choices import GUARDIAN_ID, TEACHER_DCID, LearningChoices, LearningFindings
from psconnect.destinations.learning_csv.findings import LEARNING_RULES
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.model.setting_fields import SecretField, SettingField
from psconnect.roster.sign_in import SIGN_IN_LABELS, SignInTypes
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked

PASSWORD = "default_password"  # noqa: S105 - the name of the secret
_Produce = Callable[[], Iterator[Sequence[str]]]


@dataclass(frozen=True)
class LearningCsv(Snapshot):
    """Six files (see destinations.snapshot.Snapshot)."""

    choices: LearningChoices

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all six files, also those without rows."""
        choices, lost = self.choices, p.left_out(roster, self.choices)
        kept = c.kept_classes(roster, c.teaching_of(roster), lost)
        with closing(p.LearningParents(roster, choices, lost)) as parents:
            tables: dict[str, tuple[Sequence[str], _Produce]] = {
                "organizations": (c.ORGANIZATIONS, lambda: c.organizations(roster)),
                "users": (p.USER_COLUMNS, lambda: p.learning_users(roster, choices, lost, parents)),
                "user_levels": (p.USER_LEVELS, lambda: p.user_levels(roster, lost)),
                "classes": (c.CLASSES, lambda: c.classes(roster, choices, kept)),
                "memberships": (c.MEMBERSHIPS, lambda: c.memberships(roster, choices, kept, lost)),
            }
            counts = {
                name: write_rows(files, f"{name}.csv", header, produce(), cancel, even_empty=True)
                for name, (header, produce) in tables.items()
            }
            links = parents.links.read()
            counts["parent_child"] = write_lines(
                files, "parent_child.csv", p.PARENT_CHILD, links, cancel, even_empty=True
            )
        return {name: count for name, count in counts.items() if count}

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """Who and what is left out of the files, and what PowerSchool Learning has to make itself."""
        findings = LearningFindings()
        lost = p.left_out(roster, self.choices, findings)
        cancel.check()
        with closing(p.LearningParents(roster, self.choices, lost)) as parents:
            for _parent in parents.all(findings):
                pass
        cancel.check()
        kept = c.kept_classes(roster, c.teaching_of(roster), lost, findings)
        c.tell_of_members(roster, kept, lost, findings)
        c.tell_of_courses(roster, kept, findings)
        yield from findings.problems()


def _open(context: Context) -> LearningCsv:
    settings = context.settings
    choices = LearningChoices(
        teachers_dcid=settings["teacher_ids"] == "teachers-dcid",
        start_year=settings["class_year"] == "start-year",
        generated=settings["generated_usernames"],
        sign_in=context.sign_in,
        password=context.secret(PASSWORD),
    )
    return LearningCsv(context.published_to, choices)


def _asks(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """GuardianID for parents; for staff, the DCID of their position where that is their id."""
    contact = {"contact": f"GuardianPersonAssoc.GuardianID|{GUARDIAN_ID}"}
    if settings.get("teacher_ids") != "teachers-dcid":
        return contact
    return contact | dict.fromkeys(("teacher", "admin"), f"SchoolStaff.DCID|{TEACHER_DCID}")


_PERSON = frozenset({"givenName", "familyName"})
KIND = Kind(
    name="learning-csv",
    label=marked("PowerSchool Learning files"),
    summary=marked(
        "Six CSV files with the fields of PowerSchool Learning: users, user levels, parents’ children, organizations, "
        "classes and memberships."
    ),
    open=_open,
    settings=(
        SettingField(
            "teacher_ids",
            marked("IDs of teachers"),
            marked(
                "A person’s ID is T and Users.DCID, as PowerSchool Learning’s own import made it. A position’s ID is "
                "Teachers.DCID, as its table of fields prints it: that of the position at the home school, so it "
                "changes when the teacher moves."
            ),
            "choice",
            default="users-dcid",
            choices=("users-dcid", "teachers-dcid"),
            choice_labels=(
                ("users-dcid", marked("The person’s ID")),
                ("teachers-dcid", marked("The position’s ID")),
            ),
            frozen=True,
        ),
        SettingField(
            "class_year",
            marked("Year of classes"),
            marked(
                "A term’s ID is Terms.DCID, as PowerSchool Learning’s table of fields prints it. Its own import made "
                "it the year in which the school year begins."
            ),
            "choice",
            default="term",
            choices=("term", "start-year"),
            choice_labels=(
                ("term", marked("The term’s ID")),
                ("start-year", marked("Start of the school year")),
            ),
        ),
        SettingField(
            "generated_usernames",
            marked("PowerSchool Learning autogenerates usernames"),
            marked(
                "Whether that option is on in PowerSchool Learning. If it is off, people without a user name and "
                "without an e-mail address of the district’s own domains are left out, with the classes that they "
                "own and the rosters of these."
            ),
            "switch",
            default=True,
        ),
    ),
    secrets=(
        SecretField(
            PASSWORD,
            marked("Temporary default password"),
            marked(
                "Stands in the rows of new users only, and nowhere else; so no earlier bundles are kept. "
                "Switch on “Imported passwords are temporary” in PowerSchool Learning before the first run. Leave it "
                "empty if everybody signs in with Google or Microsoft."
            ),
            required=False,
            in_files=True,
        ),
    ),
    needed={
        "school": frozenset({"name"}),
        "class": frozenset({"title"}),
        "course": frozenset({"courseCode"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON,
    },
    allowed={"student": {"grade": frozenset(str(level) for level in range(-9, 100))}},
    slots={
        "student": {"sourcedId": "external_id (users)"},
        "teacher": {"sourcedId": "external_id (users)"},
        "contact": {"sourcedId": "external_id (users)"},
        "school": {"sourcedId": "organization_id"},
        "class": {"sourcedId": "class_id"},
    },
    receives=marked(
        "PowerSchool Learning adds and changes what the files name, and tells new users nothing. What it does with "
        "users and classes that are no longer in them is not documented."
    ),
    rules=LEARNING_RULES,
    sign_in_types=SignInTypes(SIGN_IN_LABELS, needs_domains=False, tells_hand=True),
    asks=_asks,
    places=("folder", "sftp"),
    packings=("zip", "loose"),
    removal=marked(
        "A removed record is no longer in the next files. What becomes of it then, PowerSchool Learning decides."
    ),
)
