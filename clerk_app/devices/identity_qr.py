"""The text of the QR code on a citizen card: fills a form, opens the chip, proves nothing.

Cards of 2021 carry seven fields between bars: number, old nine-digit number or nothing, name, birth date, sex,
residence, issue date. Cards since 2024 add fields behind them whose order no source fixes (TT 16/2024/TT-BCA names the
contents): the rest is kept as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain.people import Person, Sex, nfc
from clerk_app.domain.refusals import Refusal, Words

LONGEST = 3000
"""No QR code holds more (version 40, octets)."""

_MOJIBAKE = re.compile("[ÄÅÆäåæ\u0080-\u009f\ufffd]|[ÃÂ][\u0080-\u00bf]|á[º»]")
"""Letters that no Vietnamese word has, and pairs that only UTF-8 read as Latin-1 or Windows-1252 makes."""

_SEXES: dict[str, Sex] = {"nam": "M", "nữ": "F", "nu": "F"}


@dataclass(frozen=True, slots=True)
class IdentityQr:
    """What the code says. `problems` name fields that were left out because they cannot be right."""

    person: Person
    extra: tuple[str, ...] = field(default=(), repr=False)
    problems: tuple[str, ...] = ()

    @property
    def can(self) -> str:
        """What opens the chip with PACE: the last six digits of the number."""
        return self.person.number[-6:]


def is_identity(text: str) -> bool:
    """Whether a scanned text claims to be the code of a citizen card."""
    return len(text) <= LONGEST and re.match(r"\s*[0-9]{12}\|", text) is not None


def parse(text: str) -> IdentityQr:
    """Take the text apart. Raises `Refusal` when it is not the code of a citizen card.

    Letters garbled on the way (a scanner that does not send UTF-8) leave name and residence empty, with the problem
    `QR_GARBLED`: the number still opens the chip, wrong letters never reach a form.
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
    parts = [nfc(part) for part in text.split("|")]
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
    problems: list[str] = []
    if _MOJIBAKE.search(name + residence):
        problems.append("QR_GARBLED")
        name = residence = ""
    person = Person(
        number=number,
        name=name,
        born=_day(born, "QR_BIRTH_DATE", problems),
        sex=_SEXES.get(sex.lower()),
        residence=residence,
        issued=_day(issued, "QR_ISSUE_DATE", problems) if issued else None,
        old_number=old_number,
    )
    if person.sex is None:
        problems.append("QR_SEX")
    return IdentityQr(person, tuple(parts[7:]), tuple(problems))


def _day(text: str, problem: str, problems: list[str]) -> date | None:
    digits = text.replace("/", "").replace("-", "")
    if re.fullmatch(r"[0-9]{8}", digits):
        try:
            return date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        except ValueError:
            pass
    problems.append(problem)
    return None
