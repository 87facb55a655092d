"""What somebody who decides an exception has before their eyes, as one text with a digest of its own.

A decision names that digest, so that it holds for what was shown: desk and central work it out from the same entries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.dossier import Dossier, Reading
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.facts import level_of, worth
from clerk_app.domain.licence import Licence
from clerk_app.domain.pages import in_force
from clerk_app.domain.people import said_of

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]

BESIDE = frozenset({"applicant.phone", "reason", "result_place", "pledge"})
"""Fields that nobody decides on: the clerk goes on filling them in while a supervisor looks."""


def shown_of(dossier: Dossier, code: str) -> str:
    """SHA-256 (lower-case hex) of what is shown to whoever decides this exception; the empty text where nobody asked.

    Who granted before does not count: two who look at the same see the same.
    """
    asked = dossier.exceptions.get(code)
    return hashlib.sha256(shown_text(dossier, asked).encode()).hexdigest() if asked is not None else ""


def shown_text(dossier: Dossier, asked: ExceptionState) -> str:
    """The same as canonical JSON: names in order, no blanks, moments in UTC, days as ISO text."""
    whole: dict[str, Plain] = {
        "v": 1,
        "dossier": str(dossier.id),
        "about": [dossier.procedure, dossier.channel, dossier.office, dossier.clerk, dossier.practice],
        "request": _request(asked),
        "level": level_of(dossier),
        "evidence": _evidence(dossier.evidence, dossier.practice),
        "readings": {source: _reading(one, dossier.practice) for source, one in dossier.readings.items()},
        "disproven": {number: _reading(one, dossier.practice) for number, one in dossier.disproven.items()},
        "face": [dossier.face.result, dossier.face.portrait, dossier.face.photo] if dossier.face is not None else None,
        "fields": {
            name: [value.text, value.source]
            for name, value in dossier.fields.items()
            if value.text and name not in BESIDE
        },
        "typed": {name: one.text for name, one in dossier.typed.items() if one.text and name not in BESIDE},
        "register": _register(dossier),
        "pages": [[page.sheet, page.paper, page.side] for page in in_force(dossier.pages) if not page.raw],
        "taken": {paper: [one.source, one.reference, one.state] for paper, one in dossier.taken.items()},
        "marks": dict(dossier.marks),
        "fee": [dossier.fee.receipt, dossier.fee.fee_vnd] if dossier.fee is not None else None,
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _request(asked: ExceptionState) -> Plain:
    return [
        asked.code,
        str(asked.request or ""),
        asked.asked_by,
        _moment(asked.asked_at),
        asked.reason,
        asked.amount_vnd,
        list(asked.evidence),
        asked.approvers,
    ]


def _evidence(evidence: Evidence | None, practice: bool) -> Plain:
    if evidence is None:
        return None
    verdicts: list[Plain] = [[one.name, one.state, one.reason] for one in evidence.verdicts]
    return [
        evidence.source,
        worth(evidence, practice),
        _moment(evidence.at),
        verdicts,
        evidence.portrait,
        list(evidence.problems),
    ]


def _reading(reading: Reading, practice: bool) -> Plain:
    said: Mapping[str, str] = said_of(reading.person)
    return [dict(said), _evidence(reading.evidence, practice), reading.taken]


def _register(dossier: Dossier) -> Plain:
    register = dossier.register
    if register is None:
        return None
    holder = register.holder
    return [
        register.answered,
        register.source,
        register.sanctions,
        [holder.name, _day(holder.born)] if holder is not None else None,
        [_licence(one) for one in register.licences],
    ]


def _licence(one: Licence) -> Plain:
    return [
        one.regime,
        one.code,
        one.number,
        _day(one.issued),
        _day(one.expires),
        one.status,
        one.restriction,
        one.points,
        one.sanction,
        _day(one.fraud_decided),
    ]


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at is not None else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
