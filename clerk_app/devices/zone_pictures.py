"""The machine readable zone in a picture of a card's back, read by Tesseract in a process of its own.

OpenCV only finds the band of three lines and turns it straight. What Tesseract reads is believed when every check digit
fits: document number, birth date, expiry date and the composite over both lines (ICAO 9303-5 §4.2).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from clerk_app.devices.codes import grey_picture
from clerk_app.devices.emrtd import mrz
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.faults import fault

PROGRAM = "tesseract"
READING_S = 10.0
"""How long one reading may take."""
ALTOGETHER_S = 25.0
WIDTH = 1400
"""Pixels of the longer side of a picture in which the zone is looked for."""
LETTERS = 34
"""Pixels of a line's height that Tesseract likes best."""
LEANEST = 3
"""A block of print that is less long for its height is no line of a zone, nor three of them."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
_DIGITS = str.maketrans(dict(mrz.SEEN))
_DIGIT = r"[0-9OQDILZSGB]"
_ONE = re.compile(rf"[I1L]?[D0O]?VNM({_DIGIT}{{10}})({_DIGIT}{{12}})[^0-9]{{1,4}}({_DIGIT})")
_TWO = re.compile(rf"({_DIGIT}{{7}})([MF<KH])({_DIGIT}{{7}}|<{{6}}[<0O])VNM[^0-9]{{5,16}}({_DIGIT})")


class TesseractZones:
    """Fulfils `ports.ZonePictures`."""

    def __init__(self, program: str = PROGRAM) -> None:
        self._program = program

    def read(self, picture: bytes) -> str:
        """Three lines of 30 characters. Raises `DeviceFault`: PICTURE_UNREADABLE, PICTURE_TOO_LARGE,
        ZONE_READER_MISSING, ZONE_NOT_FOUND."""
        import numpy as np

        program = shutil.which(self._program)
        if program is None:
            raise fault("ZONE_READER_MISSING")
        deadline = time.monotonic() + ALTOGETHER_S
        for band in _bands(np.asarray(grey_picture(picture))):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            zone = zone_in(_read(program, band, min(READING_S, left)))
            if zone:
                return zone
        raise fault("ZONE_NOT_FOUND")


def zone_in(text: str) -> str:
    """The zone in what Tesseract wrote, in three lines; empty unless every check digit fits.

    Only the zone of a Vietnamese citizen card is looked for: which positions hold digits and which the filler is known,
    so that a filler read as K, or one too many of them, does no harm.
    """
    lines = ["".join(line.split()).upper() for line in text.splitlines()]
    for at, line in enumerate(lines):
        one = _ONE.search(line)
        two = _TWO.search(lines[at + 1]) if one and at + 1 < len(lines) else None
        if one and two:
            document, number, end = (part.translate(_DIGITS) for part in one.groups())
            born, sex, expires, composite = two.groups()
            expires = expires if expires.startswith("<") else expires.translate(_DIGITS)
            first = f"IDVNM{document}{number}<<{end}"
            second = f"{born.translate(_DIGITS)}{sex if sex in 'MF' else '<'}{expires}VNM{'<' * 11}"
            third = re.sub("[^A-Z<]", "", lines[at + 2]) if at + 2 < len(lines) else ""
            zone = "\n".join((first, second + composite.translate(_DIGITS), third[:30].ljust(30, "<")))
            if _fits(zone):
                return zone
    return ""


def _fits(zone: str) -> bool:
    try:
        return not mrz.parse(zone.replace("\n", ""), date.max).wrong_digits
    except Malformed:
        return False


def _read(program: str, picture: bytes, within_s: float) -> str:
    command = [program, "stdin", "stdout", "--psm", "6", "-l", "eng"]
    for name, value in (("char_whitelist", _ALPHABET), ("load_system_dawg", "0"), ("load_freq_dawg", "0")):
        command += ["-c", f"{'tessedit_' if name == 'char_whitelist' else ''}{name}={value}"]
    alone = os.environ | {"OMP_THREAD_LIMIT": "1"}  # its threads wait for each other longer than they work
    try:
        done = subprocess.run(command, input=picture, capture_output=True, timeout=within_s, env=alone, check=False)
    except subprocess.TimeoutExpired:
        return ""
    except OSError as problem:
        raise fault("ZONE_READER_MISSING") from problem
    return done.stdout.decode("utf-8", "replace")


def _bands(grey: Any) -> Iterator[bytes]:
    """PNG pictures in which the zone may stand upright, the likeliest first; at last the whole picture."""
    import cv2

    scale = min(1.0, WIDTH / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = _block(small)
    if corners is not None:
        band = _straight(grey, corners / scale)
        for turned in (band, cv2.rotate(band, cv2.ROTATE_180)):
            yield _png(turned)
    for way in (None, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE):
        yield _png(small if way is None else cv2.rotate(small, way))


def _block(small: Any) -> Any:
    """Corners of the block of lines that are as long and low as those of a zone; None when there is none."""
    import cv2
    import numpy as np

    dark = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    _, ink = cv2.threshold(dark, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (23, 23)))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [cv2.minAreaRect(outline) for outline in outlines]
    longest = max((max(box[1]) for box in boxes), default=0.0)
    lines = [box for box in boxes if max(box[1]) > 0.7 * longest and max(box[1]) > LEANEST * min(box[1])]
    if not lines or longest < 0.25 * max(small.shape):
        return None
    return np.array(cv2.boxPoints(cv2.minAreaRect(np.concatenate([cv2.boxPoints(box) for box in lines]))), np.float32)


def _straight(grey: Any, corners: Any) -> Any:
    """The block between these corners, lying, with a margin, its three lines as high as Tesseract likes them."""
    import cv2
    import numpy as np

    first, second = corners[1] - corners[0], corners[2] - corners[1]
    if np.linalg.norm(first) < np.linalg.norm(second):
        corners = np.roll(corners, -1, axis=0)
        first, second = second, -first
    long, low = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    zoom = min(4.0, 3 * LETTERS * 1.6 / low)
    margin = LETTERS
    width, height = round(long * zoom) + 2 * margin, round(low * zoom) + 2 * margin
    left, top, right, bottom = margin, margin, width - margin, height - margin
    wanted = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), wanted)
    return cv2.warpPerspective(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _png(picture: Any) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", picture)[1])
