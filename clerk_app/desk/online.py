"""The dossiers that citizens sent online: the queue of this office, found as somebody types, taken and given back.

The queue is a projection of the journal: without a line it is what last came. Who has which dossier open is central's
word of the last time that it answered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clerk_app.desk import online_words as said
from clerk_app.desk.counter import Counter, held_elsewhere
from clerk_app.desk.identified import chip_evidence, other_person
from clerk_app.desk.leases import Leases
from clerk_app.desk.online_dossier import dossier_view
from clerk_app.desk.online_views import Held, OnlineDossierView, OnlineRow, OnlineView
from clerk_app.desk.ports import Access, Cancel, CardReaders, Central, Progress
from clerk_app.desk.views import IntakeView, Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Channel, Dossier, FieldsEntered
from clerk_app.domain.evidence import worth
from clerk_app.domain.online import Filter, OnlineLine, Tally, fits, staged, until
from clerk_app.domain.people import Person, nfc, search_key
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.wire import Lease

MOST = 60
"""Lines that are shown at once; the others are counted."""
FIND, TAKE = "dossier.find", "dossier.take"
_SOON = timedelta(hours=2)

ParseQr = Callable[[str], tuple[Person, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class _Known:
    line: OnlineLine
    key: str
    """What a clerk may type of it, folded."""
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class _Queue:
    lines: tuple[_Known, ...]
    tally: Tally


def _urgency(one: _Known) -> tuple[bool, datetime, str]:
    return one.ends is None, one.ends or one.line.sent_at, one.line.code


class OnlineDesk:
    """The queue of online dossiers at one desk. `view` asks no line; `refresh`, `take` and `give_back` do."""

    def __init__(
        self,
        counter: Counter,
        leases: Leases,
        central: Central,
        readers: CardReaders,
        parse_qr: ParseQr,
        begin: Callable[[Channel, str], Dossier],
        show: Callable[[Dossier], IntakeView],
    ) -> None:
        """`begin` makes a new draft of a channel for a reason, inside a transaction; `show` what is seen of one."""
        self._begin = begin
        self._show = show
        self._counter = counter
        self._leases = leases
        self._central = central
        self._readers = readers
        self._parse_qr = parse_qr
        self._lock = threading.Lock()
        self._lines: dict[UUID, _Known] = {}
        self._queue: _Queue | None = None
        self._law = ""
        self._changed: set[UUID] = set()
        self._held: Mapping[UUID, Lease] = {}
        self._heard: datetime | None = None
        counter.journal.subscribe(self._stirred)

    # ---- the queue

    def view(self, wanted: Filter = "open", query: str = "") -> OnlineView:
        """A part of the queue, the most urgent first; with a query those whose code, number or name has its words.

        Raises `Refusal` NOT_ALLOWED.
        """
        self._counter.demand(FIND)
        now, rules = self._counter.clock(), self._counter.rules_today()
        known = self._known(rules)
        chosen, counts = known.lines, known.tally.at(now)
        for word in search_key(nfc(query)).replace("-", " ").replace(".", " ").split():
            chosen = tuple([one for one in chosen if word in one.key])
        chosen = tuple([one for one in chosen if fits(one.line, wanted, one.ends, now)])
        return OnlineView(
            wanted,
            tuple(self._row(one, now, rules) for one in chosen[:MOST]),
            max(0, len(chosen) - MOST),
            counts,
            counts["new"],
            counts["overdue"],
            f"{in_hanoi(self._heard):%H:%M}" if self._heard is not None else "",
        )

    def waiting(self) -> int:
        """How many wait for this office: the number beside the page's name. Nobody signed in: none."""
        if not self._counter.may(FIND):
            return 0
        now = self._counter.clock()
        return self._known(self._counter.rules_today()).tally.at(now)["new"]

    def refresh(self) -> None:
        """Hear from central who has which open. Without a line what was last heard goes on."""
        self._counter.demand(FIND)
        try:
            queue = self._central.online()
        except Refusal:
            return
        self._held = {one.dossier: one.holder for one in queue.items if one.holder is not None}
        self._heard = self._counter.clock()

    def find(self, text: str) -> UUID | None:
        """The online dossier that is meant: by the portal's code or the receipt's, alone or inside the text of a QR
        code, by the ID number, or by the QR code of the ID card. Of several of one person the one that waits.
        """
        self._counter.demand(FIND)
        text = nfc(text).strip()
        try:
            number = self._parse_qr(text)[0].number
        except Refusal:
            number = text if len(text) == 12 and text.isascii() and text.isdigit() else ""
        if number:
            return self._of(number)
        upper = text.upper()
        known = [one.line for one in self._known(self._counter.rules_today()).lines]
        return _meant(one for one in known if any(_stands(code.upper(), upper) for code in (one.code, one.receipt)))

    def sent_by(self, number: str, besides: UUID | None = None) -> OnlineRow | None:
        """What the person of this number sent online and at which something is awaited (an answer, a payment, a
        supplement), besides one dossier; None for nothing. Raises `Refusal` NOT_ALLOWED.
        """
        self._counter.demand(FIND)
        now, rules = self._counter.clock(), self._counter.rules_today()
        lines = {one.line.dossier: one for one in self._known(rules).lines if one.line.number == number}
        meant = _meant(one.line for at, one in lines.items() if at != besides and fits(one.line, "open", None, now))
        return None if meant is None else self._row(lines[meant], now, rules)

    def find_by_card(self, text: str, progress: Progress | None = None, cancel: Cancel | None = None) -> UUID | None:
        """The online dossier of the person whose card lies on the reader, by the number that its chip proves; None for
        somebody who sent none. `text` opens the chip: the last six digits of the number, the number, or the card's QR
        code. Nothing is written. Blocks for about two seconds.

        Raises `DeviceFault` as the card or reader did; `Refusal` CARD_KEY_MISSING, CARD_UNPROVEN for a chip that does
        not prove who it is, CARD_OF_OTHER_PERSON for another number than was given.
        """
        self._counter.demand(FIND)
        number, can = self._opens(nfc(text).strip())
        reading = self._readers.read(Access(can=can, number=number), progress=progress, cancel=cancel)
        if worth(chip_evidence(reading), self._counter.station.practice) != "chip":
            raise Refusal(
                "CARD_UNPROVEN",
                Words("Chip trên đầu đọc không chứng minh được là của ai.", "The chip does not prove whose it is."),
                Words("Tìm theo mã hồ sơ hoặc số định danh.", "Search by the code, or by the ID number."),
            )
        if number and reading.person.number != number:
            raise other_person()
        return self._of(reading.person.number)

    def _opens(self, text: str) -> tuple[str, str]:
        """The number, where it was given, and the six digits that open the chip."""
        if "|" in text:
            number = self._parse_qr(text)[0].number
            return number, number[-6:]
        if text.isascii() and text.isdigit() and len(text) in (6, 12):
            return text if len(text) == 12 else "", text[-6:]
        raise Refusal(
            "CARD_KEY_MISSING",
            Words("Cần 6 số cuối của số định danh để mở chip.", "The last six digits of the ID number open the chip."),
            Words("Gõ 6 số đó, hoặc quét mã QR trên thẻ.", "Type them, or scan the card's QR code."),
        )

    def _of(self, number: str) -> UUID | None:
        return _meant(one.line for one in self._known(self._counter.rules_today()).lines if one.line.number == number)

    # ---- one dossier

    def dossier(self, dossier: UUID) -> OnlineDossierView:
        """What the citizen stated, sent and paid beside what is known of it. Raises `Refusal` NOT_ONLINE."""
        self._counter.demand(FIND, dossier)
        return self._shown(self._counter.journal.dossier(dossier))

    def take(self, dossier: UUID) -> OnlineDossierView:
        """Work on it at this desk: it is lent to it as long as it stays open here.

        Raises `Refusal` NOT_ONLINE, NOT_ALLOWED, NOT_YOURS, DOSSIER_ELSEWHERE with who has it.
        """
        self._counter.demand(TAKE, dossier)
        view = self._shown(self._counter.journal.dossier(dossier))
        lease = self._leases.hold(dossier)
        if lease.state == "theirs":
            raise held_elsewhere(lease.words)
        self.refresh()
        return self._shown(self._counter.journal.dossier(dossier)) if lease.state == "ours" else view

    def give_back(self, dossier: UUID) -> None:
        """It is not worked on here any more; what was entered stays."""
        self._counter.demand(FIND, dossier)
        self._leases.release(dossier)
        self._held = {one: holder for one, holder in self._held.items() if one != dossier}

    def assist(self, reason: str) -> IntakeView:
        """Hand a dossier in online for somebody who cannot do it alone: they stay the applicant, and the dossier says
        who helped, where and why. Raises `Refusal` REASON_MISSING, NOT_ALLOWED, LIMIT_….
        """
        who = self._counter.demand(TAKE)
        reason = nfc(reason).strip()[:500]
        if not reason:
            raise Refusal(
                "REASON_MISSING",
                Words("Cần ghi vì sao phải hỗ trợ.", "Why help is needed is missing."),
                Words("Ghi ngắn gọn, ví dụ: không có điện thoại.", "Write it shortly, such as: has no telephone."),
            )
        station = self._counter.station
        with self._counter.journal.together():
            state = self._begin("online", reason)
            helped = {"assisted.by": who.name, "assisted.at": f"{station.office} {station.counter}"}
            state = self._counter.write(state.id, FieldsEntered(helped, state.step, state.focus), who=who.id)
        return self._show(state)

    def _shown(self, state: Dossier) -> OnlineDossierView:
        queue = self._known(self._counter.rules_today()).lines
        known = next((one for one in queue if one.line.dossier == state.id), None)
        if known is None:
            raise Refusal(
                "NOT_ONLINE",
                Words("Hồ sơ này không nộp trực tuyến.", "This dossier was not sent online."),
                Words("Mở hồ sơ từ danh sách hồ sơ.", "Open it from the list of dossiers."),
            )
        now, rules = self._counter.clock(), self._counter.rules_of(state)
        stated = said.stated_of(self._counter.journal.entries(state.id))
        return dossier_view(state, stated, self._row(known, now, self._counter.rules_today()), rules, now)

    # ---- what is known

    def _stirred(self, dossiers: frozenset[UUID]) -> None:
        with self._lock:
            self._changed |= dossiers

    def _known(self, rules: Rules) -> _Queue:
        """Every line with its end, the most urgent first; only what changed since is read again."""
        law = f"{rules.version} {rules.since}"
        with self._lock:
            changed, self._changed = self._changed, set()
            if self._queue is not None and law == self._law and not changed:
                return self._queue
            try:
                if self._queue is None or law != self._law:
                    known, fresh = {}, self._counter.journal.online()
                else:
                    known = {one: line for one, line in self._lines.items() if one not in changed}
                    fresh = self._counter.journal.online(changed)
                for line in (staged(one, rules) for one in fresh):
                    known[line.dossier] = _Known(line, said.key_of(line), until(line, rules))
            except Exception:
                # Nothing is swallowed: what changed is only not forgotten, so that the next look reads it again.
                self._changed |= changed
                raise
            lines = sorted(known.values(), key=_urgency)
            self._lines, self._law = known, law
            self._queue = _Queue(tuple(lines), Tally((one.line, one.ends) for one in lines))
            return self._queue

    def _row(self, one: _Known, now: datetime, rules: Rules) -> OnlineRow:
        line, ends = one.line, one.ends
        held, words = self._holder(line.dossier, now)
        left = rules.calendar.time_worked(now, ends) if ends is not None and ends > now else None
        urgency: Tone = "calm" if ends is None else "bad" if left is None else "warn" if left <= _SOON else "good"
        return OnlineRow(
            line.dossier,
            line.receipt or line.code,
            line.name,
            line.stage,
            said.stage_badge(line.stage),
            said.PAYMENTS.get(line.payment, Words("", "")),
            f"{in_hanoi(line.sent_at):%H:%M %d/%m}",
            ends,
            said.left_words(ends, left, now),
            urgency,
            held,
            words,
            line.payment,
            line.sent_at,
        )

    def _holder(self, dossier: UUID, now: datetime) -> tuple[Held, Words]:
        lease = self._leases.of(dossier)
        if lease.state == "ours":
            return "mine", said.MINE
        if lease.state == "theirs":
            return "theirs", lease.words
        holder = self._held.get(dossier)
        if holder is None or holder.until < now:
            return "nobody", Words("", "")
        if holder.station == self._counter.station.station:
            return "mine", said.MINE
        return "theirs", said.theirs(holder.counter, holder.name)


def _meant(lines: Iterable[OnlineLine]) -> UUID | None:
    """Of several the one that waits, the newest."""
    found = sorted(lines, key=lambda one: (one.stage in ("ended", "accepted"), -one.sent_at.timestamp()))
    return found[0].dossier if found else None


def _stands(code: str, text: str) -> bool:
    """Whether the code stands in the text as a whole: no longer one is meant."""
    at = text.find(code)
    if not code or at < 0:
        return False
    after = text[at + len(code) : at + len(code) + 1]
    before = text[at - 1 : at] if at else ""
    return not (after.isalnum() or before.isalnum())
