"""A worker process of ours and the two pipes to it: whole messages, bounded, nobody waits longer than they want.

A message is its length as four octets, big-endian, and that many octets. The desk's side never blocks on a worker that
hangs; a worker sees the end of its desk as the end of its input.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

LARGEST = 24 * 1024 * 1024
"""A message is no larger, unless both sides agreed on another limit."""
_LOOK_EVERY_S = 0.05
_CHUNK = 65536
_ROOT = Path(__file__).resolve().parents[2]


class WorkerLost(Exception):
    """The worker ended, or wrote what is not a message."""


class WorkerSilent(Exception):
    """The worker did not do its part in time."""


class Worker:
    """A running worker, killed with its children by `close()`."""

    def __init__(self, command: Sequence[str], largest: int = LARGEST) -> None:
        """Messages of up to `largest` octets are believed. Raises `WorkerLost` when it cannot be started."""
        self._largest = largest
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), _search_path()]))}
        try:
            self._process = subprocess.Popen(
                tuple(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as problem:
            raise WorkerLost from problem
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)
        self._heard = bytearray()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def tell(self, message: bytes, patience_s: float, cancel: Callable[[], bool] = lambda: False) -> bool:
        """Hand over a message; False when `cancel` said to give up. Raises `WorkerLost`, `WorkerSilent`."""
        left = memoryview(len(message).to_bytes(4, "big") + message)
        deadline = time.monotonic() + patience_s
        while left:
            if not self._ready(self._in.fileno(), selectors.EVENT_WRITE, deadline, cancel):
                return False
            try:
                left = left[os.write(self._in.fileno(), left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as problem:
                raise WorkerLost from problem
        return True

    def hear(self, patience_s: float, cancel: Callable[[], bool] = lambda: False) -> bytes | None:
        """Its next message; None when `cancel` said to give up. Raises `WorkerLost`, `WorkerSilent`."""
        deadline = time.monotonic() + patience_s
        while True:
            if len(self._heard) >= 4:
                size = int.from_bytes(self._heard[:4], "big")
                if size > self._largest:
                    raise WorkerLost
                if len(self._heard) >= 4 + size:
                    message = bytes(self._heard[4 : 4 + size])
                    del self._heard[: 4 + size]
                    return message
            if not self._ready(self._out.fileno(), selectors.EVENT_READ, deadline, cancel):
                return None
            try:
                chunk = os.read(self._out.fileno(), _CHUNK)
            except BlockingIOError:
                continue
            if not chunk:
                raise WorkerLost
            self._heard += chunk

    def _ready(self, pipe: int, event: int, deadline: float, cancel: Callable[[], bool]) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            while not cancel():
                if selector.select(_LOOK_EVERY_S):
                    return True
                if time.monotonic() > deadline:
                    raise WorkerSilent
        return False

    def close(self) -> None:
        """End it now; closing twice is harmless."""
        if self._in.closed:
            return
        self._in.close()
        self._out.close()
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)  # its group is its own
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()


def python(module: str) -> tuple[str, ...]:
    """How a worker of that module is started from a checkout or a virtual environment."""
    return (sys.executable, "-m", module)


def _search_path() -> str:
    return os.environ.get("PYTHONPATH", "")


class Desk:
    """The worker's side of the pipes."""

    def __init__(self, asked: int = 0, said: int = 1, largest: int = LARGEST) -> None:
        self._asked = asked
        self._said = said
        self._largest = largest

    def asks(self, within_s: float | None) -> bool:
        """Whether something arrives (or the desk is gone) within that time; None waits for ever."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._asked, selectors.EVENT_READ)
            return bool(selector.select(within_s))

    def hear(self) -> bytes | None:
        """The next message, None when the desk is gone."""
        head = self._exactly(4)
        size = int.from_bytes(head, "big")
        if len(head) < 4 or size > self._largest:
            return None
        message = self._exactly(size)
        return message if len(message) == size else None

    def say(self, message: bytes) -> None:
        """Write a message. Raises `OSError` when the desk is gone."""
        left = memoryview(len(message).to_bytes(4, "big") + message)
        while left:
            left = left[os.write(self._said, left) :]

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            chunk = os.read(self._asked, count - len(found))
            if not chunk:
                break
            found += chunk
        return bytes(found)
