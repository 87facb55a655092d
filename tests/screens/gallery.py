"""Pictures of every state of the intake, for looking at: `python -m tests.screens.gallery OUT [vi|en] [WxH] [NAME]`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from clerk_app.domain.refusals import DeviceFault, Words
from tests.screens import sample_intake as sample
from tests.screens.sample_desk import sample_app
from ui import texts, theme
from ui.screens.intake import IntakeScreen

JAM = DeviceFault(
    "SCANNER_JAMMED",
    Words("Kẹt giấy trong khay nạp của máy quét.", "Paper is jammed in the scanner's feeder."),
    Words(
        "Mở nắp, lấy tờ bị kẹt ra, đặt lại từ tờ chưa quét. Các trang đã quét vẫn còn.",
        "Open the cover, take the sheet out, go on from the first sheet not scanned. Scanned pages are kept.",
    ),
)
STATES = {
    "1-identity-chip": {"step": "identity"},
    "1-identity-empty": {"step": "identity", "level": "empty", "pages": 0},
    "1-identity-qr": {"step": "identity", "level": "qr"},
    "1-identity-silent": {"step": "identity", "level": "silent"},
    "1-identity-broken": {"step": "identity", "level": "broken"},
    **{f"1-evidence-{state}": {"step": "identity", "level": state} for state in sample.STATES},
    **{f"2-evidence-{state}": {"step": "application", "level": state} for state in ("altered", "qr-only")},
    "2-application-good": {"step": "application"},
    "2-application-problems": {"step": "application", "form": "problems"},
    "2-application-refused": {"step": "application", "form": "refused"},
    "2-application-exceptions": {"step": "application", "form": "exceptions"},
    "3-papers-pages": {"step": "papers"},
    "3-papers-empty": {"step": "papers", "pages": 0},
    "3-papers-jam": {"step": "papers"},
    "4-fee-due": {"step": "fee"},
    "4-fee-short": {"step": "fee"},
    "4-fee-paid": {"step": "fee", "paid": True},
    "5-receipt-missing": {"step": "receipt"},
    "5-receipt-ready": {"step": "receipt", "end": "ready", "paid": True},
    "5-receipt-submitted": {"step": "receipt", "end": "submitted"},
    "5-receipt-printed": {"step": "receipt", "end": "printed"},
}


def settle(application: QApplication, idle: object, ms: int = 1_500) -> None:
    """Let results come home and the layout come to rest."""
    deadline = QDeadlineTimer(ms)
    while not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if deadline.remainingTime() < ms - 500 and callable(idle) and idle():
            break


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
        app, _desk = sample_app(view)
        window = QWidget()
        window.setProperty("class", "window")
        screen = IntakeScreen(app, window)
        window.resize(width, height)
        screen.resize(width, height)
        screen.show_view(view)
        window.show()
        window.activateWindow()
        screen.go_to(view.step)
        if name.endswith("jam"):
            screen.papers.fault.show_refusal(JAM)
        if name.endswith("short"):
            screen.cashier.tendered.set_amount(100_000)
        if name.endswith("due"):
            screen.cashier.take_offer(3)
        if "refused" in name or name.endswith(("chip", "signer")):
            screen.toggle_why()
        settle(application, app.jobs.idle)
        window.grab().save(str(out / f"{name}-{language}.png"))
        app.jobs.close()
        window.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
