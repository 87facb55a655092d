"""M01, the receipt of a dossier with the appointment for its result: two copies, the office's and the citizen's.

Labels after TT 03/2025/TT-VPCP. What the desk does not know stays blank for the pen: the register's book and number,
and in which form a paper was handed in, unless the field `paper.CODE.kind` says so (`original`, `certified`, `copy`).
A tick that nobody recorded would make the office answer for an original it never held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from clerk_app.desk.ports import Station
from clerk_app.domain.dossier import Dossier, Submitted
from clerk_app.domain.forms import PrintedForm
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.flow import Strip, pair, paragraph, table
from clerk_app.printing.frame import BLANK, Sheet, day, moment, signatures
from clerk_app.printing.ink import PLAIN, STRONG, Ink
from clerk_app.printing.labels import FormWords

COPIES = ("Liên 1: Lưu", "Liên 2: Giao người nộp hồ sơ")
_MARKS = {"seen": "đã xuất trình", "chip": "đọc từ chip căn cước", "generated": "lập từ dữ liệu"}
_KINDS = ("original", "certified", "copy")

Clean = Callable[[str], str]


def sheet(
    form: PrintedForm, dossier: Dossier, station: Station, words: FormWords, serial: int, at: datetime, clean: Clean
) -> Sheet:
    """The frame of an M01. Raises `Refusal` (`FORM_NOT_SUBMITTED`) for a dossier that was not accepted yet."""
    submitted = accepted(dossier)
    place = clean(words.settings.get("place", "Hà Nội"))
    return Sheet(
        name="M01",
        title=clean(form.title.vi),
        code=submitted.code,
        code_label="Mã hồ sơ",
        left=(
            (PLAIN, 7.4, clean(station.office_name_vi).upper()),
            (STRONG, 7.4, "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"),
            (PLAIN, 7.4, "Số: ………/………"),
        ),
        right=(
            (STRONG, 7.4, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (STRONG, 7.8, "Độc lập - Tự do - Hạnh phúc"),
            (PLAIN, 7.4, f"{place}, {day(at)}"),
        ),
        ruled=True,
        copies=COPIES,
        reprint=serial - 1,
        practice=dossier.practice or station.practice,
    )


def accepted(dossier: Dossier) -> Submitted:
    """What was accepted. Raises `Refusal` (`FORM_NOT_SUBMITTED`)."""
    if dossier.submitted is None:
        raise Refusal(
            "FORM_NOT_SUBMITTED",
            Words("Hồ sơ chưa được tiếp nhận nên chưa có giấy hẹn.", "The dossier is not accepted yet: no receipt."),
            Words("Hoàn tất bước 5 rồi in.", "Finish step 5, then print."),
        )
    return dossier.submitted


def strips(
    form: PrintedForm,
    dossier: Dossier,
    station: Station,
    words: FormWords,
    inks: Mapping[str, Ink],
    clean: Clean,
    size: float,
) -> list[Strip]:
    """The body of an M01 at a type size."""
    submitted = accepted(dossier)
    gap = size * 0.22

    def label(key: str) -> str:
        return clean(words.label(form.code, key))

    def runs(key: str, value: str, after: str = "") -> list[tuple[str, str]]:
        said = [(PLAIN, f"{label(key)}: "), (STRONG if value else PLAIN, value or BLANK)]
        return [*said, (PLAIN, after)] if after else said

    def entered(*names: str) -> str:
        return next((text for name in names if (text := clean(dossier.text(name)))), "")

    name = entered("submitter.name", "applicant.name")
    address = entered("submitter.residence", "applicant.residence")
    owner, owner_address = entered("applicant.name"), entered("applicant.residence")
    place = entered("result_place")
    place = clean(words.choices.get(f"result_place={place}", place)) or clean(station.office_name_vi)
    days = clean(words.limits.get(submitted.case, ""))
    made = [
        *paragraph(inks, runs("reception_unit", clean(station.office_name_vi)), size, gap),
        *paragraph(inks, runs("submitter_name", name.upper()), size, gap),
        *paragraph(inks, runs("submitter_address", address), size, gap),
        *pair(
            inks,
            runs("submitter_phone", entered("submitter.phone", "applicant.phone")),
            runs("submitter_email", entered("submitter.email", "applicant.email")),
            size,
            gap,
        ),
        *paragraph(inks, runs("submitter_id", entered("submitter.number", "applicant.number")), size, gap),
        *paragraph(inks, runs("content", _content(dossier, submitted, words, clean)), size, gap),
        *paragraph(inks, runs("owner_name", owner.upper()), size, gap),
        *paragraph(inks, runs("owner_address", owner_address), size, gap),
        *paragraph(inks, runs("fee_timing", _timing(dossier, submitted)), size, gap),
        *_components(form, dossier, submitted, words, inks, clean, size, gap),
        *paragraph(inks, runs("sets", "01", " bộ"), size, gap),
        *paragraph(inks, runs("sla", days, " ngày làm việc"), size, gap),
        *paragraph(inks, runs("received_at", moment(submitted.received_at)), size, gap),
        *paragraph(inks, runs("due_at", moment(submitted.due_at)), size, gap),
        *paragraph(inks, runs("result_place", place), size, gap),
        *paragraph(inks, [(PLAIN, label("register_ref").replace("…", BLANK))], size, gap),
    ]
    signed = [(label(key), clean(words.hint(form.code, key))) for key in ("sign_submitter", "sign_officer")]
    return [*made, signatures(inks, signed, size, 46.0)]


def _content(dossier: Dossier, submitted: Submitted, words: FormWords, clean: Clean) -> str:
    what = words.procedures.get(dossier.procedure, dossier.procedure)
    why = words.cases.get(submitted.case, submitted.case)
    licence = f", hạng {submitted.new_class}" if submitted.new_class else ""
    return clean(f"{what}{licence} ({why})" if why else f"{what}{licence}")


def _timing(dossier: Dossier, submitted: Submitted) -> str:
    if dossier.fee is not None:
        return "Thu trước"
    return "Thu sau" if submitted.fee_vnd else "Không thu"


def _components(
    form: PrintedForm,
    dossier: Dossier,
    submitted: Submitted,
    words: FormWords,
    inks: Mapping[str, Ink],
    clean: Clean,
    size: float,
    gap: float,
) -> list[Strip]:
    field = next(one for one in form.fields if one.key == "components")
    rows = []
    for number, code in enumerate(submitted.papers, 1):
        scanned = sum(page.paper == code for page in dossier.pages)
        notes = [_MARKS[mark]] if (mark := dossier.marks.get(code, "")) in _MARKS else []
        if scanned:
            notes.append(f"đã quét {scanned} trang")
        name = words.papers.get(code, code)
        kind = dossier.text(f"paper.{code}.kind")
        ticks = ["X" if kind == column else "" for column in _KINDS]
        rows.append((str(number), clean(f"{name} ({', '.join(notes)})" if notes else name), *ticks))
    if not rows:
        rows.append(("", "Không có giấy tờ kèm theo", "", "", ""))
    heads = [clean(head) for head in field.columns]
    head = [
        Strip(strip.height, strip.draw, bound=True)
        for strip in paragraph(inks, [(PLAIN, f"{clean(field.label.vi)}:")], size, gap)
    ]
    body = table(
        inks,
        heads,
        (6, 60, 10, 14, 10),
        rows,
        size * 0.94,
        ("centre", "left", "centre", "centre", "centre"),
        (PLAIN, PLAIN, STRONG, STRONG, STRONG),
    )
    last = body[-1]
    return [*head, *body[:-1], Strip(last.height + gap + 2, last.draw, last.bound)]
