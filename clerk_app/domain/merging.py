"""Two desks, one dossier: what may stand beside what another desk did meanwhile, and what contradicts it.

An entry says which entries of other desks its author could see. Whatever of them was accepted and not seen is held
against it: changes of different things both stand, another value for the same thing does not, whoever comes later.
Desk and central ask the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from clerk_app.domain.contact import ContactGiven, MessageAsked
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import (
    ArchiveMade,
    Discarded,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FaceCompared,
    FeeTaken,
    FieldsEntered,
    GraceUsed,
    Happening,
    IdentityRead,
    Opened,
    PageArrived,
    PageMade,
    PageRead,
    PagesArranged,
    PaperMarked,
    PaperTaken,
    Printed,
    RefusalSettled,
    RegisterAnswered,
    RulesRenewed,
    Submitted,
    TakenOver,
)
from clerk_app.domain.evidence import proves
from clerk_app.domain.handing import (
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandedOver,
    PostOrdered,
    PostTold,
)
from clerk_app.domain.oversight import (
    CopiesRemoved,
    DecisionRefused,
    Erased,
    ErasureDone,
    Exported,
    FindingAnswered,
    Looked,
    MoreAsked,
    Reviewed,
    SessionHappened,
)
from clerk_app.domain.people import said_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import OrderHeard, OrderPlaced, SystemAnswered

Thing = tuple[str, str]
"""A kind of thing (`field`, `page`, `order`, `mark`, `taken`, `asked`, `law`, `course`, `contact`, `result`), its
name."""

NUMBER: Thing = ("field", "applicant.number")

_REMEDY = Words(
    "Lãnh đạo phụ trách so hai bản rồi quyết định ở mục Chờ gửi.",
    "A supervisor compares both versions and decides on the shelf of the outbox.",
)
_TOLD = {
    "field": (
        "FIELD_CONTRADICTED",
        Words(
            "Quầy khác đã ghi giá trị khác vào cùng một mục.", "Another desk entered another value in the same field."
        ),
    ),
    "page": (
        "PAGES_CONTRADICTED",
        Words("Quầy khác đã xử lý chính những trang này.", "Another desk changed the same pages."),
    ),
    "order": (
        "PAGES_CONTRADICTED",
        Words("Quầy khác đã sắp xếp lại các trang.", "Another desk put the pages in another order."),
    ),
    "mark": (
        "PAPER_CONTRADICTED",
        Words("Quầy khác đã ghi khác về giấy tờ này.", "Another desk marked this paper otherwise."),
    ),
    "taken": (
        "PAPER_CONTRADICTED",
        Words("Quầy khác đã dùng lại giấy tờ khác cho mục này.", "Another desk took another paper from record for it."),
    ),
    "asked": (
        "EXCEPTION_CONTRADICTED",
        Words(
            "Quầy khác đã đề nghị hoặc quyết định ngoại lệ này.", "Another desk asked for or decided this exception."
        ),
    ),
    "course": (
        "STEP_CONTRADICTED",
        Words("Quầy khác đã chuyển bước hồ sơ này.", "Another desk took a step with this dossier."),
    ),
    "contact": (
        "CONTACT_CONTRADICTED",
        Words(
            "Quầy khác đã ghi cách liên hệ khác với công dân.",
            "Another desk wrote down another way to reach the citizen.",
        ),
    ),
    "result": (
        "RESULT_CONTRADICTED",
        Words("Quầy khác đã trả hoặc gửi kết quả này.", "Another desk handed this result over, or posted it."),
    ),
    "law": (
        "RULES_CONTRADICTED",
        Words("Quầy khác đã chuyển hồ sơ sang danh mục khác.", "Another desk took the dossier over to other rules."),
    ),
    "accepted": (
        "SUBMITTED_UNSEEN",
        Words(
            "Quầy khác đã sửa hồ sơ trước khi tiếp nhận mà quầy này chưa thấy.",
            "Another desk had changed the dossier, and whoever accepted it could not see that.",
        ),
    ),
    "discarded": (
        "DISCARDED_UNSEEN",
        Words(
            "Quầy khác đã làm tiếp bản nháp mà quầy này hủy.",
            "Another desk had worked on the draft that was discarded here.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Why an entry cannot stand: what of it another entry says otherwise. `names` are the things' names."""

    kind: str
    names: tuple[str, ...]
    other: Entry = field(repr=False)

    @property
    def refusal(self) -> Refusal:
        """The same for people."""
        code, words = _TOLD[self.kind]
        return Refusal(code, words, _REMEDY)


def said_by(what: Happening) -> Mapping[Thing, object]:
    """Every thing that a happening gives a value to. What adds evidence, or only tells of itself, gives none."""
    match what:
        case FieldsEntered():
            return {("field", name): text for name, text in what.values.items()}
        case IdentityRead():
            return _said_by_document(what)
        case PagesArranged():
            return _said_by_arranging(what)
        case PageArrived() if what.instead:
            return {("page", what.instead): what.page}
        case PaperMarked():
            return {("mark", what.paper): what.how}
        case PaperTaken():
            return {("taken", what.paper): (what.reference, what.state)}
        case ExceptionAsked():
            return {("asked", what.code): what.reason}
        case ExceptionDecided():
            return {("asked", what.code): what}
        case RulesRenewed():
            return {("law", ""): what.pack}
        case SystemAnswered() | OrderPlaced() | OrderHeard():
            return {}
        case StepTaken():
            return {("course", ""): what}
        case ContactGiven():
            return {("contact", ""): what}
        case CardArrived() | HandedOver() | PostOrdered() | PostTold():
            return {("result", ""): what}
        case CardShelved() | CollectionReminded() | BoxHappened() | CardAside():
            return {}
        case Opened() | RegisterAnswered() | PageArrived() | PageMade() | PageRead() | FaceCompared():
            return {}
        case FeeTaken() | Submitted() | Discarded() | Printed() | ArchiveMade() | TakenOver() | RefusalSettled():
            return {}
        case GraceUsed() | SessionHappened() | Exported() | CopiesRemoved() | Looked() | DecisionRefused():
            return {}
        case MessageAsked() | MoreAsked() | Reviewed() | FindingAnswered() | Erased() | ErasureDone():
            return {}
        case _:
            assert_never(what)


def _said_by_document(read: IdentityRead) -> Mapping[Thing, object]:
    """A document that proves replaces what was typed, as it does at one desk: only whose it is can contradict."""
    if not read.taken:
        return {}
    if proves(read.evidence):
        return {NUMBER: read.person.number}
    return {("field", name): text for name, text in said_of(read.person).items()}


def _said_by_arranging(what: PagesArranged) -> Mapping[Thing, object]:
    if what.changes is None:
        # As it was written before two desks were thought of: a list that stands as a whole.
        return {("order", ""): what.pages} | {("page", page.sheet): page for page in what.pages}
    here = {page.sheet: page for page in what.pages}
    said: dict[Thing, object] = {("page", sheet): here.get(sheet) for sheet in sorted(what.changes.touched)}
    if what.changes.moved:
        said["order", ""] = tuple(page.sheet for page in what.pages)
    return said


def _changes_what_is_signed(what: Happening) -> bool:
    """Whether somebody who accepts or gives up a dossier must have seen this."""
    match what:
        case FieldsEntered():
            return bool(what.values)
        case IdentityRead():
            return what.taken
        case PageArrived() | PagesArranged() | PaperMarked() | PaperTaken() | FeeTaken() | RulesRenewed():
            return True
        case RefusalSettled():
            return bool(what.refused)
        case _:
            return False


def contradiction(entry: Entry, unseen: Sequence[Entry], seen: Iterable[Entry] = ()) -> Contradiction | None:
    """What speaks against an entry: of the accepted entries of other desks that its author did not see (`unseen`, in
    central's order); `seen` are the accepted ones that he did.
    """
    if not unseen:
        return None
    if isinstance(entry.what, Submitted | Discarded):
        other = next((one for one in unseen if _changes_what_is_signed(one.what)), None)
        kind = "accepted" if isinstance(entry.what, Submitted) else "discarded"
        return Contradiction(kind, (), other) if other is not None else None
    mine = said_by(entry.what)
    if not mine:
        return None
    if isinstance(entry.what, ExceptionAsked | ExceptionDecided):
        unseen = _but_what_was_decided(entry.what.code, unseen)
    if isinstance(entry.what, ExceptionDecided):
        unseen = _but_what_is_decided(entry.what, unseen, seen)
    theirs: dict[Thing, tuple[object, Entry]] = {}
    for one in unseen:
        theirs |= {thing: (value, one) for thing, value in said_by(one.what).items()}
    against = [thing for thing, value in mine.items() if thing in theirs and theirs[thing][0] != value]
    if not against and NUMBER in theirs and _is_about_the_person(mine) and NUMBER not in mine:
        before = _last(seen, NUMBER)
        if before not in (None, "", theirs[NUMBER][0]):
            # What was entered is about whom the number named; it names somebody else by now.
            against = [NUMBER]
    if not against:
        return None
    kind = against[0][0]
    return Contradiction(kind, tuple(name for one, name in against if one == kind), theirs[against[0]][1])


def _but_what_was_decided(code: str, unseen: Sequence[Entry]) -> Sequence[Entry]:
    """Without what others decided of an exception: which decision counts follows from how the exception stands."""
    return [one for one in unseen if not (isinstance(one.what, ExceptionDecided) and one.what.code == code)]


def _but_what_is_decided(what: ExceptionDecided, unseen: Sequence[Entry], seen: Iterable[Entry]) -> Sequence[Entry]:
    """Without the request that was decided, which stood before their eyes: the one that is named, or the only one.

    Its number may say otherwise where central was brought back from an older copy and was told it again.
    """

    def asks(one: Entry) -> bool:
        return isinstance(one.what, ExceptionAsked) and one.what.code == what.code

    # Whether the one that is named is the present one says the exception itself.
    if what.request is None and (any(map(asks, seen)) or sum(map(asks, unseen)) != 1):
        return unseen
    return [one for one in unseen if not asks(one)]


def _is_about_the_person(said: Mapping[Thing, object]) -> bool:
    return any(kind == "taken" or (kind == "field" and name.startswith("applicant.")) for kind, name in said)


def _last(entries: Iterable[Entry], thing: Thing) -> object | None:
    value = None
    for entry in entries:
        value = said_by(entry.what).get(thing, value)
    return value
