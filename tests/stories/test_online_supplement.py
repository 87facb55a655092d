"""An online dossier lacks something, or cannot be accepted: asked for in the window, sent from home, counted anew.

The office has a holiday in the middle of it. Each time the portal or the line fails where the citizen is to hear of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clerk_app.domain.calendar import HANOI
from clerk_app.printing.frame import moment
from tests.peers.commands import here
from tests.printing.paper import lines_of, text_of
from tests.stories.online_office import QUAN, OnlineOffice, Trouble, files, online_office, page

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
CODE = "G01.801.308-261120-000502"
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=HANOI)
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=HANOI)
"""One half day after the reception is used up; the next day is a holiday."""
FIRST = datetime(2026, 11, 27, 12, 0, tzinfo=HANOI)
OVER = datetime(2026, 11, 25, 9, 0, tzinfo=HANOI), datetime(2026, 11, 30, 17, 0, tzinfo=HANOI)
"""The papers come back after the holiday: three days are left, 26/11, 27/11 and 30/11."""
BEFORE = MONDAY + timedelta(hours=2), datetime(2026, 11, 27, 17, 0, tzinfo=HANOI)
"""They come back on the same day: 25/11, 26/11 and 27/11 are left, for nobody works on 24/11."""
ASK, TAKE = "Yêu cầu bổ sung khi đang giải quyết", "Nhận giấy tờ bổ sung, tính lại ngày hẹn"
HEALTH = "Giấy khám sức khỏe của người lái xe còn hiệu lực"


@pytest.mark.parametrize(
    ("kind", "back"), [("down", OVER), ("slow", BEFORE), ("wrong", OVER), ("line", BEFORE)], ids=Trouble.KINDS
)
def test_a_supplement_stops_the_clock_and_both_appointments_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, back: tuple[datetime, datetime]
) -> None:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with online_office(tmp_path, FRIDAY) as office:
        trouble = Trouble(office, kind)
        office.citizens.send(CODE, 1, _stamp(office.now()), papers=files("GKSK", "GPLX_CU", "CC", "ANH"))
        office.arrived(CODE)
        with office.window() as window:
            window.do("sign_in")
            receipt = office.accept(window, CODE)
            office.step(window, "Chuyển hồ sơ đến cơ quan giải quyết", 1)
            window.do("press", key="Ctrl+Return")
            window.until_words("In M06")
            window.do("delivered")
            assert window.close() == 0

        office.turn_to(MONDAY)
        _asked(office, trouble, receipt)
        came_at, second = back
        office.turn_to(came_at)
        _sent_again(office, trouble)
        _taken(office, trouble, second)
        _in_the_end(office, came_at, second)
        _on_paper(office, receipt, second)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%Y%m%d%H%M%S}"


def _asked(office: OnlineOffice, trouble: Trouble, receipt: str) -> None:
    """M02 says all of it at once; whatever the portal does, it hears of it, once."""
    printed = len(office.printed())
    with office.window() as window:
        window.do("sign_in", user="supervisor")
        office.open_in_queue(window, CODE, "Alt+7")
        office.step(window, ASK, 1)
        window.do("press", key="Ctrl+Return")
        window.until_words("Chưa ghi giấy tờ hay thông tin nào phải bổ sung")
        # The caret stands at the first paper of the case.
        window.do("press", key="Space")
        trouble.begins("national_portal")
        window.do("press", key="Ctrl+Return")
        window.until_words("In M02", "Tạm dừng tính thời hạn")
        window.do("press", key="Ctrl+P")
        office.until("the paper", lambda: len(office.printed()) > printed)
        trouble.ends("national_portal")
        window.do("delivered")
        assert window.close() == 0
    m02 = office.printed()[printed]
    state = office.dossier(CODE)
    (asked,) = [one for one in state.course.passed if one.what.step == "ask-supplement"]
    assert (len(asked.what.items), state.course.clock) == (1, "paused")
    for part in ("YÊU CẦU BỔ SUNG", receipt, QUAN.person.name, HEALTH, "Vũ Minh Châu", "23 tháng 11 năm 2026"):
        assert part in m02, (part, m02)
    office.until("the portal to hear of it", lambda: office.at_portal(CODE)["TrangThaiHoSo"] == "5", 90)
    (told,) = office.at_portal(CODE)["DanhSachHoSoBoSung"]
    assert told["NoiDungBoSung"] == HEALTH
    assert (told["NguoiYeuCauBoSung"], told["NgayHenTraTruoc"]) == ("Vũ Minh Châu", _stamp(FIRST))
    assert (told["TrangThaiBoSung"], told["NgayHenTraMoi"]) == ("0", "")
    office.until("the citizen to hear of it", lambda: _steps(office).count("5") == 1, 90)
    (words,) = [one["NoiDungXuLy"] for one in office.at_portal(CODE)["TienDo"] if one["TrangThai"] == "5"]
    assert HEALTH in words


def _sent_again(office: OnlineOffice, trouble: Trouble) -> None:
    """What comes from home while something is wrong comes once, when it is right again."""
    before = office.dossier(CODE).pages
    if trouble.kind == "line":
        office.place.line.pull_out()
    else:
        office.fault("national_portal", {"down": "down", "slow": "hold", "wrong": "torn"}[trouble.kind], seconds=4)
    more = files("GKSK", "GPLX_CU", "CC", "ANH") | {"GKSK": page("health", 92)}
    office.citizens.send(CODE, 1, _stamp(FRIDAY), papers=more, ThoiDiemCapNhat=_stamp(office.now()))
    if trouble.kind == "wrong":
        office.until("central to wait for it", lambda: office.state_at_central(CODE).startswith("waiting"))
    assert office.dossier(CODE).pages == before
    trouble.ends("national_portal")

    def came() -> bool:
        office.delivered()
        return len(office.dossier(CODE).pages) > len(before)

    office.until("the papers", came, 90)
    after = office.dossier(CODE).pages
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def _taken(office: OnlineOffice, trouble: Trouble, second: datetime) -> None:
    with office.window() as window:
        window.do("sign_in")
        office.open_in_queue(window, CODE)
        (row,) = [line["rows"] for line in window.told if line["what"] == "rows" and len(line["rows"]) == 1][-1]
        assert "Đã bổ sung" in " ".join(row)
        office.step(window, TAKE, 1)
        trouble.begins("national_portal")
        window.do("press", key="Ctrl+Return")
        window.until_words("Thời hạn đang tính", f"{second:%H:%M} · {second:%d/%m/%Y}")
        trouble.ends("national_portal")
        window.do("delivered")
        assert window.close() == 0
    office.whole()
    assert office.dossier(CODE).course.dues == (FIRST, second)


def _in_the_end(office: OnlineOffice, came_at: datetime, second: datetime) -> None:
    office.until("the portal to hear of it", lambda: office.at_portal(CODE)["TrangThaiHoSo"] == "4", 90)
    there = office.at_portal(CODE)
    (told,) = there["DanhSachHoSoBoSung"]
    assert (told["NgayHenTraTruoc"], told["NgayHenTraMoi"]) == (_stamp(FIRST), _stamp(second))
    assert (told["TrangThaiBoSung"], told["NguoiTiepNhanBoSung"]) == ("1", "Nguyễn Thu Hà")
    assert told["NgayTiepNhanBoSung"][:8] == f"{came_at:%Y%m%d}"
    assert there["NgayHenTra"] == _stamp(second)
    office.until("each step told", lambda: len(_steps(office)) >= 4, 90)
    assert sorted(_steps(office)) == ["2", "4", "4", "5"], "each step once"
    # Once per stage: another time is a supervisor's exception, and says so.
    with office.window() as window:
        window.do("sign_in", user="supervisor")
        office.open_in_queue(window, CODE, "Alt+7")
        window.do("press", key="Ctrl+8")
        window.until_words("làm lại phải được lãnh đạo duyệt.")
        assert window.close() == 0


def _paper(office: OnlineOffice, code: str, form: str) -> str:
    """A form as it comes out now."""
    out = office.folder / f"{form}.pdf"
    office.say("dossier", "print", code, "--form", form, "--out", out)
    return text_of(out.read_bytes())


def _book(office: OnlineOffice) -> list[list[str]]:
    """The lines of the register of the day of reception (M07)."""
    out = office.folder / "M07.pdf"
    office.say("dossier", "register", "--on", f"{FRIDAY:%Y-%m-%d}", "--out", out)
    return lines_of(out.read_bytes())


def _on_paper(office: OnlineOffice, receipt: str, second: datetime) -> None:
    """The receipt says what was promised then; the slip and the register, what is promised now."""
    m01, m06 = (_paper(office, receipt, form) for form in ("M01", "M06"))
    assert moment(FIRST) in m01, m01
    assert f"hẹn trả kết quả: {moment(second)}" in m06, m06
    (line,) = [cells for cells in _book(office) if receipt in cells]
    assert f"{second:%H:%M%d/%m/%Y}" in line, line
    assert f"{FIRST:%H:%M%d/%m/%Y}" not in line or second == FIRST, line


def _steps(office: OnlineOffice) -> list[str]:
    return [one["TrangThai"] for one in office.at_portal(CODE)["TienDo"]]


@pytest.mark.parametrize("kind", Trouble.KINDS)
def test_one_that_cannot_be_accepted_is_declined_with_its_basis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with online_office(tmp_path, FRIDAY) as office:
        trouble = Trouble(office, kind)
        office.citizens.send(CODE, 1, _stamp(office.now()), papers=files("GPLX_CU", "CC"))
        office.arrived(CODE)
        reason, basis = "Chua xu ly xong vi pham giao thong", "TT 12/2025/TT-BCA art.21(1)(e)"
        in_full = "Thông tư số 12/2025/TT-BCA, điểm e khoản 1 Điều 21"
        with office.window() as window:
            window.do("sign_in")
            office.open_in_queue(window, CODE)
            office.step(window, "Từ chối tiếp nhận", 3)
            window.do("press", key="Ctrl+Return")
            window.until_words("Chưa ghi lý do của bước này")
            window.do("type", text=reason)
            window.do("press", key="Ctrl+Return")
            window.until_words("Chưa ghi căn cứ pháp lý")
            window.do("type", text=basis)
            trouble.begins("national_portal")
            window.do("press", key="Ctrl+Return")
            window.until_words("In M03", "Không tính thời hạn")
            window.do("press", key="Ctrl+P")
            office.until("the paper", lambda: len(office.printed()) == 1)
            trouble.ends("national_portal")
            window.do("delivered")
            assert window.close() == 0
        (m03,) = office.printed()
        for part in ("TỪ CHỐI", CODE, QUAN.person.name, reason, in_full, "20 tháng 11 năm 2026"):
            assert part in m03, (part, m03)
        office.whole()
        state = office.dossier(CODE)
        assert (state.course.state, state.course.ended, state.fee, state.orders) == ("not-accepted", True, None, ())
        office.until("the portal to hear of it", lambda: office.at_portal(CODE)["TrangThaiHoSo"] == "3", 90)
        there = office.at_portal(CODE)
        assert (there["NgayHenTra"], there["DanhSachGiayToKetQua"]) == ("", [])
        assert there["NgayKetThucXuLy"].startswith("20261120")
        office.until("the citizen to hear of it there", lambda: _steps(office) == ["3"], 90)
        (said,) = office.at_portal(CODE)["TienDo"]
        assert reason in said["NoiDungXuLy"]
        assert basis in said["NoiDungXuLy"]
        office.until("a text message", lambda: office.texts_to(QUAN.phone), 90)
        (text,) = office.texts_to(QUAN.phone)
        assert "không được tiếp nhận" in text or "khong duoc tiep nhan" in text
        assert office.say("online", "list", CODE, "--json").json["rows"] == []
        # It was never accepted: no receipt and no slip.
        for form in ("M01", "M06"):
            out = office.folder / f"{form}.pdf"
            said = here("dossier", "print", CODE, "--form", form, "--out", out, profile=office.place.profile)
            assert said.refusal == "NOT_SUBMITTED"
