"""What a practice card says of its protocols and keys: EF.CardAccess, DG14, DG15, EF.CardSecurity (9303-11 §9.2)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clerk_app.practice.card_crypto import SUITES, tlv
from clerk_app.practice.card_curves import CURVE_FORMS, CURVES, CurveForm
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.card_keys import AgreementKey, SigningKey
from clerk_app.practice.card_variants import PaceVariant, agreement_identifier, variants
from clerk_app.practice.specimen_authority import Signer
from clerk_app.practice.specimen_signing import signed_data

_DOWNGRADED = "gm-3des-bp256"
_TERMINAL_AUTHENTICATION = bytes.fromhex("04007F0007020202")
_KEY_OF_CHIP_AUTHENTICATION = bytes.fromhex("04007F000702020102")
_ACTIVE_AUTHENTICATION = bytes.fromhex("678108010105")
_PLAIN_ECDSA_SHA256 = bytes.fromhex("04007F00070101040103")
_SECURITY_OBJECT = "0.4.0.127.0.7.3.2.1"


def offered(faults: CardFaults) -> tuple[PaceVariant, ...]:
    """The ways of PACE that EF.CardAccess offers and the chip does."""
    return variants(_DOWNGRADED if faults.downgraded_pace else faults.pace)


def card_access(faults: CardFaults) -> bytes:
    """EF.CardAccess: terminal authentication, chip authentication and PACE, in the order of real cards."""
    return _set(*_protocols(faults, offered(faults)))


def dg14(faults: CardFaults, key: AgreementKey) -> bytes:
    """DG14: what EF.CardAccess says, the key of chip authentication, and how active authentication signs."""
    infos = [*_protocols(faults, variants(faults.pace)), _public_key(faults, key)]
    if faults.aa == "ecdsa":
        infos.append(tlv(0x30, tlv(0x06, _ACTIVE_AUTHENTICATION), tlv(0x02, b"\x01"), tlv(0x06, _PLAIN_ECDSA_SHA256)))
    return tlv(0x6E, _set(*infos))


def dg15(faults: CardFaults, key: SigningKey) -> bytes:
    """DG15: the public key of active authentication."""
    if isinstance(key, rsa.RSAPrivateKey):
        return tlv(0x6F, key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    numbers = key.public_key().public_numbers()
    # Only keys of key agreement may be on a curve by its number.
    form: CurveForm = "explicit" if faults.keys == "explicit" else "named"
    return tlv(0x6F, CURVES["p256"].public_key_info((numbers.x, numbers.y), form))


def card_security(faults: CardFaults, key: AgreementKey, signer: Signer) -> bytes:
    """EF.CardSecurity: the protocols and the key of chip authentication, signed, for PACE that proves the chip."""
    content = _set(*_protocols(faults, variants(faults.pace)), _public_key(faults, key))
    return signed_data(_SECURITY_OBJECT, content, signer)


def _protocols(faults: CardFaults, ways: tuple[PaceVariant, ...]) -> list[bytes]:
    infos = [tlv(0x30, tlv(0x06, _TERMINAL_AUTHENTICATION), tlv(0x02, b"\x01"))]
    if not faults.no_keys:
        identifier = agreement_identifier(SUITES[faults.ca])
        version = b"\x02" if faults.ca_token else b"\x01"
        infos.append(tlv(0x30, tlv(0x06, identifier), tlv(0x02, version)))
    for way in ways:
        parameter = bytes((way.curve.parameter,))
        infos.append(tlv(0x30, tlv(0x06, way.identifier), tlv(0x02, b"\x02"), tlv(0x02, parameter)))
    return infos


def _public_key(faults: CardFaults, key: AgreementKey) -> bytes:
    form = next(form for form in CURVE_FORMS if form == faults.keys)
    return tlv(0x30, tlv(0x06, _KEY_OF_CHIP_AUTHENTICATION), key.curve.public_key_info(key.public, form))


def _set(*infos: bytes) -> bytes:
    """A SET OF in DER."""
    return tlv(0x31, *sorted(infos))
