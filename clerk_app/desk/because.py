"""A condition of the law with the values of one dossier: not what it asks, but what the answer was here."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from clerk_app.domain.conditions import (
    AllOf,
    AnyOf,
    Below,
    Condition,
    Constant,
    Fact,
    Field,
    Has,
    Known,
    Not,
    OneOf,
    View,
    verdict,
)
from clerk_app.domain.refusals import Words

_NONE = Words("không có", "none")
_CONFIGURED = frozenset({"switches"})
"""What an office switched on is no value of a dossier."""


def because(condition: Condition, facts: View) -> Words | None:
    """What made the condition hold, fail or stay open for these facts, as a part of a sentence; None where it asks
    nothing.

    Only what decided is said: of several reasons that all had to hold and did, every one; of those that failed, these.
    """
    said = list(dict.fromkeys(_decisive(condition, facts)))
    if not said:
        return None
    return Words(" và ".join(one.vi for one in said), " and ".join(one.en for one in said))


def _decisive(condition: Condition, facts: View) -> list[Words]:
    match condition:
        case Constant():
            return []
        case Has(name, _) if name.name in _CONFIGURED:
            return []
        case OneOf(name, _) | Has(name, _):
            return [_value(name, facts.get(name.name))]
        case Below(name, limit):
            return [_compared(name, facts.get(name.name), limit)]
        case Known(name):
            known = facts.get(name.name) is not None
            return [_value(name, facts.get(name.name)) if known else _unknown(name)]
        case Not(part):
            return _decisive(part, facts)
        case AllOf(parts) | AnyOf(parts):
            answer = verdict(condition, facts)
            return [said for part in parts if verdict(part, facts) == answer for said in _decisive(part, facts)]
        case _:
            assert_never(condition)


def _value(name: Field, fact: Fact) -> Words:
    """`mức xác thực danh tính: mã QR trên thẻ`; what is yes or no is said as such."""
    label = name.words
    if fact is None:
        return _unknown(name)
    if isinstance(fact, bool):
        return name.clause(fact) or (label if fact else _denied(label))
    if isinstance(fact, frozenset):
        if not fact:
            return Words(f"{label.vi}: {_NONE.vi}", f"{label.en}: {_NONE.en}")
        listed = sorted(fact)
        vi = ", ".join(name.of(one, "vi") for one in listed)
        return Words(f"{label.vi}: {vi}", f"{label.en}: {', '.join(name.of(one, 'en') for one in listed)}")
    return Words(f"{label.vi}: {name.of(fact, 'vi')}", f"{label.en}: {name.of(fact, 'en')}")


def _denied(label: Words) -> Words:
    """`không có giấy phép có thời hạn`, `không phải là công dân`; what cannot be put so is said with a colon."""
    vi, en = f"{label.vi}: không", f"{label.en}: no"
    if label.vi.startswith("có "):
        vi = f"không {label.vi}"
    elif label.vi.startswith("là "):
        vi = f"không phải {label.vi}"
    if label.en.startswith(("being ", "having ", "living ")):
        en = f"not {label.en}"
    return Words(vi, en)


def _compared(name: Field, fact: Fact, limit: int | date) -> Words:
    """`số ngày quá hạn: 29, dưới 30`."""
    said = _value(name, fact)
    if fact is None or isinstance(fact, (bool, str, frozenset)):
        return said
    if isinstance(fact, date) and isinstance(limit, date):
        under, over = Words("trước", "before"), Words("từ", "from")
        which = under if fact < limit else over
    elif isinstance(fact, int) and isinstance(limit, int):
        which = Words("dưới", "below") if fact < limit else Words("từ", "at least")
    else:
        return said
    return Words(
        f"{said.vi}, {which.vi} {name.of(limit, 'vi')}",
        f"{said.en}, {which.en} {name.of(limit, 'en')}",
    )


def _unknown(name: Field) -> Words:
    return Words(f"chưa rõ {name.words.vi}", f"{name.words.en}: not known")
