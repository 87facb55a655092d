"""Drives the chip's conversation over any wire, and keeps it within its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from clerk_app.desk.ports import Access, Cancel, CardReading, Clock, Progress
from clerk_app.devices import card_faults
from clerk_app.devices.card_verdicts import Circumstances, judged
from clerk_app.devices.emrtd.apdu import NotCarried
from clerk_app.devices.emrtd.conversation import ChipContents, keys_of, read_chip
from clerk_app.domain.refusals import DeviceFault

LONGEST_READING_S = 60.0
MOST_APDUS = 4000
"""More commands than any card needs, even one that gives 32 octets at a time."""
_ON_PURPOSE_S = 2.0
"""No chip needs so long for one command of the opening unless it means to slow guessing down."""
_SECURE_MESSAGING = 0x0C
_WRONG = ("CARD_WRONG_NUMBER", "CARD_WRONG_KEY")
_REFUSED = ("CARD_ACCESS_REFUSED", "CARD_NOT_IDENTITY")
_NO_DIAGNOSIS = bytes.fromhex("6F00")
"""All that a broken chip says, to every command (ISO 7816-4 §5.1.3)."""


def read_identity(
    transmit: Callable[[bytes], bytes],
    access: Access,
    *,
    device: str,
    trusted: Sequence[bytes],
    practice: bool,
    clock: Clock,
    extended: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> CardReading:
    """Read and judge the card behind `transmit`. Raises `DeviceFault`; whatever `transmit` raises passes through, but
    for `NotCarried`: then the card is read without extended lengths."""
    keys = keys_of(access.can, access.number, access.born, access.expires)
    started = monotonic()
    talk = read_chip(keys, extended=extended, tell=progress)
    manners = _Manners(started)
    apdus = 0
    chip: ChipContents
    try:
        command = next(talk)
        while True:
            now = monotonic()
            if cancel is not None and cancel():
                raise card_faults.given_up()
            if apdus >= MOST_APDUS or now - started > LONGEST_READING_S:
                raise card_faults.too_slow()
            apdus += 1
            manners.asks(command, now)
            try:
                answer = transmit(command)
            except NotCarried as refused:
                manners.hears(monotonic())
                command = talk.throw(refused)
                continue
            manners.hears(monotonic(), answer)
            command = talk.send(answer)
    except StopIteration as done:
        chip = done.value
        if cancel is not None and cancel():
            raise card_faults.given_up() from None
    except DeviceFault as fault:
        raise manners.explained(fault, monotonic()) from fault
    finally:
        talk.close()
    took_ms = round((monotonic() - started) * 1000)
    return judged(chip, Circumstances(device, clock(), trusted, practice, apdus, took_ms))


class _Manners:
    """How the chip answers: later and later after wrong numbers, or only that something is wrong with it."""

    def __init__(self, now: float) -> None:
        self._asked = now
        self._opening = True
        self._slowest = 0.0
        self._only_complained = True

    def asks(self, command: bytes, now: float) -> None:
        self._asked = now
        self._opening = command[0] & _SECURE_MESSAGING != _SECURE_MESSAGING

    def hears(self, now: float, answer: bytes = b"") -> None:
        if self._opening:
            self._slowest = max(self._slowest, now - self._asked)
        self._only_complained &= answer in (b"", _NO_DIAGNOSIS)

    def explained(self, fault: DeviceFault, now: float) -> DeviceFault:
        """The fault with its true cause: a chip that waits on purpose is not one that lies badly on the reader, and one
        that never says why it does nothing has not refused this number."""
        if self._only_complained and fault.code in _REFUSED:
            return card_faults.mute()
        if self._opening and fault.code == "CARD_TOO_SLOW":
            self.hears(now)
            return card_faults.delaying() if self._slowest >= _ON_PURPOSE_S else fault
        if fault.code in _WRONG and self._slowest >= _ON_PURPOSE_S:
            return card_faults.after_delay(fault)
        return fault
