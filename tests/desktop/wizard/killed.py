"""A set-up in a process of its own, which stands on one step with something typed until it is killed.

Arguments: the home, the step, the address of the demo district. Prints the draft's id once it is on the disk.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import keyring
from PySide6.QtCore import QTimer

from psconnect.desktop.app import make_application
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.support.keyrings import MemoryKeyring


def main(home: Path, step: str) -> None:
    """Type on a step, and wait for the end."""
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
        page = frame.pages["connect"]
        assert isinstance(page, ConnectPage)
        # As typed, letter by letter; nothing is pressed after it.
        session.update(ConnectPart, name=f"Killed on {step}", district_name="Lincoln Unified")
        wait()

    def wait() -> None:
        kept = window.context.service.drafts()
        if any(f"Killed on {step}".encode() in content for content in kept.values()):
            print(next(iter(kept)), flush=True)  # noqa: T201 - what the test waits for
        else:
            QTimer.singleShot(20, wait)

    stand()
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
