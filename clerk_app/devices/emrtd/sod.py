"""Passive authentication: is what the chip holds what a known authority signed (ICAO 9303-11 §5.1)?

Questions kept apart: do the data groups have the digests that the security object (SOD) lists, is the SOD signed by the
certificate it carries, and where does that certificate stand (`chain`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from asn1crypto import algos, cms, core

from clerk_app.devices.emrtd import chain, signed_message, tlv
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.authority import is_specimen
from clerk_app.devices.emrtd.signatures import BROKEN, DIGESTS, UnknownAlgorithm, known
from clerk_app.devices.emrtd.trust import TrustStore
from clerk_app.domain.evidence import Verdict

CONTENT_TYPE = "2.23.136.1.1.1"
"""id-icao-ldsSecurityObject."""

MOST_GROUPS = 16


class _GroupHash(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("group", core.Integer), ("digest", core.OctetString)]


class _GroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _LdsVersion(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("lds", core.PrintableString), ("unicode", core.PrintableString)]


class _LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    """ICAO 9303-10 §4.6.2.2; the version information is there since LDS 1.8."""

    _fields: ClassVar = [
        ("version", core.Integer),
        ("algorithm", algos.DigestAlgorithm),
        ("hashes", _GroupHashes),
        ("lds_version", _LdsVersion, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """The digests that were signed, by data group number, and the signed structure itself."""

    digest: str
    hashes: Mapping[int, bytes]
    content: bytes = field(repr=False)
    signed_data: cms.SignedData = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the SOD is signed by the certificate that came with it, and where that signer stands."""

    signature: Verdict
    signer: chain.Standing

    @property
    def worth(self) -> tuple[bool, int]:
        """For choosing among several signers: a good signature first."""
        return self.signature.state == "yes", self.signer.worth


def parse(sod: bytes) -> SecurityObject:
    """Take EF.SOD apart. Raises `Malformed`."""
    signed, content = signed_message.parse(tlv.first(sod, 0x77), CONTENT_TYPE)
    try:
        listed = _LdsSecurityObject.load(content, strict=True)
        digest = str(listed["algorithm"]["algorithm"].native)
        if len(listed["hashes"]) > MOST_GROUPS:
            raise Malformed("SOD lists too many groups")
        hashes = {int(item["group"].native): bytes(item["digest"].native) for item in listed["hashes"]}
        if len(hashes) != len(listed["hashes"]):
            raise Malformed("SOD lists a group twice")
        if listed["version"].native not in (0, 1):
            raise Malformed("SOD version")
    except Malformed:
        raise
    except BROKEN as wrong:
        raise Malformed(f"SOD {type(wrong).__name__}") from wrong
    return SecurityObject(digest, hashes, content, signed)


def altered(security: SecurityObject, groups: Mapping[int, bytes]) -> tuple[int, ...]:
    """The numbers of the data groups that are not what was signed, or were never signed: nothing in them is proven."""
    if security.digest not in DIGESTS:
        return tuple(sorted(groups))
    return tuple(
        number
        for number, content in sorted(groups.items())
        if hashlib.new(security.digest, content).digest() != security.hashes.get(number)
    )


def unsigned(security: SecurityObject, groups: Mapping[int, bytes]) -> tuple[int, ...]:
    """Those of `altered` that the signed list does not name at all: anybody may have written them."""
    return tuple(number for number in sorted(groups) if number not in security.hashes)


def unfit_digest(security: SecurityObject) -> str:
    """Why the digests in the list prove nothing (`ALGORITHM_WEAK sha1`); empty when they can be believed."""
    try:
        known(security.digest)
    except UnknownAlgorithm as wrong:
        return wrong.reason
    return ""


def by_specimen(security: SecurityObject) -> bool | None:
    """Whether the certificate that came with the signature belongs to training; None when none can be read."""
    try:
        found = [is_specimen(choice.chosen) for choice in security.signed_data["certificates"] or ()]
    except BROKEN:
        return None
    return any(found) if found else None


def judge(security: SecurityObject, store: TrustStore, at: datetime) -> Judgement:
    """Whether the SOD is signed, and by whom, on the day `at`.

    One signer is the rule (ICAO 9303-10 §4.6.2); where there are several, the best one counts, for each signed all of
    the content.
    """
    judged = [_judge(security, signer, store, at) for signer in security.signed_data["signer_infos"]]
    return max(judged, key=lambda one: one.worth)


def _judge(security: SecurityObject, signer: cms.SignerInfo, store: TrustStore, at: datetime) -> Judgement:
    try:
        certificate = signed_message.certificate_of(security.signed_data, signer)
    except BROKEN:
        return Judgement(Verdict("signature", "no", "SIGNATURE_UNREADABLE"), chain.unknown("SIGNATURE_UNREADABLE"))
    if certificate is None:
        return Judgement(Verdict("signature", "unknown", "SIGNER_MISSING"), chain.unknown("SIGNER_MISSING"))
    try:
        good = signed_message.holds(signer, certificate, CONTENT_TYPE, security.content)
        signature = Verdict("signature", "yes") if good else Verdict("signature", "no", "SIGNATURE_BAD")
    except UnknownAlgorithm as unknown:
        signature = Verdict("signature", "unknown", unknown.reason)
    except BROKEN:
        signature = Verdict("signature", "no", "SIGNATURE_UNREADABLE")
    try:
        return Judgement(signature, chain.standing(certificate, store, at))
    except BROKEN:
        return Judgement(signature, chain.unknown("SIGNATURE_UNREADABLE"))
