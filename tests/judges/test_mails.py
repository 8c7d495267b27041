"""The judge of mails rejects whatever is wrong with one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from psconnect.mail import Mail, mail_message
from tests.judges.mails import findings

SENDER, OFFICE = "psconnect@lincoln.example", "office@lincoln.example"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title>
<style>:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { .a { color: #fff } }</style></head>
<body><h1>Delivered: 12 records</h1><p style="color: #111">All of it went well today.</p></body></html>"""
TEXT = "Delivered: 12 records\n\nAll of it went well today."


def content(text: str = TEXT, page: str = PAGE, to: str = OFFICE) -> bytes:
    mail = Mail("Lincoln: 12 records", text, page)
    return mail_message(mail, SENDER, [to], datetime(2026, 11, 30, 5, 30, tzinfo=UTC)).as_bytes()


def judged(mail: bytes, **more: Any) -> list[str]:
    return findings(mail, (SENDER, OFFICE), **more)


def test_a_good_mail_has_nothing_wrong() -> None:
    assert judged(content()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\r\nTo: ", b"\r\nBcc: a@b.example\r\nTo: "),
        (b"\r\nSubject: ", b"\r\nSubject: x\r\nSubject: "),
        (b"\r\nDate: ", b"\r\nX-Date: "),
        (b"\r\nMessage-ID: ", b"\r\nX-ID: "),
        (b"auto-generated", b"no"),
        (b"\r\n", b"\n"),
        (b"text/plain", b"text/enriched"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"+0000", b""),
        (b"\r\nTo: ", b"\r\nwhat\r\nTo: "),
        (b'charset="utf-8"', b'charset="latin-1"'),
        (b"Delivered: 12", b"Delivered: 13"),
        (b"office@lincoln.example", b"student@lincoln.example"),
    ],
)
def test_a_mail_that_was_altered_is_rejected(before: bytes, after: bytes) -> None:
    good = content()
    assert before in good
    assert judged(good.replace(before, after, 1 if before != b"\r\n" else -1))


@pytest.mark.parametrize(
    "added",
    [
        '<img src="https://x.example/p.gif">',
        '<p style="background: url(https://x.example/p.gif)">x</p>',
        '<a href="https://x.example">x</a>',
        "<script>1</script>",
        '<p onclick="x">x</p>',
        "<p>",
        "<h1>again</h1>",
        "<p>student@lincoln.example</p>",
        "<p>4711</p>",
    ],
)
def test_a_page_that_loads_leads_away_or_says_more_is_rejected(added: str) -> None:
    assert judged(content(page=PAGE.replace("</body>", f"{added}</body>")))


def test_a_planted_name_is_found_however_it_is_encoded() -> None:
    mail = content(text=f"{TEXT} Çağla Örnek", page=PAGE.replace("well", "well Çağla Örnek"))
    assert judged(mail) == []
    assert judged(mail, canaries=["Çağla Örnek"])


def test_a_page_without_colours_for_the_dark_is_rejected() -> None:
    assert judged(content(page=PAGE.replace("color-scheme", "x")))
