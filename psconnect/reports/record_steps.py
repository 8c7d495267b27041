"""The steps of a record through the newest run, each with the value that was compared and the rule."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.problems import FILTER, base_rule
from psconnect.reports.explained import ExplainedStep
from psconnect.reports.record_answer import RecordFacts
from psconnect.store.history import run_table
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import marked, tr, translated
from psconnect.wording.rules import rule_of

_STEPS = (
    *(marked("Read"), marked("Mapped"), marked("Who is in"), marked("Filter rules"), marked("Requirements")),
    *(marked("Uniqueness"), marked("Belongs together"), marked("Compared")),
)
"""The steps of a record through a run, in order."""

_STEP_OF = {
    "unreadable": "Mapped",
    "too-long": "Mapped",
    "email-invalid": "Mapped",
    "value-unlisted": "Mapped",
    "escaped-text": "Mapped",
    "text-mended": "Mapped",
    "two-versions": "Read",
    "duplicate-row": "Read",
    "filter": "Filter rules",
    "missing-required": "Requirements",
    "missing-reported": "Requirements",
    "uniqueness-conflict": "Uniqueness",
    "no-id": "Requirements",
    "double-id": "Uniqueness",
    "uniqueness-owner": "Uniqueness",
    "registered-twice": "Uniqueness",
    "email-shared": "Uniqueness",
    "username-taken": "Uniqueness",
    "username-owner": "Uniqueness",
    "username-kept": "Uniqueness",
    "username-replaced": "Uniqueness",
    "username-shared": "Uniqueness",
    "merged": "Uniqueness",
    "goes-along": "Belongs together",
    "orphan": "Belongs together",
    "several-fit": "Belongs together",
    "waits-for": "Belongs together",
    "contact-without-student": "Belongs together",
    "class-not-taught": "Belongs together",
    "course-not-used": "Belongs together",
    "class-without-teacher": "Belongs together",
    "second-lead-teacher": "Belongs together",
}
"""The step at which each rule decides; the others decide who is in."""
_DID = {"create": marked("It was created."), "update": marked("It was changed."), "remove": marked("It was removed.")}
_TO_BE = {
    "create": marked("It is to be created."),
    "update": marked("It is to be changed."),
    "remove": marked("It is to be removed."),
}

_UNIQUE = ("givenName", "familyName", "email")
_MOST_NAMES = 4


def steps_of(facts: RecordFacts) -> tuple[ExplainedStep, ...]:
    """The steps of a record through the newest run."""
    return _Steps(facts).steps()


@dataclass(frozen=True)
class _Steps:
    """Words the steps of one record."""

    facts: RecordFacts

    def steps(self) -> tuple[ExplainedStep, ...]:
        """The steps in order; after the one that stops it, none is reached."""
        if self.facts.staged is None:
            text = rule_of(self.facts.instead).sentence if self.facts.instead else tr("PowerSchool did not list it.")
            return (
                ExplainedStep("Read", "stopped", text),
                *(ExplainedStep(name, "not reached") for name in _STEPS[1:]),
            )
        stopped_at = _step_of(self.facts.staged.rule) if self.facts.staged.rule else ""
        notices = self._notices()
        found: list[ExplainedStep] = []
        for name in _STEPS:
            value, rule = self._held_against(name)
            if found and found[-1].outcome in ("stopped", "not reached"):
                found.append(ExplainedStep(name, "not reached"))
            elif name == stopped_at:
                found.append(ExplainedStep(name, "stopped", rule_of(self.facts.staged.rule).sentence, value, rule))
            elif name in notices:
                found.append(ExplainedStep(name, "noticed", notices[name], value, rule))
            else:
                text = self._compared() if name == "Compared" else ""
                found.append(ExplainedStep(name, "passed", text, value, rule))
        return tuple(found)

    def _held_against(self, name: str) -> tuple[str, str]:
        """The value of the record at a step, and the rule it is held against, as far as the reading keeps them."""
        if self.facts.staged is None:
            return "", ""
        named, rule = self.facts.staged.named, self.facts.staged.rule
        if name == "Mapped":
            filled = sum(bool(value) for value in named.values())
            return tr("{filled} of {all} attributes have a value", filled=filled, all=len(named)), ""
        if name == "Filter rules" and rule.startswith(FILTER):
            return "", tr("rule: {name}", name=rule.removeprefix(FILTER))
        if name == "Uniqueness":
            return _unique(named)
        if name == "Compared":
            return self._changed(), tr("with what was delivered before")
        return self._required() if name == "Requirements" else ("", "")

    def _changed(self) -> str:
        """The attributes that the newest run changes or would change."""
        newest = run_table.id_of(self.facts.db, self.facts.run)
        changed = [name for one in self.facts.happenings if one.run_id == newest for name, *_values in one.differences]
        return ", ".join([*changed[:_MOST_NAMES], *(["…"] if len(changed) > _MOST_NAMES else [])])

    def _required(self) -> tuple[str, str]:
        sql = (
            "SELECT rule, detail FROM problem WHERE run = ? AND entity = ? AND key = ? AND rule IN (?, ?) "
            "ORDER BY detail"
        )
        rules = ("missing-required", "missing-reported")
        rows = self.facts.db.execute(sql, [self.facts.run, self.facts.entity.rank, self.facts.key, *rules]).fetchall()
        if not rows:
            return tr("nothing that is required is empty"), ""
        value = tr(
            "{attributes}: empty", attributes=", ".join(dict.fromkeys(detail for _rule, detail in rows if detail))
        )
        skips = any(rule == "missing-required" for rule, _detail in rows)
        return value, tr("rule: Skip if missing") if skips else tr("rule: Report if missing")

    def _notices(self) -> dict[str, str]:
        rows = self.facts.db.execute(
            "SELECT rule, detail FROM problem WHERE run = ? AND entity = ? AND key = ? ORDER BY rule, detail",
            [self.facts.run, self.facts.entity.rank, self.facts.key],
        )
        found: dict[str, list[str]] = {}
        for key, detail in rows:
            text = rule_of(key).sentence.removesuffix(".")
            found.setdefault(_step_of(key), []).append(f"{text} ({detail})." if detail else f"{text}.")
        return {step: " ".join(texts) for step, texts in found.items()}

    def _compared(self) -> str:
        for one in self.facts.happenings:
            if one.run_id == run_table.id_of(self.facts.db, self.facts.run):
                return translated((_DID if one.done else _TO_BE)[one.action])
        return tr("It is the same as what was delivered.")


def _unique(named: dict[str, str]) -> tuple[str, str]:
    names = [name for name in _UNIQUE if named.get(name)]
    if not names:
        return "", ""
    return ", ".join(named[name] for name in names), tr(
        "nobody else has the same {names}", names=", ".join(attribute_word("student", name) for name in names)
    )


def _step_of(rule: str) -> str:
    base = FILTER.rstrip(":") if rule.startswith(FILTER) else base_rule(rule)
    return _STEP_OF.get(base, "Who is in")
