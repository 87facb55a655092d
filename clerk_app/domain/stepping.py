"""Which step a dossier may take next, by whom, with what: one answer for the desk, the command line and central.

The steps are rows of the catalogue of the dossier's reception day. Nothing here knows a single one of them but the
acceptance, which is written by its own entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from clerk_app.domain.calendar import Due, Pause, in_hanoi, moment_of
from clerk_app.domain.course import ACCEPT, Course, StepTaken
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.exceptions import is_granted
from clerk_app.domain.paying import check_let_go
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import BEGIN, NEVER_AGAIN, Step

LONGEST = 2000
"""How long a reason may be, in characters."""
_LOOK = Words("Tải lại hồ sơ rồi xem các bước được phép.", "Look at the dossier again for the steps that are open.")


@dataclass(frozen=True, slots=True)
class Open:
    """A step that starts where the dossier stands. `problem` says what is in its way, None where nothing is; `ask` is
    the exception by which a supervisor may clear it away, empty where there is none.
    """

    step: Step
    problem: Refusal | None
    ask: str = ""


def steps_from(dossier: Dossier, rules: Rules) -> tuple[Step, ...]:
    """The steps of the dossier's procedure that start where it stands, without the acceptance."""
    if _given_up(dossier):
        return ()
    own = (step for step in rules.steps if step.of(dossier.procedure) and step.code != ACCEPT)
    return tuple(step for step in own if dossier.course.state in step.start)


def open_steps(dossier: Dossier, rules: Rules, scopes: Collection[str], now: datetime) -> tuple[Open, ...]:
    """Those of `steps_from` that somebody with these scopes may take, each with what is in its way at this moment."""
    found = []
    for step in steps_from(dossier, rules):
        if step.scope in scopes:
            problem = _in_the_way(dossier, step, rules, now)
            asked_for = problem is not None and problem.code in ("STEP_AGAIN", "STEP_POSTED")
            found.append(Open(step, problem, next(iter(_lacking(dossier, step, rules)), "") if asked_for else ""))
    return tuple(found)


def step_of(dossier: Dossier, code: str, rules: Rules) -> Step:
    """The step of that code, where the dossier can take it now.

    Raises `Refusal`: STEP_UNKNOWN where the procedure has none, STEP_BY_ITSELF for the acceptance, DOSSIER_CLOSED for a
    draft that was given up, STEP_NOT_FROM_HERE.
    """
    own = [step for step in rules.steps if step.code == code and step.of(dossier.procedure)]
    if not own:
        raise Refusal(
            "STEP_UNKNOWN",
            Words(f"Thủ tục này không có bước “{code}”.", f"This procedure has no step “{code}”."),
            _LOOK,
        )
    if code == ACCEPT:
        raise Refusal(
            "STEP_BY_ITSELF",
            Words("Bước này chỉ có khi tiếp nhận hồ sơ.", "This step is taken by accepting the dossier."),
            Words("Tiếp nhận hồ sơ ở bước 5.", "Accept the dossier in step 5."),
        )
    if _given_up(dossier):
        raise Refusal(
            "DOSSIER_CLOSED",
            Words("Bản nháp này đã bị hủy.", "This draft was given up."),
            Words("Lập hồ sơ mới.", "Begin a new dossier."),
        )
    for step in own:
        if dossier.course.state in step.start:
            return step
    state = rules.states.get(dossier.course.state)
    name = state.name if state is not None else Words("mới lập", "just begun")
    raise Refusal(
        "STEP_NOT_FROM_HERE",
        Words(
            f"Không thực hiện được bước “{own[0].name.vi}” khi hồ sơ ở trạng thái “{name.vi}”.",
            f"The step “{own[0].name.en}” cannot be taken: the dossier stands at “{name.en}”.",
        ),
        _LOOK,
    )


def check_discard(dossier: Dossier, rules: Rules, known: Dossier | None = None) -> None:
    """Whether a draft can be given up without a word to the citizen; `known` as in `check_step`.

    Raises `Refusal` DECLINE_INSTEAD for what a citizen sent online and for what took a step already: that ends by a
    step, with its paper and its message. PAYMENT_OPEN where its fee may still be paid on the platform.
    """
    if dossier.text("portal.sent_at") or dossier.course.passed:
        raise Refusal(
            "DECLINE_INSTEAD",
            Words(
                "Hồ sơ này công dân đã nộp hoặc đã được yêu cầu bổ sung nên không hủy được như bản nháp.",
                "The citizen sent this dossier, or was asked for papers; it cannot be given up like a draft.",
            ),
            Words(
                "Từ chối tiếp nhận có lý do và căn cứ, hoặc ghi công dân rút hồ sơ.",
                "Decline it with reason and basis, or record that the citizen withdraws.",
            ),
        )
    check_let_go(known or dossier, rules)


def _given_up(dossier: Dossier) -> bool:
    """Whether it is a draft that somebody discarded, which no step ended."""
    return dossier.status == "discarded" and not dossier.course.ended


def _in_the_way(
    dossier: Dossier, step: Step, rules: Rules, now: datetime, known: Dossier | None = None
) -> Refusal | None:
    """What no word of whoever takes the step can mend; its money as it is `known` to them."""
    course = dossier.course
    times = course.times(step.code)
    if times and step.again == NEVER_AGAIN:
        return Refusal(
            "STEP_ONCE",
            Words(f"Chỉ được làm một lần: {step.name.vi}.", f"This is done once only: {step.name.en}."),
            Words("Giữ ngày hẹn đã báo cho công dân.", "Keep to what the citizen was told."),
        )
    if times and step.again and not is_granted(dossier, again_code(step, times), rules):
        return Refusal(
            "STEP_AGAIN",
            Words(
                f"Bước này đã làm {times} lần; làm lại phải được lãnh đạo duyệt.",
                f"This was done {'once' if times == 1 else f'{times} times'} before; a supervisor must grant it again.",
            ),
            Words(f"Đề nghị ngoại lệ {again_code(step, times)}.", f"Ask for the exception {again_code(step, times)}."),
        )
    if "in-time" in step.needs and course.due_at is not None and now > course.due_at:
        return Refusal(
            "STEP_LATE",
            Words("Đã quá giờ hẹn trả nên không còn gia hạn được.", "The appointment has passed; it cannot be moved."),
            Words("Giải quyết hồ sơ ngay và báo lãnh đạo.", "Finish the dossier at once and tell a supervisor."),
        )
    if "card" in step.needs and not dossier.handing.at_hand:
        return Refusal(
            "STEP_CARD",
            Words("Thẻ của hồ sơ này chưa được nhận từ hộp kết quả.", "The card of this dossier did not come in yet."),
            Words("Quét thẻ khi mở hộp ở trang Kết quả.", "Scan it from its box on the page Results."),
        )
    if "not-posted" in step.needs and dossier.handing.state in ("posting", "posted", "returning"):
        lost = lost_code(dossier, rules)
        if not lost or not is_granted(dossier, lost, rules):
            otherwise = (f"; bưu chính làm mất thì đề nghị ngoại lệ {lost}", f"; lost: ask for the exception {lost}")
            vi, en = otherwise if lost else ("", "")
            return Refusal(
                "STEP_POSTED",
                Words("Thẻ đang ở bưu chính, chưa về quầy.", "The card is with the post and not back at the counter."),
                Words(
                    f"Chờ bưu chính báo đã phát hay đã hoàn{vi}.", f"Wait for the post: delivered or brought back{en}."
                ),
            )
    if "handing" in step.needs and dossier.handing.state != "given":
        return Refusal(
            "STEP_HANDING",
            Words(
                "Chưa ghi trả kết quả cho ai và xác minh thế nào.",
                "It is not on record to whom the result was given, and how they were proven.",
            ),
            Words("Trả kết quả ở trang Kết quả.", "Hand it over on the page Results."),
        )
    state = rules.states.get(step.to)
    if state is not None and state.ends:
        try:
            check_let_go(known or dossier, rules)
        except Refusal as refusal:
            return refusal
    return None


def again_code(step: Step, times: int) -> str:
    """The exception that lets a step be taken once more after so many times: each time wants its own."""
    return f"{step.again}:{step.code}.{times}"


POST_LOST = "POST_LOST"
"""The exception by which a card that the post lost is made anew."""


def lost_code(dossier: Dossier, rules: Rules) -> str:
    """That exception for the parcel that the post has: each wants its own. Empty where there is none."""
    handing = dossier.handing
    if handing.state not in ("posted", "returning") or not handing.item or rules.exception(POST_LOST) is None:
        return ""
    return f"{POST_LOST}:{handing.item}"


def wanted_again(dossier: Dossier, rules: Rules) -> tuple[str, ...]:
    """The exceptions that would let a step be taken where the dossier stands, once more or although the post has its
    card, and that nobody granted yet.
    """
    return tuple(dict.fromkeys(code for step in steps_from(dossier, rules) for code in _lacking(dossier, step, rules)))


def _lacking(dossier: Dossier, step: Step, rules: Rules) -> Iterator[str]:
    """Those of one step, in the order in which they stand in its way."""
    times, lost = dossier.course.times(step.code), lost_code(dossier, rules)
    if times and step.again not in ("", NEVER_AGAIN):
        code = again_code(step, times)
        if not is_granted(dossier, code, rules):
            yield code
    if lost and "not-posted" in step.needs and not is_granted(dossier, lost, rules):
        yield lost


def due_after(course: Course, step: Step, at: datetime, dossier: Dossier, rules: Rules) -> Due | None:
    """The appointment that follows by itself from a step at `at`: where it lets a paused clock run again; else None.

    What was left when the clock stopped is counted on (`WorkingCalendar.due_after_pauses`). Where a person had set
    the appointment (an extension, a card printed again) it is what was left of that one (`WorkingCalendar.due_moved`).
    """
    submitted = dossier.submitted
    if submitted is None or course.clock != "paused" or step.clock != "runs":
        return None
    case = rules.case(submitted.case)
    limit = rules.limits.get(case.limit) if case is not None else None
    since: datetime | None = None
    for one in reversed(course.passed):
        if one.what.clock != "paused":
            break
        since = one.at
    if limit is None or since is None:
        return None
    received_at, calendar = submitted.received_at, rules.calendar
    before = _in_order(received_at, course.pauses)
    counted = calendar.due_after_pauses(received_at, before, limit.half_days, limit.hours)[-1]
    if course.due_at is not None and course.due_at != counted.at:
        runs_from = before[-1].came_at if before else received_at
        return calendar.due_moved(course.due_at, runs_from, Pause(since, max(since, at)))
    pauses = _in_order(received_at, [*course.pauses, Pause(since, at)])
    return calendar.due_after_pauses(received_at, pauses, limit.half_days, limit.hours)[-1]


def offered_due(dossier: Dossier, step: Step, at: datetime, rules: Rules) -> datetime:
    """The appointment that a step is offered with which sets one: by the limit that the law has under its code, counted
    from `at` and never before the one that holds; without such a limit the end of the next working day after both.
    """
    held = dossier.course.due_at
    limit = rules.limits.get(step.code)
    if limit is not None:
        counted = rules.calendar.due_after_pauses(at, (), limit.half_days, limit.hours)[-1].at
        if held is None or held <= counted:
            return counted
        if dossier.course.clock != "runs":
            return held
    day = rules.calendar.next_working(in_hanoi(max(at, held or at)).date())
    return moment_of(day, rules.calendar.hours.closes)


def _in_order(received_at: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses as one clock would have it: those of two desks may be some minutes apart."""
    found: list[Pause] = []
    reached = received_at
    for one in pauses:
        asked_at = max(one.asked_at, reached)
        reached = max(one.came_at, asked_at)
        found.append(Pause(asked_at, reached))
    return found


def taking(
    dossier: Dossier,
    code: str,
    rules: Rules,
    at: datetime,
    *,
    reason: str = "",
    basis: str = "",
    items: tuple[str, ...] = (),
    due_at: datetime | None = None,
) -> StepTaken:
    """What happens when this step is taken now. Raises `Refusal` as `check_step`."""
    step = step_of(dossier, code, rules)
    follows = due_after(dossier.course, step, at, dossier, rules)
    state = rules.states.get(step.to)
    what = StepTaken(
        step.code,
        dossier.course.state,
        step.to,
        step.clock,
        state.ends if state is not None else False,
        reason,
        basis,
        items,
        due_at if follows is None else follows.at,
    )
    check_step(dossier, what, at, rules)
    return what


def check_step(dossier: Dossier, what: StepTaken, at: datetime, rules: Rules, known: Dossier | None = None) -> Step:
    """The row of a step that was taken at `at`. Who may take it is asked elsewhere, by the row's scope. `known` is the
    dossier as whoever took the step had it, where that is not all that is known by now.

    Raises `Refusal`: STEP_UNKNOWN, STEP_BY_ITSELF, STEP_NOT_FROM_HERE, STEP_ONCE, STEP_AGAIN, STEP_LATE, STEP_DIFFERS
    where the entry says something else than the catalogue, STEP_REASON, STEP_BASIS, STEP_ITEMS, STEP_DUE, and of one
    that ends a draft as `paying.check_let_go`.
    """
    step = step_of(dossier, what.step, rules)
    state = rules.states.get(step.to)
    said = what.start, what.to, what.clock, what.ends
    if said != (dossier.course.state, step.to, step.clock, state is not None and state.ends):
        raise Refusal(
            "STEP_DIFFERS",
            Words("Bước đã ghi khác với danh mục.", "The step is not what the catalogue says it is."),
            _LOOK,
        )
    if problem := _in_the_way(dossier, step, rules, at, known):
        raise problem
    _check_said(what, step)
    _check_due(dossier, what, step, at, rules)
    return step


def _check_said(what: StepTaken, step: Step) -> None:
    if "reason" in step.needs and not what.reason.strip():
        raise Refusal(
            "STEP_REASON",
            Words("Chưa ghi lý do của bước này.", "The reason of this step is missing."),
            Words("Ghi lý do bằng lời để công dân hiểu.", "Say why, in words that the citizen understands."),
        )
    if "basis" in step.needs and not what.basis.strip():
        raise Refusal(
            "STEP_BASIS",
            Words("Chưa ghi căn cứ pháp lý.", "The legal basis is missing."),
            Words("Ghi văn bản và điều khoản.", "Name the document and its article."),
        )
    if "items" in step.needs and not any(one.strip() for one in what.items):
        raise Refusal(
            "STEP_ITEMS",
            Words("Chưa ghi giấy tờ hay thông tin nào phải bổ sung.", "Nothing is named that has to be brought."),
            Words("Liệt kê đầy đủ một lần.", "List everything at once."),
        )


def _check_due(dossier: Dossier, what: StepTaken, step: Step, at: datetime, rules: Rules) -> None:
    course = dossier.course
    if "due" in step.needs:
        earliest = at if course.clock != "runs" or course.due_at is None else max(at, course.due_at)
        if what.due_at is None or what.due_at <= earliest:
            raise Refusal(
                "STEP_DUE",
                Words(
                    "Ngày hẹn mới phải ở sau lúc này và sau ngày hẹn đang có.",
                    "The new appointment must be later than now, and than the one that holds.",
                ),
                Words("Chọn ngày hẹn mới.", "Choose the new appointment."),
            )
        if not rules.calendar.works(in_hanoi(what.due_at).date()):
            raise Refusal(
                "STEP_DUE",
                Words("Ngày hẹn mới là ngày nghỉ.", "The new appointment is on a day off."),
                Words("Chọn một ngày làm việc.", "Choose a working day."),
            )
        return
    follows = due_after(course, step, at, dossier, rules)
    if what.due_at != (follows.at if follows is not None else None):
        raise Refusal(
            "STEP_DUE",
            Words(
                "Ngày hẹn đã ghi khác với ngày tính theo quy định.", "The appointment is not the one that is counted."
            ),
            Words("Đồng bộ danh mục rồi làm lại.", "Get the newest rules, then do it again."),
        )


def stands_at(dossier: Dossier, rules: Rules) -> Words:
    """What people call the state of a dossier."""
    state = rules.states.get(dossier.course.state)
    if state is not None:
        return state.name
    if dossier.course.state == BEGIN:
        return Words("Đang lập", "Being taken")
    return Words(dossier.course.state, dossier.course.state)
