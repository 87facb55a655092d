"""An office's own certificate authority, and certificates as an IT officer issues them, rightly or not."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True)
class Authority:
    """`certificate` is the PEM file that stations are given."""

    certificate: Path
    _name: str
    _key: ec.EllipticCurvePrivateKey

    @classmethod
    def made(cls, folder: Path, name: str = "Office CA") -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        root = (
            x509.CertificateBuilder(_named(name), _named(name), key.public_key(), x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=400))
            .not_valid_after(now + dt.timedelta(days=400))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        (folder / "ca.pem").write_bytes(root.public_bytes(_PEM))
        return cls(folder / "ca.pem", name, key)

    def issue(
        self, folder: Path, host: str = "127.0.0.1", from_days: float = -1, until_days: float = 1
    ) -> tuple[Path, Path]:
        """A certificate for `host` and its key, valid between two days from now."""
        folder.mkdir(parents=True, exist_ok=True)
        key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
        name: x509.GeneralName
        try:
            name = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        ski = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        leaf = (
            x509.CertificateBuilder(
                _named(self._name), _named("central"), key.public_key(), x509.random_serial_number()
            )
            .not_valid_before(now + dt.timedelta(days=from_days))
            .not_valid_after(now + dt.timedelta(days=until_days))
            .add_extension(x509.SubjectAlternativeName([name]), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), False)
            .sign(self._key, hashes.SHA256())
        )
        (folder / "cert.pem").write_bytes(leaf.public_bytes(_PEM))
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "key.pem").write_bytes(key.private_bytes(_PEM, *plain))
        return folder / "cert.pem", folder / "key.pem"
