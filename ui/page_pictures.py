"""The pictures of scanned pages: fetched and decoded away from the window, kept as long as they are useful."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.ports import Pixels
    from ui.application import App

Fetch = Callable[[], "Pixels"]
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
    """Small pictures for what is in sight, one after the other; large ones when asked for, the last few kept.

    What was scrolled past before its turn came is never decoded.
    """

    small = Signal(str, object)
    """A sheet and its small `QImage`; None if it cannot be shown."""
    large = Signal(str, object)
    """The same, large."""

    def __init__(
        self, app: App, whose: Callable[[str], UUID | None], parent: QObject | None = None, unasked: bool = True
    ) -> None:
        """`whose` says which dossier a sheet is looked at for. Without `unasked` no small picture is brought from
        central because it is in sight: only a large one, which somebody asked for.
        """
        super().__init__(parent)
        self._app = app
        self._of = whose
        self._unasked = unasked
        self._kept: dict[str, QImage] = {}
        self._sizes: dict[str, QSize] = {}
        self._loading: set[str] = set()
        self._wanted: tuple[str, ...] = ()
        self._edge = 0
        self._small: str = ""
        self._whose = 0

    def kept(self, sheet: str) -> QImage | None:
        """The large picture, if it is at hand."""
        return self._kept.get(sheet)

    def size(self, sheet: str) -> QSize | None:
        """How large the sheet itself is, if its large picture is at hand and was fetched whole."""
        return self._sizes.get(sheet)

    def forget(self) -> None:
        """Another citizen's dossier: nothing of the last one stays, and what is still on its way is dropped."""
        self._whose += 1
        self._kept.clear()
        self._sizes.clear()
        self._loading.clear()
        self._wanted = ()
        self._small = ""

    # ---- small ----------------------------------------------------------------------------------------------------

    def want(self, sheets: tuple[str, ...], edge: int) -> None:
        """These are in sight and missing, no longer those that were asked for before; `edge` is their long side."""
        self._wanted, self._edge = sheets, edge
        self._next()

    def _next(self) -> None:
        if self._small or not self._wanted:
            return
        sheet, self._wanted = self._wanted[0], self._wanted[1:]
        edge, whose = self._edge, self._whose
        self._small = sheet

        def home(image: QImage | None) -> None:
            if whose == self._whose:
                self._small = ""
                self.small.emit(sheet, image)
                self._next()

        self._fetch(sheet, edge, lambda image, _whole: home(image), lambda: home(None), here=not self._unasked)

    # ---- large ----------------------------------------------------------------------------------------------------

    def load(self, sheet: str, fetch: Fetch | None = None) -> None:
        """Fetch a sheet, large; one that is on its way is not asked for twice.

        With `fetch` it comes from there, whole, and its true size is known afterwards.
        """
        if sheet in self._loading:
            return
        self._loading.add(sheet)
        whose = self._whose

        def home(image: QImage | None, size: QSize | None) -> None:
            if whose != self._whose:
                return
            self._loading.discard(sheet)
            if image is not None:
                self._keep(sheet, image, size)
            self.large.emit(sheet, image)

        self._fetch(
            sheet,
            LARGE_EDGE,
            lambda image, size: home(image, size if fetch is not None else None),
            lambda: home(None, None),
            fetch,
        )

    def _keep(self, sheet: str, image: QImage, size: QSize | None) -> None:
        self._kept.pop(sheet, None)
        self._kept[sheet] = image
        if size is not None:
            self._sizes[sheet] = size
        while len(self._kept) > KEPT_LARGE:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._sizes.pop(oldest, None)

    def _fetch(
        self,
        sheet: str,
        edge: int,
        came: Callable[[QImage, QSize], None],
        failed: Callable[[], None],
        fetch: Fetch | None = None,
        here: bool = False,
    ) -> None:
        dossier = self._of(sheet)

        def decode() -> tuple[QImage, QSize]:
            picture = self._app.desk.papers.picture
            if fetch is not None:
                image = image_of(fetch())
            else:
                image = image_of(picture(sheet, edge, dossier, here=here))
            return fitted(image, edge), image.size()

        def decoded(found: tuple[QImage, QSize]) -> None:
            image, size = found
            if image.isNull():
                failed()
            else:
                came(image, size)

        self._app.jobs.start("store-read", self, lambda cancel, progress: decode(), decoded, lambda error: failed())
