"""Handing a result over at the counter: find it, prove who collects, the old licence, the signature, done.

Everything that the rule asks for is one entry, written together with the step that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID, uuid4

from clerk_app.desk.counter import Counter
from clerk_app.desk.course import demand_step
from clerk_app.desk.identified import chip_evidence, key_of, qr_evidence
from clerk_app.desk.ports import Access, Cancel, CardReaders, Pixels, Progress, ResultLine
from clerk_app.desk.results import DELIVER, MISPRINT, STATES, wish_of
from clerk_app.desk.views import Badge
from clerk_app.domain import dossier_codes
from clerk_app.domain.collecting import LONGEST, check_handing, giving_step, rows_of
from clerk_app.domain.dossier import Dossier, Entry, Happening, after
from clerk_app.domain.evidence import Evidence, worth
from clerk_app.domain.facts import RESULT_PLACE
from clerk_app.domain.handing import (
    Collector,
    CollectorProof,
    HandedOver,
    HandingKind,
    HandingState,
    OldLicence,
    Signing,
)
from clerk_app.domain.people import Person, nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import stands_at, steps_from, taking

ParseQr = Callable[[str], tuple[Person, tuple[str, ...]]]
"""The text of a card's QR code → who it is, and what was odd about it. Raises `Refusal`."""
DOUBT = Words("chưa đối chiếu được văn bản, đơn vị kiểm tra lại", "the text was not confirmed: check it")
_SIGNED = "signed"
"""Stands for a digest that is not made yet."""
_MOST_SIGNATURE = 400_000
"""Octets of a signature drawn on the pad."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that the rule lets be done; `doubt` where its text was not confirmed."""

    value: str
    words: Words
    basis: str
    doubt: Words | None = None


@dataclass(frozen=True, slots=True)
class HandOverView:
    """A result that may be handed over: where it lies, and what the rule of its reception day lets be done.

    `problem` is why it cannot be handed over now; `may_reprint`: a wrong card may be printed again from here. The first
    of each kind of choices is what the rule says.
    """

    dossier: UUID
    code: str
    name: str = field(repr=False)
    state: Words
    badge: Badge
    place: str
    collectors: tuple[Choice, ...]
    proofs: tuple[Choice, ...]
    authorities: tuple[Choice, ...]
    old: tuple[Choice, ...]
    signatures: tuple[Choice, ...]
    by_post: bool
    phone: str = field(default="", repr=False)
    item: str = ""
    post_status: str = ""
    may_reprint: bool = False
    problem: Refusal | None = None
    wish: Words | None = None
    """How the citizen wants the result, where that is not at the counter."""
    course: str = ""
    """The code of the state of its course."""
    standing: HandingState = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """Who stands at the counter, and by what that is known. `level` is what it is worth: a read chip that proves
    nothing is worth as much as a printed code."""

    dossier: UUID
    proof: CollectorProof
    level: Literal["chip", "qr", "manual"]
    number: str = field(repr=False)
    name: str = field(repr=False)
    evidence: Evidence | None = field(default=None, repr=False)
    holder: bool = False


class HandingOver:
    """Every verb blocks; reading a card for about two seconds."""

    def __init__(
        self, counter: Counter, readers: CardReaders, parse_qr: ParseQr, decoded: Callable[[bytes, int], Pixels]
    ) -> None:
        """`decoded` opens a picture, at most so long on either side."""
        self._counter = counter
        self._decoded = decoded
        self._readers = readers
        self._parse_qr = parse_qr

    def find(self, text: str) -> tuple[HandOverView, ...]:
        """The results that a text means: the code of a receipt M01, the QR code of an ID card, a number, a name, or a
        place of the shelf. Those that lie here come first. Raises `Refusal` NOT_ALLOWED.
        """
        self._counter.demand(DELIVER)
        text = nfc(text).strip()
        if not text:
            return ()
        lines = self._by_place(text) or self._by_code(text)
        if not lines:
            query = self._number_of(text)
            found = [one.dossier for one in self._counter.journal.find(query, status="submitted")]
            known = {one.dossier: one for one in self._counter.journal.results(dossiers=found)} if found else {}
            lines = [known[one] for one in found if one in known]
        lines.sort(key=lambda line: line.state != "here")
        mine = [line for line in lines if self._counter.may(DELIVER, line.dossier)]
        return tuple(self._view(self._counter.journal.dossier(line.dossier)) for line in mine[:20])

    def view(self, dossier: UUID) -> HandOverView:
        """One result. Raises `Refusal` NOT_ALLOWED, NOT_YOURS."""
        self._counter.demand(DELIVER, dossier)
        return self._view(self._counter.journal.dossier(dossier))

    def read_card(
        self,
        dossier: UUID,
        to: Collector = "holder",
        number: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> Proven:
        """Read the chip of whoever collects: the holder's own, or the card whose number was scanned or typed.

        Nothing is written yet. Raises `DeviceFault` as the card or reader did, `Refusal` COLLECTOR_UNKNOWN for a card
        of somebody else than is recorded, CARD_KEY_MISSING.
        """
        self._counter.demand(DELIVER, dossier)
        state = self._counter.journal.dossier(dossier)
        access = key_of(state) if to == "holder" else _key(number)
        reading = self._readers.read(access, progress=progress, cancel=cancel)
        evidence = replace(chip_evidence(reading), portrait="", files=())
        return self._proven(state, to, "chip", reading.person, evidence)

    def take_qr(self, dossier: UUID, text: str) -> Proven:
        """Who collects, by the printed code of their ID card: the holder, or somebody else. Raises `Refusal` as the
        code's reader.
        """
        self._counter.demand(DELIVER, dossier)
        state = self._counter.journal.dossier(dossier)
        person, problems = self._parse_qr(text)
        to: Collector = "holder" if person.number == state.text("applicant.number") else "authorised"
        return self._proven(state, to, "qr", person, qr_evidence(problems, self._counter.clock()))

    def sign(self, png: bytes) -> str:
        """Keep a signature that was drawn, or a page that was signed, and its digest. Raises `Refusal` NOT_ALLOWED,
        SIGNATURE_LARGE, SIGNATURE_BLANK; `DeviceFault` PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
        """
        self._counter.demand(DELIVER)
        if len(png) > _MOST_SIGNATURE:
            raise Refusal(
                "SIGNATURE_LARGE",
                Words("Ảnh chữ ký quá lớn.", "The picture of the signature is too large."),
                Words("Xóa và ký lại, hoặc quét tờ đã ký.", "Clear it and sign again, or scan the signed page."),
            )
        shown = self._decoded(png, 0)
        if shown.rgb == shown.rgb[:3] * (shown.width * shown.height):
            raise Refusal(
                "SIGNATURE_BLANK",
                Words("Ảnh chữ ký trống.", "Nothing is signed on this picture."),
                Words("Ký lại, hoặc quét tờ đã ký.", "Sign again, or scan the signed page."),
            )
        return self._counter.sheets.put(png)

    def hand_over(
        self,
        dossier: UUID,
        *,
        to: Collector,
        proven: Proven | None = None,
        proof: CollectorProof = "receipt",
        old: OldLicence,
        signed: Signing,
        name: str = "",
        number: str = "",
        authority: str = "",
        authority_note: str = "",
        reason: str = "",
        note: str = "",
        sheets: Sequence[str] = (),
        keep: Callable[[], Sequence[str]] | None = None,
    ) -> HandOverView:
        """Give the result away. `proven` is what was read of whoever collects; without it `proof` says how it was seen.

        `keep` writes what was signed to the disk and gives its digests, for `sheets`: only where nothing else is in the
        way, so that nobody's signature stays where nothing comes of it. Raises `Refusal` as
        `domain.collecting.check_handing` and STEP_…, COLLECTOR_OTHER, NOT_ALLOWED, NOT_YOURS.
        """
        if proven is not None and proven.dossier != dossier:
            raise Refusal(
                "COLLECTOR_OTHER",
                Words("Giấy tờ vừa đọc là của lượt trả khác.", "What was read belongs to another result."),
                Words("Đọc lại giấy tờ của người nhận.", "Read the paper of whoever collects again."),
            )
        what = HandedOver(
            to,
            proven.proof if proven is not None else proof,
            old,
            signed,
            _said(proven.name if proven is not None else name),
            _said(proven.number if proven is not None else number),
            authority if to == "authorised" else "",
            _said(authority_note) if to == "authorised" else "",
            _said(reason) if signed == "unable" else "",
            _said(note),
            tuple(sheets),
            proven.evidence if proven is not None else None,
        )
        if keep is not None:
            self._checked(dossier, replace(what, sheets=(*what.sheets, _SIGNED)))
            what = replace(what, sheets=(*what.sheets, *keep()))
        with self._counter.journal.together():
            who, happened = self._checked(dossier, what)
            state = self._counter.write(dossier, *happened, who=who)
        return self._view(state)

    # ---- what stands behind

    def _checked(self, dossier: UUID, what: HandedOver) -> tuple[str, tuple[Happening, ...]]:
        """Who gives it, and what happens: the hand-over and the step that it is. Raises `Refusal` as `hand_over`."""
        state = self._counter.journal.dossier(dossier)
        who = self._counter.demand(DELIVER, state).id
        rules, now = self._counter.rules_of(state), self._counter.clock()
        check_handing(state, what, now, rules)
        step = giving_step(state, rules)
        if not step:
            return who, (what,)
        demand_step(self._counter, state, rules, step)
        given = after(state, Entry(uuid4(), dossier, what, who, now))
        return who, (what, taking(given, step, rules, now))

    def _proven(
        self, state: Dossier, to: Collector, proof: CollectorProof, person: Person, evidence: Evidence
    ) -> Proven:
        holder = person.number == state.text("applicant.number")
        if holder != (to == "holder"):
            raise Refusal(
                "COLLECTOR_UNKNOWN",
                Words("Thẻ vừa đọc là của người khác.", "The card that was read is somebody else's."),
                Words("Đặt đúng thẻ của người nhận.", "Lay the card of whoever collects."),
            )
        level = worth(evidence, state.practice)
        if proof == "chip" and level != "chip":
            # A chip that proves nothing counts as much as its printed code, and is recorded so.
            proof = "qr" if level == "qr" else "seen"
        return Proven(state.id, proof, level, person.number, person.name, evidence, holder)

    def _by_place(self, text: str) -> list[ResultLine]:
        """By the place at which it lies; a place is as short as no code or name is."""
        if len(text) > 8 or "-" not in text:
            return []
        return [one for one in self._counter.journal.results(("here",)) if one.place == text.upper()]

    def _by_code(self, text: str) -> list[ResultLine]:
        found = dossier_codes.found_in(text.upper())
        return [line for code in found for line in self._counter.journal.results(code=str(code))]

    def _number_of(self, text: str) -> str:
        """The number in an ID card's code; the text itself where it is none."""
        if "|" not in text:
            return text
        try:
            return self._parse_qr(text)[0].number
        except Refusal:
            return text

    def _view(self, state: Dossier) -> HandOverView:
        rules = self._counter.rules_of(state)
        words, tone = STATES[state.handing.state]
        handing = state.handing

        def choices(kind: HandingKind) -> tuple[Choice, ...]:
            return tuple(
                Choice(row.value, row.words, row.rule.basis, DOUBT if row.rule.verified == "no" else None)
                for row in rows_of(state, rules, kind)
            )

        return HandOverView(
            state.id,
            state.code,
            state.text("applicant.name"),
            stands_at(state, rules),
            Badge(words, tone),
            handing.place,
            choices("collector"),
            choices("proof"),
            choices("authority"),
            choices("old"),
            choices("signature"),
            bool(choices("post")) and state.handing.state not in ("", "given"),
            state.text("applicant.phone"),
            handing.item,
            handing.status,
            any(step.code == MISPRINT for step in steps_from(state, rules)),
            _problem(state, rules),
            wish_of(state.text(RESULT_PLACE), state.procedure, rules),
            state.course.state,
            handing.state,
        )


def _problem(state: Dossier, rules: Rules) -> Refusal | None:
    """Why nothing can be handed over of this dossier now."""
    if state.handing.state == "given":
        return Refusal(
            "RESULT_GIVEN",
            Words("Kết quả này đã trả cho công dân.", "Its holder has this result already."),
            Words("Nếu thẻ in sai, ghi in lại.", "Where the card is misprinted, have it printed again."),
        )
    if state.handing.state in ("posting", "posted", "returning"):
        return Refusal(
            "RESULT_POSTED",
            Words("Kết quả đã giao cho bưu chính.", "The result was given to the post."),
            Words("Xem bưu chính đang ở đâu trong danh sách.", "See in the list where it is."),
        )
    if not state.handing.at_hand:
        return Refusal(
            "CARD_NOT_HERE",
            Words("Thẻ của hồ sơ này chưa về quầy.", "The card of this dossier did not come to the counter yet."),
            Words("Nhận thẻ từ hộp trước, hoặc hẹn lại công dân.", "Check it in first, or ask the citizen back."),
        )
    if rules.handings and not giving_step(state, rules):
        name = stands_at(state, rules)
        return Refusal(
            "RESULT_NOT_READY",
            Words(f"Hồ sơ đang ở “{name.vi}”, chưa trả được.", f"The dossier is “{name.en}”: not yet."),
            Words("Ghi bước còn thiếu ở trang Quá trình giải quyết.", "Take the missing step on the dossier's way."),
        )
    return None


def _key(number: str) -> Access:
    """What opens the chip of a card whose number is known. Raises `Refusal` CARD_KEY_MISSING."""
    digits = nfc(number).strip()
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        raise Refusal(
            "CARD_KEY_MISSING",
            Words("Cần số định danh để mở chip.", "The ID number is needed to open the chip."),
            Words("Quét mã QR trên thẻ hoặc nhập 12 chữ số.", "Scan the card's QR code, or type the 12 digits."),
        )
    return Access(can=digits[-6:], number=digits)


def _said(text: str) -> str:
    return nfc(text).strip()[:LONGEST]
