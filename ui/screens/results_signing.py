"""How whoever collects signs: on the pad, on paper that is scanned, or not at all with a reason.

pad --choice--> paper --F6--> scanned, with its picture --choice--> unable, why
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.page_pictures import image_of
from ui.texts import t, words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.choices import ChoiceRow
from ui.widgets.inputs import TextInput
from ui.widgets.kit import Label, Text
from ui.widgets.signature_pad import SignaturePad

if TYPE_CHECKING:
    from clerk_app.desk.ports import Pixels
    from clerk_app.desk.signed_pages import SignedPage
    from ui.application import App

SHOWN_HIGH = 88
"""How high the picture of a scanned page is shown, in logical pixels: enough to see that it was signed."""


class SigningPanel(QWidget):
    """Stands below the form and never scrolls: whoever collects signs on it."""

    _noticed = Signal(object)

    def __init__(self, app: App, failed: Callable[[Exception], None]) -> None:
        super().__init__()
        self._app = app
        self._failed = failed
        self._dossier: UUID | None = None
        self._pages: tuple[SignedPage, ...] = ()
        self.signed = ChoiceRow()
        self.pad = SignaturePad()
        self.reason = TextInput(500)
        self.scan = SecondaryButton("results.scan_signed", "F6", "scan-line")
        self.scan.clicked.connect(self.scan_page)
        self.told = Text(look="caption")
        self.told.setWordWrap(True)
        self._pictures = QHBoxLayout()
        self._pictures.setSpacing(theme.SPACE["s"])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.SPACE["xs"], 0, 0)
        row.setSpacing(theme.SPACE["l"])
        row.addLayout(self._column((Label("results.signed"), self.signed)), 2)
        self._labels = {name: Label(f"results.{name}") for name in ("pad", "reason", "signed_page")}
        scanned = QWidget()
        both = QHBoxLayout(scanned)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(theme.SPACE["m"])
        both.addLayout(self._column((self.scan, self.told)), 1)
        both.addLayout(self._pictures)
        self._fields: dict[str, tuple[str, QWidget]] = {
            "pad": ("pad", self.pad),
            "unable": ("reason", self.reason),
            "paper": ("signed_page", scanned),
        }
        right = QVBoxLayout()
        right.setSpacing(theme.SPACE["xs"])
        for name, field in self._fields.values():
            right.addWidget(self._labels[name])
            right.addWidget(field)
        right.addStretch(1)
        row.addLayout(right, 3)
        self.signed.edited.connect(lambda _value: self.show_rows())
        self._noticed.connect(self._notice, Qt.ConnectionType.QueuedConnection)

    @staticmethod
    def _column(parts: tuple[QWidget, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.SPACE["xs"])
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        return column

    def retranslate(self) -> None:
        """Names of the fields in the language of the moment."""
        self.signed.setAccessibleName(t("results.signed"))
        self.reason.setAccessibleName(t("results.reason"))
        self.reason.setPlaceholderText(t("results.reason_hint"))
        self._say()

    def begin(self, dossier: UUID) -> None:
        """Another result: nothing is signed yet."""
        self._dossier = dossier
        self.pad.clear()
        self.reason.set_value("")
        self._keep(())

    def show_rows(self) -> None:
        """What belongs to the chosen way of signing."""
        chosen = self.signed.value()
        for value, (name, field) in self._fields.items():
            for widget in (self._labels[name], field):
                widget.setVisible(chosen == value)

    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in its order."""
        return *self.signed.stops(), self.pad, self.scan, self.reason

    def lacking(self) -> QWidget:
        """The field in which the signature is missing."""
        return {"pad": self.pad, "paper": self.scan, "unable": self.reason}.get(self.signed.value(), self.signed)

    def kept(self) -> Callable[[], tuple[str, ...]]:
        """What keeps the signature, on a lane, and says its digests; of none, nothing."""
        chosen, pages, desk = self.signed.value(), self._pages, self._app.desk
        png = self.pad.png() if chosen == "pad" and self.pad.signed else b""
        if png:
            return lambda: (desk.handing_over.sign(png),)
        if chosen == "paper":
            return lambda: tuple(desk.signed_pages.keep(page) for page in pages)
        return tuple

    def scan_page(self) -> None:
        """F6: the signed page is in the scanner."""
        dossier = self._dossier
        if dossier is None or not self.isVisible() or self.scan.busy:
            return
        if self.signed.value() != "paper":
            self.signed.set_value("paper")
            self.show_rows()
        self.scan.set_busy("results.scanning_signed")
        self._app.jobs.start(
            "scanner",
            self,
            lambda cancel, progress: self._app.desk.signed_pages.scan(dossier, cancel, self._noticed.emit),
            lambda pages: self._scanned(dossier, pages),
            self._not_scanned,
        )

    def _scanned(self, dossier: UUID, pages: tuple[SignedPage, ...]) -> None:
        self.scan.set_busy()
        if dossier == self._dossier and pages:
            self._keep(pages)
            self.scan.setFocus()

    def _not_scanned(self, error: Exception) -> None:
        self.scan.set_busy()
        self._say()
        self._failed(error)

    @Slot(object)
    def _notice(self, said: Any) -> None:
        if self.scan.busy:
            self.told.setText(words(said))

    def _keep(self, pages: tuple[SignedPage, ...]) -> None:
        self._pages = pages
        while (item := self._pictures.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for number, page in enumerate(pages, 1):
            picture = QLabel()
            picture.setPixmap(_small(page.shown, self.devicePixelRatioF()))
            picture.setAccessibleName(t("results.signed_page_of", number=number, count=len(pages)))
            self._pictures.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self._say()

    def _say(self) -> None:
        count = len(self._pages)
        self.told.setText(t("results.signed_pages", count=count) if count else t("results.signed_page_hint"))
        self.scan.say("results.scan_signed_again" if count else "results.scan_signed")


def _small(pixels: Pixels, ratio: float) -> QPixmap:
    shown = QPixmap.fromImage(image_of(pixels)).scaledToHeight(
        round(SHOWN_HIGH * ratio), Qt.TransformationMode.SmoothTransformation
    )
    shown.setDevicePixelRatio(ratio)
    return shown
