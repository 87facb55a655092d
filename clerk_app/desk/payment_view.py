"""How the payment of a fee on the platform stands, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from clerk_app.desk.evidence_view import moment
from clerk_app.desk.system_words import cause_words, outcome_words
from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.paying import asked_another_way, claimed, owed_back
from clerk_app.domain.refusals import Words
from clerk_app.domain.systems import payment_of

WayOut = Literal["", "asked", "granted", "refused"]
_TWICE = Words("đã nộp hai lần: phải hoàn lại khoản trực tuyến", "paid twice: the payment online is to be given back")
_BACK = Words(
    "hồ sơ không được tiếp nhận: phải hoàn lại khoản trực tuyến", "not accepted: the payment online is to be given back"
)
_CLAIMED = Words("Cổng báo đã nộp, phải hỏi nền tảng thanh toán", "the portal says paid: ask the payment platform")
_UNNAMED = Words(
    "Cổng báo đã nộp, không ghi mã giao dịch: xem biên lai của người dân",
    "the portal says paid and names no transaction: look at the citizen's receipt",
)
_DIFFERS = Words("đã nộp, nhưng khác mức lệ phí phải thu", "paid, but another amount than the fee")
_BACK_HERE = Words(
    "hồ sơ không được tiếp nhận: phải hoàn lại lệ phí đã thu tại quầy",
    "not accepted: the fee taken at the counter is to be given back",
)


@dataclass(frozen=True, slots=True)
class PaymentView:
    """How the payment on the platform stands. `order` None: none was asked for, or the fee was taken at the counter and
    has to be given back. `url` is where the citizen pays.

    `claimed`: the portal says that it is paid, and nobody heard the platform's word; `askable`: it named a transaction
    that the platform can be asked about. `differs`: what is paid is not the
    fee. `paid` is the platform's word, `settled` that the fee of the dossier is taken by this payment, `taken` that it
    is taken by whatever way, `twice` that it has to be given back: the fee was taken another way, or the dossier ended.
    `way_out` is what became of asking a supervisor to take the fee another way. `standing` and `reason` are what badge
    and cause say, as codes: how it stands, and why nobody knows (empty where somebody does).
    """

    order: UUID | None
    amount_vnd: int
    badge: Badge
    standing: str
    cause: Words | None = None
    reason: str = ""
    url: str = field(default="", repr=False)
    at: datetime | None = None
    paid: bool = False
    over: bool = False
    settled: bool = False
    taken: bool = False
    twice: bool = False
    way_out: WayOut = ""
    claimed: bool = False
    differs: bool = False
    askable: bool = False

    @property
    def when(self) -> str:
        """When the platform said it, for people."""
        return moment(self.at) if self.at is not None else ""

    @property
    def open(self) -> bool:
        """Whether the citizen may still pay there."""
        return self.order is not None and not self.paid and not self.over

    @property
    def holds(self) -> bool:
        """Whether the fee is not taken another way unless a supervisor lets go of this."""
        return not self.taken and not self.twice and (self.open or self.claimed or self.differs)


NONE = PaymentView(None, 0, Badge(Words("chưa lập yêu cầu", "not asked for"), "calm"), "none")


def payment_view(state: Dossier, fee_vnd: int = 0) -> PaymentView:
    """The payment of this dossier as far as it was heard of. `fee_vnd`: the fee that is to be taken now, 0 if none."""
    back, claim = owed_back(state), claimed(state)
    known = back or payment_of(state.orders)
    if claim is not None and back is None and (known is None or known.over or known.paid):
        # The platform was not asked about this one.
        return PaymentView(
            None,
            claim.amount_vnd,
            Badge(_CLAIMED if claim.reference else _UNNAMED, "warn"),
            "claimed" if claim.reference else "unnamed",
            taken=state.fee is not None,
            way_out=_way_out(state),
            claimed=True,
            askable=claim.reference != "",
        )
    if state.status == "discarded" and back is None and state.fee is not None:
        return PaymentView(None, state.fee.fee_vnd, Badge(_BACK_HERE, "bad"), "fee_back", taken=True, twice=True)
    if known is None:
        return NONE
    heard, twice = known.heard, back is not None
    differs = known.paid and not twice and fee_vnd not in (0, known.placed.amount_vnd)
    tone: Tone = "bad" if twice or differs else "good" if known.paid else "bad" if known.over else "warn"
    state_of, outcome = (heard.state, heard.outcome) if heard is not None else ("waiting", "")
    standing, words = outcome or state_of, outcome_words(state_of, outcome)
    if twice:
        standing, words = ("twice", _TWICE) if state.fee is not None else ("not_accepted", _BACK)
    elif differs:
        standing, words = "differs", _DIFFERS
    return PaymentView(
        known.placed.order,
        known.placed.amount_vnd,
        Badge(words, tone),
        standing,
        cause_words(heard.cause) if heard is not None and heard.cause else None,
        heard.cause if heard is not None else "",
        heard.result.get("url", "") if heard is not None else "",
        heard.heard_at if heard is not None else known.at,
        paid=known.paid,
        over=known.over,
        settled=state.fee is not None and state.fee.order == known.placed.order,
        taken=state.fee is not None,
        twice=twice,
        way_out=_way_out(state),
        claimed=claim is not None,
        differs=differs,
        askable=claim is not None and claim.reference != "",
    )


def _way_out(state: Dossier) -> WayOut:
    asked = asked_another_way(state)
    if asked is None:
        return ""
    return "asked" if asked.granted is None else "granted" if asked.granted else "refused"
