"""The whole matter online: sent from home, paid on the platform, accepted, decided, posted; nobody came to the desk.

Each time something fails in the middle of every part of it: the systems are down, late or say something wrong, or the
line to central is pulled out. Nothing is lost, paid twice, posted twice, or shown as clear while nobody knows.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from clerk_app.archiving import conformance
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import FeeTaken, PaperTaken
from clerk_app.domain.handing import PostOrdered
from clerk_app.domain.systems import OrderPlaced
from tests.peers.citizens import submission
from tests.printing.paper import lines_of, pages_of, text_of
from tests.stories.desk_window import DeskWindow, Told
from tests.stories.online_office import QUAN, REGISTERS, OnlineOffice, Trouble, files, online_office

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window, pytest.mark.timeout(290)]
CODE = "G01.801.308-261120-000501"
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=HANOI)
"""Four days before a holiday."""
DUE = "20261127120000"
"""Three and a half working days later: the weekend and 24/11 do not count."""
PROMISED = "12 giờ 00 phút, ngày 27 tháng 11 năm 2026"
SENT = ("GKSK", "GPLX_CU", "CC", "ANH")
READ = {"GKSK": "KHÁM SỨC KHỎE", "GPLX_CU": "Hoàn Kiếm"}
"""What can be read in the copies of two papers."""
EMAIL = "cong.dan.1@example.vn"
PHONE = QUAN.phone


@pytest.mark.parametrize("kind", Trouble.KINDS)
def test_nobody_comes_to_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with online_office(tmp_path, FRIDAY) as office:
        trouble = Trouble(office, kind)
        _sent_from_home(office)
        with office.window(phone=PHONE) as window:
            receipt = _accepted(office, window, trouble)
            _handed_on(office, window, trouble, receipt)
            window.do("delivered")
            assert window.close() == 0
        _told_of_the_acceptance(office, receipt)
        with office.window(phone=PHONE) as window:
            _approved(office, window, trouble)
            _posted(office, window, trouble, receipt)
            window.do("delivered")
            assert window.close() == 0
        _in_the_end(office, receipt)


def _sent_from_home(office: OnlineOffice) -> None:
    """The portal says that it is paid; that is no payment."""
    stated = submission(CODE)["DuLieu"] | {"NoiNhanKetQua": "Bưu chính"}
    fee = {"TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "LP", "Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD1"}
    papers = files(*SENT)
    sent_at = f"{office.now():%Y%m%d%H%M%S}"
    office.citizens.send(CODE, 1, sent_at, papers=papers, DuLieu=stated, DanhSachLePhi=[fee])
    office.arrived(CODE)


def _shown(name: str) -> object:
    def test(line: Told) -> bool:
        return line["what"] == "shown" and line["name"] == name

    return test


def _accepted(office: OnlineOffice, window: DeskWindow, trouble: Trouble) -> str:
    """By a clerk who saw nobody: the code of the receipt."""
    window.do("sign_in")
    window.do("press", key="Ctrl+9")
    window.until_words("Cổng báo đã nộp, chờ xác nhận", "Nhận xử lý")
    assert office.dossier(CODE).fee is None, "what the portal claims is no payment"
    begun = len(window.told)
    window.do("press", key="Return")
    window.until("the dossier", lambda line: line["what"] == "standing" and line.get("pages", 0) == 4, begun)

    trouble.begins(*REGISTERS)
    window.order("accept_online", hold="every")
    window.until("the registers", _shown("registers"), begun)
    state = office.dossier(CODE)
    assert state.register is None or not state.register.answered or state.register.sanctions == "unknown"
    words = window.until_words("?", begun=begun)
    assert not any("không có vi phạm" in text.lower() for text in words), words
    trouble.ends(*REGISTERS)
    window.press_until("Shift+F8", f"Giấy phép B2: {QUAN.licences[0].number}")

    for name in ("exception", "application", "papers"):
        window.order("go")
        window.until(name, _shown(name), begun)
    prints = len(office.printed())
    trouble.begins("payment_platform")
    window.order("go")
    window.until("the payment asked for", _shown("fee"), begun)
    assert office.dossier(CODE).fee is None
    window.order("go")
    window.watch(6.0)
    assert office.dossier(CODE).fee is None, "silence and a wrong signature are no payment"
    trouble.ends("payment_platform")
    order = office.payment(CODE)
    assert not any(line["what"] == "shown" and line["name"] == "paid" for line in window.told)
    trouble.begins("national_portal")
    office.place.line.plug_in()
    office.pay(order)
    window.until("the fee, which nobody pressed for", _shown("paid"), begun)
    if trouble.kind == "line":
        office.place.line.pull_out()
    window.order("go")
    window.until("the receipt", _shown("receipt"), begun, 120)
    window.order("go")
    done = window.until("its end", lambda line: line["what"] == "did" and line["order"] == "accept_online", begun)
    trouble.ends("national_portal")

    receipt: str = done["code"]
    (m01, *_) = [text for text in office.printed()[prints:] if receipt in text]
    for part in (QUAN.person.name, PROMISED, "09 giờ 0", "Qua bưu chính công ích", "Giấy khám sức khỏe", EMAIL):
        assert part in m01, (part, m01)
    return receipt


def _handed_on(office: OnlineOffice, window: DeskWindow, trouble: Trouble, receipt: str) -> None:
    """With its control slip, whatever the portal does meanwhile."""
    prints = len(office.printed())
    trouble.begins("national_portal")
    office.step(window, "Chuyển hồ sơ đến cơ quan giải quyết", 1)
    window.do("press", key="Ctrl+Return")
    window.until_words("In M06")
    window.do("press", key="Ctrl+P")
    office.until("the slip", lambda: len(office.printed()) > prints)
    trouble.ends("national_portal")
    m06 = office.printed()[prints]
    for part in ("Mẫu số 06", receipt, f"hẹn trả kết quả: {PROMISED}", "Nhận: 09 giờ 0"):
        assert part in m06, (part, m06)


def _approved(office: OnlineOffice, window: DeskWindow, trouble: Trouble) -> None:
    """By the supervisor in person, at the same desk; then the clerk sits down there again."""
    window.do("sign_in", user="supervisor")
    office.open_in_queue(window, CODE, "Alt+7")
    office.step(window, "Duyệt, cấp giấy phép điện tử", 6)
    trouble.begins("national_portal")
    window.do("press", key="Ctrl+Return")
    window.until_words("Đã duyệt, chưa in thẻ", "Không tính thời hạn")
    assert office.dossier(CODE).course.passed[-1].what.step == "approve"
    trouble.ends("national_portal")
    window.do("sign_out")


def _told_of_the_acceptance(office: OnlineOffice, receipt: str) -> None:
    """The portal has the right M01, whatever became of the first try."""

    def told() -> bool:
        return office.at_portal(CODE)["TrangThaiHoSo"] == "4"

    office.until("the portal to hear of it", told, 90)
    there = office.at_portal(CODE)
    assert (there["GhiChu"], there["NgayHenTra"], there["HinhThuc"]) == (receipt, DUE, "1")
    assert [(one["Gia"], one["MaPhiLePhi"]) for one in there["DanhSachLePhi"]] == [("115000", "GPLX_ISSUE")]
    assert {one["MaThanhPhanHoSo"] for one in there["TaiLieuNop"]} == set(SENT)


def _posted(office: OnlineOffice, window: DeskWindow, trouble: Trouble, receipt: str) -> None:
    window.do("sign_in")
    window.do("press", key="Ctrl+0")
    window.until_words("Trả kết quả cho ai?")
    window.do("press", key="F3")
    window.until_words("Chưa mở hộp nào")
    window.do("press", key="Ctrl+Return")
    window.until_words("Đang mở hộp")
    window.scan_until(receipt, "A-001")
    begun = len(window.told)
    window.do("press", key="Ctrl+Shift+Return")
    window.until_words("Chưa mở hộp nào", begun=begun)
    window.do("delivered")
    window.do("press", key="F2")
    window.scan_until(receipt, "Gửi bưu chính")
    window.do("press", key="Ctrl+B")
    window.until_words("Số nhà, đường, thôn")

    trouble.begins("public_post")
    begun = len(window.told)
    window.do("press", key="Ctrl+Return")
    window.until_words("Chưa nhận được trả lời", begun=begun)
    trouble.ends("public_post")
    window.press_until("Ctrl+Return", "Bưu chính đã nhận gửi")
    (parcel,) = office.ledger("public_post")
    assert QUAN.person.name in parcel["Receiver"]["Name"]
    prints = len(office.printer.documents())
    window.do("press", key="Ctrl+P")
    window.until_words("Đã in nhãn")
    label = office.printer.documents()[prints].read_bytes()
    assert b"nhan buu gui" in label
    office._post("public_post", "/move", {"OrderNumber": parcel["OrderNumber"], "Status": "DA_PHAT"})
    window.do("press", key="Ctrl+G")
    window.until_words("1 có tin mới")


def _in_the_end(office: OnlineOffice, receipt: str) -> None:
    office.whole()
    state, happened = office.told(CODE)
    assert (state.course.state, state.handing.state) == ("handed-over", "given")
    kinds = Counter(type(entry.what) for entry in happened)
    assert (kinds[FeeTaken], kinds[PostOrdered], kinds[OrderPlaced], kinds[PaperTaken]) == (1, 1, 3, 0), (
        "the platform was asked about what the portal claimed, then for a payment; and one parcel"
    )
    assert state.fee is not None
    (paid,) = [one for one in office.ledger("payment_platform") if one["TrangThaiGD"] == 1]
    assert (state.fee.method, str(state.fee.fee_vnd)) == ("online", str(paid["SoTien"]))
    assert len(office.ledger("payment_platform")) == 1, "no second payment was ever made"
    (parcel,) = office.ledger("public_post")

    office.until("the portal to hear of the end", lambda: office.at_portal(CODE)["TrangThaiHoSo"] == "10", 90)
    there = office.at_portal(CODE)
    assert there["ThongTinTra"] == f"Bưu gửi {parcel['ItemCode']}"
    assert there["NgayTra"]
    (result,) = there["DanhSachGiayToKetQua"]
    assert "hạng" in result["TenGiayTo"]

    def steps() -> list[str]:
        return [one["TrangThai"] for one in office.at_portal(CODE)["TienDo"]]

    office.until("every step told", lambda: len(steps()) >= 6, 90)
    told = office.at_portal(CODE)["TienDo"]
    assert len({(one["ThoiDiemXuLy"], one["TrangThai"]) for one in told}) == len(told), told
    assert sorted(steps(), key=int) == ["2", "4", "9", "9", "9", "10"]
    assert {one["ChucDanh"] for one in told} == {"Cán bộ tiếp nhận", "Lãnh đạo phụ trách"}
    office.until("the citizen told of the parcel", lambda: _texts(office, parcel["ItemCode"]) >= 1)
    assert _texts(office, parcel["ItemCode"]) == 1, "once"

    out = office.folder / "M07.pdf"
    office.say("dossier", "register", "--out", out)
    # Its columns are narrow: codes stand there in two lines.
    (line,) = [cells for cells in lines_of(out.read_bytes()) if receipt in cells]
    assert {QUAN.person.name.upper().replace(" ", ""), "12:0027/11/2026"} <= set(line), line
    assert parcel["ItemCode"] in line[-1], line
    _counted(office)
    _archived(office, receipt)


def _counted(office: OnlineOffice) -> None:
    """The office's report has the one dossier in each of its figures."""
    said = office.say("report", "--day", f"{FRIDAY:%Y-%m-%d}", "--json", user="supervisor").json
    assert said["source"] == "central"
    lines = [line for table in said["tables"] for line in table["lines"]]
    figures = {line["code"]: [one["number"] for one in line["figures"]] for line in lines}
    wanted = {
        **dict.fromkeys(("total", "received", "received-online", "processed", "early", "with-fee", "paid-online"), 1),
        **dict.fromkeys(("carried", "received-direct", "received-post", "in-process", "late", "withdrawn"), 0),
        **dict.fromkeys(("paid-cash", "paid-transfer", "paid-unconfirmed", "unpaid"), 0),
        **dict.fromkeys(("online", "punctual", "paid-online-share"), 1000),
        **dict.fromkeys(("fees", "fees-online"), 115_000),
        **dict.fromkeys(("components", "digitised"), 4),
    }
    assert {line: figures[line][0] for line in wanted} == wanted


def _archived(office: OnlineOffice, receipt: str) -> None:
    """What the citizen sent lies in the archive, a copy for each paper: PDF/A that says what it is, with its text."""
    folder = office.folder / "archive"
    made = office.say("dossier", "archive", receipt, "--out", folder, "--json").json
    assert (made["code"], made["problems"]) == (receipt, [])
    copies = {one["paper"]: Path(one["file"]).read_bytes() for one in made["copies"]}
    assert {paper: pages_of(copy) for paper, copy in copies.items()} == dict.fromkeys(SENT, 1)
    for copy in copies.values():
        assert conformance.problems(copy) == ()
        assert receipt.encode() in copy
    for paper, part in READ.items():
        text = text_of(copies[paper])
        assert part in text, (paper, text)


def _texts(office: OnlineOffice, part: str) -> int:
    return sum(part in text for text in office.texts_to(PHONE))
