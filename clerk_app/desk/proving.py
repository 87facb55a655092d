"""Proving who somebody is at this desk, with a line or without, and without signing anybody in.

The one way for all who need it: signing in, deciding on the spot, ending somebody's wait. Nobody is let in here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.tokens import Tokens
from clerk_app.domain.oversight import Factor
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import (
    SECOND,
    SignInPolicy,
    code_needed,
    owned,
    policy_of,
    second_factor_missing,
    second_of,
)
from clerk_app.domain.token_proofs import DECIDING, Purpose, Second, TokenProof
from clerk_app.wire import SignedIn, User


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who proved who they are: by which factor, whether without central, and what their token signed for it,
    where one did.
    """

    user: User
    factor: Factor
    offline: bool
    proof: TokenProof | None = None


class Proving:
    """Asks central where the line is up, and what this desk keeps where it is not."""

    def __init__(self, counter: Counter, central: Central, users: Users, tokens: Tokens | None = None) -> None:
        """`tokens` made the challenges that people's tokens answer; none where this desk reads no tokens."""
        self._counter = counter
        self._central = central
        self._users = users
        self._tokens = tokens or Tokens(counter, central, users)

    def prove(
        self, user: str, password: str, code: Second = "", purpose: Purpose = "sign-in", about: str = ""
    ) -> Proven:
        """By password, and a second factor where one was issued or the rules want it. `purpose` says for what, a
        decision on somebody else's work among others; what a token signed must be for that and `about` the same.

        Raises `Refusal` with the true cause, as central or this desk knows it: `SIGN_IN_EMPTY`, `SIGN_IN_…`, `CODE_…`,
        `TOKEN_…`, `PROOF_…`, `SECOND_FACTOR_MISSING`, `USER_INACTIVE`, `OFFICE_FOREIGN`, `CLOCK_…`, `STATION_…`,
        `LIMIT_USERS`.
        """
        name = name_of(user)
        self._tokens.take(code, purpose, name, about)
        return self._proven(lambda: self._central.sign_in(name, password, code), name, password, code, purpose)

    def prove_to_unlock(self, user: str, supervisor: str, password: str, code: Second = "") -> Proven:
        """As `prove`, for a supervisor who ends the wait of `user`: where the line is up, at central with the same
        word. Raises `Refusal` `FOUR_EYES`, `ROLE_MISSING`, `USER_UNKNOWN` too.
        """
        name, other = name_of(supervisor), name_of(user)
        self._tokens.take(code, "unlock", name, other)
        return self._proven(lambda: self._central.unlock(other, name, password, code), name, password, code, "unlock")

    def prove_by_pin(
        self, user: str, pin: str, code: Second = "", purpose: Purpose = "grant", about: str = ""
    ) -> Proven:
        """By the PIN of this desk, and a second factor where one was issued. Never asks central.

        Raises `Refusal` `PIN_…`, `CODE_…`, `TOKEN_…`, `PROOF_…`, `SECOND_FACTOR_MISSING`, or why they may not sign in
        without a line.
        """
        name, counter = name_of(user), self._counter
        self._tokens.take(code, purpose, name, about)
        policy, until = self._policy(name), counter.lifted("days-offline")
        done = self._users.check_pin(name, pin, counter.clock(), policy.pin_tries, until, code, policy)
        if done.factor not in SECOND and second_of(policy, owned(done.user.factor, done.user.tokens), ""):
            raise code_needed()
        return self._as_wanted(_made(done, "pin" if done.factor == "password" else done.factor, True, code), purpose)

    def _policy(self, user: str) -> SignInPolicy:
        known = self._users.find(user)
        return self.policy(known.roles if known is not None else ())

    def policy(self, roles: Sequence[str]) -> SignInPolicy:
        """What the rules of today ask of somebody with these roles."""
        settings = self._counter.rules_today().settings
        return policy_of(roles, lambda name: settings.get(name, ""))

    def _proven(self, ask: Callable[[], SignedIn], user: str, password: str, code: Second, purpose: Purpose) -> Proven:
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
            until, policy = counter.lifted("days-offline"), self._policy(user)
            signed_in = self._users.check(user, password, counter.clock(), until, code, policy)
            offline = True
        return self._as_wanted(_made(signed_in, signed_in.factor, offline, code), purpose)

    def _as_wanted(self, proven: Proven, purpose: Purpose) -> Proven:
        policy, user = self.policy(proven.user.roles), proven.user
        wanted = policy.code_needed or (purpose in DECIDING and policy.code_to_decide)
        if wanted and proven.factor not in policy.kinds:
            raise second_factor_missing(policy.kinds, owned(user.factor, user.tokens))
        return proven


def _made(signed_in: SignedIn, factor: Factor, offline: bool, second: Second) -> Proven:
    proof = second if factor == "token" and isinstance(second, TokenProof) else None
    return Proven(signed_in.user, factor, offline, proof)


def name_of(user: str) -> str:
    """A sign-in name as it is kept."""
    return sign_in_name(user)
