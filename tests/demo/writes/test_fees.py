"""docs/powerschool.md 13.5: fee transactions."""

from __future__ import annotations

import pytest

from tests.demo.writes.conftest import FULL

ONE, MANY = "/ws/v1/fee/transaction", "/ws/v1/fee/transactions"


@pytest.fixture(scope="module")
def api(clients):
    return clients([], oauth=FULL, name="Cash desk")


@pytest.fixture
def fee(served, rows):
    """(Fee.DCID, Students.DCID, Schools.DCID, amount) of a fee that nobody has paid."""
    with served._district.transaction() as database:
        database.execute("DELETE FROM Fee_Transaction")
        database.execute("UPDATE Fee SET Fee_Balance = Fee_Amount")
    return rows(
        """SELECT f.DCID, s.DCID, c.DCID, f.Fee_Amount FROM Fee f JOIN Students s ON s.ID = f.StudentID
        JOIN Schools c ON c.School_Number = f.SchoolID ORDER BY f.DCID LIMIT 1"""
    )[0]


@pytest.fixture
def payment(fee):
    """Makes a transaction with some values changed."""

    def make(**changes):
        return {"student_id": fee[1], "fee_id": fee[0], "fee_start_year": 2026, "school_id": fee[2],
                "transaction_amount": "5.25", "transaction_type": "PAYMENT", "payment_method": "CASH",
                "date": "2026-11-20", "description": "Front desk", **changes}  # fmt: skip

    return make


def fees_of(api, student):
    return api.get(f"/ws/v1/student/{student}?expansions=fees").json()["student"]["fees"]["fee"]


def test_a_payment_lowers_the_balance_and_is_read_back(api, fee, payment):
    before = fees_of(api, fee[1])
    assert (before["fee_amount"], before["fee_balance"]) == (f"{fee[3]:.2f}", f"{fee[3]:.2f}")
    assert "fee_transaction" not in before
    answer = api.post(ONE, json=payment())
    assert (answer.status_code, answer.content) == (200, b"")
    after = fees_of(api, fee[1])
    assert (float(after["fee_balance"]), after["date_modified"]) == (fee[3] - 5.25, "2026-11-20")
    assert after["fee_transaction"].items() >= {
        "transaction_amount": 5.25, "transaction_type": "PAYMENT", "payment_method": "CASH", "date": "2026-11-20",
        "description": "Front desk"}.items()  # fmt: skip


def test_several_at_once_are_all_or_none(api, rows, fee, payment):
    two = [payment(), payment(transaction_type="refund", transaction_amount=1)]
    assert api.post(MANY, json={"fee_transactions": {"fee_transaction": two}}).status_code == 200
    assert float(fees_of(api, fee[1])["fee_balance"]) == fee[3] - 4.25
    bad = [payment(), payment(fee_id=99999999)]
    assert api.post(MANY, json={"fee_transactions": {"fee_transaction": bad}}).status_code == 400
    assert rows("SELECT count(*) FROM Fee_Transaction") == [(2,)]


@pytest.mark.parametrize(("version", "status"), [("25.1.0", 404), ("25.2.0", 200)])
def test_several_came_with_25_2(api, switched, payment, version, status):
    switched(server_version=version)
    assert api.post(MANY, json={"fee_transactions": {"fee_transaction": payment()}}).status_code == status


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"student_id": 431}, "fee_id is no fee of this student, school and year"),
        ({"fee_start_year": 2025}, "fee_id is no fee of this student, school and year"),
        ({"school_id": 100}, "fee_id is no fee of this student, school and year"),
        ({"transaction_amount": 0}, "transaction_amount must be more than 0"),
        ({"transaction_amount": "five"}, "Invalid number for field Transaction_Amount"),
        ({"transaction_type": "GIFT"}, "transaction_type must be one of PAYMENT, REFUND"),
        ({"payment_method": "GOLD"}, "payment_method must be one of CASH, CHECK"),
        ({"date": "11/20/2026"}, "Invalid date for field Date_Value; dates are YYYY-MM-DD"),
        ({"date": None}, "date is required"),
        ({"description": "x" * 61}, "Description is longer than 60 characters"),
    ],
)
def test_what_is_refused(api, rows, payment, change, message):
    answer = api.post(ONE, json=payment(**change))
    assert (answer.status_code, answer.json()) == (400, {"errorMessage": {"message": message}})
    assert rows("SELECT count(*) FROM Fee_Transaction") == [(0,)]


def test_access_and_bodies(api, clients, payment):
    reader = clients([], oauth='<oauth accessLevelV1Api="READ"/>', name="Cash reader")
    assert reader.post(ONE, json=payment()).status_code == 401
    assert api.post(ONE, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert api.post(ONE, content=b"{", headers={"Content-Type": "application/json"}).status_code == 500
    assert api.post(MANY, json={}).status_code == 400
