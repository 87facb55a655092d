"""Another day: the clocks of this process, desk's and central's, go ahead of the machine's."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import uvicorn.server

from clerk_app import bootstrap, uplink
from clerk_app.central import app, parts, server
from clerk_app.domain.calendar import HANOI


def turn(ahead_s: float) -> None:
    """From now on it is so many seconds later (earlier: negative) for whatever is opened after this."""

    def now() -> datetime:
        return datetime.now(HANOI) + timedelta(seconds=ahead_s)

    def seconds() -> float:
        return time.time() + ahead_s

    for module, name in ((bootstrap, "now"), (parts, "hanoi_now"), (app, "hanoi_now"), (server, "hanoi_now")):
        setattr(module, name, now)
    # What is signed for a request, and what central's answers are dated with.
    setattr(uplink, "time", seconds)  # noqa: B010 the type checker knows it as the machine's
    setattr(uvicorn.server, "time", SimpleNamespace(**(vars(time) | {"time": seconds})))  # noqa: B010
