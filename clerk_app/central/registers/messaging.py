"""What can come of a message that is handed to somebody who carries it, and what such a carrier must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from clerk_app.central.registers.line import Unknown


class Letter(msgspec.Struct, frozen=True):
    """What is sent. `status`, `officer` with their `title`, and the moments are for the portal, which keeps a list of
    steps.
    """

    to: str
    text: str
    subject: str = ""
    status: int = 1
    officer: str = ""
    unit: str = ""
    at: datetime | None = None
    due_at: datetime | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier has it, and answers for it from now on. `delivered`: it says that it arrived."""

    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It will never arrive, by the carrier's word."""

    cause: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """The carrier surely does not have it; it may be tried again."""

    cause: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The carrier does not know this reference: it was never handed over."""


class Carrier(Protocol):
    """Who carries messages of one kind. `answers`: it can be asked about a reference, so nothing goes out twice;
    `compares`: what is handed over twice under one reference goes out once.
    """

    answers: bool
    compares: bool

    def send(self, reference: str, letter: Letter) -> Taken | Failed | Unsent | Unknown:
        """Hand it over. `Unknown` says nothing of whether it was taken. Never raises."""
        ...

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        """What became of it. Never raises; of a carrier that does not answer: `Unknown`."""
        ...
