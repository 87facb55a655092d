"""Our reader and a practice card through a real pcscd: laid down, read, torn out, the service restarted."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from clerk_app.desk.ports import Access, ReaderState
from clerk_app.devices.direct_card import NAME, DirectCardReaders
from clerk_app.devices.pcsc import PcscCardReaders
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import card_process, specimens
from tests.peers.pcscd import LayCard, Pcsc, hanoi_now, held_by_another_program, wait_for_card

pytestmark = pytest.mark.wire
QUAN = specimens.specimen(1)
CAN = Access(can=QUAN.can)


def code_of(readers: PcscCardReaders, access: Access = CAN, reader: str = "") -> str:
    with pytest.raises(DeviceFault) as caught:
        readers.read(access, reader)
    return caught.value.code


def test_a_card_laid_down_is_seen_read_and_seen_to_go(pcsc: Pcsc, lay_card: LayCard) -> None:
    readers = pcsc.readers()
    empty = readers.readers()
    assert [(state.name, state.card_present, state.practice) for state in empty] == [
        (pcsc.reader_name(0), False, True),
        (pcsc.reader_name(1), False, True),
    ]
    card = lay_card(1)
    laid = readers.wait(empty, 20)
    assert [state.card_present for state in laid] == [True, False]
    reading = readers.read(CAN)
    assert (reading.person, reading.access, reading.evidence.level) == (QUAN.person, "PACE", "chip")
    assert reading.evidence.device == pcsc.reader_name(0)
    again = readers.read(CAN)
    assert again.person == reading.person
    card.take_away()
    assert [state.card_present for state in readers.wait(laid, 20)] == [False, False]


def test_a_card_exchanged_while_nobody_looked_is_another_one(pcsc: Pcsc, lay_card: LayCard) -> None:
    readers = pcsc.readers()
    first = lay_card(1)
    known = readers.readers()
    first.take_away()
    wait_for_card(readers, pcsc.reader_name(), present=False)
    lay_card(1)
    now = readers.readers()
    assert [state.card_present for state in now] == [state.card_present for state in known]
    assert now != known


def test_the_mrz_opens_the_chip_with_bac(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(2)
    huong = specimens.specimen(2)
    key = specimens.mrz_key(huong.person)
    reading = pcsc.readers().read(Access(number=huong.person.number, born=key.born, expires=key.expires))
    assert (reading.person, reading.access, reading.evidence.level) == (huong.person, "BAC", "chip")


def test_a_wrong_number_says_so_and_the_right_one_works_afterwards(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1)
    readers = pcsc.readers()
    assert code_of(readers, Access(can="000000")) == "CARD_WRONG_NUMBER"
    assert readers.read(CAN).evidence.level == "chip"


def test_a_reading_that_was_given_up_ends_at_the_next_command(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1)
    readers = pcsc.readers()
    asked = iter([False] * 20)
    with pytest.raises(DeviceFault) as caught:
        readers.read(CAN, cancel=lambda: next(asked, True))
    assert caught.value.code == "CARD_GIVEN_UP"
    assert readers.read(CAN).evidence.level == "chip"


def test_another_program_that_holds_the_reader_is_named(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1)
    readers = pcsc.readers()
    with held_by_another_program(pcsc.reader_name()):
        assert code_of(readers) == "CARD_BUSY"
    assert readers.read(CAN).evidence.level == "chip"


@pytest.mark.parametrize("at", [1, 4, 7, 9, 40])
def test_a_card_torn_out_at_any_moment_is_called_that(pcsc: Pcsc, lay_card: LayCard, at: int) -> None:
    readers = pcsc.readers()
    lay_card(1, f"tear@{at}")
    assert code_of(readers) == "CARD_TORN"
    wait_for_card(readers, pcsc.reader_name(), present=False)
    lay_card(1)
    assert readers.read(CAN).evidence.level == "chip"


def test_a_card_torn_out_of_an_extended_command_is_called_that(pcsc: Pcsc, lay_card: LayCard) -> None:
    """The first guess is a driver that carries no such command; the next command finds that nobody is there."""
    readers = pcsc.readers()
    lay_card(1, "extended", "tear@12")
    assert code_of(readers) == "CARD_TORN"
    wait_for_card(readers, pcsc.reader_name(), present=False)
    lay_card(1)
    assert readers.read(CAN).evidence.level == "chip"


def test_a_forged_card_is_read_and_not_believed(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1, "altered-dg1")
    reading = pcsc.readers().read(CAN)
    assert (reading.hashes, reading.evidence.level) == ("bad", "manual")
    assert "DG1_ALTERED" in reading.problems


def test_live_work_does_not_believe_a_practice_card(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1)
    reading = pcsc.readers(practice=False).read(CAN)
    assert (reading.signed, reading.evidence.level) == ("untrusted", "qr")


def test_extended_length_over_the_real_service(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1, "extended")
    reading = pcsc.readers().read(CAN)
    assert (reading.evidence.level, reading.apdus <= 24) == ("chip", True)


def test_with_two_cards_the_reader_must_be_chosen(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1, slot=0)
    lay_card(3, slot=1)
    readers = pcsc.readers()
    anh = specimens.specimen(3)
    assert code_of(readers) == "CARD_SEVERAL"
    assert readers.read(Access(can=anh.can), pcsc.reader_name(1)).person == anh.person
    assert readers.read(CAN, pcsc.reader_name(0)).person == QUAN.person
    assert code_of(readers, reader="Some Reader 00 00") == "CARD_READER_UNKNOWN"


def test_no_card(pcsc: Pcsc) -> None:
    assert code_of(pcsc.readers()) == "CARD_NO_CARD"
    assert code_of(pcsc.readers(), reader=pcsc.reader_name(1)) == "CARD_NO_CARD"


def test_the_service_may_stop_and_come_back(pcsc: Pcsc, lay_card: LayCard) -> None:
    readers = pcsc.readers()
    known = readers.readers()
    with ThreadPoolExecutor(1) as watcher:
        watch = watcher.submit(readers.wait, known, 20)
        pcsc.stop()
        with pytest.raises(DeviceFault) as caught:
            watch.result(20)
    assert caught.value.code == "CARD_SERVICE_STOPPED"
    assert code_of(readers) == "CARD_SERVICE_STOPPED"
    with ThreadPoolExecutor(1) as watcher:
        watch = watcher.submit(readers.wait, (), 20)
        pcsc.restart()
        assert len(watch.result(20)) == 2
    lay_card(1)
    assert readers.read(CAN).evidence.level == "chip"


def test_a_service_that_refuses_while_it_ends_is_told_as_stopped(pcsc: Pcsc, monkeypatch: pytest.MonkeyPatch) -> None:
    """pcscd's answer in its last moments, which no test can time: put in place of the real one."""
    from smartcard import scard

    readers = pcsc.readers()
    assert len(readers.readers()) == 2
    monkeypatch.setattr(scard, "SCardListReaders", lambda *_: (scard.SCARD_W_SECURITY_VIOLATION, []))
    assert code_of(pcsc.readers()) == "CARD_SERVICE_STOPPED"
    monkeypatch.setattr(scard, "SCardEstablishContext", lambda _scope: (scard.SCARD_W_SECURITY_VIOLATION, 0))
    assert code_of(readers) == "CARD_SERVICE_STOPPED"
    newcomer = pcsc.readers()
    newcomer.stop()  # So that it does not wait between its tries.
    assert code_of(newcomer) == "CARD_SERVICE_REFUSED"


def test_a_wait_ends_when_told_to(pcsc: Pcsc) -> None:
    readers = pcsc.readers()
    known = readers.readers()
    with ThreadPoolExecutor(1) as watcher:
        watch = watcher.submit(readers.wait, known, 60)
        readers.stop()
        assert watch.result(20) == known


def test_a_wait_ends_when_the_time_is_over(pcsc: Pcsc) -> None:
    readers = pcsc.readers()
    known = readers.readers()
    assert readers.wait(known, 0.1) == known


def test_without_a_service_every_call_says_so() -> None:
    """In a process of its own, because the client library remembers where the service is."""
    program = (
        "from tests.peers.pcscd import hanoi_now\n"
        "from clerk_app.devices.pcsc import PcscCardReaders\n"
        "from clerk_app.desk.ports import Access\n"
        "from clerk_app.domain.refusals import DeviceFault\n"
        "readers = PcscCardReaders((), False, hanoi_now)\n"
        "for call in (readers.readers, lambda: readers.read(Access(can='123456')), lambda: readers.wait((), 0.1)):\n"
        "    try:\n"
        "        call()\n"
        "    except DeviceFault as fault:\n"
        "        print(fault.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["CARD_SERVICE_STOPPED"] * 3


# ---- the card without a PC/SC service ----


def test_a_card_read_directly() -> None:
    with card_process.offer(4) as card:
        dat = specimens.specimen(4)
        readers = DirectCardReaders(card.address, [specimens.authority()], hanoi_now)
        assert readers.readers() == (ReaderState(NAME, card_present=True, practice=True),)
        reading = readers.read(Access(can=dat.can))
        assert (reading.person, reading.evidence.level, reading.evidence.device) == (dat.person, "chip", NAME)
        card.take_away()
        (gone,) = readers.wait(readers.readers(), 0)
        assert not gone.card_present
        with pytest.raises(DeviceFault) as caught:
            readers.read(Access(can=dat.can))
        assert caught.value.code == "CARD_NO_CARD"


def test_a_card_torn_out_of_the_direct_line() -> None:
    with card_process.offer(1, faults=["tear@20"]) as card:
        readers = DirectCardReaders(card.address, [specimens.authority()], hanoi_now)
        with pytest.raises(DeviceFault) as caught:
            readers.read(CAN)
        assert caught.value.code == "CARD_TORN"
