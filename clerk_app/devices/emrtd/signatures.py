"""Checking one signature with the key of a certificate: RSA, RSA-PSS, ECDSA (ICAO 9303-12 §4.1.6)."""

from __future__ import annotations

from typing import Literal

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.curves import CURVES, Curve

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
"""What counts as a digest. SHA-1 does not: signatures on it can be forged."""

BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What the ASN.1 parser and the key loaders raise for bytes that are not what the standard says."""

_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
_NAMED = {curve.name.lower(): curve.named for curve in CURVES.values()}
_BITS_AT_LEAST = 2048
_BITS_AT_MOST = 8192


class UnknownAlgorithm(Exception):
    """A signature made by means that are not checked here: neither good nor bad."""

    code: Literal["ALGORITHM_UNKNOWN", "ALGORITHM_WEAK"] = "ALGORITHM_UNKNOWN"

    @property
    def reason(self) -> str:
        """The code and which algorithm it was."""
        return f"{self.code} {str(self).lower()}"


class WeakAlgorithm(UnknownAlgorithm):
    """A signature made by means that can be forged: it says nothing, even when it fits."""

    code = "ALGORITHM_WEAK"


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
    numbers = public_key["public_key"].parsed
    modulus = int(numbers["modulus"].native)
    if modulus.bit_length() < _BITS_AT_LEAST:
        raise WeakAlgorithm(f"rsa-{modulus.bit_length()}")
    if modulus.bit_length() > _BITS_AT_MOST:
        raise UnknownAlgorithm(f"rsa-{modulus.bit_length()}")
    key = rsa.RSAPublicNumbers(int(numbers["public_exponent"].native), modulus).public_key()
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
    parameters = public_key["algorithm"]["parameters"]
    if parameters.name == "named":
        name = str(parameters.chosen.native).lower()
    elif parameters.name == "specified":
        name = next((curve.name.lower() for curve in CURVES.values() if _is(parameters.chosen, curve)), "explicit")
    else:
        raise UnknownAlgorithm("implicit curve")
    if name not in _NAMED:
        raise UnknownAlgorithm(name)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_NAMED[name], bytes(public_key["public_key"].native))
    except (ValueError, TypeError) as wrong:
        raise Malformed("public key") from wrong


def _is(written: keys.SpecifiedECDomain, curve: Curve) -> bool:
    """Whether the curve written out is this one in every parameter.

    All of them count: whoever chooses another generator can make a key that signs for a public point of his choice
    (CVE-2020-0601).
    """
    if written["field_id"]["field_type"].native != "prime_field":
        raise UnknownAlgorithm("explicit")
    base = bytes(written["base"].native)
    compressed = bytes((2 + curve.gy % 2,)) + curve.gx.to_bytes(curve.size, "big")
    cofactor = written["cofactor"].native
    return (
        int(written["field_id"]["parameters"].native) == curve.p
        and int.from_bytes(bytes(written["curve"]["a"].native), "big") == curve.a
        and int.from_bytes(bytes(written["curve"]["b"].native), "big") == curve.b
        and base in (curve.encode(curve.generator), compressed)
        and int(written["order"].native) == curve.n
        and (cofactor is None or int(cofactor) == 1)
    )
