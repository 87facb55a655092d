"""The State's systems about one dossier: one is asked, what it said is written into the journal, all are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast
from uuid import UUID

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.register_views import SystemView, about, askable, licences_before, system_views, tthc_of
from clerk_app.desk.system_ports import ForeignSystems
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import known_licences
from clerk_app.domain.people import Sex
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.registers import Claimed
from clerk_app.domain.subject import erased
from clerk_app.domain.systems import SYSTEMS, System, SystemAnswered
from clerk_app.wire_registers import HealthOf, IdentityOf, PortalOf, Question, RegisterSaid, ResultsOf, ViolationsOf

RECEPTION, LICENCES = "RECEPTION", "licences"


class Registers:
    """Asks and shows. Every verb that asks blocks for some seconds."""

    def __init__(
        self, counter: Counter, systems: ForeignSystems, licences: Callable[[UUID], object] = lambda dossier: None
    ) -> None:
        """`licences` asks the licence register, whose answer the decision rests on, about a draft."""
        self._counter = counter
        self._licences = licences
        self._systems = systems

    def views(self, dossier: UUID) -> tuple[SystemView, ...]:
        """What every system said of the dossier as it stands, with what is different. Asks nobody."""
        self._counter.demand("dossier.find", dossier)
        return self._views(self._counter.journal.dossier(dossier))

    def ask(self, dossier: UUID, system: str, purpose: str = RECEPTION, live: bool = False) -> tuple[SystemView, ...]:
        """Ask one system and write down what it said, when, and whether nobody knows. No line means unknown.

        Raises `Refusal` SYSTEM_UNKNOWN, LICENCES_BEFORE, NOTHING_TO_ASK, DOSSIER_ERASED, DOSSIER_ELSEWHERE, and
        what central says.
        """
        who = self._counter.demand("register.ask", dossier).id
        if system == LICENCES:
            if self._counter.journal.dossier(dossier).status != "draft":
                raise licences_before()
            self._licences(dossier)
            return self._views(self._counter.journal.dossier(dossier))
        chosen = named(system)
        state = self._open(dossier)
        rules = self._counter.rules_of(state)
        asked = about(chosen, state, rules)
        if (problem := askable(chosen, asked)) is not None:
            raise problem
        try:
            question = _question(chosen, state, asked, tthc_of(state, rules))
            said = self._systems.ask(question, who, purpose, dossier, live)
            heard = _heard(chosen, said, asked)
        except Refusal as refusal:
            if refusal.code not in NO_LINE:
                raise
            heard = SystemAnswered(chosen, "unknown", self._counter.clock(), asked, "CENTRAL_UNREACHABLE")
        with self._counter.journal.together():
            self._open(dossier)
            state = self._counter.write(dossier, heard, who=who)
        return self._views(state)

    def _open(self, dossier: UUID) -> Dossier:
        state = self._counter.journal.dossier(dossier)
        if state.status == "draft":
            return self._counter.draft(dossier)
        if state.erased is not None:
            raise erased()
        return state

    def _views(self, state: Dossier) -> tuple[SystemView, ...]:
        return system_views(state, self._counter.rules_of(state), self._counter.clock())


def named(system: str) -> System:
    """The system of this name. Raises `Refusal` SYSTEM_UNKNOWN."""
    if system not in SYSTEMS:
        every = ", ".join((LICENCES, *SYSTEMS))
        raise Refusal(
            "SYSTEM_UNKNOWN",
            Words(f"Không có hệ thống '{system}'.", f"There is no system '{system}'."),
            Words(f"Chọn một trong: {every}.", f"Choose one of: {every}."),
        )
    return system


def _question(system: System, state: Dossier, asked: Mapping[str, str], tthc: str) -> Question:
    number = asked.get("applicant.number", "")
    match system:
        case "identity":
            sex = asked.get("applicant.sex", "")
            return IdentityOf(
                Claimed(
                    number,
                    asked.get("applicant.name", ""),
                    asked.get("applicant.born", ""),
                    cast(Sex, sex) if sex in ("M", "F") else "",
                    residence=asked.get("applicant.residence", ""),
                )
            )
        case "violations":
            return ViolationsOf(number, [one.number for one in known_licences(state)][:20])
        case "health":
            return HealthOf(number, asked.get("health.number", ""))
        case "results":
            return ResultsOf(number, number, state.text("applicant.name") or number, tthc)
        case "portal":
            return PortalOf(asked["code"])


def _heard(system: System, said: RegisterSaid, asked: Mapping[str, str]) -> SystemAnswered:
    """The answer as it is kept. An answer of another system, or without what it should hold, is none."""
    fits = said.system == system and getattr(said, system) is not None
    return SystemAnswered(
        system,
        said.outcome if fits else "unknown",
        said.at,
        asked,
        said.cause if fits else "SHAPE",
        said.violations if fits else None,
        said.identity if fits else None,
        said.health if fits else None,
        said.results if fits else None,
        said.portal if fits else None,
    )
