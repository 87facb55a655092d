"""One rule of law, as every value of the catalogue carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.calendar import Verified
from clerk_app.domain.refusals import Words


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law that took part in a decision. `verified` other than `yes` is a doubt for the supervisor.

    `since` and `until` are the first and the last day on which the row holds (None: until further notice).
    """

    id: str
    basis: str
    verified: Verified
    because: Words
    since: date | None = None
    until: date | None = None

    @property
    def table(self) -> str:
        """The table of the pack where it stands."""
        return self.id.partition(":")[0]
