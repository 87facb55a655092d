"""Reading in the background: what is read waits for the clerk, is found by the search, and fills no field alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from uuid import UUID

import pytest

from clerk_app.desk.page_texts import search_words, text_in, written
from clerk_app.desk.views import PageView, ProposalView
from clerk_app.domain.dossier import Page, PageRead, PagesArranged
from clerk_app.domain.pages import PageText
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import unreachable
from tests.desk import fakes
from tests.desk.conftest import Desk, never
from tests.peers.page_text import CERTIFICATE, page_text

PAGE = b"\xff\xd8 a page as made"


def with_page(desk: Desk, paper: str = "GKSK", data: bytes = PAGE, dossier: UUID | None = None) -> UUID:
    """A dossier with one more page, made and not read."""
    dossier = dossier or desk.identified()
    put(desk, dossier, Page(desk.sheets.put(data), paper, 2480, 3508, 300, len(data), "image/jpeg"))
    return dossier


def put(desk: Desk, dossier: UUID, *pages: Page) -> None:
    now = desk.journal.dossier(dossier).pages
    desk.counter.write(dossier, PagesArranged((*now, *pages), "import"))


def read_all(desk: Desk, dossier: UUID) -> None:
    while desk.reading.read_next(dossier, never) is not None:
        pass


def shown(desk: Desk, dossier: UUID, at: int = 0) -> PageView:
    return desk.intake.view(dossier).papers.pages[at]


def proposed(desk: Desk, dossier: UUID, name: str) -> ProposalView:
    return next(one for one in shown(desk, dossier).proposals if one.name == name)


def sheet(desk: Desk, dossier: UUID) -> str:
    return desk.journal.dossier(dossier).pages[0].sheet


@pytest.fixture
def read(table: Desk) -> tuple[Desk, UUID]:
    """A desk with a dossier whose health certificate was read."""
    table.reader.says = page_text(*CERTIFICATE)
    dossier = with_page(table)
    read_all(table, dossier)
    return table, dossier


# ---- reading


def test_what_was_read_waits_for_the_clerk_and_fills_nothing(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    state = desk.journal.dossier(dossier)
    assert [one.field for one in state.readings_of_pages[sheet(desk, dossier)].proposals][:2] == [
        "health.number",
        "health.concluded",
    ]
    assert not any(name.startswith("health.") for name in state.fields)
    page = shown(desk, dossier)
    assert page.read
    number = proposed(desk, dossier, "health.number")
    assert (number.text, number.doubtful, number.differs, number.can_take) == (
        "00042/GKSKLX/34001/26",
        False,
        False,
        True,
    )
    assert number.sure == "95 %"
    assert proposed(desk, dossier, "health.concluded").text == "02/11/2026"
    assert proposed(desk, dossier, "health.conclusion").text == "Đủ điều kiện sức khỏe lái xe"
    assert desk.intake.view(dossier).papers.unread == 0
    assert [one.name for one in desk.intake.view(dossier).papers.fields] == [
        "health.number",
        "health.concluded",
        "health.conclusion",
        "health.class",
    ]


def test_pages_are_read_one_by_one_until_none_is_left(table: Desk) -> None:
    dossier = with_page(table)
    with_page(table, "GPLX_CU", b"\xff\xd8 two", dossier)
    assert table.reading.pending(dossier) == 2
    assert table.intake.view(dossier).papers.unread == 2
    first = table.reading.read_next(dossier, never)
    assert first is not None
    assert [page.read for page in first.papers.pages] == [True, False]
    assert table.reading.pending(dossier) == 1
    table.reading.read_next(dossier, never)
    assert table.reading.read_next(dossier, never) is None
    assert [asked[0] for asked in table.reader.asked] == [PAGE, b"\xff\xd8 two"]


def test_one_sheet_that_is_pages_of_several_papers_is_read_once(table: Desk) -> None:
    dossier = with_page(table)
    with_page(table, "GPLX_CU", PAGE, dossier)
    with_page(table, "", PAGE, dossier)
    assert table.reading.pending(dossier) == 1
    read_all(table, dossier)
    assert len(table.reader.asked) == 1
    assert table.intake.view(dossier).papers.unread == 0


def test_raw_pages_the_tray_and_the_portrait_are_not_read(table: Desk) -> None:
    dossier = with_page(table, "ANH")
    raw, aside = table.sheets.put(b"raw"), table.sheets.put(b"blank")
    put(
        table,
        dossier,
        Page(raw, "GKSK", 1, 1, 300, 3, raw=True),
        Page(aside, "GKSK", 1, 1, 300, 5, aside="blank"),
    )
    assert table.reading.pending(dossier) == 0
    assert table.reading.read_next(dossier, never) is None
    assert not table.reader.asked


def test_a_desk_without_a_reader_has_nothing_to_do(table: Desk) -> None:
    dossier = with_page(table)
    table.reader.installed = False
    assert not table.reading.available()
    assert table.reading.pending(dossier) == 0


def test_a_page_that_cannot_be_read_is_told_once_and_the_next_one_is_read(table: Desk) -> None:
    dossier = with_page(table)
    with_page(table, "GPLX_CU", b"\xff\xd8 two", dossier)
    table.reader.broken = fakes.fault("READING_CRASHED")
    with pytest.raises(Refusal, match="READING_CRASHED"):
        table.reading.read_next(dossier, never)
    table.reader.broken = None
    assert table.reading.pending(dossier) == 1
    read_all(table, dossier)
    assert [page.read for page in table.intake.view(dossier).papers.pages] == [False, True]


def test_a_page_that_a_citizen_sent_is_read_once_central_gives_it(table: Desk) -> None:
    table.reader.says = page_text(*CERTIFICATE)
    dossier = table.identified()
    put(table, dossier, Page(hashlib.sha256(PAGE).hexdigest(), "GKSK", 2480, 3508, 300, len(PAGE), "image/jpeg"))
    there = False

    def fetch(digest: str, whose: UUID) -> bytes:
        if not there:
            raise unreachable()
        return PAGE

    table.counter.fetch = fetch
    table.reading.finish(dossier, never)
    assert not shown(table, dossier).read
    there = True
    table.reading.finish(dossier, never)
    assert shown(table, dossier).read


@pytest.mark.parametrize("code", ["READING_GIVEN_UP", "READING_PROGRAM_MISSING"])
def test_what_is_not_the_page_s_fault_is_tried_again(table: Desk, code: str) -> None:
    dossier = with_page(table)
    table.reader.broken = fakes.fault(code)
    with pytest.raises(Refusal, match=code):
        table.reading.read_next(dossier, never)
    assert table.reading.pending(dossier) == 1


def test_a_page_that_was_turned_or_given_to_another_paper_is_looked_at_again(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    asked = len(desk.reader.asked)
    desk.pages.assign(dossier, 0, "GPLX_CU")
    assert desk.reading.pending(dossier) == 1
    read_all(desk, dossier)
    assert len(desk.reader.asked) == asked  # its text is known, only other values are looked for
    assert desk.journal.dossier(dossier).readings_of_pages[sheet(desk, dossier)].paper == "GPLX_CU"
    desk.pages.turn(dossier, 0)
    read_all(desk, dossier)
    assert [one[2] for one in desk.reader.asked[asked:]] == [90]


def test_a_page_of_no_paper_yet_is_read_by_what_its_title_says(table: Desk) -> None:
    table.reader.says = page_text(*CERTIFICATE)
    dossier = with_page(table, "")
    read_all(table, dossier)
    assert table.journal.dossier(dossier).readings_of_pages[sheet(table, dossier)].paper == "GKSK"
    assert proposed(table, dossier, "health.class").text == "B"
    page = table.journal.dossier(dossier).pages[0]
    asked = len(table.reader.asked)
    found = table.reading.title_of(dossier, page, never)
    assert found is not None
    assert (found.paper, len(table.reader.asked)) == ("GKSK", asked)


def test_a_page_taken_out_while_it_is_read_is_forgotten(table: Desk) -> None:
    dossier = with_page(table)
    table.reader.meanwhile = lambda: table.pages.remove(dossier, 0)
    table.reading.read_next(dossier, never)
    assert not table.journal.dossier(dossier).readings_of_pages


def test_the_text_is_there_for_the_archive_until_the_originals_go(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    state = desk.journal.dossier(dossier)
    text = desk.reading.text_of(state, sheet(desk, dossier))
    assert text == page_text(*CERTIFICATE)
    assert desk.reading.text_of(state, "ab" * 32) is None
    assert not [one for one in desk.sheets.waiting() if one[0] == state.readings_of_pages[sheet(desk, dossier)].reading]
    gone = replace(state.readings_of_pages[sheet(desk, dossier)], reading="cd" * 32)
    assert desk.reading.text_of(replace(state, readings_of_pages={gone.sheet: gone}), gone.sheet) is None


def test_what_is_read_after_the_acceptance_proposes_nothing(table: Desk) -> None:
    dossier = table.accepted()
    table.reader.says = page_text(*CERTIFICATE)
    read_all(table, dossier)
    state = table.journal.dossier(dossier)
    assert state.readings_of_pages
    assert not any(one.proposals for one in state.readings_of_pages.values())


def test_nobody_reads_without_being_signed_in(table: Desk) -> None:
    dossier = with_page(table)
    table.counter.user = None
    with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
        table.reading.read_next(dossier, never)
    assert not table.reader.asked


# ---- the clerk's word


def test_taken_as_it_was_read_the_form_says_where_it_comes_from(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    before = len(desk.journal.entries(dossier))
    view = desk.reading.settle(dossier, sheet(desk, dossier), "health.number", take=True)
    state = desk.state(view)
    assert state.text("health.number") == "00042/GKSKLX/34001/26"
    assert (state.fields["health.number"].source, state.fields["health.number"].evidence) == ("read", None)
    field = next(one for one in view.papers.fields if one.name == "health.number")
    assert field.source is not None
    assert field.source.vi == "đọc từ giấy, cán bộ xác nhận"
    assert field.proof == "calm"
    assert "health.number" not in [one.name for one in view.papers.pages[0].proposals]
    assert len(desk.journal.entries(dossier)) == before + 2
    again = desk.reading.settle(dossier, sheet(desk, dossier), "health.number", take=False)
    assert desk.state(again).text("health.number") == "00042/GKSKLX/34001/26"
    assert len(desk.journal.entries(dossier)) == before + 2


def test_corrected_it_counts_as_typed(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    desk.reading.settle(dossier, sheet(desk, dossier), "health.class", take=True, text=" C1 ")
    value = desk.journal.dossier(dossier).fields["health.class"]
    assert (value.text, value.source) == ("C1", "manual")


def test_turned_down_it_waits_no_longer_and_fills_nothing(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    view = desk.reading.settle(dossier, sheet(desk, dossier), "health.concluded", take=False)
    assert desk.state(view).text("health.concluded") == ""
    assert "health.concluded" not in [one.name for one in view.papers.pages[0].proposals]
    read_all(desk, dossier)
    assert "health.concluded" not in [one.name for one in shown(desk, dossier).proposals]


def test_what_the_form_says_already_is_not_asked_again(table: Desk) -> None:
    dossier = table.identified()
    person = table.journal.dossier(dossier)
    name, number = person.text("applicant.name"), person.text("applicant.number")
    born = ".".join(reversed(person.text("applicant.born").split("-")))
    lines = (f"Họ và tên: {name.upper()}", f"Ngày sinh: {born}", f"Số CCCD/Căn cước: {number}")
    table.reader.says = page_text("GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE", *lines)
    with_page(table, dossier=dossier)
    read_all(table, dossier)
    assert len(table.journal.dossier(dossier).readings_of_pages[sheet(table, dossier)].proposals) == 3
    assert shown(table, dossier).proposals == ()


def test_a_paper_of_somebody_else_is_seen_and_never_taken(table: Desk) -> None:
    table.reader.says = page_text("Họ và tên (chữ in hoa): VŨ THỊ KHÁC", "Số CCCD/Căn cước: 001190054321")
    dossier = with_page(table)
    read_all(table, dossier)
    name = proposed(table, dossier, "applicant.name")
    held = table.journal.dossier(dossier).text("applicant.name")
    assert (name.differs, name.held, name.can_take) == (True, held, False)
    for field in ("applicant.name", "applicant.number"):
        with pytest.raises(Refusal, match="PROPOSAL_NOT_TAKEN"):
            table.reading.settle(dossier, sheet(table, dossier), field, take=True)
    assert table.journal.dossier(dossier).text("applicant.name") == held
    view = table.reading.settle(dossier, sheet(table, dossier), "applicant.name", take=False)
    assert [one.name for one in view.papers.pages[0].proposals] == ["applicant.number"]


def test_a_name_with_a_letter_read_wrong_is_still_the_name(table: Desk) -> None:
    dossier = table.identified()
    name = table.journal.dossier(dossier).text("applicant.name")
    table.reader.says = page_text(f"Họ và tên: {name.upper().replace('Q', 'O')}")
    with_page(table, dossier=dossier)
    read_all(table, dossier)
    assert shown(table, dossier).proposals == ()


def test_a_licence_is_compared_with_the_register_and_taken_where_it_is_silent(table: Desk) -> None:
    licence = table.journal.dossier(table.identified()).register.licences[0]  # type: ignore[union-attr]
    lines = ("GIẤY PHÉP LÁI XE", f"Số/No: {licence.number}", "Hạng/Class: E")
    table.reader.says = page_text(*lines)
    known = with_page(table, "GPLX_CU")
    read_all(table, known)
    (differs,) = shown(table, known).proposals
    assert (differs.name, differs.differs, differs.can_take) == ("licence.class", True, False)
    alone = with_page(table, "GPLX_CU", b"\xff\xd8 alone", table.draft())
    read_all(table, alone)
    view = table.reading.settle(alone, sheet(table, alone), "licence.number", take=True)
    assert table.state(view).text("licence.number") == licence.number


def test_only_a_proposal_that_is_there_can_be_settled(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    for page, field in ((sheet(desk, dossier), "reason"), ("ab" * 32, "health.number")):
        with pytest.raises(Refusal, match="PROPOSAL_UNKNOWN"):
            desk.reading.settle(dossier, page, field, take=True)
    with pytest.raises(Refusal, match="TEXT_TOO_LONG"):
        desk.reading.settle(dossier, sheet(desk, dossier), "health.class", take=True, text="x" * 50)
    assert "health.class" in [one.name for one in shown(desk, dossier).proposals]


# ---- found by its words


def test_a_dossier_is_found_by_a_word_on_its_page_without_marks(table: Desk) -> None:
    other = table.identified(2)
    table.reader.says = page_text("Bệnh viện Đa khoa Đống Đa", "Số: 00042/GKSKLX/34001/26")
    dossier = with_page(table)
    assert not table.journal.find("đống đa")
    read_all(table, dossier)
    for query in ("dong da", "Đống", "benh vien da khoa", "00042/GKSKLX/34001/26", "gksklx 34001", "BỆNH VIỆN"):
        assert [line.dossier for line in table.journal.find(query)] == [dossier], query
    assert not table.journal.find("dong quan")
    assert not table.journal.find("khong co chu nay")
    assert [line.dossier for line in table.journal.find("")][-1] == other


def test_a_page_taken_out_is_found_no_more_and_undo_finds_it_again(table: Desk) -> None:
    table.reader.says = page_text("Bệnh viện Đa khoa Đống Đa")
    dossier = with_page(table)
    read_all(table, dossier)
    table.pages.remove(dossier, 0)
    assert not table.journal.find("dong da")
    table.pages.undo(dossier)
    assert [line.dossier for line in table.journal.find("dong da")] == [dossier]


def test_who_bears_the_name_comes_before_who_is_named_on_a_page(table: Desk) -> None:
    bearer = table.identified()
    name = table.journal.dossier(bearer).text("applicant.name")
    table.reader.says = page_text(f"Bác sĩ {name}")
    named = with_page(table, "GKSK", dossier=table.identified(2))
    read_all(table, named)
    assert [line.dossier for line in table.journal.find(name)] == [bearer, named]


def test_the_search_is_made_anew_from_the_journal(table: Desk) -> None:
    table.reader.says = page_text("Bệnh viện Đa khoa Đống Đa")
    dossier = with_page(table)
    read_all(table, dossier)
    with table.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM dossier_words")
    assert not table.journal.find("dong da")
    assert any("words on pages" in problem for problem in table.journal.verify().problems)
    table.journal.rebuild()
    assert [line.dossier for line in table.journal.find("dong da")] == [dossier]
    assert table.journal.verify().ok


@pytest.mark.parametrize("query", ['"', "*", "a", "()", "AND", "dong AND", "NEAR(a b)", "/", "đ", "\x00", "漢字", "-"])
def test_a_strange_query_finds_nothing_and_breaks_nothing(table: Desk, query: str) -> None:
    table.reader.says = page_text("Bệnh viện")
    dossier = with_page(table)
    read_all(table, dossier)
    table.journal.find(query)


# ---- how a text is kept


def test_a_text_is_kept_whole() -> None:
    text = page_text(*CERTIFICATE)
    assert text_in(written(text)) == text
    assert written(text) == written(page_text(*CERTIFICATE))
    assert len(written(text)) < 3000
    assert search_words(text).split()[:4] == ["00042", "001090012345", "08", "11"]
    assert "dieu" in search_words(text).split()


@pytest.mark.parametrize("data", [b"", b"garbage", written(PageText((), 1, 1))[:-3], b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        text_in(data)


def test_no_word_of_a_page_stands_in_a_repr(read: tuple[Desk, UUID]) -> None:
    desk, dossier = read
    state = desk.journal.dossier(dossier)
    happened = [entry.what for entry in desk.journal.entries(dossier) if isinstance(entry.what, PageRead)]
    said = repr((page_text(*CERTIFICATE), happened, state.readings_of_pages, shown(desk, dossier).proposals))
    assert "QUÂN" not in said
    assert "34001" not in said
