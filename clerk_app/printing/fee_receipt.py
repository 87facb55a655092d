"""What stands on the receipt of a fee (biên lai thu phí, lệ phí, no printed value).

The contents follow NĐ 123/2020/NĐ-CP art. 32 as amended by NĐ 70/2025/NĐ-CP and are not verified against the annex.
Form symbol and series are the tax authority's and the office's to give: they are settings of the rule pack, where the
training pack holds the decree's own example, not verified. Where a setting is absent the paper shows a blank to be
filled in. The doubt is told to the office here and in the pack, not to the citizen on the paper.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FeeTaken, PayMethod
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.filled import Filled
from clerk_app.printing.labels import FormWords


def taken(dossier: Dossier) -> FeeTaken:
    """The money that was taken. Raises `Refusal` (`FORM_NO_FEE`)."""
    if dossier.fee is None:
        raise Refusal(
            "FORM_NO_FEE",
            Words("Hồ sơ này chưa thu tiền nên không có biên lai.", "No money was taken for this dossier: no receipt."),
            Words("Thu lệ phí ở bước 4 rồi in.", "Take the fee in step 4, then print."),
        )
    return dossier.fee


def filled(dossier: Dossier, station: Station, words: FormWords, at: datetime) -> Filled:
    """The receipt of the money that was taken. Raises `Refusal` (`FORM_NO_FEE`)."""
    fee = taken(dossier)
    case = dossier.submitted.case if dossier.submitted else dossier.text("case")
    series = words.settings.get("receipt_series_format", "").replace("{year:02d}", f"{in_hanoi(at):%y}")
    said = {
        "form_symbol": words.settings.get("receipt_form_symbol", ""),
        "series_symbol": series,
        "number": fee.receipt,
        "payee": station.office_name_vi,
        "payee_tax_code": words.settings.get("payee_tax_code", ""),
        "payee_address": words.settings.get("payee_address", ""),
        "payer_name": dossier.text("applicant.name"),
        "payer_id": dossier.text("applicant.number"),
        "payer_address": dossier.text("applicant.residence"),
        "fee_name": words.fees.get(case) or words.procedures.get(dossier.procedure, dossier.procedure),
        "amount": format_vnd(fee.fee_vnd),
        "amount_words": amount_vnd_in_words(fee.fee_vnd),
        "payment_method": method_words(fee.method),
    }
    if fee.method == "online" or words.settings.get("lookup"):
        said["lookup"] = words.settings.get("lookup", "")
    return Filled(
        code=dossier.code or dossier.local_code,
        said={key: (text,) for key, text in said.items()},
        practice=dossier.practice,
    )


def method_words(method: PayMethod) -> str:
    """How it was paid, as receipts name it."""
    match method:
        case "cash":
            return "Tiền mặt (TM)"
        case "vietqr":
            return "Chuyển khoản, mã VietQR (CK)"
        case "online":
            return "Trực tuyến"
        case _:
            assert_never(method)
