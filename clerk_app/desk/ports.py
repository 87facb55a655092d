"""What the desk needs from the rooms around it. Each Protocol has a real driver and a suite in tests/contracts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from clerk_app.catalogue.pack import Pack
from clerk_app.domain.altered import Finding
from clerk_app.domain.approving import Approval
from clerk_app.domain.dossier import Dossier, Entry, Happening, RegisterAnswered
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.handing import HandingState
from clerk_app.domain.notices import Notice
from clerk_app.domain.online import OnlineLine
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_facts import Facts
from clerk_app.domain.settling import Record
from clerk_app.domain.sign_in import SignInPolicy
from clerk_app.domain.token_proofs import Second
from clerk_app.wire import (
    Answer,
    Answers,
    Block,
    Enrolled,
    Erasure,
    Handlings,
    LeaseState,
    OfferedPack,
    People,
    Proofs,
    Pulled,
    Returned,
    Sealed,
    SheetState,
    SignedIn,
    StationKeys,
    User,
)
from clerk_app.wire_messages import DossierMessages
from clerk_app.wire_online import OnlineQueue
from clerk_app.wire_results import ExpectedCards

Progress = Callable[[int, int], None]
"""Called with (done, total); total 0 when unknown."""


class Cancel(Protocol):
    """Asked now and then by long work: whether the person gave up."""

    def __call__(self) -> bool: ...


class Clock(Protocol):
    """The time with its zone, Asia/Ho_Chi_Minh."""

    def __call__(self) -> datetime: ...


# ---- the card ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """What opens the chip: the six-digit CAN, or the MRZ key (number, birth, expiry as YYMMDD)."""

    can: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    expires: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CardReading:
    """One reading of a citizen card: who it says it is and what was proven.

    `portrait` is the picture as stored; `files` are the chip's files as read, by name (`EF.SOD`, `DG1`, …).
    """

    person: Person
    evidence: Evidence
    portrait: bytes = field(repr=False)
    portrait_format: Literal["jpeg", "jp2", ""]
    access: Literal["PACE", "BAC"]
    signed: Literal["yes", "no", "untrusted"]
    hashes: Literal["ok", "bad"]
    genuine: Literal["yes", "no", "unsupported"]
    expired: bool
    apdus: int
    ms: int
    problems: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ReaderState:
    """A card reader by its PC/SC name, and whether a card lies on it.

    `moves` counts the cards that came and went, where the reader tells: a card that was exchanged while nobody looked
    is not the one that lay there before.
    """

    name: str
    card_present: bool
    practice: bool = False
    moves: int = 0


class CardReaders(Protocol):
    """Every card reader plugged in now. All methods raise `DeviceFault`."""

    def readers(self) -> tuple[ReaderState, ...]: ...

    def read(
        self,
        access: Access,
        reader: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> CardReading:
        """Read the card on `reader` (or on the only reader with a card). Blocks for about two seconds.

        `cancel` is asked before every command: a yes ends in `CARD_GIVEN_UP`."""
        ...

    def wait(self, known: tuple[ReaderState, ...], timeout_s: float) -> tuple[ReaderState, ...]:
        """Block until readers or cards differ from `known`, or the time is over; the states as they now are."""
        ...


# ---- the scanner -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScannerState:
    """A scanner by the name its driver gives it, with its sources by theirs; `domain.scanning` says them in words."""

    name: str
    label: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One side as it arrived: the encoded picture and its geometry."""

    data: bytes = field(repr=False)
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture: rows from the top, each pixel three octets, red, green, blue."""

    width: int
    height: int
    rgb: bytes = field(repr=False)


class Scanners(Protocol):
    """Every scanner of this desk. All methods raise `DeviceFault`."""

    def devices(self, cancel: Cancel = lambda: False) -> tuple[ScannerState, ...]: ...

    def scan(
        self,
        device: str,
        source: str,
        on_page: Callable[[ScannedPage], None],
        cancel: Cancel,
        dpi: int = 300,
        on_notice: Callable[[Words], None] = lambda words: None,
    ) -> int:
        """Scan until the source is empty; pages arrive by callback, as they come. Returns how many arrived.

        `on_notice` hears what is waited for and is no fault: a scanner that warms up, one that serves somebody else.
        A fault after some pages is raised after those pages were handed over.
        """
        ...


# ---- paper out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintQueue:
    """A print queue of the system by its URI. `reasons` are IPP keywords, `words` the same for people."""

    uri: str
    name: str
    state: Literal["idle", "printing", "stopped"]
    reasons: tuple[str, ...] = ()
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """What became of a job. `unknown` when the queue stopped answering: the paper may be there.

    `detail` is IPP keywords for the journal, `words` the same for people.
    """

    state: Literal["completed", "failed", "unknown"]
    job: int
    detail: str = ""
    words: tuple[Words, ...] = ()


class Printers(Protocol):
    """The print queues of this desk. All methods raise `DeviceFault`."""

    def queues(self) -> tuple[PrintQueue, ...]: ...

    def print(self, queue: str, pdf: bytes, title: str, copies: int, cancel: Cancel) -> PrintOutcome:
        """Send a PDF and watch it until it is out, failed or `cancel` says to stop watching."""
        ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """The appointment for a ticket printer: a black and white picture (PNG), and the same as ESC/POS commands."""

    png: bytes = field(repr=False)
    escpos: bytes = field(repr=False)


class Forms(Protocol):
    """Renders official forms to PDF. `serial` above 1 marks a reprint. Raises `Refusal` for an unknown form."""

    def render(self, form: str, dossier: Dossier, serial: int, issued_at: datetime) -> bytes:
        """A form whose facts stand in the dossier: `M01`, `fee_receipt` or `DON`."""
        ...

    def notice(self, notice: Notice, serial: int, issued_at: datetime) -> bytes:
        """The form that a notice fills."""
        ...

    def ticket(self, dossier: Dossier, serial: int, issued_at: datetime) -> Ticket:
        """The appointment of an accepted dossier, on a roll of 80 mm."""
        ...


# ---- the camera and the face -------------------------------------------------------------------------------------

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels; parts of it may lie outside the picture."""


@dataclass(frozen=True, slots=True)
class CameraState:
    """The camera of this desk: how it is reached (`usb`, `http`, `https`) and a short name for people."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera as JPEG, its size in pixels, and the label of the camera."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    camera: str


class Cameras(Protocol):
    """The camera of this desk. All methods raise `DeviceFault`."""

    def cameras(self) -> tuple[CameraState, ...]:
        """The camera that is set, if it is there; nothing if none is set. May take a second."""
        ...

    def frames(self, on_frame: Callable[[Frame], None], cancel: Cancel) -> None:
        """Hand over the newest picture again and again, never an old one, until `cancel`. Blocks."""
        ...


@dataclass(frozen=True, slots=True)
class FaceDistance:
    """Two faces held against each other: the Euclidean distance of their descriptors (0 the same, about 1 far apart).

    `found` says what was in the frame, or that the portrait holds no face that can be found; `box` is the face in the
    frame. Without two faces `distance` is 0.
    """

    found: Literal["one", "none", "several", "no_portrait"]
    distance: float
    box: Box | None


@dataclass(frozen=True, slots=True)
class PhotoMeasure:
    """What a frame is worth as a licence photo. `face` and `crop` are None where no single face was found.

    `sharpness` is the variance of the Laplacian on the face at 200 pixels' width, `light` its mean grey (0 to 255),
    `background` and `unrest` mean and standard deviation of grey beside the head, `tilt_deg` how far the line through
    the eyes is from level.
    """

    faces: int
    face: Box | None
    crop: Box | None
    sharpness: float
    light: float
    background: float
    unrest: float
    tilt_deg: float


class FaceMatcher(Protocol):
    """Finds faces and holds them against each other, offline. All methods but the first raise `DeviceFault`."""

    def available(self) -> bool:
        """Whether the optional package is there; loads nothing."""
        ...

    def compare(self, portrait: bytes, frame: bytes) -> FaceDistance:
        """`portrait` is the chip's picture (JPEG or JPEG 2000), `frame` a camera's (JPEG)."""
        ...

    def measure(self, frame: bytes) -> PhotoMeasure: ...

    def photo(self, frame: bytes) -> ScannedPage:
        """The frame cut 3:4 around its one face, as JPEG."""
        ...


# ---- what is kept ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A dossier in a list, from the projection."""

    dossier: UUID
    code: str
    local_code: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    procedure: str
    status: str
    clerk: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    waiting: int
    refused: int
    approval: Approval = ""
    state: str = ""
    """Of its course, once it was accepted."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """Where the result of an accepted dossier is, from the projection: its state in the course and in its hand-over.

    `reminded` counts the reminders since `arrived_at`, the last at `reminded_at`; the next is due by the law of `pack`,
    `office`, `received_at`.
    """

    dossier: UUID
    code: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    procedure: str
    clerk: str
    course: str
    state: HandingState
    since: datetime | None
    place: str
    box: UUID | None
    arrived_at: datetime | None = None
    reminded: int = 0
    reminded_at: datetime | None = None
    item: str = ""
    wish: str = ""
    pack: str = ""
    office: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits for central. `waiting_bytes` counts sheets; `refused` are this desk's on the supervisor's shelf."""

    waiting: int
    waiting_sheets: int
    waiting_bytes: int
    accepted: int
    refused: int
    oldest: datetime | None
    dossiers_waiting: int


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry that central refused, with central's reasons; `station` is the desk that wrote it."""

    entry: Entry
    code: str
    words_vi: str
    words_en: str
    remedy_vi: str
    remedy_en: str
    station: str = ""


@dataclass(frozen=True, slots=True)
class BlockState:
    """A lent block of numbers: how many it had and how many are left."""

    kind: str
    size: int
    left: int


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `journal verify` found. `ok` only if `problems` is empty; `findings` are the same, in parts."""

    entries: int
    stations: int
    ok: bool
    problems: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class TrailWanted:
    """Which entries are asked for: of these dossiers (None: any), of people who work here, of these kinds, of one
    station, from `since` to before `until`; `after` is where the page before ended. At most `limit`.

    `own` names somebody: what they did themselves, and everything in dossiers that they opened or took over.
    """

    dossiers: tuple[UUID, ...] | None = None
    who: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    station: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[int, int] | None = None
    limit: int = 50
    own: str = ""


@dataclass(frozen=True, slots=True)
class TrailFound:
    """An entry with its running number at its station, the digest of its seal, and its place: where a page that ends
    with it goes on.
    """

    record: Record
    n: int
    digest: bytes
    place: tuple[int, int]


KindAskedFor = Literal["Submitted", "Discarded", "Reviewed", "FindingAnswered", "CopiesRemoved"]
"""Kinds of entries that are looked for by their kind."""


class Journal(Protocol):
    """The only place where anything changes. Append-only."""

    def together(self) -> AbstractContextManager[None]:
        """Make what is looked at, drawn and appended inside one transaction that no other lane writes into."""
        ...

    def append(
        self, dossier: UUID, what: Sequence[Happening], who: str, at: datetime, seen: int | None = None
    ) -> Dossier:
        """Seal and keep the happenings in one transaction; the dossier as it now stands.

        `seen` is how far the author saw what other desks did (`seen`); without it as far as this journal does.
        Raises `Refusal` (`STORE_…`) when the disk is full or the database damaged; nothing is half kept.
        """
        ...

    def dossier(self, dossier: UUID) -> Dossier: ...

    def entries(self, dossier: UUID) -> tuple[Entry, ...]:
        """What the dossier is made of, in order: not what was settled or refused of other desks."""
        ...

    def records(self, dossier: UUID) -> tuple[Record, ...]:
        """Everything that happened, each with its desk and central's answer: the timeline."""
        ...

    def seen(self, dossier: UUID) -> int:
        """Central's number of the newest entry of another desk that this journal has of the dossier; 0 without."""
        ...

    def dated_back(self, dossier: UUID, tolerance: timedelta) -> frozenset[UUID]:
        """The entries of a dossier whose station had shortly before sealed one that is dated later by more than that:
        its clock was turned back in between, or had been ahead. What is far back in the chain is not looked at.
        """
        ...

    def last_at(self) -> datetime | None:
        """The moment of the newest entry of this desk itself; None before the first."""
        ...

    def trail(self, wanted: TrailWanted) -> tuple[tuple[TrailFound, ...], tuple[int, int] | None]:
        """Entries newest first, of this desk and of others as far as they came here; where the next page begins."""
        ...

    def trail_count(self, wanted: TrailWanted, most: int) -> int:
        """How many those are, counted up to `most`."""
        ...

    def naming(self, number: str) -> tuple[UUID, ...]:
        """The dossiers in an entry of which the number stands, or once stood, as a value or in what somebody wrote.
        Reads every entry: seconds for years of work.
        """
        ...

    def erase(self, order: Erasure, sheets: Sequence[str], at: datetime) -> bool:
        """Empty the entries of a dossier by an order of central's and say so, in one transaction; False where this desk
        did so before and nothing came back.
        """
        ...

    def mentioning(self, number: str, limit: int = 500) -> tuple[UUID, ...]:
        """The dossiers in which the number of somebody's document stands or once stood."""
        ...

    def report_rows(self, since_ms: int, until_ms: int, closed: Collection[str]) -> Iterator[Facts]:
        """What reports count of the dossiers that may concern a period: not those that came to a `closed` state before.

        Moments are milliseconds since 1970; of what the journal knows, this desk's and others'.
        """
        ...

    def counters(self, dossiers: Collection[UUID]) -> Mapping[UUID, str]:
        """The counter for which each of these counts in reports; of what counts nowhere nothing."""
        ...

    def find(self, query: str = "", limit: int = 200, status: str = "") -> tuple[QueueLine, ...]:
        """Newest first; `query` is a code, a number, a part of a name or a word on a page, without marks."""
        ...

    def to_approve(self, states: Sequence[Approval]) -> tuple[QueueLine, ...]:
        """The dossiers that stand so with those who decide exceptions, all of them, newest first."""
        ...

    def owed(self, since: datetime | None, until: datetime, clerk: str = "", limit: int = 200) -> tuple[QueueLine, ...]:
        """The accepted dossiers whose clock runs and whose result is due after `since` and until then, the earliest
        first; of one `clerk`, or of all.
        """
        ...

    def owed_count(self, since: datetime | None, until: datetime) -> int:
        """How many those are."""
        ...

    def here(self, dossiers: Collection[UUID]) -> frozenset[UUID]:
        """Those of these dossiers of which something stands at this desk."""
        ...

    def outbox(self) -> Outbox: ...

    def waiting(self, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """The next entries to send, in the order of their running numbers."""
        ...

    def own_after(self, n: int, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """This desk's entries behind its running number `n`, answered or not, in their order; at least one."""
        ...

    def answered(self, answers: Answers) -> frozenset[UUID]:
        """Write down what central said; the dossiers it touched."""
        ...

    def received(self, pulled: Pulled, after: int = 0, era: str | None = None) -> frozenset[UUID]:
        """Keep what other stations did; the dossiers it touched.

        Nothing where this desk does not stand at the cursor `after`, or not in the `era`, with which it was asked for.
        """
        ...

    def cursor(self) -> int: ...

    def of_kind(self, kind: KindAskedFor, since: datetime | None = None) -> tuple[Entry, ...]:
        """Every entry of a kind, of any desk and however central answered it; those of `since` or later, and perhaps
        some of the day before.
        """
        ...

    def dossiers_of(self, station: str) -> tuple[UUID, ...]:
        """The dossiers in which this station did something, in the order in which they came here."""
        ...

    def sealed_after(self, after: int) -> dict[int, bytes]:
        """The digest of each of this desk's entries after number `after`."""
        ...

    def rejoin(self, after: int, back: Sequence[tuple[Sealed, Answer]], head: tuple[int, bytes]) -> frozenset[UUID]:
        """Go on with central's chain of this desk: what is missing here put in place, the unsent sealed on top."""
        ...

    def era(self) -> str:
        """When central said the cursor; the empty text where it never said."""
        ...

    def forgotten(self, next_n: int, era: str) -> frozenset[UUID]:
        """Central was brought back from a copy that ends before this desk's entry `next_n`: take back all its numbers
        from there on, to send and to hear everything again. The dossiers it touched.
        """
        ...

    def next_n(self) -> int:
        """The running number of this desk that central should expect next."""
        ...

    def again(self, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """The next of the answered entries that central forgot, in the order of their running numbers."""
        ...

    def online(self, dossiers: Collection[UUID] | None = None) -> tuple[OnlineLine, ...]:
        """The dossiers that citizens sent online; all, or those among these."""
        ...

    def results(
        self,
        states: Collection[str] = (),
        courses: Collection[str] = (),
        box: UUID | None = None,
        card: str = "",
        code: str = "",
        dossiers: Collection[UUID] = (),
        limit: int = 2000,
    ) -> tuple[ResultLine, ...]:
        """Results of accepted dossiers that stand so, the longest waiting first."""
        ...

    def cards_in(self, box: UUID) -> int:
        """How many cards came in this box."""
        ...

    def taken_places(self) -> frozenset[str]:
        """The places of the shelf at which a card lies."""
        ...

    def opened(self, start: str) -> int:
        """How many dossiers have a provisional code that begins with `start`."""
        ...

    def open_counts(self, dossier: UUID) -> tuple[int, int]:
        """(waiting, refused) entries of one dossier."""
        ...

    def note(self, name: str, value: str) -> None:
        """Remember a fact about this desk itself or who works at its office, never about a citizen."""
        ...

    def noted(self, name: str) -> str: ...

    def refused(self) -> tuple[RefusedEntry, ...]:
        """What central refused of this office's desks and nobody settled yet, oldest first."""
        ...

    def verify(self) -> VerifyReport: ...

    def keep_words(self, reading: str, words: str) -> None:
        """What of the text of a page can be searched for, folded; `reading` is its digest in `PageRead`."""
        ...

    def rebuild(self) -> None:
        """Throw the projections away and make them again from the entries."""
        ...

    def subscribe(self, heard: Callable[[frozenset[UUID]], None]) -> None:
        """`heard` is told which dossiers changed, after the transaction, on the thread that changed them."""
        ...

    def draw(self, kind: str) -> int:
        """The next number of a lent block. Raises `Refusal` when none is left."""
        ...

    def lend(self, block: Block) -> None: ...

    def unlend(self, block: Block) -> None:
        """Draw nothing of this block any more."""
        ...

    def held(self, kind: str, every: bool = False) -> tuple[tuple[int, int], ...]:
        """First and last numbers of the blocks of this kind, which central must be told of in a new era; or `every`."""
        ...

    def told(self, kind: str, taken: Sequence[int]) -> None:
        """Central knows again what is held here; the blocks that begin with `taken` are somebody else's."""
        ...

    def blocks(self) -> tuple[BlockState, ...]: ...


class Sheets(Protocol):
    """Pictures by the SHA-256 of their content, encrypted where they lie.

    A sheet goes to central. An original stays here with its dossier until it is released: it waits for nobody, is
    counted in no outbox and never delivered. The same bytes may be both.
    """

    def put(self, data: bytes) -> str: ...

    def get(self, digest: str) -> bytes:
        """A sheet or an original. Raises `Refusal` (`SHEET_MISSING`, `SHEET_DAMAGED`)."""
        ...

    def keep_original(self, data: bytes, dossier: UUID) -> str:
        """Keep what arrived for a dossier, or what was read of it, at this desk; it is on the disk on return."""
        ...

    def original(self, digest: str) -> bytes:
        """What `keep_original` kept. Raises `Refusal` (`ORIGINAL_RELEASED`, `SHEET_MISSING`, `SHEET_DAMAGED`)."""
        ...

    def originals(self) -> tuple[UUID, ...]:
        """The dossiers of which originals are here."""
        ...

    def release(self, dossier: UUID) -> int:
        """Delete the originals of a dossier that is no draft any more, but what another one or central needs.

        Returns how many it let go.
        """
        ...

    def waiting(self) -> tuple[tuple[str, int], ...]:
        """(digest, bytes) of sheets that central does not have yet, oldest first."""
        ...

    def delivered(self, *digests: str) -> None:
        """Central has these, whole."""
        ...


@dataclass(frozen=True, slots=True)
class Mentions:
    """In which dossiers each digest stands, and when the newest entry of each was written from which its days begin: a
    step, or one that brought a page."""

    of: Mapping[str, frozenset[UUID]]
    newest: Mapping[UUID, datetime]


class LocalCopies(Protocol):
    """What lies at this desk of dossiers that central has too, and can be destroyed here."""

    def here(self) -> Mapping[str, int]:
        """Every sheet of which a copy lies here and that central is known to have, with its octets."""
        ...

    def mentions(self, digests: Collection[str], cancel: Cancel) -> Mentions:
        """Where these digests stand, in whatever entry. Reads every entry once."""
        ...

    def remove(self, digest: str) -> bool:
        """Destroy the copy; False where something here still needs it."""
        ...

    def destroy(self, digest: str) -> bool:
        """Destroy the copy by an order, whether or not central has it; False where something here still holds it."""
        ...

    def with_words(self) -> tuple[UUID, ...]:
        """The dossiers of whose pages words for the search are kept."""
        ...

    def forget_words(self, dossier: UUID) -> int:
        """Take the words of its pages out of the search; how many pages."""
        ...


class Packs(Protocol):
    """Every rule pack that ever held at this desk, verified again whenever one is read."""

    def pack(self, version: str) -> Pack | None:
        """The pack of this version; None where there is none, or none that can still be believed."""
        ...

    def lies(self, version: str, digest: bytes) -> bool:
        """Whether exactly this pack is kept here, whatever became of it."""
        ...

    def take_in(self, data: bytes, digest: bytes, clean: bool = True) -> Pack:
        """Verify an archive whole, then keep it. Raises `Refusal` (`PACK_…`); then nothing has changed.

        Not `clean`: a pack of the past is not held to what a linter asks today.
        """
        ...


@dataclass(frozen=True, slots=True)
class OutgoingSheet:
    """A sheet on its way: all of its bytes, of which those before `offset` are at central already."""

    digest: str
    data: bytes = field(repr=False)
    offset: int = 0


class Central(Protocol):
    """Central over the line. Every method raises `Refusal`; `CENTRAL_UNREACHABLE` means: no line, go on offline."""

    def enrol(self, code: str) -> Enrolled: ...

    def sign_in(self, user: str, password: str, code: Second = "") -> SignedIn: ...

    def unlock(self, user: str, supervisor: str, password: str, code: Second = "") -> SignedIn:
        """End the wait of `user` here; the supervisor, who proves themself with the rest."""
        ...

    def push(self, entries: Sequence[Sealed], era: str = "") -> Answers:
        """Central's answers. Raises `Refusal` ERA_OVER where it is not in this era any more: pull first."""
        ...

    def answers(self, after: int, limit: int = 500) -> Answers:
        """What central said to this station's entries after the running number `after`, in their order."""
        ...

    def pull(self, after: int, limit: int = 500, era: str = "") -> Pulled:
        """What others did after the cursor `after`, which central gave out in `era`."""
        ...

    def people(self) -> People:
        """Everybody of this station's office, those without access too."""
        ...

    def wait(self, after: int, wait_s: float, cancel: Cancel) -> Pulled:
        """As `pull`, but where nothing is new it answers once something is, or after `wait_s` seconds.

        `leave` from another thread, or `cancel`, ends it early with nothing.
        """
        ...

    def leave(self) -> None:
        """End the wait that is under way, if any; from any thread, at once."""
        ...

    def reachable(self) -> bool:
        """Whether a TCP connection to central can be made now, within a second; nothing is said on it."""
        ...

    def returned(self, after: int, limit: int = 500) -> Returned:
        """What this very station sent before, from its running number `after` on."""
        ...

    def fetch_sheet(self, digest: str, dossier: UUID) -> bytes:
        """A sheet of an open dossier of this office, or one that this desk may see again, its digest checked."""
        ...

    def proofs(self, dossiers: Sequence[UUID]) -> Proofs:
        """What central has of these dossiers, at most `wire.MAX_PROOFS`."""
        ...

    def rule_packs(self) -> list[OfferedPack]:
        """Every rule pack that central ever handed out, the newest first."""
        ...

    def rule_pack(self, digest: bytes) -> bytes:
        """The archive of the rule pack with this digest, as central sent it: nothing about it is verified yet."""
        ...

    def sheet_state(self, digest: str) -> SheetState: ...

    def send_sheet(self, digest: str, data: bytes, offset: int) -> SheetState:
        """`data` is the whole sheet; what stands before `offset` is at central already."""
        ...

    def sheet_states(self, digests: Sequence[str]) -> list[SheetState]:
        """How much of each sheet central has, in their order; at most `wire.MAX_BUNDLE_SHEETS`."""
        ...

    def send_sheets(self, sheets: Sequence[OutgoingSheet]) -> list[SheetState]:
        """Send sheets in one breath; the state of each then. One that is not complete is to be sent by itself."""
        ...

    def sheet_lost(self, digest: str) -> None:
        """This desk cannot read the sheet any more: central refuses what mentions it instead of waiting for it."""
        ...

    def lend(self, kind: str, size: int, key: UUID, held: Sequence[tuple[int, int]] = ()) -> Block:
        """Borrow numbers; `held` tells a central that forgot it what was lent here."""
        ...

    def keys(self) -> StationKeys: ...

    def licences(self, number: str, who: str, dossier: UUID | None = None) -> RegisterAnswered: ...

    def lease(self, dossier: UUID) -> LeaseState:
        """Who has a dossier open."""
        ...

    def hold_lease(self, dossier: UUID, who: str, take_over: bool = False) -> LeaseState:
        """Say that a dossier is open here, or is still; who has it then, which may be another desk."""
        ...

    def release_lease(self, dossier: UUID) -> LeaseState: ...

    def messages(self, dossier: UUID) -> DossierMessages:
        """How every message to the citizen about a dossier stands. Raises `Refusal` DOSSIER_FOREIGN, DOSSIER_ERASED."""

    def expected_cards(self) -> ExpectedCards:
        """The printed cards that this office awaits."""
        ...

    def online(self) -> OnlineQueue:
        """The online dossiers of this office that wait, and who has which open."""
        ...

    def handle(self, who: str, request: UUID | None) -> Handlings:
        """Say which request for an exception is looked at here (None: none); who looks at which in the office."""
        ...

    def alive(self) -> bool: ...

    @property
    def bytes_sent(self) -> int: ...


class HeardMessages(Protocol):
    """What central last said of the messages about each dossier."""

    def keep(self, dossier: UUID, said: DossierMessages) -> None: ...

    def of(self, dossier: UUID) -> DossierMessages | None:
        """None where nobody asked yet."""
        ...


class Users(Protocol):
    """Who signed in here before, with Argon2id verifiers, for sign-in without a line and for PINs at this desk."""

    def remember(self, signed_in: SignedIn, password: str) -> None:
        """Central let this person in with this password. Raises `Refusal` `CODE_USED` for a code spent offline here."""
        ...

    def renew(self, people: Sequence[User]) -> None:
        """These are the people of this office now; nobody else has access, nor a PIN here."""
        ...

    def called(self) -> Mapping[str, str]:
        """What the people known here are called, by their sign-in names."""
        ...

    def newest(self) -> tuple[datetime, int] | None:
        """When somebody last proved with a line who they are, and for how many days that is believed."""
        ...

    def people(self) -> tuple[User, ...]:
        """Everybody who signed in here before, as central last had them."""
        ...

    def check(
        self,
        user: str,
        password: str,
        now: datetime,
        until: datetime | None = None,
        code: Second = "",
        policy: SignInPolicy = ...,
    ) -> SignedIn:
        """The person, if the time allows or a grace code lets somebody in `until` a later moment. `policy` says which
        second factors count.

        Raises `Refusal` with the true cause: unknown here, wrong password, no access any more, too long offline, clock
        set back, a wait after wrong tries, and what is wrong with the second factor.
        """
        ...

    def confirm(self, user: str, password: str, now: datetime, until: datetime | None = None) -> None:
        """Raises `Refusal` unless this is the password of somebody who signed in here before; wrong ones are counted.

        For who is signed in and asked once more; it lets nobody in.
        """
        ...

    def find(self, user: str) -> User | None:
        """Somebody who signed in here before, as central last said they are; `active` says whether they have access."""
        ...

    def persons(self) -> Mapping[str, str]:
        """Account → natural person, of those known here behind whose account central named one."""
        ...

    def end_wait(self, user: str) -> None:
        """Wrong tries of this person count no more."""
        ...

    def has_pin(self, user: str) -> bool:
        """Whether a PIN of theirs is good here, as far as that can be said without it."""
        ...

    def set_pin(self, user: str, pin: str, now: datetime) -> None:
        """Keep a PIN of 4 to 8 digits for somebody who may sign in here without a line.

        Raises `Refusal` `PIN_SHAPE`, `PIN_WEAK`, or why they may not sign in.
        """
        ...

    def check_pin(
        self,
        user: str,
        pin: str,
        now: datetime,
        tries: int = 3,
        until: datetime | None = None,
        code: Second = "",
        policy: SignInPolicy = ...,
    ) -> SignedIn:
        """The person behind the PIN. With `code` it is also proven that they have their second factor.

        Raises `Refusal` `PIN_UNSET`, `PIN_WRONG`, `PIN_SPENT` after so many wrong `tries` (then the password is
        needed), or why they may not sign in.
        """
        ...


class Codes(Protocol):
    """Bar codes and QR codes in pictures."""

    def read(self, picture: bytes) -> tuple[tuple[str, str], ...]:
        """(format, text) of every code found. Raises `DeviceFault` for bytes that are not a picture."""
        ...

    def qr_texts(self, picture: bytes) -> tuple[str, ...]:
        """The texts of its QR codes alone, much sooner. Raises `DeviceFault` for bytes that are not a picture."""
        ...


class ZonePictures(Protocol):
    """The machine readable zone in a picture of a card's back."""

    def read(self, picture: bytes) -> str:
        """Its three lines of 30 characters, every check digit right. Blocks for some seconds.

        Raises `DeviceFault`: the picture cannot be opened, no such zone is in it, or there is nothing to read it with.
        """
        ...


class CodeScanner(Protocol):
    """A code scanner that is no keyboard."""

    def scan(self, cancel: Cancel, timeout_s: float) -> str | None:
        """The next text it reads, NFC; None when nothing came within the time or `cancel` said to stop.

        Raises `DeviceFault` when it cannot be reached; the next call tries again.
        """
        ...

    def look(self) -> str:
        """The name of its port, if it is there. Raises `DeviceFault`; takes nothing from whoever listens."""
        ...

    def forget(self) -> None:
        """Drop whatever was scanned while nobody listened."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Station:
    """Who this workstation is, as central enrolled it."""

    station: str
    counter: str
    office: str
    office_name_vi: str
    office_name_en: str
    unit_code: str
    practice: bool
    central: str
    central_id: str = ""
