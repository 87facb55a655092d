"""Checking one signature with the key of a certificate: RSA, RSA-PSS, ECDSA (ICAO 9303-12 §4.1.6)."""

from __future__ import annotations

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.public_keys import BROKEN, UnknownAlgorithm, WeakAlgorithm, curve_of, rsa_numbers

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
"""What counts as a digest. SHA-1 does not: signatures on it can be forged."""

_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
_BITS_AT_LEAST = 2048
_BITS_AT_MOST = 8192

__all__ = ["BROKEN", "DIGESTS", "UnknownAlgorithm", "WeakAlgorithm", "known", "verifies"]


def verifies(
    public_key: keys.PublicKeyInfo, algorithm: algos.SignedDigestAlgorithm, digest: str, data: bytes, signature: bytes
) -> bool:
    """Whether `signature` over `data` holds. `digest` names the hash where the algorithm itself names none.

    Raises `UnknownAlgorithm` for an algorithm, curve or hash that is not checked here, `WeakAlgorithm` for SHA-1 and
    RSA below 2048 bits, `Malformed` for a broken key.
    """
    kind = public_key.algorithm
    name = str(algorithm["algorithm"].native)
    try:
        if kind in ("rsa", "rsassa_pss"):
            return _rsa(public_key, algorithm, name, digest, data, signature)
        if kind == "ec":
            _elliptic(public_key).verify(signature, data, ec.ECDSA(_hash(name, "ecdsa", digest)))
            return True
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as unsupported:
        raise UnknownAlgorithm(kind) from unsupported
    raise UnknownAlgorithm(kind)


def known(digest: str) -> hashes.HashAlgorithm:
    """The hash of that name. Raises `UnknownAlgorithm`, or `WeakAlgorithm` for one that can be forged."""
    if digest in DIGESTS:
        return DIGESTS[digest]
    raise WeakAlgorithm(digest) if digest in _WEAK_DIGESTS else UnknownAlgorithm(digest)


def _rsa(
    public_key: keys.PublicKeyInfo,
    algorithm: algos.SignedDigestAlgorithm,
    name: str,
    digest: str,
    data: bytes,
    signature: bytes,
) -> bool:
    modulus, exponent = rsa_numbers(public_key)
    if modulus.bit_length() < _BITS_AT_LEAST:
        raise WeakAlgorithm(f"rsa-{modulus.bit_length()}")
    if modulus.bit_length() > _BITS_AT_MOST:
        raise UnknownAlgorithm(f"rsa-{modulus.bit_length()}")
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if name == "rsassa_pss":
        chosen, mask, salt = _pss(algorithm["parameters"])
        _within(public_key, chosen, mask, salt)
        key.verify(signature, data, padding.PSS(padding.MGF1(mask), salt), chosen)
    elif public_key.algorithm == "rsassa_pss":
        # A key that its certificate keeps for PSS says nothing by the older padding (RFC 4055 §1.2).
        raise UnknownAlgorithm(name)
    else:
        key.verify(signature, data, padding.PKCS1v15(), _hash(name, "rsa", digest))
    return True


def _pss(parameters: algos.RSASSAPSSParams) -> tuple[hashes.HashAlgorithm, hashes.HashAlgorithm, int]:
    """(hash, hash of the mask, octets of salt) of a PSS signature or key (RFC 4055 §3.1)."""
    mask = parameters["mask_gen_algorithm"]
    if mask["algorithm"].native != "mgf1" or parameters["trailer_field"].native not in (1, "trailer_field_bc"):
        raise UnknownAlgorithm("rsassa_pss")
    chosen = known(str(parameters["hash_algorithm"]["algorithm"].native))
    salt = int(parameters["salt_length"].native)
    if not 0 <= salt <= 512:
        raise Malformed("salt length")
    return chosen, known(str(mask["parameters"]["algorithm"].native)), salt


def _within(
    public_key: keys.PublicKeyInfo, chosen: hashes.HashAlgorithm, mask: hashes.HashAlgorithm, salt: int
) -> None:
    """Parameters in the key bind its signatures (RFC 4055 §3.3). Raises `UnknownAlgorithm` for one outside them."""
    bound = public_key["algorithm"]["parameters"]
    if public_key.algorithm != "rsassa_pss" or not isinstance(bound, algos.RSASSAPSSParams):
        return
    wanted, wanted_mask, least = _pss(bound)
    if (chosen.name, mask.name) != (wanted.name, wanted_mask.name) or salt < least:
        raise UnknownAlgorithm("rsassa_pss")


def _hash(name: str, family: str, digest: str) -> hashes.HashAlgorithm:
    """`sha256_rsa` and `sha256_ecdsa` name their hash; the bare families leave it to the message."""
    head, _, tail = name.partition("_")
    if tail == family:
        return known(head)
    if name in ("rsassa_pkcs1v15", "rsa", "ecdsa") and digest:
        return known(digest)
    raise UnknownAlgorithm(name)


def _elliptic(public_key: keys.PublicKeyInfo) -> ec.EllipticCurvePublicKey:
    """The key on its curve. Many signing certificates write the curve out in full."""
    curve = curve_of(public_key)
    if curve.named is None:
        raise UnknownAlgorithm(curve.name)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.named, bytes(public_key["public_key"].native))
    except (ValueError, TypeError) as wrong:
        raise Malformed("public key") from wrong
