"""The specimen authority: who signs practice cards, and what it vouches for.

`specimen_issuing` made the files in `resources/practice`, all at once, and threw the authority's own key away: nobody
can issue a further specimen signer. The signers' keys are shipped, because a practice card signs its contents when it
is laid down. None is worth anything outside training.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

SignerKind = Literal["", "expired", "future", "wrong-usage", "revoked", "rsa", "explicit-curve", "renewed"]
"""The good signer, and the special ones: past or future validity, no digitalSignature, on the revocation list, an RSA
key, a curve written out in full, issued by the second generation of the authority."""

SIGNER_KINDS: tuple[SignerKind, ...] = get_args(SignerKind)
AuthorityKey = ec.EllipticCurvePrivateKey
SignerKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
NAME = "SPECIMEN CSCA"


@dataclass(frozen=True, slots=True)
class Authority:
    """A country signing authority (ICAO 9303-12 §7.1.1) as long as its key is at hand."""

    key: AuthorityKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Signer:
    """A document signer, its key, and the authority that vouches for it."""

    key: SignerKey = field(repr=False)
    certificate: x509.Certificate
    authority: x509.Certificate


def found(name: str = NAME, issuer: Authority | None = None, key: AuthorityKey | None = None) -> Authority:
    """A fresh authority that signs itself; with an `issuer`, the link certificate from it to `key` (9303-12 §7.1)."""
    key = key or ec.generate_private_key(ec.SECP384R1())
    by = issuer.key if issuer else key
    builder = (
        _certificate(_name(name), issuer.certificate.subject if issuer else _name(name), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return Authority(key, builder.sign(by, hashes.SHA384()))


def signer_under(authority: Authority, kind: SignerKind = "") -> Signer:
    """A fresh document signer (ICAO 9303-12 §7.1.2), good or of a special kind."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    starts, ends = {
        "expired": (FROM, datetime(2021, 1, 1, tzinfo=UTC)),
        "future": (datetime(2058, 1, 1, tzinfo=UTC), UNTIL),
    }.get(kind, (FROM, UNTIL))
    allowed = "key_agreement" if kind == "wrong-usage" else "digital_signature"
    title = f"SPECIMEN Document Signer {kind}".rstrip()
    certificate = (
        certificate_builder(title, authority, key.public_key(), starts, ends)
        .add_extension(usage(allowed), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA384())
    )
    if kind == "explicit-curve":
        certificate = _with_curve_written_out(certificate, authority.key)
    return Signer(key, certificate, authority.certificate)


def make(name: str = NAME) -> Signer:
    """A fresh authority and one document signer under it; the authority's key is gone."""
    return signer_under(found(name))


def load(folder: Path, kind: SignerKind = "") -> Signer:
    """A specimen signer that is shipped."""
    key = serialization.load_pem_private_key((folder / key_file(kind)).read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("the specimen signer's key is of no kind that signs cards")
    authority = "specimen-csca-2.pem" if kind == "renewed" else "specimen-csca.pem"
    return Signer(
        key,
        x509.load_pem_x509_certificate((folder / certificate_file(kind)).read_bytes()),
        x509.load_pem_x509_certificate((folder / authority).read_bytes()),
    )


def certificate_file(kind: SignerKind) -> str:
    """The name of a shipped signer's certificate."""
    return f"specimen-signer-{kind}.pem" if kind else "specimen-signer.pem"


def key_file(kind: SignerKind) -> str:
    """The name of a shipped signer's key."""
    return f"specimen-signer-{kind}-key.pem" if kind else "specimen-signer-key.pem"


def certificate_builder(
    name: str,
    authority: Authority,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    starts: datetime = FROM,
    ends: datetime = UNTIL,
) -> x509.CertificateBuilder:
    """A certificate under the authority, yet without extensions and signature."""
    return _certificate(_name(name), authority.certificate.subject, key, starts, ends)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    starts: datetime = FROM,
    ends: datetime = UNTIL,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), starts, ends)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Training, not genuine"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def usage(*allowed: str) -> x509.KeyUsage:
    """The key usage extension with just these uses."""
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    rare = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: name in allowed for name in (*every, *rare)})


def _with_curve_written_out(certificate: x509.Certificate, authority: AuthorityKey) -> x509.Certificate:
    """The same certificate with its curve in full, signed again: `cryptography` itself writes names only."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1

    from clerk_app.practice.card_curves import CURVES

    raw = asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    numbers = public.public_numbers()
    body = raw["tbs_certificate"].copy()
    body["subject_public_key_info"] = asn1_keys.PublicKeyInfo.load(
        CURVES["p256"].public_key_info((numbers.x, numbers.y), "explicit")
    )
    signature = authority.sign(body.dump(force=True), ec.ECDSA(hashes.SHA384()))
    changed = asn1.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": raw["signature_algorithm"],
            "signature_value": signature,
        }
    )
    return x509.load_der_x509_certificate(changed.dump(force=True))
