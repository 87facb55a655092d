"""Public keys as certificates and data groups write them: which curve, which point, which RSA numbers."""

from __future__ import annotations

from typing import Literal

from asn1crypto import keys

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.curves import CURVES, Curve, Point

_BY_OID = {
    "1.3.132.0.33": "secp224r1",
    "1.3.36.3.3.2.8.1.1.5": "brainpoolp224r1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolp256r1",
    "1.3.36.3.3.2.8.1.1.9": "brainpoolp320r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolp384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolp512r1",
}
_STANDARDISED = bytes.fromhex("04007F00070102")
"""BSI TR-03110-3 §A.2.1.1: the parameters of a key are a number of table 8."""


BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What the ASN.1 parser and the key loaders raise for bytes that are not what the standard says."""


class UnknownAlgorithm(Exception):
    """A key, signature or protocol made by means that are not checked here: neither good nor bad."""

    code: Literal["ALGORITHM_UNKNOWN", "ALGORITHM_WEAK"] = "ALGORITHM_UNKNOWN"

    @property
    def reason(self) -> str:
        """The code and which algorithm it was."""
        return f"{self.code} {str(self).lower()}"


class WeakAlgorithm(UnknownAlgorithm):
    """A signature made by means that can be forged: it says nothing, even when it fits."""

    code = "ALGORITHM_WEAK"


def load(der: bytes) -> keys.PublicKeyInfo:
    """A SubjectPublicKeyInfo taken apart. Raises `Malformed`."""
    try:
        info = keys.PublicKeyInfo.load(der, strict=True)
        str(info["algorithm"]["algorithm"].native)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise Malformed(f"public key {type(wrong).__name__}") from wrong
    return info


def elliptic(der: bytes) -> tuple[Curve, Point]:
    """The curve and the point of a SubjectPublicKeyInfo, its parameters named, numbered or written out in full.

    Raises `UnknownAlgorithm` for another kind of key or a curve that is not used here, `Malformed` for a broken key.
    """
    algorithm, bits = _outer(der)
    parts = list(tlv.objects(algorithm))
    if parts and parts[0] == (0x06, _STANDARDISED):
        number = int.from_bytes(parts[1][1], "big") if len(parts) > 1 and parts[1][0] == 0x02 else -1
        if number not in CURVES:
            raise UnknownAlgorithm(f"parameters {number}")
        return CURVES[number], CURVES[number].decode(bits)
    info = load(der)
    if info.algorithm != "ec":
        raise UnknownAlgorithm(str(info.algorithm))
    curve = curve_of(info)
    return curve, curve.decode(bits)


def curve_of(info: keys.PublicKeyInfo) -> Curve:
    """The curve of an elliptic key. Many certificates write it out in full; it is recognised by every parameter."""
    try:
        parameters = info["algorithm"]["parameters"]
        if parameters.name == "named":
            name = _BY_OID.get(parameters.chosen.dotted, str(parameters.chosen.native).lower())
            found = [curve for curve in CURVES.values() if curve.name.lower() == name]
        elif parameters.name == "specified":
            name = "explicit"
            found = [curve for curve in CURVES.values() if _is(parameters.chosen, curve)]
        else:
            name, found = "implicit curve", []
    except BROKEN as wrong:
        raise Malformed(f"public key {type(wrong).__name__}") from wrong
    if not found:
        raise UnknownAlgorithm(name)
    return found[0]


def rsa_numbers(info: keys.PublicKeyInfo) -> tuple[int, int]:
    """Modulus and public exponent of an RSA key. Raises `Malformed`."""
    try:
        numbers = info["public_key"].parsed
        modulus, exponent = int(numbers["modulus"].native), int(numbers["public_exponent"].native)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise Malformed(f"public key {type(wrong).__name__}") from wrong
    if modulus <= 0 or exponent < 3 or not modulus & exponent & 1:
        raise Malformed("RSA numbers")
    return modulus, exponent


def _outer(der: bytes) -> tuple[bytes, bytes]:
    """The algorithm's content and the key's octets."""
    parts = list(tlv.objects(tlv.first(der, 0x30)))
    if len(parts) < 2 or parts[0][0] != 0x30 or parts[1][0] != 0x03 or parts[1][1][:1] != b"\0":
        raise Malformed("public key")
    return parts[0][1], parts[1][1][1:]


def _is(written: keys.SpecifiedECDomain, curve: Curve) -> bool:
    """Whether the curve written out is this one in every parameter.

    All of them count: whoever chooses another generator can make a key that signs for a public point of his choice
    (CVE-2020-0601).
    """
    if written["field_id"]["field_type"].native != "prime_field":
        return False
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
