"""A strict judge of mails, by the RFCs and by what a district may be sent; it shares no code with what makes them.

``findings`` names everything that is wrong with the bytes of a mail as they went over the wire.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Collection
from email.message import EmailMessage
from html.parser import HTMLParser

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type")
_ALLOWED_TAGS = frozenset(
    "html head meta title style body div p h1 h2 table tr th td bdi".split()  # noqa: SIM905 - reads best as a line
)
_ALLOWED_ATTRIBUTES = frozenset("lang charset name content style class role scope".split())  # noqa: SIM905
_LONGEST_LINE, _LONGEST_HEADER = 998, 78 * 12
_VOID = frozenset({"meta"})


def findings(
    content: bytes, allowed: Collection[str], *, canaries: Collection[str] = (), utf8: bool = False
) -> list[str]:
    """What is wrong; empty for a good mail.

    ``allowed`` are the only addresses that it may name, ``canaries`` are texts that it may not hold in any form.
    """
    found = _wire(content, utf8=utf8)
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    found += _headers(message, allowed)
    found += [f"defect: {type(one).__name__}" for part in message.walk() for one in part.defects]
    if message.get_content_type() != "multipart/alternative":
        return [*found, f"is {message.get_content_type()}"]
    parts = list(message.iter_parts())
    kinds = [part.get_content_type() for part in parts]
    if kinds != ["text/plain", "text/html"]:
        return [*found, f"parts are {kinds}"]
    found += [f"charset of {part.get_content_type()}" for part in parts if part.get_content_charset() != "utf-8"]
    found += [f"{part.get_content_type()} is attached" for part in parts if part.get_content_disposition()]
    text, page = (part.get_content() for part in parts)
    found += _page(page)
    found += _same(text, page)
    whole = "\n".join([text, page, *(f"{name}: {value}" for name, value in message.items())])
    found += [f"holds {one!r}" for one in canaries if one and (one in whole or one.encode() in content)]
    others = set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", f"{text} {page}")) - set(allowed)
    return [*found, *(f"names the address {one}" for one in sorted(others))]


def _wire(content: bytes, *, utf8: bool) -> list[str]:
    found = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        found.append("a line break that is not CRLF")
    if not content.endswith(b"\r\n"):
        found.append("no line break at the end")
    if any(len(line) > _LONGEST_LINE for line in content.split(b"\r\n")):
        found.append("a line that is too long")
    if b"\0" in content:
        found.append("a NUL")
    head = content.partition(b"\r\n\r\n")[0]
    if not utf8 and not content.isascii():
        found.append("bytes beyond ASCII")
    if any(not re.match(rb"[!-9;-~]+:|[ \t]+\S", line) for line in head.split(b"\r\n")):
        found.append("a header line that is none")
    return found


def _headers(message: EmailMessage, allowed: Collection[str]) -> list[str]:
    counts = {name: len(message.get_all(name, [])) for name in ONCE}
    found = [f"{name} is there {count} times" for name, count in counts.items() if count != 1]
    found += [f"has {name}" for name in ("Bcc", "Cc", "Reply-To", "Sender", "Resent-To") if name in message]
    if found:
        return found
    subject = str(message["Subject"])
    if not subject.strip() or not subject.isprintable() or len(subject) > _LONGEST_HEADER:
        found.append("a subject that is none")
    addresses = [one.addr_spec for name in ("From", "To") for one in message[name].addresses]
    found += [f"goes to {one}" for one in addresses if one not in allowed]
    if len(message["From"].addresses) != 1 or not message["To"].addresses:
        found.append("no sender or no recipient")
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message["Message-ID"]).strip()):
        found.append("a Message-ID that is none")
    if message["Date"].datetime is None or message["Date"].datetime.tzinfo is None:
        found.append("a date without a zone")
    if str(message["Auto-Submitted"]) != "auto-generated":
        found.append("doesn't say that a program sent it")
    return found


class _Reader(HTMLParser):
    """Reads a page and notes what a mail may not have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in _ALLOWED_TAGS:
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} has {name}" for name, _value in attrs if name not in _ALLOWED_ATTRIBUTES]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)


def _page(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = reader.found + ([f"<{reader.open[-1]}> is not closed"] if reader.open else [])
    if re.search(r"url\s*\(|@import|expression\s*\(|https?://|javascript:|cid:|data:", page, re.IGNORECASE):
        found.append("something to load or to follow")
    if reader.tags.count("h1") != 1:
        found.append("not one heading")
    if "color-scheme" not in page or "prefers-color-scheme: dark" not in page:
        found.append("no colours for the dark")
    for style in re.findall(r'style="([^"]*)"', page):
        # A mail program that darkens by itself must find a colour wherever there is a ground.
        if re.search(r"(?<!-)background(-color)?:", style) and "color: #" not in page:
            found.append("a ground without a colour")
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _same(text: str, page: str) -> list[str]:
    """Both forms say the same: every number of the one is in the other."""
    reader = _Reader()
    reader.feed(page)
    shown = " ".join(reader.text)
    numbers = re.compile(r"\d[\d,.]*\d|\d")
    of_text, of_page = set(numbers.findall(text)), set(numbers.findall(shown))
    found = [f"{one} is in the text alone" for one in sorted(of_text - of_page)]
    found += [f"{one} is in the page alone" for one in sorted(of_page - of_text)]
    if len(_words(text)) < len(_words(shown)) / 2:
        found.append("the text says much less than the page")
    return found
