"""Active authentication: the chip signs a challenge with the key whose public half is in DG15 (ICAO 9303-11 §6.1)."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from clerk_app.devices.emrtd import public_keys, tlv
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Channel, Command, Talk
from clerk_app.devices.emrtd.ciphers import Dice
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm

CHALLENGE = 8
_RSA_BITS_AT_LEAST, _RSA_BITS_AT_MOST, _EXPONENT_BITS_AT_MOST = 1024, 8192, 64
"""The least is what the standard allows: cloning a chip means computing its private key, not finding a collision. The
most is a bound against a DG15 made to keep a reader busy."""
_PARTIAL_RECOVERY = 0x6A
_SHA1_TRAILER = 0xBC
_TRAILERS = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
"""The octet before CC (ISO/IEC 10118-3)."""
_PLAIN_ECDSA = bytes.fromhex("04007F000701010401")
_ECDSA_DIGESTS: dict[int, tuple[str, hashes.HashAlgorithm]] = {
    1: ("sha1", hashes.SHA1()),
    2: ("sha224", hashes.SHA224()),
    3: ("sha256", hashes.SHA256()),
    4: ("sha384", hashes.SHA384()),
    5: ("sha512", hashes.SHA512()),
}


class Refused(Exception):
    """The chip did not sign. `status` is its status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def key_in(dg15: bytes) -> bytes:
    """The SubjectPublicKeyInfo in DG15 (ICAO 9303-10 §4.7.15). Raises `Malformed`."""
    return tlv.encode(0x30, tlv.first(tlv.first(dg15, 0x6F), 0x30))


def authenticate(
    channel: Channel, key: bytes, algorithm: bytes, dice: Dice, lengths: tuple[int, ...] = (LONGEST_SHORT,)
) -> Talk[bool]:
    """Have a fresh challenge signed; whether the signature holds.

    `algorithm` is what DG14 names for ECDSA, `lengths` how many octets to ask for, each when the one before it was
    refused. Raises `Refused` when the chip does not sign, `UnknownAlgorithm` before anything is asked, `Malformed` for
    a broken key.
    """
    verifiable(key, algorithm)
    status = 0
    for length in lengths:
        challenge = dice.octets(CHALLENGE)
        answer = yield from channel.ask(Command(0x88, 0, 0, challenge, length))
        if answer.ok:
            return signed(key, algorithm, challenge, answer.data)
        status = answer.status
    raise Refused(status)


def verifiable(key: bytes, algorithm: bytes) -> int:
    """How many octets a signature has. Raises `UnknownAlgorithm` or `Malformed`."""
    info = public_keys.load(key)
    if info.algorithm == "rsa":
        modulus, exponent = public_keys.rsa_numbers(info)
        bits = modulus.bit_length()
        if not _RSA_BITS_AT_LEAST <= bits <= _RSA_BITS_AT_MOST or exponent.bit_length() > _EXPONENT_BITS_AT_MOST:
            raise UnknownAlgorithm(f"rsa {bits}")
        return (modulus.bit_length() + 7) // 8
    curve, _ = public_keys.elliptic(key)
    if curve.named is None:
        raise UnknownAlgorithm(curve.name)
    if algorithm and not _digests(algorithm):
        raise UnknownAlgorithm(f"ecdsa {algorithm.hex()}")
    return 2 * ((curve.n.bit_length() + 7) // 8)


def signed(key: bytes, algorithm: bytes, challenge: bytes, signature: bytes) -> bool:
    """Whether `signature` over `challenge` holds. Raises `UnknownAlgorithm` or `Malformed`, of the key alone."""
    info = public_keys.load(key)
    if info.algorithm == "rsa":
        modulus, exponent = public_keys.rsa_numbers(info)
        return _recovers(modulus, exponent, challenge, signature)
    curve, point = public_keys.elliptic(key)
    if curve.named is None:
        raise UnknownAlgorithm(curve.name)
    public = ec.EllipticCurvePublicNumbers(point.x, point.y, curve.named).public_key()
    size = (curve.n.bit_length() + 7) // 8
    if len(signature) == 2 * size:
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        signature = encode_dss_signature(r, s)
    # Otherwise it may be DER, as some chips send it. Without a word in DG14 every digest is tried: which one the chip
    # took makes no forgery easier.
    for name, digest in _digests(algorithm) or tuple(_ECDSA_DIGESTS.values()):
        try:
            public.verify(signature, hashlib.new(name, challenge).digest(), ec.ECDSA(Prehashed(digest)))
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def _digests(algorithm: bytes) -> tuple[tuple[str, hashes.HashAlgorithm], ...]:
    if algorithm[:-1] == _PLAIN_ECDSA and algorithm[-1] in _ECDSA_DIGESTS:
        return (_ECDSA_DIGESTS[algorithm[-1]],)
    return ()


def _recovers(modulus: int, exponent: int, challenge: bytes, signature: bytes) -> bool:
    """ISO/IEC 9796-2 scheme 1 with partial recovery: the message is what the signature holds and then the challenge."""
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if not signature or len(signature) > size or number >= modulus:
        return False
    opened = pow(number, exponent, modulus).to_bytes(size, "big").lstrip(b"\0")
    if len(opened) < 3 or opened[0] != _PARTIAL_RECOVERY:
        return False
    if opened[-1] == _SHA1_TRAILER:
        digest, body = "sha1", opened[1:-1]
    elif opened[-1] == 0xCC and opened[-2] in _TRAILERS:
        digest, body = _TRAILERS[opened[-2]], opened[1:-2]
    else:
        return False
    length = hashlib.new(digest).digest_size
    if len(body) < length or len(opened) < size - 1:
        return False
    recovered, stated = body[:-length], body[-length:]
    return hmac.compare_digest(hashlib.new(digest, recovered + challenge).digest(), stated)
