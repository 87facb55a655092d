"""The register of everything that happened at the counters: takes sealed entries, answers each, gives them out.

An entry that arrives in its station's chain is recorded once, accepted or refused, and its answer never changes. What
does not fit the chain, is not signed, or waits for a sheet is not recorded at all: the answers end before it, and the
number that central expects next says where to go on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app import wire
from clerk_app.central.database import Database, claims, entries, lost_sheets, milliseconds
from clerk_app.central.failures import described
from clerk_app.central.rules import PACK_AHEAD, Elsewhere, Judge, Law, claimed_by
from clerk_app.central.sheets import SheetStore
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry, RefusalSettled, after, replay, sheets_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.settling import TOO_LATE, Record, sets_aside
from clerk_app.wire import Answer, Answers, Pulled, Sealed

_LOG = logging.getLogger("quay.central")

MAX_BATCH = 1000
MAX_PULL_BYTES = 4 * 1024 * 1024
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


def _answer(entry_id: UUID, number: int, refusal: bytes | None) -> Answer:
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


def _forked() -> Refusal:
    return Refusal(
        "CHAIN_FORKED",
        Words(
            "Nhật ký của máy trạm khác với nhật ký trung tâm đã nhận.",
            "The station's journal differs from the one central has.",
        ),
        Words(
            "Máy có thể đã được phục hồi từ bản sao cũ. Kết nạp lại thành máy trạm mới.",
            "It may have been restored from an old copy. Enrol it again as a new station.",
        ),
    )


def _too_big() -> Refusal:
    return Refusal(
        "ENTRY_TOO_BIG",
        Words("Mục hoặc gói gửi lớn hơn mức cho phép.", "The entry or the batch is larger than allowed."),
        Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
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
        "PaperMarked",
        "TakenOver",
    }
)
"""Kinds that fill a dossier but do not change how it stands; most entries are of these."""


class _Story:
    """What was accepted of one dossier. How it stands is known at once; the whole is folded only when somebody asks."""

    __slots__ = ("_accepted", "standing")

    def __init__(self, dossier: UUID) -> None:
        self.standing = Dossier(dossier)
        self._accepted: list[tuple[int, str, bytes]] = []

    def add(self, kind: str, body: bytes, number: int, station: str, entry: Entry | None = None) -> None:
        self._accepted.append((number, station, body))
        if kind not in _BULKY:
            self.standing = after(self.standing, entry or wire.decode_entry(body))

    def whole(self) -> Dossier:
        return replay(wire.decode_entry(body) for _number, _station, body in self._accepted)

    def unseen(self, seen: int, station: str) -> tuple[Entry, ...]:
        """What other stations did after the number `seen`."""
        return tuple(wire.decode_entry(body) for number, by, body in self._accepted if number > seen and by != station)

    def seen(self, seen: int, station: str) -> tuple[Entry, ...]:
        """The rest."""
        return tuple(wire.decode_entry(body) for number, by, body in self._accepted if number <= seen or by == station)


class _Refusals:
    """The entries of the dossiers in hand that were refused, by dossier, until somebody settles them."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[UUID, dict[UUID, tuple[str, str, bytes]]] = {}

    def add(self, dossier: UUID, entry: UUID, station: str, code: str, body: bytes) -> None:
        late = _readable(body) if code == TOO_LATE else None
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


@dataclass(slots=True)
class _Taking:
    """One batch on its way in: the station's head, what was recorded before, and what is being added."""

    next_n: int
    head: bytes
    number: int
    known: dict[int, tuple[bytes, Answer]]
    used_ids: set[UUID]
    refusals: _Refusals
    stories: dict[UUID, _Story]
    lost: frozenset[str]
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Register:
    """Central's register on one database and one store of sheets, deciding by one law."""

    database: Database
    sheets: SheetStore
    law: Law

    def take(self, batch: wire.Batch, station: KnownStation, now: datetime) -> Answers:
        """Record what is new and answer everything up to the first entry that cannot be recorded.

        Raises `Refusal` if that is the very first: SEAL_BROKEN, CHAIN_FORKED, ENTRY_TOO_BIG, SHEET_NOT_HERE,
        CENTRAL_TOO_OLD, PACK_AHEAD. A gap raises nothing: no answers, and `next_n`.
        """
        if len(batch.entries) > MAX_BATCH:
            raise _too_big()
        # Signatures are the dear part and need no lock.
        genuine = [
            len(sealed.body) <= wire.MAX_BODY_BYTES
            and 0 < sealed.n < 2**31
            and sealed.station == station.code
            and wire.check_seal(sealed, station.public_key)
            for sealed in batch.entries
        ]
        envelopes = [_envelope(sealed.body) for sealed in batch.entries]
        answers: list[Answer] = []
        law = self.law.standing()
        with self.database.write() as connection:
            taking = self._begin(connection, batch.entries, envelopes, station)

            def others(dossier: UUID) -> Dossier | None:
                story = taking.stories.get(dossier)
                return story.whole() if story is not None else _accepted(connection, dossier)

            judge = Judge(connection, station, self.database.practice, law, law.roles(now), now, others=others)
            try:
                for sealed, envelope, is_genuine in zip(batch.entries, envelopes, genuine, strict=True):
                    answer = self._take_one(taking, judge, sealed, envelope if is_genuine else None, now)
                    if answer is None:
                        break
                    answers.append(answer)
            except Refusal:
                if not answers:
                    raise
            if taking.rows:
                connection.execute(insert(entries), taking.rows)
        return Answers(answers, taking.next_n, now)

    def _begin(
        self,
        connection: Connection,
        batch: Sequence[Sealed],
        envelopes: Sequence[_Envelope | None],
        station: KnownStation,
    ) -> _Taking:
        mine = entries.c.station == station.code
        last = connection.execute(
            select(entries.c.n, entries.c.digest).where(mine).order_by(entries.c.n.desc()).limit(1)
        ).first()
        next_n, head = (last.n + 1, last.digest) if last else (1, wire.FIRST)
        known: dict[int, tuple[bytes, Answer]] = {}
        old = [sealed.n for sealed in batch if 0 < sealed.n < next_n]
        if old:
            columns = entries.c.n, entries.c.id, entries.c.number, entries.c.digest, entries.c.refusal
            within = mine & entries.c.n.between(min(old), max(old))
            for row in connection.execute(select(*columns).where(within)):
                known[row.n] = row.digest, _answer(row.id, row.number, row.refusal)
        new = [one for sealed, one in zip(batch, envelopes, strict=True) if sealed.n >= next_n and one is not None]
        used_ids: set[UUID] = set()
        refusals = _Refusals()
        stories: dict[UUID, _Story] = {}
        for ids in _chunks({envelope.id for envelope in new}):
            chosen = select(entries.c.id).where(entries.c.id.in_(ids), entries.c.accepted)
            used_ids.update(connection.execute(chosen).scalars())
        for ids in _chunks({envelope.dossier for envelope in new}):
            columns = (entries.c.dossier, entries.c.station, entries.c.id, entries.c.number, entries.c.body)
            happened = select(*columns, entries.c.refusal).where(entries.c.dossier.in_(ids))
            for dossier, by_station, entry_id, number, body, refusal in connection.execute(
                happened.order_by(entries.c.number)
            ):
                if refusal is None:
                    kept = _envelope(body)
                    story = stories.setdefault(dossier, _Story(dossier))
                    story.add(kept.kind if kept else "", body, number, by_station)
                else:
                    code = msgspec.msgpack.decode(refusal, type=_Refused).code
                    refusals.add(dossier, entry_id, by_station, code, body)
        for dossier, story in stories.items():
            refusals.settle(dossier, story.standing.settled)
        lost = connection.execute(select(lost_sheets.c.digest).where(lost_sheets.c.station == station.code)).scalars()
        newest = connection.execute(select(func.max(entries.c.number))).scalar() or 0
        return _Taking(next_n, head, newest, known, used_ids, refusals, stories, frozenset(lost))

    def _take_one(
        self, taking: _Taking, judge: Judge, sealed: Sealed, envelope: _Envelope | None, now: datetime
    ) -> Answer | None:
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
        refusal = self._verdict(taking, judge, envelope, sealed)
        taking.number += 1
        taking.next_n, taking.head = sealed.n + 1, sealed.digest
        words = None if refusal is None else _words_kept(refusal)
        taking.rows.append(
            {
                "number": taking.number,
                "id": envelope.id,
                "station": sealed.station,
                "n": sealed.n,
                "office": judge.station.office,
                "dossier": envelope.dossier,
                "received_ms": milliseconds(now),
                "accepted": refusal is None,
                "refusal": words,
                "body": sealed.body,
                "previous": sealed.previous,
                "digest": sealed.digest,
                "signature": sealed.signature,
            }
        )
        if refusal is None:
            taking.used_ids.add(envelope.id)
        else:
            taking.refusals.add(envelope.dossier, envelope.id, sealed.station, refusal.code, sealed.body)
        answer = _answer(envelope.id, taking.number, words)
        taking.known[sealed.n] = sealed.digest, answer
        return answer

    def _verdict(self, taking: _Taking, judge: Judge, envelope: _Envelope, sealed: Sealed) -> Refusal | None:
        """None to accept, or why not. Raises `Refusal` for what is not to be recorded now."""
        if not wire.known(envelope.kind, envelope.v):
            raise Refusal(
                "CENTRAL_TOO_OLD",
                Words("Máy trạm mới hơn trung tâm.", "The station is newer than central."),
                Words("Cập nhật trung tâm; máy trạm giữ hồ sơ đến lúc đó.", "Update central; the station keeps all."),
            )
        if envelope.kind != "RefusalSettled" and taking.refusals.hold(envelope.dossier, sealed.station):
            return _held()
        if envelope.id in taking.used_ids:
            return Refusal(
                "ENTRY_ID_USED",
                Words("Mã của mục này đã dùng cho mục khác.", "Another entry has this identity."),
                Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
            )
        try:
            return self._judged(taking, judge, envelope, sealed)
        except (Refusal, SQLAlchemyError, OSError, MemoryError):
            # Central's own trouble says nothing about the entry, which comes again.
            raise
        except Exception as problem:  # noqa: BLE001 one entry nobody foresaw holds its dossier, never its station
            _LOG.error("entry %s of station %s not judged: %s", sealed.n, sealed.station, described(problem))
            return _unjudgeable()

    def _judged(self, taking: _Taking, judge: Judge, envelope: _Envelope, sealed: Sealed) -> Refusal | None:
        try:
            entry = wire.decode_entry(sealed.body)
        except wire.Unreadable:
            return Refusal(
                "ENTRY_UNREADABLE",
                Words("Trung tâm không đọc được mục này.", "Central cannot read this entry."),
                Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
            )
        try:
            missing = {sheet for sheet in sheets_of(entry) if not self.sheets.whole(sheet)}
        except Refusal as refusal:
            return refusal
        if missing - taking.lost:
            raise _sheet_awaited()
        if missing:
            return _sheet_lost()
        story = taking.stories.get(entry.dossier)
        elsewhere = _elsewhere(taking, story, entry, sealed.station)
        try:
            judge.judge(entry, story.standing if story else None, story.whole if story else None, elsewhere)
        except Refusal as refusal:
            if refusal.code == PACK_AHEAD:
                raise
            return refusal
        story = taking.stories.setdefault(entry.dossier, _Story(entry.dossier))
        story.add(envelope.kind, sealed.body, taking.number + 1, sealed.station, entry)
        if isinstance(entry.what, RefusalSettled):
            taking.refusals.settle(entry.dossier, entry.what.refused)
        claim = claimed_by(entry)
        if claim is not None:
            row = {"kind": claim[0], "value": claim[1], "dossier": entry.dossier}
            judge.connection.execute(insert(claims), row)
        return None

    def pull(self, station: KnownStation, cursor: int, limit: int) -> Pulled:
        """What other stations of this office did after `cursor`, in central's order, and what was refused of it."""
        columns = entries.c.number, entries.c.body, entries.c.station, entries.c.n, entries.c.id, entries.c.refusal
        sealing = entries.c.previous, entries.c.digest, entries.c.signature
        chosen = (
            select(*columns, *sealing)
            .where(
                entries.c.office == station.office,
                entries.c.station != station.code,
                entries.c.number > cursor,
            )
            .order_by(entries.c.number)
            .limit(limit)
        )
        found: list[tuple[int, Sealed]] = []
        refused: list[tuple[Sealed, Answer]] = []
        size, last = 0, cursor
        with self.database.read() as connection:
            newest = connection.execute(select(func.max(entries.c.number))).scalar() or 0
            for row in connection.execute(chosen):
                sealed = Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)
                if row.refusal is None:
                    found.append((row.number, sealed))
                else:
                    refused.append((sealed, _answer(row.id, row.number, row.refusal)))
                size, last = size + len(row.body), row.number
                if size >= MAX_PULL_BYTES:
                    break
        all_seen = len(found) + len(refused) < limit and size < MAX_PULL_BYTES
        return Pulled(found, newest if all_seen else last, refused=refused)

    def sheet_lost(self, digest: str, station: KnownStation, now: datetime) -> None:
        """A station cannot read one of its sheets any more: do not wait for it."""
        with self.database.write() as connection:
            mine = (lost_sheets.c.station == station.code) & (lost_sheets.c.digest == digest)
            if connection.execute(select(lost_sheets.c.digest).where(mine)).first() is None:
                row = {"station": station.code, "digest": digest, "told_ms": milliseconds(now)}
                connection.execute(insert(lost_sheets), row)


def _elsewhere(taking: _Taking, story: _Story | None, entry: Entry, station: str) -> Elsewhere:
    refusals = taking.refusals
    if story is None:
        return Elsewhere(refused=lambda: refusals.of(entry.dossier))
    return Elsewhere(
        story.unseen(entry.seen, station),
        lambda: story.seen(entry.seen, station),
        lambda: refusals.of(entry.dossier),
    )


def _accepted(connection: Connection, dossier: UUID) -> Dossier | None:
    """A dossier by what was accepted of it before this batch."""
    of_it = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted).order_by(entries.c.number)
    bodies = connection.execute(of_it).scalars().all()
    return replay(wire.decode_entry(body) for body in bodies) if bodies else None


def _readable(body: bytes) -> Entry | None:
    try:
        return wire.decode_entry(body)
    except wire.Unreadable:
        return None


def _envelope(body: bytes) -> _Envelope | None:
    try:
        return msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _chunks(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    every = list(ids)
    for at in range(0, len(every), _IN_ONE_QUERY):
        yield every[at : at + _IN_ONE_QUERY]
