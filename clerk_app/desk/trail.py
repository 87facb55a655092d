"""The trail: who did, saw and printed what, when, from where and under whose authority, read from the journal.

Nothing is kept beside the journal. What is private is masked by the reader's roles; to see the trail of a dossier, and
what is masked in it, is itself an entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.people import called_noted
from clerk_app.desk.ports import QueueLine, TrailFound, TrailWanted, Users
from clerk_app.desk.telling import in_order
from clerk_app.desk.telling_names import Known, Naming
from clerk_app.desk.trail_story import Story
from clerk_app.desk.trail_views import (
    Purpose,
    Timeline,
    TrailLine,
    TrailPage,
    TrailSearch,
    Verification,
)
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, replay
from clerk_app.domain.oversight import Looked, SessionHappened
from clerk_app.domain.people import nfc, search_key
from clerk_app.domain.private import NOTHING, Mask, policy
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import reach_of
from clerk_app.domain.settling import Record, counting, just_looked, set_aside

VERIFIED = "trail_verified"
"""The note of the last time that somebody had the journal verified here."""
COUNTED = 1_000
"""Further than this nobody counts entries for a heading."""
PAGE = 50
_LOOKED_THROUGH = 200
"""So many entries at a time, where some of them are beyond the reader's reach."""
_NUMBERS = (9, 12)
"""How many digits the number of an identity document has."""
_SESSIONS = 200


class Trail:
    """Looks things up; writes only that somebody looked."""

    def __init__(self, counter: Counter, users: Users, new_id: Callable[[], UUID]) -> None:
        self._counter = counter
        self._users = users
        self._new_id = new_id
        self._looked_for: tuple[str, ...] = ()
        """Who looked last for whom and what for: to turn its pages over is no new search."""

    # ---- who may

    def allowed(self) -> bool:
        """Whether whoever sits here may read the trail."""
        return self._counter.may("trail.read")

    def may_unmask(self) -> bool:
        """Whether they may see what is masked."""
        return self._counter.may("data.unmask")

    def mask(self) -> Mask:
        """What is hidden from whoever sits here, by the settings of the day."""
        return policy(self._counter.who().roles, self._counter.authority().settings)

    def purposes(self) -> tuple[Purpose, ...]:
        """What whoever sits here may look for, and whether they must say so."""
        roles = frozenset(self._counter.who().roles)
        rows = self._counter.authority().purposes.values()
        return tuple(Purpose(row.code, row.words) for row in rows if row.roles & roles)

    def purpose_asked(self) -> bool:
        """Whether a purpose must be said, by the settings of the day; where they say nothing, it must."""
        named = self._counter.authority().settings.get("purpose_asked", "*").split()
        return "*" in named or bool(set(named) & set(self._counter.who().roles))

    def checked_purpose(self, purpose: str, needed: bool = False) -> str:
        """The purpose, if it will do; `needed` even where the settings ask for none.

        Raises `Refusal` `PURPOSE_MISSING`, `PURPOSE_UNKNOWN`.
        """
        known = self.purposes()
        if not purpose and (needed or self.purpose_asked()):
            raise _purpose_missing(known)
        if purpose and purpose not in {one.code for one in known}:
            raise _purpose_unknown(known)
        return purpose

    # ---- looking

    def asks_purpose(self, search: TrailSearch) -> bool:
        """Whether it must be said what is looked for: a citizen is, and the settings of the day ask."""
        return bool(search.person.strip()) and self.purpose_asked()

    def search(
        self, search: TrailSearch, after_: tuple[int, int] | None = None, limit: int = PAGE, purpose: str = ""
    ) -> TrailPage:
        """Entries that fit every field of the search, newest first, masked. That somebody looked for a citizen is an
        entry of the station's: it says what for, and not whom.

        Only of dossiers that the reader's roles reach.
        Raises `Refusal` `NOT_ALLOWED`, `DAYS_WRONG`, for a citizen `PURPOSE_MISSING`, `PURPOSE_UNKNOWN`.
        """
        who = self._counter.demand("trail.read").id
        if person := search_key(search.person):
            looked_for = (who, person, self.checked_purpose(purpose))
            if looked_for != self._looked_for:
                self._counter.write(self._new_id(), Looked("person", purpose), who=who)
                self._looked_for = looked_for
        return self.found(search, after_, limit)

    def found(
        self, search: TrailSearch, after_: tuple[int, int] | None = None, limit: int = PAGE, full: bool = False
    ) -> TrailPage:
        """The same where something else says that it was looked for: an export writes an entry of its own.

        `full`: without the mask, as far as the reader's roles reach. Raises `Refusal` `NOT_ALLOWED`, `DAYS_WRONG`.
        """
        self._counter.demand("trail.read")
        if full:
            self._counter.demand("data.unmask")
        wanted = replace(self._wanted(search), after=after_, limit=limit)
        found, following = self._counter.journal.trail(wanted)
        seen = [one for one in found if self._reaches(one.record)]
        hidden = len(seen) < len(found)
        while following is not None and len(seen) < limit:
            # What lies beyond the reader's reach makes no page shorter.
            found, following = self._counter.journal.trail(replace(wanted, after=following, limit=_LOOKED_THROUGH))
            seen += [one for one in found if self._reaches(one.record)]
            hidden = True
        if len(seen) > limit:
            seen, following = seen[:limit], seen[limit - 1].place
        total = 0
        if after_ is None:
            total = self._counter.journal.trail_count(replace(wanted, after=None), COUNTED + 1)
        if hidden:
            total = len(seen) if after_ is None and following is None else 0
        return TrailPage(self._lines(seen, self.mask(), full), following, total, COUNTED)

    def count(self, search: TrailSearch, most: int) -> int:
        """How many entries fit, counted up to `most`. Raises `Refusal` as `search`."""
        self._counter.demand("trail.read")
        return self._counter.journal.trail_count(self._wanted(search), most)

    def timeline(self, dossier: UUID) -> Timeline:
        """Everything that happened to a dossier, oldest first, masked; that it was looked at is an entry of its own.

        Raises `Refusal` `NOT_ALLOWED`, `NOT_YOURS`, `DOSSIER_UNKNOWN`.
        """
        who = self._counter.demand("trail.read", dossier).id
        records = self._counter.journal.records(dossier)
        if not just_looked(records, who, "trail"):
            self._counter.write(dossier, Looked("trail"), who=who)
        return self._timeline(dossier, self.mask())

    def unmask(self, dossier: UUID, purpose: str = "") -> Timeline:
        """The same in full, each time with an entry that says who looked and what for.

        Raises `Refusal` `NOT_ALLOWED`, `NOT_YOURS`, `PURPOSE_MISSING`, `PURPOSE_UNKNOWN`, `DOSSIER_UNKNOWN`.
        """
        self._counter.demand("trail.read", dossier)
        who = self._counter.demand("data.unmask", dossier).id
        self._counter.journal.dossier(dossier)
        self._counter.write(dossier, Looked("values", self.checked_purpose(purpose)), who=who)
        return self._timeline(dossier, NOTHING)

    def again(self, dossier: UUID, full: bool) -> Timeline:
        """A timeline that is shown already, as it stands by now: nobody looks anew."""
        self._counter.demand("trail.read", dossier)
        if full:
            self._counter.demand("data.unmask", dossier)
        return self._timeline(dossier, NOTHING if full else self.mask())

    def _reaches(self, record: Record) -> bool:
        """Whether the reader may read this entry: of a dossier that their roles reach; of the station's own matters
        those who reach the office all, others what they did themselves.
        """
        user = self._counter.who()
        reach = reach_of(user.roles, "trail.read", self._counter.authority().roles)
        if reach == "any":
            return True
        try:
            state = self._counter.journal.dossier(record.entry.dossier)
        except Refusal:
            # Nothing of it counts here: it was refused from its opening on.
            state = Dossier(record.entry.dossier)
        if state.of_station or state.opened_at is None:
            return reach == "office" or record.entry.who == user.id
        return self._counter.may("trail.read", state)

    def _timeline(self, dossier: UUID, mask: Mask) -> Timeline:
        found, following = self._counter.journal.trail(TrailWanted(dossiers=(dossier,), limit=10_000))
        by_id = {one.record.entry.id: one for one in found}
        # In the order in which they count, which is not always that of their moments.
        ordered = [one for record in self._counter.journal.records(dossier) if (one := by_id.get(record.entry.id))]
        lines = self._lines(ordered, mask)
        code = lines[0].code if lines else str(dossier)
        return Timeline(dossier, code, lines, bool(mask.hidden), following is not None)

    # ---- what was asked for

    def _wanted(self, search: TrailSearch) -> TrailWanted:
        since, until = _between(search.first, search.last)
        dossiers: tuple[UUID, ...] | None = None
        if search.dossier.strip():
            dossiers = self._by_code(search.dossier.strip())
        if search.person.strip():
            persons = self._of_person(search.person)
            dossiers = persons if dossiers is None else tuple(one for one in persons if one in dossiers)
        user = self._counter.who()
        reach = reach_of(user.roles, "trail.read", self._counter.authority().roles)
        own = user.id if reach == "own" else ""
        return TrailWanted(dossiers, self._who(search.user), (), search.station.strip(), since, until, own=own)

    def _by_code(self, code: str) -> tuple[UUID, ...]:
        """The dossier of that code, provisional code or id."""
        try:
            return (UUID(code),)
        except ValueError:
            lines = self._counter.journal.find(code)
        return tuple(line.dossier for line in lines if code.upper() in (line.code.upper(), line.local_code.upper()))

    def _of_person(self, text: str) -> tuple[UUID, ...]:
        """Dossiers of whoever has this number or name; of a whole number also those where it once stood."""
        asked = search_key(text).split()
        # Who may find dossiers sees whose they are; nobody else learns by parts of it what is masked from them.
        whole = not self._counter.may("dossier.find")
        found = [line.dossier for line in self._counter.journal.find(text, limit=400) if _is_of(line, asked, whole)]
        digits = "".join(text.split())
        if digits.isascii() and digits.isdigit() and len(digits) in _NUMBERS:
            found += self._counter.journal.mentioning(digits)
        return tuple(dict.fromkeys(found))

    def _who(self, text: str) -> tuple[str, ...]:
        """The ids that were meant: the id itself, else those known here whose name has these words."""
        asked = nfc(text)
        if not asked:
            return ()
        people = self.people()
        words = search_key(asked).split()
        if asked in people:
            return (asked,)
        named = [one.id for one in people.values() if all(word in search_key(one.name).split() for word in words)]
        return tuple(named) or (asked,)

    def people(self) -> dict[str, Known]:
        """Who works here, as this desk knows them today; also who never sat at it."""
        people = {user: Known(user, name, roles) for user, (name, roles) in called_noted(self._counter.journal).items()}
        people |= {one.id: Known(one.id, one.name, tuple(one.roles)) for one in self._users.people()}
        user = self._counter.who()
        return people | {user.id: Known(user.id, user.name, tuple(user.roles))}

    # ---- in words

    def _lines(self, found: Sequence[TrailFound], mask: Mask, full: bool = False) -> tuple[TrailLine, ...]:
        """`full`: nothing is hidden of dossiers of which the reader may see everything."""
        people, sessions = self.people(), self._sessions(found)
        stories: dict[UUID, Story] = {}
        lines = []
        for one in found:
            dossier = one.record.entry.dossier
            if dossier not in stories:
                stories[dossier] = self._story(dossier, people, mask, full)
            lines.append(stories[dossier].line(one, sessions(one.record)))
        return tuple(lines)

    def _story(self, dossier: UUID, people: Mapping[str, Known], mask: Mask, full: bool) -> Story:
        records = self._counter.journal.records(dossier)
        counted = counting(records, self._counter.station.station)
        state = replay(counted) if counted else Dossier(dossier)
        said = in_order(records, self._counter.station.station, naming := Naming(self._counter.rules_of(state), people))
        if full and self._counter.may("data.unmask", state):
            mask = NOTHING
        return Story(state, set_aside(records), said, naming, mask)

    def _sessions(self, found: Sequence[TrailFound]) -> Callable[[Record], SessionHappened | None]:
        """By which sign-in each entry was made, as far as the journal has it."""
        known: dict[tuple[str, str], list[Record]] = {}

        def before(record: Record) -> SessionHappened | None:
            key = record.entry.who, record.station
            if key not in known:
                latest = max(one.record.entry.at for one in found)
                until = latest + timedelta(seconds=1)
                kinds = (SessionHappened.__name__,)
                wanted = TrailWanted(None, (key[0],), kinds, key[1], None, until, None, _SESSIONS)
                known[key] = [one.record for one in self._counter.journal.trail(wanted)[0]]
            for session in known[key]:
                what = session.entry.what
                if isinstance(what, SessionHappened) and what.event == "in" and session.entry.at <= record.entry.at:
                    return what
            return None

        return before

    # ---- nothing was altered

    def verify(self) -> Verification:
        """Check every seal, chain and projection of this desk's journal; the result is noted with its moment."""
        self._counter.demand("trail.read")
        report = self._counter.journal.verify()
        at = self._counter.clock()
        done = Verification(at, report.ok, report.entries, report.stations, len(report.problems))
        noted = {"ok": done.ok, "entries": done.entries, "stations": done.stations, "problems": done.problems}
        self._counter.journal.note(VERIFIED, json.dumps({"at": at.isoformat(), **noted}))
        return done

    def verified(self) -> Verification | None:
        """The result of the last time; None where nobody had it verified here."""
        try:
            noted = json.loads(self._counter.journal.noted(VERIFIED))
            at = datetime.fromisoformat(noted.pop("at"))
            return Verification(at, **noted)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _is_of(line: QueueLine, asked: Sequence[str], whole: bool) -> bool:
    """Whether a dossier is of the person asked for: by all these words, or by a `whole` name or number."""
    said = [search_key(line.name), search_key(line.number)]
    if whole:
        return " ".join(asked) in said
    return all(word in " ".join(said) for word in asked)


def _between(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    if first is not None and last is not None and last < first:
        raise Refusal(
            "DAYS_WRONG",
            Words("Ngày cuối đứng trước ngày đầu.", "The last day is before the first."),
            Words("Sửa lại khoảng ngày.", "Mend the days."),
        )
    since = datetime.combine(first, time(), HANOI) if first is not None else None
    until = datetime.combine(last + timedelta(days=1), time(), HANOI) if last is not None else None
    return since, until


def _purpose_missing(known: Sequence[Purpose]) -> Refusal:
    return Refusal(
        "PURPOSE_MISSING",
        Words("Chưa nêu mục đích xem dữ liệu cá nhân.", "What the personal data is looked at for was not said."),
        _choose(known),
    )


def _purpose_unknown(known: Sequence[Purpose]) -> Refusal:
    return Refusal(
        "PURPOSE_UNKNOWN",
        Words("Vai trò của bạn không có mục đích này.", "Your role has no such purpose."),
        _choose(known),
    )


def _choose(known: Sequence[Purpose]) -> Words:
    if not known:
        return Words("Nhờ người có thẩm quyền xem.", "Ask somebody whose role allows it.")
    vi = "; ".join(f"{one.code}: {one.words.vi}" for one in known)
    return Words(
        f"Chọn một trong: {vi}.", f"Choose one of: {'; '.join(f'{one.code}: {one.words.en}' for one in known)}."
    )
