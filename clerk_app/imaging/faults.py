"""What can go wrong while pages are made: one code, one true cause, one remedy each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.domain.refusals import DeviceFault, Words

FAULTS: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        "PAGE_UNREADABLE": (
            Words("Hình của trang này bị hỏng, không mở được.", "The picture of this page is damaged."),
            Words("Quét lại trang này.", "Scan this page again."),
        ),
        "PAGE_TOO_LARGE": (
            Words("Trang quá lớn để mở an toàn.", "The page is too large to be opened safely."),
            Words(
                "Quét lại với độ phân giải 300 dpi; tối đa {megapixels} triệu điểm ảnh.",
                "Scan again at 300 dpi; {megapixels} megapixels at most.",
            ),
        ),
        "PAGE_TOO_SMALL": (
            Words("Hình quá nhỏ, không thể là một trang giấy.", "The picture is too small to be a page."),
            Words("Quét lại trang này, hoặc chọn đúng tệp.", "Scan this page again, or choose the right file."),
        ),
        "PAGE_CORNERS": (
            Words("Bốn góc đã chọn không tạo thành một tờ giấy.", "The four corners do not make a paper."),
            Words(
                "Đặt lại bốn góc theo thứ tự: trên trái, trên phải, dưới phải, dưới trái.",
                "Set the corners again: top left, top right, bottom right, bottom left.",
            ),
        ),
        "PAGE_NO_MEMORY": (
            Words("Không đủ bộ nhớ để xử lý trang này.", "There is not enough memory for this page."),
            Words(
                "Đóng bớt chương trình khác, hoặc quét lại với độ phân giải 300 dpi.",
                "Close other programs, or scan again at 300 dpi.",
            ),
        ),
        "PAGE_CRASHED": (
            Words("Bộ xử lý trang dừng giữa chừng ở trang này.", "The page maker stopped half-way on this page."),
            Words(
                "Trang gốc vẫn còn; bấm làm lại trang, hoặc quét lại nếu vẫn lỗi.",
                "The original is kept; make the page again, or rescan it if this persists.",
            ),
        ),
        "PAGE_SILENT": (
            Words("Bộ xử lý trang không trả lời.", "The page maker does not answer."),
            Words(
                "Trang gốc vẫn còn; bấm làm lại trang, hoặc quét lại nếu vẫn lỗi.",
                "The original is kept; make the page again, or rescan it if this persists.",
            ),
        ),
        "PAGE_MAKER_GIVEN_UP": (
            Words("Bộ xử lý trang hỏng nhiều lần liên tiếp.", "The page maker fails again and again."),
            Words(
                "Các trang vẫn được giữ như đã quét; khởi động lại chương trình và báo quản trị.",
                "Pages are kept as they were scanned; restart the program and tell the administrator.",
            ),
        ),
        "PAGE_GIVEN_UP": (
            Words("Đã dừng xử lý trang này.", "Making this page was given up."),
            Words("Trang gốc vẫn còn; bấm làm lại khi cần.", "The original is kept; make it again when needed."),
        ),
    }
)
"""(words, remedy) by code."""


def fault(code: str, **values: object) -> DeviceFault:
    """The named fault, its `{places}` filled in. KeyError for a code that nobody wrote down."""
    words, remedy = FAULTS[code]
    return DeviceFault(code, words.filled(**values), remedy.filled(**values))
