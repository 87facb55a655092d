"""Proving who somebody is at this desk, with a line or without, and without signing anybody in.

The one way for all who need it: signing in, deciding on the spot, ending somebody's wait. Nobody is let in here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.ports import Central, Users
from clerk_app.domain.oversight import Factor
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import SignInPolicy, code_needed, policy_of, second_factor_missing
from clerk_app.wire import SignedIn, User


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who proved who they are: by which factor, and whether without central."""

    user: User
    factor: Factor
    offline: bool


class Proving:
    """Asks central where the line is up, and what this desk keeps where it is not."""

    def __init__(self, counter: Counter, central: Central, users: Users) -> None:
        self._counter = counter
        self._central = central
        self._users = users

    def prove(self, user: str, password: str, code: str = "", deciding: bool = False) -> Proven:
        """By password, and the code of a second factor where one was issued or the rules want it (`deciding`: for a
        decision on somebody else's work).

        Raises `Refusal` with the true cause, as central or this desk knows it: `SIGN_IN_EMPTY`, `SIGN_IN_…`, `CODE_…`,
        `SECOND_FACTOR_MISSING`, `USER_INACTIVE`, `OFFICE_FOREIGN`, `CLOCK_…`, `STATION_…`, `LIMIT_USERS`.
        """
        name = name_of(user)
        return self._proven(lambda: self._central.sign_in(name, password, code), name, password, code, deciding)

    def prove_to_unlock(self, user: str, supervisor: str, password: str, code: str = "") -> Proven:
        """As `prove`, for a supervisor who ends the wait of `user`: where the line is up, at central with the same
        word. Raises `Refusal` `FOUR_EYES`, `ROLE_MISSING`, `USER_UNKNOWN` too.
        """
        name, other = name_of(supervisor), name_of(user)
        return self._proven(lambda: self._central.unlock(other, name, password, code), name, password, code)

    def prove_by_pin(self, user: str, pin: str, code: str = "") -> Proven:
        """By the PIN of this desk, and the code of a second factor where one was issued. Never asks central.

        Raises `Refusal` `PIN_…`, `CODE_…`, `SECOND_FACTOR_MISSING`, or why they may not sign in without a line.
        """
        name, counter = name_of(user), self._counter
        known = self._users.find(name)
        tries = self.policy(known.roles if known is not None else ()).pin_tries
        until = counter.lifted("days-offline")
        signed_in = self._users.check_pin(name, pin, counter.clock(), tries, until, code)
        if signed_in.user.factor and signed_in.factor != "totp":
            raise code_needed()
        return self._as_wanted(Proven(signed_in.user, "totp" if signed_in.factor == "totp" else "pin", True), True)

    def policy(self, roles: Sequence[str]) -> SignInPolicy:
        """What the rules of today ask of somebody with these roles."""
        settings = self._counter.rules_today().settings
        return policy_of(roles, lambda name: settings.get(name, ""))

    def _proven(
        self, ask: Callable[[], SignedIn], user: str, password: str, code: str, deciding: bool = False
    ) -> Proven:
        if not user or not password:
            raise Refusal(
                "SIGN_IN_EMPTY",
                Words("Chưa nhập tên đăng nhập hoặc mật khẩu.", "Sign-in name or password is missing."),
                Words("Nhập cả hai rồi bấm Enter.", "Enter both, then press Enter."),
            )
        offline = False
        try:
            signed_in = ask()
            self._users.remember(signed_in, password)
        except Refusal as refusal:
            if refusal.code not in NO_LINE:
                raise
            counter = self._counter
            counter.admit_person()
            signed_in = self._users.check(user, password, counter.clock(), counter.lifted("days-offline"), code)
            offline = True
        return self._as_wanted(Proven(signed_in.user, signed_in.factor, offline), deciding)

    def _as_wanted(self, proven: Proven, deciding: bool) -> Proven:
        policy = self.policy(proven.user.roles)
        if proven.factor != "totp" and (policy.code_needed or (deciding and policy.code_to_decide)):
            raise second_factor_missing()
        return proven


def name_of(user: str) -> str:
    """A sign-in name as it is kept."""
    return nfc(user).lower()
