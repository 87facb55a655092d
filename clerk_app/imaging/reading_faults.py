"""What can keep a page from being read: one code, one true cause, one remedy each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.domain.refusals import DeviceFault, Words

FAULTS: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        "READING_PROGRAM_MISSING": (
            Words("Máy này chưa có chương trình đọc chữ (Tesseract).", "The program that reads print is missing here."),
            Words(
                "Cài gói tesseract-ocr, hoặc đặt tesseract_program trong settings.json. Hồ sơ vẫn tiếp nhận được.",
                "Install the package tesseract-ocr, or set tesseract_program in settings.json. Dossiers go on without.",
            ),
        ),
        "READING_LANGUAGE_MISSING": (
            Words("Tesseract chưa có dữ liệu tiếng Việt.", "Tesseract has no Vietnamese data on this computer."),
            Words(
                "Cài gói tesseract-ocr-vie (tệp vie.traineddata). Hồ sơ vẫn tiếp nhận được.",
                "Install the package tesseract-ocr-vie (the file vie.traineddata). Dossiers go on without.",
            ),
        ),
        "READING_CRASHED": (
            Words("Chương trình đọc chữ bị hỏng giữa chừng.", "The program that reads print broke down."),
            Words(
                "Trang vẫn được giữ. Xem trang và nhập tay; nếu lặp lại, báo quản trị cài lại Tesseract.",
                "The page is kept. Look at it and type; if it repeats, have Tesseract installed again.",
            ),
        ),
        "READING_TOO_SLOW": (
            Words("Đọc chữ trên trang này quá lâu nên đã dừng.", "Reading this page took too long and was stopped."),
            Words(
                "Trang vẫn được giữ. Xem trang và nhập tay; đóng bớt chương trình khác nếu máy chậm.",
                "The page is kept. Look at it and type; close other programs if the computer is slow.",
            ),
        ),
        "READING_GIVEN_UP": (
            Words("Đã dừng đọc chữ.", "Reading was stopped."),
            Words("Trang sẽ được đọc lại sau.", "The page will be read again later."),
        ),
        "READING_PICTURE": (
            Words("Trang này không phải là hình ảnh đọc được.", "This page is not a picture that can be opened."),
            Words("Quét lại trang này.", "Scan the page again."),
        ),
        "READING_PICTURE_TOO_LARGE": (
            Words("Hình của trang quá lớn để đọc chữ.", "The picture of the page is too large to be read."),
            Words("Quét lại ở 300 dpi.", "Scan the page again at 300 dpi."),
        ),
    }
)
"""(words, remedy) by code."""


def fault(code: str) -> DeviceFault:
    """The named fault. KeyError for a code that nobody wrote down."""
    words, remedy = FAULTS[code]
    return DeviceFault(code, words, remedy)
