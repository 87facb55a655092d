"""The page maker: opens what came from outside, in a process of its own. `python -m clerk_app.imaging.maker_worker`.

It makes one sheet after the other and ends by itself when nobody asked for `IDLE_S` seconds or the desk is gone.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, which else sets memory aside for every core

import msgspec

from clerk_app.imaging import making, opening
from clerk_app.imaging.maker_wire import LARGEST, WIRE, MadeOne, Make, Pages, Say, Trouble
from clerk_app.workers.pipe import Desk

IDLE_S = 300.0
LARGEST_MEMORY = 1536 * 1024 * 1024
"""Address space; 40 megapixels in colour and their planes need less than a third of it."""


def answer(ask: Make) -> Say:
    """The pages, or why there are none."""
    import cv2

    try:
        made = making.pages_of(opening.opened(ask.sheet), ask.dpi, ask.wish)
    except opening.BadSheet as problem:
        return Trouble(problem.code)
    except (MemoryError, cv2.error) as problem:
        if isinstance(problem, MemoryError) or problem.code == cv2.Error.StsNoMem:
            return Trouble("PAGE_NO_MEMORY")
        return Trouble("PAGE_CRASHED")
    return Pages(tuple(MadeOne(one.data, one.media, one.width, one.height, one.dpi, one.made) for one in made))


def bound() -> None:
    """Keep this process within its memory, where the system can, and to one core: the other is the desk's."""
    import cv2

    cv2.setNumThreads(1)
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = LARGEST_MEMORY if most == resource.RLIM_INFINITY else min(LARGEST_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def main() -> int:
    """Make pages until nobody asks any more."""
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # stdout is for messages only, whatever a library prints
    desk = Desk(said=said, largest=LARGEST)
    bound()
    while desk.asks(IDLE_S):
        asked = desk.hear()
        if asked is None:
            return 0
        try:
            desk.say(WIRE.message(answer(WIRE.ask_from(asked))))
        except (msgspec.MsgspecError, OSError):
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
