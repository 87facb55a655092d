"""Requests that wait, in memory: for tests of the page that decides them, and for its pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clerk_app.desk.approval_views import (
    AnswerView,
    ApprovalRow,
    ApprovalsView,
    ComparedCell,
    ComparedRow,
    ComparisonView,
    EvidencePage,
    HandlingView,
    PinTarget,
    RequestView,
)
from clerk_app.desk.approvals import MORE, RISKS
from clerk_app.desk.views import Badge
from clerk_app.domain.refusals import Refusal, Words

WEAK = Words(
    "Danh tính chưa được xác thực bằng chip căn cước", "The identity was not proven by the chip of the ID card"
)
DIFFERS = Words("Dữ liệu các nguồn khác nhau", "The sources differ")
REFUND = Words("Hoàn lệ phí", "Refund of a fee")
EXCHANGE = Words("Đổi giấy phép lái xe", "Exchange of a driving licence")
RULE = Words(
    "Rủi ro cao trước, cùng mức thì chờ lâu trước. Mỗi điều sau tăng một mức: loại rủi ro cao; số tiền từ 500.000 đ; "
    "chờ từ 10 phút.",
    "The riskier first, of equals the one that waits longer. Each of these counts one more: a risky kind; an amount of "
    "500.000 đ or more; 10 minutes of waiting.",
)
UNPROVEN = Badge(Words("chưa chứng minh", "not proven"), "warn")
STATED = Badge(Words("theo lời khai", "as stated"), "calm")
REGISTERED = Badge(Words("theo CSDL", "as registered"), "calm")
PEOPLE = (
    ("04", "Nguyễn Thị Lan", "LÊ THỊ HƯƠNG", WEAK, 1, 242, ""),
    ("07", "Phạm Văn Hải", "ĐỖ QUANG VINH", DIFFERS, 3, 661, ""),
    ("02", "Vũ Thị Mai", "NGÔ BẢO LONG", REFUND, 2, 31, "515.000 đ"),
    ("05", "Trần Minh Châu", "CÔNG TẰNG TÔN NỮ NGUYỄN THỊ PHƯƠNG HUYỀN TRÂN", WEAK, 1, 12, ""),
)
CONTRADICTED = Refusal(
    "DECIDED_BEFORE",
    Words("Hoàng Quốc Bảo đã duyệt yêu cầu này trước.", "Hoàng Quốc Bảo granted this request before."),
    Words("Quyết định đầu tiên có hiệu lực; sang yêu cầu khác.", "The first decision counts; go on to the next."),
)


def numbered(number: int) -> UUID:
    """The id of a request or a dossier of these samples."""
    return UUID(int=0xA0 + number)


def row(number: int, now: datetime | None = None, may: bool = True) -> ApprovalRow:
    """One of the people above, again and again."""
    desk, clerk, name, kind, level, waits_s, amount = PEOPLE[number % len(PEOPLE)]
    return ApprovalRow(
        request=numbered(number),
        dossier=numbered(1000 + number),
        code="IDENTITY_WEAK",
        dossier_code=f"Q{desk}-261129-{number + 31:04}",
        name=name,
        kind=kind,
        procedure=EXCHANGE,
        counter=f"Q{desk}",
        clerk=clerk,
        since=(now or datetime.now(UTC)) - timedelta(seconds=waits_s),
        amount=amount,
        risk=RISKS[level],
        because=(Words("Đã chờ từ 10 phút trở lên.", "It has waited 10 minutes or more."),) if level == 3 else (),
        may=may,
        why_not=None if may else Words("Người đề nghị không được tự phê duyệt.", "Nobody approves their own request."),
    )


def same(text: str) -> Words:
    return Words(text, text)


def cell(text: str, level: Badge, used: bool = False, differs: bool = False) -> ComparedCell:
    return ComparedCell(same(text), level, used, differs)


def comparison(name: str) -> ComparisonView:
    """A QR code, the register and what was typed; the residence differs."""
    heads = (Words("Mã QR", "QR code"), Words("CSDL GPLX", "Register"), Words("Cán bộ nhập", "Typed"))
    title = name.title()
    rows = (
        ComparedRow(
            "applicant.number",
            Words("Số định danh", "ID number"),
            (cell("001185067890", UNPROVEN, True), None, None),
            "single",
        ),
        ComparedRow(
            "applicant.name",
            Words("Họ tên", "Name"),
            (cell(title, UNPROVEN, True), cell(name, REGISTERED), None),
            "same",
        ),
        ComparedRow(
            "applicant.born",
            Words("Ngày sinh", "Date of birth"),
            (cell("02/03/1985", UNPROVEN, True), cell("02/03/1985", REGISTERED), None),
            "same",
        ),
        ComparedRow(
            "applicant.residence",
            Words("Nơi cư trú", "Residence"),
            (
                cell("Phường Cầu Giấy, Hà Nội", UNPROVEN, differs=True),
                None,
                cell("Số 12, ngách 34/56, phường Nghĩa Đô, thành phố Hà Nội", STATED, True),
            ),
            "differs",
            Words(
                "Nội dung nhập tay khác với giấy tờ. Giá trị đang dùng được đánh dấu; nội dung kia vẫn được giữ.",
                "What was typed differs from the document. What is used is marked; the other is kept.",
            ),
        ),
    )
    return ComparisonView(heads, rows)


def request(of: ApprovalRow) -> RequestView:
    """The evidence of that request."""
    compared = comparison(of.name)
    health = Words("Giấy khám sức khỏe", "Health certificate")
    pins = [PinTarget(one.field, one.label) for one in compared.rows]
    pins += [PinTarget("applicant.phone", Words("Điện thoại", "Phone")), PinTarget("GKSK", health)]
    return RequestView(
        row=of,
        shown=f"{of.request.int:064x}",
        title=of.name,
        number="001185067890",
        born="02/03/1985",
        badge=Badge(Words("Chỉ có mã QR", "QR only"), "warn"),
        portrait="p1",
        photo="p2",
        face=None,
        words=Words(f"{of.kind.vi}: cần lãnh đạo duyệt.", f"{of.kind.en}: a supervisor must approve."),
        details=(
            Words(
                "! Mã QR không được ký: mã QR in trên thẻ ai cũng làm ra được",
                "! A QR code is not signed: anybody can make one",
            ),
        ),
        comparison=compared,
        reason="Thẻ bị xước chip, đọc ba lần không được; đã đối chiếu ảnh và giấy khai sinh bản chính.",
        facts=(
            (Words("Trường hợp", "Case"), Words("Đổi do sắp hết hạn", "Renewal before expiry")),
            (Words("Hạng hiện tại → mới", "Class now → new"), same("B2 → B")),
            (Words("Lệ phí", "Fee"), same("115.000 đ")),
            (Words("Hẹn trả", "Due"), same("12:00 · 30/11/2026")),
        ),
        amount=Words("515.000 đ (năm trăm mười lăm nghìn đồng)", "515.000 đ") if of.amount else None,
        pages=tuple(EvidencePage(f"{n:x}" * 64, 0, health, n == 1) for n in range(1, 4)),
        pins=tuple(pins),
        granted_by=Words("Lãnh đạo phụ trách", "Supervisor"),
    )


class SampleApprovals:
    """What waits, as a test says; `did` lists what was decided. `refuse` makes the next decision refused."""

    def __init__(self, count: int = 3) -> None:
        self.rows: list[ApprovalRow] = [row(number) for number in range(count)]
        self.decides = True
        self.did: list[tuple[object, ...]] = []
        self.refuse: Refusal | None = None
        self.others: tuple[HandlingView, ...] = ()
        self.looked: list[UUID | None] = []
        self.told: tuple[AnswerView, ...] = ()
        self.gate: threading.Event | None = None

    def queue(self) -> ApprovalsView:
        if not self.decides:
            raise Refusal("NOT_ALLOWED", Words("Vai trò của bạn không được.", "Not you."), Words("Nhờ.", "Ask."))
        said = {one.request: one.words for one in self.others}
        levels = {badge: level for level, badge in RISKS.items()}
        order = sorted(self.rows, key=lambda one: (not one.may, -levels[one.risk], one.since))
        rows = tuple(replace(one, handled=said.get(one.request)) for one in order)
        return ApprovalsView(rows, RULE, sum(one.may for one in rows))

    def waiting(self) -> int | None:
        return len(self.rows) if self.decides else None

    def look(self, dossier: UUID, code: str) -> RequestView:
        found = next((one for one in self.rows if one.dossier == dossier), None)
        if found is None:
            raise CONTRADICTED
        return request(found)

    def evidence(self, dossier: UUID, code: str) -> RequestView:
        """Of whatever dossier a test has open."""
        return request(replace(row(0), dossier=dossier, code=code))

    def decide(self, dossier: UUID, code: str, granted: bool, comment: str, field: str, shown: str) -> None:
        self._decided("grant" if granted else "refuse", UUID(int=int(shown, 16)), comment, field, shown)
        self.rows = [one for one in self.rows if one.dossier != dossier]

    def ask_more(self, dossier: UUID, code: str, comment: str, field: str, shown: str) -> None:
        self._decided("more", UUID(int=int(shown, 16)), comment, field, shown)
        self.rows = [replace(one, state=MORE) if one.dossier == dossier else one for one in self.rows]

    def _decided(self, *what: object) -> None:
        if self.gate is not None:
            self.gate.wait(10)
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal
        self.did.append(what)

    def handle(self, request: UUID | None) -> tuple[HandlingView, ...]:
        self.looked.append(request)
        return self.others

    def answers(self, dossiers: Iterable[UUID] | None = None) -> tuple[AnswerView, ...]:
        return self.told
