"""Issues cards that can prove themselves: data groups with keys, an EF.SOD over them, and the authority to believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.curves import CURVES
from clerk_app.practice import card_contents, specimens
from clerk_app.practice.card_faults import CardFaults
from tests.peers import pki

BSI = bytes.fromhex("04007F00070202")
STANDARDISED = bytes.fromhex("04007F00070102")
PLAIN_SHA256 = bytes.fromhex("04007F00070101040103")
PaceWay = tuple[int, int, int]
"""Mapping (2 generic, 4 integrated, 6 chip authentication), suite (1 3DES, 2 to 4 AES), number of the curve."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a card is made of. `chip_key` is the scalar of the key for chip authentication."""

    card_access: bytes
    groups: dict[int, bytes] = field(repr=False)
    sod: bytes = field(repr=False)
    authority: bytes = field(repr=False)
    chip_infos: bytes = field(default=b"", repr=False)
    chip_key: int = field(default=0, repr=False)
    parameter: int = 13
    signing_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = field(default=None, repr=False)


def oid(octets: bytes) -> bytes:
    return tlv.encode(0x06, octets)


def integer(number: int) -> bytes:
    return tlv.encode(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def pace_info(way: PaceWay) -> bytes:
    return tlv.encode(0x30, oid(BSI + bytes((4, way[0], way[1]))) + integer(2) + integer(way[2]))


def security_infos(*infos: bytes) -> bytes:
    return tlv.encode(0x31, b"".join(infos))


def chip_info(suite: int, kind: int = 2, version: int = 1) -> bytes:
    return tlv.encode(0x30, oid(BSI + bytes((3, kind, suite))) + integer(version))


def chip_key_info(parameter: int, scalar: int, *, named: bool, kind: int = 2) -> bytes:
    """The public key, its curve by X.509 name or by number of table 8."""
    curve = CURVES[parameter]
    point = curve.encode(curve.times_generator(scalar))
    if named:
        named_curve = curve.named
        assert named_curve is not None
        public = ec.EllipticCurvePublicKey.from_encoded_point(named_curve, point)
        spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        spki = tlv.encode(
            0x30, tlv.encode(0x30, oid(STANDARDISED) + integer(parameter)) + tlv.encode(0x03, b"\0" + point)
        )
    return tlv.encode(0x30, oid(BSI + bytes((1, kind))) + spki)


@cache
def authority() -> pki.Holder:
    return pki.csca(common="Test authority")


@cache
def _photo_and_text() -> dict[int, bytes]:
    files = card_contents.files(specimens.specimen(1), CardFaults())
    return {number: files[0x0100 + number] for number in (1, 2, 13)}


def issue(
    *,
    pace: Sequence[PaceWay] = ((2, 2, 13),),
    signed_pace: Sequence[PaceWay] | None = None,
    chip: Sequence[bytes] = (),
    parameter: int = 13,
    named: bool = False,
    signing_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
    with_key: bool = True,
) -> Issued:
    """A card. `chip` are its ways of chip authentication; with none, and `with_key`, DG14 has the key alone; without
    `with_key` DG14 has no key. DG15 is there when there is a `signing_key`."""
    groups = dict(_photo_and_text())
    scalar = 0x1234567890ABCDEF1234567890ABCDEF
    keys = (chip_key_info(parameter, scalar, named=named),) if with_key else ()
    active = ()
    if isinstance(signing_key, ec.EllipticCurvePrivateKey):
        active = (tlv.encode(0x30, oid(bytes.fromhex("678108010105")) + integer(1) + oid(PLAIN_SHA256)),)
    ways = [pace_info(way) for way in (pace if signed_pace is None else signed_pace)]
    groups[14] = tlv.encode(0x6E, security_infos(*ways, *chip, *keys, *active))
    if signing_key is not None:
        public = signing_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        groups[15] = tlv.encode(0x6F, public)
    return Issued(
        card_access=security_infos(*(pace_info(way) for way in pace)),
        groups=groups,
        sod=sign(groups),
        authority=authority().pem,
        chip_infos=security_infos(*(chip or (chip_info(1),)), chip_key_info(parameter, scalar, named=False)),
        chip_key=scalar,
        parameter=parameter,
        signing_key=signing_key,
    )


def sign(groups: dict[int, bytes]) -> bytes:
    """EF.SOD over the groups."""
    return pki.sod(pki.security_object(dict(sorted(groups.items()))), _signer())


@cache
def _signer() -> pki.Holder:
    return pki.signer(authority())
