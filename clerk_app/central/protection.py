"""What protects each table of central against being written past this program. A test holds it against the database.

`chained`: stations signed each row, and what central added is recorded in `audit`. `recorded`: every change of a row is
recorded in `audit`. `derived`: follows from the entries, and is compared with them. `audit`: the record itself, chained
and signed. `passing`: lives for minutes, and decides nothing that an entry does not say. `compared`: with the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Way = Literal["chained", "recorded", "derived", "audit", "passing", "compared"]


@dataclass(frozen=True, slots=True)
class Protection:
    """How a table is protected; where a column of it is protected otherwise, or not at all, `columns` says how."""

    way: Way
    columns: dict[str, str] = field(default_factory=dict)


CENTRAL: dict[str, Protection] = {
    "entries": Protection("chained"),
    "facts": Protection("recorded"),
    "offices": Protection("recorded"),
    "counters": Protection("recorded"),
    "users": Protection("recorded"),
    "person_tokens": Protection("recorded"),
    "revocations": Protection("recorded"),
    "stations": Protection("recorded"),
    "enrolment_codes": Protection("recorded"),
    "blocks": Protection("recorded"),
    "packs": Protection("recorded"),
    "graces": Protection("recorded"),
    "lost_sheets": Protection("recorded"),
    "extracts": Protection("recorded"),
    "erasures": Protection("recorded"),
    "erased_dossiers": Protection("recorded"),
    "erased_entries": Protection("recorded"),
    "erased_sheets": Protection("recorded"),
    "erasures_done": Protection("recorded"),
    "register_queries": Protection("recorded"),
    "register_answers": Protection("recorded"),
    "orders": Protection(
        "recorded",
        {
            "tries": "passing: how often it was tried",
            "due_ms": "passing: when it is tried again; the other system is asked before it is sent again",
            "cause": "passing: why the last try came to nothing",
            "told_ms": "passing: the entries themselves say whether its end stands in its dossier",
        },
    ),
    "messages": Protection(
        "recorded",
        {
            "tries": "passing: how often it was tried",
            "due_ms": "passing: when it is tried again; whoever carries it is asked before it is handed over again",
            "cause": "passing: why the last try came to nothing",
        },
    ),
    "submissions": Protection("recorded"),
    "sign_ins": Protection(
        "recorded",
        {
            "failures": "passing: makes the next guess wait",
            "tried_ms": "passing: makes the next guess wait",
        },
    ),
    "heads": Protection(
        "recorded", {"n": "derived: where the entries end", "digest": "derived: of the last of the entries"}
    ),
    "dossiers": Protection("derived"),
    "claims": Protection("derived"),
    "report_rows": Protection("derived"),
    "assertions": Protection("passing"),
    "leases": Protection("passing"),
    "handlings": Protection("passing"),
    "audit": Protection("audit"),
    "audit_heads": Protection("audit"),
    "alembic_version": Protection("compared"),
}

RECORDED = tuple(name for name, protection in CENTRAL.items() if protection.way == "recorded")
"""The tables of which every change is recorded."""


def left_out(table: str) -> frozenset[str]:
    """The columns of a recorded table that are not recorded."""
    return frozenset(CENTRAL[table].columns)
