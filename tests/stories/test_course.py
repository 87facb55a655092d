"""The course of online dossiers in the real window; the portal, central and the printer are processes of their own.

an apology before the appointment passes, once / withdrawn by the citizen / stopped, then gone on with / the electronic
licence is issued before a card is printed. In each the line or the portal fails in the middle, or nothing does; then
paper, desk, central and portal say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest

from clerk_app.domain.calendar import in_hanoi
from clerk_app.printing.frame import moment
from tests.printing.paper import text_of
from tests.stories.course_office import NAME, CourseOffice, course_office
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window, pytest.mark.timeout(420)]
FAILS = pytest.mark.parametrize("fails", ["nothing", "line", "national_portal"])
EXTEND, STOP, RESUME = "Xin lỗi và gia hạn một lần, trước ngày hẹn", "Dừng giải quyết", "Tiếp tục giải quyết"
WITHDRAW, APPROVE = "Rút hồ sơ", "Duyệt, cấp giấy phép điện tử"
SERIALS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourseOffice]:
    with pytest.MonkeyPatch.context() as patch, course_office(tmp_path_factory.mktemp("office")) as opened:
        patch.setenv("CLERK_KEY_STORE", "none")
        yield opened


@pytest.fixture
def processing(office: CourseOffice) -> tuple[UUID, str]:
    """A dossier that the office works on: its id and the code on the receipt."""
    return office.processing(next(SERIALS))


def at_course(window: DeskWindow, user: str, code: str) -> None:
    """The course of the newest dossier of today's list, which is this one."""
    begun = len(window.told)
    window.do("sign_in", user=user)
    window.do("press", key="Ctrl+2")
    window.until("today's list", lambda line: line["what"] == "rows" and code in str(line["rows"][:1]), begun)
    window.do("press", key="Return")
    window.until("the dossier", lambda line: bool(line.get("dossier")), begun)
    window.do("press", key="Ctrl+8")
    window.until_words("Bước tiếp theo", code, begun=begun)


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


def print_form(office: CourseOffice, window: DeskWindow, form: str) -> str:
    """Print what the step brought out; what can be read on the paper."""
    before = len(office.printed())
    window.until_words(f"In {form}")
    window.do("press", key="Ctrl+P")
    while len(office.printed()) == before:
        window.watch(0.2)
    (paper,) = office.printed()[before:]
    return text_of(paper.read_bytes())


def says(paper: str, *parts: str) -> None:
    for part in parts:
        assert part in paper, (part, paper)


def in_book(office: CourseOffice, code: str, *cells: str) -> None:
    """These stand in the dossier's line of the register of today."""
    line = office.in_book(code)
    assert set(cells) <= set(line), (cells, line)


def hour(at: datetime) -> str:
    """As it stands in a narrow column."""
    return f"{in_hanoi(at):%H:%M%d/%m/%Y}"


@FAILS
def test_an_apology_with_a_new_appointment_goes_out_before_the_old_one_and_once(
    office: CourseOffice, processing: tuple[UUID, str], fails: str
) -> None:
    dossier, code = processing
    with office.window() as window:
        at_course(window, "supervisor", code)
        with office.failing(fails):
            take(window, EXTEND, "Máy in thẻ hỏng", "trước đó", "Chỉ được làm một lần")
            paper = print_form(office, window, "M04")
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    course = office.everywhere(dossier).course
    old, new = course.dues
    assert (course.state, course.clock, course.due_at, course.times("extend")) == ("processing", "runs", new, 1)
    assert old < new
    says(paper, "Mẫu số 04 · Thông tư số 03/2025/TT-VPCP", "VĂN BẢN XIN LỖI", NAME, code, "Máy in thẻ hỏng")
    says(paper, f"kết quả giải quyết hồ sơ: {moment(old)}", f"kết quả lại: {moment(new)} (chậm 1 ngày làm việc)")
    there = office.told(dossier, "4", "Xin lỗi ông/bà")
    assert there["NgayHenTra"] == f"{in_hanoi(new):%Y%m%d%H%M%S}"
    says(office.paper(code, "M06"), code, f"hẹn trả kết quả: {moment(new)}")
    in_book(office, code, hour(new))
    again = office.refused("dossier", "step", code, "extend", "--reason", "x", "--due", "2027-03-01T10:00")
    assert again == "STEP_ONCE"


def test_once_the_appointment_has_passed_no_apology_moves_it(
    office: CourseOffice, processing: tuple[UUID, str]
) -> None:
    dossier, code = processing
    with office.window() as window:
        at_course(window, "supervisor", code)
        window.do("clock", hours="240")
        window.do("press", key="Escape")
        begun = len(window.told)
        window.do("press", key="Ctrl+8")
        window.until_words("quá hạn", "Đã quá giờ hẹn trả nên không còn gia hạn được", begun=begun)
        shown = words(window)
        assert not shown[shown.index(EXTEND) + 1].isdigit(), "it cannot be chosen"
        assert window.close() == 0
    assert office.at_central(dossier).course.times("extend") == 0


@FAILS
def test_the_citizen_withdraws_and_nothing_is_owed_any_more(
    office: CourseOffice, processing: tuple[UUID, str], fails: str
) -> None:
    dossier, code = processing
    says(office.paper(code, "M01"), "Mẫu số 01", NAME, code)
    with office.window() as window:
        at_course(window, "clerk", code)
        with office.failing(fails):
            take(window, WITHDRAW, "Đổi ở tỉnh khác", "Người nộp rút hồ sơ", "không tính thời hạn")
            window.until_words("Bạn không có bước nào")
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    course = office.everywhere(dossier).course
    assert (course.state, course.ended, course.passed[-1].what.reason) == ("withdrawn", True, "Đổi ở tỉnh khác")
    office.told(dossier, "7", "đã được rút theo yêu cầu")
    in_book(office, code, "Ngườinộprúthồsơ")
    says(office.paper(code, "M06"), code, "Người nộp rút")
    assert office.refused("dossier", "step", code, "approve") == "STEP_NOT_FROM_HERE"
    for form, refusal in (("M03", "DOSSIER_CLOSED"), ("M04", "APOLOGY_UNKNOWN"), ("M05", "STOP_UNKNOWN")):
        out = str(office.folder / "none.pdf")
        assert office.refused("dossier", "print", code, "--form", form, "--out", out) == refusal


@FAILS
def test_it_is_stopped_with_its_paper_and_goes_on_with_what_was_left(
    office: CourseOffice, processing: tuple[UUID, str], fails: str
) -> None:
    dossier, code = processing
    with office.window() as window:
        at_course(window, "supervisor", code)
        with office.failing(fails):
            take(window, STOP, "Chờ kết luận của cơ quan điều tra", "tạm dừng tính thời hạn", RESUME)
            paper = print_form(office, window, "M05")
        window.do("delivered")
        says(paper, "Mẫu số 05 · Thông tư số 03/2025/TT-VPCP", "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", NAME, code)
        says(paper, "Chờ kết luận của cơ quan điều tra", "Không hoàn trả 115.000")
        course = office.at_central(dossier).course
        assert (course.state, course.clock, course.ended) == ("stopped", "paused", True)
        office.told(dossier, "8", "đã dừng giải quyết. Lý do: Chờ kết luận")
        with office.failing(fails):
            take(window, RESUME, "Đã có kết luận", "Đang giải quyết", "thời hạn đang tính")
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    course = office.everywhere(dossier).course
    assert (course.state, course.clock, len(course.dues), course.ended) == ("processing", "runs", 2, False)
    there = office.told(dossier, "4", "được tiếp tục giải quyết")
    assert there["NgayHenTra"] == f"{in_hanoi(course.dues[-1]):%Y%m%d%H%M%S}"
    in_book(office, code, hour(course.dues[-1]))
    says(office.paper(code, "M06"), f"hẹn trả kết quả: {moment(course.dues[-1])}")


@FAILS
def test_the_electronic_licence_is_there_before_its_card_and_both_before_it_is_handed_over(
    office: CourseOffice, processing: tuple[UUID, str], fails: str
) -> None:
    dossier, code = processing
    with office.window() as window:
        at_course(window, "supervisor", code)
        with office.failing(fails):
            take(window, APPROVE, "", "Đã duyệt, chưa in thẻ", "không tính thời hạn")
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    state = office.everywhere(dossier)
    assert (state.course.state, state.course.ended, state.handing.state) == ("approved", False, "")
    office.told(dossier, "9", "Giấy phép lái xe điện tử xem trên VNeID")
    assert office.listed("awaited", code)
    assert not office.listed("waiting", code)
    slip = office.paper(code, "M06")
    says(slip, "Trước hạn")
    assert office.refused("results", "hand-over", code, "--unable", "x", user="clerk") == "CARD_NOT_HERE"
    assert office.refused("dossier", "step", code, "receive-card", user="clerk") == "STEP_CARD"
    with office.window() as window:
        window.do("sign_in", user="clerk")
        window.do("press", key="Ctrl+0")
        window.until_words("Trả kết quả cho ai?")
        window.do("press", key="F3")
        window.until_words("Đang mở hộp" if office.box else "Chưa mở hộp nào")
        if not office.box:
            window.do("press", key="Ctrl+Return")
            window.until_words("Đang mở hộp")
        office.box = True
        with office.failing(fails):
            begun = len(window.told)
            window.do("scan", text=code)
            window.until_words("để vào ô", begun=begun)
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    state = office.everywhere(dossier)
    assert (state.course.state, state.handing.state) == ("ready", "here")
    there = office.told(dossier, "9", "đã có. Đề nghị mang giấy hẹn")
    assert (there["NgayKetThucXuLy"] != "", there["NgayTra"]) == (True, ""), "it is decided, and nobody has it"
    office.say("results", "hand-over", code, "--proof", "seen", "--unable", "Tay bị thương")
    office.say("deliver")
    state = office.everywhere(dossier)
    assert (state.course.state, state.handing.state) == ("handed-over", "given")
    assert office.told(dossier, "10", "đã được trả")["NgayTra"] != ""
    assert state.handing.given_at is not None
    in_book(office, code, hour(state.handing.given_at))
