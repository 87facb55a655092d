"""Pictures from files as pages: JPEG as it came, PNG and TIFF without loss, everything upright and on white."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from clerk_app.imaging import files_jpeg
from clerk_app.imaging.file_faults import (
    LARGEST_JPEG_PIXELS,
    LARGEST_PIXELS,
    LARGEST_WEBP_PIXELS,
    LONGEST_SIDE,
    MOST_PAGES,
    SHORTEST_SIDE,
)
from clerk_app.imaging.files_wire import LARGEST_PAGE, Sheet

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_DPI = 100
"""72 and 96 are what telephones and screens write without meaning a size of paper."""
MOST_DPI = 2400
_QUALITY = 95
_LARGEST_OF_PRINT = 20_000_000
"""Pixels; four inks and the three colours made of them take twice the memory."""
_ORIENTATION = 0x0112
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)


class Unusable(Exception):
    """A file, or a page of it, that cannot be used; `code` is the fault's in `file_faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pages(held: BinaryIO, head: bytes) -> Iterator[Sheet]:
    """The pages of a picture file that begins with `head`. Raises `Unusable`."""
    if head.startswith(b"\xff\xd8\xff"):
        held.seek(0)
        yield jpeg(held.read())
        return
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        yield _heif(held)
        return
    kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), None)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = "WEBP"
    if kind is None:
        raise Unusable("FILE_KIND_UNKNOWN")
    yield from _frames(held, kind)


def jpeg(data: bytes) -> Sheet:
    """A JPEG file: byte for byte where it is upright, one that everything reads and not too large to make a page of;
    else anew, at half its size where it is very large. Raises `Unusable`.
    """
    with _understood(), _opened(BytesIO(data), ("JPEG", "MPO")) as image:
        dpi = dpi_of(image)
        if (as_it_is := jpeg_as_it_is(data, dpi)) is not None:
            return as_it_is
        if image.width * image.height > (_LARGEST_OF_PRINT if image.mode == "CMYK" else LARGEST_PIXELS):
            image.draft(image.mode, (image.width // 2, image.height // 2))
            dpi //= 2
        return as_jpeg(_plain(image), dpi if dpi >= LEAST_DPI else 0)


def jpeg_as_it_is(data: bytes, dpi: int) -> Sheet | None:
    """A JPEG's own octets, or None if it lies on its side, has colours of print or is very large. Raises `Unusable`."""
    with _understood(), _opened(BytesIO(data), ("JPEG", "MPO")) as image:
        within_limits(image.width, image.height, LARGEST_PIXELS if image.mode == "CMYK" else LARGEST_JPEG_PIXELS)
        alone = files_jpeg.alone(data)
        if alone is None or not files_jpeg.whole(alone, image.mode == "CMYK"):
            raise Unusable("PICTURE_INCOMPLETE")
        upright = image.getexif().get(_ORIENTATION, 1) in (0, 1)
        large = len(alone) > LARGEST_PAGE or image.width * image.height > LARGEST_PIXELS
        if not upright or image.mode not in ("L", "RGB") or large:
            return None
        return Sheet(alone, "image/jpeg", image.width, image.height, dpi)


def within_limits(width: int, height: int, most: int = LARGEST_PIXELS) -> None:
    """Raises `Unusable` `PICTURE_TOO_LARGE` or `PICTURE_TOO_SMALL`."""
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise Unusable("PICTURE_TOO_LARGE")
    if min(width, height) < SHORTEST_SIDE:
        raise Unusable("PICTURE_TOO_SMALL")


def lossless(image: Image, dpi: int, most: int = LARGEST_PAGE) -> Sheet:
    """A page as PNG; as JPEG where that would be more than `most` octets."""
    plain = _plain(image)
    out = BytesIO()
    # A palette of 48 colours and the like stays small anyway; the lowest level is four times as fast for photographs.
    plain.save(out, "PNG", compress_level=6 if plain.mode == "1" else 3, **({"dpi": (dpi, dpi)} if dpi else {}))
    if out.tell() > most:
        return as_jpeg(plain, dpi)
    return Sheet(out.getvalue(), "image/png", plain.width, plain.height, dpi)


def dpi_of(image: Image) -> int:
    """Dots per inch as the picture says, 0 where it says nothing that means paper."""
    try:
        across, down = (float(one) for one in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    if not LEAST_DPI <= across <= MOST_DPI or not 0.9 <= down / across <= 1.1:
        return 0
    return round(across)


def _frames(held: BinaryIO, kind: str) -> Iterator[Sheet]:
    """Every page of a TIFF, the one picture of the others."""
    held.seek(0)
    with _understood(), _opened(held, (kind,)) as image:
        count = getattr(image, "n_frames", 1) if kind == "TIFF" else 1
        if count > MOST_PAGES:
            raise Unusable("FILE_TOO_LONG")
        for number in range(count):
            if number:
                image.seek(number)
            yield _frame(held, image, kind)


def _frame(held: BinaryIO, image: Image, kind: str) -> Sheet:
    within_limits(image.width, image.height)
    if kind == "WEBP" and image.width * image.height > LARGEST_WEBP_PIXELS:
        raise Unusable("PICTURE_WEBP_LARGE")
    dpi = dpi_of(image)
    photograph = kind == "WEBP" or image.info.get("compression") == "jpeg"
    as_it_is = kind == "PNG" and _simple_png(held, image)
    image.load()
    if as_it_is:
        held.seek(0)
        return Sheet(held.read(), "image/png", image.width, image.height, dpi)
    return as_jpeg(_plain(image), dpi) if photograph else lossless(image, dpi)


def _simple_png(held: BinaryIO, image: Image) -> bool:
    """Whether the file itself can be the page: 8 bits or fewer, nothing transparent, not turned, not animated."""
    place = held.tell()
    held.seek(24)
    deep = held.read(1) > b"\x08"
    size = held.seek(0, 2)
    held.seek(place)
    return (
        image.mode in ("1", "L", "P", "RGB")
        and not deep
        and "transparency" not in image.info
        and not getattr(image, "is_animated", False)
        and image.getexif().get(_ORIENTATION, 1) in (0, 1)
        and size <= LARGEST_PAGE
    )


def _heif(held: BinaryIO) -> Sheet:
    """The primary picture of a HEIF (ISO/IEC 23008-12): no depth, no second exposure, no thumbnail; turned upright."""
    import pi_heif

    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
    held.seek(0)
    with _understood():
        found = pi_heif.open_heif(held, convert_hdr_to_8bit=True)
        within_limits(*found.size)
        return as_jpeg(_plain(found.to_pillow()), 0)


def _plain(image: Image) -> Image:
    """Upright, without transparency (on white), eight bits a channel: mode 1, L or RGB."""
    from PIL import Image as Images
    from PIL import ImageOps

    if image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        import numpy as np

        return Images.fromarray(np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8))
    if image.mode in ("1", "L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode in ("RGBA", "LA", "La", "RGBa", "PA") or "transparency" in image.info:
        clear = image if image.mode == "RGBA" else image.convert("RGBA")
        on_white = Images.new("RGB", clear.size, "white")
        on_white.paste(clear, mask=clear)
        return on_white
    if image.mode == "F":
        raise Unusable("PICTURE_UNREADABLE")  # measurements, not a picture
    return image.convert("RGB")


def as_jpeg(image: Image, dpi: int) -> Sheet:
    """A photograph that cannot be kept as it came. `image` is in mode 1, L or RGB."""
    for quality in (_QUALITY, 85, 70):
        out = BytesIO()
        plain = image.convert("L") if image.mode == "1" else image
        plain.save(out, "JPEG", quality=quality, **({"dpi": (dpi, dpi)} if dpi else {}))
        if out.tell() <= LARGEST_PAGE:
            return Sheet(out.getvalue(), "image/jpeg", image.width, image.height, dpi)
    raise Unusable("PICTURE_TOO_LARGE")


def _opened(held: BinaryIO, formats: tuple[str, ...]) -> Image:
    from PIL import Image as Images

    Images.MAX_IMAGE_PIXELS = None  # the limits here are stricter, and are judged before anything is decoded
    return Images.open(held, formats=formats)


@contextmanager
def _understood() -> Iterator[None]:
    """What the readers of pictures say of a damaged one becomes `Unusable`; warnings are dropped."""
    import struct

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (Unusable, MemoryError):
            raise
        except OSError as problem:
            raise Unusable("PICTURE_INCOMPLETE" if "truncated" in str(problem) else "PICTURE_UNREADABLE") from None
        except (
            SyntaxError,
            ValueError,
            TypeError,
            ArithmeticError,
            LookupError,
            EOFError,
            RuntimeError,
            AttributeError,
            struct.error,
        ):
            # Pillow and libheif say all of these for damaged files
            raise Unusable("PICTURE_UNREADABLE") from None
