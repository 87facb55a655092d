"""What the portal says is paid, until the platform's own word: about that very payment, and no other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.dossier import Dossier, FeeTaken, Value
from clerk_app.domain.paying import claimed, owed_back
from clerk_app.domain.systems import Ordered, OrderEnd, OrderHeard, OrderPlaced

AT = datetime(2026, 11, 30, 8, tzinfo=UTC)
GIVEN = "ab" * 16
"""The reference of what is claimed."""


def dossier(*orders: Ordered, fee: FeeTaken | None = None, **said: str) -> Dossier:
    told = {"payment": "claimed", "payment_reference": GIVEN} | said
    fields = {f"portal.{name}": Value(text, "portal", at=AT) for name, text in told.items()}
    return Dossier(UUID(int=1), fields=fields, orders=orders, fee=fee)


heards = st.builds(
    OrderHeard,
    order=st.just(UUID(int=2)),
    state=st.sampled_from(get_args(OrderEnd)),
    heard_at=st.just(AT),
    outcome=st.sampled_from(["", "pending", "paid", "failed"]),
    reference=st.sampled_from([GIVEN, "cd" * 16, ""]),
    cause=st.sampled_from(["", "NOT_FOUND", "ORDER_AMOUNT", "SYSTEM_NOT_JOINED", "UNREACHABLE"]),
)
ordered = st.builds(
    lambda heard, reference: Ordered(OrderPlaced(uuid4(), "payment", 1, reference), "lan", AT, heard),
    st.none() | heards,
    st.sampled_from(["", GIVEN, "cd" * 16]),
)


@given(st.lists(ordered, max_size=4))
def test_nothing_but_the_platforms_word_of_this_very_payment_silences_it(orders: list[Ordered]) -> None:
    def word(one: Ordered) -> bool:
        heard = one.heard
        if heard is None or heard.reference != GIVEN:
            return False
        return heard.outcome in ("paid", "failed") or (heard.state == "rejected" and heard.cause == "NOT_FOUND")

    assert (claimed(dossier(*orders)) is None) == any(map(word, orders))


@given(st.text(max_size=80))
def test_whatever_stands_as_its_reference_it_is_claimed(reference: str) -> None:
    found = claimed(dossier(payment_reference=reference))
    assert found is not None
    assert found.reference in (reference, "")


def test_the_amount_is_that_of_the_portal_or_none() -> None:
    for text, amount in (("115000", 115_000), ("", 0), ("-5", 0), ("1" * 13, 0), ("x", 0), ("\u0661", 0)):
        found = claimed(dossier(fee_vnd=text))
        assert found is not None
        assert (found.amount_vnd, found.at) == (amount, AT)


def test_where_the_fee_was_taken_another_way_it_stands_if_it_can_be_asked_about() -> None:
    cash = FeeTaken("1", 115_000, "cash", 115_000, 0)
    assert claimed(dossier(fee=cash)) is not None
    assert claimed(dossier(fee=cash, payment_reference="")) is None
    assert claimed(dossier(payment="due")) is None


def test_what_is_found_paid_after_cash_was_taken_is_to_be_given_back() -> None:
    heard = OrderHeard(UUID(int=2), "done", AT, "paid", GIVEN)
    paid = Ordered(OrderPlaced(UUID(int=2), "payment", 115_000, GIVEN), "lan", AT, heard)
    cash = FeeTaken("1", 115_000, "cash", 115_000, 0)
    assert owed_back(dossier(paid, fee=cash)) == paid
    assert owed_back(dossier(paid)) is None
