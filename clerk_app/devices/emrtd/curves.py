"""Points of the standardised elliptic curves (ICAO 9303-11 §9.5.1, RFC 5639, FIPS 186-4).

The mappings of PACE need full points such as G~ = s·G + H (§4.4.3.3.1) and a public key on a new generator.
`cryptography` offers neither point addition nor a free generator, so this module has the arithmetic, in Jacobian
coordinates; where the standard generator or a shared secret is asked for, `cryptography` does it on the curves that it
knows. The arithmetic is not constant-time: it only ever sees keys made for one conversation and thrown away after it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from clerk_app.devices.emrtd.apdu import Malformed

_NAMED: dict[str, ec.EllipticCurve] = {
    "secp224r1": ec.SECP224R1(),
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpoolp256r1": ec.BrainpoolP256R1(),
    "brainpoolp384r1": ec.BrainpoolP384R1(),
    "brainpoolp512r1": ec.BrainpoolP512R1(),
}

Jacobian = tuple[int, int, int]
_INFINITY: Jacobian = (1, 1, 0)
_WINDOW_BITS = 4
"""A hexadecimal digit."""


@dataclass(frozen=True, slots=True)
class Point:
    """An affine point that is not the point at infinity."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the field of `p`; the generator has the prime order `n`."""

    name: str
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int

    @property
    def size(self) -> int:
        """Octets of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    @property
    def generator(self) -> Point:
        return Point(self.gx, self.gy)

    def encode(self, point: Point) -> bytes:
        """The uncompressed encoding 04 ‖ x ‖ y."""
        return b"\x04" + point.x.to_bytes(self.size, "big") + point.y.to_bytes(self.size, "big")

    def decode(self, data: bytes) -> Point:
        """The point of an uncompressed encoding. Raises `Malformed` when it does not lie on the curve."""
        if len(data) != 1 + 2 * self.size or data[0] != 4:
            raise Malformed("point encoding")
        point = Point(int.from_bytes(data[1 : 1 + self.size], "big"), int.from_bytes(data[1 + self.size :], "big"))
        if point.x >= self.p or point.y >= self.p or not self.contains(point):
            raise Malformed("point not on the curve")
        return point

    def contains(self, point: Point) -> bool:
        return (point.y * point.y - (point.x**3 + self.a * point.x + self.b)) % self.p == 0

    @property
    def named(self) -> ec.EllipticCurve | None:
        """The curve as `cryptography` knows it; it does not know every one."""
        return _NAMED.get(self.name.lower())

    def times_generator(self, scalar: int) -> Point:
        """`scalar`·G. Raises `Malformed` when the result is the point at infinity."""
        if scalar % self.n == 0:
            raise Malformed("point at infinity")
        if self.named is None:
            return self.times(scalar, self.generator)
        numbers = ec.derive_private_key(scalar % self.n, self.named).public_key().public_numbers()
        return Point(numbers.x, numbers.y)

    def shared_secret(self, scalar: int, point: Point) -> bytes:
        """The x of `scalar`·`point`, as ECDH gives it (§9.6, BSI TR-03111 §4.3.1)."""
        if self.named is None:
            return self.times(scalar, point).x.to_bytes(self.size, "big")
        return self.agree(scalar, point)[1]

    def agree(self, scalar: int, point: Point) -> tuple[Point, bytes]:
        """(`scalar`·G, the x of `scalar`·`point`): our public key, and the secret shared with the owner of `point`."""
        if self.named is None:
            return self.times(scalar, self.generator), self.shared_secret(scalar, point)
        private = ec.derive_private_key(scalar, self.named)
        mine = private.public_key().public_numbers()
        theirs = ec.EllipticCurvePublicNumbers(point.x, point.y, self.named).public_key()
        return Point(mine.x, mine.y), private.exchange(ec.ECDH(), theirs)

    def times(self, scalar: int, point: Point) -> Point:
        """`scalar`·`point`. Raises `Malformed` when the result is the point at infinity."""
        multiples = self._multiples(point)
        result = _INFINITY
        for digit in f"{scalar % self.n:x}":
            for _ in range(_WINDOW_BITS):
                result = self._double(result)
            result = self._plus(result, multiples[int(digit, 16)])
        return self._affine(result)

    def _multiples(self, point: Point) -> list[Jacobian]:
        """0·`point` to 15·`point`: four bits of a scalar then cost one addition."""
        start: Jacobian = (point.x, point.y, 1)
        found = [_INFINITY, start]
        while len(found) < 1 << _WINDOW_BITS:
            found.append(self._plus(found[-1], start))
        return found

    def plus(self, one: Point, other: Point) -> Point:
        """The sum of two points. Raises `Malformed` when it is the point at infinity."""
        return self._affine(self._plus((one.x, one.y, 1), (other.x, other.y, 1)))

    def _affine(self, point: Jacobian) -> Point:
        x, y, z = point
        if z == 0:
            raise Malformed("point at infinity")
        inverse = pow(z, -1, self.p)
        square = inverse * inverse % self.p
        return Point(x * square % self.p, y * square * inverse % self.p)

    def _double(self, point: Jacobian) -> Jacobian:
        x, y, z = point
        if z == 0 or y == 0:
            return _INFINITY
        p = self.p
        yy = y * y % p
        s = 4 * x * yy % p
        zz = z * z % p
        m = (3 * x * x + self.a * zz * zz) % p
        doubled = (m * m - 2 * s) % p
        return doubled, (m * (s - doubled) - 8 * yy * yy) % p, 2 * y * z % p

    def _plus(self, one: Jacobian, other: Jacobian) -> Jacobian:
        x1, y1, z1 = one
        x2, y2, z2 = other
        if z1 == 0:
            return other
        if z2 == 0:
            return one
        p = self.p
        zz1, zz2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * zz2 % p, x2 * zz1 % p
        s1, s2 = y1 * z2 * zz2 % p, y2 * z1 * zz1 % p
        if u1 == u2:
            return self._double(one) if s1 == s2 else _INFINITY
        h, r = (u2 - u1) % p, (s2 - s1) % p
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - s1 * hhh) % p, h * z1 * z2 % p


def _curve(name: str, *numbers: str) -> Curve:
    p, a, b, gx, gy, n = (int(number, 16) for number in numbers)
    return Curve(name, p, a, b, gx, gy, n)


CURVES: dict[int, Curve] = {
    10: _curve(
        "secp224r1",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000000000000000000000001",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFE",
        "B4050A850C04B3ABF54132565044B0B7D7BFD8BA270B39432355FFB4",
        "B70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21",
        "BD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D",
    ),
    11: _curve(
        "brainpoolP224r1",
        "D7C134AA264366862A18302575D1D787B09F075797DA89F57EC8C0FF",
        "68A5E62CA9CE6C1C299803A6C1530B514E182AD8B0042A59CAD29F43",
        "2580F63CCFE44138870713B1A92369E33E2135D266DBB372386C400B",
        "0D9029AD2C7E5CF4340823B2A87DC68C9E4CE3174C1E6EFDEE12C07D",
        "58AA56F772C0726F24C6B89E4ECDAC24354B9E99CAA3F6D3761402CD",
        "D7C134AA264366862A18302575D0FB98D116BC4B6DDEBCA3A5A7939F",
    ),
    12: _curve(
        "secp256r1",
        "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
        "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
        "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
    ),
    13: _curve(
        "brainpoolP256r1",
        "A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377",
        "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
        "26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
        "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
        "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997",
        "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7",
    ),
    14: _curve(
        "brainpoolP320r1",
        "D35E472036BC4FB7E13C785ED201E065F98FCFA6F6F40DEF4F92B9EC7893EC28FCD412B1F1B32E27",
        "3EE30B568FBAB0F883CCEBD46D3F3BB8A2A73513F5EB79DA66190EB085FFA9F492F375A97D860EB4",
        "520883949DFDBC42D3AD198640688A6FE13F41349554B49ACC31DCCD884539816F5EB4AC8FB1F1A6",
        "43BD7E9AFB53D8B85289BCC48EE5BFE6F20137D10A087EB6E7871E2A10A599C710AF8D0D39E20611",
        "14FDD05545EC1CC8AB4093247F77275E0743FFED117182EAA9C77877AAAC6AC7D35245D1692E8EE1",
        "D35E472036BC4FB7E13C785ED201E065F98FCFA5B68F12A32D482EC7EE8658E98691555B44C59311",
    ),
    15: _curve(
        "secp384r1",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC",
        "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
        "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
        "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    ),
    16: _curve(
        "brainpoolP384r1",
        "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53",
        "7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826",
        "4A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11",
        "1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E",
        "8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315",
        "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565",
    ),
    17: _curve(
        "brainpoolP512r1",
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E6"
        "2881FF2F2D82C68528AA6056583A48F3",
        "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B5"
        "7F1117A72BF2C7B9E7C1AC4D77FC94CA",
        "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67"
        "984050B75EBAE5DD2809BD638016F723",
        "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F"
        "7C6D5047406A5E688B352209BCB9F822",
        "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AE"
        "D1CA2B2FA8F0540678CD1E0F3AD80892",
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC1047"
        "1DB1D381085DDADDB58796829CA90069",
    ),
    18: _curve(
        "secp521r1",
        "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC",
        "51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF"
        "073573DF883D2C34F1EF451FD46B503F00",
        "C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8"
        "DE3348B3C1856A429BF97E7E31C2E5BD66",
        "11839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0"
        "761353C7086A272C24088BE94769FD16650",
        "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A"
        "5D03BB5C9B8899C47AEBB6FB71E91386409",
    ),
}
"""Standardised domain parameters by their number (ICAO 9303-11 table 8).

Left out: 8 and 9, curves of 192 bits, because 96 bits of security no longer keep a password from being tried out later;
0 to 2, the multiplicative groups, because nobody has met a citizen card that offers them.
"""
