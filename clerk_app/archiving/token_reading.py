"""People's tokens as a second factor, through the same worker that signs archive copies; with words of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from clerk_app.archiving.faults import SIGN
from clerk_app.archiving.signing import Pkcs11Signer
from clerk_app.desk.page_ports import SigningToken
from clerk_app.domain.refusals import DeviceFault, Words

_OTHER_WAY = Words("dùng mã của ứng dụng xác thực nếu đã được cấp", "use the code of your app, if you have one")


def _else(vi: str, en: str) -> Words:
    return Words(f"{vi}; hoặc {_OTHER_WAY.vi}.", f"{en}; or {_OTHER_WAY.en}.")


TOKEN: Mapping[str, tuple[Words | None, Words]] = MappingProxyType(
    {
        "TOKEN_NOT_SET": (
            Words("Máy trạm này chưa đặt thư viện đọc token.", "No token library is set up at this desk."),
            _else(
                "Đặt signing_module trong settings.json là thư viện PKCS#11 của token",
                "Set signing_module in settings.json to the token's PKCS#11 library",
            ),
        ),
        "TOKEN_NOT_INSTALLED": (
            Words("Gói đọc token chưa được cài.", "The package that reads tokens is not installed."),
            _else("Cài phần tùy chọn “signing” của chương trình", "Install the program's optional part “signing”"),
        ),
        "TOKEN_MODULE_MISSING": (
            None,
            _else(
                "Cài trình điều khiển của token và kiểm tra đường dẫn signing_module",
                "Install the token's driver and check the path in signing_module",
            ),
        ),
        "TOKEN_MISSING": (
            Words("Không thấy token.", "The token is not there."),
            _else("Cắm token của bạn rồi thử lại", "Plug in your token and try again"),
        ),
        "TOKEN_NO_CERTIFICATE": (
            Words("Token không có chứng thư nào để ký.", "There is no certificate on the token to sign with."),
            _else("Kiểm tra đúng token của mình", "See that it is your own token"),
        ),
        "TOKEN_NO_KEY": (
            Words(
                "Token không có khóa của chứng thư đã đăng ký.", "The registered certificate has no key on the token."
            ),
            _else("Liên hệ nơi cấp chứng thư", "Ask whoever issued the certificate"),
        ),
        "TOKEN_KEY_KIND": (
            None,
            _else(
                "Xin chứng thư với khóa RSA từ 2048 bit hoặc ECDSA từ 256 bit rồi đăng ký",
                "Have one issued with an RSA key of 2048 bits or an ECDSA key of 256, and have it registered",
            ),
        ),
        "TOKEN_KEY_USAGE": (
            Words("Chứng thư trên token không dùng để ký.", "The token's certificate is not for signing."),
            _else("Dùng token có chứng thư ký", "Use a token with a certificate for signing"),
        ),
        "TOKEN_CERTIFICATE_EXPIRED": (
            Words("Chứng thư trên token đã hết hạn.", "The token's certificate has expired."),
            _else("Gia hạn chứng thư rồi nhờ cán bộ quản trị đăng ký", "Renew it and have the IT officer register it"),
        ),
        "TOKEN_CERTIFICATE_EARLY": (
            Words("Chứng thư trên token chưa có hiệu lực.", "The token's certificate is not in force yet."),
            _else("Kiểm tra ngày giờ của máy", "Check the computer's date and time"),
        ),
        "TOKEN_PIN_EMPTY": (
            Words("Chưa nhập PIN của token.", "The token's PIN is missing."),
            Words("Nhập PIN của token rồi bấm Enter.", "Type the token's PIN, then press Enter."),
        ),
        "TOKEN_PIN_WRONG": (
            Words("PIN của token không đúng.", "The token's PIN is not right."),
            Words("Nhập lại; sai nhiều lần token sẽ khóa.", "Type it again; too many wrong tries lock the token."),
        ),
        "TOKEN_PIN_WRONG_ONE_LEFT": (
            Words("PIN của token không đúng; còn 1 lần thử.", "The token's PIN is not right; 1 try is left."),
            _else(
                "Chắc chắn đúng PIN mới thử lần cuối, sai nữa token sẽ khóa",
                "Make sure of the PIN before the last try, another wrong one locks the token",
            ),
        ),
        "TOKEN_PIN_LAST_TRY": (
            Words("PIN của token còn 1 lần thử.", "1 try of the token's PIN is left."),
            _else(
                "Chắc chắn đúng PIN thì nhập lại để thử lần cuối, sai nữa token sẽ khóa",
                "If you are sure of the PIN, type it again for the last try; another wrong one locks the token",
            ),
        ),
        "TOKEN_PIN_LOCKED": (
            Words("Token đã khóa vì sai PIN.", "The token is locked after wrong PINs."),
            _else("Mở khóa bằng PUK hoặc tại nơi cấp", "Unlock it by its PUK or where it was issued"),
        ),
        "TOKEN_PIN_TO_BE_SET": (
            Words("PIN của token phải được đặt lại trước.", "The token's PIN has to be set anew first."),
            _else("Đổi PIN bằng phần mềm đi kèm token", "Change the PIN with the software that came with the token"),
        ),
        "TOKEN_REFUSED": (
            Words("Token từ chối ký.", "The token refused to sign."),
            _else("Rút ra cắm lại rồi thử lại", "Unplug it, plug it in and try again"),
        ),
        "TOKEN_CRASHED": (
            None,
            _else(
                "Thử lại; nếu lặp lại, cập nhật trình điều khiển của token",
                "Try again; if it repeats, update the token's driver",
            ),
        ),
        "TOKEN_SILENT": (
            Words("Token không trả lời.", "The token does not answer."),
            _else("Rút ra cắm lại rồi thử lại", "Unplug it, plug it in and try again"),
        ),
    }
)
"""(words, remedy) by code; without words those of the same fault when signing."""

_CODES = MappingProxyType(
    {
        "SIGN_TOKEN_MISSING": "TOKEN_MISSING",
        "SIGN_TOKEN_REFUSED": "TOKEN_REFUSED",
        "SIGN_EXPIRED": "TOKEN_CERTIFICATE_EXPIRED",
        "SIGN_NOT_YET": "TOKEN_CERTIFICATE_EARLY",
    }
)


def token_fault(signing: str) -> DeviceFault:
    """What a fault of signing is called here."""
    code = _CODES.get(signing, signing.replace("SIGN_", "TOKEN_", 1))
    words, remedy = TOKEN.get(code, TOKEN["TOKEN_CRASHED"])
    return DeviceFault(code if code in TOKEN else "TOKEN_CRASHED", words or SIGN[signing][0], remedy)


@contextmanager
def _in_own_words() -> Iterator[None]:
    try:
        yield
    except DeviceFault as problem:
        raise token_fault(problem.code) from None


class Pkcs11Tokens:
    """Fulfils `desk.tokens.TokenReader`. A token's library is never loaded in this process."""

    def __init__(self, module: str, command: Sequence[str] = (), patience_s: float = 60.0) -> None:
        """`module` is the path of the PKCS#11 library; `patience_s` is for one answer."""
        self._signer = Pkcs11Signer(module, None, command, patience_s)

    def available(self) -> bool:
        """Whether a library is set and the optional package is there; loads nothing."""
        return self._signer.available()

    def tokens(self) -> tuple[SigningToken, ...]:
        """Every certificate that can sign. Raises `DeviceFault` `TOKEN_…`."""
        with _in_own_words():
            return self._signer.tokens()

    def answer(self, token: SigningToken, pin: str, text: bytes, last_try: bool = False) -> str:
        """What the token signs for this text, in hex. Raises `DeviceFault` `TOKEN_…`."""
        with _in_own_words():
            return self._signer.answer(token, pin, text, last_try).hex()
