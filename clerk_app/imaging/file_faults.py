"""What can be wrong with a file that is to become pages, or with the folder it came by: code, true cause, remedy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.domain.refusals import DeviceFault, Words

LARGEST_FILE = 200_000_000
"""Octets of a file."""
LARGEST_PIXELS = 40_000_000
"""Of one page, the same as pages are made of: A4 at 600 dpi has 35 million."""
LARGEST_JPEG_PIXELS = 60_000_000
"""A JPEG can be unpacked at half its size, as a telephone's 50 megapixels are."""
LARGEST_WEBP_PIXELS = 24_000_000
"""What reads WebP keeps it in memory four times."""
LONGEST_SIDE = 20_000
SHORTEST_SIDE = 64
"""Pixels; no print can be legible on less."""
MOST_PAGES = 200

_FILES = {
    "FILE_MISSING": (
        Words("Tệp đã chọn không còn ở đó.", "The chosen file is no longer there."),
        Words("Chọn lại tệp; nếu tệp ở USB, cắm lại USB.", "Choose it again; if it lies on a USB stick, plug that in."),
    ),
    "FILE_UNREADABLE": (
        Words("Máy này không mở được tệp đã chọn.", "This computer cannot open the chosen file."),
        Words(
            "Chép tệp vào thư mục Tài liệu rồi chọn lại; nếu vẫn lỗi, tài khoản này không có quyền đọc tệp.",
            "Copy it to the Documents folder and choose it there; if that fails, this account may not read it.",
        ),
    ),
    "FILE_NOT_A_FILE": (
        Words("Thứ đã chọn không phải là tệp.", "What was chosen is not a file."),
        Words("Mở thư mục và chọn từng tệp trong đó.", "Open the folder and choose the files in it."),
    ),
    "FILE_EMPTY": (
        Words("Tệp này rỗng.", "This file is empty."),
        Words("Chép hoặc gửi lại tệp: lần trước chưa xong.", "Copy or send it again: the last time did not finish."),
    ),
    "FILE_TOO_LARGE": (
        Words("Tệp lớn hơn {megabytes} MB.", "The file is larger than {megabytes} MB."),
        Words("Tách tệp, hoặc lưu với độ phân giải 300 dpi.", "Split it, or save it at 300 dpi."),
    ),
    "FILE_KIND_UNKNOWN": (
        Words(
            "Tệp này không phải PDF, JPEG, PNG, TIFF, HEIC, WebP hay BMP.",
            "This file is no PDF, JPEG, PNG, TIFF, HEIC, WebP or BMP.",
        ),
        Words(
            "Mở tệp bằng chương trình của nó và lưu thành PDF, hoặc in ra rồi quét.",
            "Open it with its own program and save it as PDF, or print it and scan that.",
        ),
    ),
    "FILE_TOO_LONG": (
        Words("Tệp có hơn {pages} trang.", "The file has more than {pages} pages."),
        Words("Tách tệp rồi đưa vào từng phần.", "Split it and bring in its parts."),
    ),
    "FILE_CRASHED": (
        Words("Tệp này làm hỏng bộ phận mở tệp.", "This file crashed the part of the program that opens files."),
        Words(
            "Đừng mở lại tệp này; quét bản giấy. Các tệp khác vẫn mở được.",
            "Do not open it again; scan the paper instead. Other files can still be opened.",
        ),
    ),
    "FILE_SLOW": (
        Words(
            "Một trang của tệp cần hơn {seconds} giây để mở, nên đã dừng.",
            "A page of this file took more than {seconds} seconds to open and was given up.",
        ),
        Words("Quét bản giấy, hoặc lưu lại tệp đơn giản hơn.", "Scan the paper, or save the file in a simpler form."),
    ),
    "FILE_GIVEN_UP": (
        Words("Việc mở tệp đã được dừng theo yêu cầu.", "Opening the file was stopped as asked."),
        Words("Chọn lại tệp khi cần. Các trang đã nhận vẫn còn.", "Choose it again when wanted. Pages received stay."),
    ),
}

_PICTURES = {
    "PICTURE_UNREADABLE": (
        Words("Hình này bị hỏng, không đọc được.", "This picture is damaged and cannot be read."),
        Words("Gửi hoặc chép lại tệp, hoặc quét bản giấy.", "Send or copy it again, or scan the paper."),
    ),
    "PICTURE_INCOMPLETE": (
        Words("Hình trong tệp này thiếu một phần.", "Part of the picture in this file is missing."),
        Words(
            "Chép hoặc gửi lại tệp: lần trước bị đứt giữa chừng; hoặc quét bản giấy.",
            "Copy or send it again: the last time broke off in the middle; or scan the paper.",
        ),
    ),
    "PICTURE_TOO_LARGE": (
        Words("Hình quá lớn để mở an toàn.", "The picture is too large to be opened safely."),
        Words(
            "Dùng hình dưới {megapixels} triệu điểm ảnh, mỗi cạnh dưới {side}.",
            "Use a picture below {megapixels} megapixels and {side} on each side.",
        ),
    ),
    "PICTURE_WEBP_LARGE": (
        Words(
            "Hình WebP lớn hơn {webp_megapixels} triệu điểm ảnh.",
            "The WebP picture has more than {webp_megapixels} megapixels.",
        ),
        Words("Lưu hình thành JPEG rồi đưa vào lại.", "Save it as JPEG and bring it again."),
    ),
    "PICTURE_TOO_SMALL": (
        Words("Hình quá nhỏ, không thể đọc được giấy tờ.", "The picture is too small for a paper to be legible."),
        Words("Chụp hoặc quét lại bản giấy.", "Photograph or scan the paper again."),
    ),
}

_PDFS = {
    "PDF_READER_MISSING": (
        Words("Máy này chưa có chương trình vẽ trang PDF.", "There is no program that draws the pages of a PDF."),
        Words("Cài gói poppler-utils, hoặc dùng tệp hình.", "Install the package poppler-utils, or use a picture."),
    ),
    "PDF_UNREADABLE": (
        Words("Tệp PDF này bị hỏng.", "This PDF is damaged."),
        Words("Chép hoặc lưu lại tệp, hoặc quét bản giấy.", "Copy it or save it again, or scan the paper."),
    ),
    "PDF_INCOMPLETE": (
        Words("Tệp PDF này bị cụt: thiếu phần cuối.", "The end of this PDF is missing."),
        Words(
            "Chép hoặc gửi lại tệp: lần trước bị đứt giữa chừng; hoặc quét bản giấy.",
            "Copy or send it again: the last time broke off in the middle; or scan the paper.",
        ),
    ),
    "PDF_LOCKED": (
        Words("Tệp PDF này có mật khẩu.", "This PDF has a password."),
        Words(
            "Nhờ người nộp mở tệp và lưu lại không có mật khẩu, hoặc quét bản giấy.",
            "Have its owner open it and save it without a password, or scan the paper.",
        ),
    ),
    "PDF_TOO_LONG": (
        Words("Tệp PDF có hơn {pages} trang.", "The PDF has more than {pages} pages."),
        Words("Tách tệp rồi đưa vào từng phần.", "Split it and bring in its parts."),
    ),
}

_FOLDERS = {
    "FOLDER_MISSING": (
        Words("Không thấy thư mục nhận bản quét.", "The folder that scans arrive in is not there."),
        Words(
            "Kiểm tra scan_folder trong settings.json, ổ đĩa mạng hoặc USB của thư mục đó.",
            "Check scan_folder in settings.json, and the network drive or USB stick that it lies on.",
        ),
    ),
    "FOLDER_UNREADABLE": (
        Words("Không đọc được thư mục nhận bản quét.", "The folder that scans arrive in cannot be read."),
        Words("Báo quản trị cấp quyền đọc thư mục.", "Ask the administrator to let this account read it."),
    ),
    "FOLDER_READ_ONLY": (
        Words(
            "Không chuyển được tệp ra khỏi thư mục nhận bản quét.",
            "A file cannot be moved within the folder that scans arrive in.",
        ),
        Words(
            "Đóng chương trình đang mở tệp; nếu vẫn lỗi, báo quản trị cấp quyền ghi thư mục.",
            "Close the program that has it open; if that fails, ask the administrator for the right to write there.",
        ),
    ),
    "FOLDER_FULL": (
        Words("Ổ đĩa của thư mục nhận bản quét đã đầy.", "The disk of the folder that scans arrive in is full."),
        Words("Giải phóng ổ đĩa đó, rồi thử lại.", "Free some of its space and try again."),
    ),
    "FOLDER_CROWDED": (
        Words("Thư mục nhận bản quét có hơn {files} tệp.", "More than {files} files lie in the folder of scans."),
        Words(
            "Kiểm tra scan_folder có đúng là thư mục của máy quét không; chuyển bớt tệp đi.",
            "See whether scan_folder is really the scanner's folder; move some files elsewhere.",
        ),
    ),
}

FILE_FAULTS: Mapping[str, tuple[Words, Words]] = MappingProxyType(_FILES | _PICTURES | _PDFS | _FOLDERS)
"""(words, remedy) by code."""

SECONDS_PER_PAGE = 18
MOST_IN_FOLDER = 5000

_PLACES = {
    "megabytes": LARGEST_FILE // 1_000_000,
    "megapixels": LARGEST_PIXELS // 1_000_000,
    "webp_megapixels": LARGEST_WEBP_PIXELS // 1_000_000,
    "side": LONGEST_SIDE,
    "pages": MOST_PAGES,
    "seconds": SECONDS_PER_PAGE,
    "files": MOST_IN_FOLDER,
}


def file_fault(code: str) -> DeviceFault:
    """The named fault, our limits filled in. KeyError for a code that nobody wrote down."""
    words, remedy = FILE_FAULTS[code]
    return DeviceFault(code, words.filled(**_PLACES), remedy.filled(**_PLACES))
