"""The chip's elliptic curves, written anew and not taken from our reader; OpenSSL multiplies.

OpenSSL gives only the x of k·P, so y is computed from the curve and its sign decided by comparing (k+1)·P with k·P + P.
All five curves have a prime p ≡ 3 (mod 4) and the cofactor 1.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal, get_args

from asn1crypto import core, keys
from cryptography.hazmat.primitives.asymmetric import ec

from clerk_app.practice.card_crypto import Refused, tlv

XY = tuple[int, int]
CurveForm = Literal["explicit", "named", "standardized"]
"""How a key says which curve it is on: in full, as 9303-11 §9.5.2 wants it; by the curve's name, which it forbids and
some do; by the number in its table of standardized domain parameters (§9.5.1)."""

CURVE_FORMS: tuple[CurveForm, ...] = get_args(CurveForm)
_EC_PUBLIC_KEY = bytes.fromhex("2A8648CE3D0201")
_STANDARDIZED = bytes.fromhex("04007F00070102")


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + ax + b over p with a base point of order n. `parameter` is its number in ICAO 9303-11 §9.5.1."""

    name: str
    parameter: int
    named: ec.EllipticCurve = field(compare=False, repr=False)
    p: int = field(compare=False, repr=False)
    a: int = field(compare=False, repr=False)
    b: int = field(compare=False, repr=False)
    n: int = field(compare=False, repr=False)

    @property
    def size(self) -> int:
        """Octets of one coordinate."""
        return (self.p.bit_length() + 7) // 8

    def fresh_scalar(self) -> int:
        return secrets.randbelow(self.n - 2) + 1

    def base_times(self, k: int) -> XY:
        """k·G."""
        numbers = self.private_key(k).public_key().public_numbers()
        return numbers.x, numbers.y

    def private_key(self, k: int) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(k, self.named)

    def times(self, k: int, point: XY) -> XY:
        """k·P, with both coordinates."""
        x = self._x_of_times(k, point)
        y = self.root(x)
        if self.add((x, y), point)[0] != self._x_of_times(k + 1, point):
            y = self.p - y
        return x, y

    def root(self, x: int) -> int:
        """One of the two y of a point with this x."""
        return pow((x**3 + self.a * x + self.b) % self.p, (self.p + 1) // 4, self.p)

    def add(self, one: XY, other: XY) -> XY:
        """The sum of two different points that are not each other's negative."""
        if one[0] == other[0]:
            raise Refused(0x6A80)
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, self.p) % self.p
        x = (slope * slope - one[0] - other[0]) % self.p
        return x, (slope * (one[0] - x) - one[1]) % self.p

    def agree(self, k: int, point: XY) -> bytes:
        """The shared secret: x of k·P."""
        return self._x_of_times(k, point).to_bytes(self.size, "big")

    def encoded(self, number: int) -> XY:
        """The point that a field element stands for: the encoding of ICAO 9303-11 appendix B.2 (affine)."""
        p, a, b = self.p, self.a, self.b
        alpha = -number * number % p
        x2 = -b * pow(a, -1, p) * (1 + pow(alpha + alpha * alpha, -1, p)) % p
        x3 = alpha * x2 % p
        h2 = (x2**3 + a * x2 + b) % p
        u = number**3 * h2 % p
        root = pow(h2, p - 1 - (p + 1) // 4, p)
        if root * root * h2 % p == 1:
            return x2, root * h2 % p
        return x3, root * u % p

    def dump(self, point: XY) -> bytes:
        return b"\x04" + point[0].to_bytes(self.size, "big") + point[1].to_bytes(self.size, "big")

    def undump(self, data: bytes) -> XY:
        """The point in uncompressed form. Raises `Refused` for anything else."""
        if len(data) != 1 + 2 * self.size or data[0] != 4:
            raise Refused(0x6A80)
        return int.from_bytes(data[1 : 1 + self.size], "big"), int.from_bytes(data[1 + self.size :], "big")

    def written_out(self) -> keys.SpecifiedECDomain:
        """The curve in full instead of by name, as many certificates and chips have it (RFC 3279 §2.3.5)."""
        return keys.SpecifiedECDomain(
            {
                "version": 1,
                "field_id": {"field_type": "prime_field", "parameters": self.p},
                "curve": {"a": self.a.to_bytes(self.size, "big"), "b": self.b.to_bytes(self.size, "big")},
                "base": keys.ECPoint(self.dump(self.base_times(1))),
                "order": self.n,
                "cofactor": 1,
            }
        )

    def public_key_info(self, point: XY, form: CurveForm) -> bytes:
        """A public key as certificates and chips carry it (SubjectPublicKeyInfo) in DER."""
        match form:
            case "explicit":
                algorithm = tlv(0x06, _EC_PUBLIC_KEY) + self.written_out().dump()
            case "named":
                algorithm = tlv(0x06, _EC_PUBLIC_KEY) + core.ObjectIdentifier(_OIDS[self.name]).dump()
            case "standardized":
                algorithm = tlv(0x06, _STANDARDIZED) + tlv(0x02, bytes((self.parameter,)))
        return tlv(0x30, tlv(0x30, algorithm), tlv(0x03, b"\x00", self.dump(point)))

    def _x_of_times(self, k: int, point: XY) -> int:
        try:
            public = ec.EllipticCurvePublicNumbers(*point, self.named).public_key()
            return int.from_bytes(self.private_key(k).exchange(ec.ECDH(), public), "big")
        except ValueError as wrong:
            raise Refused(0x6A80) from wrong


_OIDS = {
    "p256": "1.2.840.10045.3.1.7",
    "p384": "1.3.132.0.34",
    "bp256": "1.3.36.3.3.2.8.1.1.7",
    "bp384": "1.3.36.3.3.2.8.1.1.11",
    "bp512": "1.3.36.3.3.2.8.1.1.13",
}

CURVES = {
    curve.name: curve
    for curve in (
        # FIPS 186-4 §D.1.2; RFC 5639 §3.
        Curve(
            "p256",
            12,
            ec.SECP256R1(),
            p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
            a=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC,
            b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
            n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        ),
        Curve(
            "bp256",
            13,
            ec.BrainpoolP256R1(),
            p=0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377,
            a=0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9,
            b=0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6,
            n=0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
        ),
        Curve(
            "p384",
            15,
            ec.SECP384R1(),
            p=2**384 - 2**128 - 2**96 + 2**32 - 1,
            a=2**384 - 2**128 - 2**96 + 2**32 - 4,
            b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
            n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        ),
        Curve(
            "bp384",
            16,
            ec.BrainpoolP384R1(),
            p=0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53,
            a=0x7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826,
            b=0x04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11,
            n=0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565,
        ),
        Curve(
            "bp512",
            17,
            ec.BrainpoolP512R1(),
            p=int(
                "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330871"
                "7D4D9B009BC66842AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3",
                16,
            ),
            a=int(
                "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC"
                "2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA",
                16,
            ),
            b=int(
                "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A7"
                "2BF2C7B9E7C1AC4D77FC94CADC083E67984050B75EBAE5DD2809BD638016F723",
                16,
            ),
            n=int(
                "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870"
                "553E5C414CA92619418661197FAC10471DB1D381085DDADDB58796829CA90069",
                16,
            ),
        ),
    )
}
