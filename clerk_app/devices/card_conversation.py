"""Drives the chip's conversation over any wire, and keeps it within its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from clerk_app.desk.ports import Access, CardReading, Clock, Progress
from clerk_app.devices import card_faults
from clerk_app.devices.card_verdicts import Circumstances, judged
from clerk_app.devices.emrtd.conversation import ChipContents, keys_of, read_chip

LONGEST_READING_S = 60.0
MOST_APDUS = 4000
"""More commands than any card needs, even one that gives 32 octets at a time."""


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
) -> CardReading:
    """Read and judge the card behind `transmit`. Raises `DeviceFault`; whatever `transmit` raises passes through."""
    keys = keys_of(access.can, access.number, access.born, access.expires)
    started = time.monotonic()
    talk = read_chip(keys, extended=extended, tell=progress)
    apdus = 0
    chip: ChipContents
    try:
        command = next(talk)
        while True:
            if apdus >= MOST_APDUS or time.monotonic() - started > LONGEST_READING_S:
                raise card_faults.too_slow()
            apdus += 1
            command = talk.send(transmit(command))
    except StopIteration as done:
        chip = done.value
    finally:
        talk.close()
    took_ms = round((time.monotonic() - started) * 1000)
    return judged(chip, Circumstances(device, clock(), trusted, practice, apdus, took_ms))
