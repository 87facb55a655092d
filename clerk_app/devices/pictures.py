"""Pictures from files: opened safely, measured, and kept byte for byte."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Literal

from clerk_app.desk.ports import ScannedPage
from clerk_app.devices.codes import LARGEST_PIXELS
from clerk_app.devices.faults import fault

_MEDIA: dict[str, Literal["image/png", "image/jpeg"]] = {"PNG": "image/png", "JPEG": "image/jpeg"}


def open_picture(picture: bytes) -> ScannedPage:
    """A PNG or JPEG file as a page. Raises `DeviceFault` `PICTURE_UNREADABLE` or `PICTURE_TOO_LARGE`.

    The whole picture is decoded once: a truncated one is refused here and not at central.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            with Image.open(BytesIO(picture), formats=tuple(_MEDIA)) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000)
                opened.load()
                dpi = opened.info.get("dpi", (0, 0))
                media = _MEDIA[opened.format or "PNG"]
                return ScannedPage(picture, media, opened.width, opened.height, max(1, round(float(dpi[0]) or 96)))
    except Image.DecompressionBombError as problem:
        raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000) from problem
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError, IndexError) as problem:
        # Pillow's readers say SyntaxError, ValueError or IndexError for a damaged file
        raise fault("PICTURE_UNREADABLE") from problem


def viewable(picture: bytes) -> bytes:
    """JPEG 2000, which cards carry and windows do not show, as PNG; anything else as it is."""
    if not picture.startswith((b"\0\0\0\x0cjP", b"\xff\x4f\xff\x51")):
        return picture
    from PIL import Image

    out = BytesIO()
    with Image.open(BytesIO(picture), formats=("JPEG2000",)) as image:
        image.save(out, "PNG")
    return out.getvalue()
