"""Chip, QR code, register and what was typed, field by field: for whoever decides on what does not fit together."""

from __future__ import annotations

from typing import Literal

from clerk_app.desk import words
from clerk_app.desk.approval_views import ComparedCell, ComparedRow, ComparisonView
from clerk_app.desk.evidence_view import explained, shown
from clerk_app.desk.views import Badge
from clerk_app.domain.differences import SOURCES, Compared, Said, side_by_side
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.evidence import STATED, Source
from clerk_app.domain.forms import FormField
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

HEADS: dict[Source, Words] = {
    "chip": Words("Chip", "Chip"),
    "qr": Words("Mã QR", "QR code"),
    "camera": Words("Máy ảnh", "Camera"),
    "register": Words("CSDL GPLX", "Register"),
    "read": Words("Đọc từ giấy", "Read from paper"),
    "portal": Words("Khai trực tuyến", "Stated online"),
    "manual": Words("Cán bộ nhập", "Typed"),
}


def comparison_of(dossier: Dossier, rules: Rules) -> ComparisonView:
    """Every field of which a source says something; a column for each source that does."""
    definition = rules.forms.get(dossier.procedure)
    fields = {one.name: one for one in definition.fields} if definition else {}
    compared = side_by_side(dossier)
    sources = [one for one in SOURCES if any(said.source == one for row in compared for said in row.said)]
    rows = tuple(_row(one, sources, fields.get(one.field)) for one in compared)
    return ComparisonView(tuple(HEADS[one] for one in sources), rows)


def _row(compared: Compared, sources: list[Source], field: FormField | None) -> ComparedRow:
    mark: Literal["same", "differs", "persons", "single"] = "single" if len(compared.said) == 1 else "same"
    if compared.difference is not None:
        mark = "persons" if compared.difference.kind == "persons" else "differs"
    cells = tuple(_cell(compared, source, field) for source in sources)
    label = field.label if field else words.FIELD
    told = explained(compared.difference) if compared.difference is not None else None
    return ComparedRow(compared.field, label, cells, mark, told)


def _cell(compared: Compared, source: Source, field: FormField | None) -> ComparedCell | None:
    said = [one for one in compared.said if one.source == source]
    if not said:
        return None
    # A chip may say two things, one of another person: both are one cell, and it differs.
    texts = [shown(compared.field, one.text, field) if one.text else words.OTHER_PERSONS for one in said]
    value = Words("; ".join(one.vi for one in texts), "; ".join(one.en for one in texts))
    used = any(one.used for one in said)
    differs = compared.difference is not None and not (used and len(said) == 1)
    return ComparedCell(value, _level(said[0]), used, differs)


def _level(said: Said) -> Badge:
    if said.source == "register":
        return words.SAID_BY_REGISTER
    if said.source in STATED:
        return words.TYPED
    return words.PROVEN if said.source == "chip" and said.level == "chip" else words.UNPROVEN
