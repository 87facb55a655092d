"""The course of a dossier at the counter: where it stands, what may happen next, and taking a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.facts import decision_of
from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.clocks import tolerance
from clerk_app.domain.course import Course, Passed
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import exception_of, paper_done
from clerk_app.domain.owed import Owed, owed, owed_at
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import LONGEST, offered_due, open_steps, stands_at, step_of, taking
from clerk_app.domain.steps import Clock

_MOST_ITEMS = 40
DATED_BACK = Words(
    "giờ này có thể không đúng: máy trạm đã ghi việc khác muộn hơn trước đó",
    "this hour may be wrong: the station had written something later before it",
)
CLOCK_WORDS: Mapping[Clock, Words] = {
    "runs": Words("thời hạn đang tính", "the clock runs"),
    "paused": Words("tạm dừng tính thời hạn", "the clock is paused"),
    "stopped": Words("không tính thời hạn", "the clock does not run"),
}
CLOCK_TONES: Mapping[Clock, Tone] = {"runs": "good", "paused": "warn", "stopped": "calm"}
OVERDUE = Words("quá hạn", "overdue")
DUE_NOW = Words("đến hẹn hôm nay", "due today")
APOLOGISE_NOW = Words(
    "đến hẹn hôm nay: trả kết quả hoặc xin lỗi trước giờ hẹn", "due today: finish it, or apologise first"
)


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step that starts here; those in whose way nothing is come first. `needs` are what must be said with it;
    `problem` is what is in its way, `due_at` the appointment that one is offered with which sets one.
    """

    code: str
    name: Words
    to: Words
    needs: frozenset[str]
    form: str
    problem: Refusal | None = None
    due_at: datetime | None = None
    state: str = ""
    """The code of the state it leads to."""
    ask: str = ""
    """The exception by which a supervisor lets it be taken all the same, where there is one; `asked`: they were asked
    for it, and it is for them to say something.
    """
    asked: bool = False


@dataclass(frozen=True, slots=True)
class PassedView:
    """A step that was taken: what, by whom, when, why, and where the dossier stood afterwards."""

    code: str
    name: Words
    to: Words
    who: str
    at: datetime
    clock: Clock
    reason: str = field(repr=False)
    basis: str
    items: tuple[str, ...] = field(repr=False)
    due_at: datetime | None
    form: str
    entry: UUID
    called: str = field(default="", repr=False)
    """What `who` is called, as far as this desk knows."""
    doubt: Words | None = None
    """Why its moment is doubted, where it is."""
    state: str = ""
    """The code of the state it led to."""
    asked: tuple[Words, ...] = field(default=(), repr=False)
    """`items` as they are said: a paper by its name, what somebody wrote as it stands."""


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A paper of the dossier's case that the citizen may be asked for; `lacking`: it is required and not there."""

    code: str
    name: Words
    lacking: bool


@dataclass(frozen=True, slots=True)
class CourseView:
    """Where a dossier stands. `dues` are every appointment that was given; the last one holds. `status` is the code of
    the national portal.
    """

    dossier: UUID
    state: str
    name: Words
    status: str
    clock: Clock
    ended: bool
    since: datetime | None
    due_at: datetime | None
    dues: tuple[datetime, ...]
    overdue: bool
    choices: tuple[StepChoice, ...]
    passed: tuple[PassedView, ...]
    code: str = ""
    name_of_person: str = field(default="", repr=False)
    badge: Badge = field(default_factory=lambda: Badge(CLOCK_WORDS["stopped"], "calm"))
    papers: tuple[PaperChoice, ...] = ()


class Courses:
    """Shows where a dossier stands and writes its steps down. Every verb blocks."""

    def __init__(
        self,
        counter: Counter,
        called: Callable[[], Mapping[str, str]] = dict,
        wrong_clock: Callable[[], Refusal | None] = lambda: None,
    ) -> None:
        """`called` says what people are called, by their sign-in names; `wrong_clock` whether this desk's clock is."""
        self._counter = counter
        self._called = called
        self._wrong_clock = wrong_clock

    def view(self, dossier: UUID) -> CourseView:
        """Where it stands, and what whoever is signed in may do next. Raises `Refusal`: NOT_ALLOWED, NOT_YOURS."""
        self._counter.demand("dossier.find", dossier)
        return self._view(self._counter.journal.dossier(dossier))

    def take(
        self,
        dossier: UUID,
        step: str,
        *,
        reason: str = "",
        basis: str = "",
        items: Sequence[str] = (),
        due_at: datetime | None = None,
    ) -> CourseView:
        """Take a step. Raises `Refusal`: NOT_ALLOWED, NOT_YOURS, DOSSIER_ELSEWHERE, and STEP_… as `domain.stepping`;
        CLOCK_WRONG, CLOCK_JUMPED, CLOCK_SET_BACK for one that must be in time by a clock that is known to be wrong.
        """
        said = [one for one in (nfc(item).strip()[:LONGEST] for item in items) if one]
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            rules = self._counter.rules_of(state)
            demand_step(self._counter, state, rules, step)
            row = step_of(state, step, rules)
            who = self._counter.demand(row.scope, state).id
            if "in-time" in row.needs:
                self._demand_clock(rules)
            if state.status == "draft":
                self._counter.draft(dossier)
            what = taking(
                state,
                step,
                rules,
                self._counter.clock(),
                reason=nfc(reason).strip()[:LONGEST],
                basis=nfc(basis).strip()[:LONGEST],
                items=tuple(dict.fromkeys(said))[:_MOST_ITEMS],
                due_at=due_at,
            )
            state = self._counter.write(dossier, what, who=who)
        return self._view(state)

    def _demand_clock(self, rules: Rules) -> None:
        wrong = self._wrong_clock()
        if wrong is not None:
            raise wrong
        last = self._counter.journal.last_at()
        if last is not None and last - self._counter.clock() > tolerance(rules):
            written = f"{in_hanoi(last):%H:%M %d/%m/%Y}"
            raise Refusal(
                "CLOCK_SET_BACK",
                Words(
                    f"Đồng hồ máy trạm chậm hơn việc đã ghi lúc {written}.",
                    f"This desk's clock is behind what was written at {written}.",
                ),
                Words("Chỉnh lại ngày giờ của máy rồi làm lại.", "Set the computer's date and time, then try again."),
            )

    def _view(self, state: Dossier) -> CourseView:
        rules, now = self._counter.rules_of(state), self._counter.clock()
        course = state.course
        row = rules.states.get(course.state)
        scopes = self._counter.scopes_on(state)
        choices = tuple(
            StepChoice(
                one.step.code,
                one.step.name,
                rules.states[one.step.to].name if one.step.to in rules.states else Words(one.step.to, one.step.to),
                frozenset(one.step.needs),
                one.step.form,
                one.problem,
                offered_due(state, one.step, now, rules) if "due" in one.step.needs else None,
                one.step.to,
                one.ask,
                _waits(state, one.ask),
            )
            for one in sorted(open_steps(state, rules, scopes, now), key=lambda one: one.problem is not None)
        )
        how = owed(owed_at(course), now, rules.calendar)
        called = self._called()
        back = self._counter.journal.dated_back(state.id, tolerance(rules)) if course.passed else frozenset()
        return CourseView(
            state.id,
            course.state,
            stands_at(state, rules),
            row.status if row is not None else "",
            course.clock,
            course.ended,
            course.since,
            course.due_at,
            course.dues,
            how == "overdue",
            choices,
            tuple(_passed(one, rules, called.get(one.who, ""), one.entry in back) for one in course.passed),
            state.code or state.local_code,
            state.text("applicant.name"),
            _badge(course, how, choices),
            _papers(state, rules, now),
        )


def demand_step(counter: Counter, state: Dossier, rules: Rules, code: str) -> None:
    """What the rows of a step ask of whoever takes it, also where it follows by itself from what was done.

    Raises `Refusal` NOT_ALLOWED, NOT_YOURS.
    """
    for scope in dict.fromkeys(one.scope for one in rules.steps if one.code == code):
        counter.demand(scope, state)


def _waits(state: Dossier, code: str) -> bool:
    asked = exception_of(state, code) if code else None
    return asked is not None and asked.is_open and asked.more is None


def _badge(course: Course, how: Owed, choices: Sequence[StepChoice]) -> Badge:
    if how == "overdue":
        return Badge(OVERDUE, "bad")
    if how == "soon":
        # Whoever looks may apologise: a step that is for before the appointment, and nothing is in its way.
        can = any("in-time" in one.needs and one.problem is None for one in choices)
        return Badge(APOLOGISE_NOW if can else DUE_NOW, "warn")
    return Badge(CLOCK_WORDS[course.clock], CLOCK_TONES[course.clock])


def _papers(state: Dossier, rules: Rules, now: datetime) -> tuple[PaperChoice, ...]:
    """What the case wants by law and the citizen can bring: what lacks first. Nobody brings what is printed here."""
    _, decision = decision_of(state, now, rules)
    lacking = {one.code for one in decision.papers if one.required and not paper_done(state, one)}
    wanted = [one for one in decision.papers if not one.generated]
    found = [PaperChoice(one.code, one.name, one.code in lacking) for one in wanted]
    return tuple(sorted(found, key=lambda one: not one.lacking))


def _passed(one: Passed, rules: Rules, called: str, dated_back: bool) -> PassedView:
    row = next((step for step in rules.steps if step.code == one.what.step), None)
    state = rules.states.get(one.what.to)
    return PassedView(
        one.what.step,
        row.name if row is not None else Words(one.what.step, one.what.step),
        state.name if state is not None else Words(one.what.to, one.what.to),
        one.who,
        one.at,
        one.what.clock,
        one.what.reason,
        one.what.basis,
        one.what.items,
        one.what.due_at,
        row.form if row is not None else "",
        one.entry,
        called,
        DATED_BACK if dated_back else None,
        one.what.to,
        tuple(_item(code, rules) for code in one.what.items),
    )


def _item(code: str, rules: Rules) -> Words:
    """What a paper of this code is called; words of somebody's own as they are."""
    return next((paper.name for paper in rules.papers if paper.code == code), Words(code, code))
