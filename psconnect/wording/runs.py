"""The words for a run: its state, stage, scope and trigger, how it read, and what its changes are."""

from __future__ import annotations

from psconnect.model.runs import Compared
from psconnect.wording.catalogue import counted, marked, spelled_out, tr, translated
from psconnect.wording.records import listed, rows_label, rows_order

_STATES = {
    "queued": marked("Starting"),
    "reading": marked("Reading"),
    "shaping": marked("Checking"),
    "planning": marked("Comparing"),
    "applying": marked("Delivering"),
    "held": marked("On hold"),
    "previewed": marked("Previewed"),
    "finished": marked("Finished"),
    "finished_with_problems": marked("Finished, with problems"),
    "failed": marked("Failed"),
    "cancelled": marked("Cancelled"),
    "interrupted": marked("Interrupted"),
    "skipped": marked("Skipped"),
    "discarded": marked("Discarded"),
    "expired": marked("Expired"),
}
_STOPPED = {
    "queued": marked("The run stopped before it began to read."),
    "reading": marked("The run stopped while reading from PowerSchool."),
    "shaping": marked("The run stopped while checking the records against the rules."),
    "planning": marked("The run stopped while comparing with the last delivery."),
    "applying": marked("The run stopped while delivering."),
}
_REPORTED = {
    "queued": marked("This report was made before the run began to read."),
    "reading": marked("This report was made while the run was reading from PowerSchool."),
    "shaping": marked("This report was made while the run was checking the records against the rules."),
    "planning": marked("This report was made while the run was comparing with the last delivery."),
    "applying": marked("This report was made while the run was delivering."),
}
_SCOPES = {"all": marked("All records"), "users": marked("Users only"), "courses": marked("Courses only")}
_TRIGGERS = {
    "button": marked("Window"),
    "command line": marked("Command line"),
    "schedule": marked("Schedule"),
    "new-year": marked("First day of the school calendar"),
    "tonight": marked("Run tonight"),
    "catch-up": marked("Schedule, made up for a missed time"),
}
_WAYS = {
    "queries": marked("By the plugin’s queries"),
    "tables": marked("Table by table"),
    "v1": marked("By the v1 interface"),
}
_ACTIONS = {"create": marked("Create"), "update": marked("Update"), "remove": marked("Remove")}
_ASIDE = {
    "chosen": marked("excluded by you"),
    "goes-along": marked("belongs to an excluded record"),
    "changed-since": marked("changed after that run"),
    "still-needed": marked("needed by other records, or refers to one that is gone"),
    "refused": marked("refused by the destination"),
    "waits": marked("needs a record that the destination refused"),
    "adopted": marked("was at the destination before that run"),
}
_SEVERITIES = {"error": marked("Error"), "warning": marked("Warning"), "info": marked("For information")}
_FULL = {
    "first": marked("there is no earlier reading to start from"),
    "not-ended-well": marked("the previous run was not delivered as planned"),
    "rules": marked("settings, plugin or version have changed since the previous run"),
    "scope": marked("the previous run had another scope"),
    "weekly": marked("everything is read once a week"),
    "no-queries": marked("the plugin’s queries are not available"),
    "no-data-versions": marked(
        "this PowerSchool does not tell the plugin what has changed (data versions): the way a plugin asks for it "
        "comes from a published example, which not every server has to follow"
    ),
    "data-versions-reset": marked("PowerSchool has started counting its changes anew"),
}


def state_word(state: str) -> str:
    """A run's state in a word or two."""
    return translated(_STATES[state]) if state in _STATES else spelled_out(state)


def stopped_words(stage: str) -> str:
    """At which stage a run stopped, as a sentence; empty for an unknown stage."""
    return translated(_STOPPED.get(stage, ""))


def reported_words(stage: str) -> str:
    """At which stage of a run a report was made, as a sentence; empty for an unknown stage."""
    return translated(_REPORTED.get(stage, ""))


def scope_word(scope: str) -> str:
    """What a run was limited to."""
    return translated(_SCOPES[scope]) if scope in _SCOPES else scope


def trigger_word(trigger: str) -> str:
    """What started a run."""
    return translated(_TRIGGERS[trigger]) if trigger in _TRIGGERS else trigger


def way_word(way: str) -> str:
    """How PowerSchool was read; empty where that is not known."""
    return translated(_WAYS[way]) if way in _WAYS else way


def action_word(action: str) -> str:
    """What a change does, as a verb."""
    return translated(_ACTIONS[action]) if action in _ACTIONS else action


def aside_word(because: str) -> str:
    """Why a planned change is not made (SetAside.because); completes “left alone, because”."""
    return translated(_ASIDE[because]) if because in _ASIDE else because


def severity_word(severity: str) -> str:
    """How bad a finding is."""
    return translated(_SEVERITIES[severity]) if severity in _SEVERITIES else severity


def severity_order(severity: str) -> int:
    """Sorts severities, the worst first; an unknown one comes last."""
    known = list(_SEVERITIES)
    return known.index(severity) if severity in known else len(known)


def full_reason(because: str) -> str:
    """Why an incremental run reads everything (Compared.because); completes “because …”."""
    return translated(_FULL[because]) if because in _FULL else because


def comparison(compared: Compared) -> str:
    """How a run came to its records: ``Everything was read``, or which rows were taken over; may be empty."""
    if compared.taken_over:
        parts = [
            counted(compared.taken_over[name], "{rows} (1 row)", "{rows} ({count} rows)", rows=rows_label(name))
            for name in sorted(compared.taken_over, key=rows_order)
        ]
        return tr(
            "Taken over from the run before, because nothing in them had changed: {rows}. Everything else was read",
            rows=listed(parts),
        )
    if compared.because:
        return tr("Everything was read, because {reason}", reason=full_reason(compared.because))
    if compared.how == "incremental":
        return tr("Everything was read, because something had changed in all of it")
    return tr("Everything was read") if compared.how else ""
