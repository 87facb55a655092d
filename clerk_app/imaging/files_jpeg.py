"""A JPEG file (ITU-T T.81) as far as it has to be known to be kept as it came: where it ends, and whether all is there.

The decoding is libjpeg-turbo's.
"""

from __future__ import annotations

_SOI, _EOI, _SOS, _APP2 = 0xD8, 0xD9, 0xDA, 0xE2
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))
_HARMLESS = "extraneous bytes before marker 0xd9"
"""All rows were there, and something more before the end: what some telephones write and every program reads."""


def alone(data: bytes) -> bytes | None:
    """The first picture only: a film or a second picture behind it, and the list of those, left away.

    None where the picture does not end.
    """
    kept = bytearray(data[:2])
    place, begun = 2, False
    while (found := _segment(data, place, begun)) is not None:
        marker, end = found
        if marker == _EOI:
            kept += data[place:end]
            return bytes(kept) if len(kept) < len(data) else data
        if begun or marker != _APP2 or data[place + 4 : place + 8] != b"MPF\0":
            kept += data[place:end]
        place, begun = end, begun or marker == _SOS
    return None


def _segment(data: bytes, place: int, begun: bool) -> tuple[int, int] | None:
    """The next marker at or after `place` and where its segment, or the scan behind it, ends; None: there is none."""
    at = place
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0 or marker in _WITHOUT_LENGTH:
            at += 2
        else:
            break
    if marker == _EOI:
        return marker, at + 2
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    if end > len(data) or end < at + 4 or (marker == _SOI and not begun):
        return None
    return marker, end


def whole(data: bytes, cmyk: bool = False) -> bool:
    """Whether every row of the picture is in the file; libjpeg itself would fill the missing ones with grey."""
    import simplejpeg

    try:
        colours = "CMYK" if cmyk else "GRAY"
        simplejpeg.decode_jpeg(data, colours, min_height=1, min_width=1, min_factor=8, strict=True)
    except ValueError as problem:
        return _HARMLESS in str(problem)
    return True
