"""The scan worker: one conversation with one driver, then it ends. `python -m clerk_app.devices.scanner.worker`.

Nothing but protocol lines goes to stdout. The folder of pages is the desk's; if the desk is gone the worker removes it.
"""

from __future__ import annotations

import errno
import os
import selectors
import shutil
import sys
from typing import assert_never

import msgspec

from clerk_app.devices.scanner.protocol import AskCancel, AskDevices, AskScan, Fault, Say, ask_from, line
from clerk_app.devices.scanner.sane import Sane, SaneTrouble, fault_of

_unsaid = bytearray()


def _say(message: Say) -> None:
    """Write a line to the desk. What a full disk did not take is written first the next time: no line is ever torn.

    Not through `sys.stdout`, which loses the rest of a line that was written in part.
    """
    _unsaid.extend(line(message))
    while _unsaid:
        del _unsaid[: os.write(sys.stdout.fileno(), _unsaid)]


def _driver(name: str) -> Sane:
    match name:
        case "sane":
            return Sane(os.environ)
        case _:
            raise SaneTrouble("SCANNER_UNSUPPORTED", "unknown driver")


def _desk_is_gone() -> bool:
    """Whether stdin has ended, as opposed to holding a cancellation or nothing."""
    with selectors.DefaultSelector() as ready:
        ready.register(sys.stdin.buffer, selectors.EVENT_READ)
        return bool(ready.select(0)) and not os.read(sys.stdin.fileno(), 4096)


def main() -> int:
    """Answer one request. Ends with 0 when the conversation ended properly, whatever its outcome."""
    asked = bytearray()
    while not asked.endswith(b"\n"):  # byte by byte, so that a cancellation after it stays in the pipe
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte:
            return 2
        asked += byte
    try:
        ask = ask_from(bytes(asked))
    except msgspec.MsgspecError as problem:
        _say(Fault(code="SCANNER_UNSUPPORTED", detail=type(problem).__name__))
        return 2
    try:
        match ask:
            case AskDevices():
                _driver(ask.driver).devices(_say)
            case AskScan():
                _driver(ask.driver).scan(ask, _say, sys.stdin.buffer)
                if _desk_is_gone():
                    shutil.rmtree(ask.folder, ignore_errors=True)
            case AskCancel():
                return 0
            case _:
                assert_never(ask)
    except SaneTrouble as trouble:
        _say(fault_of(trouble))
    except MemoryError:
        _say(Fault(code="SCANNER_NO_MEMORY"))
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        _say(Fault(code="SCANNER_DISK_FULL" if full else "SCANNER_IO", detail=f"errno {problem.errno}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
