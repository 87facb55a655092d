"""Processes that begin in an instant: one process that has imported everything and forks whenever it is told to.

A child is a process like any other, to be killed with SIGKILL. It speaks to whoever wanted it over a connection of its
own, whose end is the end of the child; it ends by itself when the other side is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_KEY = b"a run of outages"
_PATIENCE_S = 120.0
"""Longer than any delivery over a line that lets every request run into its time limit."""


@dataclass
class Child:
    """One process. What it said before its end can still be read after it."""

    pid: int
    line: Connection
    gone: bool = False

    def kill(self) -> None:
        """SIGKILL: no good-byes. Its end is noticed by whoever reads `said`."""
        if not self.gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def rest(self) -> Iterator[Any]:
        """What it says until it has ended and let go of all it held."""
        with contextlib.suppress(EOFError):
            while True:
                yield self.said()

    def said(self) -> Any:
        """The next thing it says. Raises `EOFError` if it ended, `TimeoutError` if it hangs."""
        if self.gone:
            raise EOFError
        if not self.line.poll(_PATIENCE_S):
            raise TimeoutError(f"process {self.pid} says nothing")
        try:
            return self.line.recv()
        except (EOFError, OSError):
            self.gone = True
            self.line.close()
            raise EOFError from None


@dataclass
class Zygote:
    """Makes children that do `tests.outages.<module>.main(connection, *arguments)`."""

    folder: Path
    _process: subprocess.Popen[str] = field(init=False)
    _listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        address = str(self.folder / "zygote.sock")
        self._listener = Listener(address, "AF_UNIX", backlog=16, authkey=_KEY)
        command = [sys.executable, "-m", "tests.outages.zygote", address]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)

    def child(self, module: str, *arguments: Any) -> Child:
        """A new process, once it has called home."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([module, *arguments]) + "\n")
        self._process.stdin.flush()
        line = self._listener.accept()
        return Child(line.recv(), line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._listener.close()


def main() -> None:
    """Fork for each line of standard input until it ends."""
    from tests.outages import central, station
    from tests.peers import costs

    costs.everywhere()
    programs: dict[str, Callable[..., None]] = {"station": station.main, "central": central.main}
    address = sys.argv[1]
    # Nobody waits for the children here: the kernel buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for order in sys.stdin:
        if os.fork():
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        module, *arguments = json.loads(order)
        line = Client(address, "AF_UNIX", authkey=_KEY)
        line.send(os.getpid())
        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
            programs[module](line, *arguments)
        return


if __name__ == "__main__":
    main()
