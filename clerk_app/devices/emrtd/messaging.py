"""Secure messaging: every command and answer encrypted and authenticated (ICAO 9303-11 §9.8)."""

from __future__ import annotations

import hmac

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import (
    LONGEST_EXTENDED,
    LONGEST_SHORT,
    Answer,
    Command,
    Malformed,
    Talk,
    exchange,
)
from clerk_app.devices.emrtd.ciphers import KeyedSuite, SessionKeys, pad, unpad

_PROTECTED = 0x0C
_STATUS_AND_MAC = 4 + 10
"""Octets of the two objects that end every protected answer: 99 with the status, 8E with the MAC."""


class Protected:
    """The channel after PACE, BAC or chip authentication. `longest` is how long an answer may be, `heard` how many
    authentic ones came."""

    def __init__(self, keys: SessionKeys, longest_answer: int = LONGEST_SHORT) -> None:
        self._suite = keys.suite
        self._keyed = KeyedSuite(keys)
        self._counter = int.from_bytes(keys.counter, "big")
        self.longest = longest_answer
        self.heard = 0

    def ask(self, command: Command) -> Talk[Answer]:
        """Send one command under protection. Raises `DeviceFault` when the answer is not authentic."""
        answer = self.reveal((yield from exchange(self.protect(command))))
        self.heard += 1
        return answer

    def room(self) -> int:
        """The longest plain text whose protected form fits into one answer: 223 under AES, 231 under 3DES."""
        return self.room_in(self.longest)

    def room_in(self, longest: int) -> int:
        """The longest plain text whose protected form fits into `longest` octets."""
        for head in (2, 3, 4):
            cryptogram = longest - _STATUS_AND_MAC - head - 1
            cryptogram -= cryptogram % self._suite.block
            if cryptogram + 1 < (0x80, 0x100, 0x10000)[head - 2]:
                return cryptogram - 1
        raise ValueError(longest)

    def protect(self, command: Command) -> Command:
        """The command as the chip must get it: header authenticated, data encrypted, length wanted authenticated."""
        block = self._suite.block
        ssc = self._advance()
        head = bytes((command.cla | _PROTECTED, command.ins, command.p1, command.p2))
        content = b""
        if command.data:
            content += tlv.encode(0x87, b"\x01" + self._keyed.encrypt(pad(command.data, block), ssc))
        if command.le is not None:
            wanted = (
                bytes((command.le % LONGEST_SHORT,))
                if command.le <= LONGEST_SHORT
                else (command.le % LONGEST_EXTENDED).to_bytes(2, "big")
            )
            content += tlv.encode(0x97, wanted)
        content += tlv.encode(0x8E, self._keyed.mac(ssc + pad(head, block) + content))
        le = LONGEST_EXTENDED if (command.le or 0) > LONGEST_SHORT else LONGEST_SHORT
        return Command(command.ins, command.p1, command.p2, content, le, command.cla | _PROTECTED)

    def reveal(self, answer: Answer) -> Answer:
        """The plain answer. Raises `DeviceFault` when MAC, status or padding do not hold."""
        if not answer.data:
            raise card_faults.session_lost()
        ssc = self._advance()
        try:
            parts = list(tlv.objects(answer.data))
            if not parts or parts[-1][0] != 0x8E or len(parts) > 3:
                raise Malformed("order of objects")
            cut = len(answer.data) - len(tlv.encode(*parts[-1]))
            if not hmac.compare_digest(self._keyed.mac(ssc + answer.data[:cut]), parts[-1][1]):
                raise card_faults.session_lost()
            found = dict(parts)
            status = int.from_bytes(found[0x99], "big") if len(found.get(0x99, b"")) == 2 else answer.status
            if status != answer.status:
                raise Malformed("status")
            cryptogram = found.get(0x87, b"")
            if not cryptogram:
                return Answer(b"", status)
            if cryptogram[0] != 1:
                raise Malformed("padding indicator")
            return Answer(unpad(self._keyed.decrypt(cryptogram[1:], ssc)), status)
        except Malformed as wrong:
            raise card_faults.garbage(f"secure messaging: {wrong}") from wrong

    def _advance(self) -> bytes:
        self._counter = (self._counter + 1) % (1 << 8 * self._suite.block)
        return self._counter.to_bytes(self._suite.block, "big")
