"""Pictures of the trail: `python -m tests.screens.gallery_trail OUT [vi|en] [WxH] [NAME]`.

A real journal is behind the page; `QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clerk_app.desk.ports import VerifyReport
from clerk_app.desk.trail_views import TrailSearch
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.sample_trail import Kept, behind, kept
from ui.screens.trail import TrailScreen

DAY = date(2026, 11, 23)


class Looking(Bad):
    """A supervisor at the trail."""

    store: Kept

    def page(self, search: TrailSearch | None = None) -> TrailScreen:
        """Sign in, go there, look for it."""
        behind(self.desk, self.store.desk)
        self.outbox()
        self.window.go("trail")
        self.settle(600)
        assert self.window.shell is not None
        page = self.window.shell.current()
        assert isinstance(page, TrailScreen)
        page.fields.show_search(search or TrailSearch(first=DAY))
        page.fields.ask()
        self.settle(900)
        return page

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle(500)


def _found(at: Looking) -> None:
    at.page()


def _nothing(at: Looking) -> None:
    at.page(TrailSearch(person="Nguyễn Văn Không"))


def _dossier(at: Looking) -> None:
    page = at.page(TrailSearch(dossier=str(at.store.accepted)))
    at.key(Qt.Key.Key_Return)
    page.table.setCurrentIndex(page.table.model().index(1, 0))


def _purpose(at: Looking) -> None:
    _dossier(at)
    at.key(Qt.Key.Key_F7)


def _full(at: Looking) -> None:
    _purpose(at)
    at.key(Qt.Key.Key_1)


def _decided(at: Looking) -> None:
    page = at.page(TrailSearch(dossier=str(at.store.draft)))
    at.key(Qt.Key.Key_Return)
    place = next(n for n, line in enumerate(page.table.rows()) if line.kind == "ExceptionDecided")  # type: ignore[attr-defined]
    page.table.setCurrentIndex(page.table.model().index(place, 0))


def _intact(at: Looking) -> None:
    at.page()
    at.key(Qt.Key.Key_F8)
    at.settle(1200)


def _broken(at: Looking) -> None:
    at.page()
    report = VerifyReport(4812, 3, False, ("entry 7 of station Q04: altered, its seal does not hold",))
    at.store.desk.journal.verify = lambda: report  # type: ignore[method-assign]
    at.key(Qt.Key.Key_F8)
    at.settle(600)


def _wrong_day(at: Looking) -> None:
    page = at.page()
    page.fields.inputs["first"].set_value("31/02/2026")
    page.fields.ask()


def _exported(at: Looking) -> None:
    page = at.page()
    page.export.begin("csv", TrailSearch(first=DAY))
    page.purpose.close_line()
    page.export._code = "CONTROL"
    page.export.write_to(at.store.desk.database.path.parent / "trail-Q04-261123.csv")
    at.settle(900)


STATES: dict[str, Callable[[Looking], None]] = {
    "trail-found": _found,
    "trail-nothing": _nothing,
    "trail-dossier": _dossier,
    "trail-purpose": _purpose,
    "trail-full": _full,
    "trail-decided": _decided,
    "trail-intact": _intact,
    "trail-broken": _broken,
    "trail-wrong-day": _wrong_day,
    "trail-exported": _exported,
}


@contextmanager
def _opening(application: QApplication, size: tuple[int, int], name: str) -> Iterator[Looking]:
    with kept() as store, opened(application, size, "supervisor", Looking) as at:
        at.store = store
        yield at


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle()
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
