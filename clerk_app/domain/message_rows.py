"""Rows of the catalogue that say which message a citizen gets: plain values, for `rules` and `messages`.

A duty is what the office must tell about the procedure itself; everything else goes only where the citizen agreed to it
(Law 91/2025/QH15: no consent by default).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.refusals import Words
from clerk_app.domain.rule import Rule

Way = Literal["sms", "email", "portal"]
WAYS: tuple[Way, ...] = ("sms", "email", "portal")
Ground = Literal["duty", "consent"]
GROUNDS: tuple[Ground, ...] = ("duty", "consent")
ANYWHERE = "*"

FACTS: Mapping[str, bool] = {
    "code": True,
    "office": True,
    "procedure": True,
    "state": True,
    "received": True,
    "due": True,
    "due_day": True,
    "basis": True,
    "fee": True,
    "name_masked": True,
    "number_masked": True,
    "parcel": True,
    "here_since": True,
    "name": False,
    "reason": False,
    "items": False,
}
"""What a text may name, and whether it may stand in a text message, which passes through many hands unencrypted."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of the catalogue: sent when the step `trigger` was taken, by each of `ways`, where `ground` allows it.

    `within` are the states in which there is a point to it (`*`: any), `hours` how long after the step there is (0: for
    ever). `trigger` may also be one of `messages.HAPPENED`. `subject` is for e-mail and the portal.
    """

    code: str
    trigger: str
    procedures: tuple[str, ...]
    ways: tuple[Way, ...]
    ground: Ground
    within: tuple[str, ...]
    hours: int
    subject: Words
    text: Words
    rule: Rule

    def of(self, procedure: str) -> bool:
        """Whether it is for a dossier of this procedure."""
        return ANYWHERE in self.procedures or procedure in self.procedures
