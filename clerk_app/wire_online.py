"""What a station is told of its office's queue of online dossiers; a part of `wire`, versioned with it.

Nobody's name or number is in it: what a dossier says comes as entries.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from clerk_app.domain.online import Stage
from clerk_app.wire import Lease


class OnlineItem(msgspec.Struct, frozen=True):
    """One dossier, by the portal's code. `until` is when the office must have answered, or the appointment.

    `holder` is who has it open now.
    """

    dossier: UUID
    code: str
    stage: Stage
    state: str
    payment: str
    sent_at: datetime
    until: datetime | None
    holder: Lease | None


class OnlineQueue(msgspec.Struct, frozen=True):
    """`GET /v1/online`: the queue of this station's office, the most urgent first; `at` is central's clock."""

    items: list[OnlineItem]
    at: datetime
