"""The set-up as a map of steps over a draft: what each step still needs, its state, and where one may go. Knows no Qt.

Whole paths are tested without a window; the window only shows what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, Value, parse_numbers
from psconnect.model.connection import LONGEST_NAME
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import pasted, trimmed
from psconnect.model.server_address import normalise_url
from psconnect.service import Declaration, PresetInfo, SettingField


class Step(StrEnum):
    """The steps in their order."""

    CONNECT = "connect"
    CREDENTIALS = "credentials"
    SCHOOLS = "schools"
    DESTINATION = "destination"
    SUMMARY = "summary"


class State(StrEnum):
    """How far a step is."""

    DONE = "done"
    CURRENT = "current"
    ATTENTION = "needs attention"
    NOT_YET = "not yet"


@dataclass(frozen=True)
class StepText:
    """What a person reads of a step: its name in the list, its page's title, and one sentence why it is asked."""

    label: str
    title: str
    why: str


STEPS: tuple[Step, ...] = tuple(Step)
TEXTS = {
    Step.CONNECT: StepText(
        "Connect what",
        "What do you want to connect?",
        "The name tells connections apart; the preset decides what is sent.",
    ),
    Step.CREDENTIALS: StepText(
        "Credentials",
        "Sign in to PowerSchool",
        "psconnect reads with the ID and secret that PowerSchool makes for its plugin.",
    ),
    Step.SCHOOLS: StepText("Schools", "Which schools?", "Only people and classes of these schools are sent."),
    Step.DESTINATION: StepText(
        "Destination", "Where does the roster go?", "Each sync puts the whole roster there, complete or not at all."
    ),
    Step.SUMMARY: StepText(
        "Summary", "Check and save", "Nothing is sent yet: the first sync shows you what it would do."
    ),
}


@dataclass(frozen=True)
class Known:
    """What is known beside the draft.

    Attributes:
        presets, destinations: what can be chosen.
        taken: names of other connections, case-folded.
        has_secret: whether the client secret is typed or kept.
        secret_problem: what is wrong with the client secret as typed, in a sentence; else empty.
    """

    presets: tuple[PresetInfo, ...]
    destinations: tuple[Declaration, ...]
    taken: frozenset[str] = frozenset()
    has_secret: bool = False
    secret_problem: str = ""

    def destination(self, draft: Draft) -> Declaration | None:
        """The chosen kind of destination; None while none is chosen."""
        kind = draft.destination.get("kind")
        return next((declaration for declaration in self.destinations if declaration.kind == kind), None)


@dataclass(frozen=True)
class Need:
    """What a step still needs.

    Attributes:
        step: the step.
        field: the control it belongs to: a draft's attribute, ``secret``, or ``destination.KEY``; empty for a notice.
        text: the sentence under that control.
        blocks: whether the connection can't be saved without it.
    """

    step: Step
    field: str
    text: str
    blocks: bool = True


def needs(draft: Draft, known: Known) -> list[Need]:
    """What is still needed, in the order of the steps."""
    return [*_connect(draft, known), *_credentials(draft, known), *_schools(draft), *_destination(draft, known)]


def needs_of(draft: Draft, known: Known, step: Step) -> list[Need]:
    """What one step still needs."""
    return [need for need in needs(draft, known) if need.step == step]


def can_save(draft: Draft, known: Known) -> bool:
    """Whether the draft can become a connection."""
    return not any(need.blocks for need in needs(draft, known))


def _connect(draft: Draft, known: Known) -> Iterator[Need]:
    name = draft.name.strip()
    if not name:
        yield Need(Step.CONNECT, "name", tr("Give the connection a name, for example “Lincoln roster”."))
    elif not name.isprintable():
        yield Need(Step.CONNECT, "name", tr("The name has an invisible character in it. Type it anew."))
    elif len(name) > LONGEST_NAME:
        text = tr("The name has {count} characters. Type one of at most {most}.", count=len(name), most=LONGEST_NAME)
        yield Need(Step.CONNECT, "name", text)
    elif name.casefold() in known.taken:
        yield Need(Step.CONNECT, "name", tr("There is already a connection with this name. Choose another one."))
    if draft.preset not in [preset.name for preset in known.presets]:
        yield Need(Step.CONNECT, "preset", tr("Choose what you want to connect."))


def _credentials(draft: Draft, known: Known) -> Iterator[Need]:
    problem = url_problem(draft.url)
    if problem:
        yield Need(Step.CREDENTIALS, "url", problem)
    if not trimmed(draft.client_id):
        yield Need(Step.CREDENTIALS, "client_id", tr("Paste the client ID from PowerSchool."))
    elif problem := pasted_problem(draft.client_id, "client ID"):
        yield Need(Step.CREDENTIALS, "client_id", problem)
    if not known.has_secret:
        yield Need(Step.CREDENTIALS, "secret", tr("Paste the client secret from PowerSchool."))
    elif known.secret_problem:
        yield Need(Step.CREDENTIALS, "secret", known.secret_problem)
    if draft.tested == "failed":
        yield Need(Step.CREDENTIALS, "", tr("The last test of the connection did not pass."), blocks=False)
    elif draft.tested == "":
        yield Need(Step.CREDENTIALS, "", tr("The connection has not been tested yet."), blocks=False)


def pasted_problem(text: str, what: str) -> str:
    """What is wrong with an ID or a secret as it was pasted, in a sentence; an empty text when it can be used."""
    try:
        pasted(text, what, "")
    except FixSettings as error:
        return tr("{happened} {to_do}", happened=error.happened, to_do=error.to_do)
    return ""


def url_problem(url: str) -> str:
    """What is wrong with an address, in a sentence; an empty text when it can be used."""
    if not trimmed(url):
        return tr("Type the address you open PowerSchool with.")
    try:
        normalise_url(url)
    except FixSettings as error:
        return tr("{happened} {to_do}", happened=error.happened, to_do=error.to_do)
    return ""


def _schools(draft: Draft) -> Iterator[Need]:
    if draft.all_schools:
        return
    try:
        numbers = parse_numbers(draft.numbers)
    except ValueError as error:
        yield Need(Step.SCHOOLS, "numbers", str(error))
        return
    if not numbers:
        yield Need(Step.SCHOOLS, "numbers", tr("Switch on at least one school."))
    there = {school.number for school in draft.found}
    missing = [str(number) for number in numbers if number not in there]
    if draft.found and missing:
        text = tr("PowerSchool has no school with the number {numbers}.", numbers=", ".join(missing))
        yield Need(Step.SCHOOLS, "numbers", text)


def _destination(draft: Draft, known: Known) -> Iterator[Need]:
    declaration = known.destination(draft)
    if declaration is None:
        yield Need(Step.DESTINATION, "kind", tr("Choose where the roster goes."))
        return
    for setting in declaration.fields:
        problem = setting_problem(setting, draft.destination.get(setting.key, setting.default))
        if problem:
            yield Need(Step.DESTINATION, f"destination.{setting.key}", problem)


def setting_problem(setting: SettingField, value: Value) -> str:
    """What is wrong with a destination's setting, in a sentence; an empty text when it can be used."""
    if setting.required and value == "":
        return tr(setting.help)
    if setting.kind == "number" and (not isinstance(value, int) or value < 0):
        return tr("Type a whole number, 0 or more.")
    if setting.choices and value not in setting.choices:
        return tr("Choose one of: {choices}.", choices=", ".join(setting.choices))
    return ""


def state_of(draft: Draft, known: Known, step: Step) -> State:
    """How far a step is, as the list at the side shows it."""
    if step == draft.step:
        return State.CURRENT
    if STEPS.index(step) > STEPS.index(Step(draft.reached)):
        return State.NOT_YET
    waiting = needs(draft, known) if step == Step.SUMMARY else needs_of(draft, known, step)
    return State.ATTENTION if waiting else State.DONE


def may_jump(draft: Draft, step: Step) -> bool:
    """Whether a step can be opened from the list: it was reached before."""
    return STEPS.index(step) <= STEPS.index(Step(draft.reached))


def may_finish(draft: Draft) -> bool:
    """Whether *Finish* is offered: from the schools on, the rest has defaults or shows up on the summary."""
    return draft.step in (Step.SCHOOLS, Step.DESTINATION)


def following(step: Step) -> Step | None:
    """The step after this one; None at the end."""
    at = STEPS.index(step) + 1
    return STEPS[at] if at < len(STEPS) else None


def go_next(draft: Draft, known: Known) -> Draft:
    """On to the next step; stays where it is while the step lacks something that blocks."""
    after = following(Step(draft.step))
    if after is None or any(need.blocks for need in needs_of(draft, known, Step(draft.step))):
        return draft
    return _at(draft, after)


def go_back(draft: Draft) -> Draft:
    """Back to the step before; nothing that was typed is lost."""
    at = STEPS.index(Step(draft.step))
    return _at(draft, STEPS[max(0, at - 1)])


def jump(draft: Draft, step: Step) -> Draft:
    """To a step that was reached before; stays where it is for one that was not."""
    return _at(draft, step) if may_jump(draft, step) else draft


def finish(draft: Draft) -> Draft:
    """To the summary, where it is offered; what was left out waits there with a link."""
    return _at(draft, Step.SUMMARY) if may_finish(draft) else draft


def _at(draft: Draft, step: Step) -> Draft:
    reached = STEPS[max(STEPS.index(step), STEPS.index(Step(draft.reached)))]
    return msgspec.structs.replace(draft, step=str(step), reached=str(reached))
