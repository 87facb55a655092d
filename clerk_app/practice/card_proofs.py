"""How a practice card's chip proves that it is no copy: chip authentication and active authentication (9303-11 §6)."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from clerk_app.practice.card_crypto import Suite, tlv
from clerk_app.practice.card_keys import AgreementKey, SigningKey
from clerk_app.practice.card_messaging import Session
from clerk_app.practice.card_opening import token_input
from clerk_app.practice.card_variants import Signing, agreement_identifier

_NONCE = 8


def agreed(suite: Suite, key: AgreementKey, data: bytes) -> Session:
    """Chip authentication (§6.2): the session under keys agreed with the other side's public key `data`.

    Raises `Refused` when that is no point of the curve.
    """
    return Session(suite, key.curve.agree(key.secret, key.curve.undump(data)))


def agreed_with_token(suite: Suite, key: AgreementKey, data: bytes) -> tuple[bytes, Session]:
    """Chip authentication of version 2 (BSI TR-03110-3 §3.4): the nonce and the token to answer with, and the session.

    Raises `Refused` when `data` is no point of the curve.
    """
    theirs = key.curve.undump(data)
    nonce = secrets.token_bytes(_NONCE)
    session = Session(suite, key.curve.agree(key.secret, theirs) + nonce)
    token = session.token(token_input(agreement_identifier(suite), key.curve, theirs))
    return tlv(0x81, nonce) + tlv(0x82, token), session


def signature(key: SigningKey, challenge: bytes, kind: Signing) -> bytes:
    """Active authentication (§6.1): ECDSA as r‖s, or RSA with ISO/IEC 9796-2 scheme 1."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(challenge, ec.ECDSA(hashes.SHA256())))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return _recoverable(key, challenge, kind)


def _recoverable(key: rsa.RSAPrivateKey, challenge: bytes, kind: Signing) -> bytes:
    """6A ‖ M1 ‖ H(M1 ‖ challenge) ‖ trailer, raised to the private exponent; M1 is the chip's own nonce."""
    digest, trailer = (hashlib.sha1, b"\xbc") if kind == "rsa-sha1" else (hashlib.sha256, b"\x34\xcc")
    size = key.key_size // 8
    mine = secrets.token_bytes(size - 1 - digest().digest_size - len(trailer))
    message = b"\x6a" + mine + digest(mine + challenge).digest() + trailer
    numbers = key.private_numbers()
    signed = pow(int.from_bytes(message, "big"), numbers.d, numbers.public_numbers.n)
    return signed.to_bytes(size, "big")
