"""What helps at the command line, where a refusal's own remedy speaks of the window."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.refusals import Words

_CODE = Words("Thêm --totp MÃ hoặc đặt CLERK_TOTP.", "Give --totp CODE or set CLERK_TOTP.")
_STEPS = Words("Các bước có thể làm: clerk dossier steps MÃ_HỒ_SƠ.", "The open steps: clerk dossier steps CODE.")
_CARD = Words(
    "Nhận thẻ: clerk results check-in MÃ_HỒ_SƠ; thẻ còn chờ: clerk results shelf --list awaited.",
    "Check it in: clerk results check-in CODE; which are awaited: clerk results shelf --list awaited.",
)
REMEDIES: Mapping[str, Words] = {
    "CODE_NEEDED": _CODE,
    "CODE_OR_TOKEN_NEEDED": Words(f"{_CODE.vi[:-1]}, hoặc --token.", f"{_CODE.en[:-1]}, or --token."),
    "TOKEN_NEEDED": Words("Cắm token rồi thêm --token.", "Plug the token in and give --token."),
    "STEP_NOT_FROM_HERE": _STEPS,
    "STEP_UNKNOWN": _STEPS,
    "STEP_ONCE": _STEPS,
    "RESULT_NOT_READY": _STEPS,
    "CARD_NOT_HERE": _CARD,
    "PAYMENT_NONE": Words(
        "Lập yêu cầu trước: clerk dossier pay MÃ_HỒ_SƠ --order.", "Ask for one first: clerk dossier pay CODE --order."
    ),
}
"""By the code of the refusal."""
