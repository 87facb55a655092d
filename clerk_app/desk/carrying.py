"""The way out when the line stays down: what waits leaves as one file, central's answer comes back as another.

Nothing here remembers what was carried. A file says what waited when it was written, central answers it by the rules
of the line, and the journal takes an answer once: any order, any repetition, the line back in between. What central had
and forgot, being restored from an older copy, goes into the file before what waits; and what it answered before that
counts no more once this desk has heard of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import UUID

from clerk_app import carried, wire
from clerk_app.carried import Head
from clerk_app.desk.delivery import BLOCK_SIZE, TOP_UP_BELOW
from clerk_app.desk.ports import Cancel, Central, Clock, Journal, Progress, Sheets, Station
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import StationKeys

NOTE = "central_keys"
"""Where the journal keeps central's keys, among the facts about this desk."""
BATCH_ENTRIES = 200
BATCH_BYTES = 1024 * 1024
MOST_NUMBERS = 2000
SUFFIX = ".quay"


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What lies in a file for central; `again` are those of the entries that central had and forgot."""

    entries: int = 0
    sheets: int = 0
    again: int = 0
    bytes_written: int = 0


@dataclass(frozen=True, slots=True)
class CarriedHome:
    """What an answer brought: what it said of entries, what others did, numbers. `problem`: why not all was taken."""

    accepted: int = 0
    refused: int = 0
    sheets: int = 0
    pulled: int = 0
    numbers: int = 0
    problem: Refusal | None = None


class Carrying:
    """Files for central, and its answers."""

    def __init__(
        self,
        journal: Journal,
        sheets: Sheets,
        central: Central,
        station: Station,
        seed: bytes,
        sign: Callable[[bytes], bytes],
        clock: Clock,
        new_id: Callable[[], UUID],
    ) -> None:
        """`seed` is this station's secret and `sign` makes its Ed25519 signature."""
        self._journal = journal
        self._sheets = sheets
        self._central = central
        self._station = station
        self._seed = seed
        self._sign = sign
        self._clock = clock
        self._new_id = new_id
        self._learned = False
        self._stands: carried.Stands | None = None
        self.heard: list[Callable[[datetime], None]] = []
        """What is done with the moment at which central answered, once an answer was taken in."""

    # ---- central's keys

    def learn(self) -> None:
        """Ask central for its keys, once in the life of the program: an old enrolment brought none. Never raises."""
        if self._learned:
            return
        try:
            keys = self._central.keys()
        except Refusal as refusal:
            # A central of before there were such files has no such address; asking again would not change that.
            self._learned = refusal.code == "NOT_FOUND"
            return
        told = json.dumps({"sealing": keys.sealing.hex(), "signing": keys.signing.hex(), "grace": keys.grace.hex()})
        if self._journal.noted(NOTE) != told:
            self._journal.note(NOTE, told)
        self._learned = True

    def keys(self) -> StationKeys:
        """Central's keys as they were last heard. Raises `Refusal` CARRIED_NO_KEYS."""
        return keys_noted(self._journal)

    # ---- out

    def export(
        self, path: Path, cancel: Cancel = lambda: False, progress: Progress = lambda done, total: None
    ) -> CarriedOut:
        """Write everything that waits, and what central forgot, to `path`; it stays here too, until an answer or the
        line says it arrived.

        Raises `Refusal`: CARRIED_NO_KEYS, CARRIED_GIVEN_UP when `cancel` said so, CARRIED_STICK_…, those of the store.
        """
        keys = self.keys()
        head = Head(
            "export",
            self._new_id(),
            self._station.station,
            self._station.central_id,
            self._clock(),
            carried.public_of(carried.reply_key(self._seed)),
        )
        outbox = self._journal.outbox()
        total = outbox.waiting + outbox.waiting_sheets
        out = CarriedOut()
        with carried.new_file(path) as file:
            writer = carried.Writer(file, head, keys.sealing, self._sign)
            writer.add(carried.Wished(self._journal.cursor(), self._wishes(), self._journal.era(), self._held()))
            # An entry's sheets are here before it is: entries that come while this runs wait for the next file.
            last, again, sheets = self._scope()
            for digest in sheets | dict.fromkeys(digest for digest, _size in self._sheets.waiting()):
                for record in self._pieces(digest):
                    writer.add(record)
                out = replace(out, sheets=out.sheets + 1)
                _go_on(cancel, progress, out, total)
            out = replace(out, again=again)
            for batch in self._batches(last):
                writer.add(carried.Entries(wire.pack(wire.Batch(list(batch)))))
                out = replace(out, entries=out.entries + len(batch))
                _go_on(cancel, progress, out, total)
            writer.end()
        return replace(out, bytes_written=writer.bytes_written)

    def _pieces(self, digest: str) -> Iterator[carried.Record]:
        try:
            data = self._sheets.get(digest)
        except Refusal:
            yield carried.SheetGone(digest)
            return
        for at in range(0, len(data), carried.PIECE_BYTES):
            yield carried.SheetPiece(digest, at, len(data), data[at : at + carried.PIECE_BYTES])

    def _held(self) -> list[tuple[Literal["dossier", "receipt"], int, int]]:
        """All that was ever lent here: a central that forgot it judges by it what comes behind."""
        kinds: tuple[Literal["dossier", "receipt"], ...] = ("dossier", "receipt")
        return [(kind, first, last) for kind in kinds for first, last in self._journal.held(kind, every=True)]

    def _scope(self) -> tuple[int, int, dict[str, None]]:
        """The newest entry that goes into the file; how many central had and forgot, and the sheets that they mention:
        perhaps it forgot those too.
        """
        waiting, outbox = self._journal.waiting(1, 1), self._journal.outbox()
        last, again = 0, 0
        sheets: dict[str, None] = {}
        batch = self._journal.again(BATCH_ENTRIES, BATCH_BYTES)
        while batch and not (waiting and batch[0].n >= waiting[0].n):
            had = [one for one in batch if not waiting or one.n < waiting[0].n]
            sheets |= dict.fromkeys(digest for one in had for digest in sorted(wire.sheets_in(one.body)))
            last, again = had[-1].n, again + len(had)
            batch = self._journal.own_after(last, BATCH_ENTRIES, BATCH_BYTES)
        return waiting[0].n + outbox.waiting - 1 if waiting else last, again, sheets

    def _batches(self, last: int) -> Iterator[tuple[wire.Sealed, ...]]:
        """What goes, up to the running number `last`, in batches, whatever is answered meanwhile."""
        batch = self._journal.again(BATCH_ENTRIES, BATCH_BYTES) or self._journal.waiting(BATCH_ENTRIES, BATCH_BYTES)
        while batch and batch[0].n <= last:
            yield tuple(one for one in batch if one.n <= last)
            batch = self._journal.own_after(batch[-1].n, BATCH_ENTRIES, BATCH_BYTES)

    def _wishes(self) -> list[tuple[Literal["dossier", "receipt"], int]]:
        left = {state.kind: state.left for state in self._journal.blocks()}
        kinds: tuple[Literal["dossier", "receipt"], ...] = ("dossier", "receipt")
        return [(kind, BLOCK_SIZE) for kind in kinds if left.get(kind, 0) < TOP_UP_BELOW * BLOCK_SIZE]

    # ---- home

    def take_answer(self, path: Path) -> CarriedHome:
        """Take in what central said to a file, once however often it is given.

        Raises `Refusal`: CARRIED_… for a file that is not central's answer to this station; then nothing has changed.
        """
        keys = self.keys()
        try:
            with path.open("rb") as file:
                checked = self._checked(file, keys)
                home, self._stands = CarriedHome(), None
                for record in carried.records(file, checked, carried.reply_key(self._seed)):
                    home = self._take(record, home)
        except OSError:
            raise carried.not_read() from None
        for then in self.heard:
            then(checked.head.at)
        return home

    def _checked(self, file: BinaryIO, keys: StationKeys) -> carried.Checked:
        head = carried.head_of(file)
        if head.kind != "answer":
            raise carried.wrong_kind(head.kind)
        if self._station.central_id and head.central_id != self._station.central_id:
            raise carried.other_central(head.central_id, self._station.central_id)
        if head.station != self._station.station:
            raise carried.other_station(head.station, self._station.station)
        return carried.check(file, keys.signing)

    def _take(self, record: carried.Record, home: CarriedHome) -> CarriedHome:
        match record:
            case carried.Stands():
                self._stands = record
                return home
            case carried.Answered(first_n, answers):
                return self._answered(first_n, answers, home)
            case carried.SheetsHere(digests):
                for digest in digests:
                    self._sheets.delivered(digest)
                return replace(home, sheets=home.sheets + len(digests))
            case carried.Brought(after, packed, asked):
                return self._brought(after, _unpacked(packed), asked, home)
            case carried.Told(kind, taken):
                # Whoever heard of a newer era since has told it, or will.
                if self._stands is not None and self._stands.era == self._journal.era():
                    self._journal.told(kind, taken)
                return home
            case carried.Lent(block):
                self._journal.lend(block)
                return replace(home, numbers=home.numbers + block.last - block.first + 1)
            case carried.Stopped(said):
                if home.problem is not None:
                    return home
                words, remedy = Words(said.words_vi, said.words_en), Words(said.remedy_vi, said.remedy_en)
                return replace(home, problem=Refusal(said.code, words, remedy))
            case _:
                raise carried.damaged()

    def _brought(self, after: int, pulled: wire.Pulled, asked: str, home: CarriedHome) -> CarriedHome:
        """What others did, or that central forgot; each of them only to whoever heard of no other era since."""
        if asked != self._journal.era():
            return home
        if pulled.forgot:
            self._journal.forgotten(pulled.next_n, pulled.era)
            return replace(home, problem=_forgot())
        # What lies between was not brought: the line brings all of it.
        if after > self._journal.cursor():
            return home
        self._journal.received(pulled, after, asked)
        return replace(home, pulled=home.pulled + len(pulled.entries))

    def _still_holds(self) -> bool:
        """Whether what central answered then is what it has now, as far as this desk heard."""
        if self._stands is None:
            return not self._journal.again(1, 1)
        return self._journal.era() in (self._stands.asked, self._stands.era)

    def _answered(self, first_n: int, answers: wire.Answers, home: CarriedHome) -> CarriedHome:
        """Answers that would leave an unanswered entry before them are of a journal that this desk no longer has."""
        if not self._still_holds():
            return home
        waiting = self._journal.waiting(1, 1)
        if waiting and first_n > waiting[0].n:
            return replace(home, problem=_gap())
        self._journal.answered(answers)
        accepted = sum(one.accepted for one in answers.answers)
        refused = len(answers.answers) - accepted
        return replace(home, accepted=home.accepted + accepted, refused=home.refused + refused)


def keys_noted(journal: Journal) -> StationKeys:
    """Central's keys as this desk last heard them. Raises `Refusal` CARRIED_NO_KEYS."""
    try:
        said = json.loads(journal.noted(NOTE))
        return StationKeys(*(bytes.fromhex(said[name]) for name in ("sealing", "signing", "grace")))
    except (ValueError, KeyError, TypeError):
        raise Refusal(
            "CARRIED_NO_KEYS",
            Words("Máy này chưa từng nhận khóa của trung tâm.", "This desk never heard the keys of central."),
            Words("Nối mạng với trung tâm một lần; hồ sơ vẫn ở đây.", "Go online once; everything is still here."),
        ) from None


def _go_on(cancel: Cancel, progress: Progress, out: CarriedOut, total: int) -> None:
    done = out.entries + out.sheets
    progress(done, max(total, done))
    if cancel():
        raise Refusal(
            "CARRIED_GIVEN_UP",
            Words("Đã dừng xuất tệp; không có tệp nào được tạo.", "Stopped; no file was made."),
            Words("Xuất lại khi sẵn sàng.", "Export again when you are ready."),
        )


def _unpacked(packed: bytes) -> wire.Pulled:
    try:
        return wire.unpack(packed, wire.Pulled)
    except wire.Unreadable:
        raise carried.damaged() from None


def _gap() -> Refusal:
    return Refusal(
        "CARRIED_GAP",
        Words(
            "Tệp trả lời thuộc một nhật ký khác với nhật ký của máy này.",
            "The answer belongs to another journal than this desk's.",
        ),
        Words("Máy có thể đã phục hồi từ bản cũ; báo cán bộ quản trị.", "It may be a restored copy: tell the officer."),
    )


def _forgot() -> Refusal:
    return Refusal(
        "CARRIED_CENTRAL_FORGOT",
        Words(
            "Trung tâm đã phục hồi từ bản sao cũ và thiếu những gì máy này đã gửi.",
            "Central was restored from an older copy and lacks some of what this desk delivered.",
        ),
        Words(
            "Xuất một tệp mới và mang đến trung tâm; mọi thứ vẫn ở máy này.",
            "Export a new file and take it to central; everything is still here.",
        ),
    )
