"""Which of several logins a member of staff is delivered with, run after run."""

from __future__ import annotations

from psconnect.model.staff_usernames import Login, StaffNames

KEY = 64
TEACHERS, OFFICE = "{Users.TeacherLoginID}", "{Users.LoginID}"


def both(teacher: str, office: str) -> list[Login]:
    """The logins where both kinds of staff prefer the teachers' portal."""
    return [
        Login(kind, template, value)
        for kind in ("teacher", "admin")
        for template, value in ((TEACHERS, teacher), (OFFICE, office))
    ]


def apart(teacher: str, office: str) -> list[Login]:
    """The logins where each kind is mapped to its own."""
    return [Login("teacher", TEACHERS, teacher), Login("admin", OFFICE, office)]


def chosen(names: StaffNames, kind: str, logins: list[Login], key: int = KEY) -> str:
    """The user name where the mapping gives the first login of the kind."""
    mapped = next((one.value for one in logins if one.kind == kind and one.value), "")
    return names.choose(key, kind, logins, mapped)


def test_who_was_never_delivered_has_the_login_that_is_mapped() -> None:
    assert chosen(StaffNames(), "teacher", both("kim", "kpark")) == "kim"
    assert chosen(StaffNames(), "admin", both("", "kpark")) == "kpark"
    assert chosen(StaffNames(), "admin", apart("kim", "")) == "", "the other kind's is not theirs"
    assert StaffNames().choose(KEY, "admin", both("kim", "kpark"), "made.up") == "made.up"


def test_the_login_that_was_delivered_stays_when_another_is_added() -> None:
    names = StaffNames({KEY: ("admin", "kpark")})
    assert chosen(names, "admin", both("kim", "kpark")) == "kpark"
    assert chosen(names, "teacher", both("kim", "kpark")) == "kpark"
    assert names.sources == {KEY: f"teacher {OFFICE}"}


def test_a_corrected_login_is_delivered() -> None:
    names = StaffNames({KEY: ("admin", "kpark")}, {}, {KEY: f"admin {OFFICE}"})
    assert chosen(names, "admin", both("kim", "k.park")) == "k.park"
    assert chosen(names, "admin", both("kim", "")) == "kim", "an empty one is left for the next"


def test_the_other_kinds_login_stays_with_who_was_delivered_by_it() -> None:
    names = StaffNames({KEY: ("teacher", "kim")})
    assert chosen(names, "admin", apart("kim", "kpark")) == "kim"
    assert names.sources == {KEY: f"teacher {TEACHERS}"}
    later = StaffNames({KEY: ("admin", "kim")}, {}, names.sources)
    assert chosen(later, "admin", apart("kim", "kpark")) == "kim"
    assert chosen(later, "admin", apart("k.park", "kpark")) == "k.park"


def test_a_changed_mapping_counts_for_who_was_delivered_before() -> None:
    names = StaffNames({KEY: ("admin", "kpark")}, {}, {KEY: f"admin {OFFICE}"})
    mapped = [*both("kim", "kpark")[:2], Login("admin", "{Users.Email_Addr}", "kim@example.org")]
    assert chosen(names, "admin", mapped) == "kim@example.org"


def test_who_was_a_teacher_follows_the_mapping_of_other_staff_where_it_was_the_same() -> None:
    names = StaffNames({KEY: ("teacher", "kim")})
    assert chosen(names, "admin", both("kim", "kpark")) == "kim"
    mapped = [*both("kim", "kpark")[:2], Login("admin", "{Users.Email_Addr}", "kim@example.org")]
    later = StaffNames({KEY: ("admin", "kim")}, {}, names.sources)
    assert chosen(later, "admin", mapped) == "kim@example.org"


def test_what_was_given_stays_with_who_was_delivered_by_it_alone() -> None:
    names = StaffNames({KEY: ("teacher", "kpark2")}, {KEY: "kpark2", 65: "lee"})
    assert chosen(names, "admin", both("", "")) == "kpark2"
    assert chosen(names, "admin", both("", "own")) == "own", "one of their own wins"
    assert chosen(names, "admin", both("", ""), 65) == ""
