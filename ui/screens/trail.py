"""Who did, saw and printed what: searched, read in sentences, shown in full for a purpose, taken out for an inspection.

search ─(Enter)→ found ─(Enter on a line)→ dossier ─(Esc)→ found
                   └──────(F7, a purpose)──→ in full ─(F7, Esc, leaving)→ masked
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.desk.trail_table import changes_text
from clerk_app.desk.trail_views import TrailSearch
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from ui import texts, theme
from ui.actions import Action
from ui.texts import number, t, words
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.kit import Card, EmptyState, Heading, Skeleton, Text
from ui.widgets.notice import Notice
from ui.widgets.purpose_line import PurposeLine
from ui.widgets.table import Cell, Column, Table
from ui.widgets.trail_detail import TrailDetail
from ui.widgets.trail_export import TrailExportLine
from ui.widgets.trail_fields import TrailFields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from clerk_app.desk.trail_views import Timeline, TrailLine, TrailPage, Verification
    from ui.application import App

Cursor = tuple[int, int] | None
READ, EXPORT, UNMASK = "trail.read", "trail.export", "data.unmask"


def done_cell(line: TrailLine) -> Cell:
    """The sentence, and in small what it changed."""
    return Cell(words(line.sentence), changes_text(line, texts.language(), " · "))


COLUMNS = (
    Column("trail.when", lambda line: Cell(f"{line.at:%H:%M:%S}", f"{line.at:%d/%m/%Y}")),
    Column("trail.who", lambda line: Cell(line.who, words(line.roles)), 2),
    Column("trail.where", lambda line: Cell(line.station, muted=True), drop=2),
    Column("trail.dossier", lambda line: Cell(line.code or "–", muted=not line.code), drop=1),
    Column("trail.done", done_cell, 9),
    Column("trail.central", lambda line: Cell(words(line.central), tone=line.tone), drop=3),
)
WIDEST = {"trail.done": 380, "trail.who": 205, "trail.central": 150}
"""Pixels that the longest texts ask for: the others must stay in sight beside them."""


class TrailScreen(QWidget):
    """The page of supervisors and inspectors."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._search = TrailSearch()
        self._purpose = ""
        self._asked = False
        self._page: TrailPage | None = None
        self._cursors: list[Cursor] = [None]
        self._dossier: Timeline | None = None
        self._full = False
        self._verified: Verification | None = None
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._head())
        column.addLayout(self._assurance())
        self.problem = Notice("bad", closable=True)
        self.fields = TrailFields()
        self.fields.asked.connect(self.search)
        self.fields.wrong.connect(self._day_wrong)
        self.purpose = PurposeLine()
        self.export = TrailExportLine(app, self.purpose)
        self.full = Notice("warn")
        for part in (self.problem, self.fields, self.purpose, self.export, self.full):
            column.addWidget(part)
        for part in (self.purpose, self.export):
            part.shut.connect(self._to_table)
        column.addLayout(self._middle(), 1)
        self._say_verified()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.trail"))
        self.context = Text(look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.back = QuietButton("trail.back", "Esc", "arrow-left")
        self.back.clicked.connect(self.close_dossier)
        self.back.hide()
        head.addWidget(self.back)
        self.unmask = SecondaryButton("trail.unmask", "F7", "eye")
        self.unmask.clicked.connect(self.toggle_full)
        self.look = PrimaryButton("trail.search", "Enter", "search")
        self.look.clicked.connect(lambda: self.fields.ask())
        for button in (self.unmask, self.look):
            head.addWidget(button)
        return head

    def _assurance(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.verified = Text(look="muted")
        self.verified.setWordWrap(True)
        self.verify = QuietButton("trail.verify", "F8", "shield-check")
        self.verify.clicked.connect(self.verify_now)
        self.csv = QuietButton("trail.export_csv", "Ctrl+E", "file-text")
        self.csv.clicked.connect(lambda: self._export("csv"))
        self.pdf = QuietButton("trail.export_pdf", "Ctrl+Shift+E", "printer")
        self.pdf.clicked.connect(lambda: self._export("pdf"))
        row.addWidget(self.verified, 1)
        for button in (self.verify, self.csv, self.pdf):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _middle(self) -> QHBoxLayout:
        middle = QHBoxLayout()
        middle.setSpacing(theme.SPACE["l"])
        self.detail = TrailDetail()
        card = Card()
        card.body.setContentsMargins(1, theme.SPACE["s"], 1, theme.SPACE["s"])
        self.table = Table(COLUMNS, "nav.trail", widest=WIDEST)
        self.table.opened.connect(lambda line: self.open_dossier(line.dossier))
        self.table.chosen.connect(lambda line: self.detail.show_line(line))
        self.empty = EmptyState("search", "trail.empty", "trail.empty_hint")
        self.inside = QStackedWidget()
        self.skeleton = Skeleton(6)
        for part in (self.skeleton, self.table, self.empty):
            self.inside.addWidget(part)
        card.body.addWidget(self.inside)
        middle.addWidget(card, 5)
        beside = Card()
        beside.body.setContentsMargins(1, 1, 1, 1)
        beside.body.addWidget(self.detail)
        middle.addWidget(beside, 3)
        return middle

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What this page does besides; Enter and the arrow keys belong to the table."""

        def row(
            name: str, text: str, key: str, call: Callable[[], object], icon: str = "", scope: str = READ
        ) -> Action:
            def do(_app: App) -> None:
                call()

            return Action(f"trail.{name}", text, key, do, scope=scope, group="actions.group.trail", icon=icon)

        return [
            row("fields", "trail.to_fields", "Ctrl+F", self.fields.focus_first, "search"),
            row("full", "trail.unmask", "F7", self.toggle_full, "eye", UNMASK),
            row("verify", "trail.verify", "F8", self.verify_now, "shield-check"),
            row("reload", "trail.reload", "F5", self.reload, "refresh-cw"),
            row("down", "trail.detail_down", "Ctrl+Down", partial(self.detail.scroll_by, 1)),
            row("up", "trail.detail_up", "Ctrl+Up", partial(self.detail.scroll_by, -1)),
            row("next", "trail.next_page", "Ctrl+PgDown", self.next_page, "arrow-right"),
            row("before", "trail.page_before", "Ctrl+PgUp", self.page_before, "arrow-left"),
            row("csv", "trail.export_csv", "Ctrl+E", partial(self._export, "csv"), "file-text", EXPORT),
            row("pdf", "trail.export_pdf", "Ctrl+Shift+E", partial(self._export, "pdf"), "printer", EXPORT),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes one step back: from what is shown in full, then from the dossier."""
        if event.key() == Qt.Key.Key_Escape and self._dossier is not None:
            self.close_dossier()
        else:
            super().keyPressEvent(event)

    # ---- coming and going

    def arrive(self) -> None:
        """The page came to the front: today's entries, if nothing was looked for yet."""
        self.unmask.setVisible(self._app.desk.trail.may_unmask())
        may_export = self._app.desk.trail_export.allowed()
        self.csv.setVisible(may_export)
        self.pdf.setVisible(may_export)
        if not self._asked:
            today = in_hanoi(datetime.now(UTC)).date()
            self.fields.show_search(TrailSearch(first=today))
            self.fields.ask()
            self._start("store-read", self._app.desk.trail.verified, self._show_verified)
        else:
            self._to_table()

    def flush(self) -> None:
        """Somebody leaves the page: nothing in full stays behind, nor whom was looked for."""
        self.purpose.close_line()
        self.export.close_line()
        if self._full:
            self.close_dossier()
        self.fields.forget()

    # ---- looking

    def search(self, search: TrailSearch) -> None:
        """Look for it, from the newest on; for a citizen once it is said what for."""
        purposes = self._app.desk.trail.purposes() if self._app.desk.trail.asks_purpose(search) else ()
        if purposes:
            self.purpose.ask("trail.purpose_person", purposes, partial(self._search_for, search))
        else:
            self._search_for(search, "")

    def _search_for(self, search: TrailSearch, purpose: str) -> None:
        self._asked = True
        self._search, self._purpose = search, purpose
        self._cursors = [None]
        self._dossier, self._full = None, False
        self._ask()

    def reload(self) -> None:
        """The same once more, as it stands by now."""
        if self._dossier is not None:
            dossier, full = self._dossier.dossier, self._full
            self._start("store", lambda: self._app.desk.trail.again(dossier, full), partial(self._show_dossier, full))
        elif self._asked:
            self._ask()

    def next_page(self) -> None:
        """Older entries."""
        if self._dossier is None and self._page is not None and self._page.following is not None:
            self._cursors.append(self._page.following)
            self._ask()

    def page_before(self) -> None:
        """Newer ones."""
        if self._dossier is None and len(self._cursors) > 1:
            self._cursors.pop()
            self._ask()

    def open_dossier(self, dossier: UUID) -> None:
        """Everything that happened to the dossier of an entry."""
        if self._dossier is None:
            self._start("store", lambda: self._app.desk.trail.timeline(dossier), partial(self._show_dossier, False))

    def close_dossier(self) -> None:
        """Back to what was found; what was shown in full is masked again."""
        self._dossier, self._full = None, False
        self.detail.show_line(None)
        if self._page is not None:
            self._show_lines(self._page.lines)
        self.retranslate()
        self._to_table()

    def toggle_full(self) -> None:
        """The dossier in full, once it is said what for; or masked again."""
        if not self._app.desk.trail.may_unmask():
            return
        if self._full:
            self._full = False
            self.reload()
            return
        line = self.table.current()
        dossier = self._dossier.dossier if self._dossier is not None else getattr(line, "dossier", None)
        if dossier is None:
            return
        purposes = self._app.desk.trail.purposes()
        if self._app.desk.trail.purpose_asked() and purposes:
            self.purpose.ask("trail.purpose_unmask", purposes, partial(self._look, dossier))
        else:
            self._look(dossier, "")

    def _look(self, dossier: UUID, purpose: str) -> None:
        self._start("store", lambda: self._app.desk.trail.unmask(dossier, purpose), partial(self._show_dossier, True))

    def _export(self, kind: str) -> None:
        if self._app.desk.trail_export.allowed() and self._asked:
            search = self._search
            if self._dossier is not None:
                search = TrailSearch(dossier=str(self._dossier.dossier))
            self.export.begin(kind, search, self._full)

    def verify_now(self) -> None:
        """Check the whole journal; it takes a while, and the page goes on meanwhile."""
        if not self.verify.busy:
            self.verify.set_busy("trail.verifying")
            self._start("reading", self._app.desk.trail.verify, self._show_verified)

    def _ask(self) -> None:
        search, cursor, purpose = self._search, self._cursors[-1], self._purpose
        # That somebody looked for a citizen is written down.
        lane = "store" if search.person else "store-read"
        self.problem.clear()
        self.look.set_busy("trail.searching")
        self._start(lane, lambda: self._app.desk.trail.search(search, cursor, purpose=purpose), self.show_page)

    def _start(self, lane: str, work: Callable[[], object], then: Callable[..., None]) -> None:
        self._app.jobs.start(lane, self, lambda cancel, progress: work(), then, self._lost)  # type: ignore[arg-type]

    # ---- showing

    def show_page(self, page: TrailPage) -> None:
        """Show what was found."""
        self.look.set_busy()
        if self._page is not None and len(self._cursors) > 1:
            # Counted with the first page alone.
            total = self._page.total
        else:
            total = page.total
        self._page = type(page)(page.lines, page.following, total, page.counted)
        self._dossier, self._full = None, False
        self._show_lines(page.lines)
        self.retranslate()
        self._to_table()

    def _show_dossier(self, full: bool, timeline: Timeline) -> None:
        kept = self.table.current()
        self._dossier, self._full = timeline, full
        self._show_lines(timeline.lines)
        entry = getattr(kept, "entry", None)
        place = next((n for n, line in enumerate(timeline.lines) if line.entry == entry), 0)
        self.table.setCurrentIndex(self.table.model().index(place, 0))
        self.retranslate()
        self._to_table()

    def _show_lines(self, lines: Sequence[TrailLine]) -> None:
        self.table.show_rows(lines, key=_entry)
        self.inside.setCurrentWidget(self.table if lines else self.empty)
        current = self.table.current() if lines else None
        self.detail.show_line(next((line for line in lines if line is current), None))

    def _show_verified(self, verified: Verification | None) -> None:
        self.verify.set_busy()
        self._verified = verified
        self._say_verified()

    def _say_verified(self) -> None:
        found = self._verified
        if found is None:
            self.verified.say("trail.never_verified")
            theme.mark(self.verified, tone="calm")
            return
        values = {
            "entries": number(found.entries),
            "stations": number(found.stations),
            "problems": number(found.problems),
            "at": f"{in_hanoi(found.at):%H:%M · %d/%m/%Y}",
        }
        self.verified.say("trail.intact" if found.ok else "trail.broken", **values)
        theme.mark(self.verified, tone="good" if found.ok else "bad")
        if not found.ok:
            self.problem.say("trail.broken", "trail.broken_hint", **values)

    def retranslate(self) -> None:
        """What is shown, in the language of the moment."""
        page, dossier = self._page, self._dossier
        self.back.setVisible(dossier is not None)
        self.unmask.say("trail.mask" if self._full else "trail.unmask")
        if self._full:
            self.full.say("trail.full", "trail.full_hint")
        else:
            self.full.clear()
        if dossier is not None:
            key = "trail.longer" if dossier.longer else "trail.of_dossier"
            self.context.setText(t(key, code=dossier.code or "–", count=number(len(dossier.lines))))
        elif page is not None:
            said = [t("trail.found_none")] if not page.lines else []
            if page.total > page.counted:
                said = [t("trail.found_many", count=number(page.counted))]
            elif page.total:
                said = [t("trail.found", count=number(page.total))]
            if len(self._cursors) > 1 or page.following is not None:
                said.append(t("trail.page", page=len(self._cursors)))
            self.context.setText(" · ".join(said))

    def _to_table(self) -> None:
        if self.table.isVisible():
            self.table.setFocus()
        else:
            self.fields.focus_first()

    def _day_wrong(self, text: str) -> None:
        self.problem.set_tone("warn")
        self.problem.say("trail.day_wrong", "trail.day_wrong_hint", text=text)

    def _lost(self, error: Exception) -> None:
        self.look.set_busy()
        self.verify.set_busy()
        if self._page is None:
            self.inside.setCurrentWidget(self.empty)
        if isinstance(error, Refusal):
            self.problem.set_tone("bad")
            self.problem.show_refusal(error)


def _entry(line: TrailLine) -> UUID:
    return line.entry
