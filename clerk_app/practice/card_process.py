"""Lays a practice card on a reader and takes it away again: the card is a process, this is the hand that holds it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from clerk_app.domain.refusals import Refusal, Words

Address = tuple[str, int]


class CardNotLaid(Refusal):
    """CARD_NOT_LAID: the card's process ended instead of lying down; the text is what it said."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "CARD_NOT_LAID",
            Words(f"Không đặt được thẻ mẫu lên đầu đọc: {said}.", f"The specimen card was not laid: {said}."),
            Words("Sửa --person hoặc --fault rồi thử lại.", "Mend --person or --fault, and try again."),
        )


class NotObeyed(Exception):
    """The card does not know the order, or is gone; the text is what it said."""


class LaidCard:
    """A practice card that lies somewhere until `take_away`. Also a context manager."""

    def __init__(self, process: subprocess.Popen[str], address: Address) -> None:
        self._process = process
        self.address = address

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lies(self) -> bool:
        """Whether it still lies there, or was torn out."""
        return self._process.poll() is None

    def misbehave(self, *faults: str) -> None:
        """Be a card with these faults too from now on; `tear@3` counts from here. Returns once it is.

        Raises `NotObeyed`.
        """
        self._order(" ".join(("fault", *faults)))

    def heal(self) -> None:
        """Be a flawless card from now on. Returns once it is. Raises `NotObeyed`."""
        self._order("heal")

    def _order(self, line: str) -> None:
        if os.name == "nt":
            raise NotObeyed("a card takes no orders on this system")
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError as gone:
            raise NotObeyed("the card is gone") from gone
        said = self._process.stdout.readline().strip()
        if said != "ok":
            raise NotObeyed(said or "the card is gone")

    def take_away(self) -> None:
        """End the process and wait for its end; harmless when it is gone already."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                # What was ordered of a card that is gone lies in the pipe's buffer.
                with suppress(OSError):
                    pipe.close()

    def __enter__(self) -> LaidCard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.take_away()


def lay(person: int, reader: Address, faults: Sequence[str] = ()) -> LaidCard:
    """Lay the card of specimen `person` on the virtual PC/SC reader at `reader`. Returns once the reader has it.

    Raises `CardNotLaid` when there is no reader there.
    """
    return _start(person, "--connect", reader, faults)


def offer(person: int, address: Address = ("127.0.0.1", 0), faults: Sequence[str] = ()) -> LaidCard:
    """Let a card wait to be read directly, without a PC/SC service; its `address` says where."""
    return _start(person, "--listen", address, faults)


def _start(person: int, mode: str, address: Address, faults: Sequence[str]) -> LaidCard:
    command = [sys.executable, "-m", "clerk_app.practice.card", "--person", str(person), "--with-parent", "--obey"]
    command += [mode, f"{address[0]}:{address[1]}"]
    for fault in faults:
        command += ["--fault", fault]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stderr is not None
    word, _, where = process.stdout.readline().strip().partition(" ")
    if word == "laid":
        return LaidCard(process, address)
    if word == "listening":
        host, _, port = where.rpartition(":")
        return LaidCard(process, (host, int(port)))
    said = process.stderr.read().strip().splitlines()
    LaidCard(process, address).take_away()
    told = (
        said[-1].removeprefix("clerk_app.practice.card: error: ") if said else "the card's process ended without a word"
    )
    raise CardNotLaid(told)
