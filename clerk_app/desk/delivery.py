"""Sending what happened here to central and taking in what happened elsewhere: each entry once, whatever the line does.

Nothing here remembers what was sent: the journal knows what has no answer yet, and central knows which running number
it expects next, so a lost answer, a second sending or a killed central cost bytes, never an entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID, uuid4

from clerk_app.desk.clock_watch import ClockWatch
from clerk_app.desk.counter import NO_LINE
from clerk_app.desk.giving_way import Questions
from clerk_app.desk.line import Later, LineRefused, on_the_line
from clerk_app.desk.originals import Originals
from clerk_app.desk.people import People
from clerk_app.desk.ports import Cancel, Central, Clock, Journal, Progress, Sheets
from clerk_app.desk.rejoining import Rejoining
from clerk_app.desk.rule_packs import RulePacks
from clerk_app.desk.sending import Habits, Sending, central_ahead, central_behind
from clerk_app.desk.soundness import note_ahead
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import OfferedPack, Pulled

BLOCK_SIZE = 500
"""More than a week of one counter at its busiest, so that a long outage does not run out of numbers."""
TOP_UP_BELOW = 0.3
LENT_KINDS = ("dossier", "receipt")
POLL_S = 10.0
LONGEST_WAIT_S = 300.0

DeliveryState = Literal["idle", "offline", "later", "refused", "ahead"]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did, and why it ended.

    `idle`: all is delivered, or the person cancelled; `offline`: nobody answers as central does; `later`: central asks
    to come again, after `wait_s` seconds where it says so; `refused`: central takes nothing more until `problem` is
    solved; `ahead`: central knows entries of this station that this desk lost. A wrong clock is a `problem` that stops
    nothing. `sent` counts entries given to the line, `accepted` and `refused` the answers to them. `again` counts those
    that central had forgotten, being restored from an older copy, and has again. `catalogue` is the version of a newer
    law that came and holds from the next dossier on; `catalogue_refused` why one was not taken, told once.
    """

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    sheets: int = 0
    pulled: int = 0
    again: int = 0
    bytes_sent: int = 0
    state: DeliveryState = "idle"
    problem: Refusal | None = None
    wait_s: float = 0.0
    catalogue: str = ""
    catalogue_refused: Refusal | None = None
    signed_out: Refusal | None = None
    """Why the person at this desk is not signed in any more."""
    gave_way: bool = False
    """Whether more is there to be pulled, and somebody who waits for an answer of central went first."""


def next_delay_s(failures: int, random: Callable[[], float], wait_s: float = 0.0, poll_s: float = POLL_S) -> float:
    """Seconds until the next delivery: a steady poll while all is well, doubling up to five minutes after failures.

    `random` gives numbers in [0, 1); half of every wait is left to it, so that stations do not come back all at once.
    Never before the `wait_s` that central asked for, and up to half of that later.
    """
    longest = poll_s if failures == 0 else min(2.0 ** min(failures, 16), LONGEST_WAIT_S)
    return max(longest * (0.5 + 0.5 * random()), wait_s * (1.0 + 0.5 * random()))


class Delivery:
    """The desk's delivery; `once` blocks while it works, on the lane of whoever calls it."""

    def __init__(
        self,
        journal: Journal,
        sheets: Sheets,
        central: Central,
        clock: Clock,
        packs: RulePacks | None = None,
        people: People | None = None,
        watch: ClockWatch | None = None,
        originals: Originals | None = None,
        questions: Questions | None = None,
    ) -> None:
        """`packs` takes in the newer law that central offers, `people` who has access; without them both stay.

        `watch` is told central's time, and knows whether this computer's is wrong. To `questions` of people it gives
        way between two pages of what others did.
        """
        self._questions = questions or Questions()
        self._packs = packs
        self._people = people
        self._journal = journal
        self._sheets = sheets
        self._central = central
        self._watch = watch or ClockWatch(clock)
        self._clock = clock
        self._asked_blocks: dict[str, UUID] = {}
        self._habits = Habits()
        self._originals = originals or Originals(journal, sheets)
        self._rejoining = Rejoining(journal, sheets, central, clock)
        self._looked_for_originals = False
        self.heard: list[Callable[[], None]] = []
        """What is done each time that central itself answered, and took this desk for one of its stations."""
        self.pulled: list[Callable[[Pulled], None]] = []
        """What hears each of central's answers about what others did."""
        self.confirmed: list[Callable[[], None]] = []
        """What is done each time that central had no other law than the one in force here."""

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
        for then in (*(self.heard if trip.heard else ()), *(self.confirmed if trip.confirmed else ())):
            then()
        report = replace(trip.report, bytes_sent=self._central.bytes_sent - before)
        settled = trip.heard and report.state == "idle"
        note_ahead(self._journal, report.state == "ahead", settled, self._clock().isoformat())
        return report if report.problem else replace(report, problem=self._watch.wrong())

    def reachable(self) -> bool:
        """Whether there is somebody at central's address, by a bare connection of a second at most."""
        return self._central.reachable()


def _unseen(_done: int, _total: int) -> None:
    """Progress nobody looks at."""


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
        self._behind = 0
        self.report = DeliveryReport()
        self.answered: set[UUID] = set()
        self.heard = False
        self.confirmed = False

    def run(self) -> None:
        try:
            if not self._rejoined():
                return
            self._send()
            offer = self._pull()
            while self._journal.again(1, 1) and not self._cancel():
                # Central forgot some of it, as it turned out.
                self._behind = 0
                self._send()
                offer = self._pull()
            self._tell_held()
            if self._behind:
                raise LineRefused(central_behind(self._behind))
            if offer is not None:
                self._fetch(offer)
            self.confirmed = self.heard and self._in_force(offer)
            self._borrow()
        except LineRefused as line:
            self._stopped(line.refusal)

    def _send(self) -> None:
        """Send what waits in the era of central; in a new one, hear first what became of the old."""
        for last in (False, False, True):
            try:
                self._tell_held()
                self._send_what_waits()
                return
            except LineRefused as line:
                if line.refusal.code != "ERA_OVER" or last:
                    raise
            self._pull()

    def _tell_held(self) -> None:
        """Tell a central that was brought back from an older copy which numbers are lent here, before it judges any."""
        for kind in LENT_KINDS:
            if held := self._journal.held(kind):
                with on_the_line():
                    block = self._central.lend(kind, 0, uuid4(), held)
                self._journal.told(kind, block.taken)

    def _send_what_waits(self) -> None:
        # What waits is counted only if anything does: the quiet round is one small request.
        if not (self._journal.waiting(1, 1) or self._sheets.waiting() or self._journal.again(1, 1)):
            # Nothing is on its way that central could have a part of.
            self._delivery._habits.unsure = False
            return
        outbox = self._journal.outbox()
        self._total = self._done + outbox.waiting + outbox.waiting_sheets
        delivery = self._delivery
        sending = Sending(
            self._journal, self._sheets, self._central, delivery._habits, delivery._watch, self._cancel, self._step,
            self.report,
        )  # fmt: skip
        try:
            sending.run()
        finally:
            self.heard |= bool(sending.answered) or sending.report.sheets > self.report.sheets
            self.report = sending.report
            self.answered |= sending.answered
            self._behind = sending.behind

    def _rejoined(self) -> bool:
        """Whether this desk knows where its chain at central ends: on one that was damaged, central is asked first."""
        rejoining = self._delivery._rejoining
        record = rejoining.wanted()
        if record is None:
            return True
        with on_the_line():
            found = rejoining.ask(record, self._cancel)
        if found is None:
            return False
        self.heard = True
        self.answered |= rejoining.settle(found)
        return True

    def _stopped(self, refusal: Refusal) -> None:
        self._delivery._habits.unsure = True
        wait_s = refusal.wait_s if isinstance(refusal, Later) else 0.0
        state: DeliveryState
        if isinstance(refusal, Later) or refusal.code in ("DOSSIER_AWAITED", "POST_AWAITED"):
            state = "later"
        elif refusal.code in NO_LINE:
            # Where nobody answers as central does, nothing is wrong with what waits.
            state = "offline"
        else:
            state = "ahead" if refusal.code == "CHAIN_FORKED" else "refused"
        self.report = replace(self.report, state=state, problem=refusal, wait_s=wait_s)

    def _step(self, by: int = 1) -> None:
        self._done += by
        self._total = max(self._total, self._done)
        self._progress(self._done, self._total)

    # ---- what others did, and numbers

    def _pull(self) -> OfferedPack | None:
        """Take in what others did; the law that central offers meanwhile."""
        offer: OfferedPack | None = None
        while not self._cancel():
            cursor, era = self._journal.cursor(), self._journal.era()
            with on_the_line():
                pulled = self._central.pull(cursor, era=era)
            self.heard = True
            if pulled.forgot or 0 < pulled.next_n < self._journal.next_n():
                self._journal.forgotten(pulled.next_n, pulled.era)
                self._delivery._habits.unsure = True
                continue
            if pulled.entries or pulled.refused or pulled.cursor != cursor or pulled.era != era:
                self._journal.received(pulled, cursor, era)
            for hear in self._delivery.pulled:
                hear(pulled)
            offer = pulled.catalogue
            self._learn_people(pulled.people)
            self.report = replace(self.report, pulled=self.report.pulled + len(pulled.entries))
            self._compare(pulled.next_n)
            # Where it stops before an entry that only a newer program reads, the same page would come for ever.
            if not (pulled.entries or pulled.refused) or self._journal.cursor() <= cursor:
                break
            if self._delivery._questions.waiting:
                self.report = replace(self.report, gave_way=True)
                break
        return offer

    def _compare(self, next_n: int) -> None:
        """Notice entries of this desk that only central has: all that is here was answered, and it expects a later one.

        Looked at in this order, for another program may deliver from the same store.
        """
        if self.report.state == "idle" and not self._journal.waiting(1, 1) and next_n > self._journal.next_n():
            more = next_n - self._journal.next_n()
            self.report = replace(self.report, state="ahead", problem=central_ahead(more))

    def _learn_people(self, version: int) -> None:
        people = self._delivery._people
        if people is None:
            return
        if not people.learned(version):
            with on_the_line():
                signed_out = people.learn()
            self.report = replace(self.report, signed_out=signed_out or self.report.signed_out)
        people.confirmed()

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

    def _in_force(self, offer: OfferedPack | None) -> bool:
        packs = self._delivery._packs
        return packs is not None and (offer is None or not packs.wants(offer))

    def _fetch_past(self, packs: RulePacks, offer: OfferedPack) -> None:
        with on_the_line():
            published = self._central.rule_packs()
        for one in packs.lacking(offer, published):
            if self._cancel():
                return
            packs.keep(one, self._rule_pack(one))
        packs.completed(offer)

    def _rule_pack(self, offer: OfferedPack) -> bytes:
        try:
            with on_the_line():
                return self._central.rule_pack(offer.digest)
        except LineRefused as line:
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
            with on_the_line():
                block = self._central.lend(kind, BLOCK_SIZE, key)
            self._journal.lend(block)
            del self._delivery._asked_blocks[kind]
