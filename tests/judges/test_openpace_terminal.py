"""OpenPACE as terminal against the practice card: two implementations of PACE and chip authentication that agree.

It does not do integrated mapping nor chip authentication mapping; for those the standard's worked examples judge
(`tests/practice/test_card_protocols.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asn1crypto import parser

from clerk_app.practice import card_security, card_signing, card_zone, specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_faults import parse
from clerk_app.practice.card_keys import agreement_key
from clerk_app.practice.card_variants import variants
from tests.peers.openpace_terminal import Failed, OpenPace, Terminal

QUAN = specimens.specimen(1)
NAMES = {
    "3des": "id-CA-ECDH-3DES-CBC-CBC",
    "aes128": "id-CA-ECDH-AES-CBC-CMAC-128",
    "aes192": "id-CA-ECDH-AES-CBC-CMAC-192",
    "aes256": "id-CA-ECDH-AES-CBC-CMAC-256",
}
NUMBERS = {"3des": 1, "aes128": 2, "aes192": 3, "aes256": 4}


class Table:
    """A card on the table and OpenPACE before it."""

    def __init__(self, library: OpenPace, *faults: str) -> None:
        self.faults = parse(faults)
        self.chip = Chip(QUAN, self.faults)
        self.terminal = Terminal(library, self.chip.answer)

    def open(self, can: str = QUAN.can) -> None:
        self.terminal.pace(card_security.card_access(self.faults), "can", can)

    def prove(self) -> None:
        """Chip authentication with the key that the card's DG14 shows."""
        key = agreement_key(1, self.faults)
        identifier = bytes.fromhex("04007F000702020302") + bytes((NUMBERS[self.faults.ca],))
        parameter = variants(self.faults.pace)[0].curve.parameter
        public = key.curve.dump(key.public)
        self.terminal.chip_authentication(NAMES[self.faults.ca], parameter, identifier, public)

    def file(self, name: int) -> bytes:
        return self.chip._application_files[name]


@pytest.fixture(scope="session")
def openpace() -> OpenPace:
    """The library, or a skip where it is not installed."""
    try:
        return OpenPace()
    except OSError:
        pytest.skip("libeac3 is not installed")


@pytest.fixture
def tables(openpace: OpenPace) -> Iterator[list[Table]]:
    laid: list[Table] = []
    yield laid
    for table in laid:
        table.terminal.close()


def lay(tables: list[Table], openpace: OpenPace, *faults: str) -> Table:
    tables.append(Table(openpace, *faults))
    return tables[-1]


@pytest.mark.parametrize("suite", ["3des", "aes128", "aes192", "aes256"])
@pytest.mark.parametrize("curve", ["p256", "bp256", "p384", "bp384", "bp512"])
def test_generic_mapping_with_every_cipher_on_every_curve(
    suite: str, curve: str, openpace: OpenPace, tables: list[Table]
) -> None:
    table = lay(tables, openpace, f"pace=gm-{suite}-{curve}")
    table.open()
    table.terminal.select_application()
    assert table.terminal.read(0x0101) == table.file(0x0101)
    assert table.terminal.read(0x010D) == table.file(0x010D)


def test_the_zone_opens_the_card_as_the_number_does(openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace)
    table.terminal.pace(card_security.card_access(table.faults), "mrz", card_zone.mrz(QUAN.person))
    table.terminal.select_application()
    assert table.terminal.read(0x011E) == table.file(0x011E)


def test_a_wrong_number_opens_nothing(openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace)
    with pytest.raises(Failed, match="6300"):
        table.open("000000")


def test_another_curve_than_the_library_would_choose(openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace, "downgraded-pace")
    table.open()
    table.terminal.select_application()
    assert b"\x04\x00\x7f\x00\x07\x02\x02\x04\x02\x02" in table.terminal.read(0x010E)


@pytest.mark.parametrize("ca", ["3des", "aes128", "aes192", "aes256"])
@pytest.mark.parametrize("curve", ["p256", "bp256", "bp512"])
def test_chip_authentication_changes_the_keys_on_both_sides(
    ca: str, curve: str, openpace: OpenPace, tables: list[Table]
) -> None:
    table = lay(tables, openpace, f"ca={ca}", f"pace=gm-aes128-{curve}")
    table.open()
    table.terminal.select_application()
    table.prove()
    assert table.terminal.read(0x0102) == table.file(0x0102)


@pytest.mark.parametrize("ca", ["aes128", "aes256"])
def test_the_token_of_version_two_is_verified_by_the_library(ca: str, openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace, f"ca={ca}", "ca-token")
    table.open()
    table.terminal.select_application()
    table.prove()
    assert table.terminal.read(0x0101) == table.file(0x0101)


@pytest.mark.parametrize("faults", [("copied",), ("altered-dg14",), ("copied", "ca=3des")])
def test_a_chip_without_the_key_cannot_go_on(faults: tuple[str, ...], openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace, *faults)
    table.open()
    table.terminal.select_application()
    table.prove()
    with pytest.raises(Failed, match="unprotected 6988"):
        table.terminal.read(0x0101)


def test_a_chip_without_the_key_cannot_make_the_token(openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace, "copied", "ca-token")
    table.open()
    table.terminal.select_application()
    with pytest.raises(Failed, match="token of chip authentication"):
        table.prove()


@pytest.mark.parametrize("fault", ["no-ca", "no-keys"])
def test_a_chip_that_refuses_keeps_the_conversation(fault: str, openpace: OpenPace, tables: list[Table]) -> None:
    table = lay(tables, openpace, fault)
    table.open()
    table.terminal.select_application()
    with pytest.raises(Failed, match="22 6A80"):
        table.prove()
    assert table.terminal.read(0x0101) == table.file(0x0101)


@pytest.mark.parametrize("words", [(), ("ca=3des",), ("keys=standardized",), ("pace=gm-aes256-bp512", "ca=aes256")])
def test_the_library_understands_dg14(words: tuple[str, ...], openpace: OpenPace) -> None:
    """Its SecurityInfos have the form of EF.CardAccess, with the key and active authentication among them."""
    faults = parse(words)
    key = agreement_key(1, faults)
    content = bytes(parser.parse(card_security.dg14(faults, key))[4])
    context = openpace.new("EAC_CTX_new")
    assert openpace.call("EAC_CTX_init_ef_cardaccess", content, len(content), context) == 1
    assert openpace.make("CA_STEP2_get_eph_pubkey", context) == key.curve.dump(key.public)
    openpace.tell("EAC_CTX_clear_free", context)


@pytest.mark.parametrize("words", [(), ("keys=standardized",), ("pace=gm-aes256-bp384",)])
def test_the_library_finds_the_key_in_the_signed_file(words: tuple[str, ...], openpace: OpenPace) -> None:
    faults = parse(words)
    key = agreement_key(1, faults)
    content = card_security.card_security(faults, key, card_signing.signer(faults))
    access = card_security.card_access(faults)
    context = openpace.new("EAC_CTX_new")
    assert openpace.call("EAC_CTX_init_ef_cardaccess", access, len(access), context) == 1
    openpace.tell("CA_disable_passive_authentication", context)
    assert openpace.make("CA_get_pubkey", context, content, len(content)) == key.curve.dump(key.public)
    openpace.tell("EAC_CTX_clear_free", context)
