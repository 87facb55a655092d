"""Today's dossiers, searching among all of them, and what waits for central."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from clerk_app.desk import words
from clerk_app.desk.counter import Counter
from clerk_app.desk.evidence_view import moment
from clerk_app.desk.papers_view import size_words
from clerk_app.desk.ports import QueueLine
from clerk_app.desk.views import Badge, OutboxView, QueueRow, QueueView, ShelfView, Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.money import format_number
from clerk_app.domain.names import PERSON_ORDERS, PersonOrder
from clerk_app.domain.owed import JUST_BEFORE, Owed, soon_until
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

ListOrder = Literal["newest", PersonOrder]
"""How a list of dossiers is sorted: what changed last first, or by the names of the applicants."""


def _ordered(lines: Iterable[QueueLine], order: ListOrder) -> list[QueueLine]:
    """The lines in this order; those of one name stay as they came, those without a name come last."""
    if order == "newest":
        return list(lines)
    key = PERSON_ORDERS[order]
    return sorted(lines, key=lambda line: (not line.name, key(line.name)))


_Owing = tuple[list[QueueLine], int]
"""The first of them, and how many there are."""


class Queue:
    """Lists for screens; never more than a screenful of hundreds."""

    def __init__(self, counter: Counter, shelf: Callable[[], tuple[ShelfView, ...]]) -> None:
        """`shelf` gives what waits for a supervisor's decision."""
        self._counter = counter
        self._shelf = shelf

    def today(self, order: ListOrder = "newest") -> QueueView:
        """Drafts first, then what is overdue, then what is due before the next working day has begun, each the earliest
        first; then what was changed today. Drafts and the rest newest first, or by the applicants' names.
        """
        self._counter.demand("dossier.find")
        today = in_hanoi(self._counter.clock()).date()
        drafts = self._counter.within("dossier.find", self._counter.journal.find(status="draft"))
        others = [
            line
            for line in self._counter.within("dossier.find", self._counter.journal.find())
            if line.status != "draft" and in_hanoi(line.changed_at).date() == today
        ]
        overdue, soon = self._due()
        due: dict[UUID, Owed] = {line.dossier: "overdue" for line in overdue[0]}
        due |= {line.dossier: "soon" for line in soon[0]}
        others = [line for line in others if line.dossier not in due]
        lines = [*_ordered(drafts, order), *overdue[0], *soon[0], *_ordered(others, order)]
        return self._view(lines, due, overdue[1], soon[1])

    def _due(self) -> tuple[_Owing, _Owing]:
        """The dossiers that are overdue, and those for which today is the last day to act, which may be saved."""
        now, calendar = self._counter.clock(), self._counter.rules_today().calendar
        passed, until = now - JUST_BEFORE, soon_until(now, calendar)
        return self._counter.owed("dossier.find", None, passed), self._counter.owed("dossier.find", passed, until)

    def find(self, query: str, order: ListOrder = "newest") -> QueueView:
        """Dossiers by code, number or name, marks optional; i for y and y for i where nothing else is found."""
        self._counter.demand("dossier.find")
        found = self._counter.within("dossier.find", self._counter.journal.find(query))
        return self._view(_ordered(found, order))

    def outbox(self) -> OutboxView:
        """What waits, why, since when; what central refused."""
        self._counter.demand("dossier.find")
        outbox = self._counter.journal.outbox()
        known = self._counter.within("dossier.find", self._counter.journal.find())
        waiting = [line for line in known if line.waiting or line.refused]
        shelf = self._shelf()
        refused = sum(view.refused for view in shelf)
        again = bool(self._counter.journal.again(1, 1))
        headline, tone = self._headline(outbox.dossiers_waiting, outbox.waiting_sheets, refused, again)
        return OutboxView(
            headline=headline,
            tone=tone,
            waiting_entries=outbox.waiting,
            waiting_dossiers=outbox.dossiers_waiting,
            waiting_sheets=outbox.waiting_sheets,
            waiting_bytes=size_words(outbox.waiting_bytes),
            oldest=moment(outbox.oldest) if outbox.oldest else "",
            numbers_left=self._numbers(),
            rows=tuple(self._row(line) for line in waiting),
            shelf=shelf,
            again=again,
        )

    @staticmethod
    def _headline(dossiers: int, sheets: int, refused: int, again: bool) -> tuple[Words, Tone]:
        if refused:
            return Words(
                f"Trung tâm từ chối {refused} mục; lãnh đạo phụ trách cần xem.",
                f"Central refused {refused} entries; a supervisor must look.",
            ), "bad"
        if dossiers or sheets:
            return Words(
                f"{format_number(dossiers)} hồ sơ và {format_number(sheets)} trang đang lưu an toàn trên máy này; "
                "sẽ tự gửi khi có mạng.",
                f"{dossiers:,} dossiers and {sheets:,} pages are safe on this desk and will be sent by themselves.",
            ), "warn"
        if again:
            return Words(
                "Trung tâm đã phục hồi từ bản sao cũ; máy này sẽ tự gửi lại những gì trung tâm thiếu khi có mạng.",
                "Central was restored from an older copy; what it lacks is sent again by itself.",
            ), "warn"
        return Words("Mọi hồ sơ đã ở trung tâm.", "Everything is at central."), "good"

    def _numbers(self) -> Words:
        left = {state.kind: state.left for state in self._counter.journal.blocks()}
        dossiers, receipts = left.get("dossier", 0), left.get("receipt", 0)
        return Words(
            f"Còn nhận được {dossiers} hồ sơ và {receipts} biên lai trước khi hết dải số.",
            f"{dossiers} dossier codes and {receipts} receipt numbers are left.",
        )

    def _view(
        self,
        lines: list[QueueLine],
        due: Mapping[UUID, Owed] = MappingProxyType({}),
        overdue: int = 0,
        soon: int = 0,
    ) -> QueueView:
        outbox = self._counter.journal.outbox()
        reception = self._counter.reception()
        today = in_hanoi(self._counter.clock()).date()
        return QueueView(
            rows=tuple(self._row(line, due.get(line.dossier, "")) for line in lines),
            drafts=sum(line.status == "draft" for line in lines),
            submitted=sum(line.status == "submitted" and in_hanoi(line.changed_at).date() == today for line in lines),
            waiting=outbox.dossiers_waiting,
            refused=outbox.refused,
            soon=soon,
            overdue=overdue,
            closed=None if reception.open else reception.told,
        )

    def _row(self, line: QueueLine, how: Owed = "") -> QueueRow:
        rules = self._counter.rules_today()
        procedure = rules.procedures.get(line.procedure)
        return QueueRow(
            dossier=line.dossier,
            code=line.code or line.local_code,
            name=line.name,
            procedure=procedure.name if procedure else words.EXCHANGE,
            state=words.OWED[how] if how and not line.refused else self._state(line, rules),
            clerk=line.clerk,
            due=moment(line.due_at) if line.due_at else "",
            changed=self._changed(line),
            waiting=line.waiting,
            refused=line.refused,
            draft=line.status == "draft",
        )

    def _changed(self, line: QueueLine) -> str:
        """The time of today; the day of what lies there since earlier."""
        at, today = in_hanoi(line.changed_at), in_hanoi(self._counter.clock()).date()
        return f"{at:%H:%M}" if at.date() == today else f"{at:%d/%m}"

    @staticmethod
    def _state(line: QueueLine, rules: Rules) -> Badge:
        if line.refused:
            return words.REFUSED
        if line.approval:
            return words.APPROVALS[line.approval]
        state = rules.states.get(line.state) if line.status == "submitted" else None
        if state is None:
            return words.STATUSES[line.status]
        return Badge(state.name, words.STATE_TONES.get(state.status, "good"))
