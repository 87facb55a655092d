"""Results at the counter: boxes of cards checked in, the shelf, and what stands in the lists.

A card is recognised by what a scanner reads from it or its slip: the dossier's code anywhere in the text, or the twelve
digits of a licence number. What the QR code of a new card holds is not published; where it is neither, the code on the
slip is scanned. Every card becomes one entry, so nothing of a box is lost with the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from clerk_app.desk.counter import Counter
from clerk_app.desk.course import demand_step
from clerk_app.desk.ports import Central, ResultLine
from clerk_app.desk.result_views import BoxView, CardCheck, Reminded, ResultRow
from clerk_app.desk.views import Tone
from clerk_app.domain import dossier_codes
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.collecting import (
    LONGEST,
    arrival_step,
    awaits_card,
    card_not_here,
    card_states,
    check_handing,
    reminder_after,
)
from clerk_app.domain.contact import contact_of
from clerk_app.domain.dossier import Dossier, Entry, Happening, after
from clerk_app.domain.facts import RESULT_PLACE
from clerk_app.domain.handing import (
    HANDINGS,
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandingState,
)
from clerk_app.domain.messages import REMINDED, reaches
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.shelving import next_free
from clerk_app.domain.stepping import offered_due, stands_at, step_of, taking
from clerk_app.wire_results import ExpectedCard

DELIVER = "result.deliver"
BOX = "results_box"
"""Where the journal keeps which box is open at this desk."""
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
MISPRINT = "correct-misprint"
AT_COUNTER = "counter"
"""The wish of whoever collects the result here."""
MOST_MISSING = 5
"""Awaited cards that are named beside a box; all of them stand in the list."""


STATES: Mapping[HandingState, tuple[Words, Tone]] = {
    "": (Words("Chưa có thẻ", "No card yet"), "calm"),
    "here": (Words("Chờ trả", "Waits to be collected"), "good"),
    "posting": (Words("Đang giao bưu chính", "Being given to the post"), "warn"),
    "posted": (Words("Bưu chính đang phát", "With the post"), "info"),
    "returning": (Words("Bưu chính đang chuyển hoàn", "On its way back"), "bad"),
    "given": (Words("Đã trả", "Handed over"), "calm"),
}
"""What a state of a hand-over is called, and its tone."""

ListName = Literal["waiting", "unclaimed", "post", "awaited"]


class Results:
    """Every verb blocks for some milliseconds; each is its own transaction."""

    def __init__(self, counter: Counter, central: Central) -> None:
        self._counter = counter
        self._central = central
        self._expected: Mapping[UUID, ExpectedCard] = {}

    # ---- the box

    def box(self) -> BoxView:
        """The box that is open at this desk, or none. Raises `Refusal` NOT_ALLOWED."""
        self._counter.demand(DELIVER)
        return self._box()

    def hear_expected(self) -> BoxView:
        """Hear from central which cards the office awaits; those of other counters, too, that did not come here yet.

        Without a line what was last heard goes on. Raises `Refusal` NOT_ALLOWED.
        """
        self._counter.demand(DELIVER)
        try:
            said = self._central.expected_cards()
        except Refusal:
            return self._box()
        self._expected = {one.dossier: one for one in said.items}
        return self._box()

    def open_box(self, label: str = "") -> BoxView:
        """Begin a box of printed cards; one that was open is closed first. Raises `Refusal` NOT_ALLOWED."""
        self._counter.demand(DELIVER)
        with self._counter.journal.together():
            if self._open_box() is not None:
                self.close_box()
            box = uuid4()
            now = self._counter.clock()
            said = nfc(label).strip()[:60] or f"{in_hanoi(now):%d/%m/%Y %H:%M}"
            self._counter.write(box, BoxHappened("opened", said, len(self._awaited()) + len(self._unheard())))
            self._counter.journal.note(BOX, str(box))
        return self._box()

    def close_box(self) -> BoxView:
        """The box is empty: how many cards came is written down. Raises `Refusal` BOX_NONE, NOT_ALLOWED."""
        self._counter.demand(DELIVER)
        with self._counter.journal.together():
            box = self._needed_box()
            opened = self._opening(box)
            self._counter.write(box, BoxHappened("closed", opened.label, self._counter.journal.cards_in(box)))
            self._counter.journal.note(BOX, "")
        return self._box()

    def check_in(self, text: str) -> CardCheck:
        """A card of the open box was scanned: it comes to the shelf, or what is different is named and written down.

        The same card again changes nothing. Raises `Refusal` BOX_NONE, NOT_ALLOWED, SHELF_FULL.
        """
        self._counter.demand(DELIVER)
        text = nfc(text).strip().upper()
        with self._counter.journal.together():
            box = self._needed_box()
            found = self._recognised(text)
            if isinstance(found, CardCheck):
                self._set_aside(box, found)
                return found
            by, line = found
            state = self._counter.journal.dossier(line.dossier)
            self._counter.demand(DELIVER, state)
            rules = self._counter.rules_of(state)
            if (different := self._different(state, box, rules)) is not None:
                if different.why == "not_approved":
                    self._set_aside(box, different)
                return different
            place = self._free_place()
            if state.handing.state == "returning":
                self._write(state, rules, CardShelved(place))
                words = Words(
                    f"Bưu chính chuyển hoàn, để lại vào ô {place}.", f"Back from the post; lay it at {place}."
                )
                return CardCheck("", words, "good", state.code, state.text("applicant.name"), place, state.id)
            arrived = CardArrived(box, by, _number_in(text))
            self._write(state, rules, arrived, CardShelved(place), step=arrival_step(state, rules))
        words = Words(f"Đã nhận, để vào ô {place}.", f"Checked in; lay it at {place}.")
        return CardCheck("", words, "good", state.code, state.text("applicant.name"), place, state.id)

    def damaged(self, dossier: UUID) -> CardCheck:
        """A card of the open box is damaged or misprinted, and is not for the shelf.

        One that was checked in goes back to be printed again, as `misprint`; of any other the dossier stays as it is.
        Raises `Refusal` BOX_NONE, NOT_ALLOWED, NOT_YOURS, STEP_….
        """
        self._counter.demand(DELIVER, dossier)
        with self._counter.journal.together():
            box, state = self._needed_box(), self._counter.journal.dossier(dossier)
            words = Words("Thẻ hỏng hoặc in sai, để riêng.", "The card is damaged or misprinted; laid aside.")
            check = CardCheck("damaged", words, "bad", state.code, state.text("applicant.name"), "", state.id)
            if state.handing.state == "returning":
                # The post brought it back: it is in the clerk's hand.
                state = self._write(state, self._counter.rules_of(state), CardShelved(""))
            if state.handing.at_hand:
                self.misprint(dossier, "Thẻ hỏng hoặc in sai khi nhận từ hộp")
            self._set_aside(box, check)
        return check

    def misprint(self, dossier: UUID, reason: str, due_at: datetime | None = None) -> None:
        """The card that is here, or was handed over, is wrong: back to processing, without a fee.

        Without `due_at` the new appointment is the one that the law offers (`offered_due`). Raises `Refusal` STEP_….
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            rules = self._counter.rules_of(state)
            demand_step(self._counter, state, rules, MISPRINT)
            if due_at is None:
                due_at = offered_due(state, step_of(state, MISPRINT, rules), self._counter.clock(), rules)
            said = nfc(reason).strip()[:LONGEST]
            step = taking(state, MISPRINT, rules, self._counter.clock(), reason=said, due_at=due_at)
            self._counter.write(dossier, step)

    # ---- the shelf

    def shelve(self, dossier: UUID, place: str = "") -> str:
        """Lay a card that is here at a place; without one at the next that is free. The place.

        Raises `Refusal` CARD_NOT_HERE, PLACE_UNKNOWN, SHELF_FULL, NOT_ALLOWED, NOT_YOURS.
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            self._counter.demand(DELIVER, state)
            if state.handing.state == "returning":
                # Only the card itself says that it is here again.
                raise card_not_here()
            where = nfc(place).strip().upper() or self._free_place()
            self._write(state, self._counter.rules_of(state), CardShelved(where))
        return where

    # ---- lists

    def listed(self, name: ListName) -> tuple[ResultRow, ...]:
        """Results that wait at the counter, those nobody collected for long, those at the post, or those awaited.

        Raises `Refusal` NOT_ALLOWED.
        """
        self._counter.demand(DELIVER)
        journal = self._counter.journal
        match name:
            case "waiting":
                found = journal.results(("here",))
            case "post":
                found = journal.results(("posting", "posted", "returning"))
            case "awaited":
                unheard = tuple(_unheard_row(one, self._counter.clock()) for one in self._unheard())
                return tuple(self._row(line) for line in self._awaited()) + unheard
            case "unclaimed":
                rows = (self._row(line) for line in journal.results(("here",)))
                return tuple(row for row in rows if row.overdue or row.reminded)
        return tuple(self._row(line) for line in found)

    def remind(self, dossier: UUID, way: Literal["message", "phone", ""] = "") -> Reminded:
        """Write down that the holder was reminded: central sends the message, or the clerk calls. Without a `way` it
        is a message where one would reach them. Raises `Refusal` REMINDER_EARLY, NOT_ALLOWED, NOT_YOURS.
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            self._counter.demand(DELIVER, state)
            rules = self._counter.rules_of(state)
            chosen = way or ("message" if reaches(REMINDED, state, rules) else "phone")
            self._write(state, rules, CollectionReminded(len(state.handing.reminded) + 1, chosen))
        line = next(iter(self._counter.journal.results(("here",), dossiers=(dossier,))))
        return Reminded(self._row(line), chosen, contact_of(state).phone if chosen == "phone" else "")

    # ---- what stands behind

    def _write(self, state: Dossier, rules: Rules, *what: HANDINGS, step: str = "") -> Dossier:
        """Check and write what happens to a result, and the step that follows of it, in one act."""
        now, who = self._counter.clock(), self._counter.who().id
        so_far, happened = state, list[Happening]()
        for one in what:
            check_handing(so_far, one, now, rules)
            so_far = after(so_far, Entry(uuid4(), state.id, one, who, now))
            happened.append(one)
        if step:
            demand_step(self._counter, state, rules, step)
            happened.append(taking(so_far, step, rules, now))
        return self._counter.write(state.id, *happened)

    def _recognised(self, text: str) -> tuple[Literal["code", "number"], ResultLine] | CardCheck:
        """The dossier that a card is of, by what was scanned; what is different where there is none here."""
        journal = self._counter.journal
        for found in dossier_codes.found_in(text):
            code, unit = str(found), found.unit
            line = next(iter(journal.results(code=code)), None)
            if line is not None:
                return "code", line
            if any(one.code == code for one in self._expected.values()):
                words = Words(
                    f"Hồ sơ {code} đã được duyệt nhưng máy này chưa nhận về; đồng bộ rồi quét lại.",
                    f"Dossier {code} was granted, but did not come to this desk yet; send now, then scan again.",
                )
                return CardCheck("behind", words, "warn", code)
            if unit != self._counter.station.unit_code:
                name = self._counter.rules_today().units.get(unit, unit)
                words = Words(f"Thẻ của đơn vị khác: {name}.", f"The card is another office's: {name}.")
                return CardCheck("other_office", words, "bad", code, place=unit)
            words = Words(f"Không có hồ sơ {code} ở đơn vị này.", f"There is no dossier {code} at this office.")
            return CardCheck("unknown", words, "bad", code)
        number = _number_in(text)
        lines = journal.results(card=number) if number else ()
        awaited = [line for line in lines if self._awaits(line)]
        if len(awaited) > 1:
            words = Words(
                "Số này có nhiều hồ sơ chờ thẻ; quét phiếu kèm thẻ.",
                "Several dossiers of this number await a card; scan the slip that lies with it.",
            )
            return CardCheck("several", words, "warn")
        wanted = awaited or [line for line in lines if line.state != "given"] or list(lines)
        if wanted:
            return "number", wanted[-1]
        words = Words("Không rõ thẻ của hồ sơ nào.", "It is not known whose card this is.")
        return CardCheck("unknown", words, "bad")

    def _awaits(self, line: ResultLine) -> bool:
        if line.state == "returning":
            return True
        state = self._counter.journal.dossier(line.dossier)
        return not line.state and awaits_card(state, self._counter.rules_of(state))

    def _different(self, state: Dossier, box: UUID, rules: Rules) -> CardCheck | None:
        """Why a card of this dossier is not checked in now; None where nothing is different."""
        told = state.code, state.text("applicant.name"), state.handing.place, state.id
        handing = state.handing
        if handing.state == "given":
            words = Words("Kết quả này đã trả cho công dân.", "Its holder has this result already.")
            return CardCheck("given", words, "bad", *told)
        if handing.state in ("posting", "posted"):
            words = Words(
                "Theo sổ, thẻ này đang ở bưu chính: hỏi bưu chính rồi quét lại.",
                "By what is known here the post has this card: ask the post, then scan it again.",
            )
            return CardCheck("posted", words, "warn", *told)
        if handing.state not in ("", "returning"):
            place = f" ({handing.place})" if handing.place else ""
            if handing.box == box:
                words = Words(f"Thẻ này vừa quét rồi{place}.", f"This card was scanned just now{place}.")
                return CardCheck("twice", words, "warn", *told)
            words = Words(f"Thẻ này đã nhận từ trước{place}.", f"This card came in earlier{place}.")
            return CardCheck("here", words, "warn", *told)
        if not handing.state and not awaits_card(state, rules):
            name = stands_at(state, rules)
            words = Words(f"Hồ sơ chưa duyệt cấp: {name.vi}.", f"The dossier is not approved: {name.en}.")
            return CardCheck("not_approved", words, "bad", *told)
        return None

    def _set_aside(self, box: UUID, check: CardCheck) -> None:
        """Written down once for each card that has a name."""
        if check.why not in ("unknown", "other_office", "not_approved", "damaged"):
            return
        unit = check.place if check.why == "other_office" else ""
        aside = CardAside(check.why, check.code, unit, check.dossier)
        if not check.code or aside not in self._asides(box):
            self._counter.write(box, aside)

    def _asides(self, box: UUID) -> list[CardAside]:
        return [one.what for one in self._counter.journal.entries(box) if isinstance(one.what, CardAside)]

    def _open_box(self) -> UUID | None:
        noted = self._counter.journal.noted(BOX)
        return UUID(noted) if noted else None

    def _needed_box(self) -> UUID:
        box = self._open_box()
        if box is None:
            raise Refusal(
                "BOX_NONE",
                Words("Chưa mở hộp kết quả nào.", "No box of cards is open."),
                Words("Mở hộp trước khi quét thẻ.", "Open the box before scanning its cards."),
            )
        return box

    def _opening(self, box: UUID) -> BoxHappened:
        entries = (one.what for one in self._counter.journal.entries(box))
        return next(one for one in entries if isinstance(one, BoxHappened))

    def _box(self) -> BoxView:
        box = self._open_box()
        codes = [line.code for line in self._awaited()] + [one.code for one in self._unheard()]
        missing = tuple(codes[:MOST_MISSING])
        if box is None:
            return BoxView(None, "", None, 0, 0, len(codes), missing)
        entries = self._counter.journal.entries(box)
        label = self._opening(box).label
        arrived = self._counter.journal.cards_in(box)
        return BoxView(box, label, entries[0].at, arrived, len(self._asides(box)), len(codes), missing)

    def _awaited(self) -> tuple[ResultLine, ...]:
        """Approved dossiers whose card did not come yet, as far as this desk knows them."""
        rules = self._counter.rules_today()
        states = card_states(rules)
        return self._counter.journal.results(("",), states) if states else ()

    def _unheard(self) -> tuple[ExpectedCard, ...]:
        """What central awaits of dossiers that did not come to this desk yet."""
        if not self._expected:
            return ()
        known = {one.dossier for one in self._counter.journal.results(dossiers=tuple(self._expected))}
        return tuple(one for dossier, one in self._expected.items() if dossier not in known)

    def _free_place(self) -> str:
        place = next_free(self._counter.journal.taken_places(), self._counter.rules_today().settings)
        if not place:
            raise Refusal(
                "SHELF_FULL",
                Words("Kệ để thẻ đã đầy.", "The shelf is full."),
                Words("Trả bớt thẻ, hoặc thêm ngăn trong danh mục.", "Make room, or add racks in the catalogue."),
            )
        return place

    def _row(self, line: ResultLine) -> ResultRow:
        now, rules = self._counter.clock(), self._counter.rules_today()
        procedure = rules.procedures.get(line.procedure)
        words, tone = STATES[line.state]
        law = self._counter.rules_by(line.pack, line.received_at or now, line.office)
        arrived_at = line.arrived_at if line.state == "here" else None
        due = reminder_after(line.procedure, arrived_at, line.reminded, line.reminded_at, law)
        since = line.since
        return ResultRow(
            line.dossier,
            line.code,
            line.name,
            procedure.name if procedure is not None else Words(line.procedure, line.procedure),
            words,
            tone,
            line.place,
            since,
            (in_hanoi(now).date() - in_hanoi(since).date()).days if since is not None else 0,
            due,
            due is not None and in_hanoi(due).date() <= in_hanoi(now).date(),
            line.reminded,
            line.item,
            wish_of(line.wish, line.procedure, law),
            line.state,
        )


def _unheard_row(card: ExpectedCard, now: datetime) -> ResultRow:
    words = Words("đã duyệt, máy này chưa nhận hồ sơ", "granted, did not come to this desk yet")
    since = card.since
    days = (in_hanoi(now).date() - in_hanoi(since).date()).days if since is not None else 0
    return ResultRow(card.dossier, card.code, "", Words("", ""), words, "info", "", since, days)


def wish_of(wish: str, procedure: str, rules: Rules) -> Words | None:
    """How the citizen wants the result, where that is not at the counter, in the words of the form."""
    if wish in ("", AT_COUNTER):
        return None
    form = rules.forms.get(procedure)
    field = next((one for one in form.fields if one.name == RESULT_PLACE), None) if form is not None else None
    choices = dict(field.choices) if field is not None else {}
    return choices.get(wish, Words(wish, wish))


def _number_in(text: str) -> str:
    """The twelve digits of a licence number in a text, outside a dossier's code."""
    found = None if dossier_codes.found_in(text) else _NUMBER.search(text)
    return found.group(0) if found is not None else ""
