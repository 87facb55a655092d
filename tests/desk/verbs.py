"""Every verb of a desk, and what somebody must be allowed to do who calls it; those that nobody is asked for, and why.

A verb that is in neither table fails `test_roles`: whoever adds one says here what it demands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from clerk_app.desk.page_ports import SigningToken
from clerk_app.desk.ports import Pixels
from clerk_app.desk.report_views import ReportQuery, ReportView
from clerk_app.desk.result_views import CardCheck
from clerk_app.desk.signed_pages import SignedPage
from clerk_app.desk.trail_views import TrailSearch
from clerk_app.desk.views import Badge
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.pages import Wish
from clerk_app.domain.procedure import Applicant, Facts
from clerk_app.domain.refusals import Words
from clerk_app.wire_orders import PostAddress, PostOrder
from tests.desk import fakes

if TYPE_CHECKING:
    from tests.desk.conftest import Desk

TAKE, FIND, DELIVER = "dossier.take", "dossier.find", "result.deliver"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of a task; `call` works on the dossier that it gets, unless `alone`."""

    name: str
    scope: str
    call: Callable[[Desk, UUID], Any]
    alone: bool = False


def _posted(dossier: UUID) -> CardCheck:
    """A scan of a card that the post has."""
    return CardCheck("posted", Words("bưu chính", "post"), "bad", dossier=dossier)


def _never() -> bool:
    return False


def _heard(*_what: object) -> None:
    """Nobody listens."""


DAY = date(2026, 11, 23)
SEARCH = TrailSearch()
TOKEN = SigningToken("Token", "1", "Somebody", "0" * 64, datetime(2030, 1, 1, tzinfo=HANOI), "ready")
PLACE = PostAddress("PC08", "02400000000", "Số 258, đường Võ Chí Công", "Phường Xuân La", "Thành phố Hà Nội")
PARCEL = PostOrder("G01.801.308-261129-000001", PLACE, PLACE, "Giấy phép lái xe")
SIGNED = SignedPage(b"x", Pixels(1, 1, bytes(3)))
FACTS = Facts(
    "licence-exchange",
    "DOI_SAP_HET_HAN",
    datetime(2026, 11, 23, 8, tzinfo=HANOI),
    "counter",
    Applicant(None, None),
    (),
    "",
    "manual",
    "unknown",
)

REPORT = ReportQuery(DAY, DAY, here=True)


def _empty() -> ReportView:
    nothing = Words("", "")
    at = datetime(2026, 11, 23, 8, tzinfo=HANOI)
    sign = Badge(nothing, "calm")
    return ReportView(REPORT, nothing, nothing, "here", sign, at, (), (), 0, "", nothing, nothing)


VIEW = _empty()

VERBS = (
    Verb("intake.open", TAKE, lambda at, d: at.intake.open(), alone=True),
    Verb("intake.begin_by", TAKE, lambda at, d: at.intake.begin_by("online", "x"), alone=True),
    Verb("intake.begin", TAKE, lambda at, d: at.intake.begin("x"), alone=True),
    Verb("intake.outline", FIND, lambda at, d: at.intake.outline(), alone=True),
    Verb("intake.take_up", FIND, lambda at, d: at.intake.take_up(d)),
    Verb("intake.view", FIND, lambda at, d: at.intake.view(d)),
    Verb("intake.check", FIND, lambda at, d: at.intake.check(d, "identity")),
    Verb("intake.enter", TAKE, lambda at, d: at.intake.enter(d, {"reason": "x"}, "application", "reason")),
    Verb("intake.take_qr", TAKE, lambda at, d: at.intake.take_qr(d, "x")),
    Verb("intake.read_card", TAKE, lambda at, d: at.intake.read_card(d)),
    Verb("intake.ask_register", "register.ask", lambda at, d: at.intake.ask_register(d)),
    Verb("intake.submit", "dossier.submit", lambda at, d: at.intake.submit(d)),
    Verb("intake.discard", "dossier.discard", lambda at, d: at.intake.discard(d, "x")),
    Verb("zones.take", TAKE, lambda at, d: at.zones.take(d, "x")),
    Verb("zones.take_picture", TAKE, lambda at, d: at.zones.take_picture(d, b"")),
    Verb("papers.take_sides", TAKE, lambda at, d: at.papers.take_sides(""), alone=True),
    Verb("papers.waiting_files", TAKE, lambda at, d: at.papers.waiting_files(), alone=True),
    Verb("papers.scan", TAKE, lambda at, d: at.papers.scan(d, "", _heard, _never)),
    Verb("papers.rescan", TAKE, lambda at, d: at.papers.rescan(d, 0, _never)),
    Verb("papers.bring", TAKE, lambda at, d: at.papers.bring(d, "", b"")),
    Verb("papers.bring_files", TAKE, lambda at, d: at.papers.bring_files(d, "", (), _heard, _never)),
    Verb("papers.take_in", TAKE, lambda at, d: at.papers.take_in(d, "", _heard, _never)),
    Verb("papers.shoot", TAKE, lambda at, d: at.papers.shoot(d, "", b"")),
    Verb("papers.mark", TAKE, lambda at, d: at.papers.mark(d, "GKSK", "seen")),
    Verb("papers.original_picture", FIND, lambda at, d: at.papers.original_picture(d, 0)),
    Verb("papers.picture", FIND, lambda at, d: at.papers.picture(at.journal.dossier(d).pages[0].sheet, 0, d)),
    Verb("pages.turn", TAKE, lambda at, d: at.pages.turn(d, 0)),
    Verb("pages.remove", TAKE, lambda at, d: at.pages.remove(d, 0)),
    Verb("pages.move", TAKE, lambda at, d: at.pages.move(d, 0, 1)),
    Verb("pages.assign", TAKE, lambda at, d: at.pages.assign(d, 0, "")),
    Verb("pages.split", TAKE, lambda at, d: at.pages.split(d, 0, "")),
    Verb("pages.join", TAKE, lambda at, d: at.pages.join(d, "", "")),
    Verb("pages.set_aside", TAKE, lambda at, d: at.pages.set_aside(d, 0)),
    Verb("pages.bring_back", TAKE, lambda at, d: at.pages.bring_back(d, 0)),
    Verb("pages.look_at", TAKE, lambda at, d: at.pages.look_at(d, 0)),
    Verb("pages.pair", TAKE, lambda at, d: at.pages.pair(d, 0)),
    Verb("pages.interleave", TAKE, lambda at, d: at.pages.interleave(d, 0)),
    Verb("pages.undo", TAKE, lambda at, d: at.pages.undo(d)),
    Verb("pages.redo", TAKE, lambda at, d: at.pages.redo(d)),
    Verb("reading.read_next", TAKE, lambda at, d: at.reading.read_next(d, _never)),
    Verb("reading.finish", TAKE, lambda at, d: at.reading.finish(d, _never)),
    Verb("reading.settle", TAKE, lambda at, d: at.reading.settle(d, "0" * 64, "reason", True)),
    Verb("making.make_next", TAKE, lambda at, d: at.making.make_next(d, _never)),
    Verb("making.finish", TAKE, lambda at, d: at.making.finish(d)),
    Verb("making.remake", TAKE, lambda at, d: at.making.remake(d, 0, Wish())),
    Verb("reuse.take", TAKE, lambda at, d: at.reuse.take(d, "x")),
    Verb("reuse.give_back", TAKE, lambda at, d: at.reuse.give_back(d, "GKSK")),
    Verb("reuse.waive", "exception.ask", lambda at, d: at.reuse.waive(d, "GKSK", "x")),
    Verb("face.watch", TAKE, lambda at, d: at.face.watch(_heard, lambda: True), alone=True),
    Verb("face.look", TAKE, lambda at, d: at.face.look(fakes.SOMEBODY), alone=True),
    Verb("face.compare", TAKE, lambda at, d: at.face.compare(d, fakes.SOMEBODY)),
    Verb("face.take_photo", TAKE, lambda at, d: at.face.take_photo(d, fakes.SOMEBODY)),
    Verb("cashier.take", "fee.take", lambda at, d: at.cashier.take(d, "cash", 0)),
    Verb("receipts.pdf", FIND, lambda at, d: at.receipts.pdf(d, "M01")),
    Verb("receipts.ticket", FIND, lambda at, d: at.receipts.ticket(d)),
    Verb("receipts.print", "form.print", lambda at, d: at.receipts.print(d, "M01", _never)),
    Verb("books.register", FIND, lambda at, d: at.books.register(DAY, DAY), alone=True),
    Verb("books.handover", "fee.take", lambda at, d: at.books.handover(DAY), alone=True),
    Verb("reports.make", "report.read", lambda at, d: at.reports.make(REPORT), alone=True),
    Verb("reports.behind", "report.read", lambda at, d: at.reports.behind(VIEW, "received"), alone=True),
    Verb("reports.csv", "report.read", lambda at, d: at.reports.csv(VIEW, "vi"), alone=True),
    Verb("reports.xlsx", "report.read", lambda at, d: at.reports.xlsx(VIEW, "vi"), alone=True),
    Verb("reports.pdf", "report.read", lambda at, d: at.reports.pdf(VIEW, "vi"), alone=True),
    Verb(
        "reports.csv_behind",
        "report.read",
        lambda at, d: at.reports.csv_behind(VIEW, "received", None, "CONTROL", "vi"),
        alone=True,
    ),
    Verb("exceptions.kinds", FIND, lambda at, d: at.exceptions.kinds(d)),
    Verb("exceptions.shown", FIND, lambda at, d: at.exceptions.shown(d, "IDENTITY_WEAK")),
    Verb("exceptions.outrun", FIND, lambda at, d: at.exceptions.outrun(d)),
    Verb("exceptions.raise_by_hand", "exception.ask", lambda at, d: at.exceptions.raise_by_hand(d, "X", "x")),
    Verb("exceptions.ask", "exception.ask", lambda at, d: at.exceptions.ask(d, "IDENTITY_WEAK", "x")),
    Verb("approvals.queue", "exception.decide", lambda at, d: at.approvals.queue(), alone=True),
    Verb("approvals.look", "exception.decide", lambda at, d: at.approvals.look(d, "IDENTITY_WEAK")),
    Verb("approvals.evidence", FIND, lambda at, d: at.approvals.evidence(d, "IDENTITY_WEAK")),
    Verb("trail.search", "trail.read", lambda at, d: at.trail.search(SEARCH), alone=True),
    Verb("trail.found", "trail.read", lambda at, d: at.trail.found(SEARCH), alone=True),
    Verb("trail.count", "trail.read", lambda at, d: at.trail.count(SEARCH, 1), alone=True),
    Verb("trail.verify", "trail.read", lambda at, d: at.trail.verify(), alone=True),
    Verb("trail.timeline", "trail.read", lambda at, d: at.trail.timeline(d)),
    Verb("trail.again", "trail.read", lambda at, d: at.trail.again(d, False)),
    Verb("trail_export.csv", "trail.export", lambda at, d: at.trail_export.csv(SEARCH, "", "vi"), alone=True),
    Verb("trail_export.pdf", "trail.export", lambda at, d: at.trail_export.pdf(SEARCH, ""), alone=True),
    Verb("trail_export.tokens", "trail.export", lambda at, d: at.trail_export.tokens(), alone=True),
    Verb("review.view", FIND, lambda at, d: at.review.view(), alone=True),
    Verb("review.look", "review.do", lambda at, d: at.review.look(d)),
    Verb("review.decide", "review.do", lambda at, d: at.review.decide(d, "sound")),
    Verb("review.findings", FIND, lambda at, d: at.review.findings(), alone=True),
    Verb("review.findings_of", FIND, lambda at, d: at.review.findings_of(d)),
    Verb("review.answer", TAKE, lambda at, d: at.review.answer(d, d, "x")),
    Verb("review.figures", "review.read", lambda at, d: at.review.figures(DAY, DAY), alone=True),
    Verb("late_entry.take", TAKE, lambda at, d: at.late_entry.take(FACTS, {}), alone=True),
    Verb("queue.today", FIND, lambda at, d: at.queue.today(), alone=True),
    Verb("queue.find", FIND, lambda at, d: at.queue.find(""), alone=True),
    Verb("queue.outbox", FIND, lambda at, d: at.queue.outbox(), alone=True),
    Verb("shelf.views", FIND, lambda at, d: at.shelf.views(), alone=True),
    Verb("shelf.settle", "shelf.decide", lambda at, d: at.shelf.settle(d, "Q04", "central", "x")),
    Verb("leases.hold", FIND, lambda at, d: at.leases.hold(d)),
    Verb("leases.look", FIND, lambda at, d: at.leases.look(d)),
    Verb("leases.take_over", "dossier.take_over", lambda at, d: at.leases.take_over(d, "x")),
    Verb("archive.make", TAKE, lambda at, d: at.archive.make(d)),
    Verb("archive.finish", FIND, lambda at, d: at.archive.finish(), alone=True),
    Verb("archive.unfinished", FIND, lambda at, d: at.archive.unfinished(), alone=True),
    Verb("archive.unsigned", FIND, lambda at, d: at.archive.unsigned(), alone=True),
    Verb("archive.view", FIND, lambda at, d: at.archive.view(), alone=True),
    Verb("archive.lines", FIND, lambda at, d: at.archive.lines(d)),
    Verb("archive.open_copy", FIND, lambda at, d: at.archive.open_copy(d, "GKSK")),
    Verb("archive.verdict", FIND, lambda at, d: at.archive.verdict(d, "GKSK")),
    Verb("archive.tokens", TAKE, lambda at, d: at.archive.tokens(), alone=True),
    Verb("archive.sign", TAKE, lambda at, d: at.archive.sign(TOKEN, "", []), alone=True),
    Verb("registers.views", FIND, lambda at, d: at.registers.views(d)),
    Verb("registers.ask", "register.ask", lambda at, d: at.registers.ask(d, "identity")),
    Verb("ordering.place", "result.deliver", lambda at, d: at.ordering.place(d, PARCEL)),
    Verb("payments.view", FIND, lambda at, d: at.payments.view(d)),
    Verb("payments.order", "fee.take", lambda at, d: at.payments.order(d)),
    Verb("payments.ask", "fee.take", lambda at, d: at.payments.ask(d)),
    Verb("receipts.print_bill", "form.print", lambda at, d: at.receipts.print_bill(d, lambda: False)),
    Verb("payments.paper", "fee.take", lambda at, d: at.payments.paper(d)),
    Verb("results.box", DELIVER, lambda at, d: at.results.box(), alone=True),
    Verb("results.open_box", DELIVER, lambda at, d: at.results.open_box("x"), alone=True),
    Verb("results.close_box", DELIVER, lambda at, d: at.results.close_box(), alone=True),
    Verb("results.check_in", DELIVER, lambda at, d: at.results.check_in("x"), alone=True),
    Verb("results.damaged", DELIVER, lambda at, d: at.results.damaged(d)),
    Verb("results.misprint", DELIVER, lambda at, d: at.results.misprint(d, "x")),
    Verb("results.shelve", DELIVER, lambda at, d: at.results.shelve(d)),
    Verb("results.listed", DELIVER, lambda at, d: at.results.listed("waiting"), alone=True),
    Verb("results.hear_expected", DELIVER, lambda at, d: at.results.hear_expected(), alone=True),
    Verb("results.remind", DELIVER, lambda at, d: at.results.remind(d)),
    Verb("handing_over.find", DELIVER, lambda at, d: at.handing_over.find("x"), alone=True),
    Verb("handing_over.view", DELIVER, lambda at, d: at.handing_over.view(d)),
    Verb("handing_over.read_card", DELIVER, lambda at, d: at.handing_over.read_card(d)),
    Verb("handing_over.take_qr", DELIVER, lambda at, d: at.handing_over.take_qr(d, "x")),
    Verb("handing_over.sign", DELIVER, lambda at, d: at.handing_over.sign(b"x"), alone=True),
    Verb("signed_pages.scan", DELIVER, lambda at, d: at.signed_pages.scan(d, _never)),
    Verb("signed_pages.keep", DELIVER, lambda at, d: at.signed_pages.keep(SIGNED), alone=True),
    Verb(
        "handing_over.hand_over",
        DELIVER,
        lambda at, d: at.handing_over.hand_over(d, to="holder", old="cut", signed="unable", reason="x"),
    ),
    Verb("posting.view", DELIVER, lambda at, d: at.posting.view(d)),
    Verb("posting.send", DELIVER, lambda at, d: at.posting.send(d)),
    Verb("posting.refresh", DELIVER, lambda at, d: at.posting.refresh(d)),
    Verb("posting.once_asked", DELIVER, lambda at, d: at.posting.once_asked(_posted(d), at.results.check_in)),
    Verb("posting.refresh_all", DELIVER, lambda at, d: at.posting.refresh_all(), alone=True),
    Verb("posting.label", DELIVER, lambda at, d: at.posting.label(d)),
    Verb("posting.print_label", DELIVER, lambda at, d: at.posting.print_label(d)),
    Verb("course.view", FIND, lambda at, d: at.course.view(d)),
    Verb("online.view", FIND, lambda at, d: at.online.view(), alone=True),
    Verb("online.refresh", FIND, lambda at, d: at.online.refresh(), alone=True),
    Verb("online.find", FIND, lambda at, d: at.online.find("x"), alone=True),
    Verb("online.sent_by", FIND, lambda at, d: at.online.sent_by("001090012345"), alone=True),
    Verb("online.find_by_card", FIND, lambda at, d: at.online.find_by_card("012345"), alone=True),
    Verb("online.dossier", FIND, lambda at, d: at.online.dossier(d)),
    Verb("online.take", TAKE, lambda at, d: at.online.take(d)),
    Verb("online.give_back", FIND, lambda at, d: at.online.give_back(d)),
    Verb("online.assist", TAKE, lambda at, d: at.online.assist("Không có điện thoại"), alone=True),
    Verb("course.take", "dossier.submit", lambda at, d: at.course.take(d, "ask-papers", items=("GKSK",))),
    Verb("messages.view", FIND, lambda at, d: at.messages.view(d)),
    Verb("messages.look", FIND, lambda at, d: at.messages.look(d)),
    Verb("messages.write_contact", TAKE, lambda at, d: at.messages.write_contact(d, email="an@example.vn")),
    Verb("messages.send_again", "message.send", lambda at, d: at.messages.send_again(d, d)),
    Verb("grace.use", "limit.lift", lambda at, d: at.grace.use("x"), alone=True),
)

_READ = "works on what a verb gave that was allowed"
_OWN = "what whoever sits here left themselves"
_STATION = "the station's own work, or its state: nobody's dossier is named"
_SIGNS = "asks who somebody is"
_ASKS_ITSELF = "says whether whoever sits here may"

NOBODY_ASKED = {
    "intake.resume": _OWN,
    "intake.park": _OWN,
    "intake.fits": "looks at texts, not at a dossier",
    "intake.findings": _READ,
    "intake.shown": _READ,
    "papers.sides": _STATION,
    "reading.available": _STATION,
    "reading.pending": "a count for the lane that works by itself",
    "reading.text_of": _READ,
    "reading.title_of": _READ,
    "reports.here": "whether a dossier of a list lies in this journal",
    "making.pending": "a count for the lane that works by itself",
    "making.unfinished": "names those only that whoever sits here may work on",
    "face.offered": _STATION,
    "exceptions.decide": "the one who decides proves who they are: tried by itself",
    "exceptions.decide_as_signed_in": "needs a request: tried by itself",
    "exceptions.ask_more": "needs a request: tried by itself",
    "approvals.waiting": "nothing for who decides nothing",
    "approvals.decide": "decides as `exceptions.decide_as_signed_in`",
    "approvals.ask_more": "asks as `exceptions.ask_more`",
    "approvals.handle": "a courtesy that central grants by the same scope",
    "approvals.answers": _OWN,
    "sign_in.unlock_user": "the one who unlocks proves who they are: tried by itself",
    "late_entry.approve": "looks, asks and decides by the verbs for that",
    "ordering.ask": "needs an order: tried by itself",
    "ordering.paper": "needs an order: tried by itself",
    "leases.of": "what was heard when it was looked at",
    "leases.elsewhere": "what was heard when it was looked at",
    "online.waiting": _ASKS_ITSELF,
    "leases.release": _OWN,
    "leases.release_all": _OWN,
    "grace.lifted_until": _STATION,
    "grace.judged": _STATION,
    "trail.allowed": _ASKS_ITSELF,
    "trail.may_unmask": _ASKS_ITSELF,
    "trail.mask": "how much is hidden from whoever sits here",
    "trail.purposes": "what whoever sits here may look for",
    "trail.purpose_asked": "what whoever sits here must say",
    "trail.asks_purpose": "what whoever sits here must say",
    "trail.checked_purpose": "looks at a word, not at a dossier",
    "trail.verified": "what `trail.verify` last found",
    "trail.people": "who works here: asked of the desk itself",
    "subject.find": "needs a purpose too: tried by itself",
    "subject.taken_out": "needs a purpose too: tried by itself",
    "subject.sheet": "needs a purpose too: tried by itself",
    "subject.naming": _READ,
    "subject.now": _STATION,
    "trail.unmask": "needs two scopes: tried by itself",
    "trail_export.allowed": _ASKS_ITSELF,
    "reports.allowed": _ASKS_ITSELF,
    "reports.purposes": "what whoever sits here must say",
    "trail_export.check": "looks at a file that somebody brings",
    "pins.is_pin": _SIGNS,
    "pins.check_pin": _SIGNS,
    "pins.choose": _OWN,
    "lock.after_s": _STATION,
    "lock.lock": _STATION,
    "lock.unlock": _SIGNS,
    "lock.take_over": _SIGNS,
    "tokens.prove": _SIGNS,
    "tokens.take": _SIGNS,
    "sign_in.sign_in": _SIGNS,
    "sign_in.sign_out": _SIGNS,
}
"""Verbs that demand nothing, and why."""

STATION_TASKS = frozenset({"station", "counter", "delivery", "news", "carrying", "limits", "lamps", "retention"})
"""Tasks of the station itself: they name no dossier to anybody, and work also while nobody is signed in."""
