"""no-op sync: the quiet round of a desk to which nothing happened, and to which nothing happened elsewhere.

Ours asks its journal and its sheets whether anything waits, proves itself to central, asks what others did and which
law holds, and looks whether its numbers last. The floor is one bare GET of central's health over a connection that is
open already. Bytes are those on the line, both ways, headers and all; Anki's are known to be 533.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.counting_line import CountingLine
from bench.desks import central_process, open_desk
from bench.peers.anki_sync import anki_nothing
from bench.run import row

TIMES = 200
ANKI_BYTES = 533
MOST_BYTES = 600


def run() -> list[dict[str, Any]]:
    """Two rows: milliseconds, and bytes both ways."""
    import requests

    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with central_process(room) as central, requests.Session() as session:
            session.trust_env = False
            desk = open_desk(room, central)
            ours: list[float] = []
            floor: list[float] = []
            for _ in range(TIMES):
                ours.append(_taken(lambda: desk.delivery.once(lambda: False)))
                floor.append(_taken(lambda: session.get(f"{central}/v1/health", timeout=10)))
            desk.close()
            size = _bytes(room, central)
        anki, why = anki_nothing(room / "anki", TIMES)
    return [
        row(
            "noop",
            statistics.median(ours) * 1000,
            peer=anki and anki * 1000,
            floor=statistics.median(floor) * 1000,
            at_most=2.0,
            against="floor",
            what="a round in which nothing had changed; peer: Anki's; floor: one GET",
            not_measured=why,
        ),
        row(
            "noop (bytes)",
            size,
            peer=ANKI_BYTES,
            floor=MOST_BYTES,
            at_most=1.0,
            against="floor",
            unit="bytes",
            what=f"both ways, headers and all; floor: the {MOST_BYTES} that are allowed",
        ),
    ]


def _taken(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _bytes(room: Path, central: str) -> int:
    line = CountingLine(central)
    desk = open_desk(room, central, line.url)
    before = line.up + line.down
    desk.delivery.once(lambda: False)
    size = line.up + line.down - before
    desk.close()
    line.close()
    return size
