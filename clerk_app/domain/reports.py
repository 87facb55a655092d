"""Reports: from the rows of dossiers to tables of figures, by definitions of the catalogue. Pure, the same everywhere.

A figure counts measures; which measures a line adds up, and what it is divided by, stands in the pack. What a dossier
counts for is worked out in one place (`report_counting`), so that a figure and the list of dossiers behind it never
disagree.
Moments are whole milliseconds since 1970; a period is from `since_ms` to before `until_ms`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from clerk_app.domain.refusals import Words
from clerk_app.domain.report_counting import Counting, Found, Way, last_before
from clerk_app.domain.report_facts import Facts, Move
from clerk_app.domain.report_law import EXCEPTION, Dimension, Kind, ReportLaw, ReportLine
from clerk_app.domain.worked_time import WorkedTime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: the period, by what it is split, and of which offices, counters, procedures, channels (empty: of
    all). `now_ms` is the moment at which it is made: what lies after it did not happen yet. `clerk`: only what
    counts as theirs.
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


@dataclass(slots=True)
class Counted:
    """The dossiers of a report with what each counts for: what stands behind its figures, as of its moment."""

    found: list[Found] = field(default_factory=list)
    lines: list[tuple[int, str, UUID, str, int]] = field(default_factory=list)
    """When each began, its code, itself, its group, and the place of what it counts for in `found`."""
    _sorted: bool = False

    def page(self, measures: Collection[str], group: str | None, first: int, limit: int) -> tuple[list[UUID], int]:
        """`limit` of the dossiers that count for one of these measures, from the place `first` on, oldest first; and
        how many there are in all.
        """
        if not self._sorted:
            # Anew, not in place: another thread may be reading it.
            self.lines, self._sorted = sorted(self.lines), True
        chosen = [_counts(one, frozenset(measures)) for one in self.found]
        every = [line[2] for line in self.lines if chosen[line[4]] and (group is None or line[3] == group)]
        return every[first : first + limit], len(every)


def make(rows: Iterable[Facts], wanted: Wanted, law: ReportLaw) -> Report:
    """The report of these dossiers. Whatever does not concern the period may be among the rows or not."""
    return count(rows, wanted, law)[0]


def count(rows: Iterable[Facts], wanted: Wanted, law: ReportLaw) -> tuple[Report, Counted]:
    """The report of these dossiers, and which of them stand behind its figures."""
    counting = Counting(wanted.since_ms, wanted.end_ms, law)
    places: dict[Way, int] = {}
    tallies: Counter[tuple[str, int]] = Counter()
    stays: defaultdict[str, list[int]] = defaultdict(list)
    """Of each state when somebody came to it and when they left it in the period, one behind the other."""
    known, since_ms, end_ms = Counted(), wanted.since_ms, wanted.end_ms
    lengths = WorkedTime(law.calendar).lengths if law.calendar is not None else _by_the_wall
    whole = _whole(wanted)
    for facts in rows:
        if not (whole or covers(wanted, facts)):
            continue
        way = counting.way(facts)
        if way is None:
            continue
        place = places.setdefault(way, len(places))
        group = group_of(facts, wanted.by)
        tallies[group, place] += 1
        known.lines.append((facts.moves[0].at_ms, facts.code, facts.dossier, group, place))
        moves = iter(facts.moves)
        came_ms, left, _, _ = next(moves)
        for at_ms, state, _, _ in moves:
            if since_ms <= at_ms < end_ms:
                stays[left] += (came_ms, at_ms)
            came_ms, left = at_ms, state
    known.found = [counting.found(way) for way in places]
    totals: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {}
    for (group, place), dossiers in tallies.items():
        for name, number in known.found[place]:
            totals[name] += number * dossiers
            if wanted.by:
                groups.setdefault(group, Counter())[name] += number * dossiers
    names = tuple(sorted(groups))
    columns = [totals, *(groups[name] for name in names)]
    tables = tuple(
        TableValues(code, name, tuple(_line(line, columns) for line in law.lines if line.table == code))
        for code, name in law.tables
    )
    spent = {state: lengths(moments) for state, moments in stays.items()}
    return Report(names, tables, _stay_values(spent, law), _causes(totals), len(known.lines)), known


def group_of(facts: Facts, by: Dimension) -> str:
    """The group to which a dossier belongs."""
    return str(getattr(facts, by)) if by else ""


def behind(
    rows: Iterable[Facts], wanted: Wanted, law: ReportLaw, measures: Collection[str], group: str | None = None
) -> Iterator[Facts]:
    """The dossiers that count for one of these measures; of one group, or of all."""
    counting, chosen = Counting(wanted.since_ms, wanted.end_ms, law), frozenset(measures)
    for facts in rows:
        ours = covers(wanted, facts) and (group is None or group_of(facts, wanted.by) == group)
        if ours and _counts(counting.of(facts), chosen):
            yield facts


def _counts(found: Found, measures: frozenset[str]) -> bool:
    return any(number and name in measures for name, number in found)


def page_of(found: Iterable[Facts], first: int, limit: int) -> tuple[list[Facts], int]:
    """`limit` dossiers of a list from the place `first` on, oldest first; and how many there are in all."""
    every = sorted(found, key=lambda facts: (facts.moves[0].at_ms, facts.code, facts.dossier))
    return every[first : first + limit], len(every)


def standing_at(facts: Facts, moment_ms: int) -> Move:
    """How a dossier stood right before a moment; its first move where it had none yet."""
    return facts.moves[last_before(facts.moves, moment_ms)]


def _whole(wanted: Wanted) -> bool:
    """Whether the report is about every dossier there is."""
    return not (wanted.offices or wanted.counters or wanted.procedures or wanted.channels or wanted.clerk)


def _by_the_wall(moments_ms: Sequence[int]) -> list[int]:
    return [until - since for since, until in zip(moments_ms[::2], moments_ms[1::2], strict=True)]


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
