"""The line between one desk and central at its worst: a proxy that knows where a request ends and an answer begins.

Each request meets the next trouble that was armed, or none. A request can be cut at any byte, sent twice, held back
and brought after later ones; an answer can be cut at any byte, lost or late; either end can be killed meanwhile.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal[
    "cut request", "cut answer", "lose answer", "twice", "echo", "hold back", "delay", "kill central", "kill desk"
]
KINDS: tuple[Kind, ...] = (
    "cut request", "cut answer", "lose answer", "twice", "echo", "hold back", "delay", "kill central", "kill desk"
)  # fmt: skip
_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong. `share` in [0, 1) says at which byte or after which part of `_LONGEST_DELAY_S`;
    `later` after how many more requests what was kept comes to central.
    """

    kind: Kind
    share: float = 0.0
    later: int = 1


_LONGEST_DELAY_S = 0.2


class _Broken(Exception):
    """This connection is over."""


@dataclass
class _Stream:
    """Bytes from one side, cut into messages."""

    side: socket.socket
    kept: bytes = b""

    def more(self) -> None:
        data = self.side.recv(65536)
        if not data:
            raise _Broken
        self.kept += data

    def message(self) -> bytes:
        """A whole request or answer, its length said at once or chunk by chunk. Raises `_Broken` at an early end."""
        while (end := self.kept.find(b"\r\n\r\n")) < 0:
            self.more()
        end += 4
        for line in self.kept[:end].split(b"\r\n")[1:]:
            name, _, value = line.lower().partition(b":")
            if name == b"content-length":
                end += int(value)
            elif name == b"transfer-encoding":
                end = self._end_of_chunks(end)
        while len(self.kept) < end:
            self.more()
        message, self.kept = self.kept[:end], self.kept[end:]
        return message

    def _end_of_chunks(self, at: int) -> int:
        """Where a body in chunks ends that begins at `at` (RFC 9112 §7.1, without trailers)."""
        while True:
            while (line := self.kept.find(b"\r\n", at)) < 0:
                self.more()
            size = int(self.kept[at:line].partition(b";")[0], 16)
            at = line + 2 + size + 2
            while len(self.kept) < at:
                self.more()
            if not size:
                return at


@dataclass
class Line:
    """One desk's line. `target` is asked for an address of central for every connection."""

    target: Callable[[], str]
    kill_central: Callable[[], None]
    kill_desk: Callable[[], None]
    plugged: bool = True
    met: list[str] = field(default_factory=list)
    _armed: deque[Trouble] = field(default_factory=deque)
    _kept: list[tuple[int, bytes]] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def arm(self, trouble: Trouble) -> None:
        with self._lock:
            self._armed.append(trouble)

    def pull_out(self) -> None:
        self.plugged = False
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def calm(self) -> None:
        """No more trouble."""
        with self._lock:
            self._armed.clear()
        self.plugged = True

    def heal(self) -> None:
        """What was held back comes to central now."""
        with self._lock:
            kept, self._kept = self._kept, []
        for _later, request in kept:
            self._bring(request)

    def close(self) -> None:
        self._closed.set()
        self.pull_out()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    # ---- connections

    def _accept(self) -> None:
        while True:
            try:
                desk, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(desk,), daemon=True).start()

    def _central(self) -> socket.socket:
        address = urlsplit(self.target())
        there = socket.create_connection((address.hostname or "", address.port or 0), timeout=_PATIENCE_S)
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return there

    def _serve(self, desk: socket.socket) -> None:
        with desk:
            desk.settimeout(_PATIENCE_S * 2)
            with self._lock:
                self._open.add(desk)
            try:
                if self.plugged:
                    with self._central() as there:
                        self._carry(_Stream(desk), _Stream(there))
            except (OSError, _Broken, ValueError):
                pass
            finally:
                with self._lock:
                    self._open.discard(desk)

    def _carry(self, desk: _Stream, there: _Stream) -> None:
        while True:
            request = desk.message()
            if not self.plugged:
                raise _Broken
            with self._lock:
                trouble = self._armed.popleft() if self._armed else None
            self._bring_what_is_due()
            if trouble is None:
                there.side.sendall(request)
                desk.side.sendall(there.message())
            else:
                self.met.append(trouble.kind)
                self._suffer(trouble, request, desk, there)

    def _suffer(self, trouble: Trouble, request: bytes, desk: _Stream, there: _Stream) -> None:
        match trouble.kind:
            case "cut request":
                there.side.sendall(request[: int(len(request) * trouble.share)])
                raise _Broken
            case "cut answer":
                there.side.sendall(request)
                answer = there.message()
                desk.side.sendall(answer[: int(len(answer) * trouble.share)])
                raise _Broken
            case "lose answer":
                there.side.sendall(request)
                there.message()
                raise _Broken
            case "twice":
                self._bring(request)
                there.side.sendall(request)
                desk.side.sendall(there.message())
            case "echo":
                there.side.sendall(request)
                desk.side.sendall(there.message())
                self._keep(trouble.later, request)
            case "hold back":
                self._keep(trouble.later, request)
                raise _Broken
            case "delay":
                self._closed.wait(trouble.share * _LONGEST_DELAY_S)
                there.side.sendall(request)
                desk.side.sendall(there.message())
            case "kill central":
                there.side.sendall(request[: int(len(request) * min(1.0, trouble.share * 2))])
                self._closed.wait(max(0.0, trouble.share - 0.5) * 0.05)
                self.kill_central()
                raise _Broken
            case "kill desk":
                there.side.sendall(request)
                answer = there.message() if trouble.share < 0.7 else b""
                desk.side.sendall(answer[: int(len(answer) * trouble.share)])
                self.kill_desk()
                raise _Broken

    # ---- what comes later

    def _keep(self, later: int, request: bytes) -> None:
        with self._lock:
            self._kept.append((later, request))

    def _bring_what_is_due(self) -> None:
        with self._lock:
            counted = [(later - 1, request) for later, request in self._kept]
            self._kept = [one for one in counted if one[0] > 0]
        for later, request in counted:
            if later <= 0:
                self._bring(request)

    def _bring(self, request: bytes) -> None:
        """Bring a request to central on a connection of its own; nobody hears the answer."""
        with contextlib.suppress(OSError, _Broken, ValueError), self._central() as there:
            there.sendall(request)
            _Stream(there).message()
