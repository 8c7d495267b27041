"""The functions that change a field's value in a template, with what they do. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.wording.catalogue import marked, translated


@dataclass(frozen=True)
class TemplateFunction:
    """A function: what is written into the template, and what it does."""

    written: str
    _meaning: str

    @property
    def name(self) -> str:
        """Its name alone."""
        return self.written.partition(":")[0]

    @property
    def meaning(self) -> str:
        """What it does, in a few words."""
        return translated(self._meaning)


FUNCTIONS = (
    TemplateFunction("lower", marked("small letters")),
    TemplateFunction("upper", marked("CAPITAL LETTERS")),
    TemplateFunction("title", marked("Capitalized Words")),
    TemplateFunction("trim", marked("without blanks around")),
    TemplateFunction("visible", marked("nothing, if only blanks are there")),
    TemplateFunction("ascii", marked("plain letters: Zoë becomes Zoe")),
    TemplateFunction("digits", marked("only the digits")),
    TemplateFunction("alnum", marked("only letters and digits")),
    TemplateFunction("email", marked("the e-mail address in a text")),
    TemplateFunction("before:@", marked("what stands before the @")),
    TemplateFunction("after:@", marked("what stands after the @")),
    TemplateFunction("first:1", marked("the first character, or more")),
    TemplateFunction("last:4", marked("the last characters")),
    TemplateFunction("pad:6", marked("leading zeros up to six characters")),
    TemplateFunction("default:none", marked("a fixed text, if the field is empty")),
    TemplateFunction("else:", marked("another field, if this one is empty")),
)
