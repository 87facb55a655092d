"""Results by the public post: a real central and the stand-in post on the wire, and whatever can break between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import sleep
from typing import Any
from uuid import UUID

import pytest
import requests

from clerk_app import wire
from clerk_app.desk.ordering import Ordering
from clerk_app.desk.ports import PrintOutcome
from clerk_app.desk.posting import Posting
from clerk_app.domain.handing import PostOrdered, Receiver
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.rehearsal import practice_systems
from clerk_app.settings import FILE
from clerk_app.store.journal import new_id
from clerk_app.uplink import unreachable
from clerk_app.uplink_systems import UplinkSystems
from clerk_app.wire_orders import Order, OrderState
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.desk.test_results import SIGNED, shelved
from tests.peers.central import CentralProcess
from tests.peers.two_desks import refusal_of

pytestmark = pytest.mark.wire
TO = Receiver("NGUYỄN VĂN AN", "0912345678", "Số 5, ngõ 10", "Phường Cửa Nam", "Thành phố Hà Nội")


class Killed(BaseException):
    """The program ends here."""


@dataclass
class Breaking:
    """The line, which breaks where a test says: before central has it, or after, or with the program."""

    line: UplinkSystems
    breaks: str = ""

    def place(self, order: UUID, what: Order, who: str, dossier: UUID) -> OrderState:
        if self.breaks == "before":
            raise unreachable()
        if self.breaks == "killed":
            raise Killed
        if self.breaks.isupper():
            raise Refusal(self.breaks, Words("thiếu", "missing"), Words("gọi", "ask"))
        stands = self.line.place(order, what, who, dossier)
        if self.breaks == "after":
            raise unreachable()
        if self.breaks == "killed after":
            raise Killed
        return stands

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


@dataclass
class Office:
    desk: Desk
    line: Breaking
    post: str

    def fault(self, kind: str, **how: float) -> None:
        self._say("/faults", {"fault": kind, **how})

    def move(self, dossier: UUID, status: str) -> None:
        order = self.desk.journal.dossier(dossier).handing.order
        assert order is not None
        self._say("/move", {"OrderNumber": order.hex, "Status": status})

    def parcels(self, dossier: UUID) -> int:
        """How many the post has for everything that was ever ordered for this dossier."""
        return len(self.receivers(dossier))

    def receivers(self, dossier: UUID) -> list[str]:
        """To whom they go."""
        entries = self.desk.journal.entries(dossier)
        numbers = {one.what.order.hex for one in entries if isinstance(one.what, PostOrdered)}
        with requests.get(f"{self.post}/ledger", timeout=5) as reply:
            return [one["Receiver"]["Name"] for one in reply.json() if one["OrderNumber"] in numbers]

    def state(self, dossier: UUID) -> tuple[str, str]:
        found = self.desk.journal.dossier(dossier)
        return found.handing.state, found.course.state

    def _say(self, path: str, said: dict[str, Any]) -> None:
        with requests.post(f"{self.post}{path}", json=said, timeout=5) as reply:
            assert reply.ok, reply.text


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[UplinkSystems, str]]:
    with practice_systems({}, {"public_post"}) as addresses:
        central = CentralProcess(tmp_path_factory.mktemp("post"))
        central.folder.mkdir(parents=True, exist_ok=True)
        patience = {"registers_patience_s": "1", "orders_first_wait_s": "0.5", "orders_repeat_s": "2"}
        (central.folder / FILE).write_text(json.dumps(addresses | patience), "utf-8")
        central.start()
        yield UplinkSystems(central.enrol("Q04", "clerk")), addresses["public_post"]
        central.close()


@pytest.fixture
def office(table: Desk, joined: tuple[UplinkSystems, str]) -> Iterator[Office]:
    line = Breaking(joined[0])
    table.ordering = Ordering(table.counter, line, new_id)
    table.posting = Posting(table.counter, table.ordering, table.printers, lambda: "", new_id)
    made = Office(table, line, joined[1])
    yield made
    made.fault("none")


def test_posted_followed_and_delivered_ends_the_dossier(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    view = desk.posting.view(dossier)
    assert (view.may_send, view.begun, view.receiver.name) == (
        True,
        False,
        desk.journal.dossier(dossier).text("applicant.name"),
    )
    view = desk.posting.send(dossier, TO)
    assert office.state(dossier) == ("posted", "ready")
    assert (view.item[:2], view.may_send) == ("EP", False)
    assert desk.journal.dossier(dossier).handing.place == "", "its place on the shelf is free"
    assert refusal_of(lambda: desk.handing_over.hand_over(dossier, to="holder", **SIGNED)) == "CARD_NOT_HERE"  # type: ignore[arg-type]
    assert refusal_of(lambda: desk.posting.send(dossier, TO)) == "CARD_NOT_HERE"
    office.move(dossier, "DANG_PHAT")
    tracking = desk.posting.refresh(dossier).tracking
    assert tracking is not None
    assert tracking.vi == "DANG_PHAT"
    assert office.state(dossier) == ("posted", "ready"), "a word that the catalogue does not know ends nothing"
    office.move(dossier, "DA_PHAT")
    look = desk.posting.refresh_all()
    assert (look.asked, look.changed, look.problem) == (1, 1, None)
    assert office.state(dossier) == ("given", "handed-over")
    assert refusal_of(lambda: desk.posting.refresh(dossier)) == "POST_NONE"
    assert office.parcels(dossier) == 1


def test_brought_back_it_lies_on_the_shelf_again_and_may_go_out_once_more(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    office.move(dossier, "CHUYEN_HOAN")
    desk.posting.refresh(dossier)
    assert office.state(dossier) == ("returning", "ready")
    handing = desk.journal.dossier(dossier).handing
    assert (handing.at_hand, handing.arrived_at) == (False, None), "the post still has it"
    assert refusal_of(lambda: desk.handing_over.hand_over(dossier, to="holder", **SIGNED)) == "CARD_NOT_HERE"  # type: ignore[arg-type]
    assert refusal_of(lambda: desk.posting.send(dossier, TO)) == "CARD_NOT_HERE"
    assert refusal_of(lambda: desk.results.shelve(dossier)) == "CARD_NOT_HERE"
    assert [row.dossier for row in desk.results.listed("waiting") if row.dossier == dossier] == []
    assert dossier in [row.dossier for row in desk.results.listed("post")]
    check = desk.results.check_in(desk.journal.dossier(dossier).code)
    assert (check.why, check.place) == ("", "A-001")
    handing = desk.journal.dossier(dossier).handing
    assert (handing.state, handing.place, handing.returns) == ("here", "A-001", 1)
    first = handing.order
    desk.posting.send(dossier, TO)
    assert desk.journal.dossier(dossier).handing.order != first
    assert office.parcels(dossier) == 2, "it was posted twice because it came back once"


@pytest.mark.parametrize("breaks", ["before", "after", "killed", "killed after"])
def test_whatever_breaks_on_the_line_it_is_posted_once(office: Office, breaks: str) -> None:
    desk = office.desk
    dossier = shelved(desk)
    office.line.breaks = breaks
    try:
        view = desk.posting.send(dossier, TO)
    except Killed:
        view = desk.posting.view(dossier)
    order = desk.journal.dossier(dossier).handing.order
    assert (office.state(dossier)[0], view.may_send, view.item) == ("posting", True, "")
    assert refusal_of(lambda: desk.handing_over.hand_over(dossier, to="holder", **SIGNED)) == "CARD_NOT_HERE"  # type: ignore[arg-type]
    office.line.breaks = ""
    assert desk.posting.view(dossier).receiver == TO, "the address that was mended, not the application's"
    other = Receiver("Khác", "0900000000", "Số 1", "Xã Ba Vì", "Thành phố Hà Nội")
    assert desk.posting.send(dossier, other).item.startswith("EP")
    assert desk.journal.dossier(dossier).handing.order == order
    assert office.receivers(dossier) == [TO.name], "it goes where it was begun"


@pytest.mark.parametrize("fault", ["lost", "down", "garbage", "shape", "stranger", "partial"])
def test_whatever_the_post_answers_it_is_posted_once(office: Office, fault: str) -> None:
    desk = office.desk
    dossier = shelved(desk)
    office.fault(fault, times=1)
    view = desk.posting.send(dossier, TO)
    assert (office.state(dossier)[0], view.item) == ("posting", "")
    office.fault("none")
    for _ in range(40):
        if desk.posting.send(dossier, TO).item:
            break
        sleep(0.5)
    assert office.state(dossier)[0] == "posted"
    assert office.parcels(dossier) == 1


def test_what_the_post_rejects_lies_here_as_before(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    office.fault("district", times=1)
    view = desk.posting.send(dossier, TO)
    assert office.state(dossier)[0] == "here"
    assert view.cause is not None
    assert "DISTRICT_REQUIRED" in view.cause.vi
    assert desk.journal.dossier(dossier).handing.place == "A-001"
    office.fault("none")
    assert desk.posting.send(dossier, TO).item.startswith("EP")
    assert office.parcels(dossier) == 1


def test_a_refusal_after_an_answer_that_was_lost_makes_no_second_parcel(office: Office) -> None:
    """The first try reached central and its answer was lost; the second is refused: the parcel stays what it is."""
    desk = office.desk
    dossier = shelved(desk)
    office.line.breaks = "after"
    desk.posting.send(dossier, TO)

    office.line.breaks = "ROLE_MISSING"
    assert desk.posting.send(dossier, TO).item.startswith("EP")
    assert office.state(dossier)[0] == "posted"
    assert office.parcels(dossier) == 1


def test_two_desks_that_post_the_same_result_make_one_parcel(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    known = desk.journal.dossier(dossier).handing.order
    parcel = desk.posting._parcel(desk.journal.dossier(dossier), TO)
    assert refusal_of(lambda: office.line.place(new_id(), parcel, "clerk", dossier)) == "POST_TWICE"
    assert known is not None
    assert office.line.place(known, parcel, "clerk", dossier).state == "done", "the same once more is no second one"


def test_the_label_is_printed_and_counted(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    assert refusal_of(lambda: desk.posting.label(dossier)) == "POST_NONE"
    desk.posting.send(dossier, TO)
    assert desk.posting.print_label(dossier).labels == 1
    assert desk.printers.printed[-1][1].startswith(b"%PDF-")
    desk.printers.outcome = PrintOutcome("failed", 1)
    assert refusal_of(lambda: desk.posting.print_label(dossier)) == "PRINT_FAILED"
    assert desk.posting.view(dossier).labels == 2, "what failed is written down too"


@pytest.mark.parametrize("lacks", ["name", "tel", "street", "commune", "province"])
def test_without_a_whole_address_nothing_is_begun(office: Office, lacks: str) -> None:
    desk = office.desk
    dossier = shelved(desk)
    assert refusal_of(lambda: desk.posting.send(dossier, replace(TO, **{lacks: " "}))) == "POST_ADDRESS"
    assert office.state(dossier)[0] == "here"
    assert refusal_of(lambda: desk.posting.refresh(dossier)) == "POST_NONE"


def test_without_a_line_asking_changes_nothing_and_says_so(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    away = Posting(desk.counter, Ordering(desk.counter, desk.central, new_id), desk.printers, lambda: "", new_id)
    desk.central.line = False
    look = away.refresh_all()
    assert look.problem is not None
    assert (look.problem.code, look.asked, office.state(dossier)[0]) == ("CENTRAL_UNREACHABLE", 0, "posted")


def test_a_card_on_its_way_back_is_printed_again_once_somebody_has_it_in_hand(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    office.move(dossier, "CHUYEN_HOAN")
    desk.posting.refresh(dossier)
    assert refusal_of(lambda: desk.results.misprint(dossier, "sai ngày sinh")) == "STEP_POSTED"
    assert desk.results.damaged(dossier).why == "damaged"
    assert office.state(dossier) == ("", "processing")


def test_what_comes_back_may_be_delivered_after_all(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    office.move(dossier, "CHUYEN_HOAN")
    desk.posting.refresh(dossier)
    assert office.state(dossier) == ("returning", "ready")
    office.move(dossier, "DA_PHAT")
    look = desk.posting.refresh_all()
    assert (look.asked, look.problem) == (1, None)
    assert office.state(dossier) == ("given", "handed-over")


def test_a_card_that_the_postman_brings_before_anybody_asked(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    office.move(dossier, "DA_CHUYEN_HOAN")
    check = desk.results.check_in(desk.journal.dossier(dossier).code)
    assert (check.why, check.dossier) == ("posted", dossier)
    assert "bưu chính" in check.words.vi
    now = desk.posting.once_asked(check, desk.results.check_in)
    assert (now.why, now.place, now.dossier) == ("", "A-001", dossier)
    assert desk.posting.once_asked(now, desk.results.check_in) is now, "nothing more is asked"


def test_a_card_that_the_post_does_not_bring_back_is_not_checked_in(office: Office) -> None:
    """Somebody found it, or it is another card: the post has the parcel on its way."""
    desk = office.desk
    dossier = shelved(desk)
    view = desk.posting.send(dossier, TO)
    assert view.at_post
    check = desk.results.check_in(desk.journal.dossier(dossier).code)
    assert desk.posting.once_asked(check, desk.results.check_in) == check
    assert office.state(dossier) == ("posted", "ready")
    office.move(dossier, "DA_PHAT")
    assert desk.posting.once_asked(check, desk.results.check_in).why == "given"
    assert (office.state(dossier)[0], desk.posting.view(dossier).at_post) == ("given", False)


def test_a_card_that_the_post_lost_is_made_anew_and_posted_again(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    desk.posting.send(dossier, TO)
    item = desk.journal.dossier(dossier).handing.item
    assert refusal_of(lambda: desk.results.misprint(dossier, "Bưu chính làm mất")) == "STEP_POSTED"
    assert f"POST_LOST:{item}" in [one.code for one in desk.exceptions.kinds(dossier)]
    desk.exceptions.ask(dossier, f"POST_LOST:{item}", "Bưu chính xác nhận đã mất")
    assert refusal_of(lambda: desk.results.misprint(dossier, "Bưu chính làm mất")) == "STEP_POSTED"
    desk.exceptions.decide(dossier, f"POST_LOST:{item}", "supervisor", fakes.PASSWORD, True, "")
    desk.results.misprint(dossier, "Bưu chính làm mất")
    assert office.state(dossier) == ("", "processing")


@pytest.mark.parametrize("code", ["CARD_NOT_HERE", "POST_TWICE", "ORDER_DOSSIER"])
def test_what_central_refuses_before_it_has_everything_stays_begun_and_sends_itself(office: Office, code: str) -> None:
    """The line is back after a morning without one, and the morning still goes out."""
    desk = office.desk
    dossier = shelved(desk)
    office.line.breaks = code
    view = desk.posting.send(dossier, TO)
    assert (office.state(dossier)[0], view.begun, view.may_send) == ("posting", True, True)
    office.line.breaks = ""
    look = desk.posting.refresh_all()
    assert (look.changed, look.problem) == (1, None)
    assert office.state(dossier)[0] == "posted"
    assert office.parcels(dossier) == 1


def test_what_central_refuses_with_everything_at_hand_is_its_last_word(office: Office) -> None:
    desk = office.desk
    dossier = shelved(desk)
    answered(desk)
    office.line.breaks = "CARD_NOT_HERE"
    assert refusal_of(lambda: desk.posting.send(dossier, TO)) == "CARD_NOT_HERE"
    assert office.state(dossier)[0] == "here"


def answered(desk: Desk) -> None:
    """Central has all of this desk."""
    waiting = desk.journal.waiting(1000, 10**9)
    answers = [wire.Answer(wire.decode_entry(one.body).id, True, one.n) for one in waiting]
    desk.journal.answered(wire.Answers(answers, len(waiting) + 1, desk.clock()))
