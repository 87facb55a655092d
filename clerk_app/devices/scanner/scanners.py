"""The desk's side of a scan: starts the worker, hears its lines, takes its pages, ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

import msgspec

from clerk_app.desk.ports import Cancel, ScannedPage, ScannerState
from clerk_app.devices.faults import FAULTS, fault
from clerk_app.devices.scanner.protocol import (
    Ask,
    AskCancel,
    AskDevices,
    AskScan,
    Device,
    Done,
    Fault,
    Page,
    Progress,
    Say,
    line,
    say_from,
)
from clerk_app.domain.refusals import DeviceFault

_LOOK_EVERY_S = 0.02
_LONGEST_LINE = 16_384
_FOLDER = "quay-scan-"
_STALE_S = 6 * 3600
_ROOT = Path(__file__).resolve().parents[3]


def worker_command() -> tuple[str, ...]:
    """How the worker is started from a checkout or a virtual environment."""
    return (sys.executable, "-m", "clerk_app.devices.scanner.worker")


class SaneScanners:
    """Fulfils `ports.Scanners` with SANE.

    `environment` is added to the worker's (a private `SANE_CONFIG_DIR`, `QUAY_SCANNER_OPTIONS`). A scanner that says
    nothing for `silence_s` seconds is given up, and a worker that was told to stop has `farewell_s` seconds for it.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = MappingProxyType({}),
        command: Sequence[str] = (),
        silence_s: float = 30.0,
        farewell_s: float = 8.0,
    ) -> None:
        self._environment = dict(environment)
        self._command = tuple(command) or worker_command()
        self._silence_s = silence_s
        self._farewell_s = farewell_s

    def devices(self) -> tuple[ScannerState, ...]:
        """Every scanner SANE finds, those that are busy without their sources."""
        found: list[ScannerState] = []

        def hear(message: Say) -> None:
            if isinstance(message, Device):
                found.append(ScannerState(message.name, message.label, message.sources))

        with _private_folder() as folder:
            self._converse(AskDevices(driver="sane"), folder, hear, lambda: False)
        return tuple(found)

    def scan(
        self,
        device: str,
        source: str,
        on_page: Callable[[ScannedPage], None],
        cancel: Cancel,
        dpi: int = 300,
    ) -> int:
        """Scan until the source is empty; how many pages arrived, also when `cancel` said to stop.

        Raises `DeviceFault` (`SCANNER_…`) after the pages that came before it were handed over.
        """
        arrived = 0

        with _private_folder() as folder:

            def hear(message: Say) -> None:
                nonlocal arrived
                if isinstance(message, Page):
                    file = folder / Path(message.file).name
                    try:
                        data = file.read_bytes()
                        file.unlink()
                    except OSError as problem:
                        raise fault("SCANNER_CRASHED") from problem
                    on_page(ScannedPage(data, message.media, message.width, message.height, message.dpi))
                    arrived += 1

            ask = AskScan(driver="sane", device=device, source=source, dpi=dpi, folder=str(folder))
            self._converse(ask, folder, hear, cancel)
        return arrived

    def _converse(self, ask: Ask, folder: Path, hear: Callable[[Say], None], cancel: Cancel) -> None:
        """One question to a fresh worker; returns when it is answered or cancelled, raises the fault it ended with."""
        with (
            (folder / "lines").open("w+b") as lines,
            (folder / "lines").open("rb") as heard,
            self._worker(lines.fileno()) as process,
        ):
            _tell(process, ask)
            self._listen(process, heard, hear, cancel)

    def _listen(
        self, process: subprocess.Popen[bytes], heard: IO[bytes], hear: Callable[[Say], None], cancel: Cancel
    ) -> None:
        # The worker writes to a file and the desk looks at it: the same on every system, no thread, and a worker that
        # writes garbage without end or nothing at all blocks nobody.
        partial, stopping = b"", False
        deadline = time.monotonic() + self._silence_s
        while True:
            ended = process.poll() is not None  # before looking, so that its last lines are seen
            while chunk := heard.readline(_LONGEST_LINE):
                partial += chunk
                if not partial.endswith(b"\n") and len(partial) < _LONGEST_LINE:
                    continue
                message, partial = _understood(partial), b""
                if not stopping:
                    deadline = time.monotonic() + self._silence_s
                match message:
                    case Done():
                        return
                    case Fault(code=code):
                        if stopping:
                            return
                        raise fault(code if code in FAULTS else "SCANNER_CRASHED")
                    case Device() | Page() | Progress():
                        hear(message)
            if ended:
                if stopping:
                    return
                raise fault("SCANNER_CRASHED")
            if not stopping and cancel():
                stopping = True
                deadline = time.monotonic() + self._farewell_s
                _tell(process, AskCancel())
            if time.monotonic() > deadline:
                if stopping:
                    return
                raise fault("SCANNER_SILENT")
            # A file does not say when it has grown, and `cancel` is a question: both are asked again.
            time.sleep(_LOOK_EVERY_S)

    @contextmanager
    def _worker(self, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
        """A worker in a process group of its own, gone with all its children when the block is left."""
        environment = os.environ | self._environment
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_ROOT), environment.get("PYTHONPATH", "")]))
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as problem:
            raise fault("SCANNER_CRASHED") from problem
        patience_s = 0.5
        try:
            yield process
        except DeviceFault:
            raise
        except BaseException:  # the desk's own trouble: the scanner may still finish in good order
            patience_s = self._farewell_s
            raise
        finally:
            _end(process, patience_s)


def _understood(text: bytes) -> Say:
    try:
        return say_from(text)
    except msgspec.MsgspecError as problem:
        raise fault("SCANNER_CRASHED") from problem


def _tell(process: subprocess.Popen[bytes], ask: Ask) -> None:
    """Write a line; a worker that is gone already will be noticed by its end."""
    assert process.stdin is not None
    try:
        process.stdin.write(line(ask))
        process.stdin.flush()
    except OSError:
        return


def _end(process: subprocess.Popen[bytes], patience_s: float) -> None:
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            process.stdin = None
    try:
        process.wait(timeout=patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)  # a scanimage that outlived its worker
        except (ProcessLookupError, PermissionError):
            process.returncode = process.poll()
    process.wait()


def _sweep() -> None:
    """Remove what a power cut left behind: folders of scans that nothing has touched for hours."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        try:
            stale = time.time() - folder.stat().st_mtime > _STALE_S
        except OSError:  # another desk of this computer was quicker
            continue
        if stale:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder only this user can read, removed whatever happens: it holds other people's papers."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
