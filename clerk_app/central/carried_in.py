"""Takes in a file that a station sent by hand, by the same rules as the line, and writes the answer to it.

Taken twice, it says the same again: entries are known by their running numbers, sheets by their digests, and numbers
are lent under keys that follow from the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid5

from clerk_app import carried, wire
from clerk_app.carried import Head
from clerk_app.central import blocks, eras, keys
from clerk_app.central.database import Database
from clerk_app.central.register import Register
from clerk_app.central.sheets import Part, SheetStore, check_digest
from clerk_app.central.stations import KnownStation, find_station
from clerk_app.domain.refusals import Refusal, Words

_SHEETS_AT_ONCE = 1000
_PULLED_AT_ONCE = 500


@dataclass(slots=True)
class Taken:
    """What came of a file. `next_n` is the running number that central expects next from the station."""

    station: str
    accepted: int = 0
    refused: int = 0
    sheets: int = 0
    pulled: int = 0
    numbers: int = 0
    next_n: int = 0
    problems: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CarriedIn:
    """Central's side of what is carried by hand."""

    database: Database
    register: Register
    sheets: SheetStore
    clock: Callable[[], datetime]

    def take(self, path: Path, answer: Path) -> Taken:
        """Take in the file at `path`, then write the answer for its station to `answer`.

        Raises `Refusal`: CARRIED_… for a file that is damaged, forged, or for another central (nothing has changed);
        STATION_UNKNOWN, STATION_REVOKED; CARRIED_STICK_… when the answer cannot be written: take the file again.
        """
        try:
            with path.open("rb") as file:
                checked, station = self._checked(file)
                head = self._answer_head(checked.head)
                signing = keys.signing_key(self.database)
                taking = _Taking(self, station, checked)
                with carried.new_file(answer) as out:
                    writer = carried.Writer(out, head, checked.head.reply_key, signing.sign)
                    for record in taking.said(carried.records(file, checked, keys.opening_key(self.database))):
                        writer.add(record)
                    writer.end()
        except OSError:
            raise carried.not_read() from None
        return taking.taken

    def _checked(self, file: BinaryIO) -> tuple[carried.Checked, KnownStation]:
        head = carried.head_of(file)
        if head.kind != "export":
            raise carried.wrong_kind(head.kind)
        if head.central_id not in ("", self.database.central_id):
            raise carried.other_central(head.central_id, self.database.central_id)
        with self.database.read() as connection:
            station = find_station(connection, head.station)
        checked = carried.check(file, station.public_key)
        if len(head.reply_key) != 32:
            raise carried.damaged()
        return checked, station

    def _answer_head(self, asked: Head) -> Head:
        name = uuid5(asked.id, "answer")
        return Head("answer", name, asked.station, self.database.central_id, self.clock(), answers=asked.id)


class _Taking:
    """One file on its way in."""

    def __init__(self, central: CarriedIn, station: KnownStation, checked: carried.Checked) -> None:
        self._central = central
        self._station = station
        self._checked = checked
        self._owner = f"{station.code} by hand"
        """Whose part of a sheet this is: the line may be back, and bring the same sheet at this moment."""
        self._open: tuple[str, Part, int] | None = None
        self._skipped = ""
        self._here: list[str] = []
        self._stopped = False
        self._wished = carried.Wished(0, [])
        self._forgot = False
        self._told: list[carried.Told] = []
        self.taken = Taken(station.code)

    def said(self, records: Iterator[carried.Record]) -> Iterator[carried.Record]:
        """Take in each record; what the answer says."""
        try:
            for record in records:
                yield from self._take(record)
                if len(self._here) >= _SHEETS_AT_ONCE:
                    yield self._sheets_here()
        finally:
            self._close_part()
        if self._here:
            yield self._sheets_here()
        if not self._forgot:
            yield from self._brought()
        yield from self._told
        yield from self._lent()
        for problem in self.taken.problems:
            words, remedy = problem.words, problem.remedy
            yield carried.Stopped(wire.Problem(problem.code, words.vi, words.en, remedy.vi, remedy.en))

    def _take(self, record: carried.Record) -> Iterator[carried.Record]:
        match record:
            case carried.Wished():
                yield from self._begin(record)
            case carried.SheetPiece():
                self._piece(record)
            case carried.SheetGone(digest):
                check_digest(digest)
                if not self._central.sheets.whole(digest):
                    self._central.register.sheet_lost(digest, self._station, self._central.clock())
            case carried.Entries(packed):
                if not self._stopped:
                    yield from self._entries(packed)
            case _:
                raise carried.damaged()

    def _begin(self, wished: carried.Wished) -> Iterator[carried.Record]:
        """Learn what the station holds before anything is judged by it, and say first whether central forgot some.

        What the station heard in an era that is over counts for nothing before that; so it is no part of what follows.
        """
        self._wished = wished
        with self._central.database.read() as connection:
            yield carried.Stands(wished.era, eras.present(connection))
        held = {kind: [(first, last) for its, first, last in wished.held if its == kind] for kind in blocks.LAST}
        for kind, lent in held.items():
            if lent:
                asked = wire.BlockAsked(kind, 0, uuid5(self._checked.head.id, f"held {kind}"), lent)
                said = blocks.lend(self._central.database, asked, self._station, self._central.clock())
                self._told.append(carried.Told(kind, list(said.taken)))
        pulled = self._central.register.pull(self._station, wished.cursor, 1, wished.era)
        if pulled.forgot:
            self._forgot = True
            yield carried.Brought(wished.cursor, wire.pack(pulled), wished.era)

    # ---- sheets

    def _piece(self, piece: carried.SheetPiece) -> None:
        sheets = self._central.sheets
        if piece.digest == self._skipped:
            return
        try:
            if piece.offset == 0 and self._known(piece.digest):
                return
            part, at = self._part(piece)
            if piece.offset + len(piece.data) > at:
                part.write(piece.data[max(0, at - piece.offset) :])
            if piece.offset + len(piece.data) >= piece.total:
                self._close_part()
                if sheets.finish(piece.digest, self._owner, piece.total).complete:
                    self._has(piece.digest)
        except Refusal as refusal:
            # The entries that mention it wait for it; every other sheet and entry is taken.
            self._close_part()
            self._skipped = piece.digest
            self.taken.problems.append(refusal)
        except OSError:
            raise _no_room() from None

    def _known(self, digest: str) -> bool:
        if not self._central.sheets.whole(digest):
            return False
        self._skipped = digest
        self._has(digest)
        return True

    def _has(self, digest: str) -> None:
        self._here.append(digest)
        self.taken.sheets += 1

    def _part(self, piece: carried.SheetPiece) -> tuple[Part, int]:
        """The open part of this sheet, and how many bytes of it were here when it was opened."""
        if self._open is None or self._open[0] != piece.digest:
            self._close_part()
            at = self._central.sheets.state(piece.digest, self._owner).received
            part = self._central.sheets.open_part(piece.digest, self._owner, at, piece.total)
            self._open = piece.digest, part, at
        return self._open[1], self._open[2]

    def _close_part(self) -> None:
        if self._open is not None:
            part, self._open = self._open[1], None
            part.close()

    def _sheets_here(self) -> carried.Record:
        here, self._here = self._here, []
        return carried.SheetsHere(here)

    # ---- entries

    def _entries(self, packed: bytes) -> Iterator[carried.Record]:
        try:
            waiting = wire.unpack(packed, wire.Batch).entries
        except wire.Unreadable:
            raise carried.damaged() from None
        while waiting:
            try:
                answers = self._central.register.take(wire.Batch(waiting), self._station, self._central.clock())
            except Refusal as refusal:
                self._stop(refusal)
                return
            self.taken.next_n = answers.next_n
            if not answers.answers:
                self._stop(_gap(answers.next_n, waiting[0].n))
                return
            accepted = sum(one.accepted for one in answers.answers)
            self.taken.accepted += accepted
            self.taken.refused += len(answers.answers) - accepted
            yield carried.Answered(waiting[0].n, answers)
            waiting = waiting[len(answers.answers) :]

    def _stop(self, refusal: Refusal) -> None:
        self._stopped = True
        self.taken.problems.append(refusal)

    # ---- what goes back beside the answers

    def _brought(self) -> Iterator[carried.Record]:
        cursor, era = self._wished.cursor, self._wished.era
        while True:
            pulled = self._central.register.pull(self._station, cursor, _PULLED_AT_ONCE, era)
            self.taken.pulled += len(pulled.entries)
            yield carried.Brought(cursor, wire.pack(pulled), era)
            if not (pulled.entries or pulled.refused) or pulled.cursor <= cursor:
                return
            cursor, era = pulled.cursor, pulled.era

    def _lent(self) -> Iterator[carried.Record]:
        for kind, size in self._wished.numbers:
            asked = wire.BlockAsked(kind, size, uuid5(self._checked.head.id, kind))
            try:
                block = blocks.lend(self._central.database, asked, self._station, self._central.clock())
            except Refusal as refusal:
                self.taken.problems.append(refusal)
                continue
            self.taken.numbers += block.last - block.first + 1
            yield carried.Lent(block)


def _no_room() -> Refusal:
    return Refusal(
        "CENTRAL_DISK",
        Words("Kho trang của trung tâm không ghi được.", "Central's store of sheets cannot be written."),
        Words("Kiểm tra ổ đĩa của trung tâm rồi nhận lại tệp.", "Check central's disk, then take the file again."),
    )


def _gap(expected: int, first: int) -> Refusal:
    return Refusal(
        "CARRIED_EARLIER_MISSING",
        Words(
            f"Tệp bắt đầu từ mục {first}, nhưng trung tâm còn thiếu từ mục {expected}.",
            f"The file begins with entry {first}, but central lacks those from {expected} on.",
        ),
        Words("Đưa tệp cũ hơn vào trước, rồi đưa lại tệp này.", "Take in the older file first, then this one again."),
    )
