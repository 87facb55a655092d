"""A desk that is fed: takes pages from a scanner at the other end of a socket and makes them meanwhile, until killed.

`python -m tests.stories.feeding_desk` imports everything once; for each line `FOLDER DOSSIER SOCKET` it forks a desk
that opens the store in that folder. The desk says its pid, then one octet for every page that it
has told of; the last, when all are made, how much memory it ever had, in KB.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

from clerk_app.desk.page_ports import MadePage
from clerk_app.desk.ports import Cancel, ScannedPage
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import Words
from tests.desk import fakes
from tests.desk.conftest import Desk, never
from tests.peers.pack import training_pack

HEAD = struct.Struct(">I")
"""Before each page its length; 0 when the feeder is empty."""


class Feeder(fakes.Scanners):
    """A scanner that hands over what comes through the socket, one page at a time."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__()
        self.line = line

    def scan(
        self,
        device: str,
        source: str,
        on_page: Callable[[ScannedPage], None],
        cancel: Cancel,
        dpi: int = 300,
        on_notice: Callable[[Words], None] = lambda words: None,
    ) -> int:
        count = 0
        while length := HEAD.unpack(self._octets(HEAD.size))[0]:
            on_page(ScannedPage(self._octets(length), "image/png", 2480, 3508, 300))
            count += 1
        return count

    def _octets(self, count: int) -> bytes:
        octets = self.line.recv(count, socket.MSG_WAITALL)
        if len(octets) < count:
            raise EOFError
        return octets


class Maker(fakes.Maker):
    """Keeps nothing of what it is asked."""

    def make(self, sheet: bytes, dpi: int, wish: Wish, cancel: Cancel) -> tuple[MadePage, ...]:
        return (fakes.made(b"made of " + sheet),)


def live(folder: Path, dossier: UUID, address: str) -> None:
    """Take pages as a clerk would, the lane of making beside it."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    line.sendall(HEAD.pack(os.getpid()))
    desk = Desk(folder)
    desk.scanners = Feeder(line)
    desk.papers._scanners = desk.scanners
    desk.making._maker = Maker()
    came, over = Event(), Event()

    def made() -> None:
        while True:
            came.clear()
            last = over.is_set()
            while desk.making.make_next(dossier, never) is not None:
                pass
            if last:
                return
            came.wait()

    def told(_count: int) -> None:
        came.set()
        line.sendall(b"k")

    lane = Thread(target=made)
    lane.start()
    desk.papers.scan(dossier, "GKSK", told, never)
    over.set()
    came.set()
    lane.join()
    desk.database.close()
    line.sendall(HEAD.pack(most_memory_kb()))


def most_memory_kb() -> int:
    """The most that this process ever held in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def main() -> None:
    """Fork a desk for each line; children are nobody's."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    training_pack()
    for order in sys.stdin:
        folder, dossier, address = order.split()
        if os.fork() == 0:
            try:
                live(Path(folder), UUID(dossier), address)
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
