"""Signed data as document signers make it (RFC 5652): the SOD, EF.CardSecurity, a master list."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from clerk_app.practice.specimen_authority import Signer, SignerKey

Digest = Literal["sha1", "sha256", "sha384", "sha512"]
_HASHES: dict[Digest, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def signed_data(
    kind: str,
    content: bytes,
    signer: Signer,
    digest: Digest = "sha256",
    *,
    pss: bool = False,
    wrong: bool = False,
    by_key_identifier: bool = False,
    signed_at: datetime | None = None,
    further: Sequence[x509.Certificate] = (),
) -> bytes:
    """The DER of a ContentInfo around `content` of type `kind` (dotted), with the signer's certificate inside.

    `pss` takes RSA-PSS with an RSA key, `wrong` signs something else, `by_key_identifier` and `signed_at` are what
    ICAO 9303-12 §9 wants of a master list.
    """
    attributes = [
        {"type": "content_type", "values": [cms.ContentType(kind)]},
        {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
    ]
    if signed_at is not None:
        attributes.append({"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime(signed_at)})]})
    signed_attributes = cms.CMSAttributes(attributes)
    covered = b"something else" if wrong else signed_attributes.dump()
    signature = _signature(signer.key, covered, _HASHES[digest], pss=pss)
    certificates = [_asn1(certificate) for certificate in (signer.certificate, *further)]
    identifier = _identifier(signer.certificate, certificates[0], by_key_identifier=by_key_identifier)
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {
                "content_type": cms.ContentType(kind),
                "content": core.ParsableOctetString(content),
            },
            "certificates": certificates,
            "signer_infos": [
                {
                    "version": "v3" if by_key_identifier else "v1",
                    "sid": identifier,
                    "digest_algorithm": {"algorithm": digest},
                    "signed_attrs": signed_attributes,
                    "signature_algorithm": _algorithm(signer.key, digest, pss=pss),
                    "signature": signature,
                }
            ],
        }
    )
    message: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return message


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _identifier(
    certificate: x509.Certificate, read: asn1_x509.Certificate, *, by_key_identifier: bool
) -> cms.SignerIdentifier:
    if by_key_identifier:
        own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        return cms.SignerIdentifier(name="subject_key_identifier", value=core.OctetString(own))
    named = cms.IssuerAndSerialNumber({"issuer": read.issuer, "serial_number": read.serial_number})
    return cms.SignerIdentifier(name="issuer_and_serial_number", value=named)


def _signature(key: SignerKey, data: bytes, digest: hashes.HashAlgorithm, *, pss: bool) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(digest))
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if pss else padding.PKCS1v15()
    return key.sign(data, scheme, digest)


def _algorithm(key: SignerKey, digest: Digest, *, pss: bool) -> algos.SignedDigestAlgorithm:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
    if not pss:
        return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_rsa"})
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": _HASHES[digest].digest_size,
        }
    )
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
