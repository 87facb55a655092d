"""The desk's own sentences for screens. What the law says comes from the catalogue, never from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from clerk_app.desk.reasons import reason_words
from clerk_app.desk.views import Badge, CheckLine, Tone, VerdictView
from clerk_app.domain.evidence import Verdict
from clerk_app.domain.refusals import Words

EXCHANGE = Words("Đổi giấy phép lái xe", "Exchange of a driving licence")
STEPS = {
    "identity": Words("Danh tính", "Identity"),
    "application": Words("Đơn đề nghị", "Application"),
    "papers": Words("Giấy tờ", "Papers"),
    "fee": Words("Lệ phí", "Fee"),
    "receipt": Words("Biên nhận", "Receipt"),
}
SOURCES = {
    "chip": Words("chip", "chip"),
    "qr": Words("mã QR", "QR"),
    "camera": Words("máy ảnh", "camera"),
    "register": Words("CSDL", "register"),
    "read": Words("đọc từ giấy, cán bộ xác nhận", "read from the paper, confirmed by the clerk"),
    "portal": Words("công dân khai trực tuyến", "stated online by the citizen"),
    "manual": Words("nhập tay", "typed"),
}
LEVELS = {
    "chip": Badge(Words("Đã xác thực chip", "Chip verified"), "good"),
    "qr": Badge(Words("Chỉ có mã QR", "QR only"), "warn"),
    "manual": Badge(Words("Chưa xác thực", "Not verified"), "warn"),
}
APPROVALS = {
    "asked": Badge(Words("Chờ phê duyệt", "Waits for approval"), "info"),
    "more": Badge(Words("Lãnh đạo cần bổ sung", "More is wanted"), "warn"),
    "granted": Badge(Words("Đã được duyệt", "Approved"), "good"),
    "refused": Badge(Words("Không được duyệt", "Not approved"), "bad"),
}
OLD_ADDRESS = Words("Địa chỉ cũ, còn cấp huyện; giữ nguyên như in.", "An old address with a district; kept as printed.")
OLD_PROVINCE = Words("Địa chỉ cũ; tỉnh, thành phố nay là {now}.", "An old address; the province is now {now}.")
CHIP_UNPROVEN = Badge(Words("Chip chưa chứng minh được", "Chip proves nothing yet"), "warn")
CHIP_BAD = Badge(Words("Chip không đáng tin", "Chip not to be trusted"), "bad")
BY_FILE = Badge(Words("Theo tệp thực hành", "From a practice file"), "good")
PROVEN = Badge(Words("đã chứng minh", "proven"), "good")
UNPROVEN = Badge(Words("chưa chứng minh", "not proven"), "warn")
SAID_BY_REGISTER = Badge(Words("theo CSDL", "as registered"), "calm")
TYPED = Badge(Words("theo lời khai", "as stated"), "calm")
FIELD = Words("Trường", "Field")
CHIP_TEXT_PART = Words("chip (DG13)", "chip (DG13)")
TWO_PERSONS = Words("Giấy tờ của hai người khác nhau", "Documents of two persons")
SOURCES_DIFFER = Words("Các nguồn khác nhau", "Sources differ")
TWO_PERSONS_REMEDY = Words(
    "Số định danh không cùng một người. Đọc lại chip và mã QR trên thẻ của chính người nộp, hoặc mở hồ sơ mới.",
    "The ID numbers are not one person's. Read chip and QR code of the applicant's own card, or open a new dossier.",
)
NAME_DIFFERS_REGISTER = Words(
    "Họ tên trong CSDL giấy phép khác với giấy tờ. Nếu đã đổi họ tên, chọn trường hợp thay đổi thông tin.",
    "The licence register has another name. If the name was changed, choose the case of changed data.",
)
DOCUMENTS_DIFFER = Words(
    "Các nguồn ghi khác nhau. Đối chiếu với giấy tờ gốc; giá trị đang dùng được đánh dấu.",
    "The sources differ. Compare them with the original paper; what is used is marked.",
)
TYPED_DIFFERS = Words(
    "Nội dung nhập tay khác với giấy tờ. Giá trị đang dùng được đánh dấu; nội dung kia vẫn được giữ.",
    "What was typed differs from the document. What is used is marked; the other is kept.",
)
OTHER_PERSONS = Words("của người khác", "of another person")
NAME_WITHOUT_MARKS = Words(
    "Chip chỉ cho tên không dấu: sửa lại đúng dấu như in trên thẻ.",
    "The chip gave the name without marks: write them as printed on the card.",
)
PROMPT_BAD_CHIP = Words(
    "Chip trên đầu đọc không chứng minh được người nộp là ai.",
    "The chip on the reader does not prove who the applicant is.",
)
BAD_CHIP_REMEDY = Words(
    "Giữ thẻ, xem các dòng kiểm tra và báo lãnh đạo.", "Keep the card, look at the checks, tell a supervisor."
)
PROMPT_UNPROVEN_CHIP = Words("Đã đọc chip nhưng chưa chứng minh đủ.", "The chip was read but does not prove enough.")
UNPROVEN_CHIP_REMEDY = Words(
    "Xem các dòng kiểm tra; đọc lại thẻ, hoặc đề nghị lãnh đạo duyệt.",
    "Look at the checks; read the card again, or ask a supervisor.",
)
PROMPT_PERHAPS_COPY = Words(
    "Chip không chứng minh được thẻ này không phải bản sao.", "The chip cannot prove that this card is no copy."
)
PERHAPS_COPY_REMEDY = Words(
    "Dữ liệu trên chip đúng chữ ký, nhưng ai cũng có thể chép. "
    "So thẻ và ảnh với người nộp, rồi đề nghị lãnh đạo duyệt.",
    "Its data are signed, but anybody could have copied them. Compare card and portrait with the applicant, then ask a "
    "supervisor.",
)
PROMPT = Words(
    "Đặt thẻ căn cước lên đầu đọc hoặc quét mã QR trên thẻ.", "Lay the ID card on the reader, or scan its QR code."
)
PROMPT_CARD = Words(
    "Đặt thẻ lên đầu đọc để xác thực chip. Không đọc được bằng CAN thì nhập ngày sinh và ngày hết hạn in trên thẻ.",
    "Lay the card on the reader to verify its chip. If CAN fails, type the birth and expiry dates printed on it.",
)
REGISTER_NOT_ASKED = Badge(Words("Chưa tra cứu", "Not asked yet"), "calm")
REGISTER_SILENT = Badge(Words("Chưa tra được · không rõ", "No answer · unknown"), "warn")
REGISTER_BLOCKED = Badge(Words("Có vi phạm chưa xử lý", "Unsettled violation"), "bad")
REGISTER_SANCTIONS_UNKNOWN = Badge(Words("Không rõ vi phạm", "Violations unknown"), "warn")
REGISTER_CLEAR = Badge(Words("Không có vi phạm", "No open violation"), "good")
REGISTER_NOTHING = Badge(Words("Không có giấy phép nào", "No licence found"), "warn")
NO_EXPIRY = Words("Không thời hạn", "No expiry")
LICENCE_STATES = {
    "valid": Badge(Words("Hợp lệ", "Valid"), "good"),
    "held": Badge(Words("Đang bị tạm giữ", "Held"), "bad"),
    "suspended": Badge(Words("Bị tước quyền", "Suspended"), "bad"),
    "revoked": Badge(Words("Đã thu hồi", "Revoked"), "bad"),
    "lost": Badge(Words("Báo mất", "Lost"), "warn"),
    "unknown": Badge(Words("Không rõ", "Unknown"), "warn"),
}
VERDICTS = {
    "signed": Words("Dữ liệu do cơ quan cấp thẻ ký", "Data signed by the issuing authority"),
    "hashes": Words("Dữ liệu không bị sửa", "Data unaltered"),
    "signature": Words("Chữ ký số", "Signature"),
    "chain": Words("Do CSCA được tin cấp", "Issued by a trusted CSCA"),
    "in_force": Words("Chứng thư còn hiệu lực", "Certificates in force"),
    "not_revoked": Words("Chứng thư chưa bị thu hồi", "Signer not revoked"),
    "genuine": Words("Thẻ không bị sao chép", "Card is not a copy"),
    "access": Words("Mở chip như khi phát hành", "Opened as it was issued"),
    "consistent": Words("Dữ liệu trên chip khớp nhau", "The chip agrees with itself"),
    "expired": Words("Thẻ còn hạn", "Card not expired"),
}
READ_BY = Words("Đầu đọc", "Reader")
QR_PROVES_NOTHING = CheckLine(
    Words("Chỉ đọc mã QR", "QR code only"),
    Words("Mã QR không có chữ ký nên không chứng minh được gì.", "A QR code is not signed and proves nothing."),
    "warn",
    "!",
)
QR_PROBLEMS = {
    "QR_GARBLED": Words(
        "Máy quét gửi sai bảng mã chữ: họ tên và nơi ở để trống. Đặt máy quét về UTF-8.",
        "The scanner garbles letters: name and residence were left out. Set it to UTF-8.",
    ),
    "QR_TOO_LONG": Words("Họ tên hoặc nơi ở trong mã dài quá mức.", "Name or residence in the code is too long."),
    "QR_BIRTH_DATE": Words("Ngày sinh trong mã không có thật.", "The birth date in the code does not exist."),
    "QR_ISSUE_DATE": Words("Ngày cấp trong mã không đúng.", "The date of issue in the code cannot be right."),
    "QR_SEX": Words("Không đọc được giới tính trong mã.", "The sex in the code cannot be read."),
    "QR_NUMBER_PROVINCE": Words("Không có mã tỉnh này trong số định danh.", "No province has this code."),
    "QR_NUMBER_YEAR": Words("Năm sinh không khớp với số định danh.", "The year of birth does not fit the ID number."),
    "QR_NUMBER_SEX": Words("Giới tính không khớp với số định danh.", "The sex does not fit the ID number."),
}
"""What was wrong with a citizen card's code, by the problems of its evidence."""
TYPED_PROVES_NOTHING = CheckLine(
    Words("Nhập tay", "Typed by hand"),
    Words("Chưa có bằng chứng điện tử về danh tính.", "There is no electronic evidence of identity."),
    "warn",
    "!",
)
SCANNED = Words("Đã quét", "Scanned")
BY_CHIP = Badge(Words("chip", "chip"), "good")
BY_CHIP_DETAIL = Words("Dùng dữ liệu chip, không cần quét", "Taken from the chip, no scan needed")
GENERATED = Badge(Words("tự sinh", "generated"), "good")
GENERATED_DETAIL = Words("Sinh từ dữ liệu đã nhập", "Made from what was entered")
SEEN = Badge(Words("đã xem", "seen"), "good")
SEEN_DETAIL = Words("Cán bộ đã đối chiếu bản chính", "The clerk saw the original")
TAKEN = Badge(Words("dùng lại", "on record"), "good")
TAKEN_FROM = {
    "dossier": Words("Từ hồ sơ", "From dossier"),
    "register": Words("Từ cơ sở dữ liệu giấy phép", "From the licence register"),
    "chip": Words("Từ chip", "From the chip"),
}
WAIVED = Badge(Words("được miễn", "waived"), "calm")
WAIVED_DETAIL = Words("Lãnh đạo đã cho miễn giấy tờ này", "A supervisor does without this paper")
MISSING = Badge(Words("Chưa có", "Missing"), "warn")
OPTIONAL = Badge(Words("Nếu có", "If any"), "calm")
CAN_BE_SEEN = Words("Quét hoặc đối chiếu bản chính (M)", "Scan it, or mark as seen (M)")
TO_SCAN = Words("Cần quét", "To be scanned")
FROM_DATA = Words("lập từ dữ liệu đã nhập", "made from what was entered")
FROM_CHIP = Words("lấy từ chip căn cước", "from the chip of the ID card")
FROM_SEEING = Words("đối chiếu bản chính", "the original is seen")
FROM_SCAN = Words("quét", "scanned")
FEE = Words("Lệ phí", "Fee")
DUE = Words("Hẹn trả", "Due")
CLASS_CHANGE = Words("Hạng hiện tại → mới", "Class now → new")
TEST = Words("Sát hạch", "Test")
TESTS = {
    "none": Words("Không", "No test"),
    "theory": Words("Lý thuyết", "Theory"),
    "theory+practice": Words("Lý thuyết và thực hành", "Theory and practice"),
}
VALID_UNTIL = Words("Giấy phép mới có giá trị đến", "New licence valid until")
CODE = Words("Mã hồ sơ", "Dossier code")
LOCAL_CODE = Words("Mã hồ sơ (tạm)", "Dossier code (provisional)")
CODE_WHY = Words(
    "Mã tạm do máy trạm cấp; mã chính thức được cấp khi tiếp nhận.", "Provisional here; final when accepted."
)
NO_REASON = Words("Chưa đủ dữ liệu để tính.", "Not enough is known yet.")
DOUBTS = {
    "partial": Words("Căn cứ mới xác minh một phần", "Basis only partly verified"),
    "no": Words("Căn cứ chưa được xác minh", "Basis not verified"),
}
"""How surely a basis was read, for a supervisor."""
CASE = Words("Trường hợp", "Case")
CASE_NOT_CHOSEN = Words("chưa chọn", "not chosen yet")
SOMEBODY_ELSE = Words("người có thẩm quyền", "somebody who may")
HELD = Words("đang chọn", "chosen now")
FORECAST = Words("đang tính thử", "worked out for this")
NOTHING_KNOWN = Words("–", "–")
APPLIES_NOT = Words("Hôm nay không áp dụng được", "Cannot apply today")
REFUSED_BECAUSE = Words("Không nhận được", "Cannot be accepted")
NO_OTHER_CASE = Words("Hôm nay không trường hợp nào khác phù hợp.", "No other case fits today.")
TO_CHOOSE = {
    "case": VerdictView(
        Words("Chọn trường hợp theo lời người đề nghị.", "Choose the case as the applicant states it."),
        Words("Hạn trả, lệ phí và giấy tờ bên cạnh chỉ là tính thử.", "What stands beside is a forecast."),
        "calm",
    ),
    "wanted_class": VerdictView(
        Words("Hỏi người đề nghị chọn hạng nào.", "Ask the applicant which class it shall be."),
        Words("Luật để người đề nghị tự chọn.", "The law leaves it to the applicant."),
        "calm",
    ),
}
TO_MAP = VerdictView(
    Words("Chọn hạng theo giấy phép gốc.", "Choose the class by the original licence."),
    Words("Đơn vị giải quyết đối chiếu lại hạng này.", "The unit that decides compares it again."),
    "calm",
)
CAN_BE_ACCEPTED = VerdictView(
    Words("Nhận được theo quy định hôm nay.", "Can be accepted by the rules of today."),
    Words("Giấy tờ cần có ở bên cạnh; F9 cho biết vì sao.", "The papers needed stand beside; F9 tells why."),
    "good",
)
UNTIL_ISSUED = Words("tính từ ngày cấp, dự kiến", "counted from its issue, expected")
NO_CLASS_OF_ITS_OWN = Words("Giấy phép quốc tế không có hạng riêng", "An international permit has no class of its own")
BY_ORIGINAL = Words("Theo giấy phép gốc, đơn vị giải quyết đối chiếu", "By the original licence, compared by the unit")
BY_CHOICE = Words("Người đề nghị chọn một hạng", "The applicant chooses one class")
NOT_BEYOND = Words("không quá giấy phép quốc gia", "not beyond the national licence")
NEVER_ENDS = Words("Không thời hạn", "No expiry")
FORMS = {
    "M01": Words("Giấy tiếp nhận và hẹn trả (M01)", "Receipt and appointment (M01)"),
    "fee_receipt": Words("Biên lai lệ phí", "Fee receipt"),
    "post_label": Words("Nhãn bưu gửi", "Parcel label"),
}
WAITING = Badge(Words("Chờ gửi", "Waiting to be sent"), "warn")
DELIVERED = Badge(Words("Đã đồng bộ", "At central"), "good")
REFUSED = Badge(Words("Trung tâm từ chối", "Refused by central"), "bad")
NOT_YET = Badge(Words("Bản nháp", "Draft"), "calm")
STATE_TONES: Mapping[str, Tone] = {"3": "calm", "5": "warn", "6": "warn", "7": "calm", "8": "calm"}
"""Of the portal's status codes: what somebody has to bring or pay, and what ended without a result."""
SUBMITTED = Badge(Words("Đã tiếp nhận", "Accepted"), "good")
OWED = {
    "soon": Badge(Words("Đến hẹn hôm nay", "Due today"), "warn"),
    "overdue": Badge(Words("Quá hẹn", "Overdue"), "bad"),
}
"""Of a dossier whose appointment passes before the next working day has begun, and of one whose appointment passed."""
DISCARDED = Badge(Words("Đã hủy", "Discarded"), "calm")
STATUSES: Mapping[str, Badge] = {"draft": NOT_YET, "submitted": SUBMITTED, "discarded": DISCARDED}
"""What a dossier is called that has no state of its course."""

EXPIRED = Words("Thẻ đã hết hạn sử dụng", "The card has run out")
Sign = Literal["✓", "✗", "!", "–", "?"]
_UNSUPPORTED: dict[str, tuple[Tone, Sign]] = {"genuine": ("warn", "!")}

_GOOD = {
    "signed": Words("Chữ ký số hợp lệ, chuỗi tin cậy", "Signature good, chain trusted"),
    "hashes": Words("Mã băm khớp", "Hashes match"),
    "signature": Words("Đúng chữ ký của người ký", "The signer's signature is good"),
    "chain": Words("Chuỗi dẫn đến CSCA được tin", "The chain leads to a trusted CSCA"),
    "in_force": Words("Người ký và CSCA còn hiệu lực", "Signer and CSCA are in force"),
    "not_revoked": Words("Không có trong danh sách thu hồi", "Not on the revocation list"),
    "genuine": Words("Chip chứng minh khóa riêng", "The chip proved its own key"),
    "expired": Words("Trong thời hạn", "Within its validity"),
}


def verdict_line(verdict: Verdict) -> tuple[Tone, Sign, Words]:
    """Tone, sign and detail of one verdict. `expired` is good when it is `no`."""
    good = "no" if verdict.name == "expired" else "yes"
    said = reason_words(verdict.reason)
    if verdict.state == good:
        proof = _GOOD.get(verdict.name, Words("Đạt", "Passed"))
        return "good", "✓", Words(f"{proof.vi} · {said.vi}", f"{proof.en} · {said.en}") if said else proof
    if verdict.state == "untrusted":
        untrusted = Words("Chữ ký đúng nhưng người ký không được tin cậy", "Good signature, untrusted signer")
        return "bad", "✗", (said if verdict.name == "chain" else None) or untrusted
    if verdict.state == "unsupported":
        # A chip without a key may be anybody's copy: that keeps it from proving who is there.
        tone, sign = _UNSUPPORTED.get(verdict.name, ("calm", "–"))
        return tone, sign, said or Words("Chưa kiểm tra được", "Not checked")
    if verdict.state == "unknown":
        return "warn", "?", said or Words("Không rõ", "Unknown")
    return "bad", "✗", said or (EXPIRED if verdict.name == "expired" else Words("Không đạt", "Failed"))
