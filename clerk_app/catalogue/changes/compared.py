"""Two packs compared day by day: for every thing, the stretches of days on which they disagree, and how.

A row that only begins on another day is told as moved. What is the same change on neighbouring stretches is one change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from clerk_app.catalogue.changes.described import Described, Fact, described
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.refusals import Words

Kind = Literal["new", "removed", "changed", "confirmed", "doubted", "basis", "text", "moved"]
_DAY = timedelta(days=1)
_CHANNELS = ("counter", "online", "post")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a row says, before and after. `name` is for programs: the same in every language."""

    name: str
    label: Words
    before: Words
    after: Words


@dataclass(frozen=True, slots=True)
class Change:
    """What the later pack says of one thing otherwise, from `since` to `until` (None: for good).

    `value` is the row of the later pack, of the earlier one where it is gone; `moved` the first day it
    had and the one it has; `channels` those of a fee, empty: every one.
    """

    table: str
    kind: Kind
    since: date
    until: date | None
    before: Described | None
    after: Described | None
    differences: tuple[Difference, ...]
    value: Any
    moved: tuple[date, date] | None = None
    channels: tuple[str, ...] = ()

    @property
    def described(self) -> Described:
        """What it is about."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of nothing")
        return found


def compared(before: Pack, after: Pack, on: date | None = None) -> tuple[Change, ...]:
    """Every change from one pack to the other, by table and day; with `on`, those that hold on that day."""
    found: list[Change] = []
    old_tables = dict(before.tables.all())
    for table, rows in after.tables.all():
        changes = list(_table(table, old_tables[table], rows))
        found += _channels(changes) if table == "fees" else _paired(changes)
    if on is not None:
        found = [one for one in found if one.since <= on and (one.until is None or on <= one.until)]
    return tuple(found)


def _table(table: str, old: Sequence[Dated[Any]], new: Sequence[Dated[Any]]) -> Iterator[Change]:
    lives, later = _lives(table, old), _lives(table, new)
    for key in dict.fromkeys((*lives, *later)):
        yield from _thing(table, key, lives.get(key, []), later.get(key, []))


def _lives(table: str, rows: Sequence[Dated[Any]]) -> dict[tuple[str, ...], list[Dated[Any]]]:
    """The rows of each thing in their order. A fee of any channel is one of each channel."""
    found: dict[tuple[str, ...], list[Dated[Any]]] = defaultdict(list)
    for row in rows:
        if table == "fees" and row.key[1] == "any":
            for channel in _CHANNELS:
                found[row.key[0], channel].append(row)
        else:
            found[row.key].append(row)
    for life in found.values():
        life.sort(key=lambda row: row.since)
    return found


def _thing(table: str, key: tuple[str, ...], old: list[Dated[Any]], new: list[Dated[Any]]) -> Iterator[Change]:
    said_old = [described(table, key, row.value) for row in old]
    said_new = [described(table, key, row.value) for row in new]
    channels = (key[1],) if table == "fees" else ()
    if said_old == said_new:
        yield from _moved(table, old, new, said_new, channels)
        return
    merged: list[Change] = []
    for since, until in _stretches([*old, *new]):
        before, after = _on(old, said_old, since), _on(new, said_new, since)
        if before is None and after is None:
            continue
        one, other = before[1] if before else None, after[1] if after else None
        kind, differences = _difference(one, other)
        if kind is None:
            continue
        value = (after or before or (None,))[0]
        change = Change(table, kind, since, until, one, other, differences, value, channels=channels)
        last = merged[-1] if merged else None
        if last and last.until and last.until + _DAY == since and _alike(last, change):
            merged[-1] = replace(last, until=until, after=other or last.after, value=value)
        else:
            merged.append(change)
    yield from merged


def _alike(one: Change, other: Change) -> bool:
    """Whether the same is to be said of neighbouring stretches."""
    same = one.kind == other.kind and one.differences == other.differences
    return same and (one.kind not in ("new", "removed") or one.described.facts == other.described.facts)


def _moved(
    table: str, old: list[Dated[Any]], new: list[Dated[Any]], said: list[Described], channels: tuple[str, ...]
) -> Iterator[Change]:
    """The same rows on other days. An end that moves because the next row does is not told by itself."""
    for index, (one, other) in enumerate(zip(old, new, strict=True)):
        if one.since != other.since:
            yield Change(
                table, "moved", min(one.since, other.since), max(one.since, other.since) - _DAY,
                said[index], said[index], (), other.value, (one.since, other.since), channels,
            )  # fmt: skip
        if one.until != other.until and index == len(new) - 1:
            first = min(day for day in (one.until, other.until) if day is not None) + _DAY
            kind: Kind = "removed" if other.until is not None and other.until < first else "new"
            last = None if one.until is None or other.until is None else max(one.until, other.until)
            before, after = (said[index], None) if kind == "removed" else (None, said[index])
            yield Change(table, kind, first, last, before, after, (), other.value, channels=channels)


def _stretches(rows: Sequence[Dated[Any]]) -> Iterator[tuple[date, date | None]]:
    days = {row.since for row in rows}
    days |= {row.until + _DAY for row in rows if row.until is not None and row.until < date.max}
    ordered = sorted(days)
    for day, following in zip(ordered, [*ordered[1:], None], strict=True):
        yield day, following - _DAY if following else None


def _on(rows: list[Dated[Any]], said: list[Described], day: date) -> tuple[Any, Described] | None:
    return next(((row.value, what) for row, what in zip(rows, said, strict=True) if row.on(day)), None)


def _difference(one: Described | None, other: Described | None) -> tuple[Kind | None, tuple[Difference, ...]]:
    if one is None or other is None:
        return ("new" if one is None else "removed"), ()
    differences = _facts(one.facts, other.facts)
    if differences:
        return ("text" if all(fact.text for fact, _ in differences) else "changed"), tuple(
            two for _, two in differences
        )
    if one.verified != other.verified:
        return ("confirmed" if other.verified == "yes" else "doubted"), ()
    if one.basis != other.basis:
        return "basis", ()
    return None, ()


def _facts(old: tuple[Fact, ...], new: tuple[Fact, ...]) -> list[tuple[Fact, Difference]]:
    before = {fact.label: fact.said for fact in old}
    return [
        (fact, Difference(fact.label.en or "value", fact.label, before.get(fact.label, Words("–", "–")), fact.said))
        for fact in new
        if before.get(fact.label) != fact.said
    ]


def _paired(changes: list[Change]) -> list[Change]:
    """A row that went and one that came, for the same thing and days, are one row that changed."""
    gone: dict[tuple[str, date, date | None], list[Change]] = defaultdict(list)
    came: dict[tuple[str, date, date | None], list[Change]] = defaultdict(list)
    for one in changes:
        if one.kind in ("new", "removed"):
            (came if one.kind == "new" else gone)[one.described.name, one.since, one.until].append(one)
    result = []
    for one in changes:
        key = (one.described.name, one.since, one.until)
        if one.kind == "removed" and len(gone[key]) == len(came[key]) == 1:
            continue
        if one.kind == "new" and len(gone[key]) == len(came[key]) == 1:
            before = gone[key][0].before
            kind, differences = _difference(before, one.after)
            if kind is not None:
                one = replace(one, kind=kind, before=before, differences=differences)
        result.append(one)
    return result


def _channels(changes: list[Change]) -> list[Change]:
    """The same change of a fee at several channels is one."""
    groups: dict[tuple[Any, ...], Change] = {}
    for one in changes:
        key = (one.described.name, one.kind, one.since, one.until, one.differences)
        known = groups.get(key)
        groups[key] = replace(known, channels=(*known.channels, *one.channels)) if known else one
    return [
        replace(one, channels=() if set(one.channels) == set(_CHANNELS) else one.channels) for one in groups.values()
    ]
