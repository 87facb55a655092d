"""Sending what happened here to central and taking in what happened elsewhere: each entry once, whatever the line does.

Nothing here remembers what was sent: the journal knows what has no answer yet, and central knows which running number
it expects next, so a lost answer, a second sending or a killed central cost bytes, never an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

from clerk_app.desk.originals import Originals
from clerk_app.desk.ports import Cancel, Central, Clock, Journal, Progress, Sheets
from clerk_app.desk.rule_packs import RulePacks
from clerk_app.domain.dossier import sheets_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import OfferedPack, Sealed, decode_entry

BATCH_ENTRIES = 200
BATCH_BYTES = 1024 * 1024
BLOCK_SIZE = 500
"""More than a week of one counter at its busiest, so that a long outage does not run out of numbers."""
TOP_UP_BELOW = 0.3
LENT_KINDS = ("dossier", "receipt")
CLOCKS_DIFFER = timedelta(minutes=2)
POLL_S = 10.0
LONGEST_WAIT_S = 300.0

DeliveryState = Literal["idle", "offline", "refused", "ahead"]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did, and why it ended.

    `idle`: all is delivered, or the person cancelled; `offline`: no line; `refused`: central takes nothing more until
    `problem` is solved; `ahead`: central knows entries of this station that this desk lost. `sent` counts entries given
    to the line, `accepted` and `refused` the answers to them. `catalogue` is the version of a newer law that came and
    holds from the next dossier on; `catalogue_refused` why one was not taken, told once.
    """

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    sheets: int = 0
    pulled: int = 0
    bytes_sent: int = 0
    state: DeliveryState = "idle"
    problem: Refusal | None = None
    catalogue: str = ""
    catalogue_refused: Refusal | None = None


def next_delay_s(failures: int, random: Callable[[], float]) -> float:
    """Seconds until the next delivery: a steady poll while all is well, doubling up to five minutes after failures.

    `random` gives numbers in [0, 1); half of every wait is left to it, so that stations do not come back all at once.
    """
    longest = POLL_S if failures == 0 else min(2.0 ** min(failures, 16), LONGEST_WAIT_S)
    return longest * (0.5 + 0.5 * random())


class Delivery:
    """The desk's delivery; `once` blocks while it works, on the lane of whoever calls it."""

    def __init__(
        self, journal: Journal, sheets: Sheets, central: Central, clock: Clock, packs: RulePacks | None = None
    ) -> None:
        """`packs` takes in the newer law that central offers; without it the law stays as it is."""
        self._packs = packs
        self._journal = journal
        self._sheets = sheets
        self._central = central
        self._clock = clock
        self._asked_blocks: dict[str, UUID] = {}
        # After a start or a failure nobody knows how much of a sheet central has: ask before sending it again.
        self._ask_sheets = True
        self._told_lost: set[str] = set()
        self._originals = Originals(journal, sheets)
        self._looked_for_originals = False

    def once(self, cancel: Cancel, progress: Progress | None = None) -> DeliveryReport:
        """Deliver everything that waits, then pull, fetch a newer law and borrow numbers; release what is finished.

        Never raises for a lack of line. Raises `Refusal` only for this desk's own store (`STORE_…`).
        """
        trip = _Trip(self, cancel, progress or _unseen)
        before = self._central.bytes_sent
        trip.run()
        # The first time all of them, for what the end of the program left.
        self._originals.release(frozenset(trip.answered) if self._looked_for_originals else None)
        self._looked_for_originals = True
        return replace(trip.report, bytes_sent=self._central.bytes_sent - before)


def _unseen(_done: int, _total: int) -> None:
    """Progress nobody looks at."""


class _Line(Exception):
    """Something central, or the lack of it, said no to; `refusal` is why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@contextmanager
def _on_the_line() -> Iterator[None]:
    # Keeps what central refuses apart from what this desk's own store refuses.
    try:
        yield
    except Refusal as refusal:
        raise _Line(refusal) from None


class _Trip:
    """One delivery on its way."""

    def __init__(self, delivery: Delivery, cancel: Cancel, progress: Progress) -> None:
        self._delivery = delivery
        self._journal = delivery._journal
        self._sheets = delivery._sheets
        self._central = delivery._central
        self._cancel = cancel
        self._progress = progress
        self._done = 0
        self._total = 0
        self.report = DeliveryReport()
        self.answered: set[UUID] = set()

    def run(self) -> None:
        try:
            # What waits is counted only if anything does: the quiet round is one small request.
            if self._journal.waiting(1, 1) or self._sheets.waiting():
                outbox = self._journal.outbox()
                self._total = outbox.waiting + outbox.waiting_sheets
                self._send_sheets()
                self._send_entries()
            offer = self._pull()
            if offer is not None:
                self._fetch(offer)
            self._borrow()
        except _Line as line:
            self._stopped(line.refusal)

    def _stopped(self, refusal: Refusal) -> None:
        self._delivery._ask_sheets = True
        states: dict[str, DeliveryState] = {"CENTRAL_UNREACHABLE": "offline", "CHAIN_FORKED": "ahead"}
        self.report = replace(self.report, state=states.get(refusal.code, "refused"), problem=refusal)

    def _step(self, by: int = 1) -> None:
        self._done += by
        self._total = max(self._total, self._done)
        self._progress(self._done, self._total)

    # ---- sheets

    def _send_sheets(self) -> None:
        for digest, _size in self._sheets.waiting():
            if self._cancel():
                return
            self._bring_sheet(digest)
        self._delivery._ask_sheets = False

    def _bring_sheet(self, digest: str) -> None:
        try:
            data = self._sheets.get(digest)
        except Refusal:
            # The picture is gone here. Central refuses the entries that need it, and nothing else waits for them.
            if digest not in self._delivery._told_lost:
                with _on_the_line():
                    self._central.sheet_lost(digest)
                self._delivery._told_lost.add(digest)
            return
        self._send_sheet(digest, data)
        self._sheets.delivered(digest)
        self.report = replace(self.report, sheets=self.report.sheets + 1)
        self._step()

    def _bring_again(self, batch: Sequence[Sealed]) -> None:
        """Bring whatever central lacks of the sheets that these entries mention, also what it said it had."""
        self._delivery._ask_sheets = True
        for digest in sorted({digest for sealed in batch for digest in sheets_of(decode_entry(sealed.body))}):
            if self._cancel():
                return
            with _on_the_line():
                state = self._central.sheet_state(digest)
            if not state.complete:
                self._bring_sheet(digest)

    def _send_sheet(self, digest: str, data: bytes) -> None:
        offset = 0
        if self._delivery._ask_sheets:
            with _on_the_line():
                state = self._central.sheet_state(digest)
            if state.complete:
                return
            offset = state.received
        for _attempt in range(3):
            try:
                with _on_the_line():
                    state = self._central.send_sheet(digest, data, offset)
            except _Line as line:
                if line.refusal.code not in ("SHEET_OFFSET", "SHEET_DAMAGED"):
                    raise
                with _on_the_line():
                    state = self._central.sheet_state(digest)
            if state.complete:
                return
            offset = state.received if state.received <= len(data) else 0
        raise _Line(_sheet_stuck())

    # ---- entries

    def _send_entries(self) -> None:
        stuck_at = 0
        awaited_at: list[int] = []
        while not self._cancel():
            batch = self._journal.waiting(BATCH_ENTRIES, BATCH_BYTES)
            if not batch:
                return
            first, last = batch[0].n, batch[-1].n
            try:
                with _on_the_line():
                    answers = self._central.push(batch)
            except _Line as line:
                awaited_at = [at for at in awaited_at if at == first]
                if line.refusal.code != "SHEET_NOT_HERE" or len(awaited_at) == 2:
                    raise
                if not awaited_at:
                    # A page was scanned after the sheets went out.
                    self._delivery._ask_sheets = True
                    self._send_sheets()
                else:
                    # Central lost a sheet that it had.
                    self._bring_again(batch)
                awaited_at.append(first)
                continue
            self.answered |= self._journal.answered(answers)
            accepted = sum(answer.accepted for answer in answers.answers)
            self.report = replace(
                self.report,
                sent=self.report.sent + len(batch),
                accepted=self.report.accepted + accepted,
                refused=self.report.refused + len(answers.answers) - accepted,
            )
            self._step(len(answers.answers))
            if abs(answers.at - self._delivery._clock()) > CLOCKS_DIFFER:
                self.report = replace(self.report, problem=_clocks_differ())
            if not answers.answers:
                if answers.next_n < first:
                    raise _Line(_central_behind(first - answers.next_n))
                if stuck_at == first:
                    raise _Line(_no_answers())
                stuck_at = first
            elif answers.next_n > last + 1 and not self._journal.waiting(1, 1):
                self.report = replace(self.report, state="ahead", problem=_central_ahead(answers.next_n - last - 1))
                return

    # ---- what others did, and numbers

    def _pull(self) -> OfferedPack | None:
        """Take in what others did; the law that central offers meanwhile."""
        offer: OfferedPack | None = None
        while not self._cancel():
            cursor = self._journal.cursor()
            with _on_the_line():
                pulled = self._central.pull(cursor)
            if pulled.entries or pulled.refused or pulled.cursor != cursor:
                self._journal.received(pulled)
            offer = pulled.catalogue
            self.report = replace(self.report, pulled=self.report.pulled + len(pulled.entries))
            if not (pulled.entries or pulled.refused) or pulled.cursor <= cursor:
                break
        return offer

    def _fetch(self, offer: OfferedPack) -> None:
        """Bring the newest law, once for each that central offers, and those before it that never came here."""
        packs = self._delivery._packs
        if packs is None or self._cancel():
            return
        before = packs.newest
        try:
            if packs.wants(offer):
                problem = packs.judged(offer) or packs.received(offer, self._rule_pack(offer))
                self.report = replace(self.report, catalogue_refused=problem)
            if not packs.complete(offer):
                self._fetch_past(packs, offer)
        finally:
            if packs.newest is not before:
                self.report = replace(self.report, catalogue=packs.newest.version)

    def _fetch_past(self, packs: RulePacks, offer: OfferedPack) -> None:
        with _on_the_line():
            published = self._central.rule_packs()
        for one in packs.lacking(offer, published):
            if self._cancel():
                return
            packs.keep(one, self._rule_pack(one))
        packs.completed(offer)

    def _rule_pack(self, offer: OfferedPack) -> bytes:
        try:
            with _on_the_line():
                return self._central.rule_pack(offer.digest)
        except _Line as line:
            if line.refusal.code != "PACK_UNKNOWN":
                raise
            # Central offers what it cannot send: a pack that is not whole, and no reason to stop here.
            return b""

    def _borrow(self) -> None:
        lent = {kind: [0, 0] for kind in LENT_KINDS}
        for state in self._journal.blocks():
            if state.kind in lent:
                lent[state.kind][0] += state.size
                lent[state.kind][1] += state.left
        for kind, (_size, left) in lent.items():
            if left >= TOP_UP_BELOW * BLOCK_SIZE or self._cancel():
                continue
            # The same key until the block is here: a lost answer does not cost a second block.
            key = self._delivery._asked_blocks.setdefault(kind, uuid4())
            with _on_the_line():
                block = self._central.lend(kind, BLOCK_SIZE, key)
            self._journal.lend(block)
            del self._delivery._asked_blocks[kind]


def _sheet_stuck() -> Refusal:
    return Refusal(
        "SHEET_STUCK",
        Words("Một trang gửi mãi không trọn.", "A sheet does not arrive whole."),
        Words("Kiểm tra đường truyền và ổ đĩa của trung tâm.", "Check the line and central's disk."),
    )


def _no_answers() -> Refusal:
    return Refusal(
        "CENTRAL_SILENT",
        Words("Trung tâm không trả lời cho mục nào.", "Central answered none of the entries."),
        Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
    )


def _central_behind(missing: int) -> Refusal:
    return Refusal(
        "CENTRAL_BEHIND",
        Words(
            f"Trung tâm thiếu {missing} mục máy này đã gửi: có thể đã phục hồi từ bản sao cũ.",
            f"Central lacks {missing} entries that this desk delivered: it may have been restored from an old copy.",
        ),
        Words("Báo cán bộ quản trị; hồ sơ vẫn còn ở máy này.", "Tell the IT officer; everything is still here."),
    )


def _central_ahead(more: int) -> Refusal:
    return Refusal(
        "CENTRAL_AHEAD",
        Words(
            f"Trung tâm có {more} mục của máy này mà máy không còn: có thể máy đã phục hồi từ bản sao cũ.",
            f"Central has {more} entries of this desk that are gone here: it may have been restored from an old copy.",
        ),
        Words("Ngừng nhận hồ sơ mới và báo cán bộ quản trị.", "Take no new dossiers and tell the IT officer."),
    )


def _clocks_differ() -> Refusal:
    return Refusal(
        "CLOCK_WRONG",
        Words("Đồng hồ máy này khác đồng hồ trung tâm.", "This machine's clock differs from central's."),
        Words("Chỉnh đồng hồ của máy.", "Set this machine's clock."),
    )
