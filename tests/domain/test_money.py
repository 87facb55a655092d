from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.money import amount_in_words, amount_vnd_in_words, amount_words, format_vnd
from clerk_app.domain.vietqr import crc16, payload, plain
from tests.peers.pack import vectors

UNITS = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6}
UNITS |= {"bảy": 7, "tám": 8, "chín": 9}


def read_aloud(words: str) -> int:
    """What a listener would write down."""
    total = billions = group = 0
    tens = False
    for word in words.split():
        match word:
            case "tỷ":
                billions, total, group = (billions + total + group) * 10**9, 0, 0
            case "triệu" | "nghìn":
                total, group = total + group * {"triệu": 10**6, "nghìn": 1000}[word], 0
            case "trăm":
                group *= 100
            case "mươi":
                group = group // 100 * 100 + group % 100 * 10
            case "mười":
                group += 10
            case "linh":
                tens = True
            case _:
                group += UNITS[word]
        tens = tens and word == "linh"
    return billions + total + group


@pytest.mark.parametrize("row", vectors("amounts_in_words.csv"), ids=lambda row: row["n"])
def test_amounts_are_said_as_in_the_list(row: dict[str, str]) -> None:
    assert amount_in_words(int(row["n"])) == row["words_vi"]


@given(st.integers(0, 10**12 - 1) | st.integers(10**12, 10**27) | st.integers(0, 27).map(lambda power: 10**power))
def test_a_listener_hears_the_same_amount(amount: int) -> None:
    assert read_aloud(amount_in_words(amount)) == amount


def test_amounts_on_a_receipt() -> None:
    assert format_vnd(115_000) == "115.000 đ"
    assert amount_vnd_in_words(115_000) == "Một trăm mười lăm nghìn đồng"
    assert amount_vnd_in_words(0) == "Không đồng"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (10**12, "một nghìn tỷ"),
        (10**12 + 5, "một nghìn tỷ không trăm linh năm"),
        (10**15, "một triệu tỷ"),
        (10**18, "một tỷ tỷ"),
        (10**18 + 1, "một tỷ tỷ không trăm linh một"),
        (21 * 10**18 + 10**9, "hai mươi mốt tỷ không trăm linh một tỷ"),
        (44 * 10**9 + 24, "bốn mươi tư tỷ không trăm hai mươi tư"),
    ],
)
def test_billions_of_billions(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


@given(st.integers(max_value=-1))
def test_nobody_owes_less_than_nothing(amount: int) -> None:
    for say in (amount_in_words, amount_vnd_in_words, amount_words):
        with pytest.raises(ValueError):
            say(amount)


@pytest.mark.parametrize("row", vectors("payment_codes.csv"), ids=lambda row: row["payload"][-4:])
def test_payment_codes_are_byte_exact(row: dict[str, str]) -> None:
    amount = int(row["amount"]) if row["amount"] else None
    assert payload(row["bin"], row["account"], amount, row["note"]) == row["payload"]


@given(st.text(max_size=60))
def test_a_purpose_is_plain_once_and_for_all(text: str) -> None:
    said = plain(text)
    assert said.isascii()
    assert said.isprintable()
    assert plain(said) == said


def test_crc_check_value() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_the_purpose_is_plain_and_short() -> None:
    assert plain("Đổi GPLX – Nguyễn") == "Doi GPLX Nguyen"
    assert plain("\u00d0ổi tên H\u2019Hen") == "Doi ten H'Hen"
    text = payload("970436", "0123456789", 115_000, "Lệ phí đổi giấy phép lái xe hồ sơ 128")
    assert "0824Le phi doi giay phep lai" in text


@pytest.mark.parametrize(
    ("bin_code", "account"), [("97043", "1"), ("97043x", "1"), ("970436", ""), ("970436", "1" * 20)]
)
def test_accounts_no_bank_can_have_are_refused(bin_code: str, account: str) -> None:
    with pytest.raises(ValueError):
        payload(bin_code, account, 1000)
