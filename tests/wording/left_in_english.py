"""Finds English among texts of a made-up language, in which every translated text stands in brackets."""

from __future__ import annotations

import re

_ENGLISH = re.compile(
    r"\b(?:the|of|is|are|was|were|to|not|no|and|with|for|from|by|on|in|at|it|its|this|that|what|which|has|have|been|"
    r"who|runs?|records?|changes?|created|updated|removed|delivered|started|took|ok|read|"
    r"students?|teachers?|classes|enrollments?|guardians?|courses?|schools?|terms?)\b",
    re.IGNORECASE,
)
_TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
# Paths, schools and courses of the demo district, codes of errors, the connection's name, a tag of the district's.
_DATA = re.compile(
    r"(?:/[\w.+-]+)+(?: roster[\w.-]*)?|[\w-]+ (?:School|Grade)\b[^|,§]*|PSC-[\w/-]+|Lincoln roster|"
    r"psconnect-\w+-[\w.-]+|De La \w+|At, @x|Co-teacher|Lead Teacher|School Passport|"
    r"[{]?\w*[.@_]\w[\w.@|]*[}]?|\{[^{}]*…"
)


def english(text: str) -> list[str]:
    """The lines that have an English word outside of what was translated, which may be nested."""
    before = ""
    while before != text:
        before, text = text, _TRANSLATED.sub("§", text)
    return [line.strip() for line in _DATA.sub(" ", text).splitlines() if _ENGLISH.search(line)]
