"""The words that stand on paper: labels of a form and the names behind codes, as of one day.

The catalogue is where they come from (`words_of`). `STANDING` holds the labels of the same forms for an office whose
rule pack has no printed forms: M01 after the set of TT 03/2025/TT-VPCP, the receipt after NĐ 123/2020 art. 32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clerk_app.domain.forms import PrintedField, PrintedForm
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class FormWords:
    """What a form needs to say, by code: titles and labels, and names of procedures, cases, papers and fees.

    `limits` are working days by case, as text (`3,5`). `settings` are what only the office knows: `place` (Hà Nội),
    `receipt_form_symbol`, `receipt_series_format` (with `{year:02d}`), `payee_tax_code`, `payee_address`, `lookup`;
    absent ones are left blank on paper. `choices` are the words of a field's value, by `field=value`.
    """

    forms: Mapping[str, PrintedForm]
    procedures: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    fees: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    def label(self, form: str, key: str) -> str:
        """A label of a form, the first where the circular offers several (`Bộ phận … / Trung tâm …`)."""
        return self.forms[form].label(key).split(" / ")[0]

    def hint(self, form: str, key: str) -> str:
        """What stands under a place to sign."""
        return next((one.hint for one in self.forms[form].fields if one.key == key and one.hint), _SIGN)


_SIGN = "(Ký và ghi rõ họ tên)"


def words_of(rules: Rules) -> FormWords:
    """The words of a form by the rules of one day."""
    limits = {
        case.code: f"{rules.limits[case.limit].half_days / 2:g}".replace(".", ",")
        for case in rules.cases
        if case.limit in rules.limits
    }
    choices = {
        f"{one.name}={value}": words.vi
        for form in rules.forms.values()
        for one in form.fields
        for value, words in one.choices
    }
    fees = {fee.code: fee.name.vi for fee in rules.fees}
    return FormWords(
        forms=dict(STANDING) | dict(rules.printed),
        procedures={code: procedure.name.vi for code, procedure in rules.procedures.items()},
        cases={case.code: case.name.vi for case in rules.cases},
        papers={paper.code: paper.name.vi for paper in rules.papers},
        fees={case.code: fees[case.fee] for case in rules.cases if case.fee in fees},
        limits=limits,
        choices=choices,
        settings=dict(rules.settings),
    )


def _form(code: str, title: Words, basis: str, verified: str, fields: Mapping[str, str]) -> PrintedForm:
    def one(key: str, label: str) -> PrintedField:
        head, _, columns = label.partition("|")
        return PrintedField(key, Words(head, head), columns=tuple(columns.split("|")) if columns else ())

    made = tuple(one(key, label) for key, label in fields.items())
    return PrintedForm(code, title, code, "A5", 2, made, basis, verified)


STANDING: Mapping[str, PrintedForm] = {
    "M01": _form(
        "M01",
        Words("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Receipt of dossier and appointment for the result"),
        "TT 03/2025/TT-VPCP",
        "partial",
        {
            "reception_unit": "Bộ phận tiếp nhận và trả kết quả",
            "submitter_name": "Tiếp nhận hồ sơ của Ông (Bà)",
            "submitter_address": "Địa chỉ",
            "submitter_phone": "Số điện thoại",
            "submitter_email": "Email",
            "submitter_id": "Số CMND/Thẻ căn cước/Hộ chiếu",
            "content": "Nội dung yêu cầu giải quyết",
            "owner_name": "Chủ hồ sơ",
            "owner_address": "Địa chỉ chủ hồ sơ",
            "fee_timing": "Hình thức thu phí, lệ phí",
            "components": "Thành phần hồ sơ, số lượng mỗi loại giấy tờ"
            "|TT|Thành phần hồ sơ|Bản chính|Bản chứng thực|Bản photo",
            "sets": "Số lượng hồ sơ",
            "sla": "Thời gian giải quyết hồ sơ theo quy định là",
            "received_at": "Thời gian nhận hồ sơ",
            "due_at": "Thời gian trả kết quả giải quyết hồ sơ",
            "result_place": "Đăng ký nhận kết quả tại",
            "register_ref": "Vào Sổ theo dõi hồ sơ, Quyển số … Số thứ tự …",
            "sign_submitter": "NGƯỜI NỘP HỒ SƠ",
            "sign_officer": "NGƯỜI TIẾP NHẬN HỒ SƠ",
        },
    ),
    "fee_receipt": _form(
        "fee_receipt",
        Words("BIÊN LAI THU PHÍ, LỆ PHÍ", "Receipt of charges and fees"),
        "NĐ 123/2020/NĐ-CP art. 32",
        "no",
        {
            "form_symbol": "Ký hiệu mẫu biên lai",
            "series_symbol": "Ký hiệu biên lai",
            "number": "Số biên lai",
            "payee": "Đơn vị thu phí, lệ phí",
            "payee_tax_code": "Mã số thuế",
            "payee_address": "Địa chỉ",
            "payer_name": "Tên đơn vị hoặc người nộp tiền phí, lệ phí",
            "payer_id": "Mã số thuế/Số định danh",
            "payer_address": "Địa chỉ người nộp",
            "fee_name": "Tên loại phí, lệ phí",
            "amount": "Số tiền",
            "amount_words": "Viết bằng chữ",
            "payment_method": "Hình thức thanh toán",
            "collector": "Người thu tiền",
            "lookup": "Mã tra cứu, đường dẫn",
        },
    ),
}
"""Labels by form and key, as read from the 2018 set in use and the decree; kept in one table to be replaced."""
