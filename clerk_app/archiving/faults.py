"""What setting and signing archive copies can go wrong with: one code, one true cause, one remedy each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.domain.refusals import DeviceFault, Refusal, Words

_LATER = Words(
    "Bản lưu trữ chờ trong danh sách; ký sau cũng được.", "The copies wait in the list; they can be signed later."
)

ARCHIVE: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        "ARCHIVE_NO_PAGES": (
            Words("Mục giấy tờ này không có trang nào để lưu trữ.", "This item has no page to be archived."),
            Words("Chọn mục giấy tờ có trang.", "Choose an item that has pages."),
        ),
        "ARCHIVE_PICTURE": (
            Words("Trang {page} không phải hình đọc được.", "Page {page} is not a picture that can be read."),
            Words(
                "Chạy clerk journal verify và báo quản trị; các mục khác không bị ảnh hưởng.",
                "Run clerk journal verify and tell the administrator; other items are not affected.",
            ),
        ),
        "ARCHIVE_TOO_LARGE": (
            Words(
                "Bản lưu trữ lớn hơn {mib} MiB dù đã giảm nhẹ các hình.",
                "The archive copy is larger than {mib} MiB, with pictures as light as they can be.",
            ),
            Words(
                "Các trang vẫn ở trung tâm; báo quản trị để lưu trữ mục này riêng.",
                "Its pages are at central; tell the administrator to archive this item separately.",
            ),
        ),
    }
)

SIGN: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        "SIGN_NOT_SET": (
            Words("Quầy này chưa đặt thiết bị ký số.", "No signing token is set up at this desk."),
            Words(
                "Đặt signing_module trong settings.json là thư viện PKCS#11 của thiết bị, nếu đơn vị có ký số.",
                "Set signing_module in settings.json to the token's PKCS#11 library, if the office signs.",
            ),
        ),
        "SIGN_NOT_INSTALLED": (
            Words("Gói ký số chưa được cài.", "The package that signs is not installed."),
            Words(
                "Cài phần tùy chọn “signing” của chương trình. Bản lưu trữ chờ trong danh sách.",
                "Install the program's optional part “signing”. The copies wait in the list.",
            ),
        ),
        "SIGN_MODULE_MISSING": (
            Words("Không nạp được thư viện PKCS#11 đã đặt.", "The PKCS#11 library that is set cannot be loaded."),
            Words(
                "Cài trình điều khiển của thiết bị ký và kiểm tra đường dẫn signing_module.",
                "Install the token's driver and check the path in signing_module.",
            ),
        ),
        "SIGN_TOKEN_MISSING": (Words("Không thấy thiết bị ký số.", "The signing token is not there."), _LATER),
        "SIGN_NO_CERTIFICATE": (
            Words("Thiết bị ký không có chứng thư nào để ký.", "There is no certificate on the token to sign with."),
            Words(
                "Kiểm tra đúng thiết bị của cán bộ; nếu đúng, liên hệ nơi cấp chứng thư.",
                "See that it is the officer's own token; if so, ask whoever issued the certificate.",
            ),
        ),
        "SIGN_NO_KEY": (
            Words(
                "Thiết bị ký không có khóa của chứng thư đã chọn.", "The token has no key for the chosen certificate."
            ),
            Words(
                "Chọn chứng thư khác trên thiết bị, hoặc liên hệ nơi cấp chứng thư.",
                "Choose another certificate on it, or ask whoever issued the certificate.",
            ),
        ),
        "SIGN_KEY_KIND": (
            Words(
                "Khóa của chứng thư này quá ngắn hoặc thuộc loại không dùng được.",
                "The key of this certificate is too short, or of a kind that cannot be used.",
            ),
            Words(
                "Xin chứng thư mới với khóa RSA từ 2048 bit hoặc ECDSA từ 256 bit.",
                "Have a certificate issued with an RSA key of 2048 bits or an ECDSA key of 256, or more.",
            ),
        ),
        "SIGN_EXPIRED": (
            Words("Chứng thư ký số đã hết hạn.", "The signing certificate has expired."),
            Words("Gia hạn chứng thư rồi ký danh sách đang chờ.", "Renew the certificate, then sign the waiting list."),
        ),
        "SIGN_NOT_YET": (
            Words("Chứng thư ký số chưa có hiệu lực.", "The signing certificate is not in force yet."),
            Words(
                "Kiểm tra ngày giờ của máy; nếu đúng, ký khi chứng thư có hiệu lực.",
                "Check the computer's clock; if it is right, sign when the certificate is in force.",
            ),
        ),
        "SIGN_KEY_USAGE": (
            Words(
                "Chứng thư đã chọn không dùng để ký tài liệu.", "The chosen certificate is not for signing documents."
            ),
            Words(
                "Chọn chứng thư có mục đích ký số (digitalSignature hoặc nonRepudiation).",
                "Choose one meant for signatures (digitalSignature or nonRepudiation).",
            ),
        ),
        "SIGN_PIN_EMPTY": (
            Words("Chưa nhập mã PIN.", "No PIN was entered."),
            Words("Nhập mã PIN của thiết bị ký.", "Enter the token's PIN."),
        ),
        "SIGN_PIN_WRONG": (
            Words("Mã PIN không đúng.", "The PIN is not right."),
            Words("Nhập lại; sai nhiều lần thiết bị sẽ khóa.", "Enter it again; too many wrong tries lock the token."),
        ),
        "SIGN_PIN_WRONG_ONE_LEFT": (
            Words("Mã PIN không đúng; chỉ còn được thử một lần.", "The PIN is not right; only one try is left."),
            Words(
                "Hỏi cho chắc mã PIN trước khi thử lần cuối; sai nữa thiết bị sẽ khóa. Ký sau cũng được.",
                "Make sure of the PIN before the last try; another wrong one locks it. Signing can wait.",
            ),
        ),
        "SIGN_PIN_TO_BE_SET": (
            Words("Mã PIN của thiết bị ký phải được đặt lại trước.", "The token's PIN has to be set anew first."),
            Words(
                "Đổi mã PIN bằng phần mềm đi kèm thiết bị, rồi ký lại.",
                "Change the PIN with the software that came with the token, then sign again.",
            ),
        ),
        "SIGN_PIN_LAST_TRY": (
            Words("Mã PIN chỉ còn được thử một lần.", "Only one try of the PIN is left."),
            Words(
                "Hỏi cho chắc mã PIN rồi xác nhận thử lần cuối; sai nữa thiết bị sẽ khóa. Ký sau cũng được.",
                "Make sure of the PIN, then confirm the last try; another wrong one locks it. Signing can wait.",
            ),
        ),
        "SIGN_PIN_LOCKED": (
            Words("Thiết bị ký đã bị khóa vì sai mã PIN.", "The token is locked after wrong PINs."),
            Words(
                "Mở khóa bằng mã PUK hoặc tại nơi cấp chứng thư. Bản lưu trữ chờ trong danh sách.",
                "Unlock it by its PUK or where the certificate was issued. The copies wait in the list.",
            ),
        ),
        "SIGN_TOKEN_REFUSED": (
            Words("Thiết bị ký từ chối ký.", "The token refused to sign."),
            Words(
                "Rút ra cắm lại rồi ký lại; nếu vẫn lỗi, liên hệ nơi cấp chứng thư.",
                "Unplug it, plug it in and sign again; if it persists, ask whoever issued the certificate.",
            ),
        ),
        "SIGN_NOT_RIGHT": (
            Words(
                "Chữ ký do thiết bị tạo ra không đúng nên không được giữ.",
                "The signature that the token made is not right and was not kept.",
            ),
            Words(
                "Ký lại; nếu vẫn lỗi, khóa và chứng thư trên thiết bị không khớp: liên hệ nơi cấp.",
                "Sign again; if it persists, key and certificate on it do not belong together: ask the issuer.",
            ),
        ),
        "SIGN_TWICE": (
            Words("Bản lưu trữ này đã được ký.", "This archive copy is signed already."),
            Words("Không cần ký lại; tải lại danh sách.", "It needs no other signature; load the list again."),
        ),
        "SIGN_COPY_DAMAGED": (
            Words("Bản lưu trữ không mở được để ký.", "The archive copy cannot be opened for signing."),
            Words("Chạy clerk journal verify và báo quản trị.", "Run clerk journal verify and tell the administrator."),
        ),
        "SIGN_CRASHED": (
            Words("Thư viện của thiết bị ký bị hỏng giữa chừng.", "The token's library crashed."),
            Words(
                "Ký lại; các bản đã ký vẫn còn. Nếu lặp lại, cập nhật trình điều khiển của thiết bị.",
                "Sign again; what was signed is kept. If it repeats, update the token's driver.",
            ),
        ),
        "SIGN_SILENT": (
            Words("Thiết bị ký không trả lời.", "The token does not answer."),
            Words(
                "Rút ra cắm lại rồi ký lại; các bản đã ký vẫn còn.",
                "Unplug it, plug it in and sign again; what was signed is kept.",
            ),
        ),
        "SIGN_TRUST_UNREADABLE": (
            Words(
                "Không đọc được chứng thư CA trong signing_trust.", "The certificates in signing_trust cannot be read."
            ),
            Words(
                "Đặt signing_trust là tệp hoặc thư mục chứng thư CA (PEM hoặc DER) của đơn vị.",
                "Set signing_trust to a file or folder of the office's CA certificates (PEM or DER).",
            ),
        ),
    }
)
"""(words, remedy) by code."""


def refused(code: str, **values: object) -> Refusal:
    """What an archive copy cannot be set of. KeyError for a code that nobody wrote down."""
    words, remedy = ARCHIVE[code]
    return Refusal(code, words.filled(**values), remedy)


def fault(code: str) -> DeviceFault:
    """What the token, its library or its PIN did. KeyError for a code that nobody wrote down."""
    words, remedy = SIGN[code]
    return DeviceFault(code, words, remedy)
