"""What the rows of roles.csv and scopes.csv say, read with nothing of the program: who may do what, and to whose."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.peers.pack import FOLDER

WHOSE = ("own", "office", "other")
COVERS = {"own": ("own",), "office": ("own", "office"), "any": ("own", "office", "other")}


def rows(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """The rows of a table that are in force without an end."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not row["effective_to"]]


def roles(folder: Path = FOLDER) -> list[str]:
    """Every role of the pack that somebody can sit at a desk with; the portal and central sit nowhere."""
    nowhere = ("portal", "reminder", "payments")
    return [row["role"] for row in rows("roles.csv", folder) if row["role"] not in nowhere]


def reach(role: str, scope: str, folder: Path = FOLDER) -> str:
    """How far a role reaches with a scope, as its row says; empty where it has not got it."""
    (row,) = (one for one in rows("roles.csv", folder) if one["role"] == role)
    for token in row["scopes"].split():
        name, _, far = token.partition("@")
        if name == scope:
            return far or "office"
    return ""


def allowed(role: str, scope: str, whose: str = "", folder: Path = FOLDER) -> bool:
    """Whether the row lets the role do it, to such a dossier where one is named."""
    far = reach(role, scope, folder)
    return bool(far) and (not whose or whose in COVERS[far])


def refusal(role: str, scope: str, whose: str = "", folder: Path = FOLDER) -> str:
    """The code that a desk must answer with; empty where it must not refuse."""
    if allowed(role, scope, whose, folder):
        return ""
    return "NOT_YOURS" if reach(role, scope, folder) else "NOT_ALLOWED"
