"""The pages of the window, one below the other; in a narrow window only their pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t
from ui.widgets.kit import KeyCap, Text

WIDTH = 208


class NavItem(QPushButton):
    """One page in the side bar, its key beside it, sometimes a count."""

    def __init__(self, name: str, key: str, icon: str) -> None:
        super().__init__()
        self.name = name
        self._icon = icon
        self.setCheckable(True)
        self.setProperty("class", "nav")
        self.setProperty("here", "no")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE["m"], 6, theme.SPACE["s"], 6)
        row.setSpacing(theme.SPACE["m"])
        self._row = row
        self._picture = QLabel()
        self._words = Text(f"nav.{name}", look="nav-words")
        self._count = Text(look="nav-count")
        self._count.hide()
        self._cap = KeyCap(key)
        theme.mark(self._cap, kind="keycap faint")
        row.addWidget(self._picture)
        row.addWidget(self._words, 1)
        row.addWidget(self._count, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._cap)
        for part in (self._picture, self._words, self._count, self._cap):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.retranslate()

    def sizeHint(self) -> QSize:
        """As large as what is inside: no word is cut at any scale."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The same: the side bar grows with its words."""
        return self._row.sizeHint()

    def show_count(self, count: int) -> None:
        """How many wait there; nothing for none."""
        self._count.setText(str(count))
        self._count.setVisible(count > 0)
        self.retranslate()

    def stand_here(self, here: bool) -> None:
        """This page is the one that is shown."""
        self.setChecked(here)
        for part in (self, self._words, self._count):
            theme.mark(part, here="yes" if here else "no")
        self.retranslate()

    def set_narrow(self, narrow: bool) -> None:
        """With little room the picture says which page, its words come up under the mouse."""
        for part in (self._words, self._cap):
            part.setVisible(not narrow)
        self._row.setContentsMargins(*((9, 8, 9, 8) if narrow else (theme.SPACE["m"], 6, theme.SPACE["s"], 6)))
        self._row.setSpacing(theme.SPACE["xs" if narrow else "m"])
        self.updateGeometry()

    def retranslate(self) -> None:
        """Spoken name and icon of the moment."""
        self.setToolTip(t(f"nav.{self.name}"))
        count = f" ({self._count.text()})" if not self._count.isHidden() else ""
        self.setAccessibleName(t(f"nav.{self.name}") + count)
        self._picture.setPixmap(theme.pixmap(self._icon, "accent" if self.isChecked() else "ink", 18))


class SideBar(QFrame):
    """`asked` says which page somebody wants."""

    asked = Signal(str)

    def __init__(self, first: Sequence[str], last: Sequence[str], keys: Mapping[str, str], icons: Mapping[str, str]):
        super().__init__()
        self.setProperty("class", "sidebar")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["s"], theme.SPACE["m"], theme.SPACE["s"], theme.SPACE["m"])
        column.setSpacing(2)
        self.items = {name: NavItem(name, keys[name], icons[name]) for name in (*first, *last)}
        for name in first:
            column.addWidget(self.items[name])
        column.addStretch(1)
        for name in last:
            column.addWidget(self.items[name])
        for item in self.items.values():
            item.clicked.connect(lambda _checked=False, name=item.name: self.asked.emit(name))
        # A width of its own would let the words be cut; an empty strip only asks for at least that much.
        self._strip = QWidget()
        self._strip.setFixedSize(WIDTH, 0)
        column.addWidget(self._strip)
        self.retranslate()

    def stand_at(self, name: str) -> None:
        """This page is shown."""
        for item in self.items.values():
            item.stand_here(item.name == name)

    def set_narrow(self, narrow: bool) -> None:
        """How much room there is."""
        for item in self.items.values():
            item.set_narrow(narrow)
        self._strip.setVisible(not narrow)

    def retranslate(self) -> None:
        self.setAccessibleName(t("shell.navigation"))
