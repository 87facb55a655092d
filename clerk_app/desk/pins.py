"""PINs at this desk: chosen by who is signed in, good for opening the lock and, with a second factor, on the spot."""

from __future__ import annotations

from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Users
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.sign_in import PIN_LEAST, PIN_MOST, policy_of


class Pins:
    """What a PIN needs of the rules and of the clock. PINs are this desk's own; central knows none."""

    def __init__(self, counter: Counter, users: Users) -> None:
        self._counter = counter
        self._users = users

    def is_pin(self, user: str, secret: str) -> bool:
        """Whether this person has a PIN here and `secret` can be one."""
        digits = secret.isascii() and secret.isdigit() and PIN_LEAST <= len(secret) <= PIN_MOST
        return digits and self._users.has_pin(sign_in_name(user))

    def check_pin(self, user: str, secret: str) -> None:
        """Raises `Refusal` with the true cause: `PIN_UNSET`, `PIN_WRONG`, `PIN_SPENT`, no access any more, too long
        offline, clock set back.
        """
        counter, known = self._counter, self._users.find(user)
        settings = counter.rules_today().settings
        policy = policy_of(known.roles if known is not None else (), lambda name: settings.get(name, ""))
        self._users.check_pin(user, secret, counter.clock(), policy.pin_tries, counter.lifted("days-offline"))

    def choose(self, password: str, pin: str) -> None:
        """A PIN for the person signed in, who shows by their password that it is still them.

        Raises `Refusal`: `SIGN_IN_NEEDED`, `PIN_SHAPE`, `PIN_WEAK`, a wrong password and its waits, and why they may
        not sign in without a line.
        """
        who, now = self._counter.who(), self._counter.clock()
        self._users.confirm(who.id, password, now)
        self._users.set_pin(who.id, pin, now)
