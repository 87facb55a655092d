"""Reports for whoever may read them, and the dossiers behind a figure."""

from __future__ import annotations

from starlette.responses import Response

from clerk_app.central import acting, reporting
from clerk_app.central.answering import Call
from clerk_app.central.operation import Operation
from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportSaid


async def report(call: Call) -> Response:
    """A report of a period."""
    asked, parts, station = await call.message(ReportAsked), call.parts, call.station
    return await call.answer(lambda: parts.reporting.asked(asked, station))


async def dossiers(call: Call) -> Response:
    """What a figure counts."""
    asked, parts, station = await call.message(BehindAsked), call.parts, call.station
    return await call.answer(lambda: parts.reporting.behind(asked, station))


OPERATIONS = (
    Operation(
        "report",
        "POST",
        "/v1/reports",
        "A report of a period, as far as the role of who asks reaches. There are no persons in it.",
        report,
        asks=ReportAsked,
        answers=ReportSaid,
        refusals=("PERIOD_WRONG", "REPORT_UNDEFINED", *acting.REFUSALS),
    ),
    Operation(
        "report_dossiers",
        "POST",
        "/v1/reports/dossiers",
        "The dossiers behind one figure of a report: codes and moments, and no person.",
        dossiers,
        asks=BehindAsked,
        answers=BehindSaid,
        refusals=(*reporting.REFUSALS, *acting.REFUSALS),
    ),
)
