"""``psconnect connection adopt`` and ``connection rekey``: change delivered ids."""

from __future__ import annotations

import argparse
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.model.errors import FixSettings
from psconnect.service import AdoptionPreview, RekeyPlan, RekeyWishes, Service
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.ids import ADOPTION_OUTCOMES, adoption_word, shown_values
from psconnect.wording.records import records_label

_MOST = 50


def adopt_ids(service: Service, options: argparse.Namespace) -> int:
    """Compare a list of ids with the newest run; store the matching ones with --yes or if the person agrees."""
    preview = service.adoption(options.name, Path(options.file), entity=options.entity)
    if not options.json:
        _show_preview(preview)
    question = counted(
        len(preview.ids), "Adopt 1 id for “{name}”?", "Adopt {count} ids for “{name}”?", name=options.name
    )
    stored = bool(preview.ids) and (options.yes or _agreed(question))
    if stored:
        service.adopt(options.name, preview)
    if options.json:
        rows = [vars(row) for row in preview.rows]
        counts = {"changed": preview.changed, **preview.counts}
        output.document({"entity": preview.kind, "stored": stored, "counts": counts, "rows": rows})
        return codes.DONE
    if stored:
        output.result(
            counted(
                len(preview.ids),
                "1 id was adopted. The next sync shows it as a change and waits for approval.",
                "{count} ids were adopted. The next sync shows them as changes and waits for approval.",
            )
        )
    elif preview.ids:
        output.say(tr("Nothing was stored. To adopt the matching ids, repeat the command with --yes."))
    return codes.DONE


def _show_preview(preview: AdoptionPreview) -> None:
    rows = [(f"  {preview.counts[key]:,}", adoption_word(key)) for key in ADOPTION_OUTCOMES if preview.counts[key]]
    rows_read = counted(len(preview.rows), "1 row was read.", "{count} rows were read.")
    changed = counted(preview.changed, "1 record would get a new id.", "{count} records would get a new id.")
    output.result(tr("{rows} {changed}", rows=rows_read, changed=changed))
    output.table(rows, right=frozenset({0}))
    open_rows = [row for row in preview.rows if row.outcome != "matched"]
    if open_rows:
        shown = [(str(row.line), row.sourced_id, adoption_word(row.outcome), row.because) for row in open_rows[:_MOST]]
        output.table([(tr("Line"), tr("Id"), tr("Outcome"), tr("Because")), *shown], right=frozenset({0}))
    if len(open_rows) > _MOST:
        output.say(tr("… and {count} more; --json lists them all.", count=number(len(open_rows) - _MOST)))
    if preview.unused:
        output.say(tr("Columns not used: {names}.", names=", ".join(preview.unused)))
    if preview.warning and preview.changed:
        output.say(preview.warning)


def rekey_ids(service: Service, options: argparse.Namespace) -> int:
    """Show which records would get a new id; store the choice with --yes or if the person agrees."""
    wishes = RekeyWishes(
        choices=dict(_choice(text) for text in options.id),
        id_prefix=options.prefix,
        username_prefix=options.username_prefix,
        course_prefix=options.course_prefix,
        forget_adopted=options.forget_adopted,
        settings=dict(_setting(text) for text in options.setting),
    )
    if options.plugin:
        return _plugin(service, options, wishes)
    # With only --plan, list the changes that are stored but not delivered yet.
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
            output.result(tr("The list of old and new ids is in {file}.", file=options.plan))
    if only_list and not options.json:
        return codes.DONE
    stored = not only_list and (
        options.yes or _agreed(tr("Change the ids of the records of “{name}”?", name=options.name))
    )
    if stored:
        service.rekey(options.name, plan)
    if options.json:
        document = {"stored": stored, "counts": plan.counts, "gone": plan.gone, "usernames": plan.usernames}
        settings = [vars(one) for one in plan.settings]
        output.document(
            {**document, "course_numbers": plan.course_numbers, "settings": settings, "warning": plan.warning}
        )
    elif stored:
        output.result(
            tr("Stored. The next sync has to be a full one: it shows the new ids as changes and waits for approval.")
        )
    else:
        output.say(tr("Nothing was stored. To go on, repeat the command with --yes."))
    return codes.DONE


def _plugin(service: Service, options: argparse.Namespace, wishes: RekeyWishes) -> int:
    """Write the plugin that the new ids need, so that the numbers can be read before deciding."""
    package = service.save_plugin(service.rekeyed(options.name, wishes), Path(options.plugin))
    if options.json:
        output.document({"file": options.plugin, "name": package.name, "version": package.version})
    else:
        output.result(
            tr(
                "Plugin “{plugin}” {version} is in {file}. Install it, then repeat the command without --plugin.",
                plugin=package.name,
                version=package.version,
                file=options.plugin,
            )
        )
    return codes.DONE


def _show_plan(plan: RekeyPlan) -> None:
    if not plan.changes:
        output.result(tr("No delivered record gets a new id."))
    output.table(
        [
            (f"  {number(count)}", tr("{records} get a new id", records=records_label(entity)))
            for entity, count in plan.counts.items()
        ],
        right=frozenset({0}),
    )
    if plan.usernames:
        output.result(counted(plan.usernames, "1 user name changes.", "{count} user names change."))
    if plan.course_numbers:
        output.result(counted(plan.course_numbers, "1 course number changes.", "{count} course numbers change."))
    for one in plan.settings:
        output.result(tr("{setting}: {after} instead of {before}.", setting=one.label, **shown_values(one)))
    if plan.gone:
        output.result(
            counted(
                plan.gone,
                "1 delivered record is no longer in PowerSchool.",
                "{count} delivered records are no longer in PowerSchool.",
            )
        )
    if plan.warning:
        output.say(plan.warning)


def _setting(text: str) -> tuple[str, Any]:
    key, _, value = text.partition("=")
    if not key.strip() or not value:
        raise FixSettings("PSC-REKEY-SETTING/choice", where="--setting", text=text)
    with suppress(ValueError):
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    return key.strip(), value.strip()


def _choice(text: str) -> tuple[str, str]:
    kind, _, choice = text.partition("=")
    if not choice:
        raise FixSettings("PSC-REKEY-CHOICE", where="--id", text=text)
    return kind.strip(), choice.strip()


def _agreed(question: str) -> bool:
    """Whether the person at the terminal agrees; no without a terminal."""
    if not sys.stdin.isatty():
        return False
    output.say(question)
    return output.answer(tr("Type yes to go on: ")).lower() == "yes"
