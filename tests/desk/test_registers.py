"""The State's systems at the desk: a real central, joined to every stand-in, asked about a draft of this desk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.people import restore, revoke
from clerk_app.desk.ordering import Ordering
from clerk_app.desk.payments import Payments
from clerk_app.desk.register_views import SystemView, system_views
from clerk_app.desk.registers import Registers
from clerk_app.domain.dossier import RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.facts import sanctions_of
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.systems import Ordered
from clerk_app.practice import specimens
from clerk_app.rehearsal import practice_systems
from clerk_app.settings import FILE
from clerk_app.store.journal import new_id
from clerk_app.uplink_systems import UplinkSystems
from tests.desk.conftest import Desk
from tests.desk.test_posting import Breaking
from tests.peers.central import CentralProcess
from tests.peers.pack import training_pack
from tests.printing.paper import ISSUED, accepted

pytestmark = pytest.mark.wire

Joined = tuple[UplinkSystems, dict[str, str], CentralProcess]


class Office:
    """A desk whose registers and orders go over the wire; `said` is what a system did so far."""

    def __init__(self, table: Desk, systems: UplinkSystems, addresses: dict[str, str], central: CentralProcess) -> None:
        self.table, self.systems, self.addresses, self.central = table, systems, addresses, central
        self.line = Breaking(systems)
        table.registers = Registers(table.counter, self.systems, table.intake.ask_register)
        table.ordering = Ordering(table.counter, self.line, new_id)
        table.payments = Payments(table.counter, table.ordering)

    def fault(self, system: str, kind: str, **how: float) -> None:
        self._post(system, "/faults", {"fault": kind, **how})

    def pay(self, order: UUID | None, state: int) -> None:
        assert order is not None
        self._post("payment_platform", "/pay", {"MaThamChieu": order.hex, "TrangThaiGD": state})

    def payments(self) -> list[dict[str, Any]]:
        with requests.get(f"{self.addresses['payment_platform']}/ledger", timeout=5) as reply:
            found: list[dict[str, Any]] = reply.json()
            return found

    def access(self, change: Callable[[Database, str, datetime], object]) -> None:
        """Take the clerk's access at central away, or give it back."""
        database = open_database(self.central.database_url)
        try:
            change(database, "clerk", hanoi_now())
        finally:
            database.close()

    def _post(self, system: str, path: str, said: dict[str, Any]) -> None:
        with requests.post(f"{self.addresses[system]}{path}", json=said, timeout=5) as reply:
            assert reply.ok, reply.text

    def ask(self, dossier: UUID, system: str) -> SystemView:
        return next(one for one in self.table.registers.ask(dossier, system) if one.system == system)

    def view(self, dossier: UUID, system: str) -> SystemView:
        return next(one for one in self.table.registers.views(dossier) if one.system == system)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    with practice_systems({}) as addresses:
        central = CentralProcess(tmp_path_factory.mktemp("registers"))
        central.folder.mkdir(parents=True, exist_ok=True)
        (central.folder / FILE).write_text(json.dumps(addresses | {"registers_patience_s": "1"}), "utf-8")
        central.start()
        yield UplinkSystems(central.enrol("Q04", "clerk")), addresses, central
        central.close()


@pytest.fixture
def office(tmp_path: Path, joined: Joined) -> Iterator[Office]:
    systems, addresses, central = joined
    table = Desk(tmp_path)
    made = Office(table, systems, addresses, central)
    # The answers are of today, and so is what the desk calls now.
    table.time = made.systems.ask(_portal(), "clerk", "RECEPTION").at + timedelta(seconds=1)
    yield made
    for system in ("violation_records", "population_database", "health_register", "payment_platform"):
        made.fault(system, "none")
    table.database.close()


def _portal() -> Any:
    from clerk_app.wire_registers import PortalOf

    return PortalOf("G01.801.308-261129-000009")


def test_the_population_database_is_compared_field_by_field(office: Office) -> None:
    dossier = office.table.identified()
    assert office.view(dossier, "identity").standing == "never"
    said = office.ask(dossier, "identity")
    assert {one.label.en: one.mark for one in said.lines} == {
        "Name": "same",
        "Born": "same",
        "Sex": "same",
        "Residence": "unknown",
    }
    # Of a residence it tells house and street alone: nobody can say that it is the same.
    assert (said.standing, said.badge.words.en, said.badge.tone) == ("known", "not all compared", "warn")
    assert not said.differs
    assert said.at is not None
    office.fault("population_database", "other")
    said = office.ask(dossier, "identity")
    assert {one.label.en: one.mark for one in said.lines if one.mark == "differs"} == {
        "Name": "differs",
        "Born": "differs",
    }
    assert said.badge.tone == "bad"


def test_what_nobody_said_is_unknown_and_never_clear(office: Office) -> None:
    dossier = office.table.identified()
    assert office.ask(dossier, "violations").badge.words.en == "no sanction stands"
    # However slow this machine was: the answer is one of before.
    office.table.time += timedelta(minutes=10)
    office.fault("violation_records", "down")
    said = office.ask(dossier, "violations")
    assert (said.standing, said.badge.words.en, said.badge.tone) == ("unknown", "unknown", "warn")
    assert said.cause is not None
    assert said.lines == ()
    assert office.table.kinds(dossier)[-2:] == ["SystemAnswered", "SystemAnswered"]


def test_an_answer_about_other_data_or_of_another_day_does_not_count(office: Office) -> None:
    table = office.table
    dossier = table.identified()
    office.ask(dossier, "health")
    assert office.view(dossier, "health").standing == "known"
    table.intake.enter(dossier, {"health.number": "KSK-ANOTHER"}, "application", "")
    assert office.view(dossier, "health").standing == "other"
    assert office.view(dossier, "health").lines == ()
    office.ask(dossier, "identity")
    table.time += timedelta(days=2)
    view = office.view(dossier, "identity")
    assert (view.standing, view.lines, view.badge.tone) == ("too_old", (), "warn")


def test_a_sanction_that_the_records_name_stands_in_the_way(office: Office) -> None:
    table = office.table
    blocked = next(one for one in specimens.people() if one.sanctions == "blocked")
    dossier = table.identified(blocked.at)
    table.central.says = RegisterAnswered(True, blocked.licences, "clear", PRACTICE_FILE)
    table.intake.ask_register(dossier)
    assert sanctions_of(table.journal.dossier(dossier)) == "clear"
    said = office.ask(dossier, "violations")
    assert (said.badge.words.en, said.badge.tone, said.differs) == ("a sanction is not settled", "bad", True)
    assert sanctions_of(table.journal.dossier(dossier)) == "blocked"
    office.fault("violation_records", "down")
    office.ask(dossier, "violations")
    assert sanctions_of(table.journal.dossier(dossier)) == "blocked", "silence clears nobody"


def test_without_a_line_it_is_unknown_and_what_was_said_just_now_is_still_shown_with_its_time(office: Office) -> None:
    table = office.table
    dossier = table.identified()
    office.ask(dossier, "identity")
    table.central.line = False
    table.registers = Registers(table.counter, table.central)
    table.registers.ask(dossier, "identity")
    said = office.view(dossier, "identity")
    assert (said.standing, said.badge.tone) == ("kept", "warn"), "within the age that the law gives"
    table.registers.ask(dossier, "health")
    assert office.view(dossier, "health").standing == "unknown"
    table.time += timedelta(hours=9)
    assert office.view(dossier, "identity").standing == "unknown"


def test_there_must_be_something_to_ask_and_somebody_to_be_asked(office: Office) -> None:
    dossier = office.table.draft()
    for system, code in (("identity", "NOTHING_TO_ASK"), ("portal", "NOTHING_TO_ASK"), ("palms", "SYSTEM_UNKNOWN")):
        with pytest.raises(Refusal, match=code):
            office.table.registers.ask(dossier, system)
    assert office.table.kinds(dossier) == ["Opened"]


def test_the_licence_register_is_offered_for_drafts_alone() -> None:
    state = accepted()
    for dossier, code in ((replace(state, status="draft"), ""), (state, "LICENCES_BEFORE")):
        licences = system_views(dossier, training_pack().as_of(ISSUED.date()), ISSUED)[0]
        assert licences.system == "licences"
        assert (licences.problem.code if licences.problem is not None else "") == code


# ---- paying online


def test_a_payment_is_taken_by_the_platforms_word_once(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    made = table.payments.order(dossier)
    assert made.url.startswith("https://")
    assert (made.paid, made.settled, made.amount_vnd) == (False, False, 115_000)
    assert table.payments.order(dossier) == made, "asked for once"
    assert sum(one["MaThamChieu"] == made.order.hex for one in office.payments() if made.order) == 1
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 200_000)
    assert not table.payments.ask(dossier).settled
    with pytest.raises(Refusal, match="ORDER_PAPER"):
        table.payments.paper(dossier)
    office.pay(made.order, 1)
    paid = table.payments.ask(dossier)
    assert (paid.paid, paid.settled) == (True, True)
    assert table.payments.paper(dossier).startswith(b"%PDF-")
    fee = table.journal.dossier(dossier).fee
    assert fee is not None
    assert (fee.method, fee.fee_vnd, fee.order) == ("online", 115_000, made.order)
    table.payments.ask(dossier)
    with pytest.raises(Refusal, match="FEE_TAKEN"):
        table.payments.order(dossier)
    assert table.kinds(dossier).count("FeeTaken") == 1
    assert table.kinds(dossier).count("OrderPlaced") == 1


def test_what_failed_may_be_taken_in_cash_and_cash_is_never_asked_for_again(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    made = table.payments.order(dossier)
    office.pay(made.order, 4)
    assert table.payments.ask(dossier).over
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"
    with pytest.raises(Refusal, match="FEE_TAKEN"):
        table.payments.order(dossier)


@pytest.mark.parametrize("fault", ["digest", "unsigned", "amount", "stranger", "claim", "down", "garbage"])
def test_nothing_but_the_platforms_own_word_is_paid(office: Office, fault: str) -> None:
    table = office.table
    dossier = table.applied()
    made = table.payments.order(dossier)
    office.fault("payment_platform", fault)
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled) == (False, False)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)
    office.fault("payment_platform", "none")
    office.pay(made.order, 1)
    assert table.payments.ask(dossier).settled


def test_a_lost_answer_makes_no_second_payment(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.fault("payment_platform", "lost", times=1)
    first = table.payments.order(dossier)
    assert first.url == ""
    again = table.payments.order(dossier)
    assert again.order == first.order
    assert sum(one["MaThamChieu"] == first.order.hex for one in office.payments() if first.order) == 1


def test_without_a_line_the_order_stands_in_the_journal_and_is_the_same_when_there_is_one(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    table.central.line = False
    away = Payments(table.counter, Ordering(table.counter, table.central, new_id))
    waiting = away.order(dossier)
    assert waiting.order is not None
    assert waiting.url == ""
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 200_000)
    made = table.payments.order(dossier)
    assert (made.order, made.url != "") == (waiting.order, True)


def declined(table: Desk, dossier: UUID) -> None:
    table.course.take(dossier, "decline", reason="Không đủ điều kiện", basis="NĐ 61/2018/NĐ-CP art.17")


def test_what_is_paid_for_a_dossier_that_was_declined_is_to_be_given_back(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    made = table.payments.order(dossier)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        declined(table, dossier)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.intake.discard(dossier, "rút")
    (decline,) = (one for one in table.course.view(dossier).choices if one.code == "decline")
    assert decline.problem is not None
    assert decline.problem.code == "PAYMENT_OPEN", "the page says what is in its way before anybody tries"
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "người dân không nộp")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    declined(table, dossier)
    assert table.payments.view(dossier).twice is False, "nobody paid yet"
    office.pay(made.order, 1)
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled, view.twice, view.badge.tone) == (True, False, True, "bad")
    assert "hoàn lại" in view.badge.words.vi


def test_what_the_platform_took_is_asked_for_and_given_back_before_a_dossier_is_declined(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    made = table.payments.order(dossier)
    office.pay(made.order, 1)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        declined(table, dossier)
    assert table.payments.ask(dossier).settled
    declined(table, dossier)
    view = table.payments.view(dossier)
    assert (view.paid, view.twice, view.badge.tone) == (True, True, "bad")


def test_cash_that_was_taken_for_a_dossier_that_was_declined_is_to_be_given_back(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    declined(table, dossier)
    view = table.payments.view(dossier)
    assert (view.amount_vnd, view.twice, view.badge.tone) == (115_000, True, "bad")
    assert "hoàn lại" in view.badge.words.vi


def test_a_payment_that_stays_open_is_let_go_of_by_a_supervisor_alone(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    assert "PAYMENT_OPEN" not in {one.code for one in table.exceptions.kinds(dossier)}, "nothing is waited for"
    made = table.payments.order(dossier)
    office.fault("payment_platform", "down")
    table.payments.ask(dossier)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "nền tảng im lặng từ sáng")
    assert table.payments.view(dossier).way_out == "asked"
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    assert table.payments.view(dossier).way_out == "granted"
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"
    # The citizen pays there after all: nobody takes it a second time, and the page says that it goes back.
    office.fault("payment_platform", "none")
    office.pay(made.order, 1)
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled, view.twice, view.badge.tone) == (True, False, True, "bad")
    assert table.kinds(dossier).count("FeeTaken") == 1


def test_what_a_supervisor_let_go_of_is_that_payment_and_no_later_one(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    first = table.payments.order(dossier)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "người dân đổi ý")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    office.pay(first.order, 4)
    assert table.payments.ask(dossier).over
    table.time += timedelta(minutes=1)
    second = table.payments.order(dossier)
    assert second.order != first.order
    assert second.way_out == ""
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)


# ---- answers that are lost


def _order_of(table: Desk, dossier: UUID) -> Ordered:
    (one,) = table.journal.dossier(dossier).orders
    return one


def test_a_refusal_after_an_answer_that_was_lost_rejects_nothing_that_central_has(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.line.breaks = "after"
    assert table.payments.order(dossier).url == "", "central has it, and nobody here heard"
    office.line.breaks = "ROLE_MISSING"
    made = table.payments.order(dossier)
    assert (made.over, made.url != "") == (False, True)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        table.cashier.take(dossier, "cash", 115_000)


def test_while_central_does_not_say_whether_it_has_an_order_it_stays_open(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.line.breaks = "after"
    table.payments.order(dossier)
    office.line.breaks = ""
    office.access(revoke)
    try:
        with pytest.raises(Refusal, match="USER_INACTIVE"):
            table.payments.order(dossier)
        assert _order_of(table, dossier).heard is None
        with pytest.raises(Refusal, match="PAYMENT_OPEN"):
            table.cashier.take(dossier, "cash", 115_000)
    finally:
        office.access(restore)
    assert table.payments.ask(dossier).url.startswith("https://")


def test_what_central_refused_and_does_not_have_is_over(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.line.breaks = "ROLE_MISSING"
    with pytest.raises(Refusal, match="ROLE_MISSING"):
        table.payments.order(dossier)
    assert table.payments.view(dossier).over
    assert table.cashier.take(dossier, "cash", 115_000).fee.method == "cash"


def test_a_payment_whose_answer_was_lost_is_heard_of_although_cash_was_taken(office: Office) -> None:
    """The citizen had the link from somewhere else and pays: it has to be given back, and somebody has to see it."""
    table = office.table
    dossier = table.applied()
    office.line.breaks = "after"
    made = table.payments.order(dossier)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "không có đường truyền")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    table.cashier.take(dossier, "cash", 115_000)
    office.pay(made.order, 1)
    office.line.breaks = ""
    view = table.payments.ask(dossier)
    assert (view.paid, view.settled, view.twice) == (True, False, True)


def test_what_never_reached_central_and_fits_no_more_is_over(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.line.breaks = "before"
    table.payments.order(dossier)
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "không có đường truyền")
    table.exceptions.decide(dossier, "PAYMENT_OPEN", "supervisor", "practice", True, "")
    table.cashier.take(dossier, "cash", 115_000)
    office.line.breaks = ""
    before = len(office.payments())
    view = table.payments.ask(dossier)
    assert (view.over, view.paid, len(office.payments())) == (True, False, before), "nothing is asked for any more"


def test_what_never_reached_central_is_asked_for_when_somebody_looks(office: Office) -> None:
    table = office.table
    dossier = table.applied()
    office.line.breaks = "before"
    first = table.payments.order(dossier)
    office.line.breaks = ""
    made = table.payments.ask(dossier)
    assert (made.order, made.url != "") == (first.order, True)


# ---- what the portal says is paid
