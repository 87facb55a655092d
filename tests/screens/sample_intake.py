"""Sample `IntakeView`s of fictitious citizens, one per state of the counter, for widget tests and the gallery."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

from clerk_app.desk.payment_view import NONE, PaymentView, WayOut
from clerk_app.desk.register_views import AnswerLine, Mark, SystemView
from clerk_app.desk.system_words import SANCTIONS, SYSTEM_NAMES, cause_words, outcome_words
from clerk_app.desk.views import (
    ApplicationView,
    Badge,
    CheckLine,
    ExceptionView,
    FeeView,
    FieldView,
    Finding,
    IdentityView,
    IntakeView,
    LicenceRow,
    PageView,
    PaperLine,
    PapersView,
    ReceiptView,
    RefusalView,
    StepView,
    SummaryLine,
    Why,
)
from clerk_app.domain.dossier import STEPS, Step
from clerk_app.domain.refusals import Refusal, Words
from tests.screens.sample_evidence import STATES, shown

HANOI = timezone(timedelta(hours=7))
NOON = datetime(2026, 11, 23, 9, 12, 0, tzinfo=HANOI)
DOSSIER = UUID("019ab0c0-0000-7000-8000-000000000001")

TITLES = {
    "identity": Words("Danh tính", "Identity"),
    "application": Words("Đơn đề nghị", "Application"),
    "papers": Words("Giấy tờ", "Papers"),
    "fee": Words("Lệ phí", "Fee"),
    "receipt": Words("Biên nhận", "Receipt"),
}
CHIP = Words("chip", "chip")
QR = Words("QR", "QR")
SEX = (("M", Words("Nam", "Male")), ("F", Words("Nữ", "Female")))
VALID = Badge(Words("Hợp lệ", "Valid"), "good")


def steps(current: Step, done: tuple[Step, ...] = ()) -> tuple[StepView, ...]:
    """The five steps, those in `done` ticked."""
    return tuple(StepView(step, TITLES[step], step in done, True) for step in STEPS)


def identity_fields(source: Words | None = CHIP, locked: bool = True, filled: bool = True) -> tuple[FieldView, ...]:
    """The identity fields of Trần Minh Quân, or empty ones."""

    def made(name: str, label: Words, value: str, **more: object) -> FieldView:
        text = value if filled else ""
        return FieldView(
            name,
            label,
            value=text,
            source=source if text else None,
            proof="calm" if not text or source is None else "good" if locked else "warn",
            locked=locked and bool(text),
            required=True,
            **more,
        )  # type: ignore[arg-type]

    return (
        made(
            "applicant.number",
            Words("Số định danh cá nhân", "Personal number"),
            "001090012345",
            kind="number",
            max_length=12,
        ),
        made("applicant.name", Words("Họ và tên", "Full name"), "TRẦN MINH QUÂN", kind="text", max_length=100),
        made("applicant.born", Words("Ngày sinh", "Date of birth"), "1990-08-14", kind="date"),
        made("applicant.sex", Words("Giới tính", "Sex"), "M", kind="choice", choices=SEX),
        made("applicant.expires", Words("Có giá trị đến", "Valid until"), "2030-08-14", kind="date"),
        made("applicant.nationality", Words("Quốc tịch", "Nationality"), "VNM", kind="text", max_length=3),
        made(
            "applicant.residence",
            Words("Nơi thường trú", "Place of residence"),
            "Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
            kind="text",
            max_length=300,
            wide=True,
        ),
    )


CHECKS = (
    CheckLine(
        Words("Dữ liệu do Bộ Công an ký", "Data signed by the State"),
        Words("Passive Authentication · CSCA VN 2021", "Passive Authentication · CSCA VN 2021"),
        "good",
        "✓",
    ),
    CheckLine(
        Words("Dữ liệu không bị sửa", "Data unaltered"),
        Words("Mã băm của mọi nhóm dữ liệu khớp", "The digests of all data groups agree"),
        "good",
        "✓",
    ),
    CheckLine(Words("Thẻ còn hạn", "Card is valid"), Words("đến 14/08/2030", "until 14/08/2030"), "good", "✓"),
    CheckLine(
        Words("Thẻ không bị sao chép", "Card is no copy"),
        Words("Thẻ không hỗ trợ phép thử này", "The card does not offer this check"),
        "calm",
        "–",
    ),
    CheckLine(
        Words("Trùng hồ sơ đang xử lý", "Another dossier under way"),
        Words("Chưa biết: chưa hỏi được trung tâm", "Unknown: central could not be asked"),
        "warn",
        "?",
    ),
)

LICENCES = (
    LicenceRow(
        "010167012345",
        "B2",
        "20/12/2016",
        Badge(Words("20/12/2026 · 27 ngày", "20/12/2026 · 27 days"), "warn"),
        "Sở GTVT Hà Nội",
        "12",
        VALID,
        True,
    ),
    LicenceRow(
        "010097055512", "A1", "03/05/2009", Words("Không thời hạn", "No expiry"), "Sở GTVT Hà Nội", "12", VALID, False
    ),
)


def identity(level: str = "chip") -> IdentityView:
    """Step 1: `chip`, `qr`, `empty`, `silent` (the register did not answer) or `broken` (signature not proven)."""
    prompt = Words(
        "Đặt thẻ căn cước lên đầu đọc, hoặc quét mã QR trên thẻ.", "Lay the ID card on the reader, or scan its QR code."
    )
    register = Badge(Words("CSDL quốc gia trả lời lúc 09:12", "The register answered at 09:12"), "good")
    match level:
        case "empty":
            return IdentityView(
                "",
                None,
                "",
                identity_fields(None, False, False),
                (),
                None,
                (),
                Badge(Words("Chưa hỏi", "Not asked yet"), "calm"),
                prompt,
            )
        case "qr":
            return IdentityView(
                "TRẦN MINH QUÂN",
                Badge(Words("Từ mã QR, chưa xác thực", "From the QR code, not proven"), "warn"),
                "",
                identity_fields(QR, False),
                (
                    CheckLine(
                        Words("Chưa kiểm tra chip", "Chip not checked"),
                        Words("Mã QR không chứng minh được gì", "A QR code proves nothing"),
                        "warn",
                        "!",
                    ),
                ),
                None,
                LICENCES,
                register,
                Words(
                    "Đã có số định danh. Đặt thẻ lên đầu đọc để đọc chip.",
                    "The number is known. Lay the card on the reader to read its chip.",
                ),
            )
        case "silent":
            return replace(
                identity("qr"),
                licences=(),
                register=Badge(Words("CSDL không trả lời: CHƯA BIẾT", "Register silent: UNKNOWN"), "warn"),
                fields=(
                    *identity_fields(QR, False),
                    FieldView("licence.number", Words("Số GPLX", "Licence number"), "number", max_length=12),
                    FieldView(
                        "licence.regime",
                        Words("Theo luật", "Under the law"),
                        "choice",
                        choices=(("old", Words("cũ (trước 2025)", "old (before 2025)")), ("new", Words("mới", "new"))),
                    ),
                    FieldView("licence.class", Words("Hạng", "Class"), "text", max_length=5),
                    FieldView("licence.issued", Words("Ngày cấp", "Issued"), "date"),
                    FieldView("licence.expires", Words("Hết hạn", "Expires"), "date"),
                ),
            )
        case "broken":
            bad = CheckLine(
                Words("Chữ ký trên chip KHÔNG đúng", "The chip's signature is WRONG"),
                Words(
                    "Thẻ có thể bị làm giả. Giữ thẻ, báo lãnh đạo.",
                    "The card may be forged. Keep it and tell the supervisor.",
                ),
                "bad",
                "✗",
            )
            return replace(
                identity("chip"),
                badge=Badge(Words("Chip không đáng tin", "Chip not trusted"), "bad"),
                checks=(bad, *CHECKS[1:]),
            )
        case _:
            return IdentityView(
                "TRẦN MINH QUÂN",
                Badge(Words("Đã xác thực chip", "Chip verified"), "good"),
                "p0",
                identity_fields(),
                CHECKS,
                Words("2,1 giây", "2.1 s"),
                LICENCES,
                register,
                Words("Đã đọc xong thẻ.", "The card has been read."),
            )


CASES = (
    ("DOI_SAP_HET_HAN", Words("Đổi trước thời hạn ghi trên GPLX", "Renewal before expiry")),
    ("DOI_HONG", Words("GPLX bị hỏng không còn sử dụng được", "Damaged")),
    ("DOI_THAY_DOI_TT", Words("Thay đổi thông tin ghi trên GPLX", "Data change")),
    ("DOI_BIA_PET", Words("Đổi từ giấy bìa sang PET hoặc điện tử", "Paper to PET")),
    ("DOI_HET_HAN", Words("GPLX quá thời hạn sử dụng", "Expired licence")),
    ("DOI_NN", Words("GPLX do nước ngoài cấp", "Foreign licence")),
)


def application(state: str = "good") -> ApplicationView:
    """Step 2: `good`, `problems` (fields with words beside them), `refused`, `exceptions`."""
    wrong = state == "problems"
    fields = (
        FieldView(
            "case",
            Words("Trường hợp", "Case"),
            "choice",
            "" if wrong else "DOI_SAP_HET_HAN",
            required=True,
            choices=CASES,
            wide=True,
            problem=Words("Chọn trường hợp đổi", "Choose the case") if wrong else None,
        ),
        FieldView(
            "wanted_class",
            Words("Hạng mới", "New class"),
            "choice",
            "B",
            required=True,
            choices=(
                (
                    "B",
                    Words(
                        "B – Ô tô đến 8 chỗ (không kể lái xe); tải/chuyên dùng đến 3.500 kg; kéo rơ moóc đến 750 kg",
                        "B – Cars up to 8 seats (without the driver); trucks up to 3,500 kg; trailers up to 750 kg",
                    ),
                ),
                (
                    "C1",
                    Words(
                        "C1 – Ô tô tải/chuyên dùng trên 3.500 kg đến 7.500 kg; các xe hạng B",
                        "C1 – Trucks above 3,500 kg and up to 7,500 kg; everything of class B",
                    ),
                ),
            ),
            hint=Words("Người dân được chọn một trong hai", "The applicant chooses one of the two"),
        ),
        FieldView(
            "applicant.phone",
            Words("Số điện thoại", "Phone"),
            "phone",
            "12" if wrong else "0912345678",
            required=True,
            max_length=15,
            problem=Words("Số điện thoại cần 10 chữ số", "A phone number needs 10 digits") if wrong else None,
        ),
        FieldView("reason", Words("Lý do đổi", "Reason"), "text", "Giấy phép sắp hết hạn", max_length=200, wide=True),
        FieldView(
            "result_place",
            Words("Nhận kết quả", "Result is handed over"),
            "choice",
            "counter",
            required=True,
            choices=(
                ("counter", Words("Tại quầy này", "At this counter")),
                ("post", Words("Qua bưu chính", "By post")),
            ),
        ),
        FieldView(
            "pledge",
            Words(
                "Người nộp cam đoan lời khai là đúng và đã nghe cán bộ đọc lại",
                "The applicant declares that the statements are true and were read back",
            ),
            "check",
            "" if wrong else "yes",
            required=True,
            wide=True,
            problem=Words("Cần cam đoan của người nộp", "The applicant's declaration is needed") if wrong else None,
        ),
    )
    refusals = (
        (
            RefusalView(
                Words(
                    "Không đổi được: còn quyết định xử phạt chưa thi hành", "No exchange: a sanction is not yet settled"
                ),
                "TT 12/2025/TT-BCA, điều 21 khoản 1 điểm e",
                Words("Hôm nay không trường hợp nào khác phù hợp.", "No other case fits today."),
            ),
        )
        if state == "refused"
        else ()
    )
    warnings = (
        (
            Words(
                "Hai chữ số đầu của số GPLX không có trong danh mục tỉnh",
                "The licence number's first two digits are not in the list of provinces",
            ),
        )
        if state in ("refused", "problems")
        else ()
    )
    exceptions: tuple[ExceptionView, ...] = ()
    if state == "exceptions":
        exceptions = (
            ExceptionView(
                "IDENTITY_WEAK",
                Words("Danh tính chưa được chip chứng minh", "Identity not proven by the chip"),
                "needed",
                "",
                "",
            ),
            ExceptionView(
                "SANCTIONS_UNKNOWN",
                Words("Chưa tra cứu được vi phạm", "Sanctions could not be looked up"),
                "asked",
                "Mất mạng từ 08:40, người nộp ở xa",
                "",
            ),
            ExceptionView(
                "OVERDUE_PROOF",
                Words("Quá hạn có lý do bất khả kháng", "Overdue for a proven reason"),
                "granted",
                "Nằm viện",
                "supervisor",
            ),
        )
    return ApplicationView(fields, refusals, warnings, exceptions)


def papers(pages: int = 3) -> PapersView:
    """Step 3 with `pages` scanned pages of the health certificate."""
    lines = (
        PaperLine(
            "DON",
            Words("Đơn đề nghị đổi GPLX", "Application form"),
            Words("Sinh từ dữ liệu, in cùng biên nhận", "Made from the data"),
            Badge(Words("Tự sinh", "Generated"), "good"),
            0,
            True,
            True,
            Words("Mẫu Phụ lục XII · TT 12/2025", "Annex XII · TT 12/2025"),
            False,
            False,
        ),
        PaperLine(
            "GKSK",
            Words("Giấy khám sức khỏe của người lái xe còn hiệu lực", "Valid driver health certificate"),
            Words("Bản chính, còn hạn 12 tháng", "Original, not older than 12 months"),
            Badge(Words(f"{pages} trang", f"{pages} pages"), "good")
            if pages
            else Badge(Words("Chưa có", "Missing"), "calm"),
            pages,
            pages > 0,
            True,
            Words(
                "Cần vì hạng mới là B (chỉ A1, A, B1 được miễn)",
                "Needed because the new class is B (only A1, A, B1 are exempt)",
            ),
            True,
            False,
        ),
        PaperLine(
            "GPLX_CU",
            Words(
                "Giấy phép lái xe cũ (bản sao; xuất trình, nộp lại bản chính)",
                "Old licence (copy; the original is shown and given back)",
            ),
            Words("Bản chính, mặt trước và sau", "Original, both sides"),
            Badge(Words("Chưa có", "Missing"), "calm"),
            0,
            False,
            True,
            Words("Nộp lại bản chính khi nhận giấy phép mới", "The original is handed in for the new one"),
            True,
            True,
        ),
        PaperLine(
            "CC",
            Words("Căn cước (xuất trình hoặc VNeID)", "ID card (shown, or in VNeID)"),
            Words("Dùng dữ liệu chip, không cần quét", "From the chip, no scan needed"),
            Badge(Words("chip", "chip"), "good"),
            0,
            True,
            True,
            Words("Người nộp là công dân Việt Nam", "The applicant is a Vietnamese citizen"),
            True,
            True,
        ),
        PaperLine(
            "UY_QUYEN",
            Words("Văn bản ủy quyền (khi nộp thay)", "Written authority (when somebody else comes)"),
            Words("Quét hoặc đối chiếu bản chính (M)", "Scan it, or mark as seen (M)"),
            Badge(Words("Không bắt buộc", "Optional"), "calm"),
            0,
            False,
            False,
            Words("Chỉ khi người khác nộp thay", "Only when somebody else comes"),
            True,
            True,
        ),
        PaperLine(
            "ANH",
            Words("Ảnh chân dung", "Portrait"),
            Words("Ảnh trên chip", "From the chip"),
            Badge(Words("chip", "chip"), "good"),
            0,
            True,
            True,
            Words("In trên giấy phép mới", "Printed on the new licence"),
            True,
            False,
        ),
    )
    strip = tuple(
        PageView(i, f"s{i}", "GKSK", Words(f"Trang {i + 1}", f"Page {i + 1}"), 0, 1654, 2339, "214 kB")
        for i in range(pages)
    )
    return PapersView(lines, strip, pages > 0, False, f"{pages * 214} kB")


def fee(paid: bool = False, vnd: int = 115_000) -> FeeView:
    """Step 4."""
    return FeeView(
        vnd,
        "115.000 đ",
        "Một trăm mười lăm nghìn đồng",
        Words("Lệ phí đổi giấy phép lái xe", "Fee for exchanging a driving licence"),
        "TT 154/2025/TT-BTC",
        paid,
        "BL-04-0000123" if paid else "",
        "cash" if paid else "",
        "200.000 đ" if paid else "",
        "85.000 đ" if paid else "",
        (115_000, 120_000, 150_000, 200_000),
    )


def payment(outcome: str = "", way_out: WayOut = "") -> PaymentView:
    """The payment online: none, `pending`, `paid`, `failed` or `waiting` for central."""
    if not outcome:
        return NONE
    words = outcome_words("waiting" if outcome == "waiting" else "done", "" if outcome == "waiting" else outcome)
    return PaymentView(
        UUID("019ab0c0-0000-7000-8000-0000000000f1"),
        115_000,
        Badge(words, "good" if outcome == "paid" else "bad" if outcome == "failed" else "warn"),
        outcome,
        cause_words("UNREACHABLE") if outcome == "waiting" else None,
        "UNREACHABLE" if outcome == "waiting" else "",
        "https://thanhtoan.example.vn/nop/019ab0c000007000800000000000f1" if outcome == "pending" else "",
        NOON,
        paid=outcome == "paid",
        over=outcome == "failed",
        settled=outcome == "paid",
        taken=outcome == "paid",
        way_out=way_out,
    )


def answers() -> tuple[SystemView, ...]:
    """What the systems said: one agrees, one differs, one is silent, one is too old, one was never asked."""

    def line(vi: str, en: str, here: str, there: str, mark: Mark) -> AnswerLine:
        return AnswerLine(Words(vi, en), Words(here, here), Words(there, there), mark)

    nothing = Words("–", "–")
    same = Badge(Words("khớp", "the same"), "good")
    differs = Badge(Words("có khác biệt", "differences"), "bad")
    unknown = Badge(Words("chưa rõ", "unknown"), "warn")
    old = Badge(Words("câu trả lời đã cũ", "the answer is too old"), "warn")
    never = Badge(Words("chưa hỏi", "not asked"), "calm")
    clear = Badge(SANCTIONS["clear"], "good")
    identity = (
        line("Họ và tên", "Name", "TRẦN MINH QUÂN", "khớp", "same"),
        line("Ngày sinh", "Born", "14/08/1990", "khác", "differs"),
        line("Nơi cư trú", "Residence", "Số 12, phố Hàng Bông", "chưa rõ", "unknown"),
    )
    health = (line("Kết luận", "Conclusion", "đủ sức khỏe", "đủ sức khỏe", "same"),)
    code = Refusal("NOTHING_TO_ASK", Words("Hồ sơ chưa có mã hồ sơ.", "The dossier has no code yet."), nothing)
    return (
        SystemView("licences", SYSTEM_NAMES["licences"], "known", clear, nothing, NOON, None),
        SystemView("identity", SYSTEM_NAMES["identity"], "known", differs, nothing, NOON, None, identity),
        SystemView("violations", SYSTEM_NAMES["violations"], "unknown", unknown, nothing, NOON, cause_words("TIMEOUT")),
        SystemView("health", SYSTEM_NAMES["health"], "known", same, nothing, NOON, None, health),
        SystemView("results", SYSTEM_NAMES["results"], "too_old", old, nothing, NOON - timedelta(days=3), None),
        SystemView("portal", SYSTEM_NAMES["portal"], "never", never, nothing, None, None, (), code),
    )


def receipt(state: str = "missing") -> ReceiptView:
    """Step 5: `missing`, `ready`, `submitted`, `printed`."""
    if state == "missing":
        found = (
            Finding(
                "PAPER_MISSING", Words("Thiếu GPLX hiện có", "The current licence is missing"), "papers", "GPLX_CU"
            ),
            Finding(
                "FIELD_MISSING", Words("Chưa có số điện thoại", "No phone number"), "application", "applicant.phone"
            ),
            Finding(
                "REGISTER_UNKNOWN",
                Words(
                    "CSDL chưa trả lời: sẽ hỏi lại khi có mạng",
                    "The register was silent: it is asked again when the line is back",
                ),
                "identity",
                "",
                False,
            ),
        )
        return ReceiptView(found, False, "", "", (), Badge(Words("Chưa nộp", "Not submitted"), "calm"))
    if state == "ready":
        return ReceiptView(
            (), False, "", "12:00 · Thứ Hai 30/11/2026", (), Badge(Words("Chưa nộp", "Not submitted"), "calm")
        )
    prints = (
        ("M01", Words("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt and appointment slip"), 0),
        ("FEE", Words("Biên lai thu lệ phí", "Fee receipt"), 0),
    )
    if state == "printed":
        prints = tuple((form, words, 1) for form, words, _ in prints)  # type: ignore[assignment]
    return ReceiptView(
        (),
        True,
        "G01.801.308-261123-0039",
        "12:00 · Thứ Hai 30/11/2026",
        prints,
        Badge(Words("Đang chờ gửi", "Waiting to be sent"), "warn"),
    )


def _line(key: str, label: Words, value: str, detail: Words, basis: str, doubtful: bool = False) -> SummaryLine:
    doubt = Words("Căn cứ mới xác minh một phần", "Basis only partly verified") if doubtful else None
    why = Why(label, detail, None, basis, "01/07/2026", "", "2026.11.22", "R7", doubt)
    return SummaryLine(key, label, Words(value, value), detail, (why,), doubtful)


SUMMARY = (
    _line(
        "class",
        Words("Hạng hiện tại → mới", "Class now → new"),
        "B2 → B",
        Words(
            "Từ 01/01/2025 hạng B2 cũ đổi thành B hoặc C1 theo lựa chọn của người nộp",
            "Since 01/01/2025 the old B2 becomes B or C1, as the applicant chooses",
        ),
        "Luật 36/2024/QH15, điều 89 khoản 3",
    ),
    _line(
        "due",
        Words("Hẹn trả", "Due"),
        "12:00 · 30/11/2026",
        Words("3,5 ngày làm việc; 24/11 là ngày nghỉ", "3.5 working days; 24/11 is a holiday"),
        "QĐ 1891/QĐ-TTg",
    ),
    _line(
        "fee",
        Words("Lệ phí", "Fee"),
        "115.000 đ",
        Words("Một mức cho mọi kênh nộp", "One amount for every channel"),
        "TT 154/2025/TT-BTC",
    ),
    _line(
        "code",
        Words("Mã hồ sơ (tạm)", "Dossier code (provisional)"),
        "Q04-261123-0039",
        Words(
            "Mã tạm của quầy; mã chính thức có khi tiếp nhận",
            "This desk's own code; the final one comes with acceptance",
        ),
        "",
    ),
)


def intake(
    step: Step = "identity",
    level: str = "chip",
    form: str = "good",
    pages: int = 3,
    paid: bool = False,
    end: str = "missing",
    saved_s: int = 0,
) -> IntakeView:
    """One whole view; `saved_s` makes it younger than another."""
    who, asked = shown(level) if level in STATES else (identity(level), application(form))
    done: tuple[Step, ...] = STEPS[: STEPS.index(step)]
    submitted = end in ("submitted", "printed")
    return IntakeView(
        dossier=DOSSIER,
        title=who.name,
        subtitle=Words(
            "Đổi GPLX · B2 → B" if level != "empty" else "Đổi giấy phép lái xe",
            "Licence exchange · B2 → B" if level != "empty" else "Licence exchange",
        ),
        local_code="Q04-261123-0039",
        code="G01.801.308-261123-0039" if submitted else "",
        status="submitted" if submitted else "draft",
        practice=True,
        opened_at=(NOON if submitted else datetime.now(HANOI)) - timedelta(seconds=134),
        saved_at=NOON + timedelta(seconds=saved_s),
        step=step,
        focus="",
        steps=steps(step, STEPS if submitted else done),
        identity=who,
        application=asked,
        papers=papers(pages),
        fee=fee(paid or submitted),
        receipt=receipt(end),
        summary=SUMMARY if level != "empty" else SUMMARY[3:],
    )
