"""Reports: from the rows of dossiers to tables of figures, by definitions of the catalogue. Pure, the same everywhere.

A figure counts measures; which measures a line adds up, and what it is divided by, stands in the pack. What a dossier
counts for is worked out once, in `counted`, so that a figure and the list of dossiers behind it never disagree.
Moments are whole milliseconds since 1970; a period is from `since_ms` to before `until_ms`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from clerk_app.domain.refusals import Words
from clerk_app.domain.report_facts import Facts, Move
from clerk_app.domain.report_law import (
    EXCEPTION,
    OPEN,
    STAY,
    Comparison,
    Dimension,
    Kind,
    Position,
    ReportLaw,
    ReportLine,
    StatePosition,
)
from clerk_app.domain.worked_time import WorkedTime

_DAY_MS = 86_400_000
_HANOI_MS = 7 * 3_600_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: the period, by what it is split, and of which offices, counters, procedures, channels (empty: of
    all). `now_ms` is the moment at which it is made: what lies after it did not happen yet. `clerk`: only what they
    opened.
    """

    since_ms: int
    until_ms: int
    now_ms: int
    by: Dimension = ""
    offices: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    clerk: str = ""

    @property
    def end_ms(self) -> int:
        """The moment as of which the period is closed."""
        return min(self.until_ms, self.now_ms)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure: `of`, or `of` divided by `over` where that is a ratio (0 over 0 is no figure)."""

    of: int
    over: int = 0


@dataclass(frozen=True, slots=True)
class LineValues:
    """A line with its figures: of everything first, then of each group."""

    code: str
    name: Words
    kind: Kind
    basis: str
    verified: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TableValues:
    """A table of the report."""

    code: str
    name: Words
    lines: tuple[LineValues, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """How long dossiers stayed in a state that they left in the period, in milliseconds of office hours."""

    state: str
    count: int
    mean_ms: int
    median_ms: int
    ninth_ms: int
    """Nine of ten were not longer."""


@dataclass(frozen=True, slots=True)
class Cause:
    """How many of the dossiers that were received had an exception of this cause, by what became of it."""

    code: str
    granted: int
    refused: int
    open: int


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `groups` are the codes of what it is split by; `dossiers` how many it counts at all."""

    groups: tuple[str, ...]
    tables: tuple[TableValues, ...]
    stays: tuple[Stay, ...] = ()
    causes: tuple[Cause, ...] = ()
    dossiers: int = 0


def covers(wanted: Wanted, facts: Facts) -> bool:
    """Whether the dossier is one of those that the report is about."""
    return not (
        (wanted.offices and facts.office not in wanted.offices)
        or (wanted.counters and facts.counter not in wanted.counters)
        or (wanted.procedures and facts.procedure not in wanted.procedures)
        or (wanted.channels and facts.channel not in wanted.channels)
        or (wanted.clerk and facts.clerk != wanted.clerk)
    )


def make(rows: Iterable[Facts], wanted: Wanted, law: ReportLaw) -> Report:
    """The report of these dossiers. Whatever does not concern the period may be among the rows or not."""
    totals: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {}
    stays: dict[str, list[int]] = {}
    dossiers = 0
    spent = WorkedTime(law.calendar).between if law.calendar is not None else _by_the_wall
    for facts in rows:
        if not covers(wanted, facts):
            continue
        found = counted(facts, wanted, law)
        if not found:
            continue
        dossiers += 1
        sums = groups.setdefault(group_of(facts, wanted.by), Counter()) if wanted.by else None
        for name, number in found:
            totals[name] += number
            if sums is not None:
                sums[name] += number
        for state, length in _stays(facts, wanted, spent):
            stays.setdefault(state, []).append(length)
    names = tuple(sorted(groups))
    columns = [totals, *(groups[name] for name in names)]
    tables = tuple(
        TableValues(code, name, tuple(_line(line, columns) for line in law.lines if line.table == code))
        for code, name in law.tables
    )
    return Report(names, tables, _stay_values(stays, law), _causes(totals), dossiers)


def group_of(facts: Facts, by: Dimension) -> str:
    """The group to which a dossier belongs."""
    return str(getattr(facts, by)) if by else ""


def behind(
    rows: Iterable[Facts], wanted: Wanted, law: ReportLaw, measures: Collection[str], group: str | None = None
) -> Iterator[Facts]:
    """The dossiers that count for one of these measures; of one group, or of all."""
    chosen = frozenset(measures)
    for facts in rows:
        if covers(wanted, facts) and (group is None or group_of(facts, wanted.by) == group):
            found = counted(facts, wanted, law)
            if any(number and name in chosen for name, number in found):
                yield facts


def page_of(found: Iterable[Facts], first: int, limit: int) -> tuple[list[Facts], int]:
    """`limit` dossiers of a list from the place `first` on, oldest first; and how many there are in all."""
    every = sorted(found, key=lambda facts: (facts.moves[0].at_ms, facts.code, facts.dossier))
    return every[first : first + limit], len(every)


def counted(facts: Facts, wanted: Wanted, law: ReportLaw) -> list[tuple[str, int]]:
    """What a dossier counts for in the period; nothing where the period does not concern it.

    It counts once for how it came into the period and once for how it stands at its end, or not at all: so what was
    there and came in is what was finished and what is left.
    """
    since, end = wanted.since_ms, wanted.end_ms
    moves, positions = facts.moves, law.positions
    received = _received(moves, positions)
    if received is None or moves[received].at_ms >= end:
        return _before(moves, positions, since, end)
    found: list[tuple[str, int]] = []
    received_ms = moves[received].at_ms
    last = _last(moves, end)
    if received_ms >= since:
        found.append((f"received_{facts.channel}", 1))
        found += _once(facts)
    else:
        position = _position(moves[_last(moves, since)].state, positions)
        if position in OPEN:
            found.append(("carried_over", 1))
        elif any(since <= move.at_ms < end and _position(move.state, positions) in OPEN for move in moves[received:]):
            found.append(("reopened", 1))
        else:
            return found
    found.append((_ending(moves, last, positions, law.compared, end), 1))
    found += _within(facts, received, since, end, positions)
    return found


def standing_at(facts: Facts, moment_ms: int) -> Move:
    """How a dossier stood right before a moment; its first move where it had none yet."""
    return facts.moves[_last(facts.moves, moment_ms)]


def _received(moves: tuple[Move, ...], positions: Mapping[str, StatePosition]) -> int | None:
    """The place of the move by which the dossier was received."""
    for at, move in enumerate(moves):
        known = positions.get(move.state)
        if known is not None and known.counts:
            return at
    return None


def _position(state: str, positions: Mapping[str, StatePosition]) -> Position:
    """A state that the catalogue does not name is work in hand: nothing disappears from a table."""
    known = positions.get(state)
    return known.position if known is not None else "in_process"


def _last(moves: tuple[Move, ...], end: int) -> int:
    """The place of the last move before a moment."""
    at = len(moves) - 1
    while at > 0 and moves[at].at_ms >= end:
        at -= 1
    return at


def _ending(
    moves: tuple[Move, ...], last: int, positions: Mapping[str, StatePosition], compared: Comparison, end: int
) -> str:
    position = _position(moves[last].state, positions)
    if position == "in_process" or position == "before":
        due = moves[last].due_ms
        return "overdue" if due and due < end else "in_time"
    if position != "processed":
        return position
    first = last
    while first > 0 and _position(moves[first - 1].state, positions) == "processed":
        first -= 1
    done, due = moves[first].at_ms, moves[first].due_ms
    if not due or _day(done) < _day(due):
        return "early"
    return "late" if (done > due if compared == "moment" else _day(done) > _day(due)) else "on_time"


def _day(at_ms: int) -> int:
    """The number of the day in Hanoi, whose clock is never put forward."""
    return (at_ms + _HANOI_MS) // _DAY_MS


def _before(
    moves: tuple[Move, ...], positions: Mapping[str, StatePosition], since: int, end: int
) -> list[tuple[str, int]]:
    """Of what was not received by the end of the period: outside of what must balance."""
    if moves[0].at_ms >= end:
        return []
    last = moves[_last(moves, end)]
    match _position(last.state, positions):
        case "returned" if last.at_ms >= since:
            return [("returned_before", 1)]
        case "withdrawn" if last.at_ms >= since:
            return [("withdrawn_before", 1)]
        case "returned" | "withdrawn":
            return []
        case _:
            return [("waiting_before", 1)]


def _once(facts: Facts) -> list[tuple[str, int]]:
    """What is counted of a dossier in the period in which it was received."""
    found = [
        ("components", facts.components),
        ("components_digitised", facts.digitised),
        ("components_reused", facts.reused),
        ("components_reused_results", facts.reused_results),
    ]
    if facts.fee_vnd:
        found += [("with_fee", 1), ("fee_vnd", facts.fee_vnd), (f"paid_{facts.paid or 'not'}", 1)]
        if facts.paid:
            found.append((f"fee_{facts.paid}_vnd", facts.fee_vnd))
    found += [(f"{EXCEPTION}:{code}:{outcome}", 1) for code, outcome in facts.exceptions]
    return found


def _within(
    facts: Facts, received: int, since: int, end: int, positions: Mapping[str, StatePosition]
) -> list[tuple[str, int]]:
    """What happened in the period to a dossier that counts in it."""
    found: list[tuple[str, int]] = []
    moves = facts.moves
    done = digital = False
    for at in range(received + 1, len(moves)):
        before, move = moves[at - 1], moves[at]
        if not since <= move.at_ms < end:
            continue
        found.append((f"{STAY}:{before.state}", 1))
        known = positions.get(move.state)
        if known is not None and known.position == "processed":
            done, digital = True, digital or known.digital
        if known is not None and known.position == "waiting":
            found.append(("supplements", 1))
        if move.state == before.state and move.due_ms > before.due_ms:
            found.append(("extended", 1))
    if done:
        found.append(("results", 1))
    if digital:
        found.append(("results_digitised", 1))
    return found


def _by_the_wall(since_ms: int, until_ms: int) -> int:
    return until_ms - since_ms


def _stays(facts: Facts, wanted: Wanted, spent: Callable[[int, int], int]) -> Iterator[tuple[str, int]]:
    moves = facts.moves
    for at in range(1, len(moves)):
        if wanted.since_ms <= moves[at].at_ms < wanted.end_ms:
            yield moves[at - 1].state, spent(moves[at - 1].at_ms, moves[at].at_ms)


def _line(line: ReportLine, columns: Iterable[Counter[str]]) -> LineValues:
    values = tuple(
        Value(sum(sums[name] for name in line.of), sum(sums[name] for name in line.over)) for sums in columns
    )
    return LineValues(line.code, line.name, line.kind, line.rule.basis, line.rule.verified, values)


def _stay_values(stays: Mapping[str, list[int]], law: ReportLaw) -> tuple[Stay, ...]:
    order = {state: at for at, state in enumerate(law.positions)}
    found = []
    for state in sorted(stays, key=lambda state: (order.get(state, len(order)), state)):
        lengths = sorted(stays[state])
        count = len(lengths)
        middle = (lengths[(count - 1) // 2] + lengths[count // 2]) // 2
        ninth = lengths[(count * 9 + 9) // 10 - 1]
        found.append(Stay(state, count, sum(lengths) // count, middle, ninth))
    return tuple(found)


def _causes(totals: Counter[str]) -> tuple[Cause, ...]:
    codes: dict[str, dict[str, int]] = {}
    for name, number in totals.items():
        kind, _, rest = name.partition(":")
        if kind == EXCEPTION:
            code, _, outcome = rest.rpartition(":")
            codes.setdefault(code, {})[outcome] = number
    causes = [
        Cause(code, one.get("granted", 0), one.get("refused", 0), one.get("open", 0)) for code, one in codes.items()
    ]
    return tuple(sorted(causes, key=lambda one: (-(one.granted + one.refused + one.open), one.code)))
