"""The worker's ear: whether the desk has said something more, or is gone, without waiting for it."""

from __future__ import annotations

import os
import selectors
import sys
import time
from collections.abc import Callable
from typing import IO

from clerk_app.devices.scanner.trouble import Stopped

LOOK_EVERY_S = 0.2


if sys.platform == "win32":

    def stirred(stdin: IO[bytes]) -> bool:
        """Whether anything lies in the pipe, or its other end was closed (PeekNamedPipe: select takes sockets only)."""
        import ctypes
        import msvcrt

        waiting = ctypes.c_ulong(0)
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(stdin.fileno()))
        looked = ctypes.windll.kernel32.PeekNamedPipe(handle, None, 0, None, ctypes.byref(waiting), None)
        return not looked or waiting.value > 0

else:

    def stirred(stdin: IO[bytes]) -> bool:
        """Whether anything lies in the pipe, or its other end was closed."""
        with selectors.DefaultSelector() as ready:
            ready.register(stdin, selectors.EVENT_READ)
            return bool(ready.select(0))


def desk_is_gone(stdin: IO[bytes]) -> bool:
    """Whether the pipe has ended, as opposed to holding a cancellation or nothing."""
    return stirred(stdin) and not os.read(stdin.fileno(), 4096)


def pause(seconds: float, stirs: Callable[[], bool], alive: Callable[[], None]) -> None:
    """Wait, giving a sign of life every second. Raises `Stopped` when the desk says something meanwhile."""
    until, told = time.monotonic() + seconds, time.monotonic()
    while (now := time.monotonic()) < until:
        if stirs():
            raise Stopped
        if now - told >= 1.0:
            alive()
            told = now
        # A person's scanner is waited for here, and the desk's word must be heard meanwhile.
        time.sleep(min(LOOK_EVERY_S, until - now))
