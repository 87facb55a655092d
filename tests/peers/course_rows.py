"""What the rows of states.csv and steps.csv say, read with nothing of the program; and dossiers in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clerk_app.domain.course import StepTaken
from tests.peers import role_rows

BEFORE_ACCEPTANCE = ("begin", "registered", "incomplete", "fee-due")


@dataclass(frozen=True, slots=True)
class Row:
    """A step that is in force, as it stands in the table."""

    code: str
    procedures: tuple[str, ...]
    start: tuple[str, ...]
    to: str
    clock: str
    scope: str
    needs: tuple[str, ...]

    def of(self, procedure: str) -> bool:
        return "*" in self.procedures or procedure in self.procedures


def steps() -> list[Row]:
    """The steps in force without an end."""
    split = str.split
    return [
        Row(
            row["code"],
            tuple(split(row["procedures"])),
            tuple(split(row["from"])),
            row["to"],
            row["clock"],
            row["scope"],
            tuple(split(row["needs"])),
        )
        for row in role_rows.rows("steps.csv")
    ]


def states() -> dict[str, bool]:
    """Every state, and whether it ends a dossier; where a dossier begins is none."""
    return {"begin": False} | {row["code"]: row["ends"] == "yes" for row in role_rows.rows("states.csv")}


def expected(
    row: Row, procedure: str, state: str, role: str, whose: str, none: str = "NOT_ALLOWED", beyond: str = "NOT_YOURS"
) -> str:
    """The code that taking the step must be answered with; empty: it is taken. `none` and `beyond` are what is said of
    a scope that the role has not got, and of a dossier beyond its reach.
    """
    if not role_rows.reach(role, row.scope):
        return none
    if not role_rows.allowed(role, row.scope, whose):
        return beyond
    if not row.of(procedure):
        return "STEP_UNKNOWN"
    if row.code == "accept":
        return "STEP_BY_ITSELF"
    if state not in row.start:
        return "STEP_NOT_FROM_HERE"
    # What is written down with the result itself is tried with that.
    return next((code for need, code in (("card", "STEP_CARD"), ("handing", "STEP_HANDING")) if need in row.needs), "")


def cells() -> Iterator[tuple[str, Row]]:
    """Every state with every step."""
    for state in states():
        for row in steps():
            yield state, row


def brought_to(state: str, start: str) -> StepTaken | None:
    """What brings a dossier that stands at `start` to a state, whatever the rows say of the way; None: it is there."""
    if state == start:
        return None
    return StepTaken("moved", start, state, _clocks()[state], states()[state])  # type: ignore[arg-type]


def _clocks() -> dict[str, str]:
    statuses = {row["code"]: row["clock"] for row in role_rows.rows("statuses.csv")}
    return {row["code"]: statuses[row["status"]] for row in role_rows.rows("states.csv")}


def said(row: Row, now: datetime) -> dict[str, object]:
    """Everything that the step needs."""
    given: dict[str, object] = {"reason": "Lý do", "basis": "TT 12/2025/TT-BCA", "items": ("GKSK",)}
    return given | ({"due_at": working(now + timedelta(days=20))} if "due" in row.needs else {})


def working(at: datetime) -> datetime:
    """The same time on a weekday."""
    return at + timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > 4 else 0)
