"""A dossier that a citizen sent online, as it stands in the queue of its office: at what it waits, and until when.

The office answers within the working hours of the law (`FIRST_ANSWER` among the limits): from when the dossier was
sent, and anew from when a supplement came that was asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args
from uuid import UUID

from clerk_app.domain import steps
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FieldsEntered, Happening, PagesArranged
from clerk_app.domain.paying import claimed, must_give_back
from clerk_app.domain.rules import Rules
from clerk_app.domain.systems import PAID, payment_of

FIRST_ANSWER = "FIRST_ANSWER"
"""The limit of the law within which the office answers."""
Stage = Literal["came"] | steps.Stage
"""A supplement came, or the fee that was asked for; else as the law of the day has the state."""
Filter = Literal["open", "new", "fee", "supplement", "today", "overdue", "accepted", "back"]
FILTERS: tuple[Filter, ...] = get_args(Filter)
COUNTER = "CONG"
"""Where the station stands that writes what the portal has: nowhere."""
BY_PORTAL = "portal."
"""How the fields begin that the portal's own station writes alone."""
BESIDE = f"{BY_PORTAL}stated."
"""How the fields begin that hold what the citizen wrote later of something that a chip had proven."""
PAYMENT_CLAIM = frozenset({"portal.payment", "portal.payment_reference", "portal.fee_vnd"})
"""What the portal claims of a payment: written down whenever it comes, for money may have been paid."""
_BEFORE_ACCEPTANCE: frozenset[Stage] = frozenset({"new", "came", "fee", "supplement"})
_WAITS_FOR_US: frozenset[Stage] = frozenset({"new", "came"})


@dataclass(frozen=True, slots=True)
class OnlineLine:
    """One dossier of the queue. `code` is the portal's; `payment` as `said_paid` has it.

    `came_at` is when the citizen last added something since it stands in its state, `paid_at` when they had paid there
    (not before it came to it); `due_at` the appointment that holds. `stage` is none of the journal: `staged`.
    """

    dossier: UUID
    code: str
    receipt: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    state: str
    ended: bool
    payment: str
    sent_at: datetime
    came_at: datetime | None
    paid_at: datetime | None
    due_at: datetime | None
    stage: Stage = "new"


def line_of(dossier: Dossier) -> OnlineLine | None:
    """The line of a dossier; None for one that did not come online."""
    if dossier.channel != "online" or dossier.erased is not None or dossier.of_station:
        return None
    sent = _moment(dossier.text("portal.sent_at")) or dossier.opened_at
    if sent is None:
        return None
    since = dossier.course.since
    changed = dossier.fields.get("portal.changed_at")
    came = changed.at if changed is not None else None
    if came is not None and (since is None or came <= since):
        came = None
    paid = paid_at(dossier)
    return OnlineLine(
        dossier.id,
        dossier.local_code,
        dossier.code,
        dossier.text("applicant.name"),
        dossier.text("applicant.number"),
        dossier.course.state,
        dossier.course.ended or dossier.status == "discarded",
        said_paid(dossier),
        sent,
        came,
        # Nothing is asked of the citizen any more, even where they paid before.
        paid if paid is None or since is None else max(paid, since),
        dossier.course.due_at,
    )


def staged(line: OnlineLine, rules: Rules) -> OnlineLine:
    """The line at its stage by the law of a day; `came_at` is when that came which was asked for."""
    stage: Stage = "ended" if line.ended else stage_at(line.state, rules)
    came = line.came_at
    if stage == "fee" and line.paid_at is not None:
        came = max(line.paid_at, came or line.paid_at)
    if stage in ("fee", "supplement") and came is not None:
        stage = "came"
    return replace(line, stage=stage, came_at=came)


def stage_at(state: str, rules: Rules) -> steps.Stage:
    """At what a dossier in this state waits. Before its first step it is new; a state that this law lacks goes on."""
    row = rules.states.get(state)
    return row.stage if row is not None else "new" if state == steps.BEGIN else "accepted"


def paid_at(dossier: Dossier) -> datetime | None:
    """When the fee was paid: by the platform's word about our order, or at a desk; None while it is not."""
    order = payment_of(dossier.orders)
    if order is not None and order.paid and order.heard is not None:
        return order.heard.heard_at
    return dossier.fee_at


def said_paid(dossier: Dossier) -> str:
    """How the fee stands in a word: `back` where money is to be given back; `claimed` while the portal says that it is
    paid and the platform was not heard of that, also where it was taken another way; `paid` once it was taken or the
    platform says that our order is paid; `unfounded` where the platform has no such payment; else what the portal says,
    `due` or `none`.
    """
    if must_give_back(dossier):
        return "back"
    if claimed(dossier) is not None:
        return "claimed"
    if paid_at(dossier) is not None:
        return PAID
    portal = dossier.text("portal.payment")
    return "unfounded" if portal == "claimed" else portal


def awaited(dossier: Dossier, rules: Rules) -> bool:
    """Whether its citizen was asked for a supplement after it was accepted."""
    return dossier.status == "submitted" and stage_at(dossier.course.state, rules) == "supplement"


def only_claims(what: Happening, dossier: Dossier) -> bool:
    """Whether it only says what the portal claims of the payment of a dossier that is no draft any more."""
    closed = dossier.status != "draft" and dossier.erased is None
    claims = isinstance(what, FieldsEntered) and what.source == "portal" and PAYMENT_CLAIM.issuperset(what.values)
    return closed and claims


def only_adds(what: Happening, dossier: Dossier) -> bool:
    """Whether it adds to what stands there: pages behind the others, words about the sending; nothing else changes."""
    match what:
        case FieldsEntered(values=values, source="portal"):
            return all(name.startswith("portal.") for name in values)
        case PagesArranged(pages=pages, act="import"):
            return pages[: len(dossier.pages)] == dossier.pages
        case _:
            return False


def until(line: OnlineLine, rules: Rules) -> datetime | None:
    """Until when the office must do the next thing: answer, or keep the appointment. None while the citizen is asked,
    once nothing is owed, and where the law names no hours.
    """
    if line.stage in _WAITS_FOR_US:
        limit = rules.limits.get(FIRST_ANSWER)
        since = line.came_at if line.stage == "came" and line.came_at is not None else line.sent_at
        return None if limit is None else rules.calendar.after_hours(since, limit.hours)
    return line.due_at if line.stage == "accepted" else None


def fits(line: OnlineLine, wanted: Filter, ends: datetime | None, now: datetime) -> bool:
    """Whether the line stands in this part of the queue. `open` is all of which something is owed before acceptance,
    `back` all of which money is to be given back, ended or not.
    """
    match wanted:
        case "open":
            return line.stage in _BEFORE_ACCEPTANCE
        case "new":
            return line.stage in _WAITS_FOR_US
        case "today":
            return ends is not None and now <= ends < _tomorrow(now)
        case "overdue":
            return ends is not None and ends < now
        case "back":
            return line.payment == "back"
        case _:
            return line.stage == wanted


class Tally:
    """How many of some lines, each with its end, stand in each part, as `fits` says it: sorted once, asked often."""

    def __init__(self, lines: Iterable[tuple[OnlineLine, datetime | None]]) -> None:
        found = list(lines)
        self._stages = Counter(line.stage for line, _ in found)
        self._back = sum(line.payment == "back" for line, _ in found)
        self._ends = sorted(end for _, end in found if end is not None)

    def at(self, now: datetime) -> dict[Filter, int]:
        """The counts of this moment."""
        stages, over = self._stages, bisect_left(self._ends, now)
        return {
            "open": sum(stages[stage] for stage in _BEFORE_ACCEPTANCE),
            "new": sum(stages[stage] for stage in _WAITS_FOR_US),
            "fee": stages["fee"],
            "supplement": stages["supplement"],
            "today": bisect_left(self._ends, _tomorrow(now)) - over,
            "overdue": over,
            "accepted": stages["accepted"],
            "back": self._back,
        }


@lru_cache(1)
def _tomorrow(now: datetime) -> datetime:
    return in_hanoi(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
