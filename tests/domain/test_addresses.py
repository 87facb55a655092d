"""What an address says of itself, without taking it apart."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.addresses import read
from clerk_app.domain.people import nfc
from clerk_app.domain.rules import Province
from tests.peers.pack import training_pack

BEFORE = tuple(training_pack().as_of(date(2025, 6, 30)).provinces.values())
NOW = tuple(training_pack().as_of(date(2026, 11, 23)).provinces.values())


@pytest.mark.parametrize(
    ("text", "levels", "province", "now"),
    [
        # Three levels, of papers before 01/7/2025.
        ("12 Phố Huế, Phường Phạm Đình Hổ, Quận Hai Bà Trưng, Hà Nội", "district", "Hà Nội", "Hà Nội"),
        ("Thôn 3, xã Tân Lập, huyện Bắc Quang, tỉnh Hà Giang", "district", "Hà Giang", "Tuyên Quang"),
        ("Tổ 5, Thị trấn Vị Xuyên, Vị Xuyên, Hà Giang", "district", "Hà Giang", "Tuyên Quang"),
        ("7 Lê Lợi, Phường 1, TP. Vũng Tàu, Bà Rịa – Vũng Tàu", "district", "Bà Rịa - Vũng Tàu", "Hồ Chí Minh"),
        ("Phường Vĩnh Ninh, Thành phố Huế, Thừa Thiên-Huế", "district", "Thừa Thiên Huế", "Huế"),
        ("21 Nguyễn Huệ, P. Bến Nghé, Q.1, TP.Hồ Chí Minh", "district", "Hồ Chí Minh", "Hồ Chí Minh"),
        ("Phường Láng Hạ, Đống Đa, Hà Nội", "district", "Hà Nội", "Hà Nội"),
        ("Xã Sơn Vi, TX. Phú Thọ, Phú Thọ", "district", "Phú Thọ", "Phú Thọ"),
        # Two levels.
        ("12 Phố Huế, Phường Hai Bà Trưng, Thành phố Hà Nội", "commune", "Hà Nội", "Hà Nội"),
        ("Thôn 3, Xã Bắc Quang, Tuyên Quang", "commune", "Tuyên Quang", "Tuyên Quang"),
        ("Đặc khu Phú Quốc, tỉnh An Giang", "commune", "An Giang", "An Giang"),
        ("Phường Thuận Hóa, thành phố Huế", "commune", "Huế", "Huế"),
        ("12 phố huế, p. hai bà trưng, tp hà nội", "commune", "Hà Nội", "Hà Nội"),
        # They do not say.
        ("Láng Hạ, Đống Đa, Hà Nội", "unknown", "Hà Nội", "Hà Nội"),
        ("Láng Hạ, Đống Đa, Hà Giang", "unknown", "Hà Giang", "Tuyên Quang"),
        ("Hà Nội", "unknown", "Hà Nội", "Hà Nội"),
        ("12 Rue de Rivoli, Paris", "unknown", "", ""),
        ("", "unknown", "", ""),
        (" , ;", "unknown", "", ""),
    ],
)
def test_what_an_address_says_of_itself(text: str, levels: str, province: str, now: str) -> None:
    found = read(text, NOW)
    assert (found.levels, found.province, found.province_now) == (levels, province, now)
    assert found.old is (levels == "district" or province != now)
    assert read(unicodedata.normalize("NFD", text), NOW) == found


def test_on_the_day_before_the_merger_nothing_had_another_name() -> None:
    address = "Thôn 3, xã Tân Lập, huyện Bắc Quang, tỉnh Hà Giang"
    assert read(address, BEFORE).province_now == "Hà Giang"


@pytest.mark.parametrize("province", NOW, ids=lambda one: one.code)
def test_every_province_is_known_by_its_name_then_and_now(province: Province) -> None:
    for name in (province.name, province.name.upper(), f"{province.kind} {province.name}"):
        found = read(f"Xã A, {name}", NOW)
        assert (found.province, found.province_now) == (province.name, province.merged_into)
    assert read(f"Xã A, {province.merged_into}", NOW).province == province.merged_into


def test_no_address_shows_in_a_log() -> None:
    assert repr(read("12 Phố Huế, Phường Hai Bà Trưng, Hà Nội", NOW)) == "Address(levels='commune')"


@given(st.text(max_size=60) | st.text("xãphườngquậnhuyện,; .TPQ1HàNội", max_size=60))
def test_any_text_is_kept_as_printed(text: str) -> None:
    found = read(text, NOW)
    assert found.text == nfc(text)
    assert read(found.text, NOW) == found
