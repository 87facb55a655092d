"""A second look at drawn dossiers, by somebody who did not work on them; findings go back to who did."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.draws import Draws
from clerk_app.desk.evidence_view import moment
from clerk_app.desk.people import persons_of
from clerk_app.desk.review_views import (
    CauseChoice,
    CauseFigure,
    ClerkFigure,
    FindingRow,
    ReviewFigures,
    ReviewList,
    ReviewRow,
    ReviewSheet,
)
from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.dossier import Dossier, Entry, ReviewState, Submitted
from clerk_app.domain.oversight import FindingAnswered, Looked, Reviewed
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Words
from clerk_app.domain.reviewing import (
    check_answer,
    check_review,
    drawn,
    drawn_on,
    is_drawn,
    open_findings,
    took_part,
)
from clerk_app.domain.settling import just_looked

WAITS_DAYS = 30
_LONGEST = 2000


class Review:
    """Lists, judges and counts. Every verb blocks; the list of a large office takes a second the first time."""

    def __init__(
        self,
        counter: Counter,
        draws: Draws,
        show: Show,
        persons: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`persons` says which accounts of this office are of one natural person (account → person)."""
        self._counter = counter
        self._draws = draws
        self._show = show
        self._persons = persons
        self._known: dict[UUID, bool] = {}
        """Whether an accepted dossier is drawn, once that is known: neither id, day nor law of it changes any more."""

    # ---- for who looks

    def view(self) -> ReviewList:
        """What waits for the person signed in: drawn dossiers, and findings about their own work. Oldest first."""
        who = self._counter.demand("dossier.find").id
        may = self._counter.may("review.do")
        waiting: list[tuple[str, ReviewRow]] = []
        for state in self._waiting() if may else ():
            if not took_part(state, who, self._people()):
                waiting.append((state.accepted_at.isoformat() if state.accepted_at else "", self._row(state)))
        return ReviewList(
            rows=tuple(row for _, row in sorted(waiting, key=lambda one: one[0])),
            findings=self.findings(),
            may_review=may,
            may_read=self._counter.may("review.read"),
            problem=self._draws.problem() if may else None,
        )

    def look(self, dossier: UUID) -> ReviewSheet:
        """A drawn dossier with its evidence; that somebody saw it all is an entry, once until something else happens.

        Raises `Refusal`: NOT_ALLOWED, REVIEW_…, FOUR_EYES.
        """
        who = self._counter.demand("review.do", dossier).id
        state = self._counter.journal.dossier(dossier)
        rules = self._counter.rules_of(state)
        check_review(state, Reviewed("sound"), who, rules, self._draws.seed, self._people())
        if not just_looked(self._counter.journal.records(dossier), who, "review"):
            self._counter.write(dossier, Looked("review"), who=who)
        causes = tuple(CauseChoice(row.code, row.name) for row in rules.review_causes.values())
        return ReviewSheet(self._row(state), self._show(state), causes)

    def decide(
        self, dossier: UUID, result: Literal["sound", "finding"], cause: str = "", comment: str = "", field: str = ""
    ) -> None:
        """Write down what the second look came to. Raises `Refusal`: NOT_ALLOWED, REVIEW_…, FOUR_EYES."""
        who = self._counter.demand("review.do", dossier).id
        said = Reviewed("sound")
        if result == "finding":
            said = Reviewed("finding", cause, nfc(comment)[:_LONGEST], field)
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            check_review(state, said, who, self._counter.rules_of(state), self._draws.seed, self._people())
            self._counter.write(dossier, said, who=who)

    # ---- for whose work it was

    def findings(self) -> tuple[FindingRow, ...]:
        """Open findings about the work of the person signed in, oldest first."""
        who = self._counter.demand("dossier.find").id
        return tuple(
            self._finding(state, one, who)
            for state in self._with_findings()
            if took_part(state, who, self._people())
            for one in open_findings(state)
        )

    def findings_of(self, dossier: UUID) -> tuple[FindingRow, ...]:
        """Everything that was found about a dossier, answered or not."""
        who = self._counter.demand("dossier.find", dossier).id
        state = self._counter.journal.dossier(dossier)
        return tuple(self._finding(state, one, who) for one in state.reviews if one.result == "finding")

    def answer(self, dossier: UUID, review: UUID, text: str) -> None:
        """Answer a finding. Raises `Refusal`: NOT_ALLOWED, FINDING_…, ANSWER_MISSING."""
        who = self._counter.demand("dossier.take", dossier).id
        said = FindingAnswered(review, nfc(text)[:_LONGEST])
        with self._counter.journal.together():
            check_answer(self._counter.journal.dossier(dossier), said, who, self._people())
            self._counter.write(dossier, said, who=who)

    # ---- for who reads the figures

    def figures(self, first: date, last: date) -> ReviewFigures:
        """The second looks from `first` to `last`. Raises `Refusal` NOT_ALLOWED."""
        self._counter.demand("review.read")
        named = self._counter.rules_today().settings.get("review_figures_by_clerk") == "on"
        since = datetime.combine(first, time.min, HANOI)
        journal = self._counter.journal
        accepted = {
            entry.dossier for entry in journal.of_kind("Submitted", since) if first <= in_hanoi(entry.at).date() <= last
        }
        drawn_ = sum(first <= (drawn_on(state) or date.min) <= last for state in self._drawn_since(since))
        looked = dict.fromkeys(entry.dossier for entry in journal.of_kind("Reviewed", since))
        looks = [
            (state, one)
            for state in map(journal.dossier, looked)
            for one in state.reviews
            if first <= in_hanoi(one.at).date() <= last
        ]
        found = [(state, one) for state, one in looks if one.result == "finding"]
        return ReviewFigures(
            first=first,
            last=last,
            accepted=len(accepted),
            drawn=drawn_,
            looked=len(looks),
            sound=len(looks) - len(found),
            findings=len(found),
            answered=sum(bool(one.answer) for _, one in found),
            causes=self._by_cause(found),
            clerks=self._by_clerk(looks) if named else (),
            named=named,
        )

    def _by_cause(self, found: list[tuple[Dossier, ReviewState]]) -> tuple[CauseFigure, ...]:
        counted = Tally(one.cause for _, one in found)
        names = {one.cause: self._cause(state, one.cause) for state, one in found}
        for code, row in self._counter.rules_today().review_causes.items():
            names.setdefault(code, row.name)
        order = sorted(names, key=lambda code: (-counted[code], code))
        return tuple(CauseFigure(code, names[code], counted[code]) for code in order)

    def _by_clerk(self, looks: list[tuple[Dossier, ReviewState]]) -> tuple[ClerkFigure, ...]:
        looked = Tally(self._accepted_by(state) for state, _ in looks)
        found = Tally(self._accepted_by(state) for state, one in looks if one.result == "finding")
        return tuple(ClerkFigure(clerk, looked[clerk], found[clerk]) for clerk in sorted(looked))

    # ---- the draw

    def _waiting(self) -> Iterator[Dossier]:
        """Drawn dossiers that nobody looked at, of the last days, and that central accepted."""
        since = self._counter.clock() - timedelta(days=self._days())
        for state in self._drawn_since(since):
            journal = self._counter.journal
            if state.accepted_at is None or state.accepted_at < since or state.reviews:
                continue
            if journal.open_counts(state.id)[1] == 0:
                yield state

    def _drawn_since(self, since: datetime) -> Iterator[Dossier]:
        """Drawn dossiers that were accepted at `since` or later, perhaps some from before.

        Only what may be drawn by its day, id and case is folded to be sure.
        """
        for entry in self._counter.journal.of_kind("Submitted", since):
            known = self._known.get(entry.dossier)
            if known is False or (known is None and not self._may_be_drawn(entry)):
                continue
            state = self._counter.journal.dossier(entry.dossier)
            if self._drawn(state):
                yield state

    def _may_be_drawn(self, entry: Entry) -> bool:
        """Whether a dossier is drawn if it is an ordinary one, as far as its acceptance says."""
        seed = self._draws.seed(in_hanoi(entry.at).date())
        if seed is None or not isinstance(entry.what, Submitted):
            return False
        submitted = entry.what
        day = in_hanoi(submitted.received_at).date()
        rules = self._counter.named(submitted.pack).as_of(day, self._counter.station.office)
        shares = (row.share for row in rules.reviews if row.scope.covers(submitted.case))
        return drawn(seed, entry.dossier, max(shares, default=0))

    def _drawn(self, state: Dossier) -> bool:
        if state.id not in self._known:
            found = is_drawn(state, self._counter.rules_of(state), self._draws.seed)
            if found is None:
                return False
            self._known[state.id] = found
        return self._known[state.id]

    def _days(self) -> int:
        days = self._counter.rules_today().settings.get("review_days", "")
        return int(days) if days.isascii() and days.isdecimal() else WAITS_DAYS

    def _with_findings(self) -> Iterator[Dossier]:
        """Dossiers with a finding that nobody answered, the oldest first."""
        journal = self._counter.journal
        answered = {
            entry.what.review for entry in journal.of_kind("FindingAnswered") if isinstance(entry.what, FindingAnswered)
        }
        looks = (entry for entry in journal.of_kind("Reviewed") if entry.id not in answered)
        found = (entry for entry in looks if isinstance(entry.what, Reviewed) and entry.what.result == "finding")
        for dossier in dict.fromkeys(entry.dossier for entry in found):
            yield journal.dossier(dossier)

    def _people(self) -> dict[str, str]:
        return persons_of(self._counter.journal, self._persons(), self._counter.who())

    # ---- words

    def _row(self, state: Dossier) -> ReviewRow:
        rules = self._counter.rules_of(state)
        case = rules.case(state.submitted.case) if state.submitted else None
        left = self._days()
        if state.accepted_at is not None:
            left -= (self._counter.clock() - state.accepted_at).days
        return ReviewRow(
            dossier=state.id,
            code=state.code or state.local_code,
            name=state.text("applicant.name"),
            case=case.name if case else Words("", ""),
            accepted=moment(state.accepted_at) if state.accepted_at else "",
            by=self._accepted_by(state),
            left=Words(f"còn {max(left, 0)} ngày", f"{max(left, 0)} days left"),
        )

    def _accepted_by(self, state: Dossier) -> str:
        entries = self._counter.journal.entries(state.id)
        return next((entry.who for entry in entries if isinstance(entry.what, Submitted)), state.clerk)

    def _cause(self, state: Dossier, code: str) -> Words:
        row = self._counter.rules_of(state).review_causes.get(code)
        return row.name if row else Words(code, code)

    def _finding(self, state: Dossier, one: ReviewState, who: str) -> FindingRow:
        form = self._counter.rules_of(state).forms.get(state.procedure)
        named = form.field(one.field) if form and one.field else None
        return FindingRow(
            dossier=state.id,
            review=one.entry,
            code=state.code or state.local_code,
            name=state.text("applicant.name"),
            cause=self._cause(state, one.cause),
            comment=one.comment,
            field_name=one.field,
            field_label=named.label if named else None,
            found=moment(one.at),
            answer=one.answer,
            answered_by=one.answered_by,
            mine=took_part(state, who, self._people()) and not one.answer,
        )
