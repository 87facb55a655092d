"""The trail as an inspection takes it along: a day of one dossier, all people invented, long names among them."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.notices import TrailReport, TrailRow

_CLERK = (
    "Công Tằng Tôn Nữ Nguyễn Thị Phương Huyền Trân (huyen.tran)\nCán bộ tiếp nhận\nđăng nhập không có mạng, mật khẩu"
)
_SUPERVISOR = "Vũ Minh Châu (chau.vu)\nLãnh đạo phụ trách\nđăng nhập có mạng, mật khẩu và mã một lần"
_OTHER = "Nguyễn Thu Hà (thu.ha)\nCán bộ tiếp nhận (hiện nay)"
CODE = "G01.801.308-261123-000128"
_DONE: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "08:37:12",
        _CLERK,
        "Công Tằng Tôn Nữ Nguyễn Thị Phương Huyền Trân (huyen.tran) đăng nhập (mật khẩu, không có kết nối)",
        "",
        "–",
    ),
    (
        "08:41:03",
        _CLERK,
        "Mở hồ sơ Đổi giấy phép lái xe tại quầy Q5, mã tạm Q5-261123-0128",
        "Danh mục: – » 2026.11.22",
        "",
    ),
    (
        "08:41:40",
        _CLERK,
        "Đọc danh tính từ mã QR: Trần Minh Quân, 001******345; mức mã QR, chưa chứng minh",
        "Số định danh cá nhân: – » 001******345\nHọ, chữ đệm và tên: – » Trần Minh Quân\nNgày sinh: – » **/**/1990\n"
        "Nơi cư trú: – » ***, thành phố Hà Nội",
        "",
    ),
    (
        "08:43:27",
        _CLERK,
        "Đề nghị phê duyệt ngoại lệ “Danh tính chưa được xác thực bằng chip căn cước” (IDENTITY_WEAK): Chip hỏng, "
        "đã đối chiếu ảnh và giấy khai sinh bản chính",
        "Tình trạng: – » chờ duyệt",
        "",
    ),
    (
        "08:47:55",
        _SUPERVISOR,
        "Chấp thuận ngoại lệ “Danh tính chưa được xác thực bằng chip căn cước” (IDENTITY_WEAK) do Công Tằng Tôn Nữ "
        "Nguyễn Thị Phương Huyền Trân (huyen.tran) đề nghị, với thẩm quyền Lãnh đạo phụ trách (từ máy của người duyệt, "
        "mật khẩu và mã một lần, căn cứ đã xem 3f9c1ab04d72…): Đồng ý, đề nghị người dân đổi thẻ",
        "Tình trạng: chờ duyệt » chấp thuận",
        "",
    ),
    (
        "09:02:10",
        _CLERK,
        "Thu lệ phí 115.000 đ bằng tiền mặt, biên lai 0000128: nhận 200.000 đ, trả lại 85.000 đ",
        "Lệ phí: chưa thu » 115.000 đ",
        "",
    ),
    (
        "09:05:00",
        _CLERK,
        f"Tiếp nhận hồ sơ {CODE}: Đổi do sắp hết hạn hoặc đã hết hạn, hạng B, 3 loại giấy tờ, lệ phí 115.000 đ, "
        "hẹn trả 12:00 · 30/11/2026",
        f"Tình trạng: bản nháp » đã tiếp nhận\nMã hồ sơ: Q5-261123-0128 » {CODE}",
        "",
    ),
    ("09:05:31", _CLERK, "In M01 (Giấy tiếp nhận hồ sơ và hẹn trả kết quả), bản in đầu, 2 liên: in xong", "", ""),
    (
        "14:20:44",
        _OTHER,
        "Xem nhật ký của hồ sơ; mục đích: Giải quyết khiếu nại hoặc tố cáo",
        "",
        "",
    ),
)


def trail_report() -> TrailReport:
    """Nine entries, several times over, so that the table goes on on a second page."""
    rows = [
        TrailRow(
            number=number,
            at=f"23/11/2026\n{at}",
            who=who,
            station="Q5",
            code=code or CODE,
            done=done,
            changed=changed,
            central=f"đã nhận, số {48_100 + number}" if number % 4 else "chưa gửi",
            seal=f"{1_200 + number}\n{number * 0x9E3779B97F4A7C15 % 2**64:016x}",
        )
        for number, (at, who, done, changed, code) in enumerate(_DONE * 3, 1)
    ]
    return TrailReport(
        scope=f"hồ sơ {CODE}; từ 23/11/2026 đến 23/11/2026",
        purpose="INSPECTION – Thanh tra theo quyết định",
        maker=("Ngô Thanh Tra (thanh.tra)", "Thanh tra", "Q5", "16:30:05 ngày 24/11/2026"),
        masked="đã che 6 trong 8 loại dữ liệu cá nhân theo vai trò người xuất",
        sealed="Niêm phong bằng khóa của máy trạm Q5; kiểm tra bằng clerk journal check",
        on=date(2026, 11, 24),
        rows=tuple(rows),
        practice=False,
    )
