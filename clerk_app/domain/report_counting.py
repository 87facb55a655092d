"""What one dossier counts for in a period: the single place where that is worked out.

Dossiers that went the same way count for the same, whenever that was and whosever they are: a year of a hundred
thousand has a few hundred such ways. So a dossier is only looked at for its way, and what a way counts for is written
out once. Moments are whole milliseconds since 1970; a period is from `since_ms` to before `end_ms`.
"""

from __future__ import annotations

from typing import NamedTuple

from clerk_app.domain.report_facts import Facts, Move
from clerk_app.domain.report_law import EXCEPTION, OPEN, STAY, Position, ReportLaw

_DAY_MS = 86_400_000
_HANOI_MS = 7 * 3_600_000
Found = tuple[tuple[str, int], ...]
"""Measures and how often each is counted."""


class Way(NamedTuple):
    """How a dossier went through a period, as far as figures tell.

    `opening` and `ending` are measures. `received` are its channel and the numbers and outcomes that count in the
    period of its reception, in the order of `Facts`. `passed` are the states it left, those it came to, and whether it
    then had a later appointment in the same state.
    """

    opening: str
    ending: str
    received: tuple[object, ...]
    passed: tuple[tuple[str, str, bool], ...]


_FEE = Facts._fields.index("fee_vnd")


class Counting:
    """Counts dossiers for one period by one law."""

    def __init__(self, since_ms: int, end_ms: int, law: ReportLaw) -> None:
        self._since, self._end = since_ms, end_ms
        self._positions: dict[str, Position] = {state: row.position for state, row in law.positions.items()}
        self._digital = frozenset(state for state, row in law.positions.items() if row.digital)
        self._accepting = frozenset(state for state, row in law.positions.items() if row.counts)
        self._by_moment = law.compared == "moment"
        self._found: dict[Way, Found] = {}

    def of(self, facts: Facts) -> Found:
        """What a dossier counts for in the period; nothing where the period does not concern it.

        It counts once for how it came into the period and once for how it stands at its end, or not at all: so what
        was there and came in is what was finished and what is left.
        """
        way = self.way(facts)
        return self.found(way) if way is not None else ()

    def found(self, way: Way) -> Found:
        """What a dossier counts for that went this way."""
        known = self._found.get(way)
        if known is None:
            known = self._found[way] = tuple(self._written_out(way))
        return known

    def way(self, facts: Facts) -> Way | None:
        """The way a dossier went; None where the period does not concern it."""
        moves, since, end = facts.moves, self._since, self._end
        received = 0
        for _at, state, _due, _step in moves:
            if state in self._accepting:
                break
            received += 1
        if received == len(moves) or moves[received][0] >= end:
            return self._before(moves)
        last = last_before(moves, end)
        if moves[received][0] >= since:
            opening, counts = f"received_{facts.channel}", facts[_FEE:]
        else:
            counts = ()
            if self._position(moves[last_before(moves, since)][1]) in OPEN:
                opening = "carried_over"
            elif any(since <= move[0] < end and self._position(move[1]) in OPEN for move in moves[received:]):
                opening = "reopened"
            else:
                return None
        passed = []
        for at in range(received + 1, last + 1):
            reached, state, due, _step = moves[at]
            if reached >= since:
                _, left, due_before, _ = moves[at - 1]
                passed.append((left, state, left == state and due > due_before))
        return Way(opening, self._ending(moves, last), counts, tuple(passed))

    def _position(self, state: str) -> Position:
        """A state that the catalogue does not name is work in hand: nothing disappears from a table."""
        return self._positions.get(state, "in_process")

    def _ending(self, moves: tuple[Move, ...], last: int) -> str:
        _, state, due, _ = moves[last]
        position = self._position(state)
        if position == "in_process" or position == "before":
            return "overdue" if due and due < self._end else "in_time"
        if position != "processed":
            return position
        first = last
        while first > 0 and self._position(moves[first - 1][1]) == "processed":
            first -= 1
        done, _, due, _ = moves[first]
        if not due or _day(done) < _day(due):
            return "early"
        return "late" if (done > due if self._by_moment else _day(done) > _day(due)) else "on_time"

    def _before(self, moves: tuple[Move, ...]) -> Way | None:
        """Of what was not received by the end of the period: outside of what must balance."""
        if moves[0].at_ms >= self._end:
            return None
        last = moves[last_before(moves, self._end)]
        match self._position(last.state):
            case ("returned" | "withdrawn") as position:
                return Way(f"{position}_before", "", (), ()) if last.at_ms >= self._since else None
            case _:
                return Way("waiting_before", "", (), ())

    def _written_out(self, way: Way) -> list[tuple[str, int]]:
        found = [(way.opening, 1)]
        if way.received:
            found += _once(*way.received)  # type: ignore[arg-type]
        if way.ending:
            found.append((way.ending, 1))
        done = digital = False
        for left, state, extended in way.passed:
            found.append((f"{STAY}:{left}", 1))
            position = self._positions.get(state)
            if position == "processed":
                done, digital = True, digital or state in self._digital
            elif position == "waiting":
                found.append(("supplements", 1))
            if extended:
                found.append(("extended", 1))
        if done:
            found.append(("results", 1))
        if digital:
            found.append(("results_digitised", 1))
        return found


def last_before(moves: tuple[Move, ...], end_ms: int) -> int:
    """The place of the last move before a moment; the first where there is none."""
    at = len(moves) - 1
    while at > 0 and moves[at][0] >= end_ms:
        at -= 1
    return at


def _once(
    fee_vnd: int,
    paid: str,
    components: int,
    digitised: int,
    reused: int,
    reused_results: int,
    exceptions: tuple[tuple[str, str], ...],
) -> list[tuple[str, int]]:
    """What is counted of a dossier in the period in which it was received."""
    found = [
        ("components", components),
        ("components_digitised", digitised),
        ("components_reused", reused),
        ("components_reused_results", reused_results),
    ]
    if fee_vnd:
        found += [("with_fee", 1), ("fee_vnd", fee_vnd), (f"paid_{paid or 'not'}", 1)]
        if paid:
            found.append((f"fee_{paid}_vnd", fee_vnd))
    return found + [(f"{EXCEPTION}:{code}:{outcome}", 1) for code, outcome in exceptions]


def _day(at_ms: int) -> int:
    """The number of the day in Hanoi, whose clock is never put forward."""
    return (at_ms + _HANOI_MS) // _DAY_MS
