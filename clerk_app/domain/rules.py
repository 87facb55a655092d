"""What the law says on one day, as plain values. Built by the catalogue; read by `domain.procedure`.

Every value carries its `Rule`: where it stands, its legal basis, and how surely that was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from clerk_app.domain.calendar import Verified, WorkingCalendar
from clerk_app.domain.conditions import Condition
from clerk_app.domain.forms import FormDefinition, PrintedForm
from clerk_app.domain.handing import HandingRow
from clerk_app.domain.licence import Regime
from clerk_app.domain.message_rows import MessageRow
from clerk_app.domain.pages import CardSide
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import NO_REPORTS, ReportLaw
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.rule import Rule
from clerk_app.domain.steps import State, Step

__all__ = ["TESTS", "Case", "ClassRow", "Conversion", "Document", "ExceptionRow", "ExpiryBand", "FeeRow", "GrantRow"]
__all__ += [
    "LimitRow",
    "NoticeRow",
    "PaperRow",
    "Procedure",
    "Province",
    "RefusalRow",
    "Rule",
    "Rules",
    "Scope",
    "Span",
    "Status",
]
__all__ += ["Profile", "Restriction", "ReuseRow", "Test"]

Test = Literal["none", "theory", "theory+practice"]
TESTS: tuple[Test, ...] = ("none", "theory", "theory+practice")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases a rule is for: patterns such as `*`, `DOI_*` or `CAP_IDP`, and cases that are left out."""

    included: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    def covers(self, case: str) -> bool:
        """Whether the rule is for this case."""
        return _named(self.included, case) and not _named(self.excluded, case)


@lru_cache(maxsize=4096)
def _named(patterns: tuple[str, ...], case: str) -> bool:
    # The same few patterns and cases are compared for every dossier.
    return any(_matches(case, pattern) for pattern in patterns)


def _matches(case: str, pattern: str) -> bool:
    return case.startswith(pattern[:-1]) if pattern.endswith("*") else case == pattern


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure of the counter, by the name the program uses. `tthc` is its national number, as the portal names it;
    empty where none is known, and then nothing of it comes online.
    """

    code: str
    name: Words
    rule: Rule
    tthc: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a procedure that a clerk can choose.

    `classes` says how the new class follows: `convert` the old one, a `lower` one, `free` (decided by the office that
    maps a foreign, military or police licence), or `none` (an international permit has no class of its own).
    """

    code: str
    name: Words
    procedures: frozenset[str]
    tthc: str
    limit: str
    fee: str
    classes: Literal["convert", "lower", "free", "none"]
    leaves_out_suspended: bool
    old_card: Words
    rule: Rule


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A licence class of one regime. Ages are whole years; `includes` are the lower classes it also allows."""

    regime: Regime
    code: str
    covers: Words
    validity: Literal["none", "years", "age"]
    validity_years: int
    min_age: int
    max_age_male: int
    max_age_female: int
    over_age: str
    health: bool
    includes: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one class becomes. `to` is empty where no licence follows, only the `extra` certificate."""

    regime: Regime
    code: str
    to: str
    restriction: Words | None
    extra: Words | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Restriction:
    """A line that a card carries, and the classes it may go on with: no other class follows from such a card."""

    code: str
    words: Words
    classes: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the law says it: days, months or years."""

    count: int
    unit: Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class ExpiryBand:
    """What an overdue licence needs: from `start` overdue to before `end`, if `when` holds."""

    start: Span
    end: Span | None
    test: Test
    exchange_open: bool
    when: Condition
    rule: Rule


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that some cases need when a condition holds. `by_chip`: taken from the chip of a card; `by_seeing`:
    shown, no page is kept; `generated`: made by the program from what was entered."""

    code: str
    name: Words
    scope: Scope
    required: bool
    when: Condition
    by_chip: bool
    by_seeing: bool
    generated: bool
    reuse: Words
    rule: Rule


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of paper is scanned, and what pages it has. `key` is the digit that scans for it, where it has one.

    `sides` 2: a card, of which front and back are wanted. `pages_max` 0: any number. `codes` are texts of bar codes
    that say of a page that it is of this paper; `*` stands for any text.
    """

    paper: str
    key: str
    source: Literal["feeder", "glass", "camera"]
    colour: Literal["auto", "colour", "grey"]
    cut: Literal["auto", "none", "card"]
    dpi: int
    sides: Literal[1, 2]
    pages_min: int
    pages_max: int
    codes: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class ReuseRow:
    """A paper that may be taken from what is on record instead of being asked for again.

    `max_age` counts from the day in the field `counted_from` of the earlier dossier, or from its reception where that
    is empty; None: however old. `state` is what it counts for in the report on digitisation.
    """

    paper: str
    source: Literal["dossier", "register"]
    scope: Scope
    max_age: Span | None
    counted_from: str
    state: Literal[2, 3]
    rule: Rule


@dataclass(frozen=True, slots=True)
class RecognitionRow:
    """A title that a kind of paper bears. `must` are words that stand on it too, `never` words that never do; `side` is
    the side of a card on which alone it stands.
    """

    paper: str
    title: str
    must: tuple[str, ...]
    never: tuple[str, ...]
    rule: Rule
    side: CardSide = ""


ReadingKind = Literal["number", "date", "name", "class", "text", "phrase"]
"""How a value looks: `phrase` is the label itself, which stands for `value`."""
ReadingPlace = Literal["after", "above"]
"""Where a value stands: behind its label or on the line below where nothing is behind it; or above it."""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A value that is read from a kind of paper for a field of the form: by the words printed beside it.

    `check` names the function of `domain.checks` that the value must pass to be believed as it was read.
    """

    paper: str
    field: str
    kind: ReadingKind
    place: ReadingPlace
    labels: tuple[str, ...]
    value: str
    check: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """What somebody of these roles may see personal data in full for, or take a trail out of the desk for."""

    code: str
    words: Words
    roles: frozenset[str]
    rule: Rule


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee in whole đồng; `amount_vnd` None where another party names the price."""

    code: str
    name: Words
    channel: Literal["any", "counter", "online", "post"]
    amount_vnd: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A time limit: half working days, and the same in working hours."""

    key: str
    half_days: int
    hours: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """Why something may not be accepted. `about` the `person`: nothing can be done; the `case`: another may fit."""

    code: str
    about: Literal["person", "case"]
    scope: Scope
    when: Condition
    rule: Rule


Raised = Literal["", "draft", "always", "paper", "step"]
"""Whether a clerk may raise an exception that no rule asks for: never, for a draft, also for an accepted dossier, for
one paper of a draft, or for a step that was taken before."""
RAISED: tuple[Raised, ...] = ("", "draft", "always", "paper", "step")


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """What a supervisor must approve, and when it is needed.

    `approvers` different people must grant it. `has_amount`: it is about money, and the request says how much.
    """

    code: str
    scope: Scope
    when: Condition
    approvers: int
    raised: Raised
    has_amount: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class GrantRow:
    """That a role may decide a kind of exception; `up_to_vnd` is the most that it may grant (None: any amount)."""

    kind: str
    role: str
    up_to_vnd: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something the clerk is told although it stops nothing."""

    code: str
    scope: Scope
    when: Condition
    rule: Rule


@dataclass(frozen=True, slots=True)
class Province:
    """A province of 1999–2025: its ID code, licence prefix and the province it belongs to on the day of the rules."""

    code: str
    prefix: str
    name: str
    kind: str
    merged_into: str


@dataclass(frozen=True, slots=True)
class Status:
    """A state of a dossier in the national portal, and what it does to the clock."""

    code: str
    name: Words
    clock: str


@dataclass(frozen=True, slots=True)
class Document:
    """A legal document of the register of bases."""

    number: str
    kind: str
    title: str
    since: date | None
    until: date | None
    relation: str
    topic: str
    verified: Verified


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """How many of the accepted dossiers of these procedures and cases get a second look: `share` of 10 000.

    `ordinary`: only of those about which no supervisor decided before.
    """

    code: str
    procedures: tuple[str, ...]
    scope: Scope
    ordinary: bool
    share: int
    rule: Rule

    def covers(self, procedure: str, case: str, ordinary: bool) -> bool:
        """Whether the row is for such a dossier."""
        return _named(self.procedures, procedure) and self.scope.covers(case) and (ordinary or not self.ordinary)


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Why a second look found something."""

    code: str
    name: Words
    rule: Rule


CopyKind = Literal["originals", "page_texts", "page_words", "sheets", "portraits", "archive"]
"""What a desk keeps of a dossier beside its journal: what arrived, the text read on it, the words for the search, the
pages as central has them, portraits and photos, archive copies."""
COPY_KINDS: tuple[CopyKind, ...] = ("originals", "page_texts", "page_words", "sheets", "portraits", "archive")
RecordKind = Literal["accepted", "given_up"]
"""What central itself keeps of a dossier, by how it ended: nothing of it is erased before its days are over."""
RECORD_KINDS: tuple[RecordKind, ...] = ("accepted", "given_up")


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """How many days a desk keeps its own copy of a kind once central has proven that it holds everything; of a kind of
    record, how many days after the last work on it central must keep it.
    """

    kind: CopyKind | RecordKind
    name: Words
    days: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in force from `since` to `until` (None: until further notice), from pack `version`."""

    version: str
    since: date
    until: date | None
    rule_set: str
    procedures: Mapping[str, Procedure]
    cases: tuple[Case, ...]
    classes: Mapping[tuple[Regime, str], ClassRow]
    conversions: Mapping[tuple[Regime, str], tuple[Conversion, ...]]
    expiry: tuple[ExpiryBand, ...]
    papers: tuple[PaperRow, ...]
    fees: tuple[FeeRow, ...]
    limits: Mapping[str, LimitRow]
    refusals: tuple[RefusalRow, ...]
    exceptions: tuple[ExceptionRow, ...]
    notices: tuple[NoticeRow, ...]
    calendar: WorkingCalendar
    forms: Mapping[str, FormDefinition]
    printed: Mapping[str, PrintedForm]
    roles: RoleTable
    provinces: Mapping[str, Province]
    statuses: Mapping[str, Status]
    documents: Mapping[str, Document]
    settings: Mapping[str, str]
    texts: Mapping[str, Words]
    units: Mapping[str, str]
    """Codes of the units that receive and decide → their names."""
    states: Mapping[str, State]
    steps: tuple[Step, ...]
    """The life of a dossier; empty in packs from before it was written down."""
    role_names: Mapping[str, Words] = field(default_factory=dict)
    """Codes of the roles → what people call them."""
    restrictions: Mapping[str, Restriction] = field(default_factory=dict)
    setting_rules: Mapping[str, Rule] = field(default_factory=dict)
    """Where each setting of the day stands, as a rule that a decision can name."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    reuses: tuple[ReuseRow, ...] = ()
    recognition: tuple[RecognitionRow, ...] = ()
    readings: tuple[ReadingRow, ...] = ()
    supervised: frozenset[str] = frozenset()
    """The roles whose acceptances a second person looks at."""
    scopes: Mapping[str, Words] = field(default_factory=dict)
    """What can be allowed → what people call it; empty in packs from before scopes were listed."""
    reviews: tuple[ReviewRow, ...] = ()
    review_causes: Mapping[str, CauseRow] = field(default_factory=dict)
    retentions: Mapping[str, RetentionRow] = field(default_factory=dict)
    """Kinds of copies → how long a desk keeps them; without a row a kind is kept."""
    records: Mapping[str, RetentionRow] = field(default_factory=dict)
    """How a dossier ended → how long central must keep it; without a row it is never erased."""
    granting: tuple[GrantRow, ...] = ()
    """Who may decide which exception."""
    by_request: bool = False
    """A decision names the request and what was shown. Packs from before grants were a table are not asked for it."""
    purposes: Mapping[str, PurposeRow] = field(default_factory=dict)
    reports: ReportLaw = NO_REPORTS
    """By what reports count; nothing in packs from before reports were defined."""
    messages: tuple[MessageRow, ...] = ()
    """What citizens are told by a message; empty in packs from before."""
    handings: tuple[HandingRow, ...] = ()
    """How results are handed over; packs from before it was written down ask for nothing."""

    def case(self, code: str) -> Case | None:
        """The case of that code, if it exists on this day."""
        return next((case for case in self.cases if case.code == code), None)

    def form(self, procedure: str) -> FormDefinition:
        """The form on the screen for a procedure. Raises `KeyError` where the catalogue has none."""
        return self.forms[procedure]

    def exception(self, code: str) -> ExceptionRow | None:
        """The exception of that code: its words, and who may grant it.

        One about a single thing (`PAPER_WAIVED:GKSK`) has a row of its own or that of its kind.
        """
        rows = {row.code: row for row in reversed(self.exceptions)}
        return rows.get(code) or rows.get(code.partition(":")[0])

    def reuse(self, case: str, paper: str, source: str) -> ReuseRow | None:
        """Whether and how a paper of a case may be taken from this source."""
        rows = (row for row in self.reuses if (row.paper, row.source) == (paper, source) and row.scope.covers(case))
        return next(rows, None)

    def grants(self, code: str, roles: Iterable[str] | None = None) -> tuple[GrantRow, ...]:
        """Who may decide the exception of that code, of these `roles` alone where they are given.

        One about a single thing (`PAPER_WAIVED:GKSK`) has rows of its own or those of its kind.
        """
        kinds = {row.kind for row in self.granting}
        kind = code if code in kinds else code.partition(":")[0]
        return tuple(row for row in self.granting if row.kind == kind and (roles is None or row.role in roles))

    def may_grant(self, roles: Iterable[str], code: str, amount_vnd: int = 0) -> bool:
        """Whether somebody with these roles may grant that exception for so much money."""
        found = self.grants(code, tuple(roles))
        return any(row.up_to_vnd is None or amount_vnd <= row.up_to_vnd for row in found)

    def approvers(self, code: str) -> int:
        """How many different people must grant the exception of that code."""
        row = self.exception(code)
        return row.approvers if row is not None else 1

    def fee(self, code: str, channel: str) -> FeeRow | None:
        """The fee of that code for a channel."""
        return next((fee for fee in self.fees if fee.code == code and fee.channel in ("any", channel)), None)

    @property
    def switches(self) -> frozenset[str]:
        """The names of the settings that the office turned on."""
        return frozenset(name for name, value in self.settings.items() if value == "on")

    @property
    def id_provinces(self) -> frozenset[str]:
        """Every three-digit province code of an ID number."""
        return frozenset(self.provinces)

    @property
    def licence_prefixes(self) -> frozenset[str]:
        """Every two-digit province code of a licence number."""
        return frozenset(province.prefix for province in self.provinces.values())
