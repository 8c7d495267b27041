"""A destination of files for tests: one text file an entity, and one that joins enrollments with their classes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from psconnect.destinations import Context, Kind
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.entities import CLASS, ENROLLMENT, ENTITIES
from psconnect.model.setting_fields import SettingField, When
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.transfer.place import BULK, DELTA

_ASKED_EVERY = 1_000


@dataclass(frozen=True)
class Listing(Snapshot):
    """Text files. ``mark`` stands in front of the ids in the files of the entities."""

    mark: str = ""

    numbered: bool = False

    def mode(self, roster: Roster) -> str:
        return DELTA if self.numbered and not roster.whole else BULK

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        rows = {}
        for entity in ENTITIES:
            with files.file(f"{entity.key}.txt") as file:
                count = 0
                for count, record in enumerate(roster.records(entity), 1):
                    if count % _ASKED_EVERY == 1:
                        cancel.check()
                    file.write(json.dumps([self.mark + record[0], *record[1:]]).encode() + b"\n")
            rows[f"{entity.key}.txt"] = count
        title = CLASS.attributes.index("title")
        with files.file("in-class.txt") as file:
            for enrollment, section in roster.related(ENROLLMENT, "classSourcedId"):
                file.write(f"{enrollment[0]} {section[title]!r}\n".encode())
        return rows


def _open(context: Context) -> Listing:
    mark = "" if context.settings["ids"] == "bare" else "m-"
    return Listing(context.published_to, mark, context.settings["numbered"])


LISTING = Kind(
    name="test-listing",
    label="Test listing",
    summary="Text files in a folder, for tests.",
    open=_open,
    settings=(
        SettingField(
            "ids", "Ids", "How ids are written.", "choice", default="bare", choices=("bare", "marked"), frozen=True
        ),
        SettingField("numbered", "Numbered", "Whether sets have numbers, and are deltas.", "switch", default=False),
    ),
    places=("folder", "sftp"),
    packings=("zip", "loose"),
    numbered=When("numbered", (True,)),
)
