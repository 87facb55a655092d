"""PACE with generic mapping over elliptic curves: opens the chip with the CAN or the MRZ (ICAO 9303-11 §4.4)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Answer, Command, InTheClear, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import (
    AES_128,
    AES_192,
    AES_256,
    FOR_PASSWORD,
    TRIPLE_DES,
    Dice,
    SessionKeys,
    Suite,
)
from clerk_app.devices.emrtd.curves import CURVES, Curve

_ID_PACE = bytes.fromhex("04007F0007020204")
_GENERIC_MAPPING = 2
_SUITES = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of PACE that a chip offers: the object identifier's octets, its suite, and the number of its curve."""

    identifier: bytes
    suite: Suite
    parameter: int

    @property
    def curve(self) -> Curve:
        return CURVES[self.parameter]


ASSUMED = Variant(_ID_PACE + bytes((_GENERIC_MAPPING, 2)), AES_128, 13)
"""What public readers found on citizen cards: AES-128 on brainpoolP256r1. Tried when EF.CardAccess cannot be read."""


class Unavailable(Exception):
    """The chip does not do PACE with this password; another way may be open. `status` is its status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Password:
    """What is known about the card: the CAN (reference 2) or the seed made from the MRZ (reference 1)."""

    kind: Literal["can", "mrz"]
    secret: bytes = field(repr=False)

    @property
    def reference(self) -> int:
        return 2 if self.kind == "can" else 1

    def refused(self) -> Exception:
        return card_faults.wrong_can() if self.kind == "can" else card_faults.wrong_mrz_key()


def offered(card_access: bytes) -> tuple[Variant, ...]:
    """The variants in EF.CardAccess that are understood here, strongest first. Raises `Malformed`."""
    found: list[Variant] = []
    for tag, info in tlv.objects(tlv.first(card_access, 0x31)):
        if tag != 0x30:
            continue
        parts = list(tlv.objects(info))
        if not parts or parts[0][0] != 0x06:
            continue
        identifier = parts[0][1]
        if len(identifier) != 10 or identifier[:8] != _ID_PACE or identifier[8] != _GENERIC_MAPPING:
            continue
        parameter = int.from_bytes(parts[2][1], "big") if len(parts) > 2 and parts[2][0] == 0x02 else 0
        suite = _SUITES.get(identifier[9])
        if suite is not None and parameter in CURVES:
            found.append(Variant(identifier, suite, parameter))
    return tuple(sorted(found, key=lambda variant: (variant.suite.aes, variant.suite.key_size), reverse=True))


def establish(variant: Variant, password: Password, dice: Dice) -> Talk[SessionKeys]:
    """Run the protocol; the keys for secure messaging.

    Raises `Unavailable` when the chip does not begin, `DeviceFault` when the password is wrong or an answer is not
    what the protocol demands.
    """
    curve, suite = variant.curve, variant.suite
    choice = tlv.encode(0x80, variant.identifier)
    choice += tlv.encode(0x83, bytes((password.reference,)))
    choice += tlv.encode(0x84, bytes((variant.parameter,)))
    chosen = yield from InTheClear().ask(Command(0x22, 0xC1, 0xA4, choice))
    if chosen.status >> 8 == 0x63:
        # Some chips warn here how many tries are left; the protocol goes on (ICAO 9303-11 §4.4.4.1).
        chosen = Answer(b"", 0x9000)
    if not chosen.ok:
        raise Unavailable(chosen.status)
    try:
        sealed = yield from _step(b"", 0x80, password, first=True)
        nonce = suite.decrypt(suite.derive(password.secret, FOR_PASSWORD), sealed)

        mapping = dice.scalar(curve.n)
        mine = curve.times_generator(mapping)
        theirs = curve.decode((yield from _step(tlv.encode(0x81, curve.encode(mine)), 0x82, password)))
        _differ(curve.encode(mine), curve.encode(theirs))
        shared = curve.times(mapping, theirs)
        generator = curve.plus(curve.times_generator(int.from_bytes(nonce, "big")), shared)

        agreement = dice.scalar(curve.n)
        mine = curve.times(agreement, generator)
        theirs = curve.decode((yield from _step(tlv.encode(0x83, curve.encode(mine)), 0x84, password)))
        _differ(curve.encode(mine), curve.encode(theirs))
        secret = curve.shared_secret(agreement, theirs)
        keys = SessionKeys.of(suite, secret)

        token = _token(variant, keys, curve.encode(theirs))
        answer = yield from _step(tlv.encode(0x85, token), 0x86, password, last=True)
        if not hmac.compare_digest(answer, _token(variant, keys, curve.encode(mine))):
            raise password.refused()
        return keys
    except Malformed as wrong:
        raise card_faults.garbage(f"PACE: {wrong}") from wrong


def _step(data: bytes, wanted: int, password: Password, *, first: bool = False, last: bool = False) -> Talk[bytes]:
    """One GENERAL AUTHENTICATE; chained except for the last. The value of the object `wanted`."""
    command = Command(0x86, 0, 0, tlv.encode(0x7C, data), LONGEST_SHORT, 0x00 if last else 0x10)
    answer = yield from InTheClear().ask(command)
    if answer.ok:
        return tlv.first(tlv.first(answer.data, 0x7C), wanted)
    if answer.status == 0x6983:
        raise card_faults.blocked()
    if first:
        raise Unavailable(answer.status)
    if answer.status >> 8 == 0x63 or (last and answer.status in (0x6982, 0x6988, 0x6A80)):
        raise password.refused()
    raise Malformed(f"status {answer.status:04X}")


def _differ(mine: bytes, theirs: bytes) -> None:
    """A chip that sends our own key back is a mirror, not a chip (§4.4.3.2)."""
    if mine == theirs:
        raise Malformed("public key sent back")


def _token(variant: Variant, keys: SessionKeys, public: bytes) -> bytes:
    """The authentication token over the other side's public key (§4.4.3.4)."""
    content = tlv.encode(0x7F49, tlv.encode(0x06, variant.identifier) + tlv.encode(0x86, public))
    return keys.suite.mac(keys.mac, content)
