"""What a station and central say to each other about messages to citizens; a part of `wire`, versioned with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec


class MessageState(msgspec.Struct, frozen=True):
    """How a message stands. `entry` caused it, `step` is the step that entry took, `taken_at` when.

    `state`: queued, sent (whoever carries it has it), delivered, failed, unknown (it may have gone out, nobody can
    say), not_allowed (no basis), no_address, pointless (overtaken); `cause` says why. `to` is masked. `parts` of a text
    message are those it is billed by. `again_of` is the message that this one repeats.
    """

    id: UUID
    entry: UUID
    code: str
    step: str
    way: Literal["sms", "email", "portal"]
    ground: Literal["duty", "consent"]
    basis: str
    verified: Literal["yes", "partial", "no"]
    state: Literal["queued", "sent", "delivered", "failed", "unknown", "not_allowed", "no_address", "pointless"]
    cause: str
    to: str
    subject: str
    text: str
    alphabet: str
    parts: int
    taken_at: datetime
    sent_at: datetime | None = None
    heard_at: datetime | None = None
    tries: int = 0
    again_of: UUID | None = None


class DossierMessages(msgspec.Struct, frozen=True):
    """Answer of `GET /v1/dossiers/{dossier}/messages`: every message about it, oldest first, at central's time `at`."""

    messages: list[MessageState]
    at: datetime
