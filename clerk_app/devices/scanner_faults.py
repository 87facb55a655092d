"""What scanners can do wrong and what they let one wait for: one code, one true cause, one remedy each."""

from __future__ import annotations

from clerk_app.domain.refusals import Words

SCANNER = {
    "SCANNER_JAMMED": (
        Words("Giấy bị kẹt trong máy quét.", "The paper is jammed in the scanner."),
        Words(
            "Mở máy, lấy giấy ra, đặt lại những tờ chưa quét rồi quét tiếp. Các trang đã nhận vẫn còn.",
            "Open the scanner, take the paper out, put back the sheets not yet scanned, go on. Pages received stay.",
        ),
    ),
    "SCANNER_COVER_OPEN": (
        Words("Nắp máy quét đang mở.", "The scanner's cover is open."),
        Words("Đóng nắp máy rồi quét lại.", "Close the cover and scan again."),
    ),
    "SCANNER_NO_PAPER": (
        Words("Khay nạp giấy của máy quét không có giấy.", "There is no paper in the scanner's feeder."),
        Words(
            "Đặt giấy vào khay cho đến khi máy nhận, hoặc chọn quét trên mặt kính.",
            "Put the paper into the feeder until it grips, or choose the glass.",
        ),
    ),
    "SCANNER_BUSY": (
        Words("Máy quét đang bận.", "The scanner is busy."),
        Words(
            "Chờ máy xong việc hiện tại, hoặc đóng chương trình khác đang dùng máy quét, rồi thử lại.",
            "Wait until it has finished, or close the other program that uses it, and try again.",
        ),
    ),
    "SCANNER_IO": (
        Words("Mất liên lạc với máy quét khi đang quét.", "The connection to the scanner failed while scanning."),
        Words(
            "Kiểm tra cáp USB hoặc mạng, tắt và bật lại máy quét rồi quét lại.",
            "Check the USB or network cable, switch the scanner off and on, and scan again.",
        ),
    ),
    "SCANNER_ACCESS": (
        Words("Tài khoản này không được phép dùng máy quét.", "This account is not allowed to use the scanner."),
        Words(
            "Báo quản trị thêm tài khoản vào nhóm được quét (trên Linux: nhóm “scanner”).",
            "Ask the administrator to add the account to those who may scan (on Linux: the group “scanner”).",
        ),
    ),
    "SCANNER_NO_MEMORY": (
        Words("Không đủ bộ nhớ để nhận trang quét.", "There is not enough memory to take the page."),
        Words(
            "Đóng bớt chương trình khác hoặc quét với độ phân giải thấp hơn.",
            "Close other programs or scan at a lower resolution.",
        ),
    ),
    "SCANNER_CANCELLED": (
        Words("Việc quét đã bị dừng tại máy quét.", "Scanning was cancelled at the scanner."),
        Words("Quét lại khi sẵn sàng. Các trang đã nhận vẫn còn.", "Scan again when ready. Pages received are kept."),
    ),
    "SCANNER_UNKNOWN": (
        Words("Không thấy máy quét đã chọn.", "The chosen scanner is not there."),
        Words(
            "Kiểm tra máy đã bật và đã cắm cáp, rồi tìm lại danh sách máy quét.",
            "See that it is switched on and plugged in, then refresh the list of scanners.",
        ),
    ),
    "SCANNER_SOURCE_UNKNOWN": (
        Words("Máy quét không có nguồn giấy đã chọn.", "The scanner does not have the chosen paper source."),
        Words("Chọn một nguồn khác: mặt kính hoặc khay nạp.", "Choose another source: the glass or the feeder."),
    ),
    "SCANNER_UNSUPPORTED": (
        Words("Máy quét không làm được yêu cầu này.", "The scanner does not support what was asked."),
        Words(
            "Chọn nguồn giấy hoặc độ phân giải khác; nếu vẫn lỗi, cập nhật trình điều khiển của máy quét.",
            "Choose another source or resolution; if it persists, update the scanner's driver.",
        ),
    ),
    "SCANNER_SETTING_REFUSED": (
        Words("Máy quét từ chối một thông số quét.", "The scanner refused one of the settings."),
        Words(
            "Kiểm tra thông số riêng của máy quét này trong phần cài đặt.",
            "Check the settings kept for this scanner.",
        ),
    ),
    "SCANNER_NO_DATA": (
        Words("Máy quét báo xong nhưng không gửi hình nào.", "The scanner said it was done but sent no picture."),
        Words("Đặt lại giấy và quét lại trang này.", "Place the paper again and rescan this page."),
    ),
    "SCANNER_TRUNCATED": (
        Words("Trang quét bị thiếu một phần nên không được giữ.", "The page came incomplete and was not kept."),
        Words("Quét lại trang này. Các trang trước vẫn còn.", "Rescan this page. The pages before it are kept."),
    ),
    "SCANNER_CRASHED": (
        Words("Trình điều khiển máy quét bị hỏng giữa chừng.", "The scanner's driver crashed."),
        Words(
            "Quét lại; các trang đã nhận vẫn còn. Nếu lặp lại, tắt bật máy quét và báo quản trị.",
            "Scan again; pages received are kept. If it repeats, switch it off and on and tell the administrator.",
        ),
    ),
    "SCANNER_SILENT": (
        Words("Máy quét không trả lời.", "The scanner does not answer."),
        Words(
            "Kiểm tra nguồn và cáp, tắt và bật lại máy quét rồi quét lại.",
            "Check power and cable, switch the scanner off and on, and scan again.",
        ),
    ),
    "SCANNER_NOT_INSTALLED": (
        Words("Phần mềm quét chưa được cài trên máy này.", "The scanning software is not installed on this computer."),
        Words("Cài gói “sane-utils” (lệnh scanimage).", "Install the package “sane-utils” (the scanimage command)."),
    ),
    "SCANNER_DISK_FULL": (
        Words("Đĩa không còn chỗ cho trang quét.", "There is no room on the disk for the page."),
        Words("Giải phóng đĩa rồi quét lại trang này.", "Free some disk space, then rescan this page."),
    ),
    "SCANNER_UNREACHABLE": (
        Words("Không kết nối được máy quét mạng.", "The network scanner cannot be reached."),
        Words(
            "Kiểm tra máy đã bật và cùng mạng; nếu địa chỉ đặt bằng tay, kiểm tra scanner_addresses.",
            "See that it is on and in the same network; if its address is set by hand, check scanner_addresses.",
        ),
    ),
    "SCANNER_GARBLED": (
        Words("Máy quét trả lời không hiểu được.", "The scanner's answer cannot be understood."),
        Words(
            "Tắt và bật lại máy quét; kiểm tra địa chỉ đúng là của máy quét (eSCL).",
            "Switch the scanner off and on; see that the address is a scanner's (eSCL).",
        ),
    ),
    "SCANNER_FORMAT": (
        Words("Máy quét này không gửi ảnh JPEG.", "This scanner does not send JPEG pictures."),
        Words(
            "Quét ra tệp vào thư mục theo dõi, hoặc dùng máy quét này qua SANE hay trình điều khiển của hãng.",
            "Let it scan to files into the watched folder, or use it through SANE or its maker's driver.",
        ),
    ),
    "SCANNER_STOPPED": (
        Words("Máy quét báo lỗi và đang dừng.", "The scanner has stopped with an error of its own."),
        Words("Xem màn hình của máy quét, xử lý lỗi ở đó rồi quét lại.", "See its display, clear that, scan again."),
    ),
    "SCANNER_MISPICK": (
        Words("Máy không kéo được tờ giấy.", "The feeder could not pick the sheet up."),
        Words(
            "Xòe và xếp lại tập giấy, chỉnh thanh chặn, đặt lại những tờ chưa quét rồi quét tiếp.",
            "Fan and square the stack, set the guides, put back the sheets not yet scanned, go on.",
        ),
    ),
    "SCANNER_MULTIPICK": (
        Words("Máy kéo hai tờ cùng lúc.", "The feeder drew two sheets at once."),
        Words(
            "Tách hai tờ vừa kéo, đặt lại cùng những tờ chưa quét rồi quét tiếp. Các trang đã nhận vẫn còn.",
            "Part the two sheets, put them back with those not yet scanned, go on. Pages received are kept.",
        ),
    ),
    "SCANNER_PAPER_SIZE": (
        Words("Tờ giấy quá ngắn hoặc quá dài để quét hai mặt.", "The sheet is too short or too long for both sides."),
        Words("Quét tờ này từng mặt, hoặc trên mặt kính.", "Scan it one side at a time, or on the glass."),
    ),
    "SCANNER_TRAY": (
        Words("Khay nạp của máy quét bị lỗi hoặc quá đầy.", "The feeder's tray failed or holds too much."),
        Words("Bớt giấy trong khay, đặt lại rồi quét tiếp.", "Take some sheets out, set the tray right, go on."),
    ),
}

NOTICES = {
    "SCANNER_WARMING": Words("Máy quét đang chuẩn bị, xin chờ.", "The scanner is getting ready; please wait."),
    "SCANNER_WAITING": Words("Máy quét đang bận, chờ đến lượt.", "The scanner is busy; waiting for our turn."),
}
"""What is no fault: the scan goes on by itself."""
