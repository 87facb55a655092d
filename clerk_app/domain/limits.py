"""What a desk can run out of while nobody hears it, how far it is, and what is said and done about it.

A limit has a measure and an end, both in its own unit; three stages: told at 70 % and at 90 %, and at 100 % something
is refused. Nothing that was entered is lost at any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

LimitName = Literal[
    "dossier-numbers", "receipt-numbers", "disk", "catalogue", "users", "trust", "central", "days-offline"
]
LIMITS: tuple[LimitName, ...] = get_args(LimitName)
Numbers = Mapping[LimitName, Literal["dossier", "receipt"]]
NUMBERS: Numbers = {"dossier-numbers": "dossier", "receipt-numbers": "receipt"}
"""The limits that are numbers lent by central."""
ENTRANCE: tuple[LimitName, ...] = ("disk", "catalogue", "trust", "central")
"""At their end no new dossier is begun; those that are begun can be finished."""
Stage = Literal["ok", "notice", "urgent", "reached"]
_NOTICE, _URGENT = 0.7, 0.9
BLOCK = 500
"""How many numbers a station borrows at a time: what its numbers are measured by."""

DEFAULTS: Mapping[str, float] = {
    "limit_catalogue_days": 30,
    "limit_users_days": 14,
    "limit_trust_days": 30,
    "limit_central_days": 30,
    "limit_disk_reserve_mb": 300,
    "limit_disk_room_mb": 4000,
}
"""What holds where the catalogue says nothing; 0 in the catalogue: no such limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a limit is: `used` of `of`. `lifted_until` is how long a supervisor's grace code lets it be passed."""

    name: LimitName
    used: float
    of: float
    lifted_until: datetime | None = None

    def stage(self, now: datetime) -> Stage:
        """Which of its stages it is in; one that is lifted is urgent at most."""
        share = self.used / self.of if self.of > 0 else 1.0
        if share >= 1:
            return "urgent" if self.lifted_until is not None and now < self.lifted_until else "reached"
        return "urgent" if share >= _URGENT else "notice" if share >= _NOTICE else "ok"

    def left(self) -> float:
        """What is left, never less than nothing."""
        return max(0.0, self.of - self.used)


def days_between(since: datetime, now: datetime) -> float:
    """Days since then; a clock that was set back makes nothing younger than new."""
    return max(0.0, (now - since) / timedelta(days=1))


def disk_used_mb(free_mb: float, reserve_mb: float, room_mb: float) -> float:
    """How much of the room before the reserve is gone; all of it where only the reserve is left."""
    return min(room_mb, max(0.0, room_mb - (free_mb - reserve_mb)))


def setting(settings: Mapping[str, str], name: str) -> float:
    """The figure of the catalogue, else its default; 0 for one that is no figure or below nothing."""
    try:
        return max(0.0, float(settings.get(name, "") or DEFAULTS[name]))
    except ValueError:
        return DEFAULTS[name]


def to_tell(limits: Iterable[Limit], told: Mapping[str, str], now: datetime) -> tuple[Limit, ...]:
    """Which limits somebody should hear of now: each once per stage and day. `told` is (name → "stage day")."""
    return tuple(
        limit for limit in limits if limit.stage(now) != "ok" and told.get(limit.name) != told_mark(limit, now)
    )


def told_mark(limit: Limit, now: datetime) -> str:
    """What is remembered of having told it."""
    return f"{limit.stage(now)} {now.date().isoformat()}"
