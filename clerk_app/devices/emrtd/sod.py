"""Passive authentication: is what the chip holds what a known authority signed (ICAO 9303-11 §5.1)?

Three questions kept apart: do the data groups have the digests that the security object (SOD) lists, is the SOD signed
by the certificate it carries, and was that certificate issued by an authority that is believed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from asn1crypto import algos, cms, core, x509

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.authority import SPECIMEN_WORD
from clerk_app.devices.emrtd.signatures import DIGESTS, UnknownAlgorithm, verifies

_LDS_SECURITY_OBJECT = "2.23.136.1.1.1"


class _GroupHash(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("group", core.Integer), ("digest", core.OctetString)]


class _GroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    """ICAO 9303-10 §4.6.2.2."""

    _fields: ClassVar = [
        ("version", core.Integer),
        ("algorithm", algos.DigestAlgorithm),
        ("hashes", _GroupHashes),
        ("lds_version", core.Any, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """The digests that were signed, by data group number, and the signed structure itself."""

    digest: str
    hashes: Mapping[int, bytes]
    content: bytes = field(repr=False)
    signed_data: cms.SignedData = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether the authority's signature holds, and why not."""

    state: Literal["yes", "no", "untrusted"]
    reason: str = ""


def parse(sod: bytes) -> SecurityObject:
    """Take EF.SOD apart. Raises `Malformed`."""
    try:
        message = cms.ContentInfo.load(tlv.first(sod, 0x77), strict=True)
        if message["content_type"].native != "signed_data":
            raise Malformed("SOD is not signed data")
        signed = message["content"]
        inner = signed["encap_content_info"]
        if inner["content_type"].dotted != _LDS_SECURITY_OBJECT:
            raise Malformed("SOD content type")
        content: bytes = inner["content"].native if isinstance(inner["content"].native, bytes) else b""
        if not content:
            content = bytes(inner["content"].contents)
        listed = _LdsSecurityObject.load(content, strict=True)
        digest = str(listed["algorithm"]["algorithm"].native)
        hashes = {int(item["group"].native): bytes(item["digest"].native) for item in listed["hashes"]}
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise Malformed(f"SOD {type(wrong).__name__}") from wrong
    return SecurityObject(digest, hashes, content, signed)


def altered(security: SecurityObject, groups: Mapping[int, bytes]) -> tuple[int, ...]:
    """The numbers of the data groups that are not what was signed, or were never signed."""
    if security.digest not in DIGESTS:
        return tuple(sorted(groups))
    return tuple(
        number
        for number, content in sorted(groups.items())
        if hashlib.new(security.digest, content).digest() != security.hashes.get(number)
    )


def by_specimen(security: SecurityObject) -> bool | None:
    """Whether the certificate that came with the signature belongs to training; None when none can be read."""
    try:
        names = [choice.chosen.issuer.human_friendly.upper() for choice in security.signed_data["certificates"] or ()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return any(SPECIMEN_WORD in name for name in names) if names else None


def judge(security: SecurityObject, trusted: Sequence[x509.Certificate], at: datetime) -> Signature:
    """Whether the SOD is signed, and by somebody believed here, on the day `at`."""
    try:
        return _judge(security, trusted, at)
    except UnknownAlgorithm as unknown:
        return Signature("untrusted", f"ALGORITHM_UNKNOWN {unknown}")
    except (Malformed, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Signature("no", "SIGNATURE_UNREADABLE")


def _judge(security: SecurityObject, trusted: Sequence[x509.Certificate], at: datetime) -> Signature:
    signers = security.signed_data["signer_infos"]
    if len(signers) != 1:
        return Signature("no", "SIGNATURE_UNREADABLE")
    signer = signers[0]
    certificate = _certificate(security.signed_data, signer)
    if certificate is None:
        return Signature("untrusted", "SIGNER_MISSING")
    digest = str(signer["digest_algorithm"]["algorithm"].native)
    if digest not in DIGESTS:
        raise UnknownAlgorithm(digest)
    if not _attributes_hold(signer, security.content, digest):
        return Signature("no", "SIGNATURE_BAD")
    attributes = signer["signed_attrs"]
    signed = b"\x31" + attributes.dump()[1:] if attributes else security.content
    if not verifies(
        certificate.public_key, signer["signature_algorithm"], digest, signed, bytes(signer["signature"].native)
    ):
        return Signature("no", "SIGNATURE_BAD")
    return _chain(certificate, trusted, at)


def _chain(signer: x509.Certificate, trusted: Sequence[x509.Certificate], at: datetime) -> Signature:
    usage = signer.key_usage_value
    if usage is not None and "digital_signature" not in usage.native:
        return Signature("untrusted", "SIGNER_NOT_FOR_SIGNING")
    # A country renews its authority under the same name with another key, and old ones stay in the folder: one that
    # does not fit says nothing about the next. The nearest miss is what went wrong.
    misses = {"SIGNER_UNKNOWN"}
    algorithm = signer["signature_algorithm"]
    signed, signature = signer["tbs_certificate"].dump(), bytes(signer["signature_value"].native)
    elliptic = "ecdsa" in str(algorithm["algorithm"].native)
    for authority in trusted:
        if authority.subject != signer.issuer or (authority.public_key.algorithm == "ec") != elliptic:
            continue
        try:
            issued = verifies(authority.public_key, algorithm, "", signed, signature)
        except UnknownAlgorithm as unknown:
            misses.add(f"ALGORITHM_UNKNOWN {unknown}")
            continue
        except (Malformed, ValueError, TypeError, KeyError, AttributeError):
            # This authority's certificate is broken, not the card.
            continue
        if not issued:
            continue
        if all(_in_force(certificate, at) for certificate in (signer, authority)):
            return Signature("yes")
        misses.add("SIGNER_EXPIRED")
    return Signature("untrusted", max(misses, key=_nearness))


def _nearness(miss: str) -> int:
    return ("SIGNER_UNKNOWN", "ALGORITHM_UNKNOWN", "SIGNER_EXPIRED").index(miss.partition(" ")[0])


def _in_force(certificate: x509.Certificate, at: datetime) -> bool:
    validity = certificate["tbs_certificate"]["validity"]
    return bool(validity["not_before"].native <= at <= validity["not_after"].native)


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate | None:
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


def _attributes_hold(signer: cms.SignerInfo, content: bytes, digest: str) -> bool:
    """Whether the signed attributes name this content (RFC 5652 §5.4)."""
    attributes = signer["signed_attrs"]
    if not attributes:
        return True
    values = {attribute["type"].native: attribute["values"] for attribute in attributes}
    kinds, digests = values.get("content_type"), values.get("message_digest")
    if kinds is None or digests is None or len(kinds) != 1 or len(digests) != 1:
        return False
    return bool(kinds[0].dotted == _LDS_SECURITY_OBJECT and digests[0].native == hashlib.new(digest, content).digest())
