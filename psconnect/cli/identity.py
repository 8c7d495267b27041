"""``psconnect connection adopt`` and ``connection rekey``: the ids under which records are delivered."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.service import AdoptionPreview, RekeyPlan, RekeyWishes, Service

_MOST = 50
_OUTCOMES = {
    "matched": "taken",
    "unmatched": "nobody found",
    "ambiguous": "not clear whose",
    "double": "claimed twice",
    "unfit": "not usable as an id",
}


def adopt(service: Service, options: argparse.Namespace) -> int:
    """Show whose the ids of a list are; with --yes, or once a person says so, the matched ones are stored."""
    preview = service.adoption(options.name, Path(options.file), entity=options.entity)
    if not options.json:
        _show_preview(preview)
    stored = bool(preview.ids) and (options.yes or _agreed(f"Adopt {len(preview.ids):,} ids for “{options.name}”?"))
    if stored:
        service.adopt(options.name, preview)
    if options.json:
        rows = [vars(row) for row in preview.rows]
        counts = {"changed": preview.changed, **preview.counts}
        output.document({"entity": preview.kind, "stored": stored, "counts": counts, "rows": rows})
        return codes.DONE
    if stored:
        output.result(f"{len(preview.ids):,} ids are adopted. The next sync shows them as changes and waits.")
    elif preview.ids:
        output.say("Nothing was stored. To store the ids that are taken, repeat the command with --yes.")
    return codes.DONE


def _show_preview(preview: AdoptionPreview) -> None:
    rows = [(f"  {preview.counts[key]:,}", text) for key, text in _OUTCOMES.items() if preview.counts[key]]
    output.result(f"{len(preview.rows):,} rows; {preview.changed:,} records would get another id than now.")
    output.table(rows, right=frozenset({0}))
    open_rows = [row for row in preview.rows if row.outcome != "matched"]
    if open_rows:
        shown = [(str(row.line), row.sourced_id, _OUTCOMES[row.outcome], row.because) for row in open_rows[:_MOST]]
        output.table([("Line", "Id", "Outcome", "Because"), *shown], right=frozenset({0}))
    if len(open_rows) > _MOST:
        output.say(f"… and {len(open_rows) - _MOST:,} more; --json lists all of them.")
    if preview.unused:
        output.say(f"Columns that were not used: {', '.join(preview.unused)}.")
    if preview.warning and preview.changed:
        output.say(preview.warning)


def rekey(service: Service, options: argparse.Namespace) -> int:
    """Show which records would get another id; with --yes, or once a person says so, it is stored."""
    wishes = RekeyWishes(
        choices=dict(_choice(text) for text in options.id),
        id_prefix=options.prefix,
        username_prefix=options.username_prefix,
        course_prefix=options.course_prefix,
        forget_adopted=options.forget_adopted,
    )
    if options.plugin:
        return _plugin(service, options, wishes)
    # With nothing but --plan, the list of what is stored and not delivered yet is written.
    only_list = bool(options.plan) and wishes == RekeyWishes()
    progress = output.Progress()
    with cancel_on_interrupt() as cancel:
        try:
            plan = service.rekey_plan(options.name, None if only_list else wishes, on_event=progress, cancel=cancel)
        finally:
            progress.close()
    if not options.json:
        _show_plan(plan)
    if options.plan:
        service.write_rekey_plan(plan, Path(options.plan))
        if not options.json:
            output.result(f"The list from old to new ids is in {options.plan}.")
    if only_list and not options.json:
        return codes.DONE
    stored = not only_list and (options.yes or _agreed(f"Give other ids to the records of “{options.name}”?"))
    if stored:
        service.rekey(options.name, plan)
    if options.json:
        document = {"stored": stored, "counts": plan.counts, "gone": plan.gone, "usernames": plan.usernames}
        output.document({**document, "course_numbers": plan.course_numbers, "warning": plan.warning})
    elif stored:
        output.result("It is stored. The next sync has to be a full one; it shows the new ids as changes and waits.")
    else:
        output.say("Nothing was stored. To go on, repeat the command with --yes.")
    return codes.DONE


def _plugin(service: Service, options: argparse.Namespace, wishes: RekeyWishes) -> int:
    """Write the plugin that the new ids need, so that the numbers can be read before anything is decided."""
    package = service.save_plugin(service.rekeyed(options.name, wishes), Path(options.plugin))
    done = f"Plugin “{package.name}” {package.version} is in {options.plugin}."
    if options.json:
        output.document({"file": options.plugin, "name": package.name, "version": package.version})
    else:
        output.result(f"{done} Install it, then repeat without --plugin.")
    return codes.DONE


def _show_plan(plan: RekeyPlan) -> None:
    if not plan.changes:
        output.result("No delivered record gets another id.")
    output.table(
        [(f"  {count:,}", f"{BY_KEY[entity].label.lower()} get another id") for entity, count in plan.counts.items()],
        right=frozenset({0}),
    )
    for count, what in ((plan.usernames, "user names"), (plan.course_numbers, "course numbers")):
        if count:
            output.result(f"{count:,} {what} change.")
    if plan.gone:
        output.result(f"{plan.gone:,} delivered records are no longer in PowerSchool.")
    if plan.warning:
        output.say(plan.warning)


def _choice(text: str) -> tuple[str, str]:
    kind, _, choice = text.partition("=")
    if not choice:
        raise FixSettings(
            "PSC-REKEY-CHOICE",
            "The choice of an id is incomplete",
            f"“{text}” does not say which number is to be the id.",
            "Write it like --id student=number",
            where="--id",
        )
    return kind.strip(), choice.strip()


def _agreed(question: str) -> bool:
    """Whether the person in front of the terminal says yes; nobody there means no."""
    if not sys.stdin.isatty():
        return False
    output.say(question)
    return output.answer("Type yes to go on: ").lower() == "yes"
