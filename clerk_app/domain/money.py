"""Amounts of đồng as people read and write them."""

from __future__ import annotations

from clerk_app.domain.refusals import Words

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")
_BILLION = 10**9


def format_vnd(amount_vnd: int) -> str:
    """`115.000 đ`: dots for thousands, no decimals."""
    return f"{format_number(amount_vnd)} đ"


def format_number(amount: int) -> str:
    """`115.000`."""
    return f"{amount:,}".replace(",", ".")


def amount_in_words(amount: int) -> str:
    """A number in Vietnamese words, lower case, northern (`linh`, `nghìn`): 115000 → `một trăm mười lăm nghìn`.

    Raises `ValueError` for less than nothing: no receipt says it.
    """
    if amount < 0:
        raise ValueError("amount")
    if amount < _BILLION:
        return _below_billion(amount, leading=True)
    billions, rest = divmod(amount, _BILLION)
    head = f"{amount_in_words(billions)} tỷ"
    return f"{head} {_below_billion(rest, leading=False)}" if rest else head


def amount_vnd_in_words(amount_vnd: int) -> str:
    """As receipts say it: `Một trăm mười lăm nghìn đồng`."""
    words = amount_in_words(amount_vnd)
    return f"{words[0].upper()}{words[1:]} đồng"


def amount_words(amount_vnd: int) -> Words:
    """The amount for a receipt in both languages; English repeats the figure, the law asks for Vietnamese only."""
    return Words(amount_vnd_in_words(amount_vnd), f"{amount_vnd:,} dong")


def _below_billion(amount: int, leading: bool) -> str:
    if amount == 0:
        return _DIGITS[0]
    parts: list[str] = []
    for power in (2, 1, 0):
        group = amount // 1000**power % 1000
        if group:
            parts.append(_group(group, full=bool(parts) or not leading) + _GROUPS[power])
    return " ".join(parts)


def _group(group: int, full: bool) -> str:
    hundreds, rest = divmod(group, 100)
    said = [f"{_DIGITS[hundreds]} trăm"] if hundreds or full else []
    tens, units = divmod(rest, 10)
    if tens == 0 and units:
        said.append(f"linh {_DIGITS[units]}" if said else _DIGITS[units])
    elif tens == 1:
        said.append("mười" + _unit(units, after_ten=True))
    elif tens:
        said.append(f"{_DIGITS[tens]} mươi" + _unit(units, after_ten=False))
    return " ".join(said)


def _unit(units: int, after_ten: bool) -> str:
    if units == 0:
        return ""
    if units == 5:
        return " lăm"
    if not after_ten and units in (1, 4):
        return " mốt" if units == 1 else " tư"
    return f" {_DIGITS[units]}"
