"""The official tables (06a, 07a) of a report: columns in the order of the form, a row for each group, one for all."""

from __future__ import annotations

from clerk_app.desk.report_views import FormHead, FormView, TableView
from clerk_app.domain.report_law import ReportLaw

_NAMED = "progress"
"""The table whose groups the rows of a form are."""


def forms_of(tables: tuple[TableView, ...], law: ReportLaw) -> tuple[FormView, ...]:
    """Every form of the law, filled in from the figures of a report."""
    figures = {line.code: line.figures for table in tables for line in table.lines}
    named = next((table for table in tables if table.code == _NAMED), None)
    if named is None:
        return ()
    found = []
    for code in dict.fromkeys(one.form for one in law.forms):
        columns = [one for one in law.forms if one.form == code]
        rows = tuple(
            (name, tuple(sum(figures[line][place].number for line in one.of if line in figures) for one in columns))
            for place, name in enumerate(named.heads)
        )
        heads = tuple(FormHead(one.group, one.head, one.column) for one in columns)
        doubt = any(one.rule.verified != "yes" for one in columns)
        # The groups first, the sum of all below them.
        found.append(FormView(code, heads, (*rows[1:], rows[0]), columns[0].rule.basis, doubt))
    return tuple(found)
