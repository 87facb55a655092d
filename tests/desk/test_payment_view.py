"""How a payment stands says one thing by each of its names, and the same wherever it is asked."""

from __future__ import annotations

from uuid import UUID

import pytest

from clerk_app.desk.payment_view import PaymentView, payment_view
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.systems import OrderEnd, OrderHeard, OrderPlaced
from clerk_app.store.journal import new_id
from tests.desk.conftest import Desk

CLAIM = {"portal.payment": "claimed", "portal.payment_reference": "ab" * 16}


def heard(
    table: Desk, dossier: UUID, state: OrderEnd, outcome: str, amount_vnd: int = 115_000, cause: str = ""
) -> UUID:
    """A payment was asked for, and this was heard of it."""
    order = new_id()
    table.counter.write(dossier, OrderPlaced(order, "payment", amount_vnd))
    table.counter.write(dossier, OrderHeard(order, state, table.time, outcome, order.hex, cause=cause))
    return order


def shown(table: Desk, dossier: UUID, fee_vnd: int = 0) -> PaymentView:
    return payment_view(table.journal.dossier(dossier), fee_vnd)


def test_a_fee_taken_at_the_counter_is_not_settled_by_what_the_portal_claims(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 115_000)
    table.counter.write(dossier, FieldsEntered(CLAIM, "identity", source="portal"))
    view = shown(table, dossier)
    assert (view.claimed, view.settled, view.taken, view.holds) == (True, False, True, False)


def test_what_is_still_open_holds_nothing_once_the_fee_was_taken(table: Desk) -> None:
    dossier = table.applied()
    heard(table, dossier, "done", "pending")
    assert shown(table, dossier).holds
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "không nộp")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    table.cashier.take(dossier, "cash", 115_000)
    view = shown(table, dossier)
    assert (view.open, view.settled, view.taken, view.holds) == (True, False, True, False)


@pytest.mark.parametrize(
    ("state", "outcome", "amount_vnd", "cause", "standing"),
    [
        ("waiting", "", 115_000, "UNREACHABLE", "waiting"),
        ("done", "pending", 115_000, "", "pending"),
        ("done", "paid", 115_000, "", "paid"),
        ("done", "paid", 100_000, "", "differs"),
        ("done", "failed", 115_000, "", "failed"),
        ("rejected", "", 115_000, "NOT_FOUND", "rejected"),
    ],
)
def test_how_it_stands_has_a_code(
    table: Desk, state: OrderEnd, outcome: str, amount_vnd: int, cause: str, standing: str
) -> None:
    dossier = table.applied()
    assert shown(table, dossier).standing == "none"
    heard(table, dossier, state, outcome, amount_vnd, cause)
    view = shown(table, dossier, 115_000)
    assert (view.standing, view.reason) == (standing, cause)


@pytest.mark.parametrize("amount_vnd", [115_000, 100_000])
@pytest.mark.parametrize("refused", [True, False])
def test_whether_another_amount_was_paid_is_said_alike_by_page_and_command(
    table: Desk, refused: bool, amount_vnd: int
) -> None:
    """Of a case that the law refuses there is no fee, so nothing that was paid can be another amount than it."""
    dossier = table.identified(4) if refused else table.applied()
    heard(table, dossier, "done", "paid", amount_vnd)
    view = table.payments.view(dossier)
    assert table.intake.view(dossier).fee.payment == view
    assert view.differs == (not refused and amount_vnd != 115_000)
