"""A supervisor lifts a limit by a code of central's: checked here without a line, sealed, judged again at central."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from clerk_app.desk.carrying import keys_noted
from clerk_app.desk.counter import Counter
from clerk_app.desk.limit_words import NAMES
from clerk_app.desk.ports import Users
from clerk_app.desk.tokens import Tokens
from clerk_app.domain import grace
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import GraceUsed
from clerk_app.domain.grace import Grace
from clerk_app.domain.limits import LIMITS, NUMBERS, LimitName
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import policy_of
from clerk_app.domain.token_proofs import Second, TokenProof
from clerk_app.token_factor import used_before
from clerk_app.wire import Block

SCOPE = "limit.lift"
USED = "graces"
"""Where the journal keeps which of its entries lifted a limit: their dossiers, newest last."""
TRIES = "grace_tries"
"""Where the journal keeps how often a wrong code was typed, and when last."""
_KEPT = 64


@dataclass(frozen=True, slots=True)
class GraceView:
    """What a code did: a limit may be passed until a moment, or numbers were lent."""

    limit: LimitName
    words: Words
    until: datetime | None = None
    numbers: int = 0


class GraceDesk:
    """Takes codes, and knows what they lifted."""

    def __init__(self, counter: Counter, users: Users, tokens: Tokens | None = None) -> None:
        """`tokens` made the challenges that people's tokens answer; none where nobody proves themselves by one."""
        self._counter = counter
        self._users = users
        self._tokens = tokens

    def use(self, code: str, user: str = "", password: str = "", second: Second = "") -> GraceView:
        """Lift what the code lifts, for the supervisor signed in or the one who proves it here and now: by password,
        and by `second` where they have a second factor.

        Raises `Refusal`: GRACE_MISTYPED, GRACE_WRONG, GRACE_DAY, GRACE_USED, GRACE_WAIT after wrong codes, NOT_ALLOWED,
        those of a sign-in without a line, CARRIED_NO_KEYS.
        """
        counter, now = self._counter, self._counter.clock()
        who = self._who(user, password, second, now)
        # A slip of the pen is told at once and is no guess.
        grace.plain(code)
        self._wait(now)
        today, station = in_hanoi(now).date(), counter.station.station
        try:
            found = grace.read(code, keys_noted(counter.journal).grace, station, today)
        except Refusal as refusal:
            if refusal.code == "GRACE_WRONG":
                self._guessed(now)
            raise
        with counter.journal.together():
            self._keep(found, station, today, who)
            counter.journal.note(TRIES, "")
        return _told(found, today)

    def _who(self, user: str, password: str, second: Second, now: datetime) -> str:
        if not user:
            return self._counter.demand(SCOPE).id
        name = sign_in_name(user)
        if isinstance(second, TokenProof):
            if self._tokens is None:
                raise used_before()
            self._tokens.take(second, "lift", name)
        # Who is too long offline to work may still lift that very limit, if the password is theirs.
        known, settings = self._users.find(name), self._counter.rules_today().settings
        policy = policy_of(known.roles if known is not None else (), lambda setting: settings.get(setting, ""))
        proven = self._users.check(name, password, now, until=now, code=second, policy=policy)
        return self._counter.demand(SCOPE, user=proven.user).id

    def _keep(self, found: Grace, station: str, today: date, who: str) -> None:
        journal = self._counter.journal
        day = today.isoformat()
        dossier = uuid5(NAMESPACE_OID, f"quay grace {station} {day} {found.counter}")
        if journal.records(dossier):
            raise Refusal(
                "GRACE_USED",
                Words("Mã này đã được dùng.", "This code was used before."),
                Words("Xin trung tâm mã mới.", "Ask central for a new one."),
            )
        used = GraceUsed(found.limit, station, day, found.counter, found.extent, found.first)
        journal.append(dossier, [used], who, self._counter.clock())
        if (block := _block(used)) is not None:
            journal.lend(block)
        journal.note(USED, json.dumps([*self._dossiers(), str(dossier)][-_KEPT:]))

    # ---- slowing down who guesses

    def _wait(self, now: datetime) -> None:
        failures, last = self._tries()
        if last is None:
            return
        if last > now:
            # The clock was wrong then or was set back since: the wait goes from now on, once, and not until that day.
            self._tried(failures, now)
            last = now
        until = last + grace.wait_after(failures)
        if now < until:
            minutes = max(1, -(-(until - now) // timedelta(minutes=1)))
            raise Refusal(
                "GRACE_WAIT",
                Words("Đã nhập sai mã nhiều lần.", "Too many wrong codes."),
                Words(f"Thử lại sau {minutes} phút.", f"Try again in {minutes} minutes."),
            )

    def _guessed(self, now: datetime) -> None:
        failures, _ = self._tries()
        self._tried(failures + 1, now)

    def _tried(self, failures: int, last: datetime) -> None:
        self._counter.journal.note(TRIES, json.dumps([failures, last.isoformat()]))

    def _tries(self) -> tuple[int, datetime | None]:
        try:
            failures, last = json.loads(self._counter.journal.noted(TRIES))
            return int(failures), datetime.fromisoformat(last)
        except (ValueError, TypeError):
            return 0, None

    # ---- what is lifted

    def lifted_until(self, name: LimitName) -> datetime | None:
        """Until when a limit may be passed, by the entries of this journal."""
        ends = [end for used in self._used() if used.limit == name and (end := _end(used)) is not None]
        return max(ends, default=None)

    def judged(self) -> None:
        """Give up the numbers of codes that central never made, each time that it answered."""
        journal = self._counter.journal
        right = {_block(used) for used in self._used()}
        for used in self._used(refused=True):
            block = _block(used)
            if block is None or block in right:
                continue
            if (block.first, block.last) in journal.held(block.kind, every=True):
                journal.unlend(block)

    def _used(self, refused: bool = False) -> list[GraceUsed]:
        """What was used here and central accepted or did not judge yet; or what it `refused`, settled or not."""
        journal = self._counter.journal
        every = [record for dossier in self._dossiers() for record in journal.records(UUID(dossier))]
        mine = [record for record in every if record.station == self._counter.station.station]
        whats = [record.entry.what for record in mine if bool(record.code) == refused]
        return [what for what in whats if isinstance(what, GraceUsed)]

    def _dossiers(self) -> list[str]:
        noted = self._counter.journal.noted(USED)
        found: list[str] = json.loads(noted) if noted else []
        return found


def _grace(used: GraceUsed) -> Grace | None:
    return Grace(used.limit, used.extent, used.counter, used.first) if used.limit in LIMITS else None


def _block(used: GraceUsed) -> Block | None:
    """The numbers that a code lends; None where it lifts a limit in days."""
    found = _grace(used)
    if found is None or found.numbers is None:
        return None
    return Block(NUMBERS[found.limit], *found.numbers)


def _end(used: GraceUsed) -> datetime | None:
    found = _grace(used)
    return found.until(date.fromisoformat(used.day)) if found is not None else None


def _told(found: Grace, today: date) -> GraceView:
    name, until = NAMES[found.limit], found.until(today)
    if until is None:
        count = found.extent * grace.NUMBERS_PER_EXTENT
        words = Words(f"Đã nhận thêm {count} số: {name.vi}.", f"{count} more numbers: {name.en}.")
        return GraceView(found.limit, words, numbers=count)
    last = f"{today + timedelta(days=found.extent):%d/%m/%Y}"
    words = Words(f"Đã gia hạn đến hết ngày {last}: {name.vi}.", f"Lifted to the end of {last}: {name.en}.")
    return GraceView(found.limit, words, until)
