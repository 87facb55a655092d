"""Pictures of a copy that would be larger than central takes: the heaviest lose some of what nobody reads.

The pages themselves go to central as they are; only their pictures in the copy become lighter, and all remain one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from clerk_app.archiving.pictures import BadPicture

if TYPE_CHECKING:
    from PIL.Image import Image

_STEPS = ((1.0, 70), (1.0, 50), (0.67, 60), (0.67, 45), (0.5, 50), (0.5, 35))
"""Share of its width and height, and JPEG quality (libjpeg's scale). At 300 dpi the last can still be read."""
_MOST_PIXELS = 40_000_000


def most_octets(sizes: Sequence[int], room: int) -> int:
    """How heavy a picture may be for all to find room: none that is lighter than its share gives up anything."""
    left = room
    for done, size in enumerate(sorted(sizes)):
        share = max(0, left) // (len(sizes) - done)
        if size > share:
            return share
        left -= size
    return max(sizes, default=0)


def lightened(picture: bytes, most: int) -> bytes:
    """The picture in at most so many octets, as a JPEG; as light as it can be where that is not possible.

    One that is no heavier stays octet for octet, and so does one too large to be unpacked. Raises `BadPicture`.
    """
    if len(picture) <= most:
        return picture
    whole = _unpacked(picture)
    if whole is None:
        return picture
    found = picture
    for share, quality in _STEPS:
        found = min(found, _jpeg(whole, share, quality), key=len)
        if len(found) <= most:
            break
    return found


def _unpacked(picture: bytes) -> Image | None:
    """In RGB or grey, nothing of it transparent; None if it has too many pixels."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            if opened.has_transparency_data:
                above = opened.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")
            return opened.convert("L" if opened.mode in ("1", "L", "I", "I;16", "F") else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as problem:
        raise BadPicture from problem


def _jpeg(whole: Image, share: float, quality: int) -> bytes:
    from PIL import Image

    size = (max(1, round(whole.width * share)), max(1, round(whole.height * share)))
    small = whole if share == 1 else whole.resize(size, Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
