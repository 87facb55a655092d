"""The supervisor's shelf: what central refused, both versions side by side, and the decision that settles it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

from clerk_app.desk.counter import Counter
from clerk_app.desk.identified import of_other_number
from clerk_app.desk.intake_view import ASK_AGAIN
from clerk_app.desk.people import persons_of
from clerk_app.desk.versions import shelf_view
from clerk_app.desk.views import IntakeView, ShelfView
from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    ExceptionAsked,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Page,
    PageRead,
    PaperMarked,
    PaperTaken,
    RefusalSettled,
    RegisterAnswered,
    Way,
    arranged,
    replay,
)
from clerk_app.domain.facts import proven, takes
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.settling import Record, check_settlement, counting, set_aside

if TYPE_CHECKING:
    from clerk_app.desk.papers import Mark

Open = Callable[[str], Dossier]
"""Opens a new draft for the reason given."""


class Shelf:
    """One decision for all that central refused of a dossier of one desk, the entries held behind it too."""

    def __init__(
        self,
        counter: Counter,
        open_draft: Open,
        show: Callable[[Dossier], IntakeView],
        persons: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`persons` says which accounts that are known here are of which natural person."""
        self._counter = counter
        self._open = open_draft
        self._show = show
        self._persons = persons

    def views(self) -> tuple[ShelfView, ...]:
        """Everything that waits for a decision, oldest first."""
        self._counter.demand("dossier.find")
        journal = self._counter.journal
        told = {(one.entry.dossier, one.station): one for one in reversed(journal.refused())}
        views = []
        for (dossier, station), first in reversed(told.items()):
            records = journal.records(dossier)
            refused = self._refused(records, station)
            mine, central = versions(dossier, records, station)
            if not self._counter.may("dossier.find", mine):
                continue
            own = station == self._counter.station.station
            views.append(shelf_view(self._counter, first, records, refused, mine, central, own))
        return tuple(views)

    def settle(self, dossier: UUID, station: str, way: Way, reason: str) -> IntakeView:
        """Decide what becomes of what central refused of the desk `station`; the dossier to go on with.

        Raises `Refusal` `SETTLED_BEFORE` where somebody was sooner, `WAY_CLOSED`, `FOUR_EYES`, `REASON_MISSING`.
        """
        who = self._counter.demand("shelf.decide").id
        with self._counter.journal.together():
            records = self._counter.journal.records(dossier)
            refused = self._refused(records, station)
            mine, central = versions(dossier, records, station)
            self._counter.demand("shelf.decide", mine)
            ids = tuple(one.entry.id for one in refused)
            made = self._made(mine, refused, station) if way == "new" and refused else None
            settled = RefusalSettled(ids, way, nfc(reason)[:500], station, made.id if made is not None else None)
            if not refused:
                raise _nothing_left()
            self._check(who, settled, refused, central)
            again = self._again(mine, central, refused) if way == "ours" else ()
            state = self._counter.write(dossier, settled, *again, who=who)
        return self._show(made or state)

    def _check(self, who: str, settled: RefusalSettled, refused: Sequence[Record], central: Dossier) -> None:
        entry = Entry(uuid4(), central.id, settled, who, self._counter.clock())
        known = {one.entry.id: one for one in refused}
        persons = persons_of(self._counter.journal, self._persons(), self._counter.who())
        check_settlement(entry, settled, known, central.settled, central, persons)
        own = settled.station == self._counter.station.station
        if settled.way != "central" and not own and any(isinstance(one.entry.what, FeeTaken) for one in refused):
            raise receipts_of_that_desk(settled.station)

    def _refused(self, records: Sequence[Record], station: str) -> tuple[Record, ...]:
        """What a decision covers: what was refused, and what waits here behind it and will be held."""
        aside = set_aside(records)
        left = [one for one in records if one.station == station and not one.number and one.entry.id not in aside]
        first = next((place for place, one in enumerate(left) if one.code), len(left))
        return tuple(left[first:])

    def _again(self, mine: Dossier, central: Dossier, refused: Sequence[Record]) -> tuple[Happening, ...]:
        """What of our version can be entered on top of central's, anew and by the decision of a supervisor.

        An acceptance is not: the dossier is a draft again and is accepted by the rules of that moment, under its code.
        """
        happened: list[Happening] = []
        kinds = [one.entry.what for one in refused]
        happened += [what for what in kinds if isinstance(what, IdentityRead) and _still_said(central, what)]
        named = {name for what in kinds if isinstance(what, FieldsEntered) for name in what.values}
        values = {
            name: mine.text(name)
            for name in sorted(named)
            if mine.text(name) != central.text(name) and not proven(central, name)
        }
        if values:
            happened += of_other_number(central, values.get("applicant.number", central.text("applicant.number")))
            happened.append(FieldsEntered(values, mine.step, mine.focus))
        happened += [_unknown_again(what) for what in kinds if isinstance(what, RegisterAnswered)][-1:]
        if mine.pages != central.pages:
            happened.append(arranged(central, mine.pages, "import"))
        happened += [what for what in kinds if isinstance(what, PageRead)]
        happened += _marks(mine, _named(kinds, PaperMarked))
        happened += [mine.taken[paper] for paper in _named(kinds, PaperTaken) if paper in mine.taken]
        happened += [what for what in kinds if isinstance(what, ExceptionAsked) and not _decided(central, what.code)]
        happened += [what for what in kinds if isinstance(what, FeeTaken) and central.fee is None][:1]
        happened += [what for what in kinds if isinstance(what, Discarded)][:1]
        return tuple(happened)

    def _made(self, mine: Dossier, refused: Sequence[Record], station: str) -> Dossier:
        """A draft of its own with everything that our version says."""
        code = mine.code or mine.local_code
        made = self._open(f"{code} ({station})")
        pages = tuple(self._brought(page, made.id) for page in mine.pages)
        typed = {name: value.text for name, value in mine.fields.items() if value.evidence is None and value.text}
        happened: list[Happening] = [
            IdentityRead(reading.person, reading.evidence, reading.taken) for reading in mine.readings.values()
        ]
        if typed:
            happened.append(FieldsEntered(typed, "identity"))
        if pages:
            happened.append(arranged(made, pages, "import"))
        happened += list(mine.readings_of_pages.values())
        happened += _marks(mine, mine.marks)
        happened += list(mine.taken.values())
        paid = [one.entry.what for one in refused if isinstance(one.entry.what, FeeTaken)]
        happened += [what for what in paid if station == self._counter.station.station][:1]
        return self._counter.write(made.id, *happened) if happened else made

    def _brought(self, page: Page, made: UUID) -> Page:
        """What is still to be made of a sheet is made for the new dossier: its original goes with it."""
        if page.raw:
            self._counter.sheets.keep_original(self._counter.sheets.original(page.sheet), made)
        return page


def versions(dossier: UUID, records: Sequence[Record], station: str) -> tuple[Dossier, Dossier]:
    """The dossier as the desk `station` has it, and as central does."""
    ours, theirs = counting(records, station), counting(records, "")
    return (
        replay(ours) if ours else Dossier(dossier),
        replay(theirs) if theirs else Dossier(dossier),
    )


def _unknown_again(said: RegisterAnswered) -> RegisterAnswered:
    """An answer holds for the dossier, the person and the moment for which the register gave it: it is asked again."""
    return RegisterAnswered(False, (), "unknown", "", ASK_AGAIN) if said.answered else said


def _marks(mine: Dossier, papers: Iterable[str]) -> list[Happening]:
    return [PaperMarked(paper, cast("Mark", mine.marks.get(paper, "unmarked"))) for paper in papers]


def _named(kinds: Sequence[Happening], kind: type[PaperMarked] | type[PaperTaken]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(what.paper for what in kinds if isinstance(what, kind)))


def _still_said(central: Dossier, read: IdentityRead) -> bool:
    """A document that was taken fills the form again only where nothing stronger does by now."""
    return not read.taken or takes(central, read.person, read.evidence)


def _decided(central: Dossier, code: str) -> bool:
    asked = central.exceptions.get(code)
    return asked is not None and asked.granted is not None


def _nothing_left() -> Refusal:
    return Refusal(
        "SETTLED_BEFORE",
        Words("Không còn mục nào chờ giải quyết.", "Nothing waits for a decision any more."),
        Words("Lãnh đạo khác đã giải quyết; tải lại mục Chờ gửi.", "Somebody was sooner; look at the outbox again."),
    )


def receipts_of_that_desk(station: str) -> Refusal:
    """Receipt numbers belong to the desk that took the money."""
    return Refusal(
        "SETTLE_THERE",
        Words(
            f"Biên lai thuộc máy trạm {station}: chỉ ở đó mới nhập lại được.",
            f"The receipt belongs to station {station}: it can be entered again only there.",
        ),
        Words("Quyết định tại máy trạm đó, hoặc giữ bản của trung tâm.", "Decide there, or keep central's version."),
    )
