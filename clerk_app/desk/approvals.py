"""Deciding exceptions from the supervisor's own desk: what waits in the office, its evidence, who else looks at it.

The list is read from the journal, so it is there without a line as well, as far as this desk has heard. Who handles
what is a courtesy of central's; the first decision that central takes counts, whoever looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from clerk_app.desk.answers import Answering
from clerk_app.desk.approval_views import AnswerView, ApprovalRow, ApprovalsView, HandlingView, RequestView
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.exceptions import SCOPE, Exceptions, demand_words
from clerk_app.desk.people import persons_of
from clerk_app.desk.ports import Central
from clerk_app.desk.request_view import kind_of, request_view, short
from clerk_app.desk.views import Badge
from clerk_app.domain.approving import WAITING, first, risk_of, rule_in_words
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.deciding import ExceptionState, concerned, person_of
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.exceptions import check_decision
from clerk_app.domain.facts import exception_of
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import Handling

RENEW_S = 10.0
"""How often an open request says that it still is; central forgets it after three times that."""
OVER = frozenset({"EXCEPTION_NOT_OPEN", "EXCEPTION_DECIDED", "REQUEST_OTHER", "SHOWN_CHANGED"})
"""What the desk says where a request may be decided by now."""
RISKS = {
    1: Badge(Words("Thấp", "Low"), "calm"),
    2: Badge(Words("Vừa", "Medium"), "warn"),
    3: Badge(Words("Cao", "High"), "bad"),
}
MORE = Badge(Words("Đang chờ bổ sung", "More is wanted"), "info")


class Approvals:
    """What waits for a decision in this office. Every verb but `handle` works without a line."""

    def __init__(
        self,
        counter: Counter,
        show: Show,
        central: Central,
        exceptions: Exceptions,
        names: Callable[[], Mapping[str, str]],
        persons: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`names` says what people are called, by their sign-in names; `persons` which accounts are of one person."""
        self._counter = counter
        self._show = show
        self._central = central
        self._exceptions = exceptions
        self._names = names
        self._persons = persons
        self._answering = Answering(counter, names)
        self._handled: dict[UUID, Words] = {}

    # ---- the list

    def queue(self) -> ApprovalsView:
        """Every open request of the office, the riskiest first, of equals the oldest. Asks nobody."""
        self._counter.demand(SCOPE)
        names = self._names()
        rows = [row for state, asked in self._open() if (row := self._row(state, asked, names)) is not None]
        levels = {id(badge): level for level, badge in RISKS.items()}
        rows.sort(key=lambda row: (not row.may, *first(levels[id(row.risk)], row.since)))
        return ApprovalsView(tuple(rows), rule_in_words(self._counter.rules_today()), sum(row.may for row in rows))

    def waiting(self) -> int | None:
        """How many requests this person may decide; None for whose role decides none."""
        if not self._counter.may(SCOPE):
            return None
        return sum(self._why_not(state, asked) is None for state, asked in self._open())

    def look(self, dossier: UUID, code: str) -> RequestView:
        """A request with its evidence. Raises `Refusal` `EXCEPTION_NOT_OPEN`, `DECIDED_BEFORE`: somebody was sooner."""
        self._counter.demand(SCOPE, dossier)
        state = self._counter.journal.dossier(dossier)
        asked = exception_of(state, code)
        if asked is None:
            raise nothing_open()
        if not asked.is_open:
            raise decided_before(asked, self._names())
        return self._view(state, asked)

    def evidence(self, dossier: UUID, code: str) -> RequestView:
        """The same at the clerk's desk, before a supervisor proves there who they are. Raises the same."""
        self._counter.demand("dossier.find", dossier)
        state = self._counter.journal.dossier(dossier)
        asked = exception_of(state, code)
        if asked is None or not asked.is_open:
            raise nothing_open()
        return self._view(state, asked)

    def _view(self, state: Dossier, asked: ExceptionState) -> RequestView:
        names, rules = self._names(), self._counter.rules_of(state)
        view = self._show(state)
        row = self._row(state, asked, names)
        if row is None:
            raise nothing_open()
        return request_view(state, asked, row, view, rules, names)

    def _open(self) -> Iterable[tuple[Dossier, ExceptionState]]:
        for line in self._counter.journal.to_approve(WAITING):
            state = self._counter.journal.dossier(line.dossier)
            if state.office not in ("", self._counter.station.office):
                continue
            for code in state.exceptions:
                asked = exception_of(state, code)
                if asked is not None and asked.is_open:
                    yield state, asked

    def _row(self, state: Dossier, asked: ExceptionState, names: Mapping[str, str]) -> ApprovalRow | None:
        rules, now = self._counter.rules_of(state), self._counter.clock()
        since = asked.asked_at or state.changed_at or now
        risk = risk_of(asked.code, asked.amount_vnd, now - since, rules)
        why_not = self._why_not(state, asked)
        procedure = rules.procedures.get(state.procedure)
        if asked.request is None:
            return None
        return ApprovalRow(
            request=asked.request,
            dossier=state.id,
            code=asked.code,
            dossier_code=state.code or state.local_code,
            name=state.text("applicant.name"),
            kind=short(kind_of(asked.code, rules)),
            procedure=procedure.name if procedure is not None else Words(state.procedure, state.procedure),
            counter=state.counter,
            clerk=names.get(asked.asked_by, asked.asked_by),
            since=in_hanoi(since),
            amount=format_vnd(asked.amount_vnd) if asked.amount_vnd else "",
            risk=RISKS[risk.level],
            because=risk.because,
            may=why_not is None,
            why_not=why_not.words if why_not is not None else None,
            handled=self._handled.get(asked.request),
            unsent=self._counter.journal.open_counts(state.id)[0] > 0,
            state=_standing(asked),
        )

    def _why_not(self, state: Dossier, asked: ExceptionState) -> Refusal | None:
        """Why the person signed in cannot grant it. Who tries all the same is told so, and that stands on record."""
        user = self._counter.who()
        try:
            self._counter.demand(SCOPE, state)
        except Refusal as refusal:
            return refusal
        persons = persons_of(self._counter.journal, self._persons(), user)
        rules = self._counter.rules_of(state)
        try:
            check_decision(state, asked.code, asked.request, True, user.id, user.roles, rules, persons)
        except Refusal as refusal:
            return _whose_eyes(state, asked, user.id, persons) if refusal.code == "FOUR_EYES" else refusal
        return None

    # ---- deciding

    def decide(self, dossier: UUID, code: str, granted: bool, comment: str, field: str, shown: str) -> None:
        """Grant or refuse what was shown, by who is signed in here; `field` is where the comment points.

        Raises `Refusal`: `DECIDED_BEFORE`, `SHOWN_CHANGED`, `REASON_MISSING`, and why this person may not.
        """
        with self._told_who_was_sooner(dossier, code):
            self._exceptions.decide_as_signed_in(dossier, code, granted, comment, field, shown)

    def ask_more(self, dossier: UUID, code: str, comment: str, field: str, shown: str) -> None:
        """Ask the clerk for more before deciding; the request stays open. Raises the same."""
        demand_words(comment)
        with self._told_who_was_sooner(dossier, code):
            self._exceptions.ask_more(dossier, code, comment, field, shown)

    @contextmanager
    def _told_who_was_sooner(self, dossier: UUID, code: str) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            asked = exception_of(self._counter.journal.dossier(dossier), code)
            if refusal.code in OVER and asked is not None and not asked.is_open:
                raise decided_before(asked, self._names()) from None
            raise

    # ---- who looks at what

    def handle(self, request: UUID | None) -> tuple[HandlingView, ...]:
        """Say which request is looked at here, or none; who else looks at which. Nobody where there is no line."""
        user = self._counter.user
        if user is None or (request is not None and not self._counter.may(SCOPE)):
            return ()
        try:
            said = self._central.handle(user.id, request).handlings
        except Refusal:
            # No line, or a central that is older: a courtesy less, and nothing else.
            said = []
        mine = self._counter.station.station
        others = tuple(HandlingView(one.request, _looks(one)) for one in said if one.station != mine)
        self._handled = {one.request: one.words for one in others}
        return others

    # ---- what came of it

    def answers(self, dossiers: Iterable[UUID] | None = None) -> tuple[AnswerView, ...]:
        """What became of requests of this person's, and of their decisions; of these dossiers, or all that are open."""
        return self._answering.answers(dossiers)


def _standing(asked: ExceptionState) -> Badge | None:
    if asked.more is not None:
        return MORE
    if asked.granted_by:
        done = f"{len(asked.granted_by)}/{asked.approvers}"
        return Badge(Words(f"Đã có {done} người duyệt", f"{done} granted"), "info")
    return None


def _looks(one: Handling) -> Words:
    return Words(f"{one.name} đang xem", f"{one.name} is looking at it")


def _whose_eyes(state: Dossier, asked: ExceptionState, me: str, persons: Mapping[str, str]) -> Refusal:
    """Which of the four eyes this person already is."""
    mine = person_of(me, persons)
    parts = (
        ((asked.asked_by,), Words("Bạn là người đề nghị.", "You asked for it.")),
        ((state.clerk,), Words("Bạn đã mở hồ sơ này.", "You opened this dossier.")),
        (asked.granted_by, Words("Bạn đã duyệt; cần thêm người khác.", "You granted it; somebody else must too.")),
        (state.makers, Words("Bạn đã nhập hoặc sửa hồ sơ này.", "You entered or changed something in it.")),
    )
    whose = next((said for who, said in parts if mine in {person_of(one, persons) for one in who}), Words("", ""))
    if me not in concerned(state, asked):
        vi, en = "Tài khoản khác của cùng một người.", "Another account of the same person."
        whose = Words(f"{vi} {whose.vi}", f"{en} {whose.en}")
    other = Words("Nhờ một lãnh đạo khác quyết định.", "Let another supervisor decide.")
    return Refusal("FOUR_EYES", Words(f"{whose.vi} {other.vi}", f"{whose.en} {other.en}"), other)


def nothing_open() -> Refusal:
    """Nobody waits for a decision here any more."""
    return Refusal(
        "EXCEPTION_NOT_OPEN",
        Words("Không có đề nghị nào đang chờ duyệt.", "No request is waiting for a decision."),
        Words("Tải lại hồ sơ rồi xem lại.", "Look at the dossier again."),
    )


def decided_before(asked: ExceptionState, names: Mapping[str, str]) -> Refusal:
    """Another supervisor was sooner: their decision counts."""
    who = names.get(asked.decided_by, asked.decided_by)
    vi, en = ("duyệt", "granted") if asked.granted else ("từ chối", "refused")
    return Refusal(
        "DECIDED_BEFORE",
        Words(f"{who} đã {vi} yêu cầu này trước.", f"{who} {en} this request before."),
        Words(
            "Quyết định đầu tiên có hiệu lực; chuyển sang yêu cầu khác.",
            "The first decision counts; go on to the next.",
        ),
    )
