"""A second look for a QR code that the decoder missed: out of focus, small, askew, in flat light.

Only the picture is prepared here; zxing-cpp finds and decodes, and its Reed–Solomon check decides what counts. The work
is bounded by the number of tries and of pixels, about 150 ms on a desk computer, whatever the picture holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_PIXELS = 4_200_000
"""A prepared picture is never larger."""
LARGEST_ZOOM = 2.0
SIDE, MARGIN = 512, 48
"""A code laid straight, in pixels: about eight to a module of a citizen card's code, and its quiet zone."""
MOST_CORNERS = 3
"""How many places of one preparation are laid straight."""
_LENSES = ((5.0, 0.01), (6.0, 0.02))
"""Blur that is taken back: standard deviation in pixels of the straight code, and noise over signal."""


def sought(grey: Any) -> list[Any]:
    """zxing's barcodes in a grey picture (`numpy` uint8) that a plain reading missed; empty when none is believed."""
    import zxingcpp

    local, whole = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
    for zoom, prepared, binarizers in _prepared(grey, local, whole):
        for binarizer in binarizers:
            found = _read(prepared, binarizer, errors=True)
            sound = [code for code in found if code.valid and code.text]
            if sound:
                return sound
            for code in found[:MOST_CORNERS]:
                straight = _straight(grey, code.position, zoom)
                for deviation, noise in _LENSES:
                    sound = _read(_focused(straight, deviation, noise), local)
                    if sound:
                        return sound
    return []


def _prepared(grey: Any, local: Any, whole: Any) -> Iterator[tuple[float, Any, tuple[Any, ...]]]:
    """(zoom, picture, binarizers to try), what helps most often first."""
    import cv2

    yield 1.0, grey, (local,)
    zoom = min(LARGEST_ZOOM, (MOST_PIXELS / grey.size) ** 0.5)
    larger = cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA)
    sharp = _sharpened(larger, 2 * zoom, 4)
    yield zoom, sharp, (whole,)
    if grey.size <= MOST_PIXELS:
        yield 1.0, _sharpened(grey, 3, 3), (local,)
    yield zoom, sharp, (local,)


def _read(picture: Any, binarizer: Any, *, errors: bool = False) -> list[Any]:
    import zxingcpp

    qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return list(
        zxingcpp.read_barcodes(picture, formats=qr, binarizer=binarizer, try_invert=False, return_errors=errors)
    )


def _sharpened(picture: Any, deviation: float, strength: float) -> Any:
    """An unsharp mask."""
    import cv2

    blurred = cv2.GaussianBlur(picture, (0, 0), deviation)
    return cv2.addWeighted(picture, 1 + strength, blurred, -strength, 0)


def _straight(picture: Any, place: Any, zoom: float) -> Any:
    """The code between the corners that the decoder saw, laid straight."""
    import cv2
    import numpy as np

    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    seen = np.array([(corner.x / zoom, corner.y / zoom) for corner in corners], np.float32)
    near, far = MARGIN, SIDE - MARGIN
    wanted = np.array([(near, near), (far, near), (far, far), (near, far)], np.float32)
    matrix = cv2.getPerspectiveTransform(seen, wanted)
    return cv2.warpPerspective(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _focused(straight: Any, deviation: float, noise: float) -> Any:
    """A Wiener filter for a Gaussian blur of `deviation` pixels."""
    import numpy as np

    down, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    lens = np.exp(-2 * (np.pi * deviation) ** 2 * (down**2 + across**2))
    seen = np.fft.rfft2(straight - straight.mean())
    clear = np.fft.irfft2(seen * lens / (lens * lens + noise), s=straight.shape) + 128
    return np.clip(clear, 0, 255).astype(np.uint8)
