"""Pictures from files: opened safely, measured, and kept byte for byte."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from clerk_app.desk.ports import Pixels, ScannedPage
from clerk_app.devices.codes import LARGEST_PIXELS
from clerk_app.devices.faults import fault

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_MEDIA: dict[str, Literal["image/png", "image/jpeg"]] = {"PNG": "image/png", "JPEG": "image/jpeg"}


def open_picture(picture: bytes) -> ScannedPage:
    """A PNG or JPEG file as a page. Raises `DeviceFault` `PICTURE_UNREADABLE` or `PICTURE_TOO_LARGE`.

    The whole picture is decoded once: a truncated one is refused here and not at central.
    """
    with _opened(picture, tuple(_MEDIA)) as opened:
        opened.load()
        dpi = opened.info.get("dpi", (0, 0))
        media = _MEDIA[opened.format or "PNG"]
        return ScannedPage(picture, media, opened.width, opened.height, max(1, round(float(dpi[0]) or 96)))


@contextmanager
def _opened(picture: bytes, formats: tuple[str, ...]) -> Iterator[ImageFile]:
    """The picture, not decoded yet; whatever its bytes do wrong from here on becomes a fault."""
    # Named here, or Pillow loads all its readers to find that of JPEG 2000, just while a card is shown.
    from PIL import Image, Jpeg2KImagePlugin, UnidentifiedImageError  # noqa: F401

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            with Image.open(BytesIO(picture), formats=formats) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000)
                yield opened
    except Image.DecompressionBombError as problem:
        raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000) from problem
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError, IndexError) as problem:
        # Pillow's readers say SyntaxError, ValueError or IndexError for a damaged file
        raise fault("PICTURE_UNREADABLE") from problem


def decoded(picture: bytes, longest_edge: int) -> Pixels:
    """A PNG, JPEG or JPEG 2000 (which cards carry) as pixels, at most `longest_edge` long on either side; 0: any.

    Decoded by Pillow, which lets the rest of the program run meanwhile. Raises `DeviceFault` `PICTURE_UNREADABLE` or
    `PICTURE_TOO_LARGE`.
    """
    from PIL import Image

    with _opened(picture, (*_MEDIA, "JPEG2000")) as image:
        if longest_edge and max(image.size) > longest_edge:
            image.draft("RGB", (longest_edge, longest_edge))
            image.thumbnail((longest_edge, longest_edge), Image.Resampling.BOX, reducing_gap=2.0)
        shown = image.convert("RGB")
        return Pixels(shown.width, shown.height, shown.tobytes())
