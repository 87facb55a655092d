"""Every name leads somewhere: what a row calls by a name is in the pack while the row holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from clerk_app.catalogue.linting.conditions import Candidates
from clerk_app.catalogue.linting.days import share_a_day
from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain import checks
from clerk_app.domain.roles import narrower
from clerk_app.domain.rules import ReadingRow, Scope
from clerk_app.domain.steps import BEGIN, NEVER_AGAIN, OUTSIDERS


class _Known:
    """Which names hold on some day of a row."""

    def __init__(self, rows: Iterable[Dated[Any]], name: Callable[[Any], object]) -> None:
        self._rows: dict[object, list[Dated[Any]]] = {}
        for row in rows:
            self._rows.setdefault(name(row.value), []).append(row)

    def holds(self, name: object, row: Dated[Any]) -> bool:
        return any(share_a_day(row, other) for other in self._rows.get(name, ()))


def leading_nowhere(pack: Pack) -> Iterator[Problem]:
    """Names of procedures, cases, classes, limits, fees, roles, forms, papers, fields and checks that are none."""
    yield from _cases(pack)
    yield from _classes(pack)
    yield from _scopes(pack)
    yield from _reviews(pack)
    yield from _steps(pack)
    yield from _handings(pack)
    yield from _reports(pack)
    yield from _forms(pack)
    yield from _papers_read(pack)
    yield from _roles(pack)


def _cases(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    procedures = _Known(tables.procedures, lambda one: one.code)
    # A limit or a fee that is there, but not on every day, is a gap and told as one.
    limits = {row.value.key for row in tables.limits}
    fees = {row.value.code for row in tables.fees}
    for row in tables.cases:
        case = row.value
        for name in sorted(case.procedures):
            if not procedures.holds(name, row):
                yield at(row, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
        if case.limit not in limits:
            yield at(row, "name", f"không có thời hạn “{case.limit}”.", f"there is no time limit “{case.limit}”.")
        if case.fee and case.fee not in fees:
            yield at(row, "name", f"không có lệ phí “{case.fee}”.", f"there is no fee “{case.fee}”.")


def _classes(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    classes = _Known(tables.classes, lambda one: (one.regime, one.code))
    codes = _Known(tables.classes, lambda one: one.code)
    for row in tables.classes:
        for name in (*row.value.includes, *filter(None, (row.value.over_age,))):
            if not classes.holds((row.value.regime, name), row):
                yield at(row, "name", f"không có hạng “{name}”.", f"there is no class “{name}”.")
    for one in tables.conversions:
        if not classes.holds((one.value.regime, one.value.code), one):
            yield at(one, "name", f"không có hạng “{one.value.code}”.", f"there is no class “{one.value.code}”.")
        if one.value.to and not codes.holds(one.value.to, one):
            yield at(one, "name", f"không có hạng “{one.value.to}”.", f"there is no class “{one.value.to}”.")


def _scopes(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    candidates = Candidates(pack)
    ever = {case.value.code for case in tables.cases}
    rows: list[Dated[Any]] = [*tables.papers, *tables.refusals, *tables.exceptions, *tables.notices, *tables.reuses]
    rows += tables.reviews
    for row in rows:
        scope: Scope = row.value.scope
        unknown = [name for name in scope.included if not candidates.cases(row, Scope((name,)))]
        # Leaving out a case before its first day does no harm.
        unknown += [name for name in scope.excluded if not any(Scope((name,)).covers(case) for case in ever)]
        for name in unknown:
            yield at(row, "name", f"không có trường hợp “{name}”.", f"there is no case “{name}”.")
        if not unknown and not candidates.cases(row, scope):
            yield at(row, "condition", "không trường hợp nào cần đến.", f"no case can need “{row.key[0]}”.")
    roles = _Known(tables.roles, lambda one: one.code)
    for purpose in tables.purposes:
        for name in sorted(purpose.value.roles):
            if not roles.holds(name, purpose):
                yield at(purpose, "name", f"không có vai trò “{name}”.", f"there is no role “{name}”.")
    yield from _grants(pack)


def _grants(pack: Pack) -> Iterator[Problem]:
    """Who may grant what: a kind that there is, by a role that may decide; an amount only where there is money."""
    tables = pack.tables
    kinds = _Known(tables.exceptions, lambda one: one.code)
    money = _Known((row for row in tables.exceptions if row.value.has_amount), lambda one: one.code)
    roles = _Known(tables.roles, lambda one: one.code)
    deciding = _Known((row for row in tables.roles if "exception.decide" in row.value.scopes), lambda one: one.code)
    for row in tables.grants:
        kind, name = row.value.kind, row.value.role
        if not kinds.holds(kind, row):
            yield at(row, "name", f"không có ngoại lệ “{kind}”.", f"there is no exception “{kind}”.")
        elif row.value.up_to_vnd is not None and not money.holds(kind, row):
            yield at(row, "sum", f"ngoại lệ “{kind}” không có số tiền.", f"the exception “{kind}” is about no amount.")
        if not roles.holds(name, row):
            yield at(row, "name", f"không có vai trò “{name}”.", f"there is no role “{name}”.")
        elif not deciding.holds(name, row):
            vi, en = f"vai trò “{name}” không được duyệt ngoại lệ.", f"the role “{name}” may not decide exceptions."
            yield at(row, "name", vi, en)


def _reviews(pack: Pack) -> Iterator[Problem]:
    """Second looks are for procedures that are there; whoever finds something must be able to say why."""
    tables = pack.tables
    procedures = _Known(tables.procedures, lambda one: one.code)
    for row in tables.reviews:
        for name in row.value.procedures:
            if not name.endswith("*") and not procedures.holds(name, row):
                yield at(row, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
        if row.value.share and not any(share_a_day(row, cause) for cause in tables.review_causes):
            yield at(row, "name", "không có nguyên nhân nào để ghi.", "there is no cause that a finding could name.")


def _steps(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    procedures = _Known(tables.procedures, lambda one: one.code)
    roles = _Known(tables.roles, lambda one: one.code)
    states = _Known(tables.states, lambda one: one.code)
    forms = _Known(tables.printed, lambda one: one.code)
    scopes = _Known(tables.scopes, lambda one: one.code)
    kinds = _Known(tables.exceptions, lambda one: one.code)
    statuses = _Known(tables.statuses, lambda one: one.code)
    for row in tables.states:
        if not statuses.holds(row.value.status, row):
            name = row.value.status
            yield at(row, "name", f"không có mã trạng thái “{name}”.", f"there is no status “{name}”.")
    for one in tables.steps:
        step = one.value
        for name in step.procedures:
            if name != "*" and not procedures.holds(name, one):
                yield at(one, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
        for name in (*step.start, step.to):
            if name != BEGIN and not states.holds(name, one):
                yield at(one, "name", f"không có trạng thái “{name}”.", f"there is no state “{name}”.")
        if step.by not in OUTSIDERS and not roles.holds(step.by, one):
            yield at(one, "name", f"không có vai trò “{step.by}”.", f"there is no role “{step.by}”.")
        if not scopes.holds(step.scope, one):
            yield at(one, "name", f"không có quyền “{step.scope}”.", f"there is no scope “{step.scope}”.")
        elif not any(step.scope in role.value.scopes and share_a_day(role, one) for role in tables.roles):
            vi, en = f"không vai trò nào có quyền “{step.scope}”.", f"no role has the scope “{step.scope}”."
            yield at(one, "name", vi, en)
        if step.again not in ("", NEVER_AGAIN) and not kinds.holds(step.again, one):
            yield at(one, "name", f"không có ngoại lệ “{step.again}”.", f"there is no exception “{step.again}”.")
        if step.form and not forms.holds(step.form, one):
            yield at(one, "name", f"không có biểu mẫu “{step.form}”.", f"there is no form “{step.form}”.")


def _handings(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    procedures = _Known(tables.procedures, lambda one: one.code)
    for row in tables.handings:
        for name in row.value.procedures:
            if name != "*" and not procedures.holds(name, row):
                yield at(row, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")


def _reports(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    states = _Known(tables.states, lambda one: one.code)
    named = _Known(tables.report_tables, lambda one: one[0])
    # A pack from before states were written down is told that it has none, and nothing more.
    for row in tables.report_positions if tables.states else ():
        if not states.holds(row.value.state, row):
            name = row.value.state
            yield at(row, "name", f"không có trạng thái “{name}”.", f"there is no state “{name}”.")
    for line in tables.reports:
        if not named.holds(line.value.table, line):
            name = line.value.table
            yield at(line, "name", f"không có bảng “{name}”.", f"there is no table “{name}”.")
    lines = _Known(tables.reports, lambda one: one.code)
    for column in tables.report_forms:
        for name in column.value.of:
            if not lines.holds(name, column):
                yield at(column, "name", f"không có chỉ tiêu “{name}”.", f"there is no line “{name}”.")


def _forms(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    groups = {(form, code) for form, code, _ in (row.value for row in tables.form_groups)}
    heads = {row.value[0] for row in tables.form_heads}
    procedures = {row.value.code for row in tables.procedures}
    for head in tables.form_heads:
        if head.value[0] not in procedures:
            name = head.value[0]
            yield at(head, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
    for row in tables.form_fields:
        form, field = row.value
        if form not in heads:
            yield at(row, "name", f"không có biểu mẫu “{form}”.", f"there is no form “{form}”.")
        elif (form, field.group) not in groups:
            yield at(row, "name", f"không có nhóm “{field.group}”.", f"there is no group “{field.group}”.")
        if field.check and not callable(getattr(checks, field.check, None)):
            yield at(row, "name", f"không có phép kiểm tra “{field.check}”.", f"there is no check “{field.check}”.")


def _papers_read(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    papers = _Known(tables.papers, lambda one: one.code)
    fields = _Known(tables.form_fields, lambda one: one[1].name)
    values = _Known(tables.form_fields, lambda one: (one[1].name, one[1].kind))
    for title in tables.recognition:
        if not papers.holds(title.value.paper, title):
            name = title.value.paper
            yield at(title, "name", f"không có giấy tờ “{name}”.", f"there is no paper “{name}”.")
    for row in tables.readings:
        read = row.value
        if not papers.holds(read.paper, row):
            yield at(row, "name", f"không có giấy tờ “{read.paper}”.", f"there is no paper “{read.paper}”.")
        if not fields.holds(read.field, row):
            yield at(row, "name", f"không có ô nhập “{read.field}”.", f"there is no field “{read.field}”.")
        elif read.kind == "date" and not values.holds((read.field, "date"), row):
            yield at(row, "name", f"“{read.field}” không phải ô ngày.", f"“{read.field}” is no field for a date.")
        elif read.kind == "phrase" and not _chosen(pack, row):
            vi, en = (
                f"“{read.field}” không có lựa chọn “{read.value}”.",
                f"“{read.field}” has no choice “{read.value}”.",
            )
            yield at(row, "name", vi, en)


def _chosen(pack: Pack, row: Dated[ReadingRow]) -> bool:
    return any(
        field.name == row.value.field and row.value.value in {value for value, _ in field.choices}
        for one in pack.tables.form_fields
        if share_a_day(one, row)
        for field in (one.value[1],)
    )


def _roles(pack: Pack) -> Iterator[Problem]:
    """A pack from before scopes were listed has nothing to compare its roles with."""
    tables = pack.tables
    if not tables.scopes:
        return
    for role in tables.roles:
        for name, reach in role.value.scopes.items():
            listed = [row.value for row in tables.scopes if row.value.code == name and share_a_day(row, role)]
            if not listed:
                yield at(role, "name", f"không có quyền “{name}”.", f"there is no scope “{name}”.")
            elif all(narrower(one.widest, reach) != reach for one in listed):
                widest = listed[0].widest
                vi = f"quyền “{name}” có phạm vi rộng nhất là “{widest}”, không phải “{reach}”."
                yield at(role, "name", vi, f"“{name}” reaches “{widest}” at most, not “{reach}”.")
    for row in tables.scopes:
        name = row.value.code
        if not any(name in role.value.scopes and share_a_day(row, role) for role in tables.roles):
            yield at(row, "name", f"không vai trò nào có quyền “{name}”.", f"no role has the scope “{name}”.")
