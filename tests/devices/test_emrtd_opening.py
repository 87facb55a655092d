"""Opening a chip that does it in its own way: every fallback, every refusal with its true cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.emrtd import bac, pace
from clerk_app.devices.emrtd.apdu import tries_left
from clerk_app.devices.emrtd.ciphers import SystemDice
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import specimens
from tests.peers import openpace
from tests.peers.chip import CountingChip, converse
from tests.peers.issuer import issue
from tests.peers.proving_chip import CAN, ProvingChip

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
QUAN = specimens.specimen(1)
KEY = specimens.mrz_key(QUAN.person)
MRZ = Access(number=QUAN.person.number, born=KEY.born, expires=KEY.expires)
BOTH = Access(QUAN.can, QUAN.person.number, KEY.born, KEY.expires)
WRONG_CAN = Access("000000", QUAN.person.number, KEY.born, KEY.expires)
with_libeac = pytest.mark.skipif(bool(openpace.WHY_NOT), reason=openpace.WHY_NOT)
Chip = Callable[[bytes], bytes]


class Instead:
    """A chip that gives its own answer to the commands of one instruction; `only` those that begin so."""

    def __init__(self, chip: Chip, instruction: int, status: str, only: bytes = b"") -> None:
        self._chip, self._instruction, self._status, self._only = chip, instruction, bytes.fromhex(status), only

    def __call__(self, command: bytes) -> bytes:
        if command[1] == self._instruction and command.startswith(self._only):
            return self._status
        return self._chip(command)


def read(
    chip: Chip,
    access: Access,
    trusted: bytes | None = None,
    *,
    practice: bool = True,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> CardReading:
    return read_identity(
        chip,
        access,
        device="test",
        trusted=[trusted or specimens.authority()],
        practice=practice,
        clock=lambda: NOW,
        monotonic=monotonic,
    )


def fault_of(chip: Chip, access: Access, monotonic: Callable[[], float] = lambda: 0.0) -> DeviceFault:
    with pytest.raises(DeviceFault) as caught:
        read(chip, access, monotonic=monotonic)
    return caught.value


# ---- each way is the other's fallback ----


@pytest.mark.parametrize("status", ["6982", "6985", "6A80", "6A88", "6D00", "6E00"])
@pytest.mark.parametrize("step", [0x22, 0x86])
def test_pace_that_does_not_begin_gives_way_to_bac(step: int, status: str) -> None:
    reading = read(Instead(CountingChip(), step, status), BOTH)
    assert (reading.access, reading.person) == ("BAC", QUAN.person)


@pytest.mark.parametrize("status", ["6982", "6985", "6A81", "6D00"])
@pytest.mark.parametrize("step", [0x84, 0x82])
def test_bac_that_does_not_begin_gives_way_to_pace(step: int, status: str) -> None:
    reading = read(Instead(CountingChip(), step, status), MRZ)
    assert (reading.access, reading.person) == ("PACE", QUAN.person)


def test_a_wrong_can_is_forgiven_where_the_zone_opens_the_chip() -> None:
    assert read(CountingChip(), WRONG_CAN).access == "BAC"
    assert fault_of(CountingChip(1, "no-bac", "no-pace-mrz"), WRONG_CAN).code == "CARD_WRONG_NUMBER"


def test_a_wrong_zone_is_not_tried_twice() -> None:
    chip = CountingChip()
    assert (
        fault_of(chip, Access(number=QUAN.person.number, born="900815", expires=KEY.expires)).code == "CARD_WRONG_KEY"
    )
    assert [command[1] for command in chip.commands] == [0xA4, 0x84, 0x82]


def test_6982_of_bac_is_a_wrong_key_where_nothing_else_opens_the_chip() -> None:
    chip = Instead(CountingChip(1, "no-pace"), 0x82, "6982")
    assert fault_of(chip, MRZ).code == "CARD_WRONG_KEY"


@with_libeac
def test_a_variant_that_is_shown_and_not_done_gives_way_to_the_next() -> None:
    issued = issue(pace=[(2, 4, 17), (2, 2, 13)], with_key=False)
    strongest = bytes.fromhex("0022C1A412800A04007F0007020204020483010284 0111")
    chip = ProvingChip(issued)
    reading = read(Instead(chip, 0x22, "6A80", strongest), Access(can=CAN.decode()), issued.authority, practice=False)
    assert reading.access == "PACE"
    assert [command[16] for command in chip.commands if command[1] == 0x22] == [0x02]


@with_libeac
@pytest.mark.parametrize("content", ["00", "31", "3182FFFF", "04" * 60, "3114" + "3015" * 10])
def test_a_card_access_that_makes_no_sense_gives_way_to_what_is_known_of_citizen_cards(content: str) -> None:
    issued = issue(with_key=False)
    chip = ProvingChip(issued)
    chip.card_access = bytes.fromhex(content)
    assert read(chip, Access(can=CAN.decode()), issued.authority, practice=False).access == "PACE"


@with_libeac
@pytest.mark.parametrize("content", ["3103020101", "3100", "3114" + "00" * 20])
def test_a_card_access_without_pace_is_believed(content: str) -> None:
    chip = ProvingChip(issue(with_key=False))
    chip.card_access = bytes.fromhex(content)
    assert fault_of(chip, Access(can=CAN.decode())).code == "CARD_ACCESS_REFUSED"


# ---- refusals with their cause ----


@pytest.mark.parametrize(
    ("status", "tries"), [(0x63C2, 2), (0x63C0, 0), (0x63CF, 15), (0x6300, None), (0x6982, None), (0x9000, None)]
)
def test_a_retry_counter_is_read(status: int, tries: int | None) -> None:
    assert tries_left(status) == tries


@pytest.mark.parametrize(
    ("status", "words"),
    [("63C2", "allows 2 more tries"), ("63C1", "allows one more try"), ("6300", "of this very card again.")],
)
def test_a_wrong_can_says_how_many_tries_are_left(status: str, words: str) -> None:
    chip = Instead(CountingChip(), 0x86, status, b"\x00")
    fault = fault_of(chip, Access(can="000000"))
    assert fault.code == "CARD_WRONG_NUMBER"
    assert fault.remedy.en.rstrip().endswith(f"{words}.".replace("..", "."))


def test_a_counter_that_was_shown_before_the_try_counts_it() -> None:
    warned = Instead(CountingChip(), 0x22, "63C3")
    steps = {b"\x10\x86\x00\x00\x02": "7C128010" + "00" * 16 + "9000"}

    def chip(command: bytes) -> bytes:
        reply = steps.get(command[:5])
        return bytes.fromhex(reply) if reply else warned(command) if command[1] == 0x22 else bytes.fromhex("6300")

    with pytest.raises(DeviceFault) as caught:
        converse(pace.establish(pace.ASSUMED, pace.Password("can", b"000000"), SystemDice()), chip)
    assert caught.value.code == "CARD_WRONG_NUMBER"
    assert "2 more tries" in caught.value.remedy.en
    assert "2 lần" in caught.value.remedy.vi


@pytest.mark.parametrize(("step", "status"), [(0x82, "63C0"), (0x82, "6983"), (0x84, "6983"), (0x84, "63C0")])
def test_a_chip_that_has_locked_itself_says_so(step: int, status: str) -> None:
    assert fault_of(Instead(CountingChip(), step, status), MRZ).code == "CARD_BLOCKED"


@pytest.mark.parametrize(("step", "status"), [(0x22, "63C0"), (0x22, "6983"), (0x86, "6983"), (0x86, "63C0")])
def test_a_locked_chip_is_not_tried_another_way(step: int, status: str) -> None:
    chip = CountingChip()
    assert fault_of(Instead(chip, step, status), BOTH).code == "CARD_BLOCKED"
    assert 0x84 not in [command[1] for command in chip.commands]


def test_a_wrong_bac_key_says_how_many_tries_are_left() -> None:
    with pytest.raises(DeviceFault) as caught:
        converse(bac.establish(bytes(20), SystemDice()), Instead(lambda _: bytes(8) + b"\x90\x00", 0x82, "63C1"))
    assert caught.value.code == "CARD_WRONG_KEY"
    assert "one more try" in caught.value.remedy.en


class Watch:
    """A clock that goes on by `step` seconds whenever a command of `instruction` is answered."""

    def __init__(self, chip: Chip, instruction: int, step: float) -> None:
        self._chip, self._instruction, self._step = chip, instruction, step
        self._now = 0.0

    def __call__(self, command: bytes) -> bytes:
        if command[1] == self._instruction:
            self._now += self._step
        return self._chip(command)

    def now(self) -> float:
        return self._now


def test_a_wrong_number_and_a_late_answer_say_that_the_chip_waits_on_purpose() -> None:
    slow, quick = Watch(CountingChip(), 0x86, 3.0), Watch(CountingChip(), 0x86, 0.1)
    fault = fault_of(slow, Access(can="000000"), slow.now)
    assert fault.code == "CARD_WRONG_NUMBER"
    assert "later after every wrong try" in fault.remedy.en
    assert "later after" not in fault_of(quick, Access(can="000000"), quick.now).remedy.en


def test_a_chip_that_does_not_let_one_in_for_minutes_was_tried_with_wrong_numbers() -> None:
    slow = Watch(CountingChip(), 0x86, 45.0)
    assert fault_of(slow, Access(can=QUAN.can), slow.now).code == "CARD_DELAYING"


def test_a_chip_that_is_slow_when_it_is_open_lies_badly() -> None:
    slow = Watch(CountingChip(), 0xB0, 7.0)
    assert fault_of(slow, Access(can=QUAN.can), slow.now).code == "CARD_TOO_SLOW"


def test_a_late_answer_to_the_right_number_is_no_fault() -> None:
    slow = Watch(CountingChip(), 0x86, 5.0)
    assert read(slow, Access(can=QUAN.can), monotonic=slow.now).person == QUAN.person
