"""What central refused, and the ways out of it: the same rules at the desk that offers them and at central.

An entry that was refused holds back what its desk did to that dossier afterwards, until a supervisor settled it. What
was settled is set aside: it stays in the timeline and is no part of the dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clerk_app.domain.deciding import NOBODY, person_of
from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    IdentityRead,
    Opened,
    PageArrived,
    PagesArranged,
    RefusalSettled,
    Submitted,
    Way,
)
from clerk_app.domain.oversight import Looked, MoreAsked
from clerk_app.domain.refusals import Refusal, Words

NOT_TWICE = frozenset({"CODE_USED", "RECEIPT_USED", "SUBMITTED_TWICE", "FEE_TWICE", "EXCEPTION_DECIDED"})
"""Codes that say: this cannot be done a second time, not even by a supervisor's decision."""


TOO_LATE = "SETTLED_BEFORE"
"""The code of a settlement of something that another one settled."""

OUTRUN = frozenset({"EXCEPTION_DECIDED", "REQUEST_OTHER", "DECISION_TIME_WRONG"})
"""Codes of what was said about a request for an exception after somebody had decided it, or it had been asked anew, or
at a moment that cannot be: it does not count, the request stands as it stood, and nobody has to settle that."""

GAVE_WAY = OUTRUN | {TOO_LATE}
"""Codes of refused entries that may set themselves aside (`sets_aside`)."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as a journal has it: the station that wrote it, and what central said.

    `number` is central's, 0 without one; `code` says why it was refused. Without either it waits to be sent.
    """

    entry: Entry
    station: str
    number: int = 0
    code: str = ""


def set_aside(records: Iterable[Record]) -> frozenset[UUID]:
    """The refused entries that nobody has to settle any more."""
    return frozenset(one for record in records for one in sets_aside(record.entry, record.code))


def sets_aside(entry: Entry, code: str) -> tuple[UUID, ...]:
    """The refused entries about which this one leaves nothing to decide; `code` says why it was refused itself.

    A settlement that was refused settles nothing. One that came too late and only gave way, gives way to the first; so
    does what was said about a request that was decided by then.
    """
    if isinstance(entry.what, ExceptionAsked | ExceptionDecided | MoreAsked):
        return (entry.id,) if code in OUTRUN else ()
    if not isinstance(entry.what, RefusalSettled):
        return ()
    if not code:
        return entry.what.refused
    return (entry.id,) if code == TOO_LATE and entry.what.way == "central" else ()


def just_looked(records: Sequence[Record], who: str, what: str) -> bool:
    """Whether nothing but looking happened since this very person looked at this."""
    for record in reversed(records):
        entry = record.entry
        if not isinstance(entry.what, Looked):
            return False
        if entry.who == who and entry.what.what == what:
            return True
    return False


def counting(records: Sequence[Record], station: str) -> tuple[Entry, ...]:
    """The entries that make the dossier at the desk `station`: what central accepted, and what is its own and waits or
    was refused, last. At central, which no station is, only what it accepted.
    """
    aside = set_aside(records)
    return tuple(
        one.entry
        for one in records
        if counts(one, station, one.entry.id in aside, isinstance(one.entry.what, RefusalSettled))
    )


def counts(record: Record, station: str, aside: bool, settles: bool) -> bool:
    """Whether one entry is part of the dossier at a desk."""
    if record.number:
        return True
    return record.station == station and not aside and not (settles and record.code)


def ways_out(refused: Sequence[Record], central: Dossier) -> tuple[Way, ...]:
    """How these refused entries of one desk can be settled; `central` is the dossier without them.

    Central's version can always stay. Ours can be entered again as long as the dossier is a draft there and nothing
    of it can be done only once. What was entered can begin a dossier of its own.
    """
    ways: list[Way] = ["central"]
    kinds = [one.entry.what for one in refused]
    opened = central.opened_at is not None
    once_only = any(one.code in NOT_TWICE for one in refused) or any(
        isinstance(what, ExceptionDecided) for what in kinds
    )
    once_only = once_only or (central.fee is not None and any(isinstance(w, FeeTaken | Discarded) for w in kinds))
    if opened and central.status == "draft" and not once_only and not all(isinstance(w, RefusalSettled) for w in kinds):
        ways.append("ours")
    worth = Opened | IdentityRead | FieldsEntered | PagesArranged | PageArrived | FeeTaken | Submitted
    if any(isinstance(what, worth) for what in kinds):
        ways.append("new")
    return tuple(ways)


def check_settlement(
    entry: Entry,
    settled: RefusalSettled,
    refused: Mapping[UUID, Record | None],
    aside: frozenset[UUID],
    central: Dossier,
    persons: Mapping[str, str] = NOBODY,
) -> None:
    """Raises `Refusal` where a settlement cannot count. `refused` are all refused entries of the dossier that nobody
    settled (None: it cannot be read), `aside` those that somebody did. `persons`: account → natural person.

    Four eyes: what is entered again, or becomes a dossier of its own, nobody decides who entered it himself.
    """
    if not settled.reason.strip():
        raise Refusal(
            "REASON_MISSING",
            Words("Chưa ghi lý do giải quyết.", "The reason of the decision is missing."),
            Words("Ghi ngắn gọn vì sao chọn cách này.", "Write shortly why this way was chosen."),
        )
    if aside & frozenset(settled.refused):
        raise Refusal(
            TOO_LATE,
            Words("Lãnh đạo khác đã giải quyết các mục này.", "Another supervisor settled these entries."),
            Words("Xem lại hồ sơ; giữ bản của trung tâm.", "Look at the dossier again; keep central's version."),
        )
    theirs = {one: record for one, record in refused.items() if record is None or record.station == settled.station}
    if not settled.refused or not theirs.keys() >= frozenset(settled.refused):
        raise Refusal(
            "REFUSAL_UNKNOWN",
            Words("Không có các mục bị từ chối này.", "There are no such refused entries."),
            Words("Tải lại mục Chờ gửi rồi quyết định lại.", "Look at the outbox again, then decide again."),
        )
    chosen = [record for one in settled.refused if (record := theirs[one]) is not None]
    if settled.way not in ways_out(chosen, central):
        raise way_closed()
    theirs_too = {person_of(one.entry.who, persons) for one in chosen}
    if settled.way != "central" and person_of(entry.who, persons) in theirs_too:
        raise four_eyes()


def way_closed() -> Refusal:
    """This way out does not lead anywhere any more."""
    return Refusal(
        "WAY_CLOSED",
        Words("Không còn giải quyết được theo cách này.", "It cannot be settled in this way any more."),
        Words("Giữ bản của trung tâm, hoặc lập hồ sơ mới.", "Keep central's version, or make a new dossier of it."),
    )


def four_eyes() -> Refusal:
    """Nobody decides that what he entered himself goes before what another desk did."""
    return Refusal(
        "FOUR_EYES",
        Words("Người đã nhập các mục này không được tự quyết định.", "Whoever entered it may not decide about it."),
        Words("Nhờ lãnh đạo khác quyết định.", "Let another supervisor decide."),
    )
