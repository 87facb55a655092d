"""Where a line comes from: the row of the law behind it, with the values of one dossier, as a `Why` for a screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clerk_app.desk import words
from clerk_app.desk.because import because
from clerk_app.desk.views import Why
from clerk_app.domain.calendar import Verified, format_day
from clerk_app.domain.conditions import Condition, View, verdict
from clerk_app.domain.procedure import Facts, view_of
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import PaperRow, RefusalRow, Rule, Rules


@dataclass(frozen=True, slots=True)
class Grounds:
    """The rules of the reception day and what conditions see of one dossier. `doubts`: whoever looks is told them."""

    rules: Rules
    facts: Facts
    view: View
    doubts: bool = False

    def why(self, about: Words, rule: Rule, text: Words | None = None, when: Condition | None = None) -> Why:
        """A line that follows from this row. `text` where there is more to say than the row does."""
        return Why(
            about=about,
            text=text or rule.because,
            condition=because(when, self.view) if when is not None else None,
            basis=rule.basis,
            since=format_day(rule.since) if rule.since else "",
            until=format_day(rule.until) if rule.until else "",
            pack=self.rules.version,
            rule_set=self.rules.rule_set,
            doubt=self.doubt(rule.verified),
        )

    def said(self, about: Words, text: Words, basis: str = "", verified: Verified = "yes") -> Why:
        """A line that follows from no row of its own, but for instance from a day of the calendar."""
        return Why(
            about,
            text,
            basis=basis,
            pack=self.rules.version,
            rule_set=self.rules.rule_set,
            doubt=self.doubt(verified),
        )

    def doubt(self, verified: Verified) -> Words | None:
        """How surely the basis was read, for who is told that; nothing for who is not, or where it is sure."""
        return words.DOUBTS.get(verified) if self.doubts else None

    def for_case(self, case: str) -> Grounds:
        """The same as if another case were chosen and no class yet."""
        facts = replace(self.facts, case=case, wanted_class="")
        return replace(self, facts=facts, view=view_of(facts, self.rules))


def refusal_row(rules: Rules, case: str, said: Words) -> RefusalRow | None:
    """The row that says so about this case; nothing where the reason is worked out and stands in no row."""
    rows = (row for row in rules.refusals if row.scope.covers(case) and row.rule.because == said)
    return next(rows, None)


def paper_row(grounds: Grounds, code: str) -> PaperRow | None:
    """The row by which a paper is asked for in this dossier: the first that does not fail."""
    rows = (row for row in grounds.rules.papers if row.code == code and row.scope.covers(grounds.facts.case))
    return next((row for row in rows if verdict(row.when, grounds.view) != "no"), None)
