"""What a person's token signs to prove that it is there: a challenge that says for what, where, for whom and when.

The same at the desk that makes it, at a desk without a line and at central; whoever verifies builds the text anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Purpose = Literal["sign-in", "unlock", "lift", "grant", "refuse", "more"]
"""What somebody proves themselves for: coming in, ending somebody's wait, lifting a limit, or what they decide."""
DECIDING: frozenset[Purpose] = frozenset({"grant", "refuse", "more"})
MAGIC = b"quay token proof 1\n"
"""What the signed text begins with: nothing else that a token signs here does."""
NONCE_BYTES = 32
FRESH = timedelta(minutes=5)
"""How far the moment of a challenge may be from the clock of whoever is shown the proof of it."""
SESSION = timedelta(hours=24)
"""How long after somebody came in by their token decisions of theirs may name that proof."""
CLAIM = "token proof"
"""The kind under which central keeps which challenges were answered in entries, each once."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question to one token. `nonce` is 32 random bytes in hex, `station` and `user` who asks and who is asked.

    `about` is what it is for: the digest of what was shown (a decision), the account whose wait ends (`unlock`).
    """

    purpose: Purpose
    station: str
    user: str
    at: datetime
    nonce: str
    about: str = ""

    def text(self) -> bytes:
        """The bytes that are signed: JSON, names in order, no blanks, the moment in UTC to the second."""
        said = {
            "about": self.about,
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "nonce": self.nonce,
            "purpose": self.purpose,
            "station": self.station,
            "user": self.user,
        }
        return MAGIC + json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class TokenProof:
    """A challenge and what the token with this certificate (SHA-256, hex) signed for it.

    `signature` in hex: PKCS #1 v1.5 (RFC 8017 §8.2) or ECDSA in DER (RFC 3279 §2.2.3), with SHA-256.
    """

    challenge: Challenge
    certificate: str
    signature: str

    def __repr__(self) -> str:
        return f"TokenProof({self.challenge.purpose})"


Second = str | TokenProof
"""What stands for a second factor: the digits of an app, or what a token signed; the empty text: neither."""
