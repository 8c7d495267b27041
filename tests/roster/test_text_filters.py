"""The filters behind a field in a template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.errors import FixSettings
from psconnect.roster.text_filters import ELSE, NAMES, change_of, parse_filter, to_ascii
from psconnect.wording.errors import word

WHERE = "mapping.student.username"


def made(text: str, value: str) -> str:
    change = change_of(parse_filter(text, WHERE, []))
    assert change is not None
    return change(value)


@pytest.mark.parametrize(
    ("text", "value", "becomes"),
    [
        ("lower", "ÄBC", "äbc"),
        ("upper", "äbc", "ÄBC"),
        ("title", "maria DE la cruz", "Maria De La Cruz"),
        ("trim", " x ", "x"),
        (" trim ", " x ", "x"),
        ("visible", " \u200b", ""),
        ("ascii", "Zoë Nuñez-O’Brien", "Zoe Nunez-OBrien"),
        ("ascii", "Straße Łódź Þór Ærø", "Strasse Lodz Thor AEro"),
        ("ascii", "Nguyễn Thị Đào", "Nguyen Thi Dao"),
        ("ascii", "王", ""),
        ("digits", "(555) 010-2233 ٣", "5550102233"),
        ("alnum", "O'Brien-Smith 2", "OBrienSmith2"),
        ("first", "Maria", "M"),
        ("first:3", "Maria", "Mar"),
        ("first: 3 ", "Maria", "Mar"),
        ("first:9", "Maria", "Maria"),
        ("first", "", ""),
        ("last", "12345", "5"),
        ("last:4", "12345", "2345"),
        ("last:9", "12345", "12345"),
        ("pad:6", "123", "000123"),
        ("pad:2", "123", "123"),
        ("pad:6", "", ""),
        ("default:none", "", "none"),
        ("default:none", " \u200b", "none"),
        ("default:none", "x", "x"),
        ("default: a b ", "", " a b "),
        ("before:@", "jo@x.org", "jo"),
        ("before:@", "jo", "jo"),
        ("after:@", "jo@x.org", "x.org"),
        ("after:@", "jo", ""),
    ],
)
def test_what_it_makes(text: str, value: str, becomes: str) -> None:
    assert made(text, value) == becomes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lowr", "There is no filter “lowr”."),
        ("lower:3", "The filter “lower” takes nothing after a colon."),
        ("default", "The filter “default” needs a text after a colon."),
        ("before:", "The filter “before” needs a text after a colon."),
        ("pad", "The filter “pad” needs a number after a colon."),
        ("first:0", "The filter “first” needs a number after a colon."),
        ("first:x", "The filter “first” needs a number after a colon."),
        ("first:1001", "The filter “first” needs a number after a colon."),
        ("grade:1", "The filter “grade” takes nothing after a colon."),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        parse_filter(text, WHERE, ["grade"])
    assert word(refused.value).happened == says
    assert refused.value.where == WHERE


def test_the_nearest_filter_is_named_value_lists_included() -> None:
    for wrong, right in (("uper", "upper"), ("grad", "grade"), ("defalt", "default")):
        with pytest.raises(FixSettings) as refused:
            parse_filter(wrong, WHERE, ["grade"])
        assert word(refused.value).to_do == f"Did you mean “{right}”?"


def test_a_value_list_has_no_change_of_its_own() -> None:
    assert change_of(parse_filter("grade", WHERE, ["grade"])) is None


@given(st.text())
def test_ascii_is_ascii_and_stays_so(text: str) -> None:
    plain = to_ascii(text)
    assert plain.isascii()
    assert to_ascii(plain) == plain


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("default", ELSE)])
def test_only_default_makes_something_of_nothing(name: str) -> None:
    argument = {"before": ":x", "after": ":x", "pad": ":3"}.get(name, "")
    assert made(name + argument, "") == ""
