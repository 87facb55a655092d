"""Messages to citizens: written down with the entry that causes them, handed over once, and followed until they arrive.

A message is in the database before it is first handed over, under an id that follows from its entry. Whoever hands it
over moves its time on first, so that no two do at once. A carrier that answers is asked before anything is handed over;
of one that does not (e-mail) a message whose try had no end is `unknown`, and is not sent again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import BigInteger, Connection, case, delete, insert, literal, select, update

from clerk_app import wire
from clerk_app.central.database import Database, entries, messages, milliseconds, moment, offices
from clerk_app.central.forgotten_messages import as_remembered
from clerk_app.central.officers import Officer, officer_of
from clerk_app.central.orders import Clock, Pace
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.messaging import Carrier, Failed, Letter, Nowhere, Taken, Unsent
from clerk_app.central.rules import Law
from clerk_app.central.stations import KnownStation
from clerk_app.domain.calendar import in_hanoi, moment_of
from clerk_app.domain.collecting import reminder_due
from clerk_app.domain.contact import ContactGiven, MessageAsked, masked
from clerk_app.domain.dossier import Dossier, Entry, replay
from clerk_app.domain.handing import CollectionReminded
from clerk_app.domain.messages import REMINDED_BY, Wanted, may_tell, overtaken, wanted
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.sms import length
from clerk_app.wire_messages import MessageState

FOLLOWED_S = 72 * 3600
"""How long after it was handed over a message is asked after."""
WAITS_FOR_THE_CITIZEN = ("no_address", "not_allowed")
_THEN = messages.c.entry, messages.c.made_ms, messages.c.id
"""Ids of entries grow with time."""
_MAY_REPEAT = ("sent", "delivered", "failed", "unknown", "not_allowed", "no_address", "pointless")


def causes(entry: Entry) -> bool:
    """Whether an entry has to do with messages."""
    return may_tell(entry) or isinstance(entry.what, ContactGiven | MessageAsked)


@dataclass(frozen=True, slots=True)
class Caused:
    """An accepted entry that has to do with messages, and its dossier right after it."""

    entry: Entry
    dossier: Dossier


def write_down(
    connection: Connection, law: Law, station: KnownStation, caused: Iterable[Caused], now: datetime, marks: bool
) -> None:
    """Everything that follows from these entries, in the transaction that accepts them."""
    for one in caused:
        match one.entry.what:
            case ContactGiven():
                _readdressed(connection, law, one.entry, one.dossier, now, marks)
            case MessageAsked(message=message):
                row = _row(connection, message)
                if row is not None and row.dossier == one.dossier.id:
                    _repeated(connection, law, row, one.entry, one.dossier, now, marks)
            case _:
                rules, office = law.rules(one.entry.at), office_words(connection, station.office)
                for wish in wanted(one.entry, one.dossier, rules, office, marks):
                    made = uuid5(one.entry.id, wish.slot)
                    if _row(connection, made) is None:
                        officer = officer_of(connection, one.entry.who, rules)
                        fresh = _values(wish, one.entry, one.dossier, rules, office, officer, now)
                        values = as_remembered(connection, fresh, _caused(one, station, law))
                        about = {"id": made, "entry": one.entry.id, "dossier": one.dossier.id}
                        connection.execute(insert(messages), values | about | {"office": station.office})


def _caused(one: Caused, station: KnownStation, law: Law) -> datetime:
    """From when on central may have told of it: of a reminder that it writes by itself from the opening of its day on,
    for it writes that again when it forgot it.
    """
    handing = one.dossier.handing
    if not isinstance(one.entry.what, CollectionReminded) or station.counter != REMINDED_BY or not handing.reminded:
        return one.entry.at
    before = replace(one.dossier, handing=replace(handing, reminded=handing.reminded[:-1]))
    rules = law.rules_of(before, one.entry.at)
    due = reminder_due(before, rules)
    if due is None:
        return one.entry.at
    return min(one.entry.at, moment_of(in_hanoi(due).date(), rules.calendar.hours.opens))


def _values(
    wish: Wanted, entry: Entry, dossier: Dossier, rules: Rules, office: Words, officer: Officer, now: datetime
) -> dict[str, object]:
    """What a row says of a message that was not tried yet."""
    state = rules.states.get(dossier.course.state)
    status = int(state.status) if state is not None and state.status.isascii() and state.status.isdigit() else 1
    due_at, title = dossier.course.due_at, officer.title
    letter = Letter(wish.address, wish.text, wish.subject, status, officer.name, office.vi, entry.at, due_at, title)
    size = length(wish.text) if wish.way == "sms" else None
    return {
        "slot": wish.slot,
        "code": wish.row.code,
        "step": wish.row.trigger,
        "way": wish.way,
        "ground": wish.row.ground,
        "basis": wish.row.rule.basis,
        "verified": wish.row.rule.verified,
        "language": wish.language,
        "taken_ms": milliseconds(entry.at),
        "made_ms": milliseconds(now),
        "within": " ".join(wish.row.within),
        "hours": wish.row.hours,
        "letter": msgspec.json.encode(letter),
        "alphabet": size.alphabet if size is not None else "",
        "parts": size.parts if size is not None else 0,
        "again_of": None,
        "state": wish.state,
        "sent_ms": None,
        "heard_ms": None,
        "open_try": False,
        "tries": 0,
        "due_ms": milliseconds(now) if wish.state == "queued" else None,
        "cause": wish.cause,
    }


def _wish_again(
    connection: Connection, law: Law, row: Any, dossier: Dossier, now: datetime, marks: bool
) -> dict[str, object] | None:
    """What the row's message would be by what is known now; None where its entry causes it no more."""
    body = connection.execute(select(entries.c.body).where(entries.c.id == row.entry, entries.c.accepted)).scalar()
    if body is None:
        return None
    try:
        entry = wire.decode_entry(body)
    except wire.Unreadable:
        return None
    rules, office = law.rules(entry.at), office_words(connection, row.office)
    for wish in wanted(entry, dossier, rules, office, marks):
        if wish.slot == row.slot:
            return _values(wish, entry, dossier, rules, office, officer_of(connection, entry.who, rules), now)
    return None


def _readdressed(connection: Connection, law: Law, given: Entry, dossier: Dossier, now: datetime, marks: bool) -> None:
    """Another way to reach the citizen, or an answer to what they agree to: what was not tried yet goes by it."""
    mine = (messages.c.dossier == dossier.id) & (messages.c.tries == 0)
    open_ones = messages.c.state.in_((*WAITS_FOR_THE_CITIZEN, "queued"))
    for row in connection.execute(select(messages).where(mine, open_ones)).all():
        values = _wish_again(connection, law, row, dossier, now, marks)
        if values is not None:
            values = as_remembered(connection, values, given.at)
            values |= {"made_ms": row.made_ms, "again_of": row.again_of}
            connection.execute(update(messages).where(messages.c.id == row.id, mine).values(values))


def _repeated(
    connection: Connection, law: Law, row: Any, asked: Entry, dossier: Dossier, now: datetime, marks: bool
) -> UUID | None:
    """Another message in the place of one that is over, under an id that follows from who asked for it."""
    made = uuid5(asked.id, row.slot)
    if row.state not in _MAY_REPEAT or _row(connection, made) is not None:
        return None
    underway = (messages.c.again_of == row.id) & messages.c.state.not_in(_MAY_REPEAT)
    if connection.execute(select(messages.c.id).where(underway)).first() is not None:
        # Asked for twice: the first wish is not carried out yet.
        return None
    values = _wish_again(connection, law, row, dossier, now, marks)
    if values is None:
        return None
    about = {"id": made, "entry": row.entry, "dossier": row.dossier, "office": row.office, "again_of": row.id}
    connection.execute(insert(messages), as_remembered(connection, values, asked.at) | about)
    return made


def office_words(connection: Connection, code: str) -> Words:
    """What an office is called; its code where nobody said."""
    row = connection.execute(select(offices.c.name_vi, offices.c.name_en).where(offices.c.code == code)).first()
    return Words(row.name_vi, row.name_en) if row is not None else Words(code, code)


def _row(connection: Connection, message: UUID) -> Any:
    return connection.execute(select(messages).where(messages.c.id == message)).first()


# ---- handing over


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one central, and the carriers that are joined here."""

    database: Database
    carriers: Mapping[str, Carrier]
    clock: Clock
    pace: Pace = field(default_factory=Pace)

    def of_dossier(self, dossier: UUID, office: str) -> list[MessageState]:
        """Those of a dossier of this office, oldest first."""
        mine = (messages.c.dossier == dossier) & (messages.c.office == office)
        chosen = select(messages).where(mine).order_by(messages.c.taken_ms, *_THEN)
        with self.database.read() as connection:
            return [state_of(row) for row in connection.execute(chosen)]

    def listed(self, states: Iterable[str]) -> list[tuple[str, MessageState]]:
        """Office and state of every message in one of these states, oldest first."""
        chosen = select(messages).where(messages.c.state.in_(tuple(states)))
        with self.database.read() as connection:
            found = connection.execute(chosen.order_by(messages.c.made_ms, messages.c.id))
            return [(row.office, state_of(row)) for row in found]

    def repeat(self, message: UUID) -> UUID:
        """Send one that is over once more as it is; asked again for the same, it is the same.

        Another address, or a consent, is a clerk's to write down. Raises `Refusal` MESSAGE_UNKNOWN, MESSAGE_OPEN,
        MESSAGE_UNSENDABLE.
        """
        now_ms = milliseconds(self.clock())

        def work(connection: Connection) -> UUID:
            row = _row(connection, message)
            if row is None:
                raise message_unknown()
            made = uuid5(row.id, row.slot)
            if _row(connection, made) is not None:
                return made
            if row.state == "queued":
                raise message_open()
            if row.state in WAITS_FOR_THE_CITIZEN:
                raise message_unsendable()
            fresh = {"id": made, "again_of": row.id, "made_ms": now_ms, "state": "queued", "cause": "", "tries": 0}
            fresh |= {"due_ms": now_ms, "sent_ms": None, "heard_ms": None, "open_try": False}
            fresh |= {"handed_ms": None, "absent_ms": None}
            connection.execute(insert(messages), dict(row._mapping) | fresh)
            return made

        return self.database.written(work, "messages")

    def try_due(self, most: int = 20) -> int:
        """Try every message whose time has come; how many were tried."""
        with self.database.read() as connection:
            due = select(messages.c.id).where(messages.c.due_ms <= milliseconds(self.clock()))
            ids = list(connection.execute(due.order_by(messages.c.due_ms).limit(most)).scalars())
        return sum(self.try_one(one) for one in ids)

    def try_one(self, message: UUID) -> bool:
        """Try this one, if its time has come and nobody else does."""
        claimed = self._claim(message)
        if claimed is None:
            return False
        row, was_open, why_not = claimed
        carrier = self.carriers.get(row.way)
        letter = msgspec.json.decode(row.letter, type=Letter)
        if row.state == "sent":
            self._follow(row, carrier, letter)
        elif carrier is None:
            self._later(row, "NOT_JOINED", was_open)
        elif was_open and not carrier.answers:
            self._ended(row, {"state": "unknown", "cause": "UNCONFIRMED"})
        else:
            self._hand_over(row, carrier, letter, was_open, why_not)
        return True

    def _hand_over(self, row: Any, carrier: Carrier, letter: Letter, was_open: bool, why_not: str) -> None:
        if carrier.answers:
            found = carrier.look(row.id.hex, letter)
            if isinstance(found, Unknown):
                self._later(row, found.cause, was_open)
                return
            if not isinstance(found, Nowhere):
                self._came(row, found)
                return
        if why_not:
            self._ended(row, {"state": "pointless", "cause": why_not})
            return
        if was_open and not carrier.compares and row.handed_ms is not None and not self._absent_for_long(row):
            self._later(row, "ABSENT", True)
            return
        if not carrier.compares:
            # Written down before it goes: it may go out although nobody here hears of it.
            self._write(row, {"handed_ms": milliseconds(self.clock()), "absent_ms": None})
        end = carrier.send(row.id.hex, letter)
        match end:
            case Unknown(cause, unheard=True) if carrier.answers:
                self._later(row, cause, False)
            case Taken() | Failed():
                self._came(row, end)
            case Unsent(cause):
                self._later(row, cause, False)
            case Unknown(cause) if carrier.answers:
                self._later(row, cause, True)
            case Unknown(cause):
                self._ended(row, {"state": "unknown", "cause": cause})

    def _absent_for_long(self, row: Any) -> bool:
        now_ms = milliseconds(self.clock())
        if row.absent_ms is None:
            self._write(row, {"absent_ms": now_ms})
            return False
        return self.pace.may_repeat(row.handed_ms, row.absent_ms, now_ms)

    def _follow(self, row: Any, carrier: Carrier | None, letter: Letter) -> None:
        """Ask after one that was handed over."""
        found = carrier.look(row.id.hex, letter) if carrier is not None else Unknown("NOT_JOINED")
        if isinstance(found, Taken | Failed):
            self._came(row, found)
        else:
            self._later(row, found.cause if isinstance(found, Unknown) else "ABSENT", False)

    def _came(self, row: Any, end: Taken | Failed) -> None:
        now_ms = milliseconds(self.clock())
        values: dict[str, object] = {"heard_ms": now_ms, "sent_ms": row.sent_ms or now_ms, "cause": ""}
        if isinstance(end, Failed):
            self._ended(row, {"state": "failed", "cause": end.cause, "heard_ms": now_ms})
        elif end.delivered or not self.carriers[row.way].answers:
            self._ended(row, values | {"state": "delivered" if end.delivered else "sent"})
        else:
            since = row.sent_ms or now_ms
            again = now_ms + self.pace.wait_ms(row.tries)
            due = again if now_ms - since < FOLLOWED_S * 1000 else None
            self._ended(row, values | {"state": "sent", "due_ms": due})

    def _claim(self, message: UUID) -> tuple[Any, bool, str] | None:
        """The row, once its time is moved on; whether a try before had no end; why there is no point in it any more."""
        now = self.clock()
        now_ms = milliseconds(now)

        def work(connection: Connection) -> tuple[Any, bool, str] | None:
            row = _row(connection, message)
            if row is None or row.due_ms is None or row.due_ms > now_ms:
                return None
            why_not = ""
            if row.state == "queued":
                dossier = _dossier(connection, row.dossier)
                why_not = (
                    "ERASED"
                    if dossier is None
                    else overtaken(row.within.split(), row.hours, moment(row.taken_ms), dossier, now)
                )
            mine = update(messages).where(messages.c.id == message, messages.c.due_ms == row.due_ms)
            lease = {
                "tries": row.tries + 1,
                "due_ms": now_ms + int(self.pace.lease_s * 1000),
                "open_try": row.state == "queued",
            }
            if not connection.execute(mine.values(lease)).rowcount:
                return None
            return _row(connection, message), row.open_try, why_not

        return self.database.written(work, "messages")

    def _later(self, row: Any, cause: str, open_try: bool) -> None:
        now_ms = milliseconds(self.clock())
        due: int | None = now_ms + self.pace.wait_ms(row.tries)
        if row.state == "sent" and now_ms - (row.sent_ms or now_ms) >= FOLLOWED_S * 1000:
            due = None
        # Unless it was woken since this try began: then its time has come.
        slept = case((messages.c.due_ms == row.due_ms, literal(due, BigInteger)), else_=messages.c.due_ms)
        self._write(row, {"cause": cause, "due_ms": slept, "open_try": open_try})

    def _ended(self, row: Any, values: Mapping[str, object]) -> None:
        self._write(row, {"due_ms": None, "open_try": False} | dict(values))

    def _write(self, row: Any, values: Mapping[str, object]) -> None:
        """Unless somebody was quicker."""

        def work(connection: Connection) -> None:
            mine = (messages.c.id == row.id) & (messages.c.state == row.state) & (messages.c.tries == row.tries)
            connection.execute(update(messages).where(mine).values(dict(values)))

        self.database.written(work, "messages")


def forget_dossier(connection: Connection, dossier: UUID) -> None:
    """Let go of every message of this dossier, sent or not."""
    connection.execute(delete(messages).where(messages.c.dossier == dossier))


def told(database: Database, dossiers: Iterable[UUID]) -> list[dict[str, Any]]:
    """Every message about these dossiers, whole: for whoever may have all that is held on a person."""
    found = []
    with database.read() as connection:
        for dossier in dossiers:
            chosen = select(messages).where(messages.c.dossier == dossier)
            for row in connection.execute(chosen.order_by(messages.c.taken_ms, *_THEN)):
                letter = msgspec.json.decode(row.letter, type=Letter)
                said = msgspec.to_builtins(state_of(row))
                found.append({"dossier": str(dossier), **said, "to": letter.to})
    return found


def state_of(row: Any) -> MessageState:
    """How a message stands, for the office's desks: to whom it went is masked."""
    letter = msgspec.json.decode(row.letter, type=Letter)
    return MessageState(
        id=row.id,
        entry=row.entry,
        code=row.code,
        step=row.step,
        way=row.way,
        ground=row.ground,
        basis=row.basis,
        verified=row.verified,
        state=row.state,
        cause=row.cause,
        to=letter.to if row.way == "portal" else masked(letter.to),
        subject=letter.subject,
        text=letter.text,
        alphabet=row.alphabet,
        parts=row.parts,
        taken_at=in_hanoi(moment(row.taken_ms)),
        sent_at=None if row.sent_ms is None else in_hanoi(moment(row.sent_ms)),
        heard_at=None if row.heard_ms is None else in_hanoi(moment(row.heard_ms)),
        tries=row.tries,
        again_of=row.again_of,
    )


def _dossier(connection: Connection, dossier: UUID) -> Dossier | None:
    of_it = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted).order_by(entries.c.number)
    bodies = connection.execute(of_it).scalars().all()
    state = replay(wire.decode_entry(body) for body in bodies) if bodies else None
    return None if state is None or state.erased is not None else state


def message_unknown() -> Refusal:
    """No message has this id."""
    return Refusal(
        "MESSAGE_UNKNOWN",
        Words("Không có tin này.", "There is no such message."),
        Words("Xem danh sách tin rồi chọn lại.", "Look at the list of messages, then choose again."),
    )


def message_open() -> Refusal:
    """It is still on its way."""
    return Refusal(
        "MESSAGE_OPEN",
        Words("Tin này còn đang chờ gửi.", "This message is still waiting to be sent."),
        Words("Đợi kết quả lần gửi này; sửa cách liên hệ nếu sai.", "Wait for its end; mend the contact if need be."),
    )


def message_unsendable() -> Refusal:
    """Nobody can send it as it is."""
    return Refusal(
        "MESSAGE_UNSENDABLE",
        Words("Tin này thiếu địa chỉ hoặc sự đồng ý của công dân.", "It lacks an address, or the citizen's consent."),
        Words("Cán bộ ghi liên hệ ở trang Quá trình giải quyết.", "A clerk writes the contact down on the way's page."),
    )
