"""How PACE turns the nonce into a generator that nobody can have chosen (ICAO 9303-11 §4.4.3.3, appendix B)."""

from __future__ import annotations

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.ciphers import Suite
from clerk_app.devices.emrtd.curves import Curve, Point

_SHORT = (
    bytes.fromhex("A668892A7C41E3CA739F40B057D85904"),
    bytes.fromhex("A4E136AC725F738B01C1F60217C188AD"),
)
_LONG = (
    bytes.fromhex("D463D65234124EF7897054986DCA0A174E28DF758CBAA03F240616414D5A1676"),
    bytes.fromhex("54BD7255F0AAF831BEC3423FCF39D69B6CBF066677D0FAAE5AADD99DF8E53517"),
)
_SPARE_BITS = 64


def generic(curve: Curve, nonce: bytes, shared: Point) -> Point:
    """The generator s·G + H, H being what a first key agreement gave (§4.4.3.3.1)."""
    return curve.plus(curve.times_generator(int.from_bytes(nonce, "big")), shared)


def integrated(curve: Curve, suite: Suite, nonce: bytes, ours: bytes) -> Point:
    """The generator that both nonces alone decide (§4.4.3.3.2). Raises `Malformed` where the curve has none for them.

    `nonce` is the chip's, as long as a whole number of blocks; `ours` is as long as the key of the suite.
    """
    return point_of(curve, pseudo_random(curve.p, suite, nonce, ours))


def fits_integrated(curve: Curve) -> bool:
    """Whether points can be encoded on the curve: its prime must leave 3 when divided by 4 (secp224r1 does not)."""
    return curve.p % 4 == 3


def pseudo_random(prime: int, suite: Suite, nonce: bytes, key: bytes) -> int:
    """R(s, t) modulo the prime: a cipher run as a generator of octets, 64 bits more than the prime has."""
    seed, output = _LONG if suite.key_size > 16 else _SHORT
    if len(nonce) != len(seed) or len(key) != suite.key_size:
        raise Malformed("nonce length")
    state = suite.encrypt(key, nonce)
    stream = b""
    while len(stream) * 8 < prime.bit_length() + _SPARE_BITS:
        stream += suite.encrypt(state[: suite.key_size], output)
        state = suite.encrypt(state[: suite.key_size], seed)
    return int.from_bytes(stream, "big") % prime


def point_of(curve: Curve, number: int) -> Point:
    """The point of the curve that belongs to a number of its field (appendix B.2)."""
    p, a, b = curve.p, curve.a, curve.b
    alpha = -number * number % p
    both = (alpha + alpha * alpha) % p
    if both == 0:
        raise Malformed("no point for this number")
    x2 = -b * (1 + both) * pow(a * both, -1, p) % p
    h2 = (x2**3 + a * x2 + b) % p
    root = pow(h2, p - 1 - (p + 1) // 4, p)
    if root * root * h2 % p == 1:
        return Point(x2, root * h2 % p)
    return Point(alpha * x2 % p, root * number**3 * h2 % p)
