"""Two desks, one dossier: what each did without seeing the other stands side by side, or goes to the shelf by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.central.leases import LASTS
from clerk_app.desk.views import ShelfView
from clerk_app.desk.words import REGISTER_NOT_ASKED
from clerk_app.domain.dossier import (
    Page,
    PageArrived,
    PaperMarked,
    RefusalSettled,
    RegisterAnswered,
    TakenOver,
    arranged,
)
from tests.peers.two_desks import Joined, Office, refusal_of

Pair = Callable[[], tuple[Joined, Joined, UUID]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def pair(office: Office, tmp_path: Path, _empty_store: Path) -> Iterator[tuple[Joined, Joined, UUID]]:
    """Two desks that both have a dossier which the first one opened."""
    first = Joined(tmp_path / "first", office, "Q01", "clerk", _empty_store)
    second = Joined(tmp_path / "second", office, "Q02", "clerk2", _empty_store)
    first.deliver()
    second.deliver()
    dossier = first.desk.intake.open().dossier
    first.enter(dossier, applicant__phone="0900000000")
    first.deliver()
    second.deliver()
    yield first, second, dossier
    first.close()
    second.close()


def agreed(office: Office, dossier: UUID, *desks: Joined) -> None:
    """Everybody delivered twice, and all have the same dossier."""
    for desk in (*desks, *desks):
        desk.deliver()
    for desk in desks:
        assert desk.state(dossier) == office.dossier(dossier)
        assert desk.desk.journal.verify().ok


def shelf_of(desk: Joined) -> ShelfView:
    (view,) = desk.desk.shelf.views()
    return view


def page(name: str, paper: str = "GKSK") -> Page:
    return Page(name * 64, paper, 100, 200, 300, 10)


def test_different_fields_both_stand_whoever_comes_first(office: Office, pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    first.enter(dossier, reason="Sắp hết hạn")
    second.enter(dossier, applicant__residence="Hà Nội")
    agreed(office, dossier, second, first)
    assert office.dossier(dossier).text("reason") == "Sắp hết hạn"
    assert office.dossier(dossier).text("applicant.residence") == "Hà Nội"
    assert first.refused() == second.refused() == []


def test_another_value_in_the_same_field_goes_to_the_shelf_and_nothing_is_lost(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    first.enter(dossier, applicant__phone="0911111111")
    second.enter(dossier, applicant__phone="0922222222", reason="Hỏng")
    second.deliver()
    first.deliver()
    assert first.refused() == ["FIELD_CONTRADICTED"]
    assert office.dossier(dossier).text("applicant.phone") == "0922222222"
    assert first.state(dossier).text("applicant.phone") == "0911111111", "what this desk entered is still what it shows"
    (line,) = shelf_of(first).lines
    assert (line.ours.vi, line.central.vi, line.differs) == ("0911111111", "0922222222", True)
    assert line.told.vi.startswith("Q02 · clerk2 · ")


def test_the_same_value_twice_and_a_value_that_was_seen_contradict_nothing(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    first.enter(dossier, reason="Hỏng")
    second.enter(dossier, reason="Hỏng")
    agreed(office, dossier, first, second)
    second.enter(dossier, reason="Mất")
    agreed(office, dossier, first, second)
    assert (first.refused(), second.refused()) == ([], [])
    assert office.dossier(dossier).text("reason") == "Mất"


def test_what_was_typed_into_a_view_says_what_that_view_showed(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    """The other desk's value came while somebody typed: it is in the journal, but nobody looked at it."""
    first, second, dossier = pair
    shown = first.desk.intake.view(dossier)
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    first.desk.intake.enter(dossier, {"applicant.phone": "0911111111"}, "identity", "", shown.seen)
    first.deliver()
    assert first.refused() == ["FIELD_CONTRADICTED"]


def test_pages_of_both_desks_stand_and_the_same_page_changed_twice_does_not(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    write = first.desk.counter.write
    write(dossier, arranged(first.state(dossier), (page("a"), page("b")), "import"))
    for one in "abcd":
        office.sheets._path(page(one).sheet).parent.mkdir(parents=True, exist_ok=True)
        office.sheets._path(page(one).sheet).write_bytes(one.encode())
    agreed(office, dossier, first, second)
    first.desk.pages.turn(dossier, 0)
    second.desk.pages.turn(dossier, 1)
    state = second.state(dossier)
    second.desk.counter.write(dossier, arranged(state, (*state.pages, page("c")), "import"))
    agreed(office, dossier, first, second)
    assert [(one.sheet[0], one.turned) for one in office.dossier(dossier).pages] == [("a", 90), ("b", 90), ("c", 0)]
    first.desk.pages.remove(dossier, 2)
    second.desk.pages.turn(dossier, 2)
    first.deliver()
    second.deliver()
    assert second.refused() == ["PAGES_CONTRADICTED"]
    view = shelf_of(second)
    assert [len(view.our_pages), len(view.central_pages)] == [3, 2]
    assert [one.differs for one in view.our_pages] == [False, False, True]


def test_a_page_instead_of_another_finds_it_wherever_it_lies_by_then(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    for one in "ab":
        office.sheets._path(page(one).sheet).parent.mkdir(parents=True, exist_ok=True)
        office.sheets._path(page(one).sheet).write_bytes(one.encode())
    first.desk.counter.write(dossier, arranged(first.state(dossier), (page("a"), page("b")), "import"))
    agreed(office, dossier, first, second)
    first.desk.pages.move(dossier, 1, 0)
    raw = Page("e" * 64, "GKSK", 100, 200, 300, 10, raw=True)
    second.desk.counter.write(dossier, PageArrived(raw, "scan", 1, page("b").sheet))
    agreed(office, dossier, first, second)
    assert [one.sheet[0] for one in office.dossier(dossier).pages] == ["e", "a"]


@pytest.mark.parametrize("way", ["central", "ours"])
def test_a_settled_refusal_holds_the_dossier_no_more(
    office: Office, pair: tuple[Joined, Joined, UUID], way: str
) -> None:
    first, second, dossier = pair
    first.enter(dossier, applicant__phone="0911111111")
    first.enter(dossier, applicant__residence="Huế")
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    assert first.refused() == ["FIELD_CONTRADICTED", "DOSSIER_HELD"]
    first.desk.as_user("clerk")
    assert refusal_of(lambda: first.desk.shelf.settle(dossier, "Q01", "central", "x")) == "NOT_ALLOWED"
    first.desk.as_user("supervisor")
    assert refusal_of(lambda: first.desk.shelf.settle(dossier, "Q01", "central", " ")) == "REASON_MISSING"
    first.desk.shelf.settle(dossier, "Q01", way, "Đã hỏi lại người dân")  # type: ignore[arg-type]
    agreed(office, dossier, first, second)
    assert first.refused() == second.refused() == []
    ours = way == "ours"
    state = office.dossier(dossier)
    assert state.text("applicant.phone") == ("0911111111" if ours else "0922222222")
    assert state.text("applicant.residence") == ("Huế" if ours else "")
    kinds = [type(one.entry.what).__name__ for one in first.desk.journal.records(dossier)]
    assert kinds.count("FieldsEntered") == (5 if ours else 4), "what was set aside stays in the timeline"
    first.desk.as_user("clerk")
    first.enter(dossier, reason="Hỏng")
    agreed(office, dossier, first, second)
    assert office.dossier(dossier).text("reason") == "Hỏng"


def test_a_new_dossier_takes_everything_with_it(office: Office, pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    first.enter(dossier, applicant__phone="0911111111", reason="Hỏng")
    second.desk.intake.discard(dossier, "Người dân về")
    second.deliver()
    first.deliver()
    assert first.refused() == ["DOSSIER_CLOSED"]
    first.desk.as_user("supervisor")
    assert [one.open for one in shelf_of(first).ways] == [True, False, True]
    assert refusal_of(lambda: first.desk.shelf.settle(dossier, "Q01", "ours", "x")) == "WAY_CLOSED"
    made = first.desk.shelf.settle(dossier, "Q01", "new", "Người dân quay lại").dossier
    agreed(office, dossier, first, second)
    assert made != dossier
    assert office.dossier(dossier).status == "discarded"
    assert office.dossier(made).text("applicant.phone") == "0911111111"
    (settled,) = [one.what for one in first.desk.journal.entries(dossier) if isinstance(one.what, RefusalSettled)]
    assert settled.made == made


@pytest.mark.parametrize("way", ["ours", "new"])
def test_what_the_register_said_is_asked_again_where_a_decision_brings_it_back(
    office: Office, pair: tuple[Joined, Joined, UUID], way: str
) -> None:
    """It was said of that dossier and that moment; central would refuse it, and hold what stands behind it."""
    first, second, dossier = pair
    first.enter(dossier, applicant__phone="0911111111")
    first.desk.counter.write(dossier, RegisterAnswered(True, (), "clear", "CSGT"), PaperMarked("GKSK", "seen"))
    if way == "new":
        second.desk.intake.discard(dossier, "Người dân về")
    else:
        second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    first.desk.as_user("supervisor")
    made = first.desk.shelf.settle(dossier, "Q01", way, "Đã hỏi lại người dân").dossier  # type: ignore[arg-type]
    agreed(office, dossier, first, second)
    assert first.refused() == []
    state = office.dossier(made)
    assert state.marks == {"GKSK": "seen"}
    assert state.register is None or not state.register.answered
    assert first.desk.intake.view(made).identity.register == REGISTER_NOT_ASKED


def test_a_refusal_can_be_settled_at_any_desk_and_exactly_one_decision_counts(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    first.enter(dossier, applicant__phone="0911111111")
    second.enter(dossier, applicant__phone="0922222222")
    for desk in (second, first, second):
        desk.deliver()
    assert first.refused() == second.refused() == ["FIELD_CONTRADICTED"]
    assert second.state(dossier) == office.dossier(dossier), "what another desk was refused is no part of the dossier"
    first.desk.as_user("supervisor")
    second.desk.as_user("supervisor2")
    first.desk.shelf.settle(dossier, "Q01", "ours", "Số của quầy 1 đúng")
    second.desk.shelf.settle(dossier, "Q01", "central", "Số của quầy 2 đúng")
    for desk in (second, first, second):
        desk.deliver()
    assert office.dossier(dossier).text("applicant.phone") == "0922222222"
    assert set(first.refused()) == {"SETTLED_BEFORE", "DOSSIER_HELD"}
    first.desk.shelf.settle(dossier, "Q01", "central", "Đồng nghiệp đã quyết định")
    agreed(office, dossier, first, second)
    assert first.refused() == second.refused() == []


def test_nobody_decides_that_his_own_entry_goes_first(office: Office, pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    first.desk.as_user("supervisor")
    first.enter(dossier, applicant__phone="0911111111")
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    assert refusal_of(lambda: first.desk.shelf.settle(dossier, "Q01", "ours", "x")) == "FOUR_EYES"
    first.desk.shelf.settle(dossier, "Q01", "central", "Tôi nhập nhầm")
    agreed(office, dossier, first, second)


def test_what_was_accepted_without_seeing_the_other_desk_is_accepted_again_under_its_code(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    """Never is something signed that the citizen did not see; the receipt in his hand stays right."""
    first, second, _ = pair
    dossier = first.desk.applied()
    first.deliver()
    second.deliver()
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    first.desk.cashier.take(dossier, "cash", 200_000)
    code = first.desk.intake.submit(dossier).code
    first.deliver()
    assert first.refused() == ["SUBMITTED_UNSEEN"]
    assert office.dossier(dossier).status == "draft"
    first.desk.as_user("supervisor")
    first.desk.shelf.settle(dossier, "Q01", "ours", "Đã xem lại với người dân")
    first.desk.as_user("clerk")
    assert first.state(dossier).status == "draft"
    assert first.desk.intake.submit(dossier).code == code
    agreed(office, dossier, first, second)
    accepted = office.dossier(dossier)
    assert (accepted.status, accepted.code, accepted.text("applicant.email")) == ("submitted", code, "a@b.vn")
    second.desk.as_user("clerk2")
    assert refusal_of(lambda: second.enter(dossier, applicant__email="c@d.vn")) == "DOSSIER_CLOSED"


@pytest.mark.parametrize("end", ["submit", "discard"])
def test_nobody_signs_what_came_after_they_looked(office: Office, pair: tuple[Joined, Joined, UUID], end: str) -> None:
    """The other desk's value is in the journal by then, and so is no surprise to central; the clerk never saw it."""
    first, second, _ = pair
    dossier = first.desk.applied()
    if end == "submit":
        first.desk.cashier.take(dossier, "cash", 200_000)
    agreed(office, dossier, first, second)
    shown = first.desk.intake.view(dossier)
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    first.deliver()
    before = first.desk.journal.records(dossier)

    def sign(seen: int) -> None:
        if end == "submit":
            first.desk.intake.submit(dossier, seen)
        else:
            first.desk.intake.discard(dossier, "Người dân về", seen)

    assert refusal_of(lambda: sign(shown.seen)) == "DOSSIER_CHANGED"
    assert first.desk.journal.records(dossier) == before, "nothing was written"
    sign(first.desk.intake.view(dossier).seen)
    agreed(office, dossier, first, second)
    assert first.refused() == []
    assert office.dossier(dossier).status == ("submitted" if end == "submit" else "discarded")


def test_a_fee_is_taken_for_what_the_clerk_saw(office: Office, pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, _ = pair
    dossier = first.desk.applied()
    agreed(office, dossier, first, second)
    shown = first.desk.intake.view(dossier)
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    first.deliver()
    before = first.desk.journal.records(dossier)
    assert refusal_of(lambda: first.desk.cashier.take(dossier, "cash", 200_000, shown.seen)) == "DOSSIER_CHANGED"
    assert first.desk.journal.records(dossier) == before, "no number is drawn for it"
    fresh = first.desk.intake.view(dossier).seen
    first.desk.cashier.take(dossier, "cash", 200_000, fresh)
    assert first.desk.journal.records(dossier)[-1].entry.seen == fresh
    assert first.desk.cashier.take(dossier, "cash", 200_000, shown.seen).fee.paid, "what was taken stands"


def test_a_mark_says_what_its_view_showed(office: Office, pair: tuple[Joined, Joined, UUID]) -> None:
    """The other desk's mark is in the journal by then, but whoever says otherwise did not look at it."""
    first, second, _ = pair
    dossier = first.desk.applied()
    agreed(office, dossier, first, second)
    shown = first.desk.intake.view(dossier)
    second.desk.papers.mark(dossier, "ANH", "seen")
    second.deliver()
    first.deliver()
    first.desk.papers.mark(dossier, "ANH", "unmarked", shown.seen)
    first.deliver()
    assert first.refused() == ["PAPER_CONTRADICTED"]


def test_what_arrives_while_the_last_pages_are_made_was_not_looked_at(pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, _ = pair
    dossier = first.desk.applied()
    first.desk.cashier.take(dossier, "cash", 200_000)
    first.deliver()
    second.deliver()
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    seen = first.desk.intake.view(dossier).seen
    first.desk.intake._finish_pages = lambda _dossier: first.deliver()
    assert refusal_of(lambda: first.desk.intake.submit(dossier, seen)) == "DOSSIER_CHANGED"
    assert first.state(dossier).status == "draft"


def test_a_view_never_says_that_it_holds_what_came_while_it_was_made(
    pair: tuple[Joined, Joined, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, dossier = pair
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    before = first.desk.intake.view(dossier)
    counts = first.desk.journal.open_counts

    def counted(which: UUID) -> tuple[int, int]:
        first.deliver()
        return counts(which)

    monkeypatch.setattr(first.desk.journal, "open_counts", counted)
    view = first.desk.intake.view(dossier)
    assert (view.application, view.seen) == (before.application, 0)
    assert first.desk.intake.view(dossier).seen > 0


def test_what_central_forgot_counts_as_seen_no_more(pair: tuple[Joined, Joined, UUID]) -> None:
    """Its number will be another dossier's, or another value's."""
    first, second, dossier = pair
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    first.deliver()
    first.enter(dossier, reason="Hỏng")
    assert first.desk.journal.records(dossier)[-1].entry.seen > 0
    first.desk.journal.forgotten(1, "another era")
    first.enter(dossier, reason="Mất")
    assert first.desk.journal.records(dossier)[-1].entry.seen == 0


def test_after_a_rejoining_nothing_that_was_counted_as_seen_is_remembered(pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    journal = first.desk.journal
    second.enter(dossier, applicant__email="a@b.vn")
    second.deliver()
    first.deliver()
    first.enter(dossier, reason="Hỏng")
    before = journal.records(dossier)[-1].entry.seen
    with journal.together():
        journal._open.exec_driver_sql("UPDATE answers SET number = number + 1000 WHERE own_n IS NULL")
        journal.rejoin(max(journal.sealed_after(0)), [], (0, b""))
    first.enter(dossier, reason="Mất")
    assert (before > 0, journal.records(dossier)[-1].entry.seen) == (True, before + 1000)


# ---- leases


def test_who_has_a_dossier_open_is_known_where_there_is_a_line(pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    assert first.desk.leases.hold(dossier).state == "ours"
    seen = second.desk.leases.hold(dossier)
    assert (seen.state, seen.words.vi) == ("theirs", "Quầy Q01 · Nguyễn Thu Hà đang mở từ 08:30")
    view = second.desk.intake.view(dossier)
    assert view.elsewhere == seen.words
    assert all(field.locked for field in view.application.fields)
    assert refusal_of(lambda: second.desk.pages.undo(dossier)) == "DOSSIER_ELSEWHERE"
    first.desk.leases.release(dossier)
    assert second.desk.leases.hold(dossier).state == "ours"
    assert second.desk.intake.view(dossier).elsewhere is None


def test_a_lease_that_nobody_renews_is_nobodys(pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    first.desk.leases.hold(dossier)
    second.line.now += LASTS - timedelta(seconds=1)
    assert second.desk.leases.hold(dossier).state == "theirs"
    second.line.now += timedelta(seconds=1)
    assert second.desk.leases.hold(dossier).state == "ours"


def test_without_a_line_nobody_is_kept_from_working(pair: tuple[Joined, Joined, UUID]) -> None:
    first, second, dossier = pair
    first.desk.leases.hold(dossier)
    second.desk.leases.hold(dossier)
    second.line.up = False
    assert second.desk.leases.hold(dossier).state == "none"
    second.enter(dossier, reason="Hỏng")
    assert second.state(dossier).text("reason") == "Hỏng"


def test_a_take_over_leaves_a_trace_and_what_was_typed_meanwhile_stays(
    office: Office, pair: tuple[Joined, Joined, UUID]
) -> None:
    first, second, dossier = pair
    first.desk.leases.hold(dossier)
    shown = first.desk.intake.view(dossier)
    assert refusal_of(lambda: second.desk.leases.take_over(dossier, "")) == "REASON_MISSING"
    assert second.desk.leases.take_over(dossier, "Người dân sang quầy 2").state == "ours"
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    assert any(isinstance(one.what, TakenOver) for one in first.desk.journal.entries(dossier))
    told = first.desk.leases.hold(dossier)
    assert told.words.vi == "Quầy Q02 · Phạm Đức Long đang mở từ 08:30"
    first.desk.intake.enter(dossier, {"applicant.phone": "0911111111", "reason": "Hỏng"}, "identity", "", shown.seen)
    first.deliver()
    assert first.refused() == ["FIELD_CONTRADICTED"]
    assert {line.ours.vi for line in shelf_of(first).lines} == {"0911111111", "Hỏng"}
