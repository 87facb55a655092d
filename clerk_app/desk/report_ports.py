"""What reports need of the world: central, and who sets them on paper or in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportSaid

if TYPE_CHECKING:
    from clerk_app.desk.report_views import ReportView


class ReportsAtCentral(Protocol):
    """Central as reports ask it. Both raise `Refusal`; `CENTRAL_UNREACHABLE`: no line, go on with what is here."""

    def report(self, asked: ReportAsked) -> ReportSaid: ...

    def report_dossiers(self, asked: BehindAsked) -> BehindSaid: ...


class ReportPapers(Protocol):
    """A report as a file for people, in Vietnamese or English."""

    def pdf(self, view: ReportView, language: str) -> bytes:
        """A4 landscape, tables and charts. Raises `Refusal` `FORM_FONT`."""
        ...

    def xlsx(self, view: ReportView, language: str) -> bytes:
        """A workbook with one sheet a table, numbers as numbers."""
        ...
