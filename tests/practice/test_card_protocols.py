"""What the chip of a practice card does on the wire: every mapping of PACE, its proofs, its refusals, its manners."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.practice import card_security, specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_crypto import SUITES, tlv
from clerk_app.practice.card_curves import CURVES
from clerk_app.practice.card_faults import parse
from clerk_app.practice.card_keys import agreement_key
from clerk_app.practice.card_opening import pseudo_random
from clerk_app.practice.card_variants import agreement_identifier, variants
from tests.peers.plain_terminal import PlainTerminal, Refused, times

H = bytes.fromhex
QUAN = specimens.specimen(1)
CHALLENGE = H("0102030405060708")
SELECT = H("00A4040C07A0000002471001")


def laid(*faults: str) -> tuple[Chip, PlainTerminal]:
    chip = Chip(QUAN, parse(faults))
    return chip, PlainTerminal(chip.answer, card_security.offered(chip.faults)[0])


def opened(*faults: str) -> tuple[Chip, PlainTerminal]:
    chip, terminal = laid(*faults)
    terminal.open(QUAN.can)
    terminal.select_application()
    return chip, terminal


def test_integrated_mapping_reproduces_appendix_h1() -> None:
    """ICAO 9303-11 appendix H.1: AES-128 on brainpoolP256r1."""
    curve = CURVES["bp256"]
    s, t = H("2923BE84E16CD6AE529049F1F1BBE9EB"), H("5DD4CBFC96F5453B130D890A1CDBAE32")
    number = pseudo_random(SUITES["aes128"], curve, s, t)
    assert number == 0xA2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E
    assert curve.encoded(number) == (
        0x8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427,
        0x4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD,
    )


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_every_field_element_stands_for_a_point_of_the_curve(curve: str) -> None:
    found = CURVES[curve]
    for number in range(2, 40):
        x, y = found.encoded(number * found.n // 97)
        assert (y * y - x**3 - found.a * x - found.b) % found.p == 0


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_points_are_multiplied_as_plain_arithmetic_does(curve: str) -> None:
    found = CURVES[curve]
    point = found.base_times(7)
    assert found.times(12345, point) == times(found, 12345, point) == found.base_times(7 * 12345)
    assert times(found, found.n - 1, point) == (point[0], found.p - point[1])


@pytest.mark.parametrize("suite", sorted(SUITES))
@pytest.mark.parametrize("curve", ["p256", "bp256", "p384", "bp512"])
@pytest.mark.parametrize("mapping", ["gm", "im", "cam"])
def test_every_mapping_opens_the_card(mapping: str, suite: str, curve: str) -> None:
    if (mapping, suite) == ("cam", "3des"):
        with pytest.raises(ValueError, match="unknown fault"):
            parse([f"pace=cam-3des-{curve}"])
        return
    chip, terminal = opened(f"pace={mapping}-{suite}-{curve}")
    assert terminal.read(0x0101) == chip._application_files[0x0101]


@pytest.mark.parametrize("mapping", ["gm", "im", "cam"])
def test_a_wrong_number_is_refused_under_every_mapping(mapping: str) -> None:
    _, terminal = laid(f"pace={mapping}-aes128-bp256")
    with pytest.raises(Refused, match=str(0x6300)):
        terminal.open("999999")


@pytest.mark.parametrize(("faults", "genuine"), [((), True), (("copied",), False)])
def test_chip_authentication_mapping_proves_the_key_in_the_signed_file(faults: tuple[str, ...], genuine: bool) -> None:
    chip, terminal = laid("pace=cam-aes128-bp256+gm-aes128-bp256", *faults)
    terminal.open(QUAN.can)
    signed = terminal.read(0x011D)
    shown = agreement_key(1, chip.faults)
    assert shown.curve.dump(shown.public) in signed
    number = int.from_bytes(terminal.chip_data, "big")
    assert (times(shown.curve, number, shown.public) == terminal.map_key) is genuine


def test_a_card_that_offers_two_ways_does_both() -> None:
    chip, _ = laid("pace=cam-aes256-p384+im-aes128-bp256+gm-3des-p256")
    for way in variants(chip.faults.pace):
        chip.reset()
        terminal = PlainTerminal(chip.answer, way)
        terminal.open(QUAN.can)
        terminal.select_application()
        assert terminal.read(0x010D) == chip._application_files[0x010D]


def public_key(chip: Chip) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """The key that DG15 shows."""
    content = chip._application_files[0x010F]
    inner = content[3:] if content[1] == 0x81 else content[4:] if content[1] == 0x82 else content[2:]
    key = load_der_public_key(inner)
    assert isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return key


def holds(chip: Chip, signature: bytes) -> bool:
    """Whether the signature over the challenge fits the key in DG15 (ICAO 9303-11 §6.1.2)."""
    key = public_key(chip)
    if isinstance(key, ec.EllipticCurvePublicKey):
        r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
        try:
            key.verify(encode_dss_signature(r, s), CHALLENGE, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return len(signature) == 64
    numbers = key.public_numbers()
    message = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
    name, trailer = ("sha1", b"\xbc") if chip.faults.aa == "rsa-sha1" else ("sha256", b"\x34\xcc")
    if message[:1] != b"\x6a" or not message.endswith(trailer):
        return False
    size = hashlib.new(name).digest_size
    body, digest = message[1 : -size - len(trailer)], message[-size - len(trailer) : -len(trailer)]
    return hashlib.new(name, body + CHALLENGE).digest() == digest


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "rsa-sha1"])
@pytest.mark.parametrize(("fault", "good"), [("extended", True), ("copied", False), ("altered-dg15", True)])
def test_active_authentication(kind: str, fault: str, good: bool) -> None:
    """A copy fails. A forger's own key in DG15 answers well: only its digest in the SOD tells."""
    chip, terminal = opened(f"aa={kind}", fault)
    signature, status = terminal.ask(0x88, 0, 0, CHALLENGE, 256)
    assert status == 0x9000
    assert holds(chip, signature) is good
    assert terminal.ask(0x88, 0, 0, CHALLENGE, 256)[0] != signature


def test_active_authentication_is_refused_where_it_should_be() -> None:
    chip = Chip(QUAN, parse([]))
    chip.answer(SELECT)
    assert chip.answer(H("00880000080102030405060708" + "00")) == b"\x69\x82"
    assert opened()[1].ask(0x88, 0, 0, b"short", 256) == (b"", 0x6700)
    for fault in ("no-aa", "no-keys"):
        assert opened(fault)[1].ask(0x88, 0, 0, CHALLENGE, 256) == (b"", 0x6D00)


def test_chip_authentication_is_refused_where_it_should_be() -> None:
    choice = tlv(0x80, agreement_identifier(SUITES["aes128"]))
    chip = Chip(QUAN, parse([]))
    chip.answer(SELECT)
    assert chip.answer(bytes((0, 0x22, 0x41, 0xA4, len(choice))) + choice) == b"\x69\x82"
    _, terminal = opened()
    assert terminal.ask(0x22, 0x41, 0xA4, tlv(0x80, agreement_identifier(SUITES["aes256"])))[1] == 0x6A80
    assert terminal.ask(0x22, 0x41, 0xA6, tlv(0x91, b"\x04" + bytes(64)))[1] == 0x6A80
    assert terminal.ask(0x86, 0, 0, tlv(0x7C, b""), 256)[1] == 0x6D00
    assert terminal.ask(0x22, 0x41, 0xA4, choice)[1] == 0x9000
    assert terminal.ask(0x86, 0, 0, tlv(0x7C, tlv(0x80, b"\x04" + b"\x07" * 64)), 256)[1] == 0x6A80
    assert terminal.read(0x011E)


def test_fingerprints_are_listed_and_refused() -> None:
    chip, terminal = opened()
    assert b"\x63" in chip._application_files[0x011E]
    assert terminal.ask(0xA4, 2, 0x0C, b"\x01\x03")[1] == 0x6982
    assert terminal.ask(0xB0, 0x83, 0, le=32)[1] == 0x6982


def test_a_locked_card_says_so_at_every_door() -> None:
    chip, terminal = laid("locked")
    with pytest.raises(Refused, match=str(0x63C0)):
        terminal.open(QUAN.can)
    assert chip.answer(H("1086000002" + "7C00" + "00")) == b"\x69\x83"
    chip.answer(SELECT)
    assert len(chip.answer(H("0084000008"))) == 10
    assert chip.answer(H("0082000028") + bytes(40) + b"\x28") == b"\x69\x83"


def test_each_wrong_number_makes_the_next_try_slower_until_a_right_one() -> None:
    chip, _ = laid("wrong-can-delay")
    slept: list[int] = []

    def answer(command: bytes) -> bytes:
        reply = chip.answer(command)
        slept.append(chip.delay_ms)
        return reply

    def attempt(can: str) -> int:
        slept.clear()
        chip.reset()
        try:
            PlainTerminal(answer, card_security.offered(chip.faults)[0]).open(can)
        except Refused:
            assert can != QUAN.can
        return max(slept)

    assert [attempt("000000") for _ in range(6)] == [0, 250, 500, 1000, 2000, 2000]
    assert [attempt(QUAN.can), attempt(QUAN.can)] == [2000, 0]
    assert chip.twin()._lasting is chip._lasting


def test_a_card_can_hold_its_answers_back() -> None:
    chip, _ = laid("held-back")
    assert chip.answer(H("00B09C0000")) == b"\x61\x36"
    assert chip.answer(H("00C0000010")) == card_security.card_access(chip.faults)[:16] + b"\x61\x26"
    assert chip.answer(H("00C0000026")) == card_security.card_access(chip.faults)[16:] + b"\x90\x00"
    assert chip.answer(H("00C0000000")) == b"\x69\x85"


def test_an_answer_too_long_for_a_short_command_comes_in_parts() -> None:
    chip, terminal = opened("aa=rsa")
    signature, _ = terminal.ask(0x88, 0, 0, CHALLENGE, 256)
    assert len(signature) == 256
    assert holds(chip, signature)


def test_a_card_can_name_the_length_it_wants() -> None:
    chip, _ = laid("exact-length")
    assert chip.answer(H("00B09C0000")) == b"\x6c\x36"
    assert chip.answer(H("00B09C0036"))[-2:] == b"\x90\x00"


def test_a_card_can_warn_at_the_end_of_a_file() -> None:
    chip, terminal = opened("end-warning")
    assert terminal.read(0x0101) == chip._application_files[0x0101]
    assert terminal.ask(0xB0, 0x81, 90, le=100)[1] == 0x6282


def test_extended_commands_are_refused_unless_the_card_announces_them() -> None:
    long = H("00B09C00000800")
    assert Chip(QUAN, parse([])).answer(long) == b"\x67\x00"
    assert Chip(QUAN, parse(["extended"])).answer(long)[-2:] == b"\x90\x00"


OCTETS = st.binary(max_size=80)
INSTRUCTIONS = st.sampled_from([0x22, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xC0, 0xCA])
PARAMETERS = st.sampled_from([0, 2, 4, 0x0C, 0x41, 0x81, 0x83, 0x9C, 0xA4, 0xA6, 0xC1])

WHOLE = st.tuples(INSTRUCTIONS, PARAMETERS, PARAMETERS, OCTETS).map(lambda p: bytes((0, *p[:3], len(p[3]))) + p[3])
FUZZED = Chip(QUAN, parse([]))


@settings(deadline=None)
@given(st.lists(st.one_of(OCTETS, WHOLE), max_size=8))
def test_whatever_is_sent_in_the_clear_is_answered_and_opens_nothing(commands: list[bytes]) -> None:
    FUZZED.reset()
    for command in (SELECT, *commands):
        answer = FUZZED.answer(command)
        assert len(answer) >= 2
        assert answer[:-2] not in FUZZED._application_files.values()
    assert FUZZED._session is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(INSTRUCTIONS, PARAMETERS, PARAMETERS, OCTETS), max_size=6))
def test_whatever_is_sent_under_protection_is_answered_under_protection(
    commands: list[tuple[int, int, int, bytes]],
) -> None:
    FUZZED.reset()
    terminal = PlainTerminal(FUZZED.answer, card_security.offered(FUZZED.faults)[0])
    terminal.open(QUAN.can)
    terminal.select_application()
    for ins, p1, p2, data in commands:
        _, status = terminal.ask(ins, p1, p2, data, 256)
        assert status == 0x9000 or status >> 8 in (0x62, 0x63, 0x67, 0x69, 0x6A, 0x6B, 0x6D)
