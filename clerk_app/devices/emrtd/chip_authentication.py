"""Chip authentication: the chip proves a key by agreeing on new session keys with it (ICAO 9303-11 §6.2).

The proof is not an answer of its own: it is the first answer that is authentic under the new keys. In version 2
(BSI TR-03110-3 §B.2) the chip adds a nonce and a token; most chips of that version want terminal authentication first,
which no counter can give.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import public_keys, tlv
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Answer, Channel, Command, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import AES_128, AES_192, AES_256, TRIPLE_DES, Dice, SessionKeys, Suite
from clerk_app.devices.emrtd.curves import Curve, Point
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from clerk_app.devices.emrtd.security_infos import SecurityInfos

_ON_A_CURVE = 2
_VERSIONS = (1, 2)
_SUITES = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}


@dataclass(frozen=True, slots=True)
class Way:
    """One key of the chip and how to agree with it. No identifier: the chip named only the key, as old ones do."""

    identifier: bytes
    suite: Suite
    curve: Curve
    point: Point = field(repr=False)
    key: int | None = None
    version: int = 1

    @property
    def strength(self) -> tuple[bool, bool, int, int]:
        """What makes one way better than another: that it needs nothing before it, cipher, key length, curve."""
        return self.version == 1, self.suite.aes, self.suite.key_size, self.curve.p.bit_length()


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
        known = [info for info in fitting if info.version in _VERSIONS and info.identifier[9] in _SUITES]
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
            for info in known:
                suite = _SUITES[info.identifier[9]]
                found.append(Way(info.identifier, suite, curve, point, public.key, info.version))
            if not known:
                found.append(Way(b"", TRIPLE_DES, curve, point, public.key))
    if unknown and not found:
        raise UnknownAlgorithm(unknown)
    return tuple(sorted(found, key=lambda way: way.strength, reverse=True))


def authenticate(channel: Channel, way: Way, dice: Dice) -> Talk[SessionKeys]:
    """Agree on new keys over the channel as it stands; they hold from the next command on, the counter at zero.

    Raises `Refused` when the chip answers with an error, `DeviceFault` when its token is wrong. Nothing is proven
    before it has answered under the new keys.
    """
    secret = dice.scalar(way.curve.n)
    mine, agreed = way.curve.agree(secret, way.point)
    public = way.curve.encode(mine)
    if way.suite is TRIPLE_DES and way.version == 1:
        answer = yield from _in_one_command(channel, way, public)
        if not answer.ok and way.identifier:
            # Chips of this cipher may know only the newer commands.
            answer = yield from _in_two_commands(channel, way, public)
    else:
        answer = yield from _in_two_commands(channel, way, public)
    if not answer.ok:
        raise Refused(answer.status)
    return SessionKeys.of(way.suite, agreed) if way.version == 1 else _confirmed(way, agreed, public, answer.data)


def _in_one_command(channel: Channel, way: Way, public: bytes) -> Talk[Answer]:
    """MSE:Set KAT (§6.2.4.1), for 3DES alone."""
    return (yield from channel.ask(Command(0x22, 0x41, 0xA6, tlv.encode(0x91, public) + _reference(way))))


def _in_two_commands(channel: Channel, way: Way, public: bytes) -> Talk[Answer]:
    """MSE:Set AT and GENERAL AUTHENTICATE (§6.2.4.2)."""
    choice = tlv.encode(0x80, way.identifier) + _reference(way)
    answer = yield from channel.ask(Command(0x22, 0x41, 0xA4, choice))
    if not answer.ok:
        return answer
    data = tlv.encode(0x7C, tlv.encode(0x80, public))
    return (yield from channel.ask(Command(0x86, 0, 0, data, LONGEST_SHORT)))


def _confirmed(way: Way, agreed: bytes, public: bytes, answer: bytes) -> SessionKeys:
    """The keys of version 2: the chip's nonce goes into them, and its token over our key shows that it has them."""
    try:
        found = dict(tlv.objects(tlv.first(answer, 0x7C)))
    except Malformed as wrong:
        raise card_faults.garbage(f"chip authentication: {wrong}") from wrong
    keys = SessionKeys.of(way.suite, agreed + found.get(0x81, b""))
    signed = tlv.encode(0x7F49, tlv.encode(0x06, way.identifier) + tlv.encode(0x86, public))
    if not hmac.compare_digest(keys.suite.mac(keys.mac, signed), found.get(0x82, b"")):
        raise card_faults.garbage("chip authentication: token")
    return keys


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
