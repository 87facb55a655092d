"""A terminal in plain integers for what OpenPACE does not do: PACE with integrated and chip authentication mapping.

The card's ciphers are used here because OpenPACE and mrtdreader have judged them; the arithmetic of points is naive and
its own, and the way to the generator of integrated mapping is pinned by the worked example of ICAO 9303-11 appendix H.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from clerk_app.practice.card_crypto import iso_pad, iso_unpad, tlv
from clerk_app.practice.card_curves import XY, Curve
from clerk_app.practice.card_opening import pseudo_random
from clerk_app.practice.card_variants import PaceVariant
from tests.peers.tlv import objects

Transmit = Callable[[bytes], bytes]


class Refused(Exception):
    """A status word that is not 9000; the argument is the status word."""


def times(curve: Curve, k: int, point: XY) -> XY:
    """k·P by doubling and adding."""
    result: XY | None = None
    for bit in bin(k)[2:]:
        result = _sum(curve, result, result)
        if bit == "1":
            result = _sum(curve, result, point)
    assert result is not None
    return result


def plus(curve: Curve, one: XY, other: XY) -> XY:
    result = _sum(curve, one, other)
    assert result is not None
    return result


def _sum(curve: Curve, one: XY | None, other: XY | None) -> XY | None:
    if one is None or other is None:
        return one or other
    p = curve.p
    if one[0] == other[0]:
        if (one[1] + other[1]) % p == 0:
            return None
        slope = (3 * one[0] ** 2 + curve.a) * pow(2 * one[1], -1, p) % p
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p) % p
    x = (slope**2 - one[0] - other[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


class PlainTerminal:
    """Opens a card by PACE with its CAN and talks to it under protection."""

    def __init__(self, transmit: Transmit, way: PaceVariant) -> None:
        self._transmit = transmit
        self._way = way
        self._enc = self._mac = b""
        self._ssc = 0
        self.chip_data = b""
        """With chip authentication mapping: the decrypted proof, and the card's mapping key that it speaks of."""
        self.map_key: XY = (0, 0)

    def open(self, can: str) -> None:
        """PACE. Raises `Refused`."""
        way, curve, suite = self._way, self._way.curve, self._way.suite
        choice = tlv(0x80, way.identifier) + tlv(0x83, b"\x02") + tlv(0x84, bytes((curve.parameter,)))
        self._plain(bytes((0, 0x22, 0xC1, 0xA4, len(choice))) + choice)
        nonce = suite.crypt(suite.key(can.encode(), 3), self._step(b"")[0x80], encrypt=False)
        generator = self._by_nonce(nonce) if way.mapping == "im" else self._by_agreement(nonce)
        k = curve.fresh_scalar()
        mine = times(curve, k, generator)
        theirs = curve.undump(self._step(tlv(0x83, curve.dump(mine)))[0x84])
        secret = times(curve, k, theirs)[0].to_bytes(curve.size, "big")
        self._enc, self._mac = suite.key(secret, 1), suite.key(secret, 2)
        last = self._step(tlv(0x85, self._token(theirs)), last=True)
        assert last[0x86] == self._token(mine)
        assert (0x8A in last) == (way.mapping == "cam")
        if 0x8A in last:
            vector = suite.crypt(self._enc, b"\xff" * 16, encrypt=True)
            self.chip_data = iso_unpad(suite.crypt(self._enc, last[0x8A], vector, encrypt=False))

    def _by_nonce(self, nonce: bytes) -> XY:
        ours = secrets.token_bytes(self._way.suite.key_size)
        assert self._step(tlv(0x81, ours))[0x82] == b""
        return self._way.curve.encoded(pseudo_random(self._way.suite, self._way.curve, nonce, ours))

    def _by_agreement(self, nonce: bytes) -> XY:
        curve = self._way.curve
        k = curve.fresh_scalar()
        self.map_key = curve.undump(self._step(tlv(0x81, curve.dump(curve.base_times(k))))[0x82])
        start = times(curve, int.from_bytes(nonce, "big"), curve.base_times(1))
        return plus(curve, start, times(curve, k, self.map_key))

    def ask(self, ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = None) -> tuple[bytes, int]:
        """One command under protection; what is held back is fetched. The plain answer and its status."""
        suite = self._way.suite
        header = bytes((0x0C, ins, p1, p2))
        self._ssc += 1
        body = tlv(0x87, b"\x01", suite.crypt(self._enc, iso_pad(data, suite.block), self._vector(), encrypt=True))
        body = (body if data else b"") + (tlv(0x97, bytes((le % 256,))) if le is not None else b"")
        body += tlv(0x8E, self._sign(iso_pad(header, suite.block) + body))
        answer = self._transmit(header + bytes((len(body),)) + body + b"\x00")
        whole = answer[:-2]
        while answer[-2] == 0x61:
            answer = self._transmit(bytes((0, 0xC0, 0, 0, answer[-1])))
            whole += answer[:-2]
        if not whole:
            raise Refused(int.from_bytes(answer[-2:], "big"))
        self._ssc += 1
        found = objects(whole)
        covered = b"".join(tlv(tag, value) for tag, value in found.items() if tag != 0x8E)
        assert found[0x8E] == self._sign(covered)
        sealed = found.get(0x87, b"")[1:]
        plain = iso_unpad(suite.crypt(self._enc, sealed, self._vector(), encrypt=False)) if sealed else b""
        return plain, int.from_bytes(found[0x99], "big")

    def read(self, name: int) -> bytes:
        """A whole file. Raises `Refused`."""
        _, status = self.ask(0xA4, 2, 0x0C, name.to_bytes(2, "big"))
        content = b""
        while status in (0x9000, 0x6282):
            part, status = self.ask(0xB0, len(content) >> 8, len(content) & 0xFF, le=0xC0)
            content += part
        if status != 0x6B00:
            raise Refused(status)
        return content

    def select_application(self) -> None:
        _, status = self.ask(0xA4, 4, 0x0C, bytes.fromhex("A0000002471001"))
        assert status == 0x9000

    def _vector(self) -> bytes | None:
        suite = self._way.suite
        return suite.crypt(self._enc, self._ssc.to_bytes(16, "big"), encrypt=True) if suite.aes else None

    def _sign(self, covered: bytes) -> bytes:
        suite = self._way.suite
        counted = self._ssc.to_bytes(suite.block, "big") + covered
        return suite.mac(self._mac, iso_pad(counted, 16) if suite.aes else counted)

    def _token(self, public: XY) -> bytes:
        shown = tlv(0x06, self._way.identifier) + tlv(0x86, self._way.curve.dump(public))
        return self._way.suite.mac(self._mac, tlv(0x7F49, shown))

    def _step(self, data: bytes, *, last: bool = False) -> dict[int, bytes]:
        body = tlv(0x7C, data)
        answer = self._plain(bytes((0x00 if last else 0x10, 0x86, 0, 0, len(body))) + body + b"\x00")
        return objects(objects(answer)[0x7C])

    def _plain(self, command: bytes) -> bytes:
        answer = self._transmit(command)
        if answer[-2:] != b"\x90\x00":
            raise Refused(int.from_bytes(answer[-2:], "big"))
        return answer[:-2]
