"""The requests that wait, one row each: whose, what kind, how risky, how long and at which counter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ui.texts import t, words
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import ApprovalRow


def waited(since: datetime, now: datetime) -> str:
    """`4:02`, from an hour on `1:04:02`, from a day on in days."""
    seconds = max(0, int((now - since).total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if hours >= 24:
        return t("approvals.days", count=hours // 24)
    return f"{hours}:{minutes % 60:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def _kind(row: ApprovalRow) -> Cell:
    """Whose it is; below, who looks at it or what keeps it, then what it is about."""
    beside = [words(said) for said in (row.handled, row.state.words if row.state else None) if said is not None]
    beside += [row.amount, words(row.kind), t("approvals.unsent") if row.unsent else "", row.clerk]
    said = " · ".join(part for part in beside if part)
    return Cell(row.name or t("queue.nobody"), said, bold=row.may, muted=not row.may)


def _risk(row: ApprovalRow) -> Cell:
    return Cell(words(row.risk.words), tone=row.risk.tone)


COLUMNS = (
    Column("approvals.dossier", _kind, 5),
    Column("approvals.risk", _risk),
    Column("approvals.waited", lambda row: Cell(waited(row.since, datetime.now(UTC)), row.counter), right=True),
)


class RequestTable(Table):
    """The arrows walk; every letter belongs to the page."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, "nav.approvals")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No letter searches here, and Enter opens nothing: both would be pressed by mistake."""
        walks = (
            *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
            *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
        )
        if event.key() in walks and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()
