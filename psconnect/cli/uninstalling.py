"""The verb that uninstallers call: nothing of this computer may start a psconnect that is gone."""

from __future__ import annotations

import argparse

from psconnect.cli import codes, output
from psconnect.cli.removing import tell_what_stays
from psconnect.model.errors import FixSettings
from psconnect.service import Service
from psconnect.wording.catalogue import counted, tr
from psconnect.wording.errors import word


def uninstall(service: Service, options: argparse.Namespace) -> int:
    """``uninstall``: entries of the scheduler and the login go; connections only with ``--data``."""
    names = [state.connection.name for state in service.connections()] if options.data else []
    if names and not options.yes:
        raise FixSettings("PSC-UNINSTALL-YES", where="--yes", names=", ".join(names))
    damaged = service.damaged_connections() if options.data else []
    for error in damaged:
        output.say(word(error).happened)
    proofs = [service.remove_connection(service.removable(name)) for name in names]
    for proof in proofs:
        tell_what_stays(proof)
    entries = service.withdraw_schedules()
    at_login = service.withdraw_login_start()
    text = (
        tr("psconnect starts by itself no more.") if entries or at_login else tr("Nothing starts psconnect by itself.")
    )
    if names:
        gone = counted(len(names), "{count} connection was removed.", "{count} connections were removed.")
        text = f"{text} {gone}"
    output.completed(text, as_json=options.json, schedules=entries, at_login=at_login, removed=names)
    return codes.REFUSED if damaged or any(proof.not_deleted for proof in proofs) else codes.DONE
