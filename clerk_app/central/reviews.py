"""Second looks as central judges them: by its own seeds and law, whatever a desk took for drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from clerk_app import wire
from clerk_app.central import draws
from clerk_app.central.database import Database
from clerk_app.central.rules import Law
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.reviewing import is_drawn
from clerk_app.domain.rules import Rules

SeedOn = Callable[[date], bytes | None]
"""The seed of a day, where that day is over."""


def seeds(database: Database, office: str, now: datetime) -> SeedOn:
    """The seeds of an office, worked out once they are asked for."""
    known: list[SeedOn] = []

    def on(day: date) -> bytes | None:
        if not known:
            known.append(draws.published(database, office, now).on)
        return known[0](day)

    return on


def waits_for_review(dossier: Dossier, rules: Rules, seed: SeedOn) -> bool:
    """Whether a second look at this dossier is still to be taken."""
    return not dossier.reviews and is_drawn(dossier, rules, seed) is True


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The draws of one central, as its operations ask for them."""

    database: Database
    law: Law

    def told(self, office: str, now: datetime) -> wire.Draw:
        """The newest seed that stations of this office may know."""
        return draws.told(self.database, office, now)

    def waiting(self, office: str, now: datetime) -> Callable[[Dossier], bool]:
        """Tells of a dossier of this office whether a second look at it is still to be taken."""
        seed = seeds(self.database, office, now)
        return lambda dossier: waits_for_review(dossier, self.law.standing().rules_of(dossier, now), seed)
