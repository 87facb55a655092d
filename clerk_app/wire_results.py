"""Which printed cards an office awaits, as central tells its stations; a part of `wire`, versioned with it.

Nobody's name or number is in it: what a dossier says comes as entries.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class ExpectedCard(msgspec.Struct, frozen=True):
    """A granted dossier, by the receipt's code, whose card no counter of the office checked in; `since` it is so."""

    dossier: UUID
    code: str
    since: datetime | None


class ExpectedCards(msgspec.Struct, frozen=True):
    """`GET /v1/results/expected`: the cards that this station's office awaits, the longest first; `at` is central's
    clock."""

    items: list[ExpectedCard]
    at: datetime
