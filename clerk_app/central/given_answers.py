"""What a desk writes down of a register's answer, held against what central itself was told and handed on.

Central asks the registers, so nobody but central knows what one said. It keeps a keyed digest of each answer beside the
question; an entry that says something else, or of somebody else, is none of its answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from clerk_app.central.database import Database, facts, milliseconds, register_queries
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Entry, RegisterAnswered
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import SystemAnswered

Mark = Callable[[str], bytes]
"""What stands for a text in central's records: the same each time, and only central can make it."""
_FORGOTTEN = "answers forgotten"
_OLDER_MS = 60_000
"""How far the moment of an answer and that of its record may be apart where no digest was kept."""
_LICENCES_MARK = 31
"""Octets of the mark of an answer of the licence register; those of before are longer, and of something else."""
UNREADABLE = bytes(_LICENCES_MARK)
"""The mark of an answer that nobody can write down."""
_SLACK_MS = 600_000
"""How far a station's clock may be wrong."""


def check_given(connection: Connection, entry: Entry, what: SystemAnswered, station: KnownStation, mark: Mark) -> None:
    """Raises `Refusal` ANSWER_UNKNOWN for an answer that central did not hand to this office about this dossier.

    That nobody knows is always believed: so it is without a line. Of what was said between a copy and its restore
    central has no record; it is believed, too.
    """
    if what.outcome == "unknown":
        return
    mine = (
        (register_queries.c.dossier == entry.dossier)
        & (register_queries.c.office == station.office)
        & (register_queries.c.system == what.system)
        & (register_queries.c.step == 1)
        & (register_queries.c.outcome == what.outcome)
    )
    subject = mark(subject_of(what.system, what.about))
    said = mark(text_of(what.system, what.outcome, what.heard_at, getattr(what, what.system)))
    columns = register_queries.c.at_ms, register_queries.c.answer, register_queries.c.subject
    for row in connection.execute(select(*columns).where(mine)):
        if bytes(row.subject) != subject:
            continue
        if row.answer is None:
            near = abs(row.at_ms - milliseconds(what.heard_at)) <= _OLDER_MS
            if near or what.outcome == "kept":
                return
        elif bytes(row.answer) == said:
            return
    if not _can_have_been(connection, entry, what):
        raise _never_said()


def _never_said() -> Refusal:
    return Refusal(
        "ANSWER_UNKNOWN",
        Words("Trung tâm không đưa ra câu trả lời này.", "Central never gave this answer."),
        Words("Hỏi lại hệ thống đó rồi làm tiếp.", "Ask that system again, then go on."),
    )


def check_licences(
    connection: Connection, entry: Entry, what: RegisterAnswered, number: str, station: KnownStation, mark: Mark
) -> None:
    """The same for the licence register, about the person of this `number`. An answer of before there were marks of it
    is believed where the register answered about that person then.

    Raises `Refusal` ANSWER_UNKNOWN.
    """
    if not what.answered:
        return
    asked = register_queries.c
    mine = (
        # Stations of before did not say for which dossier they asked.
        (asked.dossier.is_(None) | (asked.dossier == entry.dossier))
        & (asked.office == station.office)
        & (asked.system == "licences")
        & (asked.step == 1)
        & asked.outcome.in_(("answered", "kept"))
        & (asked.subject == mark(number))
    )
    said = licences_mark(what, mark)
    for answer, at_ms in connection.execute(select(asked.answer, asked.at_ms).where(mine)):
        of_before = answer is None or len(answer) != _LICENCES_MARK
        if bytes(answer or b"") == said or (of_before and abs(at_ms - milliseconds(entry.at)) <= _SLACK_MS):
            return
    if not was_forgotten(connection, entry.at):
        raise _never_said()


def licences_mark(what: RegisterAnswered, mark: Mark) -> bytes:
    """By which an answer of the licence register is known again: a desk does not write down when it was said."""
    told = msgspec.to_builtins(what, builtin_types=(datetime,))
    return mark(msgspec.json.encode(["licences", _plain(told)], order="sorted").decode())[:_LICENCES_MARK]


def text_of(system: str, outcome: str, at: datetime, said: object) -> str:
    """An answer as its digest is made of it: the same at central and in an entry that came over the wire."""
    told = msgspec.to_builtins(said, builtin_types=(datetime,))
    return msgspec.json.encode([system, outcome, _plain(at), _plain(told)], order="sorted").decode()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case str():
            return unicodedata.normalize("NFC", value)
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def subject_of(system: str, about: Mapping[str, str]) -> str:
    """About whom or what a system was asked, as it stands in the record of the question."""
    if system == "portal":
        return f"dossier {about.get('code', '')}"
    number = about.get("applicant.number", "")
    return number or f"certificate {about.get('health.number', '')}"


# ---- what a restored central does not know any more


def note_forgotten(database: Database, since: datetime, until: datetime) -> None:
    """Central was brought back at `until` to how it was at `since`: what it said between is not recorded."""

    def work(connection: Connection) -> None:
        known = _windows(connection)
        value = msgspec.json.encode([*known, (milliseconds(since), milliseconds(until))]).decode()
        if known:
            connection.execute(update(facts).where(facts.c.name == _FORGOTTEN).values(value=value))
        else:
            connection.execute(insert(facts), {"name": _FORGOTTEN, "value": value})

    database.written(work, "register_queries")


def _windows(connection: Connection) -> list[tuple[int, int]]:
    said = connection.execute(select(facts.c.value).where(facts.c.name == _FORGOTTEN)).scalar()
    return [] if said is None else msgspec.json.decode(said, type=list[tuple[int, int]])


def forgotten_until(connection: Connection) -> int | None:
    """When central was last brought back, in milliseconds; None where it never was."""
    return max((until for _, until in _windows(connection)), default=None)


def was_forgotten(connection: Connection, at: datetime, by_desk: bool = True) -> bool:
    """Whether `at` lies in a time of which central lost the record. `by_desk`: the moment is by a station's clock."""
    at_ms, slack = milliseconds(at), _SLACK_MS if by_desk else _OLDER_MS
    return any(since - slack <= at_ms <= until + slack for since, until in _windows(connection))


def _can_have_been(connection: Connection, entry: Entry, what: SystemAnswered) -> bool:
    """Whether it can have been handed on in a time of which central lost the record."""
    # When an answer of before was handed on the desk's clock alone can say.
    kept = what.outcome == "kept"
    return was_forgotten(connection, entry.at if kept else what.heard_at, kept)
