"""A TCP proxy between a desk and central that counts bytes both ways, and can be cut at any byte and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class CountingLine:
    """Forwards to `url`. At `cut_after` bytes from the desk it breaks and nobody answers at its port until `mend`."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self.up = 0
        self.down = 0
        self.cut_after: int | None = None
        self.cut = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Somebody answers again."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self.cut.clear()
        self._start()

    def close(self) -> None:
        self._shut(self._listening)
        self._drop()

    def _start(self) -> None:
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                desk, _ = listening.accept()
                there = socket.create_connection((self._there.hostname, self._there.port))
            except OSError:
                listening.close()
                return
            with self._lock:
                self._open |= {desk, there}
            threading.Thread(target=self._carry, args=(desk, there, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, desk, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if up:
                    if self.cut_after is not None and self.up + len(data) >= self.cut_after:
                        data, self.cut_after = data[: self.cut_after - self.up], None
                        self.up += len(data)
                        sink.sendall(data)
                        self._shut(self._listening)
                        self._drop()
                        self.cut.set()
                        break
                    self.up += len(data)
                else:
                    self.down += len(data)
                sink.sendall(data)
        for one in (source, sink):
            self._shut(one)
        source.close()

    def _drop(self) -> None:
        with self._lock:
            for one in self._open:
                self._shut(one)
            self._open.clear()

    @staticmethod
    def _shut(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
