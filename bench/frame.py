"""frame: how long the window's event loop ever stands still while it reads cards, scans, delivers and loses its line.

The window of the stories runs as a process of its own, offscreen, worked by keys; a timer in its loop measures the
gaps between its turns. Practice devices and central are processes beside it. The floor is the same timer in a window
that is left alone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.run import missing, row
from clerk_app import rehearsal
from clerk_app.practice import pcscd
from tests.stories.desk_window import DeskWindow

NAME = "frame"
MOST_MS = 50.0
PEOPLE = 3
SITTING_DOWN_S = 3.0


def run() -> list[dict[str, Any]]:
    """One row: the longest gap of the loop in milliseconds, against the 50 that nobody notices."""
    if not pcscd.running() and sys.platform != "linux":
        return [missing(NAME, "the practice reader needs Linux")]
    with tempfile.TemporaryDirectory() as folder:
        pulse = _pulse(Path(folder))
    gaps = pulse["gaps_ms"] or [0.0]
    print(f"  {pulse['beats']} beats, gaps above 25 ms: {sorted(gaps)[-12:]}", file=sys.stderr)
    print(f"  of which the window itself worked: {sorted(pulse['busy_ms'])[-12:]}", file=sys.stderr)
    for late_ms, places in sorted(pulse["stood"])[-8:]:
        print(f"  {late_ms} ms at {places}", file=sys.stderr)
    what = f"longest gap of the event loop, {PEOPLE} citizens served with an outage; {len(gaps)} gaps above 25 ms"
    work = (
        "most processor time of the window's own thread in one turn of its loop, which a busy machine does not change"
    )
    return [
        row(NAME, max(gaps), floor=MOST_MS, at_most=1.0, against="floor", what=what),
        row(
            f"{NAME} (own work)", max(pulse["busy_ms"] or [0.0]), floor=MOST_MS, at_most=1.0, against="floor", what=work
        ),
    ]


def _pulse(folder: Path) -> dict[str, Any]:
    with rehearsal.World(folder / "world") as world:
        hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
        glass = world.folder / "glass"
        with DeskWindow(
            world.profile, "", folder / "window", glass, hear=hear, platform="offscreen", few_words=True
        ) as window:
            window.do("sign_in", user="supervisor")
            window.do("sign_out")
            window.do("sign_in")
            window.do("feel")
            # The first citizen sits down.
            window.watch(SITTING_DOWN_S)
            for person in range(PEOPLE):
                if person == 1:
                    world.stop_central()
                if person == PEOPLE - 1:
                    world.start_central()
                window.do("open")
                window.do("serve")
            begun = len(window.told)
            window.order("felt")
            pulse = window.until("the pulse", lambda line: line["what"] == "pulse", begun)
            window.close()
            return pulse
