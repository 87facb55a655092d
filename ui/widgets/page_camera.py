"""A paper under the document camera: the live picture in the frame of the page, one key that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.jobs import Cancel, Job, Progress
from ui.texts import t

if TYPE_CHECKING:
    from clerk_app.desk.ports import Frame
    from ui.application import App

MARGIN = 10


class PageCamera(QWidget):
    """Watches the camera while it is shown; nothing waits for it."""

    taken = Signal(object)
    """The JPEG of the frame that was shown when the key was pressed."""
    shut = Signal()
    failed = Signal(object)
    """The `Refusal` for which there is no picture."""

    def __init__(self, app: App, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._job: Job | None = None
        self._newest: tuple[Frame, QImage] | None = None
        self._again = False
        """Whether it was watching when what it stands in went out of sight."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def begin(self) -> None:
        """Look."""
        if self._job is not None:
            return

        def work(cancel: Cancel, progress: Progress) -> None:
            def arrived(frame: Frame) -> None:
                self._newest = frame, QImage.fromData(frame.jpeg)
                progress(1, 0)

            self._app.desk.face.watch(arrived, cancel)

        def broken(error: Exception) -> None:
            if job is self._job:
                self._job = None
                if isinstance(error, Refusal):
                    self.failed.emit(error)

        job = self._job = self._app.jobs.start(
            "camera", self, work, lambda _nothing: None, broken, lambda done, total: self.update()
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Behind another step or the lock it only paused."""
        super().showEvent(event)
        if self._again:
            self._again = False
            self.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: let the camera go."""
        super().hideEvent(event)
        self._again = self._job is not None and not self.isHidden()
        if self._job is not None:
            self._job.cancel()
        self._job = self._newest = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter take the picture, Esc and K go back to the pages."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if self._newest is not None:
                self.taken.emit(self._newest[0].jpeg)
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_K):
            self.shut.emit()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The newest picture, or words until there is one."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(self.rect(), theme.RADIUS["m"], theme.RADIUS["m"])
        painter.setPen(theme.colour("muted"))
        foot = QRectF(MARGIN, self.height() - 30, self.width() - 2 * MARGIN, 24)
        if self._newest is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, t("intake.camera.waiting"))
        else:
            image = self._newest[1]
            size = image.size().scaled(
                self.width() - 2 * MARGIN, self.height() - 2 * MARGIN - 30, Qt.AspectRatioMode.KeepAspectRatio
            )
            left, top = (self.width() - size.width()) / 2, (self.height() - 30 - size.height()) / 2
            painter.drawImage(QRectF(left, top, size.width(), size.height()), image)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, t("intake.shoot.keys"))

    def retranslate(self) -> None:
        self.setAccessibleName(f"{t('intake.shoot')}. {t('intake.shoot.keys')}")
        self.update()
