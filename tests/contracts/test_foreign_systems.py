"""What the desk may rely on from whoever plays `ForeignSystems`: a central that is joined to every stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
import requests

from clerk_app.desk.system_ports import ForeignSystems
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.registers import Claimed
from clerk_app.rehearsal import practice_systems
from clerk_app.settings import FILE
from clerk_app.uplink_systems import UplinkSystems
from clerk_app.wire_orders import FeeLine, PaymentOrder
from clerk_app.wire_registers import HealthOf, IdentityOf, LicencesOf, PortalOf, Question, ResultsOf, ViolationsOf
from tests.peers.central import CentralProcess

pytestmark = pytest.mark.wire
QUAN = "001090012345"
RECEPTION = "RECEPTION"
FEE = FeeLine("2", "GPLX", "Lệ phí cấp, đổi giấy phép lái xe", 115_000)
PAYMENT = PaymentOrder("G01.801.308-261129-000002", "3.000347", "Đổi", 115_000, [FEE], "TRẦN MINH QUÂN")
QUESTIONS: tuple[tuple[str, Question], ...] = (
    ("licences", LicencesOf(QUAN)),
    ("violations", ViolationsOf(QUAN)),
    ("identity", IdentityOf(Claimed(QUAN, "TRẦN MINH QUÂN", "1990-08-14"))),
    ("health", HealthOf(QUAN)),
    ("results", ResultsOf(QUAN, QUAN, "TRẦN MINH QUÂN", "3.000347")),
    ("portal", PortalOf("G01.801.308-261129-000009")),
)


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with practice_systems({}) as found:
        yield found


@pytest.fixture
def systems(resting_central: CentralProcess, addresses: dict[str, str]) -> ForeignSystems:
    central = resting_central
    (central.folder / FILE).write_text(json.dumps(addresses | {"registers_patience_s": "1"}), "utf-8")
    central.start()
    return UplinkSystems(central.enrol("Q01", "clerk"))


def test_every_register_answers_and_says_when(systems: ForeignSystems) -> None:
    for system, question in QUESTIONS:
        said = systems.ask(question, "clerk", RECEPTION, uuid4())
        assert (said.system, said.outcome, said.cause) == (system, "answered", ""), said
        assert getattr(said, system) is not None
        assert said.at.tzinfo is not None


def test_a_register_that_is_down_is_unknown_and_no_refusal(systems: ForeignSystems, addresses: dict[str, str]) -> None:
    where = f"{addresses['violation_records']}/faults"
    requests.post(where, json={"fault": "down"}, timeout=5).close()
    try:
        said = systems.ask(ViolationsOf(QUAN), "clerk", RECEPTION)
    finally:
        requests.post(where, json={"fault": "none"}, timeout=5).close()
    assert (said.outcome, said.cause) == ("unknown", "UNREACHABLE")
    assert said.violations is not None
    assert said.violations.state == "unknown"


def test_nobody_asks_for_nothing_or_under_a_strange_name(systems: ForeignSystems) -> None:
    for who, purpose, code in (("clerk", "CURIOSITY", "PURPOSE_UNKNOWN"), ("nobody", RECEPTION, "USER_UNKNOWN")):
        with pytest.raises(Refusal) as refusal:
            systems.ask(LicencesOf(QUAN), who, purpose)
        assert refusal.value.code == code


def test_an_order_is_placed_once_and_paid_by_the_platforms_word(
    systems: ForeignSystems, addresses: dict[str, str]
) -> None:
    order, dossier, platform = uuid4(), uuid4(), addresses["payment_platform"]
    made = systems.place(order, PAYMENT, "clerk", dossier)
    assert (made.state, made.outcome) == ("done", "pending")
    assert systems.place(order, PAYMENT, "clerk", dossier).result == made.result
    with pytest.raises(Refusal) as refusal:
        systems.paper(order, "clerk")
    assert refusal.value.code == "ORDER_PAPER"
    said = {"MaThamChieu": order.hex, "TrangThaiGD": 1}
    requests.post(f"{platform}/pay", json=said, timeout=5).close()
    assert systems.state(order, "clerk", fresh=True).outcome == "paid"
    assert systems.paper(order, "clerk").startswith(b"%PDF-")
    with pytest.raises(Refusal) as refusal:
        systems.state(order, "nobody")
    assert refusal.value.code == "USER_UNKNOWN"
