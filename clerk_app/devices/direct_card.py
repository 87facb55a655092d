"""A practice card read over a socket, where no PC/SC service can be had. The reader's name says so.

The framing is that of vpcd: a 16-bit length and a payload; one octet is a control code, more are a command APDU.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clerk_app.desk.ports import Access, Cancel, CardReading, Clock, Progress, ReaderState
from clerk_app.devices import card_faults
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.emrtd.files import extended_length
from clerk_app.devices.pcsc import historical_bytes

NAME = "Practice reader without PC/SC"
_POWER_ON, _ATR = b"\x01", b"\x04"
_CONNECT_S, _ANSWER_S, _LOOK_AGAIN_S = 0.5, 10.0, 0.2


class DirectCardReaders:
    """One reader that is a socket address (`desk.ports.CardReaders`); a card lies on it while something answers there.

    For training only: it believes the specimen authority alone.
    """

    def __init__(self, address: tuple[str, int], trusted: Sequence[bytes], clock: Clock) -> None:
        self._address = address
        self._trusted = tuple(trusted)
        self._clock = clock
        self._stopped = threading.Event()

    def believe(self, trusted: Sequence[bytes]) -> None:
        """From the next reading on these may vouch for a card."""
        self._trusted = tuple(trusted)

    def readers(self) -> tuple[ReaderState, ...]:
        """The one reader, and whether a card answers."""
        try:
            with self._line() as line:
                present = bool(_ask(line, _ATR))
        except OSError:
            present = False
        return (ReaderState(NAME, present, practice=True),)

    def read(
        self,
        access: Access,
        reader: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> CardReading:
        """Read the card that answers there."""
        if reader not in ("", NAME):
            raise card_faults.reader_unknown()
        try:
            with self._line() as line:
                atr = _ask(line, _ATR)
                line.sendall(b"\0\x01" + _POWER_ON)

                def transmit(command: bytes) -> bytes:
                    try:
                        return _ask(line, command)
                    except TimeoutError as slow:
                        raise card_faults.too_slow() from slow
                    except OSError as gone:
                        raise card_faults.torn() from gone

                return read_identity(
                    transmit,
                    access,
                    device=NAME,
                    trusted=self._trusted,
                    practice=True,
                    clock=self._clock,
                    extended=extended_length(historical_bytes(atr)),
                    progress=progress,
                    cancel=cancel,
                )
        except OSError as nobody:
            raise card_faults.no_card() from nobody

    def wait(self, known: tuple[ReaderState, ...], timeout_s: float) -> tuple[ReaderState, ...]:
        """Block until the card comes or goes, the time is over, or `stop` is called."""
        until = time.monotonic() + timeout_s
        while True:
            states = self.readers()
            left = until - time.monotonic()
            if states != known or left <= 0 or self._stopped.wait(min(_LOOK_AGAIN_S, left)):
                return states

    def stop(self) -> None:
        """Wake a `wait` in another thread; for good."""
        self._stopped.set()

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        with socket.create_connection(self._address, timeout=_CONNECT_S) as line:
            line.settimeout(_ANSWER_S)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield line


def _ask(line: socket.socket, payload: bytes) -> bytes:
    line.sendall(len(payload).to_bytes(2, "big") + payload)
    return _take(line, int.from_bytes(_take(line, 2), "big"))


def _take(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise ConnectionResetError("the card closed the line")
        data += part
    return data
