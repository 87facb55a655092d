"""Reading what a workstation keeps, beside an open window too: for a person and as far as their roles reach.

Training data are of nobody: in practice they are read without a name, and by a role where one is given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from uuid import UUID

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import QueueLine
from clerk_app.desk.proving import Proving
from clerk_app.desk.tokens import Tokens
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.owed import JUST_BEFORE, soon_until
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import State

if TYPE_CHECKING:
    from clerk_app.store.database import Database
    from clerk_app.store.journal import SealedJournal
    from clerk_app.store.keys import Keys

FIND = "dossier.find"
P = ParamSpec("P")
R = TypeVar("R")


def reader_options(command: Callable[P, R]) -> Callable[P, R]:
    """`--as USER`, `--password-file FILE`, and `--totp` or `--token`; at work also CLERK_USER and CLERK_PASSWORD."""
    command = speaking.second_options(command)
    command = click.option(
        "--password-file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="File whose first line is the password.",
    )(command)
    return click.option("--as", "user", default="", help="Sign-in name; at work there must be one (CLERK_USER).")(
        command
    )


@dataclass(frozen=True, slots=True)
class Looking:
    """The store of a workstation for somebody who reads; `counter` is None where nobody needs to be named."""

    profile: Path
    keys: Keys
    journal: SealedJournal
    counter: Counter | None

    def lines(self, query: str = "", limit: int = 200) -> Sequence[QueueLine]:
        """The newest dossiers that they may see. Raises `Refusal` NOT_ALLOWED."""
        found = self.journal.find(query, limit=limit)
        return found if self.counter is None else self.counter.within(FIND, found)

    def states(self) -> Mapping[str, State]:
        """What the states of dossiers are called today."""
        if self.counter is not None:
            return self.counter.rules_today().states
        return self._law_today().states

    def _law_today(self) -> Rules:
        law = bootstrap.law_of(self.profile, settings.load(self.profile), practice=True)
        return law.pack.as_of(in_hanoi(bootstrap.now()).date())

    def owed(self) -> Sequence[QueueLine]:
        """Those that they may see for which today is the last day to act, or which are overdue; the earliest first."""
        rules = self.counter.rules_today() if self.counter is not None else self._law_today()
        now = bootstrap.now()
        passed, until = now - JUST_BEFORE, soon_until(now, rules.calendar)
        return [*self._owed(None, passed), *self._owed(passed, until)]

    def _owed(self, since: datetime | None, until: datetime) -> Sequence[QueueLine]:
        if self.counter is None:
            return self.journal.owed(since, until)
        return self.counter.owed(FIND, since, until)[0]

    def demand(self, dossier: UUID) -> None:
        """Raises `Refusal` NOT_ALLOWED, NOT_YOURS."""
        if self.counter is not None:
            self.counter.demand(FIND, dossier)


@contextmanager
def looking(profile: Path, user: str, password_file: Path | None) -> Iterator[Looking]:
    """The store, open for that person to read. Raises `Refusal`: USER_MISSING, those of the sign-in and the store."""
    practice = bootstrap.peek(profile).practice
    keys, database, journal = bootstrap.open_store(profile, speaking.passphrase())
    try:
        user = user or ("" if practice else os.environ.get("CLERK_USER", ""))
        if not user and not practice:
            raise user_missing()
        counter = _counter(profile, keys, database, journal, user, password_file) if user else None
        yield Looking(profile, keys, journal, counter)
    finally:
        database.close()


def _counter(
    profile: Path, keys: Keys, database: Database, journal: SealedJournal, user: str, password_file: Path | None
) -> Counter:
    """A counter at which they sit, once they proved who they are under the rules of the window."""
    from clerk_app.store.known_users import KnownUsers
    from clerk_app.store.sheets import SheetStore

    password = speaking.password_of(password_file)
    station = bootstrap.station_of(profile)
    law = bootstrap.law_of(profile, settings.load(profile), station.practice)
    sheets = SheetStore(profile / "sheets", keys.sheets, database, bootstrap.now)
    counter = Counter(station, journal, sheets, law.pack, bootstrap.now)
    uplink = bootstrap.uplink_of(profile, keys)
    try:
        # Nothing is written into the journal here: a window may be open on it.
        users = KnownUsers(database)
        tokens = Tokens(counter, uplink, users, bootstrap.token_reader_of(settings.load(profile)))
        second = speaking.second_of(tokens, "sign-in", user)
        counter.user = Proving(counter, uplink, users, tokens).prove(user, password, second).user
    finally:
        uplink.close()
    return counter


def user_missing() -> Refusal:
    """Nobody was named."""
    return Refusal(
        "USER_MISSING",
        Words("Chưa nói làm việc dưới tên ai.", "Nobody was named to act for."),
        Words("Dùng --as USER hoặc biến CLERK_USER.", "Give --as USER or set CLERK_USER."),
    )
