"""A desk: everything a clerk can do, one task each, joined by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from clerk_app.desk.approvals import Approvals
from clerk_app.desk.archive import Archiving
from clerk_app.desk.arranging import Arranging
from clerk_app.desk.books import Books
from clerk_app.desk.carrying import Carrying
from clerk_app.desk.cashier import Cashier
from clerk_app.desk.counter import Counter
from clerk_app.desk.course import Courses
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.exceptions import Exceptions
from clerk_app.desk.face import Face
from clerk_app.desk.grace import GraceDesk
from clerk_app.desk.handing_over import HandingOver
from clerk_app.desk.intake import Intake
from clerk_app.desk.lamps import Lamps
from clerk_app.desk.late_entry import LateEntry
from clerk_app.desk.leases import Leases
from clerk_app.desk.limits import Limits
from clerk_app.desk.lock import Lock
from clerk_app.desk.making import Making
from clerk_app.desk.messages import Messages
from clerk_app.desk.news import News
from clerk_app.desk.online import OnlineDesk
from clerk_app.desk.ordering import Ordering
from clerk_app.desk.papers import Papers
from clerk_app.desk.payments import Payments
from clerk_app.desk.pins import Pins
from clerk_app.desk.ports import CodeScanner, Journal, Station
from clerk_app.desk.posting import Posting
from clerk_app.desk.queue import Queue
from clerk_app.desk.reading import Reading
from clerk_app.desk.receipts import Receipts
from clerk_app.desk.registers import Registers
from clerk_app.desk.reports import Reports
from clerk_app.desk.results import Results
from clerk_app.desk.retention import Retention
from clerk_app.desk.reuse import Reuse
from clerk_app.desk.review import Review
from clerk_app.desk.shelf import Shelf
from clerk_app.desk.sign_in import SignIn
from clerk_app.desk.signed_pages import SignedPages
from clerk_app.desk.subject import Subject
from clerk_app.desk.tokens import Tokens
from clerk_app.desk.trail import Trail
from clerk_app.desk.trail_export import TrailExport
from clerk_app.desk.zones import Zones
from clerk_app.domain.refusals import Words


@dataclass(slots=True)
class Desk:
    """The tasks of one workstation. Every verb blocks; call them from a lane."""

    station: Station
    counter: Counter
    sign_in: SignIn
    pins: Pins
    tokens: Tokens
    lock: Lock
    queue: Queue
    intake: Intake
    zones: Zones
    papers: Papers
    pages: Arranging
    reading: Reading
    making: Making
    reuse: Reuse
    face: Face
    cashier: Cashier
    receipts: Receipts
    books: Books
    exceptions: Exceptions
    late_entry: LateEntry
    delivery: Delivery
    news: News
    carrying: Carrying
    limits: Limits
    grace: GraceDesk
    lamps: Lamps
    journal: Journal
    archive: Archiving
    leases: Leases
    shelf: Shelf
    approvals: Approvals
    trail: Trail
    trail_export: TrailExport
    subject: Subject
    review: Review
    retention: Retention
    course: Courses
    reports: Reports
    registers: Registers
    ordering: Ordering
    payments: Payments
    messages: Messages
    online: OnlineDesk
    results: Results
    handing_over: HandingOver
    signed_pages: SignedPages
    posting: Posting
    code_scanner: CodeScanner | None = None
    """None where the scanner is a keyboard."""
    closing: list[Callable[[], None]] = field(default_factory=list)

    def may(self, scope: str) -> bool:
        """Whether whoever sits here has this scope at all; asks no store. Of one dossier says its view."""
        return self.counter.may(scope)

    def title(self) -> Words:
        """What the law calls the person who sits here."""
        return self.counter.title()

    def subscribe(self, heard: Callable[[frozenset[UUID]], None]) -> None:
        """`heard` is told which dossiers changed, on the thread that changed them."""
        self.journal.subscribe(heard)

    def close(self) -> None:
        """Let go of everything, last opened first. Closing twice is harmless."""
        while self.closing:
            self.closing.pop()()
