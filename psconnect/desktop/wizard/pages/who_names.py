"""*Names and sign-in*: made user names, e-mail domains, prefixes, and what each run reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QSizePolicy, QWidget

from psconnect.desktop.text import entity_label, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, column, line, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.steps.who_checks import first_wrong_domain
from psconnect.desktop.wizard.steps.who_part import WhoPart, typed_list
from psconnect.model.errors import FixSettings
from psconnect.service import domain_within, made_usernames

_PEOPLE = ("student", "teacher", "admin", "contact")
_USUAL = "{givenName|first|ascii|lower}{familyName|ascii|lower|alnum}"
_PREFIXES = ("id_prefix", "username_prefix", "course_prefix")


class NamesCard(Card):
    """``take`` gets what is typed, as fields of the part; ``fixed`` are choices that the source leaves nobody."""

    def __init__(self, page: StepPage, take: Callable[..., None], fixed: frozenset[str]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Names and sign-in"))
        self._page, self._take = page, take
        self.rows: dict[str, FormRow] = {}
        self.patterns: dict[str, QLineEdit] = {}
        self.domains: dict[str, QLineEdit] = {}
        self.prefixes: dict[str, QLineEdit] = {}
        self.body.setSpacing(SPACE_M)
        head = Label(tr("No field added"), "help", wrap=False)
        self.add(row(wide(Label(tr("Names and sign-in"), "heading")), head))
        self.add(line())
        self.add(self._usernames())
        self.add(line())
        self.add(self._sign_in())
        self.add(line())
        self.add(self._prefixes())
        self.compare: dict[str, QRadioButton] = {}
        if "compare" not in fixed:
            self.add(line())
            self.add(self._reading())
        self.body.addStretch(1)

    def _usernames(self) -> QWidget:
        self.make = Switch(tr("Make missing user names"))
        self.make.clicked.connect(self._switch)
        for key in _PEOPLE:
            name = f"usernames.{key}"
            edit = self._page.line(name, entity_label(key), partial(self._type_pattern, key), example=_USUAL)
            edit.setProperty("look", "code")
            edit.setAccessibleName(tr("Pattern of user names: {people}", people=entity_label(key)))
            self.patterns[key], self.rows[name] = edit, self._page.rows[name]
        self.holder = column(*(self.rows[f"usernames.{key}"] for key in _PEOPLE), spacing=SPACE_S)
        self.made = OptionRow(self.make, self.make.accessibleName(), below=self.holder, figure=False)
        self._page.mark("usernames", self.make)
        return self.made

    def _sign_in(self) -> QWidget:
        parts: list[QWidget] = [Label(tr("Sign-in by email domain"), "strong")]
        self.meant = {}
        words = {"google": tr("Google"), "microsoft": tr("Microsoft")}
        for kind, label in words.items():
            edit = self._page.line(kind, label, partial(self._type, kind), example="students.lincoln.org")
            edit.setAccessibleName(tr("Email domains of {kind} accounts", kind=label))
            self.domains[kind], self.rows[kind] = edit, self._page.rows[kind]
            self.meant[kind] = link("", partial(self._use_meant, kind))
            self.meant[kind].setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self.meant[kind].hide()
            parts += [self.rows[kind], self.meant[kind]]
        parts.append(Label(tr("Set once for each person. A later run never changes it back."), "help"))
        return column(*parts, spacing=SPACE_S)

    def _prefixes(self) -> QWidget:
        words = {"id_prefix": tr("Ids"), "username_prefix": tr("User names"), "course_prefix": tr("Courses")}
        names = {
            "id_prefix": tr("Prefix of ids"),
            "username_prefix": tr("Prefix of user names"),
            "course_prefix": tr("Prefix of course numbers"),
        }
        for name in _PREFIXES:
            edit = self._page.line(name, words[name], partial(self._type, name))
            edit.setPlaceholderText(tr("none"))
            edit.setAccessibleName(names[name])
            self.prefixes[name], self.rows[name] = edit, self._page.rows[name]
        self._page.mark("prefix", self.rows["id_prefix"])
        text = tr("Only where two PowerSchool servers share one destination. Fixed once delivered.")
        fields = row(*(wide(self.rows[name]) for name in _PREFIXES))
        return column(Label(tr("Prefixes"), "strong"), fields, Label(text, "help"), spacing=SPACE_S)

    def _reading(self) -> QWidget:
        group = QButtonGroup(self)
        words = {"bulk": tr("Everything"), "incremental": tr("Only what changed")}
        for key, text in words.items():
            box = QRadioButton(text)
            box.setAccessibleName(tr("Read in each run: {choice}", choice=text))
            box.clicked.connect(lambda _on=True, key=key: self._take(compare=key))
            group.addButton(box)
            self.compare[key] = box
        boxes = column(Label(tr("Read in each run"), "strong"), row(*self.compare.values(), 1), spacing=SPACE_XS)
        self.reading = Label("", "help")
        made = column(boxes, self.reading, spacing=SPACE_S)
        made.setAccessibleName(tr("Read in each run"))
        made.setFocusProxy(self.compare["bulk"])
        self._page.mark("compare", made)
        return made

    # --- changing ------------------------------------------------------------------------------------------------

    @property
    def _part(self) -> WhoPart:
        return self._page.session.draft.of(WhoPart)

    def _switch(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        part = self._part
        usernames = part.usernames
        if on and not any(usernames.get(key, "").strip() for key in part.people):
            usernames = {**usernames, "student": _USUAL}
        self._take(make_usernames=on, usernames=usernames)

    def _type(self, name: str, text: str) -> None:
        self._take(**{name: text})

    def _type_pattern(self, key: str, text: str) -> None:
        self._take(usernames={**self._part.usernames, key: text})

    def _use_meant(self, kind: str) -> None:
        wrong, parts = first_wrong_domain(self.domains[kind].text()), typed_list(self.domains[kind].text())
        mended = dict.fromkeys(domain_within(one) if one == wrong else one for one in parts)
        self._take(**{kind: ", ".join(mended)})
        self.domains[kind].setFocus()

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self, draft: Draft) -> None:
        """Show what is typed, and what it comes to."""
        part = draft.of(WhoPart)
        self.make.setChecked(part.make_usernames)
        self.holder.setVisible(part.make_usernames)
        for key, edit in self.patterns.items():
            show_text(edit, part.usernames.get(key, ""))
            shown = self.rows[f"usernames.{key}"]
            shown.setVisible(key in part.people)
            shown.set_help(_example(key, part))
        self.made.set_help("" if part.make_usernames else tr("Off: who has none is left out where one is needed."))
        for kind, edit in self.domains.items():
            show_text(edit, getattr(part, kind))
        for name, edit in self.prefixes.items():
            show_text(edit, getattr(part, name))
        for key, box in self.compare.items():
            box.setChecked(key == part.compare)
        if self.compare:
            everything = tr("Every run reads all records.")
            changed = tr("Same result, fewer calls. Once a week everything is read.")
            self.reading.setText(everything if part.compare == "bulk" else changed)

    def show_meant(self) -> None:
        """Offer the domain that was probably meant, under an error that is shown."""
        for kind, button in self.meant.items():
            meant = domain_within(first_wrong_domain(self.domains[kind].text())) if self.rows[kind].error else ""
            button.setText(tr("Use {domain}", domain=meant) if meant else "")
            button.setVisible(bool(meant))


def _example(key: str, part: WhoPart) -> str:
    pattern = part.usernames.get(key, "").strip()
    if not pattern:
        return tr("Empty: none are made.")
    try:
        first, second = made_usernames(key, pattern, part.username_prefix.strip())
    except FixSettings:
        return ""
    if not first:
        return tr("Gives nothing for Maya Okafor.")
    return tr("Maya Okafor becomes {first}, a second one {second}.", first=first, second=second)
