"""A desk on the real store in a temporary folder, with devices and a line that do what a test tells them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.archiving.copies import PdfArchive
from clerk_app.desk.approvals import Approvals
from clerk_app.desk.archive import Archiving
from clerk_app.desk.arranging import Arranging
from clerk_app.desk.books import Books
from clerk_app.desk.cashier import Cashier
from clerk_app.desk.counter import Counter
from clerk_app.desk.course import Courses
from clerk_app.desk.draws import Draws
from clerk_app.desk.exceptions import Exceptions
from clerk_app.desk.face import Face
from clerk_app.desk.grace import GraceDesk
from clerk_app.desk.handing_over import HandingOver
from clerk_app.desk.intake import Intake
from clerk_app.desk.lamps import Lamps
from clerk_app.desk.late_entry import LateEntry
from clerk_app.desk.leases import Leases
from clerk_app.desk.lock import Lock
from clerk_app.desk.making import Making
from clerk_app.desk.messages import Messages
from clerk_app.desk.online import OnlineDesk
from clerk_app.desk.ordering import Ordering
from clerk_app.desk.papers import Papers
from clerk_app.desk.payments import Payments
from clerk_app.desk.people import names_known
from clerk_app.desk.pins import Pins
from clerk_app.desk.ports import Pixels, ScannedPage, Station
from clerk_app.desk.posting import Posting
from clerk_app.desk.queue import Queue
from clerk_app.desk.reading import Reading
from clerk_app.desk.receipts import Receipts
from clerk_app.desk.registers import Registers
from clerk_app.desk.reports import Reports
from clerk_app.desk.results import Results
from clerk_app.desk.reuse import Reuse
from clerk_app.desk.review import Review
from clerk_app.desk.scanner_choice import ScannerChoice, Sides
from clerk_app.desk.shelf import Shelf
from clerk_app.desk.sign_in import SignIn
from clerk_app.desk.signed_pages import SignedPages
from clerk_app.desk.tokens import TokenReader, Tokens
from clerk_app.desk.trail import Trail
from clerk_app.desk.trail_export import TrailExport
from clerk_app.desk.views import DoctorCheck, IntakeView
from clerk_app.desk.zones import Zones
from clerk_app.devices import card_zone, identity_qr
from clerk_app.devices.codes import PictureCodes
from clerk_app.devices.pictures import decoded
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.pages import PageText
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Words
from clerk_app.practice import specimens
from clerk_app.printing.report import ReportPaper
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.known_users import KnownUsers
from clerk_app.store.messages_heard import MessagesHeard
from clerk_app.store.sheets import SheetStore
from clerk_app.wire import Block, User
from tests.desk import fakes
from tests.peers.pack import training_pack

MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)
RESOURCES = Path(__file__).parents[2] / "resources"
KEY = b"k" * 32
SIGNER = Ed25519PrivateKey.from_private_bytes(b"q" * 32)
USERS = {
    "clerk": User("clerk", "Nguyễn Thu Hà", ["clerk"], "PC08-HN"),
    "clerk2": User("clerk2", "Phạm Đức Long", ["clerk"], "PC08-HN"),
    "supervisor": User("supervisor", "Vũ Minh Châu", ["clerk", "supervisor"], "PC08-HN"),
    "supervisor2": User("supervisor2", "Hoàng Quốc Bảo", ["clerk", "supervisor"], "PC08-HN"),
    "trainee": User("trainee", "Đỗ Mai", ["trainee"], "PC08-HN"),
    "cashier": User("cashier", "Trần Thị Quỹ", ["cashier"], "PC08-HN"),
    "inspector": User("inspector", "Ngô Thanh Tra", ["inspector"], "PC08-HN"),
    "it": User("it", "Lê Kỹ", ["it"], "PC08-HN"),
}


def never() -> bool:
    return False


class Desk:
    """Every task of the desk, joined as `bootstrap` joins them, on a clock that the test sets."""

    def __init__(
        self,
        folder: Path,
        practice: bool = True,
        code: str = "Q04",
        counter: str = "Q04",
        central: Any = None,
        reader: TokenReader | None = None,
    ) -> None:
        """`central` is one on a line; without it one that does what a test tells it. `reader` reads people's tokens."""
        self.time = MORNING
        self.database = Database(folder / "desk.db", KEY)
        self.journal = SealedJournal(self.database, code, SIGNER.sign, SIGNER.public_key().public_bytes_raw())
        self.sheets = SheetStore(folder / "sheets", b"s" * 32, self.database, self.clock)
        self.users = KnownUsers(self.database)
        self.central = central or fakes.Central(users=dict(USERS), at=self.clock)
        self.readers = fakes.Readers()
        self.scanners = fakes.Scanners()
        self.printers = fakes.Printers()
        self.wanted_queue = ""
        self.wanted_scanner = ("", "")
        self.wanted_sides: Sides = ""
        self.looked: list[tuple[str, str]] = []
        self.checks: tuple[DoctorCheck, ...] = (DoctorCheck("disk", "ok", Words("đủ", "enough"), Words("", "")),)
        office = "Phòng CSGT", "Traffic Police"
        station = Station(code, counter, "PC08-HN", *office, "G01.801.308", practice, "http://central", "c")
        self.counter = Counter(station, self.journal, self.sheets, training_pack(), self.clock, USERS["clerk"])
        self.maker = fakes.Maker()
        self.making = Making(self.counter, lambda state: self.intake.shown(state), self.maker)
        self.intake = Intake(self.counter, self.readers, self.central, _qr, new_id, self.making.finish)
        self.pages = Arranging(self.counter, self.intake.shown)
        self.reader = fakes.Reader()
        self.reading = Reading(self.counter, self.intake.shown, self.reader)
        self.files = fakes.Files()
        self.folder: fakes.Folder | None = None
        self.papers = Papers(
            self.counter,
            self.intake.shown,
            self.scanners,
            lambda picture, edge: Pixels(len(picture), edge, b"viewable " + picture),
            lambda: self.wanted_scanner[0],
            lambda: self.wanted_scanner[1],
            lambda device, paper: self.looked.append((device, paper)),
            _picture,
            self.files,
            lambda: self.folder,
            lambda: self.wanted_sides,
            lambda sides: setattr(self, "wanted_sides", sides),
        )
        self.cameras, self.faces = fakes.Cameras(), fakes.Faces()
        self.wanted_camera, self.most_apart = "usb:0", 0.6
        self.face = Face(
            self.counter,
            self.intake.shown,
            self.cameras,
            self.faces,
            lambda: self.wanted_camera,
            lambda: self.most_apart,
        )
        self.zone_pictures = fakes.ZonePictures()
        self.zones = Zones(
            self.counter,
            self.intake.shown,
            card_zone.parse,
            self.zone_pictures,
            PictureCodes(),
            identity_qr.is_identity,
            self.intake.take_qr,
        )
        self.cashier = Cashier(self.counter, self.intake.shown)
        self.forms = fakes.Forms()
        self.receipts = Receipts(self.counter, self.intake.shown, self.forms, self.printers, lambda: self.wanted_queue)
        self.books = Books(self.counter, self.forms)
        self.tokens = Tokens(self.counter, self.central, self.users, reader)
        self.sign_in = SignIn(self.counter, self.central, self.users, tokens=self.tokens)
        self.exceptions = Exceptions(self.counter, self.intake.shown, self.sign_in.proving, self.users.persons)
        self.course = Courses(self.counter, lambda: names_known(self.journal, self.users.called()))
        self.registers = Registers(self.counter, self.central, self.intake.ask_register)
        self.ordering = Ordering(self.counter, self.central, new_id)
        self.payments = Payments(self.counter, self.ordering)
        self.messages = Messages(self.counter, self.central, MessagesHeard(self.database))
        self.results = Results(self.counter, self.central)
        self.handing_over = HandingOver(self.counter, self.readers, _qr, decoded)
        self.signed_pages = SignedPages(
            self.counter,
            self.scanners,
            ScannerChoice(self.scanners, lambda: self.wanted_scanner[0], lambda: self.wanted_scanner[1]),
            lambda device, paper: self.looked.append((device, paper)),
            self.maker,
            lambda picture, edge: Pixels(1, 1, bytes(3)),
        )
        self.posting = Posting(self.counter, self.ordering, self.printers, lambda: self.wanted_queue, new_id)
        self.late_entry = LateEntry(self.counter, self.intake, self.cashier, self.exceptions)
        self.reuse = Reuse(self.counter, self.intake.shown, self.exceptions)
        self.texts: dict[str, PageText] = {}
        self.archive = Archiving(self.counter, PdfArchive(RESOURCES), lambda _dossier, sheet: self.texts.get(sheet))
        self.grace = GraceDesk(self.counter, self.users, self.tokens)
        self.pins = Pins(self.counter, self.users)
        self.leases = Leases(self.counter, self.central)
        self.counter.elsewhere = self.leases.elsewhere
        begin, show = self.intake.begin_by, self.intake.shown
        self.online = OnlineDesk(self.counter, self.leases, self.central, self.readers, _qr, begin, show)
        self.lock = Lock(self.counter, self.central, self.users, self.sign_in, self.leases, new_id, self.pins)
        self.shelf = Shelf(self.counter, self.intake.begin, self.intake.shown, self.users.persons)
        self.approvals = Approvals(
            self.counter,
            self.intake.shown,
            self.central,
            self.exceptions,
            lambda: {user.id: user.name for user in USERS.values()},
            self.users.persons,
        )
        self.queue = Queue(self.counter, self.shelf.views)
        self.trail = Trail(self.counter, self.users, new_id)
        self.trail_export = TrailExport(
            self.counter, self.trail, self.forms, new_id, SIGNER.sign, SIGNER.public_key().public_bytes_raw()
        )
        self.reports = Reports(self.counter, self.central, ReportPaper(RESOURCES, practice), self.trail, new_id)
        self.draws = Draws(self.journal)
        self.review = Review(self.counter, self.draws, self.intake.shown)
        self.lamps = Lamps(
            self.counter,
            self.readers,
            self.scanners,
            self.printers,
            self.central,
            lambda: self.checks,
            lambda: self.wanted_queue,
        )
        if central is None:
            self.journal.lend(Block("dossier", 1, 50))
            self.journal.lend(Block("receipt", 1, 50))

    def clock(self) -> datetime:
        """A thousandth of a second later each time, so that newest first means something."""
        self.time += timedelta(milliseconds=1)
        return self.time

    def state(self, view: IntakeView) -> Dossier:
        return self.journal.dossier(view.dossier)

    def kinds(self, dossier: UUID) -> list[str]:
        """What happened to a dossier, by name."""
        return [type(entry.what).__name__ for entry in self.journal.entries(dossier)]

    def as_user(self, user: str) -> None:
        self.counter.user, self.counter.factor = USERS[user], "password"

    # ---- a dossier, as far as a test wants it

    def draft(self) -> UUID:
        return self.intake.open().dossier

    def identified(self, person: int = 1) -> UUID:
        """The chip was read and the register answered."""
        dossier = self.draft()
        specimen = specimens.specimen(person)
        self.intake.take_qr(dossier, specimens.qr_text(specimen.person))
        self.readers.says = fakes.reading(specimen.person, self.clock())
        self.intake.read_card(dossier)
        self.central.says = RegisterAnswered(True, specimen.licences, specimen.sanctions, PRACTICE_FILE)
        self.intake.ask_register(dossier)
        return dossier

    def applied(self) -> UUID:
        """The application is filled in and the papers are there."""
        dossier = self.identified()
        self.filled(dossier)
        return dossier

    def filled(self, dossier: UUID) -> None:
        """What an exchange asks for is typed, scanned and made."""
        values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B", "reason": "Sắp hết hạn", "pledge": "yes"}
        self.intake.enter(dossier, values | {"applicant.phone": "0912345678"}, "application", "reason")
        self.scanners.pages = [fakes.page(1)]
        for paper in ("GKSK", "GPLX_CU", "ANH"):
            self.papers.scan(dossier, paper, lambda _: None, never)
        self.making.finish(dossier)

    def accepted(self) -> UUID:
        """Paid and submitted."""
        dossier = self.applied()
        self.cashier.take(dossier, "cash", 200_000)
        self.intake.submit(dossier)
        return dossier


def _qr(text: str) -> tuple[Person, tuple[str, ...]]:
    found = identity_qr.parse(text)
    return found.person, found.problems


def _picture(data: bytes) -> ScannedPage:
    if not data.startswith(b"\xff\xd8"):
        raise fakes.fault("PICTURE_UNREADABLE")
    return ScannedPage(data, "image/jpeg", 100, 200, 300)


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after its migrations, to be copied: making one anew costs a hundred times more."""
    path = tmp_path_factory.mktemp("store") / "desk.db"
    Database(path, KEY).close()
    return path


@pytest.fixture
def table(_empty_store: Path, tmp_path: Path) -> Iterator[Desk]:
    """A practice desk with `clerk` signed in."""
    shutil.copy(_empty_store, tmp_path / "desk.db")
    desk = Desk(tmp_path)
    yield desk
    desk.database.close()


@pytest.fixture
def live(_empty_store: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk of an office at work, not in training."""
    shutil.copy(_empty_store, tmp_path / "desk.db")
    desk = Desk(tmp_path, practice=False)
    yield desk
    desk.database.close()
