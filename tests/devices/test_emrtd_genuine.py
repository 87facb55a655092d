"""Is it the chip or a copy: whole readings against a chip whose cryptography is libeac's."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.desk.ports import Access, CardReading
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.emrtd import pace
from clerk_app.devices.emrtd.apdu import NotCarried, is_extended
from clerk_app.devices.emrtd.ciphers import SystemDice
from clerk_app.devices.emrtd.conversation import keys_of, read_chip
from clerk_app.devices.emrtd.curves import CURVES
from clerk_app.domain.evidence import Verdict
from clerk_app.domain.refusals import DeviceFault
from tests.peers import issuer, openpace
from tests.peers.chip import converse
from tests.peers.issuer import Issued, chip_info, issue
from tests.peers.proving_chip import CAN, ProvingChip

pytestmark = pytest.mark.skipif(bool(openpace.WHY_NOT), reason=openpace.WHY_NOT)

NOW = datetime.now(UTC)
RSA_1024, RSA_2048 = rsa.generate_private_key(65537, 1024), rsa.generate_private_key(65537, 2048)
EC_256 = ec.generate_private_key(ec.SECP256R1())
AES = (chip_info(2),)


def read(issued: Issued, *faults: str, longest: int = 256) -> tuple[CardReading, ProvingChip]:
    chip = ProvingChip(issued, *faults, longest=longest)
    return reading_of(chip, issued, extended=longest > 256), chip


def reading_of(chip: object, issued: Issued, *, extended: bool = False) -> CardReading:
    assert callable(chip)
    return read_identity(
        chip,
        Access(can=CAN.decode()),
        device="test",
        trusted=[issued.authority],
        practice=False,
        clock=lambda: NOW,
        extended=extended,
    )


def genuine(reading: CardReading) -> tuple[str, str]:
    """The state and the reason of the verdict, which must agree with the reading."""
    (verdict,) = [one for one in reading.evidence.verdicts if one.name == "genuine"]
    assert verdict == Verdict("genuine", reading.genuine, verdict.reason)
    return verdict.state, verdict.reason


# ---- PACE against libeac, every curve and cipher ----


@pytest.mark.parametrize("parameter", sorted(CURVES))
@pytest.mark.parametrize("suite", [1, 2, 3, 4])
def test_pace_opens_libeac_on_every_curve_with_every_cipher(parameter: int, suite: int) -> None:
    reading, _ = read(issue(pace=[(2, suite, parameter)], with_key=False))
    assert reading.access == "PACE"
    assert (reading.signed, reading.hashes, reading.evidence.level) == ("yes", "ok", "qr")
    assert genuine(reading) == ("unsupported", "NO_KEY_ON_CHIP")
    assert reading.problems == ("NO_KEY_ON_CHIP",)


@pytest.mark.parametrize("suite", [1, 2, 3, 4])
@pytest.mark.parametrize("parameter", [11, 12, 13, 17, 18])
def test_pace_with_integrated_mapping_on_every_kind_of_curve(parameter: int, suite: int) -> None:
    reading, _ = read(issue(pace=[(4, suite, parameter)], with_key=False))
    assert (reading.access, reading.signed, reading.hashes) == ("PACE", "yes", "ok")


def test_a_wrong_number_is_refused_by_libeac() -> None:
    password = pace.Password("can", b"999999")
    with pytest.raises(DeviceFault) as caught:
        converse(pace.establish(pace.ASSUMED, password, SystemDice()), ProvingChip(issue()))
    assert caught.value.code == "CARD_WRONG_NUMBER"


# ---- chip authentication ----


@pytest.mark.parametrize("suite", [1, 2, 3, 4])
@pytest.mark.parametrize("parameter", sorted(CURVES))
def test_chip_authentication_on_every_curve_with_every_cipher(parameter: int, suite: int) -> None:
    reading, _ = read(issue(chip=[chip_info(suite)], parameter=parameter))
    assert genuine(reading) == ("yes", "CHIP_AUTHENTICATION")
    assert (reading.evidence.level, reading.problems) == ("chip", ())


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("faults", [(), ("no-kat",)])
def test_chip_authentication_with_3des_in_one_command_or_two(named: bool, faults: tuple[str, ...]) -> None:
    reading, _ = read(issue(chip=[chip_info(1)], named=named), *faults)
    assert genuine(reading) == ("yes", "CHIP_AUTHENTICATION")


def test_a_key_without_a_word_is_for_3des() -> None:
    reading, chip = read(issue())
    assert genuine(reading) == ("yes", "CHIP_AUTHENTICATION")
    assert len(chip.commands) == opening(1) + chunks(chip, 223, 231)


def test_the_strongest_way_is_taken() -> None:
    _, chip = read(issue(chip=[chip_info(1), chip_info(2), chip_info(4)]))
    assert len(chip.commands) == opening(2) + chunks(chip, 223, 223)


def test_everything_read_is_kept_by_name() -> None:
    issued = issue(chip=AES, signing_key=RSA_1024)
    reading, _ = read(issued)
    assert set(reading.files) == {"EF.CardAccess", "EF.SOD", "DG14", "DG1", "DG13", "DG2", "DG15"}
    assert reading.files["EF.SOD"] == issued.sod
    assert reading.files["EF.CardAccess"] == issued.card_access
    assert all(reading.files[f"DG{number}"] == issued.groups[number] for number in (1, 2, 13, 14, 15))
    assert "DG1" not in repr(reading)


# ---- active authentication ----


@pytest.mark.parametrize("key", [RSA_1024, EC_256])
def test_active_authentication_where_there_is_no_other_proof(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    reading, chip = read(issue(with_key=False, signing_key=key))
    assert genuine(reading) == ("yes", "ACTIVE_AUTHENTICATION")
    assert (reading.evidence.level, reading.problems) == ("chip", ())
    assert len(chip.commands) == opening(1) + chunks(chip, 223, 223)


def test_a_long_signature_is_fetched_in_parts_or_with_extended_length() -> None:
    reading, _ = read(issue(with_key=False, signing_key=RSA_2048), "in-parts", "no-extended")
    assert genuine(reading) == ("yes", "ACTIVE_AUTHENTICATION")
    reading, _ = read(issue(with_key=False, signing_key=RSA_2048))
    assert genuine(reading) == ("yes", "ACTIVE_AUTHENTICATION")
    reading, _ = read(issue(with_key=False, signing_key=RSA_2048), longest=1024)
    assert genuine(reading) == ("yes", "ACTIVE_AUTHENTICATION")


def test_active_authentication_stands_in_for_chip_authentication_that_is_refused() -> None:
    reading, _ = read(issue(chip=AES, signing_key=RSA_1024), "no-ca")
    assert genuine(reading) == ("yes", "ACTIVE_AUTHENTICATION")


def test_active_authentication_stands_in_for_a_key_that_is_not_used_here() -> None:
    issued = issue(chip=[chip_info(2, version=3)], signing_key=EC_256)
    assert genuine(read(issued)[0]) == ("yes", "ACTIVE_AUTHENTICATION")


# ---- chip authentication mapping ----


@pytest.mark.parametrize("suite", [2, 3, 4])
@pytest.mark.parametrize("parameter", [12, 13, 18])
def test_chip_authentication_mapping_proves_the_chip_without_another_command(parameter: int, suite: int) -> None:
    issued = issue(pace=[(6, suite, parameter)], chip=AES, parameter=parameter, signing_key=RSA_1024)
    reading, chip = read(issued)
    assert genuine(reading) == ("yes", "PACE_CAM")
    assert len(chip.commands) == opening(0) + chunks(chip, 223, 223)


def test_a_mapping_that_proves_nothing_leaves_it_to_chip_authentication() -> None:
    issued = issue(pace=[(6, 2, 13)], chip=AES)
    assert genuine(read(issued, "wrong-cam-key")[0]) == ("yes", "CHIP_AUTHENTICATION")
    reading, _ = read(issued, "wrong-cam-key", "copied")
    assert genuine(reading) == ("no", "COPY_WITHOUT_KEY PACE_CAM CHIP_AUTHENTICATION")


# ---- version 2 of chip authentication ----


def test_version_2_is_confirmed_by_nonce_and_token() -> None:
    reading, _ = read(issue(chip=[chip_info(4, version=2)]), "version-2")
    assert genuine(reading) == ("yes", "CHIP_AUTHENTICATION")


def test_version_1_is_taken_where_both_are_offered() -> None:
    reading, _ = read(issue(chip=[chip_info(4, version=2), chip_info(2)]))
    assert genuine(reading) == ("yes", "CHIP_AUTHENTICATION")


def test_a_wrong_token_is_a_copy() -> None:
    """Answered as version 1 answers, without nonce and token: the keys agree and the chip has not shown that."""
    reading, _ = read(issue(chip=[chip_info(2, version=2)]))
    assert genuine(reading) == ("no", "COPY_WITHOUT_KEY CHIP_AUTHENTICATION")


def test_a_chip_that_wants_terminal_authentication_first_is_neither_good_nor_bad() -> None:
    reading, _ = read(issue(chip=[chip_info(2, version=2)]), "no-ca")
    assert genuine(reading) == ("unsupported", "NEEDS_TERMINAL_AUTHENTICATION")


# ---- copies ----


@pytest.mark.parametrize(
    ("issued", "faults", "reason"),
    [
        (issue(chip=AES), ("copied",), "COPY_WITHOUT_KEY CHIP_AUTHENTICATION"),
        (issue(), ("copied",), "COPY_WITHOUT_KEY CHIP_AUTHENTICATION"),
        (issue(chip=AES), ("no-ca",), "COPY_WITHOUT_KEY CHIP_AUTHENTICATION 6a80"),
        (issue(chip=AES), ("ca-breaks",), "COPY_WITHOUT_KEY CHIP_AUTHENTICATION"),
        (
            issue(chip=AES, signing_key=RSA_1024),
            ("copied",),
            "COPY_WITHOUT_KEY CHIP_AUTHENTICATION ACTIVE_AUTHENTICATION",
        ),
        (
            issue(chip=AES, signing_key=EC_256),
            ("no-ca", "no-aa"),
            "COPY_WITHOUT_KEY CHIP_AUTHENTICATION 6a80 ACTIVE_AUTHENTICATION 6d00",
        ),
        (issue(with_key=False, signing_key=EC_256), ("copied",), "COPY_WITHOUT_KEY ACTIVE_AUTHENTICATION"),
        (
            issue(with_key=False, signing_key=RSA_2048),
            ("no-extended",),
            "COPY_WITHOUT_KEY ACTIVE_AUTHENTICATION card_session_lost",
        ),
    ],
)  # fmt: skip
def test_a_copy_has_the_data_and_not_the_key(issued: Issued, faults: tuple[str, ...], reason: str) -> None:
    """It is read to its end all the same, so that the clerk sees the portrait; it is worth what a typed form is."""
    reading, chip = read(issued, *faults)
    assert genuine(reading) == ("no", reason)
    assert (reading.signed, reading.hashes, reading.evidence.level) == ("yes", "ok", "manual")
    assert reading.problems == ("COPY_WITHOUT_KEY",)
    assert reading.files["DG2"] == issued.groups[2]
    assert len(chip.commands) <= 3 * opening(2) + chunks(chip, 223, 223) + 3


def test_a_key_file_that_is_gone_or_altered_is_no_proof() -> None:
    issued = issue(chip=AES, signing_key=EC_256)
    without = replace(issued, groups={n: data for n, data in issued.groups.items() if n not in (14, 15)})
    reading, _ = read(without)
    assert genuine(reading) == ("no", "DG14_MISSING DG15_MISSING")
    assert reading.evidence.level == "manual"
    other = issue(chip=AES, parameter=12)
    forged = replace(other, sod=issued.sod)
    reading, _ = read(forged)
    assert genuine(reading)[0] == "no"
    assert "DG14_ALTERED" in reading.problems
    assert (reading.hashes, reading.evidence.level) == ("bad", "manual")


def test_a_dg14_that_is_gone_hides_a_downgrade_and_is_no_proof() -> None:
    issued = issue(chip=AES, signing_key=EC_256)
    without = replace(issued, groups={n: data for n, data in issued.groups.items() if n != 14})
    reading, _ = read(without)
    assert genuine(reading) == ("no", "DG14_MISSING")


def test_a_missing_signing_key_does_not_matter_where_the_chip_has_proven_itself() -> None:
    issued = issue(chip=AES, signing_key=EC_256)
    without = replace(issued, groups={n: data for n, data in issued.groups.items() if n != 15})
    assert genuine(read(without)[0]) == ("yes", "CHIP_AUTHENTICATION")


@pytest.mark.parametrize(
    ("chip", "detail"),
    [([chip_info(2, version=3)], "chip authentication 3.2"), ([chip_info(9)], "chip authentication 1.9")],
)
def test_what_is_not_done_here_is_neither_good_nor_bad(chip: list[bytes], detail: str) -> None:
    reading, _ = read(issue(chip=chip))
    assert genuine(reading) == ("unsupported", f"ALGORITHM_UNKNOWN {detail}")
    assert (reading.evidence.level, reading.problems) == ("qr", ("ALGORITHM_UNKNOWN",))


# ---- EF.CardAccess, which nobody signs ----


@pytest.mark.parametrize(
    ("shown", "signed", "differs"),
    [
        ([(2, 2, 13)], [(2, 2, 13)], False),
        ([(2, 1, 13)], [(2, 1, 13), (2, 4, 13)], True),
        ([(2, 2, 13), (2, 1, 10)], [(2, 2, 13)], True),
        ([(2, 2, 13)], [(2, 2, 17)], True),
        ([(2, 2, 13)], [], False),
        ([(2, 2, 13), (1, 2, 2)], [(1, 2, 2), (2, 2, 13)], False),
    ],
)
def test_a_card_access_that_differs_from_the_signed_dg14_is_found(
    shown: list[issuer.PaceWay], signed: list[issuer.PaceWay], differs: bool
) -> None:
    reading, _ = read(issue(pace=shown, signed_pace=signed, chip=AES))
    assert ("CARD_ACCESS_DIFFERS" in reading.problems) == differs
    assert reading.evidence.level == ("qr" if differs else "chip")
    assert reading.genuine == "yes"


def test_a_card_access_that_was_taken_away_is_found() -> None:
    stripped = issue(pace=[(2, 2, 13)], signed_pace=[(2, 2, 13), (2, 4, 17)], chip=AES)
    reading, _ = read(stripped, "no-card-access")
    assert "CARD_ACCESS_DIFFERS" in reading.problems
    usual = issue(chip=AES)
    assert read(usual, "no-card-access")[0].problems == ()


# ---- a proof that breaks off ----


class Flickering:
    """A chip that loses the protected conversation at its first `times` commands of instruction `at`."""

    def __init__(self, chip: ProvingChip, at: int, times: int) -> None:
        self._chip = chip
        self._at = at
        self._left = times

    def __call__(self, command: bytes) -> bytes:
        if command[0] & 0x0C and command[1] == self._at and self._left:
            self._left -= 1
            self._chip.break_off()
        return self._chip(command)


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize(
    ("issued", "instruction", "proof"),
    [
        (issue(chip=AES), 0x22, "CHIP_AUTHENTICATION"),
        (issue(chip=AES), 0x86, "CHIP_AUTHENTICATION"),
        (issue(with_key=False, signing_key=RSA_1024), 0x88, "ACTIVE_AUTHENTICATION"),
    ],
    ids=["CA choice", "CA agreement", "AA"],
)
def test_one_bad_exchange_does_not_make_a_copy(issued: Issued, instruction: int, proof: str, extended: bool) -> None:
    chip = ProvingChip(issued, longest=512 if extended else 256)
    reading = reading_of(Flickering(chip, instruction, 1), issued, extended=extended)
    assert (genuine(reading), reading.problems) == (("yes", proof), ())


@pytest.mark.parametrize(
    ("issued", "instruction"),
    [(issue(chip=AES), 0x86), (issue(with_key=False, signing_key=RSA_1024), 0x88)],
    ids=["CA", "AA"],
)
def test_a_proof_that_breaks_off_again_is_not_one(issued: Issued, instruction: int) -> None:
    chip = ProvingChip(issued)
    reading = reading_of(Flickering(chip, instruction, 2), issued)
    assert genuine(reading)[0] == "no"
    assert reading.files["DG2"] == issued.groups[2]


# ---- how many commands ----


def opening(proof: int) -> int:
    """EF.CardAccess, five of PACE, SELECT, and the commands of a proof."""
    return 7 + proof


def chunks(chip: ProvingChip, before: int, after: int) -> int:
    """One command for every part of a file: 223 octets under AES, 231 under 3DES."""
    first = [chip.files[0x011D], chip.files[0x010E]]
    then = [chip.files[0x0100 + number] for number in (1, 2, 13, 15) if 0x0100 + number in chip.files]
    return sum(math.ceil(len(content) / before) for content in first) + sum(
        math.ceil(len(content) / after) for content in then
    )


@pytest.mark.parametrize(("key", "size"), [(AES, 2), ((chip_info(4),), 2)])
def test_a_proof_costs_two_commands_and_dg14(key: tuple[bytes, ...], size: int) -> None:
    _, chip = read(issue(chip=key))
    assert len(chip.commands) == opening(size) + chunks(chip, 223, 223)


def test_extended_lengths_are_used_when_card_and_reader_carry_them() -> None:
    _, chip = read(issue(chip=AES), longest=4096)
    assert len(chip.commands) < 24


def test_a_card_that_promises_extended_lengths_and_breaks_off_is_read_without() -> None:
    reading, chip = read(issue(chip=AES), "no-extended", longest=4096)
    assert (reading.evidence.level, reading.genuine) == ("chip", "yes")
    assert len(chip.commands) <= 2 * opening(2) + chunks(chip, 223, 223)


def test_a_driver_that_carries_no_extended_lengths_costs_an_opening() -> None:
    issued = issue(chip=AES)
    chip = ProvingChip(issued, longest=4096)

    def transmit(command: bytes) -> bytes:
        if is_extended(command):
            raise NotCarried
        return chip(command)

    assert reading_of(transmit, issued, extended=True).genuine == "yes"
    signing = issue(with_key=False, signing_key=RSA_2048)
    chip = ProvingChip(signing)
    reading = reading_of(transmit, signing)
    assert genuine(reading) == ("unsupported", "NEEDS_EXTENDED_LENGTH")
    assert reading.evidence.level == "qr"


@pytest.mark.parametrize("from_command", range(9, 20))
@pytest.mark.parametrize("breaks", [True, False])
def test_extended_lengths_that_fail_later_do_not_make_a_copy(from_command: int, breaks: bool) -> None:
    """By the driver or by the chip, before, during or after the proof: it is repeated or it stands."""
    issued = issue(chip=AES)
    chip = ProvingChip(issued, longest=512)

    def transmit(command: bytes) -> bytes:
        if is_extended(command) and len(chip.commands) >= from_command:
            if breaks:
                raise NotCarried
            chip.break_off()
            return bytes.fromhex("6700")
        return chip(command)

    reading = reading_of(transmit, issued, extended=True)
    assert (reading.genuine, reading.evidence.level, reading.problems) == ("yes", "chip", ())
    assert len(chip.commands) <= 4 * opening(2) + chunks(chip, 223, 223) + 12


def test_progress_never_goes_back_when_a_card_is_opened_twice() -> None:
    heard: list[tuple[int, int]] = []
    chip = ProvingChip(issue(chip=AES), "copied")
    talk = read_chip(keys_of(CAN.decode(), "", "", ""), tell=lambda done, total: heard.append((done, total)))
    read_inside = sum(len(file) for name, file in converse(talk, chip).files.items() if name != "EF.CardAccess")
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1] == read_inside


# ---- noise ----


@pytest.mark.parametrize("at", range(0, 24, 3))
@pytest.mark.parametrize("answer", [b"\x90\x00", b"\x69\x88", b"", bytes(40) + b"\x90\x00"])
def test_nonsense_at_any_command_proves_nothing_false(at: int, answer: bytes) -> None:
    """One answer exchanged for nonsense: the reading fails with a fault, or says of the chip what is true."""
    issued = issue(pace=[(6, 2, 13), (2, 2, 13)], chip=AES, signing_key=EC_256)
    chip = ProvingChip(issued, "copied", "wrong-cam-key")

    def transmit(command: bytes) -> bytes:
        given = chip(command)
        return answer if len(chip.commands) == at + 1 else given

    try:
        reading = reading_of(transmit, issued)
    except DeviceFault:
        return
    assert reading.genuine != "yes"
    assert reading.evidence.level != "chip"


ISSUED = issue(pace=[(2, 2, 13)], chip=AES, signing_key=EC_256)


@settings(deadline=None, max_examples=60)
@given(answers=st.lists(st.binary(max_size=300), max_size=12), data=st.data())
def test_a_chip_of_garbage_ends_soon_and_proves_nothing(answers: list[bytes], data: st.DataObject) -> None:
    """Genuine up to a point, then whatever comes: no crash, no endless conversation, no false proof."""
    chip = ProvingChip(ISSUED, "copied")
    start = data.draw(st.integers(0, 30))
    statuses = st.sampled_from([b"\x90\x00", b"\x62\x82", b"\x61\x10", b"\x6c\x08", b"\x67\x00", b"\x69\x82", b""])
    left = list(answers)

    def transmit(command: bytes) -> bytes:
        given = chip(command)
        if len(chip.commands) <= start or not left:
            return given
        return left.pop() + data.draw(statuses)

    try:
        reading = reading_of(transmit, ISSUED)
    except DeviceFault:
        pass
    else:
        assert reading.genuine != "yes"
    assert len(chip.commands) < 400


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, 60), where=st.integers(0, 400), bits=st.integers(1, 255))
def test_a_proof_cannot_be_made_by_meddling(at: int, where: int, bits: int) -> None:
    chip = ProvingChip(ISSUED, "copied")

    def transmit(command: bytes) -> bytes:
        answer = bytearray(chip(command))
        if len(chip.commands) == at + 1:
            answer[where % len(answer)] ^= bits
        return bytes(answer)

    try:
        reading = reading_of(transmit, ISSUED)
    except DeviceFault:
        return
    assert reading.genuine == "no"
    assert reading.evidence.level == "manual"


# ---- the peer itself ----


@pytest.mark.parametrize("suite", [1, 2, 3, 4])
def test_both_roles_of_libeac_agree(suite: int) -> None:
    """The binding is general: cards are tested with libeac as their reader, so that side has to work too."""
    issued = issue(chip=[chip_info(suite)])
    card, reader = openpace.Party(issued.chip_infos), openpace.Party(issued.chip_infos)
    curve = CURVES[13]
    point = curve.encode(curve.times_generator(issued.chip_key))
    card.set_chip_key(issued.chip_key.to_bytes(curve.size, "big"), point)
    mine = reader.ephemeral_chip_key()
    assert card.agree_with_chip_key(mine) == reader.agree_with_chip_key(point)
    card.begin("chip authentication")
    reader.begin("chip authentication")
    for party in (card, reader):
        party.count()
    assert reader.decrypt(card.encrypt(bytes(32))) == bytes(32)
    assert card.mac(bytes(16)) == reader.mac(bytes(16))
