"""What stands on the citizen's own application (DON), made from what was entered.

Only what the dossier holds is filled in. What the applicant must declare and nobody entered (where they learned to
drive, whether they violated a rule) stays open for the pen.
"""

from __future__ import annotations

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import day, format_day
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import chosen_licences
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.withdrawn import brought
from clerk_app.printing.filled import Filled
from clerk_app.printing.labels import FormWords
from clerk_app.printing.receipt import foreign

_MERGED = ("DOI_TICH_HOP", "DOI_TICH_HOP_TUOC")
"""Cases in which a licence with expiry and one without become one."""


def filled(dossier: Dossier, station: Station, words: FormWords) -> Filled:
    """The application of a dossier. Raises `Refusal` (`FORM_NO_APPLICANT`)."""
    if not dossier.text("applicant.name"):
        raise Refusal(
            "FORM_NO_APPLICANT",
            Words("Chưa biết ai là người đề nghị nên chưa in được đơn.", "Nobody is named yet: no application."),
            Words("Đọc căn cước hoặc nhập họ tên ở bước 1 rồi in.", "Read the card or enter the name in step 1."),
        )
    licences = chosen_licences(dossier)
    case = dossier.submitted.case if dossier.submitted else dossier.text("case")
    wanted = dossier.submitted.new_class if dossier.submitted else dossier.text("wanted_class")
    papers = dossier.submitted.papers if dossier.submitted else _brought(dossier)
    reason = "; ".join(text for text in (words.cases.get(case, ""), dossier.text("reason")) if text)
    issued = [format_day(one.issued) for one in licences if one.issued]
    said = {
        "addressee": station.office_name_vi,
        "full_name": dossier.text("applicant.name"),
        "nationality": "Việt Nam" if not foreign(dossier) else dossier.text("applicant.nationality"),
        "birth_date": _day(dossier.text("applicant.born")),
        "residence": dossier.text("applicant.residence"),
        "id_number": dossier.text("applicant.number"),
        "id_issue_date": _day(dossier.text("applicant.issued")),
        "current_class": ", ".join(one.code for one in licences),
        "current_number": ", ".join(dict.fromkeys(one.number for one in licences)),
        "issued_by": ", ".join(dict.fromkeys(one.issuer for one in licences if one.issuer)),
        "issue_date": ", ".join(dict.fromkeys(issued)),
        "wanted_class": wanted,
        "reason": reason,
        "integrate": "yes" if case in _MERGED else "",
        "pledge": "",
    }
    lists = {"attachments": tuple(words.paper(case, code) for code in papers if code != "DON")}
    return Filled(
        code=dossier.code or dossier.local_code,
        said={key: (text,) for key, text in said.items() if text} | {key: one for key, one in lists.items() if one},
        foreign=foreign(dossier),
        practice=dossier.practice,
    )


def _brought(dossier: Dossier) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(page.paper for page in brought(dossier)), *dossier.marks]))


def _day(text: str) -> str:
    known = day(text)
    return format_day(known) if known else text
