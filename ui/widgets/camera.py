"""The camera beside the identity: a live head with the cut of a 3 × 4 cm photo, what speaks against it, two keys.

hidden --offered--> looking --frame--> live --fault--> fault, and again in a moment --> looking
live: F10 holds the face against the chip's portrait · F11 takes the licence photo
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from clerk_app.desk.views import Badge as BadgeView
from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.jobs import Cancel, Job, Progress
from ui.texts import t
from ui.widgets.buttons import SecondaryButton
from ui.widgets.evidence import Portrait, portrait_frame
from ui.widgets.kit import Badge
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.ports import Frame
    from clerk_app.desk.views import IntakeView, PhotoView
    from ui.dossier_work import DossierWork, Verb

PHOTO = "ANH"
"""The portrait among the papers of a checklist."""
LOOK_EVERY_MS = 700
AGAIN_AFTER_MS = 3_000
HINT_ROOM = 264
"""Pixels of the longest hint in either language."""
FIT = Words("Đạt yêu cầu ảnh thẻ", "Fit for a licence photo")


class Preview(QWidget):
    """The head before the camera as large as the chip's portrait above it, with the cut of a 3 × 4 cm photo."""

    SIZE = Portrait.SIZE
    AROUND = 1.2

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._view: PhotoView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def show_image(self, image: QImage) -> None:
        """The next picture; an empty one while there is none."""
        first = self._image.isNull() != image.isNull()
        self._image = image
        if first:
            self.retranslate()
        self.update()

    def show_view(self, view: PhotoView | None) -> None:
        """Where the photo would be cut, and whether it is fit."""
        self._view = view
        self.update()

    def is_live(self) -> bool:
        """Whether a picture is shown."""
        return not self._image.isNull()

    def retranslate(self) -> None:
        self.setAccessibleName(t("intake.camera.live" if self.is_live() else "intake.camera.waiting"))

    def sizeHint(self) -> QSize:
        return self.SIZE

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, frame = portrait_frame(self)
        if self._image.isNull():
            painter.drawPixmap(
                QRectF(frame.center().x() - 12, frame.center().y() - 12, 24, 24),
                theme.pixmap("camera", "muted", 24),
                QRectF(),
            )
            return
        cut = self._cut()
        part = self._part(cut)
        painter.drawImage(frame, self._image, part)
        if cut is not None and self._view is not None:
            scale = frame.width() / part.width()
            seen = QRectF((cut.topLeft() - part.topLeft()) * scale, cut.size() * scale)
            style = Qt.PenStyle.SolidLine if self._view.good else Qt.PenStyle.DashLine
            painter.setPen(QPen(theme.colour("good" if self._view.good else "warn"), 2, style))
            painter.drawRect(seen)

    def _cut(self) -> QRectF | None:
        """The photo in pixels of the picture."""
        if self._view is None or self._view.crop is None:
            return None
        left, top, width, height = self._view.crop
        across, down = self._image.width(), self._image.height()
        return QRectF(left * across, top * down, width * across, height * down)

    def _part(self, cut: QRectF | None) -> QRectF:
        """What of the picture is shown: the cut and a little around it, else as much of its middle as fits."""
        across, down = self._image.width(), self._image.height()
        whole = QRectF(0, 0, across, down)
        tall = min(down, across * self.height() / self.width())
        middle = whole.center()
        if cut is not None:
            tall = min(tall, cut.height() * self.AROUND)
            middle = cut.center()
        wide = tall * self.width() / self.height()
        left = min(max(0.0, middle.x() - wide / 2), across - wide)
        top = min(max(0.0, middle.y() - tall / 2), down - tall)
        return QRectF(left, top, wide, tall)


class CameraPanel(QWidget):
    """Watches the camera while it is on the screen; nothing here waits for it. The page places its `preview`."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self._offered = False
        self._draft = False
        self._watching: Job | None = None
        self._looking: Job | None = None
        self._newest: tuple[Frame, QImage] | None = None
        self._shown: Frame | None = None
        self._dossier: object = None
        self._faulty = False
        self.checks_in_sight = False
        self.preview = Preview()
        self.preview.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        self.notice = Notice("info", closable=True)
        column.addWidget(self.notice)
        self._apart = QHBoxLayout()
        column.addLayout(self._apart)
        column.addLayout(self._build_bar())
        self._look_pause = self._timer(LOOK_EVERY_MS, lambda: None)
        self._again = self._timer(AGAIN_AFTER_MS, self._watch)
        self.hide()

    def _build_bar(self) -> QHBoxLayout:
        row = self._bar = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.hint = Badge()
        policy = self.hint.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.hint.setSizePolicy(policy)
        row.addWidget(self.hint)
        row.addStretch(1)
        self.compare_button = SecondaryButton("intake.camera.compare", "F10", "user")
        self.compare_button.clicked.connect(self.compare)
        self.photo_button = SecondaryButton("intake.camera.photo", "F11", "camera")
        self.photo_button.clicked.connect(self.take_photo)
        row.addWidget(self.compare_button)
        row.addWidget(self.photo_button)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the longest hint and the keys do not fit side by side, the hint stands above; it never moves them."""
        super().resizeEvent(event)
        self._place_hint()

    def _place_hint(self) -> None:
        keys = sum(key.sizeHint().width() + theme.SPACE["s"] for key in (self.compare_button, self.photo_button))
        room = self._apart if self.width() < keys + HINT_ROOM else self._bar
        if room.indexOf(self.hint) < 0:
            room.insertWidget(0, self.hint, 0, Qt.AlignmentFlag.AlignLeft)

    def _timer(self, ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(call)
        return timer

    # ---- showing --------------------------------------------------------------------------------------------------

    def show_view(self, view: IntakeView) -> None:
        """Show the dossier's state: whether there is something to compare with, and a portrait among its papers."""
        self._draft = view.status == "draft" and view.elsewhere is None
        if view.dossier != self._dossier:
            self._dossier = view.dossier
            # What is still on its way belongs to the last dossier and comes home to nobody.
            self.compare_button.set_busy()
            self.photo_button.set_busy()
            self.notice.clear()
            self._ask_if_offered()
        self.compare_button.setEnabled(bool(view.identity.portrait))
        self.photo_button.setVisible(any(line.code == PHOTO for line in view.papers.lines))
        self._appear()

    def _appear(self) -> None:
        for part in (self, self.preview):
            part.setVisible(self._offered and self._draft)

    def _ask_if_offered(self) -> None:
        if self._watching is None:
            self.work.app.jobs.start(
                "camera", self, lambda cancel, progress: self.work.app.desk.face.offered(), self._offer
            )

    def _offer(self, offered: bool) -> None:
        self._offered = offered
        self._appear()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: let the camera go."""
        super().hideEvent(event)
        self._again.stop()
        if self._watching is not None:
            self._watching.cancel()
        self._lost()

    def _lost(self) -> None:
        self._watching = self._newest = self._shown = None
        self.preview.show_image(QImage())
        self._show_hint(None)

    # ---- watching -------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        if self._watching is not None or not self.isVisible():
            return

        def work(cancel: Cancel, progress: Progress) -> None:
            def arrived(frame: Frame) -> None:
                self._newest = frame, QImage.fromData(frame.jpeg)
                progress(1, 0)

            self.work.app.desk.face.watch(arrived, cancel)

        def over(_nothing: None) -> None:
            self._broken(job, None)

        job = self._watching = self.work.app.jobs.start(
            "camera", self, work, over, lambda error: self._broken(job, error), self._arrived
        )

    def _broken(self, job: Job, error: Exception | None) -> None:
        if job is not self._watching:
            return
        self._lost()
        if isinstance(error, Refusal):
            self._faulty = True
            self.notice.set_tone("warn")
            self.notice.show_refusal(error)
        self._again.start()

    def _arrived(self, _done: int, _total: int) -> None:
        if self._newest is None or self._watching is None:
            return
        if self._shown is None and self._faulty:
            self._faulty = False
            self.notice.clear()
        self._shown, image = self._newest
        self.preview.show_image(image)
        self._look()

    def _look(self) -> None:
        frame = self._shown
        if frame is None or self._looking is not None or self._look_pause.isActive():
            return

        def seen(view: PhotoView) -> None:
            self._looking = None
            self._show_hint(view if self._shown is not None else None)

        def failed(error: Exception) -> None:
            self._looking = None
            if isinstance(error, Refusal) and error.code == "FACE_GIVEN_UP":
                # Nobody asked by hand, so nobody would hear of it.
                self.hint.show_badge(BadgeView(error.words, "warn"))

        self._look_pause.start()
        self._looking = self.work.app.jobs.start(
            "face", self, lambda cancel, progress: self.work.app.desk.face.look(frame), seen, failed
        )

    def _show_hint(self, view: PhotoView | None) -> None:
        self.preview.show_view(view)
        if view is None:
            self.hint.show_badge(None)
            return
        # The first that speaks against it, in the order in which people mend them: one thing to do at a time.
        wrong = next((hint for hint in view.hints if not hint.good), None)
        self.hint.show_badge(BadgeView(wrong.words, "warn") if wrong is not None else BadgeView(FIT, "good"))

    # ---- doing ----------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame | None:
        """What is shown now."""
        return self._shown

    def compare(self) -> None:
        """Hold the face before the camera against the chip's portrait."""
        frame = self._shown
        if frame is not None and self.compare_button.isEnabled():
            self._do(
                self.compare_button,
                "intake.camera.comparing",
                lambda desk, dossier, cancel, progress: desk.face.compare(dossier, frame),
                self._say_compared,
            )

    def _say_compared(self, view: IntakeView) -> None:
        """The answer stands among the checks; beside the key only if they are out of sight, or somebody must look."""
        face = view.identity.face
        self.notice.clear()
        if face is not None and not (face.tone == "good" and self.checks_in_sight):
            self.notice.set_tone(face.tone)
            self.notice.show_words(face.title, face.detail)

    def take_photo(self) -> None:
        """Keep what the frame shows as the licence photo."""
        frame = self._shown
        if frame is not None and self.photo_button.isVisibleTo(self):

            def done(_view: IntakeView) -> None:
                self.notice.set_tone("good")
                self.notice.say("intake.camera.taken", "intake.camera.taken.where")

            self._do(
                self.photo_button,
                "intake.camera.taking",
                lambda desk, dossier, cancel, progress: desk.face.take_photo(dossier, frame),
                done,
            )

    def _do(self, button: SecondaryButton, busy: str, verb: Verb, done: Callable[[IntakeView], None]) -> None:
        if button.busy or not self.work.editable:
            return

        def begin() -> None:
            button.set_busy(busy)
            self.work.run("face", verb, home, failed)

        def home(view: IntakeView) -> None:
            button.set_busy()
            done(view)

        def failed(error: Exception) -> None:
            button.set_busy()
            if isinstance(error, Refusal):
                self.notice.set_tone("bad")
                self.notice.show_refusal(error)

        self.work.after_save(begin)
