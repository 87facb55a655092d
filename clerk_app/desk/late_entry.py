"""A dossier from a file, by the same rules as the window: late entry after an outage, bulk entry, practice.

What a file says about identity and sanctions proves nothing: the chip on the reader and the register do, or a
supervisor approves. Only in training does the file stand in for them, and the dossier is marked as practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from clerk_app.desk.cashier import Cashier
from clerk_app.desk.counter import Counter
from clerk_app.desk.exceptions import Exceptions
from clerk_app.desk.intake import Intake
from clerk_app.desk.views import IntakeView
from clerk_app.domain.calendar import day
from clerk_app.domain.dossier import Dossier, Happening, IdentityRead, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence, Verdict
from clerk_app.domain.facts import TYPED_LICENCES, late_entry_reach
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person
from clerk_app.domain.procedure import Facts
from clerk_app.domain.refusals import Refusal, Words

_AHEAD = timedelta(minutes=5)


class LateEntry:
    """Fills a draft from facts."""

    def __init__(self, counter: Counter, intake: Intake, cashier: Cashier, exceptions: Exceptions) -> None:
        self._counter = counter
        self._intake = intake
        self._cashier = cashier
        self._exceptions = exceptions

    def take(self, facts: Facts, further: Mapping[str, str]) -> IntakeView:
        """A draft with everything the file says, the register asked.

        Raises `Refusal` `RECEIVED_IN_FUTURE`, `RECEIVED_LONG_AGO`. Nothing is opened for a file that cannot be taken.
        """
        self._counter.demand("dossier.take")
        self._counter.renew()
        practice = self._counter.station.practice
        now = self._counter.clock()
        reach = late_entry_reach(self._counter.rules_today().settings.get("late_entry_days", ""))
        if facts.received_at < now - reach and not practice:
            raise Refusal(
                "RECEIVED_LONG_AGO",
                Words(f"Hồ sơ tiếp nhận đã quá {reach.days} ngày.", f"Received more than {reach.days} days ago."),
                Words("Kiểm tra received_at trong tệp.", "Check received_at in the file."),
            )
        if facts.received_at > now + _AHEAD and not practice:
            raise Refusal(
                "RECEIVED_IN_FUTURE",
                Words("Thời điểm tiếp nhận nằm trong tương lai.", "The moment of reception lies in the future."),
                Words("Sửa received_at trong tệp, hoặc chỉnh đồng hồ máy.", "Mend received_at, or set the clock."),
            )
        person = facts.applicant
        values = {name: text for name, text in further.items() if text} | {
            "applicant.born": person.born.isoformat() if person.born else "",
            "applicant.sex": person.sex or "",
            "applicant.nationality": person.nationality,
            "received_at": facts.received_at.isoformat(),
            "case": facts.case,
            "wanted_class": facts.wanted_class,
        }
        values |= _conditions(facts)
        for prefix, licence in zip(TYPED_LICENCES, facts.licences, strict=False):
            values |= {
                f"{prefix}.number": licence.number,
                f"{prefix}.class": licence.code,
                f"{prefix}.regime": licence.regime,
                f"{prefix}.issued": licence.issued.isoformat() if licence.issued else "",
                f"{prefix}.expires": licence.expires.isoformat() if licence.expires else "",
            }
            if licence.restriction:
                values[f"{prefix}.restriction"] = licence.restriction
        # The application on paper that this file was typed from carries the applicant's pledge and signature.
        values["pledge"] = "yes"
        values["licences"] = ",".join(licence.number for licence in facts.licences)
        self._intake.fits(values)
        opened = self._intake.open(facts.channel, further.get("reason", ""))
        self._intake.enter(opened.dossier, values, "application", "")
        self._intake.park()
        view = self._intake.ask_register(opened.dossier)
        return self._as_told(opened.dossier, facts) if practice else view

    def _as_told(self, dossier: UUID, facts: Facts) -> IntakeView:
        """In training the file stands in for the card and for a register that does not know the person."""
        state = self._counter.draft(dossier)
        now = self._counter.clock()
        told: list[Happening] = []
        if state.evidence is None and facts.identity_level != "manual":
            verdicts = (Verdict("signed", "unknown"), Verdict("genuine", "unknown"))
            evidence = Evidence("manual", facts.identity_level, verdicts, PRACTICE_FILE, now)
            told.append(IdentityRead(_person(state), evidence))
        if not (state.register and state.register.answered and state.register.licences):
            told.append(RegisterAnswered(True, _known(facts), facts.sanctions, PRACTICE_FILE))
        return self._intake.shown(self._counter.write(dossier, *told) if told else state)

    def approve(self, dossier: UUID, reason: str, user: str, password: str) -> IntakeView:
        """Ask for every exception this draft needs, and let a supervisor who is somebody else grant them."""
        view = self._intake.view(dossier)
        for needed in view.application.exceptions:
            if needed.state in ("granted", "refused"):
                continue
            if needed.state == "needed":
                self._exceptions.ask(dossier, needed.code, reason)
            view = self._exceptions.decide(dossier, needed.code, user, password, True, reason)
        return view


def _known(facts: Facts) -> tuple[Licence, ...]:
    """The licences of the file as a register would name them."""
    return tuple(replace(one, fraud_decided=one.fraud_decided or facts.fraud_decided) for one in facts.licences)


def _conditions(facts: Facts) -> dict[str, str]:
    """What the file answers of the questions that only some cases ask; what it leaves open stays open."""
    foreign, said = facts.foreign, {True: "yes", False: "no"}
    answers = {
        "force_majeure": facts.force_majeure,
        "represented": facts.represented,
        "applicant.residence_abroad": facts.applicant.residence_abroad or None,
        "foreign.altered": foreign.altered,
        "foreign.earned_abroad": foreign.earned_abroad,
    }
    values = {name: said[answer] for name, answer in answers.items() if answer is not None}
    if facts.health != "unknown":
        values["health.conclusion"] = facts.health
    if foreign.kind is not None:
        values["foreign.kind"] = foreign.kind
    if foreign.residence_months is not None:
        values["foreign.residence_months"] = str(foreign.residence_months)
    return values


def _person(state: Dossier) -> Person:
    sex = state.text("applicant.sex")
    return Person(
        number=state.text("applicant.number"),
        name=state.text("applicant.name"),
        born=day(state.text("applicant.born")),
        sex="M" if sex == "M" else "F" if sex == "F" else None,
        nationality=state.text("applicant.nationality") or "VNM",
        residence=state.text("applicant.residence"),
    )
