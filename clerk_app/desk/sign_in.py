"""Signing in: online where the line is up, else for those this desk has seen before; and out again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.proving import Proven, Proving, name_of
from clerk_app.desk.tokens import Tokens
from clerk_app.desk.views import SessionView
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import UNLOCK, own_wait, same_person
from clerk_app.domain.token_proofs import Second

TOLD = (
    *("SIGN_IN_WRONG", "SIGN_IN_TOO_LONG", "CODE_", "PROOF_", "SECOND_FACTOR_"),
    *("USER_", "OFFICE_", "CLOCK_", "LIMIT_", "ROLE_"),
)
"""How codes begin that say of a person why they were turned away; what a machine cannot do is no matter of theirs."""
UNTOLD = frozenset({"CODE_NEEDED", "CODE_OR_TOKEN_NEEDED"})
"""No try yet. A wait is none either: who hammers on the door does not fill the journal."""
WAIT_ENDED = "SIGN_IN_WAIT"
"""The cause of `forced`: a supervisor ended somebody's wait."""


class SignIn:
    """Lets a person in, and out again; lets a supervisor help somebody who guessed too often."""

    def __init__(
        self,
        counter: Counter,
        central: Central,
        users: Users,
        new_id: Callable[[], UUID] = uuid4,
        tokens: Tokens | None = None,
    ) -> None:
        self._counter = counter
        self._users = users
        self._new_id = new_id
        self.proving = Proving(counter, central, users, tokens)

    def sign_in(self, user: str, password: str, code: Second = "") -> SessionView:
        """Who sits here now. Raises `Refusal` with the true cause, as central or this desk knows it; `CODE_NEEDED`,
        `TOKEN_NEEDED` where the password is right and the second factor is still to come.
        """
        try:
            proven = self.proving.prove(user, password, code)
        except Refusal as refusal:
            self._turned_away(name_of(user), refusal)
            raise
        came = SessionHappened(
            "in",
            proven.user.id,
            proven.offline,
            proven.factor,
            proof=proven.proof,
            roles=tuple(proven.user.roles),
        )
        self._tell(came, proven.user.id)
        self._counter.user, self._counter.factor, self._counter.proof = proven.user, proven.factor, proven.proof
        station = self._counter.station
        return SessionView(
            user=proven.user.id,
            name=proven.user.name,
            roles=tuple(proven.user.roles),
            counter=station.counter,
            office=Words(station.office_name_vi, station.office_name_en),
            practice=station.practice,
            offline=proven.offline,
            since=self._counter.clock(),
        )

    def sign_out(self) -> None:
        """Nobody sits here any more; drafts stay."""
        gone, self._counter.user, self._counter.factor, self._counter.proof = self._counter.user, None, "", None
        if gone is not None:
            self._tell(SessionHappened("out", gone.id), gone.id)

    def unlock_user(self, user: str, supervisor: str, password: str, code: Second = "") -> Proven:
        """A supervisor proves who they are and ends the wait that wrong tries brought upon `user`, here and at central.

        Nobody is signed in or out by it. Raises `Refusal`: as `Proving.prove`, `NOT_ALLOWED` or central's
        `ROLE_MISSING`, `FOUR_EYES` for an account of their own, `USER_UNKNOWN`.
        """
        name = name_of(user)
        try:
            by = self.proving.prove_to_unlock(name, supervisor, password, code)
        except Refusal as refusal:
            self._turned_away(name_of(supervisor), refusal)
            raise
        self._counter.demand(UNLOCK, user=by.user)
        known = self._users.find(name)
        if known is None and by.offline:
            raise Refusal(
                "USER_UNKNOWN",
                Words("Người này chưa từng đăng nhập trên máy trạm này.", "This person never signed in on this desk."),
                Words("Kiểm tra tên đăng nhập.", "Check the sign-in name."),
            )
        if known is not None:
            if same_person(by.user.id, by.user.person, known.id, known.person):
                raise own_wait()
            self._users.end_wait(name)
        self._tell(SessionHappened("forced", name, by.offline, by.factor, WAIT_ENDED, by.proof), by.user.id)
        return by

    def _turned_away(self, user: str, refusal: Refusal) -> None:
        """Written down of people this desk knows: it is a matter of theirs, and central knows them too."""
        if not refusal.code.startswith(TOLD) or refusal.code in UNTOLD or self._users.find(user) is None:
            return
        # Where it cannot be written, the person is still told why they were turned away, and not of the disk.
        with suppress(Refusal):
            self._tell(SessionHappened("refused", user, cause=refusal.code), user)

    def _tell(self, happened: SessionHappened, who: str) -> None:
        self._counter.write(self._new_id(), happened, who=who)
