"""PACE over elliptic curves with generic, integrated and chip authentication mapping (ICAO 9303-11 §4.4).

Opens the chip with the CAN or the MRZ. With chip authentication mapping the chip also proves a key of its own, in the
same commands; what it sent for that is kept as `ChipMapping` until the signed DG14 tells which key it must be.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import mappings, tlv
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Answer, Command, InTheClear, Malformed, Talk, tries_left
from clerk_app.devices.emrtd.ciphers import (
    AES_128,
    AES_192,
    AES_256,
    FOR_PASSWORD,
    TRIPLE_DES,
    Dice,
    SessionKeys,
    Suite,
    unpad,
)
from clerk_app.devices.emrtd.curves import CURVES, Curve, Point
from clerk_app.devices.emrtd.security_infos import PACE, PaceInfo
from clerk_app.domain.refusals import DeviceFault

Mapping = Literal["generic", "integrated", "chip"]

_MAPPINGS: dict[int, Mapping] = {2: "generic", 4: "integrated", 6: "chip"}
"""By the ninth octet of the identifier. 1 and 3 are the same over multiplicative groups."""
_SUITES = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of PACE that a chip offers: the object identifier's octets and the number of its curve."""

    identifier: bytes
    parameter: int

    @property
    def mapping(self) -> Mapping:
        return _MAPPINGS[self.identifier[8]]

    @property
    def suite(self) -> Suite:
        return _SUITES[self.identifier[9]]

    @property
    def curve(self) -> Curve:
        return CURVES[self.parameter]

    @property
    def strength(self) -> tuple[bool, int, int, int]:
        """What makes one way better than another: cipher, key length, curve; then a mapping that proves the chip."""
        order: tuple[Mapping, ...] = ("integrated", "generic", "chip")
        return self.suite.aes, self.suite.key_size, self.curve.p.bit_length(), order.index(self.mapping)


ASSUMED = Variant(PACE + bytes((2, 2)), 13)
"""What public readers found on citizen cards: generic mapping, AES-128, brainpoolP256r1. Tried when EF.CardAccess
cannot be read."""


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

    def refused(self, tries: int | None = None) -> DeviceFault:
        """The fault of a wrong password; `tries` are left where the chip said so."""
        return card_faults.wrong_can(tries) if self.kind == "can" else card_faults.wrong_mrz_key(tries)


@dataclass(frozen=True, slots=True)
class ChipMapping:
    """What a chip sent to prove its key by chip authentication mapping: a factor, and the point it was used for."""

    curve: Curve
    factor: int = field(repr=False)
    mapped: Point = field(repr=False)

    def proves(self, curve: Curve, key: Point) -> bool:
        """Whether only the holder of the private key that belongs to `key` can have sent this (§4.4.3.3.3)."""
        if curve != self.curve or self.factor % curve.n == 0:
            return False
        return curve.times(self.factor, key) == self.mapped


@dataclass(frozen=True, slots=True)
class Opened:
    """What PACE agreed on, and the chip's proof where the mapping brings one."""

    keys: SessionKeys
    mapping: ChipMapping | None = None


def understood(infos: Sequence[PaceInfo]) -> tuple[Variant, ...]:
    """The ways that are done here, strongest first."""
    found: list[Variant] = []
    for info in infos:
        mapping, suite = _MAPPINGS.get(info.identifier[8]), _SUITES.get(info.identifier[9])
        curve = CURVES.get(info.parameter) if info.parameter is not None else None
        if mapping is None or suite is None or curve is None or info.parameter is None or info.version != _VERSION:
            continue
        if mapping == "integrated" and not mappings.fits_integrated(curve):
            continue
        if mapping == "chip" and not suite.aes:
            continue
        found.append(Variant(info.identifier, info.parameter))
    return tuple(sorted(found, key=lambda variant: variant.strength, reverse=True))


def establish(variant: Variant, password: Password, dice: Dice) -> Talk[Opened]:
    """Run the protocol.

    Raises `Unavailable` when the chip does not begin, `DeviceFault` when the password is wrong or an answer is not
    what the protocol demands.
    """
    curve, suite = variant.curve, variant.suite
    conversation = _Conversation(password, (yield from _begin(variant, password)))
    try:
        sealed = (yield from conversation.step(b"", 0x80, first=True))[0x80]
        nonce = suite.decrypt(suite.derive(password.secret, FOR_PASSWORD), sealed)
        generator, mapped = yield from _mapped(variant, nonce, conversation, dice)

        agreement = dice.scalar(curve.n)
        mine = curve.times(agreement, generator)
        theirs = yield from _agree(curve, mine, 0x83, 0x84, conversation)
        keys = SessionKeys.of(suite, curve.shared_secret(agreement, theirs))

        token = _token(variant, keys, curve.encode(theirs))
        last = yield from conversation.step(tlv.encode(0x85, token), 0x86, last=True)
        if not hmac.compare_digest(last[0x86], _token(variant, keys, curve.encode(mine))):
            raise password.refused()
    except Malformed as wrong:
        raise card_faults.garbage(f"PACE: {wrong}") from wrong
    if variant.mapping != "chip" or mapped is None:
        return Opened(keys)
    return Opened(keys, ChipMapping(curve, _factor(keys, last.get(0x8A, b"")), mapped))


def _begin(variant: Variant, password: Password) -> Talk[int | None]:
    """MSE:Set AT (§4.4.4.1). How many tries are left, where the chip says so: some warn here, and go on."""
    choice = tlv.encode(0x80, variant.identifier)
    choice += tlv.encode(0x83, bytes((password.reference,)))
    choice += tlv.encode(0x84, bytes((variant.parameter,)))
    chosen = yield from InTheClear().ask(Command(0x22, 0xC1, 0xA4, choice))
    if chosen.status in (0x63C0, 0x6983):
        raise card_faults.blocked()
    if chosen.status >> 8 == 0x63:
        return tries_left(chosen.status)
    if not chosen.ok:
        raise Unavailable(chosen.status)
    return None


def _mapped(
    variant: Variant, nonce: bytes, conversation: _Conversation, dice: Dice
) -> Talk[tuple[Point, Point | None]]:
    """The new generator, and the chip's key of the mapping where there was one."""
    curve = variant.curve
    match variant.mapping:
        case "generic" | "chip":
            mapping = dice.scalar(curve.n)
            mine = curve.times_generator(mapping)
            theirs = yield from _agree(curve, mine, 0x81, 0x82, conversation)
            return mappings.generic(curve, nonce, curve.times(mapping, theirs)), theirs
        case "integrated":
            ours = dice.octets(variant.suite.key_size)
            yield from conversation.step(tlv.encode(0x81, ours), 0x82)
            return mappings.integrated(curve, variant.suite, nonce, ours), None
    assert_never(variant.mapping)


def _agree(curve: Curve, mine: Point, tag: int, wanted: int, conversation: _Conversation) -> Talk[Point]:
    """Send our public key for theirs. A chip that sends ours back is a mirror, not a chip (§4.4.1)."""
    answer = yield from conversation.step(tlv.encode(tag, curve.encode(mine)), wanted)
    theirs = curve.decode(answer[wanted])
    if theirs == mine:
        raise Malformed("public key sent back")
    return theirs


class _Conversation:
    """GENERAL AUTHENTICATE, step by step (§4.4.4.2); chained except for the last."""

    def __init__(self, password: Password, tries: int | None) -> None:
        self._password = password
        self._tries = tries

    def step(self, data: bytes, wanted: int, *, first: bool = False, last: bool = False) -> Talk[dict[int, bytes]]:
        """The objects of the answer, `wanted` among them."""
        command = Command(0x86, 0, 0, tlv.encode(0x7C, data), LONGEST_SHORT, 0x00 if last else 0x10)
        answer = yield from InTheClear().ask(command)
        if answer.ok:
            found = dict(tlv.objects(tlv.first(answer.data, 0x7C)))
            if wanted not in found:
                raise Malformed(f"no object {wanted:X}")
            return found
        raise self._refused(answer, first=first, last=last)

    def _refused(self, answer: Answer, *, first: bool, last: bool) -> Exception:
        if answer.status in (0x63C0, 0x6983):
            return card_faults.blocked()
        if first:
            return Unavailable(answer.status)
        if answer.status >> 8 == 0x63:
            left = tries_left(answer.status)
            return self._password.refused(left if left is not None or self._tries is None else self._tries - 1)
        if last and answer.status in (0x6982, 0x6988, 0x6A80):
            return self._password.refused()
        return Malformed(f"status {answer.status:04X}")


def _token(variant: Variant, keys: SessionKeys, public: bytes) -> bytes:
    """The authentication token over the other side's public key (§4.4.3.4)."""
    content = tlv.encode(0x7F49, tlv.encode(0x06, variant.identifier) + tlv.encode(0x86, public))
    return keys.suite.mac(keys.mac, content)


def _factor(keys: SessionKeys, sealed: bytes) -> int:
    """The chip authentication data of the last answer (§4.4.3.5); 0, which proves nothing, when there are none."""
    vector = keys.suite.encrypt(keys.encryption, b"\xff" * keys.suite.block)
    try:
        return int.from_bytes(unpad(keys.suite.decrypt(keys.encryption, sealed, vector)), "big")
    except Malformed:
        return 0
