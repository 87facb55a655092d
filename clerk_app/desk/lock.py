"""The lock: what is open stays open and its owner's, until they prove who they are or somebody else comes instead.

in --lock--> locked --unlock, the same person--> in
               |--take_over, somebody else--> in, as that person
               `--their access ended (`desk.people`)--> out
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.leases import Leases
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.sign_in import SignIn
from clerk_app.desk.views import SessionView
from clerk_app.domain.oversight import Factor, SessionEvent, SessionHappened
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import Second, TokenProof

SETTING = "lock_after_minutes"
"""The catalogue's: minutes without a key or the mouse after which a desk locks by itself; 0: never."""
DEFAULT_MINUTES = 10
LONGEST_MINUTES = 24 * 60
ASK_CENTRAL = frozenset({"SIGN_IN_WRONG_PASSWORD", "SIGN_IN_TOO_LONG_OFFLINE", "SIGN_IN_FIRST_ONLINE"})
"""What this desk knows may be old: the password may be a new one that only central knows yet."""
NOT_TOLD = frozenset({"SIGN_IN_WAIT", "LOCK_EMPTY"})
"""Codes of refusals that are no attempt and stand in no journal."""


class Pins(Protocol):
    """PINs that people set at this desk."""

    def is_pin(self, user: str, secret: str) -> bool:
        """Whether this person has a PIN here and `secret` can be one."""
        ...

    def check_pin(self, user: str, secret: str) -> None:
        """Raises `Refusal` with the true cause: wrong, too many wrong ones, no access any more."""
        ...


class Lock:
    """Locks the desk and opens it again. Whatever runs meanwhile runs on under the name of who began it."""

    def __init__(
        self,
        counter: Counter,
        central: Central,
        users: Users,
        sign_in: SignIn,
        leases: Leases,
        new_id: Callable[[], UUID],
        pins: Pins | None = None,
    ) -> None:
        self._counter = counter
        self._central = central
        self._users = users
        self._sign_in = sign_in
        self._leases = leases
        self._new_id = new_id
        self._pins = pins
        self._since: tuple[str, UUID] | None = None
        """Whose desk is locked, and under which id the journal tells of it."""

    @property
    def locked(self) -> bool:
        """Whether nobody may work here although somebody is signed in."""
        user = self._counter.user
        return self._since is not None and user is not None and user.id == self._since[0]

    def after_s(self) -> int:
        """Seconds without a key or the mouse after which the desk locks by itself; 0: never."""
        text = self._counter.rules_today().settings.get(SETTING, "")
        minutes = int(text) if text.isascii() and text.isdigit() else DEFAULT_MINUTES
        return min(minutes, LONGEST_MINUTES) * 60

    def lock(self) -> None:
        """Lock it, and write down that it is. Locking twice, or with nobody there, changes nothing.

        Raises `Refusal` where that cannot be written (a full disk); locked it is all the same.
        """
        user = self._counter.user
        if user is None or self.locked:
            return
        self._since = user.id, self._new_id()
        self._tell("locked")

    def unlock(self, secret: str) -> Factor:
        """Open it for who locked it, by their PIN or password; by which of both.

        Raises `Refusal`: LOCK_EMPTY, SIGN_IN_NEEDED where they were signed out meanwhile, those of a sign-in; and where
        the opening cannot be written down.
        """
        user = self._counter.who()
        try:
            factor = self._prove(user.id, secret)
        except Refusal as refusal:
            if refusal.code not in NOT_TOLD:
                self._tell("refused", cause=refusal.code)
            raise
        self._tell("unlocked", factor)
        self._since = None
        return factor

    def take_over(self, user: str, password: str, code: Second = "") -> SessionView:
        """Somebody signs in while it is locked: who locked it comes back so, too; anybody else takes the seat.

        What the one before had open stays theirs, and is given back to the office as at a sign-out. Raises what a
        sign-in raises; then it stays locked for the one before.
        """
        before = self._counter.user
        session = self._sign_in.sign_in(user, password, code)
        if before is not None and before.id == session.user:
            self._tell("unlocked", self._counter.factor, proof=self._counter.proof)
        elif before is not None:
            self._tell("out", who=before.id)
            self._leases.release_all()
        self._since = None
        return session

    def _prove(self, user: str, secret: str) -> Factor:
        if not secret:
            raise Refusal(
                "LOCK_EMPTY",
                Words("Chưa nhập mã PIN hoặc mật khẩu.", "The PIN or password is missing."),
                Words("Nhập rồi bấm Enter.", "Type it, then press Enter."),
            )
        if self._pins is not None and self._pins.is_pin(user, secret):
            self._pins.check_pin(user, secret)
            return "pin"
        counter = self._counter
        try:
            # Who sits here proved their second factor when they came.
            self._users.confirm(user, secret, counter.clock(), counter.lifted("days-offline"))
        except Refusal as here:
            if here.code not in ASK_CENTRAL:
                raise
            try:
                signed_in = self._central.sign_in(user, secret)
            except Refusal as there:
                raise (here if there.code in NO_LINE else there) from None
            self._users.remember(signed_in, secret)
        return "password"

    def _tell(
        self, event: SessionEvent, factor: Factor = "", cause: str = "", who: str = "", proof: TokenProof | None = None
    ) -> None:
        """Write down what happened at this desk; one lock is one matter, from its closing to its opening."""
        who = who or self._counter.who().id
        matter = self._since[1] if self._since is not None and self._since[0] == who else self._new_id()
        self._counter.write(matter, SessionHappened(event, who, False, factor, cause, proof), who=who)
