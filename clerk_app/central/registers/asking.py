"""The one way to ask a register: written down before and after, answered now, from before, or by "nobody knows"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import assert_never, get_args
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from clerk_app.central.database import Database
from clerk_app.central.given_answers import UNREADABLE, licences_mark, text_of
from clerk_app.central.registers import log
from clerk_app.central.registers.joined import Registers
from clerk_app.central.registers.results import ResultsWanted
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import age_limit
from clerk_app.wire import licences_said
from clerk_app.wire_registers import (
    HealthOf,
    IdentityOf,
    LicencesOf,
    Outcome,
    PortalOf,
    Question,
    RegisterSaid,
    ResultsOf,
    System,
    ViolationsOf,
)

_SILENCE = ("TIMEOUT", "UNREACHABLE", "HTTP_5")
"""Why an answer of before may stand in: the register could not be heard. What it said and nobody understood may not."""
PURPOSES = "register_purposes"
RECEPTION = "RECEPTION"
Setting = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, what for, for which dossier."""

    officer: str
    station: KnownStation
    purpose: str
    dossier: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the registers that are joined here."""

    database: Database
    registers: Registers
    clock: Callable[[], datetime]

    def ask(self, question: Question, asker: Asker, setting: Setting, live: bool = False) -> RegisterSaid:
        """What the register says; with `live` never what it said before.

        Raises `Refusal` PURPOSE_UNKNOWN, and what writing raises: what cannot be written down is not asked.
        """
        check_purpose(asker.purpose, setting)
        system = system_of(question)
        subject = log.mark_of(self.database, _subject(question))
        query = log.Query(
            uuid7(),
            system,
            asker.officer,
            asker.station.office,
            asker.station.code,
            asker.purpose,
            subject,
            asker.dossier,
        )
        log.note(self.database, query, log.ASKED, self.clock())
        said = self._said(question, asker.officer, query.id)
        mark = log.mark_of(self.database, msgspec.json.encode(question).decode())
        age = age_limit(system, setting)
        if said.outcome == "answered":
            log.keep(self.database, mark, query, msgspec.msgpack.encode(said), said.at, age)
        elif not live and said.cause.startswith(_SILENCE):
            before = log.kept(self.database, mark, said.at, age)
            if before is not None and (earlier := answer_in(before)) is not None:
                said = msgspec.structs.replace(earlier, outcome="kept", cause=said.cause)
        log.note(self.database, query, said.outcome, self.clock(), said.cause, self._mark_of(said))
        return said

    def _mark_of(self, said: RegisterSaid) -> bytes | None:
        """By which the answer is known again when a desk writes it down."""
        if said.outcome == "unknown":
            return None
        if said.licences is not None:
            try:
                return licences_mark(licences_said(said.licences), partial(log.mark_of, self.database))
            except msgspec.ValidationError:
                # No desk can write it down.
                return UNREADABLE
        text = text_of(said.system, said.outcome, said.at, getattr(said, said.system))
        return log.mark_of(self.database, text)

    def forget(self, setting: Setting) -> int:
        """Let go of the answers that the law does not let stand in any more; how many there were."""
        ages = {system: age_limit(system, setting) for system in get_args(System)}
        return log.forget(self.database, ages, self.clock())

    def _said(self, question: Question, officer: str, query: UUID) -> RegisterSaid:
        registers = self.registers
        match question:
            case LicencesOf(number, licence):
                found = registers.licences.of_licence(licence) if licence else registers.licences.licences(number)
                return RegisterSaid("licences", *self._end(found.problem), licences=found)
            case ViolationsOf(number, licences):
                records = registers.violations.standing(number, licences)
                return RegisterSaid("violations", *self._end(records.cause), violations=records)
            case IdentityOf(claimed):
                one = registers.population.compare(claimed, officer, query)
                cause = one.cause if one.held == "unknown" else ""
                return RegisterSaid("identity", *self._end(cause), identity=one)
            case HealthOf(number, certificate):
                certificates = registers.health.certificates(number, certificate)
                return RegisterSaid("health", *self._end(certificates.cause), health=certificates)
            case ResultsOf(owner, asker, asker_name, procedure, kinds):
                results = registers.results.results(ResultsWanted(owner, asker, asker_name, procedure, kinds))
                return RegisterSaid("results", *self._end(results.cause), results=results)
            case PortalOf(code):
                there = registers.portal.dossier(code)
                return RegisterSaid("portal", *self._end(there.cause), portal=there)
            case _:
                assert_never(question)

    def _end(self, cause: str) -> tuple[Outcome, datetime, str]:
        return "unknown" if cause else "answered", self.clock(), cause


def answer_in(kept: bytes) -> RegisterSaid | None:
    """A kept answer; None where another version of this program kept it in another shape."""
    try:
        return msgspec.msgpack.decode(kept, type=RegisterSaid)
    except msgspec.MsgspecError:
        return None


def system_of(question: Question) -> System:
    """Which system is asked."""
    match question:
        case LicencesOf():
            return "licences"
        case ViolationsOf():
            return "violations"
        case IdentityOf():
            return "identity"
        case HealthOf():
            return "health"
        case ResultsOf():
            return "results"
        case PortalOf():
            return "portal"
        case _:
            assert_never(question)


def check_purpose(purpose: str, setting: Setting) -> None:
    """Raises `Refusal` PURPOSE_UNKNOWN for what the law does not let a register be asked for.

    A law from before there were purposes knows the one that registers were asked for then.
    """
    known = [one for one in setting(PURPOSES).split("|") if one] or [RECEPTION]
    if purpose not in known:
        raise Refusal(
            "PURPOSE_UNKNOWN",
            Words("Không được tra cứu cho mục đích này.", "A register may not be asked for this purpose."),
            Words(f"Mục đích dùng được: {', '.join(known) or '–'}.", f"Purposes: {', '.join(known) or '–'}."),
        )


def _subject(question: Question) -> str:
    """Whose data it is about: the number of the person, else of their paper."""
    match question:
        case LicencesOf(number, licence):
            return number or f"licence {licence}"
        case ViolationsOf(number):
            return number
        case IdentityOf(claimed):
            return claimed.number
        case HealthOf(number, certificate):
            return number or f"certificate {certificate}"
        case ResultsOf(owner):
            return owner
        case PortalOf(code):
            return f"dossier {code}"
        case _:
            assert_never(question)
