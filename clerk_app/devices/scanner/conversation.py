"""The desk's side of the line: starts a worker per question, hears its lines, ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from clerk_app.desk.ports import Cancel
from clerk_app.devices.faults import FAULTS, fault
from clerk_app.devices.scanner.protocol import Ask, AskCancel, Done, Fault, Say, line, say_from
from clerk_app.domain.refusals import DeviceFault

Hear = Callable[[Say], None]

_LOOK_EVERY_S = 0.02
_LONGEST_LINE = 16_384
_ROOT = Path(__file__).resolve().parents[3]


def worker_command() -> tuple[str, ...]:
    """How the worker is started from a checkout or a virtual environment."""
    return (sys.executable, "-m", "clerk_app.devices.scanner.worker")


@dataclass(frozen=True, slots=True)
class Workers:
    """How workers are started and how long they may be silent.

    `environment` is added to theirs. One that says nothing for `silence_s` seconds is given up, and one that was told
    to stop has `farewell_s` seconds for it.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = field(default_factory=worker_command)
    silence_s: float = 30.0
    farewell_s: float = 8.0

    def converse(self, ask: Ask, folder: Path, hear: Hear, cancel: Cancel) -> None:
        """One question to a fresh worker; returns when it is answered or cancelled, raises the fault it ended with."""
        with self._talk(ask, folder, hear) as talk:
            while not talk.over():
                if cancel():
                    talk.stop()
                # A file does not say when it has grown, and `cancel` is a question: both are asked again.
                time.sleep(_LOOK_EVERY_S)

    def ask_all(self, asks: Sequence[tuple[Ask, Hear]], folder: Path, cancel: Cancel) -> list[DeviceFault | None]:
        """Several questions at once, each to a worker of its own: what each ended with, None where it was answered.

        `cancel` ends them all with what was heard until then.
        """
        ends: list[DeviceFault | None] = [None] * len(asks)
        with ExitStack() as open_talks:
            running = {
                number: open_talks.enter_context(self._talk(ask, folder, hear))
                for number, (ask, hear) in enumerate(asks)
            }
            while running and not cancel():
                for number, talk in tuple(running.items()):
                    try:
                        over = talk.over()
                    except DeviceFault as problem:
                        over, ends[number] = True, problem
                    if over:
                        del running[number]
                if running:
                    # As in `converse`: files do not say when they have grown, here several at once.
                    time.sleep(_LOOK_EVERY_S)
        return ends

    @contextmanager
    def _talk(self, ask: Ask, folder: Path, hear: Hear) -> Iterator[_Talk]:
        # The worker writes to a file and the desk looks at it: the same on every system, no thread, and a worker that
        # writes garbage without end or nothing at all blocks nobody.
        number, name = tempfile.mkstemp(prefix="lines-", dir=folder)
        with (
            os.fdopen(number, "w+b") as lines,
            Path(name).open("rb") as heard,
            self._worker(lines.fileno()) as process,
        ):
            _tell(process, ask)
            yield _Talk(process, heard, hear, self.silence_s, self.farewell_s)

    @contextmanager
    def _worker(self, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
        """A worker in a process group of its own, gone with all its children when the block is left."""
        environment = os.environ | dict(self.environment)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_ROOT), environment.get("PYTHONPATH", "")]))
        try:
            process = subprocess.Popen(
                tuple(self.command),
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
            patience_s = self.farewell_s
            raise
        finally:
            _end(process, patience_s)


class _Talk:
    """One conversation under way, looked at from time to time: no method waits."""

    def __init__(
        self, process: subprocess.Popen[bytes], heard: IO[bytes], hear: Hear, silence_s: float, farewell_s: float
    ) -> None:
        self._process = process
        self._heard = heard
        self._hear = hear
        self._silence_s = silence_s
        self._farewell_s = farewell_s
        self._partial = b""
        self._stopping = False
        self._deadline = time.monotonic() + silence_s

    def stop(self) -> None:
        """Tell the worker to finish; telling it again changes nothing."""
        if not self._stopping:
            self._stopping = True
            self._deadline = time.monotonic() + self._farewell_s
            _tell(self._process, AskCancel())

    def over(self) -> bool:
        """Hear what was said meanwhile; whether that was the end. Raises the fault that it ended with."""
        ended = self._process.poll() is not None  # before looking, so that its last lines are seen
        for message in self._messages():
            match message:
                case Done():
                    return True
                case Fault(code=code):
                    if self._stopping:
                        return True
                    raise fault(code if code in FAULTS else "SCANNER_CRASHED")
                case _:
                    self._hear(message)
        if ended or time.monotonic() > self._deadline:
            if self._stopping:
                return True
            raise fault("SCANNER_CRASHED" if ended else "SCANNER_SILENT")
        return False

    def _messages(self) -> Iterator[Say]:
        while chunk := self._heard.readline(_LONGEST_LINE):
            self._partial += chunk
            if not self._partial.endswith(b"\n") and len(self._partial) < _LONGEST_LINE:
                continue
            text, self._partial = self._partial, b""
            try:
                message = say_from(text)
            except msgspec.MsgspecError as problem:
                raise fault("SCANNER_CRASHED") from problem
            if not self._stopping:
                self._deadline = time.monotonic() + self._silence_s
            yield message


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
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)  # a scanimage that outlived its worker
        except (ProcessLookupError, PermissionError):
            process.returncode = process.poll()
    process.wait()
