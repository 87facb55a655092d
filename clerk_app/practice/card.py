"""A practice citizen card as a process of its own: `python -m clerk_app.practice.card --person 1 --connect HOST:PORT`.

`--connect` lays it on a virtual PC/SC reader (vpcd): connecting is laying it down, closing is taking it away.
`--listen` waits for a program that reads without a PC/SC service; the framing is the same. Every message is a 16-bit
length and a payload; one octet is a control code (0 off, 1 on, 2 reset, 4 ATR), more are a command.
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
from clerk_app.practice.card_chip import Chip, TornOut
from clerk_app.practice.card_faults import CardFaults, parse

_POWER_OFF, _POWER_ON, _RESET, _ATR = 0, 1, 2, 4
_PATIENCE_S = 10.0
_BETWEEN_TRIES_S = 0.1


class _Gone(Exception):
    """The other side closed the line."""


class _Line:
    """One framed connection and the chip behind it."""

    def __init__(self, connection: socket.socket, chip: Chip, slow_ms: int) -> None:
        self._socket = connection
        self._chip = chip
        self._slow_s = slow_ms / 1000
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve_one(self) -> None:
        """Take one message and answer it. Raises `_Gone`, `TornOut`."""
        payload = self._take(int.from_bytes(self._take(2), "big"))
        if len(payload) == 1:
            if payload[0] == _ATR:
                self._give(self._chip.atr)
            elif payload[0] in (_POWER_OFF, _POWER_ON, _RESET):
                self._chip.reset()
        elif payload:
            due = time.perf_counter() + self._slow_s
            answer = self._chip.answer(payload)
            if self._slow_s:
                # A slow card is slow with everything it does: its own work counts into the time.
                time.sleep(max(0.0, due - time.perf_counter()))
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
    options.add_argument("--with-parent", action="store_true", help="end when the starting process ends")
    given = options.parse_args(arguments)
    try:
        faults = parse(given.fault)
        citizen = specimens.specimen(given.person)
    except (ValueError, IndexError) as wrong:
        options.error(str(wrong) or f"there is no specimen citizen {given.person}")
    signal.signal(signal.SIGTERM, _leave)
    parent = os.getppid() if given.with_parent else 0
    host, _, port = (given.connect or given.listen).rpartition(":")
    if given.connect:
        return _lie_on_reader(Chip(citizen, faults), faults, (host, int(port)), parent)
    return _wait_to_be_read(citizen, faults, (host, int(port)), parent)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _orphaned(parent: int) -> bool:
    return bool(parent) and os.getppid() != parent


def _lie_on_reader(chip: Chip, faults: CardFaults, address: tuple[str, int], parent: int) -> int:
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
            line = _Line(connection, chip, faults.slow_ms)
            ready.register(connection, selectors.EVENT_READ)
            if not told:
                print("laid", flush=True)
                told = True
            try:
                while not _orphaned(parent):
                    if ready.select(timeout=1):
                        line.serve_one()
            except TornOut:
                return 0
            except _Gone:
                until = time.monotonic() + _PATIENCE_S
    if not told:
        print(f"no reader at {address[0]}:{address[1]}", file=sys.stderr)
        return 1
    return 0


def _wait_to_be_read(citizen: specimens.Specimen, faults: CardFaults, address: tuple[str, int], parent: int) -> int:
    """Serve every connection its own session with the chip."""
    with socket.create_server(address) as server, selectors.DefaultSelector() as ready:
        ready.register(server, selectors.EVENT_READ)
        template = Chip(citizen, faults)
        host, port = server.getsockname()[:2]
        print(f"listening {host}:{port}", flush=True)
        while not _orphaned(parent):
            for key, _ in ready.select(timeout=1):
                if key.fileobj is server:
                    connection, _ = server.accept()
                    line = _Line(connection, template.twin(), faults.slow_ms)
                    ready.register(connection, selectors.EVENT_READ, line)
                    continue
                connection = key.fileobj  # type: ignore[assignment]
                try:
                    key.data.serve_one()
                except _Gone:
                    ready.unregister(connection)
                    connection.close()
                except TornOut:
                    return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
