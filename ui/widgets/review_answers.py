"""Findings about one's own work: what was found, where, and the answer that is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.copyable import Copyable
from ui.widgets.kit import Muted, Text
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.review_views import FindingRow
    from clerk_app.domain.refusals import Refusal
    from ui.application import App


class FindingCard(QFrame):
    """One finding."""

    answered = Signal(object, str)
    """The `FindingRow`, and the words."""

    def __init__(self, app: App, row: FindingRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.row = row
        self.setProperty("class", "exception shelf-item")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(*([theme.SPACE["m"]] * 4))
        column.setSpacing(theme.SPACE["s"])
        head = QHBoxLayout()
        self.title = Text(look="strong")
        self.title.setText(" · ".join(part for part in (row.code, row.name) if part))
        self.title.setWordWrap(True)
        self._found = Text(look="caption")
        head.addWidget(self.title, 1)
        head.addWidget(self._found)
        column.addLayout(head)
        self._cause = Text(look="check-title")
        self._cause.setWordWrap(True)
        column.addWidget(self._cause)
        self.comment = Copyable(look="body")
        self.comment.setText(row.comment)
        self.comment.setWordWrap(True)
        column.addWidget(self.comment)
        buttons = QHBoxLayout()
        self.answer = PrimaryButton("review.answer", "Alt+1", "check")
        self.answer.clicked.connect(self.ask)
        look = SecondaryButton("outbox.look", icon="eye")
        look.clicked.connect(lambda: self._app.window.open_dossier(self.row.dossier))
        buttons.addWidget(self.answer)
        buttons.addWidget(look)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.line = AskLine("review.answer_label", "review.answer_say")
        self.line.answered.connect(lambda text: self.answered.emit(self.row, text))
        self.line.shut.connect(self.setFocus)
        column.addWidget(self.line)
        self.problem = Notice("bad", closable=True)
        column.addWidget(self.problem)
        self.retranslate()

    def ask(self) -> None:
        """What was done about it?"""
        self.problem.clear()
        self.line.ask()

    def refused(self, refusal: Refusal) -> None:
        """It could not be written down."""
        self.problem.show_refusal(refusal)

    def retranslate(self) -> None:
        row = self.row
        where = f" · {words(row.field_label)}" if row.field_label is not None else ""
        self._cause.setText(f"{words(row.cause)}{where}")
        self._found.setText(t("review.found_at", at=row.found))
        self.setAccessibleName(f"{self.title.text()}. {self._cause.text()}. {row.comment}")


class FindingCards(QScrollArea):
    """All of them, the oldest first."""

    answered = Signal(object, str)

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.cards: list[FindingCard] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("class", "page")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        self._column.setSpacing(theme.SPACE["m"])
        self._column.addWidget(Muted("review.findings_hint"))
        self._column.addStretch(1)
        self.setWidget(inside)

    def show_findings(self, rows: tuple[FindingRow, ...]) -> None:
        """Show these; what is being typed about one of them stays."""
        kept = {card.row.review: card for card in self.cards}
        self.cards = []
        for place, row in enumerate(rows, 1):
            card = kept.pop(row.review, None)
            if card is None:
                card = FindingCard(self._app, row)
                card.answered.connect(self.answered)
            self._column.insertWidget(place, card)
            self.cards.append(card)
        for gone in kept.values():
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()

    def current(self) -> FindingCard | None:
        """The one with the focus; else the first."""
        focus = QApplication.focusWidget()
        among = (card for card in self.cards if focus is not None and (card is focus or card.isAncestorOf(focus)))
        return next(among, self.cards[0] if self.cards else None)
