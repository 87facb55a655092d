"""The order in which what waits goes to central: small entries as early as the chain allows, scans when they are due.

Central records a station's entries in the order of their running numbers, and an entry only after its sheets. So the
entries go up to the first one whose sheet is not there yet; then the sheets that it and the next ones need, as many as
one request holds; then entries again. Sheets that no waiting entry mentions go last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from clerk_app.desk.clock_watch import ClockWatch
from clerk_app.desk.line import LineRefused, Pace, on_the_line
from clerk_app.desk.ports import Cancel, Central, Journal, OutgoingSheet, Sheets
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import MAX_BUNDLE_SHEETS, MAX_SHEET_BYTES, Answers, Sealed, SheetState, sheets_in

if TYPE_CHECKING:
    from clerk_app.desk.delivery import DeliveryReport

T = TypeVar("T")

BATCH_ENTRIES = 2000
SEAL_BYTES = 200
"""What running number, digests and signature of an entry add to its body, about."""
ANSWERS_AT_ONCE = 500
LARGE_SHEET_BYTES = 1024 * 1024
"""A sheet of this size is worth a request of its own."""
BUNDLE_FLOOR_BYTES = 64 * 1024
BUNDLE_START_BYTES = 512 * 1024
BUNDLE_CEILING_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Habits:
    """What one delivery learned of the line and of central for the next."""

    entries: Pace = field(default_factory=Pace)
    sheets: Pace = field(
        default_factory=lambda: Pace(BUNDLE_FLOOR_BYTES, BUNDLE_CEILING_BYTES, BUNDLE_START_BYTES, ratio=1.0)
    )
    unsure: bool = True
    """After a start or a failure nobody knows what central has: ask before sending anything again."""
    told_lost: set[str] = field(default_factory=set)
    elapsed: Callable[[], float] = monotonic


class Sending:
    """Everything that waits, on its way."""

    def __init__(
        self,
        journal: Journal,
        sheets: Sheets,
        central: Central,
        habits: Habits,
        watch: ClockWatch,
        cancel: Cancel,
        step: Callable[[int], None],
        report: DeliveryReport,
    ) -> None:
        """`step` hears how many entries or sheets were answered just now."""
        self._journal = journal
        self._sheets = sheets
        self._central = central
        self._habits = habits
        self._watch = watch
        self._cancel = cancel
        self._step = step
        self.report = report
        self.answered: set[UUID] = set()
        self._awaited_at: list[int] = []
        self._ahead = False
        self._stuck_at = 0
        self.behind = 0
        """Entries that central had and has not any more: the next pull says why."""

    def run(self) -> None:
        """Send until nothing waits or somebody cancels. Raises `LineRefused`."""
        if self._habits.unsure:
            self._ask_answers()
        self._send_again()
        while not self._cancel() and not self._ahead and not self.behind:
            batch = self._journal.waiting(BATCH_ENTRIES, self._habits.entries.plain)
            # Read after the entries: a sheet is kept before the entry that mentions it.
            missing = {digest: size for digest, size in self._sheets.waiting() if digest not in self._habits.told_lost}
            if batch:
                self._send_batch(batch, missing)
            elif missing:
                self._send_sheets(list(missing), missing)
            else:
                self._habits.unsure = False
                return

    def _send_batch(self, batch: Sequence[Sealed], missing: dict[str, int]) -> None:
        """Entries and the sheets they need, in turn; `missing` are the sheets (and their bytes) not at central."""
        needed = [sheets_in(sealed.body) & missing.keys() if missing else frozenset() for sealed in batch]
        at = 0
        while at < len(batch) and not self._cancel():
            end = next((n for n in range(at, len(batch)) if needed[n] & missing.keys()), len(batch))
            if end == at:
                due = dict.fromkeys(digest for needs in needed[at:] for digest in sorted(needs) if digest in missing)
                self._send_sheets(list(due), missing)
            elif self._push(batch[at:end]):
                at = end
            else:
                return

    # ---- entries

    def _ask_answers(self) -> None:
        """Answers that got lost on the way, and what central recorded of a batch that was cut."""
        while not self._cancel() and (first := self._journal.waiting(1, 1)):
            with on_the_line():
                answers = self._central.answers(first[0].n - 1, ANSWERS_AT_ONCE)
            self._heard(answers)
            if not answers.answers:
                self.behind = max(0, first[0].n - answers.next_n)
                return
            left = self._journal.waiting(1, 1)
            if left and left[0].n == first[0].n:
                # Not the entries of this desk: central says so when they are sent.
                return

    def _send_again(self) -> None:
        """Send what central had and forgot: in the same chain, under the seals of then."""
        while (batch := self._journal.again(BATCH_ENTRIES, self._habits.entries.plain)) and not self._cancel():
            self._awaited_at.clear()
            answers: Answers | None = None
            while answers is None and not self._cancel():
                try:
                    with on_the_line():
                        answers = self._central.push(batch, self._journal.era())
                except LineRefused as line:
                    if line.refusal.code != "SHEET_NOT_HERE":
                        raise
                    self._bring_again(line, batch)
            if answers is None:
                return
            if not answers.answers:
                raise LineRefused(central_behind(batch[0].n - answers.next_n))
            self._watch.heard(answers.at)
            self.answered |= self._journal.answered(answers)
            self.report = replace(self.report, again=self.report.again + len(answers.answers))
            # What it lacked when it was asked is what it was given just now.
            self.behind = 0

    def _push(self, batch: Sequence[Sealed]) -> bool:
        """Whether central answered all of them, so that the next ones may follow."""
        pace = self._habits.entries
        first, last = batch[0].n, batch[-1].n
        before, start = self._central.bytes_sent, self._habits.elapsed()
        try:
            with on_the_line():
                answers = self._central.push(batch, self._journal.era())
        except LineRefused as line:
            if line.refusal.code != "SHEET_NOT_HERE":
                self._broke(pace, line)
                raise
            self._bring_again(line, batch)
            return False
        sent = self._central.bytes_sent - before
        pace.went(self._habits.elapsed() - start, sent, sum(len(sealed.body) + SEAL_BYTES for sealed in batch))
        self.report = replace(self.report, sent=self.report.sent + len(batch))
        self._heard(answers)
        if not answers.answers:
            if answers.next_n < first:
                # Brought back from an older copy; what it is told by is the pull.
                self.behind = first - answers.next_n
                return False
            if self._stuck_at == first:
                raise LineRefused(_no_answers())
            self._stuck_at = first
        elif answers.next_n > last + 1 and not self._journal.waiting(1, 1):
            self._ahead = True
            self.report = replace(self.report, state="ahead", problem=central_ahead(answers.next_n - last - 1))
        return len(answers.answers) == len(batch) and not self._ahead

    def _heard(self, answers: Answers) -> None:
        self._watch.heard(answers.at)
        self.answered |= self._journal.answered(answers)
        accepted = sum(answer.accepted for answer in answers.answers)
        self.report = replace(
            self.report,
            accepted=self.report.accepted + accepted,
            refused=self.report.refused + len(answers.answers) - accepted,
        )
        self._step(len(answers.answers))

    @staticmethod
    def _broke(pace: Pace, line: LineRefused) -> None:
        if line.refusal.code == "CENTRAL_UNREACHABLE":
            pace.broke()

    # ---- sheets

    def _bring_again(self, line: LineRefused, batch: Sequence[Sealed]) -> None:
        """Bring whatever central lacks of the sheets that these entries mention, also what it said it had."""
        first = batch[0].n
        if self._awaited_at.count(first) == 2:
            raise line
        self._awaited_at = [*(at for at in self._awaited_at if at == first), first]
        self._habits.unsure = True
        mentioned = dict.fromkeys((digest for sealed in batch for digest in sorted(sheets_in(sealed.body))), 0)
        while mentioned and not self._cancel():
            self._send_sheets(list(mentioned), mentioned)

    def _send_sheets(self, digests: Sequence[str], missing: dict[str, int]) -> None:
        """Bring the first of these sheets, as many as one request holds, and strike them from `missing`."""
        chosen: list[str] = []
        size = 0
        for digest in digests[:MAX_BUNDLE_SHEETS]:
            if chosen and size + missing[digest] > self._habits.sheets.size:
                break
            chosen.append(digest)
            size += missing[digest]
        have = self._states(chosen)
        there = [digest for digest in chosen if have[digest].complete]
        pieces = [self._outgoing(digest, have[digest]) for digest in chosen if not have[digest].complete]
        try:
            for digest in self._sent([piece for piece in pieces if piece is not None]):
                there.append(digest)
        finally:
            self._arrived(there)
        for digest in (*there, *self._habits.told_lost.intersection(chosen)):
            missing.pop(digest, None)

    def _arrived(self, digests: Sequence[str]) -> None:
        if digests:
            self._sheets.delivered(*digests)
            self.report = replace(self.report, sheets=self.report.sheets + len(digests))
            self._step(len(digests))

    def _states(self, digests: Sequence[str]) -> dict[str, SheetState]:
        if not self._habits.unsure:
            return dict.fromkeys(digests, SheetState(0, False))
        with on_the_line():
            return dict(zip(digests, self._central.sheet_states(digests), strict=True))

    def _outgoing(self, digest: str, state: SheetState) -> OutgoingSheet | None:
        """The sheet from where central has it; None where it is gone or too large for central."""
        try:
            data = self._sheets.get(digest)
        except Refusal:
            data = b""
        if not 0 < len(data) <= MAX_SHEET_BYTES:
            with on_the_line():
                self._central.sheet_lost(digest)
            self._habits.told_lost.add(digest)
            return None
        return OutgoingSheet(digest, data, _from(state, data))

    def _sent(self, sheets: Sequence[OutgoingSheet]) -> Iterator[str]:
        """Each one as it is whole at central: the small ones in one breath, the others alone."""
        small = [sheet for sheet in sheets if len(sheet.data) - sheet.offset < LARGE_SHEET_BYTES]
        alone = [sheet for sheet in sheets if sheet not in small]
        if len(small) == 1:
            alone, small = [*small, *alone], []
        if small:
            states = self._timed(lambda: self._central.send_sheets(small), small)
            for sheet, state in zip(small, states, strict=True):
                if state.complete:
                    yield sheet.digest
                else:
                    # It arrived damaged, or another part of it is there.
                    alone.append(replace(sheet, offset=_from(state, sheet.data)))
        for sheet in alone:
            if self._cancel():
                return
            self._send_alone(sheet)
            yield sheet.digest

    def _timed(self, send: Callable[[], T], sheets: Sequence[OutgoingSheet]) -> T:
        pace, start = self._habits.sheets, self._habits.elapsed()
        try:
            with on_the_line():
                said = send()
        except LineRefused as line:
            self._broke(pace, line)
            raise
        pace.went(self._habits.elapsed() - start, sum(len(sheet.data) - sheet.offset for sheet in sheets))
        return said

    def _send_alone(self, sheet: OutgoingSheet) -> None:
        for _attempt in range(3):
            try:
                state = self._timed(partial(self._central.send_sheet, sheet.digest, sheet.data, sheet.offset), [sheet])
            except LineRefused as line:
                if line.refusal.code not in ("SHEET_OFFSET", "SHEET_DAMAGED"):
                    raise
                with on_the_line():
                    state = self._central.sheet_state(sheet.digest)
            if state.complete:
                return
            sheet = replace(sheet, offset=_from(state, sheet.data))
        raise LineRefused(_sheet_stuck())


def _from(state: SheetState, data: bytes) -> int:
    """Where to go on: central may have all bytes of a sheet and not have looked at it yet."""
    return state.received if state.received <= len(data) else 0


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


def central_behind(missing: int) -> Refusal:
    """Central lacks what this desk delivered, and does not say that it was brought back from an older copy."""
    return Refusal(
        "CENTRAL_BEHIND",
        Words(
            f"Trung tâm thiếu {missing} mục máy này đã gửi: có thể đã phục hồi từ bản sao cũ.",
            f"Central lacks {missing} entries that this desk delivered: it may have been restored from an old copy.",
        ),
        Words("Báo cán bộ quản trị; hồ sơ vẫn còn ở máy này.", "Tell the IT officer; everything is still here."),
    )


def central_ahead(more: int) -> Refusal:
    """Central has entries of this desk that this desk has not any more."""
    return Refusal(
        "CENTRAL_AHEAD",
        Words(
            f"Trung tâm có {more} mục của máy này mà máy không còn: có thể máy đã phục hồi từ bản sao cũ.",
            f"Central has {more} entries of this desk that are gone here: it may have been restored from an old copy.",
        ),
        Words(
            "Ngừng nhận hồ sơ mới; cán bộ quản trị lấy lại bằng: clerk desk salvage.",
            "Take no new dossiers; the IT officer gets them back with: clerk desk salvage.",
        ),
    )
