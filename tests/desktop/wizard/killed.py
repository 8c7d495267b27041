"""A set-up in a process of its own, which stands on one step with something typed until it is killed.

Arguments: the home, the step, the address of the demo district. Prints the draft's id once it is on the disk.
"""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import keyring
from PySide6.QtCore import QTimer

from psconnect.desktop.app import make_application
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import DraftPart
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.filters import FiltersPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.roster import AttributesPart, RequirementsPart, UniquenessPart
from psconnect.desktop.wizard.steps.safety import SafetyPart
from psconnect.desktop.wizard.steps.schedule import SchedulePart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.service import CLIENT_SECRET, Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.support.keyrings import MemoryKeyring

_LONGEST = 60_000
SECRET = "11111111-2222-3333-4444-555555555555"  # made up
TYPED: dict[str, tuple[type[DraftPart], dict[str, Any]]] = {
    "connect": (ConnectPart, {"district_name": "Lincoln Unified", "devices": "mix"}),
    "who": (WhoPart, {"id_prefix": "LU-", "co_teachers": False}),
    "plugin": (PluginPart, {"custom": {"student": "StudentCoreFields.immuniz"}, "ticked": (0, 1)}),
    "credentials": (CredentialsPart, {"url": "lincoln.powersch", "client_id": "4f0c2b1e"}),
    "schools": (SchoolsPart, {"all_schools": False, "numbers": "100,600"}),
    "attributes": (AttributesPart, {"mapping": {"class": {"title": "{course_name} ({section_num"}}}),
    "requirements": (RequirementsPart, {"requirements": {"student": {"grade": "skip"}}}),
    "filters": (FiltersPart, {"rules": {"student": [{"template": "grades", "value": ["9", "1"]}]}}),
    "uniqueness": (UniquenessPart, {"domains": {"student": ("givenName", "identifier")}}),
    "safety": (SafetyPart, {"limits": {"student": {"remove": "1"}}, "freeze": (("2026-12-2", ""),)}),
    "destination": (DestinationPart, {"destination": {"kind": "oneroster-csv", "folder": "/srv/ros"}}),
    "schedule": (SchedulePart, {"every": "day", "at": ("05:3",), "until": "2027-06-15"}),
}
"""What is typed on each step, in the middle of a word; the summary has nothing to type."""


def main(home: Path, step: str) -> None:
    """Type on a step, and wait for the end: the kill, a minute, or the first exception in a slot, which Qt survives."""
    sys.excepthook = _end
    keyring.set_keyring(MemoryKeyring())
    app = make_application()
    window = MainWindow(Service(home_at(home), Secrets({})))
    window.show()
    window.set_up()
    frame = window.places.set_up

    def stand() -> None:
        session = frame.session
        if session is None:
            QTimer.singleShot(20, stand)
            return
        draft = replace(session.draft, step=step, reached=flow.step_keys()[-1])
        session.become(draft)
        frame._open()
        # As typed, letter by letter; nothing is pressed after it.
        session.type_secret(CLIENT_SECRET, SECRET)
        part, values = TYPED.get(step, (ConnectPart, {}))
        session.update(part, **values)
        session.update(ConnectPart, name=f"Killed on {step}")
        wait()

    def wait() -> None:
        kept = window.context.service.drafts()
        if any(f"Killed on {step}".encode() in content for content in kept.values()):
            print(next(iter(kept)), flush=True)  # noqa: T201 - what the test waits for
        else:
            QTimer.singleShot(20, wait)

    stand()
    QTimer.singleShot(_LONGEST, app.quit)
    app.exec()


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    traceback.print_exception(kind, error, trace)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
