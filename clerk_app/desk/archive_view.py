"""Archive copies and the signing token as a screen and `doctor` tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from clerk_app.desk.page_ports import Signer, SigningToken
from clerk_app.desk.views import DoctorCheck
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import ArchiveMade, Dossier
from clerk_app.domain.refusals import Refusal, Words

CopyState = Literal["waiting", "unsigned", "signed"]
"""Not made yet; made; made and signed."""

STATES: Mapping[CopyState, Words] = MappingProxyType(
    {
        "waiting": Words("Chờ lập", "To be made"),
        "unsigned": Words("Chưa ký", "Not signed"),
        "signed": Words("Đã ký", "Signed"),
    }
)
NOT_SET = (
    Words("Quầy này chưa đặt thiết bị ký số.", "No signing token is set up at this desk."),
    Words(
        "Nếu đơn vị có ký số, báo cán bộ quản trị cài thiết bị ký (mục signing_module).",
        "If the office signs, the IT officer sets the token up (setting signing_module).",
    ),
)
_NOTHING = Words("", "")
_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """The copy of one item: `paper` is its code, `name` what people call it. `size_bytes` is 0 before it is made."""

    dossier: UUID
    code: str
    paper: str
    name: Words
    pages: int
    size_bytes: int
    state: CopyState
    sheet: str = ""

    @property
    def words(self) -> Words:
        """The state in words."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class TokenView:
    """The token: not set, not there (or in trouble), ready, with one try left, locked; words, remedy, what it holds."""

    state: Literal["unset", "missing", "ready", "last_try", "locked"]
    words: Words
    remedy: Words
    tokens: tuple[SigningToken, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """The list of copies that wait for a signature, and the token."""

    lines: tuple[ArchiveLine, ...]
    token: TokenView


def line(state: Dossier, paper: str, name: Words, pages: int, copy: ArchiveMade | None) -> ArchiveLine:
    """One item; without a copy that is right it waits."""
    code = state.code or state.local_code
    if copy is None:
        return ArchiveLine(state.id, code, paper, name, pages, 0, "waiting")
    stands: CopyState = "signed" if copy.signed_by else "unsigned"
    return ArchiveLine(state.id, code, paper, name, len(copy.pages), copy.size_bytes, stands, copy.sheet)


def token_state(signer: Signer | None) -> TokenView:
    """How the token stands now; a look of a second or two."""
    if signer is None:
        return TokenView("unset", *NOT_SET)
    try:
        tokens = signer.tokens()
    except Refusal as fault:
        return TokenView("missing", fault.words, fault.remedy)
    best = min(tokens, key=lambda token: ("ready", "last_try", "locked").index(token.state))
    words = {
        "ready": Words("Thiết bị ký: sẵn sàng", "Signing token: ready"),
        "last_try": Words("Thiết bị ký: chỉ còn một lần thử PIN", "Signing token: one try of the PIN left"),
        "locked": Words("Thiết bị ký: đã bị khóa", "Signing token: locked"),
    }[best.state]
    remedy = {
        "ready": _NOTHING,
        "last_try": Words("Hỏi cho chắc mã PIN trước khi ký.", "Make sure of the PIN before signing."),
        "locked": Words(
            "Mở khóa bằng mã PUK hoặc tại nơi cấp chứng thư.", "Unlock it by its PUK or at whoever issued it."
        ),
    }[best.state]
    return TokenView(best.state, words, remedy, tokens)


def check(signer: Signer | None, now: datetime) -> DoctorCheck:
    """The line of `doctor`. A desk that does not sign is as it should be."""
    if signer is None:
        return DoctorCheck("signing", "ok", Words("Ký số: không dùng", "Signing: not used"), _NOTHING)
    view = token_state(signer)
    if view.state != "ready":
        return DoctorCheck("signing", "warn", view.words, view.remedy)
    last = max(token.expires for token in view.tokens)
    if last - now <= _SOON:
        day = f"{in_hanoi(last):%d/%m/%Y}"
        words = Words(f"Chứng thư ký số hết hạn ngày {day}", f"The signing certificate expires on {day}")
        return DoctorCheck("signing", "warn", words, Words("Gia hạn chứng thư.", "Have the certificate renewed."))
    return DoctorCheck("signing", "ok", view.words, _NOTHING)
