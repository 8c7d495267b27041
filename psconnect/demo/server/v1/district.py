"""The district as a resource: its name and address, and its lists of codes (docs/powerschool.md 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.build import DISTRICT_UUID
from psconnect.demo.district.codes import (
    ENTRY_CODES,
    ETHNICITIES,
    EXIT_CODES,
    PAYMENT_METHODS,
    RACES,
    RESIDENCES,
    TESTS,
    Code,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psconnect.demo.server.database import Reader

#: Element and item names of each list.
DISTRICT_EXPANSIONS: Final = {
    "districts_of_residence": "district_of_residence",
    "district_race_codes": "district_race_code",
    "entry_codes": "entry_code",
    "ethnicity_race_decline_to_specify": "",
    "exit_codes": "exit_code",
    "federal_race_categories": "federal_race_category",
    "fees_payment_methods": "fees_payment_method",
    "scheduling_reporting_ethnicities": "scheduling_reporting_ethnicity",
    "test_setup": "",
}
_FEDERAL: Final = tuple(dict.fromkeys(federal for _, _, federal in RACES))


def _items(codes: Sequence[Code]) -> list[dict[str, Any]]:
    return [
        {"id": one.key, "code": one.code, "description": one.name, "sort_order": at}
        for at, one in enumerate(codes, start=1)
    ]


def _expansion(name: str) -> dict[str, Any]:
    lists = {
        "district_race_codes": [Code(71 + at, code, words) for at, (code, words, _) in enumerate(RACES)],
        "entry_codes": ENTRY_CODES,
        "exit_codes": EXIT_CODES,
        "federal_race_categories": [Code(81 + at, words, words) for at, words in enumerate(_FEDERAL)],
        "fees_payment_methods": PAYMENT_METHODS,
        "scheduling_reporting_ethnicities": ETHNICITIES,
    }
    if name == "districts_of_residence":
        places = [
            {"id": one.key, "code": one.code, "description": one.name, "district_boundary": at == 0}
            for at, one in enumerate(RESIDENCES)
        ]
        return {DISTRICT_EXPANSIONS[name]: places}
    if name == "test_setup":
        tests = [{"test_id": one.key, "test_name": one.code, "test_description": one.name} for one in TESTS]
        return {"tests": {"test": tests}}
    return {DISTRICT_EXPANSIONS[name]: _items(lists[name])} if name in lists else {}


def district_element(reader: Reader, expansions: Sequence[str]) -> dict[str, Any]:
    """The district's element with the named expansions that exist."""
    prefs = {str(name): str(value) for name, value in reader.rows("SELECT Name, Value FROM Prefs WHERE SchoolID = 0")}
    place = {
        "street": prefs.get("districtaddress"),
        "city": prefs.get("districtcity"),
        "state_province": prefs.get("districtstate"),
        "postal_code": prefs.get("districtzip"),
    }
    phones = {"main": prefs.get("districtphone"), "fax": prefs.get("districtfax")}
    element: dict[str, Any] = {
        "@expansions": ", ".join(DISTRICT_EXPANSIONS),
        "uuid": DISTRICT_UUID,
        "name": prefs.get("districtname", ""),
        "district_number": prefs.get("districtnumber", ""),
        "addresses": {"physical": {key: value for key, value in place.items() if value}},
        "phones": {kind: {"number": number} for kind, number in phones.items() if number},
    }
    element.update((name, _expansion(name)) for name in DISTRICT_EXPANSIONS if name in expansions)
    return element
