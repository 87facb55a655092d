"""By what reports count: definitions of the catalogue, each with its basis and how surely that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from clerk_app.domain.calendar import WorkingCalendar
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rule import Rule

Position = Literal["before", "in_process", "waiting", "processed", "stopped", "returned", "withdrawn"]
POSITIONS: tuple[Position, ...] = get_args(Position)
OPEN: frozenset[str] = frozenset({"in_process", "waiting"})
"""Positions in which something is still owed: what stands so at the end of a period is carried over."""
Kind = Literal["count", "ratio", "money"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Dimension = Literal["", "office", "counter", "procedure", "channel"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Comparison = Literal["moment", "day"]
COMPARED = "report_due_compared"
"""The setting that says whether a result is late by the hour (`moment`) or by the day (`day`) of its appointment."""

OPENING = ("carried_over", "reopened", "received_counter", "received_online", "received_post")
ENDING = ("early", "on_time", "late", "in_time", "overdue", "waiting", "stopped", "returned", "withdrawn")
MEASURES: frozenset[str] = frozenset(
    (
        *OPENING,
        *ENDING,
        *("waiting_before", "returned_before", "withdrawn_before"),
        *("components", "components_digitised", "components_reused", "components_reused_results"),
        *("with_fee", "paid_cash", "paid_vietqr", "paid_online", "paid_unconfirmed", "paid_not"),
        *("fee_vnd", "fee_cash_vnd", "fee_vietqr_vnd", "fee_online_vnd", "fee_unconfirmed_vnd"),
        *("results", "results_digitised", "extended", "supplements"),
    )
)
"""What can be counted. `exception:CODE:OUTCOME` and `stay:STATE` are counted besides, for every code there is."""
BALANCE: frozenset[str] = frozenset((*OPENING, *ENDING))
"""What every dossier of a period counts for: one of these, twice. What no line adds up would vanish from the tables."""

EXCEPTION, STAY = "exception", "stay"


@dataclass(frozen=True, slots=True)
class StatePosition:
    """What a state of the course means to reports. From the first state that `counts` a dossier was received; a result
    in a state that is `digital` exists as a digital one.
    """

    state: str
    position: Position
    counts: bool
    digital: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a table: the sum of the measures `of`, divided by the sum of `over` where it is a ratio."""

    table: str
    code: str
    name: Words
    kind: Kind
    of: tuple[str, ...]
    over: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of an official table: its number there, the heading above it, its own, and which lines it adds up."""

    form: str
    column: int
    group: Words
    head: Words
    of: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class ReportLaw:
    """By what a report counts: the definitions of one day. `tables` are codes and names in their order."""

    positions: Mapping[str, StatePosition]
    lines: tuple[ReportLine, ...]
    tables: tuple[tuple[str, Words], ...]
    compared: Comparison = "moment"
    calendar: WorkingCalendar | None = None
    """By whose office hours the times per step are measured; without one, by the clock on the wall."""
    forms: tuple[FormColumn, ...] = ()


NO_REPORTS = ReportLaw({}, (), ())
"""Of a pack that defines none."""


def measures_of(law: ReportLaw, line: str) -> tuple[str, ...]:
    """The measures that a figure adds up: of a line of the catalogue, a cause of exceptions or a state that was left.

    Raises `Refusal` REPORT_LINE_UNKNOWN for one that there is not.
    """
    kind, _, code = line.partition(":")
    if kind == EXCEPTION and code:
        return tuple(f"{line}:{outcome}" for outcome in ("granted", "refused", "open"))
    if kind == STAY and code:
        return (line,)
    for one in law.lines:
        if one.code == line:
            return one.of
    raise line_unknown(law)


def dimension_of(text: str) -> Dimension:
    """The dimension of that name. Raises `ValueError` where there is none."""
    for one in DIMENSIONS:
        if one == text:
            return one
    raise ValueError(f"no dimension {text}")


def closed_states(law: ReportLaw) -> tuple[str, ...]:
    """The states in which nothing is owed any more: what rests there concerns no later period."""
    return tuple(row.state for row in law.positions.values() if row.position not in OPEN and row.position != "before")


def period_wrong() -> Refusal:
    """No period that a report can be made of."""
    return Refusal(
        "PERIOD_WRONG",
        Words(
            "Kỳ báo cáo phải bắt đầu trước khi kết thúc, không ở tương lai, dài nhất ba năm.",
            "A period begins before it ends, not in the future, and is three years at most.",
        ),
        Words("Chọn lại ngày đầu và ngày cuối.", "Choose its first and last day again."),
    )


def undefined() -> Refusal:
    """The law of that day defines no report."""
    return Refusal(
        "REPORT_UNDEFINED",
        Words("Danh mục của ngày đó không định nghĩa báo cáo nào.", "The catalogue of that day defines no report."),
        Words("Chọn kỳ khác hoặc nạp danh mục mới.", "Choose another period, or get a newer catalogue."),
    )


def line_unknown(law: ReportLaw) -> Refusal:
    """A figure that no report has; which there are."""
    every = ", ".join([*dict.fromkeys(one.code for one in law.lines), f"{EXCEPTION}:CODE", f"{STAY}:CODE"])
    return Refusal(
        "REPORT_LINE_UNKNOWN",
        Words("Báo cáo không có chỉ tiêu này.", "The report has no such line."),
        Words(f"Chọn một trong: {every}.", f"Choose one of: {every}."),
    )
