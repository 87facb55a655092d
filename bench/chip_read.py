"""chip-read: identity from a practice card behind a real pcscd — commands sent, host time, and a card of 10 ms.

The ideal number of commands follows from the files of the very card: opening the chip, then each file in reads as long
as one short answer can carry under secure messaging (223 octets under AES, 231 under 3DES). The host's time is compared
with the same number of bare exchanges of the same size through the same service.
"""

from __future__ import annotations

import math
import statistics
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.run import missing, row
from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.pcsc import PcscCardReaders
from clerk_app.practice import card_contents, card_process, pcscd, specimens
from clerk_app.practice.card_faults import CardFaults

NAMES = ("chip-read PACE", "chip-read BAC", "chip-read extended", "chip-read host", "chip-read CPU", "chip-read 10 ms")
RUNS, SLOW_RUNS = 9, 5
SLOW_MS = 10
# EF.CardAccess, MSE, four GENERAL AUTHENTICATE, SELECT. BAC: SELECT, challenge, authentication.
_OPEN_PACE, _OPEN_BAC = 7, 3
# MSE:Set AT and GENERAL AUTHENTICATE of chip authentication; its cipher on the card is AES.
_PROOF = 2
# SOD, DG14, then the proof, then DG1, DG13, DG2, DG15; DG3 is refused to everybody.
_BEFORE, _AFTER = (0x011D, 0x010E), (0x0101, 0x010D, 0x0102, 0x010F)
_READ_AES, _READ_3DES, _READ_EXTENDED = 223, 231, 2015
_NO_PEER = "no other reader with PACE installs from PyPI or Debian; Debian's mrtdreader (BAC) reads DG1 and DG2 only"


def run() -> list[dict[str, Any]]:
    """Six rows: commands under PACE, BAC and with extended length; host time and CPU of each; total on a slow card."""
    try:
        with pcscd.lease() as reader:
            return _rows(reader)
    except pcscd.Unavailable as why:
        return [missing(name, f"no PC/SC service: {why}") for name in NAMES]


def _rows(reader: pcscd.PracticeReader) -> list[dict[str, Any]]:
    citizen = specimens.specimen(1)
    key = specimens.mrz_key(citizen.person)
    can = Access(can=citizen.can)
    mrz = Access(number=citizen.person.number, born=key.born, expires=key.expires)
    stored = card_contents.files(citizen, CardFaults())
    before, after = ([len(stored[name]) for name in names] for names in (_BEFORE, _AFTER))
    readers = PcscCardReaders([specimens.authority()], True, lambda: datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")))
    what = f"SOD, DG14, chip authentication, DG1, DG13, DG2, DG15 ({sum(before) + sum(after)} octets)"

    with _laid(readers, reader):
        bac = readers.read(mrz)
        pace, _, bare_ms, _ = _in_turns(readers, reader, can, RUNS)
    with _laid(readers, reader, "extended"):
        extended = readers.read(can)
    with _laid(readers, reader, f"slow={SLOW_MS}"):
        # On a slow card, because the processor has forgotten us by the time the answer comes: so it is at a counter.
        slow, cpu_ms, bare_slow_ms, bare_cpu_ms = _in_turns(readers, reader, can, SLOW_RUNS)
    for reading in (*pace, bac, extended, *slow):
        if reading.evidence.level != "chip":
            raise RuntimeError(f"a reading was not believed: {reading.problems}")

    def commands(name: str, reading: CardReading, opening: int, first: int, then: int) -> dict[str, Any]:
        ideal = opening + sum(math.ceil(file / first) for file in before)
        ideal += _PROOF + sum(math.ceil(file / then) for file in after)
        return row(
            name,
            reading.apdus,
            floor=ideal,
            at_most=1.05,
            against="floor",
            unit="APDUs",
            what=what,
            not_measured=[_NO_PEER],
        )

    apdus = pace[0].apdus
    host_ms = statistics.median(reading.ms for reading in pace)
    slow_ms = statistics.median(reading.ms for reading in slow)
    host = row(
        NAMES[3],
        host_ms / apdus,
        floor=bare_ms / apdus,
        against="floor",
        unit="ms per APDU",
        what=f"whole reading, the card's own work included; {host_ms:.0f} ms in all",
        not_measured=[_NO_PEER],
    )
    host |= {"goal": "≤ 1 ms per APDU", "met": host_ms / apdus <= 1}
    return [
        commands(NAMES[0], pace[0], _OPEN_PACE, _READ_AES, _READ_AES),
        commands(NAMES[1], bac, _OPEN_BAC, _READ_3DES, _READ_AES),
        commands(NAMES[2], extended, _OPEN_PACE + 1, _READ_EXTENDED, _READ_EXTENDED),
        host,
        row(
            NAMES[4],
            cpu_ms / slow[0].apdus,
            floor=bare_cpu_ms / slow[0].apdus,
            against="floor",
            unit="ms per APDU",
            what="CPU of the reading thread on the slow card, judging included, against bare exchanges",
            not_measured=[_NO_PEER],
        ),
        row(
            NAMES[5],
            slow_ms,
            floor=float(slow[0].apdus * SLOW_MS),
            at_most=1.05,
            against="floor",
            what=f"bare exchanges through the same service take {bare_slow_ms:.0f} ms",
            not_measured=[_NO_PEER],
        ),
    ]


def _in_turns(
    readers: PcscCardReaders, reader: pcscd.PracticeReader, access: Access, runs: int
) -> tuple[list[CardReading], float, float, float]:
    """Readings and as many bare exchanges by turns: (readings, their CPU, bare time, bare CPU), medians in ms."""
    readings: list[CardReading] = []
    cpu: list[float] = []
    bare: list[float] = []
    bare_cpu: list[float] = []
    for _ in range(runs):
        at = time.thread_time()
        readings.append(readers.read(access))
        read_at = time.thread_time()
        bare.append(_bare(reader, readings[-1].apdus))
        cpu.append((read_at - at) * 1000)
        bare_cpu.append((time.thread_time() - read_at) * 1000)
    return readings, statistics.median(cpu), statistics.median(bare), statistics.median(bare_cpu)


class _laid:  # noqa: N801 - reads as the verb it is
    """A practice card on the reader, seen by the service."""

    def __init__(self, readers: PcscCardReaders, reader: pcscd.PracticeReader, *faults: str) -> None:
        self._readers = readers
        self._card = card_process.lay(1, reader.connect_address(), faults)

    def __enter__(self) -> None:
        self._until(present=True)

    def __exit__(self, *_: object) -> None:
        self._card.take_away()
        self._until(present=False)

    def _until(self, *, present: bool) -> None:
        until = time.monotonic() + 20
        states = self._readers.readers()
        while states[0].card_present != present:
            if time.monotonic() > until:
                raise RuntimeError("the service did not notice the card")
            states = self._readers.wait(states, 1)


def _bare(reader: pcscd.PracticeReader, count: int) -> float:
    """Milliseconds for `count` exchanges of a typical size through the service, without any work of ours."""
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, card, protocol = scard.SCardConnect(
        context, reader.reader_name(), scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    )
    # EF.CardAccess by short name: the longest answer that the card gives in the clear.
    command = list(bytes.fromhex("00B09C0000"))
    started = time.perf_counter()
    for _ in range(count):
        code, answer = scard.SCardTransmit(card, protocol, command)
        if code != scard.SCARD_S_SUCCESS or answer[-2:] != [0x90, 0x00]:
            raise RuntimeError(f"a bare exchange failed: {code:#x}")
    took = (time.perf_counter() - started) * 1000
    scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)
    scard.SCardReleaseContext(context)
    return took
