"""What happens in a run, from its seed alone: a list of events that can be told, repeated and shortened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.outages.line import KINDS, Trouble

What = Literal[
    "work", "deliver", "settle", "arm", "out", "in", "kill desk", "open desk", "kill central", "start central",
    "clock", "fill desk", "fill central", "free", "copy", "bring back",
]  # fmt: skip

WEIGHTS: Mapping[What, int] = {
    "work": 30,
    "deliver": 30,
    "settle": 12,
    "arm": 24,
    "out": 2,
    "in": 3,
    "kill desk": 5,
    "open desk": 4,
    "kill central": 3,
    "start central": 4,
    "clock": 2,
    "fill desk": 2,
    "fill central": 1,
    "free": 3,
    "copy": 2,
    "bring back": 2,
}
"""How often each comes. `work` and `deliver` only begin: what comes after them happens meanwhile, until `settle`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens: to which desk or central, how much, and what goes wrong on the line."""

    what: What
    who: int = 0
    size: int = 0
    share: float = 0.0
    trouble: Trouble | None = None

    def __str__(self) -> str:
        trouble = f" {self.trouble.kind} {self.trouble.share:.2f}/{self.trouble.later}" if self.trouble else ""
        return f"{self.what} {self.who}{f' × {self.size}' if self.size else ''}{trouble}"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: `desks`, `centrals` on the same data, `events` in the plan."""

    desks: int = 5
    centrals: int = 2
    events: int = 60


def plan(seed: int, size: Size) -> tuple[Event, ...]:
    """The events of this seed. Every desk has opened something before the first goes wrong."""
    dice = Random(f"plan {seed}")
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    events = [Event("work", desk, 3) for desk in range(size.desks)]
    while len(events) < size.events:
        what = dice.choices(names, weights)[0]
        who = dice.randrange(size.centrals if what in ("kill central", "start central") else size.desks)
        events.append(Event(what, who, _size(what, dice), dice.random(), _trouble(dice) if what == "arm" else None))
    return tuple(events)


def _size(what: What, dice: Random) -> int:
    if what == "work":
        return dice.choice((2, 4, 8, 14))
    if what == "clock":
        return dice.choice((-2 * 86_400, -3_700, -90, 0, 0, 45, 3_700, 86_400))
    return 0


def _trouble(dice: Random) -> Trouble:
    kind = dice.choices(KINDS, (4, 4, 4, 3, 3, 3, 2, 1, 1))[0]
    return Trouble(kind, dice.random(), dice.randint(1, 6))
