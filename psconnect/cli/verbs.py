"""Maps each verb to its function."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from psconnect.cli import connection_verbs, demo, mail_verbs, run_verbs, schedule_verbs, window
from psconnect.cli.diagnosing import diagnostics
from psconnect.cli.explaining import explain_record
from psconnect.cli.filtering import filters
from psconnect.cli.history_verbs import compare, list_disclosures, show_runs
from psconnect.cli.identity import adopt_ids, rekey_ids
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.cli.removing import finish_removals, remove_connection
from psconnect.cli.secret_verbs import list_secrets, remove_secret, set_secret
from psconnect.cli.sign_in_verb import sign_in
from psconnect.cli.uninstalling import uninstall
from psconnect.model.clock import Clock
from psconnect.service import PROVED_START, Home, Service, demo_errors


def run_verb(options: argparse.Namespace, home: Home, clock: Clock) -> int:
    """Run the verb in the options; returns the exit code."""
    if options.verb == "demo" and not options.headless and not options.json and window.can_open():
        return window.show_demo(home, students=options.students, seed=options.seed, port=options.port, odd=options.odd)
    if options.verb in ("demo", "serve-demo"):
        with cancel_on_interrupt() as cancel, demo_errors(home) as place:
            return demo.demo(options, place, cancel) if options.verb == "demo" else demo.serve(options, place, cancel)
    service = Service(home, clock=clock)
    finish_removals(service)
    verb = options.verb if "what" not in options else f"{options.verb} {options.what}"
    return _VERBS[verb](service, options)


_VERBS: dict[str, Callable[[Service, argparse.Namespace], int]] = {
    "connection list": connection_verbs.list_connections,
    "connection show": connection_verbs.show_connection,
    "connection import": connection_verbs.import_file,
    "connection export": connection_verbs.export_file,
    "connection set": connection_verbs.set_value,
    "connection enable": connection_verbs.enable_or_disable,
    "connection disable": connection_verbs.enable_or_disable,
    "connection remove": remove_connection,
    "connection rebuild": connection_verbs.rebuild_data,
    "connection adopt": adopt_ids,
    "connection rekey": rekey_ids,
    "secret list": list_secrets,
    "secret set": set_secret,
    "secret remove": remove_secret,
    "diagnostics": diagnostics,
    "plugin": connection_verbs.write_plugin,
    "check": connection_verbs.check_access,
    "sync": run_verbs.sync_now,
    "schedule on": schedule_verbs.switch_schedule,
    "schedule off": schedule_verbs.switch_schedule,
    "schedule status": schedule_verbs.show_schedule,
    "schedule tonight": schedule_verbs.run_tonight,
    "schedule not-tonight": schedule_verbs.cancel_tonight,
    "mail show": mail_verbs.show_mail,
    "mail set": mail_verbs.set_mail,
    "mail secret": mail_verbs.mail_secret,
    "mail test": mail_verbs.test_mail,
    "notices": mail_verbs.notices,
    "schedule prove": schedule_verbs.prove_schedule,
    f"schedule {PROVED_START}": schedule_verbs.prove_start,
    "runs": show_runs,
    "run show": run_verbs.run_details,
    "run approve": run_verbs.approve_run,
    "run discard": run_verbs.discard_run,
    "run revalidate": run_verbs.revalidate_run,
    "run exclude": run_verbs.edit_plan,
    "run include": run_verbs.edit_plan,
    "run undo": run_verbs.undo_run,
    "run compare": compare,
    "disclosures": list_disclosures,
    "explain": explain_record,
    "sign-in": sign_in,
    "filters": filters,
    "report": run_verbs.report_file,
    "uninstall": uninstall,
}
