"""The switchboard: latency, throttle, faults and the server's switches, for practicing."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

from psconnect.demo.admin.fault_words import words
from psconnect.demo.server.faults import VARIANTS, Fault
from psconnect.demo.server.quirks import Quirks

if TYPE_CHECKING:
    from psconnect.demo.admin.forms import Form
    from psconnect.demo.admin.visits import PageHandler, Visit
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.messages import Reply

_PAGE: Final = "/admin/demo/switchboard.html"
_LONGEST_WAIT: Final = 60_000
_CAPITALS: Final = {"oauth": "OAuth", "sql": "SQL", "sso": "SSO", "v1": "/ws/v1"}
#: The paths offered for faults; others can be typed.
PATHS: Final = {
    "*": "every call",
    "/ws/schema/query/*": "queries",
    "/ws/schema/table/*": "tables",
    "/ws/v1/*": "/ws/v1",
    "/ws/contacts/*": "contacts",
    "/oauth/*": "signing in",
}


@dataclass(frozen=True, slots=True)
class ShownSwitch:
    """One switch of the server as a form shows it: ``kind`` is "flag", "choice", "number", "text" or "list"."""

    name: str
    help: str
    kind: str
    value: str
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name as people read it."""
        words = [_CAPITALS.get(word, word) for word in self.name.split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


class SwitchboardPages:
    """One page with a form per part."""

    def __init__(self, server: ServerControls) -> None:
        self._server = server

    def routes(self) -> dict[tuple[str, str], PageHandler]:
        """The routes of this page; each form has its own address."""
        return {
            ("GET", _PAGE): self._show,
            ("POST", "/admin/demo/speed.html"): self._speed,
            ("POST", "/admin/demo/fault.html"): self._add_fault,
            ("POST", "/admin/demo/nofault.html"): self._remove_faults,
            ("POST", "/admin/demo/switches.html"): self._switches,
            ("POST", "/admin/demo/tokens.html"): self._tokens,
        }

    def _show(self, visit: Visit) -> Reply:
        server = self._server
        return visit.page(
            "switchboard.html", "Switchboard", latency=f"{server.latency_ms:g}", throttle=server.quirks.throttle_ms,
            faults=[(fault, words(fault.name)) for fault in server.faults()], paths=PATHS,
            switches=switches(server.quirks),
            known={name: (words(name), variants) for name, variants in sorted(VARIANTS.items(), key=_network_first)},
            calls=server.calls.total,
        )  # fmt: skip

    def _speed(self, visit: Visit) -> Reply:
        try:
            latency = visit.form.number("latency", "Latency")
            throttle = visit.form.number("throttle", "The throttle")
        except ValueError as error:
            return visit.refused(_PAGE, str(error))
        if max(latency, throttle) > _LONGEST_WAIT:
            return visit.refused(_PAGE, f"Nothing may take longer than a minute, which is {_LONGEST_WAIT:,} ms.")
        self._server.set_latency(latency)
        self._server.set_throttle(throttle)
        return visit.done(_PAGE, f"Each call takes {latency:,} ms more; a plugin may call every {throttle:,} ms.")

    def _add_fault(self, visit: Visit) -> Reply:
        try:
            fault = _fault(visit.form)
        except ValueError as error:
            return visit.refused(_PAGE, str(error))
        self._server.set_faults([*self._server.faults(), fault])
        return visit.done(_PAGE, f"{fault.name} is in force: {words(fault.name)}.")

    def _remove_faults(self, visit: Visit) -> Reply:
        at = visit.form.text("at")
        kept = [] if at == "all" else [one for place, one in enumerate(self._server.faults()) if str(place) != at]
        self._server.set_faults(kept)
        return visit.done(_PAGE, "No fault is in force." if not kept else f"{len(kept)} faults are in force.")

    def _switches(self, visit: Visit) -> Reply:
        default = Quirks()
        if visit.form.text("reset"):
            self._server.set_quirks(**{one.name: getattr(default, one.name) for one in fields(Quirks)})
            return visit.done(_PAGE, "All switches are as they were at first.")
        try:
            changes = {one.name: _value(one, visit.form) for one in switches(default)}
        except ValueError as error:
            return visit.refused(_PAGE, str(error))
        self._server.set_quirks(**changes)
        return visit.done(_PAGE, "The switches are set.")

    def _tokens(self, visit: Visit) -> Reply:
        self._server.expire_tokens()
        return visit.done(_PAGE, "Every token has expired. A client has to sign in again.")


def switches(quirks: Quirks) -> list[ShownSwitch]:
    """Every switch of the server with its current value and its description from the class's docstring."""
    hints = get_type_hints(Quirks)
    help_texts = _help()
    return [_switch(one.name, hints[one.name], getattr(quirks, one.name), help_texts) for one in fields(Quirks)]


def _switch(name: str, hint: Any, value: Any, help_texts: dict[str, str]) -> ShownSwitch:
    help_text = help_texts.get(name, "")
    if get_origin(hint) is Literal:
        return ShownSwitch(name, help_text, "choice", str(value), tuple(str(option) for option in get_args(hint)))
    if hint is bool:
        return ShownSwitch(name, help_text, "flag", "yes" if value else "")
    if isinstance(value, frozenset):
        return ShownSwitch(name, help_text, "list", "\n".join(sorted(value)))
    return ShownSwitch(name, help_text, "number" if hint is int else "text", str(value))


def _help() -> dict[str, str]:
    """The "Attributes" of the class's docstring by name, each in one line."""
    _, _, listed = (inspect.getdoc(Quirks) or "").partition("Attributes:")
    found = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    texts = {name: " ".join(text.split()).replace("``", "") for name, text in found}
    # Sentences begin with a capital letter, except those that begin with a name from the API.
    return {name: text[:1].upper() + text[1:] if text.split()[0].isalpha() else text for name, text in texts.items()}


def _value(switch: ShownSwitch, form: Form) -> Any:
    """The value of a switch from its form.

    Raises:
        ValueError: for an unknown choice or an invalid number.

    """
    name = switch.name
    if switch.kind == "flag":
        return form.text(name) == "yes"
    if switch.kind == "number":
        return form.number(name, f"The switch {name}")
    if switch.kind == "list":
        return frozenset(form.text(name).upper().split())
    if switch.kind == "choice":
        default = getattr(Quirks(), name)
        if form.text(name) not in switch.options:
            message = f"The switch {name} is one of {', '.join(switch.options)}."
            raise ValueError(message)
        return type(default)(form.text(name))
    return form.text(name) or getattr(Quirks(), name)


def _fault(form: Form) -> Fault:
    """The fault a form describes.

    Raises:
        ValueError: for one that could never strike.

    """
    name, _, variant = form.text("fault").partition("|")
    when = form.text("when")
    calls = form.number("calls", "The number of calls", 1) if when in ("first", "nth") else None
    amount = form.text("amount") or "1"
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", amount):
        message = f"The amount is a number, not “{amount[:20]}”."
        raise ValueError(message)
    return Fault(
        name,
        path=form.text("path") or "*",
        variant=variant,
        first=calls if when == "first" else None,
        nth=calls if when == "nth" else None,
        field=form.text("field") or None,
        amount=float(amount),
    )


def _network_first(item: tuple[str, tuple[str, ...]]) -> tuple[bool, str]:
    return item[0].startswith("D"), item[0]
