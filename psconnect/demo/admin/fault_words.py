"""What each fault does, in a sentence, for the switchboard (the ids are those of docs/faults.md)."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "N01": "The name of the server is not found",
    "N02": "The server does not answer in time",
    "N03": "The connection breaks off before or inside an answer",
    "N04": "The answer is cut short",
    "N05": "The answer comes one byte at a time",
    "N06": "A web page comes instead of data",
    "N07": "The call is redirected elsewhere",
    "N08": "The token is refused once",
    "N09": "The sign-in is refused for good",
    "N10": "Access to a field is refused",
    "N11": "The plugin’s query is gone",
    "N12": "Too many requests",
    "N13": "The server fails (5xx)",
    "N14": "The certificate is wrong",
    "N15": "The private certificate authority was changed",
    "N16": "The answer is far too large",
    "N17": "The answer is JSON that no parser should swallow",
    "N18": "The token has expired already",
    "N19": "The network changes on the way",
    "N20": "Another sign-in makes the token void",
    "D01": "A row comes twice",
    "D02": "A row comes twice, with different values",
    "D03": "Rows come or go while pages are read",
    "D04": "A row moves to an earlier page",
    "D05": "The count is not that of the rows",
    "D06": "A page in the middle is empty",
    "D07": "A table is suddenly empty",
    "D08": "A field is missing or of another type",
    "D09": "A required field is empty",
    "D10": "An enrollment points to nothing",
    "D11": "Impossible dates and numbers",
    "D12": "Damaged or invisible characters",
    "D13": "Values that are far too long",
    "D14": "Names in many scripts, and words that look like values",
    "D15": "Values that a spreadsheet takes for formulas",
    "D16": "A school’s name that looks like a path",
    "D17": "Markup inside a name",
    "D18": "Dates in unusual forms",
    "D19": "The number of a deleted row comes back",
    "D20": "Many times the expected rows",
    "D21": "Rows change without a sign of it",
    "D22": "A school is added or renumbered",
}


def words(fault: str) -> str:
    """The sentence about a fault, or its id if there is none."""
    return WORDS.get(fault, fault)
