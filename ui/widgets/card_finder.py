"""A card that lies on the reader while a queue is looked through: read, it says whose dossier is meant.

nothing --a card is laid--> asks for six digits --F7--> reading --read--> `found` · `nobody`
                                    `<---- Esc, or what card and reader did: `failed`
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clerk_app.domain.refusals import Refusal
from ui.widgets.buttons import SecondaryButton
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from uuid import UUID

    from ui.application import App
    from ui.jobs import Job


SILENT = "DEVICE_SILENT"


class CardFinder(Notice):
    """Offers to read the card, as long as one lies there; `read_button` is the page's to connect."""

    found = Signal(object)
    """The `UUID` of the dossier of whoever's card it is."""
    nobody = Signal()
    """The card proved who it is; nobody of that number sent anything."""
    failed = Signal(object)
    """The `Refusal` of the reading, never of one that was given up, unless the reader does not come back."""

    def __init__(self, app: App, text: Callable[[], str], parent: QWidget | None = None) -> None:
        """`text` says what was typed that may open the chip."""
        super().__init__("info", parent)
        self._app = app
        self._text = text
        self._job: Job | None = None
        self.read_button = SecondaryButton("online.read_card", "F7", "id-card")
        self.buttons.addWidget(self.read_button)
        app.bridge.card_changed.connect(self._card_changed)
        self._card_changed(app.bridge.card_present)

    @property
    def reading(self) -> bool:
        """Whether the chip is being read."""
        return self._job is not None

    def read(self) -> None:
        """Read the card now, whether the watch saw one or not: the reader says what is wrong."""
        if self._job is not None:
            return
        text = self._text()
        self.read_button.set_busy("online.reading_card")

        def not_read(error: Exception) -> None:
            # Whoever gave a reading up knows how it ended, unless the reader never comes back; the next one goes on.
            silent = isinstance(error, Refusal) and error.code == SILENT
            if self._job is reading or (self._job is None and silent):
                self._over()
                self.failed.emit(error)

        self._job = reading = self._app.jobs.start(
            "card",
            self,
            lambda cancel, progress: self._app.desk.online.find_by_card(text, progress, cancel),
            self._read,
            not_read,
        )

    def give_up(self) -> None:
        """Stop waiting, and do not wait for a reader that hangs; what it still answers is dropped."""
        if self._job is not None:
            self._job.cancel()
            self._app.jobs.hurry(self._job)
            self._over()

    def _over(self) -> None:
        self._job = None
        self.read_button.set_busy()

    def _read(self, dossier: UUID | None) -> None:
        self._over()
        if dossier is None:
            self.nobody.emit()
        else:
            self.found.emit(dossier)

    def _card_changed(self, present: bool) -> None:
        if present:
            self.say("online.card_lies", "online.card_lies_remedy")
        else:
            self.give_up()
            self.clear()
