"""Debian's `mrtdreader`, another hand's passport reader, reads the practice card by BAC over the real PC/SC service."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clerk_app.practice import card_contents, card_portrait, card_zone, specimens
from clerk_app.practice.card_faults import CardFaults
from tests.peers.pcscd import LayCard, Pcsc

BRIDGE = Path(__file__).parent.parent / "peers" / "libnfc_over_pcsc.c"


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library that gives mrtdreader PC/SC instead of libnfc, compiled here."""
    for program in ("gcc", "mrtdreader"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    made = tmp_path_factory.mktemp("bridge") / "libnfc_over_pcsc.so"
    command = ["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-I/usr/include/PCSC", "-o", str(made), str(BRIDGE)]
    subprocess.run([*command, "-lpcsclite"], check=True, capture_output=True)
    return made


def mrtdreader(bridge: Path, reader: str, into: Path, born: str = "") -> str:
    """What it says about the card of the first specimen."""
    key = specimens.mrz_key(specimens.specimen(1).person)
    done = subprocess.run(
        ["mrtdreader", "-p", key.number, "-b", born or key.born, "-e", key.expires],
        cwd=into,
        env=os.environ | {"LD_PRELOAD": str(bridge), "PCSC_READER": reader},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.mark.wire
@pytest.mark.parametrize("faults", [(), ("aa=rsa", "ca=3des"), ("extended",)])
def test_every_octet_that_it_reads_is_what_the_card_holds(
    faults: tuple[str, ...], bridge: Path, pcsc: Pcsc, lay_card: LayCard, tmp_path: Path
) -> None:
    lay_card(1, *faults)
    said = mrtdreader(bridge, pcsc.reader_name(), tmp_path)
    assert "Challenge successful" in said
    citizen = specimens.specimen(1)
    stored = card_contents.files(citizen, CardFaults())
    assert stored[0x011E].hex() in said
    assert [f"EF_DG{number}" in said for number in (1, 2, 3, 13, 14, 15)] == [True] * 6
    assert card_zone.mrz(citizen.person) in said
    assert (tmp_path / "image.jp2").read_bytes() == card_portrait.draw(1, "jp2")


@pytest.mark.wire
def test_the_signed_file_that_it_reads_holds_the_digests(
    bridge: Path, pcsc: Pcsc, lay_card: LayCard, tmp_path: Path
) -> None:
    import hashlib

    lay_card(1)
    said = mrtdreader(bridge, pcsc.reader_name(), tmp_path)
    stored = card_contents.files(specimens.specimen(1), CardFaults())
    for name in (0x0101, 0x0102, 0x010D, 0x010E, 0x010F):
        assert hashlib.sha256(stored[name]).hexdigest() in said


@pytest.mark.wire
def test_with_a_wrong_birth_date_it_gets_nothing(bridge: Path, pcsc: Pcsc, lay_card: LayCard, tmp_path: Path) -> None:
    lay_card(1)
    said = mrtdreader(bridge, pcsc.reader_name(), tmp_path, born="900815")
    assert "Challenge successful" not in said
    assert card_zone.mrz(specimens.specimen(1).person) not in said
    assert not (tmp_path / "image.jp2").exists()
