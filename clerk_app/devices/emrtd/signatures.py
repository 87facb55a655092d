"""Checking one signature with the key of a certificate: RSA, RSA-PSS, ECDSA (ICAO 9303-12 §4.1.6)."""

from __future__ import annotations

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm as UnknownAlgorithm
from clerk_app.devices.emrtd.public_keys import curve_of, rsa_numbers

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
"""What counts as a digest. SHA-1 does not: signatures on it can be forged."""

_BITS_AT_LEAST = 2048


def verifies(
    public_key: keys.PublicKeyInfo, algorithm: algos.SignedDigestAlgorithm, digest: str, data: bytes, signature: bytes
) -> bool:
    """Whether `signature` over `data` holds. `digest` names the hash where the algorithm itself names none.

    Raises `UnknownAlgorithm` for an algorithm, curve or hash that is not checked here, `Malformed` for a broken key.
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
    raise UnknownAlgorithm(kind)


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
        raise UnknownAlgorithm(f"rsa {modulus.bit_length()}")
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if name == "rsassa_pss":
        parameters = algorithm["parameters"]
        chosen = _known(str(parameters["hash_algorithm"]["algorithm"].native))
        mask = _known(str(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native))
        salt = int(parameters["salt_length"].native)
        key.verify(signature, data, padding.PSS(padding.MGF1(mask), salt), chosen)
    else:
        key.verify(signature, data, padding.PKCS1v15(), _hash(name, "rsa", digest))
    return True


def _hash(name: str, family: str, digest: str) -> hashes.HashAlgorithm:
    """`sha256_rsa` and `sha256_ecdsa` name their hash; the bare families leave it to the message."""
    head, _, tail = name.partition("_")
    if tail == family:
        return _known(head)
    if name in ("rsassa_pkcs1v15", "rsa", "ecdsa") and digest:
        return _known(digest)
    raise UnknownAlgorithm(name)


def _known(digest: str) -> hashes.HashAlgorithm:
    try:
        return DIGESTS[digest]
    except KeyError:
        raise UnknownAlgorithm(digest) from None


def _elliptic(public_key: keys.PublicKeyInfo) -> ec.EllipticCurvePublicKey:
    curve = curve_of(public_key)
    if curve.named is None:
        raise UnknownAlgorithm(curve.name)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.named, bytes(public_key["public_key"].native))
    except (ValueError, TypeError) as wrong:
        raise Malformed("public key") from wrong
