"""Programs that begin in an instant: one process has imported one and forks whenever it is asked for.

A fork is a process like any other: its own memory, its own exit code, killed with SIGKILL. All of them end with ours.
A program is a module with `prepare()`, called once before the first fork, and `be(arguments)`, which each fork does and
whose number, if it returns one, is the exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_LONGEST_ORDER = 1 << 18
_MOST_DESCRIPTORS = 8
_OUT_OF_THE_WAY = 64
"""No descriptor that a program is given has a number as high."""
CENTRAL, WINDOW = "tests.peers.central", "tests.stories.window_fork"


@dataclass
class Fork:
    """One process; what it prints is read from `output`, where that is ours."""

    pid: int
    output: int | None
    _forks: Forks
    _pidfd: int = field(init=False)
    _code: int | None = None

    def __post_init__(self) -> None:
        # Nobody has asked for its exit code yet, so that no other process can have its number.
        self._pidfd = os.pidfd_open(self.pid)

    def line(self) -> str:
        """The first line that it prints; nothing if it ended before."""
        assert self.output is not None
        with os.fdopen(self.output, closefd=False) as output:
            return output.readline()

    def send_signal(self, kind: signal.Signals) -> None:
        """Send it a signal."""
        if self._code is None:
            signal.pidfd_send_signal(self._pidfd, kind)

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def wait(self, within_s: float) -> int:
        """Its exit code once it has ended, as `subprocess` has it. Raises `TimeoutError`."""
        if self._code is not None:
            return self._code
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        if not ended.poll(within_s * 1000):
            raise TimeoutError(f"process {self.pid} does not end")
        self._code = self._forks.code(self.pid)
        os.close(self._pidfd)
        if self.output is not None:
            os.close(self.output)
        return self._code


class Forks:
    """Makes processes that do `be(arguments)` of a program."""

    def __init__(self, program: str) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._alone = threading.Lock()
        with theirs:
            command = [sys.executable, "-X", "utf8", "-m", "tests.peers.forks", program, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=_ROOT)
        atexit.register(self._close)

    def fork(self, arguments: list[str], environment: Mapping[str, str]) -> Fork:
        """A new process, which has our error output and our working folder."""
        output, theirs = os.pipe()
        try:
            return Fork(self._begun(arguments, environment, Path.cwd(), {1: theirs, 2: 2}), output, self)
        finally:
            os.close(theirs)

    def fork_with(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, descriptors: Mapping[int, int]
    ) -> Fork:
        """A new process in that folder, with ours of `descriptors` under the numbers that stand before them."""
        return Fork(self._begun(arguments, environment, folder, descriptors), None, self)

    def _begun(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, descriptors: Mapping[int, int]
    ) -> int:
        order = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        return self._asked(json.dumps(order | {"as": list(descriptors)}), list(descriptors.values()))

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
def forks(program: str = CENTRAL) -> Forks:
    """Those of this process; they end when it ends, however it ends."""
    return Forks(program)


def main() -> None:
    """Fork for each order that has arguments, until nobody can give one any more."""
    program: Any = import_module(sys.argv[1])
    program.prepare()
    # Orders come one by one, and forks must not begin with somebody else's half-collected memory.
    gc.collect()
    gc.freeze()
    line = socket.socket(fileno=int(sys.argv[2]))
    running: set[int] = set()
    # Whoever stops the tests from the keyboard stops us by going away.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        order, descriptors, _, _ = socket.recv_fds(line, _LONGEST_ORDER, _MOST_DESCRIPTORS)
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
            _begin(asked, descriptors)
            sys.exit(program.be(asked["arguments"]))
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _begin(asked: dict[str, Any], descriptors: list[int]) -> None:
    """What a program that was started instead would find."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    aside = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY) for one in descriptors]
    for one in descriptors:
        os.close(one)
    for one, wanted in zip(aside, asked["as"], strict=True):
        os.dup2(one, wanted)
        os.close(one)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])


if __name__ == "__main__":
    main()
