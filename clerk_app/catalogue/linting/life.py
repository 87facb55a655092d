"""The life of a dossier has a beginning, no dead step, and an end that can be reached from everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.course import ACCEPT, ACCEPTED
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import BEGIN, State, Step, leading, reached


def dead(pack: Pack) -> Iterator[Problem]:
    """States that cannot be reached or left, dossiers that never end, steps that never happen, clocks that disagree."""
    states = {row.value: row for row in pack.tables.states}
    steps = {row.value: row for row in pack.tables.steps}
    used = {name for step in steps for name in (*step.start, step.to)}
    for state, row in states.items():
        if state.code not in used:
            yield at(row, "step", f"không bước nào đến “{state.code}”.", f"no step leads to “{state.code}”.")
    told: dict[Words, Problem] = {}
    for day in pack.rule_days:
        rules = pack.as_of(day)
        for procedure in rules.procedures:
            own = [step for step in rules.steps if step.of(procedure)]
            for problem in _dead_in(own, rules, states, steps):
                told.setdefault(problem.words, problem)
    yield from told.values()
    yield from _clocks(pack)


def _dead_in(
    own: Sequence[Step],
    rules: Rules,
    states: dict[State, Dated[State]],
    steps: dict[Step, Dated[Step]],
) -> Iterator[Problem]:
    """What is dead in the life of one procedure. Only the root of a dead branch is told."""
    if not own:
        return
    inside = {name for step in own for name in (*step.start, step.to)} - {BEGIN}
    if any(name not in rules.states for name in inside):
        return
    if not any(BEGIN in step.start for step in own):
        yield at(steps[own[0]], "step", "không bước nào mở hồ sơ.", "no step begins a dossier.")
        return
    if not any(step.code == ACCEPT and step.to == ACCEPTED for step in own):
        vi, en = f"không có bước “{ACCEPT}” đến “{ACCEPTED}”.", f"no step “{ACCEPT}” leads to “{ACCEPTED}”."
        yield at(steps[own[0]], "step", vi, en)
        return
    alive = reached(own, (BEGIN,))
    lost = inside - alive
    entered = {step.to for step in own for start in step.start if start in lost and start != step.to}
    for name in sorted(lost - entered or lost)[:1]:
        step = next(step for step in own if name in step.start or name == step.to)
        vi, en = f"không thể đến trạng thái “{name}”.", f"the state “{name}” cannot be reached."
        yield at(steps[step], "step", vi, en)
    ends = {name for name in inside if rules.states[name].ends}
    if not ends & alive:
        yield at(steps[own[0]], "step", "hồ sơ không bao giờ kết thúc.", "a dossier never comes to an end.")
        return
    stuck = (alive - leading(own, ends)) - {BEGIN}
    left = {start for step in own for start in step.start if step.to != start}
    for name in sorted(stuck - left or stuck)[: None if stuck - left else 1]:
        row = states[rules.states[name]]
        if name in left:
            yield at(row, "step", f"từ “{name}” không thể kết thúc.", f"from “{name}” no end can be reached.")
        else:
            yield at(row, "step", f"không thể rời trạng thái “{name}”.", f"the state “{name}” cannot be left.")


def _clocks(pack: Pack) -> Iterator[Problem]:
    """What a step does to the clock is what the status of its new state says."""
    states = {row.value.code: row.value for row in pack.tables.states}
    clocks = {row.value.code: row.value.clock for row in pack.tables.statuses}
    for row in pack.tables.steps:
        state = states.get(row.value.to)
        clock = clocks.get(state.status) if state else None
        if state is not None and clock is not None and clock != row.value.clock:
            vi = f"đồng hồ là “{row.value.clock}”, trạng thái {state.status} là “{clock}”."
            yield at(row, "sum", vi, f"the clock is “{row.value.clock}”, but status {state.status} is “{clock}”.")
