"""What the rules of a day say about some facts, as plain values; and for each line of it, which rule says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from clerk_app.domain.conditions import View
from clerk_app.domain.licensing import ClassChoice
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rule, Test


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something may not be accepted."""

    code: str
    words: Words
    basis: str


@dataclass(frozen=True, slots=True)
class PaperNeeded:
    """A paper of this very case, and why. Not `required`: only when what `because` names is so."""

    code: str
    name: Words
    required: bool
    because: Words
    basis: str
    by_chip: bool
    by_seeing: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class ExceptionNeeded:
    """Something that must be approved before the dossier can be submitted: the roles that may (`granted_by`), and by
    how many people.
    """

    code: str
    words: Words
    granted_by: tuple[str, ...] = ()
    approvers: int = 1


@dataclass(frozen=True, slots=True)
class Why:
    """That one line of a decision follows from one rule.

    `what` is `case`, `fee`, `due`, `test` or `valid_until`, or names one of several: `class:B`, `paper:GKSK`,
    `refusal:QUA_HAN`, `exception:IDENTITY_WEAK`, `notice:HET_DIEM`. The rule's words are said for this line.
    """

    what: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules of the reception day say. Everything is worked out even where a refusal stands.

    `rules` is every row that took part, `reasons` which of them each line follows from. `permit_number` is the number
    that an international permit would bear, empty for anything else.
    """

    allowed: bool
    refusals: tuple[Reason, ...]
    new_classes: tuple[ClassChoice, ...]
    papers: tuple[PaperNeeded, ...]
    fee_vnd: int
    due_at: datetime
    test: Test
    valid_until: date | None
    exceptions_needed: tuple[ExceptionNeeded, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[Words, ...] = ()
    reasons: tuple[Why, ...] = ()
    permit_number: str = field(default="", repr=False)

    def why(self, what: str) -> tuple[Rule, ...]:
        """The rules that this line follows from (`fee`, `class:B`, …), with words for it; empty where none was used."""
        return tuple(one.rule for one in self.reasons if one.what == what)

    @property
    def doubts(self) -> tuple[Rule, ...]:
        """Every row that took part and was not read in the text of the law itself."""
        return tuple(rule for rule in self.rules if rule.verified != "yes")


@dataclass(slots=True)
class Account:
    """The rules used while a decision is made, each in its order and with the line that it is for."""

    view: View = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    reasons: list[Why] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)

    def use(self, what: str, rule: Rule, said: Rule | None = None) -> None:
        """`rule` took part in the line `what`; `said` is the same row with words for that line."""
        self.rules.append(rule)
        self.reasons.append(Why(what, said or rule))
