"""An officer's token through its PKCS#11 library: who can sign with it, how its PIN stands, its key. Worker only.

The library is somebody else's native code and belongs to the whole process, so one process serves one task and ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import exceptions

from clerk_app.archiving.signing_wire import Begin, Token

_MISSING = (
    exceptions.TokenNotPresent,
    exceptions.TokenNotRecognised,
    exceptions.NoSuchToken,
    exceptions.DeviceRemoved,
    exceptions.SessionHandleInvalid,
    exceptions.SessionClosed,
    exceptions.UserNotLoggedIn,
)


class TokenTrouble(Exception):
    """The token cannot do it; `code` is one of `archiving.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate on a token, and the CKA_ID that its key has too."""

    key_id: bytes
    der: bytes = field(repr=False)
    parsed: x509.Certificate = field(repr=False)

    @property
    def digest(self) -> str:
        """Its SHA-256."""
        return sha256(self.der).hexdigest()

    @property
    def is_authority(self) -> bool:
        """Whether it vouches for others."""
        try:
            return self.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            return False

    @property
    def is_elliptic(self) -> bool:
        """Whether its key signs by ECDSA."""
        return isinstance(self.parsed.public_key(), ec.EllipticCurvePublicKey)

    @property
    def is_strong(self) -> bool:
        """Whether its key is of a kind and size that others accept: RSA of 2048 bits or a curve of 256, or more."""
        key = self.parsed.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return key.key_size >= 2048
        return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256

    @property
    def signs(self) -> bool:
        """Whether it is meant for signatures on documents: digitalSignature or nonRepudiation (RFC 5280 §4.2.1.3)."""
        try:
            usage = self.parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return True
        return usage.digital_signature or usage.content_commitment


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A key that is ready to sign: its session and its certificate."""

    session: Any = field(repr=False)
    certificate: Certificate
    hashes_itself: bool
    """Whether the token takes the whole message of an ECDSA signature, not its digest alone."""


def tokens(module: str) -> tuple[Token, ...]:
    """Every certificate that can sign, on every token. Raises `TokenTrouble`."""
    found, others = [], 0
    present = _present(module)
    if not present:
        raise TokenTrouble("SIGN_TOKEN_MISSING")
    for token in present:
        state = _pin_state(token)
        for one in _certificates(token):
            if one.is_authority:
                continue
            if not one.signs:
                others += 1
                continue
            found.append(
                Token(
                    label=token.label,
                    serial=_serial(token),
                    holder=_holder(one.parsed),
                    certificate_sha256=one.digest,
                    expires=one.parsed.not_valid_after_utc,
                    state=state,
                    tries={"ready": None, "last_try": 1, "locked": 0}[state],
                )
            )
    if not found:
        raise TokenTrouble("SIGN_KEY_USAGE" if others else "SIGN_NO_CERTIFICATE")
    return tuple(found)


@contextmanager
def opened(ask: Begin) -> Iterator[OpenKey]:
    """The key behind the certificate that was asked for. Raises `TokenTrouble`; the PIN is tried once at most.

    Everything that can be found out without it is found out first: a try is never spent on a certificate that is
    expired, and the last one only by somebody who knows that it is.
    """
    token, certificate = _wanted(ask)
    now = datetime.now(UTC)
    if not certificate.signs:
        raise TokenTrouble("SIGN_KEY_USAGE")
    if not certificate.is_strong:
        raise TokenTrouble("SIGN_KEY_KIND")
    if now > certificate.parsed.not_valid_after_utc:
        raise TokenTrouble("SIGN_EXPIRED")
    if now < certificate.parsed.not_valid_before_utc:
        raise TokenTrouble("SIGN_NOT_YET")
    state = _pin_state(token)
    if state == "locked":
        raise TokenTrouble("SIGN_PIN_LOCKED")
    if state == "last_try" and not ask.last_try:
        raise TokenTrouble("SIGN_PIN_LAST_TRY")
    session = _session(token, ask.pin)
    try:
        if not _has_key(session, certificate.key_id):
            raise TokenTrouble("SIGN_NO_KEY")
        hashes = pkcs11.Mechanism.ECDSA_SHA256 in token.slot.get_mechanisms()
        yield OpenKey(session, certificate, hashes)
    finally:
        session.close()


def signature(key: OpenKey, text: bytes) -> bytes:
    """What the key signs for this text: PKCS #1 v1.5 (RFC 8017 §8.2) or ECDSA in DER (RFC 3279 §2.2.3), with SHA-256.

    Raises `TokenTrouble` SIGN_NO_KEY.
    """
    private = next(iter(key.session.get_objects(_signing_key(key.certificate.key_id))), None)
    if private is None:
        raise TokenTrouble("SIGN_NO_KEY")
    if not key.certificate.is_elliptic:
        return bytes(private.sign(text, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
    if key.hashes_itself:
        raw = bytes(private.sign(text, mechanism=pkcs11.Mechanism.ECDSA_SHA256))
    else:
        raw = bytes(private.sign(sha256(text).digest(), mechanism=pkcs11.Mechanism.ECDSA))
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


def trouble(problem: exceptions.PKCS11Error) -> TokenTrouble:
    """What a library's error means to people."""
    if isinstance(problem, _MISSING):
        return TokenTrouble("SIGN_TOKEN_MISSING")
    return TokenTrouble("SIGN_TOKEN_REFUSED")


def _present(module: str) -> list[Any]:
    """The tokens that are plugged in and were ever set up."""
    try:
        library = pkcs11.lib(module)
    except (exceptions.PKCS11Error, RuntimeError, OSError) as problem:
        raise TokenTrouble("SIGN_MODULE_MISSING") from problem
    found = []
    for slot in library.get_slots(token_present=True):
        try:
            token = slot.get_token()
        except exceptions.PKCS11Error:
            continue  # pulled out while we looked
        if token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
            found.append(token)
    return found


def _wanted(ask: Begin) -> tuple[Any, Certificate]:
    """By serial number and digest: labels are whatever the issuer wrote, and two may be the same."""
    there = False
    for token in _present(ask.module):
        if _serial(token) != ask.serial:
            continue
        there = True
        for one in _certificates(token):
            if one.digest == ask.certificate_sha256:
                return token, one
    raise TokenTrouble("SIGN_NO_CERTIFICATE" if there else "SIGN_TOKEN_MISSING")


def _serial(token: Any) -> str:
    """The serial number as it stands on the token, which by PKCS#11 is text."""
    written = bytes(token.serial)
    return written.decode("ascii") if written.isascii() and written.decode("ascii").isprintable() else written.hex()


def _certificates(token: Any) -> list[Certificate]:
    """What can be seen without the PIN, in an order that stays."""
    found = []
    with token.open() as session:
        for one in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
            try:
                der = bytes(one[pkcs11.Attribute.VALUE])
                found.append(Certificate(bytes(one[pkcs11.Attribute.ID]), der, x509.load_der_x509_certificate(der)))
            except (ValueError, exceptions.AttributeTypeInvalid):
                continue  # no X.509, or a certificate without an ID: nothing to sign with
    return sorted(found, key=lambda one: one.digest)


def _pin_state(token: Any) -> Literal["ready", "last_try", "locked"]:
    """PKCS#11 tells no number of tries, only whether one is left or none (v2.40 §4.4, token flags)."""
    if token.flags & pkcs11.TokenFlag.USER_PIN_LOCKED:
        return "locked"
    if token.flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
        return "last_try"
    return "ready"


def _session(token: Any, pin: str) -> Any:
    if not pin:
        raise TokenTrouble("SIGN_PIN_EMPTY")
    try:
        return token.open(user_pin=pin)
    except (exceptions.PinIncorrect, exceptions.PinLenRange, exceptions.PinInvalid):
        # The flags of a token are those of the moment it was looked up.
        state = _pin_state(token.slot.get_token())
        codes = {"ready": "SIGN_PIN_WRONG", "last_try": "SIGN_PIN_WRONG_ONE_LEFT", "locked": "SIGN_PIN_LOCKED"}
        raise TokenTrouble(codes[state]) from None
    except exceptions.PinLocked:
        raise TokenTrouble("SIGN_PIN_LOCKED") from None
    except (exceptions.PinExpired, exceptions.UserPinNotInitialized):
        raise TokenTrouble("SIGN_PIN_TO_BE_SET") from None


def _has_key(session: Any, key_id: bytes) -> bool:
    return bool(key_id) and len(list(session.get_objects(_signing_key(key_id)))) == 1


def _signing_key(key_id: bytes) -> dict[Any, Any]:
    return {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
        pkcs11.Attribute.SIGN: True,
        pkcs11.Attribute.ID: key_id,
    }


def _holder(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
