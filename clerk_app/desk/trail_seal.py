"""The seal of an exported file: what it is, who made it where and what for, under the station's Ed25519 signature.

It lies beside the file (`trail.csv.seal`) and says the file's SHA-256, so that one changed byte of either is noticed.
What a person signed with a token needs none: that signature is inside the PDF.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Literal

from clerk_app.domain.refusals import Refusal, Words

SUFFIX = ".seal"
FORMAT = "quay-trail-seal-1"
_MOST = 16_384
"""Bytes of a seal: anything longer is none."""
Verdict = Literal["good", "altered", "key_unknown"]


@dataclass(frozen=True, slots=True)
class Seal:
    """What the station vouches for. `entry` is the id of the journal's entry that tells of the export, `key` the
    station's raw Ed25519 public key (hex)."""

    sha256: str
    size_bytes: int
    what: str
    station: str
    office: str
    at: str
    who: str
    purpose: str
    rows: int
    entry: str
    key: str


def sealed(seal: Seal, sign: Callable[[bytes], bytes]) -> bytes:
    """The seal as it is written: JSON with its signature."""
    document = asdict(seal) | {"format": FORMAT, "signature": sign(_signed_part(seal)).hex()}
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def read(data: bytes) -> tuple[Seal, bytes]:
    """The seal and its signature, nothing about them checked. Raises `Refusal` `SEAL_UNREADABLE`."""
    try:
        if len(data) > _MOST:
            raise ValueError("length")
        document = json.loads(data.decode("utf-8"))
        signature = bytes.fromhex(document.pop("signature"))
        if document.pop("format") != FORMAT or set(document) != {one.name for one in fields(Seal)}:
            raise ValueError("fields")
        if any(type(document[one.name]).__name__ != str(one.type) for one in fields(Seal)):
            raise ValueError("types")
        return Seal(**document), signature
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal(
            "SEAL_UNREADABLE",
            Words("Tệp dấu niêm phong không đọc được.", "The seal beside the file cannot be read."),
            Words("Lấy lại cả hai tệp từ nơi đã xuất.", "Fetch both files again from where they were exported."),
        ) from None


def verdict(data: bytes, seal: Seal, signature: bytes, trusted: frozenset[str]) -> Verdict:
    """Whether the file is as it left its station. `trusted` are keys of stations (hex): one that is not among them may
    be anybody's."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.key)).verify(signature, _signed_part(seal))
    except (InvalidSignature, ValueError):
        return "altered"
    if (len(data), hashlib.sha256(data).hexdigest()) != (seal.size_bytes, seal.sha256):
        return "altered"
    return "good" if seal.key in trusted else "key_unknown"


def _signed_part(seal: Seal) -> bytes:
    """What is signed: never taken for an entry or for another message of the station."""
    return f"{FORMAT}\n{json.dumps(asdict(seal), ensure_ascii=False, sort_keys=True)}".encode()
