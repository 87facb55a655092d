"""Vietnamese text: kept composed, found without marks, sorted as a dictionary sorts it."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clerk_app.domain.names import by_given_name, in_capitals, parts_of
from clerk_app.domain.people import nfc, search_key, sign_in_name, wide_keys
from clerk_app.domain.sorting import sort_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = "aăâeêioôơuưy"
TEXTS = st.text(max_size=40) | st.text(
    LETTERS + LETTERS.upper() + "\u0300\u0301\u0302\u0306\u0309\u031b\u0323 '-Ð’\xa0"
)


# ---- as it is kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "Nguyễn Thị Hoà"),
        ("Ðặng Văn Ð\u0301", "Đặng Văn Đ\u0301"),
        ("\u00f0ường \u0256ê", "đường đê"),
        ("H\u2019Hen\u00a0Niê", "H'Hen Niê"),
        ("H\u02bcHen \u2018Niê", "H'Hen 'Niê"),
        ("Y\u2011Moan Êban", "Y-Moan Êban"),
        ("  Lê \t\n Văn\u3000An ", "Lê Văn An"),
        ("Ng\u200buyễn\ufeff", "Nguyễn"),
        ("\u202eAN NĂV\u202c LÊ", "AN NĂV LÊ"),
        ("A\u2066B\u2069\u200f", "AB"),
        ("Nguye\u0303\u0302n", "Nguyễn"),  # the tone written before the circumflex
        ("Ha\u0301\u0306n vie\u0323\u0302t", "Hắn việt"),
        ("e\u200d\u0301", "é"),
    ],
)
def test_text_is_kept_composed_with_look_alikes_mapped(typed: str, kept: str) -> None:
    assert nfc(typed) == kept


@given(TEXTS)
def test_text_that_is_kept_is_kept_as_it_is(text: str) -> None:
    kept = nfc(text)
    assert nfc(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert nfc(unicodedata.normalize("NFD", text)) == kept


# ---- as it is found


@pytest.mark.parametrize(
    ("one", "other"),
    [("hòa", "hoà"), ("Thúy", "THUÝ"), ("khỏe", "khoẻ"), ("Đặng Thị Hoa", "dang thi hoa"), ("Ðức", "duc")],
)
def test_marks_case_and_the_place_of_a_tone_do_not_count_in_a_search(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@given(TEXTS)
@example("0\r\u0300")
def test_a_search_key_is_its_own(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@given(st.text())
@example("J\u030c")
def test_a_sign_in_name_is_its_own_however_it_is_typed(text: str) -> None:
    kept = sign_in_name(text)
    assert sign_in_name(kept) == kept
    assert sign_in_name(f" {unicodedata.normalize('NFD', text)} ") == kept


def test_i_and_y_are_one_in_a_wide_search() -> None:
    assert wide_keys("Lý") == ("ly", "li")
    assert set(wide_keys("Quí")) == set(wide_keys("Quý")) == {"qui", "quy"}
    assert "nguyen" in wide_keys("nguiễn")
    assert wide_keys("Hoa") == ("hoa",)
    assert len(wide_keys("iyiyiyiyiy")) == 16


# ---- as it is sorted


@pytest.mark.parametrize(
    "ordered",
    [
        # The letters, each with what follows it: &a<ă<â &d<đ &e<ê &o<ô<ơ &u<ư.
        list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"),
        # The tones of every vowel: &̀<<̉<<̃<<́<<̣.
        *[[unicodedata.normalize("NFC", vowel + tone) for tone in TONES] for vowel in VOWELS],
        # A letter counts before any tone, a tone before the case, small before capital.
        ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mằ", "mặ", "mâ", "mậ", "me"],
        ["an", "An", "AN", "àn", "Àn", "ảnh", "ánh", "ăn", "ân"],
        ["da", "dạ", "dz", "đa", "Đa", "đạ", "e"],
        # A tone counts only when all letters of the whole text are equal.
        ["Hà An", "Ha Anh", "Ha Ánh", "Hà Anh", "Hà Ánh", "Hạ Anh", "Ha Ân"],
        ["Nguyen", "Nguyên", "Nguyễn", "Nguyện"],
        ["", " ", "-", "'", "1", "9", "a"],
    ],
)
def test_the_order_of_a_dictionary(ordered: list[str]) -> None:
    shuffled = ordered[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == ordered


@given(TEXTS)
def test_any_text_has_a_key_which_its_way_of_writing_does_not_change(text: str) -> None:
    assert sort_key(text) == sort_key(unicodedata.normalize("NFD", text)) == sort_key(nfc(text))


# ---- names


PEOPLE = ["Lê Văn Ân", "Trần Thị Ánh", "Nguyễn An", "Đỗ Văn An", "Lê Văn An", "Lê Thị An", "Anh", "H'Hen Niê"]


def test_persons_stand_by_ten_then_ho_then_dem_or_by_the_whole_name() -> None:
    assert sorted(PEOPLE, key=by_given_name) == [
        "Đỗ Văn An",
        "Lê Thị An",
        "Lê Văn An",
        "Nguyễn An",
        "Anh",
        "Trần Thị Ánh",
        "Lê Văn Ân",
        "H'Hen Niê",
    ]
    assert sorted(PEOPLE, key=sort_key) == [
        "Anh",
        "Đỗ Văn An",
        "H'Hen Niê",
        "Lê Thị An",
        "Lê Văn An",
        "Lê Văn Ân",
        "Nguyễn An",
        "Trần Thị Ánh",
    ]


@pytest.mark.parametrize(
    ("name", "family", "middle", "given"),
    [
        ("Nguyễn Thị Ngọc Ánh", "Nguyễn", "Thị Ngọc", "Ánh"),
        ("Nguyễn An", "Nguyễn", "", "An"),
        ("Anh", "", "", "Anh"),
        ("H'Hen Niê", "H'Hen", "", "Niê"),
        ("Y-Moan Êban", "Y-Moan", "", "Êban"),
        ("VAN DER BERG JOHANNES", "VAN", "DER BERG", "JOHANNES"),
        ("", "", "", ""),
    ],
)
def test_the_parts_of_a_name(name: str, family: str, middle: str, given: str) -> None:
    parts = parts_of(name)
    assert repr(parts) == "NameParts()"
    assert (parts.family, parts.middle, parts.given) == (family, middle, given)


@given(TEXTS)
def test_the_parts_are_the_name(text: str) -> None:
    parts = parts_of(text)
    assert " ".join(part for part in (parts.family, parts.middle, parts.given) if part) == nfc(text)


@pytest.mark.parametrize(
    ("name", "capitals"),
    [
        ("Nguyễn Thị Ngọc Ánh", "NGUYỄN THỊ NGỌC ÁNH"),
        ("H’Hen Niê", "H'HEN NIÊ"),
        (unicodedata.normalize("NFD", "Y-Moan Êban"), "Y-MOAN ÊBAN"),
        ("đặng ưởng", "ĐẶNG ƯỞNG"),
    ],
)
def test_forms_print_names_in_capitals(name: str, capitals: str) -> None:
    assert in_capitals(name) == capitals
    assert in_capitals(capitals) == capitals


def test_every_vietnamese_letter_has_a_capital_of_one_letter() -> None:
    for letter in LETTERS:
        for tone in TONES:
            composed = unicodedata.normalize("NFC", letter + tone)
            assert unicodedata.normalize("NFC", composed.upper()).lower() == composed
