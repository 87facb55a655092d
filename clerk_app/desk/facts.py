"""What a draft amounts to at this moment: its facts, with the choices nobody made yet, and the decision."""

from __future__ import annotations

from datetime import datetime

from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import facts_at, received_at
from clerk_app.domain.procedure import Decision, Facts, applicable, decide
from clerk_app.domain.rules import Rules


def facts_of(dossier: Dossier, now: datetime, rules: Rules) -> Facts:
    """The facts as they stand; a case or class nobody chose yet is the first that can apply."""
    at = received_at(dossier, now)
    case = dossier.text("case")
    if not case:
        open_cases = applicable(facts_at(dossier, at, "", ""), rules)
        case = next((one.code for one, applies, _ in open_cases if applies), "")
    wanted = dossier.text("wanted_class")
    facts = facts_at(dossier, at, case, wanted)
    if wanted or not facts.licences:
        return facts
    choices = decide(facts, rules).new_classes
    return facts_at(dossier, at, case, choices[0].code) if choices else facts


def decision_of(dossier: Dossier, now: datetime, rules: Rules) -> tuple[Facts, Decision]:
    """The facts and what follows from them."""
    facts = facts_of(dossier, now, rules)
    return facts, decide(facts, rules)
