"""Which standard paper a rectangle is: ISO/IEC 7810 ID-1 (85.60 × 53.98 mm) and ISO 216 A4, A5 and A6."""

from __future__ import annotations

from clerk_app.domain.pages import PaperSize

MM_PER_INCH = 25.4
SIZES_MM: dict[PaperSize, tuple[float, float]] = {
    "id1": (85.6, 53.98),
    "a6": (148.0, 105.0),
    "a5": (210.0, 148.0),
    "a4": (297.0, 210.0),
}
"""Long and short edge."""
_WITHIN = {"id1": 2.0, "a6": 3.0, "a5": 4.0, "a4": 6.0}
"""How many millimetres a paper, its cut and a scanner's glass may be off."""
_SHAPE_WITHIN = 0.06


def size_of(width: float, height: float, dpi: int) -> PaperSize:
    """The standard paper of this many pixels, lying or standing; "other" where it is none, "" where `dpi` is 0."""
    if dpi <= 0:
        return ""
    long, short = (edge / dpi * MM_PER_INCH for edge in (max(width, height), min(width, height)))
    for name, (standard_long, standard_short) in SIZES_MM.items():
        if abs(long - standard_long) <= _WITHIN[name] and abs(short - standard_short) <= _WITHIN[name]:
            return name
    return "other"


def dpi_as(size: PaperSize, width: float, height: float) -> int:
    """The resolution at which a picture of this many pixels would be that paper."""
    return max(1, round(max(width, height) / SIZES_MM[size][0] * MM_PER_INCH))


def dpi_guessed(width: int, height: int) -> int:
    """The resolution of a picture that does not tell: as if its long edge were that of A4."""
    return min(600, max(72, dpi_as("a4", width, height)))


def size_by_shape(width: float, height: float) -> PaperSize:
    """The paper whose shape this is, where no resolution is known: a card, A4 for all of ISO 216, or "other"."""
    ratio = max(width, height) / max(min(width, height), 1.0)
    shapes: tuple[PaperSize, ...] = ("id1", "a4")
    for name in shapes:
        long, short = SIZES_MM[name]
        if abs(ratio / (long / short) - 1) < _SHAPE_WITHIN:
            return name
    return "other"


def true_shape(size: PaperSize, width: float, height: float) -> tuple[float, float]:
    """Width and height with the proportions of that paper, the longer edge as it is."""
    if size not in SIZES_MM:
        return width, height
    long, short = SIZES_MM[size]
    return (width, width * short / long) if width >= height else (height * short / long, height)
