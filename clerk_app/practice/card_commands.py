"""The wire between a practice card and its reader: what a command APDU says, how a long answer is given in parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.practice.card_crypto import Refused

_LONGEST_SHORT = 256
_GET_RESPONSE = 0xC0


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it came: four octets of header, data, octets wanted (None for none)."""

    header: bytes
    data: bytes = field(repr=False)
    wanted: int | None
    extended: bool

    @property
    def protected(self) -> bool:
        """Whether it comes under secure messaging."""
        return self.header[0] & 0x0C == 0x0C

    @property
    def fetches(self) -> bool:
        """Whether it only asks for the rest of an answer."""
        return self.header[1] == _GET_RESPONSE and not self.protected

    @property
    def room(self) -> int:
        """How many octets of answer the other side has room for."""
        return self.wanted or (65536 if self.extended else _LONGEST_SHORT)


def parse(command: bytes) -> Command:
    """A short or extended command (ISO 7816-4 §5.1). Raises `Refused` for one that is neither."""
    header, rest = command[:4], command[4:]
    if len(header) < 4:
        raise Refused(0x6700)
    if not rest:
        return Command(header, b"", None, extended=False)
    if len(rest) == 1:
        return Command(header, b"", rest[0] or 256, extended=False)
    if rest[0]:
        data, tail = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
        if len(data) != rest[0] or len(tail) > 1:
            raise Refused(0x6700)
        return Command(header, data, (tail[0] or 256) if tail else None, extended=False)
    if len(rest) == 3:
        return Command(header, b"", int.from_bytes(rest[1:], "big") or 65536, extended=True)
    size = int.from_bytes(rest[1:3], "big")
    data, tail = rest[3 : 3 + size], rest[3 + size :]
    if len(data) != size or len(tail) not in (0, 2):
        raise Refused(0x6700)
    return Command(header, data, (int.from_bytes(tail, "big") or 65536) if tail else None, extended=True)


class Parts:
    """An answer that does not fit, or waits to be fetched: 61xx, and the rest by GET RESPONSE (ISO 7816-4 §7.6.1)."""

    def __init__(self) -> None:
        self._rest = b""

    def forget(self) -> None:
        """Whoever asks for something else gives up the rest."""
        self._rest = b""

    def first(self, answer: bytes, room: int, *, wait: bool) -> bytes:
        """What goes out at once; with `wait` nothing but the announcement."""
        self._rest = answer
        if wait and len(answer) > 2:
            return self._announcement()
        return self.next(room)

    def next(self, room: int) -> bytes:
        """The next part. Raises `Refused` when nothing is held back."""
        if not self._rest:
            raise Refused(0x6985)
        if len(self._rest) - 2 <= room:
            part, self._rest = self._rest, b""
            return part
        part, self._rest = self._rest[:room], self._rest[room:]
        return part + self._announcement()

    def _announcement(self) -> bytes:
        return bytes((0x61, min(len(self._rest) - 2, _LONGEST_SHORT) % _LONGEST_SHORT))
