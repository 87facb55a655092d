"""What is held on one ID number, entry by entry, wherever it is held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from clerk_app.domain.dossier import Dossier, sheets_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.settling import Record

SCOPE = "subject.extract"
ERASE, AGREE = "subject.erase", "subject.agree"
EXPORT = "subject.zip"
"""What a desk calls the file in its entry `Exported`."""
_NUMBER = re.compile(r"\d{9}|\d{12}")


@dataclass(frozen=True, slots=True)
class Held:
    """One entry as it arrived. `record` is None where this program cannot read it; `words` say why it was refused."""

    id: UUID
    number: int
    station: str
    n: int
    received_ms: int
    body: bytes
    digest: bytes
    code: str
    words: Words | None
    record: Record | None


@dataclass(frozen=True, slots=True)
class HeldDossier:
    """Every entry of one dossier in central's order, and the dossier as central's accepted entries make it."""

    id: UUID
    office: str
    state: Dossier
    held: tuple[Held, ...]


def standing_in(number: str) -> Callable[[bytes], bool]:
    """Whether the number stands somewhere in the body of an entry: as a value, or in what somebody wrote, also with
    blanks, dots or hyphens between its digits; never as a part of a longer number or of a digest.
    """
    digits = rb"[ .\-]?".join(bytes([digit]) for digit in number.encode())
    pattern = re.compile(rb"(?<![0-9A-Za-z])" + digits + rb"(?![0-9A-Za-z])")
    return lambda body: pattern.search(body) is not None


def checked_number(number: str) -> str:
    """9 or 12 digits without spaces. Raises `Refusal` NUMBER_WRONG."""
    digits = "".join(number.split())
    if not (digits.isascii() and _NUMBER.fullmatch(digits)):
        raise Refusal(
            "NUMBER_WRONG",
            Words("Số định danh phải có 9 hoặc 12 chữ số.", "An ID number has 9 or 12 digits."),
            Words("Nhập lại số trên giấy tờ.", "Enter the number again as it stands on the document."),
        )
    return digits


def sheets_in(one: HeldDossier) -> Iterator[str]:
    """The pages and pictures of which its entries speak, refused ones too; each once, in order."""
    yield from dict.fromkeys(
        digest for held in one.held if held.record is not None for digest in sorted(sheets_of(held.record.entry))
    )


def erased() -> Refusal:
    """Something is to be done to a dossier of which nothing is known any more."""
    return Refusal(
        "DOSSIER_ERASED",
        Words("Hồ sơ đã xóa theo lệnh; không ghi thêm được.", "The dossier was erased by order; nothing can be added."),
        Words("Nếu người dân còn việc, lập hồ sơ mới.", "Open a new dossier if there is more to do."),
    )
