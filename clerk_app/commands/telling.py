"""A dossier as one JSON document, and as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from clerk_app.catalogue.pack import Pack
from clerk_app.commands import speaking
from clerk_app.desk.facts import decision_of
from clerk_app.desk.findings import findings
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import RefusalSettled, TakenOver, replay
from clerk_app.domain.facts import digitised, received_at
from clerk_app.domain.refusals import Words
from clerk_app.domain.settling import Record, counting, set_aside
from clerk_app.store.faults import unknown_dossier

_KINDS = {
    "Opened": Words("mở hồ sơ", "opened the dossier"),
    "IdentityRead": Words("ghi nhận danh tính", "recorded the identity"),
    "FieldsEntered": Words("nhập thông tin", "entered details"),
    "RegisterAnswered": Words("tra cứu giấy phép lái xe", "asked the licence register"),
    "PagesArranged": Words("quét hoặc sắp xếp trang", "scanned or arranged pages"),
    "PaperMarked": Words("đối chiếu giấy tờ", "marked a paper"),
    "ExceptionAsked": Words("đề nghị phê duyệt", "asked for an exception"),
    "ExceptionDecided": Words("quyết định phê duyệt", "decided an exception"),
    "FeeTaken": Words("thu lệ phí", "took the fee"),
    "Submitted": Words("tiếp nhận hồ sơ", "accepted the dossier"),
    "Printed": Words("in biểu mẫu", "printed a form"),
    "Discarded": Words("hủy bản nháp", "discarded the draft"),
    "FaceCompared": Words("so khớp khuôn mặt", "compared the face"),
    "GraceUsed": Words("gia hạn một giới hạn bằng mã của trung tâm", "lifted a limit by a code of central's"),
    "RulesRenewed": Words("chuyển sang danh mục mới", "went over to the newer rules"),
    "PageArrived": Words("nhận một trang", "received a page"),
    "PageMade": Words("xử lý một trang", "made a page of a sheet"),
    "PageRead": Words("đọc chữ trên trang", "read the print of a page"),
    "PaperTaken": Words("dùng lại giấy tờ đã có", "took a paper from what is on record"),
    "ArchiveMade": Words("lập bản lưu trữ", "set an archive copy"),
    "TakenOver": Words("tiếp quản hồ sơ", "took the dossier over"),
    "RefusalSettled": Words("giải quyết mục bị từ chối", "settled refused entries"),
    "MoreAsked": Words("yêu cầu làm rõ trước khi duyệt", "asked for more before deciding"),
    "DecisionRefused": Words("định phê duyệt nhưng bị từ chối", "wanted to decide and was refused"),
    "Reviewed": Words("kiểm tra lại hồ sơ", "took a second look"),
    "FindingAnswered": Words("trả lời ý kiến kiểm tra lại", "answered a finding"),
    "Looked": Words("xem dữ liệu được che", "saw masked data"),
    "SessionHappened": Words("vào hoặc rời quầy", "came to or left the desk"),
    "Exported": Words("xuất dữ liệu ra tệp", "wrote data to a file"),
    "CopiesRemoved": Words("xóa bản sao tại quầy theo thời hạn lưu", "removed the desk's copies by the retention rule"),
}


_WAYS: dict[str, Words] = {
    "central": Words("giữ bản của trung tâm", "central's version stays"),
    "ours": Words("nhập lại bản của quầy", "the desk's version entered again"),
    "new": Words("lập hồ sơ mới", "a new dossier made"),
}


def dossier_document(
    records: Sequence[Record], station: str, named: Callable[[str], Pack], now: datetime
) -> dict[str, Any]:
    """`entries, state, findings, timeline` of one dossier at the desk `station`; `named` finds the pack it lives by.

    Raises `Refusal` `DOSSIER_UNKNOWN` where nothing of it counts here.
    """
    counted = counting(records, station)
    if not counted:
        raise unknown_dossier()
    state = replay(counted)
    aside = set_aside(records)
    rules = named(state.pack).as_of(in_hanoi(received_at(state, now)).date(), state.office)
    facts, decision = decision_of(state, now, rules)
    missing = findings(state, facts, decision, rules) if state.status == "draft" else ()
    submitted = state.submitted
    return {
        "entries": [
            {"id": str(entry.id), "kind": type(entry.what).__name__, "who": entry.who, "at": entry.at.isoformat()}
            for entry in counted
        ],
        "state": {
            "dossier": str(state.id),
            "status": state.status,
            "code": state.code,
            "local_code": state.local_code,
            "practice": state.practice,
            "pack": state.pack,
            "step": state.step,
            "focus": state.focus,
            "fields": {name: {"value": one.text, "source": one.source} for name, one in state.fields.items()},
            "identity_level": state.evidence.level if state.evidence else None,
            "pages": [{"sheet": page.sheet, "paper": page.paper, "turned": page.turned} for page in state.pages],
            "marks": dict(state.marks),
            "papers": [{"code": paper.code, "state": digitised(state, paper.code)} for paper in decision.papers],
            "archive": [
                {
                    "paper": one.paper,
                    "sheet": one.sheet,
                    "pages": len(one.pages),
                    "bytes": one.size_bytes,
                    "signed": bool(one.signed_by),
                }
                for one in state.archive.values()
            ],
            "fee": {"receipt": state.fee.receipt, "fee_vnd": state.fee.fee_vnd} if state.fee else None,
            "due_at": submitted.due_at.isoformat() if submitted else None,
            "prints": dict(state.prints),
        },
        "findings": [{"code": one.code, "words": speaking.said(one.words), "step": one.step} for one in missing],
        "settlements": [
            {
                "way": entry.what.way,
                "station": entry.what.station,
                "refused": [str(one) for one in entry.what.refused],
                "made": str(entry.what.made) if entry.what.made else None,
                "reason": entry.what.reason,
                "who": entry.who,
                "at": entry.at.isoformat(),
            }
            for entry in counted
            if isinstance(entry.what, RefusalSettled)
        ],
        "timeline": [_line(one, one.entry.id in aside) for one in records],
    }


def _line(record: Record, aside: bool) -> str:
    entry = record.entry
    what = speaking.said(_KINDS[type(entry.what).__name__])
    if isinstance(entry.what, TakenOver):
        what = f"{what} ({entry.what.from_station} · {entry.what.from_who}: {entry.what.reason})"
    if isinstance(entry.what, RefusalSettled):
        what = f"{what} ({speaking.said(_WAYS[entry.what.way])}: {entry.what.reason})"
    if aside:
        what = f"[{speaking.said(Words('để riêng', 'set aside'))} {record.code}] {what}".replace("  ", " ")
    elif record.code:
        what = f"[{record.code}] {what}"
    return f"{in_hanoi(entry.at):%d/%m/%Y %H:%M:%S} {entry.who}: {what}"


def dossier_text(document: dict[str, Any]) -> str:
    """The same for people."""
    state = document["state"]
    lines = [f"{state['code'] or state['local_code']}: {state['status']}"]
    lines += [f"- {one['words']}" for one in document["findings"]]
    if document.get("lease"):
        lease = document["lease"]
        lines.append(
            speaking.said(
                Words(
                    f"Quầy {lease['counter']} · {lease['name']} đang mở từ {lease['since'][11:16]}.",
                    f"Desk {lease['counter']} · {lease['name']} has it open since {lease['since'][11:16]}.",
                )
            )
        )
    lines += document["timeline"]
    return "\n".join(lines)
