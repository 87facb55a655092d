"""What may be erased of all that is held on one number, and what must stay: shown first, then done exactly as shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, insert, select

from clerk_app import wire
from clerk_app.central import erasing, foreign_held
from clerk_app.central.database import Database, entries, erasures, milliseconds, moment
from clerk_app.central.engines import patient, take_lock
from clerk_app.central.rules import Law
from clerk_app.central.sheets import is_digest
from clerk_app.central.subject import find, mark_of
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.dossier import FieldsEntered, IdentityRead
from clerk_app.domain.oversight import (
    OUTLIVES,
    DecisionRefused,
    FindingAnswered,
    Reviewed,
)
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import RetentionRow, Rules
from clerk_app.domain.settling import GAVE_WAY
from clerk_app.domain.subject import ERASE, HeldDossier, sheets_in

Why = Literal["in_work", "refused", "another", "no_rule", "retained"]
_AFTERWARDS = DecisionRefused | FindingAnswered | Reviewed
"""What happens around a finished dossier, and makes it no younger."""


@dataclass(frozen=True, slots=True)
class Goes:
    """A dossier that goes: the seals of the entries that are emptied, the sheets that go with it, and the rule that
    lets it go. A sheet of more than one stands at the first; one that something else holds stays, and stands nowhere.
    """

    dossier: UUID
    code: str
    office: str
    entries: tuple[bytes, ...]
    sheets: tuple[str, ...]
    rule: RetentionRow
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class Stays:
    """A dossier that must stay, and why; `until` where that ends on a day that is known."""

    dossier: UUID
    code: str
    office: str
    why: Why
    words: Words
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that was found. `digest` is what is agreed to: it changes with whatever would go or stay."""

    goes: tuple[Goes, ...]
    stays: tuple[Stays, ...]
    beyond: int
    digest: bytes


def plan(database: Database, law: Law, number: str, who: wire.User, now: datetime) -> Plan:
    """What an order about this number would erase now, for who would give it. Changes nothing."""
    found = find(database, law, number, who, now, ERASE)
    rules = law.rules(now)
    with database.read() as connection:
        in_hand = foreign_held.in_hand(connection, [one.id for one in found.dossiers])
    goes: list[Goes] = []
    stays: list[Stays] = []
    for one in found.dossiers:
        told = _judged(one, number, rules, now, one.id in in_hand)
        if isinstance(told, Goes):
            goes.append(told)
        else:
            stays.append(told)
    goes = _each_once(database, goes)
    said = (
        *("erasure", database.central_id, mark_of(database, number)),
        sorted((one.dossier.bytes, one.rule.rule.id, sorted(one.entries), sorted(one.sheets)) for one in goes),
        sorted((one.dossier.bytes, one.why) for one in stays),
    )
    digest = hashlib.sha256(msgspec.msgpack.encode(said)).digest()
    return Plan(tuple(goes), tuple(stays), found.beyond, digest)


def _each_once(database: Database, goes: Sequence[Goes]) -> list[Goes]:
    """The same with no sheet that stays, and each sheet once."""
    named = {sheet.encode() for one in goes for sheet in one.sheets}
    with database.read() as connection:
        left = erasing.unnamed(connection, named, {one.dossier for one in goes})
    found = []
    for one in goes:
        mine = tuple(sheet for sheet in one.sheets if sheet.encode() in left)
        left -= {sheet.encode() for sheet in mine}
        found.append(replace(one, sheets=mine))
    return found


def _judged(one: HeldDossier, number: str, rules: Rules, now: datetime, in_hand: bool) -> Goes | Stays:
    state = one.state
    code = state.code or state.local_code
    place = one.id, code, one.office
    if not _whose(one, number):
        return Stays(*place, "another", _ANOTHER)
    if state.status == "draft":
        return Stays(*place, "in_work", Words("hồ sơ còn là bản nháp", "it is still a draft"))
    due = state.course.due_at
    if state.status == "submitted" and not state.course.ended and due is not None and due > now:
        day = format_day(in_hanoi(due).date())
        return Stays(*place, "in_work", Words(f"đang giải quyết, hẹn trả {day}", f"in work, due on {day}"), due)
    if in_hand:
        return Stays(*place, "in_work", _IN_HAND)
    if any(held.code and held.code not in GAVE_WAY and held.id not in state.settled for held in one.held):
        return Stays(*place, "refused", _REFUSED)
    row = rules.records.get("accepted" if state.status == "submitted" else "given_up")
    if row is None:
        return Stays(*place, "no_rule", Words("không có quy định thời hạn lưu", "no rule says how long it is kept"))
    until = _worked_on(one) + timedelta(days=row.days)
    if until > now:
        day = format_day(in_hanoi(until).date())
        sure = row.rule.verified == "yes"
        words = Words(
            f"phải lưu đến {day} theo {row.rule.basis}{'' if sure else ' (chưa kiểm chứng)'}",
            f"must be kept until {day} by {row.rule.basis}{'' if sure else ' (not verified)'}",
        )
        return Stays(*place, "retained", words, until)
    emptied = tuple(held.digest for held in one.held if _kind(held.record) not in OUTLIVES)
    return Goes(*place, emptied, tuple(sheet for sheet in sheets_in(one) if is_digest(sheet)), row, until)


def _kind(record: object) -> str:
    entry = getattr(record, "entry", None)
    return type(entry.what).__name__ if entry is not None else ""


def _whose(one: HeldDossier, number: str) -> bool:
    """Whether the dossier is the person's own: by what it says in the end, or once said where it says nothing."""
    state = one.state
    person = state.person
    last = {state.text("applicant.number")} | ({person.number, person.old_number} if person is not None else set())
    if number in last:
        return True
    if last - {""}:
        return False
    for held in one.held:
        what = held.record.entry.what if held.record is not None else None
        if isinstance(what, FieldsEntered) and what.values.get("applicant.number") == number:
            return True
        if isinstance(what, IdentityRead) and number in (what.person.number, what.person.old_number):
            return True
    return False


def _worked_on(one: HeldDossier) -> datetime:
    """When the last entry came that is work on the dossier."""
    work = [
        held.received_ms
        for held in one.held
        if not held.code
        and _kind(held.record) not in OUTLIVES
        and not (held.record is not None and isinstance(held.record.entry.what, _AFTERWARDS))
    ]
    return moment(max(work or [held.received_ms for held in one.held]))


# ---- doing it


def order(
    database: Database,
    shown: Plan,
    number: str,
    who: wire.User,
    second: str,
    purpose: str,
    confirmed: str,
    now: datetime,
) -> tuple[UUID, int]:
    """Erase what was shown: the number of the order, and how many entries were emptied. Sheets are left to `finish`.

    `confirmed` is the digest of what was seen (hex). All or nothing. Raises `Refusal` CONFIRM_DIFFERS where something
    came since, NOTHING_TO_ERASE with the cause where all must stay.
    """
    if confirmed.strip().lower() != shown.digest.hex():
        raise differs()
    if not shown.goes:
        raise nothing(shown.stays)
    made = uuid4()
    offices = sorted({one.office for one in shown.goes})
    row = {
        "id": made,
        "at_ms": milliseconds(now),
        "who": who.id,
        "second": second,
        "purpose": purpose,
        "basis": " ".join(sorted({one.rule.rule.id for one in shown.goes})),
        "subject": mark_of(database, number),
        "entries": sum(len(one.entries) for one in shown.goes),
        "digest": shown.digest,
    }

    def work(connection: Connection) -> int:
        patient(connection)
        # In one order, so that two who do this never wait for each other.
        for office in offices[1:]:
            take_lock(connection, f"office {office}")
        connection.execute(insert(erasures), row)
        emptied = 0
        if foreign_held.in_hand(connection, [one.dossier for one in shown.goes]):
            raise differs()
        for one in shown.goes:
            _still_so(connection, one)
            emptied += erasing.empty(connection, database.secret, made, one.dossier, one.office)
        foreign_held.forget_subject(connection, database, number)
        return emptied

    return made, database.written(work, f"office {offices[0]}")


def _still_so(connection: Connection, one: Goes) -> None:
    rows = connection.execute(select(entries).where(entries.c.dossier == one.dossier)).all()
    if {row.digest for row in rows if erasing.read(row).kind not in OUTLIVES} != set(one.entries):
        raise differs()


def differs() -> Refusal:
    """What would be erased is not what somebody saw."""
    return Refusal(
        "CONFIRM_DIFFERS",
        Words("Mã xác nhận không phải của những gì sẽ bị xóa bây giờ.", "That is not the digest of what would go now."),
        Words(
            "Chạy lại không có --confirm, xem lại rồi dùng mã mới.",
            "Run it again without --confirm, look, and give the new digest.",
        ),
    )


def nothing(stays: Sequence[Stays]) -> Refusal:
    """Nothing may be erased, and why."""
    if not stays:
        words = Words("Không có hồ sơ nào mang số này.", "No dossier has this number.")
        return Refusal("NOTHING_TO_ERASE", words, Words("Kiểm tra lại số.", "Check the number."))
    code = {"in_work": "ERASE_IN_WORK", "refused": "ERASE_IN_WORK", "retained": "ERASE_RETAINED"}
    first = min(stays, key=lambda one: _ORDER.index(one.why))
    told = "; ".join(f"{one.code or one.dossier}: {one.words.vi}" for one in stays)
    said = "; ".join(f"{one.code or one.dossier}: {one.words.en}" for one in stays)
    return Refusal(
        code.get(first.why, "ERASE_NOT_ALLOWED"),
        Words(f"Chưa được xóa gì: {told}.", f"Nothing may be erased: {said}."),
        Words(
            "Trả lời người yêu cầu bằng lý do và ngày này; xóa lại khi hết lý do.",
            "Answer the person with this reason and day; come back when it has passed.",
        ),
    )


_ORDER: tuple[Why, ...] = ("in_work", "refused", "retained", "no_rule", "another")
_ANOTHER = Words(
    "hồ sơ của người khác, số chỉ được nhắc đến", "the dossier of another person, in which the number is only mentioned"
)
_IN_HAND = Words(
    "yêu cầu gửi hệ thống khác (thanh toán, bưu chính, Cổng DVCQG) chưa xong",
    "an order to another system (payment, post, portal) is not over",
)
_REFUSED = Words(
    "có mục bị trung tâm từ chối chưa giải quyết", "an entry that central refused was not settled by a supervisor"
)


def second_missing() -> Refusal:
    """The catalogue asks for a second person."""
    return Refusal(
        "SECOND_MISSING",
        Words("Cần người thứ hai đồng ý.", "A second person must agree."),
        Words(
            "Người có quyền subject.agree nhập --second, --second-password-file, --second-totp hoặc --second-token.",
            "Who may (subject.agree) gives --second, --second-password-file, --second-totp or --second-token.",
        ),
    )


def second_same() -> Refusal:
    """The second person is the first."""
    return Refusal(
        "SECOND_SAME",
        Words("Người đồng ý phải là người khác.", "Who agrees must be another person."),
        Words("Nhờ người khác có quyền.", "Ask somebody else who may."),
    )
