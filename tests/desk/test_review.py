"""A second look at two desks of one office and their central: drawn, judged, answered, counted; and what is forged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app import wire
from clerk_app.central.draws import published
from clerk_app.central.law import PackedLaw
from clerk_app.domain.dossier import Happening
from clerk_app.domain.oversight import FindingAnswered, Looked, Reviewed
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import MORNING, Desk
from tests.peers.drawn import with_settings, with_share
from tests.peers.two_desks import Joined, Office, refusal_of

TODAY = date(2026, 11, 23)


class Two:
    """The clerk's desk Q01 and the supervisor's Q02; every accepted dossier is drawn unless a test says otherwise."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        self.office = Office(folder / "central")
        self.first = Joined(folder / "first", self.office, "Q01", "clerk", empty_store)
        self.second = Joined(folder / "second", self.office, "Q02", "supervisor", empty_store)
        self.law(with_share(10_000))
        self.meet()

    def law(self, pack: object) -> None:
        object.__setattr__(self.office.register, "law", PackedLaw(pack))  # type: ignore[arg-type]
        for joined in (self.first, self.second):
            joined.desk.counter.pack = pack  # type: ignore[assignment]

    def at(self, days: float) -> None:
        """So many days after the first morning, at the desks and at central."""
        for joined in (self.first, self.second):
            joined.desk.time = max(joined.desk.time, MORNING + timedelta(days=days))
            joined.line.now = joined.desk.time

    def meet(self) -> None:
        for joined in (self.first, self.second, self.first):
            joined.deliver()

    def accepted(self) -> UUID:
        dossier = self.first.desk.accepted()
        self.meet()
        return dossier

    def drawn(self) -> UUID:
        """A dossier that was accepted yesterday and is drawn."""
        dossier = self.accepted()
        self.at(1)
        self.meet()
        return dossier

    def close(self) -> None:
        self.first.close()
        self.second.close()
        self.office.close()


@pytest.fixture
def two(tmp_path: Path, _empty_store: Path) -> Iterator[Two]:
    made = Two(tmp_path, _empty_store)
    yield made
    made.close()


def listed(desk: Desk) -> list[UUID]:
    return [row.dossier for row in desk.review.view().rows]


def forged(two: Two, desk: Joined, dossier: UUID, what: Happening, who: str) -> str:
    """Sent straight to central past every rule of the desk; with which code it is refused there."""
    desk.desk.journal.append(dossier, [what], who, desk.desk.clock())
    desk.deliver()
    said = desk.refused()
    return said[-1] if said else ""


def test_a_dossier_is_drawn_once_its_day_is_over_and_the_other_desk_looks(two: Two) -> None:
    dossier = two.accepted()
    assert listed(two.second.desk) == [], "today's seed is nobody's yet"
    two.at(1)
    two.meet()
    assert listed(two.second.desk) == [dossier]
    assert listed(two.first.desk) == [], "a clerk takes no second look"
    sheet = two.second.desk.review.look(dossier)
    assert (sheet.row.by, sheet.row.code) == ("clerk", two.first.state(dossier).code)
    assert "NHAP_SAI" in [cause.code for cause in sheet.causes]
    assert sheet.dossier.papers.pages
    two.second.desk.review.look(dossier)
    looks = [(one.who, one.what) for one in two.second.desk.journal.entries(dossier) if isinstance(one.what, Looked)]
    assert looks == [("supervisor", Looked("review"))], "seen once, and looked up again"
    two.second.desk.review.decide(dossier, "sound")
    assert listed(two.second.desk) == []
    two.meet()
    assert two.second.refused() == []
    assert [one.result for one in two.office.dossier(dossier).reviews] == ["sound"]
    assert two.first.state(dossier) == two.office.dossier(dossier) == two.second.state(dossier)


def test_pages_of_the_other_desk_are_shown_for_the_second_look(two: Two) -> None:
    dossier = two.drawn()
    sheet = two.first.state(dossier).pages[0].sheet
    assert refusal_of(lambda: two.second.desk.sheets.get(sheet)) == "SHEET_MISSING"
    two.at(40)
    assert two.second.line.fetch_sheet(sheet, dossier) == two.first.desk.sheets.get(sheet), "long after it was due"
    two.second.desk.review.decide(dossier, "sound")
    two.meet()
    assert refusal_of(lambda: two.second.line.fetch_sheet(sheet, dossier)) == "SHEET_NOT_OPEN"


def test_what_is_not_drawn_is_not_looked_at_here_or_at_central(two: Two) -> None:
    two.law(with_share(0))
    dossier = two.drawn()
    assert listed(two.second.desk) == []
    assert refusal_of(lambda: two.second.desk.review.decide(dossier, "sound")) == "REVIEW_NOT_DRAWN"
    assert forged(two, two.second, dossier, Reviewed("sound"), "supervisor") == "REVIEW_NOT_DRAWN"


def test_desk_and_central_draw_the_same_of_many(two: Two) -> None:
    """Half of them are drawn: central accepts a look at exactly those that the desk lists."""
    two.law(with_share(5_000))
    dossiers = [two.first.desk.accepted() for _ in range(12)]
    two.meet()
    two.at(1)
    two.meet()
    here = set(listed(two.second.desk))
    assert 0 < len(here) < 12
    for dossier in dossiers:
        code = forged(two, two.second, dossier, Reviewed("sound"), "supervisor")
        assert (two.office.dossier(dossier).reviews != ()) is (dossier in here), code


def test_who_took_part_does_not_look(two: Two) -> None:
    dossier = two.first.desk.identified()
    two.meet()
    two.second.enter(dossier, applicant__email="a@b.vn")
    two.meet()
    values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B", "reason": "x", "pledge": "yes"}
    two.first.desk.intake.enter(dossier, values | {"applicant.phone": "0912345678"}, "application", "")
    two.first.desk.scanners.pages = [fakes.page(1)]
    for paper in ("GKSK", "GPLX_CU", "ANH"):
        two.first.desk.papers.scan(dossier, paper, lambda _: None, lambda: False)
    two.first.desk.making.finish(dossier)
    two.first.desk.cashier.take(dossier, "cash", 200_000)
    two.first.desk.intake.submit(dossier)
    two.meet()
    two.at(1)
    two.meet()
    assert listed(two.second.desk) == [], "the supervisor typed into it"
    assert refusal_of(lambda: two.second.desk.review.look(dossier)) == "FOUR_EYES"
    two.second.desk.as_user("supervisor2")
    assert listed(two.second.desk) == [dossier]
    assert forged(two, two.second, dossier, Reviewed("sound"), "supervisor") == "FOUR_EYES"
    assert listed(two.second.desk) == [], "what was refused is settled first"


@pytest.mark.parametrize(
    ("what", "who", "code"),
    [
        (Reviewed("sound"), "clerk2", "ROLE_MISSING"),
        (Reviewed("sound"), "clerk", "ROLE_MISSING"),
        (Reviewed("finding", "NO_SUCH", "x"), "supervisor", "REVIEW_CAUSE"),
        (Reviewed("finding", "NHAP_SAI", ""), "supervisor", "REVIEW_COMMENT"),
        (FindingAnswered(uuid4(), "x"), "clerk", "FINDING_UNKNOWN"),
    ],
)
def test_central_refuses_what_a_desk_would_not_have_written(two: Two, what: Happening, who: str, code: str) -> None:
    assert forged(two, two.second, two.drawn(), what, who) == code


def test_central_refuses_a_look_before_the_day_is_over_or_before_acceptance(two: Two) -> None:
    dossier = two.accepted()
    assert forged(two, two.second, dossier, Reviewed("sound"), "supervisor") == "REVIEW_NOT_DRAWN"
    draft = two.first.desk.draft()
    two.meet()
    assert forged(two, two.second, draft, Reviewed("sound"), "supervisor") == "REVIEW_EARLY"


def test_a_finding_goes_back_to_the_clerk_who_answers_it(two: Two) -> None:
    dossier = two.drawn()
    two.second.desk.review.decide(dossier, "finding", "NHAP_SAI", "Ngày cấp khác bản gốc", "reason")
    two.meet()
    assert two.second.desk.review.view().findings == (), "whose work it was not"
    (row,) = two.first.desk.review.view().findings
    assert (row.cause.en, row.comment, row.mine) == (
        "What was entered differs from the papers",
        "Ngày cấp khác bản gốc",
        True,
    )
    assert row.field_label is not None
    assert refusal_of(lambda: two.second.desk.review.answer(dossier, row.review, "x")) == "FINDING_OF_OTHERS"
    assert forged(two, two.second, dossier, FindingAnswered(row.review, "x"), "supervisor") == "FINDING_OF_OTHERS"
    two.first.desk.review.answer(dossier, row.review, "Đã sửa tại cơ sở dữ liệu")
    assert two.first.desk.review.view().findings == ()
    two.meet()
    assert [one.station for one in two.first.desk.journal.refused()] == ["Q02"], "the forged answer alone"
    (look,) = two.office.dossier(dossier).reviews
    assert (look.answer, look.answered_by) == ("Đã sửa tại cơ sở dữ liệu", "clerk")
    (told,) = two.first.desk.review.findings_of(dossier)
    assert (told.answer, told.mine) == ("Đã sửa tại cơ sở dữ liệu", False)
    two.first.desk.journal.append(dossier, [FindingAnswered(row.review, "nữa")], "clerk", two.first.desk.clock())
    two.first.deliver()
    assert sorted(two.first.refused()) == ["FINDING_ANSWERED", "FINDING_OF_OTHERS"]


def test_figures_by_cause_and_without_names_unless_the_policy_says_so(two: Two) -> None:
    dossiers = [two.first.desk.accepted() for _ in range(4)]
    two.meet()
    two.at(1)
    two.meet()
    review = two.second.desk.review
    review.decide(dossiers[0], "sound")
    review.decide(dossiers[1], "finding", "LE_PHI", "Thu thiếu")
    review.decide(dossiers[2], "finding", "LE_PHI", "Thu thừa")
    two.meet()
    review_of_clerk = two.first.desk.review
    review_of_clerk.answer(dossiers[1], review_of_clerk.findings()[0].review, "Đã thu thêm")
    two.meet()
    figures = review.figures(TODAY, TODAY + timedelta(days=1))
    assert (figures.accepted, figures.drawn) == (4, 4)
    assert (figures.looked, figures.sound, figures.findings, figures.answered) == (3, 1, 2, 1)
    assert (figures.causes[0].code, figures.causes[0].count) == ("LE_PHI", 2)
    assert {one.code: one.count for one in figures.causes[1:]} == dict.fromkeys(
        ("DANH_TINH", "DIEU_KIEN", "GIAY_TO_THIEU", "KHAC", "NHAP_SAI"), 0
    )
    assert (figures.clerks, figures.named) == ((), False)
    later = review.figures(TODAY + timedelta(days=2), TODAY + timedelta(days=9))
    assert (later.accepted, later.drawn, later.looked) == (0, 0, 0)
    two.law(with_settings(with_share(10_000), review_figures_by_clerk="on"))
    named = review.figures(TODAY, TODAY + timedelta(days=1))
    assert [(one.clerk, one.looked, one.findings) for one in named.clerks] == [("clerk", 3, 2)]
    assert refusal_of(lambda: review_of_clerk.figures(TODAY, TODAY)) == "NOT_ALLOWED"


def test_two_supervisors_who_look_at_the_same_moment_are_both_heard(two: Two) -> None:
    dossier = two.drawn()
    two.first.desk.as_user("supervisor2")
    two.first.desk.review.decide(dossier, "sound")
    two.second.desk.review.decide(dossier, "finding", "KHAC", "Thiếu chữ ký")
    two.meet()
    two.meet()
    assert (two.first.refused(), two.second.refused()) == ([], [])
    assert {one.who for one in two.office.dossier(dossier).reviews} == {"supervisor", "supervisor2"}
    assert refusal_of(lambda: two.second.desk.review.decide(dossier, "sound")) == "REVIEW_TWICE"


def test_a_drawn_dossier_waits_for_as_many_days_as_the_setting_says(two: Two) -> None:
    dossier = two.drawn()
    two.at(29)
    two.meet()
    assert listed(two.second.desk) == [dossier]
    two.at(31)
    two.meet()
    assert listed(two.second.desk) == []


def test_a_seed_of_another_central_is_not_believed_and_that_is_said(two: Two) -> None:
    two.at(1)
    two.meet()
    assert two.second.desk.review.view().problem is None
    known = two.second.desk.draws.newest()
    two.at(2)
    forged_draw = wire.Draw((TODAY + timedelta(days=1)).isoformat(), b"\x01" * 32)
    two.second.desk.draws.heard(replace_draw(forged_draw))
    assert two.second.desk.draws.newest() == known
    problem = two.second.desk.review.view().problem
    assert problem is not None
    assert problem.code == "REVIEW_SEED_BROKEN"


def replace_draw(draw: wire.Draw) -> wire.Pulled:
    return wire.Pulled([], 0, draw=draw)


def test_central_says_the_same_seeds_for_ever_and_never_todays(two: Two) -> None:
    database = two.office.database
    first = published(database, "PC08-HN", MORNING)
    later = published(database, "PC08-HN", MORNING + timedelta(days=40))
    assert first.day == TODAY - timedelta(days=1)
    assert later.follows(first)
    assert published(database, "OTHER", MORNING).seed != first.seed
    assert first.on(TODAY) is None


def test_a_desk_without_a_seed_says_so(table: Desk) -> None:
    table.as_user("supervisor")
    problem = table.review.view().problem
    assert isinstance(problem, Refusal)
    assert problem.code == "REVIEW_SEED_UNKNOWN"


def test_who_has_no_scope_sees_no_dossier_to_look_at(two: Two) -> None:
    dossier = two.drawn()
    with pytest.raises(Refusal, match="NOT_ALLOWED"):
        two.first.desk.review.look(dossier)
    view = two.first.desk.review.view()
    assert (view.may_review, view.may_read, view.problem) == (False, False, None)
    assert replace(view, findings=()).rows == ()
