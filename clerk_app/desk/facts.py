"""From what stands in a dossier to the facts a decision is made of. Nothing is decided here."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from clerk_app.domain.dossier import Dossier
from clerk_app.domain.licence import Licence, Regime, Sanctions
from clerk_app.domain.people import Sex
from clerk_app.domain.procedure import Applicant, Decision, Facts, applicable, decide
from clerk_app.domain.rules import Rules


def day(text: str) -> date | None:
    """The day an ISO text names, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def known_licences(dossier: Dossier) -> tuple[Licence, ...]:
    """What the register named, else the one the clerk typed from the card."""
    if dossier.register and dossier.register.answered and dossier.register.licences:
        return dossier.register.licences
    number, code = dossier.text("licence.number"), dossier.text("licence.class")
    regime = dossier.text("licence.regime")
    if not number or not code or regime not in ("old", "new"):
        return ()
    return (
        Licence(
            regime=cast(Regime, regime),
            code=code,
            number=number,
            issued=day(dossier.text("licence.issued")),
            expires=day(dossier.text("licence.expires")),
            status="unknown",
        ),
    )


def chosen_licences(dossier: Dossier) -> tuple[Licence, ...]:
    """The licences this dossier is about: those ticked, else the one that expires first, else the only one."""
    known = known_licences(dossier)
    ticked = {number for number in dossier.text("licences").split(",") if number}
    chosen = tuple(licence for licence in known if licence.number in ticked)
    if chosen or not known:
        return chosen
    expiring = sorted((one for one in known if one.expires), key=lambda one: one.expires or date.max)
    return (expiring[0],) if expiring else known[:1]


def _facts(dossier: Dossier, at: datetime, case: str, wanted: str) -> Facts:
    sex = dossier.text("applicant.sex")
    sanctions: Sanctions = dossier.register.sanctions if dossier.register and dossier.register.answered else "unknown"
    return Facts(
        procedure=dossier.procedure,
        case=case,
        received_at=dossier.submitted.received_at if dossier.submitted else at,
        channel=dossier.channel,
        applicant=Applicant(
            born=day(dossier.text("applicant.born")),
            sex=cast(Sex, sex) if sex in ("M", "F") else None,
            nationality=dossier.text("applicant.nationality") or "VNM",
        ),
        licences=chosen_licences(dossier),
        wanted_class=wanted,
        identity_level=dossier.evidence.level if dossier.evidence else "manual",
        sanctions=sanctions,
    )


def facts_of(dossier: Dossier, at: datetime, rules: Rules) -> Facts:
    """The facts as they stand at `at`; a case or class nobody chose yet is the first that can apply."""
    case = dossier.text("case")
    if not case:
        open_cases = applicable(_facts(dossier, at, "", ""), rules)
        case = next((one.code for one, applies, _ in open_cases if applies), "")
    wanted = dossier.text("wanted_class")
    facts = _facts(dossier, at, case, wanted)
    if wanted or not facts.licences:
        return facts
    choices = decide(facts, rules).new_classes
    return _facts(dossier, at, case, choices[0].code) if choices else facts


def decision_of(dossier: Dossier, at: datetime, rules: Rules) -> tuple[Facts, Decision]:
    """The facts and what follows from them."""
    facts = facts_of(dossier, at, rules)
    return facts, decide(facts, rules)
