"""The papers of the gallery: invented people with the longest names and addresses, and one notice of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, FeeTaken, RegisterAnswered, Submitted, Value
from clerk_app.domain.licence import Licence
from clerk_app.domain.notices import (
    About,
    Apology,
    CashHandover,
    ControlSlip,
    Ground,
    HandOver,
    MissingPaper,
    Notice,
    Officer,
    RefusalNotice,
    RegisterBook,
    RegisterLine,
    StopNotice,
    SupplementRequest,
    about_of,
    form_of,
    punctuality,
)
from clerk_app.domain.refusals import Words

OFFICE = "Phòng Cảnh sát giao thông - Công an thành phố Hà Nội"
STATION = Station("bench", "Q5", "PC08-HN", OFFICE, "Hanoi traffic police", "G01.801.308", False, "")
CODE = "G01.801.308-261123-000128"
RECEIVED = datetime(2026, 11, 23, 9, 5, tzinfo=HANOI)
DUE = datetime(2026, 11, 30, 12, 0, tzinfo=HANOI)
ISSUED = datetime(2026, 11, 23, 9, 10, tzinfo=HANOI)
NAME = (
    "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trang Bảo Quỳnh Như Diễm Phượng Ngọc Ẩn Thụy Ưu Đàm Phương Thảo Uyển Nhã "
    "Nguyễn Khoa Diệu Hồng Vĩnh Ỷ Lan Thưởng Ngạn"
)
"""150 letters."""
ADDRESS = (
    "Căn hộ 1205, tòa nhà CT2A, Khu đô thị mới Nghĩa Đô, số 106 đường Hoàng Quốc Việt, ngõ 38 ngách 38/45/12 (đối diện "
    "Nhà văn hóa tổ dân phố số 17), thôn Thượng Cát, phường Nghĩa Đô, quận Cầu Giấy (trước ngày 01 tháng 7 năm 2025), "
    "thành phố Hà Nội, Cộng hòa xã hội chủ nghĩa Việt Nam; hộp thư 10307"
)
"""About 300 letters."""
ORDINARY = {
    "applicant.name": "Trần Minh Quân",
    "applicant.number": "001090012345",
    "applicant.born": "1990-04-12",
    "applicant.residence": "Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
    "applicant.issued": "2022-03-01",
    "applicant.phone": "0912345678",
    "applicant.email": "tran.minh.quan@example.vn",
    "result_place": "post",
    "reason": "Giấy phép sắp hết hạn",
    "case": "DOI_SAP_HET_HAN",
    "wanted_class": "B",
}
LONGEST = ORDINARY | {
    "applicant.name": NAME,
    "applicant.residence": ADDRESS,
    "applicant.email": "cong.tang.ton.nu.nguyen.phuc.huyen.trang.bao.quynh.nhu.diem.phuong@thu-dien-tu.example.vn",
}
REASON = (
    "Hồ sơ phải chuyển lại để đối chiếu hạng giấy phép lái xe ghi trong hồ sơ gốc với dữ liệu của cơ quan cấp trước "
    "ngày 01 tháng 3 năm 2025; cơ quan phối hợp chưa trả lời, vì vậy chưa đủ căn cứ để ký giấy phép mới. "
)


def dossier(fields: dict[str, str] = ORDINARY, code: str = CODE) -> Dossier:
    """An accepted dossier with these fields."""
    licence = Licence("old", "B2", "790123456789", date(2016, 11, 30), date(2026, 12, 30), "valid", "Sở GTVT Hà Nội")
    return Dossier(
        id=UUID(int=128),
        status="submitted",
        procedure="licence-exchange",
        code=code,
        local_code="T-Q5-00004",
        register=RegisterAnswered(True, (licence,), "clear"),
        submitted=Submitted(
            code, RECEIVED, DUE, "B", "DOI_SAP_HET_HAN", 115000, ("DON", "GKSK", "GPLX_CU", "CC", "ANH")
        ),
        fields=MappingProxyType({name: Value(text, "chip") for name, text in fields.items()}),
        fee=FeeTaken("0000128", 115000, "cash", 200000, 85000),
    )


def draft(fields: dict[str, str] = LONGEST) -> Dossier:
    """The same before it was accepted."""
    return replace(dossier(fields), status="draft", code="", submitted=None, fee=None)


def about(fields: dict[str, str] = LONGEST, accepted: bool = True) -> About:
    """Which dossier the notices are about."""
    one = dossier(fields) if accepted else draft(fields)
    return about_of(one, "DOI_SAP_HET_HAN", "B", RECEIVED.date())


def notices(fields: dict[str, str] = LONGEST) -> dict[str, Notice]:
    """One notice of every kind, by its form."""
    early = about(fields, accepted=False)
    made: list[Notice] = [
        SupplementRequest(
            early,
            (
                MissingPaper(
                    "GKSK",
                    Words("Giấy khám sức khỏe của người lái xe còn hiệu lực", "Health certificate"),
                    Words("Cần giấy khám sức khỏe vì hạng mới là B (chỉ A1, A, B1 được miễn).", "Class B needs it."),
                    "TT 108/2026/TT-BCA",
                    "original",
                ),
                MissingPaper(
                    "GPLX_CU",
                    Words("Giấy phép lái xe cũ (bản sao; xuất trình, nộp lại bản chính)", "Old licence"),
                    Words("Giấy phép cũ phải xuất trình khi đổi.", "The old licence must be shown."),
                    "TT 108/2026/TT-BCA",
                    "copy",
                ),
            ),
            (Words("Ghi đầy đủ nơi cư trú", "Complete the residence"),),
            Officer("Nguyễn Thu Hà", "024 3942 4451", "108"),
            datetime(2026, 12, 23, 17, 0, tzinfo=HANOI),
        ),
        RefusalNotice(
            early,
            (
                Ground(
                    Words(
                        "Chưa thực hiện xong yêu cầu xử lý vi phạm trật tự, an toàn giao thông; nhận hồ sơ sau khi đã "
                        "chấp hành xong.",
                        "A traffic sanction is not settled.",
                    ),
                    "TT 108/2026/TT-BCA (kế thừa TT 12/2025 art.21(1)(e))",
                ),
                Ground(
                    Words("Giấy phép đã bị thu hồi, không được đổi hoặc cấp lại.", "The licence was revoked."),
                    "Luật 36/2024/QH15 art.62",
                ),
            ),
        ),
        Apology(about(fields), RECEIVED, DUE, DUE + timedelta(days=2, hours=5), 2, REASON.strip()),
        StopNotice(
            about(fields),
            fields["applicant.name"],
            date(2026, 11, 25),
            "Người nộp hồ sơ đề nghị rút hồ sơ để đổi giấy phép tại nơi cư trú mới.",
            115000,
            False,
            ("GPLX_CU", "GKSK"),
        ),
        control_slip(fields),
        register_book(40),
        CashHandover(
            RECEIVED.date(),
            "Q5",
            "Nguyễn Thu Hà",
            tuple(f"{number:07d}" for number in range(101, 149)),
            (("cash", 31, 31 * 115000), ("vietqr", 12, 12 * 115000), ("online", 5, 5 * 115000)),
            False,
        ),
    ]
    return {form_of(one): one for one in made}


def apology_of(received: datetime) -> Apology:
    """An apology for a dossier received then."""
    due = received.replace(hour=17, minute=0) + timedelta(days=7)
    early = replace(about(ORDINARY), code=f"G01.801.308-{received:%y%m%d}-000128", on=received.date())
    return Apology(early, received, due, due + timedelta(days=2), 2, REASON.strip())


def control_slip(fields: dict[str, str] = LONGEST, received: datetime = RECEIVED) -> ControlSlip:
    """A dossier received then, that went through three hands."""
    handed = received + timedelta(hours=7, minutes=20)
    due = received.replace(hour=12, minute=0) + timedelta(days=7)
    signed = due - timedelta(days=3, hours=2)
    early = replace(about(fields), code=f"G01.801.308-{received:%y%m%d}-000128", on=received.date())
    return ControlSlip(
        early,
        received,
        due,
        "Đội Sát hạch, cấp giấy phép lái xe - Phòng Cảnh sát giao thông",
        (),
        (
            HandOver("Bộ phận tiếp nhận và trả kết quả", received, handed, punctuality(handed, due)),
            HandOver("Đội Sát hạch, cấp giấy phép lái xe", handed, signed, punctuality(signed, due), "Đã ký số"),
            HandOver("Bộ phận tiếp nhận và trả kết quả", signed),
        ),
    )


def register_book(rows: int) -> RegisterBook:
    """A register of so many dossiers; every seventh has the longest name and address."""
    lines = []
    for number in range(1, rows + 1):
        fields = LONGEST if number % 7 == 3 else ORDINARY
        one = about_of(dossier(fields, f"G01.801.308-261123-{number:06d}"), "DOI_SAP_HET_HAN", "B", RECEIVED.date())
        lines.append(RegisterLine(one, RECEIVED + timedelta(minutes=5 * number), DUE, "Nguyễn Thu Hà"))
    return RegisterBook(RECEIVED.date(), RECEIVED.date(), tuple(lines), False)
