"""Who signs a practice card, and the SOD over its data groups (ICAO 9303-10 §4.6.2)."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from asn1crypto import algos, core

from clerk_app.practice import specimen_authority
from clerk_app.practice.card_crypto import tlv
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.specimen_authority import Signer, SignerKind
from clerk_app.practice.specimen_signing import Digest, signed_data
from clerk_app.practice.specimens import folder

_SECURITY_OBJECT = "2.23.136.1.1.1"


class _GroupHash(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("number", core.Integer), ("value", core.OctetString)]


class _GroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _SecurityObject(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("version", core.Integer), ("digest", algos.DigestAlgorithm), ("groups", _GroupHashes)]


def signer(faults: CardFaults) -> Signer:
    """The document signer of a card with these faults."""
    if faults.unknown_signer:
        return specimen_authority.make("SPECIMEN CSCA unknown")
    kinds: dict[SignerKind, bool] = {
        "expired": faults.expired_signer,
        "future": faults.future_signer,
        "wrong-usage": faults.wrong_key_usage,
        "revoked": faults.revoked_signer,
        "rsa": faults.rsa_signer or faults.pss_signer,
        "explicit-curve": faults.explicit_curve,
        "renewed": faults.renewed_authority,
    }
    return specimen_authority.load(folder(), next((kind for kind, meant in kinds.items() if meant), ""))


def sod(groups: dict[int, bytes], faults: CardFaults) -> bytes:
    """EF.SOD over the data groups."""
    digest = _digest(faults)
    listed = [{"number": n, "value": hashlib.new(digest, groups[n]).digest()} for n in sorted(groups)]
    content = _SecurityObject({"version": 0, "digest": {"algorithm": digest}, "groups": listed}).dump()
    return tlv(
        0x77,
        signed_data(
            _SECURITY_OBJECT,
            content,
            signer(faults),
            digest,
            pss=faults.pss_signer,
            wrong=faults.wrong_signature,
        ),
    )


def _digest(faults: CardFaults) -> Digest:
    if faults.sha1:
        return "sha1"
    if faults.sha384:
        return "sha384"
    return "sha512" if faults.sha512 else "sha256"
