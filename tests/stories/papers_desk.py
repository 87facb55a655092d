"""A desk that scans, brings in files, makes, reads and archives pages with everything real, until it is killed.

`python -m tests.stories.papers_desk` imports everything once; for each line `STORE DOSSIER PDF PIPE` it forks a desk
that opens the store in that folder and works. Into the pipe it says its pid, then what it begins, and `page` for every
sheet that it has told of.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from clerk_app.devices.scanner.scanners import DeskScanners
from clerk_app.imaging.files import WorkerFiles
from clerk_app.imaging.maker import WorkerPageMaker
from clerk_app.imaging.reading import TesseractReader
from tests.desk.conftest import Desk, never
from tests.peers.pack import training_pack


def live(folder: Path, dossier: UUID, file: Path, say: Callable[[str], None]) -> None:
    """One citizen's papers, from the feeder to the archive."""
    desk = Desk(folder)
    desk.papers._scanners = DeskScanners()
    desk.wanted_scanner = ("test:0", "Automatic Document Feeder")
    desk.papers._files = WorkerFiles()
    desk.making._maker = maker = WorkerPageMaker(patience_s=300)
    desk.reading._reader = TesseractReader()
    desk.archive._text_of = desk.reading.text_of
    say("scanning")
    desk.papers.scan(dossier, "GKSK", lambda _: say("page"), never)
    say("bringing")
    desk.papers.bring_files(dossier, "GKSK", [file], lambda _: None, never)
    say("making")
    desk.making.finish(dossier)
    say("reading")
    desk.reading.finish(dossier, never)
    desk.cashier.take(dossier, "cash", 200_000)
    desk.intake.submit(dossier)
    say("archiving")
    troubles = desk.archive.make(dossier)
    assert not troubles.failed, troubles
    maker.close()
    desk.database.close()
    say("done")


def _say(line: int, word: str) -> None:
    os.write(line, f"{word}\n".encode())


def main() -> None:
    """Fork a desk for each line; children are nobody's."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    training_pack()
    for order in sys.stdin:
        folder, dossier, file, pipe = order.split()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line = os.open(pipe, os.O_WRONLY)
            os.write(line, f"{os.getpid()}\n".encode())
            try:
                live(Path(folder), UUID(dossier), Path(file), partial(_say, line))
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
