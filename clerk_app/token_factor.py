"""A person's token as the second factor: certificates as they are registered, challenges, and what is signed for them.

Central and a desk without a line verify a proof by the same function. Loads no library of a token.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import FRESH, NONCE_BYTES, Challenge, Purpose, TokenProof
from clerk_app.wire import TokenKey

_RSA_BITS, _EC_BITS = 2048, 256
_NONCE = re.compile(rf"[0-9a-f]{{{2 * NONCE_BYTES}}}")


# ---- challenges and proofs


def challenge(purpose: Purpose, station: str, user: str, at: datetime, about: str = "") -> Challenge:
    """A fresh question, to be answered once."""
    return Challenge(purpose, station, user, at.replace(microsecond=0), secrets.token_hex(NONCE_BYTES), about)


def is_nonce(text: str) -> bool:
    """Whether a challenge can have this nonce: 32 octets in hex."""
    return _NONCE.fullmatch(text) is not None


def signer_of(proof: TokenProof, keys: Iterable[TokenKey]) -> TokenKey:
    """The registered key that signed it. Raises `Refusal` `PROOF_OTHER_TOKEN`, `PROOF_WRONG`, `PROOF_EXPIRED`."""
    key = next((one for one in keys if one.certificate == proof.certificate), None)
    if key is None:
        raise other_token()
    if not _signed(key, proof):
        raise _wrong()
    if not key.starts <= proof.challenge.at <= key.expires:
        raise _expired(key.expires)
    return key


def check(
    proof: TokenProof,
    keys: Iterable[TokenKey],
    station: str,
    user: str,
    purposes: Collection[Purpose],
    now: datetime,
    about: str | None = None,
    fresh: timedelta = FRESH,
) -> None:
    """Whether a registered token of `user` answered, at this station, just now, for one of these purposes.

    `about` is what it must be about (None: whatever it says). Raises `Refusal` `PROOF_WRONG`, `PROOF_OTHER_TOKEN`,
    `PROOF_EXPIRED`, `PROOF_CLOCK`.
    """
    _check_meant(proof.challenge, station, user, purposes, about)
    signer_of(proof, keys)
    if abs(now - proof.challenge.at) > fresh:
        raise _clock()


def check_challenge(
    asked: Challenge, station: str, user: str, purposes: Collection[Purpose], now: datetime, about: str | None = None
) -> None:
    """The same without a look at who signed it. Raises `Refusal` `PROOF_WRONG`, `PROOF_CLOCK`."""
    _check_meant(asked, station, user, purposes, about)
    if abs(now - asked.at) > FRESH:
        raise _clock()


def _check_meant(asked: Challenge, station: str, user: str, purposes: Collection[Purpose], about: str | None) -> None:
    if not is_nonce(asked.nonce) or (asked.station, asked.user) != (station, user):
        raise _wrong()
    if asked.purpose not in purposes or about not in (None, asked.about):
        raise _wrong()


def _signed(key: TokenKey, proof: TokenProof) -> bool:
    """Whether this key made this signature over the challenge."""
    try:
        public = serialization.load_der_public_key(key.public_key)
        signature, text = bytes.fromhex(proof.signature), proof.challenge.text()
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, text, padding.PKCS1v15(), SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, text, ec.ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


# ---- certificates


def digest_of(certificate: x509.Certificate) -> str:
    """By what a certificate is known: its SHA-256 in hex."""
    return sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def key_of(certificate: x509.Certificate) -> TokenKey:
    """What is kept of a certificate wherever proofs are verified."""
    return TokenKey(
        digest_of(certificate),
        certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        certificate.not_valid_before_utc.astimezone(HANOI),
        certificate.not_valid_after_utc.astimezone(HANOI),
    )


def certificates(data: bytes) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER. Raises `Refusal` `TOKEN_CERTIFICATE`."""
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise Refusal(
            "TOKEN_CERTIFICATE",
            Words("Tệp không phải chứng thư X.509.", "The file is no X.509 certificate."),
            Words("Xuất chứng thư từ token ra PEM hoặc DER.", "Export the token's certificate as PEM or DER."),
        ) from None


def check_certificate(certificate: x509.Certificate, authorities: Sequence[x509.Certificate], now: datetime) -> None:
    """Whether a certificate may stand for a person's token; one of `authorities` issued it, where any are given.

    Raises `Refusal` `TOKEN_KEY_KIND`, `TOKEN_CERTIFICATE_USE`, `TOKEN_CERTIFICATE_EXPIRED`,
    `TOKEN_CERTIFICATE_FOREIGN`.
    """
    public = certificate.public_key()
    strong = (isinstance(public, rsa.RSAPublicKey) and public.key_size >= _RSA_BITS) or (
        isinstance(public, ec.EllipticCurvePublicKey) and public.key_size >= _EC_BITS
    )
    if not strong:
        raise Refusal(
            "TOKEN_KEY_KIND",
            Words(
                "Khóa của chứng thư quá ngắn hoặc thuộc loại không dùng được.",
                "The certificate's key is too short, or of a kind that cannot be used.",
            ),
            Words(
                "Xin chứng thư với khóa RSA từ 2048 bit hoặc ECDSA từ 256 bit.",
                "Have one issued with an RSA key of 2048 bits or an ECDSA key of 256, or more.",
            ),
        )
    if _is_authority(certificate) or not _signs(certificate):
        raise Refusal(
            "TOKEN_CERTIFICATE_USE",
            Words("Chứng thư này không dùng để ký.", "This certificate is not for signing."),
            Words(
                "Chọn chứng thư của người dùng có mục đích digitalSignature hoặc nonRepudiation.",
                "Take the person's own one, meant for digitalSignature or nonRepudiation.",
            ),
        )
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refusal(
            "TOKEN_CERTIFICATE_EXPIRED",
            Words("Chứng thư đã hết hạn hoặc chưa có hiệu lực.", "The certificate has expired or is not in force yet."),
            Words("Gia hạn chứng thư rồi đăng ký lại.", "Renew it, then register it again."),
        )
    if authorities and not any(_issued(certificate, one, now) for one in authorities):
        raise Refusal(
            "TOKEN_CERTIFICATE_FOREIGN",
            Words(
                "Chứng thư không do nơi cấp đã chỉ định cấp.", "None of the named authorities issued the certificate."
            ),
            Words(
                "Kiểm tra đúng token của người này và tệp của nơi cấp.",
                "See that it is the person's own token, and the right file of the authority.",
            ),
        )


def _issued(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    if not _is_authority(authority) or not authority.not_valid_before_utc <= now <= authority.not_valid_after_utc:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _signs(certificate: x509.Certificate) -> bool:
    """As RFC 5280 §4.2.1.3 says: without the extension a key is for anything."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


# ---- what is said


def other_token() -> Refusal:
    """Another certificate than those that are registered for this person."""
    return Refusal(
        "PROOF_OTHER_TOKEN",
        Words("Token này không được đăng ký cho tài khoản.", "This token is not registered for this account."),
        Words(
            "Cắm token của chính mình; token mới hoặc đã gia hạn thì nhờ cán bộ quản trị đăng ký.",
            "Plug in your own; a new or renewed one the IT officer registers first.",
        ),
    )


def used_before() -> Refusal:
    """A challenge is answered once."""
    return Refusal(
        "PROOF_USED",
        Words("Chữ ký xác thực này đã dùng rồi.", "What the token signed was used before."),
        Words("Xác thực lại bằng token.", "Let the token sign again."),
    )


def _wrong() -> Refusal:
    return Refusal(
        "PROOF_WRONG",
        Words("Chữ ký của token không đúng yêu cầu xác thực.", "What the token signed is no answer to the question."),
        Words("Xác thực lại bằng token; nếu lặp lại, báo quản trị.", "Let it sign again; if it repeats, tell the IT."),
    )


def _expired(at: datetime) -> Refusal:
    day = f"{at:%d/%m/%Y}"
    return Refusal(
        "PROOF_EXPIRED",
        Words(f"Chứng thư trên token hết hạn ngày {day}.", f"The token's certificate expired on {day}."),
        Words(
            "Gia hạn chứng thư rồi nhờ cán bộ quản trị đăng ký; kiểm tra ngày giờ của máy.",
            "Renew it and have it registered; check the computer's date and time, too.",
        ),
    )


def _clock() -> Refusal:
    minutes = int(FRESH.total_seconds() // 60)
    return Refusal(
        "PROOF_CLOCK",
        Words(
            f"Chữ ký của token là của thời điểm khác, quá {minutes} phút.",
            f"What the token signed is of another time, more than {minutes} min away.",
        ),
        Words("Kiểm tra giờ của máy trạm rồi xác thực lại.", "Check this computer's time, then let it sign again."),
    )
