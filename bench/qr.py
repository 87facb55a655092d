"""qr: 300 pictures of a card's QR code, a normal and a hard set, against zxing-cpp as it comes and zbar.

All three are given the same grey pixels and asked for QR codes only. `read` is the share of pictures whose text came
out right; a text that is not the picture's is counted apart and must never happen, and noise must hold no code at all.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.qr_pictures import HEIGHT, WIDTH, Picture, picture
from bench.run import row

PICTURES = 150
NOISES = 10
GOALS = {"normal": 99.5, "hard": 87.0}
MOST_MS = 2.0
Reader = Callable[[Any], Sequence[str]]


@dataclass(slots=True)
class Outcome:
    """What one reader made of the pictures: how many came out right, how many held a wrong text, milliseconds each."""

    right: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Pictures read, in per cent."""
        return 100 * self.right / len(self.times)


def outcomes(readers: Mapping[str, Reader], pictures: Sequence[Picture]) -> dict[str, Outcome]:
    """Every reader reads every picture once, in turns so that noise and a cold cache meet all of them."""
    found = {name: Outcome() for name in readers}
    for at, one in enumerate(pictures):
        order = list(readers.items())
        for name, reader in order[at % len(order) :] + order[: at % len(order)]:
            start = time.perf_counter()
            texts = reader(one.grey)
            found[name].times.append((time.perf_counter() - start) * 1000)
            found[name].right += one.text in texts
            found[name].wrong += any(text != one.text for text in texts)
    return found


def ours() -> Reader:
    """What the program reads a camera's frame with."""
    from clerk_app.devices.codes import PictureCodes

    return PictureCodes().qr


def zxing() -> Reader:
    """zxing-cpp as it comes."""
    import zxingcpp

    qr = zxingcpp.BarcodeFormat.QRCode
    return lambda grey: [code.text for code in zxingcpp.read_barcodes(grey, formats=qr)]


def zbar() -> Reader:
    """zbar by pyzbar. Raises `ImportError` where one of the two is missing."""
    from pyzbar.pyzbar import ZBarSymbol, decode  # type: ignore[import-not-found]

    return lambda grey: [code.data.decode("utf-8", "replace") for code in decode(grey, symbols=[ZBarSymbol.QRCODE])]


def texts_in_noise(reader: Reader) -> int:
    """How many texts a reader sees where there is none."""
    import numpy as np

    dice = np.random.default_rng(1)
    return sum(len(reader(dice.integers(0, 256, (HEIGHT, WIDTH), np.uint8))) for _ in range(NOISES))


def run() -> list[dict[str, Any]]:
    """Rows of both sets, of the time, and of what must never happen."""
    readers: dict[str, Reader] = {"ours": ours(), "zxing-cpp": zxing()}
    absent = []
    try:
        readers["zbar"] = zbar()
    except ImportError as problem:
        absent = [f"zbar: {problem} (pip install pyzbar, apt-get install libzbar0)"]
    sets = {name: [picture(number, name == "hard") for number in range(PICTURES)] for name in GOALS}
    for reader in readers.values():
        reader(sets["normal"][0].grey)
    rows = []
    every = {name: Outcome() for name in readers}
    for name, pictures in sets.items():
        found = outcomes(readers, pictures)
        for peer in list(readers)[1:]:
            made = row(f"qr {name} ({peer})", found["ours"].share, peer=found[peer].share, unit="% read")
            goal = {"goal": f"≥ {GOALS[name]:g} %", "met": found["ours"].share >= GOALS[name]}
            rows.append(made | {"what": "pictures read", "not_measured": absent} | goal)
        for reader_name, outcome in found.items():
            every[reader_name].times += outcome.times
            every[reader_name].wrong += outcome.wrong
    mine, plain = every["ours"], every["zxing-cpp"]
    median = statistics.median(mine.times)
    timed = row("qr time", median, peer=statistics.median(plain.times), unit="ms", what=_longest(mine, plain))
    rows.append(timed | {"goal": f"≤ {MOST_MS:g} ms", "met": median <= MOST_MS})
    slowest = row("qr slowest picture", max(mine.times), peer=max(plain.times), unit="ms", what=_longest(mine, plain))
    wrong = mine.wrong + texts_in_noise(readers["ours"])
    never = row("qr wrong texts", float(wrong), unit="texts", what="texts that no picture held, and texts in noise")
    return [*rows, slowest, never | {"goal": "none", "met": wrong == 0}]


def _longest(mine: Outcome, plain: Outcome) -> str:
    return f"a picture of either set; the longest took {max(mine.times):.0f} ms, plainly {max(plain.times):.0f}"
