"""Issues everything of the specimen authority at once: `python -m clerk_app.practice.specimen_issuing DIR`.

The keys of both generations of the authority and of the master list's signer are thrown away in the end. Whoever needs
one more special signer issues all of them anew, and changes `SPECIMEN_CSCA_SHA256` in `devices/emrtd/authority.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clerk_app.practice import specimen_authority
from clerk_app.practice.specimen_authority import FROM, NAME, SIGNER_KINDS, UNTIL, Authority, Signer
from clerk_app.practice.specimen_signing import signed_data

_MASTER_LIST = "2.23.136.1.1.2"
_MAY_SIGN_MASTER_LISTS = x509.ObjectIdentifier("2.23.136.1.1.3")
_PEM = serialization.Encoding.PEM


class _Certificates(core.SetOf):  # type: ignore[misc]
    _child_spec = asn1_x509.Certificate


class _MasterList(core.Sequence):  # type: ignore[misc]
    """CscaMasterList (ICAO 9303-12 §9.2)."""

    _fields: ClassVar = [("version", core.Integer), ("certificates", _Certificates)]


def issue(folder: Path) -> None:
    """Write two generations of the authority, their link, every signer with its key, the revocation list and the
    master list."""
    first = specimen_authority.found()
    # The second generation bears the same name, as the standard wants it: only the key identifiers tell them apart.
    second = specimen_authority.found()
    link = specimen_authority.found(NAME, first, second.key)
    _keep(folder / "specimen-csca.pem", first.certificate)
    _keep(folder / "specimen-csca-2.pem", second.certificate)
    _keep(folder / "specimen-link.pem", link.certificate)
    for kind in SIGNER_KINDS:
        signer = specimen_authority.signer_under(second if kind == "renewed" else first, kind)
        _keep(folder / specimen_authority.certificate_file(kind), signer.certificate)
        (folder / specimen_authority.key_file(kind)).write_bytes(
            signer.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        if kind == "revoked":
            (folder / "specimen.crl").write_bytes(revocation_list(first, signer.certificate))
    every = (first.certificate, second.certificate, link.certificate)
    (folder / "specimen-masterlist.ml").write_bytes(master_list(first, every))


def revocation_list(authority: Authority, revoked: x509.Certificate) -> bytes:
    """A revocation list in DER with one certificate on it (ICAO 9303-12 §7.1.4). It never falls due."""
    entry = x509.RevokedCertificateBuilder(revoked.serial_number, FROM)
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    made = (
        x509.CertificateRevocationListBuilder(authority.certificate.subject, FROM, UNTIL)
        .add_revoked_certificate(entry.build())
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(aki, critical=False)
        .sign(authority.key, hashes.SHA384())
    )
    return made.public_bytes(serialization.Encoding.DER)


def master_list(authority: Authority, certificates: tuple[x509.Certificate, ...]) -> bytes:
    """An ICAO master list (9303-12 §9) in DER, signed by a master list signer whose key is thrown away."""
    signer = _master_list_signer(authority)
    ders = [certificate.public_bytes(serialization.Encoding.DER) for certificate in certificates]
    listed = _Certificates([asn1_x509.Certificate.load(der) for der in sorted(ders)])
    content = _MasterList({"version": 0, "certificates": listed}).dump()
    return signed_data(
        _MASTER_LIST,
        content,
        signer,
        by_key_identifier=True,
        signed_at=FROM,
        further=[authority.certificate],
    )


def _master_list_signer(authority: Authority) -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        specimen_authority.certificate_builder("SPECIMEN Master List Signer", authority, key.public_key())
        .add_extension(specimen_authority.usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_MAY_SIGN_MASTER_LISTS]), critical=True)
        .add_extension(own, critical=False)
        .add_extension(aki, critical=False)
        .sign(authority.key, hashes.SHA384())
    )
    return Signer(key, certificate, authority.certificate)


def _keep(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(_PEM))


if __name__ == "__main__":
    issue(Path(sys.argv[1]))
