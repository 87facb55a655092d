"""Walks a pack and names what is wrong with it, with file and line; what shares a cause is told once.

What each walk looks for stands in `catalogue.linting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clerk_app.catalogue import building
from clerk_app.catalogue.linting.conditions import asked, unanswerable
from clerk_app.catalogue.linting.days import missing_days, overlapping
from clerk_app.catalogue.linting.letters import strange_letters, without_basis
from clerk_app.catalogue.linting.life import dead
from clerk_app.catalogue.linting.messages import unsendable
from clerk_app.catalogue.linting.names import leading_nowhere
from clerk_app.catalogue.linting.papers import unasked_for
from clerk_app.catalogue.linting.problems import DECIDES, Problem, merged, refusal_as_problem
from clerk_app.catalogue.linting.sums import disagreeing, misshapen, unfilled
from clerk_app.catalogue.linting.worked import wrong_examples
from clerk_app.catalogue.pack import Pack, assemble
from clerk_app.catalogue.signing import (
    MANIFEST,
    PUBLIC_KEY,
    SCHEMA,
    Manifest,
    PackRefusal,
    contents_of,
    read_key,
    verified_files,
)
from clerk_app.catalogue.tables import Dated, Row, csv_rows, toml_rows
from clerk_app.domain.conditions import Condition
from clerk_app.domain.refusals import Words

__all__ = ["Counted", "Problem", "Report", "check", "counted", "walk"]

TOML_FILES = ("forms.toml", "printed.toml", "examples.toml")
_MOST_DAYS = 1000


@dataclass(frozen=True, slots=True)
class Counted:
    """What a pack holds: rows of rules, conditions asked in them, worked examples, rule sets and files."""

    rules: int
    conditions: int
    examples: int
    rule_sets: int
    files: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk found: every defect, and what the pack holds where it can be read."""

    problems: tuple[Problem, ...]
    counted: Counted | None
    version: str = ""


def check(folder: Path, trusted_keys: Sequence[bytes] | None = None) -> list[Problem]:
    """Every defect found in the pack in `folder`; without keys, the publisher's key beside the pack is taken."""
    return list(walk(folder, trusted_keys).problems)


def walk(folder: Path, trusted_keys: Sequence[bytes] | None = None) -> Report:
    """The defects of the pack in `folder`, and its counts. Never raises for what stands in a pack."""
    problems: list[Problem] = []
    manifest = Manifest("", SCHEMA, "", "", {})
    try:
        keys = [read_key(folder / PUBLIC_KEY)] if trusted_keys is None else trusted_keys
        manifest, _ = verified_files(folder, keys)
    except PackRefusal as refusal:
        problems.append(refusal_as_problem(refusal))
        if refusal.code in ("PACK_MISSING", "PACK_SCHEMA"):
            return Report(tuple(problems), None)
    except OSError:
        return Report((_unreadable(),), None)
    told: list[PackRefusal] = []
    try:
        contents = contents_of(folder)
        pack = assemble(manifest, contents, told.append)
        rows = [*_rows(contents), *pack.examples]
    except PackRefusal as refusal:
        problems += map(refusal_as_problem, told or [refusal])
        return Report(_one_a_file(merged(problems)), None)
    except OSError:
        return Report((*problems, _unreadable()), None)
    if told:
        problems += map(refusal_as_problem, told)
        return Report(tuple(merged(problems)), None)
    problems += _walked(pack, contents, rows)
    return Report(tuple(merged(problems)), replace(counted(pack), files=len(contents)), pack.version)


def counted(pack: Pack) -> Counted:
    """How much a pack holds."""
    tables = pack.tables
    rows: list[Dated[Any]] = [*tables.papers, *tables.refusals, *tables.expiry, *tables.exceptions, *tables.notices]
    conditions: list[Condition] = [row.value.when for row in rows]
    return Counted(
        rules=sum(len(rows) for _, rows in tables.all()),
        conditions=sum(1 for when in conditions for _ in asked(when)),
        examples=len(pack.examples),
        rule_sets=len({row.value[1] for row in tables.settings if row.value[0] == "rule_set"}),
        files=len(pack.manifest.files),
    )


def _walked(pack: Pack, contents: Mapping[str, bytes], rows: list[Row]) -> Iterator[Problem]:
    letters = list(strange_letters(contents))
    yield from letters
    if any(problem.kind == "letters" for problem in letters):
        # A name with such a letter is another name, and what follows from that is not worth saying.
        return
    yield from without_basis(rows)
    yield from unfilled(rows)
    yield from _unread(contents)
    if len(pack.rule_days) > _MOST_DAYS:
        words = Words("quá nhiều ngày thay đổi.", f"the rules change on {len(pack.rule_days)} days.")
        yield Problem(MANIFEST, 0, words, "gap")
        return
    found: list[Problem] = []
    for look in (overlapping, leading_nowhere, unasked_for, unanswerable, disagreeing, misshapen):
        found += look(pack)
    if not any(problem.kind in ("name", "overlap") for problem in found):
        # A name that leads nowhere makes days without a rule and dead steps of its own.
        found += missing_days(pack)
        found += dead(pack)
    if not any(problem.kind in ("name", "overlap", "gap", "step") for problem in found):
        # What follows from a step that is amiss is not worth saying beside it.
        found += unsendable(pack)
    yield from found
    if not any(problem.kind in DECIDES for problem in found):
        yield from wrong_examples(pack)


def _rows(contents: Mapping[str, bytes]) -> list[Row]:
    """Every row of every file as written, but for the worked examples."""
    found: list[Row] = []
    for table, columns in building.COLUMNS.items():
        if f"{table}.csv" in contents:
            later, replaced = building.ADDED_COLUMNS.get(table, ()), building.REPLACED_COLUMNS.get(table)
            found += csv_rows(f"{table}.csv", contents[f"{table}.csv"], columns, added=later, replaced=replaced)
    for name in TOML_FILES[:-1]:
        for rows in toml_rows(name, contents[name]).values():
            found += rows
    return found


def _unread(contents: Mapping[str, bytes]) -> Iterator[Problem]:
    known = {f"{table}.csv" for table in building.COLUMNS} | set(TOML_FILES)
    for name in sorted(set(contents) - known):
        words = Words("chương trình không đọc tệp này.", "the program reads no file of this name.")
        yield Problem(name, 0, words, "name")


def _unreadable() -> Problem:
    return Problem(MANIFEST, 0, Words("không đọc được thư mục.", "the folder cannot be read."), "unreadable")


def _one_a_file(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """A file that is not what was signed is often unreadable too: the signature says it, the reading says where."""
    named: dict[str, Problem] = {}
    for problem in problems:
        if problem.file not in named or not named[problem.file].line:
            named[problem.file] = problem
    return tuple(named.values())
