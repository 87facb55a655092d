"""The fee: exact, once, with change and a numbered receipt."""

from __future__ import annotations

import pytest

from clerk_app.domain.refusals import Refusal
from tests.desk.conftest import Desk


def test_change_and_a_numbered_receipt(table: Desk) -> None:
    fee = table.cashier.take(table.applied(), "cash", 200_000).fee
    assert (fee.paid, fee.fee, fee.tendered, fee.change) == (True, "115.000 đ", "200.000 đ", "85.000 đ")
    assert fee.receipt.endswith("1")
    assert fee.fee_words == "Một trăm mười lăm nghìn đồng"
    assert table.cashier.take(table.applied(), "cash", 115_000).fee.receipt != fee.receipt


@pytest.mark.parametrize(
    ("tendered", "code"),
    [
        (114_999, "TENDERED_TOO_LITTLE"),
        (0, "TENDERED_TOO_LITTLE"),
        (-115_000, "TENDERED_TOO_LITTLE"),
        (100_000_001, "TENDERED_UNLIKELY"),
        (10**30, "TENDERED_UNLIKELY"),
    ],
)
def test_an_amount_that_cannot_be_right_takes_nothing(table: Desk, tendered: int, code: str) -> None:
    dossier = table.applied()
    with pytest.raises(Refusal, match=code):
        table.cashier.take(dossier, "cash", tendered)
    assert table.journal.dossier(dossier).fee is None
    assert table.journal.blocks()[1].left == 50, "no receipt number is used up"


def test_paid_without_cash_is_paid_exactly(table: Desk) -> None:
    fee = table.cashier.take(table.applied(), "vietqr", 7).fee
    assert (fee.tendered, fee.change, fee.method) == ("115.000 đ", "0 đ", "vietqr")


def test_nobody_is_believed_that_something_was_paid_online(table: Desk) -> None:
    dossier = table.applied()
    with pytest.raises(Refusal, match="PAYMENT_UNCONFIRMED"):
        table.cashier.take(dossier, "online", 0)
    assert table.journal.dossier(dossier).fee is None
    assert table.journal.blocks()[1].left == 50, "no receipt number is used up"


def test_taken_twice_is_taken_once(table: Desk) -> None:
    dossier = table.applied()
    first = table.cashier.take(dossier, "cash", 200_000).fee
    assert table.cashier.take(dossier, "vietqr", 0).fee == first
    assert table.kinds(dossier).count("FeeTaken") == 1


def test_a_fee_that_is_not_known_yet(table: Desk) -> None:
    with pytest.raises(Refusal, match="FEE_UNKNOWN"):
        table.cashier.take(table.draft(), "cash", 115_000)


def test_no_fee_for_what_the_rules_refuse(table: Desk) -> None:
    dossier = table.identified(4)
    with pytest.raises(Refusal, match="CASE_REFUSED"):
        table.cashier.take(dossier, "cash", 115_000)
    assert table.journal.dossier(dossier).fee is None


def test_no_receipt_numbers_left(table: Desk) -> None:
    for _ in range(50):
        table.journal.draw("receipt")
    dossier = table.applied()
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        table.cashier.take(dossier, "cash", 115_000)
    assert table.journal.dossier(dossier).fee is None


def test_the_sums_people_hand_over(table: Desk) -> None:
    assert table.intake.view(table.applied()).fee.suggestions == (115_000, 120_000, 150_000, 200_000)
