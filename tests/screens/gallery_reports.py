"""Pictures of the reports: `python -m tests.screens.gallery_reports OUT [vi|en] [WxH] [NAME]`.

A real journal of generated dossiers is behind the page; `QT_SCALE_FACTOR` means what it means to Qt.
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

from bench import generated_years
from clerk_app.desk.report_views import ReportQuery
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.sample_trail import Kept, kept
from ui.screens.reports import ReportsScreen

QUARTER = ReportQuery(date(2024, 1, 1), date(2024, 3, 31))


class Looking(Bad):
    """A supervisor at the reports."""

    store: Kept

    def page(self, query: ReportQuery = QUARTER) -> ReportsScreen:
        """Sign in, go there, ask for it."""
        self.desk.reports = self.store.desk.reports
        self.outbox()
        # The sample desk has no central: the sign in the head says what the page says.
        self.line(False)
        self.window.go("reports")
        self.settle(600)
        assert self.window.shell is not None
        page = self.window.shell.current()
        assert isinstance(page, ReportsScreen)
        page._query = query
        page._say_query()
        page._ask()
        self.settle(1500)
        return page

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle(900)


def _quarter(at: Looking) -> None:
    at.page()


def _split(at: Looking) -> None:
    at.page(ReportQuery(QUARTER.first, QUARTER.last, "channel"))


def _below(at: Looking) -> None:
    page = at.page()
    page.grid.scrollToBottom()
    at.settle(300)


def _behind(at: Looking) -> None:
    page = at.page()
    model = page.grid._figures
    row = next(r for r in range(model.rowCount()) if (f := model.figure(model.index(r, 1))) and f.line == "received")
    page.grid.setCurrentIndex(model.index(row, 1))
    at.key(Qt.Key.Key_Return)


def _empty(at: Looking) -> None:
    at.page(ReportQuery(date(2022, 1, 1), date(2022, 1, 31)))


def _error(at: Looking) -> None:
    at.page(ReportQuery(date(2027, 1, 1), date(2027, 1, 31)))


STATES: dict[str, Callable[[Looking], None]] = {
    "reports-quarter": _quarter,
    "reports-split": _split,
    "reports-below": _below,
    "reports-behind": _behind,
    "reports-empty": _empty,
    "reports-error": _error,
}


@contextmanager
def _opening(application: QApplication, size: tuple[int, int], name: str) -> Iterator[Looking]:
    with kept() as store, opened(application, size, "supervisor", Looking) as at:
        for dossier, happened in generated_years.histories(generated_years.smaller(600), 3):
            for moment, who, what in happened:
                store.desk.journal.append(dossier, [what], who, moment)
        at.store = store
        yield at


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle()
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
