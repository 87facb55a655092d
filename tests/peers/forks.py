"""Centrals that begin in an instant: one process has imported the program and forks whenever a central is asked for.

A fork is a process like any other: its own memory, its own exit code, killed with SIGKILL. All of them end with ours.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_LONGEST_ORDER = 1 << 18


@dataclass
class Fork:
    """One process; what it prints is read from `output`."""

    pid: int
    output: int
    _forks: Forks
    _pidfd: int = field(init=False)

    def __post_init__(self) -> None:
        # Nobody has asked for its exit code yet, so that no other process can have its number.
        self._pidfd = os.pidfd_open(self.pid)

    def line(self) -> str:
        """The first line that it prints; nothing if it ended before."""
        with os.fdopen(self.output, closefd=False) as output:
            return output.readline()

    def signal(self, kind: signal.Signals) -> None:
        """Send it a signal."""
        signal.pidfd_send_signal(self._pidfd, kind)

    def wait(self, within_s: float) -> int:
        """Its exit code once it has ended, as `subprocess` has it. Raises `TimeoutError`."""
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        if not ended.poll(within_s * 1000):
            raise TimeoutError(f"process {self.pid} does not end")
        code = self._forks.code(self.pid)
        os.close(self._pidfd)
        os.close(self.output)
        return code


class Forks:
    """Makes processes that do `tests.peers.central.be(arguments)`."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._alone = threading.Lock()
        with theirs:
            command = [sys.executable, "-m", "tests.peers.forks", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=_ROOT)
        atexit.register(self._close)

    def fork(self, arguments: list[str], environment: dict[str, str]) -> Fork:
        """A new process, which has our error output and our working folder."""
        output, theirs = os.pipe()
        order = json.dumps({"arguments": arguments, "environment": environment, "folder": str(Path.cwd())})
        try:
            return Fork(self._asked(order, [theirs, 2]), output, self)
        finally:
            os.close(theirs)

    def code(self, pid: int) -> int:
        """The exit code of a fork that has ended; asked for once."""
        return self._asked(json.dumps({"ended": pid}), [])

    def _close(self) -> None:
        self._line.close()
        self._process.wait()

    def _asked(self, order: str, descriptors: list[int]) -> int:
        with self._alone:
            socket.send_fds(self._line, [order.encode()], descriptors)
            return int(self._line.recv(64))


@cache
def forks() -> Forks:
    """Those of this process; they end when it ends, however it ends."""
    return Forks()


def main() -> None:
    """Fork for each order that has arguments, until nobody can give one any more."""
    from tests.peers import central

    central.prepare()
    # Orders come one by one, and forks must not begin with somebody else's half-collected memory.
    gc.collect()
    gc.freeze()
    line = socket.socket(fileno=int(sys.argv[1]))
    running: set[int] = set()
    # Whoever stops the tests from the keyboard stops us by going away.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        order, descriptors, _, _ = socket.recv_fds(line, _LONGEST_ORDER, 2)
        if not order:
            break
        asked = json.loads(order)
        if "ended" in asked:
            running.remove(asked["ended"])
            code = os.waitstatus_to_exitcode(os.waitpid(asked["ended"], 0)[1])
            line.send(str(code).encode())
        elif pid := os.fork():
            running.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
            line.send(str(pid).encode())
        else:
            line.close()
            _begin(asked, *descriptors)
            central.be(asked["arguments"])
            return
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _begin(asked: dict[str, Any], output: int, errors: int) -> None:
    """What a program that was started instead would find."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])


if __name__ == "__main__":
    main()
