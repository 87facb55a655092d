"""Reading the elementary files of the chip (ICAO 9303-10 §3.6): few commands, bounded, whatever the chip says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import LONGEST_EXTENDED, LONGEST_SHORT, Answer, Channel, Command, Malformed, Talk

READ_BINARY, SELECT = 0xB0, 0xA4
LONGEST_FILE = 0x7FFF
"""READ BINARY with an even instruction reaches 15 bits of offset; no file of a citizen card is longer."""

_WRONG_LENGTH = (0x6700, 0x6B00)
_NOT_EXTENDED = (0x6A80, 0x6A86, 0x6883, 0x6884, 0x6D00, 0x6E00, 0x6F00)
"""What chips also say to a command of extended length that they do not take."""
_MODEST = (0xDF, 0xA0, 0x60, 0x20)
"""Lengths tried in turn with a chip that refuses the one that fits; 223 is the longest that always fits a short answer
under secure messaging."""


@dataclass(frozen=True, slots=True)
class File:
    """An elementary file: its identifier, its short identifier, its name in reports."""

    fid: int
    sfi: int
    name: str


CARD_ACCESS = File(0x011C, 0x1C, "EF.CardAccess")
SOD = File(0x011D, 0x1D, "EF.SOD")
DG1 = File(0x0101, 0x01, "DG1")
DG2 = File(0x0102, 0x02, "DG2")
DG13 = File(0x010D, 0x0D, "DG13")
DG14 = File(0x010E, 0x0E, "DG14")
DG15 = File(0x010F, 0x0F, "DG15")


class Reader:
    """Reads files over one channel, and later over another. `tell` hears (octets read, octets known to come)."""

    def __init__(self, channel: Channel, tell: Callable[[int, int], None] | None = None) -> None:
        self._channel = channel
        self._tell = tell or (lambda _done, _total: None)
        self._length = channel.room()
        self._longest = LONGEST_EXTENDED
        self._by_short_name = True
        self._done = 0

    def switch(self, channel: Channel) -> None:
        """Go on over another channel to the same chip; what was learned about the chip stays."""
        self._channel = channel
        self._length = min(channel.room(), self._longest)

    def read(self, file: File) -> Talk[bytes | None]:
        """The whole file with its outer tag, or None when the chip has none or does not give it.

        The short identifier saves a SELECT; a chip that does not know it is asked the long way from then on.
        Raises `DeviceFault` for contents that end too early or are longer than any file can be.
        """
        start = Answer(b"", 0)
        if self._by_short_name:
            start = yield from self._chunk(0x80 | file.sfi, 0, self._length)
        if not start.ok:
            selected = yield from self._channel.ask(Command(SELECT, 0x02, 0x0C, file.fid.to_bytes(2, "big")))
            if not selected.ok:
                return None
            start = yield from self._chunk(0, 0, self._length)
            if not start.ok:
                return None
            self._by_short_name = False
        try:
            _, at, length = tlv.header(start.data)
        except Malformed as wrong:
            raise card_faults.garbage(f"{file.name}: {wrong}") from wrong
        total = at + length
        if total > LONGEST_FILE:
            raise card_faults.garbage(f"{file.name}: too long")
        content = bytearray(start.data[:total])
        self._report(len(content), total - len(content))
        while len(content) < total:
            offset = len(content)
            part = yield from self._chunk(offset >> 8, offset & 0xFF, min(self._length, total - offset))
            if not part.ok or not part.data:
                raise card_faults.garbage(f"{file.name}: ends too early")
            content += part.data[: total - offset]
            self._report(len(part.data), total - len(content))
        return bytes(content)

    def _report(self, more: int, to_come: int) -> None:
        self._done += more
        self._tell(self._done, self._done + to_come)

    def _chunk(self, p1: int, p2: int, length: int) -> Talk[Answer]:
        """READ BINARY; a chip that refuses the length is asked for less, now and from then on."""
        answer = yield from self._channel.ask(Command(READ_BINARY, p1, p2, le=length))
        for modest in (shorter for shorter in _MODEST if shorter < length):
            if answer.status not in _WRONG_LENGTH and (length <= LONGEST_SHORT or answer.status not in _NOT_EXTENDED):
                break
            answer = yield from self._channel.ask(Command(READ_BINARY, p1, p2, le=modest))
            if answer.ok:
                self._length = self._longest = modest
        if len(answer.data) > max(length, LONGEST_SHORT):
            raise card_faults.garbage("READ BINARY: more than asked")
        return answer


def extended_length(historical: bytes) -> bool:
    """Whether the historical bytes of the ATR promise extended lengths (ISO 7816-4 §8.1.1.2.7, third software byte)."""
    if not historical or historical[0] not in (0x00, 0x80):
        return False
    at = 1
    while at < len(historical):
        tag, size = historical[at] >> 4, historical[at] & 0x0F
        if tag == 7 and size >= 3:
            return at + 3 < len(historical) and bool(historical[at + 3] & 0x40)
        at += 1 + size
    return False


def longest_answer(info: bytes) -> int:
    """How long an answer may be by EF.ATR/INFO (object 7F66, second number), within 256 to 65536 octets."""
    try:
        limits = tlv.first(info, 0x7F66)
        numbers = [int.from_bytes(value, "big") for tag, value in tlv.objects(limits) if tag == 0x02]
    except Malformed:
        return LONGEST_SHORT
    return max(LONGEST_SHORT, min(numbers[1], LONGEST_EXTENDED)) if len(numbers) == 2 else LONGEST_SHORT
