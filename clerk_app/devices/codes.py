"""QR codes and bar codes in pictures, read with zxing-cpp; what it misses is looked for again (`code_search`)."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

from clerk_app.devices.faults import fault

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

LARGEST_PIXELS = 60_000_000
"""An A3 page at 600 dpi is below it; a picture that unpacks to more is refused before it is unpacked."""

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "PPM")


class PictureCodes:
    """Fulfils `ports.Codes`."""

    def read(self, picture: bytes) -> tuple[tuple[str, str], ...]:
        """(format, text) of every code, top to bottom, each once; texts as they stand in the code, UTF-8.

        Formats are zxing's names without blanks (`QRCode`, `Code128`, `EAN13`, …). Raises `DeviceFault`
        `PICTURE_UNREADABLE` or `PICTURE_TOO_LARGE`.
        """
        import numpy as np
        import zxingcpp

        grey = grey_picture(picture)
        found = zxingcpp.read_barcodes(grey)
        if not any(code.text for code in found):
            from clerk_app.devices import code_search

            found = code_search.sought(np.asarray(grey))
        ordered = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
        codes = [(str(code.format).rpartition(".")[2].replace(" ", ""), code.text) for code in ordered if code.text]
        return tuple(dict.fromkeys(codes))

    def qr_texts(self, picture: bytes) -> tuple[str, ...]:
        """The texts of the QR codes in an encoded picture. Raises as `read` does."""
        import numpy as np

        return self.qr(np.asarray(grey_picture(picture)))

    def qr(self, grey: Any) -> tuple[str, ...]:
        """The texts of the QR codes in a grey picture (`numpy` uint8, rows × columns), as a camera gives it.

        A clear code takes a millisecond or two; one that is missed is looked for again, for some 150 ms at most.
        """
        import zxingcpp

        qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        found = zxingcpp.read_barcodes(grey, formats=qr, try_invert=False, try_downscale=False)
        if not any(code.text for code in found):
            found = zxingcpp.read_barcodes(grey, formats=qr)
        if not any(code.text for code in found):
            from clerk_app.devices import code_search

            found = code_search.sought(grey)
        return tuple(dict.fromkeys(code.text for code in found if code.text))

    def read_file(self, path: Path) -> tuple[tuple[str, str], ...]:
        """The codes of a picture file. Raises as `read` does."""
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise fault("PICTURE_UNREADABLE") from problem
        return self.read(data)


def grey_picture(picture: bytes) -> Image.Image:
    """An encoded picture, grey and upright. Raises `DeviceFault` `PICTURE_UNREADABLE` or `PICTURE_TOO_LARGE`.

    Its size is looked at before it is unpacked.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    warnings.filterwarnings("ignore", module=r"PIL\.")  # what Pillow thinks of a damaged file is answered below
    try:
        with Image.open(BytesIO(picture), formats=_FORMATS) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000)
            return ImageOps.exif_transpose(opened).convert("L")
    except Image.DecompressionBombError as problem:
        raise fault("PICTURE_TOO_LARGE", megapixels=LARGEST_PIXELS // 1_000_000) from problem
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError, IndexError) as problem:
        # Pillow's readers say SyntaxError, ValueError or IndexError for a damaged file
        raise fault("PICTURE_UNREADABLE") from problem
