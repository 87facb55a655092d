"""The receipt of a fee (biên lai thu phí, lệ phí, no printed value): two copies.

The contents follow NĐ 123/2020/NĐ-CP art. 32 as amended by NĐ 70/2025/NĐ-CP and are not verified against the annex.
Form symbol and series are the tax authority's and the office's to give: they are settings of the rule pack, where the
training pack holds the decree's own example, not verified. Where a setting is absent the paper shows a blank to be
filled in. The doubt is told to the office here and in the pack, not to the citizen on the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import assert_never

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FeeTaken, PayMethod
from clerk_app.domain.forms import PrintedForm
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.flow import LEFT, ROOM, Leaf, Strip, paragraph
from clerk_app.printing.frame import BLANK, Sheet, day, signatures
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG, Ink
from clerk_app.printing.labels import FormWords

COPIES = ("Liên 1: Lưu", "Liên 2: Giao người nộp tiền")

Clean = Callable[[str], str]


def taken(dossier: Dossier) -> FeeTaken:
    """The money that was taken. Raises `Refusal` (`FORM_NO_FEE`)."""
    if dossier.fee is None:
        raise Refusal(
            "FORM_NO_FEE",
            Words("Hồ sơ này chưa thu tiền nên không có biên lai.", "No money was taken for this dossier: no receipt."),
            Words("Thu lệ phí ở bước 4 rồi in.", "Take the fee in step 4, then print."),
        )
    return dossier.fee


def sheet(
    form: PrintedForm, dossier: Dossier, station: Station, words: FormWords, serial: int, at: datetime, clean: Clean
) -> Sheet:
    """The frame of a fee receipt. Raises `Refusal` (`FORM_NO_FEE`)."""
    fee = taken(dossier)
    series = words.settings.get("receipt_series_format", "").replace("{year:02d}", f"{in_hanoi(at):%y}")
    known = {
        "form_symbol": words.settings.get("receipt_form_symbol", ""),
        "series_symbol": series,
        "payee_tax_code": words.settings.get("payee_tax_code", ""),
        "payee_address": words.settings.get("payee_address", ""),
    }

    def setting(key: str) -> str:
        return f"{clean(words.label(form.code, key))}: {clean(known[key]) or BLANK}"

    return Sheet(
        name="fee_receipt",
        title=clean(form.title.vi),
        code=dossier.code or dossier.local_code,
        code_label="Mã hồ sơ",
        left=(
            (STRONG, 7.8, clean(station.office_name_vi).upper()),
            (PLAIN, 7.4, setting("payee_tax_code")),
            (PLAIN, 7.4, setting("payee_address")),
        ),
        right=(
            (PLAIN, 7.4, setting("form_symbol")),
            (PLAIN, 7.4, setting("series_symbol")),
            (STRONG, 8.6, f"{clean(words.label(form.code, 'number'))}: {clean(fee.receipt)}"),
        ),
        ruled=False,
        copies=COPIES,
        reprint=serial - 1,
        practice=dossier.practice or station.practice,
    )


def strips(
    form: PrintedForm,
    dossier: Dossier,
    station: Station,
    words: FormWords,
    inks: Mapping[str, Ink],
    clean: Clean,
    size: float,
    at: datetime,
) -> list[Strip]:
    """The body of a fee receipt at a type size."""
    fee = taken(dossier)
    gap = size * 0.55

    def row(key: str, value: str) -> list[Strip]:
        runs = [(PLAIN, f"{clean(words.label(form.code, key))}: "), (STRONG if value else PLAIN, value or BLANK)]
        return paragraph(inks, runs, size, gap)

    case = dossier.submitted.case if dossier.submitted else dossier.text("case")
    name = words.fees.get(case) or words.procedures.get(dossier.procedure, dossier.procedure)
    place = clean(words.settings.get("place", "Hà Nội"))
    dated = f"{place}, {day(at)}"
    made = [
        *row("payee", clean(station.office_name_vi)),
        *row("payer_name", clean(dossier.text("applicant.name")).upper()),
        *row("payer_id", clean(dossier.text("applicant.number"))),
        *row("payer_address", clean(dossier.text("applicant.residence"))),
        *row("fee_name", clean(name)),
        *row("amount", format_vnd(fee.fee_vnd)),
        *row("amount_words", amount_vnd_in_words(fee.fee_vnd)),
        *row("payment_method", _method(fee.method)),
    ]
    if fee.method == "online" or words.settings.get("lookup"):
        made += row("lookup", clean(words.settings.get("lookup", "")))
    collector = signatures(
        inks,
        (
            ("NGƯỜI NỘP TIỀN", clean(words.hint(form.code, "payer_name"))),
            (clean(words.label(form.code, "collector")).upper(), clean(words.hint(form.code, "collector"))),
        ),
        size,
        52.0,
    )

    def sign(leaf: Leaf, top: float) -> None:
        leaf.text(LEFT + ROOM * 0.75, top + size * 1.8, SLANTED, size, dated, "centre")
        collector.draw(leaf, top + size * 2.0)

    return [*made, Strip(collector.height + size * 2.0, sign)]


def _method(method: PayMethod) -> str:
    match method:
        case "cash":
            return "Tiền mặt (TM)"
        case "vietqr":
            return "Chuyển khoản, mã VietQR (CK)"
        case "online":
            return "Trực tuyến"
        case _:
            assert_never(method)
