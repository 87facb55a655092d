"""Everything that goes wrong with a card or its reader: one code, the true cause and what helps."""

from __future__ import annotations

from clerk_app.domain.refusals import DeviceFault, Words


def service_stopped() -> DeviceFault:
    """The smart-card service of the system does not answer."""
    return DeviceFault(
        "CARD_SERVICE_STOPPED",
        Words("Dịch vụ thẻ thông minh của máy không chạy.", "The smart-card service of this computer is not running."),
        Words(
            "Khởi động lại dịch vụ (Windows: “Smart Card”; Linux: pcscd). Trong lúc chờ, có thể quét mã QR trên thẻ.",
            "Start the service (Windows: “Smart Card”; Linux: pcscd). Meanwhile scan the QR code on the card.",
        ),
    )


def service_refused() -> DeviceFault:
    """The smart-card service does not let this user in."""
    return DeviceFault(
        "CARD_SERVICE_REFUSED",
        Words(
            "Dịch vụ thẻ thông minh không cho người dùng này truy cập.",
            "The smart-card service does not let this user in.",
        ),
        Words(
            "Nhờ bộ phận công nghệ thông tin cấp quyền dùng đầu đọc thẻ (trên Linux: quy tắc polkit cho pcscd).",
            "Ask the IT officer for the right to use card readers (on Linux: a polkit rule for pcscd).",
        ),
    )


def library_missing() -> DeviceFault:
    """The PC/SC library is not installed."""
    return DeviceFault(
        "CARD_LIBRARY_MISSING",
        Words("Máy chưa cài thư viện đọc thẻ PC/SC.", "The PC/SC library is not installed on this computer."),
        Words(
            "Nhờ bộ phận công nghệ thông tin cài gói pcscd và libpcsclite1.",
            "Ask the IT officer to install the packages pcscd and libpcsclite1.",
        ),
    )


def no_reader() -> DeviceFault:
    """The service runs and no reader is plugged in."""
    return DeviceFault(
        "CARD_NO_READER",
        Words("Không thấy đầu đọc thẻ nào.", "No card reader is plugged in."),
        Words(
            "Cắm đầu đọc vào cổng USB, hoặc quét mã QR trên thẻ.",
            "Plug the reader into a USB port, or scan the QR code on the card.",
        ),
    )


def reader_unknown() -> DeviceFault:
    """The reader asked for by name is not there."""
    return DeviceFault(
        "CARD_READER_UNKNOWN",
        Words("Không có đầu đọc mang tên này.", "There is no reader of this name."),
        Words(
            "Xem lại dây cắm, hoặc chọn đầu đọc khác trong danh sách.",
            "Check the cable, or choose another reader from the list.",
        ),
    )


def no_card() -> DeviceFault:
    """No card lies on the reader."""
    return DeviceFault(
        "CARD_NO_CARD",
        Words("Chưa có thẻ trên đầu đọc.", "There is no card on the reader."),
        Words("Đặt thẻ căn cước lên đầu đọc rồi thử lại.", "Lay the citizen card on the reader and try again."),
    )


def several_cards() -> DeviceFault:
    """More than one reader has a card and none was chosen."""
    return DeviceFault(
        "CARD_SEVERAL",
        Words("Có thẻ trên nhiều đầu đọc.", "There are cards on more than one reader."),
        Words("Chỉ để lại một thẻ, hoặc chọn đầu đọc.", "Leave only one card, or choose the reader."),
    )


def torn() -> DeviceFault:
    """The card left the field in the middle of a reading."""
    return DeviceFault(
        "CARD_TORN",
        Words("Thẻ bị nhấc ra khi đang đọc.", "The card was taken away while it was being read."),
        Words("Đặt lại thẻ và giữ yên cho đến khi đọc xong.", "Lay the card down again and leave it until it is read."),
    )


def mute() -> DeviceFault:
    """Something lies on the reader and its chip does not answer."""
    return DeviceFault(
        "CARD_MUTE",
        Words("Chip trên thẻ không trả lời.", "The chip on the card does not answer."),
        Words(
            "Lau thẻ, đặt lại đúng vị trí; nếu vẫn không được, chip có thể hỏng: dùng mã QR hoặc nhập tay.",
            "Clean the card and lay it down again; if that does not help, the chip may be dead: scan the QR code.",
        ),
    )


def busy() -> DeviceFault:
    """Another program holds the card."""
    return DeviceFault(
        "CARD_BUSY",
        Words("Một chương trình khác đang dùng thẻ.", "Another program is using the card."),
        Words("Đóng chương trình đó rồi thử lại.", "Close that program and try again."),
    )


def given_up() -> DeviceFault:
    """Whoever asked for the reading gave it up."""
    return DeviceFault(
        "CARD_GIVEN_UP",
        Words("Đã dừng đọc thẻ.", "Reading the card was stopped."),
        Words("Bấm F7 để đọc lại.", "Press F7 to read it again."),
    )


def too_slow() -> DeviceFault:
    """The card answers, but so slowly that the reading was given up."""
    return DeviceFault(
        "CARD_TOO_SLOW",
        Words("Chip trả lời quá chậm.", "The chip answers too slowly."),
        Words(
            "Đặt thẻ sát vào giữa đầu đọc, tránh xa vật kim loại, rồi thử lại.",
            "Lay the card flat on the middle of the reader, away from metal, and try again.",
        ),
    )


def wrong_can(tries: int | None = None) -> DeviceFault:
    """The chip did not accept the six-digit number (ICAO 9303-11 §4.4, status 63xx); `tries` are left, where known."""
    return DeviceFault(
        "CARD_WRONG_NUMBER",
        Words(
            "Số căn cước không khớp với chip trên thẻ này.", "The ID number does not belong to the chip of this card."
        ),
        _remaining(
            Words(
                "Kiểm tra 6 số cuối của số căn cước, hoặc quét lại mã QR của chính thẻ này.",
                "Check the last six digits of the ID number, or scan the QR code of this very card again.",
            ),
            tries,
        ),
    )


def wrong_mrz_key(tries: int | None = None) -> DeviceFault:
    """The chip did not accept number, birth date and expiry date together (ICAO 9303-11 §4.3)."""
    return DeviceFault(
        "CARD_WRONG_KEY",
        Words(
            "Số căn cước, ngày sinh hoặc ngày hết hạn không khớp với chip trên thẻ này.",
            "The ID number, birth date or expiry date does not belong to the chip of this card.",
        ),
        _remaining(Words("Kiểm tra lại ba giá trị in trên thẻ.", "Check the three values printed on the card."), tries),
    )


def _remaining(remedy: Words, tries: int | None) -> Words:
    if tries is None:
        return remedy
    left = Words("Chip còn cho thử {tries} lần.", "The chip allows {tries} more tries.")
    if tries == 1:
        left = Words("Chip chỉ còn cho thử 1 lần.", "The chip allows one more try.")
    left = left.filled(tries=tries)
    return Words(f"{remedy.vi} {left.vi}", f"{remedy.en} {left.en}")


def blocked() -> DeviceFault:
    """The chip refuses any further try (status 6983, or 63C0)."""
    return DeviceFault(
        "CARD_BLOCKED",
        Words(
            "Chip tạm khóa vì nhập sai quá nhiều lần.",
            "The chip has locked itself after too many wrong tries.",
        ),
        Words(
            "Nhấc thẻ ra, chờ một lát rồi thử lại với số đúng.", "Take the card away, wait, then try the right number."
        ),
    )


def delaying() -> DeviceFault:
    """The chip lets one wait before it says whether a number is right: it was tried with wrong ones before."""
    return DeviceFault(
        "CARD_DELAYING",
        Words(
            "Chip cố ý trả lời chậm vì trước đó đã nhập sai số.",
            "The chip answers late on purpose, because wrong numbers were tried before.",
        ),
        Words(
            "Kiểm tra lại số trên thẻ, để yên thẻ trên đầu đọc một phút rồi đọc lại; đừng thử nhiều số liên tiếp.",
            "Check the number on the card, leave the card on the reader for a minute, then read again; do not try "
            "one number after another.",
        ),
    )


def after_delay(refused: DeviceFault) -> DeviceFault:
    """A number was refused by a chip that already answers late on purpose: the same fault, with that said."""
    return DeviceFault(
        refused.code,
        refused.words,
        Words(
            f"{refused.remedy.vi} Chip trả lời ngày càng chậm sau mỗi lần sai.",
            f"{refused.remedy.en} The chip answers later after every wrong try.",
        ),
    )


def access_needed() -> DeviceFault:
    """Nothing was given that opens a chip."""
    return DeviceFault(
        "CARD_ACCESS_NEEDED",
        Words("Cần số căn cước để mở chip.", "The ID number is needed to open the chip."),
        Words(
            "Quét mã QR trên thẻ hoặc nhập số căn cước 12 chữ số.",
            "Scan the QR code on the card or type the 12-digit ID number.",
        ),
    )


def access_malformed() -> DeviceFault:
    """What was given to open the chip cannot be a number or a date of a card."""
    return DeviceFault(
        "CARD_ACCESS_MALFORMED",
        Words(
            "Số căn cước hoặc ngày để mở chip viết sai dạng.",
            "The number or date given to open the chip is not well formed.",
        ),
        Words(
            "Số căn cước có 12 chữ số, mã truy cập 6 chữ số, ngày viết theo năm-tháng-ngày.",
            "An ID number has 12 digits, an access number 6; dates are written year-month-day.",
        ),
    )


def access_refused() -> DeviceFault:
    """The chip offers neither PACE nor BAC with what is known."""
    return DeviceFault(
        "CARD_ACCESS_REFUSED",
        Words(
            "Chip không mở được bằng số này.",
            "The chip cannot be opened in this way.",
        ),
        Words(
            "Nhập số căn cước, ngày sinh và ngày hết hạn in trên thẻ rồi thử lại.",
            "Type the ID number, the birth date and the expiry date printed on the card and try again.",
        ),
    )


def not_a_citizen_card() -> DeviceFault:
    """The chip has no identity application (A0000002471001)."""
    return DeviceFault(
        "CARD_NOT_IDENTITY",
        Words("Thẻ này không phải thẻ căn cước có chip.", "This is not a citizen card with a chip."),
        Words("Đặt đúng thẻ căn cước lên đầu đọc.", "Lay the citizen card on the reader."),
    )


def session_lost() -> DeviceFault:
    """The chip left the protected conversation, or its answer was not authentic."""
    return DeviceFault(
        "CARD_SESSION_LOST",
        Words(
            "Phiên đọc bảo mật với chip bị ngắt.",
            "The protected conversation with the chip broke off.",
        ),
        Words("Nhấc thẻ ra, đặt lại rồi đọc lại từ đầu.", "Take the card away, lay it down again and read once more."),
    )


def garbage(what: str) -> DeviceFault:
    """The chip answered something that no standard allows. `what` is a technical word, never data of the card."""
    return DeviceFault(
        "CARD_GARBAGE",
        Words(
            "Chip trả lời sai quy cách ({what}).",
            "The chip answered against the standard ({what}).",
        ).filled(what=what),
        Words(
            "Đọc lại một lần; nếu lặp lại, không dùng chip của thẻ này và báo người phụ trách.",
            "Read once more; if it happens again do not rely on this chip and tell the supervisor.",
        ),
    )
