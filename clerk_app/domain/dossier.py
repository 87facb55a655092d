"""A dossier is the list of what happened to it.

An `Entry` is one immutable happening: the event, the line of the audit trail and the message to central. `after` folds
one entry into a dossier, `replay` a whole list; desk and central run the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, assert_never
from uuid import UUID

from clerk_app.domain.contact import NOT_GIVEN, ContactGiven, MessageAsked
from clerk_app.domain.course import AT_THE_BEGINNING, Course, StepTaken, with_acceptance, with_step
from clerk_app.domain.deciding import ExceptionState, with_decision, with_more, with_request
from clerk_app.domain.evidence import STATED, Evidence, Source, disproves, names_in_latin, proves
from clerk_app.domain.handing import (
    NOTHING_YET,
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandedOver,
    Handing,
    PostOrdered,
    PostTold,
    with_handing,
)
from clerk_app.domain.licence import Holder, Licence, Sanctions
from clerk_app.domain.oversight import (
    CopiesRemoved,
    DecisionRefused,
    Erased,
    ErasureDone,
    Exported,
    Factor,
    FindingAnswered,
    Looked,
    MoreAsked,
    Reviewed,
    SessionHappened,
    Where,
)
from clerk_app.domain.page_changes import PageChanges, changes_of, with_changes
from clerk_app.domain.pages import Page, Proposal, Turn, Wish, made_of
from clerk_app.domain.people import Person, said_of, search_key
from clerk_app.domain.systems import (
    Answers,
    Ordered,
    OrderHeard,
    OrderPlaced,
    SystemAnswered,
    with_answer,
    with_news,
    with_order,
)
from clerk_app.domain.token_proofs import TokenProof

__all__ = ["Page", "Turn"]

Step = Literal["identity", "application", "papers", "fee", "receipt"]
STEPS: tuple[Step, ...] = ("identity", "application", "papers", "fee", "receipt")
Channel = Literal["counter", "online", "post"]
PayMethod = Literal["cash", "vietqr", "online"]
Status = Literal["draft", "submitted", "discarded"]
_Brought = Literal["scan", "import", "replace", "remake"]
_Sorted = Literal["move", "assign", "split", "join", "pair", "interleave", "interleave_anyway"]
Act = Literal[_Brought, _Sorted, "rotate", "delete", "aside", "back", "keep", "undo", "redo"]
"""What was done to the list of pages."""
Way = Literal["central", "ours", "new"]
"""How what central refused is settled: its version stays, ours is entered again on it, or a new dossier is made."""
FaceResult = Literal["match", "no_match", "no_face", "several_faces", "unavailable"]


# ---- what can happen ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """A clerk began. `local_code` is this desk's own provisional code; `pack` the version of the law it lives by."""

    procedure: str
    channel: Channel
    local_code: str
    office: str
    counter: str
    pack: str
    practice: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IdentityRead:
    """Somebody's identity was read from a document, with the evidence of how.

    Not `taken`: it is kept beside what the dossier says and fills no field, because it is of another person, was
    altered, or comes after something stronger.
    """

    person: Person
    evidence: Evidence
    taken: bool = True


@dataclass(frozen=True, slots=True)
class FieldsEntered:
    """The clerk typed. Only changed fields stand here; `step` and `focus` say where the caret was."""

    values: Mapping[str, str] = field(repr=False)
    step: Step
    focus: str = ""
    source: Source = "manual"


@dataclass(frozen=True, slots=True)
class RegisterAnswered:
    """What the licence register said, or that it could not be asked (`answered` false: unknown, never clear).

    `holder` is whose licences they are, where the register says it.
    """

    answered: bool
    licences: tuple[Licence, ...]
    sanctions: Sanctions
    source: str = ""
    problem: str = ""
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class PagesArranged:
    """The whole list of pages as it now stands. Undo is an earlier list; a scan, rotation or removal a new one.

    `changes` are what the act did to the list before it, so that what another desk did meanwhile to other pages stays.
    Entries from before dossiers were worked on at two desks have none: their list stands as it is.
    """

    pages: tuple[Page, ...]
    act: Act
    changes: PageChanges | None = None


@dataclass(frozen=True, slots=True)
class PageArrived:
    """A sheet came and is kept. It stands at the end of the list, or at once in the `place` of one that it replaces.

    Its picture stays at this desk; what is made of it goes to central. `instead` names the sheet that it replaces,
    wherever that stands by now; entries from before it was named have the place alone.
    """

    page: Page
    how: Literal["scan", "import", "camera", "folder"]
    place: int = -1
    instead: str = ""


@dataclass(frozen=True, slots=True)
class PageMade:
    """Something was made of the sheet `original`, wherever it stands raw: in the list, and in those before and after.

    `pages` are several where several cards lay on it.
    """

    original: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class PageRead:
    """The print of a page was read. `reading` is the digest of the text, which stays at this desk; `proposals` wait
    for the clerk, who alone puts a value into the form. `settled` are fields whose proposal was taken or turned down.

    `paper` is the kind of paper whose values were looked for (the page's, or as its title says), `turned` how the page
    was looked at.
    """

    sheet: str
    reading: str
    proposals: tuple[Proposal, ...] = field(default=(), repr=False)
    settled: tuple[str, ...] = ()
    paper: str = ""
    turned: Turn = 0


@dataclass(frozen=True, slots=True)
class PaperTaken:
    """An item of the checklist was met from what is on record: an earlier dossier, a register, the chip.

    `reference` names it (a dossier's code, a register's record). `pages` are those of the earlier dossier, whose sheets
    central has. `state` counts for the report on digitisation (Decree 107/2021/NĐ-CP): 2 re-used from another dossier's
    paper, 3 from another dossier's result; 0 takes it back.
    """

    paper: str
    source: Literal["dossier", "register", "chip"]
    reference: str
    state: Literal[0, 2, 3]
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveMade:
    """The archive copy of an item was set from these pages, or signed: then `signed_by` is the SHA-256 of the
    officer's certificate and `sheet` the digest of the signed bytes.
    """

    paper: str
    sheet: str
    pages: tuple[str, ...]
    size_bytes: int
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class PaperMarked:
    """An item of the checklist was met without a page (seen, taken from the chip), or that mark was taken back."""

    paper: str
    how: Literal["seen", "chip", "generated", "unmarked"]


@dataclass(frozen=True, slots=True)
class ExceptionAsked:
    """A rule asks for a supervisor; the clerk said why. This entry is the request that a decision names.

    `amount_vnd` is what it is about in whole đồng (0: no money), `evidence` the digests of sheets that speak for it,
    `approvers` how many different people must grant it.
    """

    code: str
    reason: str
    amount_vnd: int = 0
    evidence: tuple[str, ...] = ()
    approvers: int = 1


@dataclass(frozen=True, slots=True)
class ExceptionDecided:
    """A supervisor other than the clerk who asked granted or refused an exception.

    `request` is the asking entry, `shown` the SHA-256 (hex) of what the supervisor had before their eyes, `field` what
    the comment points at, `where` and `factor` how they proved who they are, `roles` what they were then as their desk
    knew it. Entries from before have none of them.
    `proof` is what their token signed: for this very decision (`spot`), or when they came in (`remote`).
    """

    code: str
    granted: bool
    comment: str = ""
    field: str = ""
    request: UUID | None = None
    shown: str = ""
    where: Where = ""
    factor: Factor = ""
    proof: TokenProof | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeTaken:
    """Money was taken: whole đồng. `receipt` is unique across all stations.

    `order` is the payment that the platform says is paid; entries from before have none.
    """

    receipt: str
    fee_vnd: int
    method: PayMethod
    tendered_vnd: int
    change_vnd: int
    order: UUID | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The dossier was accepted at a counter under its final code, decided by the rules of `received_at`."""

    code: str
    received_at: datetime
    due_at: datetime
    new_class: str
    case: str
    fee_vnd: int
    papers: tuple[str, ...]
    rules: tuple[str, ...] = ()
    pack: str = ""
    """The version of the pack whose rules decided. Empty in entries from before central kept more than one."""
    counter: str = ""
    """Where that was. Empty in entries from before it was written down: then it is where the dossier was opened."""


@dataclass(frozen=True, slots=True)
class RulesRenewed:
    """The draft was taken up again while a newer pack was in force: from here on it lives by that one."""

    pack: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A form left for the printer. `serial` 1 is the original, higher numbers are marked reprints."""

    form: str
    serial: int
    copies: int
    outcome: Literal["completed", "failed", "unknown", "saved"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Discarded:
    """The draft was given up, with the reason. Nothing is deleted."""

    reason: str


@dataclass(frozen=True, slots=True)
class FaceCompared:
    """The person before the camera was held against the chip's portrait. Advice to the clerk; it proves nothing.

    `score` is 0 to 1 and `threshold` the score from which on faces count as the same, `distance` what both follow from
    (all 0 where no two faces were compared). `portrait` is the chip's picture; `photo` the picture it was held against
    if that was kept as the licence photo, else empty: then it was not kept.
    """

    result: FaceResult
    score: float
    threshold: float
    distance: float
    device: str
    portrait: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class GraceUsed:
    """A supervisor lifted a limit of this station by a code of central's: no matter of a citizen, and no dossier.

    `day` is that of the code as ISO text, `counter` its number on that day; `extent` and `first` say how far it goes,
    as in `domain.grace.Grace`.
    """

    limit: str
    station: str
    day: str
    counter: int
    extent: int
    first: int = 0


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A desk took the dossier over while another one had it open; `from_who` is who sat there."""

    from_station: str
    from_who: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusalSettled:
    """A supervisor decided what becomes of entries that central refused: from now on they are set aside.

    `refused` are their ids, all of the desk `station`; `made` is the dossier that was made of them, where one was.
    They stay in the timeline and are no part of what the dossier is.
    """

    refused: tuple[UUID, ...]
    way: Way
    reason: str
    station: str
    made: UUID | None = None


Happening = (
    Opened
    | IdentityRead
    | FieldsEntered
    | RegisterAnswered
    | PagesArranged
    | PaperMarked
    | ExceptionAsked
    | ExceptionDecided
    | FeeTaken
    | Submitted
    | Printed
    | Discarded
    | FaceCompared
    | RulesRenewed
    | PageArrived
    | PageMade
    | PageRead
    | PaperTaken
    | ArchiveMade
    | GraceUsed
    | TakenOver
    | RefusalSettled
    | MoreAsked
    | DecisionRefused
    | Reviewed
    | FindingAnswered
    | Looked
    | SessionHappened
    | Exported
    | CopiesRemoved
    | StepTaken
    | SystemAnswered
    | OrderPlaced
    | OrderHeard
    | ContactGiven
    | MessageAsked
    | CardArrived
    | CardShelved
    | HandedOver
    | PostOrdered
    | PostTold
    | CollectionReminded
    | BoxHappened
    | CardAside
    | Erased
    | ErasureDone
)

_TELLS_ONLY = Looked | DecisionRefused | CopiesRemoved | Erased | ErasureDone | MessageAsked
"""What is told of a dossier and changes nothing of it, so that it is not the newest because somebody looked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One happening of one dossier. `id` is a UUIDv7 made before the first try; `at` carries its zone.

    `seen` is central's number of the newest entry of other desks in this dossier that its author could see; 0 where
    there was none, and in entries from before it was written down.
    """

    id: UUID
    dossier: UUID
    what: Happening
    who: str
    at: datetime
    seen: int = 0


def sheets_of(entry: Entry) -> frozenset[str]:
    """The sheets that this entry mentions and that central gets. One that is still raw stays at its desk."""
    if isinstance(entry.what, PagesArranged | PageMade | PaperTaken):
        return frozenset(page.sheet for page in entry.what.pages if not page.raw)
    if isinstance(entry.what, ArchiveMade):
        return frozenset({entry.what.sheet})
    if isinstance(entry.what, HandedOver):
        return frozenset(entry.what.sheets)
    if isinstance(entry.what, IdentityRead):
        evidence = entry.what.evidence
        return frozenset(sheet for sheet in (evidence.portrait, *(sheet for _, sheet in evidence.files)) if sheet)
    if isinstance(entry.what, FaceCompared):
        return frozenset(sheet for sheet in (entry.what.portrait, entry.what.photo) if sheet)
    return frozenset()


MadeBy = tuple[str, Wish | None]
"""The digest of an original, and the wish by which pages were made of it."""


# ---- what follows ------------------------------------------------------------------------------------------------


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Value:
    """What a field holds and how we know it: who brought it in, when, and the evidence of the document that said it.

    What was typed has no evidence.
    """

    text: str = field(repr=False)
    source: Source
    who: str = ""
    at: datetime | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The last thing that one kind of source said about a person. `taken`: the fields were filled from it."""

    person: Person
    evidence: Evidence
    who: str
    taken: bool


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A second look at the dossier (`entry`), and what the clerk answered to a finding."""

    entry: UUID
    who: str
    at: datetime
    result: Literal["sound", "finding"]
    cause: str = ""
    comment: str = ""
    field: str = ""
    answer: str = ""
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a dossier is after its entries. `entries` counts them; `clerk` is who opened it.

    `person` and `evidence` are the last identification that was taken; `readings` the last of each source, taken or
    not; `typed` what was last typed of the applicant, also where a document replaced it since; `disproven` the
    last altered or copied chip of each number, until one proves; `pack` is the version of the law that it lives by.
    `readings_of_pages` is what was read, by sheet; `taken` and `archive` go by paper, and so does `taken_for`: the ID
    number for which a paper on record was taken. `made` is what was made of each original by each wish: of the lists in
    `past_pages` and `future_pages` only the nearest is sure to hold it already.
    """

    id: UUID
    status: Status = "draft"
    procedure: str = ""
    channel: Channel = "counter"
    local_code: str = ""
    code: str = ""
    office: str = ""
    counter: str = ""
    pack: str = ""
    practice: bool = False
    clerk: str = ""
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    submitted: Submitted | None = None
    person: Person | None = None
    evidence: Evidence | None = None
    readings: Mapping[Source, Reading] = field(default_factory=_nothing)
    typed: Mapping[str, Value] = field(default_factory=_nothing)
    fields: Mapping[str, Value] = field(default_factory=_nothing)
    step: Step = "identity"
    focus: str = ""
    register: RegisterAnswered | None = None
    register_at: datetime | None = None
    pages: tuple[Page, ...] = ()
    past_pages: tuple[tuple[Page, ...], ...] = ()
    future_pages: tuple[tuple[Page, ...], ...] = ()
    marks: Mapping[str, str] = field(default_factory=_nothing)
    exceptions: Mapping[str, ExceptionState] = field(default_factory=_nothing)
    fee: FeeTaken | None = None
    fee_at: datetime | None = None
    prints: Mapping[str, int] = field(default_factory=_nothing)
    entries: int = 0
    face: FaceCompared | None = None
    disproven: Mapping[str, Reading] = field(default_factory=_nothing, repr=False)
    readings_of_pages: Mapping[str, PageRead] = field(default_factory=_nothing, repr=False)
    made: Mapping[MadeBy, tuple[Page, ...]] = field(default_factory=_nothing, repr=False)
    taken: Mapping[str, PaperTaken] = field(default_factory=_nothing)
    archive: Mapping[str, ArchiveMade] = field(default_factory=_nothing)
    taken_for: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    of_station: bool = False
    """What happened is a matter of the station itself: it stands in no list of dossiers."""
    settled: frozenset[UUID] = frozenset()
    """The refused entries that a supervisor set aside."""
    takers: frozenset[str] = frozenset()
    """Who took the dossier over: it is theirs too."""
    accepted_at: datetime | None = None
    """When the acceptance was written down, which a late entry's reception is not."""
    hands: frozenset[str] = frozenset()
    """Everybody who did something to the dossier, or decided about it, before it was accepted."""
    makers: frozenset[str] = frozenset()
    """Everybody who brought something into it, or took it over: what they made, others decide about."""
    reviews: tuple[ReviewState, ...] = ()
    removed: frozenset[str] = frozenset()
    """The sheets of which some desk removed its own copies."""
    course: Course = AT_THE_BEGINNING
    """Where the dossier stands in its procedure."""
    answers: Mapping[str, Answers] = field(default_factory=_nothing)
    """What each of the State's systems said of it, the licence register apart."""
    orders: tuple[Ordered, ...] = ()
    """What was ordered for it from other systems, in order."""
    contact: ContactGiven = NOT_GIVEN
    """How the citizen is to be reached, as it was last written down."""
    handing: Handing = NOTHING_YET
    """Where its result is."""
    erased: UUID | None = None
    """The order by which what was known of it was erased: it stands in no list, and nothing is done to it any more."""

    @property
    def portal_code(self) -> str:
        """Under which code the national portal knows it: one that came from there keeps the code it came with."""
        return self.local_code if self.channel == "online" else self.code

    def text(self, name: str) -> str:
        """What the field holds, or the empty text."""
        value = self.fields.get(name)
        return value.text if value else ""


def _identified(dossier: Dossier, what: IdentityRead, who: str) -> Dossier:
    person, evidence = what.person, what.evidence
    reading = Reading(person, evidence, who, what.taken)
    dossier = replace(
        dossier,
        readings=MappingProxyType(dict(dossier.readings) | {evidence.source: reading}),
        disproven=_disproven(dossier, reading),
    )
    if not what.taken:
        return dossier
    typed = dossier.typed
    if dossier.text("applicant.number") not in ("", person.number):
        # What was typed about another number was about somebody else; that it was another number stays in sight.
        typed = MappingProxyType({name: value for name, value in typed.items() if name == "applicant.number"})
    fields = _filled(dossier, person, evidence, who)
    if proves(evidence):
        # A document that was taken by mistake is settled by the proof of who is there; a stranger's still stands.
        settled = {
            source: reading
            for source, reading in dossier.readings.items()
            if not reading.taken or reading.person.number == person.number
        }
        dossier = replace(dossier, readings=MappingProxyType(settled))
    # A comparison belongs to the portrait that it was made with.
    face = dossier.face if dossier.face is not None and dossier.face.portrait == evidence.portrait else None
    return replace(dossier, person=person, evidence=evidence, typed=typed, fields=fields, face=face)


def _filled(dossier: Dossier, person: Person, evidence: Evidence, who: str) -> Mapping[str, Value]:
    """The fields once a document is taken. What one of another number said goes, also where this one is silent."""
    kept = dict(dossier.fields)
    if dossier.person is not None and dossier.person.number != person.number:
        kept = {name: value for name, value in kept.items() if value.evidence is None}
    said = {name: Value(text, evidence.source, who, evidence.at, evidence) for name, text in said_of(person).items()}
    name = kept.get("applicant.name")
    if name is not None and names_in_latin(evidence) and search_key(name.text) == search_key(person.name):
        # It is the same name with its marks; the zone's would take them away.
        said.pop("applicant.name", None)
    return MappingProxyType(kept | said)


def _disproven(dossier: Dossier, reading: Reading) -> Mapping[str, Reading]:
    """The chips known to be altered or copied: another chip of the same number that proves nothing redeems none."""
    number = reading.person.number
    if disproves(reading.evidence):
        return MappingProxyType(dict(dossier.disproven) | {number: reading})
    if reading.taken and proves(reading.evidence):
        return MappingProxyType({other: held for other, held in dossier.disproven.items() if other != number})
    return dossier.disproven


def _entered(dossier: Dossier, what: FieldsEntered, who: str, at: datetime) -> Dossier:
    said = {name: Value(text, what.source, who, at) for name, text in what.values.items()}
    typed = {name: value for name, value in said.items() if name.startswith("applicant.")}
    if typed and what.source in STATED:
        dossier = replace(dossier, typed=MappingProxyType(dict(dossier.typed) | typed))
    fields = MappingProxyType(dict(dossier.fields) | said)
    return replace(dossier, fields=fields, step=what.step, focus=what.focus)


def arranged(dossier: Dossier, pages: tuple[Page, ...], act: Act) -> PagesArranged:
    """What happens when the pages of the dossier are to be these."""
    return PagesArranged(pages, act, changes_of(dossier.pages, pages))


def _arranged(dossier: Dossier, what: PagesArranged) -> Dossier:
    match what.act:
        case "undo":
            past, future = dossier.past_pages[:-1], (*dossier.future_pages, dossier.pages)
        case "redo":
            past, future = (*dossier.past_pages, dossier.pages), dossier.future_pages[:-1]
        case _:
            past, future = (*dossier.past_pages, dossier.pages), ()
    pages = what.pages if what.changes is None else with_changes(dossier.pages, what.pages, what.changes)
    return _nearest(replace(dossier, pages=pages, past_pages=past, future_pages=future))


def _arrived(dossier: Dossier, what: PageArrived) -> Dossier:
    pages, place = dossier.pages, what.place
    if what.instead and not (0 <= place < len(pages) and pages[place].sheet == what.instead):
        # Another desk moved the list meanwhile.
        place = next((at for at, page in enumerate(pages) if page.sheet == what.instead), -1)
    if 0 <= place < len(pages):
        pages = (*pages[:place], what.page, *pages[place + 1 :])
    else:
        pages = (*pages, what.page)
    return replace(dossier, pages=pages, past_pages=(*dossier.past_pages, dossier.pages), future_pages=())


def _page_made(dossier: Dossier, what: PageMade) -> Dossier:
    """Making is no step of its own: undo goes over it, so it happens in every list."""
    if not what.pages:
        return dossier
    key = what.original, what.pages[0].wish
    made = MappingProxyType(dict(dossier.made) | {key: what.pages})
    pages = tuple(one for page in dossier.pages for one in made_of(page, what.original, what.pages))
    return _nearest(replace(dossier, pages=pages, made=made))


def _nearest(dossier: Dossier) -> Dossier:
    """The lists that one step of undo or redo leads to as they are by now. Those further away may wait until they are
    the nearest: two hundred lists of two hundred pages are not gone through for each page that is made.
    """
    past, future = dossier.past_pages, dossier.future_pages
    if past:
        past = (*past[:-1], _with_made(past[-1], dossier.made))
    if future:
        future = (*future[:-1], _with_made(future[-1], dossier.made))
    return replace(dossier, past_pages=past, future_pages=future)


def _with_made(pages: tuple[Page, ...], made: Mapping[MadeBy, tuple[Page, ...]]) -> tuple[Page, ...]:
    if not any(page.raw for page in pages):
        return pages
    return tuple(one for page in pages for one in made_of(page, page.sheet, made.get((page.sheet, page.wish), ())))


def waits_for(dossier: Dossier, raw: Page) -> bool:
    """Whether any list still waits for what is made of a raw page."""
    nearest = (dossier.pages, *dossier.past_pages[-1:], *dossier.future_pages[-1:])
    known = (raw.sheet, raw.wish) in dossier.made
    lists = nearest if known else (*nearest, *dossier.past_pages, *dossier.future_pages)
    return any(page.raw and page.sheet == raw.sheet and page.wish == raw.wish for pages in lists for page in pages)


def _with_exception(dossier: Dossier, state: ExceptionState) -> Dossier:
    return replace(dossier, exceptions=MappingProxyType(dict(dossier.exceptions) | {state.code: state}))


BESIDE = frozenset({"applicant.phone", "reason", "result_place", "pledge"})
"""Fields that nobody decides on: the clerk goes on filling them in while a supervisor looks."""

_MAKES = IdentityRead | PageArrived | PagesArranged | PaperMarked | PaperTaken | FaceCompared | FeeTaken | TakenOver
"""What somebody does by whose work a dossier comes to say what it says; of what is typed, see `_makes`."""


def _makes(what: Happening) -> bool:
    """Whether whoever causes this has a part in what others decide about."""
    return isinstance(what, _MAKES) or (isinstance(what, FieldsEntered) and not BESIDE.issuperset(what.values))


def after(dossier: Dossier, entry: Entry) -> Dossier:
    """The dossier after one more entry. Pure and total: any entry of a known kind can be folded into any state."""
    what = entry.what
    tells_only = isinstance(what, _TELLS_ONLY)
    changed_at = dossier.changed_at if tells_only else entry.at
    hands = dossier.hands
    if dossier.status == "draft" and not tells_only and entry.who not in hands:
        hands |= {entry.who}
    makers = dossier.makers | {entry.who} if _makes(what) and entry.who not in dossier.makers else dossier.makers
    dossier = replace(dossier, entries=dossier.entries + 1, changed_at=changed_at, hands=hands, makers=makers)
    match what:
        case Opened():
            return replace(
                dossier,
                procedure=what.procedure,
                channel=what.channel,
                local_code=what.local_code,
                office=what.office,
                counter=what.counter,
                pack=what.pack,
                practice=what.practice,
                clerk=entry.who,
                opened_at=entry.at,
            )
        case IdentityRead():
            return _identified(dossier, what, entry.who)
        case FieldsEntered():
            return _entered(dossier, what, entry.who, entry.at)
        case RegisterAnswered():
            return replace(dossier, register=what, register_at=entry.at)
        case PagesArranged():
            return _arranged(dossier, what)
        case PaperMarked():
            marks = {paper: how for paper, how in dossier.marks.items() if paper != what.paper}
            if what.how != "unmarked":
                marks[what.paper] = what.how
            return replace(dossier, marks=MappingProxyType(marks))
        case ExceptionAsked():
            stood = replace(dossier, exceptions=_nothing())
            return _with_exception(dossier, with_request(dossier, entry, what, stood))
        case ExceptionDecided():
            asked = dossier.exceptions.get(what.code)
            return dossier if asked is None else _with_exception(dossier, with_decision(dossier, asked, entry, what))
        case MoreAsked():
            asked = dossier.exceptions.get(what.code)
            return dossier if asked is None else _with_exception(dossier, with_more(dossier, asked, entry, what))
        case FeeTaken():
            return replace(dossier, fee=what, fee_at=entry.at)
        case SystemAnswered():
            return replace(dossier, answers=MappingProxyType(with_answer(dossier.answers, what, entry.who)))
        case OrderPlaced():
            return replace(dossier, orders=with_order(dossier.orders, what, entry.who, entry.at))
        case OrderHeard():
            return replace(dossier, orders=with_news(dossier.orders, what))
        case Submitted():
            return replace(
                dossier,
                status="submitted",
                code=what.code,
                submitted=what,
                pack=what.pack or dossier.pack,
                accepted_at=entry.at,
                course=with_acceptance(dossier.course, entry, what),
            )
        case StepTaken():
            course = with_step(dossier.course, entry, what)
            # A dossier that comes to its end before it was accepted is closed for good.
            status = "discarded" if dossier.status == "draft" and course.ended else dossier.status
            # A clock that runs again means that a result is owed anew.
            handing = NOTHING_YET if course is not dossier.course and course.clock == "runs" else dossier.handing
            return replace(dossier, course=course, status=status, handing=handing)
        case CardArrived() | CardShelved() | HandedOver() | PostOrdered() | PostTold() | CollectionReminded():
            return replace(dossier, handing=with_handing(dossier.handing, entry, what))
        case Printed():
            prints = dict(dossier.prints) | {what.form: max(what.serial, dossier.prints.get(what.form, 0))}
            return replace(dossier, prints=MappingProxyType(prints))
        case Discarded():
            return replace(dossier, status="discarded")
        case FaceCompared():
            return replace(dossier, face=what)
        case RulesRenewed():
            return replace(dossier, pack=what.pack)
        case PageArrived():
            return _arrived(dossier, what)
        case PageMade():
            return _page_made(dossier, what)
        case PageRead():
            return replace(
                dossier, readings_of_pages=MappingProxyType(dict(dossier.readings_of_pages) | {what.sheet: what})
            )
        case PaperTaken():
            taken = {paper: one for paper, one in dossier.taken.items() if paper != what.paper}
            if what.state:
                taken[what.paper] = what
            whose = dict(dossier.taken_for) | {what.paper: dossier.text("applicant.number")}
            return replace(dossier, taken=MappingProxyType(taken), taken_for=MappingProxyType(whose))
        case ArchiveMade():
            return replace(dossier, archive=MappingProxyType(dict(dossier.archive) | {what.paper: what}))
        case GraceUsed() | SessionHappened() | Exported() | BoxHappened() | CardAside():
            return replace(dossier, of_station=True)
        case TakenOver():
            return replace(dossier, takers=dossier.takers | {entry.who})
        case Reviewed():
            look = ReviewState(entry.id, entry.who, entry.at, what.result, what.cause, what.comment, what.field)
            return replace(dossier, reviews=(*dossier.reviews, look))
        case FindingAnswered():
            return replace(dossier, reviews=tuple(_answered(one, what, entry.who) for one in dossier.reviews))
        case CopiesRemoved():
            return replace(dossier, removed=dossier.removed | frozenset(what.sheets))
        case Looked(what="person") if dossier.opened_at is None:
            # Whoever looks for a person looks at no dossier yet.
            return replace(dossier, of_station=True)
        case Erased() | ErasureDone():
            return replace(dossier, erased=what.order)
        case Looked() | DecisionRefused() | MessageAsked():
            return dossier
        case ContactGiven():
            return replace(dossier, contact=what)
        case RefusalSettled():
            # Where even the opening was refused, nothing is left to work on.
            status = dossier.status if dossier.opened_at is not None else "discarded"
            return replace(dossier, status=status, settled=dossier.settled | frozenset(what.refused))
        case _:
            assert_never(what)


def _answered(look: ReviewState, what: FindingAnswered, who: str) -> ReviewState:
    """The first answer counts."""
    if look.entry != what.review or look.result != "finding" or look.answer:
        return look
    return replace(look, answer=what.answer, answered_by=who)


def replay(entries: Iterable[Entry]) -> Dossier:
    """The dossier that a list of entries of one dossier, in order, amounts to.

    Raises `ValueError` if the list is empty or mixes dossiers.
    """
    dossier: Dossier | None = None
    for entry in entries:
        if dossier is None:
            dossier = Dossier(id=entry.dossier)
        elif dossier.id != entry.dossier:
            raise ValueError("entries of two dossiers")
        dossier = after(dossier, entry)
    if dossier is None:
        raise ValueError("no entries")
    return dossier
