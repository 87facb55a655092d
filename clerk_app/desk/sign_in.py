"""Signing in: online where the line is up, else for those this desk has seen before; and out again."""

from __future__ import annotations

from clerk_app.desk.counter import Counter, not_allowed
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.proving import Proven, Proving, name_of
from clerk_app.desk.views import SessionView
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import may
from clerk_app.domain.sign_in import UNLOCK, own_wait, same_person


class SignIn:
    """Lets a person in, and out again; lets a supervisor help somebody who guessed too often."""

    def __init__(self, counter: Counter, central: Central, users: Users) -> None:
        self._counter = counter
        self._users = users
        self.proving = Proving(counter, central, users)

    def sign_in(self, user: str, password: str, code: str = "") -> SessionView:
        """Who sits here now. Raises `Refusal` with the true cause, as central or this desk knows it; `CODE_NEEDED`
        where the password is right and the code of the second factor is still to be typed.
        """
        proven = self.proving.prove(user, password, code)
        self._counter.user = proven.user
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
        self._counter.user = None

    def unlock_user(self, user: str, supervisor: str, password: str, code: str = "") -> Proven:
        """A supervisor proves who they are and ends the wait that wrong tries brought upon `user`, here and at central.

        Nobody is signed in or out by it. Raises `Refusal`: as `Proving.prove`, `NOT_ALLOWED` or central's
        `ROLE_MISSING`, `FOUR_EYES` for an account of their own, `USER_UNKNOWN`.
        """
        name = name_of(user)
        by = self.proving.prove_to_unlock(name, supervisor, password, code)
        if not may(by.user.roles, UNLOCK, self._counter.rules_today().roles):
            raise not_allowed()
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
        return by

    def choose_pin(self, password: str, pin: str) -> None:
        """A PIN at this desk for the person signed in, who shows by their password that it is still them.

        Raises `Refusal`: `SIGN_IN_NEEDED`, `PIN_SHAPE`, `PIN_WEAK`, a wrong password and its waits.
        """
        who = self._counter.who()
        self._users.confirm(who.id, password, self._counter.clock())
        self._users.set_pin(who.id, pin, self._counter.clock())
