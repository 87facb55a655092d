"""What a practice card can be told to do wrong, or otherwise: `tear@12`, `slow=10`, `altered-dg1`, …"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class CardFaults:
    """One field per fault; the name on the command line has hyphens. `X@N` happens at the Nth command, `X=N` always."""

    tear_at: int = 0
    """the card is taken away instead of answering command N"""
    garbage_at: int = 0
    """nonsense from command N on"""
    slow_ms: int = 0
    """every answer takes so many milliseconds"""
    short_reads: int = 0
    """a READ BINARY for more than N octets is refused (6700)"""
    wrong_signature: bool = False
    """the SOD's signature does not fit its content"""
    unknown_signer: bool = False
    """the SOD is signed under an authority that nobody knows"""
    altered_dg1: bool = False
    altered_dg2: bool = False
    altered_dg13: bool = False
    no_dg2: bool = False
    no_dg13: bool = False
    no_sod: bool = False
    expired: bool = False
    """the card ran out last year"""
    no_mf: bool = False
    """SELECT of the master file answers 6D00"""
    no_card_access: bool = False
    no_short_names: bool = False
    """short file identifiers are unknown (6A86)"""
    no_pace: bool = False
    no_pace_mrz: bool = False
    """PACE with the MRZ is refused with 6982, as public readers report of citizen cards"""
    no_bac: bool = False
    no_application: bool = False
    """some other card, without the identity application"""
    endless: bool = False
    """every file claims to be 16 MB long"""
    drip: bool = False
    """four octets of a file at a time, whatever is asked for"""
    mute: bool = False
    """the chip answers no command at all but with 6F00"""
    jpeg: bool = False
    """the portrait is a JPEG instead of a JPEG 2000"""
    extended: bool = False
    """answers of up to 2048 octets, announced in the ATR"""


def parse(words: Iterable[str]) -> CardFaults:
    """The faults named on a command line. Raises `ValueError` for a name that does not exist, listing those that do."""
    known = {field.name for field in fields(CardFaults)}
    chosen: dict[str, Any] = {}
    for word in words:
        name, mark, number = re.fullmatch(r"([^@=]*)([@=]?)(.*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
        name = name.replace("-", "_")
        if not mark and isinstance(getattr(CardFaults(), name, None), bool):
            chosen[name] = True
            continue
        field = next((name + end for end in {"@": ("_at",), "=": ("_ms", ""), "": ()}[mark] if name + end in known), "")
        if not field or not number.isdecimal() or isinstance(getattr(CardFaults(), field), bool):
            raise ValueError(f"unknown fault {word!r}; known: {', '.join(sorted(known)).replace('_', '-')}")
        chosen[field] = int(number)
    return CardFaults(**chosen)
