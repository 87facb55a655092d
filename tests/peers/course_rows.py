"""What the rows of states.csv and steps.csv say, read with nothing of the program; and dossiers in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from clerk_app.domain.course import StepTaken
from tests.peers import role_rows
from tests.peers.pack import FOLDER

RESULTS = "result.deliver"
"""What somebody must be allowed to do with results."""
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


def steps(folder: Path = FOLDER) -> list[Row]:
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
        for row in role_rows.rows("steps.csv", folder)
    ]


def states(folder: Path = FOLDER) -> dict[str, bool]:
    """Every state, and whether it ends a dossier; where a dossier begins is none."""
    return {"begin": False} | {row["code"]: row["ends"] == "yes" for row in role_rows.rows("states.csv", folder)}


def expected(
    row: Row,
    procedure: str,
    state: str,
    role: str,
    whose: str,
    none: str = "NOT_ALLOWED",
    beyond: str = "NOT_YOURS",
    folder: Path = FOLDER,
    here: bool = False,
) -> str:
    """The code that taking the step must be answered with; empty: it is taken. `none` and `beyond` are what is said of
    a scope that the role has not got, and of a dossier beyond its reach; `here`: its card lies at the office.
    """
    if not role_rows.reach(role, row.scope, folder):
        return none
    if not role_rows.allowed(role, row.scope, whose, folder):
        return beyond
    if not row.of(procedure):
        return "STEP_UNKNOWN"
    if row.code == "accept":
        return "STEP_BY_ITSELF"
    if state not in row.start:
        return "STEP_NOT_FROM_HERE"
    if "card" in row.needs and not here:
        return "STEP_CARD"
    # That somebody has the result is written down with the hand-over itself, and tried with that.
    return "STEP_HANDING" if "handing" in row.needs else ""


def result_expected(
    event: str, procedure: str, state: str, here: bool, role: str, whose: str, folder: Path = FOLDER
) -> str:
    """The code that an event of a result must be answered with, whose card lies `here` or did not come; empty: it is
    done. Read from the steps that a card or a hand-over is, and from handings.csv.
    """
    if refused := role_rows.refusal(role, RESULTS, whose, folder):
        return refused
    mine = [row for row in steps(folder) if row.of(procedure) and state in row.start]
    handings = [row for row in role_rows.rows("handings.csv", folder) if _of(row["procedures"], procedure)]
    kinds = {row["kind"] for row in handings}
    if event == "arrive":
        awaited = any({"card", "handing"} & set(row.needs) for row in mine)
        return "CARD_HERE" if here else "" if awaited else "RESULT_NOT_READY"
    if event == "remind":
        return "" if here and "reminder" in kinds else "REMINDER_EARLY"
    if not here:
        return "CARD_NOT_HERE"
    if event != "shelve" and not any("handing" in row.needs for row in mine):
        return "RESULT_NOT_READY"
    return "POST_CLOSED" if event == "post" and "post" not in kinds else ""


def _of(procedures: str, procedure: str) -> bool:
    return not {"*", procedure}.isdisjoint(procedures.split())


def cells(folder: Path = FOLDER) -> Iterator[tuple[str, Row]]:
    """Every state with every step."""
    for state in states(folder):
        for row in steps(folder):
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
