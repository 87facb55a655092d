"""Codes by which central lifts one limit of one station for a while, read out over the telephone.

Twenty characters of Crockford's base 32 in groups of four: the limit, how far, a counter, the first of lent numbers, 45
bits of an HMAC-SHA256 (RFC 2104) over all of that with station and day, and two check digits (modulo 1021: every wrong
character and every exchange of two is found before anything is tried).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.limits import LIMITS, NUMBERS, LimitName
from clerk_app.domain.refusals import Refusal, Words

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter that is taken for a digit when somebody reads it aloud."""
LENGTH = 20
MOST_EXTENT = 31
MOST_COUNTER = 1023
NUMBERS_PER_EXTENT = 10
_MAC_CHARACTERS = 9
_CHECK = 1021
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NEAR_DAYS = 7
FREE_TRIES = 3
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Grace:
    """One limit lifted once: for `extent` days, or by ten times so many numbers from `first` on.

    `counter` is one more for each code that was made for the station on that day.
    """

    limit: LimitName
    extent: int
    counter: int
    first: int = 0

    @property
    def numbers(self) -> tuple[int, int] | None:
        """The first and the last number that it lends; None for a limit in days."""
        if self.limit not in NUMBERS:
            return None
        return self.first, self.first + self.extent * NUMBERS_PER_EXTENT - 1

    def until(self, day: date) -> datetime | None:
        """Until when it lifts the limit: the end of the last day; None where it lends numbers."""
        if self.limit in NUMBERS:
            return None
        return datetime.combine(day + timedelta(days=self.extent + 1), time(), HANOI)


def written(grace: Grace, key: bytes, station: str, day: date) -> str:
    """The code in groups of four. Raises `ValueError` for a grace that does not fit into a code."""
    if not (1 <= grace.extent <= MOST_EXTENT and 1 <= grace.counter <= MOST_COUNTER and 0 <= grace.first < 32**5):
        raise ValueError("no such grace")
    content = _content(grace)
    body = content + _digits(_mac(content, key, station, day), _MAC_CHARACTERS)
    body += _digits((1 - _value(body) * 1024) % _CHECK, 2)
    return "-".join(body[at : at + 4] for at in range(0, LENGTH, 4))


def _content(grace: Grace) -> str:
    head = _digits(LIMITS.index(grace.limit), 1) + _digits(grace.extent, 1)
    return head + _digits(grace.counter, 2) + _digits(grace.first, 5)


def plain(text: str) -> str:
    """What was typed or heard, as twenty characters. Raises `Refusal` GRACE_MISTYPED."""
    said = "".join(c for c in text.upper().translate(_LOOK_ALIKES) if c not in "- \t\r\n.")
    if len(said) != LENGTH or any(c not in ALPHABET for c in said) or _value(said) % _CHECK != 1:
        raise Refusal(
            "GRACE_MISTYPED",
            Words("Mã nhập sai hoặc thiếu ký tự.", "The code is mistyped or incomplete."),
            Words("So lại từng nhóm bốn ký tự với người đọc mã.", "Compare each group of four with whoever reads it."),
        )
    return said


def read(text: str, key: bytes, station: str, today: date) -> Grace:
    """What a code lifts, if it was made for this station today.

    Raises `Refusal`: GRACE_MISTYPED, GRACE_DAY for one of another day, GRACE_WRONG for everything else.
    """
    said = plain(text)
    content, mac = said[:9], _value(said[9:18])
    near = sorted(range(-_NEAR_DAYS, _NEAR_DAYS + 1), key=abs)
    right = [
        off for off in near if hmac.compare_digest(_bytes(_mac(content, key, station, _on(today, off))), _bytes(mac))
    ]
    if right and right[0] != 0:
        raise _other_day(_on(today, right[0]))
    place, extent, counter, first = (_value(said[a:b]) for a, b in ((0, 1), (1, 2), (2, 4), (4, 9)))
    if not right or place >= len(LIMITS) or not extent or not counter:
        raise wrong()
    return Grace(LIMITS[place], extent, counter, first)


def wait_after(failures: int) -> timedelta:
    """How long after a wrong code the next one may be tried: twice as long each time, up to an hour."""
    over = failures - FREE_TRIES
    return timedelta() if over < 0 else min(timedelta(seconds=30) * 2 ** min(over, 12), _LONGEST_WAIT)


def wrong() -> Refusal:
    """A code that was not made for this station."""
    return Refusal(
        "GRACE_WRONG",
        Words("Mã này không dành cho máy trạm này.", "The code was not made for this station."),
        Words("Xin trung tâm mã mới, đọc đúng tên máy trạm.", "Ask central for a new one, naming this station."),
    )


def _other_day(day: date) -> Refusal:
    said = f"{day:%d/%m/%Y}"
    return Refusal(
        "GRACE_DAY",
        Words(f"Mã này chỉ dùng được trong ngày {said}.", f"This code is for {said} alone."),
        Words(
            "Xin trung tâm mã của hôm nay; xem lại ngày của máy.", "Ask for today's code; look at the computer's date."
        ),
    )


def _on(today: date, off: int) -> date:
    return today + timedelta(days=off)


def _mac(content: str, key: bytes, station: str, day: date) -> int:
    said = f"quay-grace-1\n{station}\n{day.isoformat()}\n{content}".encode()
    whole = hmac.new(key, said, hashlib.sha256).digest()
    return int.from_bytes(whole[:8], "big") >> (64 - 5 * _MAC_CHARACTERS)


def _bytes(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _digits(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _value(text: str) -> int:
    number = 0
    for character in text:
        number = number << 5 | ALPHABET.index(character)
    return number
