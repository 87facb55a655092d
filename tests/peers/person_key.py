"""A key that signs challenges as a token does, and a certificate for it: whoever has both is who central must judge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from clerk_app import token_factor
from clerk_app.domain.token_proofs import Challenge, Purpose, TokenProof

Kind = Literal["rsa", "ec"]


class PersonKey:
    """Signs whatever it is given."""

    def __init__(
        self,
        kind: Kind = "ec",
        days: tuple[int, int] = (-10, 300),
        issuer: PersonKey | None = None,
        authority: bool = False,
        bits: int = 2048,
        signs: bool = True,
    ) -> None:
        """`days` are from when until when its certificate is valid, `issuer` who certifies it (none: itself)."""
        if kind == "rsa":
            self.key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = rsa.generate_private_key(65537, bits)
        else:
            self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vũ Minh Châu")])
        usage = dict.fromkeys(("key_agreement", "data_encipherment", "encipher_only", "decipher_only"), False)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=signs,
                    content_commitment=False,
                    key_encipherment=not signs,
                    key_cert_sign=authority,
                    crl_sign=authority,
                    **usage,
                ),
                critical=True,
            )
            .sign((issuer or self).key, SHA256())
        )

    def answer(
        self, purpose: Purpose, station: str, user: str, at: datetime, about: str = "", asked: Challenge | None = None
    ) -> TokenProof:
        """What it signs for a fresh challenge, or for the one that is given."""
        asked = asked or token_factor.challenge(purpose, station, user, at, about)
        if isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(asked.text(), padding.PKCS1v15(), SHA256())
        else:
            signature = self.key.sign(asked.text(), ec.ECDSA(SHA256()))
        return TokenProof(asked, token_factor.digest_of(self.certificate), signature.hex())
