"""Plain, ready values for screens: every text written out, every rule already applied. No widget decides anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from clerk_app.domain.dossier import Step, Way
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.desk.payment_view import PaymentView

Tone = Literal["good", "warn", "bad", "calm", "info"]
"""How a badge feels; it always has words and a sign as well."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A short state in words with a tone."""

    words: Words
    tone: Tone


@dataclass(frozen=True, slots=True)
class Why:
    """Why one line stands as it does: the reason in words, the condition of the law with this dossier's values, the
    legal basis and how long that row is in force (days as people write them; no `until`: until further notice), from
    which pack and rule set.

    `doubt` says that the basis is not read surely; only who may decide about exceptions is told.
    """

    about: Words
    text: Words
    condition: Words | None = None
    basis: str = ""
    since: str = ""
    until: str = ""
    pack: str = ""
    rule_set: str = ""
    doubt: Words | None = None


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One thing to choose. Not `open`: it cannot be chosen today, and `detail` says why not.

    `key` is the digit that chooses it, `mark` a short word beside it (a suggestion nobody took yet).
    """

    value: str
    words: Words
    open: bool = True
    detail: Words | None = None
    key: str = ""
    mark: Words | None = None
    whys: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class LampView:
    """One device or line: `ready` (works), `missing` (grey, with a remedy), `busy`, `trouble`."""

    name: Literal["card", "scanner", "printer", "camera", "code_scanner", "seals", "central"]
    state: Literal["ready", "busy", "missing", "trouble", "unknown"]
    words: Words
    remedy: Words
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who sits at the desk."""

    user: str
    name: str
    roles: tuple[str, ...]
    counter: str
    office: Words
    practice: bool
    offline: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One dossier in today's list or in a search."""

    dossier: UUID
    code: str
    name: str = field(repr=False)
    procedure: Words
    state: Badge
    clerk: str
    due: str
    changed: str
    waiting: int
    refused: int
    draft: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    """Today's dossiers, drafts first, with the counts above the list."""

    rows: tuple[QueueRow, ...]
    drafts: int
    submitted: int
    waiting: int
    refused: int
    soon: int = 0
    overdue: int = 0
    """How many appointments pass before the next working day has begun, and how many have passed."""
    closed: Words | None = None
    """While this office takes no dossiers: why, and when it does again. Nobody is kept from taking one."""


@dataclass(frozen=True, slots=True)
class OutboxView:
    """What waits to be sent, why, and since when."""

    headline: Words
    tone: Tone
    waiting_entries: int
    waiting_dossiers: int
    waiting_sheets: int
    waiting_bytes: str
    oldest: str
    numbers_left: Words
    rows: tuple[QueueRow, ...]
    shelf: tuple[ShelfView, ...]
    again: bool = False
    """Whether central had some of this desk's entries and forgot them: they go once more."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One thing that a desk wanted otherwise than it stands at central; `told` says who wrote central's, when, where.

    `differs` is false where both came to the same by now.
    """

    label: Words
    ours: Words = field(repr=False)
    central: Words = field(repr=False)
    told: Words
    differs: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A page in one of two versions; `differs`: the other version has it not, or otherwise."""

    sheet: str
    turned: int
    caption: Words
    differs: bool


@dataclass(frozen=True, slots=True)
class WayView:
    """A way out of a refusal; not `open`: `words` say why not."""

    way: Way
    open: bool
    words: Words


@dataclass(frozen=True, slots=True)
class ShelfView:
    """What central refused of one dossier of one desk: both versions side by side, and what can be done about it.

    `refused` counts its entries, those held behind the first too; `who` wrote the first, at `at`.
    """

    dossier: UUID
    station: str
    code: str
    name: str = field(repr=False)
    problem: str
    words: Words
    remedy: Words
    refused: int
    who: str
    at: str
    lines: tuple[VersionLine, ...]
    our_pages: tuple[VersionPage, ...]
    central_pages: tuple[VersionPage, ...]
    ways: tuple[WayView, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a form, drawn from the catalogue. `source` says where the value came from, `proof` how sure that is
    (`good`: proven, `warn`: a document said it without proof), `told` by whom, when, and what was proven. `locked` if
    proven, or if the dossier is closed.

    kind: text · date (dd/MM/yyyy on screen, ISO in `value`) · choice · phone · check · number. `problem` stands beside
    the field, in words, only after a step forward was tried.
    """

    name: str
    label: Words
    kind: Literal["text", "date", "choice", "phone", "check", "number"]
    value: str = field(default="", repr=False)
    source: Words | None = None
    locked: bool = False
    required: bool = False
    max_length: int = 200
    choices: tuple[tuple[str, Words], ...] = ()
    hint: Words | None = None
    problem: Words | None = None
    wide: bool = False
    proof: Tone = "calm"
    told: Words | None = None
    options: tuple[ChoiceView, ...] = ()
    """Where it is given, `choices` is what of it can be chosen, and the field is a list with reasons."""
    whys: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the evidence panel: a verdict, or (sign `i`) something told about the reading.

    `brief`: the title says it all, and how it was found out may wait until somebody asks why.
    """

    title: Words
    detail: Words
    tone: Tone
    sign: Literal["✓", "✗", "!", "–", "?", "i"]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class SourceValue:
    """What one source says of a field. `used`: it stands in the form."""

    source: Words
    value: Words = field(repr=False)
    level: Badge
    used: bool


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A field about which sources disagree: every value side by side, and what to make of it.

    tone: `bad` the sources are of two persons, nothing can be submitted; `warn` somebody should look.
    """

    field: str
    label: Words
    values: tuple[SourceValue, ...]
    tone: Tone
    words: Words


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence that the register (or the clerk) named."""

    number: str = field(repr=False)
    code: str
    issued: str
    expires: Badge | Words
    issuer: str
    points: str
    state: Badge
    chosen: bool


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Step 1. `portrait` is a sheet digest or empty; `took` how long the chip took, where it was read; `prompt` what is
    to be done next, or what a chip does not prove and then, as `remedy`, what to do about it; `unfinished` names a
    field that a document filled in part.
    """

    name: str = field(repr=False)
    badge: Badge | None
    portrait: str
    fields: tuple[FieldView, ...]
    checks: tuple[CheckLine, ...]
    took: Words | None
    licences: tuple[LicenceRow, ...]
    register: Badge
    prompt: Words
    differences: tuple[DifferenceView, ...] = ()
    face: CheckLine | None = None
    remedy: Words | None = None
    unfinished: str = ""


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Why this cannot be accepted, on what basis, and what else may fit."""

    words: Words
    basis: str
    instead: Words
    whys: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictView:
    """In one line whether the application can be accepted as it stands, and what then: the way on, or what else fits.

    tone: `good` it can · `warn` somebody must decide first · `bad` it cannot · `calm` something is not chosen yet.
    """

    words: Words
    detail: Words
    tone: Tone
    whys: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """Step 2: the form, what the law says to it, and the decision's reasons beside it."""

    fields: tuple[FieldView, ...]
    refusals: tuple[RefusalView, ...]
    warnings: tuple[Words, ...]
    exceptions: tuple[ExceptionView, ...]
    verdict: VerdictView | None = None


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """Something a supervisor must decide. state: needed → asked → granted | refused. `details` are what exactly.

    `granted_by` is who may decide; `doubt` is for them, where they decide. `shown` is the digest of what they are shown
    (`domain.exceptions.shown_of`): a decision names it. Of `approvers` people the ones in `granted_so_far` granted it;
    `more` is what a supervisor (`more_by`) wants to know first, `field` what the last comment points at. `has_amount`:
    the clerk must say how much money it is about.
    """

    code: str
    words: Words
    state: Literal["needed", "asked", "granted", "refused"]
    reason: str
    decided_by: str
    details: tuple[Words, ...] = ()
    granted_by: Words | None = None
    doubt: Words | None = None
    whys: tuple[Why, ...] = ()
    shown: str = ""
    comment: str = ""
    field: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None
    amount_vnd: int = 0
    has_amount: bool = False
    evidence: tuple[str, ...] = ()
    approvers: int = 1
    granted_so_far: tuple[str, ...] = ()
    more: str = ""
    more_by: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionKind:
    """An exception that a clerk may raise by hand. `has_amount`: with an amount in đồng."""

    code: str
    words: Words
    granted_by: Words | None
    approvers: int
    has_amount: bool


@dataclass(frozen=True, slots=True)
class OutrunView:
    """What somebody said about a request and came too late with: another's decision counts, or it was asked anew.

    `counts` says what stands instead, `why` is central's code.
    """

    code: str
    who: str
    said: Words
    counts: Words
    why: str


@dataclass(frozen=True, slots=True)
class ReuseOffer:
    """A paper on record that could be taken for an item: `id` names it to the desk, `words` say what and of when."""

    id: str
    source: Literal["dossier", "register", "chip"]
    words: Words
    pages: int


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One item of the checklist. `condition`: asked for only if that is so; `sources`: where it may come from.

    `missing` says what still has to come, and why; `offers` what could be taken instead of scanning, `waiver` how far
    an exception for it is (empty where the rules know none), `key` the key that scans for it. `taken` says what on
    record stands for it.
    """

    code: str
    name: Words
    detail: Words
    state: Badge
    pages: int
    done: bool
    required: bool
    why: Words
    can_scan: bool
    can_mark: bool
    condition: Words | None = None
    sources: Words | None = None
    whys: tuple[Why, ...] = ()
    missing: Words | None = None
    offers: tuple[ReuseOffer, ...] = ()
    waiver: Literal["", "possible", "asked", "granted", "refused"] = ""
    flawed: int = 0
    key: str = ""
    taken: Literal["", "dossier", "register", "chip"] = ""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A value that was read for the field `name` and waits for the clerk.

    `box` is where it stands on the page's sheet: left, top, width and height in pixels.
    `differs` where the form already holds something else; that is then `held`. `can_take`: it may go into the form;
    what says who somebody is, is only compared.
    """

    name: str
    label: Words
    text: str = field(repr=False)
    sure: str
    doubtful: bool
    box: tuple[int, int, int, int]
    differs: bool = False
    held: str = field(default="", repr=False)
    can_take: bool = True


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of the strip; `index` is its place in the dossier's list.

    `raw`: it has arrived and is still being made. `facts` say in words what was seen (sharp, straight, 300 dpi),
    `flaws` what is wrong with it; `original` is the sheet that it was made from, as long as this desk has it.
    `why_here` says what gave the page to its item. `corners` is where its paper lies in the original (x and y, from the
    top left clockwise), `wish` how it was asked to be made.
    """

    index: int
    sheet: str
    paper: str
    caption: Words
    turned: int
    width: int
    height: int
    size: str
    raw: bool = False
    aside: Literal["", "blank", "clerk"] = ""
    facts: Words | None = None
    flaws: tuple[Words, ...] = ()
    original: str = ""
    side: Literal["", "front", "back"] = ""
    colour: Literal["", "colour", "grey"] = ""
    why_here: Words | None = None
    corners: tuple[float, ...] = ()
    wish: Wish = field(default_factory=Wish)
    read: bool = False
    proposals: tuple[ProposalView, ...] = ()


@dataclass(frozen=True, slots=True)
class PapersView:
    """Step 3. `pages` are the dossier's, `tray` those set aside; `raw` counts what is still being made. `taken` are the
    pages of papers taken from record, to be looked at only: they have no place in the list (`index` -1).

    `size` is the dossier's weight against its budget, good until it is used up; `unassigned` counts pages that belong
    to no item yet, `unread` those whose print was not read yet. `fields` are what the form asks of the papers.
    """

    lines: tuple[PaperLine, ...]
    pages: tuple[PageView, ...]
    can_undo: bool
    can_redo: bool
    total_size: str
    tray: tuple[PageView, ...] = ()
    raw: int = 0
    unread: int = 0
    unassigned: int = 0
    size: Badge | None = None
    fields: tuple[FieldView, ...] = ()
    taken: tuple[PageView, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeView:
    """Step 4. Amounts are written out; `fee_vnd` is for computing change while typing. `payment` is that online."""

    fee_vnd: int
    fee: str
    fee_words: str
    name: Words
    basis: str
    paid: bool
    receipt: str
    method: str
    tendered: str
    change: str
    suggestions: tuple[int, ...]
    payment: PaymentView | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something still missing, where it is, and the step and field that mend it."""

    code: str
    words: Words
    step: Step
    field: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Step 5: what is missing, or the code under which the dossier was accepted, and what was printed."""

    findings: tuple[Finding, ...]
    submitted: bool
    code: str
    due: str
    prints: tuple[tuple[str, Words, int], ...]
    delivery: Badge


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A fact that follows from the rules; `detail` says in a few words how, `whys` are the reasons on demand."""

    key: str
    label: Words
    value: Words
    detail: Words | None = None
    whys: tuple[Why, ...] = ()
    doubtful: bool = False
    """Some reason is not read surely; never so for who is not told of doubts."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the five steps; `done` shows a tick."""

    step: Step
    title: Words
    done: bool
    reachable: bool


@dataclass(frozen=True, slots=True)
class IntakeView:
    """A dossier at the desk, whole."""

    dossier: UUID
    title: str = field(repr=False)
    subtitle: Words
    local_code: str
    code: str
    status: Literal["draft", "submitted", "discarded"]
    practice: bool
    opened_at: datetime
    saved_at: datetime
    step: Step
    focus: str
    steps: tuple[StepView, ...]
    identity: IdentityView
    application: ApplicationView
    papers: PapersView
    fee: FeeView
    receipt: ReceiptView
    summary: tuple[SummaryLine, ...]
    elsewhere: Words | None = None
    """Another desk has it open: it can be looked at only, or taken over."""
    seen: int = 0
    """How far this view holds what other desks did; what is entered into it says so."""
    may: frozenset[str] | None = None
    """The scopes that whoever sits here has for this dossier; None: nobody asked."""


@dataclass(frozen=True, slots=True)
class LeaseView:
    """Who has a dossier open: this desk, another one (then `words` say which, who and since when, `remedy` what that
    means here), or nobody knows.
    """

    state: Literal["none", "ours", "theirs"]
    words: Words
    remedy: Words = field(default_factory=lambda: Words("", ""))
    station: str = ""
    name: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class PhotoHint:
    """One thing that a licence photo must be, and whether the picture before the camera is so now."""

    code: Literal["face", "size", "centre", "sharp", "light", "background", "eyes"]
    good: bool
    words: Words


@dataclass(frozen=True, slots=True)
class PhotoView:
    """What the camera sees for a licence photo; `crop` is left, top, width, height of it as parts of the frame."""

    hints: tuple[PhotoHint, ...]
    crop: tuple[float, float, float, float] | None

    @property
    def good(self) -> bool:
        """Whether nothing speaks against taking it now."""
        return all(hint.good for hint in self.hints)


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One line of `doctor`: ok, warn or fail, with words and the remedy."""

    name: str
    state: Literal["ok", "warn", "fail"]
    words: Words
    remedy: Words


@dataclass(frozen=True, slots=True)
class DoctorView:
    """Everything around the desk, checked."""

    checks: tuple[DoctorCheck, ...]
