"""Chip authentication: the chip proves a key by agreeing on new session keys with it (ICAO 9303-11 §6.2, version 1).

The proof is not an answer of its own: it is the first answer that is authentic under the new keys. Version 2 of
BSI TR-03110 demands terminal authentication before and is therefore not for a counter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.devices.emrtd import public_keys, tlv
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Channel, Command, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import AES_128, AES_192, AES_256, TRIPLE_DES, Dice, SessionKeys, Suite
from clerk_app.devices.emrtd.curves import Curve, Point
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from clerk_app.devices.emrtd.security_infos import SecurityInfos

_ON_A_CURVE = 2
_VERSION = 1
_SUITES = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}


@dataclass(frozen=True, slots=True)
class Way:
    """One key of the chip and how to agree with it. No identifier: the chip named only the key, as old ones do."""

    identifier: bytes
    suite: Suite
    curve: Curve
    point: Point = field(repr=False)
    key: int | None = None

    @property
    def strength(self) -> tuple[bool, int, int]:
        return self.suite.aes, self.suite.key_size, self.curve.p.bit_length()


class Refused(Exception):
    """The chip did not go through with it, under the old session. `status` is its status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def offered(infos: SecurityInfos) -> tuple[Way, ...]:
    """The ways that are done here, strongest first; none when DG14 has no key for this.

    Raises `UnknownAlgorithm` when there are keys and none can be used, `Malformed` when one cannot be taken apart.
    """
    found: list[Way] = []
    unknown = ""
    for public in infos.keys:
        fitting = [info for info in infos.chip if info.identifier[8] == public.kind and info.key in (None, public.key)]
        known = [info for info in fitting if info.version == _VERSION and info.identifier[9] in _SUITES]
        if public.kind != _ON_A_CURVE:
            unknown = unknown or "dh"
        elif fitting and not known:
            unknown = unknown or f"chip authentication {fitting[0].version}.{fitting[0].identifier[9]}"
        else:
            try:
                curve, point = public_keys.elliptic(public.der)
            except UnknownAlgorithm as strange:
                unknown = unknown or str(strange)
                continue
            ways = [(info.identifier, _SUITES[info.identifier[9]]) for info in known] or [(b"", TRIPLE_DES)]
            found += [Way(identifier, suite, curve, point, public.key) for identifier, suite in ways]
    if unknown and not found:
        raise UnknownAlgorithm(unknown)
    return tuple(sorted(found, key=lambda way: way.strength, reverse=True))


def authenticate(channel: Channel, way: Way, dice: Dice) -> Talk[SessionKeys]:
    """Agree on new keys over the channel as it stands; they hold from the next command on, the counter at zero.

    Raises `Refused` when the chip answers with an error. Nothing is proven before it has answered under the new keys.
    """
    secret = dice.scalar(way.curve.n)
    public = way.curve.encode(way.curve.times_generator(secret))
    if way.suite is TRIPLE_DES:
        status = yield from _in_one_command(channel, way, public)
        if status is not None and way.identifier:
            # Chips of this cipher may know only the newer commands.
            status = yield from _in_two_commands(channel, way, public)
    else:
        status = yield from _in_two_commands(channel, way, public)
    if status is not None:
        raise Refused(status)
    return SessionKeys.of(way.suite, way.curve.shared_secret(secret, way.point))


def _in_one_command(channel: Channel, way: Way, public: bytes) -> Talk[int | None]:
    """MSE:Set KAT (§6.2.4.1), for 3DES alone. The status word when it was refused."""
    answer = yield from channel.ask(Command(0x22, 0x41, 0xA6, tlv.encode(0x91, public) + _reference(way)))
    return None if answer.ok else answer.status


def _in_two_commands(channel: Channel, way: Way, public: bytes) -> Talk[int | None]:
    """MSE:Set AT and GENERAL AUTHENTICATE (§6.2.4.2). The status word when one was refused."""
    choice = tlv.encode(0x80, way.identifier) + _reference(way)
    answer = yield from channel.ask(Command(0x22, 0x41, 0xA4, choice))
    if not answer.ok:
        return answer.status
    data = tlv.encode(0x7C, tlv.encode(0x80, public))
    answer = yield from channel.ask(Command(0x86, 0, 0, data, LONGEST_SHORT))
    return None if answer.ok else answer.status


def _reference(way: Way) -> bytes:
    """The key's number, where the chip gives its keys numbers."""
    if way.key is None:
        return b""
    return tlv.encode(0x84, way.key.to_bytes(max(1, (way.key.bit_length() + 7) // 8), "big"))


def keys_on_curves(infos: SecurityInfos) -> tuple[tuple[Curve, Point], ...]:
    """The chip's public keys that can be used here, whatever for."""
    found: list[tuple[Curve, Point]] = []
    for public in infos.keys:
        try:
            found.append(public_keys.elliptic(public.der))
        except (UnknownAlgorithm, Malformed):
            continue
    return tuple(found)
