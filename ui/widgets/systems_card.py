"""What the State's systems say of the dossier: one line each with its answer, its time, and what is not as entered.

Arrows walk the lines, Space asks the one with the cursor, Shift+F8 asks all. What was said stands in the journal: it
is shown without a line too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Badge, Card, Muted, Text
from ui.widgets.lines import Line, rove, walk
from ui.widgets.notice import Notice
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.register_views import AnswerLine, SystemView
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork

_SIGNS = {"same": "✓", "differs": "≠", "unknown": "?", "plain": "·"}
_TONES = {"same": "good", "differs": "bad", "unknown": "warn", "plain": "calm"}


class SystemRow(Line):
    """One system: its name, its answer in a pill, when; below what it says, what differs first."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: SystemView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 1, 4, 1)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.name, self.badge = Text(look="strong"), Badge()
        self.name.setWordWrap(True)
        self.ask = narrow(QuietButton("systems.ask", icon="refresh-cw"))
        self.ask.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ask.clicked.connect(self._ask)
        self.when = Text(look="hint")
        row.addWidget(self.name, 1)
        row.addWidget(self.when)
        row.addWidget(self.badge)
        row.addWidget(self.ask)
        column.addLayout(row)
        self.detail = Text(look="hint")
        self.detail.setWordWrap(True)
        column.addWidget(self.detail)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(0)
        column.addLayout(self.lines)
        self.said: list[Text] = []

    def show_view(self, view: SystemView, may_ask: bool) -> None:
        """Show what this system said; the same again changes nothing."""
        self.ask.setVisible(may_ask and view.problem is None)
        if view == self.view:
            return
        self.view = view
        self.name.show_words(view.name)
        self.badge.show_badge(view.badge)
        for old in self.said:
            self.lines.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.said = [_line(one) for one in sorted(view.lines, key=_last)]
        for text in self.said:
            self.lines.addWidget(text)
        self.retranslate()

    def set_busy(self, on: bool) -> None:
        """While it is being asked."""
        self.ask.set_busy("systems.asking" if on else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space asks this one."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers() and not self.ask.isHidden():
            self._ask()
            return
        super().keyPressEvent(event)

    def _ask(self) -> None:
        if self.view is not None and not self.ask.busy:
            self.asked.emit(self.view.system)

    def retranslate(self) -> None:
        """The same in the language of the moment, and for the ear."""
        view = self.view
        if view is None:
            return
        self.when.setText(view.when)
        parts = [words(view.cause) if view.cause is not None else ""]
        if view.problem is not None:
            parts.append(words(view.problem.words))
        detail = " · ".join(part for part in parts if part)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        for text, one in zip(self.said, sorted(view.lines, key=_last), strict=True):
            text.setText(_said(one))
        self.ask.setAccessibleName(f"{self.ask.words()}: {words(view.name)}")
        self.setAccessibleName(f"{words(view.name)}: {words(view.badge.words)}")
        self.setAccessibleDescription(
            ". ".join(part for part in (view.when, detail, *(one.text() for one in self.said)) if part)
        )


def _last(one: AnswerLine) -> bool:
    """What is not as it should be stands first."""
    return one.mark not in ("differs", "unknown")


def _line(one: AnswerLine) -> Text:
    text = Text(look="system-line")
    text.setWordWrap(True)
    theme.mark(text, tone=_TONES[one.mark])
    return text


def _said(one: AnswerLine) -> str:
    sign, label, here, there = _SIGNS[one.mark], words(one.label), words(one.here), words(one.there)
    if one.mark == "differs" and here != "–":
        return f"{sign} {label}: {t('systems.here', here=here, there=there)}"
    return f"{sign} {label}: {there}"


class SystemsCard(Card):
    """Every system, hidden until the first answer about this dossier came from the journal."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__("systems.title", parent)
        self._work = work
        self._dossier: UUID | None = None
        self._looking, self._again = False, False
        self._asking: set[str] = set()
        self.all = narrow(QuietButton("systems.all", "Shift+F8", "refresh-cw"))
        self.all.clicked.connect(self.ask_all)
        self.head.addWidget(self.all)
        self.body.setSpacing(theme.SPACE["xs"])
        self.fault = Notice("bad")
        self.body.addWidget(self.fault)
        self._none = Muted("systems.none")
        self.body.addWidget(self._none)
        self.rows: list[SystemRow] = []

    # ---- showing

    def show_view(self, view: IntakeView) -> None:
        """The dossier came home: what was said of it may count no more, or there is more of it."""
        if view.dossier != self._dossier:
            self._dossier = view.dossier
            self._asking = set()
            self.fault.clear()
            self.show_answers(())
        self._look()

    def _look(self) -> None:
        """Ask the journal, off the window's thread; once more where it went on meanwhile."""
        if self._looking:
            self._again = True
            return
        dossier = self._dossier
        if dossier is None:
            return
        self._looking, self._again = True, False

        def home(views: tuple[SystemView, ...]) -> None:
            self._looking = False
            if dossier == self._dossier:
                self.show_answers(views)
            if self._again or dossier != self._dossier:
                self._look()

        def failed(_error: Exception) -> None:
            self._looking = False

        app = self._work.app
        app.jobs.start("store-read", self, lambda cancel, progress: app.desk.registers.views(dossier), home, failed)

    def show_answers(self, views: tuple[SystemView, ...]) -> None:
        """One row each; a row keeps its place."""
        may_ask = self._work.permits("register.ask")
        self.all.setVisible(may_ask)
        self._none.setVisible(not views)
        while len(self.rows) < len(views):
            self.rows.append(self._row())
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(views))
            if number < len(views):
                row.show_view(views[number], may_ask)
                row.set_busy(views[number].system in self._asking)

    def _row(self) -> SystemRow:
        row = SystemRow(self)
        row.step.connect(lambda step: walk(self.rows, row, step))
        row.entered.connect(lambda: rove(self.rows, row))
        row.asked.connect(lambda system: self._ask((system,)))
        if not self.rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body.addWidget(row)
        return row

    # ---- asking

    def ask_all(self) -> None:
        """Ask every system that can be asked about the dossier as it stands."""
        shown = [row.view for row in self.rows if not row.isHidden() and row.view is not None]
        self._ask(tuple(view.system for view in shown if view.problem is None))

    def _ask(self, systems: tuple[str, ...]) -> None:
        new = tuple(system for system in systems if system not in self._asking)
        if not new or not self._work.permits("register.ask"):
            return
        self.fault.clear()
        self._busy(new, True)

        def over() -> None:
            self._busy(new, False)

        def failed(error: Exception) -> None:
            over()
            if isinstance(error, Refusal):
                self.fault.show_refusal(error)
            self._look()

        self._work.after_save(
            lambda: self._work.run(
                "network",
                lambda desk, dossier, cancel, progress: _asked(desk, dossier, new),
                lambda view: over(),
                failed,
            ),
            over,
        )

    def _busy(self, systems: tuple[str, ...], on: bool) -> None:
        self._asking = self._asking | set(systems) if on else self._asking - set(systems)
        self.all.set_busy("systems.asking" if self._asking else "")
        for row in self.rows:
            if row.view is not None:
                row.set_busy(row.view.system in self._asking)


def _asked(desk: Desk, dossier: UUID, systems: tuple[str, ...]) -> IntakeView:
    """Each is asked, whatever becomes of the one before; raises the first `Refusal` at the end."""
    problem: Refusal | None = None
    for system in systems:
        try:
            desk.registers.ask(dossier, system)
        except Refusal as refusal:
            problem = problem or refusal
    if problem is not None:
        raise problem
    return desk.intake.view(dossier)
