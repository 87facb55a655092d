"""The scan worker: one conversation with one driver, then it ends. `python -m clerk_app.devices.scanner.worker`.

Nothing but protocol lines goes to stdout. The folder of pages is the desk's; if the desk is gone the worker removes it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from typing import IO, Protocol, assert_never

import msgspec

from clerk_app.devices.scanner.hearing import desk_is_gone
from clerk_app.devices.scanner.protocol import AskCancel, AskDevices, AskFind, AskScan, Fault, Say, ask_from, line
from clerk_app.devices.scanner.trouble import ScannerTrouble

_unsaid = bytearray()


class Driver(Protocol):
    """One way to speak to scanners. Both methods end with a last line, or raise `ScannerTrouble`."""

    def devices(self, ask: AskDevices, say: Callable[[Say], None]) -> None: ...

    def scan(self, ask: AskScan, say: Callable[[Say], None], stdin: IO[bytes]) -> None:
        """Scan until the source is empty, or anything arrives on (or ends) `stdin`."""
        ...


def _say(message: Say) -> None:
    """Write a line to the desk. What a full disk did not take is written first the next time: no line is ever torn.

    Not through `sys.stdout`, which loses the rest of a line that was written in part.
    """
    _unsaid.extend(line(message))
    while _unsaid:
        del _unsaid[: os.write(sys.stdout.fileno(), _unsaid)]


def _driver(name: str) -> Driver:
    match name:
        case "sane":
            from clerk_app.devices.scanner.sane import Sane

            return Sane(os.environ)
        case "escl":
            from clerk_app.devices.scanner.escl import Escl

            return Escl()
        case "wia" if sys.platform == "win32":
            from clerk_app.devices.scanner.wia import Wia

            return Wia()
        case "twain" if sys.platform == "win32":
            from clerk_app.devices.scanner.twain import Twain

            return Twain()
        case _:
            raise ScannerTrouble("SCANNER_UNSUPPORTED", "unknown driver")


def _asked() -> bytes:
    """The first line; empty when the desk was gone before it had said one."""
    asked = bytearray()
    while not asked.endswith(b"\n"):  # byte by byte, so that a cancellation after it stays in the pipe
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte:
            return b""
        asked += byte
    return bytes(asked)


def main() -> int:
    """Answer one request. Ends with 0 when the conversation ended properly, whatever its outcome."""
    asked = _asked()
    if not asked:
        return 2
    try:
        ask = ask_from(asked)
    except msgspec.MsgspecError as problem:
        _say(Fault(code="SCANNER_UNSUPPORTED", detail=type(problem).__name__))
        return 2
    try:
        match ask:
            case AskDevices():
                _driver(ask.driver).devices(ask, _say)
            case AskFind():
                from clerk_app.devices.scanner.announced import find

                find(ask, _say)
            case AskScan():
                _driver(ask.driver).scan(ask, _say, sys.stdin.buffer)
                if desk_is_gone(sys.stdin.buffer):
                    shutil.rmtree(ask.folder, ignore_errors=True)
            case AskCancel():
                return 0
            case _:
                assert_never(ask)
    except ScannerTrouble as trouble:
        _say(Fault(code=trouble.code, detail=trouble.detail))
    except MemoryError:
        _say(Fault(code="SCANNER_NO_MEMORY"))
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        _say(Fault(code="SCANNER_DISK_FULL" if full else "SCANNER_IO", detail=f"errno {problem.errno}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
