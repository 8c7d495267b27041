"""What is said under an attribute's row, and what can be pressed there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from psconnect.desktop.text import tr
from psconnect.desktop.wizard import template_text
from psconnect.desktop.wizard.pages.attribute_row import Advice
from psconnect.desktop.wizard.steps.attributes import doubtful_field
from psconnect.desktop.wizard.steps.spec import told
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase
from psconnect.service import AttributeSetting, EntitySettings

_Action = tuple[str, Callable[[], object]]
_WRITTEN = ("name", "full_name")


@dataclass(frozen=True)
class Adviser:
    """Words the advice of one page.

    Attributes:
        change: takes key and template of a row that was mended by a press.
        reset: takes the key of a row that goes back to the preset's template.
        find: opens the field finder; None where there is none.
        build: opens the plugin's page; None where there is none.
    """

    change: Callable[[str, str], object]
    reset: Callable[[str], object]
    find: Callable[[], object] | None = None
    build: Callable[[], object] | None = None

    def about(
        self, one: AttributeSetting, missing: str, read: Collection[str] | None, *, opened: bool, seen: bool
    ) -> list[Advice]:
        """What to say of an attribute.

        ``missing`` is a sentence for one that has to be filled and is not. ``read`` are the fields, in small letters,
        that were read; None while nothing was. An ``opened`` one that nobody has left yet is not told its mistakes.
        """
        found: list[Advice] = []
        if one.error and (seen or not opened):
            found.append(self._mistake(one.attribute, one.text, one.error))
        elif missing and (seen or not opened):
            found.append(Advice(missing))
        elif not one.error:
            found += [self._doubt(one, *doubt) for doubt in one.unlisted.items()]
            found += [self._unread(name) for name in one.fields if read is not None and name.lower() not in read]
        if one.own and opened:
            default = one.default or tr("nothing")
            back: _Action = (tr("Back to the preset’s value"), partial(self.reset, one.attribute))
            found.append(Advice(tr("The preset says: {template}", template=default), "", (back,)))
        return found

    def custom(self, key: str, entity: EntitySettings) -> Advice:
        """What to say of custom fields that can't be used."""
        error = entity.custom_error
        return self._mistake(key, entity.custom, error) if error else Advice("")

    def _mistake(self, key: str, text: str, error: FixSettings) -> Advice:
        wrong, right = nearest_of(error)
        use = [self._use(key, text, wrong, right)] if right else []
        return Advice(told(error), "bad", (*use, *self._finding()))

    def _doubt(self, one: AttributeSetting, name: str, nearest: str) -> Advice:
        # As it stands in the template: with its table, or without.
        alone = name.partition(".")[2]
        wrong = name if name.lower() in one.text.lower() else alone
        use = [self._use(one.attribute, one.text, wrong, nearest)] if nearest else []
        return Advice(doubtful_field(name, nearest), "warning", (*use, *self._finding()))

    def _unread(self, name: str) -> Advice:
        text = tr("{field} was not read: the plugin in PowerSchool does not ask for it yet. Build it anew.", field=name)
        return Advice(text, "warning", ((tr("Open Plugin"), self.build),) if self.build else ())

    def _use(self, key: str, text: str, wrong: str, right: str) -> _Action:
        return tr("Use it"), lambda: self.change(key, template_text.replaced(text, wrong, right))

    def _finding(self) -> tuple[_Action, ...]:
        return ((tr("Find a field …"), self.find),) if self.find else ()


def nearest_of(error: FixSettings) -> tuple[str, str]:
    """What is wrong in a template as it is written, and what was perhaps meant; empty texts where nothing is near."""
    hint = error.values.get("hint")
    wrong = next((str(error.values[name]) for name in _WRITTEN if name in error.values), "")
    if isinstance(hint, Phrase) and hint.key == "did-you-mean" and wrong:
        return wrong, str(hint.values["name"])
    return "", ""
