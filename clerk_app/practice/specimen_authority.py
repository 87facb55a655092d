"""Makes the specimen authority: `python -m clerk_app.practice.specimen_authority DIR`.

The files in `resources/practice` were made with it. The authority's own key is thrown away; the signer's key is
shipped, because a practice card signs its contents when it is laid down. None is worth anything outside training.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """A document signer, its key, and the authority that vouches for it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    authority: x509.Certificate


def make(name: str = "SPECIMEN CSCA") -> Signer:
    """A fresh authority and one document signer under it (ICAO 9303-12 §7.1)."""
    authority_key = ec.generate_private_key(ec.SECP384R1())
    signer_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name(name)
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, hashes.SHA384())
    )
    certificate = (
        _builder(_name("SPECIMEN Document Signer"), authority_name, signer_key.public_key())
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id), critical=False)
        .sign(authority_key, hashes.SHA384())
    )
    return Signer(signer_key, certificate, authority)


def load(folder: Path) -> Signer:
    """The specimen signer that is shipped."""
    key = serialization.load_pem_private_key((folder / "specimen-signer-key.pem").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the specimen signer's key is not an elliptic one")
    return Signer(
        key,
        x509.load_pem_x509_certificate((folder / "specimen-signer.pem").read_bytes()),
        x509.load_pem_x509_certificate((folder / "specimen-csca.pem").read_bytes()),
    )


def write(signer: Signer, folder: Path) -> None:
    """Keep the authority's certificate, the signer's certificate and the signer's key."""
    pem = serialization.Encoding.PEM
    (folder / "specimen-csca.pem").write_bytes(signer.authority.public_bytes(pem))
    (folder / "specimen-signer.pem").write_bytes(signer.certificate.public_bytes(pem))
    (folder / "specimen-signer-key.pem").write_bytes(
        signer.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Training, not genuine"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), _FROM, _UNTIL)


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


if __name__ == "__main__":
    write(make(), Path(sys.argv[1]))
