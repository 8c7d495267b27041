"""Errors of mappings, filter rules and patterns of user names."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_BARS = marked("Write one filter after each bar, and another field to fall back on like {{A|else:B}}.")


def _mapping(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("A mapping can’t be used"), happened, to_do)


TEXTS = {
    "PSC-FILTER-ENTITY": ErrorTexts(
        marked("This can’t be filtered"), marked("“{entity}” can’t have filter rules."), marked("{hint}")
    ),
    "PSC-FILTER-NOT-READ": ErrorTexts(
        marked("Nothing to filter"),
        marked("{entity:Records} are not read with the connection’s choices."),
        marked("Set options.parents to portal or all first."),
        window=marked("Choose contacts under Settings, Who and what first."),
    ),
    "PSC-MAPPING-ATTRIBUTE": ErrorTexts(
        marked("An unknown attribute is mapped"),
        marked("{entity:Records} have no attribute “{attribute}” that can be mapped."),
        marked("{hint}"),
    ),
    "PSC-MAPPING-FIELD": ErrorTexts(
        marked("A mapped field can’t be read"),
        marked("{full_name} does not belong to {entity:records}."),
        marked("{hint}"),
    ),
    "PSC-MAPPING-TEMPLATE/default-delivers-text": ErrorTexts(
        marked("A mapping can’t be used"),
        marked("“default:” delivers the text after it as it is, and “{text}” looks like a field."),
        marked("Write else:{text} to fall back on that field."),
    ),
    "PSC-MAPPING-TEMPLATE/else": ErrorTexts(
        marked("A mapping can’t be used"),
        marked("“else” needs a field after it."),
        marked("Write it like {{A|else:Students.First_Name}}."),
    ),
    "PSC-MAPPING-TEMPLATE/filter": ErrorTexts(
        marked("A mapping can’t be used"), marked("There is no filter “{name}”."), marked("{hint}")
    ),
    "PSC-MAPPING-TEMPLATE/filter-needs-text": ErrorTexts(
        marked("A mapping can’t be used"),
        marked("The filter “{name}” needs a text after a colon."),
        marked("Write it like {name}:text."),
    ),
    "PSC-MAPPING-TEMPLATE/filter-takes-nothing": ErrorTexts(
        marked("A mapping can’t be used"),
        marked("The filter “{name}” takes nothing after a colon."),
        marked("Write only {name}."),
    ),
    "PSC-MAPPING-TEMPLATE/not-a-field": ErrorTexts(
        marked("A mapping can’t be used"),
        marked("“{name}” is not a field."),
        marked("Write a field as Table.Field, like {{Students.First_Name}}."),
    ),
    "PSC-MAPPING-TEMPLATE/oneroster-column": ErrorTexts(
        marked("A mapping can’t be used"), marked("OneRoster has no column “{name}” for this."), marked("{hint}")
    ),
    "PSC-MAPPING-TEMPLATE/table-entity": ErrorTexts(
        marked("A mapping can’t be used"), marked("There is no table “{table}” for {entity:records}."), marked("{hint}")
    ),
    "PSC-USERNAME-PATTERN/attribute": ErrorTexts(
        marked("The pattern for user names can’t be used"),
        marked("{entity:Records} have no attribute “{name}”."),
        marked("{hint}"),
    ),
    "PSC-USERNAME-PATTERN/none": ErrorTexts(
        marked("The pattern for user names can’t be used"),
        marked("It has no attribute in it, so that everybody would be called the same."),
        marked("Write it like {{givenName|first|ascii|lower}}{{familyName|ascii|lower|alnum}}"),
    ),
    "PSC-FILTER-FIELD": ErrorTexts(marked("A filter rule can’t be used"), marked("{happened}"), marked("{to_do}")),
    "PSC-MAPPING-TEMPLATE/brace-not-closed": _mapping(
        marked("In “{text}” a brace is not closed."), marked("Write fields like {{Students.First_Name}}.")
    ),
    "PSC-MAPPING-TEMPLATE/brace-not-opened": _mapping(
        marked("In “{text}” a brace is closed that was not opened."),
        marked("Write fields like {{Students.First_Name}}."),
    ),
    "PSC-MAPPING-TEMPLATE/brace-within": _mapping(
        marked("In “{text}” there are braces within braces."), marked("Write fields like {{Students.First_Name}}.")
    ),
    "PSC-MAPPING-TEMPLATE/filter-needs-number": _mapping(
        marked("The filter “{name}” needs a number after a colon."),
        marked("Write it like {name}:3, with a number from 1 to {most}."),
    ),
    "PSC-MAPPING-TEMPLATE/not-a-name": _mapping(
        marked("“{name}” is not a field."),
        marked("Write a field as Table.Field, like {{Students.First_Name}}, or its name alone."),
    ),
    "PSC-MAPPING-TEMPLATE/nothing-after-bar": _mapping(marked("In “{{{text}}}” nothing follows a bar."), _BARS),
    "PSC-MAPPING-TEMPLATE/two-bars": _mapping(marked("In “{{{text}}}” there are two bars in a row."), _BARS),
}
