"""What scanners, printers, cameras and pictures can do wrong: one code, one true cause, one remedy each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.devices import camera_faults, scanner_faults
from clerk_app.domain.refusals import DeviceFault, Words

_PRINTER = {
    "PRINTER_UNKNOWN": (
        Words("Không có máy in hoặc hàng đợi in này.", "There is no such printer or print queue."),
        Words("Chọn máy in khác trong danh sách.", "Choose another printer from the list."),
    ),
    "PRINTER_UNREACHABLE": (
        Words(
            "Không liên lạc được với máy in. Chưa có gì được gửi.", "The printer cannot be reached. Nothing was sent."
        ),
        Words(
            "Kiểm tra máy in đã bật, cáp mạng và dịch vụ in, rồi in lại.",
            "See that it is switched on, and check network cable and print service; then print again.",
        ),
    ),
    "PRINTER_SERVICE_MISSING": (
        Words("Dịch vụ in của máy này không chạy.", "This computer's print service is not running."),
        Words("Cài hoặc khởi động CUPS, hoặc báo quản trị.", "Install or start CUPS, or tell the administrator."),
    ),
    "PRINTER_CERTIFICATE": (
        Words("Chứng thư bảo mật của máy in không được tin cậy.", "The printer's certificate is not trusted."),
        Words(
            "Báo quản trị thêm chứng thư của máy in, hoặc in qua hàng đợi của hệ thống.",
            "Ask the administrator to trust the printer's certificate, or print through the system's queue.",
        ),
    ),
    "PRINTER_BUSY": (
        Words(
            "Máy in đang bận với việc khác. Chưa in gì.", "The printer is busy with another job. Nothing was printed."
        ),
        Words("Chờ máy in xong rồi in lại.", "Wait until it has finished and print again."),
    ),
    "PRINTER_STOPPED": (
        Words("Máy in đang dừng. Chưa có gì được gửi.", "The printer is stopped. Nothing was sent."),
        Words("Cho máy in chạy tiếp (Resume), rồi in lại.", "Resume the printer, then print again."),
    ),
    "PRINTER_NOT_ACCEPTING": (
        Words("Hàng đợi in đang từ chối việc in mới.", "The print queue takes no new jobs."),
        Words(
            "Báo quản trị mở lại hàng đợi, hoặc chọn máy in khác.",
            "Have the queue re-enabled, or choose another printer.",
        ),
    ),
    "PRINTER_JAMMED": (
        Words(
            "Giấy bị kẹt trong máy in. Chưa có gì được gửi.", "The paper is jammed in the printer. Nothing was sent."
        ),
        Words("Lấy giấy kẹt ra rồi in lại.", "Take the jammed paper out and print again."),
    ),
    "PRINTER_NO_PAPER": (
        Words("Máy in hết giấy. Chưa có gì được gửi.", "The printer is out of paper. Nothing was sent."),
        Words("Nạp giấy rồi in lại.", "Load paper and print again."),
    ),
    "PRINTER_OPEN": (
        Words(
            "Máy in đang mở nắp hoặc cửa. Chưa có gì được gửi.",
            "A door or cover of the printer is open. Nothing was sent.",
        ),
        Words("Đóng nắp và cửa máy in rồi in lại.", "Close doors and covers and print again."),
    ),
    "PRINTER_NO_INK": (
        Words("Máy in hết mực. Chưa có gì được gửi.", "The printer is out of toner or ink. Nothing was sent."),
        Words("Thay mực rồi in lại.", "Replace the cartridge and print again."),
    ),
    "PRINTER_NO_PDF": (
        Words("Máy in này không nhận tệp PDF trực tiếp.", "This printer does not take PDF directly."),
        Words("Thêm máy in vào CUPS và in qua hàng đợi đó.", "Add the printer to CUPS and print through that queue."),
    ),
    "PRINTER_FORBIDDEN": (
        Words("Máy in không cho tài khoản này in.", "The printer does not allow this account to print."),
        Words("Báo quản trị cấp quyền in.", "Ask the administrator for permission to print."),
    ),
    "PRINTER_REFUSED": (
        Words("Máy in từ chối việc in (IPP {status}).", "The printer refused the job (IPP {status})."),
        Words(
            "Thử máy in khác; nếu lặp lại, báo quản trị mã này.",
            "Try another printer; if it repeats, give the administrator this code.",
        ),
    ),
    "PRINTER_GARBLED": (
        Words("Máy in trả lời không hiểu được.", "The printer's answer cannot be understood."),
        Words(
            "Kiểm tra địa chỉ máy in; nó có thể không phải là máy in IPP.",
            "Check the printer's address; it may not be an IPP printer.",
        ),
    ),
    "PRINTER_ADDRESS": (
        Words("Địa chỉ máy in không hợp lệ.", "The printer's address is not valid."),
        Words("Địa chỉ phải có dạng ipp://máy/đường-dẫn.", "It must look like ipp://host/path."),
    ),
}

_PICTURES = {
    "PICTURE_UNREADABLE": (
        Words("Hình này bị hỏng, không đọc được.", "This picture is damaged and cannot be read."),
        Words("Chụp hoặc quét lại.", "Take the picture or scan again."),
    ),
    "PICTURE_TOO_LARGE": (
        Words("Hình quá lớn để mở an toàn.", "The picture is too large to be opened safely."),
        Words("Dùng hình dưới {megapixels} triệu điểm ảnh.", "Use a picture below {megapixels} megapixels."),
    ),
}

_CODE_SCANNERS = {
    "CODE_SCANNER_SETTING": (
        Words("Cài đặt máy quét mã không hợp lệ.", "The setting of the code scanner cannot be understood."),
        Words(
            "Đặt code_scanner thành serial:CỔNG hoặc serial:CỔNG@TỐC_ĐỘ, hoặc để trống.",
            "Set code_scanner to serial:PORT or serial:PORT@BAUD, or leave it empty.",
        ),
    ),
    "CODE_SCANNER_MISSING": (
        Words("Không mở được máy quét mã ở cổng {port}.", "The code scanner on port {port} cannot be opened."),
        Words(
            "Cắm máy quét, kiểm tra tên cổng và đóng chương trình khác đang dùng cổng đó; tự nối lại khi có.",
            "Plug it in, check the name of the port, close other programs that use it; it joins by itself.",
        ),
    ),
    "CODE_SCANNER_LOST": (
        Words("Máy quét mã bị rút ra.", "The code scanner was unplugged."),
        Words("Cắm lại máy quét; tự nối lại sau vài giây.", "Plug it in again; it joins by itself in a few seconds."),
    ),
}

_ZONES = {
    "ZONE_READER_MISSING": (
        Words("Máy này chưa có chương trình đọc chữ trong ảnh.", "There is no program that reads print in pictures."),
        Words(
            "Cài gói tesseract-ocr, hoặc nhập ba dòng mã bằng bàn phím.",
            "Install the package tesseract-ocr, or type the three lines.",
        ),
    ),
    "ZONE_NOT_FOUND": (
        Words("Không đọc được ba dòng mã trong ảnh.", "The three lines cannot be read in this picture."),
        Words(
            "Chụp thẳng mặt sau thẻ, đủ sáng, không lóa, ba dòng mã nằm trọn trong ảnh.",
            "Photograph the back straight on, well lit, without glare, with all three lines in view.",
        ),
    ),
}

FAULTS: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    scanner_faults.SCANNER | _PRINTER | _PICTURES | _CODE_SCANNERS | _ZONES | camera_faults.CAMERA | camera_faults.FACE
)
"""(words, remedy) by code."""


def fault(code: str, **values: object) -> DeviceFault:
    """The named fault, its `{places}` filled in. KeyError for a code that nobody wrote down."""
    words, remedy = FAULTS[code]
    return DeviceFault(code, words.filled(**values), remedy.filled(**values))
