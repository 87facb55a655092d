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
from clerk_app.domain.dossier import Entry, replay
from clerk_app.domain.facts import digitised, received_at
from clerk_app.domain.refusals import Words

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
}


def dossier_document(entries: Sequence[Entry], named: Callable[[str], Pack], now: datetime) -> dict[str, Any]:
    """`entries, state, findings, timeline` of one dossier; `named` finds the pack it lives by by its version."""
    state = replay(entries)
    rules = named(state.pack).as_of(in_hanoi(received_at(state, now)).date(), state.office)
    facts, decision = decision_of(state, now, rules)
    missing = findings(state, facts, decision, rules) if state.status == "draft" else ()
    submitted = state.submitted
    return {
        "entries": [
            {"id": str(entry.id), "kind": type(entry.what).__name__, "who": entry.who, "at": entry.at.isoformat()}
            for entry in entries
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
        "timeline": [_line(entry) for entry in entries],
    }


def _line(entry: Entry) -> str:
    what = speaking.said(_KINDS[type(entry.what).__name__])
    return f"{in_hanoi(entry.at):%d/%m/%Y %H:%M:%S} {entry.who}: {what}"


def dossier_text(document: dict[str, Any]) -> str:
    """The same for people."""
    state = document["state"]
    lines = [f"{state['code'] or state['local_code']}: {state['status']}"]
    lines += [f"- {one['words']}" for one in document["findings"]]
    lines += document["timeline"]
    return "\n".join(lines)
