"""From what a card said to what a dossier keeps of it: the evidence, its sheets, and what does not belong to it.

Nothing is written here; the verbs of `intake` do that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from clerk_app.desk.intake_view import NUMBER_CHANGED, UNASKED
from clerk_app.desk.ports import Access, CardReading
from clerk_app.domain.calendar import day
from clerk_app.domain.dossier import Dossier, FieldsEntered, Happening, IdentityRead, RegisterAnswered
from clerk_app.domain.evidence import PROVEN, Evidence, Verdict
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

NEVER_KEPT = frozenset({"DG13"})
"""DG13 also holds ethnicity, religion and the names of parents and spouse: no procedure of this office asks for them.
What an examiner needs to check the signature again is in the other files; its digest stands in EF.SOD."""


def key_of(state: Dossier) -> Access:
    """What opens the applicant's chip. Raises `Refusal` `CARD_KEY_MISSING` where the number is not known yet."""
    number = state.text("applicant.number")
    born, expires = day(state.text("applicant.born")), day(state.text("applicant.expires"))
    if len(number) != 12 or not number.isdigit():
        raise Refusal(
            "CARD_KEY_MISSING",
            Words("Cần số định danh để mở chip.", "The ID number is needed to open the chip."),
            Words("Quét mã QR trên thẻ hoặc nhập 12 chữ số.", "Scan the card's QR code, or type the 12 digits."),
        )
    return Access(
        can=number[-6:],
        number=number,
        born=f"{born:%y%m%d}" if born else "",
        expires=f"{expires:%y%m%d}" if expires else "",
    )


def qr_evidence(problems: tuple[str, ...], at: datetime) -> Evidence:
    """The evidence that a QR code is: it has no signature and cannot be told from its copy."""
    verdicts = (Verdict("signed", "unsupported"), Verdict("genuine", "unsupported"))
    return Evidence("qr", "qr", verdicts, "", at, problems=problems)


def chip_evidence(reading: CardReading, put: Callable[[bytes], str] | None = None, files: bool = False) -> Evidence:
    """The evidence of a reading; with `put` its portrait becomes a sheet, with `files` the chip's files as well."""
    evidence = replace(reading.evidence, ms=reading.ms)
    if put is None:
        return evidence
    kept = [name for name in sorted(reading.files) if name.removeprefix("EF.") not in NEVER_KEPT] if files else []
    return replace(
        evidence,
        portrait=put(reading.portrait) if reading.portrait else "",
        files=tuple((name, put(reading.files[name])) for name in kept),
    )


def beside(read: IdentityRead, own: bool) -> IdentityRead:
    """A reading that fills nothing. Of another person only what tells the two apart is kept: number and name."""
    if own:
        return replace(read, taken=False)
    stranger = Person(number=read.person.number, name=read.person.name, nationality="")
    return replace(read, person=stranger, taken=False)


def of_other_number(state: Dossier, number: str) -> tuple[Happening, ...]:
    """What has to be taken back because it belongs to another ID number: the register's answer and what was ticked."""
    if state.text("applicant.number") in ("", number):
        return ()
    void: list[Happening] = []
    if state.register is not None and state.register.problem not in UNASKED:
        void.append(RegisterAnswered(False, (), "unknown", "", NUMBER_CHANGED))
    if state.text("licences"):
        void.append(FieldsEntered({"licences": ""}, state.step, state.focus))
    return tuple(void)


def of_somebody_else(state: Dossier, number: str) -> tuple[Happening, ...]:
    """What must not stay beside another number that a document says: it need not say everything that it names."""
    void = of_other_number(state, number)
    if state.text("applicant.number") in ("", number):
        return void
    left = {name: "" for name in PROVEN if name != "applicant.number" and state.text(name)}
    return (*void, FieldsEntered(left, state.step, state.focus)) if left else void


def other_person() -> Refusal:
    """The card on the reader is not that of the person in the dossier."""
    return DeviceFault(
        "CARD_OF_OTHER_PERSON",
        Words("Thẻ trên đầu đọc là của người khác.", "The card on the reader belongs to somebody else."),
        Words("Đặt đúng thẻ của người nộp, hoặc mở hồ sơ mới.", "Lay the applicant's own card, or open a new dossier."),
    )


def weaker_reading() -> Refusal:
    """The chip was read again, and this time it proved less."""
    return DeviceFault(
        "CARD_READ_WEAKER",
        Words("Lần đọc này kém tin cậy hơn lần trước nên không thay thế.", "This reading is weaker and was not taken."),
        Words("Đọc lại thẻ nếu cần.", "Read the card again if needed."),
    )
