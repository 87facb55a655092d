"""The line between a desk and central: a TCP proxy that can be pulled out, cut at any byte, or made to lose answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from tests.peers.central import CentralProcess


@dataclass
class Line:
    """Forwards to `url`. At `cut_after` bytes from the desk it breaks once; `lose` answers vanish with it."""

    target: str
    cut_after: int | None = None
    lose: int = 0
    plugged: bool = True
    carried: int = 0
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def pull_out(self) -> None:
        """No connection lives, none is made."""
        self.plugged = False
        self._drop()

    def plug_in(self) -> None:
        self.plugged = True

    def close(self) -> None:
        self.pull_out()
        # Closing alone would leave the accepting thread asleep in the kernel.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _drop(self) -> None:
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                desk, _ = self._listening.accept()
            except OSError:
                return
            address = urlsplit(self.target)
            try:
                if not self.plugged:
                    raise ConnectionError
                there = socket.create_connection((address.hostname, address.port), timeout=5)
                there.settimeout(None)
            except OSError:
                desk.close()
                continue
            with self._lock:
                self._open |= {desk, there}
            threading.Thread(target=self._carry, args=(desk, there, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, desk, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                if up:
                    if self.cut_after is not None and self.carried + len(data) >= self.cut_after:
                        sink.sendall(data[: self.cut_after - self.carried])
                        self.carried, self.cut_after = self.cut_after, None
                        break
                    self.carried += len(data)
                elif self.lose:
                    self.lose -= 1
                    break
                sink.sendall(data)
        with self._lock:
            self._open -= {source, sink}
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        # Each end is closed once, by the thread that reads from it.
        source.close()


@pytest.fixture
def line(central: CentralProcess) -> Iterator[Line]:
    """A line to a central of one's own."""
    made = Line(central.url)
    yield made
    made.close()
