"""``schedule``: when a connection runs by itself."""

from __future__ import annotations

import argparse

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.model.schedule_state import Proof, ScheduleState
from psconnect.service import Service
from psconnect.wording.catalogue import tr
from psconnect.wording.errors import word
from psconnect.wording.runs import trigger_word
from psconnect.wording.schedules import registration_words, system_word, when_word
from psconnect.wording.times import exact, moment


def show_schedule(service: Service, options: argparse.Namespace) -> int:
    """``schedule NAME status``."""
    state = service.schedule_state(options.name)
    if options.json:
        output.document(_document(state))
        return codes.DONE
    now = service.clock.now()
    output.result(when_word(state.settings))
    if state.next:
        why = trigger_word(state.next.why)
        output.result(tr("Next: {when} ({why})", when=moment(state.next.at, now), why=why))
    else:
        output.result(tr("Nothing starts by itself."))
    if state.last:
        output.result(tr("Last: {when}", when=moment(state.last.at, now)))
    output.result(registration_words(state.system, state.registered))
    if state.trouble:
        output.show_parts(word(state.trouble))
    if state.proof:
        proved = (
            tr("A start by the system did not work on {when}.", when=exact(state.proof.at))
            if state.proof.trouble
            else tr("A start by the system worked on {when}.", when=exact(state.proof.at))
        )
        output.result(proved)
    return codes.DONE


def _document(state: ScheduleState) -> dict[str, object]:
    proof = state.proof
    return {
        "every": state.settings.every,
        "next": {"at": state.next.at.isoformat(), "why": state.next.why} if state.next else None,
        "last": {"at": state.last.at.isoformat(), "why": state.last.why} if state.last else None,
        "tonight": state.tonight.isoformat() if state.tonight else None,
        "system": state.system,
        "registered": state.registered,
        "new_year_day": state.new_year_day.isoformat() if state.new_year_day else None,
        "error": word(state.trouble).as_dict() if state.trouble else None,
        "proof": _proof_document(proof) if proof else None,
    }


def _proof_document(proof: Proof) -> dict[str, object]:
    return {
        "at": proof.at.isoformat(),
        "started_by": proof.started_by,
        "secrets": dict(proof.secrets),
        "error": word(proof.trouble).as_dict() if proof.trouble else None,
    }


def switch_schedule(service: Service, options: argparse.Namespace) -> int:
    """``schedule NAME on`` and ``schedule NAME off``."""
    on = options.what == "on"
    name = service.switch_schedule(options.name, on=on).name
    state = service.schedule_state(name)
    if state.trouble:
        output.show_parts(word(state.trouble))
    if not on:
        text = tr("“{name}” no longer runs by itself. Its times are kept.", name=name)
    elif state.next:
        when = moment(state.next.at, service.clock.now())
        text = tr("“{name}” runs by itself, next {when}.", name=name, when=when)
    else:
        text = tr("The schedule of “{name}” is on, but it has ended or waits for the first day of school.", name=name)
    done = output.completed(text, as_json=options.json, name=name, **_document(state))
    return codes.USAGE if state.trouble else done


def run_tonight(service: Service, options: argparse.Namespace) -> int:
    """``schedule NAME tonight``."""
    name = service.connection(options.name).name
    at = service.run_tonight(name)
    text = tr("“{name}” runs {when}.", name=name, when=moment(at, service.clock.now()))
    return output.completed(text, as_json=options.json, name=name, tonight=at.isoformat())


def prove_schedule(service: Service, options: argparse.Namespace) -> int:
    """``schedule NAME prove``."""
    with cancel_on_interrupt() as cancel:
        proof = service.prove_schedule(options.name, cancel=cancel)
    return _shown_proof(proof, options)


def prove_start(service: Service, options: argparse.Namespace) -> int:
    """``schedule ID proved-start``: what the system's scheduler starts for the proof."""
    with cancel_on_interrupt() as cancel:
        proof = service.prove_start(options.name, cancel=cancel)
    return _shown_proof(proof, options)


def _shown_proof(proof: Proof, options: argparse.Namespace) -> int:
    if options.json:
        output.document({"proof": _proof_document(proof)})
    elif not proof.trouble:
        output.result(tr("Started by {system}, and every secret could be read.", system=system_word(proof.started_by)))
    if proof.trouble:
        output.show_parts(word(proof.trouble))
    return codes.USAGE if proof.trouble else codes.DONE


def cancel_tonight(service: Service, options: argparse.Namespace) -> int:
    """``schedule NAME not-tonight``."""
    name = service.connection(options.name).name
    service.cancel_tonight(name)
    text = tr("“{name}” does not run tonight.", name=name)
    return output.completed(text, as_json=options.json, name=name, tonight=None)
