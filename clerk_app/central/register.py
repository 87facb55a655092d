"""The register of everything that happened at the counters: takes sealed entries, answers each, gives them out.

An entry that arrives in its station's chain is recorded once, accepted or refused, and its answer never changes. What
does not fit the chain, is not signed, or waits for a sheet is not recorded at all: the answers end before it, and the
number that central expects next says where to go on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from clerk_app import wire
from clerk_app.central import (
    audit,
    entry_numbers,
    eras,
    erasing,
    messages,
    parcels,
    portal_telling,
    report_rows,
    reviews,
)
from clerk_app.central.database import (
    Database,
    claims,
    dossiers,
    entries,
    erased_entries,
    heads,
    lost_sheets,
    metadata,
    milliseconds,
    orders,
)
from clerk_app.central.engines import insert_all
from clerk_app.central.failures import described
from clerk_app.central.parcels import POST_AWAITED
from clerk_app.central.registers.log import mark_of
from clerk_app.central.rules import PACK_AHEAD, Elsewhere, Judge, Law, claimed_by
from clerk_app.central.sheets import SheetStore, check_digest, is_digest
from clerk_app.central.stations import KnownStation, find_station
from clerk_app.domain.collecting import told_again
from clerk_app.domain.dossier import Dossier, Entry, RefusalSettled, after, replay, sheets_of
from clerk_app.domain.handing import CollectionReminded, PostTold
from clerk_app.domain.oversight import OUTLIVES, Erased, ErasureDone
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.settling import GAVE_WAY, Record, sets_aside
from clerk_app.domain.subject import erased
from clerk_app.wire import Answer, Answers, Pulled, Sealed

T = TypeVar("T")
_LOG = logging.getLogger("quay.central")

MAX_BATCH = 1000
MAX_PULL_BYTES = 4 * 1024 * 1024
AWAITED_S = 900.0
"""How long entries of a dossier that nobody opened here yet are put off, before they are refused."""
_FOR_WANT = frozenset(
    (
        *("DOSSIER_UNKNOWN", "EXCEPTION_UNKNOWN", "EXCEPTION_MISSING", "PAPER_MISSING", "FEE_DIFFERS"),
        *("REFUSAL_UNKNOWN", "REQUEST_OTHER", "SHOWN_DIFFERS", "EVIDENCE_UNKNOWN"),
    )
)
"""Codes of what an earlier entry of another desk can mend."""
_IN_ONE_QUERY = 500


class _Refused(msgspec.Struct, frozen=True, array_like=True):
    """The words of a refusal as they were said, and are said again for ever."""

    code: str
    words_vi: str
    words_en: str
    remedy_vi: str
    remedy_en: str


class _Envelope(msgspec.Struct):
    """What any version of an entry has."""

    id: UUID
    dossier: UUID
    kind: str
    v: int


def answer_of(entry_id: UUID, number: int, refusal: bytes | None) -> Answer:
    if refusal is None:
        return Answer(entry_id, True, number)
    said = msgspec.msgpack.decode(refusal, type=_Refused)
    return Answer(entry_id, False, 0, said.code, said.words_vi, said.words_en, said.remedy_vi, said.remedy_en)


def _words_kept(refusal: Refusal) -> bytes:
    words, remedy = refusal.words, refusal.remedy
    return msgspec.msgpack.encode(_Refused(refusal.code, words.vi, words.en, remedy.vi, remedy.en))


def _broken() -> Refusal:
    return Refusal(
        "SEAL_BROKEN",
        Words("Dấu niêm phong của mục này không đúng.", "The seal of this entry is not right."),
        Words("Chạy kiểm tra nhật ký trên máy trạm.", "Run the journal check at the station."),
    )


def _era_over() -> Refusal:
    return Refusal(
        "ERA_OVER",
        Words("Trung tâm đã khởi động lại từ lần liên lạc trước.", "Central began anew since the station last asked."),
        Words("Máy trạm tự hỏi lại rồi gửi tiếp.", "The station asks what became of it, then sends again."),
    )


def _forked() -> Refusal:
    return Refusal(
        "CHAIN_FORKED",
        Words(
            "Nhật ký của máy trạm khác với nhật ký trung tâm đã nhận.",
            "The station's journal differs from the one central has.",
        ),
        Words(
            "Máy có thể đã phục hồi từ bản cũ. Chạy trên máy trạm: clerk desk salvage (không mất mục nào).",
            "It may have been restored from an old copy. Run there: clerk desk salvage (no entry is lost).",
        ),
    )


def _too_big() -> Refusal:
    return Refusal(
        "ENTRY_TOO_BIG",
        Words("Mục hoặc gói gửi lớn hơn mức cho phép.", "The entry or the batch is larger than allowed."),
        Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
    )


def _forgotten(connection: Connection, entry: Entry, refusal: Refusal) -> bool:
    """Whether an entry is refused for want of what its author saw here: central was brought back from an older copy and
    was not told it again yet.
    """
    if not entry.seen or refusal.code not in _FOR_WANT:
        return False
    return not _numbered(connection, entry.seen)


def _dossier_awaited() -> Refusal:
    return Refusal(
        "DOSSIER_AWAITED",
        Words(
            "Trung tâm vừa được khôi phục và đang chờ quầy khác gửi lại hồ sơ này.",
            "Central was brought back and waits for another desk to send this dossier again.",
        ),
        Words("Không mất gì; máy trạm tự gửi lại.", "Nothing is lost; the station tries again by itself."),
    )


def _sheet_awaited() -> Refusal:
    return Refusal(
        "SHEET_NOT_HERE",
        Words("Mục này nhắc đến trang chưa gửi xong.", "The entry mentions a sheet that has not arrived."),
        Words("Máy trạm sẽ gửi trang trước rồi gửi lại.", "The station sends the sheet first, then tries again."),
    )


def _sheet_lost() -> Refusal:
    return Refusal(
        "SHEET_LOST",
        Words("Một trang của hồ sơ không còn đọc được ở máy trạm.", "A sheet of the dossier cannot be read any more."),
        Words("Quét lại giấy tờ rồi mở hồ sơ mới.", "Scan the paper again in a new dossier."),
    )


def _unjudgeable() -> Refusal:
    return Refusal(
        "ENTRY_UNJUDGEABLE",
        Words("Trung tâm không xét được mục này.", "Central cannot judge this entry."),
        Words("Báo cán bộ kỹ thuật; các hồ sơ khác vẫn gửi bình thường.", "Tell the technician; other dossiers go on."),
    )


def _held() -> Refusal:
    return Refusal(
        "DOSSIER_HELD",
        Words("Hồ sơ bị giữ vì một mục trước đó bị từ chối.", "The dossier is held: an earlier entry was refused."),
        Words("Lãnh đạo phụ trách giải quyết mục bị từ chối trước.", "A supervisor settles the refused entry first."),
    )


_BULKY = frozenset(
    {
        "FieldsEntered",
        "PagesArranged",
        "PageArrived",
        "PageMade",
        "PageRead",
        "PaperTaken",
        "IdentityRead",
        "RegisterAnswered",
        "SystemAnswered",
        "PaperMarked",
    }
)
"""Kinds that fill a dossier but do not change how it stands; most entries are of these."""


class _Story:
    """What was accepted of one dossier. How it stands is known at once; the whole is folded only when somebody asks,
    and never the same entry twice."""

    __slots__ = ("_accepted", "_folded", "_unfolded", "office", "standing")

    def __init__(self, dossier: UUID, office: str) -> None:
        """`office` is the one whose entry was accepted first."""
        self.office = office
        self.standing = Dossier(dossier)
        self._accepted: list[tuple[int, str, bytes]] = []
        self._folded = Dossier(dossier)
        self._unfolded: deque[bytes | Entry] = deque()

    def add(self, kind: str, body: bytes, number: int, station: str, entry: Entry | None = None) -> None:
        self._accepted.append((number, station, body))
        if kind not in _BULKY:
            entry = entry or wire.decode_entry(body)
            self.standing = after(self.standing, entry)
        self._unfolded.append(entry or body)

    def whole(self) -> Dossier:
        while self._unfolded:
            one = self._unfolded[0]
            self._folded = after(self._folded, wire.decode_entry(one) if isinstance(one, bytes) else one)
            self._unfolded.popleft()
        return self._folded

    def unseen(self, seen: int, station: str) -> tuple[Entry, ...]:
        """What other stations did after the number `seen`."""
        return tuple(wire.decode_entry(body) for number, by, body in self._accepted if number > seen and by != station)

    def seen(self, seen: int, station: str) -> tuple[Entry, ...]:
        """The rest."""
        return tuple(wire.decode_entry(body) for number, by, body in self._accepted if number <= seen or by == station)

    def as_seen(self, seen: int, station: str, known: Callable[[], bool]) -> Iterator[Dossier]:
        """The dossier as the station had it before it, when it had seen others' entries up to the number `seen`.

        Where that number is not `known` here any more, because central was brought back from an older copy and heard
        the entries again under later ones: as it stood after each of theirs, the newest first.
        """
        yield self._up_to(seen, station)
        if not seen or known():
            return
        for last in sorted((number for number, by, _body in self._accepted if by != station), reverse=True):
            yield self._up_to(last, station)

    def _up_to(self, last: int, station: str) -> Dossier:
        bodies = [body for number, by, body in self._accepted if number <= last or by == station]
        return replay(map(wire.decode_entry, bodies)) if bodies else self.standing


class _Refusals:
    """The entries of the dossiers in hand that were refused, by dossier, until somebody of their office settles them.

    Of those of other offices only the ids are known, in `foreign`.
    """

    __slots__ = ("_of", "foreign")

    def __init__(self) -> None:
        self._of: dict[UUID, dict[UUID, tuple[str, str, bytes]]] = {}
        self.foreign: set[UUID] = set()

    def add(self, dossier: UUID, entry: UUID, station: str, code: str, body: bytes) -> None:
        late = _readable(body) if code in GAVE_WAY else None
        if late is None or not sets_aside(late, code):
            self._of.setdefault(dossier, {})[entry] = station, code, body

    def settle(self, dossier: UUID, entries_settled: Iterable[UUID]) -> None:
        for one in entries_settled:
            self._of.get(dossier, {}).pop(one, None)

    def hold(self, dossier: UUID, station: str) -> bool:
        """Whether something that this station did to the dossier was refused and is not settled."""
        return any(by == station for by, _code, _body in self._of.get(dossier, {}).values())

    def of(self, dossier: UUID) -> dict[UUID, Record | None]:
        """All of a dossier; None for one that nobody can read."""
        return {
            entry_id: Record(entry, station, 0, code) if (entry := _readable(body)) is not None else None
            for entry_id, (station, code, body) in self._of.get(dossier, {}).items()
        }


@dataclass(frozen=True, slots=True)
class _Arrived:
    """One entry off the line, looked at before any lock is taken. `envelope` is None unless the seal is the station's
    own, `entry` None where nobody can read it. `emptied`: the seal is its own, and the body went by an order."""

    sealed: Sealed
    envelope: _Envelope | None
    entry: Entry | None
    emptied: Erased | None = None


@dataclass(slots=True)
class _Taking:
    """One batch on its way in: the station's head, what was recorded before, and what is being added."""

    next_n: int
    head: bytes
    numbers: Iterator[int]
    known: dict[int, tuple[bytes, Answer]]
    used_ids: set[UUID]
    refusals: _Refusals
    stories: dict[UUID, _Story]
    missing: frozenset[str]
    lost: frozenset[str]
    begun: bool
    erased: dict[UUID, erasing.Ordered]
    to_ask: set[UUID]
    """Orders of which something is told that the other system has to be asked about first."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    emptied: list[tuple[UUID, bytes]] = field(default_factory=list)
    """Orders, and the seals of what arrived and was emptied by them."""
    confirmed: list[UUID] = field(default_factory=list)
    """Dossiers that this station said it erased."""
    counted: set[UUID] = field(default_factory=set)
    """Dossiers of which reports may tell something else from now on."""
    spoken: list[messages.Caused] = field(default_factory=list)
    """What has to do with messages to the citizen."""
    again: list[Entry] = field(default_factory=list)
    """The entries that prove that a dossier was erased by an order which was forgotten here."""


@dataclass(frozen=True, slots=True)
class Register:
    """Central's register on one database and one store of sheets, deciding by one law."""

    database: Database
    sheets: SheetStore
    law: Law
    repeated: Callable[[int], None] = lambda entries: None
    """Hears how many entries of a batch were recorded before and are only answered again."""
    sms_marks: bool = True
    """Whether text messages keep the marks of the letters."""
    for_one_file: bool = False
    """Whether its process ends with what it takes in: the clock of that process tells of no wait before."""
    _awaited: dict[UUID, float] = field(default_factory=dict, repr=False)
    """Since when, by this process's clock, dossiers are waited for."""
    _asked: dict[UUID, tuple[float, int]] = field(default_factory=dict, repr=False)
    """Since when orders are asked about: by this process's clock, and as milliseconds since 1970."""

    def take(self, batch: wire.Batch, station: KnownStation, now: datetime) -> Answers:
        """Record what is new and answer everything up to the first entry that cannot be recorded.

        Raises `Refusal` if that is the very first: SEAL_BROKEN, CHAIN_FORKED, ENTRY_TOO_BIG, SHEET_NOT_HERE,
        CENTRAL_TOO_OLD, PACK_AHEAD, DOSSIER_AWAITED, POST_AWAITED. A gap raises nothing: no answers, and `next_n`.
        Raises ERA_OVER and STATION_REVOKED whatever is first.
        """
        if len(batch.entries) > MAX_BATCH:
            raise _too_big()
        # Signatures, reading and the sheets are the dear part and need no lock.
        right = wire.seal_checker(station.public_key)
        key = erasing.order_key(self.database.secret)
        arrived = [_arrived(sealed, station, right, key) for sealed in batch.entries]
        missing = self._missing(arrived, station)
        law = self.law.standing()
        roles = law.roles(now)

        to_ask = set[UUID]()

        def work(connection: Connection) -> tuple[Answers, int]:
            # A stream is proven once, at its head, and may last for hours after that.
            find_station(connection, station.code)
            if batch.era and batch.era != eras.present(connection):
                raise _era_over()
            taking = self._begin(connection, arrived, station, missing, to_ask)
            first_new = taking.next_n

            def others(dossier: UUID) -> Dossier | None:
                story = taking.stories.get(dossier)
                return story.whole() if story is not None else accepted(connection, dossier)

            seed = reviews.seeds(self.database, station.office, now)
            judge = Judge(
                connection,
                station,
                self.database.practice,
                law,
                roles,
                now,
                others=others,
                seed=seed,
                mark=partial(mark_of, self.database),
            )
            _expect(judge, arrived, taking.next_n)
            answers: list[Answer] = []
            try:
                for one in arrived:
                    answer = self._take_one(taking, judge, one, now)
                    if answer is None:
                        break
                    answers.append(answer)
            except Refusal:
                if not answers:
                    raise
            _keep(connection, taking, station, self.database.secret)
            messages.write_down(connection, law, station, taking.spoken, now, self.sms_marks)
            portal_telling.write_down(connection, law, station, taking.spoken, now)
            _keep_erasures(connection, taking, station, self.database.secret, now)
            again = sum(one.sealed.n < first_new for one in arrived[: len(answers)])
            return Answers(answers, taking.next_n, now), again

        # One office, one order: its numbers grow as its transactions commit, so whoever pulls up to a number never
        # misses a smaller one that commits later. Offices do not wait for each other.
        try:
            answers, again = self.database.written(work, f"office {station.office}")
        finally:
            if to_ask:
                self._have_asked(to_ask, now)
        self.repeated(again)
        return answers

    def _have_asked(self, which: Collection[UUID], now: datetime) -> None:
        """Whoever sends orders asks next what became of these."""
        mine = orders.c.id.in_(which) & (orders.c.state == "done")
        # Whose time came before keeps it: by it is seen that nobody sends orders.
        mine &= orders.c.due_ms.is_(None) | (orders.c.due_ms > milliseconds(now))
        due = update(orders).where(mine).values(due_ms=milliseconds(now))
        self.database.written(lambda connection: connection.execute(due), "orders")

    def _missing(self, arrived: Sequence[_Arrived], station: KnownStation) -> frozenset[str]:
        """The sheets that new entries mention and that are not here."""
        mentioned = {
            (one.sealed.n, sheet)
            for one in arrived
            if one.entry is not None
            for sheet in sheets_of(one.entry)
            if is_digest(sheet)
        }
        if not mentioned:
            return frozenset()
        with self.database.read() as connection:
            recorded = connection.execute(select(heads.c.n).where(heads.c.station == station.code)).scalar() or 0
        return frozenset(self.sheets.missing({sheet for n, sheet in mentioned if n > recorded}))

    def _begin(
        self,
        connection: Connection,
        arrived: Sequence[_Arrived],
        station: KnownStation,
        missing: frozenset[str],
        to_ask: set[UUID],
    ) -> _Taking:
        mine = entries.c.station == station.code
        last = connection.execute(select(heads.c.n, heads.c.digest).where(heads.c.station == station.code)).first()
        next_n, head = (last.n + 1, last.digest) if last else (1, wire.FIRST)
        known: dict[int, tuple[bytes, Answer]] = {}
        old = [one.sealed.n for one in arrived if 0 < one.sealed.n < next_n]
        if old:
            columns = entries.c.n, entries.c.id, entries.c.number, entries.c.digest, entries.c.refusal
            within = mine & entries.c.n.between(min(old), max(old))
            for row in connection.execute(select(*columns).where(within)):
                known[row.n] = row.digest, answer_of(row.id, row.number, row.refusal)
        new = [one.envelope for one in arrived if one.sealed.n >= next_n and one.envelope is not None]
        used_ids: set[UUID] = set()
        refusals = _Refusals()
        stories: dict[UUID, _Story] = {}
        for ids in _chunks({envelope.id for envelope in new}):
            chosen = select(entries.c.id).where(entries.c.id.in_(ids), entries.c.accepted)
            used_ids.update(connection.execute(chosen).scalars())
        for ids in _chunks({envelope.dossier for envelope in new}):
            columns = (entries.c.dossier, entries.c.office, entries.c.station, entries.c.id, entries.c.number)
            happened = select(*columns, entries.c.body, entries.c.refusal).where(entries.c.dossier.in_(ids))
            for dossier, office, by_station, entry_id, number, body, refusal in connection.execute(
                happened.order_by(entries.c.number)
            ):
                if refusal is None:
                    kept = _envelope(body)
                    if dossier not in stories:
                        stories[dossier] = _Story(dossier, office)
                    stories[dossier].add(kept.kind if kept else "", body, number, by_station)
                elif office != station.office:
                    refusals.foreign.add(entry_id)
                else:
                    code = msgspec.msgpack.decode(refusal, type=_Refused).code
                    refusals.add(dossier, entry_id, by_station, code, body)
        for dossier, story in stories.items():
            refusals.settle(dossier, story.standing.settled)
        lost: frozenset[str] = frozenset()
        if missing:
            told = select(lost_sheets.c.digest).where(lost_sheets.c.station == station.code)
            lost = frozenset(connection.execute(told).scalars())
        numbers = iter(entry_numbers.draw(connection, len(new)))
        erased: dict[UUID, erasing.Ordered] = {}
        for ids in _chunks({envelope.dossier for envelope in new}):
            erased |= erasing.ordered(connection, self.database.secret, ids)
        return _Taking(
            next_n, head, numbers, known, used_ids, refusals, stories, missing, lost, last is not None, erased, to_ask
        )

    def _take_one(self, taking: _Taking, judge: Judge, one: _Arrived, now: datetime) -> Answer | None:
        sealed, envelope = one.sealed, one.envelope
        if len(sealed.body) > wire.MAX_BODY_BYTES:
            raise _too_big()
        if envelope is None:
            raise _broken()
        if sealed.n in taking.known:
            digest, answer = taking.known[sealed.n]
            if digest != sealed.digest:
                raise _forked()
            return answer
        if sealed.n != taking.next_n:
            return None
        if sealed.previous != taking.head:
            raise _forked()
        number = next(taking.numbers)
        refusal = self._verdict(taking, judge, envelope, one, number)
        body = _body(taking, one, envelope, now)
        taking.next_n, taking.head = sealed.n + 1, sealed.digest
        words = None if refusal is None else _words_kept(refusal)
        taking.rows.append(
            {
                "number": number,
                "id": envelope.id,
                "station": sealed.station,
                "n": sealed.n,
                "office": judge.station.office,
                "dossier": envelope.dossier,
                "received_ms": milliseconds(now),
                "accepted": refusal is None,
                "refusal": words,
                "body": body,
                "previous": sealed.previous,
                "digest": sealed.digest,
                "signature": sealed.signature,
            }
        )
        if refusal is None:
            taking.used_ids.add(envelope.id)
            if report_rows.may_change(envelope.kind, one.entry):
                taking.counted.add(envelope.dossier)
        else:
            taking.refusals.add(envelope.dossier, envelope.id, sealed.station, refusal.code, body)
        answer = answer_of(envelope.id, number, words)
        taking.known[sealed.n] = sealed.digest, answer
        return answer

    def _verdict(
        self, taking: _Taking, judge: Judge, envelope: _Envelope, one: _Arrived, number: int
    ) -> Refusal | None:
        """None to accept, or why not. Raises `Refusal` for what is not to be recorded now."""
        if not wire.known(envelope.kind, envelope.v):
            raise Refusal(
                "CENTRAL_TOO_OLD",
                Words("Máy trạm mới hơn trung tâm.", "The station is newer than central."),
                Words("Cập nhật trung tâm; máy trạm giữ hồ sơ đến lúc đó.", "Update central; the station keeps all."),
            )
        gone = one.emptied is not None or envelope.dossier in taking.erased or envelope.kind == ErasureDone.__name__
        if (
            not gone
            and envelope.kind != "RefusalSettled"
            and taking.refusals.hold(envelope.dossier, one.sealed.station)
        ):
            return _held()
        if envelope.id in taking.used_ids:
            return Refusal(
                "ENTRY_ID_USED",
                Words("Mã của mục này đã dùng cho mục khác.", "Another entry has this identity."),
                Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
            )
        if gone:
            return _after_erasure(taking, judge.station, one, number, self.database.secret)
        try:
            return self._judged(taking, judge, envelope, one, number)
        except (Refusal, SQLAlchemyError, OSError, MemoryError):
            # Central's own trouble says nothing about the entry, which comes again.
            raise
        except Exception as problem:  # noqa: BLE001 one entry nobody foresaw holds its dossier, never its station
            where = one.sealed.n, one.sealed.station
            _LOG.error("entry %s of station %s not judged: %s", *where, described(problem))
            return _unjudgeable()

    def _judged(self, taking: _Taking, judge: Judge, envelope: _Envelope, one: _Arrived, number: int) -> Refusal | None:
        entry = one.entry
        if entry is None:
            return Refusal(
                "ENTRY_UNREADABLE",
                Words("Trung tâm không đọc được mục này.", "Central cannot read this entry."),
                Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
            )
        mentioned = sheets_of(entry)
        try:
            for sheet in mentioned:
                check_digest(sheet)
        except Refusal as refusal:
            return refusal
        missing = mentioned & taking.missing
        if missing - taking.lost:
            raise _sheet_awaited()
        if missing:
            return _sheet_lost()
        story = taking.stories.get(entry.dossier)
        elsewhere = _elsewhere(judge.connection, taking, story, entry, one.sealed.station)
        try:
            judge.judge(entry, story.standing if story else None, story.whole if story else None, elsewhere)
        except Refusal as refusal:
            if refusal.code == PACK_AHEAD:
                raise
            if _forgotten(judge.connection, entry, refusal) and self._still_awaited(entry.dossier):
                raise _dossier_awaited() from None
            if refusal.code == POST_AWAITED and isinstance(entry.what, PostTold):
                if self._still_asked(judge.connection, entry.what.order, entry.at, judge.now):
                    taking.to_ask.add(entry.what.order)
                    raise
                return parcels.unknown()
            return refusal
        if story is None:
            story = taking.stories[entry.dossier] = _Story(entry.dossier, judge.station.office)
            taking.opened.append({"id": entry.dossier, "office": judge.station.office})
        again, handing = told_again(story.standing, entry.what), story.standing.handing
        story.add(envelope.kind, one.sealed.body, number, one.sealed.station, entry)
        if isinstance(entry.what, CollectionReminded | PostTold):
            again = again or story.standing.handing == handing
        if messages.causes(entry) and not again:
            taking.spoken.append(messages.Caused(entry, story.whole()))
        if isinstance(entry.what, RefusalSettled):
            taking.refusals.settle(entry.dossier, entry.what.refused)
        claim = claimed_by(entry)
        if claim is not None:
            judge.claimed[claim] = entry.dossier
            taking.claims.append({"kind": claim[0], "value": claim[1], "dossier": entry.dossier})
        return None

    def _still_awaited(self, dossier: UUID) -> bool:
        """Whether what others did to a dossier is waited for. A desk that died holds nobody back for long."""
        for old in [one for one, since in self._awaited.items() if monotonic() - since > 2 * AWAITED_S]:
            del self._awaited[old]
        return monotonic() - self._awaited.setdefault(dossier, monotonic()) < AWAITED_S

    def _still_asked(self, connection: Connection, order: UUID, told_at: datetime, now: datetime) -> bool:
        """Whether it is waited for what another system says of an order. One that is silent holds nobody for long."""
        if self.for_one_file:
            return not parcels.was_asked(connection, order, told_at, now - timedelta(seconds=AWAITED_S))
        for old in [one for one, (since, _) in self._asked.items() if monotonic() - since > 2 * AWAITED_S]:
            del self._asked[old]
        since, since_ms = self._asked.setdefault(order, (monotonic(), milliseconds(now)))
        heard_ms = connection.execute(select(orders.c.heard_ms).where(orders.c.id == order)).scalar()
        return monotonic() - since < AWAITED_S and (heard_ms is None or heard_ms <= since_ms)

    def answers(self, station: KnownStation, after: int, limit: int, now: datetime) -> Answers:
        """What was said to this station's entries after its running number `after`: an answer may get lost."""
        mine = entries.c.station == station.code
        columns = entries.c.id, entries.c.number, entries.c.refusal
        with self.database.read() as connection:
            last = connection.execute(select(func.max(entries.c.n)).where(mine)).scalar() or 0
            chosen = select(*columns).where(mine, entries.c.n > after).order_by(entries.c.n).limit(limit)
            said = [answer_of(row.id, row.number, row.refusal) for row in connection.execute(chosen)]
        return Answers(said, last + 1, now)

    def pull(self, station: KnownStation, cursor: int, limit: int, era: str = "") -> Pulled:
        """What other stations of this office did after `cursor`, in central's order, and what was refused of it.

        `era` is when the station heard that cursor; if central has forgotten some of it, that is all it says.
        """
        # What was emptied is nobody's news: who has it is told of the order.
        of_others = (
            (entries.c.office == station.office)
            & (entries.c.station != station.code)
            & entries.c.digest.not_in(select(erased_entries.c.digest))
        )
        sizes = select(entries.c.number, func.length(entries.c.body)).where(of_others, entries.c.number > cursor)
        columns = entries.c.number, entries.c.body, entries.c.station, entries.c.n, entries.c.id, entries.c.refusal
        sealing = entries.c.previous, entries.c.digest, entries.c.signature
        found: list[tuple[int, Sealed]] = []
        refused: list[tuple[Sealed, Answer]] = []
        with self.database.read() as connection:
            present = eras.present(connection)
            head = connection.execute(select(heads.c.n).where(heads.c.station == station.code)).scalar()
            next_n = (head or 0) + 1
            if not eras.goes_on(connection, era, station.office, cursor):
                return Pulled([], cursor, era=present, forgot=True, next_n=next_n)
            # Of this office alone: another's numbers may be higher while smaller ones of this office still come.
            of_office = select(func.max(entries.c.number)).where(entries.c.office == station.office)
            newest = connection.execute(of_office).scalar() or 0
            offered = [(row[0], row[1]) for row in connection.execute(sizes.order_by(entries.c.number).limit(limit))]
            # Bodies are read only as far as they are sent: a driver may hold all that was asked for.
            sent = as_far_as_fits(offered, MAX_PULL_BYTES)
            if sent:
                chosen = select(*columns, *sealing).where(of_others, entries.c.number.between(sent[0], sent[-1]))
                for row in connection.execute(chosen.order_by(entries.c.number)):
                    sealed = Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)
                    if row.refusal is None:
                        found.append((row.number, sealed))
                    else:
                        refused.append((sealed, answer_of(row.id, row.number, row.refusal)))
            orders = erasing.told(connection, self.database.secret, station)
        all_seen = len(offered) < limit and len(sent) == len(offered)
        cursor = newest if all_seen else sent[-1]
        return Pulled(found, cursor, era=present, next_n=next_n, refused=refused, erasures=orders)

    def sheet_lost(self, digest: str, station: KnownStation, now: datetime) -> None:
        """A station cannot read one of its sheets any more: do not wait for it."""

        def work(connection: Connection) -> None:
            mine = (lost_sheets.c.station == station.code) & (lost_sheets.c.digest == digest)
            if connection.execute(select(lost_sheets.c.digest).where(mine)).first() is None:
                row = {"station": station.code, "digest": digest, "told_ms": milliseconds(now)}
                connection.execute(insert(lost_sheets), row)

        self.database.written(work, f"sheets of {station.code}")


def _elsewhere(connection: Connection, taking: _Taking, story: _Story | None, entry: Entry, station: str) -> Elsewhere:
    refusals = taking.refusals
    foreign = frozenset(refusals.foreign)
    if story is None:
        return Elsewhere(refused=lambda: refusals.of(entry.dossier), foreign=foreign)
    return Elsewhere(
        story.unseen(entry.seen, station),
        lambda: story.seen(entry.seen, station),
        lambda: refusals.of(entry.dossier),
        story.office,
        foreign,
        lambda: story.as_seen(entry.seen, station, lambda: _numbered(connection, entry.seen)),
    )


def _numbered(connection: Connection, number: int) -> bool:
    """Whether an entry has this number here."""
    return connection.execute(select(entries.c.id).where(entries.c.number == number)).first() is not None


def accepted(connection: Connection, dossier: UUID) -> Dossier | None:
    """A dossier by what was accepted of it before this batch."""
    story = story_of(connection, dossier)
    return replay(story) if story else None


def story_of(connection: Connection, dossier: UUID) -> list[Entry]:
    """Everything that was accepted of a dossier, in its order."""
    of_it = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted).order_by(entries.c.number)
    return [wire.decode_entry(body) for body in connection.execute(of_it).scalars()]


def as_far_as_fits(offered: Sequence[tuple[int, int]], most: int) -> list[int]:
    """The first of these (number, bytes) that make one answer of `most` bytes; at least one, however large it is."""
    total = 0
    for at, (_, size) in enumerate(offered):
        total += size
        if total >= most:
            return [number for number, _ in offered[: at + 1]]
    return [number for number, _ in offered]


def _arrived(sealed: Sealed, station: KnownStation, right: Callable[[Sealed], bool], key: bytes) -> _Arrived:
    genuine = possible = (
        len(sealed.body) <= wire.MAX_BODY_BYTES and 0 < sealed.n < 2**31 and sealed.station == station.code
    )
    emptied: Erased | None = None
    if possible and not right(sealed):
        genuine = wire.check_emptied(sealed, station.public_key, key)
        emptied = wire.erased_by(sealed.body, key) if genuine else None
    envelope = _envelope(sealed.body) if genuine else None
    entry = None
    if envelope is not None and wire.known(envelope.kind, envelope.v):
        try:
            entry = wire.decode_entry(sealed.body)
        except Exception as problem:  # noqa: BLE001 whatever it is, this entry is unreadable and no other one is
            if not isinstance(problem, wire.Unreadable):
                _LOG.error("entry %s of station %s not read: %s", sealed.n, sealed.station, described(problem))
    return _Arrived(sealed, envelope, entry, emptied)


def _expect(judge: Judge, arrived: Sequence[_Arrived], next_n: int) -> None:
    """Look up at once whose the codes and receipt numbers are that the new entries want."""
    new = (one.entry for one in arrived if one.entry is not None and one.sealed.n >= next_n)
    wanted = {claim for entry in new if (claim := claimed_by(entry)) is not None}
    judge.claimed.update(dict.fromkeys(wanted))
    for values in _chunks({value for _, value in wanted}):
        for row in judge.connection.execute(select(claims).where(claims.c.value.in_(values))):
            judge.claimed[row.kind, row.value] = row.dossier


def _readable(body: bytes) -> Entry | None:
    try:
        return wire.decode_entry(body)
    except wire.Unreadable:
        return None


def _body(taking: _Taking, one: _Arrived, envelope: _Envelope, now: datetime) -> bytes:
    """What is kept of an entry: of a dossier that was erased nothing that it says, whatever becomes of it."""
    order = taking.erased.get(envelope.dossier)
    if order is None or (envelope.kind in OUTLIVES and one.emptied is None):
        return one.sealed.body
    taking.emptied.append((order.order, one.sealed.digest))
    if one.emptied is not None:
        return one.sealed.body
    entry = one.entry or Entry(envelope.id, envelope.dossier, Erased(order.order, "", ""), "", now)
    return wire.emptied(entry, order.order, order.proof)


def _after_erasure(taking: _Taking, station: KnownStation, one: _Arrived, number: int, secret: bytes) -> Refusal | None:
    """What comes of a dossier that was erased: what was emptied at its desk by the order, and that the desk did so, is
    recorded. Anything else is refused, and nothing that it says is kept (`_body`).
    """
    entry = one.entry
    order = taking.erased.get(entry.dossier) if entry is not None else None
    if entry is None or (one.emptied is None and not isinstance(entry.what, ErasureDone)):
        return erased()
    proven = one.emptied or entry.what
    assert isinstance(proven, Erased | ErasureDone)
    if not wire.proves_erasure(proven, entry.dossier, erasing.order_key(secret)):
        return erasing.unknown()
    if order is not None and (order.order != proven.order or order.office != station.office):
        return erasing.unknown()
    if isinstance(proven, ErasureDone):
        if order is not None and order.who not in ("", entry.who):
            # Who gave it is not known any more where this central learned of it from what it emptied.
            return erasing.unknown()
        taking.confirmed.append(entry.dossier)
    if order is None:
        # Brought back from a copy of before the order: who carried it out brings it back, too.
        taking.again.append(entry)
        taking.erased[entry.dossier] = erasing.Ordered(
            proven.order,
            entry.who if isinstance(proven, ErasureDone) else "",
            station.office,
            erasing.proof_of(secret, proven.order, entry.dossier),
        )
    story = taking.stories.get(entry.dossier)
    if story is None:
        story = taking.stories[entry.dossier] = _Story(entry.dossier, station.office)
        taking.opened.append({"id": entry.dossier, "office": station.office})
    story.add(type(entry.what).__name__, one.sealed.body, number, one.sealed.station, entry)
    return None


def _keep_erasures(
    connection: Connection, taking: _Taking, station: KnownStation, secret: bytes, now: datetime
) -> None:
    """Carry out what was forgotten; write down what was emptied on its way in, and what the station carried out."""
    for entry in taking.again:
        order = taking.erased[entry.dossier]
        erasing.order_again(connection, order.order, order.who, now)
        erasing.empty(connection, secret, order.order, entry.dossier, station.office)
    for order_id, digest in taking.emptied:
        erasing.note(connection, order_id, digest)
    for dossier in taking.confirmed:
        erasing.confirm(connection, station.code, dossier, milliseconds(now))


def _keep(connection: Connection, taking: _Taking, station: KnownStation, secret: bytes) -> None:
    """Write what was recorded, and what follows from it."""
    if not taking.rows:
        return
    insert_all(connection, entries, taking.rows)
    audit.rule(connection, metadata, secret, station.code, taking.rows)
    insert_all(connection, dossiers, taking.opened)
    insert_all(connection, claims, taking.claims)
    # A draft that took no step stands in no report: it is not folded for that.
    moved = (taking.stories[dossier] for dossier in taking.counted)
    report_rows.project(connection, [story.whole() for story in moved if story.standing.course.passed])
    ends = {"n": taking.next_n - 1, "digest": taking.head}
    if taking.begun:
        connection.execute(update(heads).where(heads.c.station == station.code).values(ends))
    else:
        connection.execute(insert(heads), {"station": station.code, **ends})


def _envelope(body: bytes) -> _Envelope | None:
    try:
        return msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _chunks(ids: Iterable[T]) -> Iterable[list[T]]:
    every = list(ids)
    for at in range(0, len(every), _IN_ONE_QUERY):
        yield every[at : at + _IN_ONE_QUERY]
