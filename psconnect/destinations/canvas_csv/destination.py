"""The Canvas kind: its declaration and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from psconnect.destinations.canvas_csv import closed as c
from psconnect.destinations.canvas_csv import rows as r
from psconnect.destinations.canvas_csv.choices import CanvasChoices
from psconnect.destinations.canvas_csv.findings import CANVAS_RULES, canvas_findings
from psconnect.destinations.delimited import write_rows
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked


@dataclass(frozen=True)
class CanvasCsv(Snapshot):
    """Seven files (see destinations.snapshot.Snapshot).

    Attributes:
        choices: how rows are made.
        removed: what is said of removed records.
    """

    choices: CanvasChoices
    removed: str

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all seven files, also those without rows."""
        choices = self.choices
        closed = c.Closed(roster, choices, self.removed)
        producers: dict[str, Callable[[], r.CanvasRows]] = {
            "accounts": lambda: r.accounts(roster, choices),
            "terms": lambda: r.terms(roster),
            "users": lambda: r.canvas_users(roster, closed),
            "courses": lambda: r.courses(roster, choices, closed),
            "sections": lambda: r.sections(roster, choices, closed),
            "enrollments": lambda: r.enrollments(roster, choices, closed),
            "user_observers": lambda: r.user_observers(roster, closed),
        }
        counts = {
            name: write_rows(files, f"{name}.csv", r.canvas_header(name, roster), produce(), cancel, even_empty=True)
            for name, produce in producers.items()
        }
        return {name: count for name, count in counts.items() if count}

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What doesn't come into the files, and what Canvas keeps although it was removed."""
        return canvas_findings(roster, self.removed, cancel, by_course=self.choices.by_course)


def _open(context: Context) -> CanvasCsv:
    settings = context.settings
    choices = CanvasChoices(
        by_course=settings["courses"] == "course",
        district_account=settings["district_account"],
        co_teacher=settings["co_teacher_role"],
    )
    return CanvasCsv(context.published_to, choices, settings["removed"])


_PERSON = frozenset({"username", "givenName", "familyName"})
KIND = Kind(
    name="canvas-csv",
    label=marked("Canvas SIS import"),
    summary=marked(
        "CSV files of Canvas’s SIS import: accounts, terms, users, courses, sections, enrollments and observers."
    ),
    open=_open,
    settings=(
        SettingField(
            "courses",
            marked("Canvas courses"),
            marked(
                "If each class is a Canvas course, teachers and students of other classes don’t see it. Otherwise each "
                "course at a school in a term is one, with its classes as sections."
            ),
            "choice",
            default="section",
            choices=("section", "course"),
            choice_labels=(
                ("section", marked("One for each class")),
                ("course", marked("One for each course and term")),
            ),
            frozen=True,
        ),
        SettingField(
            "removed",
            marked("Removed records"),
            marked(
                "Canvas keeps what a file no longer names, until a file says once what becomes of it. “Completed” is "
                "for enrollments and courses: students can still read them. “Inactive” makes removed enrollments "
                "inactive instead: only teachers still see them. “Deleted” is for users, courses, sections and "
                "enrollments. “Left as they are” says nothing: choose it for imports in batch or diffing mode."
            ),
            "choice",
            default=c.COMPLETE,
            choices=(c.COMPLETE, c.DEACTIVATE, c.DELETE, c.LEAVE),
            choice_labels=(
                (c.COMPLETE, marked("Completed")),
                (c.DEACTIVATE, marked("Inactive")),
                (c.DELETE, marked("Deleted")),
                (c.LEAVE, marked("Left as they are")),
            ),
        ),
        SettingField(
            "co_teacher_role",
            marked("Role of co-teachers"),
            marked("As teachers, co-teachers have all rights in the course; as teaching assistants, fewer."),
            "choice",
            default="teacher",
            choices=("teacher", "ta"),
            choice_labels=(
                ("teacher", marked("Teacher")),
                ("ta", marked("Teaching assistant")),
            ),
        ),
        SettingField(
            "district_account",
            marked("Account for the district"),
            marked("Puts an account for the district between Canvas’s root account and the accounts of the schools."),
            "switch",
            default=False,
            advanced=True,
        ),
    ),
    needed={
        "school": frozenset({"name"}),
        "calendar": frozenset({"title"}),
        "course": frozenset({"title"}),
        "class": frozenset({"title"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON,
    },
    receives=marked(
        "Canvas adds and changes what the files name, and keeps everything else. Names and dates that were edited in "
        "Canvas stay, unless the import overrides them. In batch mode, it deletes the courses, sections and "
        "enrollments of one term that the files don’t name."
    ),
    rules=CANVAS_RULES,
    places=("folder", "sftp"),
    packings=("zip", "loose"),
    removal=marked("What becomes of a removed record is said in the next files, once."),
    removal_setting="removed",
)
