"""Exceptions: a clerk asks with a reason, supervisors who are somebody else decide, here or at their own desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from clerk_app.desk.application_view import named_roles
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.evidence_view import asked_for_less
from clerk_app.desk.people import persons_of
from clerk_app.desk.proving import Proven, Proving, name_of
from clerk_app.desk.sign_in import TOLD as SIGN_IN_TOLD
from clerk_app.desk.sign_in import UNTOLD
from clerk_app.desk.views import ExceptionKind, IntakeView, OutrunView
from clerk_app.domain.deciding import ExceptionState, concerned, may_decide
from clerk_app.domain.dossier import Dossier, ExceptionAsked, ExceptionDecided
from clerk_app.domain.exceptions import check_decision, check_request, may_ask_closed, shown_of
from clerk_app.domain.facts import IDENTITY_WEAK, exception_of
from clerk_app.domain.oversight import DecisionRefused, MoreAsked, Where
from clerk_app.domain.paying import ANOTHER_WAY, asked_first, held_by
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.settling import OUTRUN
from clerk_app.domain.sign_in import owned, second_factor_missing
from clerk_app.domain.stepping import wanted_again
from clerk_app.domain.token_proofs import SESSION, Purpose, Second, TokenProof
from clerk_app.wire import User

SCOPE = "exception.decide"
TOLD = frozenset({"FOUR_EYES", "NOT_ALLOWED", "NOT_YOURS", "GRANTED_BY_OTHERS", "AMOUNT_TOO_HIGH"})
"""Refusals of somebody who may not decide: that they tried stands on the dossier."""
TURNED_AWAY = (*SIGN_IN_TOLD, "PIN_")
"""How codes begin that say why somebody could not prove who they are."""
_MOST = 2000
_LISTED = 12


class Exceptions:
    """Asked for by the clerk; decided on the spot, where a supervisor proves who they are at this desk, with a line or
    without, or by the supervisor who is signed in at their own.
    """

    def __init__(
        self,
        counter: Counter,
        show: Show,
        proving: Proving,
        persons: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`proving` is how a supervisor proves who they are at this desk; `persons` says which accounts that are known
        here are of which natural person.
        """
        self._counter = counter
        self._show = show
        self._proving = proving
        self._known = persons

    # ---- asking

    def kinds(self, dossier: UUID) -> tuple[ExceptionKind, ...]:
        """What may be raised by hand for this dossier as it stands, by the law that it lives by."""
        self._counter.demand("dossier.find", dossier)
        state = self._counter.journal.dossier(dossier)
        rules = self._counter.rules_of(state)
        stages = ("draft", "always") if state.status == "draft" else ("always",)
        codes = [row.code for row in rules.exceptions if row.raised in stages and row.scope.covers(state.text("case"))]
        if state.fee is not None or (held_by(state, rules) is None and asked_first(state, rules) is None):
            # Nothing is waited for on the payment platform.
            codes = [code for code in codes if code != ANOTHER_WAY]
        return tuple(
            ExceptionKind(
                code,
                row.rule.because,
                named_roles([one.role for one in rules.grants(code)], rules),
                row.approvers,
                row.has_amount,
            )
            for code in (*codes, *wanted_again(state, rules))
            if (row := rules.exception(code)) is not None
        )

    def ask(
        self, dossier: UUID, code: str, reason: str, amount_vnd: int = 0, evidence: Sequence[str] = ()
    ) -> IntakeView:
        """Ask for an exception, or ask anew with what a supervisor wanted to know; one that was granted stays granted.

        `amount_vnd` is what it is about in whole đồng, `evidence` the digests of pages of the dossier. Raises `Refusal`
        `REASON_MISSING`, `EXCEPTION_KIND`, `AMOUNT_WRONG`, `EVIDENCE_UNKNOWN`, `DOSSIER_CLOSED`.
        """
        who = self._counter.demand("exception.ask", dossier).id
        if not nfc(reason):
            raise Refusal(
                "REASON_MISSING",
                Words("Cần ghi lý do đề nghị phê duyệt.", "The reason for the exception is missing."),
                Words("Ghi ngắn gọn điều đã kiểm tra.", "Write shortly what you checked."),
            )
        with self._counter.journal.together():
            state = self._standing(dossier, code, asking=True)
            rules = self._counter.rules_of(state)
            sheets = tuple(dict.fromkeys(evidence))[:_LISTED]
            asked = ExceptionAsked(code, nfc(reason)[:_MOST], amount_vnd, sheets, rules.approvers(code))
            check_request(state, asked, rules)
            before = exception_of(state, code)
            if before is None or not before.granted:
                state = self._counter.write(dossier, asked, who=who)
        return self._show(state)

    def raise_by_hand(
        self, dossier: UUID, code: str, reason: str, amount_vnd: int = 0, evidence: Sequence[str] = ()
    ) -> IntakeView:
        """Ask for an exception that no rule asks for. Raises `Refusal` as `ask`, and `EXCEPTION_NOT_BY_HAND`."""
        self._counter.demand("exception.ask", dossier)
        kinds = self.kinds(dossier)
        if code not in {one.code for one in kinds}:
            raise _not_by_hand(kinds)
        return self.ask(dossier, code, reason, amount_vnd, evidence)

    # ---- deciding

    def shown(self, dossier: UUID, code: str) -> str:
        """The digest of what is shown of this request as the dossier stands; empty where there is none."""
        self._counter.demand("dossier.find", dossier)
        return shown_of(self._counter.journal.dossier(dossier), code)

    def decide(
        self,
        dossier: UUID,
        code: str,
        user: str,
        password: str,
        granted: bool,
        comment: str,
        field: str = "",
        shown: str = "",
        second: Second = "",
        by_pin: bool = False,
    ) -> IntakeView:
        """A supervisor's decision on the spot. `shown` is the digest of what they had before their eyes (empty: the
        dossier as it stands), `field` what the comment points at, `second` the code of their app or what their token
        signed for this very decision; `by_pin`: `password` is their PIN at this desk.

        Raises `Refusal` `EXCEPTION_NOT_OPEN`, `SHOWN_CHANGED`, `FOUR_EYES`, `NOT_ALLOWED`, `GRANTED_BY_OTHERS`,
        `AMOUNT_TOO_HIGH`, `REASON_MISSING` for a refusal without a comment, or why the sign-in failed.
        """
        if not granted:
            demand_words(comment)
        with self._told(dossier, code, user):
            self._asked(dossier, code)
            seen = _as_signed(second, shown)
            proven = self._prove(user, password, second, by_pin, "grant" if granted else "refuse", seen)
        return self._decided(dossier, code, proven, granted, comment, field, seen, "spot")

    def decide_as_signed_in(
        self, dossier: UUID, code: str, granted: bool, comment: str, field: str = "", shown: str = ""
    ) -> IntakeView:
        """The decision of whoever is signed in at this desk, about a request of any desk of the office.

        Raises `Refusal` as `decide`.
        """
        if not granted:
            demand_words(comment)
        proven = self._signed_in(dossier, code)
        return self._decided(dossier, code, proven, granted, comment, field, shown, "remote")

    def ask_more(
        self,
        dossier: UUID,
        code: str,
        comment: str,
        field: str = "",
        shown: str = "",
        user: str = "",
        password: str = "",
        second: Second = "",
        by_pin: bool = False,
    ) -> IntakeView:
        """A supervisor wants to know more first: the one who proves who they are, or the one who is signed in.

        The request stays open until the clerk asks anew. Raises `Refusal` as `decide`, and `COMMENT_MISSING`.
        """
        said = nfc(comment)[:_MOST]
        if not said:
            raise Refusal(
                "COMMENT_MISSING",
                Words("Chưa ghi cần làm rõ điều gì.", "It does not say what is to be made clear."),
                Words("Ghi ngắn gọn điều cần bổ sung.", "Write shortly what is missing."),
            )
        if user:
            with self._told(dossier, code, user):
                self._asked(dossier, code)
                shown = _as_signed(second, shown)
                proven = self._prove(user, password, second, by_pin, "more", shown)
        else:
            proven = self._signed_in(dossier, code)
        supervisor = proven.user
        with self._told(dossier, code, supervisor.id), self._counter.journal.together():
            state, asked, seen = self._checked(dossier, code, supervisor, False, shown)
            more = MoreAsked(code, said, field[:_MOST], asked.request, seen, proven.proof)
            state = self._counter.write(dossier, more, who=supervisor.id)
        return self._show(state)

    def outrun(self, dossier: UUID) -> tuple[OutrunView, ...]:
        """What was said about requests of this dossier, here or at other desks, and came too late to count."""
        self._counter.demand("dossier.find", dossier)
        records = self._counter.journal.records(dossier)
        state = self._counter.journal.dossier(dossier)
        found = []
        for one in records:
            what = one.entry.what
            if one.code in OUTRUN and isinstance(what, ExceptionAsked | ExceptionDecided | MoreAsked):
                found.append(
                    OutrunView(
                        what.code, one.entry.who, _said(what), _stands(state.exceptions.get(what.code)), one.code
                    )
                )
        return tuple(found)

    # ---- how

    def _decided(
        self,
        dossier: UUID,
        code: str,
        proven: Proven,
        granted: bool,
        comment: str,
        field: str,
        shown: str,
        where: Where,
    ) -> IntakeView:
        supervisor = proven.user
        with self._told(dossier, code, supervisor.id), self._counter.journal.together():
            state, asked, seen = self._checked(dossier, code, supervisor, granted, shown)
            decision = ExceptionDecided(
                code,
                granted,
                nfc(comment)[:_MOST],
                field[:_MOST],
                asked.request,
                seen,
                where,
                proven.factor,
                proven.proof,
                tuple(supervisor.roles),
            )
            state = self._counter.write(dossier, decision, who=supervisor.id)
        return self._show(state)

    def _checked(
        self, dossier: UUID, code: str, supervisor: User, granted: bool, shown: str
    ) -> tuple[Dossier, ExceptionState, str]:
        """The dossier, its open request, and the digest of what is shown of it. Inside the transaction that writes."""
        state, asked = self._asked(dossier, code)
        rules, persons = self._counter.rules_of(state), self._persons(supervisor)
        if may_decide(state, asked, supervisor.id, persons):
            self._counter.demand(SCOPE, state, supervisor)
        check_decision(state, code, asked.request, granted, supervisor.id, supervisor.roles, rules, persons)
        seen = shown_of(state, code)
        if shown not in ("", seen):
            raise Refusal(
                "SHOWN_CHANGED",
                Words("Hồ sơ đã thay đổi sau khi bạn xem.", "The dossier changed since it was shown to you."),
                Words("Xem lại điều đã thay đổi rồi quyết định.", "Look at what changed, then decide."),
            )
        return state, asked, seen

    def _standing(self, dossier: UUID, code: str, asking: bool) -> Dossier:
        """The dossier, if this exception can still be asked for or decided. Whoever decides does so also while another
        desk has it open. Raises `Refusal` `DOSSIER_CLOSED`, `DOSSIER_ELSEWHERE`.
        """
        state = self._counter.journal.dossier(dossier)
        if state.status != "draft" and may_ask_closed(code, self._counter.rules_of(state)):
            return state
        return self._counter.draft(dossier, begun=not asking)

    def _asked(self, dossier: UUID, code: str) -> tuple[Dossier, ExceptionState]:
        """The dossier and its open request. Raises `Refusal` `EXCEPTION_NOT_OPEN`."""
        state = self._standing(dossier, code, asking=False)
        asked = exception_of(state, code)
        if asked is None or not asked.is_open:
            raise Refusal(
                "EXCEPTION_NOT_OPEN",
                Words("Không có đề nghị nào đang chờ duyệt.", "No request is waiting for a decision."),
                Words("Tải lại hồ sơ rồi xem lại.", "Look at the dossier again."),
            )
        return state, asked

    @contextmanager
    def _told(self, dossier: UUID, code: str, user: str) -> Iterator[None]:
        """That somebody tried to decide who may not stands on the dossier, and why they might not."""
        try:
            yield
        except Refusal as refusal:
            if refusal.code in TOLD or (refusal.code.startswith(TURNED_AWAY) and refusal.code not in UNTOLD):
                self._tell(dossier, code, name_of(user), refusal.code)
            raise

    def _tell(self, dossier: UUID, code: str, user: str, refusal: str) -> None:
        here = self._counter.user
        state = self._counter.journal.dossier(dossier)
        asked = state.exceptions.get(code)
        involved = concerned(state, asked) if asked is not None else {state.clerk}
        proven = refusal in TOLD
        # A name that nobody proved may be anything, a password typed into the wrong box too.
        named = user if proven or user in involved or (here is not None and user == here.id) else ""
        who = here.id if here is not None else user if proven else ""
        if who:
            self._counter.write(dossier, DecisionRefused(code, refusal, named), who=who)

    def _persons(self, supervisor: User) -> dict[str, str]:
        """Account → a mark of the natural person, as far as this desk heard of any."""
        return persons_of(self._counter.journal, self._known(), supervisor)

    def _signed_in(self, dossier: UUID, code: str) -> Proven:
        """Who is signed in here, and by what; the rules may want more of whoever decides."""
        counter, user = self._counter, self._counter.who()
        factor, proof, policy = counter.factor, counter.proof, self._proving.policy(user.roles)
        if factor not in policy.kinds and (policy.code_needed or policy.code_to_decide):
            with self._told(dossier, code, user.id):
                raise second_factor_missing(policy.kinds, owned(user.factor, user.tokens))
        if proof is not None and counter.clock() - proof.challenge.at > SESSION:
            raise _token_long_ago()
        return Proven(user, factor, False, proof)

    def _prove(self, user: str, password: str, second: Second, by_pin: bool, purpose: Purpose, shown: str) -> Proven:
        if by_pin:
            return self._proving.prove_by_pin(user, password, second, purpose, shown)
        return self._proving.prove(user, password, second, purpose, shown)


def _not_by_hand(kinds: Sequence[ExceptionKind]) -> Refusal:
    vi = "; ".join(f"{one.code} ({one.words.vi})" for one in kinds)
    en = "; ".join(f"{one.code} ({one.words.en})" for one in kinds)
    return Refusal(
        "EXCEPTION_NOT_BY_HAND",
        Words("Quy định không cho cán bộ tự nêu ngoại lệ này.", "The rules do not let a clerk raise this by hand."),
        Words(f"Chọn trong: {vi}.", f"Choose among: {en}.")
        if kinds
        else Words(
            "Hồ sơ lúc này không có loại nào tự nêu được; hỏi lãnh đạo phụ trách.",
            "As this dossier stands none can be raised by hand; ask a supervisor.",
        ),
    )


def demand_words(comment: str) -> None:
    """Whoever does not grant says why, or what is missing. Raises `Refusal` `REASON_MISSING`."""
    if not nfc(comment):
        raise Refusal(
            "REASON_MISSING",
            Words("Cần ghi lý do cho cán bộ tiếp nhận.", "The clerk needs a reason."),
            Words("Ghi ngắn gọn điều cần sửa hoặc vì sao không duyệt.", "Write what is to be mended, or why not."),
        )


def _as_signed(second: Second, shown: str) -> str:
    """The digest that a token signed is what was shown, where nothing else is said."""
    return shown or (second.challenge.about if isinstance(second, TokenProof) else "")


def _token_long_ago() -> Refusal:
    return Refusal(
        "TOKEN_LONG_AGO",
        Words("Bạn đăng nhập bằng token đã hơn một ngày.", "It is more than a day since you signed in by your token."),
        Words("Đăng xuất rồi đăng nhập lại bằng token.", "Sign out, then sign in again by your token."),
    )


def _said(what: ExceptionAsked | ExceptionDecided | MoreAsked) -> Words:
    match what:
        case ExceptionAsked():
            return Words("Đề nghị lại", "Asked again")
        case MoreAsked():
            return Words("Yêu cầu làm rõ", "Asked for more")
        case ExceptionDecided():
            return _WORDS[what.granted]


_WORDS = {True: Words("Duyệt", "Granted"), False: Words("Không duyệt", "Refused")}


def _stands(state: ExceptionState | None) -> Words:
    """What counts of a request, and by whom."""
    if state is None or state.granted is None:
        return Words("Đề nghị đang chờ quyết định", "The request waits for a decision")
    words = _WORDS[state.granted]
    return Words(f"{words.vi}: {state.decided_by}", f"{words.en}: {state.decided_by}")


def asked_again(counter: Counter, before: Dossier, state: Dossier, who: str) -> Dossier:
    """What was asked of a supervisor is asked again once something else is unproven than what they were shown."""
    if not asked_for_less(before, state):
        return state
    return counter.write(state.id, _anew(state.exceptions[IDENTITY_WEAK], counter.rules_of(state)), who=who)


def _anew(asked: ExceptionState, rules: Rules) -> ExceptionAsked:
    approvers = max(asked.approvers, rules.approvers(asked.code))
    return ExceptionAsked(asked.code, asked.reason, asked.amount_vnd, asked.evidence, approvers)
