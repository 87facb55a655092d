"""Which request for an exception is looked at first: what is riskier, and of equals what waits longer.

The rule is the office's, in the settings of the catalogue: kinds that are riskier from the start, the amount and the
time of waiting from which any of them counts one more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import exception_of
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules

KINDS, AMOUNT, MINUTES = "approval_risk_kinds", "approval_risk_vnd", "approval_risk_minutes"
"""The settings: codes of kinds with `|` between them; whole đồng; minutes. Empty or missing: that part never counts."""

Level = Literal[1, 2, 3]
Approval = Literal["", "asked", "more", "granted", "refused"]
"""Where a dossier stands with those who decide exceptions: nothing is asked of them, they have to decide (`asked`),
they want to know more, or what they said last."""
WAITING: tuple[Approval, ...] = ("asked", "more")


@dataclass(frozen=True, slots=True)
class Risk:
    """How risky a request is, from 1 to 3, and by which parts of the rule: each a sentence."""

    level: Level
    because: tuple[Words, ...] = ()


def risk_of(code: str, amount_vnd: int, waited: timedelta, rules: Rules) -> Risk:
    """One by itself, one more for its kind, its amount and its time of waiting, three at most."""
    because = []
    kinds = [kind.strip() for kind in rules.settings.get(KINDS, "").split("|") if kind.strip()]
    if {code, code.partition(":")[0]} & set(kinds):
        because.append(Words("Loại ngoại lệ rủi ro cao của đơn vị.", "A kind that the office counts as risky."))
    amount, minutes = _whole(rules, AMOUNT), _whole(rules, MINUTES)
    if amount and amount_vnd >= amount:
        said = format_vnd(amount)
        because.append(Words(f"Số tiền từ {said} trở lên.", f"The amount is {said} or more."))
    if minutes and waited >= timedelta(minutes=minutes):
        because.append(Words(f"Đã chờ từ {minutes} phút trở lên.", f"It has waited {minutes} minutes or more."))
    levels: tuple[Level, ...] = (1, 2, 3, 3)
    return Risk(levels[len(because)], tuple(because))


def rule_in_words(rules: Rules) -> Words:
    """The whole rule, for whoever asks why the list stands in this order."""
    parts = [Words("loại rủi ro cao", "a risky kind")] if rules.settings.get(KINDS, "").strip() else []
    amount, minutes = _whole(rules, AMOUNT), _whole(rules, MINUTES)
    if amount:
        parts.append(Words(f"số tiền từ {format_vnd(amount)}", f"an amount of {format_vnd(amount)} or more"))
    if minutes:
        parts.append(Words(f"chờ từ {minutes} phút", f"{minutes} minutes of waiting"))
    if not parts:
        return Words("Xếp theo thời gian chờ, lâu nhất trước.", "By the time of waiting, the longest first.")
    vi, en = "; ".join(one.vi for one in parts), "; ".join(one.en for one in parts)
    return Words(
        f"Rủi ro cao trước, cùng mức thì chờ lâu trước. Mỗi điều sau tăng một mức: {vi}.",
        f"The riskier first, of equals the one that waits longer. Each of these counts one more: {en}.",
    )


def first(level: int, asked_at: datetime) -> tuple[int, datetime]:
    """The key by which requests are sorted."""
    return -level, asked_at


def _whole(rules: Rules, name: str) -> int:
    text = rules.settings.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def approval_of(dossier: Dossier) -> Approval:
    """Where it stands: what still waits for somebody comes before what was answered. Of what is over only that."""
    if dossier.status == "discarded":
        return ""
    states = [state for code in dossier.exceptions if (state := exception_of(dossier, code)) is not None]
    waiting = [state for state in states if state.is_open]
    if waiting:
        return "more" if any(state.more is not None for state in waiting) else "asked"
    if dossier.status != "draft" or not states:
        return ""
    return "granted" if all(state.granted for state in states) else "refused"
