"""The text of the QR code on a citizen card: fills a form, opens the chip, proves nothing.

Cards of 2021 carry seven fields between bars: number, old nine-digit number or nothing, name, birth date, sex,
residence, issue date. Cards since 2024 add fields behind them whose order no source fixes (TT 16/2024/TT-BCA names the
contents): the rest is kept as it came, and what can be nothing else is recognised by its shape.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from clerk_app.devices import garbled
from clerk_app.domain.people import Person, Sex, nfc
from clerk_app.domain.refusals import Refusal, Words

LONGEST = 3000
"""No QR code holds more (version 40, octets)."""
LONGEST_NAME = 100
LONGEST_RESIDENCE = 300
"""Characters; what the form's own fields hold."""

_SUSPECT = re.compile("[ÄÅÆäåæµ\ufffd?]|[ÃÂ][\u0080-\u00bf]|á[º»]")
"""Letters that no Vietnamese word has, pairs that only UTF-8 read with a code page makes, and what a scanner types for
a letter that it does not know."""
_NO_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs", "So", "No", "Sc"})
"""Unicode categories that stand in no name or address; a code page puts them there."""
_PREFIX = re.compile(r"[\s\ufeff]*(?:ï»¿)?(?:\]Q[0-9])?[\s\ufeff]*")
"""A byte order mark, white space, and the symbology identifier that some scanners send first (ISO/IEC 15424)."""
_SEXES: dict[str, Sex] = {"nam": "M", "nữ": "F", "nu": "F"}


@dataclass(frozen=True, slots=True)
class IdentityQr:
    """What the code says. `problems` name fields that were left out, or that disagree, by code (`desk.words`).

    `extra` is what stood behind the seventh field, as it came; `cancelled` are the twelve-digit numbers in it.
    """

    person: Person
    extra: tuple[str, ...] = field(default=(), repr=False)
    problems: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = field(default=(), repr=False)

    @property
    def can(self) -> str:
        """What opens the chip with PACE: the last six digits of the number."""
        return self.person.number[-6:]


def is_identity(text: str) -> bool:
    """Whether a scanned text claims to be the code of a citizen card."""
    return len(text) <= LONGEST and re.match(r"[0-9]{12}\|", _begun(text)) is not None


def parse(text: str, provinces: Collection[str] = ()) -> IdentityQr:
    """Take the text apart. Raises `Refusal` when it is not the code of a citizen card.

    `provinces` are the three-digit codes that a number may begin with; without them that is not looked at. Letters
    garbled on the way (a scanner that does not send UTF-8) are put right where that is proven; else name and residence
    stay empty, with the problem `QR_GARBLED`: the number still opens the chip, wrong letters never reach a form.
    """
    if not is_identity(text):
        raise Refusal(
            "QR_NOT_IDENTITY",
            Words("Mã vừa quét không phải mã QR của thẻ căn cước.", "This is not the QR code of a citizen card."),
            Words(
                "Quét mã QR ở mặt trước (thẻ 2021) hoặc mặt sau (thẻ 2024) của thẻ căn cước.",
                "Scan the QR code on the front (2021 card) or the back (2024 card) of the citizen card.",
            ),
        )
    text = _begun(text)
    parts = [nfc(part) for part in (garbled.repaired(text) or text).split("|")]
    has_old_number = len(parts) > 1 and (parts[1] == "" or re.fullmatch(r"[0-9]{9}", parts[1]) is not None)
    if not has_old_number:
        parts.insert(1, "")
    if len(parts) < 6:
        raise Refusal(
            "QR_INCOMPLETE",
            Words("Mã QR của thẻ căn cước bị thiếu trường.", "The QR code of the citizen card lacks fields."),
            Words("Quét lại chậm hơn, giữ mã nằm trọn trong khung.", "Scan again slowly, with the whole code in view."),
        )
    parts += [""] * (7 - len(parts))
    number, old_number, name, born, sex, residence, issued = parts[:7]
    extra = tuple(parts[7:])
    problems: list[str] = []
    if _is_garbled(name + residence):
        problems.append("QR_GARBLED")
        name = residence = ""
    if len(name) > LONGEST_NAME or len(residence) > LONGEST_RESIDENCE:
        problems.append("QR_TOO_LONG")
        name, residence = name if len(name) <= LONGEST_NAME else "", ""
    person = Person(
        number=number,
        name=name,
        born=_day(born, "QR_BIRTH_DATE", problems),
        sex=_SEXES.get(sex.lower()),
        residence=residence,
        issued=_day(issued, "QR_ISSUE_DATE", problems) if issued else None,
        old_number=old_number or _old_number(extra),
    )
    if person.sex is None:
        problems.append("QR_SEX")
    problems += _doubts(person, provinces)
    return IdentityQr(person, extra, tuple(problems), _cancelled(extra, number))


def _begun(text: str) -> str:
    """The text from its first field on."""
    begin = _PREFIX.match(text)
    return text[begin.end() if begin else 0 :].rstrip("\ufeff\0 \t\r\n")


def _is_garbled(text: str) -> bool:
    return _SUSPECT.search(text) is not None or any(unicodedata.category(one) in _NO_LETTERS for one in text)


def _doubts(person: Person, provinces: Collection[str]) -> list[str]:
    """How the number disagrees with itself and with the rest (NĐ 137/2015, TT 07/2016 art. 7); above 096 are births
    abroad."""
    doubts = []
    place, digit = person.number[:3], int(person.number[3])
    if provinces and place not in provinces and place <= "096":
        doubts.append("QR_NUMBER_PROVINCE")
    if person.born and (1900 + 100 * (digit // 2) + int(person.number[4:6])) != person.born.year:
        doubts.append("QR_NUMBER_YEAR")
    if person.sex and (digit % 2 == 0) != (person.sex == "M"):
        doubts.append("QR_NUMBER_SEX")
    if person.born and person.issued and person.issued < person.born:
        doubts.append("QR_ISSUE_DATE")
    return doubts


def _numbers(extra: tuple[str, ...], digits: int) -> list[str]:
    words = (word for part in extra for word in re.split(r"[\s,;/]+", part))
    return [word for word in words if re.fullmatch(rf"[0-9]{{{digits}}}", word)]


def _old_number(extra: tuple[str, ...]) -> str:
    """The nine-digit number where a 2024 card has just one behind the fields of 2021."""
    found = dict.fromkeys(_numbers(extra, 9))
    return next(iter(found)) if len(found) == 1 else ""


def _cancelled(extra: tuple[str, ...], number: str) -> tuple[str, ...]:
    """Other twelve-digit numbers behind the fields of 2021 can only be cancelled ones."""
    return tuple(one for one in dict.fromkeys(_numbers(extra, 12)) if one != number)


def _day(text: str, problem: str, problems: list[str]) -> date | None:
    digits = re.sub(r"[/.\- ]", "", text)
    if re.fullmatch(r"[0-9]{8}", digits):
        try:
            return date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        except ValueError:
            pass
    problems.append(problem)
    return None
