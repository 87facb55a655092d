"""The pictures of scanned pages: fetched and decoded away from the window, kept as long as they are useful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from clerk_app.desk.ports import Pixels
    from ui.application import App

LARGE_EDGE = 2200
KEPT_LARGE = 4


def image_of(pixels: Pixels) -> QImage:
    """The same picture for Qt. Its own decoders would hold up the window: they keep the interpreter while they work."""
    row = 3 * pixels.width
    return QImage(pixels.rgb, pixels.width, pixels.height, row, QImage.Format.Format_RGB888).copy()


def fitted(image: QImage, edge: int) -> QImage:
    """The picture, no longer than `edge` pixels on its long side."""
    if max(image.width(), image.height()) <= edge:
        return image
    return image.scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


class PagePictures(QObject):
    """One sheet is decoded once for both sizes; the last few large ones stay at hand."""

    small = Signal(str, object)
    """A sheet and its small `QImage`; None if it cannot be shown."""
    large = Signal(str, object)
    """The same, large."""

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._kept: dict[str, QImage] = {}
        self._loading: set[str] = set()

    def kept(self, sheet: str) -> QImage | None:
        """The large picture, if it is at hand."""
        return self._kept.get(sheet)

    def forget(self) -> None:
        """Another citizen's dossier: nothing of the last one stays, and what is still on its way is dropped."""
        self._kept.clear()
        self._loading.clear()

    def load(self, sheet: str, small_edge: int) -> None:
        """Fetch a sheet; one that is on its way is not asked for twice."""
        if sheet in self._loading:
            return
        self._loading.add(sheet)

        def decode() -> tuple[QImage, QImage]:
            large = image_of(self._app.desk.papers.picture(sheet, LARGE_EDGE))
            return large, fitted(large, small_edge)

        def decoded(images: tuple[QImage, QImage]) -> None:
            if sheet not in self._loading:
                return
            large, small = images
            if large.isNull():
                failed(None)
                return
            self._loading.discard(sheet)
            self._kept[sheet] = large
            while len(self._kept) > KEPT_LARGE:
                del self._kept[next(iter(self._kept))]
            self.small.emit(sheet, small)
            self.large.emit(sheet, large)

        def failed(_error: Exception | None) -> None:
            self._loading.discard(sheet)
            self.small.emit(sheet, None)
            self.large.emit(sheet, None)

        self._app.jobs.start("store-read", self, lambda cancel, progress: decode(), decoded, failed)
