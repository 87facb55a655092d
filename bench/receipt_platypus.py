"""The peer of `receipt`: the same M01 by reportlab's own means, as its user guide shows them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import day_in_words, in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.printing.frame import moment
from clerk_app.printing.labels import FormWords


@lru_cache(maxsize=1)
def _fonts(folder: Path) -> None:
    for name, file in (("Stock", "400Regular"), ("Stock-Bold", "600SemiBold"), ("Stock-Italic", "400Regular_Italic")):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"BeVietnamPro_{file}.ttf")))
    pdfmetrics.registerFontFamily("Stock", normal="Stock", bold="Stock-Bold", italic="Stock-Italic")


@contextmanager
def _stock_settings() -> Iterator[None]:
    """reportlab as it comes: our own forms switch ASCII85 off for the whole process."""
    before, rl_config.useA85 = rl_config.useA85, 1
    try:
        yield
    finally:
        rl_config.useA85 = before


def render(dossier: Dossier, words: FormWords, station: Station, at: datetime, resources: Path, copies: int) -> bytes:
    """An M01 in one or two copies."""
    _fonts(resources / "fonts")
    submitted = dossier.submitted
    assert submitted is not None
    form = words.forms["M01"]
    text = ParagraphStyle("text", fontName="Stock", fontSize=8.5, leading=11.6)
    middle = ParagraphStyle("middle", parent=text, alignment=TA_CENTER)
    title = ParagraphStyle("title", parent=middle, fontName="Stock-Bold", fontSize=11.5, leading=15)
    symbol = QrCodeWidget(dossier.code, barLevel="M", barWidth=62, barHeight=62, barBorder=0)
    square = Drawing(62, 62)
    square.add(symbol)

    def line(key: str, value: str) -> Paragraph:
        return Paragraph(f"{form.label(key)}: <b>{value}</b>", text)

    def copy(mark: str) -> list[Any]:
        office = station.office_name_vi
        name, residence = dossier.text("applicant.name"), dossier.text("applicant.residence")
        head = Table(
            [
                [Paragraph(office.upper(), middle), Paragraph("<b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b>", middle)],
                [
                    Paragraph("<b>BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ</b>", middle),
                    Paragraph("<b><u>Độc lập - Tự do - Hạnh phúc</u></b>", middle),
                ],
                [Paragraph("Số: ………/………", middle), Paragraph(f"Hà Nội, {day_in_words(in_hanoi(at).date())}", middle)],
            ]
        )
        bars = Code128(dossier.code, barWidth=0.8, barHeight=22, quiet=False)
        codes = Table([[[bars, Paragraph(f"Mã hồ sơ: <b>{dossier.code}</b>", text), Paragraph(mark, text)], square]])
        rows: list[list[Any]] = [[Paragraph(f"<b>{one}</b>", middle) for one in columns(form)]]
        for number, paper in enumerate(submitted.papers, 1):
            rows.append([str(number), Paragraph(words.papers[paper], text), "X", "", ""])
        papers = Table(rows, colWidths=[20, 200, 40, 50, 40])
        papers.setStyle(
            TableStyle(
                [
                    ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                    ("FONT", (0, 0), (-1, -1), "Stock", 8),
                    ("ALIGN", (2, 0), (-1, -1), "CENTER"),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ]
            )
        )
        hint = "<i>(Ký và ghi rõ họ tên)</i>"
        signed = Table(
            [
                [Paragraph(f"<b>{form.label(key)}</b>", middle) for key in ("sign_submitter", "sign_officer")],
                [Paragraph(hint, middle), Paragraph(hint, middle)],
            ]
        )
        what = f"{words.procedures[dossier.procedure]}, hạng {submitted.new_class} ({words.cases[submitted.case]})"
        return [
            head,
            Paragraph(form.title.vi, title),
            codes,
            line("reception_unit", office),
            line("submitter_name", name),
            line("submitter_address", residence),
            line("submitter_phone", dossier.text("applicant.phone")),
            line("submitter_email", "………………"),
            line("submitter_id", dossier.text("applicant.number")),
            line("content", what),
            line("owner_name", name),
            line("owner_address", residence),
            line("fee_timing", "Thu trước"),
            Paragraph(f"{form.label('components')}:", text),
            papers,
            line("sets", "01 bộ"),
            line("sla", f"{words.limits[submitted.case]} ngày làm việc"),
            line("received_at", moment(submitted.received_at)),
            line("due_at", moment(submitted.due_at)),
            line("result_place", office),
            Paragraph(form.label("register_ref"), text),
            Spacer(1, 4),
            signed,
        ]

    out = io.BytesIO()
    with _stock_settings():
        document = SimpleDocTemplate(
            out, pagesize=A5, leftMargin=24, rightMargin=24, topMargin=20, bottomMargin=14, initialFontName="Stock"
        )
        second = [PageBreak(), *copy("(Liên 2: Giao người nộp hồ sơ)")] if copies == 2 else []
        document.build([*copy("(Liên 1: Lưu)"), *second])
    return out.getvalue()


def columns(form: Any) -> tuple[str, ...]:
    """The heads of the table of papers."""
    return tuple(next(one.columns for one in form.fields if one.key == "components"))
