"""Pictures for the face worker: opened within bounds, as arrays of RGB."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.integer[Any] | np.floating[Any]]

LARGEST_OCTETS = 8 * 1024 * 1024
LARGEST_PIXELS = 12_000_000
LARGEST_PORTRAIT_PIXELS = 4_000_000
"""A chip holds a face in some ten thousand octets; what unpacks to more than this is no portrait."""
_FORMATS = ("JPEG", "JPEG2000")


class BadPicture(Exception):
    """Octets that are no such picture, or one too large; `code` is the fault's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pixels(octets: bytes, largest: int = LARGEST_PIXELS) -> Pixels:
    """The picture as height × width × 3, its size judged before anything is unpacked. Raises `BadPicture`."""
    import warnings

    import numpy as np
    from PIL import Image

    if len(octets) > LARGEST_OCTETS:
        raise BadPicture("PICTURE_TOO_LARGE")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow would warn of is refused by the limit, or is an error below
            with Image.open(BytesIO(octets), formats=_FORMATS) as opened:
                if opened.width * opened.height > largest:
                    raise BadPicture("PICTURE_TOO_LARGE")
                return np.ascontiguousarray(np.asarray(opened.convert("RGB")))
    except Image.DecompressionBombError:
        raise BadPicture("PICTURE_TOO_LARGE") from None
    except (OSError, SyntaxError, ValueError, OverflowError, IndexError, MemoryError):
        raise BadPicture("PICTURE_UNREADABLE") from None
