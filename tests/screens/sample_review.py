"""Second looks at fictitious dossiers, for the tests of the page and its gallery."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

from clerk_app.desk.review_views import (
    CauseChoice,
    CauseFigure,
    ClerkFigure,
    FindingRow,
    ReviewFigures,
    ReviewList,
    ReviewRow,
    ReviewSheet,
)
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_intake

NAMES = ("TRẦN MINH QUÂN", "NGUYỄN THỊ PHƯƠNG HUYỀN TRÂN", "LÊ VĂN AN", "ĐỖ THỊ HƯƠNG")
CASE = Words("Đổi do sắp hết hạn hoặc đã hết hạn", "Exchange of an expiring licence")
CAUSES = (
    CauseChoice("NHAP_SAI", Words("Thông tin nhập khác giấy tờ", "What was entered differs from the papers")),
    CauseChoice(
        "GIAY_TO_THIEU",
        Words("Giấy tờ thiếu, mờ hoặc sai loại", "Papers are missing, unreadable or of the wrong kind"),
    ),
    CauseChoice("DANH_TINH", Words("Danh tính chưa được kiểm tra đúng", "The identity was not checked rightly")),
    CauseChoice("LE_PHI", Words("Lệ phí thu sai", "The fee was taken wrongly")),
    CauseChoice("KHAC", Words("Lý do khác (ghi rõ)", "Another reason (say which)")),
)


def dossier(number: int) -> UUID:
    return UUID(int=0x019AB0C000007000800000000000A000 + number)


def rows() -> tuple[ReviewRow, ...]:
    return tuple(
        ReviewRow(
            dossier(number),
            f"G01.801.308-261123-{number:06}",
            name,
            CASE,
            f"09:1{number} · 23/11/2026",
            "Phạm Đức Long",
            Words(f"còn {27 - number} ngày", f"{27 - number} days left"),
        )
        for number, name in enumerate(NAMES, 1)
    )


def sheet(row: ReviewRow) -> ReviewSheet:
    view = sample_intake.intake("application", "good")
    # What was accepted has its final code.
    summary = tuple(line for line in view.summary if line.key != "code")
    view = replace(view, dossier=row.dossier, status="submitted", code=row.code, summary=summary)
    return ReviewSheet(row, view, CAUSES)


def finding(number: int = 1, mine: bool = True) -> FindingRow:
    return FindingRow(
        dossier(number),
        UUID(int=number),
        f"G01.801.308-261118-{number:06}",
        NAMES[number % len(NAMES)],
        CAUSES[0].name,
        "Ngày cấp trên đơn là 12/03/2019, trên bản gốc là 21/03/2019.",
        "licence.issued",
        Words("Ngày cấp", "Date of issue"),
        "10:42 · 23/11/2026",
        mine=mine,
    )


def figures(named: bool = False) -> ReviewFigures:
    counts = (4, 2, 1, 0, 0)
    causes = tuple(CauseFigure(one.code, one.name, count) for one, count in zip(CAUSES, counts, strict=True))
    clerks = (ClerkFigure("Nguyễn Thu Hà", 21, 2), ClerkFigure("Phạm Đức Long", 34, 5)) if named else ()
    return ReviewFigures(date(2026, 10, 25), date(2026, 11, 23), 1187, 61, 55, 48, 7, 5, causes, clerks, named)


@dataclass
class SampleReview:
    """The verbs of second looks, in memory."""

    may_review: bool = True
    may_read: bool = True
    waiting: list[ReviewRow] = field(default_factory=lambda: list(rows()))
    found: list[FindingRow] = field(default_factory=list)
    said: list[tuple[object, ...]] = field(default_factory=list)
    answers: list[tuple[UUID, str]] = field(default_factory=list)
    named: bool = False
    problem: Refusal | None = None
    refuses: Refusal | None = None

    def view(self) -> ReviewList:
        waiting = tuple(self.waiting) if self.may_review else ()
        return ReviewList(waiting, tuple(self.found), self.may_review, self.may_read, self.problem)

    def look(self, which: UUID) -> ReviewSheet:
        return sheet(next(row for row in self.waiting if row.dossier == which))

    def decide(
        self, which: UUID, result: Literal["sound", "finding"], cause: str = "", comment: str = "", field: str = ""
    ) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.said.append((which, result, cause, comment, field))
        self.waiting = [row for row in self.waiting if row.dossier != which]

    def answer(self, which: UUID, review: UUID, text: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.answers.append((review, text))
        self.found = [row for row in self.found if row.review != review]

    def figures(self, first: date, last: date) -> ReviewFigures:
        return figures(self.named)
