"""The sentences of rules: the finding, why a record is not included, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.problems import FILTER, NOT_CHOSEN, RULES, Rule, base_rule, cause_of
from psconnect.wording.catalogue import spelled_out, tr, translated
from psconnect.wording.records import record_label
from psconnect.wording.rules.findings import FINDINGS
from psconnect.wording.rules.left_out import LEFT_OUT
from psconnect.wording.rules.texts import RuleTexts
from psconnect.wording.window import with_file

_TEXTS = {**LEFT_OUT, **FINDINGS}


def add_rules(texts: Mapping[str, RuleTexts]) -> None:
    """Add the texts of findings that a kind of destination declares itself."""
    _TEXTS.update(texts)


@dataclass(frozen=True)
class WordedRule:
    """A rule (model.problems.Rule) with what a person reads of it.

    Attributes:
        title: the finding in a few words, for one or many records.
        because: completes “Not included, because …”.
        to_do: what to do, with where in PowerSchool; empty where the rule is not listed as a finding.
    """

    key: str
    severity: str
    title: str
    because: str
    to_do: str = ""
    counted: bool = False

    @property
    def sentence(self) -> str:
        """Why a record is left out or told of, as a sentence of its own."""
        return f"{self.because[:1].upper()}{self.because[1:]}."


def rule_of(key: str, *, window: bool = False) -> WordedRule:
    """The rule with that key in words; ``window``: with what to do as it is done there.

    A rule that this version does not know counts as a warning, so that nobody overlooks it.
    """
    try:
        rule = RULES[key]
    except KeyError:
        because = tr("a rule of another version of psconnect applies")
        return WordedRule(key, "warning", spelled_out(key), because)
    title, because = _title_and_because(key)
    return WordedRule(key, rule.severity, title, because, _to_do(rule, window=window), rule.counted)


def _title_and_because(key: str) -> tuple[str, str]:
    if key.startswith(FILTER):
        name = key.removeprefix(FILTER)
        return tr("Filter: {name}", name=name), tr("the filter “{name}” leaves it out", name=name)
    base, (entity, cause) = base_rule(key), cause_of(key)
    title, because = translated(_TEXTS[base].title), translated(_TEXTS[base].because)
    if not cause:
        return title, because
    why = _title_and_because(cause)[1]
    if entity:
        return title, tr("its {record} is not included: {reason}", record=record_label(entity), reason=why)
    first, second = (because, why) if base == NOT_CHOSEN else (why, because)
    return title, tr("{first}, and {second}", first=first, second=second)


def _to_do(rule: Rule, *, window: bool) -> str:
    if rule.key.startswith(FILTER):
        return ""
    base, (entity, cause) = base_rule(rule.key), cause_of(rule.key)
    texts = _TEXTS[cause if cause and not entity and base != NOT_CHOSEN else base]
    to_do = translated((texts.window if window else "") or texts.to_do)
    return with_file(to_do) if window and texts.in_file else to_do
