"""What can come of an order to a foreign system, and what such a system must be able to do for it to be made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from clerk_app.central.registers.line import Unknown


@dataclass(frozen=True, slots=True)
class Done:
    """It is made: what the other system gave for it, and how it says it stands."""

    result: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The other system will never make it."""

    cause: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The other system does not have it, or would take it once more for the same: it may be sent."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it so far, by the other system's own word."""

    outcome: str


class OrderSystem(Protocol):
    """A system in which an order has one name, `reference`, under which it can be sent and looked for.

    `compares`: the same sent twice is one there. Where it does not, a request that was given up here may still be
    carried out there, and a second one makes another.
    """

    @property
    def compares(self) -> bool: ...

    def send(self, reference: str, body: bytes) -> Done | Absent | Rejected | Unknown:
        """Make it. `Unknown` says nothing of whether it was made; `Absent`: it was somebody else's to make, and is not
        there. Never raises.
        """
        ...

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        """Whether it was made. Never raises."""
        ...

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        """What came of it. `about` as the order was written down with: the đồng of a payment. Never raises."""
        ...
