"""The course of online dossiers in the real window; the registers, the portal, central, printer, scanner: processes.

an apology before the appointment passes, once / stopped, then gone on with / withdrawn by the citizen / the electronic
licence is issued before a card is printed / a misprint goes back without a fee / somebody authorised collects / the
holder collects and signs on paper. In each the line, the portal or the registers fail in the middle, or nothing does;
then every form, desk, central, portal and report say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.practice import specimens
from clerk_app.printing.frame import moment
from tests.printing.paper import codes_of
from tests.stories.course_office import FAILS, NAME, Case, CourseOffice, course_office, hand
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window, pytest.mark.timeout(290)]
EXTEND, STOP, RESUME = "Xin lỗi và gia hạn một lần, trước ngày hẹn", "Dừng giải quyết", "Tiếp tục giải quyết"
WITHDRAW, APPROVE = "Rút hồ sơ", "Duyệt, cấp giấy phép điện tử"
VIOLATIONS, CLEAR, UNKNOWN = "Dữ liệu vi phạm giao thông", "Không có vi phạm chưa xử lý", "Chưa rõ"
OTHER = specimens.specimen(2).person
EVERY = pytest.mark.parametrize("fails", FAILS)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourseOffice]:
    with pytest.MonkeyPatch.context() as patch, course_office(tmp_path_factory.mktemp("office")) as opened:
        patch.setenv("CLERK_KEY_STORE", "none")
        yield opened


# ---- at the window


def at_course(office: CourseOffice, window: DeskWindow, case: Case, fails: str = "") -> None:
    """The course of a dossier, found in the queue; in the middle the clerk may ask the registers, which are silent."""
    office.open_in_queue(window, case.portal, "Alt+7")
    if fails == "registers":
        asked_anew(office, window, case, UNKNOWN)
    begun = len(window.told)
    window.do("press", key="Ctrl+8")
    window.until_words("Bước tiếp theo", case.code, begun=begun)


def words(window: DeskWindow) -> list[str]:
    """What can be read now."""
    window.watch(0.5)
    shown: list[str] = [line for line in window.told if line["what"] == "words"][-1]["shown"]
    return shown


def take(window: DeskWindow, step: str, reason: str, *then: str) -> None:
    """Take a step by its digit and write the reason; then this can be read."""
    window.until_words(step)
    shown = words(window)
    window.do("press", key=shown[shown.index(step) + 1])
    if reason:
        window.until_words("Lý do")
        window.do("to_named", name="Lý do")
        window.do("paste", text=reason)
    begun = len(window.told)
    window.do("press", key="Ctrl+Return")
    window.until_words(*then, begun=begun)


def printed_here(office: CourseOffice, window: DeskWindow, form: str) -> str:
    """Print what the step brought out; what can be read on the paper."""
    before = len(office.printed())
    window.until_words(f"In {form}")
    window.do("press", key="Ctrl+P")
    office.until("the paper", lambda: len(office.printed()) > before)
    (paper,) = office.printed()[before:]
    return paper


def asked_anew(office: CourseOffice, window: DeskWindow, case: Case, badge: str) -> None:
    """On the page of a dossier every register is asked; of the violations this stands there then."""
    before = len(office.violations(case))
    window.do("press", key="F2")
    window.until_words(VIOLATIONS)
    begun = len(window.told)
    window.do("press", key="Shift+F8")
    office.until("what the violation records say", lambda: len(office.violations(case)) > before)
    assert office.violations(case)[-1] == ("unknown" if badge == UNKNOWN else "answered")

    def stands_there(line: Told) -> bool:
        shown: list[str] = line.get("shown", [])
        # Behind the name stands when it said so, then what it said.
        return VIOLATIONS in shown and badge in shown[shown.index(VIOLATIONS) + 2]

    told = window.until(f"{VIOLATIONS}: {badge}", stands_there, begun)
    assert not any("Câu trả lời đã ghi" in text for text in told["shown"]), "what cannot be asked any more is not asked"


def ended(window: DeskWindow) -> None:
    """All of it is at central, and the window complained of nothing."""
    window.do("delivered")
    assert window.close() == 0
    assert window.complaints() == []


def at_box(window: DeskWindow) -> None:
    """A box is open, in which cards are checked in."""
    window.do("press", key="Ctrl+0")
    window.until_words("Trả kết quả cho ai?")
    begun = len(window.told)
    window.do("press", key="F3")
    window.until(
        "the box",
        lambda line: line["what"] == "words" and any("mở hộp" in text for text in line["shown"]),
        begun,
    )
    if any("Chưa mở hộp nào" in text for text in words(window)):
        window.do("press", key="Ctrl+Return")
    window.until_words("Đang mở hộp", begun=begun)


def comes(window: DeskWindow, case: Case) -> None:
    """Its card is in the open box."""
    begun = len(window.told)
    window.do("scan", text=case.code)
    window.until_words("để vào ô", case.code, begun=begun)


def to_hand(window: DeskWindow, case: Case) -> None:
    """The result of a dossier, by the receipt that was laid under the scanner."""
    window.do("press", key="F2")
    begun = len(window.told)
    window.do("scan", text=case.code)
    window.until_words(f"{NAME} · {case.code}", begun=begun)


# ---- on paper


def says(paper: str, *parts: str) -> None:
    for part in parts:
        assert part in paper, (part, paper)


def hour(at: datetime | None) -> str:
    """As it stands in a narrow column."""
    assert at is not None
    return f"{in_hanoi(at):%H:%M%d/%m/%Y}"


def papers_say(office: CourseOffice, case: Case, state: Dossier, *slip: str, book: str = "") -> None:
    """M01 as it was given out, M06 and M07 as it stands now: what is on the slip, and the note in the register."""
    assert state.submitted is not None
    due, first = state.course.due_at, state.submitted.due_at
    assert due is not None
    m01, m06, cells = office.papers(case)
    says(m01, "Mẫu số 01", NAME, case.code, moment(first))
    says(m06, "Mẫu số 06", case.code, f"hẹn trả kết quả: {moment(due)}", *slip)
    given = state.handing.given_at
    hours = [hour(at) for at in (state.submitted.received_at, due, given) if at is not None]
    for one in hours:
        # Of two in the same minute there are two.
        assert cells.count(one) == hours.count(one), (hours, cells)
    assert case.code in cells, cells
    assert (cells[-1] == "".join(book.split())) if book else not cells[-1].startswith(("Nhận", "Người")), cells


# ---- the stories


def apologised(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> str:
    """M04, which was printed while something failed."""
    with office.failing(fails):
        at_course(office, window, case, fails)
        take(window, EXTEND, "Máy in thẻ hỏng", "trước đó", "Chỉ được làm một lần")
        paper = printed_here(office, window, "M04")
    if fails == "registers":
        window.do("press", key="Escape")
        asked_anew(office, window, case, CLEAR)
    return paper


def the_apology(office: CourseOffice, case: Case, paper: str) -> None:
    state = office.everywhere(case)
    course = state.course
    old, new = course.dues
    assert (course.state, course.clock, course.due_at, course.times("extend")) == ("processing", "runs", new, 1)
    assert old < new
    says(paper, "Mẫu số 04 · Thông tư số 03/2025/TT-VPCP", "VĂN BẢN XIN LỖI", NAME, case.code, "Máy in thẻ hỏng")
    says(paper, f"kết quả giải quyết hồ sơ: {moment(old)}", f"kết quả lại: {moment(new)} (chậm 1 ngày làm việc)")
    there = office.portal_has(case, "4", "Xin lỗi ông/bà")
    assert there["NgayHenTra"] == f"{in_hanoi(new):%Y%m%d%H%M%S}"
    papers_say(office, case, state)
    again = office.refused("dossier", "step", case.code, "extend", "--reason", "x", "--due", "2027-03-01T10:00")
    assert again == "STEP_ONCE"


def stopped_and_gone_on(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """M05 is printed while something fails; then what was left of the time goes on."""
    with office.failing(fails):
        at_course(office, window, case)
        take(window, STOP, "Chờ kết luận của cơ quan điều tra", "Tạm dừng tính thời hạn", RESUME)
        paper = printed_here(office, window, "M05")
    window.do("delivered")
    says(paper, "Mẫu số 05 · Thông tư số 03/2025/TT-VPCP", "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", NAME, case.code)
    says(paper, "Chờ kết luận của cơ quan điều tra", "Không hoàn trả 115.000")
    course = office.at_central(case.dossier).course
    assert (course.state, course.clock, course.ended) == ("stopped", "paused", True)
    office.portal_has(case, "8", "đã dừng giải quyết. Lý do: Chờ kết luận")
    with office.failing(fails):
        take(window, RESUME, "Đã có kết luận", "Đang giải quyết", "Thời hạn đang tính")


def the_resumption(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    course = state.course
    assert (course.state, course.clock, len(course.dues), course.ended) == ("processing", "runs", 2, False)
    there = office.portal_has(case, "4", "được tiếp tục giải quyết")
    assert there["NgayHenTra"] == f"{in_hanoi(course.dues[-1]):%Y%m%d%H%M%S}"
    papers_say(office, case, state)


def approved(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """By the supervisor, in the window."""
    with office.failing(fails):
        at_course(office, window, case)
        take(window, APPROVE, "", "Đã duyệt, chưa in thẻ", "Không tính thời hạn")


def the_approval(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    assert (state.course.state, state.course.ended, state.handing.state) == ("approved", False, "")
    office.portal_has(case, "9", "Giấy phép lái xe điện tử xem trên VNeID")
    assert office.listed("awaited", case)
    assert not office.listed("waiting", case)
    papers_say(office, case, state, "Trước hạn")
    assert office.refused("results", "hand-over", case.code, "--unable", "x", user="clerk") == "CARD_NOT_HERE"
    assert office.refused("dossier", "step", case.code, "receive-card", user="clerk") == "STEP_CARD"


def withdrawn(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """By the citizen: nothing is owed any more."""
    with office.failing(fails):
        at_course(office, window, case, fails)
        take(window, WITHDRAW, "Đổi ở tỉnh khác", "Người nộp rút hồ sơ", "Không tính thời hạn")
        window.until_words("Bạn không có bước nào")


def the_withdrawal(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    course = state.course
    assert (course.state, course.ended, course.passed[-1].what.reason) == ("withdrawn", True, "Đổi ở tỉnh khác")
    there = office.portal_has(case, "7", "đã được rút theo yêu cầu")
    assert there["NgayTra"] == ""
    papers_say(office, case, state, "Người nộp rút", book="Người nộp rút hồ sơ")
    assert office.refused("dossier", "step", case.code, "approve") == "STEP_NOT_FROM_HERE"
    for form, refusal in (("M03", "DOSSIER_CLOSED"), ("M04", "APOLOGY_UNKNOWN")):
        out = str(office.folder / "none.pdf")
        assert office.refused("dossier", "print", case.code, "--form", form, "--out", out) == refusal


def misprinted(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """The card comes, lies on the shelf, and turns out to be wrong."""
    with office.failing(fails):
        at_box(window)
        comes(window, case)
    window.do("delivered")
    there = office.portal_has(case, "9", "đã có. Nếu nhận tại quầy, đề nghị mang giấy hẹn")
    assert (there["NgayKetThucXuLy"] != "", there["NgayTra"]) == (True, ""), "it is decided, and nobody has it"
    with office.failing(fails):
        if fails == "registers":
            office.open_in_queue(window, case.portal, "Alt+7")
            asked_anew(office, window, case, UNKNOWN)
        window.do("press", key="Ctrl+0")
        to_hand(window, case)
        window.do("press", key="Ctrl+E")
        window.until_words("Ghi thẻ in sai điều gì")
        window.do("type", text="sai ngay sinh")
        window.do("press", key="Ctrl+E")
        window.until_words("in lại, không thu lệ phí")


def the_misprint(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    assert (state.course.state, state.course.clock, state.handing.state) == ("processing", "runs", "")
    assert state.course.passed[-1].what.reason == "sai ngay sinh"
    (fee,) = {state.fee}
    assert fee is not None
    assert fee.fee_vnd == 115_000, "the fee of the first card, and no other"
    there = office.portal_has(case, "4", "in sai sẽ được in lại, không thu lệ phí")
    assert state.course.due_at is not None
    assert there["NgayHenTra"] == f"{in_hanoi(state.course.due_at):%Y%m%d%H%M%S}"
    assert not office.listed("waiting", case)
    papers_say(office, case, state)


def collected_by_another(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """Somebody with a power of attorney, who cannot sign."""
    with office.failing(fails):
        if fails == "registers":
            office.open_in_queue(window, case.portal, "Alt+7")
            asked_anew(office, window, case, UNKNOWN)
        window.do("press", key="Ctrl+0")
        to_hand(window, case)
        window.do("press", key="Right")
        window.until_words("Họ tên", "Giấy tờ được nhận thay")
        window.do("scan", text=specimens.qr_text(OTHER))
        window.until_words("Mã QR ghi")
        window.do("press", key="Ctrl+Return")
        window.until_words("Người nhận thay chưa xuất trình")
        hand(window, "Space", "Tab", "Tab", "Tab", "Down", "Down", "Tab")
        window.do("type", text="khong biet chu")
        begun = len(window.told)
        window.do("press", key="Ctrl+Return")
        window.until_words(f"Đã trả kết quả {case.code}", begun=begun)


def the_other(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    handed = state.handing.handed
    assert handed is not None
    assert (handed.to, handed.proof, handed.authority, handed.number) == ("authorised", "qr", "UY_QUYEN", OTHER.number)
    assert (handed.signed, handed.reason, handed.sheets) == ("unable", "khong biet chu", ())
    assert (state.course.state, state.handing.state) == ("handed-over", "given")
    assert office.portal_has(case, "10", "đã được trả")["NgayTra"] != ""
    papers_say(office, case, state, f"Nhận thay: {handed.name}", book=f"Nhận thay: {handed.name}")
    assert office.refused("results", "hand-over", case.code, "--unable", "x", user="clerk") == "CARD_NOT_HERE"


def collected_and_signed(office: CourseOffice, window: DeskWindow, fails: str, case: Case) -> None:
    """By the holder, who signs the receipt; it is laid on the scanner's glass."""
    with office.failing(fails):
        to_hand(window, case)
        window.do("press", key="F6")
        window.until_words("Đã quét 1 trang")
        begun = len(window.told)
        window.do("press", key="Ctrl+Return")
        window.until_words(f"Đã trả kết quả {case.code}", begun=begun)


def the_signature(office: CourseOffice, case: Case) -> None:
    state = office.everywhere(case)
    handed = state.handing.handed
    assert handed is not None
    assert (handed.to, handed.proof, handed.signed, len(handed.sheets)) == ("holder", "receipt", "paper", 1)
    assert case.code in codes_of(office.sheet(handed.sheets[0])).values(), "it is the page that lay on the glass"
    assert office.portal_has(case, "10", "đã được trả")["NgayTra"] != ""
    papers_say(office, case, state)


@EVERY
def test_apologised_for_stopped_and_decided_by_the_supervisor(office: CourseOffice, fails: str) -> None:
    late, halted, granted = office.processing(3)
    with office.window() as window:
        window.do("sign_in", user="supervisor")
        m04 = apologised(office, window, fails, late)
        stopped_and_gone_on(office, window, fails, halted)
        approved(office, window, fails, granted)
        ended(window)
    the_apology(office, late, m04)
    the_resumption(office, halted)
    the_approval(office, granted)
    reported(
        office,
        {late, halted, granted},
        {
            "extended": {late},
            "in-process": {late, halted},
            "processed": {granted},
            "early": {granted},
            "stopped": set(),
        },
    )


@EVERY
def test_withdrawn_by_the_citizen_and_misprinted(office: CourseOffice, fails: str) -> None:
    gone, wrong = *office.processing(1), *office.granted(1)
    with office.window() as window:
        window.do("sign_in", user="clerk")
        withdrawn(office, window, fails, gone)
        misprinted(office, window, fails, wrong)
        ended(window)
    the_withdrawal(office, gone)
    the_misprint(office, wrong)
    reported(office, {gone, wrong}, {"withdrawn": {gone}, "in-process": {wrong}, "processed": set()})


@EVERY
def test_collected_by_somebody_authorised_and_by_the_holder_who_signs(office: CourseOffice, fails: str) -> None:
    absent, present = office.granted(2)
    office.lay_signed(present)
    with office.window() as window:
        window.do("sign_in", user="clerk")
        at_box(window)
        comes(window, absent)
        comes(window, present)
        collected_by_another(office, window, fails, absent)
        collected_and_signed(office, window, fails, present)
        ended(window)
    the_other(office, absent)
    the_signature(office, present)
    reported(office, {absent, present}, {"processed": {absent, present}, "in-process": set(), "late": set()})


def reported(office: CourseOffice, mine: set[Case], behind: dict[str, set[Case]]) -> None:
    """Of these dossiers, those stand behind the lines of today's report; all of them came online."""
    wanted = {line: {case.code for case in cases} for line, cases in behind.items()}
    codes = {case.code for case in mine}
    wanted |= {"received-online": codes, "received-direct": set()}
    found = office.behind(*wanted)
    assert {line: there & codes for line, there in found.items()} == wanted


def test_once_the_appointment_has_passed_no_apology_moves_it(office: CourseOffice) -> None:
    (case,) = office.processing(1)
    with office.window() as window:
        window.do("sign_in", user="supervisor")
        at_course(office, window, case)
        window.do("clock", hours="240")
        window.do("press", key="Escape")
        begun = len(window.told)
        window.do("press", key="Ctrl+8")
        window.until_words("Quá hạn", "Đã quá giờ hẹn trả nên không còn gia hạn được", begun=begun)
        shown = words(window)
        assert not shown[shown.index(EXTEND) + 1].isdigit(), "it cannot be chosen"
        assert window.close() == 0
    assert office.at_central(case.dossier).course.times("extend") == 0
