"""Checks of numbers that people type: fine, doubtful (a person may confirm), or impossible; always with words.

No number below has a check digit; what can be checked is its shape and its agreement with what else is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from clerk_app.domain import dossier_codes
from clerk_app.domain.people import Sex, nfc
from clerk_app.domain.refusals import Words

State = Literal["ok", "warn", "refuse"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `text` is the number as it is kept: trimmed, without inner spaces."""

    state: State
    words: Words
    text: str


_OK = Words("Hợp lệ.", "Valid.")
_FIRST_TESTS = 1960
"""No licence in use names an earlier year of its test."""


def _digits(text: str) -> str:
    return nfc(text).replace(" ", "").replace(".", "")


def id_number(text: str, provinces: Collection[str], born: date | None = None, sex: Sex | None = None) -> Checked:
    """An ID number: province (3) · sex and century (1) · year (2) · serial (6) (NĐ 137/2015, TT 07/2016 art. 7).

    `provinces` are the three-digit codes of 1999–2025; they live on after a merger. Above 096 are births abroad.
    """
    number = _digits(text)
    if not (len(number) == 12 and number.isascii() and number.isdigit()):
        said = Words("Số định danh phải có đúng 12 chữ số.", "An ID number has exactly 12 digits.")
        return Checked("refuse", said, number)
    place, digit, year = number[:3], int(number[3]), int(number[4:6])
    if provinces and place not in provinces and place <= "096":
        said = Words(f"Không có mã tỉnh {place} trong số định danh.", f"No province has the code {place}.")
        return Checked("refuse", said, number)
    if born and (1900 + 100 * (digit // 2) + year) != born.year:
        said = Words("Năm sinh không khớp với số định danh.", "The year of birth does not agree with the ID number.")
        return Checked("warn", said, number)
    if sex and (digit % 2 == 0) != (sex == "M"):
        said = Words("Giới tính không khớp với số định danh.", "The sex does not agree with the ID number.")
        return Checked("warn", said, number)
    if digit > 3:
        said = Words("Chữ số thế kỷ cho người sinh từ năm 2100.", "The century digit means a birth after 2099.")
        return Checked("warn", said, number)
    if provinces and place not in provinces:
        said = Words("Mã nơi sinh ở nước ngoài: xin đối chiếu với thẻ.", "A birth abroad: compare with the card.")
        return Checked("warn", said, number)
    return Checked("ok", _OK, number)


def licence_number(text: str, prefixes: Collection[str], id_number: str = "", issued: date | None = None) -> Checked:
    """A licence number: province (2) · sex and century (1) · year of the test (2) · serial (7).

    Numbers of old paper licences have other patterns: they pass with a warning and a reference to the register book.
    """
    number = _digits(text)
    if not number:
        return Checked("refuse", Words("Chưa nhập số giấy phép.", "The licence number is empty."), number)
    if not number.isdigit():
        said = Words(
            "Số của giấy phép bìa giấy cũ: ghi thêm số sổ quản lý.",
            "A number of an old paper licence: add the reference to the register book.",
        )
        return Checked("warn", said, nfc(text))
    if len(number) != 12 or not number.isascii():
        said = Words("Số giấy phép lái xe phải có đúng 12 chữ số.", "A licence number has exactly 12 digits.")
        return Checked("refuse", said, number)
    if prefixes and number[:2] not in prefixes:
        said = Words(
            f"Không có mã tỉnh {number[:2]} cho giấy phép lái xe: xin đối chiếu với thẻ.",
            f"No province has the licence code {number[:2]}: compare with the card.",
        )
        return Checked("warn", said, number)
    if len(id_number) == 12 and id_number[3] != number[2]:
        said = Words(
            "Chữ số giới tính và thế kỷ không khớp với số định danh.",
            "The sex and century digit does not agree with the ID number.",
        )
        return Checked("warn", said, number)
    if issued and not any(_FIRST_TESTS <= year <= issued.year for year in _test_years(number)):
        said = Words("Năm sát hạch sau năm cấp giấy phép.", "The year of the test is after the year of issue.")
        return Checked("warn", said, number)
    return Checked("ok", _OK, number)


def _test_years(number: str) -> tuple[int, ...]:
    """The years that the two digits of a licence number can mean; who was born after 1999 took no test before."""
    year = int(number[3:5])
    return (2000 + year,) if number[2] > "1" else (1900 + year, 2000 + year)


def permit_number(text: str, licence: str = "") -> Checked:
    """The number of an international permit: `VN` and the number of the national `licence`, if that is known."""
    number = _digits(text).upper()
    if not re.fullmatch(r"VN\d{12}", number, re.ASCII):
        return Checked("refuse", Words("Số IDP gồm VN và 12 chữ số.", "A permit number is VN and 12 digits."), number)
    if licence and number != f"VN{_digits(licence)}":
        said = Words(
            "Số IDP không phải VN và số của giấy phép lái xe này.",
            "The permit number is not VN and the number of this licence.",
        )
        return Checked("warn", said, number)
    return Checked("ok", _OK, number)


def person_name(text: str) -> Checked:
    """A name as an identity document has it: letters of any script, with spaces, apostrophes, hyphens and full stops.

    One word is a name (Êđê, Java); what no document prints in a name is for a person to look at.
    """
    name = nfc(text)
    if not any(letter.isalpha() for letter in name):
        return Checked("refuse", Words("Chưa có họ tên.", "The name is missing."), name)
    if all(letter.isalpha() or unicodedata.combining(letter) or letter in " '-." for letter in name):
        return Checked("ok", _OK, name)
    said = Words(
        "Họ tên có chữ số hoặc ký hiệu lạ: xin đối chiếu với giấy tờ.",
        "The name has digits or unusual signs: compare with the document.",
    )
    return Checked("warn", said, name)


def dossier_code(text: str) -> Checked:
    """A dossier code: `G01.801.308-261123-000128`; its middle is a real day."""
    code = nfc(text).upper().replace(" ", "")
    if not re.fullmatch(dossier_codes.SHAPE, code, re.ASCII):
        said = Words("Mã hồ sơ không đúng dạng.", "This is not the shape of a dossier code.")
        return Checked("refuse", said, code)
    if dossier_codes.read(code) is None:
        said = Words("Mã hồ sơ có ngày không tồn tại.", "The dossier code has a day that does not exist.")
        return Checked("refuse", said, code)
    return Checked("ok", _OK, code)


def certificate_number(text: str, issued: date | None = None) -> Checked:
    """A driver health certificate, `00001/GKSKLX/34001/24`: serial, facility, year (TT 36/2024/TT-BYT Annex II).

    Older shapes warn, and a year that is not that of its issue.
    """
    number = nfc(text).upper().replace(" ", "")
    if re.fullmatch(r"\d{1,6}/GKSKLX/[A-Z0-9]{4,6}/\d{2}", number, re.ASCII):
        if issued is None or int(number[-2:]) == issued.year % 100:
            return Checked("ok", _OK, number)
        said = Words(
            "Năm trong số giấy khám sức khỏe không phải năm cấp.",
            "The year in the number of the health certificate is not that of its issue.",
        )
        return Checked("warn", said, number)
    said = Words(
        "Số giấy khám sức khỏe không theo mẫu mới: xin đối chiếu với bản giấy.",
        "Not the present shape of a health certificate number: compare with the paper.",
    )
    return Checked("warn" if number else "refuse", said, number)


def phone(text: str) -> Checked:
    """A Vietnamese telephone number, kept with a leading 0; foreign numbers begin with + and warn."""
    number = re.sub(r"[\s.\-()]", "", nfc(text))
    if number.startswith(("+84", "84")) and len(number.lstrip("+")) in (11, 12):
        number = "0" + number.lstrip("+")[2:]
    if re.fullmatch(r"0[35789]\d{8}|02\d{9}", number, re.ASCII):
        return Checked("ok", _OK, number)
    if re.fullmatch(r"\+\d{7,15}", number, re.ASCII):
        said = Words("Số điện thoại nước ngoài: tin nhắn có thể không tới.", "A foreign number: messages may get lost.")
        return Checked("warn", said, number)
    said = Words(
        "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08, 09.",
        "A telephone number has 10 digits and begins with 03, 05, 07, 08 or 09.",
    )
    return Checked("refuse", said, number)
