"""Pictures of every state of the intake, for looking at: `python -m tests.screens.gallery OUT [vi|en] [WxH] [NAME]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QThread
from PySide6.QtWidgets import QApplication, QWidget

from clerk_app.desk.face_words import check_line
from clerk_app.desk.intake_view import read_only
from clerk_app.desk.photo_hints import hints
from clerk_app.desk.ports import Frame, Pixels
from clerk_app.desk.views import LeaseView, PhotoView, VerdictView
from clerk_app.devices.face import DlibFaces
from clerk_app.devices.scanner_faults import NOTICES
from clerk_app.domain.dossier import FaceCompared
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.sign_in import code_needed
from clerk_app.imaging.file_faults import file_fault
from clerk_app.practice import camera
from clerk_app.uplink import unreachable
from tests.screens import sample_intake as sample
from tests.screens import sample_papers
from tests.screens.sample_desk import sample_app
from ui import texts, theme
from ui.feed import How, Trouble, our_fault
from ui.screens.intake import IntakeScreen

JAM = DeviceFault(
    "SCANNER_JAMMED",
    Words("Kẹt giấy trong khay nạp của máy quét.", "Paper is jammed in the scanner's feeder."),
    Words(
        "Mở nắp, lấy tờ bị kẹt ra, đặt lại từ tờ chưa quét. Các trang đã quét vẫn còn.",
        "Open the cover, take the sheet out, go on from the first sheet not scanned. Scanned pages are kept.",
    ),
)
MISSING_SCANNER = DeviceFault(
    "SCANNER_MISSING",
    Words("Không tìm thấy máy quét.", "No scanner was found."),
    Words("Cắm và bật máy quét, rồi xem mục Thiết bị & hệ thống.", "Connect and switch it on; see Devices."),
)
DOUBTFUL = Refusal(
    "DUPLEX_DOUBTFUL",
    Words(
        "Mặt trước và mặt sau không khớp: tờ 1 khác cỡ giấy; tờ 3 số trang không nối tiếp.",
        "They do not fit: sheet 1: the sizes differ; sheet 3: the page numbers do not follow each other.",
    ),
    Words(
        "Xem lại thứ tự hai lượt quét; nếu đúng như vậy thì chọn vẫn ghép.",
        "Look at the order of both piles; if it is right, put them together anyway.",
    ),
)
PAYMENTS = {
    "none": sample.payment(),
    "waiting": sample.payment("waiting"),
    "pending": sample.payment("pending"),
    "asked": sample.payment("pending", "asked"),
    "failed": sample.payment("failed"),
}
STATES = {
    "1-identity-chip": {"step": "identity"},
    "1-identity-camera": {"step": "identity"},
    "1-identity-camera-stranger": {"step": "identity"},
    "1-identity-empty": {"step": "identity", "level": "empty", "pages": 0},
    "1-identity-qr": {"step": "identity", "level": "qr"},
    "1-identity-silent": {"step": "identity", "level": "silent"},
    "1-identity-broken": {"step": "identity", "level": "broken"},
    **{f"1-evidence-{state}": {"step": "identity", "level": state} for state in sample.STATES},
    **{f"2-evidence-{state}": {"step": "application", "level": state} for state in ("altered", "qr-only")},
    "2-application-good": {"step": "application"},
    "2-application-lease": {"step": "application"},
    "2-application-lease-asked": {"step": "application"},
    "2-application-lease-refused": {"step": "application"},
    "2-application-problems": {"step": "application", "form": "problems"},
    "2-application-token": {"step": "application", "form": "exceptions"},
    "2-application-refused": {"step": "application", "form": "refused"},
    "2-application-exceptions": {"step": "application", "form": "exceptions"},
    "3-papers-pages": {"step": "papers"},
    "3-papers-empty": {"step": "papers", "pages": 0},
    "3-papers-jam": {"step": "papers"},
    "3-papers-broken": {"step": "papers"},
    **{
        f"3-papers-{state}": {"step": "papers"}
        for state in (
            *("scanning", "flaws", "tray", "proposals", "offers", "waiver", "many", "both", "crop", "elsewhere"),
            *("fronts", "one-side", "unfit", "heavy"),
        )
    },
    **{f"3-papers-{state}": {"step": "papers", "pages": 0} for state in ("notice", "no-scanner", "missing")},
    **{f"3-papers-{state}": {"step": "papers"} for state in ("refused-file", "duplex", "fault", "sides")},
    "3-papers-accepted": {"step": "papers", "end": "submitted"},
    "4-fee-due": {"step": "fee"},
    "4-fee-short": {"step": "fee"},
    **{f"4-fee-online-{state}": {"step": "fee"} for state in PAYMENTS},
    "1-identity-systems": {"step": "identity"},
    "4-fee-paid": {"step": "fee", "paid": True},
    "5-receipt-missing": {"step": "receipt"},
    "5-receipt-ready": {"step": "receipt", "end": "ready", "paid": True},
    "5-receipt-submitted": {"step": "receipt", "end": "submitted"},
    "5-receipt-printed": {"step": "receipt", "end": "printed"},
}


class SampleCamera:
    """A specimen citizen before the camera, judged by the real matcher."""

    def __init__(self, person: int) -> None:
        self._frame = Frame(camera.picture(person, moment=3), *camera.SIZE, "USB 0")
        self._matcher = DlibFaces()

    def offered(self) -> bool:
        return True

    def watch(self, on_frame: Callable[[Frame], None], cancel: Callable[[], bool]) -> None:
        while not cancel():
            on_frame(self._frame)
            QThread.msleep(50)

    def look(self, frame: Frame) -> PhotoView:
        return hints(self._matcher.measure(frame.jpeg), frame)

    def close(self) -> None:
        self._matcher.close()


PAPERS = {
    "scanning": "scanning",
    "elsewhere": "scanning",
    "flaws": "flaws",
    "tray": "tray",
    "proposals": "proposals",
    "offers": "offers",
    "waiver": "offers",
    "many": "many",
    "both": "flaws",
    "crop": "flaws",
    "broken": "flaws",
    "refused-file": "flaws",
    "duplex": "flaws",
    "fault": "flaws",
    "sides": "flaws",
    **{state: state for state in ("fronts", "one-side", "unfit", "heavy")},
    "accepted": "accepted",
}
"""The states of the papers step and the sample each is made of."""


def unreadable(sheet: str, longest_edge: int = 0, dossier: UUID | None = None) -> Pixels:
    """A desk whose sheets are no pictures."""
    raise DeviceFault("PICTURE_UNREADABLE", Words("Ảnh hỏng.", "Damaged."), Words("Quét lại.", "Scan again."))


HOLDER = Words("Quầy Q02 · Phạm Đức Long đang mở từ 09:12", "Desk Q02 · Phạm Đức Long has it open since 09:12")
KEPT = Words(
    "Quầy này vừa bị tiếp quản; những gì đã nhập ở đây vẫn được giữ. Lý do: người dân sang quầy 2.",
    "It was just taken over; what was entered here is kept. Reason: the citizen went to desk 2.",
)
VERDICT = VerdictView(
    Words("Nhận được theo quy định hôm nay.", "Today's rules let it be accepted."),
    Words("Giấy tờ cần có ở bên cạnh; F9 cho biết vì sao.", "The papers it needs stand beside; F9 says why."),
    "good",
)
THEIRS = LeaseView("theirs", HOLDER, KEPT, "Q02", "Phạm Đức Long", "09:12")


def arrange_lease(screen: IntakeScreen, name: str) -> None:
    """Another desk has the dossier open; how to take it over is asked, or was refused."""
    screen.lease_line.show_lease(THEIRS)
    if name.endswith("asked"):
        screen.lease_line.ask()
    if name.endswith("refused"):
        screen.lease.refused.emit(unreachable())


def arrange_papers(screen: IntakeScreen, kind: str) -> None:
    """What a clerk does to come to that state of the papers step."""
    papers, hands = screen.papers, screen.papers.hands
    if kind in ("scanning", "elsewhere"):
        hands.scan()
    if kind == "elsewhere":
        screen.go_to("application")
    if kind == "jam":
        screen.app.feed.trouble = Trouble(sample.DOSSIER, "scan", "GKSK", 4, JAM)
        papers.page_work.changed.emit()
    faults = {"no-scanner": MISSING_SCANNER, "fault": our_fault("3FA91C"), "refused-file": file_fault("PDF_LOCKED")}
    if kind in faults:
        how: How = "files" if kind == "refused-file" else "scan"
        screen.app.feed.trouble = Trouble(sample.DOSSIER, how, "GKSK", 2, faults[kind])
        papers.page_work.changed.emit()
    if kind == "notice":
        hands.scan()
    if kind == "missing":
        screen.forward()
    if kind == "duplex":
        papers.say(DOUBTFUL)
    if kind == "sides":
        hands.other_sides()
    if kind in ("flaws", "both", "crop"):
        papers.strip.setCurrentRow(1)
        papers.strip.setFocus()
    if kind == "both":
        papers.card.show_side("both")
    if kind == "crop":
        hands.crop()
    if kind == "tray":
        hands.tray()
    if kind == "proposals":
        papers.card.proposals.setFocus()
    if kind in ("fronts", "one-side"):
        papers.list.choose("GPLX_CU")
        papers.strip.setCurrentRow(4 if kind == "fronts" else 3)
    if kind == "unfit":
        papers.list.choose("GKSK")
    if kind in ("offers", "waiver"):
        papers.list.choose("GPLX_CU")
    if kind == "waiver":
        hands.ask_waiver()
    if kind == "many":
        papers.strip.setCurrentRow(120)
        papers.strip.setFocus()


def settle(application: QApplication, idle: object, ms: int = 2_500) -> None:
    """Let results come home and the layout come to rest."""
    deadline = QDeadlineTimer(ms)
    while not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if deadline.remainingTime() < ms - 1_000 and callable(idle) and idle():
            break


def ask_token(screen: IntakeScreen) -> None:
    """A supervisor who has both a token and an app decides on the spot."""
    panel = screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    panel.user.setText("supervisor")
    panel._failed(code_needed(or_token=True))
    panel.focus_first()


def main(out: Path, language: str = "vi", size: str = "1216x816", only: str = "") -> None:
    """Write one PNG per state."""
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.fonts(True)
    theme.fonts()
    theme.dress(application)
    texts.set_language(language)
    width, height = (int(part) for part in size.split("x"))
    for name, state in STATES.items():
        if only and only not in name:
            continue
        opened = datetime.now(UTC) - timedelta(seconds=134)
        view = replace(sample.intake(**state), opened_at=opened)  # type: ignore[arg-type]
        kind = name.removeprefix("3-papers-")
        if name.startswith("3-papers-") and kind in PAPERS:
            view = replace(view, papers=sample_papers.papers(PAPERS[kind]))
        if "lease" in name:
            view = read_only(view, HOLDER)
        if view.step == "application":
            view = replace(view, verdict=VERDICT)
        payment = PAYMENTS.get(name.removeprefix("4-fee-online-"))
        if payment is not None:
            view = replace(view, fee=replace(view.fee, payment=payment))
        app, desk = sample_app(view)
        if name.endswith("systems"):
            desk.answers = sample.answers()
        if "lease" in name:
            desk.leases.lease = THEIRS
        if kind == "notice":
            desk.notices = (NOTICES["SCANNER_WARMING"],)
            desk.wait_at("first page")
        if kind in ("scanning", "elsewhere"):
            desk.wait_at("scan")
            desk.wait_at("make_next")
        if kind == "broken":
            desk.papers.picture = unreadable
        if "camera" in name:
            person, result = (1, "match") if name.endswith("camera") else (2, "no_match")
            desk.face = SampleCamera(person)
            face = check_line(FaceCompared(result, 0.86 if person == 1 else 0.45, 0.5, 0.17, "USB 0", "p"))
            checks = (*view.identity.checks, face)
            view = replace(view, identity=replace(view.identity, checks=checks, face=face))
            desk.current = view
        window = QWidget()
        window.setProperty("class", "window")
        screen = IntakeScreen(app, window)
        window.resize(width, height)
        screen.resize(width, height)
        screen.show_view(view)
        window.show()
        window.activateWindow()
        screen.go_to(view.step)
        arrange_papers(screen, kind)
        if name.endswith("short"):
            screen.cashier.tendered.set_amount(100_000)
        if payment is not None:
            screen.cashier.method.set_value("online")
            screen.cashier._method_changed("online")
        if name.endswith("due"):
            screen.cashier.take_offer(3)
        if "refused" in name or name.endswith(("chip", "signer")):
            screen.toggle_why()
        if "lease" in name:
            arrange_lease(screen, name)
        if name.endswith("token"):
            desk.tokens.offered = True
            ask_token(screen)
        if name.endswith("stranger"):
            screen.identity.camera._say_compared(view)
        settle(application, app.jobs.idle, 4_000 if "camera" in name else 2_500)
        window.grab().save(str(out / f"{name}-{language}.png"))
        for gate in desk.gates.values():
            gate.set()
        app.jobs.close()
        if isinstance(desk.face, SampleCamera):
            desk.face.close()
        window.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
