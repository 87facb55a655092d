"""The journal of this desk: entries sealed in a chain, kept for ever, with their delivery state and projections.

One transaction holds the entry, and the projections it changes. What waits for central is what has no answer yet.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
import uuid_utils.compat
from sqlalchemy.engine import Connection, Row

from clerk_app import wire
from clerk_app.desk.ports import (
    BlockState,
    KindAskedFor,
    Outbox,
    QueueLine,
    RefusedEntry,
    ResultLine,
    TrailFound,
    TrailWanted,
    VerifyReport,
)
from clerk_app.desk.salvaged import NOTE
from clerk_app.domain import report_facts
from clerk_app.domain.approving import Approval
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, Entry, Happening, RefusalSettled, after, replay
from clerk_app.domain.online import OnlineLine
from clerk_app.domain.oversight import CopiesRemoved, ErasureDone
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.report_facts import Facts
from clerk_app.domain.settling import OUTRUN, Record, sets_aside
from clerk_app.domain.subject import standing_in
from clerk_app.store import (
    erasing,
    faults,
    online_lines,
    page_index,
    projections,
    rejoining,
    report_rows,
    result_index,
    schema,
    trail,
    verifying,
)
from clerk_app.store.database import Database
from clerk_app.store.rows import KEEP, row_of
from clerk_app.store.seals import SEAL_ENTRY
from clerk_app.store.witness import Witness
from clerk_app.wire import Answer, Answers, Block, Erasure, Pulled, Sealed

E = schema.entries.c
A = schema.answers.c
_CACHED = 64
_LOOKED_AT = 32
"""Of the newest entries, when the desk opens."""
_SHORTLY_BEFORE = 50
"""How many entries of a station's chain are looked at before one whose moment is doubted."""
_PROJECTIONS = "projections"
"""The fact that says by which versions they were made."""
_MADE_BY = f"{projections.VERSION} {report_facts.VERSION}"
"""Rows of reports are among them."""
_ERA = "era"
"""The fact that says when central gave the cursor out."""
_ERASED = "Erased"
"""What stands for an emptied entry waits for nobody, however central answered it."""
_UNTOLD = "untold"
"""With a kind, the fact that says that central must be told which numbers are lent here."""
_AGAIN = "again_from"
"""The fact that names the first of the answered entries that go to central once more; 0 or missing if none does."""


def new_id() -> UUID:
    """A fresh UUIDv7: made before the first try of whatever it names."""
    return uuid_utils.compat.uuid7()


class SealedJournal:
    """`desk.ports.Journal` on the encrypted database. One writer at a time; readers never wait."""

    def __init__(
        self,
        database: Database,
        station: str,
        sign: Callable[[bytes], bytes],
        public_key: bytes,
        witness: Witness | None = None,
    ) -> None:
        """`sign` makes this station's Ed25519 signature; `public_key` is its raw 32 bytes.

        Projections that an earlier version of the program made are made anew. `witness` hears of every entry once it
        is on the disk.
        """
        self._witness = witness
        self._grown: list[tuple[int, UUID]] = []
        self._renumbered: list[tuple[int, UUID]] | None = None
        self._db = database
        self._station = station
        self._sign = sign
        self._public_key = public_key
        self._lock = threading.RLock()
        self._heard: list[Callable[[frozenset[UUID]], None]] = []
        self._last: tuple[int, bytes] | None = None
        self._open: Connection | None = None
        self._changed: set[UUID] = set()
        self._cache: OrderedDict[UUID, Dossier] = OrderedDict()
        self._seen: dict[UUID, int] = {}
        """How far those in the cache hold what other desks did."""
        if self.noted(_PROJECTIONS) != _MADE_BY:
            # An earlier program made them, and read other things in the same entries.
            self.rebuild()

    def sign(self, data: bytes) -> bytes:
        """This station's Ed25519 signature of `data`."""
        return self._sign(data)

    # ---- writing

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is looked at, drawn and appended inside is one transaction, and nobody else writes in between.

        If it fails nothing of it happened. Only for quick work: other lanes wait.
        """
        with self._lock:
            if self._open is not None:
                yield
                return
            try:
                with self._db.write() as connection:
                    self._open = connection
                    try:
                        yield
                    finally:
                        self._open = None
            except BaseException:
                self._last = None
                self._grown.clear()
                self._renumbered = None
                for dossier in self._changed:
                    self._forget(dossier)
                self._changed.clear()
                raise
            changed, self._changed = frozenset(self._changed), set()
            if self._renumbered is not None:
                if self._witness is not None:
                    self._witness.begin_again(self._renumbered)
                # A later salvage must not find them under the numbers of before.
                self._db.empty_log()
                self._renumbered = None
            if self._grown and self._witness is not None:
                self._witness.saw(self._grown)
            self._grown.clear()
        self._announce(changed)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.together():
            assert self._open is not None
            yield self._open

    def append(
        self, dossier: UUID, what: Sequence[Happening], who: str, at: datetime, seen: int | None = None
    ) -> Dossier:
        """Seal and keep the happenings in one transaction; the dossier as it then stands."""
        with self._writing() as connection:
            state = self._state_or_new(dossier)
            if dossier not in self._seen:
                self._seen[dossier] = self._seen_of(connection, dossier) if state.entries else 0
            known = self._seen[dossier]
            n, previous = self._tail()
            rows: list[tuple[Any, ...]] = []
            for happening in what:
                entry = Entry(new_id(), dossier, happening, who, at, known if seen is None else min(seen, known))
                state = after(state, entry)
                n += 1
                body = wire.encode_entry(entry)
                if len(body) > wire.MAX_BODY_BYTES:
                    raise faults.entry_too_big()
                sealed = wire.seal(body, self._station, n, previous, self._sign)
                previous = sealed.digest
                rows.append(row_of(entry, sealed))
                self._grown.append((n, dossier))
            connection.exec_driver_sql(KEEP, rows)
            if any(isinstance(happening, RefusalSettled) for happening in what):
                # What was settled counts no more, wherever it stands.
                state = replay(self._ordered(connection, dossier))
            projections.project(connection, state)
            self._last = (n, previous)
            self._keep(state)
            self._changed.add(dossier)
        return state

    def _state_or_new(self, dossier: UUID) -> Dossier:
        if dossier in self._cache:
            return self._cache[dossier]
        entries = self.entries(dossier)
        return replay(entries) if entries else Dossier(id=dossier)

    def _tail(self) -> tuple[int, bytes]:
        if self._last is None:
            with self._db.read() as connection:
                row = connection.execute(
                    sa.select(E.n, E.digest).where(E.station == self._station).order_by(E.n.desc()).limit(1)
                ).one_or_none()
            self._last = (row.n, row.digest) if row else (0, wire.FIRST)
        return self._last

    def answered(self, answers: Answers) -> frozenset[UUID]:
        """Write down what central said. Answers that are known already change nothing, unless central forgot them."""
        said = [
            (
                int(one.accepted), one.number, one.code, one.words_vi, one.words_en, one.remedy_vi, one.remedy_en,
                one.id.bytes, self._station,
            )
            for one in answers.answers
        ]  # fmt: skip
        if not said:
            return frozenset()
        ids = [one.id.bytes for one in answers.answers]
        with self._writing() as connection:
            if again := int(_get(connection, _AGAIN) or 0):
                connection.exec_driver_sql(ANSWER_AGAIN, [(*row, again) for row in said])
                self._went_again(connection, again, ids)
            connection.exec_driver_sql(ANSWER, said)
            ours = sa.select(E.dossier).where(E.station == self._station, E.id.in_(ids)).distinct()
            touched = {UUID(bytes=row[0]) for row in connection.execute(ours)}
            if all(one.accepted for one in answers.answers):
                self._reproject_shared(connection, touched)
            else:
                self._reproject(connection, touched)
            self._changed |= touched
        return frozenset(touched)

    def _entered(self, connection: Connection, era: str) -> None:
        """In a new era nobody knows whether central still knows what it lent: it is told."""
        if era and era != _get(connection, _ERA):
            _set(connection, _ERA, era)
            for kind in ("dossier", "receipt"):
                if any(True for _ in _block_use(connection, kind)):
                    _set(connection, f"{_UNTOLD} {kind}", "yes")

    def _went_again(self, connection: Connection, again: int, ids: Sequence[bytes]) -> None:
        """Where what goes to central once more goes on, after these were answered."""
        chosen = sa.select(sa.func.min(E.n), sa.func.max(E.n)).where(E.station == self._station, E.id.in_(ids))
        first, last = connection.execute(chosen).one()
        if first is not None and first <= again <= last:
            _set(connection, _AGAIN, str(last + 1) if last + 1 < self._next_n(connection) else "0")

    def _reproject_shared(self, connection: Connection, touched: set[UUID]) -> None:
        """A number from central may move our entries among those of others: fold such dossiers again."""
        keys = [dossier.bytes for dossier in touched]
        shared = sa.select(E.dossier).where(E.dossier.in_(keys), E.station != self._station).distinct()
        self._reproject(connection, {UUID(bytes=key) for key in connection.execute(shared).scalars().all()})

    def _reproject(self, connection: Connection, dossiers: set[UUID]) -> None:
        for dossier in dossiers:
            self._forget(dossier)
            entries = tuple(self._ordered(connection, dossier))
            if entries:
                projections.project(connection, replay(entries))

    def received(self, pulled: Pulled, after: int = 0, era: str | None = None) -> frozenset[UUID]:
        """Keep what other stations did, and what central refused of it. An entry that is here already changes nothing;
        the cursor only grows.

        `after` and `era` are the cursor and the era with which it was asked for: where central was found to have
        forgotten something since, what lies between was not brought, and nothing is taken.

        It stops before an entry that only a newer program can read: after the update it is pulled again.
        """
        touched: set[UUID] = set()
        cursor = pulled.cursor
        with self._writing() as connection:
            if after > int(_get(connection, "cursor") or 0) or era not in (None, _get(connection, _ERA)):
                return frozenset()
            rows, answers = [], []
            fresh: set[bytes] = set()
            for number, sealed, said in _in_one_order(pulled):
                if sealed.station == self._station:
                    continue
                try:
                    entry = wire.decode_entry(sealed.body)
                except wire.Unreadable:
                    if said is not None:
                        # Its own desk tells of it; nothing here depends on it.
                        continue
                    cursor = number - 1
                    break
                answer = _answer_of(entry.id, number, said)
                if entry.id.bytes in fresh:
                    # Refused under the name under which it was accepted: that counts.
                    continue
                here = connection.execute(_KNOWN, {"entry": entry.id.bytes}).one_or_none()
                if here is None:
                    fresh.add(entry.id.bytes)
                    rows.append(row_of(entry, sealed))
                    answers.append(answer)
                    touched.add(entry.dossier)
                elif said is not None and here.accepted and here.number:
                    # So it does where central accepted it before; what it forgot has no number here.
                    continue
                elif tuple(here) != (answer["number"], answer["accepted"]):
                    # Central forgot it, and has it under another number since, or judged it anew.
                    connection.execute(schema.answers.update().where(A.entry == entry.id.bytes), answer)
                    touched.add(entry.dossier)
            if rows:
                connection.exec_driver_sql(KEEP, rows)
                connection.exec_driver_sql(SEAL_ENTRY, [(row[0],) for row in rows])
                connection.execute(schema.answers.insert(), answers)
            self._reproject(connection, touched)
            _set(connection, "cursor", str(max(cursor, int(_get(connection, "cursor") or 0))))
            self._entered(connection, pulled.era)
            self._changed |= touched
        return frozenset(touched)

    def forgotten(self, next_n: int, era: str) -> frozenset[UUID]:
        """Central was brought back from a copy that ends before this desk's entry `next_n`; the dossiers it touched.

        What central numbered after the last of our entries that it surely has counts as not numbered: ours go again
        from `next_n` on, those of others are pulled again. Until then they stand in the order in which they are here.
        """
        with self._writing() as connection:
            again = int(_get(connection, _AGAIN) or 0)
            first = min(next_n, again or next_n)
            ours = sa.select(sa.func.max(A.number)).where(A.own_n < first)
            sure = int(connection.execute(ours).scalar() or 0)
            void = (A.number > sure) | (A.own_n >= first)
            chosen = sa.select(E.dossier).join(schema.answers, A.entry == E.id).where(void).distinct()
            touched = {UUID(bytes=key) for key in connection.execute(chosen).scalars()}
            connection.execute(schema.answers.update().where(void).values(number=0))
            for dossier in touched:
                self._forget(dossier)
                projections.project(connection, replay(self._ordered(connection, dossier)))
            # Before our last entry there may be some of others that were never heard here.
            _set(connection, "cursor", str(min(sure, int(_get(connection, "cursor") or 0))))
            self._entered(connection, era)
            _set(connection, _AGAIN, str(first) if first < self._next_n(connection) else "0")
            self._changed |= touched
        return frozenset(touched)

    def rejoin(self, after: int, back: Sequence[tuple[Sealed, Answer]], head: tuple[int, bytes]) -> frozenset[UUID]:
        """Go on with the chain that central has of this desk; the dossiers it touched.

        See `rejoining.rejoin`: `back` is what is missing here after entry `after`, `head` where central's chain ends.
        """
        with self._writing() as connection:
            rejoining.rejoin(connection, self._station, self._sign, after, back, head, self._db.seals)
            # Whatever central had forgotten before, it said just now what it has.
            _set(connection, _AGAIN, "0")
            # Answers that came back moved entries that were here, too.
            again = sa.select(E.dossier).where(E.station == self._station, E.n > after).distinct()
            touched = frozenset(UUID(bytes=key) for key in connection.execute(again).scalars())
            self._last = None
            self._cache.clear()
            self._seen.clear()
            for dossier in touched:
                projections.project(connection, replay(self._ordered(connection, dossier)))
            self._changed |= touched
            numbered = connection.execute(sa.select(E.n, E.dossier).where(E.station == self._station).order_by(E.n))
            # What was appended in this transaction so far is among them, under its number of now.
            self._grown.clear()
            self._renumbered = [(n, UUID(bytes=key)) for n, key in numbered.all()]
        return touched

    def erase(self, order: Erasure, sheets: Sequence[str], at: datetime) -> bool:
        """Empty the entries of a dossier by an order of central's, and say so: with `sheets`, which are gone already.

        One transaction; False where this desk did so before and nothing came back. What proves the order is for the
        caller to check.
        """
        key = order.dossier.bytes
        with self._writing() as connection:
            rows = erasing.left(connection, key)
            done = sa.select(E.id).where(E.dossier == key, E.kind == ErasureDone.__name__, E.station == self._station)
            if not rows and connection.execute(done.limit(1)).first() is not None:
                return False
            seals = [bytes(row.digest).hex() for row in rows]
            for first in range(0, max(len(seals), 1), erasing.AT_ONCE):
                some = tuple(seals[first : first + erasing.AT_ONCE])
                happened = ErasureDone(order.order, order.proof.hex(), some, tuple(sheets) if not first else ())
                self.append(order.dossier, [happened], order.who, at)
            erasing.empty(connection, order, rows)
            self._forget(order.dossier)
        # What the log and free pages still say of them must not be found by a later salvage.
        self._db.empty_log()
        return True

    def of_kind(self, kind: KindAskedFor, since: datetime | None = None) -> tuple[Entry, ...]:
        """Every entry of a kind, of any desk and however central answered it; those of `since` or later, and perhaps
        some of the day before.
        """
        from_day = (since - timedelta(days=1)).date().isoformat() if since is not None else ""
        with self._db.read() as connection:
            rows = connection.exec_driver_sql(OF_KIND, (kind, from_day)).scalars().all()
        return tuple(wire.decode_entry(body) for body in rows)

    def removed_here(self) -> frozenset[str]:
        """The sheets of which this very desk removed its own copies by the retention rule, or erased them by order."""
        with self._db.read() as connection:
            rows = connection.exec_driver_sql(REMOVED_HERE, (self._station,)).scalars().all()
        happened = (wire.decode_entry(body).what for body in rows)
        gone = CopiesRemoved | ErasureDone
        return frozenset(sheet for what in happened if isinstance(what, gone) for sheet in what.sheets)

    def dossiers_of(self, station: str) -> tuple[UUID, ...]:
        """The dossiers in which this station did something, in the order in which they came here."""
        chosen = sa.select(E.dossier).where(E.station == station).group_by(E.dossier).order_by(sa.func.min(E.row))
        with self._db.read() as connection:
            return tuple(UUID(bytes=key) for key in connection.execute(chosen).scalars())

    def sealed_after(self, after: int) -> dict[int, bytes]:
        """The digest of each of this desk's entries after number `after`."""
        with self._db.read() as connection:
            chosen = sa.select(E.n, E.digest).where(E.station == self._station, E.n > after)
            return dict(connection.execute(chosen).all())

    def soundness(self) -> Refusal | None:
        """What is wrong with the newest entries of this desk, looked at in a few milliseconds; None when nothing is.

        The rest is for `verify`, which reads everything.
        """
        # Asked first: another process may write meanwhile, and notes an entry only once it is kept.
        last = self._witness.last() if self._witness is not None else 0
        noted = self._db.mark.revision()
        with self._db.read() as connection:
            newest = sa.select(schema.entries).where(E.station == self._station).order_by(E.n.desc()).limit(_LOOKED_AT)
            rows = connection.execute(newest).all()
            salvaged = bool(_get(connection, NOTE))
            sums = self._db.seals.sums(connection.connection.dbapi_connection)
            key = erasing.order_key(_get(connection, erasing.CENTRAL_KEYS))
        if (rows[0].n if rows else 0) < last:
            return faults.newest_lost()
        if sums is None:
            return faults.altered()
        if sums.revision < noted:
            return faults.newest_lost()
        for row, before in zip(rows, [*rows, None][1:], strict=True):
            follows = before is None or (before.n, before.digest) == (row.n - 1, row.previous)
            if not erasing.genuine(_sealed(row), self._public_key, key) or not (follows or salvaged):
                return faults.damaged()
        return None

    def lend(self, block: Block) -> None:
        """Numbers that central lent to this station."""
        with self._writing() as connection:
            connection.execute(
                schema.blocks.insert().prefix_with("OR IGNORE"),
                {"kind": block.kind, "first": block.first, "last": block.last},
            )

    def unlend(self, block: Block) -> None:
        """These numbers were not central's to lend: nothing of them is drawn any more."""
        with self._writing() as connection:
            B = schema.blocks.c  # noqa: N806 - a table's columns, as everywhere here
            it = (B.kind == block.kind) & (B.first == block.first) & (B.last == block.last)
            connection.execute(schema.blocks.delete().where(it))

    def held(self, kind: str, every: bool = False) -> tuple[tuple[int, int], ...]:
        """First and last numbers of the blocks of this kind, which central must be told of in a new era; or `every`."""
        with self._db.read() as connection:
            if not every and _get(connection, f"{_UNTOLD} {kind}") != "yes":
                return ()
            return tuple((first, last) for first, last, _ in _block_use(connection, kind))

    def told(self, kind: str, taken: Sequence[int]) -> None:
        """Central knows again what is held here; of the blocks that begin with `taken` nothing is drawn any more."""
        with self._writing() as connection:
            for first, last, used in _block_use(connection, kind):
                if first in taken:
                    rest = [{"kind": kind, "number": number} for number in range(first + used, last + 1)]
                    connection.execute(schema.drawn.insert().prefix_with("OR IGNORE"), rest)
            _set(connection, f"{_UNTOLD} {kind}", "")

    def draw(self, kind: str) -> int:
        """The next number of a lent block; never the same twice. Raises `Refusal` `NUMBERS_USED_UP`."""
        with self._writing() as connection:
            for first, last, used in _block_use(connection, kind):
                if first + used <= last:
                    number = first + used
                    connection.execute(schema.drawn.insert(), {"kind": kind, "number": number})
                    return int(number)
        raise faults.numbers_used_up(kind)

    def keep_words(self, reading: str, words: str) -> None:
        """What of the text of a page can be searched for; `reading` is its digest in `PageRead`."""
        with self._writing() as connection:
            page_index.keep(connection, reading, words)

    def rebuild(self) -> None:
        """Throw the projections away and make them again from the entries."""
        with self._writing() as connection:
            projections.clear(connection)
            for dossier in self._replayed(connection).values():
                projections.project(connection, dossier)
            _set(connection, _PROJECTIONS, _MADE_BY)

    def note(self, name: str, value: str) -> None:
        """Remember a fact about this desk itself or who works at its office (never about a citizen)."""
        with self._writing() as connection:
            _set(connection, name, value)

    # ---- reading

    def noted(self, name: str) -> str:
        """A fact remembered with `note`, or the empty text."""
        with self._db.read() as connection:
            return _get(connection, name)

    def dossier(self, dossier: UUID) -> Dossier:
        """The dossier as its entries make it. Raises `Refusal` `DOSSIER_UNKNOWN`."""
        with self._lock:
            if dossier in self._cache:
                self._cache.move_to_end(dossier)
                return self._cache[dossier]
            entries = self.entries(dossier)
            if not entries:
                raise faults.unknown_dossier()
            state = replay(entries)
            self._keep(state)
            return state

    def entries(self, dossier: UUID) -> tuple[Entry, ...]:
        """What a dossier is made of: central's order, this desk's unsent entries last."""
        with self._db.read() as connection:
            return tuple(self._ordered(connection, dossier))

    def records(self, dossier: UUID) -> tuple[Record, ...]:
        """Everything that happened to a dossier, in the same order, also what was refused or set aside."""
        with self._db.read() as connection:
            rows = connection.execute(_in_order().where(E.dossier == dossier.bytes)).all()
        return tuple(
            Record(wire.decode_entry(row.body), row.station, row.number if row.accepted else 0, row.code or "")
            for row in rows
        )

    def trail(self, wanted: TrailWanted) -> tuple[tuple[TrailFound, ...], tuple[int, int] | None]:
        """Entries newest first, of this desk and of others as far as they came here; where the next page begins."""
        with self._db.read() as connection:
            return trail.page(connection, wanted)

    def trail_count(self, wanted: TrailWanted, most: int) -> int:
        """How many those are, counted up to `most`."""
        with self._db.read() as connection:
            return trail.count(connection, wanted, most)

    def naming(self, number: str) -> tuple[UUID, ...]:
        """The dossiers in an entry of which the number stands, or once stood, as a value or in what somebody wrote."""
        named = standing_in(number)
        with self._db.read() as connection:
            rows = connection.exec_driver_sql("SELECT dossier, body FROM entries ORDER BY row")
            return tuple(dict.fromkeys(UUID(bytes=row.dossier) for row in rows if named(bytes(row.body))))

    def mentioning(self, number: str, limit: int = 500) -> tuple[UUID, ...]:
        """The dossiers in which the number of somebody's document stands or once stood."""
        with self._db.read() as connection:
            return trail.mentioning(connection, number, limit)

    def seen(self, dossier: UUID) -> int:
        """Central's number of the newest entry of another desk in a dossier; 0 where there is none."""
        with self._db.read() as connection:
            return self._seen_of(connection, dossier)

    def _seen_of(self, connection: Connection, dossier: UUID) -> int:
        others = (E.dossier == dossier.bytes) & (E.station != self._station) & (A.accepted == 1)
        newest = sa.select(sa.func.max(A.number)).join(schema.entries, A.entry == E.id).where(others)
        return int(connection.execute(newest).scalar() or 0)

    def dated_back(self, dossier: UUID, tolerance: timedelta) -> frozenset[UUID]:
        """The entries of a dossier whose station had shortly before sealed one that is dated that much later."""
        before = schema.entries.alias("before")
        moment, earlier = sa.func.unixepoch(before.c.at), sa.func.unixepoch(E.at)
        near = (before.c.station == E.station) & before.c.n.between(E.n - _SHORTLY_BEFORE, E.n - 1)
        later = sa.exists(sa.select(before.c.row).where(near, moment > earlier + int(tolerance.total_seconds())))
        with self._db.read() as connection:
            found = connection.execute(sa.select(E.id).where(E.dossier == dossier.bytes, later)).scalars()
            return frozenset(UUID(bytes=one) for one in found)

    def last_at(self) -> datetime | None:
        """The moment of this desk's newest entry; None before the first."""
        newest = sa.select(E.at).where(E.station == self._station).order_by(E.n.desc()).limit(1)
        with self._db.read() as connection:
            found = connection.execute(newest).scalar()
        return None if found is None else datetime.fromisoformat(found)

    def find(self, query: str = "", limit: int = 200, status: str = "") -> tuple[QueueLine, ...]:
        """Newest first; `query` is a code, a number, parts of a name or words on a page, without marks.

        Those of which a code, number or name is meant come before those of which it stands on a page.
        """
        D = schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
        wanted = sa.select(schema.dossiers).order_by(D.changed_at.desc(), D.id.desc()).limit(limit)
        if status:
            wanted = wanted.where(D.status == status)
        with self._db.read() as connection:
            if query.strip():
                named, on_pages = projections.matching(connection, query), projections.on_pages(connection, query)
                wanted = wanted.where(D.id.in_(named + on_pages))
                if named and on_pages:
                    wanted = wanted.order_by(None).order_by(D.id.in_(named).desc(), D.changed_at.desc(), D.id.desc())
            rows = connection.execute(wanted).all()
            waiting, refused = self._open_counts(connection, [row.id for row in rows])
        return tuple(_line(row, waiting.get(row.id, 0), refused.get(row.id, 0)) for row in rows)

    def to_approve(self, states: Sequence[Approval]) -> tuple[QueueLine, ...]:
        """The dossiers that stand so with those who decide exceptions, all of them, newest first."""
        D = schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
        wanted = sa.select(schema.dossiers).where(D.approval.in_(states), D.approval != "")
        with self._db.read() as connection:
            rows = connection.execute(wanted.order_by(D.changed_at.desc(), D.id.desc())).all()
            waiting, refused = self._open_counts(connection, [row.id for row in rows])
        return tuple(_line(row, waiting.get(row.id, 0), refused.get(row.id, 0)) for row in rows)

    def owed(self, since: datetime | None, until: datetime, clerk: str = "", limit: int = 200) -> tuple[QueueLine, ...]:
        """The accepted dossiers whose clock runs and whose result is due after `since` and until then, the earliest
        first; of one `clerk`, or of all.
        """
        D = schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
        wanted = sa.select(schema.dossiers).where(_owed(since, until))
        if clerk:
            wanted = wanted.where(D.clerk == clerk)
        with self._db.read() as connection:
            rows = connection.execute(wanted.order_by(D.owed_at, D.id).limit(limit)).all()
            waiting, refused = self._open_counts(connection, [row.id for row in rows])
        return tuple(_line(row, waiting.get(row.id, 0), refused.get(row.id, 0)) for row in rows)

    def owed_count(self, since: datetime | None, until: datetime) -> int:
        """How many those are."""
        wanted = sa.select(sa.func.count()).select_from(schema.dossiers).where(_owed(since, until))
        with self._db.read() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def here(self, dossiers: Collection[UUID]) -> frozenset[UUID]:
        """Those of these dossiers of which something stands at this desk."""
        D = schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
        wanted = sa.select(D.id).where(D.id.in_([one.bytes for one in dossiers]))
        with self._db.read() as connection:
            return frozenset(UUID(bytes=key) for key in connection.execute(wanted).scalars())

    def report_rows(self, since_ms: int, until_ms: int, closed: Collection[str]) -> Iterator[Facts]:
        """What reports count of the dossiers that may concern a period, as far as they came to this desk."""
        with self._db.read() as connection:
            return report_rows.chosen(connection, since_ms, until_ms, closed)

    def online(self, dossiers: Collection[UUID] | None = None) -> tuple[OnlineLine, ...]:
        """The dossiers that citizens sent online; all, or those among these."""
        with self._db.read() as connection:
            return online_lines.lines(connection, dossiers)

    def results(
        self,
        states: Collection[str] = (),
        courses: Collection[str] = (),
        box: UUID | None = None,
        card: str = "",
        code: str = "",
        dossiers: Collection[UUID] = (),
        limit: int = 2000,
    ) -> tuple[ResultLine, ...]:
        """Results of accepted dossiers that stand so, the longest waiting first."""
        with self._db.read() as connection:
            return result_index.lines(connection, states, courses, box, card, code, dossiers, limit)

    def cards_in(self, box: UUID) -> int:
        """How many cards came in this box."""
        with self._db.read() as connection:
            return result_index.counted(connection, box)

    def taken_places(self) -> frozenset[str]:
        """The places of the shelf at which a card lies."""
        with self._db.read() as connection:
            return result_index.taken_places(connection)

    def opened(self, start: str) -> int:
        """How many dossiers have a provisional code that begins with `start`."""
        D = schema.dossiers.c  # noqa: N806 - a table's columns, as everywhere here
        with self._db.read() as connection:
            counted = sa.select(sa.func.count()).where(D.local_code.startswith(start, autoescape=True))
            return int(connection.execute(counted).scalar_one())

    def open_counts(self, dossier: UUID) -> tuple[int, int]:
        """(waiting, refused) entries of one dossier."""
        with self._db.read() as connection:
            waiting, refused = self._open_counts(connection, [dossier.bytes])
        return waiting.get(dossier.bytes, 0), refused.get(dossier.bytes, 0)

    def _open_counts(self, connection: Connection, ids: list[bytes]) -> tuple[dict[bytes, int], dict[bytes, int]]:
        waiting = connection.execute(
            sa.select(E.dossier, sa.func.count())
            .where(E.station == self._station, E.n >= self._next_n(connection), E.dossier.in_(ids))
            .group_by(E.dossier)
        )
        refused = connection.execute(
            sa.select(E.dossier, sa.func.count())
            .join(schema.answers, A.entry == E.id)
            .where(A.accepted == 0, E.dossier.in_(ids), E.id.not_in(_settled(connection)), E.kind != _ERASED)
            .group_by(E.dossier)
        )
        return {row[0]: row[1] for row in waiting}, {row[0]: row[1] for row in refused}

    def _next_n(self, connection: Connection) -> int:
        return int(connection.execute(sa.select(sa.func.max(A.own_n))).scalar() or 0) + 1

    def outbox(self) -> Outbox:
        """What waits for central, counted."""
        with self._db.read() as connection:
            start = self._next_n(connection)
            count, oldest, dossiers = connection.execute(
                sa.select(sa.func.count(), sa.func.min(E.at), sa.func.count(sa.distinct(E.dossier))).where(
                    E.station == self._station, E.n >= start
                )
            ).one()
            accepted = connection.execute(
                sa.select(sa.func.coalesce(sa.func.sum(A.accepted), 0)).where(A.own_n.is_not(None))
            ).scalar_one()
            ours = (A.accepted == 0) & A.own_n.is_not(None) & A.entry.not_in(_settled(connection))
            told = sa.select(sa.func.count()).join(schema.entries, A.entry == E.id).where(ours, E.kind != _ERASED)
            refused = connection.execute(told).scalar_one()
            sheets, size = connection.exec_driver_sql(
                "SELECT count(*), coalesce(sum(size_bytes), 0) FROM sheets "
                "WHERE digest NOT IN (SELECT digest FROM sheets_delivered)"
            ).one()
        since = datetime.fromisoformat(oldest) if oldest else None
        return Outbox(count, sheets, size, accepted, refused, since, dossiers)

    def waiting(self, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """The next entries to send, in the order of their running numbers; at least one if any waits."""
        with self._db.read() as connection:
            return _as_many(connection.exec_driver_sql(WAITING, (self._station, limit)), max_bytes)

    def next_n(self) -> int:
        """The running number of this desk that central should expect next."""
        with self._db.read() as connection:
            return int(_get(connection, _AGAIN) or 0) or self._next_n(connection)

    def again(self, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """The next of the answered entries that central forgot, in the order of their running numbers."""
        with self._db.read() as connection:
            if not (first := int(_get(connection, _AGAIN) or 0)):
                return ()
            return _as_many(connection.exec_driver_sql(ANSWERED, (self._station, first, limit)), max_bytes)

    def own_after(self, n: int, limit: int, max_bytes: int) -> tuple[Sealed, ...]:
        """This desk's entries behind its running number `n`, answered or not, in their order; at least one."""
        with self._db.read() as connection:
            return _as_many(connection.exec_driver_sql(OWN, (self._station, n, limit)), max_bytes)

    def cursor(self) -> int:
        """How far this desk has read what others did."""
        return int(self.noted("cursor") or 0)

    def era(self) -> str:
        """When central said the cursor; the empty text where it never said."""
        return self.noted(_ERA)

    def refused(self) -> tuple[RefusedEntry, ...]:
        """What central refused of this office's desks and nobody settled, with its reasons, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(
                sa.select(E.body, E.station, schema.answers)
                .join(schema.entries, A.entry == E.id)
                .where(A.accepted == 0, A.entry.not_in(_settled(connection)), E.kind != _ERASED)
                .order_by(E.row)
            ).all()
        return tuple(
            RefusedEntry(
                wire.decode_entry(row.body),
                row.code,
                row.words_vi,
                row.words_en,
                row.remedy_vi,
                row.remedy_en,
                row.station,
            )
            for row in rows
        )

    def blocks(self) -> tuple[BlockState, ...]:
        """The lent numbers, by kind: how many there were and how many are left."""
        states = []
        with self._db.read() as connection:
            for kind in ("dossier", "receipt"):
                use = _block_use(connection, kind)
                size = sum(last - first + 1 for first, last, _ in use)
                states.append(BlockState(kind, size, size - sum(used for _, _, used in use)))
        return tuple(states)

    def subscribe(self, heard: Callable[[frozenset[UUID]], None]) -> None:
        """`heard` is told which dossiers changed, after the transaction, on the thread that changed them."""
        self._heard.append(heard)

    def verify(self) -> VerifyReport:
        """Nothing altered, missing, extra or put back, and every projection as its entries say."""
        return verifying.verify(self._db, self._station, self._public_key, self._witness, self._replayed)

    def _replayed(self, connection: Connection) -> dict[UUID, Dossier]:
        states: dict[UUID, Dossier] = {}
        aside = frozenset(_settled(connection))
        for row in connection.execute(_in_order()):
            if not self._counts(row, aside):
                continue
            try:
                entry = wire.decode_entry(row.body)
            except wire.Unreadable:
                continue
            states[entry.dossier] = after(states.get(entry.dossier) or Dossier(id=entry.dossier), entry)
        return states

    def _ordered(self, connection: Connection, dossier: UUID) -> Iterator[Entry]:
        aside = frozenset(_settled(connection))
        for row in connection.execute(_in_order().where(E.dossier == dossier.bytes)):
            if self._counts(row, aside):
                yield wire.decode_entry(row.body)

    def _counts(self, row: Row[Any], aside: frozenset[bytes]) -> bool:
        """As `domain.settling.counting` says of records, without reading their bodies."""
        if row.accepted == 1:
            return True
        settles = row.kind == RefusalSettled.__name__
        return bool(row.station == self._station and row.id not in aside and not (settles and row.accepted == 0))

    def _keep(self, state: Dossier) -> None:
        self._cache[state.id] = state
        self._cache.move_to_end(state.id)
        while len(self._cache) > _CACHED:
            self._seen.pop(self._cache.popitem(last=False)[0], None)

    def _forget(self, dossier: UUID) -> None:
        self._cache.pop(dossier, None)
        self._seen.pop(dossier, None)

    def _announce(self, dossiers: frozenset[UUID]) -> None:
        if dossiers:
            for heard in self._heard:
                heard(dossiers)


def _in_order() -> sa.Select[Any]:
    """Central's order; what central does not know yet comes last, in the order of this desk."""
    return (
        sa.select(E.body, E.id, E.kind, E.station, A.accepted, A.number, A.code)
        .outerjoin(schema.answers, A.entry == E.id)
        .order_by(sa.func.coalesce(sa.func.nullif(A.number, 0), sa.literal(2**62)), E.row)
    )


def _settled(connection: Connection) -> list[bytes]:
    """The ids of the refused entries that nobody has to settle any more."""
    settlements = connection.exec_driver_sql(SETTLEMENTS)
    return [one.bytes for body, code in settlements for one in sets_aside(wire.decode_entry(body), code or "")]


def _in_one_order(pulled: Pulled) -> list[tuple[int, Sealed, Answer | None]]:
    """What was accepted with its number, then what was refused with the answer."""
    accepted: list[tuple[int, Sealed, Answer | None]] = [(number, sealed, None) for number, sealed in pulled.entries]
    return accepted + [(0, sealed, answer) for sealed, answer in pulled.refused]


def _answer_of(entry: UUID, number: int, said: Answer | None) -> dict[str, Any]:
    """The row of `answers` for an entry of another desk."""
    if said is None:
        said = Answer(entry, True, number)
    words = {name: getattr(said, name) for name in ("code", "words_vi", "words_en", "remedy_vi", "remedy_en")}
    return words | {"entry": entry.bytes, "accepted": int(said.accepted), "number": said.number}


SETTLEMENTS = (
    "SELECT body, code FROM entries LEFT JOIN answers ON answers.entry = entries.id WHERE kind = 'RefusalSettled' "
    "UNION ALL SELECT body, code FROM answers JOIN entries ON entries.id = answers.entry "
    "WHERE accepted = 0 AND code IN ('" + "', '".join(sorted(OUTRUN)) + "')"
)
"""Written out, so that the indices of these few entries serve it."""

OF_KIND = f"SELECT body FROM entries WHERE {schema.KINDS_ASKED_FOR} AND kind = ? AND at >= ? ORDER BY at"

REMOVED_HERE = (
    f"SELECT body FROM entries WHERE {schema.KINDS_ASKED_FOR} AND kind IN ('CopiesRemoved', 'ErasureDone') "
    "AND station = ?"
)

ANSWER = (
    "INSERT OR IGNORE INTO answers (entry, own_n, accepted, number, code, words_vi, words_en, remedy_vi, remedy_en) "
    "SELECT id, n, ?, ?, ?, ?, ?, ?, ? FROM entries WHERE id = ? AND station = ?"
)

ANSWER_AGAIN = (
    "UPDATE answers SET accepted = ?, number = ?, code = ?, words_vi = ?, words_en = ?, remedy_vi = ?, remedy_en = ? "
    "WHERE entry = ? AND EXISTS (SELECT 1 FROM entries WHERE id = answers.entry AND station = ?) AND own_n >= ?"
)
"""What central says of an entry that it forgot and has again is what counts."""

_KNOWN = sa.select(A.number, A.accepted).where(A.entry == sa.bindparam("entry"))


WAITING = (
    "SELECT body, station, n, previous, digest, signature FROM entries WHERE station = ? "
    "AND n > (SELECT coalesce(max(own_n), 0) FROM answers) ORDER BY n LIMIT ?"
)
"""In the order of `Sealed`: every quiet round asks it, and every entry that is sent comes out of it."""

ANSWERED = (
    "SELECT body, station, n, previous, digest, signature FROM entries WHERE station = ? "
    "AND n BETWEEN ? AND (SELECT coalesce(max(own_n), 0) FROM answers) ORDER BY n LIMIT ?"
)
"""As `WAITING`, of those that were answered."""

OWN = "SELECT body, station, n, previous, digest, signature FROM entries WHERE station = ? AND n > ? ORDER BY n LIMIT ?"
"""As `WAITING`, answered or not."""


def _as_many(rows: Iterable[Any], max_bytes: int) -> tuple[Sealed, ...]:
    """The first of these rows that make one batch; at least one, however large it is."""
    taken: list[Sealed] = []
    size = 0
    for row in rows:
        size += len(row[0]) + 200
        if taken and size > max_bytes:
            break
        taken.append(Sealed(*row))
    return tuple(taken)


def _sealed(row: Row[Any]) -> Sealed:
    return Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)


def _owed(since: datetime | None, until: datetime) -> sa.ColumnElement[bool]:
    owed_at = schema.dossiers.c.owed_at
    then = owed_at.is_not(None) & (owed_at <= in_hanoi(until).isoformat())
    return then if since is None else then & (owed_at > in_hanoi(since).isoformat())


def _line(row: Row[Any], waiting: int, refused: int) -> QueueLine:
    return QueueLine(
        dossier=UUID(bytes=row.id),
        code=row.code,
        local_code=row.local_code,
        name=row.name,
        number=row.number,
        procedure=row.procedure,
        status=row.status,
        clerk=row.clerk,
        opened_at=datetime.fromisoformat(row.opened_at or row.changed_at),
        changed_at=datetime.fromisoformat(row.changed_at),
        due_at=datetime.fromisoformat(row.due_at) if row.due_at else None,
        waiting=waiting,
        refused=refused,
        approval=cast("Approval", row.approval),
        state=row.state,
    )


def _block_use(connection: Connection, kind: str) -> list[tuple[int, int, int]]:
    rows = connection.exec_driver_sql(
        "SELECT first, last, (SELECT count(*) FROM drawn WHERE drawn.kind = blocks.kind "
        "AND number BETWEEN first AND last) FROM blocks WHERE kind = ? ORDER BY first",
        (kind,),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _get(connection: Connection, name: str) -> str:
    return connection.exec_driver_sql("SELECT value FROM facts WHERE name = ?", (name,)).scalar() or ""


def _set(connection: Connection, name: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", (name, value))
