"""Devices and a line for unit tests of the desk: each does what a test told it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from clerk_app.desk.page_ports import MadePage
from clerk_app.desk.ports import (
    Access,
    CameraState,
    Cancel,
    CardReading,
    FaceDistance,
    Frame,
    OutgoingSheet,
    PhotoMeasure,
    PrintOutcome,
    PrintQueue,
    Progress,
    ReaderState,
    ScannedPage,
    ScannerState,
    Ticket,
)
from clerk_app.domain.dossier import Dossier, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence, Level
from clerk_app.domain.notices import Notice, form_of
from clerk_app.domain.pages import Made, PageText, Turn, Wish
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.token_proofs import Second
from clerk_app.uplink import unreachable
from clerk_app.wire import (
    Answers,
    Block,
    Enrolled,
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
from clerk_app.wire_messages import DossierMessages, MessageState
from clerk_app.wire_online import OnlineQueue
from clerk_app.wire_orders import Order, OrderState
from clerk_app.wire_registers import Question, RegisterSaid
from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportSaid
from clerk_app.wire_results import ExpectedCard, ExpectedCards
from tests.peers.verdicts import verdicts

PASSWORD = "practice"


def fault(code: str) -> DeviceFault:
    """A fault of some device, in words."""
    return DeviceFault(code, Words("hỏng", "broken"), Words("sửa", "mend it"))


def reading(person: Person, at: datetime, level: Level = "chip") -> CardReading:
    """A card that was read: verified at level `chip`, else with a signature nobody trusts."""
    signed: Literal["yes", "untrusted"] = "yes" if level == "chip" else "untrusted"
    evidence = Evidence("chip", level, verdicts(chain=signed), "Reader 1", at, "PACE")
    return CardReading(
        person,
        evidence,
        b"portrait " + person.number.encode(),
        "jp2",
        "PACE",
        signed,
        "ok",
        "yes",
        False,
        90,
        1500,  # type: ignore[arg-type]
    )


@dataclass
class Readers:
    """One reader. `says` is the next reading, or the fault that comes instead."""

    states: tuple[ReaderState, ...] = (ReaderState("Reader 1", True),)
    says: CardReading | Refusal = field(default_factory=lambda: fault("CARD_NO_CARD"))
    broken: Refusal | None = None
    asked: list[Access] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def readers(self) -> tuple[ReaderState, ...]:
        if self.broken:
            raise self.broken
        return self.states

    def read(
        self,
        access: Access,
        reader: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> CardReading:
        self.asked.append(access)
        self.meanwhile()
        if isinstance(self.says, Refusal):
            raise self.says
        if progress:
            progress(1, 1)
        return self.says

    def wait(self, known: tuple[ReaderState, ...], timeout_s: float) -> tuple[ReaderState, ...]:
        return self.readers()


def page(number: int) -> ScannedPage:
    """A page whose bytes say which it is."""
    return ScannedPage(b"page %d" % number, "image/png", 2480, 3508, 300)


@dataclass
class Scanners:
    """A feeder with `pages` in it; `breaks` is raised after them."""

    found: tuple[ScannerState, ...] = (ScannerState("test:0", "Feeder", ("Flatbed", "ADF")),)
    pages: list[ScannedPage] = field(default_factory=list)
    breaks: Refusal | None = None
    broken: Refusal | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    notices: tuple[Words, ...] = ()
    finely: list[int] = field(default_factory=list)

    def devices(self, cancel: Cancel = lambda: False) -> tuple[ScannerState, ...]:
        if self.broken:
            raise self.broken
        return self.found

    def scan(
        self,
        device: str,
        source: str,
        on_page: Callable[[ScannedPage], None],
        cancel: Cancel,
        dpi: int = 300,
        on_notice: Callable[[Words], None] = lambda words: None,
    ) -> int:
        self.asked.append((device, source))
        for notice in self.notices:
            on_notice(notice)
        self.finely.append(dpi)
        for one in self.pages:
            if cancel():
                break
            on_page(one)
        if self.breaks:
            raise self.breaks
        return len(self.pages)


@dataclass
class Files:
    """Files whose lines are pages; one that says `broken` is, from there on, and nothing here draws `undrawn`."""

    def pages(self, file: Path | bytes, cancel: Cancel) -> Iterator[ScannedPage]:
        octets = file if isinstance(file, bytes) else file.read_bytes()
        for line in octets.splitlines():
            if cancel():
                raise fault("FILE_GIVEN_UP")
            if line == b"broken":
                raise fault("FILE_DAMAGED")
            if line == b"undrawn":
                raise fault("PDF_READER_MISSING")
            yield ScannedPage(line, "image/jpeg", 100, 200, 0)


@dataclass
class Folder:
    """A watched folder: `done` and `aside` are where files go."""

    path: Path

    def arrived(self) -> tuple[Path, ...]:
        return tuple(sorted(self.path.glob("*.pdf")))

    def claimed(self, file: Path) -> Path | None:
        return file if file.exists() else None

    def released(self, file: Path) -> None:
        """It was never moved."""

    def taken(self, file: Path) -> None:
        file.rename(file.with_suffix(".done"))

    def refused(self, file: Path) -> None:
        file.rename(file.with_suffix(".aside"))


@dataclass
class Maker:
    """Makes one page of every sheet; `says` are those that come of some sheets instead, or the fault."""

    says: dict[bytes, tuple[MadePage, ...] | Refusal] = field(default_factory=dict)
    asked: list[tuple[bytes, int, Wish]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def make(self, sheet: bytes, dpi: int, wish: Wish, cancel: Cancel) -> tuple[MadePage, ...]:
        self.asked.append((sheet, dpi, wish))
        self.meanwhile()
        if cancel():
            raise fault("PAGE_GIVEN_UP")
        said = self.says.get(sheet) or (made(b"made of " + sheet),)
        if isinstance(said, Refusal):
            raise said
        return said

    def close(self) -> None:
        """Nothing was started."""


def made(data: bytes, **seen: object) -> MadePage:
    """A page as a maker makes it."""
    return MadePage(data, "image/jpeg", 2400, 3400, 300, Made(size="a4", **seen))  # type: ignore[arg-type]


SOMEBODY = Frame(b"\xff\xd8 somebody", 640, 480, "USB 0")
FIT = PhotoMeasure(1, (260, 180, 125, 125), (215, 80, 216, 288), 120.0, 150.0, 180.0, 20.0, 1.0)
"""What speaks for every part of a licence photo."""


@dataclass
class Cameras:
    """One camera that shows `frame` for ever; `broken` is raised instead."""

    found: tuple[CameraState, ...] = (CameraState("usb", "USB 0"),)
    frame: Frame = SOMEBODY
    broken: Refusal | None = None

    def cameras(self) -> tuple[CameraState, ...]:
        if self.broken:
            raise self.broken
        return self.found

    def frames(self, on_frame: Callable[[Frame], None], cancel: Cancel) -> None:
        if self.broken:
            raise self.broken
        while not cancel():
            on_frame(self.frame)


@dataclass
class Faces:
    """Faces as far apart as `says`; a photo with a face in it."""

    says: FaceDistance | Refusal = field(default_factory=lambda: FaceDistance("one", 0.2, (0, 0, 9, 9)))
    sees: PhotoMeasure = FIT
    installed: bool = True
    asked: list[tuple[bytes, bytes]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def available(self) -> bool:
        return self.installed

    def compare(self, portrait: bytes, frame: bytes) -> FaceDistance:
        self.asked.append((portrait, frame))
        self.meanwhile()
        if isinstance(self.says, Refusal):
            raise self.says
        return self.says

    def measure(self, frame: bytes) -> PhotoMeasure:
        return self.sees

    def photo(self, frame: bytes) -> ScannedPage:
        return ScannedPage(b"photo of " + frame, "image/jpeg", 216, 288, 183)


@dataclass
class Printers:
    """Two queues; every job ends as `outcome` says."""

    found: tuple[PrintQueue, ...] = (
        PrintQueue("ipp://one/", "one", "idle"),
        PrintQueue("ipp://two/", "two", "idle"),
    )
    outcome: PrintOutcome | Refusal = field(default_factory=lambda: PrintOutcome("completed", 1))
    broken: Refusal | None = None
    printed: list[tuple[str, bytes, str, int]] = field(default_factory=list)

    def queues(self) -> tuple[PrintQueue, ...]:
        if self.broken:
            raise self.broken
        return self.found

    def print(self, queue: str, pdf: bytes, title: str, copies: int, cancel: Cancel) -> PrintOutcome:
        self.printed.append((queue, pdf, title, copies))
        if isinstance(self.outcome, Refusal):
            raise self.outcome
        return self.outcome


@dataclass
class Forms:
    """Paper that says which form, which dossier and which serial it is; notices are kept as they came."""

    notices: list[Notice] = field(default_factory=list)

    def render(self, form: str, dossier: Dossier, serial: int, issued_at: datetime) -> bytes:
        return f"%PDF {form} {dossier.code} {serial}".encode()

    def notice(self, notice: Notice, serial: int, issued_at: datetime) -> bytes:
        self.notices.append(notice)
        return f"%PDF {form_of(notice)} {serial}".encode()

    def ticket(self, dossier: Dossier, serial: int, issued_at: datetime) -> Ticket:
        return Ticket(b"PNG " + dossier.code.encode(), b"ESC " + dossier.code.encode())


NOT_JOINED = Refusal("SYSTEM_NOT_JOINED", Words("chưa nối", "not joined"), Words("cách khác", "another way"))
"""What a central says that is joined to nothing; the others are tried as processes."""


@dataclass
class Central:
    """Central as the desk sees it. `line` False: nobody answers."""

    line: bool = True
    users: dict[str, User] = field(default_factory=dict)
    password: str = PASSWORD
    says: RegisterAnswered | Refusal | None = None
    refuses: Refusal | None = None
    at: Callable[[], datetime] = datetime.now
    signed_in: list[str] = field(default_factory=list)
    systems: dict[type, RegisterSaid] = field(default_factory=dict)
    """What each of the State's systems says, by the kind of question."""
    asked: list[tuple[Question, str, str]] = field(default_factory=list)
    told: list[MessageState] = field(default_factory=list)
    cards: list[ExpectedCard] = field(default_factory=list)
    """Cards that the office awaits."""

    def _reached(self) -> None:
        if not self.line:
            raise unreachable()
        if self.refuses:
            raise self.refuses

    def sign_in(self, user: str, password: str, code: Second = "") -> SignedIn:
        self._reached()
        if user not in self.users or password != self.password:
            raise Refusal("SIGN_IN_WRONG", Words("sai", "wrong"), Words("nhập lại", "again"))
        self.signed_in.append(user)
        return SignedIn(self.users[user], 7, self.at())

    def unlock(self, user: str, supervisor: str, password: str, code: Second = "") -> SignedIn:
        self._reached()
        raise NotImplementedError("unlocking is tried with a real central")

    def licences(self, number: str, who: str, dossier: UUID | None = None) -> RegisterAnswered:
        self._reached()
        if isinstance(self.says, Refusal):
            raise self.says
        return self.says or RegisterAnswered(True, (), "clear", PRACTICE_FILE)

    def ask(
        self, question: Question, who: str, purpose: str, dossier: UUID | None = None, live: bool = False
    ) -> RegisterSaid:
        self._reached()
        self.asked.append((question, who, purpose))
        if type(question) not in self.systems:
            raise NOT_JOINED
        return self.systems[type(question)]

    def place(self, order: UUID, what: Order, who: str, dossier: UUID) -> OrderState:
        self._reached()
        raise NOT_JOINED

    def state(self, order: UUID, who: str, fresh: bool = False) -> OrderState:
        self._reached()
        raise NOT_JOINED

    def paper(self, order: UUID, who: str) -> bytes:
        self._reached()
        raise NOT_JOINED

    def messages(self, dossier: UUID) -> DossierMessages:
        self._reached()
        return DossierMessages(list(self.told), self.at())

    def alive(self) -> bool:
        return self.line

    @property
    def bytes_sent(self) -> int:
        return 0

    def enrol(self, code: str) -> Enrolled:
        raise NotImplementedError

    def push(self, entries: Sequence[Sealed], era: str = "") -> Answers:
        assert not entries, "delivery is tried with a real central"
        self._reached()
        return Answers([], 1, self.at())

    def pull(self, after: int, limit: int = 500, era: str = "") -> Pulled:
        raise NotImplementedError

    def people(self) -> People:
        self._reached()
        return People(list(self.users.values()), 1)

    def answers(self, after: int, limit: int = 500) -> Answers:
        raise NotImplementedError

    def wait(self, after: int, wait_s: float, cancel: Cancel) -> Pulled:
        raise NotImplementedError

    def leave(self) -> None:
        """Nobody waits here."""

    def reachable(self) -> bool:
        return self.line

    def sheet_states(self, digests: Sequence[str]) -> list[SheetState]:
        raise NotImplementedError

    def send_sheets(self, sheets: Sequence[OutgoingSheet]) -> list[SheetState]:
        raise NotImplementedError

    def returned(self, after: int, limit: int = 500) -> Returned:
        raise NotImplementedError

    def fetch_sheet(self, digest: str, dossier: UUID) -> bytes:
        raise NotImplementedError

    def proofs(self, dossiers: Sequence[UUID]) -> Proofs:
        raise NotImplementedError

    def rule_packs(self) -> list[OfferedPack]:
        raise NotImplementedError

    def rule_pack(self, digest: bytes) -> bytes:
        raise NotImplementedError

    def sheet_state(self, digest: str) -> SheetState:
        raise NotImplementedError

    def send_sheet(self, digest: str, data: bytes, offset: int) -> SheetState:
        raise NotImplementedError

    def sheet_lost(self, digest: str) -> None:
        raise NotImplementedError

    def lend(self, kind: str, size: int, key: UUID, held: Sequence[tuple[int, int]] = ()) -> Block:
        raise NotImplementedError

    def keys(self) -> StationKeys:
        raise NotImplementedError

    def lease(self, dossier: UUID) -> LeaseState:
        self._reached()
        return LeaseState(None, self.at())

    def hold_lease(self, dossier: UUID, who: str, take_over: bool = False) -> LeaseState:
        return self.lease(dossier)

    def release_lease(self, dossier: UUID) -> LeaseState:
        return self.lease(dossier)

    def report(self, asked: ReportAsked) -> ReportSaid:
        raise unreachable()

    def report_dossiers(self, asked: BehindAsked) -> BehindSaid:
        raise unreachable()

    def expected_cards(self) -> ExpectedCards:
        self._reached()
        return ExpectedCards(list(self.cards), self.at())

    def online(self) -> OnlineQueue:
        self._reached()
        return OnlineQueue([], self.at())

    def handle(self, who: str, request: UUID | None) -> Handlings:
        self._reached()
        return Handlings([], self.at())


@dataclass
class ZonePictures:
    """Reads the zone that a test laid there."""

    says: str = ""

    def read(self, picture: bytes) -> str:
        if not self.says:
            raise fault("ZONE_NOT_FOUND")
        return self.says


@dataclass
class Reader:
    """Reads the text that a test wrote on every page, or on the page of these bytes; `broken` is raised instead."""

    says: PageText = field(default_factory=lambda: PageText((), 2480, 3508))
    by_page: dict[bytes, PageText] = field(default_factory=dict)
    installed: bool = True
    broken: Refusal | None = None
    asked: list[tuple[bytes, int, int]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def available(self) -> bool:
        return self.installed

    def read(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        self.asked.append((page, dpi, turned))
        self.meanwhile()
        if self.broken:
            raise self.broken
        return self.by_page.get(page, self.says)

    def title(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        return self.read(page, dpi, cancel, turned)
