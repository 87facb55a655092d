"""What the portal says is paid: the platform is asked, its word alone counts; nothing is paid twice, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.central.app import hanoi_now
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.ordering import Done
from clerk_app.central.registers.payment import HttpPaymentPlatform, Partner
from clerk_app.desk.payment_view import PaymentView
from clerk_app.desk.system_words import cause_words
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.refusals import Refusal
from clerk_app.rehearsal import practice_systems
from clerk_app.settings import FILE
from clerk_app.store.journal import new_id
from clerk_app.uplink_systems import UplinkSystems
from clerk_app.wire_orders import FeeLine, PaymentClaim, PaymentOrder
from tests.desk.conftest import Desk
from tests.desk.test_registers import Joined, Office, declined
from tests.peers.central import CentralProcess, settled
from tests.peers.portal_station import portal_writes

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    """A central that soon says of what is claimed that it is not there."""
    with practice_systems({}) as addresses:
        central = CentralProcess(tmp_path_factory.mktemp("claims"))
        central.folder.mkdir(parents=True, exist_ok=True)
        quick = {"registers_patience_s": "1", "orders_first_wait_s": "0.5", "orders_repeat_s": "2"}
        (central.folder / FILE).write_text(json.dumps(addresses | quick), "utf-8")
        central.start()
        yield UplinkSystems(central.enrol("Q04", "clerk")), addresses, central
        central.close()


@pytest.fixture
def office(tmp_path: Path, joined: Joined) -> Iterator[Office]:
    systems, addresses, central = joined
    table = Desk(tmp_path)
    made = Office(table, systems, addresses, central)
    table.time = hanoi_now() + timedelta(seconds=1)
    yield made
    made.fault("payment_platform", "none")
    table.database.close()


def claimed_at(office: Office, amount: int = 115_000, made: bool = True, **said: str) -> tuple[UUID, UUID]:
    """A dossier of which the portal says that it is paid, here and at central, and the payment that it names."""
    table, payment = office.table, new_id()
    dossier = table.applied()
    said = {"portal.payment": "claimed", "portal.payment_reference": payment.hex} | {
        f"portal.{name}": text for name, text in said.items()
    }
    table.counter.write(dossier, FieldsEntered(said, "identity", source="portal"))
    portal_writes(office.central, dossier, said, table.journal.dossier(dossier).local_code)
    if made:
        make(office, payment, amount)
    return dossier, payment


def make(office: Office, payment: UUID, amount: int = 115_000) -> None:
    """Somebody else, the portal, had this payment made on the platform."""
    line = Line(office.addresses["payment_platform"], 5)
    secret = Path(office.addresses["payment_secret_file"]).read_text("utf-8").strip()
    platform = HttpPaymentPlatform(line, Partner(office.addresses["payment_partner"], secret), hanoi_now)
    fee = FeeLine("2", "GPLX", "Lệ phí", amount)
    asked = PaymentOrder("portal", "3.000347", "Đổi giấy phép lái xe", amount, [fee], "TRẦN MINH QUÂN")
    assert isinstance(platform.send(*platform.message(payment, asked, hanoi_now())), Done)
    line.close()


def portal_says(office: Office, dossier: UUID, here_only: bool = False, **said: str) -> None:
    """It tells this of a dossier later, to the desk and to central."""
    fields = {f"portal.{name}": text for name, text in said.items()}
    office.table.counter.write(dossier, FieldsEntered(fields, "identity", source="portal"))
    if not here_only:
        portal_writes(office.central, dossier, fields)


def test_what_the_portal_says_is_paid_is_taken_once_the_platform_says_so(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office)
    office.pay(payment, 1)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        table.cashier.take(dossier, "cash", 115_000)
    before = len(office.payments())
    view = table.payments.order(dossier)
    assert (view.paid, view.settled, view.url, len(office.payments())) == (True, True, "", before)
    fee = table.journal.dossier(dossier).fee
    assert fee is not None
    assert (fee.method, fee.fee_vnd, fee.order) == ("online", 115_000, view.order)


def not_found(office: Office, dossier: UUID) -> PaymentView:
    """The platform said twice that it has no such payment."""
    return settled(lambda: office.table.payments.ask(dossier), lambda view: view.over, 20)


def test_what_the_platform_does_not_have_is_taken_another_way(office: Office) -> None:
    table = office.table
    dossier, _ = claimed_at(office, made=False)
    view = table.payments.order(dossier)
    assert (view.over, view.claimed) == (False, True), "the portal may be ahead of the platform"
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)
    view = not_found(office, dossier)
    assert (view.over, view.paid, view.cause) == (True, False, cause_words("NOT_FOUND"))
    assert table.payments.order(dossier).url.startswith("https://"), "it is asked for anew"


def test_what_comes_to_the_platform_after_the_portal_told_of_it_is_found(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office, made=False)
    assert not table.payments.order(dossier).over
    make(office, payment)
    office.pay(payment, 1)
    assert settled(lambda: table.payments.ask(dossier), lambda view: view.paid, 20).settled


def test_what_was_not_found_and_paid_all_the_same_is_known_and_given_back(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office, made=False)
    table.payments.order(dossier)
    assert not_found(office, dossier).over
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"
    make(office, payment)
    office.pay(payment, 1)
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled, view.twice) == (True, False, True)


def test_what_came_of_another_payment_says_nothing_of_the_one_that_is_claimed(office: Office) -> None:
    """A link that failed; then the citizen pays on the portal."""
    table = office.table
    dossier, payment = claimed_at(office, payment="due", payment_reference="")
    link = table.payments.order(dossier)
    office.pay(link.order, 4)
    assert table.payments.ask(dossier).over
    portal_says(office, dossier, payment="claimed", payment_reference=payment.hex)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        table.cashier.take(dossier, "cash", 115_000)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        declined(table, dossier)
    assert table.payments.view(dossier).claimed
    office.pay(payment, 1)
    assert table.payments.order(dossier).settled


def test_a_second_claim_is_asked_about_although_the_first_was_not_found(office: Office) -> None:
    table = office.table
    dossier, _ = claimed_at(office, made=False)
    table.payments.order(dossier)
    assert not_found(office, dossier).over
    other = new_id()
    make(office, other)
    office.pay(other, 1)
    portal_says(office, dossier, payment_reference=other.hex)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        table.cashier.take(dossier, "cash", 115_000)
    assert table.payments.order(dossier).settled


def test_a_claim_is_asked_about_while_a_link_is_open(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office, payment="due", payment_reference="")
    link = table.payments.order(dossier)
    portal_says(office, dossier, payment="claimed", payment_reference=payment.hex)
    office.pay(payment, 1)
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled) == (True, True)
    assert view.order != link.order
    office.pay(link.order, 1)
    assert table.payments.ask(dossier).twice, "what was paid on the link as well is given back"
    assert table.kinds(dossier).count("FeeTaken") == 1


@pytest.mark.parametrize("reference", ["", "GD 7/2026", "é", "x" * 65])
def test_what_names_no_transaction_holds_until_a_supervisor_lets_go(office: Office, reference: str) -> None:
    table = office.table
    dossier, _ = claimed_at(office, made=False, payment_reference=reference)
    for do in (lambda: table.cashier.take(dossier, "cash", 115_000), lambda: table.payments.order(dossier)):
        with pytest.raises(Refusal, match="PAYMENT_CLAIMED") as refused:
            do()
        assert "biên lai" in refused.value.remedy.vi
    assert table.kinds(dossier).count("OrderPlaced") == 0
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "người dân không có biên lai")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"
    assert not table.payments.view(dossier).claimed, "nothing can be asked about it"


def test_what_was_let_go_of_before_the_portal_told_of_it_was_not_let_go_of(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office, payment="due", payment_reference="")
    table.payments.order(dossier)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "không nộp")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    table.time += timedelta(minutes=1)
    portal_says(office, dossier, payment="claimed", payment_reference=payment.hex)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        table.cashier.take(dossier, "cash", 115_000)


def test_a_claim_that_central_would_not_ask_about_holds_all_the_same(office: Office) -> None:
    """The desk gave the question up; the platform said nothing."""
    table = office.table
    dossier, payment = claimed_at(office, fee_vnd="115000")
    office.pay(payment, 1)
    portal_says(office, dossier, here_only=True, fee_vnd="135000")
    with pytest.raises(Refusal, match="ORDER_AMOUNT"):
        table.payments.order(dossier)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        table.cashier.take(dossier, "cash", 115_000)
    portal_says(office, dossier, here_only=True, fee_vnd="115000")
    assert table.payments.order(dossier).settled


def test_a_claim_that_central_would_not_ask_about_hides_no_open_link_and_is_not_asked_again_by_itself(
    office: Office,
) -> None:
    table = office.table
    dossier, payment = claimed_at(office, payment="due", payment_reference="")
    link = table.payments.order(dossier)
    portal_says(office, dossier, payment="claimed", payment_reference=payment.hex, fee_vnd="115000")
    portal_says(office, dossier, here_only=True, fee_vnd="135000")
    office.pay(link.order, 1)
    with pytest.raises(Refusal, match="ORDER_AMOUNT"):
        table.payments.ask(dossier)
    assert table.kinds(dossier).count("FeeTaken") == 1, "the link was asked about all the same"
    written = len(table.kinds(dossier))
    table.payments.ask(dossier)
    assert len(table.kinds(dossier)) == written


@pytest.mark.parametrize("ends", ["accepted", "declined"])
def test_a_claim_that_comes_after_the_end_is_asked_about_and_given_back(office: Office, ends: str) -> None:
    table = office.table
    dossier, payment = claimed_at(office, payment="due", payment_reference="")
    if ends == "accepted":
        table.cashier.take(dossier, "cash", 115_000)
        table.intake.submit(dossier)
    else:
        declined(table, dossier)
    portal_says(office, dossier, payment="claimed", payment_reference=payment.hex)
    view = table.payments.view(dossier)
    assert (view.claimed, view.badge.tone) == (True, "warn")
    office.pay(payment, 1)
    view = table.payments.order(dossier)
    assert (view.paid, view.settled, view.twice, view.claimed) == (True, False, True, False)
    with pytest.raises(Refusal, match=r"FEE_TAKEN|DOSSIER_CLOSED"):
        table.payments.order(dossier)


def test_what_was_paid_is_asked_about_by_what_it_was_then_and_the_difference_is_for_people(office: Office) -> None:
    """115 000 were paid online; then the case was corrected to one that costs another amount."""
    table = office.table
    dossier, payment = claimed_at(office, amount=100_000, fee_vnd="100000")
    office.pay(payment, 1)
    view = table.payments.order(dossier)
    assert (view.paid, view.settled, view.differs, view.amount_vnd) == (True, False, True, 100_000)
    for method in ("cash", "online"):
        with pytest.raises(Refusal, match="PAYMENT_DIFFERS"):
            table.cashier.take(dossier, method, 115_000)  # type: ignore[arg-type]
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "đổi trường hợp, hoàn khoản cũ")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"
    view = table.payments.view(dossier)
    assert (view.amount_vnd, view.twice) == (100_000, True)


@pytest.mark.parametrize("fault", ["down", "digest", "amount"])
def test_while_nobody_knows_what_is_claimed_nothing_is_taken_another_way(office: Office, fault: str) -> None:
    table = office.table
    dossier, payment = claimed_at(office, amount=115_000 if fault != "amount" else 50_000)
    office.pay(payment, 1)
    if fault != "amount":
        office.fault("payment_platform", fault)
    view = table.payments.order(dossier)
    assert (view.paid, view.over, view.settled) == (False, False, False)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "nền tảng im lặng")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"


def test_nobody_asks_about_a_payment_that_the_portal_did_not_name(office: Office) -> None:
    table = office.table
    dossier, payment = claimed_at(office)
    office.pay(payment, 1)
    other, _ = claimed_at(office, made=False)
    stolen = PaymentClaim(table.journal.dossier(other).local_code, payment.hex, 115_000)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        office.systems.place(new_id(), stolen, "clerk", other)
    assert table.payments.order(dossier).settled


def test_what_the_portal_says_is_paid_is_asked_about_before_its_dossier_is_declined(office: Office) -> None:
    """Also where the law gives no fee any more: what was paid then is told by the portal."""
    table = office.table
    dossier, payment = claimed_at(office)
    office.pay(payment, 1)
    with pytest.raises(Refusal, match="PAYMENT_CLAIMED"):
        declined(table, dossier)
    portal_says(office, dossier, fee_vnd="115000")
    table.intake.enter(dossier, {"case": ""}, "application", "case")
    view = table.payments.order(dossier)
    assert view.paid
    declined(table, dossier)
    assert table.payments.view(dossier).twice


@pytest.mark.parametrize("named", ["", "GD 7 / 8"])
def test_what_the_portal_did_not_name_so_that_it_can_be_asked_about_says_what_to_do_instead(
    office: Office, named: str
) -> None:
    table = office.table
    dossier, _ = claimed_at(office, made=False)
    assert table.payments.view(dossier).askable
    portal_says(office, dossier, here_only=True, payment_reference=named)
    view = table.payments.view(dossier)
    assert (view.claimed, view.askable) == (True, False)
    assert "hỏi nền tảng" not in view.badge.words.vi
    assert "biên lai" in view.badge.words.vi
    with pytest.raises(Refusal) as refusal:
        table.payments.ask(dossier)
    assert refusal.value.code == "PAYMENT_CLAIMED", "not that none was asked for: money may have been paid"
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "không có biên lai")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    with pytest.raises(Refusal) as refusal:
        table.payments.ask(dossier)
    assert refusal.value.code == "PAYMENT_NONE", "a supervisor let go of it"
