"""A layered drawing of a small graph: who stands in which row, and where lines pass.

After Sugiyama, Tagawa and Toda (1981): nodes go into rows by the longest way from the first node; a line over several
rows passes an empty place in each; places of a row are ordered by the mean place of their neighbours, and then moved
apart. Plain, deterministic, for some tens of nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 12
Place = tuple[str, str, int]
"""A node (its name, "", 0), or where a line from one node to another passes a row."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where nodes stand and lines pass: centre points in pixels; the size of the whole."""

    nodes: Mapping[str, tuple[float, float]]
    lines: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    width: float
    height: float


def drawn(first: str, lines: Iterable[tuple[str, str]], node_width: float, gap: float, row_height: float) -> Drawn:
    """The drawing of a graph whose every node can be reached from `first`. A line to itself is left out."""
    ways = [(a, b) for a, b in dict.fromkeys(lines) if a != b]
    back = _against(first, ways)
    downward = [(b, a) if (a, b) in back else (a, b) for a, b in ways]
    rows = _rows(first, downward)
    places, joined = _passing(rows, downward)
    ordered = _ordered(places, joined)
    x = _apart(ordered, joined, node_width, gap)
    left = min(x.values()) - node_width / 2
    height = len(ordered) * row_height

    def point(place: Place) -> tuple[float, float]:
        row = next(number for number, line in enumerate(ordered) if place in line)
        return x[place] - left, (row + 0.5) * row_height

    paths: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {}
    for a, b in ways:
        start, end = (b, a) if (a, b) in back else (a, b)
        between = [(start, end, row) for row in range(rows[start] + 1, rows[end])]
        path = [point((start, "", 0)), *(point(place) for place in between), point((end, "", 0))]
        paths[a, b] = tuple(reversed(path)) if (a, b) in back else tuple(path)
    width = max(x.values()) - left + node_width / 2
    return Drawn({name: point((name, "", 0)) for name in rows}, paths, width, height)


def _against(first: str, ways: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Lines that lead back to where a way came from."""
    onward: dict[str, list[str]] = {}
    for a, b in ways:
        onward.setdefault(a, []).append(b)
    back: set[tuple[str, str]] = set()
    done: set[str] = set()

    def walk(node: str, above: tuple[str, ...]) -> None:
        for target in onward.get(node, ()):
            if target in above or target == node:
                back.add((node, target))
            elif target not in done:
                walk(target, (*above, node))
        done.add(node)

    walk(first, ())
    return back


def _rows(first: str, downward: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Node → its row: the longest way down to it."""
    rows = {first: 0}
    for _ in range(len({node for way in downward for node in way})):
        for a, b in downward:
            if a in rows:
                rows[b] = max(rows.get(b, 0), rows[a] + 1)
    return rows


def _passing(
    rows: Mapping[str, int], downward: Sequence[tuple[str, str]]
) -> tuple[list[list[Place]], list[tuple[Place, Place]]]:
    """The places of every row, and which place hangs on which of the row above."""
    places: list[list[Place]] = [[] for _ in range(max(rows.values()) + 1)]
    for name, row in rows.items():
        places[row].append((name, "", 0))
    joined: list[tuple[Place, Place]] = []
    for a, b in downward:
        above: Place = (a, "", 0)
        for row in range(rows[a] + 1, rows[b]):
            passing: Place = (a, b, row)
            places[row].append(passing)
            joined.append((above, passing))
            above = passing
        joined.append((above, (b, "", 0)))
    return places, joined


def _neighbours(joined: Sequence[tuple[Place, Place]]) -> tuple[dict[Place, list[Place]], dict[Place, list[Place]]]:
    above: dict[Place, list[Place]] = {}
    below: dict[Place, list[Place]] = {}
    for upper, lower in joined:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _ordered(places: list[list[Place]], joined: Sequence[tuple[Place, Place]]) -> list[list[Place]]:
    above, below = _neighbours(joined)
    ordered = [list(row) for row in places]
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        numbers = range(1, len(ordered)) if down else range(len(ordered) - 2, -1, -1)
        for number in numbers:
            beside = {place: index for index, place in enumerate(ordered[number - 1 if down else number + 1])}
            near = above if down else below
            own = {place: index for index, place in enumerate(ordered[number])}

            def mean(place: Place) -> float:
                found = [beside[one] for one in near.get(place, ())]  # noqa: B023 - used up within this turn
                return sum(found) / len(found) if found else own[place]  # noqa: B023

            ordered[number].sort(key=mean)
    return ordered


def _apart(
    ordered: Sequence[Sequence[Place]], joined: Sequence[tuple[Place, Place]], node_width: float, gap: float
) -> dict[Place, float]:
    """Place → x: near its neighbours, and never nearer to the next one than both are wide."""
    above, below = _neighbours(joined)
    half = {place: (gap / 2 if place[1] else node_width / 2) for row in ordered for place in row}
    x: dict[Place, float] = {}
    for row in ordered:
        reach = 0.0
        for place in row:
            x[place] = reach + half[place]
            reach += 2 * half[place] + gap
        for place in row:
            x[place] -= reach / 2
    for sweep in range(_SWEEPS):
        for row in ordered if sweep % 2 == 0 else reversed(ordered):
            wanted = []
            for place in row:
                near = (*above.get(place, ()), *below.get(place, ()))
                wanted.append(sum(x[one] for one in near) / len(near) if near else x[place])
            _settle(row, wanted, half, gap, x)
    return x


def _settle(
    row: Sequence[Place], wanted: Sequence[float], half: Mapping[Place, float], gap: float, x: dict[Place, float]
) -> None:
    """Give each place of a row what it wants as far as its neighbours leave room; from both sides, then the mean."""
    need = [half[a] + half[b] + gap for a, b in pairwise(row)]
    right = list(wanted)
    for index in range(1, len(row)):
        right[index] = max(right[index], right[index - 1] + need[index - 1])
    left = list(wanted)
    for index in range(len(row) - 2, -1, -1):
        left[index] = min(left[index], left[index + 1] - need[index])
    for place, a, b in zip(row, right, left, strict=True):
        x[place] = (a + b) / 2
