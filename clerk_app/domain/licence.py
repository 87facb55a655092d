"""A driving licence as the national register or its holder's card describes it.

A class code means nothing without its regime: `B1`, `C`, `D` and `A1` changed their meaning on 01/01/2025
(Law 36/2024/QH15 art. 57, 89).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Regime = Literal["old", "new"]
LicenceStatus = Literal["valid", "held", "suspended", "revoked", "lost", "unknown"]
Sanctions = Literal["clear", "blocked", "unknown"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose licences they are, as the register has it. Personal data: stays out of logs."""

    name: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Licence:
    """One class on one licence. `expires` is None for a class without expiry; `points` None when nobody answered.

    `restriction` is the catalogue's code of a line that the card carries (automatic cars only, a disabled driver's
    vehicle). `fraud_decided` is the day on which the licence was revoked for forged or altered papers, if it was.
    """

    regime: Regime
    code: str
    number: str = field(repr=False)
    issued: date | None = None
    expires: date | None = None
    status: LicenceStatus = "unknown"
    issuer: str = ""
    points: int | None = None
    sanction: str = ""
    restriction: str = ""
    fraud_decided: date | None = field(default=None, repr=False)
