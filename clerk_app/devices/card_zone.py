"""The machine readable zone of a citizen card as it is typed, scanned or photographed: opens the chip, proves nothing.

It gives number, birth date, sex and expiry. The name in it has no marks and may be cut, so it never reaches a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from clerk_app.devices.emrtd import mrz
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Refusal, Words

_PLACES = {
    "document": Words("số thẻ", "document number"),
    "born": Words("ngày sinh", "birth date"),
    "expires": Words("ngày hết hạn", "expiry date"),
    "composite": Words("số tổng ở cuối dòng 2", "the composite at the end of line 2"),
}


def is_zone(text: str) -> bool:
    """Whether a text has the shape of a TD1 zone, whatever its check digits say."""
    try:
        mrz.zone_of(text)
    except Malformed:
        return False
    return True


def parse(text: str, today: date, mistaken: Mapping[str, str] = mrz.TYPED) -> Person:
    """What the zone of a citizen card says. `today` and `mistaken` are those of `mrz.read`.

    Raises `Refusal`: MRZ_NOT_ZONE, MRZ_CHECK_DIGITS naming each that is wrong, MRZ_NOT_CITIZEN_CARD, MRZ_DATE.
    """
    try:
        zone = mrz.read(text, today, mistaken)
    except Malformed:
        raise Refusal(
            "MRZ_NOT_ZONE",
            Words("Đây không phải ba dòng mã ở mặt sau thẻ.", "These are not the three lines on the back of a card."),
            Words("Nhập đủ ba dòng, mỗi dòng 30 ký tự, kể cả dấu <.", "Type three lines of 30 characters, each < too."),
        ) from None
    if zone.wrong_digits:
        raise _wrong(zone.wrong_digits)
    if not re.fullmatch(r"[0-9]{12}", zone.number):
        raise Refusal(
            "MRZ_NOT_CITIZEN_CARD",
            Words("Ba dòng mã này không có số định danh 12 chữ số.", "These lines hold no 12-digit ID number."),
            Words("Dùng thẻ căn cước của người nộp.", "Use the applicant's citizen card."),
        )
    if zone.born is None:
        raise Refusal(
            "MRZ_DATE",
            Words("Ngày sinh trong ba dòng mã không có thật.", "The birth date in the three lines does not exist."),
            Words("So lại dòng thứ hai với thẻ.", "Compare the second line with the card."),
        )
    return Person(number=zone.number, born=zone.born, sex=zone.sex, expires=zone.expires)


def _wrong(places: tuple[str, ...]) -> Refusal:
    vi = ", ".join(_PLACES[place].vi for place in places)
    en = ", ".join(_PLACES[place].en for place in places)
    return Refusal(
        "MRZ_CHECK_DIGITS",
        Words(f"Chữ số kiểm tra không khớp: {vi}.", f"Check digits do not fit: {en}."),
        Words("So từng ký tự với thẻ rồi sửa chỗ sai.", "Compare with the card, letter by letter, and correct it."),
    )
