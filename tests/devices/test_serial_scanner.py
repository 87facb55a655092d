"""A scanner on a serial port, played over a real pseudo-terminal: the program cannot tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from clerk_app import bootstrap
from clerk_app.desk.ports import CodeScanner
from clerk_app.devices.serial_scanner import HALF_S, LONGEST, SerialScanner
from clerk_app.domain.refusals import DeviceFault
from clerk_app.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
CARD = "001090012345||Trần Minh Quân|14081990|Nam|Số 12, phố Hàng Bông, Hà Nội|10052021"
LONG_S = 30.0


def patient() -> bool:
    return False


class Line:
    """A cable whose far end a test holds; the port keeps its name when it is plugged in again."""

    def __init__(self, folder: Path) -> None:
        self.port = folder / "scanner"
        self.plug_in()

    def plug_in(self) -> None:
        self._far, near = os.openpty()
        self.port.symlink_to(os.ttyname(near))
        self._near = near

    def unplug(self) -> None:
        self.port.unlink()
        os.close(self._near)
        os.close(self._far)

    def send(self, octets: bytes) -> None:
        os.write(self._far, octets)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    if made.port.is_symlink():
        made.unplug()


@pytest.fixture
def scanner(line: Line) -> Iterator[CodeScanner]:
    made = bootstrap.code_scanner_of(Settings(code_scanner=f"serial:{line.port}"))
    assert made is not None
    # Opened before anything is sent: a port that nobody has open keeps nothing.
    assert made.scan(patient, 0) is None
    yield made
    made.close()


def test_without_the_setting_the_scanner_is_a_keyboard() -> None:
    assert bootstrap.code_scanner_of(Settings()) is None


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_text_ends_with_cr_or_lf(line: Line, scanner: CodeScanner, end: bytes) -> None:
    line.send(CARD.encode() + end + b"H29.11-261123-0001" + end)
    assert scanner.scan(patient, LONG_S) == CARD
    assert scanner.scan(patient, LONG_S) == "H29.11-261123-0001"
    assert scanner.scan(patient, 0) is None


def test_a_text_may_come_in_pieces(line: Line) -> None:
    scanner = SerialScanner(f"serial:{line.port}", half_s=LONG_S)
    assert scanner.scan(patient, 0) is None
    octets = CARD.encode() + b"\r"
    cut = octets.index("ầ".encode()) + 1
    line.send(octets[:cut])
    assert scanner.scan(patient, 0.05) is None
    line.send(octets[cut:])
    assert scanner.scan(patient, LONG_S) == CARD
    scanner.close()


def test_half_a_text_does_not_spoil_the_next(line: Line, scanner: CodeScanner) -> None:
    line.send(b"00109001")
    assert scanner.scan(patient, HALF_S * 1.5) is None
    line.send(CARD.encode() + b"\r")
    assert scanner.scan(patient, LONG_S) == CARD


def test_letters_that_are_not_utf_8_are_kept_octet_for_octet(line: Line, scanner: CodeScanner) -> None:
    line.send(b"Tr\xc7n\r")
    assert scanner.scan(patient, LONG_S) == "TrÇn"


def test_who_gives_up_is_let_go_at_once(line: Line, scanner: CodeScanner) -> None:
    assert scanner.scan(lambda: True, LONG_S) is None


def test_whoever_looks_takes_nothing_from_whoever_listens(line: Line, scanner: CodeScanner) -> None:
    line.send(CARD.encode())
    beside = SerialScanner(f"serial:{line.port}")
    assert beside.look() == scanner.look() == str(line.port)
    line.send(b"\r")
    assert scanner.scan(patient, LONG_S) == CARD


def test_a_port_that_cannot_be_opened_is_not_called_there() -> None:
    scanner = SerialScanner("serial:/dev/null")
    assert scanner.look() == "/dev/null", "nobody has tried"
    with pytest.raises(DeviceFault):
        scanner.scan(patient, 0)
    with pytest.raises(DeviceFault, match="CODE_SCANNER_MISSING"):
        scanner.look()


def test_unplugged_and_back_it_goes_on_by_itself(line: Line, scanner: CodeScanner) -> None:
    line.unplug()
    with pytest.raises(DeviceFault, match="CODE_SCANNER_MISSING"):
        scanner.look()
    with pytest.raises(DeviceFault) as refused:
        scanner.scan(patient, LONG_S)
    assert refused.value.code == "CODE_SCANNER_LOST"
    with pytest.raises(DeviceFault) as refused:
        scanner.scan(patient, LONG_S)
    assert refused.value.code == "CODE_SCANNER_MISSING"
    assert str(line.port) in refused.value.words.vi
    line.plug_in()
    assert scanner.scan(patient, 0) is None
    assert scanner.look() == str(line.port)
    line.send(CARD.encode() + b"\r")
    assert scanner.scan(patient, LONG_S) == CARD


def test_noise_without_end_is_dropped_and_does_not_grow(line: Line, scanner: CodeScanner) -> None:
    noise = Thread(target=lambda: line.send(b"x" * (LONGEST * 3) + b"\r" + CARD.encode() + b"\r"))
    noise.start()
    assert scanner.scan(patient, LONG_S) == CARD
    noise.join()


@pytest.mark.parametrize("setting", ["serial:", "usb:1", "serial", "COM3"])
def test_a_setting_that_means_nothing_is_said_in_words(setting: str) -> None:
    with pytest.raises(DeviceFault) as refused:
        SerialScanner(setting).scan(patient, 0)
    assert refused.value.code == "CODE_SCANNER_SETTING"


@pytest.mark.parametrize("setting", ["serial:/dev/none", "serial:/dev/none@115200", "serial:/dev/null", "serial:COM93"])
def test_a_port_that_is_none_is_said_in_words(setting: str) -> None:
    with pytest.raises(DeviceFault) as refused:
        SerialScanner(setting).scan(patient, 0)
    assert refused.value.code == "CODE_SCANNER_MISSING"
    assert refused.value.remedy.vi


def test_the_baud_rate_is_part_of_the_setting(line: Line) -> None:
    scanner = SerialScanner(f"serial:{line.port}@115200")
    assert scanner.scan(patient, 0) is None
    assert scanner._port is not None
    assert scanner._port.baudrate == 115200
    scanner.close()


@settings(deadline=None)
@given(some.lists(some.binary(max_size=60), max_size=20))
def test_any_octets_are_texts_or_nothing(pieces: list[bytes]) -> None:
    scanner = SerialScanner("serial:/dev/none", half_s=LONG_S)
    for piece in pieces:
        scanner._take(piece)
    whole = b"".join(pieces).replace(b"\n", b"\r").split(b"\r")[:-1]
    assert len(scanner._texts) == sum(bool(one.strip()) for one in whole)


def test_what_came_while_nobody_listened_is_forgotten(scanner: CodeScanner, line: Line) -> None:
    line.send(b"FIRST\rSECOND\rHALF")
    assert scanner.scan(patient, LONG_S) == "FIRST"
    line.send(b" A CODE\r")
    scanner.forget()
    line.send(b"NEXT\r")
    assert scanner.scan(patient, LONG_S) == "NEXT"
