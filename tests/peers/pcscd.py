"""A real pcscd with a virtual reader, and practice cards laid on it.

One machine can have one pcscd, so a test holds it alone through a file lock (`clerk_app.practice.pcscd.lease`):
parallel test workers, and the demonstration in a process of its own, take turns. Starting it costs about 40 ms.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from clerk_app.devices.pcsc import PcscCardReaders
from clerk_app.practice import card_process, pcscd, specimens
from clerk_app.practice.card_process import LaidCard

SEEN_WITHIN_S = 20.0


def hanoi_now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))


class Pcsc:
    """The service, ours for one test."""

    def __init__(self, reader: pcscd.PracticeReader) -> None:
        self._reader = reader

    def connect_address(self, slot: int = 0) -> tuple[str, int]:
        """Where a practice card process lies down."""
        return self._reader.connect_address(slot)

    def reader_name(self, slot: int = 0) -> str:
        return self._reader.reader_name(slot)

    def readers(self, *, practice: bool = True) -> PcscCardReaders:
        """Our driver, believing the specimen authority if `practice`."""
        return PcscCardReaders([specimens.authority()], practice, hanoi_now)

    def stop(self) -> None:
        """Take the service away, as when it crashed."""
        pcscd.stop()

    def restart(self) -> None:
        """Stop and start the service; its readers keep their names."""
        self._reader = pcscd.restart()


class LayCard(Protocol):
    def __call__(self, person: int = 1, *faults: str, slot: int = 0) -> LaidCard:
        """Lay the card of specimen `person` (faults: `tear@12`, `slow=10`, `altered-dg1`…); returns once it is seen."""
        ...


@pytest.fixture
def pcsc() -> Iterator[Pcsc]:
    """A pcscd of our own with the two slots of the practice reader, both empty."""
    with ExitStack() as held:
        try:
            reader = held.enter_context(pcscd.lease(wait_s=150))
        except pcscd.Unavailable as why:
            pytest.skip(f"no PC/SC service of our own: {why}")
        yield Pcsc(reader)


@pytest.fixture
def lay_card(pcsc: Pcsc) -> Iterator[LayCard]:
    """Lays practice cards; whatever still lies there at the end is taken away."""
    with ExitStack() as table:

        def lay(person: int = 1, *faults: str, slot: int = 0) -> LaidCard:
            card = table.enter_context(card_process.lay(person, pcsc.connect_address(slot), faults))
            wait_for_card(pcsc.readers(), pcsc.reader_name(slot), present=True)
            return card

        yield lay


def wait_for_card(readers: PcscCardReaders, name: str, *, present: bool) -> None:
    """Until the service says the card is there or gone."""
    deadline = hanoi_now().timestamp() + SEEN_WITHIN_S
    states = readers.readers()
    while not any(state.name == name and state.card_present == present for state in states):
        left = deadline - hanoi_now().timestamp()
        assert left > 0, f"the card's coming or going was not seen: {states}"
        states = readers.wait(states, left)


_HOLDS = (
    "import sys\n"
    "from smartcard import scard\n"
    "_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)\n"
    "code, card, _ = scard.SCardConnect(context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY)\n"
    "print(code, flush=True)\n"
    "sys.stdin.read()\n"
)


@contextmanager
def held_by_another_program(reader: str) -> Iterator[None]:
    """Another process has the card on this reader for itself alone."""
    command = [sys.executable, "-c", _HOLDS, reader]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "0"
        try:
            yield
        finally:
            other.communicate("")
    deadline = hanoi_now().timestamp() + SEEN_WITHIN_S
    # The service lets go a moment after the process is gone.
    while _held(reader):
        assert hanoi_now().timestamp() < deadline, "the reader was not let go"


def _held(reader: str) -> bool:
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    try:
        code, card, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)
        if code == scard.SCARD_S_SUCCESS:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        return bool(code == scard.SCARD_E_SHARING_VIOLATION)
    finally:
        scard.SCardReleaseContext(context)
