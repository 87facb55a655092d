"""The course of a dossier without the window: where it stands, which steps are open, and taking one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.course import CLOCK_WORDS, OVERDUE, CourseView, StepChoice
from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.refusals import Words

_NEEDS = {
    "reason": Words("lý do", "a reason"),
    "basis": Words("căn cứ", "the legal basis"),
    "items": Words("giấy tờ phải bổ sung", "what has to be brought"),
    "due": Words("ngày hẹn mới", "the new appointment"),
}
_NEED_ORDER = tuple(_NEEDS)


@click.command("steps")
@click.argument("code")
@profile_option
@person_options
@json_option
@speaking.speaking
def steps(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Where a dossier stands, how it came there, and which steps are open to whoever asks."""
    from clerk_app.commands.dossier import find_one, signed_in

    with signed_in(profile, user, password_file) as desk:
        view = desk.course.view(find_one(desk.journal.find(code), code))
    speaking.tell(_document(view), _text(view), as_json)


@click.command("step")
@click.argument("code")
@click.argument("step")
@click.option("--reason", default="", help="Why, in words for the citizen.")
@click.option("--basis", default="", help="Document and article.")
@click.option("--item", "items", multiple=True, help="What has to be brought: a paper's code or words. Repeatable.")
@click.option("--due", type=click.DateTime(["%Y-%m-%dT%H:%M"]), default=None, help="The new appointment, Hanoi time.")
@profile_option
@person_options
@json_option
@speaking.speaking
def step(
    code: str,
    step: str,
    reason: str,
    basis: str,
    items: tuple[str, ...],
    due: datetime | None,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Take a step with a dossier: ask for a supplement, extend, stop, withdraw… (`dossier steps` lists them)."""
    from clerk_app.commands.dossier import find_one, signed_in

    due_at = due.replace(tzinfo=HANOI) if due is not None else None
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        view = desk.course.take(found, step, reason=reason, basis=basis, items=items, due_at=due_at)
    speaking.tell(_document(view), _text(view), as_json)


def _document(view: CourseView) -> dict[str, object]:
    return {
        "dossier": str(view.dossier),
        "code": view.code,
        **speaking.named("state", view.state, view.name),
        "status": view.status,
        **speaking.named("clock", view.clock, CLOCK_WORDS[view.clock]),
        "ended": view.ended,
        "overdue": view.overdue,
        "due_at": speaking.told_at(view.due_at),
        "dues": [speaking.told_at(at) for at in view.dues],
        "steps": [
            {
                "code": one.code,
                "name": speaking.said(one.name),
                **speaking.named("to", one.state, one.to),
                "needs": sorted(one.needs),
                "form": one.form,
                "problem": one.problem.code if one.problem else None,
                "problem_name": speaking.said(one.problem.words) if one.problem else None,
            }
            for one in view.choices
        ],
        "passed": [
            {
                **speaking.named("step", one.code, one.name),
                **speaking.named("to", one.state, one.to),
                "who": one.who,
                "called": one.called,
                "at": speaking.told_at(one.at),
                "reason": one.reason,
                "basis": one.basis,
                "items": list(one.items),
                "due_at": speaking.told_at(one.due_at),
                "form": one.form,
            }
            for one in view.passed
        ],
    }


def _text(view: CourseView) -> str:
    due = f" · {speaking.said(Words('hẹn trả', 'due'))} {_moment(view.due_at)}" if view.due_at else ""
    late = f" · {speaking.said(OVERDUE)}" if view.overdue else ""
    status = f" ({view.status})" if view.status else ""
    lines = [f"{speaking.said(view.name)}{status} · {speaking.said(CLOCK_WORDS[view.clock])}{due}{late}"]
    lines += [f"  {_moment(one.at)}  {one.called or one.who:<22} {speaking.said(one.name)}" for one in view.passed]
    if view.choices:
        lines.append(speaking.said(Words("Có thể làm tiếp:", "Open steps:")))
        lines += [f"  {one.code:<22} {_choice(one)}" for one in view.choices]
    return "\n".join(lines)


def _choice(one: StepChoice) -> str:
    needs = ", ".join(speaking.said(_NEEDS[need]) for need in _NEED_ORDER if need in one.needs)
    said = f"{speaking.said(one.name)}{f' – {needs}' if needs else ''}{f' [{one.form}]' if one.form else ''}"
    return f"{said}\n  {'':<22} {one.problem.code}: {speaking.said(one.problem.words)}" if one.problem else said


def _moment(at: datetime | None) -> str:
    return f"{in_hanoi(at):%d/%m/%Y %H:%M}" if at is not None else "–"
