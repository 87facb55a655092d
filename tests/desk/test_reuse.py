"""Instead of scanning: from an earlier dossier, from the register, or by an exception; and each of it undone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from clerk_app.central.law import PackedLaw
from clerk_app.desk.views import IntakeView, PaperLine
from clerk_app.domain.dossier import PaperTaken, RegisterAnswered, Submitted
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.facts import digitised, waived, waiver
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never


def _line(view: IntakeView, paper: str) -> PaperLine:
    return next(line for line in view.papers.lines if line.code == paper)


def _earlier(table: Desk, concluded: str = "2026-11-18") -> str:
    """A dossier that was accepted with a health certificate of that day; its code."""
    dossier = table.applied()
    if concluded:
        table.intake.enter(dossier, {"health.concluded": concluded}, "papers", "")
    table.cashier.take(dossier, "cash", 200_000)
    return table.intake.submit(dossier).code


def _again(table: Desk) -> UUID:
    """The same person a day later, with a form filled in and no paper."""
    table.time += timedelta(days=1)
    dossier = table.identified()
    values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B", "reason": "Sắp hết hạn", "pledge": "yes"}
    table.intake.enter(dossier, values | {"applicant.phone": "0912345678"}, "application", "reason")
    return dossier


def test_a_paper_of_the_dossier_before_stands_for_a_scan(table: Desk) -> None:
    code = _earlier(table)
    dossier = _again(table)
    line = _line(table.intake.view(dossier), "GKSK")
    assert not line.done
    (offer,) = line.offers
    assert (offer.source, offer.pages, offer.words.vi) == (
        "dossier",
        1,
        f"Hồ sơ {code}, tiếp nhận 23/11/2026 (1 trang)",
    )
    line = _line(table.reuse.take(dossier, offer.id), "GKSK")
    assert (line.done, line.taken, line.offers, line.pages) == (True, "dossier", (), 0)
    assert (line.state.words.vi, line.detail.vi) == ("dùng lại", f"Từ hồ sơ {code}")
    state = table.journal.dossier(dossier)
    assert state.taken["GKSK"].pages == tuple(
        page for page in table.journal.dossier(_of(table, code)).pages if page.paper == "GKSK"
    )
    assert digitised(state, "GKSK") == 2
    line = _line(table.reuse.give_back(dossier, "GKSK"), "GKSK")
    assert (line.done, line.taken, len(line.offers)) == (False, "", 1)
    before = table.kinds(dossier)
    table.reuse.give_back(dossier, "GKSK")
    assert table.kinds(dossier) == before


def _of(table: Desk, code: str) -> UUID:
    (found,) = (line.dossier for line in table.journal.find(code) if line.code == code)
    return found


def test_nothing_of_it_is_sent_again(table: Desk) -> None:
    _earlier(table)
    for digest, _ in table.sheets.waiting():
        table.sheets.delivered(digest)
    dossier = _again(table)
    for digest, _ in table.sheets.waiting():
        table.sheets.delivered(digest)
    table.reuse.take(dossier, _line(table.intake.view(dossier), "GKSK").offers[0].id)
    assert table.sheets.waiting() == ()


@pytest.mark.parametrize(
    ("concluded", "offered"),
    [("2026-11-18", 1), ("2025-11-24", 1), ("2025-11-23", 0), ("", 0)],
    ids=["new", "last day", "a day over", "unknown"],
)
def test_a_certificate_is_offered_within_its_validity_and_never_where_its_day_is_unknown(
    table: Desk, concluded: str, offered: int
) -> None:
    """Received on 24/11/2026; valid for 12 months from its conclusion."""
    _earlier(table, concluded)
    assert len(_line(table.intake.view(_again(table)), "GKSK").offers) == offered


def test_a_paper_whose_row_says_nothing_is_not_offered(table: Desk) -> None:
    _earlier(table)
    assert [line.code for line in table.intake.view(_again(table)).papers.lines if line.offers] == ["GKSK", "GPLX_CU"]


def test_of_another_person_nothing_is_offered(table: Desk) -> None:
    _earlier(table)
    dossier = table.identified(2)
    table.intake.enter(dossier, {"case": "DOI_SAP_HET_HAN", "wanted_class": "B"}, "application", "reason")
    offers = [offer for line in table.intake.view(dossier).papers.lines for offer in line.offers]
    assert {offer.source for offer in offers} <= {"register"}


def test_a_paper_taken_for_one_number_is_none_for_another(table: Desk) -> None:
    _earlier(table)
    dossier = table.draft()
    specimen = table.journal.dossier(table.accepted()).person
    assert specimen is not None
    known = {"applicant.number": specimen.number, "applicant.name": specimen.name}
    table.intake.enter(dossier, known | {"applicant.born": "1990-08-14"}, "identity", "")
    taken = PaperTaken("GKSK", "dossier", "X", 2)
    table.counter.write(dossier, taken)
    assert table.journal.dossier(dossier).taken_for["GKSK"] == specimen.number
    assert digitised(table.journal.dossier(dossier), "GKSK") == 2
    table.intake.enter(dossier, {"applicant.number": "001090000099"}, "identity", "")
    assert digitised(table.journal.dossier(dossier), "GKSK") == 0


def test_the_register_stands_for_the_old_licence_that_it_names(table: Desk) -> None:
    dossier = _again(table)
    (offer,) = _line(table.intake.view(dossier), "GPLX_CU").offers
    assert (offer.source, offer.words.vi) == ("register", f"Dữ liệu trong cơ sở dữ liệu giấy phép ({PRACTICE_FILE})")
    line = _line(table.reuse.take(dossier, offer.id), "GPLX_CU")
    assert (line.done, line.taken) == (True, "register")
    assert digitised(table.journal.dossier(dossier), "GPLX_CU") == 3
    silent = RegisterAnswered(False, (), "unknown", "CSGT", "REGISTER_SILENT")
    table.counter.write(dossier, silent)
    line = _line(table.intake.view(dossier), "GPLX_CU")
    assert (line.done, line.offers) == (False, ())


def test_an_offer_that_is_none_any_more(table: Desk) -> None:
    _earlier(table)
    dossier = _again(table)
    offer = _line(table.intake.view(dossier), "GKSK").offers[0].id
    table.reuse.take(dossier, offer)
    for gone in (offer, "dossier:GKSK:NOPE", "register:GKSK", ""):
        with pytest.raises(Refusal, match="REUSE_GONE"):
            table.reuse.take(dossier, gone)


def test_whoever_may_not_take_dossiers_takes_no_paper(table: Desk) -> None:
    dossier = _again(table)
    table.as_user("it")
    for act in (
        lambda: table.reuse.take(dossier, "register:GPLX_CU"),
        lambda: table.reuse.give_back(dossier, "GPLX_CU"),
        lambda: table.reuse.waive(dossier, "GKSK", "x"),
    ):
        with pytest.raises(Refusal, match="NOT_ALLOWED"):
            act()


# ---- done without ------------------------------------------------------------------------------------------------


def test_a_paper_is_done_without_once_a_supervisor_says_so(table: Desk) -> None:
    dossier = _again(table)
    assert _line(table.intake.view(dossier), "GKSK").waiver == "possible"
    with pytest.raises(Refusal, match="REASON_MISSING"):
        table.reuse.waive(dossier, "GKSK", " ")
    view = table.reuse.waive(dossier, "GKSK", "Cơ sở y tế mất điện, đã gọi xác minh")
    assert (_line(view, "GKSK").waiver, _line(view, "GKSK").done) == ("asked", False)
    (asked,) = (one for one in view.application.exceptions if one.code == "PAPER_WAIVED:GKSK")
    assert asked.state == "asked"
    assert asked.words.vi.endswith("(Giấy khám sức khỏe của người lái xe còn hiệu lực)")
    with pytest.raises(Refusal, match="FOUR_EYES"):
        table.exceptions.decide(dossier, asked.code, "clerk", fakes.PASSWORD, True, "")
    view = table.exceptions.decide(dossier, asked.code, "supervisor", fakes.PASSWORD, True, "được")
    line = _line(view, "GKSK")
    assert (line.waiver, line.done, line.state.words.vi) == ("granted", True, "được miễn")
    assert not _line(view, "GPLX_CU").done, "it was one paper that was waived"
    assert digitised(table.journal.dossier(dossier), "GKSK") == 0


def test_a_refused_waiver_leaves_the_paper_missing(table: Desk) -> None:
    dossier = _again(table)
    table.reuse.waive(dossier, "GKSK", "quên ở nhà")
    view = table.exceptions.decide(dossier, "PAPER_WAIVED:GKSK", "supervisor", fakes.PASSWORD, False, "về lấy")
    assert (_line(view, "GKSK").waiver, _line(view, "GKSK").done) == ("refused", False)
    assert "PAPER_MISSING" in {one.code for one in view.receipt.findings if one.field == "GKSK"}


def test_a_waiver_for_one_number_is_none_for_another(table: Desk) -> None:
    dossier = table.draft()
    for number, done in (("001090012345", True), ("001090099999", False), ("001090012345", True)):
        table.intake.enter(dossier, {"applicant.number": number}, "identity", "")
        if "ExceptionAsked" not in table.kinds(dossier):
            table.exceptions.ask(dossier, waiver("GKSK"), "Cơ sở y tế mất điện")
            table.exceptions.decide(dossier, waiver("GKSK"), "supervisor", fakes.PASSWORD, True, "được")
        assert waived(table.journal.dossier(dossier), "GKSK") is done


@pytest.mark.parametrize(
    ("paper", "says"), [("CC", "WAIVER_NOT_SO"), ("DON", "WAIVER_NOT_SO"), ("NOPE", "PAPER_UNKNOWN")]
)
def test_what_is_there_or_not_asked_for_is_not_waived(table: Desk, paper: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        table.reuse.waive(_again(table), paper, "vì")


# ---- up to central -----------------------------------------------------------------------------------------------


def _submitted(table: Desk, dossier: UUID) -> Submitted:
    table.cashier.take(dossier, "cash", 200_000)
    table.intake.submit(dossier)
    submitted = table.journal.dossier(dossier).submitted
    assert submitted is not None
    return submitted


def test_central_agrees_with_what_the_desk_took_and_waived(table: Desk) -> None:
    code = _earlier(table)
    dossier = _again(table)
    table.reuse.take(dossier, _line(table.intake.view(dossier), "GKSK").offers[0].id)
    table.reuse.take(dossier, "register:GPLX_CU")
    table.reuse.waive(dossier, "ANH", "Máy ảnh hỏng, ảnh có ở hồ sơ giấy")
    table.exceptions.decide(dossier, "PAPER_WAIVED:ANH", "supervisor", fakes.PASSWORD, True, "được")
    what = _submitted(table, dossier)
    law, state, now = PackedLaw(table.counter.pack), table.journal.dossier(dossier), table.clock()
    law.check(state, what, now, lambda asked: table.journal.dossier(_of(table, asked)))
    with pytest.raises(Refusal, match="PAPER_TAKEN") as refusal:
        law.check(state, what, now, lambda asked: None)
    assert "chưa được tiếp nhận" in refusal.value.words.vi
    assert code


def test_pages_scanned_too_are_what_counts(table: Desk) -> None:
    _earlier(table)
    dossier = _again(table)
    table.reuse.take(dossier, _line(table.intake.view(dossier), "GKSK").offers[0].id)
    table.scanners.pages = [fakes.page(7)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.making.finish(dossier)
    line = _line(table.intake.view(dossier), "GKSK")
    assert (line.pages, line.done) == (1, True)
    assert digitised(table.journal.dossier(dossier), "GKSK") == 1


def test_what_was_taken_is_looked_at_once_more_before_the_dossier_is_accepted(table: Desk) -> None:
    """Central would refuse it, and nobody could mend it then."""
    _earlier(table, "2025-11-24")
    dossier = _again(table)
    table.reuse.take(dossier, _line(table.intake.view(dossier), "GKSK").offers[0].id)
    table.reuse.take(dossier, "register:GPLX_CU")
    table.papers.mark(dossier, "ANH", "seen")
    table.cashier.take(dossier, "cash", 200_000)
    table.time += timedelta(days=1)
    with pytest.raises(Refusal, match=r"PAPER_TAKEN: .*(too old|quá hạn)"):
        table.intake.submit(dossier)
    assert table.journal.dossier(dossier).status == "draft"
    table.reuse.give_back(dossier, "GKSK")
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE"):
        table.intake.submit(dossier)
