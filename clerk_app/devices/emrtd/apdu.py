"""Command and answer APDUs (ISO 7816-4), and the innermost step of every conversation: ask, be answered."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from clerk_app.devices import card_faults

T = TypeVar("T")
Talk = Generator[bytes, bytes, T]
"""A conversation: yields command APDUs, is sent answer APDUs, returns what it learned."""

OK = 0x9000
END_OF_FILE = 0x6282
LONGEST_SHORT = 256
LONGEST_EXTENDED = 65536
_LONGEST_ANSWER = LONGEST_EXTENDED + 2


class Malformed(ValueError):
    """Bytes from a chip that are not what the standard says. Its text names the structure, never the content."""


class NotCarried(Exception):
    """The reader's driver took no command of extended length. Thrown into a conversation by whoever drives it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `le` is how many bytes are wanted, None for none; more than 256 makes it an extended APDU."""

    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int | None = None
    cla: int = 0x00

    def encode(self) -> bytes:
        """The command as it goes over the wire (ISO 7816-4 §5.1, cases 1 to 4)."""
        head = bytes((self.cla, self.ins, self.p1, self.p2))
        if len(self.data) <= 255 and (self.le or 0) <= LONGEST_SHORT:
            body = bytes((len(self.data),)) + self.data if self.data else b""
            tail = b"" if self.le is None else bytes((self.le % LONGEST_SHORT,))
            return head + body + tail
        body = b"\0" + len(self.data).to_bytes(2, "big") + self.data if self.data else b""
        tail = b"" if self.le is None else (self.le % LONGEST_EXTENDED).to_bytes(2, "big")
        return head + body + (tail if self.data or self.le is None else b"\0" + tail)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: data and the status word."""

    data: bytes = field(repr=False)
    status: int

    @property
    def ok(self) -> bool:
        """Whether the command was carried out (9000, or the end of a file with data)."""
        return self.status == OK or (self.status == END_OF_FILE and bool(self.data))


class Channel(Protocol):
    """A way to ask the chip: in the clear, or under secure messaging."""

    def ask(self, command: Command) -> Talk[Answer]: ...

    def room(self) -> int:
        """How many bytes of a file fit into one answer."""
        ...


def exchange(command: Command) -> Talk[Answer]:
    """Send one command, fetch what the card holds back (61xx) and repeat with the length it asks for (6Cxx)."""
    answer = _answer((yield command.encode()))
    if answer.status >> 8 == 0x6C and answer.status & 0xFF:
        fitting = Command(command.ins, command.p1, command.p2, command.data, answer.status & 0xFF, command.cla)
        answer = _answer((yield fitting.encode()))
    data = answer.data
    while answer.status >> 8 == 0x61:
        more = Command(0xC0, 0, 0, le=answer.status & 0xFF or LONGEST_SHORT)
        answer = _answer((yield more.encode()))
        data += answer.data
        if (answer.status >> 8 == 0x61 and not answer.data) or len(data) > _LONGEST_ANSWER:
            raise card_faults.garbage("GET RESPONSE")
    return Answer(data, answer.status)


def _answer(raw: bytes) -> Answer:
    if not 2 <= len(raw) <= _LONGEST_ANSWER:
        raise card_faults.garbage("APDU")
    return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))


def is_extended(command: bytes) -> bool:
    """Whether an encoded command has extended length (ISO 7816-4 §5.1)."""
    return len(command) > 5 and command[4] == 0


def tries_left(status: int) -> int | None:
    """The retry counter in a status word 63Cx (ISO 7816-4 §5.1.3)."""
    return status & 0x0F if status & 0xFFF0 == 0x63C0 else None


class InTheClear:
    """The channel before the chip is opened."""

    def __init__(self, longest_answer: int = LONGEST_SHORT) -> None:
        self._longest = longest_answer

    def ask(self, command: Command) -> Talk[Answer]:
        """Send the command as it stands."""
        return (yield from exchange(command))

    def room(self) -> int:
        """The whole answer is file content."""
        return self._longest
