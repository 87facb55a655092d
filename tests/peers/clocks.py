"""Another day: the clocks of this process, desk's and central's, go ahead of the machine's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

from clerk_app import bootstrap, uplink
from clerk_app.domain.calendar import HANOI


def turn(ahead_s: float) -> None:
    """From now on it is so many seconds later (earlier: negative) for whatever is opened after this."""
    import uvicorn.server

    from clerk_app.central import app, parts, server

    now, seconds = _clock(ahead_s)
    turn_at_a_desk(ahead_s)
    for module in (parts, app, server):
        setattr(module, "hanoi_now", now)  # noqa: B010 the type checker knows it as the machine's
    # What central's answers are dated with.
    setattr(uvicorn.server, "time", SimpleNamespace(**(vars(time) | {"time": seconds})))  # noqa: B010


def turn_at_a_desk(ahead_s: float) -> None:
    """The same in a process that has nothing of a central."""
    now, seconds = _clock(ahead_s)
    setattr(bootstrap, "now", now)  # noqa: B010
    # What is signed for a request.
    setattr(uplink, "time", seconds)  # noqa: B010


def _clock(ahead_s: float) -> tuple[Callable[[], datetime], Callable[[], float]]:
    """What it is: the office's time, and seconds as `time.time` counts them."""

    def now() -> datetime:
        return datetime.now(HANOI) + timedelta(seconds=ahead_s)

    return now, lambda: time.time() + ahead_s
