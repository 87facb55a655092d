"""A token that signs, refuses or waits as a test of the screens says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from clerk_app.archiving.token_reading import token_fault
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.token_proofs import Purpose, TokenProof
from clerk_app.token_factor import challenge

PIN = "246810"


@dataclass
class SampleTokens:
    """Reads tokens where a test says so."""

    offered: bool = False
    says: Refusal | None = None
    """What comes instead of an answer."""
    waits: Callable[[], object] = lambda: None
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def prove(self, purpose: Purpose, user: str, pin: str, about: str = "") -> TokenProof:
        self.asked.append((purpose, user, about))
        self.waits()
        if self.says is not None:
            raise self.says
        if pin != PIN:
            raise token_fault("SIGN_PIN_WRONG")
        return TokenProof(challenge(purpose, "Q04", user, datetime.now(HANOI), about), "c" * 64, "00")
