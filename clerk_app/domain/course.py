"""The course of a dossier through the states of its procedure: the steps that were taken, and what follows from them.

A step is one happening; where the dossier stands, whether its clock runs and when its result is due are folds over
those that were taken. Business states alone are here: money, results and delivery have states of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from clerk_app.domain.calendar import Pause
from clerk_app.domain.steps import BEGIN, Clock

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Entry, Submitted

ACCEPT = "accept"
"""The step that an acceptance is. Every other one is taken by its own entry."""
ACCEPTED = "accepted"
HANDED_OVER = "handed-over"
"""The state that an acceptance leads to."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A dossier went from the state `start` to the state `to` by a step of the catalogue.

    `clock` is what the time limit does from then on, and `ends` whether anything is still owed. `reason` is for the
    citizen, `basis` names the rule; `items` is what has to be brought; `due_at` is the new appointment where the step
    sets one.
    """

    step: str
    start: str
    to: str
    clock: Clock
    ends: bool = False
    reason: str = field(default="", repr=False)
    basis: str = ""
    items: tuple[str, ...] = field(default=(), repr=False)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A step as it stands in the course: what happened, by whom, and when."""

    entry: UUID
    what: StepTaken
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """Where a dossier stands. `passed` are its steps, `dues` every appointment that was ever given, oldest first."""

    state: str = BEGIN
    clock: Clock = "stopped"
    ended: bool = False
    passed: tuple[Passed, ...] = ()
    dues: tuple[datetime, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """The appointment that holds; None before the acceptance."""
        return self.dues[-1] if self.dues else None

    @property
    def since(self) -> datetime | None:
        """When the dossier came to its state."""
        return self.passed[-1].at if self.passed else None

    @property
    def accepted_at(self) -> int:
        """The place of the acceptance among the steps; -1 before it."""
        return next((at for at, one in enumerate(self.passed) if one.what.to == ACCEPTED), -1)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """Every stretch since the acceptance in which the clock stood and then went on; one that still lasts is none.

        What was asked for before the acceptance stops no clock: none ran.
        """
        if self.accepted_at < 0:
            return ()
        found: list[Pause] = []
        stood: datetime | None = None
        for one in self.passed[self.accepted_at :]:
            if one.what.clock == "paused":
                stood = stood or one.at
            elif stood is not None:
                if one.what.clock == "runs":
                    found.append(Pause(stood, one.at))
                stood = None
        return tuple(found)

    def times(self, step: str, since_acceptance: bool = True) -> int:
        """How often a step was taken in this stage of the dossier, before or after its acceptance."""
        passed = self.passed[self.accepted_at + 1 :] if since_acceptance else self.passed
        return sum(one.what.step == step for one in passed)

    def last(self, *steps: str) -> Passed | None:
        """The last time that one of these steps was taken."""
        return next((one for one in reversed(self.passed) if one.what.step in steps), None)


AT_THE_BEGINNING = Course()
"""Where every dossier stands before its first step."""


def with_step(course: Course, entry: Entry, what: StepTaken) -> Course:
    """The course once a step was taken. One that starts elsewhere than the dossier stands does not count."""
    if what.start != course.state:
        return course
    dues = course.dues if what.due_at is None else (*course.dues, what.due_at)
    passed = (*course.passed, Passed(entry.id, what, entry.who, entry.at))
    return Course(what.to, what.clock, what.ends, passed, dues)


def with_acceptance(course: Course, entry: Entry, what: Submitted) -> Course:
    """The course once the counter accepted the dossier, wherever it stood: the clock runs from its reception."""
    taken = StepTaken(ACCEPT, course.state, ACCEPTED, "runs", due_at=what.due_at)
    passed = (*course.passed, Passed(entry.id, taken, entry.who, entry.at))
    return Course(ACCEPTED, "runs", False, passed, (*course.dues, what.due_at))
