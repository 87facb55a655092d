"""Exceptions: a clerk asks with a reason, a supervisor who is somebody else decides."""

from __future__ import annotations

from uuid import UUID

from clerk_app.desk.counter import NO_LINE, Counter, Show
from clerk_app.desk.evidence_view import asked_for_less
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import Dossier, ExceptionAsked, ExceptionDecided, ExceptionState, may_decide
from clerk_app.domain.facts import IDENTITY_WEAK, exception_of
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import User


class Exceptions:
    """On the spot: the supervisor proves who they are at the clerk's desk, online or offline."""

    def __init__(self, counter: Counter, show: Show, central: Central, users: Users) -> None:
        self._counter = counter
        self._show = show
        self._central = central
        self._users = users

    def ask(self, dossier: UUID, code: str, reason: str) -> IntakeView:
        """Ask for an exception; one that was granted stays granted. Raises `Refusal` `REASON_MISSING`."""
        who = self._counter.demand("exception.ask", dossier).id
        if not nfc(reason):
            raise Refusal(
                "REASON_MISSING",
                Words("Cần ghi lý do đề nghị phê duyệt.", "The reason for the exception is missing."),
                Words("Ghi ngắn gọn điều đã kiểm tra.", "Write shortly what you checked."),
            )
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            before = exception_of(state, code)
            if before is None or not before.granted:
                state = self._counter.write(dossier, ExceptionAsked(code, nfc(reason)[:2000]), who=who)
        return self._show(state)

    def decide(self, dossier: UUID, code: str, user: str, password: str, granted: bool, comment: str) -> IntakeView:
        """A supervisor's decision. Raises `Refusal` `FOUR_EYES`, `NOT_ALLOWED`, `NOT_YOURS`, `GRANTED_BY_OTHERS`, or
        why the sign-in failed.
        """
        self._asked(dossier, code)
        supervisor = self._prove(user, password)
        decision = ExceptionDecided(code, granted, nfc(comment)[:2000])
        with self._counter.journal.together():
            state, asked = self._asked(dossier, code)
            if not may_decide(state, asked, supervisor.id):
                raise Refusal(
                    "FOUR_EYES",
                    Words("Người đề nghị không được tự phê duyệt.", "Nobody approves their own request."),
                    Words("Nhờ một lãnh đạo khác phê duyệt.", "Ask another supervisor."),
                )
            self._counter.demand("exception.decide", state, supervisor)
            self._demand_named(state, code, supervisor)
            state = self._counter.write(dossier, decision, who=supervisor.id)
        return self._show(state)

    def _demand_named(self, state: Dossier, code: str, supervisor: User) -> None:
        """Raises `Refusal` `GRANTED_BY_OTHERS` where the law of the dossier leaves this exception to another role."""
        rules = self._counter.rules_of(state)
        role = rules.granted_by(code)
        if role and role not in supervisor.roles:
            name = rules.role_names.get(role, Words(role, role))
            raise Refusal(
                "GRANTED_BY_OTHERS",
                Words(f"Ngoại lệ này chỉ do người có vai trò “{name.vi}” duyệt.", f"Only a {name.en} may decide this."),
                Words(f"Nhờ người có vai trò “{name.vi}” quyết định.", f"Ask a {name.en} to decide it."),
            )

    def _asked(self, dossier: UUID, code: str) -> tuple[Dossier, ExceptionState]:
        """The dossier and its open request. Raises `Refusal` `EXCEPTION_NOT_OPEN`."""
        state = self._counter.draft(dossier)
        asked = exception_of(state, code)
        if asked is None or asked.granted is not None:
            raise Refusal(
                "EXCEPTION_NOT_OPEN",
                Words("Không có đề nghị nào đang chờ duyệt.", "No request is waiting for a decision."),
                Words("Tải lại hồ sơ rồi xem lại.", "Look at the dossier again."),
            )
        return state, asked

    def _prove(self, user: str, password: str) -> User:
        try:
            signed_in = self._central.sign_in(nfc(user).lower(), password)
            self._users.remember(signed_in, password)
        except Refusal as refusal:
            if refusal.code not in NO_LINE:
                raise
            signed_in = self._users.check(
                nfc(user).lower(), password, self._counter.clock(), self._counter.lifted("days-offline")
            )
        return signed_in.user


def asked_again(counter: Counter, before: Dossier, state: Dossier, who: str) -> Dossier:
    """What was asked of a supervisor is asked again once something else is unproven than what they were shown."""
    if not asked_for_less(before, state):
        return state
    reason = state.exceptions[IDENTITY_WEAK].reason
    return counter.write(state.id, ExceptionAsked(IDENTITY_WEAK, reason), who=who)
