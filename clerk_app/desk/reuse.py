"""Instead of scanning: what is on record of the same person is offered for an item, taken and given back; or a
supervisor is asked to do without the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from clerk_app.desk.checklist import needed_of
from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.exceptions import Exceptions
from clerk_app.desk.facts import decision_of
from clerk_app.desk.ports import Journal
from clerk_app.desk.views import IntakeView, ReuseOffer
from clerk_app.domain import on_record
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.dossier import Dossier, PaperTaken
from clerk_app.domain.facts import paper_done, registered, taken_of, waiver
from clerk_app.domain.procedure import Decision, Facts
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules

Offer = tuple[ReuseOffer, PaperTaken]
"""What a clerk is shown, and what is written down if it is taken."""
_MOST = 3
"""So many earlier papers of one item are offered, the newest."""


class Reuse:
    """Items of one dossier met by what is on record. Nothing of it is sent again: central has it."""

    def __init__(self, counter: Counter, show: Show, exceptions: Exceptions) -> None:
        self._counter = counter
        self._show = show
        self._exceptions = exceptions

    def take(self, dossier: UUID, offer: str, seen: int | None = None) -> IntakeView:
        """Meet an item by an offer of its line (`ReuseOffer.id`); `seen` is that of the view that showed it.

        Raises `Refusal` `REUSE_GONE` where it is none.
        """
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            rules = self._counter.rules_of(state)
            facts, decision = decision_of(state, self._counter.clock(), rules)
            earlier = earlier_of(self._counter.journal, state, rules)
            found = (
                taken
                for paper in decision.papers
                for one, taken in offers(state, paper.code, earlier, facts, rules)
                if one.id == offer
            )
            taken = next(found, None)
            if taken is None:
                raise Refusal(
                    "REUSE_GONE",
                    Words("Giấy tờ này không còn dùng lại được.", "This paper cannot be taken from record any more."),
                    Words("Xem lại danh mục giấy tờ, hoặc quét giấy tờ.", "Look at the list again, or scan the paper."),
                )
            state = self._counter.write(dossier, taken, who=who, seen=seen)
        return self._show(state)

    def give_back(self, dossier: UUID, paper: str, seen: int | None = None) -> IntakeView:
        """What was taken for an item stands for it no more; nothing where nothing was. `seen` as with `take`."""
        who = self._counter.demand("dossier.take", dossier).id
        with self._counter.journal.together():
            state = self._counter.draft(dossier)
            taken = state.taken.get(paper)
            if taken is not None:
                back = PaperTaken(paper, taken.source, taken.reference, 0)
                state = self._counter.write(dossier, back, who=who, seen=seen)
        return self._show(state)

    def waive(self, dossier: UUID, paper: str, reason: str) -> IntakeView:
        """Ask a supervisor to do without a required paper; decided like every exception, by the code of `waiver`.

        Raises `Refusal` `PAPER_UNKNOWN`, `REASON_MISSING`, or `WAIVER_NOT_SO` where the rules leave no room for it.
        """
        self._counter.demand("exception.ask", dossier)
        state = self._counter.draft(dossier)
        rules = self._counter.rules_of(state)
        facts, decision = decision_of(state, self._counter.clock(), rules)
        needed_of(self._counter, state, paper)
        if paper not in waivable(state, facts, decision, rules):
            raise Refusal(
                "WAIVER_NOT_SO",
                Words("Quy định không cho miễn giấy tờ này.", "The rules do not let this paper be done without."),
                Words("Quét giấy tờ, hoặc dùng lại giấy tờ đã có.", "Scan it, or take it from what is on record."),
            )
        return self._exceptions.ask(dossier, waiver(paper), reason)


def waivable(state: Dossier, facts: Facts, decision: Decision, rules: Rules) -> frozenset[str]:
    """The required papers that are not there, and that a supervisor may do without by these rules."""
    found = set()
    for paper in decision.papers:
        row = rules.exception(waiver(paper.code))
        if paper.required and row is not None and row.scope.covers(facts.case) and not paper_done(state, paper):
            found.add(paper.code)
    return frozenset(found)


def earlier_of(journal: Journal, state: Dossier, rules: Rules) -> tuple[Dossier, ...]:
    """The accepted dossiers of the same person that this desk knows, the last one first; none that central refused."""
    number = state.text("applicant.number")
    if not number or state.status != "draft" or not any(row.source == "dossier" for row in rules.reuses):
        return ()
    lines = journal.find(number, status="submitted")
    known = (journal.dossier(line.dossier) for line in lines if line.number == number and not line.refused)
    return tuple(on_record.newest_first(one for one in known if on_record.same_person(state, one)))


def offers(state: Dossier, paper: str, earlier: Sequence[Dossier], facts: Facts, rules: Rules) -> tuple[Offer, ...]:
    """What could be taken for an item of a draft; nothing for one that something was taken for."""
    if state.status != "draft" or taken_of(state, paper) is not None:
        return ()
    return (*_of_the_register(state, paper, facts, rules), *_of_dossiers(state, paper, earlier, facts, rules))


def _of_the_register(state: Dossier, paper: str, facts: Facts, rules: Rules) -> Iterator[Offer]:
    row = rules.reuse(facts.case, paper, "register")
    if row is None or state.register is None or not registered(state):
        return
    source = state.register.source
    said = f" ({source})" if source else ""
    words = Words(f"Dữ liệu trong cơ sở dữ liệu giấy phép{said}", f"The data of the licence register{said}")
    yield ReuseOffer(f"register:{paper}", "register", words, 0), PaperTaken(paper, "register", source, row.state)


def _of_dossiers(state: Dossier, paper: str, earlier: Sequence[Dossier], facts: Facts, rules: Rules) -> Iterator[Offer]:
    row = rules.reuse(facts.case, paper, "dossier")
    on = in_hanoi(facts.received_at).date()
    count = 0
    for one in earlier:
        if row is None or count == _MOST or one.submitted is None:
            return
        if on_record.why_not(state, one, paper, facts.case, rules, on):
            continue
        count += 1
        pages, day = on_record.pages_of(one, paper), format_day(in_hanoi(one.submitted.received_at).date())
        words = Words(
            f"Hồ sơ {one.code}, tiếp nhận {day} ({len(pages)} trang)",
            f"Dossier {one.code}, received {day} ({len(pages)} page{'s' if len(pages) > 1 else ''})",
        )
        offer = ReuseOffer(f"dossier:{paper}:{one.code}", "dossier", words, len(pages))
        yield offer, PaperTaken(paper, "dossier", one.code, row.state, pages)
