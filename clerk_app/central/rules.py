"""What an entry must be before central accepts it. Who may do what is read from central's people, never from the entry.

`judge` raises one `Refusal` per reason; it touches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, select

from clerk_app.central import foreign_claims, given_answers, grace, moments, people
from clerk_app.central.access import Access
from clerk_app.central.acting import ASK_A_SUPERVISOR, role_missing, role_reach
from clerk_app.central.blocks import lent_to
from clerk_app.central.database import claims
from clerk_app.central.parcels import check_parcel
from clerk_app.central.people import find_user, signed_in_at
from clerk_app.central.person_tokens import keys_when
from clerk_app.central.stations import KnownStation
from clerk_app.central.token_judging import answered_by, check_once, check_proof
from clerk_app.domain import dossier_codes, subject
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.collecting import check_handing, overtaken, told_again
from clerk_app.domain.contact import ContactGiven, check_contact
from clerk_app.domain.course import StepTaken
from clerk_app.domain.deciding import ExceptionState, concerned
from clerk_app.domain.dossier import (
    ArchiveMade,
    Discarded,
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FaceCompared,
    FeeTaken,
    FieldsEntered,
    GraceUsed,
    Happening,
    IdentityRead,
    Opened,
    PageArrived,
    PageMade,
    PageRead,
    PagesArranged,
    PaperMarked,
    PaperTaken,
    RefusalSettled,
    RegisterAnswered,
    RulesRenewed,
    Submitted,
)
from clerk_app.domain.evidence import PRACTICE_FILE, PROVEN
from clerk_app.domain.exceptions import check_decision, check_request, may_ask_closed, shown_of
from clerk_app.domain.facts import exception_of, in_reach, late_entry_reach, proven, received_at
from clerk_app.domain.handing import (
    HANDINGS,
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandedOver,
    PostOrdered,
    PostTold,
)
from clerk_app.domain.merging import contradiction
from clerk_app.domain.online import BY_PORTAL, COUNTER, awaited, only_adds, only_claims
from clerk_app.domain.oversight import (
    FULL_EXPORTS,
    REPORT_EXPORTS,
    CopiesRemoved,
    Exported,
    FindingAnswered,
    Looked,
    MoreAsked,
    Reviewed,
    SessionHappened,
)
from clerk_app.domain.pages import in_force, unmade
from clerk_app.domain.receipt_numbers import SETTING, number_in
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.reviewing import check_answer, check_review
from clerk_app.domain.roles import RoleTable, reach_of, supervised, whose
from clerk_app.domain.rules import Rules
from clerk_app.domain.settling import Record, check_settlement
from clerk_app.domain.sign_in import policy_of
from clerk_app.domain.stepping import check_discard, check_step
from clerk_app.domain.systems import OrderHeard, OrderPlaced, SystemAnswered
from clerk_app.domain.withdrawn import brought
from clerk_app.wire import TokenKey, User

PACK_AHEAD = "PACK_AHEAD"
"""The code for an entry decided by a pack that is not published here yet: it is not recorded, and comes again."""

RESULTS = "result.deliver"
SCOPES: Mapping[str, str] = {
    "Opened": "dossier.take",
    "IdentityRead": "dossier.take",
    "FieldsEntered": "dossier.take",
    "RegisterAnswered": "register.ask",
    "PagesArranged": "dossier.take",
    "PaperMarked": "dossier.take",
    "Discarded": "dossier.discard",
    "ExceptionAsked": "exception.ask",
    "ExceptionDecided": "exception.decide",
    "FeeTaken": "fee.take",
    "Submitted": "dossier.submit",
    "Printed": "form.print",
    "FaceCompared": "dossier.take",
    "RulesRenewed": "dossier.take",
    "PageArrived": "dossier.take",
    "PageMade": "dossier.take",
    "PageRead": "dossier.take",
    "PaperTaken": "dossier.take",
    "ArchiveMade": "dossier.take",
    "GraceUsed": "limit.lift",
    "TakenOver": "dossier.take_over",
    "RefusalSettled": "shelf.decide",
    "MoreAsked": "exception.decide",
    "DecisionRefused": "",
    "Reviewed": "review.do",
    "FindingAnswered": "dossier.take",
    "Looked": "",
    "SessionHappened": "",
    "Exported": "trail.export",
    "CopiesRemoved": "",
    "StepTaken": "",
    "SystemAnswered": "register.ask",
    "OrderPlaced": "",
    "OrderHeard": "",
    "ContactGiven": "dossier.take",
    "MessageAsked": "message.send",
    "CardArrived": RESULTS,
    "CardShelved": RESULTS,
    "HandedOver": RESULTS,
    "PostOrdered": RESULTS,
    "PostTold": RESULTS,
    "CollectionReminded": RESULTS,
    "BoxHappened": RESULTS,
    "CardAside": RESULTS,
}
"""What somebody must be allowed to do to cause each kind of happening; nobody may cause a kind that is not here.

The empty text: it happens to everybody of the office who works here; of a step, its row says who may take it, of an
order `ORDER_SCOPES`.
"""


ORDER_SCOPES: Mapping[str, str] = {"payment": "fee.take", "post": "result.deliver", "portal": "dossier.submit"}
"""What somebody must be allowed to do to have something ordered from each system, and to look at such an order."""


def scope_of(what: Happening) -> str | None:
    """What somebody must be allowed to do to cause this; None where nobody may. An answer of a register is taken back
    by whoever changes whose number it is.
    """
    if isinstance(what, RegisterAnswered) and not what.answered:
        return "dossier.take"
    if isinstance(what, Exported) and what.what == subject.EXPORT:
        return subject.SCOPE
    if isinstance(what, Exported) and what.what in FULL_EXPORTS:
        return "data.unmask"
    if isinstance(what, Exported) and what.what in REPORT_EXPORTS:
        return "report.read"
    if isinstance(what, Looked) and what.what == "person":
        return "trail.read"
    if isinstance(what, OrderPlaced):
        return ORDER_SCOPES[what.system]
    return SCOPES.get(type(what).__name__)


_CLOCKS_DIFFER = timedelta(minutes=10)
"""How far a station's clock may be ahead before its moments count as the future; delivery warns from two minutes on."""
_WHILE_ACCEPTING = timedelta(minutes=1)
"""A code drawn before midnight may stand in an entry of after midnight."""


class Law(Protocol):
    """What the rules say, by central's own copy of them."""

    def standing(self) -> Law:
        """The law as it is published at this moment: what one batch is judged by."""
        ...

    def roles(self, at: datetime) -> RoleTable:
        """Which scopes each role has on the day of `at`."""
        ...

    def supervised(self, at: datetime) -> frozenset[str]:
        """The roles whose acceptances a second person looks at, on the day of `at`."""
        ...

    def rules_of(self, dossier: Dossier, at: datetime) -> Rules:
        """Everything that a dossier lives by: of its reception day (a draft: the day of `at`), by its own pack."""
        ...

    def setting(self, name: str, at: datetime, pack: str = "") -> str:
        """A setting of the catalogue on the day of `at`, or the empty text; by this version of it where it is known."""
        ...

    def rules(self, at: datetime, pack: str = "") -> Rules:
        """Everything that holds on the day of `at`; by this version of the catalogue where it is known."""
        ...

    def rules_of_office(self, office: str, at: datetime) -> Rules:
        """Everything that holds on the day of `at` at this office, which may have hours of its own."""
        ...

    def check(
        self,
        dossier: Dossier,
        submitted: Submitted,
        at: datetime,
        earlier: Callable[[str], Dossier | None] = lambda code: None,
        supervised: bool = False,
    ) -> None:
        """Raises `Refusal` where the counter's decision, entered at `at`, differs from central's.

        `earlier` finds an accepted dossier by its code. `PACK_AHEAD` says that the entry cannot be judged yet.
        """
        ...


def _refuse(code: str, vi: str, en: str, remedy: Words = ASK_A_SUPERVISOR) -> Refusal:
    return Refusal(code, Words(vi, en), remedy)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What bears on an entry besides the dossier as it stands.

    `unseen` are the accepted entries of other stations that its author did not see, `seen` gives the others; `refused`
    gives the entries of the dossier that were refused and nobody settled (None: it cannot be read), those of the
    station's own office alone. `office` is whose dossier it is by what was accepted first, the empty text where nothing
    was; `foreign` are entries of other offices that were refused. `as_seen` gives the dossier as its author had it
    before them: one, or those that it can have been where central forgot what they saw.
    """

    unseen: Sequence[Entry] = ()
    seen: Callable[[], Sequence[Entry]] = tuple
    refused: Callable[[], Mapping[UUID, Record | None]] = dict
    office: str = ""
    foreign: frozenset[UUID] = frozenset()
    as_seen: Callable[[], Iterator[Dossier]] = lambda: iter(())


_NOTHING_ELSEWHERE = Elsewhere()


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides on entries of one station within one transaction, at central's time `now`.

    `practice` says that this central is for training.
    """

    connection: Connection
    station: KnownStation
    practice: bool
    law: Law
    roles: RoleTable
    now: datetime
    known_people: dict[str, tuple[User | None, bool]] = field(default_factory=dict)
    others: Callable[[UUID], Dossier | None] = lambda dossier: None
    """Another dossier as far as it was accepted, those of the same batch too."""
    claimed: dict[tuple[str, str], UUID | None] = field(default_factory=dict)
    """Which dossier has each code and receipt number, as far as it was looked up: kept up as entries are accepted."""
    lent: dict[str, Sequence[range]] = field(default_factory=dict)
    """The numbers of each kind that the station was lent, as far as they were looked up."""
    seed: Callable[[date], bytes | None] = lambda day: None
    """The seed by which the dossiers that the office accepted on a day are drawn for a second look."""
    mark: given_answers.Mark = lambda text: b""
    """What stands in central's own records for a text; by the secret of its database."""
    access: Access = field(init=False)

    def owner(self, kind: str, value: str) -> UUID | None:
        """The dossier that has this code or receipt number."""
        if (kind, value) not in self.claimed:
            chosen = select(claims.c.dossier).where(claims.c.kind == kind, claims.c.value == value)
            self.claimed[kind, value] = self.connection.execute(chosen).scalar()
        return self.claimed[kind, value]

    def _is_lent(self, kind: str, number: int) -> bool:
        if kind not in self.lent:
            self.lent[kind] = lent_to(self.connection, kind, self.station)
        return any(number in block for block in self.lent[kind])

    def __post_init__(self) -> None:
        object.__setattr__(self, "access", Access(self.connection, self.station.code))

    def judge(
        self,
        entry: Entry,
        before: Dossier | None,
        whole: Callable[[], Dossier] | None,
        elsewhere: Elsewhere = _NOTHING_ELSEWHERE,
    ) -> None:
        """Raises `Refusal` if this entry may not follow on `before` (None: nothing was accepted of this dossier).

        `before` says how the dossier stands (place, status, fee, exceptions); `whole` folds all of it when needed.
        """
        try:
            self._judge(entry, before, whole, elsewhere)
        finally:
            self.access.passed(entry.at)

    def _judge(
        self, entry: Entry, before: Dossier | None, whole: Callable[[], Dossier] | None, elsewhere: Elsewhere
    ) -> None:
        if not in_reach(entry.at):
            raise _refuse(
                "ENTRY_TIME_WRONG",
                "Thời điểm ghi trong mục không thể có.",
                "The moment that the entry names cannot be.",
                Words("Chỉnh đồng hồ máy trạm.", "Set the station's clock."),
            )
        self._check_person(entry, before)
        self._check_proof(entry)
        if isinstance(entry.what, RefusalSettled):
            self._check_settlement(entry, entry.what, before, elsewhere)
            return
        self._check_place(entry, before, elsewhere)
        if before is None or whole is None:
            return
        self._check_open(entry, before, whole, elsewhere)
        if told_again(before, entry.what) or (elsewhere.unseen and overtaken(before, entry.what)):
            return
        against = contradiction(entry, elsewhere.unseen, elsewhere.seen()) if elsewhere.unseen else None
        if against is not None:
            raise against.refusal
        match entry.what:
            case FieldsEntered():
                self._check_fields(entry.what, whole)
            case ExceptionAsked():
                self._check_request(entry.what, entry, whole, elsewhere)
            case ExceptionDecided() | MoreAsked():
                self._check_decision(entry, entry.what, whole, elsewhere)
            case OrderPlaced():
                foreign_claims.check_placed(entry.what, before, _as_known(whole, elsewhere))
            case SystemAnswered():
                given_answers.check_given(self.connection, entry, entry.what, self.station, self.mark)
            case RegisterAnswered() as said if not (self.practice and said.source == PRACTICE_FILE):
                number = _as_known(whole, elsewhere).text("applicant.number")
                given_answers.check_licences(self.connection, entry, said, number, self.station, self.mark)
            case OrderHeard():
                placed = foreign_claims.check_heard(self.connection, entry, entry.what, self.station, before)
                user, _ = self.known_people[entry.who]
                if user is not None:
                    self._check_scope(entry, ORDER_SCOPES[placed.system], user, before)
            case FeeTaken():
                self._check_fee(entry, entry.what, before, whole, elsewhere)
            case Submitted():
                self._check_submitted(entry, entry.what, before, whole)
            case ArchiveMade():
                self._check_archive(entry.what, before, whole, elsewhere)
            case Reviewed():
                state = whole()
                rules, persons = self.law.rules_of(state, entry.at), self._behind({entry.who, *_lookers(state)})
                check_review(state, entry.what, entry.who, rules, self.seed, persons)
            case CopiesRemoved() if before.status == "draft":
                raise _refuse(
                    "COPIES_EARLY",
                    "Bản nháp phải giữ các trang tại quầy.",
                    "A draft keeps its sheets at the desk.",
                )
            case StepTaken():
                self._check_step(entry, entry.what, before, whole, elsewhere)
            case ContactGiven():
                check_contact(entry.what)
            case CardArrived() | CardShelved() | HandedOver() | PostOrdered() | PostTold() | CollectionReminded():
                self._check_handing(entry, entry.what, whole, elsewhere)
            case FindingAnswered():
                state = whole()
                check_answer(state, entry.what, entry.who, self._behind({entry.who, *state.hands}))
            case _:
                pass

    def _check_person(self, entry: Entry, before: Dossier | None) -> None:
        who, at = entry.who, entry.at
        if who not in self.known_people:
            known = find_user(self.connection, who)
            self.known_people[who] = known, known is not None and signed_in_at(self.connection, who, self.station.code)
        user, signed_in = self.known_people[who]
        if user is None:
            raise _refuse("USER_UNKNOWN", "Trung tâm không biết người này.", "Central does not know this person.")
        if (
            isinstance(entry.what, SessionHappened)
            and entry.what.event == "refused"
            and user.office == self.station.office
        ):
            # Being turned away takes no access; it is told of whoever tried.
            return
        if not self.access.had(user, at):
            raise _refuse("USER_INACTIVE", "Tài khoản này đã bị khóa.", "This account is closed.")
        if user.office != self.station.office:
            raise _refuse("USER_FOREIGN", "Người này thuộc đơn vị khác.", "This person belongs to another office.")
        if not signed_in:
            raise _refuse(
                "USER_NOT_HERE",
                "Người này chưa từng đăng nhập tại máy trạm này khi có mạng.",
                "This person never signed in at this station with a line.",
                Words("Đăng nhập một lần khi có mạng.", "Sign in once with a line."),
            )
        scope = scope_of(entry.what)
        if scope is None:
            raise role_missing()
        if scope:
            self._check_scope(entry, scope, user, before)

    def _check_scope(self, entry: Entry, scope: str, user: User, before: Dossier | None) -> None:
        reach = reach_of(self.access.roles(user, entry.at), scope, self.roles)
        if reach is None:
            raise role_missing()
        if reach == "own" and before is not None and whose(before, entry.who, self.station.office) == "office":
            raise role_reach()

    def _check_place(self, entry: Entry, before: Dossier | None, elsewhere: Elsewhere) -> None:
        match entry.what:
            case GraceUsed() if elsewhere.office not in ("", self.station.office):
                raise _foreign()
            case GraceUsed() as used:
                grace.check_made(self.connection, used, self.station.code)
                if self.owner(grace.CLAIM, grace.claim_of(used)) is not None:
                    raise grace.used_before()
            case SessionHappened() | Exported() | Looked(what="person") | BoxHappened() | CardAside() if (
                elsewhere.office not in ("", self.station.office)
            ):
                raise _foreign()
            case SessionHappened() | Exported() | Looked(what="person") | BoxHappened() | CardAside():
                pass
            case Opened() as opened if before is None:
                if opened.office != self.station.office or opened.counter != self.station.counter:
                    raise _refuse(
                        "COUNTER_FOREIGN",
                        "Hồ sơ ghi một quầy khác với quầy của máy trạm.",
                        "The dossier names another counter than the station's.",
                    )
                if opened.practice != self.practice:
                    raise _refuse(
                        "PRACTICE_MIXED",
                        "Hồ sơ thực hành và hồ sơ thật không được lẫn nhau.",
                        "Practice dossiers and real ones must not mix.",
                    )
                foreign_claims.check_own_code(self.connection, opened, self.station)
            case Opened():
                raise _refuse("OPENED_TWICE", "Hồ sơ này đã được mở.", "This dossier was opened before.")
            case _ if before is None:
                raise _refuse("DOSSIER_UNKNOWN", "Hồ sơ chưa được mở.", "This dossier was never opened.")
            case _ if before is not None and before.office != self.station.office:
                raise _foreign()
            case _:
                pass

    def _check_open(self, entry: Entry, before: Dossier, whole: Callable[[], Dossier], elsewhere: Elsewhere) -> None:
        if isinstance(entry.what, Submitted) and before.status == "submitted":
            raise _refuse("SUBMITTED_TWICE", "Hồ sơ đã được tiếp nhận.", "The dossier was submitted before.")
        if isinstance(entry.what, FeeTaken) and before.fee is not None:
            raise _refuse("FEE_TWICE", "Lệ phí đã được thu.", "The fee was taken before.")
        changes = isinstance(
            entry.what,
            IdentityRead
            | RegisterAnswered
            | PagesArranged
            | PaperMarked
            | FeeTaken
            | Submitted
            | FaceCompared
            | RulesRenewed
            | PageArrived
            | PageMade
            | PaperTaken,
        )
        if isinstance(entry.what, ExceptionAsked | ExceptionDecided | MoreAsked) and before.status != "draft":
            changes = not may_ask_closed(entry.what.code, self._rules_of(whole(), entry.at))
        if isinstance(entry.what, FieldsEntered):
            changes = bool(entry.what.values)
        if isinstance(entry.what, PageRead):
            # What is read after the acceptance is for the archive copy and the search; it proposes nothing.
            changes = bool(entry.what.proposals)
        if isinstance(entry.what, Discarded):
            changes = before.status == "submitted"
            state = whole()
            check_discard(state, self._rules_of(state, entry.at), _as_known(whole, elsewhere))
        if changes and before.status != "draft" and not self._supplements(entry.what, whole):
            raise _refuse(
                "DOSSIER_CLOSED",
                "Hồ sơ đã tiếp nhận hoặc đã hủy, không sửa được nữa.",
                "The dossier was submitted or given up; it cannot change any more.",
            )

    def _supplements(self, what: Happening, whole: Callable[[], Dossier]) -> bool:
        """What the portal's own station adds where the citizen was asked for a supplement, and claims of payments."""
        if self.station.counter != COUNTER:
            return False
        state = whole()
        asked = awaited(state, self.law.rules_of(state, self.now))
        return only_claims(what, state) or (asked and only_adds(what, state))

    def _check_settlement(
        self, entry: Entry, settled: RefusalSettled, before: Dossier | None, elsewhere: Elsewhere
    ) -> None:
        """Also where the opening itself was refused: then the dossier is none, and whose it is say its entries."""
        if elsewhere.office not in ("", self.station.office) or not elsewhere.foreign.isdisjoint(settled.refused):
            raise _foreign()
        aside = before.settled if before is not None else frozenset()
        refused = elsewhere.refused()
        persons = self._behind({entry.who, *(one.entry.who for one in refused.values() if one is not None)})
        check_settlement(entry, settled, refused, aside, before or Dossier(entry.dossier), persons)

    def _check_step(
        self, entry: Entry, taken: StepTaken, before: Dossier, whole: Callable[[], Dossier], elsewhere: Elsewhere
    ) -> None:
        """A step is the one that the catalogue has there, taken by who may, at a moment that can be."""
        state = whole()
        rules = self._rules_of(state, entry.at)
        user, _ = self.known_people[entry.who]
        for scope in dict.fromkeys(row.scope for row in rules.steps if row.code == taken.step):
            if user is not None:
                self._check_scope(entry, scope, user, before)
        known = _as_known(whole, elsewhere) if taken.ends and before.status == "draft" else None
        step = check_step(state, taken, entry.at, rules, known)
        if "in-time" in step.needs:
            moments.check_not_dated_back(self.connection, entry, self.access, rules, self.now, self.practice)
        since = state.course.since
        early = since is not None and entry.at < since - _CLOCKS_DIFFER
        if early or (not self.practice and entry.at > self.now + _CLOCKS_DIFFER):
            raise _refuse(
                "STEP_TIME_WRONG",
                "Thời điểm của bước không thể có: trước bước đã ghi hoặc trong tương lai.",
                "The moment of the step cannot be: before the last one, or in the future.",
                Words("Chỉnh đồng hồ máy trạm rồi làm lại.", "Set the station's clock, then do it again."),
            )

    def _check_handing(self, entry: Entry, what: HANDINGS, whole: Callable[[], Dossier], elsewhere: Elsewhere) -> None:
        """What became of a result may be so, by the law of the dossier and at a moment that can be."""
        state = whole()
        try:
            check_handing(state, what, entry.at, self._rules_of(state, entry.at))
        except Refusal:
            if isinstance(what, CollectionReminded) and elsewhere.unseen:
                # Another desk reminded of it a little before, and nobody here could know.
                return
            raise
        since = state.handing.since
        early = since is not None and entry.at < since - _CLOCKS_DIFFER
        if early or (not self.practice and entry.at > self.now + _CLOCKS_DIFFER):
            raise _refuse(
                "RESULT_TIME_WRONG",
                "Thời điểm không thể có: trước việc đã ghi với kết quả này, hoặc trong tương lai.",
                "The moment cannot be: before what was recorded of this result, or in the future.",
                Words("Chỉnh đồng hồ máy trạm rồi làm lại.", "Set the station's clock, then do it again."),
            )
        if isinstance(what, PostOrdered | PostTold):
            # What the post's words mean is the law of the day on which they were heard, as the desk may have had it.
            laws = [self.law.rules(entry.at).settings, self.law.rules(entry.at, state.pack).settings]
            check_parcel(self.connection, state.id, what, laws)

    def _check_archive(
        self, copy: ArchiveMade, before: Dossier, whole: Callable[[], Dossier], elsewhere: Elsewhere
    ) -> None:
        """A copy is of what was accepted: all the pages that stand for its item, in their order.

        Desks of before took in those that the citizen had taken back, too: a copy of all of them is no less accepted.
        So is one of what stood when the desk last heard of it: the citizen may have taken back another page since.
        """
        if before.status != "submitted":
            raise _refuse(
                "ARCHIVE_EARLY",
                "Hồ sơ chưa được tiếp nhận nên chưa có bản lưu trữ.",
                "The dossier was not accepted; there is no archive copy of it yet.",
            )
        state = whole()
        ways = [
            tuple(page.sheet for page in pages if page.paper == copy.paper and not page.raw)
            for pages in (brought(state), in_force(state.pages), brought(_as_known(whole, elsewhere)))
        ]
        if not copy.pages or copy.pages not in ways:
            raise _refuse(
                "ARCHIVE_PAGES",
                "Bản lưu trữ không gồm đúng các trang của mục giấy tờ đó.",
                "The archive copy is not of exactly the pages of that item.",
            )

    def _check_fields(self, fields: FieldsEntered, whole: Callable[[], Dossier]) -> None:
        # Folding the whole dossier is for the few entries that name what a chip can prove.
        if self.station.counter != COUNTER and any(name.startswith(BY_PORTAL) for name in fields.values):
            raise _refuse(
                "FIELD_PORTAL",
                "Trường này chỉ Cổng dịch vụ công ghi.",
                "Only the portal writes this field.",
            )
        named = [name for name in fields.values if name in PROVEN]
        state = whole() if named else None
        if state is not None and any(proven(state, name) for name in named):
            raise _refuse(
                "FIELD_PROVEN",
                "Trường này do chip chứng thực, không được nhập đè.",
                "The chip proved this field; nobody types over it.",
            )

    def _rules_of(self, state: Dossier, at: datetime) -> Rules:
        """As at the desk: the law that the dossier lives by."""
        return self.law.rules(received_at(state, at), state.pack)

    def _check_request(
        self, asked: ExceptionAsked, entry: Entry, whole: Callable[[], Dossier], elsewhere: Elsewhere
    ) -> None:
        state = whole()
        rules = self._rules_of(state, entry.at)
        held = exception_of(state, asked.code)
        if held is not None and held.granted and any(_grants(one, asked.code) for one in elsewhere.unseen):
            raise _refuse(
                "EXCEPTION_DECIDED",
                "Lãnh đạo đã duyệt ngoại lệ này trước khi được đề nghị lại.",
                "A supervisor granted this exception before it was asked for again.",
                Words("Tải lại hồ sơ: đã được duyệt.", "Look at the dossier again: it is granted."),
            )
        if rules.by_request:
            check_request(state, asked, rules)

    def _check_decision(
        self,
        entry: Entry,
        decided: ExceptionDecided | MoreAsked,
        whole: Callable[[], Dossier],
        elsewhere: Elsewhere,
    ) -> None:
        """A decision, or that more was asked for: by whom, about which request, and on what they were shown."""
        state = whole()
        rules = self._rules_of(state, entry.at)
        user, _ = self.known_people[entry.who]
        roles = self.access.roles(user, entry.at) if user is not None else ()
        granted = isinstance(decided, ExceptionDecided) and decided.granted
        code, request = decided.code, decided.request
        persons = self._persons(state, code, entry.who)
        asked = check_decision(state, code, request, granted, entry.who, roles, rules, persons)
        self._check_moment(entry, asked)
        if not rules.by_request:
            return
        # Nobody signs in by a PIN: it opens a desk that is locked, and is good for a decision on the spot.
        proven = isinstance(decided, MoreAsked) or (
            decided.where and decided.factor and (decided.where, decided.factor) != ("remote", "pin")
        )
        if request is None or not decided.shown or not proven:
            raise _refuse(
                "DECISION_UNPROVEN",
                "Quyết định không ghi đề nghị nào, đã xem gì, hoặc đã xác thực thế nào.",
                "The decision does not say which request, what was shown, or how the person proved who they are.",
                Words("Quyết định lại trên máy trạm đã cập nhật.", "Decide again at a station that is up to date."),
            )
        self._check_code(entry, decided)
        self._check_factor(entry, decided, roles)
        if not any(shown_of(seen, code) == decided.shown for seen in elsewhere.as_seen()):
            raise _refuse(
                "SHOWN_DIFFERS",
                "Điều người quyết định đã xem khác với hồ sơ lúc đó.",
                "What was shown to whoever decided is not what the dossier was then.",
                Words("Xem lại hồ sơ rồi quyết định lại.", "Look at the dossier, then decide again."),
            )

    def _check_factor(self, entry: Entry, decided: ExceptionDecided | MoreAsked, roles: Sequence[str]) -> None:
        policy = policy_of(roles, lambda name: self.law.setting(name, entry.at))
        weak = isinstance(decided, ExceptionDecided) and decided.factor not in policy.kinds
        if weak and (policy.code_needed or policy.code_to_decide):
            raise _refuse(
                "FACTOR_WEAK",
                "Quy định đòi lớp xác thực thứ hai khi quyết định.",
                "The rules want a second factor of whoever decides.",
                Words("Quyết định lại bằng mã xác thực hoặc token.", "Decide again by an app's code or a token."),
            )

    def _check_proof(self, entry: Entry) -> None:
        """What somebody's token signed: by a key that was registered then, at this station, for this, and once."""

        def keys() -> list[TokenKey]:
            return keys_when(self.connection, entry.who, lambda moment: self.access.was_before(entry.at, moment))

        check_proof(entry, self.station.code, keys)
        check_once(entry, self.owner)

    def _persons(self, state: Dossier, code: str, who: str) -> dict[str, str]:
        """Account → natural person, of everybody whom four eyes are about."""
        asked = state.exceptions.get(code)
        return self._behind({who, *(concerned(state, asked) if asked is not None else ())})

    def _behind(self, accounts: set[str]) -> dict[str, str]:
        """Account → natural person, of those of these accounts that are not a person of their own."""
        known = (find_user(self.connection, one) for one in sorted(accounts) if one)
        return {user.id: user.person for user in known if user is not None and user.person}

    def _check_code(self, entry: Entry, decided: ExceptionDecided | MoreAsked) -> None:
        """No account decides by a code that it never had one for."""
        by_code = isinstance(decided, ExceptionDecided) and decided.factor == "totp"
        if by_code and not people.had_factor(self.connection, entry.who):
            raise _refuse(
                "FACTOR_WEAK",
                "Tài khoản này chưa từng có mã xác thực mà quyết định ghi là đã dùng.",
                "This account never had the codes by which the decision is said to be made.",
                Words("Quyết định lại trên máy trạm khác.", "Decide again at another station."),
            )

    def _check_moment(self, entry: Entry, asked: ExceptionState) -> None:
        """No clock is turned so that a decision stands before its request, or in the days to come."""
        early = asked.asked_at is not None and entry.at < asked.asked_at - _CLOCKS_DIFFER
        if early or (not self.practice and entry.at > self.now + _CLOCKS_DIFFER):
            raise _refuse(
                "DECISION_TIME_WRONG",
                "Thời điểm quyết định không thể có: trước khi đề nghị hoặc trong tương lai.",
                "The moment of the decision cannot be: before its request, or in the future.",
                Words("Chỉnh đồng hồ máy trạm rồi quyết định lại.", "Set the station's clock, then decide again."),
            )

    def _check_fee(
        self, entry: Entry, fee: FeeTaken, before: Dossier, whole: Callable[[], Dossier], elsewhere: Elsewhere
    ) -> None:
        if min(fee.fee_vnd, fee.tendered_vnd, fee.change_vnd) < 0 or fee.tendered_vnd - fee.change_vnd != fee.fee_vnd:
            raise _refuse(
                "FEE_SUM",
                "Tiền nhận trừ tiền thối không bằng lệ phí.",
                "Money given less change is not the fee.",
            )
        if fee.method == "online" or fee.order is not None:
            foreign_claims.check_paid(self.connection, entry, fee, self.station)
        else:
            state = whole()
            rules = self.law.rules_of(state, entry.at)
            foreign_claims.check_other_way(self.connection, state, rules, _as_known(whole, elsewhere), fee.fee_vnd)
        # The desk writes the number by the law of the reception day, as its pack has it.
        state = whole()
        form = self.law.setting(SETTING, received_at(state, entry.at), state.pack)
        number = number_in(fee.receipt, form)
        if number is None or not self._is_lent("receipt", number):
            raise _refuse(
                "RECEIPT_NOT_LENT",
                "Số biên lai không thuộc dải số của máy trạm này.",
                "The receipt number is not among those lent to this station.",
            )
        self._check_claim("receipt", fee.receipt, before)

    def _check_submitted(
        self, entry: Entry, submitted: Submitted, before: Dossier, whole: Callable[[], Dossier]
    ) -> None:
        code = dossier_codes.read(submitted.code)
        if code is None or code.unit != self.station.unit_code or not self._is_lent("dossier", int(code.serial)):
            raise _refuse(
                "CODE_NOT_LENT",
                "Mã hồ sơ không thuộc dải số của máy trạm này.",
                "The dossier code is not among the numbers lent to this station.",
            )
        state = whole()
        self._check_reception(entry, submitted, state)
        days = {in_hanoi(at).date() for at in (submitted.received_at, entry.at, entry.at - _WHILE_ACCEPTING)}
        if code.day not in days:
            raise _refuse(
                "CODE_DATE",
                "Ngày trong mã hồ sơ không phải ngày tiếp nhận.",
                "The day in the dossier code is not that of its reception.",
            )
        self._check_claim("dossier", submitted.code, before)
        taken = before.fee.fee_vnd if before.fee else 0
        if taken != submitted.fee_vnd:
            raise _refuse(
                "FEE_DIFFERS",
                "Lệ phí đã thu khác lệ phí ghi khi tiếp nhận.",
                "The fee taken differs from the fee of the submission.",
            )
        if unmade(state.pages):
            raise _refuse(
                "PAGES_UNFINISHED",
                "Hồ sơ còn trang chưa xử lý xong ở quầy.",
                "Pages of the dossier were not finished at the counter.",
                Words("Xử lý xong các trang tại quầy rồi tiếp nhận lại.", "Finish them at the counter, accept again."),
            )
        user, _ = self.known_people[entry.who]
        roles = self.access.roles(user, entry.at) if user is not None else ()
        watched = supervised(roles, self.roles, self.law.supervised(self.now))
        self.law.check(state, submitted, entry.at, self._of_code, watched)

    def _of_code(self, code: str) -> Dossier | None:
        """The dossier that was accepted under this code."""
        owner = self.owner("dossier", code)
        return self.others(owner) if owner is not None else None

    def _check_reception(self, entry: Entry, submitted: Submitted, state: Dossier) -> None:
        """Training takes dossiers of any season; a real reception lies shortly before its acceptance."""
        if not (in_reach(submitted.received_at) and in_reach(submitted.due_at)):
            raise _refuse(
                "RECEIVED_AT_WRONG",
                "Thời điểm tiếp nhận hoặc hẹn trả không thể có.",
                "The moment of reception or of the appointment cannot be.",
            )
        if self.practice:
            return
        if submitted.received_at > min(self.now, entry.at) + _CLOCKS_DIFFER:
            raise _refuse(
                "RECEIVED_IN_FUTURE",
                "Thời điểm tiếp nhận nằm trong tương lai.",
                "The moment of reception lies in the future.",
            )
        reach = late_entry_reach(self.law.setting("late_entry_days", entry.at))
        if submitted.received_at < entry.at - reach:
            raise _refuse(
                "RECEIVED_LONG_AGO",
                f"Hồ sơ được nhập sau khi tiếp nhận quá {reach.days} ngày.",
                f"The dossier was entered more than {reach.days} days after its reception.",
            )
        if abs(submitted.received_at - received_at(state, entry.at)) > _WHILE_ACCEPTING:
            raise _refuse(
                "RECEIVED_AT_WRONG",
                "Thời điểm tiếp nhận khác với thời điểm ghi trong hồ sơ.",
                "The moment of reception is not the one that stands in the dossier.",
            )

    def _check_claim(self, kind: str, value: str, before: Dossier) -> None:
        owner = self.owner(kind, value)
        if owner is not None and owner != before.id:
            raise _refuse(
                "CODE_USED" if kind == "dossier" else "RECEIPT_USED",
                "Mã hồ sơ đã thuộc hồ sơ khác." if kind == "dossier" else "Số biên lai đã thuộc hồ sơ khác.",
                "Another dossier has this code." if kind == "dossier" else "Another dossier has this receipt number.",
            )


def _as_known(whole: Callable[[], Dossier], elsewhere: Elsewhere) -> Dossier:
    """The dossier as the author of an entry had it: who could not know of a payment is not held to it."""
    if not elsewhere.unseen:
        return whole()
    return next(elsewhere.as_seen(), None) or whole()


def _grants(entry: Entry, code: str) -> bool:
    return isinstance(entry.what, ExceptionDecided) and entry.what.code == code and entry.what.granted


def _lookers(state: Dossier) -> set[str]:
    """Who worked on a dossier, and who took a second look at it."""
    return {*state.hands, *(one.who for one in state.reviews)}


def _foreign() -> Refusal:
    return _refuse("DOSSIER_FOREIGN", "Hồ sơ của đơn vị khác.", "The dossier belongs to another office.")


def claimed_by(entry: Entry) -> tuple[str, str] | None:
    """(kind, value) of the unique number that this entry takes for its dossier, or of the challenge it answers."""
    match entry.what:
        case Submitted() as submitted:
            return "dossier", submitted.code
        case FeeTaken() as fee:
            return "receipt", fee.receipt
        case GraceUsed() as used:
            return grace.CLAIM, grace.claim_of(used)
        case _:
            return answered_by(entry)
