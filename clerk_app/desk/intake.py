"""Taking an application: from an empty draft to a code. Every verb writes to the journal and returns the new view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from clerk_app.catalogue.signing import order
from clerk_app.desk.counter import Counter
from clerk_app.desk.exceptions import asked_again
from clerk_app.desk.facts import decision_of
from clerk_app.desk.findings import findings, too_long
from clerk_app.desk.identified import (
    beside,
    chip_evidence,
    key_of,
    of_other_number,
    of_somebody_else,
    other_person,
    qr_evidence,
    weaker_reading,
)
from clerk_app.desk.intake_view import intake_view, read_only
from clerk_app.desk.making import pages_unfinished
from clerk_app.desk.ports import Cancel, CardReaders, Central, Progress
from clerk_app.desk.reuse import earlier_of
from clerk_app.desk.views import Finding, IntakeView
from clerk_app.domain import dossier_codes, on_record
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import (
    Channel,
    Discarded,
    Dossier,
    FieldsEntered,
    IdentityRead,
    Opened,
    PaperTaken,
    RegisterAnswered,
    RulesRenewed,
    Step,
    Submitted,
    Value,
)
from clerk_app.domain.evidence import weaker
from clerk_app.domain.facts import digitised, proven, takes
from clerk_app.domain.online import BY_PORTAL
from clerk_app.domain.pages import unmade
from clerk_app.domain.people import Person, nfc
from clerk_app.domain.procedure import Facts
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import check_discard

PROCEDURE = "licence-exchange"
UNLISTED = 200
"""Characters of a field that no form of the catalogue names (further licences of a late entry)."""

OPEN = "open_dossier"
"""Where the journal keeps which dossier stands open at this desk; with a name behind it, which one that person left."""

CODE_LOST = frozenset({"CODE_USED", "CODE_NOT_LENT", "CODE_DATE"})
"""Codes of refusals after which a dossier code is not used again."""

ParseQr = Callable[[str], tuple[Person, tuple[str, ...]]]
"""Takes the text of a citizen card's QR code apart: the person, and problems by code. Raises `Refusal`."""


class Intake:
    """The five steps of one dossier."""

    def __init__(
        self,
        counter: Counter,
        readers: CardReaders,
        central: Central,
        parse_qr: ParseQr,
        new_id: Callable[[], UUID],
        finish_pages: Callable[[UUID], None],
    ) -> None:
        """`finish_pages` makes what is still raw of a dossier's pages; it may take a while."""
        self._finish_pages = finish_pages
        self._counter = counter
        self._readers = readers
        self._central = central
        self._parse_qr = parse_qr
        self._new_id = new_id

    # ---- opening and looking

    def open(self, channel: Channel = "counter", reason: str = "") -> IntakeView:
        """A new draft with this desk's next provisional code."""
        who = self._counter.demand("dossier.take").id
        with self._counter.journal.together():
            state = self._opened(channel, reason, who)
        return self._view(state)

    def begin(self, reason: str) -> Dossier:
        """A new draft for a reason of its own, inside somebody else's transaction."""
        return self._opened("counter", reason, self._counter.demand("dossier.take").id)

    def begin_by(self, channel: Channel, reason: str) -> Dossier:
        """A new draft that comes another way than over the counter, inside somebody else's transaction."""
        return self._opened(channel, reason, self._counter.demand("dossier.take").id)

    def _opened(self, channel: Channel, reason: str, who: str) -> Dossier:
        counter, station = self._counter, self._counter.station
        counter.admit()
        counter.renew()
        today = in_hanoi(counter.clock())
        start = f"{station.counter}-{today:%y%m%d}-"
        serial = counter.journal.opened(start) + 1
        opened = Opened(
            procedure=PROCEDURE,
            channel=channel,
            local_code=f"{start}{serial:04d}",
            office=station.office,
            counter=station.counter,
            pack=counter.pack.version,
            practice=station.practice,
            reason=nfc(reason)[:500],
        )
        return counter.write(self._new_id(), opened, who=who)

    def take_up(self, dossier: UUID) -> IntakeView:
        """Open a dossier from a list. A draft of this counter goes over to the newer law, and its journal says so.

        Not one that stands open already, nor one whose fee was taken: the receipt that the citizen holds was written
        by the law it had.
        """
        user = self._counter.demand("dossier.find", dossier)
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            if self._counter.journal.noted(OPEN) != str(dossier) != self._left_by(user.id):
                self._counter.renew()
                if self._outlived(state) and self._counter.may("dossier.take", state):
                    state = self._counter.write(dossier, RulesRenewed(self._counter.pack.version), who=user.id)
        return self._view(state)

    def _outlived(self, state: Dossier) -> bool:
        """Whether a draft still lives by an older pack that it can leave."""
        own = state.status == "draft" and state.fee is None and state.counter == self._counter.station.counter
        return own and order(state.pack) < order(self._counter.pack.version)

    def outline(self) -> IntakeView:
        """An empty draft with every field that can stand in one today. It is in no journal."""
        counter = self._counter
        counter.demand("dossier.find")
        number = Value("0", "manual")
        state = Dossier(
            UUID(int=0), procedure=PROCEDURE, pack=counter.pack.version, fields={"applicant.number": number}
        )
        return intake_view(state, counter.rules_of(state), counter.clock())

    def view(self, dossier: UUID) -> IntakeView:
        """The dossier as it stands."""
        self._counter.demand("dossier.find", dossier)
        return self._view(self._counter.journal.dossier(dossier))

    def check(self, dossier: UUID, step: Step) -> IntakeView:
        """Like `view`, with the problems of one step shown beside its fields."""
        self._counter.demand("dossier.find", dossier)
        return self._view(self._counter.journal.dossier(dossier), step)

    def resume(self) -> IntakeView | None:
        """What this person had open as the program ended or somebody else took their seat, if something is left to do
        there; else nothing.

        That is a draft, or an accepted dossier whose papers never came out of the printer.
        """
        who = self._counter.who().id
        kept = self._left_by(who) or self._counter.journal.noted(OPEN)
        if not kept:
            return None
        state = self._counter.journal.dossier(UUID(kept))
        if state.clerk != who or state.status == "discarded" or not self._counter.may("dossier.find", state):
            return None
        view = self._view(state)
        return view if state.status == "draft" or any(count == 0 for _, _, count in view.receipt.prints) else None

    def park(self) -> None:
        """The clerk went back to the queue on purpose: nothing to resume."""
        user = self._counter.user
        self._stands_open("", user.id if user is not None else "")

    def _left_by(self, who: str) -> str:
        return self._counter.journal.noted(f"{OPEN} {who}")

    def _stands_open(self, dossier: str, who: str) -> None:
        journal = self._counter.journal
        for name in (OPEN, f"{OPEN} {who}") if who else (OPEN,):
            if journal.noted(name) != dossier:
                journal.note(name, dossier)

    # ---- entering

    def enter(
        self, dossier: UUID, values: Mapping[str, str], step: Step, focus: str, seen: int | None = None
    ) -> IntakeView:
        """Keep what was typed, and where the caret is. What the chip proved is not overwritten.

        `seen` is that of the view into which it was typed: what came from another desk since then was not looked at.

        Raises `Refusal` `TEXT_TOO_LONG`; what stood in that field before stays, and every other field is kept.
        """
        who = self._counter.demand("dossier.take", dossier).id
        journal = self._counter.journal
        rules = self._counter.rules_of(journal.dossier(dossier))
        texts: dict[str, str] = {}
        refused: Refusal | None = None
        for name, typed in values.items():
            if name.startswith(BY_PORTAL):
                continue
            try:
                texts[name] = _text(name, typed, rules)
            except Refusal as refusal:
                refused = refusal
        with journal.together():
            state = self._counter.draft(dossier, begun=True)
            refused = None if refused and all(proven(state, name) for name in values.keys() - texts) else refused
            changed = {name: text for name, text in texts.items() if not proven(state, name)}
            changed = {name: text for name, text in changed.items() if state.text(name) != text}
            if changed or state.step != step or state.focus != focus:
                void = of_other_number(state, changed.get("applicant.number", state.text("applicant.number")))
                before, state = (
                    state,
                    self._counter.write(dossier, *void, FieldsEntered(changed, step, focus[:200]), who=who, seen=seen),
                )
                state = asked_again(self._counter, before, state, who) if "applicant.number" in changed else state
            self._stands_open(str(dossier), who)
        if refused is not None:
            raise refused
        return self._view(state)

    def fits(self, values: Mapping[str, str]) -> None:
        """Raise `Refusal` `TEXT_TOO_LONG` if `enter` would."""
        for name, text in values.items():
            _text(name, text, self._counter.rules_today())

    def take_qr(self, dossier: UUID, text: str) -> IntakeView:
        """Fill in what the QR code of a citizen card says. It proves nothing: what a chip said stays, and the code is
        kept beside it.

        Raises `Refusal` `CARD_OF_OTHER_PERSON` for a code of somebody else than the chip proved; also that is kept.
        """
        who = self._counter.demand("dossier.take", dossier).id
        person, problems = self._parse_qr(text)
        evidence = qr_evidence(problems, self._counter.clock())
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            before = state
            if takes(state, person, evidence):
                void = of_somebody_else(state, person.number)
                state = self._counter.write(dossier, *void, IdentityRead(person, evidence), who=who)
            else:
                state = self._kept_beside(state, IdentityRead(person, evidence, taken=False), who)
            state = asked_again(self._counter, before, state, who)
        if person.number != state.text("applicant.number"):
            raise other_person()
        return self._view(state)

    def read_card(self, dossier: UUID, progress: Progress | None = None, cancel: Cancel | None = None) -> IntakeView:
        """Read the chip with the CAN that follows from the number, or with the dates typed from the card.

        Altered data fill nothing in and are kept beside. Raises `DeviceFault` with what the card or reader did, the
        draft stays as it was; and `CARD_OF_OTHER_PERSON`, which stands in the dossier until the right card was read.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.draft(dossier)
        number = state.text("applicant.number")
        reading = self._readers.read(key_of(state), progress=progress, cancel=cancel)
        person, evidence = reading.person, chip_evidence(reading)
        whole = evidence
        if person.number == number and takes(state, person, evidence):
            # Only what is the applicant's own is kept as sheets, and before the entry that mentions it.
            keep = self._counter.rules_of(state).settings.get("keep_chip_files", "") == "on"
            whole = chip_evidence(reading, self._counter.sheets.put, files=keep)
        with self._counter.journal.together():
            before = state = self._counter.draft(dossier)
            if not takes(state, person, evidence):
                state = self._kept_beside(state, IdentityRead(person, evidence, taken=False), who)
            elif state.evidence and weaker(evidence.level, state.evidence.level):
                raise weaker_reading()
            else:
                state = self._counter.write(dossier, IdentityRead(person, whole), who=who)
            state = asked_again(self._counter, before, state, who)
        if person.number != state.text("applicant.number"):
            raise other_person()
        return self._view(state)

    def _kept_beside(self, state: Dossier, read: IdentityRead, who: str) -> Dossier:
        """The reading as evidence that fills nothing; the same again is no entry.

        Raises `Refusal` `CARD_READ_WEAKER`: a chip that proved somebody is not doubted by a worse reading of it.
        """
        own = read.person.number == state.text("applicant.number")
        if own and read.evidence.source == "chip" and state.evidence and state.evidence.level == "chip":
            raise weaker_reading()
        kept = beside(read, own)
        last = state.readings.get(read.evidence.source)
        same = last is not None and last.person == kept.person and last.evidence.verdicts == kept.evidence.verdicts
        return state if same else self._counter.write(state.id, kept, who=who)

    def ask_register(self, dossier: UUID) -> IntakeView:
        """Ask the licence register through central. No line means unknown, never clear."""
        who = self._counter.demand("register.ask", dossier).id
        state = self._counter.draft(dossier)
        number = state.text("applicant.number")
        try:
            answer = self._central.licences(number, who, dossier)
        except Refusal as refusal:
            answer = RegisterAnswered(False, (), "unknown", "", refusal.code)
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            if state.text("applicant.number") == number and state.register != answer:
                state = self._counter.write(dossier, answer, who=who)
        return self._view(state)

    # ---- ending

    def submit(self, dossier: UUID, seen: int | None = None) -> IntakeView:
        """Accept the dossier under its final code. Raises `Refusal` `DOSSIER_INCOMPLETE` naming what is missing first.

        `seen` is that of the view in which it was accepted; raises `DOSSIER_CHANGED` where another desk's work came
        after it: nobody signs what nobody looked at. Submitting twice gives the same code. Pages that are still raw are
        made first; raises `PAGES_UNFINISHED`, or why one cannot be made.
        """
        who = self._counter.demand("dossier.submit", dossier).id
        self._finish_pages(dossier)
        with self._counter.journal.together():
            state = self._submitted(dossier, who, seen)
        return self._view(state)

    def _check_taken(self, state: Dossier, taken: PaperTaken, facts: Facts, rules: Rules) -> None:
        """A draft may have waited for longer than what it took from record holds; central would refuse it then."""
        known = earlier_of(self._counter.journal, state, rules)
        of = next((one for one in known if one.code == taken.reference), None)
        if why := on_record.taken_wrongly(state, taken, of, facts.case, rules, in_hanoi(facts.received_at).date()):
            raise Refusal(
                "PAPER_TAKEN",
                on_record.said(taken.paper, why),
                Words("Trả lại mục dùng lại rồi quét giấy tờ.", "Give it back and scan the paper."),
            )

    def _submitted(self, dossier: UUID, who: str, seen: int | None) -> Dossier:
        counter = self._counter
        state = counter.journal.dossier(dossier)
        if state.status == "submitted":
            return state
        state = counter.draft(dossier)
        counter.looked_at(dossier, seen)
        if raw := unmade(state.pages):
            raise pages_unfinished(len(raw))
        missing = [one for one in self.findings(state) if one.blocking]
        if missing:
            raise incomplete(missing[0])
        now = counter.clock()
        rules = counter.rules_of(state)
        facts, decision = decision_of(state, now, rules, counter.supervised())
        for paper in decision.papers:
            if digitised(state, paper.code) > 1:
                self._check_taken(state, state.taken[paper.code], facts, rules)
        day = in_hanoi(facts.received_at).date()
        code = self._code_again(state, day)
        if not code:
            number, form = counter.journal.draw("dossier"), rules.settings.get(dossier_codes.SETTING, "")
            code = dossier_codes.written(counter.station.unit_code, day, number, form)
        chosen = {
            "applicant.nationality": facts.applicant.nationality,
            "case": facts.case,
            "wanted_class": facts.wanted_class,
            "licences": ",".join(licence.number for licence in facts.licences),
        }
        # What the screen showed as chosen was chosen: a required choice nobody touched is its first.
        definition = rules.forms.get(state.procedure)
        for field in definition.fields if definition else ():
            if field.kind == "choice" and field.required and field.choices and not state.text(field.name):
                # Nobody's sex is guessed: the identity step has no first choice, and a missing one was a finding.
                chosen.setdefault(field.name, field.choices[0][0])
        told = {name: text for name, text in chosen.items() if state.text(name) != text}
        submitted = Submitted(
            code=code,
            received_at=facts.received_at,
            due_at=decision.due_at,
            new_class=facts.wanted_class,
            case=facts.case,
            fee_vnd=decision.fee_vnd,
            papers=tuple(paper.code for paper in decision.papers if paper.required),
            rules=tuple(rule.id for rule in decision.rules),
            pack=rules.version,
            counter=counter.station.counter,
        )
        entered = (FieldsEntered(told, "receipt"),) if told else ()
        return counter.write(dossier, *entered, submitted, who=who, seen=seen)

    def _code_again(self, state: Dossier, day: date) -> str:
        """The code of an acceptance of this day that was set aside here: it stands on the citizen's receipt."""
        if not state.settled:
            return ""
        for one in reversed(self._counter.journal.records(state.id)):
            what = one.entry.what
            if isinstance(what, Submitted) and one.entry.id in state.settled and one.code not in CODE_LOST:
                code = dossier_codes.read(what.code)
                if one.station == self._counter.station.station and code is not None and code.day == day:
                    return what.code
        return ""

    def findings(self, state: Dossier) -> tuple[Finding, ...]:
        """Everything that still stands between this draft and its acceptance."""
        rules = self._counter.rules_of(state)
        facts, decision = decision_of(state, self._counter.clock(), rules, self._counter.supervised())
        return findings(state, facts, decision, rules)

    def discard(self, dossier: UUID, reason: str, seen: int | None = None) -> None:
        """Give up a draft, with the reason. A draft whose fee was taken cannot be given up here, nor one that
        ends by a step, nor one whose fee may still be paid online (`check_discard`).

        `seen` and `DOSSIER_CHANGED` as with `submit`.
        """
        who = self._counter.demand("dossier.discard", dossier).id
        with self._counter.journal.together():
            draft = self._counter.draft(dossier)
            if draft.fee is not None:
                raise fee_was_taken()
            check_discard(draft, self._counter.rules_of(draft))
            self._counter.looked_at(dossier, seen)
            self._counter.write(dossier, Discarded(nfc(reason)[:500]), who=who, seen=seen)
            self.park()

    def shown(self, state: Dossier, checked: Step | None = None) -> IntakeView:
        """The view of a state that another task produced."""
        return self._view(state, checked)

    def _view(self, state: Dossier, checked: Step | None = None) -> IntakeView:
        counter = self._counter
        # Before the state: what comes in between is shown without being counted as seen, never the other way round.
        seen = counter.journal.seen(state.id)
        state = counter.journal.dossier(state.id)
        waiting, refused = counter.journal.open_counts(state.id)
        rules = counter.rules_of(state)
        earlier = earlier_of(counter.journal, state, rules)
        view = intake_view(
            state,
            rules,
            counter.clock(),
            waiting,
            refused,
            checked,
            counter.may("exception.decide", state),
            earlier,
            counter.supervised(),
        )
        holder = counter.elsewhere(state.id) if state.status == "draft" else None
        may = counter.scopes_on(state)
        view = replace(view, seen=seen, may=may)
        return view if holder is None and "dossier.take" in may else read_only(view, holder)


def _text(name: str, text: str, rules: Rules) -> str:
    """The text of a field as it is kept. Raises `Refusal` `TEXT_TOO_LONG` by its form."""
    text = nfc(text)
    definition = rules.forms.get(PROCEDURE)
    field = definition.field(name) if definition else None
    limit = field.max_length if field else UNLISTED
    if len(text) > limit:
        raise Refusal(
            "TEXT_TOO_LONG",
            too_long(limit),
            Words("Rút gọn nội dung rồi nhập lại.", "Shorten the text and enter it again."),
        )
    return text


def incomplete(first: Finding) -> Refusal:
    """Something is still missing; the first of it in words."""
    return Refusal(
        "DOSSIER_INCOMPLETE",
        first.words,
        Words("Bổ sung rồi tiếp nhận lại; bản nháp vẫn được giữ.", "Complete it and submit again; the draft is kept."),
    )


def fee_was_taken() -> Refusal:
    """Money was taken for this draft: it cannot simply be dropped."""
    return Refusal(
        "FEE_TAKEN",
        Words("Hồ sơ đã thu lệ phí, không thể hủy tại đây.", "The fee was taken; this draft cannot be dropped."),
        Words("Hoàn lệ phí qua lãnh đạo phụ trách.", "A supervisor must refund it first."),
    )
