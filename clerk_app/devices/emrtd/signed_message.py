"""Who signed a CMS message, and does the signature hold (RFC 5652 §5.4–5.6): for security objects and master lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from asn1crypto import cms, x509

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.signatures import BROKEN, known, verifies

MOST_SIGNERS = 8
MOST_CERTIFICATES = 64


def parse(data: bytes, content_type: str) -> tuple[cms.SignedData, bytes]:
    """The signed message in BER or DER and the content it carries. Raises `Malformed` for anything else."""
    try:
        message = cms.ContentInfo.load(data, strict=True)
        if message["content_type"].native != "signed_data":
            raise Malformed("not signed data")
        signed = message["content"]
        inner = signed["encap_content_info"]
        if inner["content_type"].dotted != content_type:
            raise Malformed("content type")
        content = bytes(inner["content"])
        # The parser is lazy: a list is only known to be one when each of it was looked at.
        if not 0 < len(list(signed["signer_infos"])) <= MOST_SIGNERS:
            raise Malformed("number of signers")
        if len(list(signed["certificates"] or ())) > MOST_CERTIFICATES:
            raise Malformed("number of certificates")
    except Malformed:
        raise
    except BROKEN as wrong:
        raise Malformed(f"signed message: {type(wrong).__name__}") from wrong
    return signed, content


def certificate_of(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate | None:
    """The certificate that the signer names by issuer and serial number or by key identifier."""
    named = signer["sid"]
    for choice in signed["certificates"] or ():
        if choice.name != "certificate":
            continue
        certificate = choice.chosen
        if named.name == "issuer_and_serial_number":
            same = certificate.serial_number == named.chosen["serial_number"].native
            if same and certificate.issuer == named.chosen["issuer"]:
                return certificate
        elif certificate.key_identifier == named.chosen.native:
            return certificate
    return None


def holds(signer: cms.SignerInfo, certificate: x509.Certificate, content_type: str, content: bytes) -> bool:
    """Whether this signer signed this content with the key of the certificate.

    Raises `UnknownAlgorithm` when it cannot be judged, and what the parser raises for broken bytes.
    """
    digest = str(signer["digest_algorithm"]["algorithm"].native)
    known(digest)
    algorithm, signature = signer["signature_algorithm"], bytes(signer["signature"].native)
    if not signer["signed_attrs"]:
        return verifies(certificate.public_key, algorithm, digest, content, signature)
    if not _attributes_name(signer["signed_attrs"], content_type, hashlib.new(digest, content).digest()):
        return False
    return any(
        verifies(certificate.public_key, algorithm, digest, signed, signature)
        for signed in _encodings(signer["signed_attrs"])
    )


def _attributes_name(attributes: cms.CMSAttributes, content_type: str, digest: bytes) -> bool:
    values = {attribute["type"].dotted: attribute["values"] for attribute in attributes}
    if len(values) != len(attributes):
        return False
    kinds, digests = values.get("1.2.840.113549.1.9.3"), values.get("1.2.840.113549.1.9.4")
    if kinds is None or digests is None or len(kinds) != 1 or len(digests) != 1:
        return False
    return bool(kinds[0].dotted == content_type and digests[0].native == digest)


def _encodings(attributes: cms.CMSAttributes) -> Iterator[bytes]:
    """What may have been signed: the attributes in DER, sorted (RFC 5652 §5.4), else in the order in which they came.

    Some signers sign their unsorted order. Either way it is these attributes and no others.
    """
    each = [attribute.dump() for attribute in attributes]
    ordered = tlv.encode(0x31, b"".join(sorted(each)))
    yield ordered
    as_they_came = tlv.encode(0x31, b"".join(each))
    if as_they_came != ordered:
        yield as_they_came
    canonical = tlv.encode(0x31, b"".join(sorted(attribute.copy().dump(force=True) for attribute in attributes)))
    if canonical not in (ordered, as_they_came):
        yield canonical
