"""A page's text as a reader gives it, written down as lines."""

from __future__ import annotations

from clerk_app.domain.pages import PageText, Word

WIDTH, HEIGHT = 2480, 3508
HIGH = 40
LINE = 80
LETTER = 24


def page_text(*lines: str, sure: float = 0.95) -> PageText:
    """Lines from the top down, every letter equally wide; three blanks or more are the gap between two columns."""
    words = []
    for line, text in enumerate(lines):
        at, left = 0, 200
        for part in text.split(" "):
            if part:
                words.append(Word(part, (left + at * LETTER, 200 + line * LINE, len(part) * LETTER, HIGH), sure, line))
            at += len(part) + 1
    return PageText(tuple(words), WIDTH, HEIGHT)


CERTIFICATE = (
    "Số: 00042/GKSKLX/34001/26",
    "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE",
    "Họ và tên (chữ in hoa): TRẦN MINH QUÂN",
    "Ngày sinh: 14/08/1990",
    "Số CCCD/Căn cước: 001090012345",
    "Chỗ ở hiện tại: Số 12, phố Hàng Bông",
    "Đủ điều kiện sức khỏe lái xe hạng: B",
    "Hà Nội, ngày 2 tháng 11 năm 2026",
    "NGƯỜI KẾT LUẬN",
)
