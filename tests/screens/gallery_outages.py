"""Pictures of the window on bad days: `python -m tests.screens.gallery_outages OUT [vi|en] [WxH] [NAME]`.

What is said comes from the desk's own words; `QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from clerk_app import carried
from clerk_app.bootstrap import Peek
from clerk_app.central.engines import away
from clerk_app.desk import limit_words
from clerk_app.desk.carrying import CarriedHome
from clerk_app.desk.clock_watch import clock_wrong
from clerk_app.desk.delivery import DeliveryReport, DeliveryState
from clerk_app.desk.desk import Desk
from clerk_app.desk.limits import LimitView
from clerk_app.desk.ports import Pixels
from clerk_app.desk.queue import Queue
from clerk_app.desk.salvaged import Salvaged, told
from clerk_app.desk.views import LampView, OutboxView, ShelfView, VersionLine, VersionPage, WayView
from clerk_app.domain.limits import Limit
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.store import faults
from clerk_app.uplink import unreachable
from tests.screens import sample
from tests.screens.sample_desk import page_picture
from ui import texts, theme
from ui.application import Application
from ui.screens.outbox import OutboxScreen

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
REVOKED = Refusal(
    "STATION_REVOKED",
    Words("Máy trạm này đã bị thu hồi.", "This station was revoked."),
    Words("Liên hệ cán bộ quản trị.", "Ask the IT officer."),
)
WRONG_ANSWER = carried.other_station("G01.801.309", "G01.801.308")


def waiting(dossiers: int, entries: int, sheets: int, size: str, oldest: str) -> OutboxView:
    """That much waits."""
    headline, tone = Queue._headline(dossiers, sheets, 0, False)
    row = next(row for row in sample.rows() if row.waiting)
    names = [one.name for one in sample.rows() if one.name]
    rows = tuple(
        replace(row, dossier=sample.dossier(100 + n), code=f"G01.801.308-261128-{n + 1:04}", name=names[n % len(names)])
        for n in range(dossiers)
    )
    left = Words("Còn nhận được 137 hồ sơ và 92 biên lai trước khi hết dải số.", "137 codes and 92 receipts are left.")
    return OutboxView(headline, tone, entries, dossiers, sheets, size, oldest, left, rows, ())


def refused() -> OutboxView:
    """One dossier of two opinions, in long words and many pages, and a second one."""
    view = sample.shelf_view(next(row for row in sample.rows() if row.refused))
    told_by = Words("Q02 · phamduclong · 09:12 · 23/11/2026", "Q02 · phamduclong · 09:12 · 23/11/2026")
    ours = "Số 12, ngách 34/56, ngõ 78 phố Nguyễn Văn Trỗi, phường Phương Liệt, thành phố Hà Nội"
    theirs = "Căn hộ 1205, toà nhà CT2B, khu đô thị Xuân Phương, phường Xuân Phương, thành phố Hà Nội"
    lines = (
        *view.lines,
        VersionLine(
            Words("Nơi thường trú", "Place of residence"), Words(ours, ours), Words(theirs, theirs), told_by, True
        ),
        VersionLine(
            Words("Ghi chú", "Note"), Words("", ""), Words("NGUYỄNTHỊTHƯỜNGXUYÊN" * 4, "x" * 80), told_by, True
        ),
    )
    health = Words("Giấy khám sức khỏe", "Health certificate")
    many = tuple(VersionPage(f"{n:x}" * 64, 0, health, n == 9) for n in range(10))
    long = replace(view, lines=lines, our_pages=many, name="CÔNG TẰNG TÔN NỮ NGUYỄN THỊ PHƯƠNG HUYỀN TRÂN")
    supervised = replace(view, dossier=sample.dossier(6), ways=(), our_pages=(), central_pages=(), lines=view.lines[:1])
    headline, tone = Queue._headline(2, 6, 4, False)
    return replace(sample.outbox_view(), headline=headline, tone=tone, shelf=(long, supervised))


def nothing_said(box: OutboxView) -> OutboxView:
    """A refusal in which nothing stands against anything: only the cause and the ways out."""
    view: ShelfView = box.shelf[0]
    ways = (view.ways[0], WayView("ours", False, view.ways[1].words), view.ways[2])
    return replace(box, rows=(), shelf=(replace(view, lines=(), our_pages=(), central_pages=(), name="", ways=ways),))


def limits(*used: tuple[str, float, float]) -> tuple[LimitView, ...]:
    """These limits as the desk words them."""
    found = []
    for name, much, of in used:
        limit = Limit(cast("Any", name), much, of)
        stage = limit.stage(NOW)
        words, remedy = limit_words.words_of(limit, stage), limit_words.remedy_of(limit, stage)
        found.append(LimitView(limit.name, much, of, stage, words, remedy))
    return tuple(found)


STAGES = {
    "70": limits(("dossier-numbers", 370, 500), ("disk", 2900, 4000)),
    "90": limits(("dossier-numbers", 460, 500), ("central", 28, 30), ("users", 13, 14), ("days-offline", 6.5, 7)),
    "100": limits(("disk", 4000, 4000), ("central", 30, 30), ("catalogue", 28, 30), ("trust", 22, 30)),
}


def report(state: DeliveryState, problem: Refusal | None) -> DeliveryReport:
    """A delivery that ended so."""
    return DeliveryReport(state=state, problem=problem, wait_s=40.0 if state == "later" else 0.0)


class Bad:
    """A window on a desk of ready views."""

    def __init__(self, application: QApplication, size: tuple[int, int], user: str) -> None:
        self.qt = application
        self.user = user
        self.desk = sample.SampleDesk()
        self.desk.papers.picture = picture
        self.refusal: Refusal | None = None
        self.program = Application(
            application,
            cast("Peek", sample.Peek()),
            self._open,
            salvage=lambda passphrase, cancel: told(
                Salvaged(NOW, 412, ((5, None), (6, None)), (), True, True, 411), cast("Any", None)
            ),
        )
        self.window = self.program.window
        self.window.resize(*size)

    def _open(self, passphrase: str) -> Desk:
        if self.refusal is not None:
            raise self.refusal
        return cast("Desk", self.desk)

    def settle(self, ms: int = 700) -> None:
        """Let results come home and the layout come to rest."""
        deadline = QDeadlineTimer(ms)
        while not deadline.hasExpired():
            self.qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def begin(self) -> None:
        """The sign-in page."""
        self.program.begin()
        self.window.activateWindow()
        self.settle()

    def outbox(self) -> OutboxScreen:
        """Sign in and go to the outbox."""
        self.begin()
        self.window.sign_in.user.edit.setText(self.user)
        self.window.sign_in.password.edit.setText("practice")
        self.window.sign_in.submit()
        for _ in range(20):
            self.settle(1_500)
            if self.window.shell is not None:
                break
        self.window.go("outbox")
        self.settle(900)
        assert self.window.shell is not None
        page = self.window.shell.current()
        assert isinstance(page, OutboxScreen)
        return page

    def delivered(self, ended: DeliveryReport) -> None:
        """A delivery ends so, and every one after it."""
        self.desk.delivery.report = ended
        assert self.program._bridge is not None
        self.program._bridge.deliver_now()
        self.settle()

    def line(self, online: bool, lamp: LampView | None = None) -> None:
        """How the line is."""
        lamps = sample.lamps(online, self.desk.queue.box.waiting_dossiers)
        self.desk.lamps.shown = (*lamps[:-1], lamp or lamps[-1])


def picture(sheet: str, edge: int, dossier: UUID | None = None, here: bool = False) -> Pixels:
    """A page; one whose picture is not here."""
    if sheet.startswith("9"):
        raise Refusal("SHEET_MISSING", Words("Không có trang.", "No such page."), Words("Quét lại.", "Scan again."))
    return page_picture(sheet, edge)


def _offline(at: Bad) -> None:
    at.line(False)
    at.outbox()
    at.delivered(report("offline", unreachable()))


def _clock(at: Bad) -> None:
    wrong = clock_wrong(NOW, NOW + timedelta(minutes=14))
    at.line(True, LampView("central", "trouble", wrong.words, wrong.remedy, 2))
    at.outbox()
    at.delivered(report("idle", wrong))


def _later(at: Bad) -> None:
    at.line(True)
    at.outbox()
    at.delivered(report("later", away()))


def _week(at: Bad) -> None:
    at.desk.queue.box = waiting(300, 4_812, 1_507, "402 MB", "07:41 · 21/11/2026")
    at.desk.near = STAGES["90"]
    _offline(at)


def _shelf(at: Bad) -> None:
    at.desk.queue.box = refused()
    at.outbox()


def _shelf_asked(at: Bad) -> None:
    at.desk.queue.box = refused()
    page = at.outbox()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.shelf.items[0].reason.isVisible()


def _shelf_bare(at: Bad) -> None:
    at.desk.queue.box = nothing_said(refused())
    at.outbox()


def _empty(at: Bad) -> None:
    at.desk.queue.box = sample.outbox_view(full=False)
    at.outbox()


def _limits(stage: str) -> Callable[[Bad], None]:
    def made(at: Bad) -> None:
        at.desk.queue.box = waiting(2, 6, 6, "1,4 MB", "08:47 · 28/11/2026")
        at.desk.near = STAGES[stage]
        at.line(False)
        at.outbox()
        assert at.window.shell is not None
        at.window.shell.limits_watch.look()

    return made


def _grace(at: Bad) -> None:
    _limits("100")(at)
    at.desk.lifts = Refusal("GRACE_MISTYPED", Words("Mã nhập sai.", "Mistyped."), Words("So lại.", "Compare."))
    page = at.window.shell.current()  # type: ignore[union-attr]
    assert isinstance(page, OutboxScreen)
    at.settle()
    page.limits.ask()
    page.limits.code.text.set_value("4GJ2 7K0M 2XQ8")


def _carried(at: Bad) -> None:
    at.desk.queue.box = waiting(2, 6, 6, "1,4 MB", "08:47 · 28/11/2026")
    page = at.outbox()
    page.way_out.export(Path("Q04.quay"))


def _answer(at: Bad) -> None:
    at.desk.queue.box = waiting(2, 6, 6, "1,4 MB", "08:47 · 28/11/2026")
    at.desk.brought = CarriedHome(accepted=5, refused=1)
    page = at.outbox()
    page.way_out.take(Path("answer.quay"))


def _wrong_file(at: Bad) -> None:
    at.desk.queue.box = waiting(2, 6, 6, "1,4 MB", "08:47 · 28/11/2026")
    at.desk.brought = WRONG_ANSWER
    page = at.outbox()
    page.way_out.take(Path("answer.quay"))


def _revoked(at: Bad) -> None:
    at.line(True)
    at.outbox()
    at.delivered(report("refused", REVOKED))


def _damaged(at: Bad) -> None:
    at.refusal = faults.damaged()
    at.begin()


def _salvaged(at: Bad) -> None:
    _damaged(at)
    at.refusal = None
    at.window.sign_in.submit()


STATES: dict[str, Callable[[Bad], None]] = {
    "outbox-offline": _offline,
    "outbox-clock": _clock,
    "outbox-later": _later,
    "outbox-revoked": _revoked,
    "outbox-week": _week,
    "outbox-empty": _empty,
    "shelf-two-versions": _shelf,
    "shelf-asked": _shelf_asked,
    "shelf-bare": _shelf_bare,
    **{f"limits-{stage}": _limits(stage) for stage in STAGES},
    "limits-grace": _grace,
    "usb-exported": _carried,
    "usb-answer": _answer,
    "usb-wrong-file": _wrong_file,
    "sign-in-damaged": _damaged,
    "sign-in-salvaged": _salvaged,
}


At = TypeVar("At", bound=Bad)


@contextmanager
def opened(application: QApplication, size: tuple[int, int], user: str, kind: type[At]) -> Iterator[At]:
    """A window of somebody at such a desk, for as long as it is looked at."""
    at = kind(application, size, user)
    yield at
    at.desk.lamps.card.set()
    at.window.close()
    at.settle(200)


def arranged(
    states: Mapping[str, Callable[[At], None]],
    out: Path,
    language: str,
    size: str,
    only: str,
    opening: Callable[[QApplication, tuple[int, int], str], AbstractContextManager[At]],
) -> Iterator[tuple[str, At]]:
    """Each state with `only` in its name and the window that stands in it, made by `opening` for that name."""
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    width, height = (int(part) for part in size.split("x"))
    theme.fonts(True)
    theme.fonts()
    theme.dress(application)
    for name, arrange in states.items():
        if only in name:
            texts.set_language(language)
            with opening(application, (width, height), name) as at:
                arrange(at)
                yield name, at


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "supervisor" if name.startswith(("shelf", "limits-grace")) else "clerk", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state; of a page that is longer than the window a second one of its end."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle()
        at.window.grab().save(str(out / f"{name}-{language}.png"))
        page = at.window.shell.current() if at.window.shell is not None else None
        bar = page.verticalScrollBar() if isinstance(page, QScrollArea) else None
        if bar is not None and bar.maximum() > 0 and bar.value() < bar.maximum():
            bar.setValue(bar.maximum())
            at.settle(200)
            at.window.grab().save(str(out / f"{name}-end-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
