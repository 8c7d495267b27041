"""Templates: how an attribute is made of fields."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.errors import FixSettings
from psconnect.roster.templates import (
    FieldPart,
    Template,
    alternatives,
    compile_template,
    one_field,
    parse,
    template_text,
)
from psconnect.roster.text_filters import TextFilter, looks_empty
from psconnect.wording.errors import word

LISTS = {"grade": {"0": "KG", "1": "01", "*": "Other"}, "flag": {"1": "true"}, "shout": {"": "nobody", "*": "somebody"}}
WHERE = "mapping.student.username"


def value(text: str, **fields: str) -> str:
    """What a template makes of ``T.A``, ``T.B`` …, given as ``a``, ``b`` …"""
    row = SimpleNamespace(**{"a": "", "b": "", **fields})
    template = parse(text, WHERE, LISTS)
    return compile_template(template, lambda name: name.partition(".")[2].lower(), LISTS)(row)


@pytest.mark.parametrize(
    ("text", "fields", "made"),
    [
        ("", {}, ""),
        ("fixed", {}, "fixed"),
        ("{T.A}", {"a": " x "}, " x "),
        ("{ T.A | trim }", {"a": " x "}, "x"),
        ("{T.A|lower}", {"a": "ÄBC"}, "äbc"),
        ("{T.A|upper}", {"a": "äbc"}, "ÄBC"),
        ("{T.A|trim|upper|lower}", {"a": " X "}, "x"),
        ("{T.A|grade}", {"a": "0"}, "KG"),
        ("{T.A|grade}", {"a": "99"}, "Other"),
        ("{T.A|grade}", {"a": ""}, ""),
        ("{T.A|flag}", {"a": "7"}, ""),
        ("{T.A|trim|grade}", {"a": " 1 "}, "01"),
        ("{T.A|shout}", {"a": ""}, "nobody"),
        ("{T.A|visible}", {"a": " \u200b"}, ""),
        ("{T.A|visible}", {"a": " x"}, " x"),
        ("{T.A|else:T.B}", {"a": "x", "b": "y"}, "x"),
        ("{T.A|else:T.B}", {"b": "y"}, "y"),
        ("{T.A|else:T.B}", {"a": " \u200b", "b": "y"}, "y"),
        ("{T.A|else:T.B}", {}, ""),
        ("{T.A|else:{T.B}}", {"b": "y"}, "y"),
        ("{T.A | else : { T.B } | upper}", {"b": "y"}, "Y"),
        ("{T.A|lower|else:T.B|first}", {"b": "Yes"}, "Y"),
        ("{T.A|before:@|else:T.B}", {"a": "@x", "b": "Y"}, "Y"),
        ("{T.A|flag|else:T.B|default:none}", {"a": "9"}, "none"),
        ("{T.A|else:T.B} ({T.B})", {"b": "y"}, "y (y)"),
        ("{T.A|default:n/a}", {}, "n/a"),
        ("{T.A|default:a.b@x.org}", {}, "a.b@x.org"),
        ("{T.A|email}", {"a": "mailto:mia@example.org;"}, "mia@example.org"),
        ("{T.A|email|else:T.B}", {"a": "N/A", "b": "y"}, "y"),
        ("{T.A|grade}", {"a": " 0 "}, "KG"),
        ("{T.A}{T.B}", {"a": "x", "b": "y"}, "xy"),
        ("{T.A} ({T.B})", {"a": "Algebra", "b": "3"}, "Algebra (3)"),
        ("{T.A} ({T.B})", {"a": "Algebra"}, "Algebra ()"),
        ("{T.A} ({T.B})", {}, ""),
        ("C{T.A}", {"a": "5"}, "C5"),
        ("C{T.A}", {}, ""),
        ("{T.A}@x.org", {"a": "=cmd|' /C'"}, "=cmd|' /C'@x.org"),
        ("{T.A|flag}-{T.B|flag}", {"a": "0", "b": "0"}, ""),
        ("{T.A}", {"a": "{T.B}", "b": "no"}, "{T.B}"),
    ],
)
def test_what_a_template_makes(text: str, fields: dict[str, str], made: str) -> None:
    assert value(text, **fields) == made


@pytest.mark.parametrize(
    ("text", "says", "to_do"),
    [
        ("{T.A", "a brace is not closed", "Students.First_Name"),
        ("T.A}", "a brace is closed that was not opened", "Students.First_Name"),
        ("{T.A}}", "In “{T.A}}” a brace is closed that was not opened", "Students.First_Name"),
        ("{{T.A}}", "there are braces within braces", "Students.First_Name"),
        ("{T.A|default:{T.B}}", "there are braces within braces", "Students.First_Name"),
        ("{}", "“” is not a field", "Table.Field"),
        ("{First_Name}", "“First_Name” is not a field", "Table.Field"),
        ("{Students.First Name}", "is not a field", "Table.Field"),
        ("{a.b.c}", "is not a field", "Table.Field"),
        ("{T.A;DROP TABLE x}", "is not a field", "Table.Field"),
        ("{T.A|lowr}", "no filter “lowr”", "Did you mean “lower”?"),
        ("{T.A|grades}", "no filter “grades”", "Did you mean “grade”?"),
        ("{T.A|}", "In “{T.A|}” nothing follows a bar", "{A|else:B}"),
        ("{T.A||T.B}", "In “{T.A||T.B}” there are two bars in a row", "{A|else:B}"),
        ("{T.A| |lower}", "nothing follows a bar", "{A|else:B}"),
        ("{T.A|else}", "“else” needs a field after it", "{A|else:Students.First_Name}"),
        ("{T.A|else:}", "“else” needs a field after it", "{A|else:Students.First_Name}"),
        ("{T.A|else:nobody}", "“nobody” is not a field", "Table.Field"),
        ("{T.A|default:Students.First_Name}", "“Students.First_Name” looks like a field", "else:Students.First_Name"),
        ("{T.A|default: T.B }", "“T.B” looks like a field", "Write else:T.B to fall back on that field."),
        ("{T.A|lower|Qqq}", "no filter “Qqq”", "Known: "),
    ],
)
def test_a_template_that_can_not_be_read(text: str, says: str, to_do: str) -> None:
    with pytest.raises(FixSettings) as caught:
        parse(text, WHERE, LISTS)
    assert (caught.value.code, caught.value.where) == ("PSC-MAPPING-TEMPLATE", WHERE)
    assert says in word(caught.value).happened
    assert to_do in word(caught.value).to_do


def test_the_fields_of_a_template() -> None:
    template = parse("{T.A|lower} x {T.B}{T.A}", WHERE, LISTS)
    assert template.fields == ["T.A", "T.B", "T.A"]
    assert parse("{T.A|else:T.B|else:T.C}", WHERE, LISTS).fields == ["T.A", "T.B", "T.C"]
    assert template.parts[0] == FieldPart("T.A", (TextFilter("lower"),))


def test_a_template_that_is_one_field() -> None:
    plain = one_field(parse("{T.A}", WHERE, LISTS), LISTS)
    assert plain is not None
    assert (plain.field, plain.change) == ("T.A", None)
    twice = one_field(parse("{T.A|trim|grade}", WHERE, LISTS), LISTS)
    assert twice is not None
    assert twice.change is not None
    assert twice.change(" 0 ") == "KG"
    for other in ("", "x", "{T.A}x", "{T.A}{T.B}", "{T.A|else:T.B}"):
        assert one_field(parse(other, WHERE, LISTS), LISTS) is None
    assert one_field(Template(()), LISTS) is None


@given(st.text(alphabet=st.characters(exclude_characters="{}")), st.text(), st.text())
def test_fixed_text_is_exact_and_never_stands_alone(fixed: str, a: str, b: str) -> None:
    assert value(fixed, a=a) == fixed
    assert value(f"{fixed}{{T.A}}", a=a) == (fixed + a if a else "")
    assert value(f"{{T.A}}{fixed}{{T.B}}", a=a, b=b) == (a + fixed + b if a or b else "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\t\r\n",
        "\u00a0",
        "\u200b",
        "\u200b\u200d\u2060",
        "\ufeff",
        "\x00",
        "\x1f",
        "\u202e",
        "\u3000 \u2003",
        "\u00ad",
    ],
)
def test_what_looks_empty(text: str) -> None:
    assert looks_empty(text)
    assert not looks_empty(text + "a")
    assert not looks_empty(text + ".")


@pytest.mark.parametrize("text", ["0", "-", "é", "e\u0301", "李", "😀", "א", " x", "\u200bx", ".", "\u202ex"])
def test_what_does_not_look_empty(text: str) -> None:
    assert not looks_empty(text)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("{T.A}", ["{T.A}"]),
        ("{T.A|trim|else:T.B|lower}", ["{T.A|trim|lower}", "{T.B|lower}"]),
        ("{T.A|else:{T.B}|first:3|else:T.C}", ["{T.A|first:3}", "{T.B|first:3}", "{T.C}"]),
        ("{T.A|else:T.B}@x", ["{T.A|else:T.B}@x"]),
        ("fixed", ["fixed"]),
        ("", [""]),
    ],
)
def test_the_fields_that_a_template_can_take_its_value_from(text: str, texts: list[str]) -> None:
    found = alternatives(parse(text, WHERE, LISTS))
    assert [template_text(one) for one in found] == texts
    assert [parse(one, WHERE, LISTS) for one in texts] == found
