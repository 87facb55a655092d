"""The life of a dossier as the rules of a day know it: the states it may rest in, and the steps between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.refusals import Words
from clerk_app.domain.rule import Rule

Clock = Literal["runs", "paused", "stopped"]
CLOCKS: tuple[Clock, ...] = ("runs", "paused", "stopped")

BEGIN = "begin"
"""Where every dossier is before its first step."""

OUTSIDERS: dict[str, Words] = {
    "applicant": Words("Người nộp hồ sơ", "The applicant"),
    "office": Words("Cơ quan giải quyết", "The office that decides"),
}
"""Who takes steps without a role at the counter."""

Need = Literal["reason", "basis", "items", "due", "in-time", "card", "handing", "not-posted"]
NEEDS: tuple[Need, ...] = ("reason", "basis", "items", "due", "in-time", "card", "handing", "not-posted")
"""What whoever takes a step must say: why, by which rule, what has to be brought, the new appointment; and that the one
that holds has not passed. Then what other happenings must tell: that the card came in, that somebody has the result,
that it is not with the post."""

NEVER_AGAIN = "-"
"""Of a step that is taken once in a stage of the dossier, whoever asks."""

Stage = Literal["new", "fee", "supplement", "accepted", "ended"]
"""At what an online dossier waits in a state: to be answered, for the fee, for papers of the citizen, for its result;
or nothing is owed."""
STAGES: tuple[Stage, ...] = ("new", "fee", "supplement", "accepted", "ended")

STAGE_OF: dict[str, Stage] = {
    "registered": "new",
    "incomplete": "supplement",
    "supplement": "supplement",
    "fee-due": "fee",
}
"""The stages of states where the pack is from before it said so; the others are accepted, or an end."""

SCOPE_BY: dict[str, str] = {"office": "dossier.process", "applicant": "dossier.take"}
"""What one must be allowed to do to write a step down, where the pack is from before it said so."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a dossier may rest. `status` is what the national portal calls it; at an end nothing more is owed. `stage`
    is where an online one stands in the queue of its office.
    """

    code: str
    name: Words
    status: str
    ends: bool
    rule: Rule
    stage: Stage = "accepted"


@dataclass(frozen=True, slots=True)
class Step:
    """A move of a dossier from one of the states `start` (`begin`: it comes into being) to the state `to`.

    `procedures` are those it belongs to (`*`: all); `by` is a role of the counter or one of `OUTSIDERS`; `clock` what
    the time limit does from then on; `form` the printed form it brings out, or empty. `scope` is what one must be
    allowed to do to write it down. `again` says whether it may be taken twice in a stage: empty, or `NEVER_AGAIN`, or
    the exception that a supervisor must grant first.
    """

    code: str
    name: Words
    procedures: tuple[str, ...]
    start: tuple[str, ...]
    to: str
    by: str
    clock: Clock
    form: str
    rule: Rule
    scope: str = ""
    needs: tuple[Need, ...] = ()
    again: str = ""

    def of(self, procedure: str) -> bool:
        """Whether a dossier of this procedure can take it."""
        return "*" in self.procedures or procedure in self.procedures


def reached(steps: Iterable[Step], origins: Iterable[str]) -> frozenset[str]:
    """Every state that can be reached from `origins` by these steps, and the origins."""
    return _closed(origins, [(start, step.to) for step in steps for start in step.start])


def leading(steps: Iterable[Step], ends: Iterable[str]) -> frozenset[str]:
    """Every state from which one of `ends` can be reached by these steps, and the ends."""
    return _closed(ends, [(step.to, start) for step in steps for start in step.start])


def _closed(origins: Iterable[str], ways: list[tuple[str, str]]) -> frozenset[str]:
    onward: dict[str, set[str]] = {}
    for one, other in ways:
        onward.setdefault(one, set()).add(other)
    known = set(origins)
    waiting = list(known)
    while waiting:
        fresh = onward.get(waiting.pop(), set()) - known
        known |= fresh
        waiting.extend(fresh)
    return frozenset(known)
