"""How far this desk is from what it can run out of, measured where it is cheap and told before it hurts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from clerk_app.desk import limit_words
from clerk_app.desk.counter import Counter
from clerk_app.desk.noting import moment, note_moment
from clerk_app.desk.people import CONFIRMED as PEOPLE_CONFIRMED
from clerk_app.desk.ports import Journal, Users
from clerk_app.desk.rule_packs import NOTE as REFUSED_PACK
from clerk_app.desk.views import DoctorCheck
from clerk_app.domain import limits
from clerk_app.domain.limits import ENTRANCE, NUMBERS, Limit, LimitName, Stage
from clerk_app.domain.refusals import Words

HEARD = "central_heard"
"""Where the journal keeps when central last answered."""
CONFIRMED = "catalogue_confirmed"
"""Where the journal keeps when central last offered no other law than the one in force."""
TOLD = "limits_told"
"""Where the journal keeps which stage of which limit was told on which day."""


class Lifting(Protocol):
    """Who knows what grace codes lifted."""

    def lifted_until(self, name: LimitName) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class LimitView:
    """One limit as it is shown: `used` of `of` in its own unit (numbers, MB, days)."""

    name: LimitName
    used: float
    of: float
    stage: Stage
    words: Words
    remedy: Words
    lifted_until: datetime | None = None


class Limits:
    """Measures, tells, and keeps a new dossier from being begun where a limit is reached."""

    def __init__(
        self,
        counter: Counter,
        users: Users,
        free_mb: Callable[[], float],
        lists_overdue: Callable[[], datetime | None],
        lifting: Lifting,
    ) -> None:
        """`free_mb` is the room on the disk; `lists_overdue` since when the revocation lists are out of date."""
        self._counter = counter
        self._users = users
        self._free_mb = free_mb
        self._lists_overdue = lists_overdue
        self._lifting = lifting
        self._overdue: tuple[date, datetime | None] | None = None
        """Since when the lists are out of date, as it was looked up on a day."""

    # ---- hearing central

    def heard(self) -> None:
        """Central answered just now. Written down once an hour at most."""
        note_answered(self._counter.journal, self._counter.clock(), self._counter.clock())

    def law_confirmed(self) -> None:
        """Central had no other law than the one in force just now. Written down once an hour at most."""
        note_confirmed(self._counter.journal, self._counter.clock())

    # ---- measuring

    def now(self) -> tuple[LimitView, ...]:
        """Every limit there is here. Looks at the disk, some notes and the trust lists; from a lane."""
        at = self._counter.clock()
        self._look_at_lists(at)
        return tuple(_view(limit, at) for limit in self._measured(at))

    def _look_at_lists(self, now: datetime) -> datetime | None:
        overdue = self._lists_overdue()
        self._overdue = now.date(), overdue
        return overdue

    def _lists_since(self, now: datetime) -> datetime | None:
        """As it was last looked up, which reads files; anew on another day."""
        known = self._overdue
        return known[1] if known is not None and known[0] == now.date() else self._look_at_lists(now)

    def _measured(self, now: datetime) -> tuple[Limit, ...]:
        return (*self._numbers(), *self._disk(), *self._ages(now), *self._offline(now))

    def _limit(self, name: LimitName, used: float, of: float) -> Limit:
        return Limit(name, used, of, self._lifting.lifted_until(name))

    def _numbers(self) -> list[Limit]:
        lent = {state.kind: state for state in self._counter.journal.blocks()}
        found = []
        for name, kind in NUMBERS.items():
            state = lent.get(kind)
            if state is not None and state.size:
                # What is left of the newest block counts: old blocks, used up, would hide that it goes down.
                whole = max(state.left, min(state.size, limits.BLOCK))
                found.append(self._limit(name, whole - state.left, whole))
        return found

    def _disk(self) -> list[Limit]:
        reserve, room = self._setting("limit_disk_reserve_mb"), self._setting("limit_disk_room_mb")
        if not room:
            return []
        return [self._limit("disk", limits.disk_used_mb(self._free_mb(), reserve, room), room)]

    def _ages(self, now: datetime) -> list[Limit]:
        journal = self._counter.journal
        heard = moment(journal, HEARD)
        since: dict[LimitName, datetime | None] = {
            "catalogue": moment(journal, CONFIRMED) or heard,
            "users": moment(journal, PEOPLE_CONFIRMED) or heard,
            "trust": self._lists_since(now),
            "central": heard,
        }
        found = []
        for name, at in since.items():
            most = self._setting(f"limit_{name}_days")
            if at is not None and most:
                found.append(self._limit(name, limits.days_between(at, now), most))
        return found

    def _offline(self, now: datetime) -> list[Limit]:
        newest = self._users.newest()
        if newest is None:
            return []
        online_at, days = newest
        return [self._limit("days-offline", limits.days_between(online_at, now), days)]

    def _setting(self, name: str) -> float:
        return limits.setting(self._counter.rules_today().settings, name)

    # ---- what happens at 100 %

    def admit(self) -> None:
        """Raises `Refusal` LIMIT_… where no new dossier may be begun; nothing that is begun is touched."""
        now = self._counter.clock()
        for limit in self._measured(now):
            if limit.name in ENTRANCE and limit.stage(now) == "reached":
                raise limit_words.reached(limit)

    def admit_person(self) -> None:
        """Raises `Refusal` LIMIT_USERS where the list of users is too old to let anybody in without a line."""
        now = self._counter.clock()
        for limit in self._ages(now):
            if limit.name == "users" and limit.stage(now) == "reached":
                raise limit_words.reached(limit)

    # ---- telling

    def news(self) -> tuple[LimitView, ...]:
        """What should be told now: each limit once per stage and day. What this returns counts as told."""
        at = self._counter.clock()
        self._look_at_lists(at)
        noted = self._counter.journal.noted(TOLD)
        told: dict[str, str] = json.loads(noted) if noted else {}
        due = limits.to_tell(self._measured(at), told, at)
        if due:
            marks = told | {limit.name: limits.told_mark(limit, at) for limit in due}
            self._counter.journal.note(TOLD, json.dumps(marks))
        return tuple(_view(limit, at) for limit in due)

    def check(self) -> DoctorCheck:
        """The line `limits` of `doctor`: the worst of them, or that all is well."""
        worst = sorted((one for one in self.now() if one.stage != "ok"), key=lambda one: _ORDER.index(one.stage))
        if not worst:
            return DoctorCheck("limits", "ok", Words("Các giới hạn còn xa", "No limit is near"), Words("", ""))
        words = Words(" ".join(one.words.vi for one in worst), " ".join(one.words.en for one in worst))
        state = worst[0].stage
        return DoctorCheck("limits", "fail" if state == "reached" else "warn", words, worst[0].remedy)


def note_answered(journal: Journal, at: datetime, now: datetime) -> None:
    """Write down that central answered at this moment, and nothing of the law or of people; never an earlier one."""
    note_moment(journal, HEARD, at, now)


def note_confirmed(journal: Journal, now: datetime) -> None:
    """Write down that central had no other law than the one in force."""
    if not journal.noted(REFUSED_PACK):
        # Else a newer law stands at central that this desk does not take.
        note_moment(journal, CONFIRMED, now, now)


_ORDER: tuple[Stage, ...] = ("reached", "urgent", "notice", "ok")


def _view(limit: Limit, now: datetime) -> LimitView:
    stage = limit.stage(now)
    words, remedy = limit_words.words_of(limit, stage), limit_words.remedy_of(limit, stage)
    return LimitView(limit.name, limit.used, limit.of, stage, words, remedy, limit.lifted_until)
