"""One-time codes as the second factor: TOTP (RFC 6238) with HMAC-SHA-1, six digits, 30 seconds.

Central and a desk without a line judge a code by the same function. A step that was used is never accepted again.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from clerk_app.domain.refusals import Refusal, Words

DIGITS = 6
STEP_S = 30
AROUND = 1
"""Steps before and after this one that count, for clocks that differ a little (RFC 6238 §5.2)."""
_BEHIND, _AHEAD = 40, 12
"""Steps before and after this one that are looked at to tell a wrong clock from a wrong code: twenty minutes, and six.
Whoever guesses learns by it that a code was right once; one that will be right soon is worth something, so that few of
those are told."""
SECRET_BYTES = 20
GUESSES = frozenset({"CODE_WRONG", "CODE_USED", "CODE_CLOCK"})
"""Refusals of a code that was typed: each counts as a wrong try."""


def code_at(secret: bytes, step: int, digits: int = DIGITS, algorithm: SHA1 | SHA256 | SHA512 | None = None) -> str:
    """The code of a step, which is Unix time divided by 30 s."""
    made = TOTP(secret, digits, algorithm or SHA1(), STEP_S)
    return made.generate(step * STEP_S).decode()


def step_at(at: datetime) -> int:
    """The step of a moment."""
    return int(at.timestamp()) // STEP_S


def typed(code: str) -> str:
    """A code as it was typed, without the gap that people put in its middle."""
    return "".join(code.split())


def judge(secret: bytes, code: str, at: datetime, used: int) -> int:
    """The step whose code this is; the steps up to `used` are spent.

    Raises `Refusal` with the true cause: `CODE_WRONG`, `CODE_USED`, `CODE_CLOCK` for the code of another time.
    """
    wanted, here = typed(code), step_at(at)
    for step in sorted(range(here - _BEHIND, here + _AHEAD + 1), key=lambda step: abs(step - here)):
        if not hmac.compare_digest(code_at(secret, step).encode(), wanted.encode()):
            continue
        if step <= used:
            raise used_before()
        if abs(step - here) > AROUND:
            raise _clock(step - here)
        return step
    raise Refusal(
        "CODE_WRONG",
        Words("Mã xác thực không đúng.", "The code is wrong."),
        Words("Nhập mã đang hiện của đúng tài khoản này.", "Type what the app shows now for this very account."),
    )


def used_before() -> Refusal:
    """The code was accepted once, or one after it."""
    return Refusal(
        "CODE_USED",
        Words("Mã xác thực này đã dùng rồi.", "This code was used before."),
        Words("Đợi ứng dụng hiện mã mới (tối đa 30 giây) rồi nhập.", "Wait for the next code (30 s at most)."),
    )


def _clock(steps: int) -> Refusal:
    minutes = max(1, round(abs(steps) * STEP_S / 60))
    vi, en = ("nhanh", "ahead of") if steps > 0 else ("chậm", "behind")
    return Refusal(
        "CODE_CLOCK",
        Words(
            f"Mã là của thời điểm khác: đồng hồ điện thoại {vi} hơn máy khoảng {minutes} phút.",
            f"The code is of another time: the phone's clock is {en} this one by about {minutes} min.",
        ),
        Words(
            "Đặt giờ tự động trên điện thoại, kiểm tra giờ của máy trạm, rồi nhập mã mới.",
            "Set the phone's time automatically, check this computer's time, then type a new code.",
        ),
    )


def secret_text(secret: bytes) -> str:
    """The secret as it is typed into an app: base 32, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def provisioning_uri(secret: bytes, user: str, issuer: str) -> str:
    """The otpauth URI that an app reads from a QR code."""
    return TOTP(secret, DIGITS, SHA1(), STEP_S).get_provisioning_uri(user, issuer)
