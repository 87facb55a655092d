"""What can go wrong with what is kept, in words."""

from __future__ import annotations

from clerk_app.domain.refusals import Refusal, Words


def key_wrong() -> Refusal:
    return Refusal(
        "KEY_WRONG",
        Words("Mật khẩu của máy trạm không mở được kho dữ liệu.", "The passphrase does not open this desk's store."),
        Words(
            "Nhập lại mật khẩu máy trạm; nếu đã mất, hãy ghi danh lại máy trạm.", "Enter it again; if lost, enrol anew."
        ),
    )


def no_memory() -> Refusal:
    """What it costs to check a password is more than this computer has at the moment."""
    return Refusal(
        "DESK_NO_MEMORY",
        Words("Máy không đủ bộ nhớ để kiểm tra mật khẩu.", "This computer lacks the memory to check a password."),
        Words("Đóng bớt chương trình khác rồi thử lại.", "Close other programs, then try again."),
    )


def key_missing() -> Refusal:
    return Refusal(
        "KEY_MISSING",
        Words("Không tìm thấy khóa của máy trạm.", "This desk's key file is missing."),
        Words(
            "Khôi phục tệp keys.json từ bản sao lưu hoặc ghi danh lại máy trạm bằng: clerk enrol.",
            "Restore keys.json from a backup, or enrol this desk again with: clerk enrol.",
        ),
    )


def passphrase_needed() -> Refusal:
    return Refusal(
        "PASSPHRASE_NEEDED",
        Words(
            "Máy này không có kho khóa của hệ điều hành nên cần mật khẩu máy trạm.", "This desk needs its passphrase."
        ),
        Words("Nhập mật khẩu máy trạm hoặc đặt biến CLERK_PASSPHRASE.", "Enter it, or set CLERK_PASSPHRASE."),
    )


def not_enrolled() -> Refusal:
    return Refusal(
        "NOT_ENROLLED",
        Words("Máy trạm này chưa được ghi danh với trung tâm.", "This desk is not enrolled with central yet."),
        Words(
            "Xin mã ghi danh rồi chạy: clerk enrol --central URL --code MÃ.",
            "Run: clerk enrol --central URL --code CODE.",
        ),
    )


def profile_in_use() -> Refusal:
    return Refusal(
        "PROFILE_IN_USE",
        Words("Một cửa sổ Quầy khác đang mở hồ sơ máy trạm này.", "Another Quầy is already open on this profile."),
        Words("Chuyển sang cửa sổ đang mở, hoặc đóng nó trước.", "Switch to the open window, or close it first."),
    )


def disk_full() -> Refusal:
    return Refusal(
        "DISK_FULL",
        Words("Ổ đĩa đã đầy; thay đổi vừa rồi chưa được lưu.", "The disk is full; the last change was not saved."),
        Words(
            "Giải phóng dung lượng rồi làm lại bước vừa rồi; dữ liệu trước đó vẫn an toàn.",
            "Free some space and repeat.",
        ),
    )


def damaged() -> Refusal:
    return Refusal(
        "DATABASE_DAMAGED",
        Words("Kho dữ liệu của máy trạm bị hỏng.", "This desk's database is damaged."),
        Words(
            "Đừng xóa thư mục hồ sơ máy trạm. Phục hồi bằng: clerk desk salvage (tệp hỏng vẫn được giữ lại).",
            "Do not delete the profile folder. Get it back with: clerk desk salvage (the damaged file is kept).",
        ),
    )


def newest_lost() -> Refusal:
    return Refusal(
        "DATABASE_TAIL_LOST",
        Words(
            "Kho dữ liệu thiếu những mục mới nhất mà máy này đã ghi.",
            "The newest entries that this desk wrote are missing from its database.",
        ),
        Words(
            "Có thể tệp bị phục hồi từ bản cũ hoặc mất phần ghi dở. Phục hồi bằng: clerk desk salvage.",
            "An older copy was put back, or its log is gone. Get them back with: clerk desk salvage.",
        ),
    )


def altered() -> Refusal:
    return Refusal(
        "DATABASE_ALTERED",
        Words(
            "Kho dữ liệu của máy trạm đã bị sửa ngoài chương trình Quầy.",
            "This desk's database was changed by something other than Quầy.",
        ),
        Words(
            "Báo cán bộ an toàn thông tin. Lập lại kho bằng: clerk desk salvage (tệp bị sửa vẫn được giữ lại).",
            "Tell the security officer. Make the store anew with: clerk desk salvage (the altered file is kept).",
        ),
    )


def newer_schema() -> Refusal:
    return Refusal(
        "DATABASE_NEWER",
        Words("Kho dữ liệu được tạo bởi phiên bản Quầy mới hơn.", "The database was written by a newer Quầy."),
        Words("Cập nhật chương trình rồi mở lại.", "Update the program and open it again."),
    )


def unknown_dossier() -> Refusal:
    return Refusal(
        "DOSSIER_UNKNOWN",
        Words("Không có hồ sơ này trên máy trạm.", "There is no such dossier on this desk."),
        Words("Kiểm tra lại mã hồ sơ hoặc tìm bằng số định danh.", "Check the code, or search by the ID number."),
    )


def numbers_used_up(kind: str) -> Refusal:
    what = Words("mã hồ sơ", "dossier codes") if kind == "dossier" else Words("số biên lai", "receipt numbers")
    return Refusal(
        "NUMBERS_USED_UP",
        Words(f"Máy trạm đã dùng hết dải {what.vi}.", f"This desk has used up its {what.en}."),
        Words("Kết nối trung tâm để nhận dải số mới; bản nháp vẫn được giữ.", "Connect to central; drafts are kept."),
    )


def sheet_missing() -> Refusal:
    return Refusal(
        "SHEET_MISSING",
        Words("Không tìm thấy trang quét trong kho.", "A scanned page is missing from the store."),
        Words("Quét lại trang đó, hoặc khôi phục thư mục sheets từ bản sao lưu.", "Scan it again or restore a backup."),
    )


def original_released() -> Refusal:
    return Refusal(
        "ORIGINAL_RELEASED",
        Words("Bản quét gốc của trang này không còn ở máy trạm.", "What was scanned for this page is no longer here."),
        Words(
            "Bản gốc chỉ được giữ đến khi trung tâm nhận xong hồ sơ. Dùng trang đang có, hoặc quét lại giấy tờ.",
            "It stays only until central has accepted the dossier. Use the page as it is, or scan the paper again.",
        ),
    )


def sheet_damaged() -> Refusal:
    return Refusal(
        "SHEET_DAMAGED",
        Words("Một trang quét trong kho đã bị thay đổi hoặc hỏng.", "A stored page is damaged or was altered."),
        Words("Quét lại trang đó; báo bộ phận kỹ thuật.", "Scan the page again and tell support."),
    )


def sheet_unreadable() -> Refusal:
    return Refusal(
        "SHEET_UNREADABLE",
        Words("Lúc này không đọc được một trang quét trong kho.", "A stored page cannot be read at the moment."),
        Words("Thử lại sau giây lát; nếu còn lỗi hãy xem phần mềm diệt vi-rút.", "Try again; see the virus scanner."),
    )


def entry_too_big() -> Refusal:
    return Refusal(
        "ENTRY_TOO_BIG",
        Words("Thay đổi này quá lớn để lưu trong một lần.", "This change is too big to be kept at once."),
        Words("Bớt số trang hoặc rút gọn nội dung rồi làm lại.", "Use fewer pages or shorter texts."),
    )


def busy() -> Refusal:
    return Refusal(
        "STORE_BUSY",
        Words("Một chương trình khác đang giữ kho dữ liệu.", "Another program holds this desk's store."),
        Words("Đợi giây lát rồi làm lại; không có gì bị mất.", "Wait a moment and repeat; nothing is lost."),
    )


def read_only() -> Refusal:
    return Refusal(
        "STORE_READ_ONLY",
        Words("Không ghi được vào thư mục hồ sơ máy trạm.", "The profile folder cannot be written to."),
        Words("Kiểm tra quyền ghi của thư mục và ổ đĩa.", "Check the rights of the folder and the disk."),
    )


def out_of_step() -> Refusal:
    return Refusal(
        "STORE_OUT_OF_STEP",
        Words("Kho dữ liệu vừa được thay đổi từ nơi khác.", "The store was changed from elsewhere."),
        Words("Làm lại bước vừa rồi.", "Repeat the last step."),
    )


def database_missing() -> Refusal:
    return Refusal(
        "DATABASE_MISSING",
        Words("Không tìm thấy kho dữ liệu của máy trạm đã ghi danh này.", "This enrolled desk's database is missing."),
        Words(
            "Khôi phục tệp desk.db từ bản sao lưu, hoặc ghi danh máy trạm mới thay thế.",
            "Restore desk.db from a backup, or enrol a new workstation in its place.",
        ),
    )
