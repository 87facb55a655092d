"""An online dossier at a glance: what the citizen stated beside register and card, papers, payment, what lacks."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.desk.online_views import OnlineDossierView, StatedRow
from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Badge, Label, Muted, Text
from ui.widgets.scrolling import Scrolling


class Stated(QWidget):
    """A column of it; empty until something is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._view: OnlineDossierView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.name = Text(look="subheading")
        self.name.setWordWrap(True)
        self.left = Text(look="context")
        self.left.setWordWrap(True)
        self.helped = Muted()
        for part in (self.name, self.left, self.helped):
            column.addWidget(part)
        self.badges: dict[str, Badge] = {}
        for key in ("fee", "register", "identity"):
            row = QHBoxLayout()
            row.setSpacing(theme.SPACE["s"])
            label = Label(f"online.{key}")
            label.setMinimumWidth(theme.SPACE["xl"] * 5)
            self.badges[key] = Badge()
            row.addWidget(label)
            row.addWidget(self.badges[key])
            row.addStretch(1)
            column.addLayout(row)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        self._rows.setSpacing(theme.SPACE["s"])
        self._rows.addStretch(1)
        column.addWidget(Scrolling(inside), 1)

    def show_view(self, view: OnlineDossierView | None) -> None:
        """Show a dossier, or nothing."""
        self._view = view
        self.setVisible(view is not None)
        self.retranslate()

    def retranslate(self) -> None:
        """All of it in the language of the moment."""
        view = self._view
        if view is None:
            return
        self.name.setText(view.row.name or view.row.code)
        self.left.setText(" · ".join(part for part in (view.row.code, words(view.row.left)) if part))
        self.helped.setVisible(view.helped is not None)
        self.helped.show_words(view.helped)
        self.badges["fee"].show_badge(view.payment)
        self.badges["register"].show_badge(view.register)
        self.badges["identity"].show_badge(view.identity)
        while self._rows.count() > 1:
            item = self._rows.takeAt(0)
            if item is not None and (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
        for at, part in enumerate(self._parts(view)):
            self._rows.insertWidget(at, part)

    def _parts(self, view: OnlineDossierView) -> list[QWidget]:
        lacking = "; ".join(words(one) for one in view.lacking)
        parts: list[QWidget] = [_head("online.lacking"), _line(lacking or t("online.nothing_lacks"))]
        parts.append(_head("online.stated"))
        # What differs first: it is what somebody has to decide about.
        parts += [_StatedLine(row) for row in sorted(view.rows, key=lambda row: not row.differs)]
        parts.append(_head("online.papers"))
        for paper in view.papers:
            key = "online.paper_withdrawn" if paper.withdrawn else "online.paper"
            key = key if paper.readable else "online.paper_unread"
            look = "" if key == "online.paper" else "problem"
            parts.append(_line(t(key, name=words(paper.name), count=paper.pages), look))
        return parts


class _StatedLine(QWidget):
    """One value of the form; what others say otherwise stands below it."""

    def __init__(self, row: StatedRow) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        label = Text(look="label")
        label.setText(words(row.label))
        value = Text(look="strong" if row.differs else "body")
        value.setText(words(row.stated))
        value.setWordWrap(True)
        column.addWidget(label)
        column.addWidget(value)
        for who, said in (("register", row.register), ("identity", row.identity)):
            if who in row.differs:
                column.addWidget(_line(f"≠ {t(f'online.by_{who}', text=words(said))}", "problem"))
            elif said != Words("", ""):
                column.addWidget(_line(f"✓ {t(f'online.by_{who}', text=t('online.same'))}", "caption"))


def _head(key: str) -> QWidget:
    return Label(key)


def _line(text: str, look: str = "") -> Text:
    made = Text(look=look or "body")
    made.setText(text)
    made.setWordWrap(True)
    return made
