"""Sending many items to a function that takes a list: portions within the field budget, bad items found by halving.

Moodle refuses a request as a whole and does not say which item was wrong (docs/moodle-api.md 1, fact 2). So a refused
portion is halved until the bad items stand alone, and all others are saved. Where there is no answer, what arrived is
looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psconnect.destinations.moodle.answers import MoodleSaid, TooManyFields, Unanswered
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.encoding import Argument, field_count
from psconnect.model.errors import PsconnectError
from psconnect.model.outcomes import Done, NotDone, Outcome, Standing, Unknown
from psconnect.model.runs import Change

_TRIES = 3
"""How often one item is sent that gets no answer, or that loses against another request in the database."""
_SETTLING = (1.0, 2.0)
_STILL_AT_WORK = (5.0, 15.0, 30.0)
"""Seconds to wait before what has not arrived counts as not arrived: a request that broke off may still be at work, one
that took too long even more so (docs/moodle-api.md 9)."""
_TOO_SLOW = frozenset({"PSC-HTTP-TIMEOUT", "PSC-HTTP-SLOW"})
_UNFIT = "invalidresponse"
_AT_ODDS = frozenset({"dmlwriteexception", "dmltransactionexception", "dmlexception", _UNFIT})
"""Codes after which part of the request, or all of it, may be saved, and which may come from another request
(docs/moodle-api.md 1, facts 5 and 8)."""


@dataclass(frozen=True)
class SentItem:
    """What a function gets for one change.

    Attributes:
        change: the change.
        value: its entry in the function's list.
        alone: whether it is sent by itself, because the site may refuse it.
    """

    change: Change
    value: Argument
    alone: bool = False


Outcomes = dict[int, Outcome]
"""Outcome by key of the change."""


@dataclass(frozen=True)
class Request:
    """How items are sent.

    Attributes:
        function: its name.
        items: the name of the argument that takes the list.
        most: the most items of a request (docs/moodle-api.md 8).
        done: outcomes for what the function answered; the number of rows may be wrong, then it raises ValueError.
        there: which items arrived, looked up; None where sending them again changes nothing.
        known: the outcome of an item that is known without asking, or None.
        refused: the outcome of a single item that the function refused with this code.
    """

    function: str
    items: str
    most: int
    done: Callable[[Any, Sequence[SentItem]], Sequence[Outcome]]
    refused: Callable[[str, SentItem], Outcome]
    there: Callable[[Sequence[SentItem]], Sequence[Standing]] | None = None
    known: Callable[[SentItem], Outcome | None] = lambda _item: None


@dataclass
class Sender:
    """Sends the items of one batch; once the site is gone, everything left is Unknown.

    Attributes:
        lost: why the site can't be reached any more; None while it can.
    """

    client: MoodleClient
    lost: PsconnectError | None = field(default=None, init=False)

    def send(self, request: Request, items: Sequence[SentItem]) -> Outcomes:
        """Send all items; returns an outcome for each."""
        outcomes: Outcomes = {}
        waiting = [*(item for item in items if not item.alone), *(item for item in items if item.alone)]
        while waiting:
            portion = self._portion(request, waiting)
            waiting = waiting[len(portion) :]
            outcomes = both_outcomes(outcomes, self._send(request, portion))
        return outcomes

    def _portion(self, request: Request, waiting: Sequence[SentItem]) -> Sequence[SentItem]:
        """The next items that go together; the budget may have changed since the last ones."""
        if waiting[0].alone:
            return waiting[:1]
        together = [item for item in waiting[: request.most] if not item.alone]
        return self.client.portions(together, [field_count(item.value) for item in together], request.most)[0]

    def _send(self, request: Request, portion: Sequence[SentItem], tries: int = 1) -> Outcomes:
        if self.lost:
            return _each(portion, Unknown())
        if known := {item.change.key: outcome for item in portion if (outcome := request.known(item))}:
            rest = [item for item in portion if item.change.key not in known]
            return known | (self._send(request, rest, tries) if rest else {})
        try:
            done = self._once(request, portion)
        except TooManyFields:
            self.client.shrink(sum(field_count(item.value) for item in portion))
            return self._halves(request, portion, tries)
        except Unanswered as silence:
            return self._after_silence(request, portion, tries, silence.error)
        except MoodleSaid as said:
            return self._refused(request, portion, said.code, tries)
        return {item.change.key: outcome for item, outcome in zip(portion, done, strict=True)}

    def _once(self, request: Request, portion: Sequence[SentItem]) -> Sequence[Outcome]:
        answer = self.client.once(request.function, {request.items: [item.value for item in portion]})
        try:
            return request.done(answer, portion)
        except ValueError:
            raise MoodleSaid(_UNFIT) from None

    def _halves(self, request: Request, portion: Sequence[SentItem], tries: int) -> Outcomes:
        if len(portion) == 1:
            return self._send(request, portion, tries)
        middle = len(portion) // 2
        return both_outcomes(self._send(request, portion[:middle], tries), self._send(request, portion[middle:], tries))

    def _refused(self, request: Request, portion: Sequence[SentItem], code: str, tries: int) -> Outcomes:
        """Halve a refused portion until the bad item stands alone.

        One that failed in the database may have saved something, and may only have lost against another request: what
        is missing is sent once more as it was, and halved if it fails again.
        """
        if code in _AT_ODDS:
            arrived, missing = self._look(request, portion, ())
            if self.lost or not missing:
                return arrived
            if tries == 1 or (len(missing) == 1 and tries < _TRIES):
                self.client.context.clock.wait(_SETTLING[0], self.client.context.cancel)
                return both_outcomes(arrived, self._send(request, missing, tries + 1))
            portion = missing
        else:
            arrived = {}
        if len(portion) > 1:
            return both_outcomes(arrived, self._halves(request, portion, tries))
        return both_outcomes(arrived, {portion[0].change.key: request.refused(code, portion[0])})

    def _after_silence(
        self, request: Request, portion: Sequence[SentItem], tries: int, error: PsconnectError
    ) -> Outcomes:
        """Look up what arrived, and send the rest again."""
        pauses = _STILL_AT_WORK if error.code in _TOO_SLOW else _SETTLING
        arrived, missing = self._look(request, portion, pauses)
        if self.lost or not missing:
            return arrived
        if tries < _TRIES:
            return both_outcomes(arrived, self._send(request, missing, tries + 1))
        self.lost = error
        return both_outcomes(arrived, _each(missing, Unknown()))

    def _look(
        self, request: Request, portion: Sequence[SentItem], pauses: Iterable[float]
    ) -> tuple[Outcomes, Sequence[SentItem]]:
        """What of a portion is there, and what is missing after waiting that often."""
        if request.there is None:
            for pause in (*pauses,)[:1]:
                self.client.context.clock.wait(pause, self.client.context.cancel)
            return {}, portion
        arrived: Outcomes = {}
        missing: Sequence[SentItem] = portion
        for pause in (0.0, *pauses):
            if pause:
                self.client.context.clock.wait(pause, self.client.context.cancel)
            try:
                found = request.there(missing)
            except PsconnectError as error:
                self.lost = error
                return arrived | _each(missing, Unknown()), ()
            arrived |= {
                item.change.key: stands
                for item, stands in zip(missing, found, strict=True)
                if not isinstance(stands, NotDone)
            }
            missing = [item for item, stands in zip(missing, found, strict=True) if isinstance(stands, NotDone)]
            if not missing:
                break
        return arrived, missing


def both_outcomes(one: Outcomes, other: Outcomes) -> Outcomes:
    """The outcomes of two requests; a change of which one part was not made is not made."""
    return {**one, **{key: outcome for key, outcome in other.items() if isinstance(one.get(key, Done()), Done)}}


def _each(items: Sequence[SentItem], outcome: Outcome) -> Outcomes:
    return {item.change.key: outcome for item in items}


def made(answer: Any, items: Sequence[SentItem]) -> Sequence[Outcome]:
    """The new records' ids, which come in the order of the request; raises ValueError for another number of them."""
    if not isinstance(answer, list) or len(answer) != len(items):
        raise ValueError
    try:
        return [Done(str(int(row["id"]))) for row in answer]
    except (KeyError, TypeError):
        raise ValueError from None


def nothing_said(_answer: Any, items: Sequence[SentItem]) -> Sequence[Outcome]:
    """A function that gives nothing has done everything."""
    return [Done(item.change.remote_id) for item in items]


def with_warnings(
    refused: Callable[[str, SentItem], Outcome],
) -> Callable[[Any, Sequence[SentItem]], Sequence[Outcome]]:
    """For functions that save item by item and warn of the others by their id."""

    def outcomes(answer: Any, items: Sequence[SentItem]) -> Sequence[Outcome]:
        warned = {
            str(one.get("itemid", "")): str(one.get("warningcode", "")) for one in (answer or {}).get("warnings", ())
        }
        return [
            refused(warned[item.change.remote_id], item)
            if item.change.remote_id in warned
            else Done(item.change.remote_id)
            for item in items
        ]

    return outcomes
