"""Deciding an exception by whoever is signed in at their own desk."""

from __future__ import annotations

from uuid import UUID

from clerk_app.desk.counter import Counter, not_allowed
from clerk_app.domain.deciding import ExceptionState, may_decide
from clerk_app.domain.dossier import Dossier, ExceptionDecided
from clerk_app.domain.exceptions import shown_of
from clerk_app.domain.facts import exception_of
from clerk_app.domain.oversight import MoreAsked
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import may
from clerk_app.wire import User


class DecidingHere:
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def why_not(self, state: Dossier, asked: ExceptionState, user: User) -> Refusal | None:
        rules = self._counter.rules_of(state)
        if not may_decide(state, asked, user.id):
            return Refusal(
                "FOUR_EYES",
                Words("Người đề nghị không được tự phê duyệt.", "Nobody approves their own request."),
                Words("Nhờ một lãnh đạo khác phê duyệt.", "Ask another supervisor."),
            )
        if not may(user.roles, "exception.decide", self._counter.rules_today().roles):
            return not_allowed()
        role = rules.granted_by(asked.code)
        if role and role not in user.roles:
            name = rules.role_names.get(role, Words(role, role))
            return Refusal(
                "GRANTED_BY_OTHERS",
                Words(f"Ngoại lệ này chỉ do người có vai trò “{name.vi}” duyệt.", f"Only a {name.en} may decide this."),
                Words(f"Nhờ người có vai trò “{name.vi}” quyết định.", f"Ask a {name.en} to decide it."),
            )
        return None

    def decide_here(
        self, dossier: UUID, code: str, request: UUID, granted: bool, comment: str, field: str, shown: str
    ) -> None:
        if not granted and not nfc(comment).strip():
            raise Refusal(
                "REASON_MISSING",
                Words("Cần ghi lý do không duyệt.", "The reason for the refusal is missing."),
                Words("Ghi ngắn gọn vì sao.", "Write shortly why."),
            )
        with self._counter.journal.together():
            user, _, _ = self._checked(dossier, code, request, shown)
            what = ExceptionDecided(code, granted, nfc(comment)[:2000], field, request, shown, "remote", "password")
            self._counter.write(dossier, what, who=user.id)

    def ask_more(self, dossier: UUID, code: str, request: UUID, comment: str, field: str, shown: str) -> None:
        with self._counter.journal.together():
            user, _, _ = self._checked(dossier, code, request, shown)
            self._counter.write(dossier, MoreAsked(code, nfc(comment)[:2000], field, request, shown), who=user.id)

    def _checked(self, dossier: UUID, code: str, request: UUID, shown: str) -> tuple[User, Dossier, ExceptionState]:
        user = self._counter.demand("exception.decide")
        state = self._counter.journal.dossier(dossier)
        asked = exception_of(state, code)
        if asked is None:
            raise Refusal("EXCEPTION_NOT_OPEN", Words("Không còn.", "Gone."), Words("Xem lại.", "Look again."))
        if not asked.is_open or asked.request != request:
            raise Refusal("EXCEPTION_NOT_OPEN", Words("Không còn.", "Gone."), Words("Xem lại.", "Look again."))
        refusal = self.why_not(state, asked, user)
        if refusal is not None:
            raise refusal
        if shown_of(state, code) != shown:
            raise Refusal(
                "SHOWN_CHANGED",
                Words("Hồ sơ vừa thay đổi so với nội dung đang hiển thị.", "The dossier changed meanwhile."),
                Words("Xem lại nội dung mới rồi quyết định.", "Look at what is new, then decide."),
            )
        return user, state, asked
