"""What a station and central say to each other about reports; a part of `wire`, versioned with it. Also how the row of
a dossier is kept. Nothing of a citizen is in any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.report_facts import Facts, milliseconds
from clerk_app.domain.report_law import Dimension, period_wrong
from clerk_app.domain.reports import Report, Wanted, standing_at

_Text = Annotated[str, msgspec.Meta(max_length=200, pattern=r"\A[^\x00]*\Z")]
_Some = Annotated[list[_Text], msgspec.Meta(max_length=200)]

MOST = timedelta(days=3 * 366)
"""The longest period."""
MOST_LISTED = 5_000
"""Dossiers behind a figure that are told at once."""

_ENCODE = msgspec.msgpack.Encoder()
_DECODE = msgspec.msgpack.Decoder(Facts)


def encode_facts(facts: Facts) -> bytes:
    """The row of a dossier as bytes: the same row, the same bytes."""
    return _ENCODE.encode(facts)


def decode_facts(bodies: Iterable[bytes]) -> Iterator[Facts]:
    """The rows that these bytes are. Raises `ValueError` for what no row is."""
    return map(_DECODE.decode, bodies)


class ReportOf(msgspec.Struct, frozen=True):
    """Which report: from `since` to before `until`, split `by` one dimension, of some offices, counters, procedures and
    channels; of all where none is named.
    """

    since: datetime
    until: datetime
    by: Dimension = ""
    offices: _Some = []
    counters: _Some = []
    procedures: _Some = []
    channels: _Some = []

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("moments carry their zone")


class ReportAsked(msgspec.Struct, frozen=True):
    """`POST /v1/reports`: a report, for somebody who may read it."""

    who: _Text
    of: ReportOf


class ReportSaid(msgspec.Struct, frozen=True):
    """The report. `at` is when it was made, `reach` how far it goes, `pack` by which version of the law; `names` are
    what people call the offices in it, in both languages.
    """

    report: Report
    at: datetime
    reach: str
    pack: str = ""
    names: dict[str, tuple[str, str]] = {}


class BehindAsked(msgspec.Struct, frozen=True):
    """`POST /v1/reports/dossiers`: the dossiers behind one figure, `limit` of them from the place `first` on.

    `group`: of one group alone. `at`: as of the moment of the report in which the figure stands; without it, of now.
    """

    who: _Text
    of: ReportOf
    line: _Text
    group: _Text | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_LISTED)] = 500
    first: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("moments carry their zone")


class Behind(msgspec.Struct, frozen=True):
    """One dossier behind a figure: where it was taken and how it stands at the end of the period."""

    dossier: UUID
    code: str
    office: str
    counter: str
    procedure: str
    channel: str
    state: str
    since: datetime
    due_at: datetime | None = None


class BehindSaid(msgspec.Struct, frozen=True):
    """The dossiers behind a figure, oldest first, as many as were asked for; how many there are."""

    dossiers: list[Behind]
    total: int


def wanted_of(of: ReportOf, now: datetime, at: datetime | None = None) -> Wanted:
    """What is asked for, as of now, or as of `at` where that was earlier. Raises `Refusal` PERIOD_WRONG."""
    now = now if at is None else min(at, now)
    if not of.since < of.until or of.until - of.since > MOST or of.since > now:
        raise period_wrong()
    return Wanted(
        milliseconds(of.since),
        milliseconds(of.until),
        # To the nearest: what a report says of its moment names the same millisecond again.
        round(now.timestamp() * 1000),
        of.by,
        tuple(of.offices),
        tuple(of.counters),
        tuple(of.procedures),
        tuple(of.channels),
    )


def told(facts: Facts, wanted: Wanted) -> Behind:
    """A dossier of a list as it is told."""
    move = standing_at(facts, wanted.end_ms)
    return Behind(
        facts.dossier,
        facts.code,
        facts.office,
        facts.counter,
        facts.procedure,
        facts.channel,
        move.state,
        _moment(move.at_ms),
        _moment(move.due_ms) if move.due_ms else None,
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, HANOI)
