"""What stands on M01 (receipt and appointment) and on the ticket that reminds of it.

What the desk does not know stays blank for the pen: the register's book and number, and in which form a paper was
handed in, unless the field `paper.CODE.kind` says so (`original`, `certified`, `copy`). A tick that nobody recorded
would make the office answer for an original it never held.
"""

from __future__ import annotations

from clerk_app.desk.ports import Station
from clerk_app.domain.contact import contact_of
from clerk_app.domain.dossier import Dossier, Submitted
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.filled import Filled
from clerk_app.printing.frame import moment
from clerk_app.printing.labels import FormWords
from clerk_app.printing.ruled import TICK

_MARKS = {"seen": "đã xuất trình", "chip": "đọc từ chip căn cước", "generated": "lập từ dữ liệu"}
_KINDS = ("original", "certified", "copy")


def accepted(dossier: Dossier) -> Submitted:
    """What was accepted. Raises `Refusal` (`FORM_NOT_SUBMITTED`)."""
    if dossier.submitted is None:
        raise Refusal(
            "FORM_NOT_SUBMITTED",
            Words("Hồ sơ chưa được tiếp nhận nên chưa có giấy hẹn.", "The dossier is not accepted yet: no receipt."),
            Words("Hoàn tất bước 5 rồi in.", "Finish step 5, then print."),
        )
    return dossier.submitted


def filled(dossier: Dossier, station: Station, words: FormWords) -> Filled:
    """The receipt of an accepted dossier. Raises `Refusal` (`FORM_NOT_SUBMITTED`)."""
    submitted = accepted(dossier)

    def entered(*names: str) -> str:
        return next((text for name in names if (text := dossier.text(name))), "")

    place = entered("result_place")
    said = {
        "reception_unit": station.office_name_vi,
        "submitter_name": entered("submitter.name", "applicant.name"),
        "submitter_address": entered("submitter.residence", "applicant.residence"),
        "submitter_phone": entered("submitter.phone", "applicant.phone"),
        "submitter_email": dossier.text("submitter.email") or contact_of(dossier).email,
        "submitter_id": entered("submitter.number", "applicant.number"),
        "content": words.matter(dossier.procedure, submitted.case, submitted.new_class),
        "owner_name": entered("applicant.name"),
        "owner_address": entered("applicant.residence"),
        "fee_timing": "Thu trước" if dossier.fee else "Thu sau" if submitted.fee_vnd else "Không thu",
        "sets": "01",
        "sla": words.limits.get(submitted.case, ""),
        "received_at": moment(submitted.received_at),
        "due_at": moment(submitted.due_at),
        "result_place": words.choices.get(f"result_place={place}", place) or station.office_name_vi,
    }
    return Filled(
        code=submitted.code,
        said={key: (text,) for key, text in said.items()},
        rows={"components": components(dossier, submitted, words)},
        foreign=foreign(dossier),
        practice=dossier.practice,
    )


def foreign(dossier: Dossier) -> bool:
    """Whether the applicant is known to be a foreigner."""
    return dossier.text("applicant.nationality") not in ("", "VNM")


def components(dossier: Dossier, submitted: Submitted, words: FormWords) -> tuple[tuple[str, ...], ...]:
    """The papers that came, a row each: number, name and what was done with it, and a tick where its kind is known."""
    rows = []
    for number, code in enumerate(submitted.papers, 1):
        scanned = sum(page.paper == code for page in dossier.pages)
        notes = [_MARKS[mark]] if (mark := dossier.marks.get(code, "")) in _MARKS else []
        if scanned:
            notes.append(f"đã quét {scanned} trang")
        name = words.paper(submitted.case, code)
        kind = dossier.text(f"paper.{code}.kind")
        ticks = [TICK if kind == column else "" for column in _KINDS]
        rows.append((str(number), f"{name} ({', '.join(notes)})" if notes else name, *ticks))
    return tuple(rows) or (("", "Không có giấy tờ kèm theo", "", "", ""),)
