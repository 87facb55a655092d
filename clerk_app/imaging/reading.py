"""The print of a page, read by Tesseract in a program of its own: killed when given up, never in the desk's way.

The picture goes in by a pipe and the words come out by another, so nothing of a page is ever written to a file. One
thread at low priority: Tesseract's own threads wait for each other longer than they work, and the clerk goes on typing.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clerk_app.desk.ports import Cancel
from clerk_app.domain.pages import PageText, Turn
from clerk_app.imaging.reading_faults import fault
from clerk_app.imaging.reading_picture import Prepared, prepared
from clerk_app.imaging.reading_words import words_of

PROGRAM = "tesseract"
LANGUAGE = "vie"
"""Alone: with English beside it names lose their marks."""
LAYOUT = "3"
"""Tesseract's own analysis of the page. As one block (6) titles break, as sparse print (11) the rows of tables do."""
PAGE_S = 60.0
"""How long one page may take: twenty times what it does where nothing else runs."""
TITLE_S = 20.0
PRIORITY = 10
"""What is added to the niceness of the program (POSIX)."""
LARGEST_ANSWER = 8 * 1024 * 1024
_LOOK_EVERY_S = 0.1
_CHUNK = 65536
_SHARED = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata")
_LOCAL = ("/usr/local/share/tessdata", "/opt/homebrew/share/tessdata")


@dataclass(frozen=True, slots=True)
class TesseractReader:
    """Fulfils `desk.page_ports.PageReader`. `program` is asked again for every page: the setting may change."""

    program: Callable[[], str] = lambda: ""
    """Path or name of the program; empty is `tesseract` on the search path."""
    page_s: float = PAGE_S
    title_s: float = TITLE_S

    def available(self) -> bool:
        """Whether the program and its Vietnamese are where they usually lie; starts nothing."""
        return not self.lacks()

    def lacks(self) -> str:
        """The code of what is missing, or the empty text."""
        program = self._found()
        if program is None:
            return "READING_PROGRAM_MISSING"
        return "" if _language_of(Path(program)) is not None else "READING_LANGUAGE_MISSING"

    def read(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        """All the print, in reading order, NFC; boxes in the pixels of `page`. A second or two.

        Raises `DeviceFault` READING_….
        """
        return self._read(page, dpi, cancel, turned, self.page_s, upper=False)

    def title(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        """The same of the upper part alone. Half a second."""
        return self._read(page, dpi, cancel, turned, self.title_s, upper=True)

    def _read(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn, within_s: float, *, upper: bool) -> PageText:
        program = self._found()
        if program is None:
            raise fault("READING_PROGRAM_MISSING")
        picture = prepared(page, dpi, turned, upper)
        answer = _run(_command(program, picture), picture.data, within_s, cancel)
        return PageText(words_of(answer, picture), picture.width, picture.height)

    def _found(self) -> str | None:
        return shutil.which(self.program() or PROGRAM)


def _command(program: str, picture: Prepared) -> list[str]:
    return [program, "stdin", "stdout", "-l", LANGUAGE, "--psm", LAYOUT, "--dpi", str(picture.dpi), "tsv"]


def _run(command: list[str], picture: bytes, within_s: float, cancel: Cancel) -> str:
    deadline = time.monotonic() + within_s

    def goes_on() -> None:
        if cancel():
            raise fault("READING_GIVEN_UP")
        if time.monotonic() > deadline:
            raise fault("READING_TOO_SLOW")

    try:
        process = _started(command)
    except OSError as problem:
        raise fault("READING_PROGRAM_MISSING") from problem
    try:
        _hand_over(process, picture, goes_on)
        while True:
            goes_on()
            try:
                said, complaint = process.communicate(timeout=_LOOK_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                continue
    finally:
        _end(process)
    if process.returncode:
        missing = b"loading language" in complaint or b"Error opening data file" in complaint
        raise fault("READING_LANGUAGE_MISSING" if missing else "READING_CRASHED")
    if len(said) > LARGEST_ANSWER:
        raise fault("READING_CRASHED")
    return said.decode("utf-8", "replace")


def _hand_over(process: subprocess.Popen[bytes], picture: bytes, goes_on: Callable[[], None]) -> None:
    """Write the picture to the program, which reads all of it before it says anything.

    Where pipes cannot be waited for (Windows) the program is trusted to read; a program that ended is heard later.
    """
    pipe, process.stdin = process.stdin, None
    assert pipe is not None
    left = memoryview(picture)
    try:
        if os.name == "nt":
            pipe.write(left)
            left = left[len(left) :]
        else:
            os.set_blocking(pipe.fileno(), False)
        while left:
            goes_on()
            with selectors.DefaultSelector() as selector:
                selector.register(pipe, selectors.EVENT_WRITE)
                ready = selector.select(_LOOK_EVERY_S)
            if ready:
                left = left[os.write(pipe.fileno(), left[:_CHUNK]) :]
    except BrokenPipeError:
        return
    finally:
        with suppress(OSError):
            pipe.close()


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_surroundings(os.environ),
        start_new_session=True,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + PRIORITY)
    return process


def _surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    return dict(environment) | {"OMP_THREAD_LIMIT": "1"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it with its children if it still runs, and let go of the pipes."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # its group is its own
        process.kill()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


def _language_of(program: Path) -> Path | None:
    """The file of the Vietnamese data, if it lies where Tesseract looks."""
    set_by_hand = os.environ.get("TESSDATA_PREFIX", "")
    beside = program.resolve().parent / "tessdata"
    for folder in filter(None, (set_by_hand, str(beside), *_SHARED, *_LOCAL)):
        file = Path(folder) / f"{LANGUAGE}.traineddata"
        if file.is_file():
            return file
    return None
