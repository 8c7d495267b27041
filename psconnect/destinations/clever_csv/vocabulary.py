"""Values as Clever's columns take them (vendor-csv 1.2, 1.3 and 8).

Each function takes a text as PowerSchool or a OneRoster mapping has it and gives the cell, or nothing where the column
takes no such value: the receiver would skip the row or the value, so it is left blank and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

Cleaner = Callable[[str], str]

_OLDEST = 13
_GRADE_WORDS = (
    *("InfantToddler", "Preschool", "PreKindergarten", "TransitionalKindergarten", "Kindergarten"),
    *("PostGraduate", "Ungraded"),
)
CLEVER_GRADES: Mapping[str, str] = {
    **{word: word for word in _GRADE_WORDS},
    "-4": "InfantToddler",
    "-3": "InfantToddler",
    "-2": "Preschool",
    "-1": "PreKindergarten",
    "0": "Kindergarten",
    **{str(number): str(number) for number in range(1, _OLDEST + 1)},
    **{f"0{number}": str(number) for number in range(1, 10)},
    **{str(number): "PostGraduate" for number in range(_OLDEST + 1, 21)},
    "IT": "InfantToddler",
    "PR": "Preschool",
    "PK": "PreKindergarten",
    "TK": "TransitionalKindergarten",
    "KG": "Kindergarten",
    "K": "Kindergarten",
    "PS": "PostGraduate",
    "UG": "Ungraded",
}
"""Clever's grade words, and from what they are made: PowerSchool's numbers and OneRoster's (CEDS) codes.

PowerSchool's 99 (graduated) is no grade.
"""


def grade_word(text: str) -> str:
    """A grade: ``9`` for ``09``, ``Kindergarten`` for ``KG`` or ``0``."""
    return CLEVER_GRADES.get(text, "")


def grade_range(text: str) -> str:
    """A section's grade: one, or a range like ``9-12``."""
    lower, dash, upper = text.partition("-")
    if dash and lower.strip() in CLEVER_GRADES and upper.strip() in CLEVER_GRADES:
        return f"{grade_word(lower.strip())}-{grade_word(upper.strip())}"
    return grade_word(text.strip())


_EXTENSION = re.compile(r"(?i)\s*(?:x|ext|#|;|,|\s/).*", re.DOTALL)
_NO_DIGITS = re.compile(r"[^0-9]+")
_LENGTHS = (10, 11)


def phone_digits(text: str) -> str:
    """Ten or eleven digits; an extension, a second number and the country code 1 are dropped."""
    digits = _NO_DIGITS.sub("", _EXTENSION.sub("", text))
    if len(digits) not in _LENGTHS:
        return ""
    return digits.removeprefix("1") if len(digits) == _LENGTHS[1] else digits


def zip_digits(text: str) -> str:
    """Five or nine digits, without a dash."""
    found = re.fullmatch(r"\s*([0-9]{5})(?:[- ]?([0-9]{4}))?\s*", text)
    return found[1] + (found[2] or "") if found else ""


def state_code(text: str) -> str:
    """Two letters."""
    state = text.strip().upper()
    return state if re.fullmatch(r"[A-Z]{2}", state) else ""


_DAYS = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})(?: .*)?"),
)
_MONTHS, _LONGEST_MONTH = 12, 31


def us_date(text: str) -> str:
    """``MM/DD/YYYY`` of ``2012-02-29`` or ``2/29/2012``."""
    for form in _DAYS:
        if found := form.fullmatch(text.strip()):
            year, month, day = (int(found[part]) for part in "ymd")
            fits = 1 <= month <= _MONTHS and 1 <= day <= _LONGEST_MONTH and year > 0
            return f"{month:02}/{day:02}/{year:04}" if fits else ""
    return ""


@lru_cache(maxsize=1_000)  # Labels and the words of code lists: few, and asked for once a student.
def same_spelling(text: str) -> str:
    """A text as it is compared where case, blanks and signs don't count."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _words(given: Mapping[str, str]) -> Cleaner:
    """A cleaner from ``cell -> other spellings, separated by blanks``; case, blanks and signs don't count."""
    known = {same_spelling(spelling): cell for cell, others in given.items() for spelling in (cell, *others.split())}
    return lambda text: known.get(same_spelling(text), "")


_yes_or_no = _words({"Y": "yes true 1", "N": "no false 0"})


def yes_or_no(text: str) -> str:
    """Y or N; PowerSchool’s −1 is neither: it was not asked."""
    return "" if text.strip().startswith("-") else _yes_or_no(text)


gender = _words({"M": "male", "F": "female", "X": "other nonbinary"})
race = _words({"A": "Asian", "B": "Black", "I": "AmericanIndian", "M": "TwoOrMoreRaces", "P": "Pacific", "W": "White"})
lunch_status = _words({"F": "free FDC", "R": "reduced RDC", "N": "paid P FULL"})
phone_type = _words({"Cell": "mobile cellular", "Home": "house", "Work": "business daytime office", "Other": ""})
staff_role = _words({"School Tech Lead": "STL"})
subject = _words(
    {
        "English/language arts": "English ELA",
        "Math": "Mathematics",
        "Science": "",
        "Social studies": "",
        "Language": "",
        "Homeroom/advisory": "Homeroom Advisory",
        "Interventions/online learning": "",
        "Technology and engineering": "",
        "PE and health": "",
        "Arts and music": "",
        "other": "",
    }
)
_LANGUAGES = """
    English en eng, Albanian sq alb sqi, Amharic am amh, Arabic ar ara, Bengali bn ben, Bosnian bs bos,
    Burmese my bur mya, Cantonese yue, Chinese zh chi zho, Dutch nl dut nld, Farsi fa per fas Persian,
    French fr fre fra, German de ger deu, Hebrew he heb, Hindi hi hin, Hmong hmn, Ilocano ilo, Japanese ja jpn,
    Javanese jv jav, Karen kar, Khmer km khm, Korean ko kor, Laotian lo lao, Malay ms may msa, Mandarin cmn,
    Nepali ne nep, Oromo om orm, Polish pl pol, Portuguese pt por, Punjabi pa pan, Romanian ro rum ron,
    Russian ru rus, Samoan sm smo, Serbian sr srp, Somali so som, Spanish es spa, Swahili sw swa,
    Tagalog tl tgl, Tamil ta tam, Telugu te tel, Thai th tha, Tigrinya ti tir, Turkish tr tur,
    Ukrainian uk ukr, Urdu ur urd, Vietnamese vi vie
"""
home_language = _words({one.split()[0]: " ".join(one.split()[1:]) for one in _LANGUAGES.split(",")})
"""Clever's list of languages, also by ISO 639 code."""


def four_digit_year(text: str) -> str:
    """A year like ``2031``."""
    return text.strip() if re.fullmatch(r"\s*(?:19|20)[0-9]{2}\s*", text) else ""


def decimal(text: str) -> str:
    """A grade average like ``3.75``."""
    return text.strip() if re.fullmatch(r"\s*[0-9]{1,3}(?:\.[0-9]{1,6})?\s*", text) else ""


_QUALIFIERS = frozenset(["step", "foster", "half", "adoptive", "biological", "maternal", "paternal", "great"])
_RELATIONS = {
    "Parent": "mother father parent mom dad mum stepmother stepfather stepparent",
    "Grandparent": "grandmother grandfather grandparent grandma grandpa",
    "Aunt/Uncle": "aunt uncle",
    "Sibling": "brother sister sibling stepbrother stepsister",
    "Self": "self",
    "Other": "other guardian relative friend neighbor cousin nanny babysitter caregiver agency doctor spouse",
}
_BY_RELATION = {word: relation for relation, words in _RELATIONS.items() for word in words.split()}
_FAMILY = frozenset({"Parent", "Grandparent", "Aunt/Uncle", "Sibling"})


def known_relation(relation: str) -> str:
    """Clever's word for a relation; empty for one that is in no list. ``Legal Guardian`` is ``Other``: none fits."""
    words = [word for word in re.findall(r"[^\W\d_]+", relation.casefold()) if word not in {*_QUALIFIERS, "legal"}]
    found = {_BY_RELATION.get(word, "") for word in words}
    return found.pop() if len(found) == 1 else ""


def contact_relation(relation: str) -> str:
    """``Contact_relationship``: what is in no list is ``Other``."""
    return (known_relation(relation) or "Other") if relation.strip() else ""


def contact_type(role: str, relation: str, emergency: str) -> str:
    """``Contact_type``, from role (parent, guardian, relative), relation and whether to call in an emergency."""
    if role in ("parent", "guardian"):
        return "Parent/Guardian"
    if emergency == "true":
        return "Emergency"
    return "Family" if known_relation(relation) in _FAMILY else "Other"
