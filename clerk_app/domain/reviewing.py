"""A second look at a share of the accepted dossiers: which are drawn, who may look, and what a finding must say.

The draw follows from the dossier's id and a seed of its day alone, so that desk and central find the same and nobody
chooses. Central publishes the seed of a day once that day is over. Each seed is the digest of the next day's: whoever
knows one can check every later one, so central cannot choose either, and knowing one means knowing all before it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.deciding import NOBODY, person_of
from clerk_app.domain.dossier import Dossier, ReviewState
from clerk_app.domain.oversight import FindingAnswered, Reviewed
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules

WHOLE = 10_000
"""Shares are counted in hundredths of a percent."""
_LINK = b"quay review draw"


@dataclass(frozen=True, slots=True)
class SeedOfDay:
    """The seed (32 bytes) by which the dossiers accepted on a day are drawn."""

    day: date
    seed: bytes = field(repr=False)

    def on(self, day: date) -> bytes | None:
        """The seed of this day or an earlier one; None for a later one, which nobody can know from this."""
        if day > self.day:
            return None
        return linked(self.seed, (self.day - day).days)

    def follows(self, earlier: SeedOfDay) -> bool:
        """Whether both belong to one chain, this one not before the other."""
        known = self.on(earlier.day)
        return known is not None and hmac.compare_digest(known, earlier.seed)


def linked(seed: bytes, days: int) -> bytes:
    """The seed of so many days before the day of `seed`."""
    for _ in range(days):
        seed = hashlib.sha256(_LINK + seed).digest()
    return seed


def place_of(seed: bytes, dossier: UUID) -> int:
    """Where a dossier comes to lie among `WHOLE` places, all equally likely (RFC 2104 with SHA-256)."""
    return int.from_bytes(hmac.digest(seed, dossier.bytes, "sha256")[:8], "big") * WHOLE >> 64


def drawn(seed: bytes, dossier: UUID, share: int) -> bool:
    """Whether a dossier is drawn where `share` of `WHOLE` are."""
    return place_of(seed, dossier) < share


def share_of(dossier: Dossier, rules: Rules) -> int:
    """How many of `WHOLE` dossiers like this one are drawn: the largest share of the rows that are for it.

    A row for ordinary dossiers is not for one about which a supervisor decided: somebody else saw that already.
    """
    if dossier.submitted is None:
        return 0
    ordinary = not _decided_before(dossier)
    return max(
        (row.share for row in rules.reviews if row.covers(dossier.procedure, dossier.submitted.case, ordinary)),
        default=0,
    )


def _decided_before(dossier: Dossier) -> bool:
    """Whether somebody decided about it before it was accepted. To ask is not enough, nor is anything said afterwards:
    then the seed is known, and with it which dossiers would have to be looked at.
    """
    decided = (one.decided_at for one in dossier.exceptions.values() if one.granted is not None)
    until = dossier.accepted_at
    return until is not None and any(at is not None and at <= until for at in decided)


def drawn_on(dossier: Dossier) -> date | None:
    """The day in Hanoi on which the dossier was accepted, by whose seed it is drawn; None for any other dossier."""
    if dossier.status != "submitted" or dossier.accepted_at is None:
        return None
    return in_hanoi(dossier.accepted_at).date()


def is_drawn(dossier: Dossier, rules: Rules, seed: Callable[[date], bytes | None]) -> bool | None:
    """Whether an accepted dossier is drawn; None while the seed of its day is not known."""
    day = drawn_on(dossier)
    if day is None:
        return False
    share = share_of(dossier, rules)
    known = seed(day) if share else b""
    return None if known is None else bool(share) and drawn(known, dossier.id, share)


def took_part(dossier: Dossier, who: str, persons: Mapping[str, str] = NOBODY) -> bool:
    """Whether this person worked on the dossier or decided about it before it was accepted, under whatever account.

    `persons` says which accounts are of one person (account → person).
    """
    return person_of(who, persons) in {person_of(other, persons) for other in dossier.hands}


def check_review(
    dossier: Dossier,
    reviewed: Reviewed,
    who: str,
    rules: Rules,
    seed: Callable[[date], bytes | None],
    persons: Mapping[str, str] = NOBODY,
) -> None:
    """Raises `Refusal` where `who` may not say this of the dossier: REVIEW_EARLY, FOUR_EYES, REVIEW_TWICE,
    REVIEW_NOT_DRAWN, REVIEW_CAUSE, REVIEW_COMMENT.
    """
    if dossier.status != "submitted":
        raise Refusal(
            "REVIEW_EARLY",
            Words("Hồ sơ chưa được tiếp nhận nên chưa kiểm tra lại.", "The dossier was not accepted yet."),
            Words("Chờ hồ sơ được tiếp nhận.", "Wait until it is accepted."),
        )
    if took_part(dossier, who, persons):
        raise Refusal(
            "FOUR_EYES",
            Words("Người đã làm hồ sơ không tự kiểm tra lại.", "Nobody takes the second look at their own work."),
            Words("Nhờ người khác kiểm tra hồ sơ này.", "Let somebody else look at this dossier."),
        )
    if person_of(who, persons) in {person_of(one.who, persons) for one in dossier.reviews}:
        raise Refusal(
            "REVIEW_TWICE",
            Words("Bạn đã kiểm tra lại hồ sơ này.", "You have looked at this dossier already."),
            Words("Chọn hồ sơ khác trong danh sách.", "Choose another one of the list."),
        )
    if not is_drawn(dossier, rules, seed):
        raise Refusal(
            "REVIEW_NOT_DRAWN",
            Words("Hồ sơ này không được rút để kiểm tra lại.", "This dossier was not drawn for a second look."),
            Words("Chọn trong danh sách đã rút.", "Choose one of the list."),
        )
    if reviewed.result == "sound":
        return
    if reviewed.cause not in rules.review_causes:
        raise Refusal(
            "REVIEW_CAUSE",
            Words("Nguyên nhân không có trong danh mục.", "The catalogue has no such cause."),
            Words("Chọn một nguyên nhân trong danh sách.", "Choose a cause of the list."),
        )
    if not reviewed.comment.strip():
        raise Refusal(
            "REVIEW_COMMENT",
            Words("Cần ghi điều đã thấy.", "What was found is missing."),
            Words("Ghi ngắn gọn để cán bộ biết phải xem lại gì.", "Write shortly what the clerk should look at."),
        )


def check_answer(dossier: Dossier, answered: FindingAnswered, who: str, persons: Mapping[str, str] = NOBODY) -> None:
    """Raises `Refusal` where `who` may not answer this finding: FINDING_UNKNOWN, FINDING_OF_OTHERS, FINDING_ANSWERED,
    ANSWER_MISSING.
    """
    found = next((one for one in dossier.reviews if one.entry == answered.review and one.result == "finding"), None)
    if found is None:
        raise Refusal(
            "FINDING_UNKNOWN",
            Words("Không có ý kiến kiểm tra này.", "There is no such finding."),
            Words("Tải lại danh sách ý kiến.", "Look at the list of findings again."),
        )
    if not took_part(dossier, who, persons):
        raise Refusal(
            "FINDING_OF_OTHERS",
            Words("Ý kiến này dành cho người đã làm hồ sơ.", "This finding is for those who worked on the dossier."),
            Words("Để người đã làm hồ sơ trả lời.", "Let one of them answer."),
        )
    if found.answer:
        raise Refusal(
            "FINDING_ANSWERED",
            Words("Ý kiến này đã được trả lời.", "This finding was answered before."),
            Words("Tải lại danh sách ý kiến.", "Look at the list of findings again."),
        )
    if not answered.answer.strip():
        raise Refusal(
            "ANSWER_MISSING",
            Words("Chưa ghi câu trả lời.", "The answer is missing."),
            Words("Ghi ngắn gọn đã xử lý thế nào.", "Write shortly what was done about it."),
        )


def open_findings(dossier: Dossier) -> tuple[ReviewState, ...]:
    """The findings that nobody answered."""
    return tuple(one for one in dossier.reviews if one.result == "finding" and not one.answer)
