"""The practice card as a thing of its own: its data agree with the law's formats, its process comes and goes."""

from __future__ import annotations

import io
import os
import socket

import pytest
from PIL import Image

from clerk_app.practice import card_portrait, card_process, card_zone, specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_faults import CardFaults, parse

QUAN = specimens.specimen(1)


def test_there_are_four_specimen_citizens_with_licences_that_agree_with_them() -> None:
    people = specimens.people()
    assert [citizen.at for citizen in people] == [1, 2, 3, 4]
    for citizen in people:
        number, born = citizen.person.number, citizen.person.born
        assert number.isdigit()
        assert len(number) == 12
        assert born is not None
        female, century = int(number[3]) % 2, int(number[3]) // 2
        assert citizen.person.sex == ("F" if female else "M")
        assert (1900 + 100 * century + int(number[4:6])) == born.year
        for licence in citizen.licences:
            assert licence.number[:2] == number[1:3]
            assert licence.number[2] == number[3]
            assert licence.issued is not None
            assert 2000 + int(licence.number[3:5]) <= licence.issued.year
    assert [citizen.sanctions for citizen in people] == ["clear", "clear", "clear", "blocked"]


def test_a_specimen_that_does_not_exist() -> None:
    for at in (0, -1, 99):
        with pytest.raises(IndexError):
            specimens.specimen(at)


def test_the_zone_is_three_lines_of_thirty() -> None:
    zone = card_zone.mrz(QUAN.person)
    assert [zone[at : at + 30] for at in (0, 30, 60)] == [
        "IDVNM0900123450001090012345<<1",
        "9008146M3008144VNM<<<<<<<<<<<8",
        "TRAN<<MINH<QUAN<<<<<<<<<<<<<<<",
    ]


@pytest.mark.parametrize("kind", ["jp2", "jpeg"])
def test_the_portrait_is_a_real_picture_and_always_the_same(kind: card_portrait.PortraitKind) -> None:
    data = card_portrait.draw(1, kind)
    assert data == card_portrait.draw(1, kind)
    assert 10_000 < len(data) < 17_000
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.size == (card_portrait.WIDTH, card_portrait.HEIGHT)
        assert picture.format == ("JPEG2000" if kind == "jp2" else "JPEG")


def test_files_are_refused_before_the_chip_is_opened() -> None:
    chip = Chip(QUAN, CardFaults())
    assert chip.answer(bytes.fromhex("00A4040C07A0000002471001")) == b"\x90\x00"
    for name in ("011E", "011D", "0101", "0102", "0103", "010D"):
        assert chip.answer(bytes.fromhex("00A4020C02" + name)) == b"\x69\x82"
    for short_name in ("9E", "9D", "81", "82", "8D"):
        assert chip.answer(bytes.fromhex(f"00B0{short_name}0000")) == b"\x69\x82"


@pytest.mark.parametrize(
    "command", ["", "00", "00B000", "00A4040CFF00", "FFFFFFFFFF", "0CB0000000", "00B0000000000000"]
)
def test_any_command_gets_a_status_and_never_data(command: str) -> None:
    answer = Chip(QUAN, CardFaults()).answer(bytes.fromhex(command))
    assert len(answer) == 2
    assert answer != b"\x90\x00"


def test_faults_by_name() -> None:
    assert parse(["tear@12", "slow=10", "altered-dg1", "short-reads=64"]) == CardFaults(
        tear_at=12, slow_ms=10, altered_dg1=True, short_reads=64
    )
    for wrong in ("tear", "tear@x", "slow@3", "nothing", "altered-dg1=1", "altered-dg1@2", "tear@12@13", ""):
        with pytest.raises(ValueError, match="unknown fault"):
            parse([wrong])


@pytest.mark.wire
def test_the_process_ends_when_it_is_taken_away() -> None:
    card = card_process.offer(1)
    assert card.lies
    card.take_away()
    assert not card.lies
    with pytest.raises(ProcessLookupError):
        os.kill(card.pid, 0)
    card.take_away()


@pytest.mark.wire
def test_the_other_side_of_the_wire_may_send_anything() -> None:
    with card_process.offer(1) as card:
        for noise in (b"\x00\x00", b"\xff\xff" + b"x" * 100, b"\x00\x01\x09", b"\x00\x03abc", b"\x00"):
            with socket.create_connection(card.address, timeout=5) as line:
                line.sendall(noise)
        with socket.create_connection(card.address, timeout=5) as line:
            line.sendall(b"\x00\x01\x04")
            assert line.recv(100)[2] == 0x3B
        assert card.lies


@pytest.mark.wire
@pytest.mark.parametrize(("person", "faults"), [(77, []), (1, ["no-such-fault"])])
def test_what_cannot_be_laid_is_refused_in_words(person: int, faults: list[str]) -> None:
    with pytest.raises(card_process.CardNotLaid, match=r"no specimen citizen|unknown fault"):
        card_process.offer(person, faults=faults)
