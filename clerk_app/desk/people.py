"""Who of this office still has access: learned from central at every contact, and obeyed without a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from clerk_app.desk.counter import Counter
from clerk_app.desk.noting import note_moment
from clerk_app.desk.ports import Central, Journal, Users
from clerk_app.domain.people import person_key
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import User

NOTE = "people"
"""Where the journal keeps by which version of central's list the people here are known."""
CONFIRMED = "people_confirmed"
"""Where the journal keeps when central last said that the people known here are those that it has."""

CALLED = "people_called"
"""Where the journal keeps what everybody of this office is called and may do, also who never sat at this desk."""
PERSONS = "persons"
"""Where the journal keeps which accounts are of one natural person: a mark for each, and not who it is."""


class People:
    """Keeps what central says of the people of this office."""

    def __init__(self, counter: Counter, central: Central, users: Users) -> None:
        self._counter = counter
        self._central = central
        self._users = users

    def learned(self, version: int) -> bool:
        """Whether this desk knows the people as they are by this version."""
        journal = self._counter.journal
        known = bool(journal.noted(PERSONS)) and bool(journal.noted(CALLED))
        return known and journal.noted(NOTE) == str(version)

    def confirmed(self) -> None:
        """Central said just now that they are as this desk knows them. Written down once an hour at most."""
        now = self._counter.clock()
        note_moment(self._counter.journal, CONFIRMED, now, now)

    def learn(self) -> Refusal | None:
        """Ask central and keep what it says. If the person signed in here has lost their access, why they are out.

        They are out at once and without a last entry: what they typed stands as it was saved, and nothing is written in
        their name that central would refuse.
        """
        said = self._central.people()
        self._users.renew(said.people)
        self._counter.journal.note(PERSONS, json.dumps(_marks(said.people)))
        self._counter.journal.note(CALLED, json.dumps({one.id: [one.name, one.roles] for one in said.people}))
        self._counter.journal.note(NOTE, str(said.version))
        here = self._counter.user
        known = next((one for one in said.people if here is not None and one.id == here.id and one.active), None)
        if here is None or known is not None:
            # Other roles than at sign-in hold from here on.
            self._counter.user = known
            return None
        self._counter.user = None
        return access_lost()


def called_noted(journal: Journal) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Account → what they are called, and their roles, of everybody of this office as central last had them."""
    noted = journal.noted(CALLED)
    found: dict[str, list[Any]] = json.loads(noted) if noted else {}
    return {user: (name, tuple(roles)) for user, (name, roles) in found.items()}


def names_known(journal: Journal, here: Mapping[str, str]) -> dict[str, str]:
    """What people are called: by central's list, and of who is not on it any more as they were known `here`."""
    return {**here, **{user: name for user, (name, _) in called_noted(journal).items() if name}}


def persons_noted(journal: Journal) -> dict[str, str]:
    """Account → the mark of the natural person behind it, of everybody of this office who has more than one."""
    noted = journal.noted(PERSONS)
    found: dict[str, str] = json.loads(noted) if noted else {}
    return found


def persons_of(journal: Journal, known: Mapping[str, str], user: User) -> dict[str, str]:
    """Account → a mark of the natural person, as far as this desk heard of any: from central's list, from those `known`
    here (account → person), and of `user`.
    """
    told = dict(known) | ({user.id: user.person} if user.person else {})
    return persons_noted(journal) | {account: mark_of(person) for account, person in told.items()}


def mark_of(person: str) -> str:
    """What stands for a natural person in this desk's notes."""
    return hashlib.sha256(person_key(person).encode()).hexdigest()


def _marks(people: Iterable[User]) -> dict[str, str]:
    """Those who share a person with another account; an account may also be named as the person of another."""
    marks = {one.id: mark_of(one.person or one.id) for one in people}
    every = list(marks.values())
    return {user: mark for user, mark in marks.items() if every.count(mark) > 1}


def access_lost() -> Refusal:
    """Central has taken this person's access away."""
    return Refusal(
        "USER_INACTIVE",
        Words("Tài khoản này đã bị khóa.", "This account is closed."),
        Words("Liên hệ cán bộ quản trị; bản nháp vẫn được giữ.", "Ask the IT officer; drafts are kept."),
    )
