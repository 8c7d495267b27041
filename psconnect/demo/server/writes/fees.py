"""``POST /ws/v1/fee/transaction(s)``: payments and refunds of fees (13.5).

The values of ``transaction_type`` are not public; the demo knows PAYMENT and REFUND.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.codes import PAYMENT_METHODS
from psconnect.demo.server.body import as_list, read_v1_object
from psconnect.demo.server.messages import Refusal, Reply
from psconnect.demo.server.quirks import version_key
from psconnect.demo.server.routes import Route
from psconnect.demo.server.v1.wire import text_of, v1_message
from psconnect.demo.server.writes.rows import BadValueError, column_rules, insert, read_value, update

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.district.rows import Value
    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_FIRST_WITH_MANY: Final = (25, 2)
#: The year 1990 has YearID 0 (16.4).
_YEAR_ZERO: Final = 1990
_TYPES: Final = ("PAYMENT", "REFUND")
_METHODS: Final = tuple(method.code for method in PAYMENT_METHODS)
#: The JSON keys, with the columns whose rules they follow; all but the description are required.
_KEYS: Final = {
    "student_id": "STUDENTID",
    "fee_id": "FEEID",
    "fee_start_year": "START_YEAR",
    "school_id": "SCHOOLID",
    "transaction_amount": "TRANSACTION_AMOUNT",
    "transaction_type": "TRANSACTION_TYPE",
    "payment_method": "PAYMENT_METHOD",
    "date": "DATE_VALUE",
    "description": "DESCRIPTION",
}


class Fees:
    """Answers writes to ``/ws/v1/fee``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks

    def routes(self) -> list[Route]:
        """The paths with their handlers."""
        return [
            Route("POST", "/ws/v1/fee/transaction", self._one, v1_level="FULL"),
            Route("POST", "/ws/v1/fee/transactions", self._many, v1_level="FULL"),
        ]

    def _one(self, request: Request, _plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        body = read_v1_object(request)
        return self._store([body.get("fee_transaction", body)])

    def _many(self, request: Request, _plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        if version_key(self._quirks().server_version) < _FIRST_WITH_MANY:
            return v1_message(404, "Resource not found")
        wrapper = read_v1_object(request).get("fee_transactions")
        return self._store(as_list(wrapper.get("fee_transaction")) if isinstance(wrapper, dict) else [])

    def _store(self, sent: list[Any]) -> Reply:
        """Store all of these transactions or none; the answer is empty."""
        if not sent:
            return v1_message(400, "The request has no fee_transaction")
        try:
            with self._district.transaction() as database:
                for one in sent:
                    _store_one(database, _read(one))
        except BadValueError as error:
            raise Refusal(v1_message(400, str(error))) from error
        return Reply(200)


def _read(body: object) -> dict[str, Value]:
    """The values of a transaction by key."""
    if not isinstance(body, dict):
        message = "A fee transaction must be an object"
        raise BadValueError(message)
    rules = column_rules("Fee_Transaction")
    values: dict[str, Value] = {}
    for key, column in _KEYS.items():
        sent = body.get(key)
        text = text_of(sent) if isinstance(sent, str | int | float) else ""
        if not text and key != "description":
            message = f"{key} is required"
            raise BadValueError(message)
        values[key] = read_value(rules[column], text)
    for key, known in (("transaction_type", _TYPES), ("payment_method", _METHODS)):
        values[key] = str(values[key]).upper()
        if values[key] not in known:
            message = f"{key} must be one of {', '.join(known)}"
            raise BadValueError(message)
    if float(values["transaction_amount"] or 0) <= 0:
        message = "transaction_amount must be more than 0"
        raise BadValueError(message)
    return values


def _store_one(database: sqlite3.Connection, values: dict[str, Value]) -> None:
    """Add a transaction to a fee and update the fee's balance.

    Raises:
        BadValueError: if the fee doesn't belong to this student, school and year.

    """
    row = database.execute(
        """SELECT f.ID, f.StudentID, f.SchoolID, f.Fee_Balance FROM Fee f JOIN Students s ON s.ID = f.StudentID
        JOIN Schools c ON c.School_Number = f.SchoolID
        WHERE f.DCID = ? AND s.DCID = ? AND c.DCID = ? AND f.YearID = ?""",
        [values["fee_id"], values["student_id"], values["school_id"], int(values["fee_start_year"] or 0) - _YEAR_ZERO],
    ).fetchone()
    if row is None:
        message = "fee_id is no fee of this student, school and year"
        raise BadValueError(message)
    fee, student, school, balance = row
    amount = float(values["transaction_amount"] or 0)
    insert(
        database,
        "Fee_Transaction",
        {
            "FeeID": fee,
            "StudentID": student,
            "SchoolID": school,
            "Start_Year": values["fee_start_year"],
            "Transaction_Amount": amount,
            "Transaction_Type": values["transaction_type"],
            "Payment_Method": values["payment_method"],
            "Date_Value": values["date"],
            "Description": values["description"],
        },
    )
    rest = round(balance - amount if values["transaction_type"] == _TYPES[0] else balance + amount, 2)
    update(database, "Fee", int(values["fee_id"] or 0), {"Fee_Balance": rest, "Date_Modified": values["date"]})
