"""A practice citizen card as a process of its own: `python -m clerk_app.practice.card --person 1 --connect HOST:PORT`.

`--connect` lays it on a virtual PC/SC reader (vpcd): connecting is laying it down, closing is taking it away.
`--listen` waits for a program that reads without a PC/SC service; the framing is the same. Every message is a 16-bit
length and a payload; one octet is a control code (0 off, 1 on, 2 reset, 4 ATR), more are a command.

With `--obey` it takes orders while it lies there, a line each on its standard input, and says `ok` or what is wrong:
`fault tear@3 no-aa` makes it another card from now on, with commands counted anew, `heal` makes it flawless.
"""

from __future__ import annotations

import argparse
import os
import selectors
import signal
import socket
import sys
import time
from types import FrameType

from clerk_app.practice import specimens
from clerk_app.practice.card_chip import Chip, Moved, TornOut
from clerk_app.practice.card_faults import CardFaults, parse

_POWER_OFF, _POWER_ON, _RESET, _ATR = 0, 1, 2, 4
_PATIENCE_S = 10.0
_BETWEEN_TRIES_S = 0.1
_IN_THE_HAND_S = 1.0
"""How long a card that is being moved is off the reader."""


class _Gone(Exception):
    """The other side closed the line."""


class _Line:
    """One framed connection and the chip behind it."""

    def __init__(self, connection: socket.socket, chip: Chip) -> None:
        self._socket = connection
        self.chip = chip
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve_one(self) -> None:
        """Take one message and answer it. Raises `_Gone`, `TornOut`."""
        payload = self._take(int.from_bytes(self._take(2), "big"))
        if len(payload) == 1:
            if payload[0] == _ATR:
                self._give(self.chip.atr)
            elif payload[0] in (_POWER_OFF, _POWER_ON, _RESET):
                self.chip.reset()
        elif payload:
            begun = time.perf_counter()
            answer = self.chip.answer(payload)
            wait_s = (self.chip.faults.slow_ms + self.chip.delay_ms) / 1000
            if wait_s:
                # A slow card is slow with everything it does: its own work counts into the time.
                time.sleep(max(0.0, begun + wait_s - time.perf_counter()))
            self._give(answer)

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            # vpcd writes length and body apart; without a quick ACK each answer would wait 40 ms for Nagle.
            if hasattr(socket, "TCP_QUICKACK"):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            try:
                part = self._socket.recv(count - len(data))
            except OSError as gone:
                raise _Gone from gone
            if not part:
                raise _Gone
            data += part
        return data

    def _give(self, payload: bytes) -> None:
        try:
            self._socket.sendall(len(payload).to_bytes(2, "big") + payload)
        except OSError as gone:
            raise _Gone from gone


class _Orders:
    """What is written on the standard input while the card lies there. `words` are the faults it was laid with."""

    def __init__(self, words: list[str], *, listening: bool) -> None:
        self._words = list(words)
        self._open = listening
        self._partial = b""

    def watch(self, ready: selectors.BaseSelector) -> None:
        """Have the selector wake up for an order too."""
        if self._open:
            ready.register(0, selectors.EVENT_READ)

    def take(self, ready: selectors.BaseSelector, *chips: Chip) -> None:
        """Carry out the orders that came; each is answered when every chip has become what it says."""
        data = os.read(0, 4096)
        if not data:
            self._open = False
            ready.unregister(0)
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            try:
                faults = self._meant(line.decode("utf-8", "replace").split())
            except ValueError as wrong:
                print(wrong, flush=True)
                continue
            for chip in chips:
                chip.become(faults)
            print("ok", flush=True)

    def _meant(self, words: list[str]) -> CardFaults:
        match words:
            case ["heal"]:
                self._words = []
            case ["fault", *more] if more:
                parse(more)
                self._words += more
            case _:
                raise ValueError(f"unknown order {' '.join(words)!r}; known: fault NAME…, heal")
        return parse(self._words)


def main(arguments: list[str] | None = None) -> int:
    """Run until taken away: by SIGTERM, by the end of the parent process, by a `tear`, or by a reader that is gone."""
    options = argparse.ArgumentParser(prog="clerk_app.practice.card", description=__doc__)
    options.add_argument("--person", type=int, default=1, help="specimen citizen, from 1")
    where = options.add_mutually_exclusive_group(required=True)
    where.add_argument("--connect", metavar="HOST:PORT", help="lay the card on a virtual PC/SC reader")
    where.add_argument("--listen", metavar="HOST:PORT", help="wait to be read directly; port 0 takes a free one")
    options.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="tear@12, slow=10, altered-dg1, …"
    )
    options.add_argument("--obey", action="store_true", help="take orders on the standard input")
    options.add_argument("--with-parent", action="store_true", help="end when the starting process ends")
    given = options.parse_args(arguments)
    try:
        faults = parse(given.fault)
        chip = Chip(specimens.specimen(given.person), faults)
    except (ValueError, IndexError) as wrong:
        options.error(str(wrong) or f"there is no specimen citizen {given.person}")
    signal.signal(signal.SIGTERM, _leave)
    parent = os.getppid() if given.with_parent else 0
    orders = _Orders(given.fault, listening=given.obey and os.name != "nt")
    host, _, port = (given.connect or given.listen).rpartition(":")
    if given.connect:
        return _lie_on_reader(chip, orders, (host, int(port)), parent)
    return _wait_to_be_read(chip, orders, (host, int(port)), parent)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _orphaned(parent: int) -> bool:
    return bool(parent) and os.getppid() != parent


def _lie_on_reader(chip: Chip, orders: _Orders, address: tuple[str, int], parent: int) -> int:
    """Stay on the reader; when the PC/SC service restarts, the card still lies there and is met again."""
    told = False
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and not _orphaned(parent):
        try:
            connection = socket.create_connection(address, timeout=1)
        except OSError:
            time.sleep(_BETWEEN_TRIES_S)
            continue
        with connection, selectors.DefaultSelector() as ready:
            connection.settimeout(None)
            chip.reset()
            line = _Line(connection, chip)
            ready.register(connection, selectors.EVENT_READ)
            orders.watch(ready)
            if not told:
                print("laid", flush=True)
                told = True
            try:
                while not _orphaned(parent):
                    for key, _ in ready.select(timeout=1):
                        if key.fileobj is connection:
                            line.serve_one()
                        else:
                            orders.take(ready, chip)
            except _Gone:
                away_s = 0.0
            except Moved:
                away_s = _IN_THE_HAND_S
            except TornOut:
                return 0
            else:
                return 0
        time.sleep(away_s)
        until = time.monotonic() + _PATIENCE_S
    if not told:
        print(f"no reader at {address[0]}:{address[1]}", file=sys.stderr)
        return 1
    return 0


def _wait_to_be_read(chip: Chip, orders: _Orders, address: tuple[str, int], parent: int) -> int:
    """Serve every connection its own session with the chip."""
    told = False
    while not _orphaned(parent):
        with socket.create_server(address) as server, selectors.DefaultSelector() as ready:
            ready.register(server, selectors.EVENT_READ)
            orders.watch(ready)
            address = server.getsockname()[:2]
            if not told:
                print(f"listening {address[0]}:{address[1]}", flush=True)
                told = True
            try:
                _serve(server, ready, chip, orders, parent)
            except Moved:
                pass
            except TornOut:
                return 0
            finally:
                for key in list(ready.get_map().values()):
                    if isinstance(key.fileobj, socket.socket):
                        key.fileobj.close()
        time.sleep(_IN_THE_HAND_S)
    return 0


def _serve(server: socket.socket, ready: selectors.BaseSelector, chip: Chip, orders: _Orders, parent: int) -> None:
    """Serve until the parent is gone. Raises `TornOut`."""
    while not _orphaned(parent):
        for key, _ in ready.select(timeout=1):
            if key.fileobj is server:
                connection, _ = server.accept()
                ready.register(connection, selectors.EVENT_READ, _Line(connection, chip.twin()))
            elif isinstance(key.data, _Line) and isinstance(key.fileobj, socket.socket):
                try:
                    key.data.serve_one()
                except _Gone:
                    ready.unregister(key.fileobj)
                    key.fileobj.close()
            else:
                lines = [key.data for key in ready.get_map().values() if isinstance(key.data, _Line)]
                orders.take(ready, chip, *(line.chip for line in lines))


if __name__ == "__main__":
    sys.exit(main())
