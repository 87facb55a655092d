"""What a draft amounts to at this moment: its facts, with the choices nobody made yet, and the decision."""

from __future__ import annotations

from datetime import datetime

from clerk_app.domain import licensing
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import facts_at, received_at
from clerk_app.domain.procedure import Case, Decision, Facts, applicable, decide
from clerk_app.domain.rules import Rules


def open_cases(dossier: Dossier, now: datetime, rules: Rules) -> tuple[str, ...]:
    """The codes of the cases that can apply to this draft today, those about licences of this register first."""
    at = received_at(dossier, now)
    fitting = [case for case, applies, _ in applicable(facts_at(dossier, at, "", ""), rules) if applies]
    return tuple(case.code for case in sorted(fitting, key=of_another_issuer))


def of_another_issuer(case: Case) -> bool:
    """Whether a case is about a licence that this register does not know, or about none of its classes."""
    return case.classes in ("free", "none")


def case_is_chosen(dossier: Dossier, facts: Facts, rules: Rules) -> bool:
    """Whether the case stands: somebody took it, the dossier is closed, or it is the only one that can apply."""
    if dossier.text("case") or dossier.status != "draft":
        return True
    return sum(applies for _, applies, _ in applicable(facts, rules)) == 1


def open_classes(facts: Facts, rules: Rules) -> tuple[str, ...]:
    """The classes among which the law lets the applicant choose; nothing where it leaves no choice."""
    return tuple(dict.fromkeys(code for group in open_groups(facts, rules) for code in group))


def open_groups(facts: Facts, rules: Rules) -> tuple[tuple[str, ...], ...]:
    """The classes of each licence that leaves a choice."""
    return tuple(group for group in class_groups(facts, rules) if len(group) > 1)


def class_groups(facts: Facts, rules: Rules) -> tuple[tuple[str, ...], ...]:
    """The classes each licence may become, one group per licence."""
    case = rules.case(facts.case)
    if case is None or not (facts.licences or case.classes == "free"):
        return ()
    person, on = facts.applicant, in_hanoi(facts.received_at).date()
    return licensing.choices(licensing.subject(facts.licences, case), case, rules, person.born, person.sex, on).groups


def facts_of(dossier: Dossier, now: datetime, rules: Rules, supervised: bool = False) -> Facts:
    """The facts as they stand. A case nobody chose yet is the first that can apply: what is worked out from it is a
    forecast until somebody chose. A class follows by itself only where the law leaves no choice.
    """
    at = received_at(dossier, now)
    case = dossier.text("case") or next(iter(open_cases(dossier, now, rules)), "")
    wanted = dossier.text("wanted_class")
    facts = facts_at(dossier, at, case, wanted, supervised)
    if wanted or not facts.licences or open_classes(facts, rules):
        return facts
    choices = decide(facts, rules).new_classes
    return facts_at(dossier, at, case, choices[0].code, supervised) if choices else facts


def decision_of(dossier: Dossier, now: datetime, rules: Rules, supervised: bool = False) -> tuple[Facts, Decision]:
    """The facts and what follows from them; `supervised` where whoever would accept it now is."""
    facts = facts_of(dossier, now, rules, supervised)
    return facts, decide(facts, rules)


def fee_open(dossier: Dossier, facts: Facts, decision: Decision) -> int:
    """The fee that is to be taken of a draft, in đồng; 0 where it was taken, is not known, or none may be taken."""
    is_open = dossier.status == "draft" and dossier.fee is None
    return max(decision.fee_vnd, 0) if is_open and facts.licences and not decision.refusals else 0
