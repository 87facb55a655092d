"""The QR text of citizen cards as scanners and cameras deliver it, and everything that is not one."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clerk_app.desk.words import QR_PROBLEMS
from clerk_app.devices import garbled, identity_qr
from clerk_app.domain.people import same_name
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens

QUAN = "001090012345|012345678|Trần Minh Quân|14081990|Nam|Số 12, phố Hàng Bông, Hà Nội|10052021"


def test_the_seven_fields_of_2021() -> None:
    found = identity_qr.parse(QUAN)
    assert found.problems == ()
    assert found.extra == ()
    assert found.can == "012345"
    person = found.person
    assert (person.number, person.old_number, person.name) == ("001090012345", "012345678", "Trần Minh Quân")
    assert (person.born, person.sex, person.issued) == (date(1990, 8, 14), "M", date(2021, 5, 10))
    assert person.residence == "Số 12, phố Hàng Bông, Hà Nội"
    assert person.expires is None


@pytest.mark.parametrize("person", [1, 2, 3, 4])
def test_every_practice_card_is_understood(person: int) -> None:
    expected = specimens.specimen(person).person
    found = identity_qr.parse(specimens.qr_text(expected))
    assert found.problems == ()
    assert same_name(found.person.name, expected.name)
    assert found.person.number == expected.number
    assert found.person.old_number == expected.old_number
    assert (found.person.born, found.person.issued, found.person.sex) == (expected.born, expected.issued, expected.sex)
    assert found.person.residence == expected.residence


@pytest.mark.parametrize(
    ("text", "old_number", "extra"),
    [
        (QUAN.replace("012345678", ""), "", ()),
        (QUAN.replace("012345678|", ""), "", ()),
        (QUAN + "||", "012345678", ("", "")),
        (QUAN + "|LÊ VĂN A|TRẦN THỊ B", "012345678", ("LÊ VĂN A", "TRẦN THỊ B")),
        (QUAN.replace("14081990", "14/08/1990"), "012345678", ()),
        (f"  {QUAN}\r\n", "012345678", ()),
        (unicodedata.normalize("NFD", QUAN), "012345678", ()),
    ],
)
def test_variants_that_public_readers_have_seen(text: str, old_number: str, extra: tuple[str, ...]) -> None:
    found = identity_qr.parse(text)
    assert (found.person.name, found.person.born) == ("Trần Minh Quân", date(1990, 8, 14))
    assert (found.person.old_number, found.extra, found.problems) == (old_number, extra, ())


CODE_PAGES = ("latin-1", "cp1252", "cp1258", "cp437", "cp850", "tcvn5712-1")


def read_as(text: str, page: str) -> str:
    """UTF-8 read with an old code page, as the C library's own tables have it."""
    iconv = shutil.which("iconv")
    if page != "tcvn5712-1":
        letters = (bytes([octet]).decode(page, "replace") for octet in text.encode())
        return "".join(
            chr(octet) if one == "\ufffd" else one for one, octet in zip(letters, text.encode(), strict=True)
        )
    if iconv is None:
        pytest.skip("iconv is missing")
    done = subprocess.run([iconv, "-f", page, "-t", "utf-8"], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("page", CODE_PAGES)
@pytest.mark.parametrize("person", [1, 2, 3, 4])
def test_utf_8_read_with_a_code_page_is_put_right(page: str, person: int) -> None:
    text = specimens.qr_text(specimens.specimen(person).person)
    shown = read_as(text, page)
    assert shown != text
    found, meant = identity_qr.parse(shown), identity_qr.parse(text)
    assert found == meant
    assert found.problems == ()


@pytest.mark.parametrize(
    "shown",
    [
        QUAN.encode().decode("ascii", "replace"),
        QUAN.encode("ascii", "replace").decode(),
        # One octet was lost on the way: nothing can be proven any more.
        QUAN.encode().decode("latin-1").replace("Ã¢", "Ã"),
        QUAN.replace("Trần", "TrÇn").replace("Quân", "Qu©n"),
        QUAN.replace("Hà", "Hµ"),
    ],
)
def test_garbled_letters_never_reach_a_form(shown: str) -> None:
    found = identity_qr.parse(shown)
    assert "QR_GARBLED" in found.problems
    assert (found.person.name, found.person.residence) == ("", "")
    assert found.person.number == "001090012345"


@settings(deadline=None)
@given(
    st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắặầấếềểễệộồốổỗữựừứửỹỵ ĐẮẬỄ", min_size=1, max_size=80),
    st.sampled_from(CODE_PAGES[:-1]),
)
def test_what_was_vietnamese_is_not_mistaken_for_something_else(text: str, page: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert garbled.repaired(text) in (None, text)
    if not text.isascii():
        assert garbled.repaired(read_as(text, page)) in (None, text)


@pytest.mark.parametrize(
    ("extra", "old", "cancelled"),
    [
        ("|LÊ VĂN A|TRẦN THỊ B", "012345678", ()),
        ("|Nguyễn Văn A|123456789", "123456789", ()),
        ("|123456789|001190012346, 001090099999|", "123456789", ("001190012346", "001090099999")),
        ("|001090012345|987654321|987654321|123456789", "", ()),
    ],
)
def test_numbers_behind_the_seven_fields_are_known_by_their_shape(
    extra: str, old: str, cancelled: tuple[str, ...]
) -> None:
    text = QUAN if extra.startswith("|LÊ") else QUAN.replace("012345678", "", 1)
    found = identity_qr.parse(text + extra)
    assert (found.person.old_number, found.cancelled) == (old, cancelled)
    assert found.extra == tuple(extra.split("|")[1:])


@pytest.mark.parametrize("begin", ["\ufeff", "ï»¿", " \t", "]Q1", "\ufeff]Q2 "])
def test_what_a_scanner_sends_before_and_after_is_no_part_of_it(begin: str) -> None:
    assert identity_qr.is_identity(begin + QUAN)
    assert identity_qr.parse(f"{begin}{QUAN}\r\n\0") == identity_qr.parse(QUAN)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("003090012345", "QR_NUMBER_PROVINCE"),
        ("001085012345", "QR_NUMBER_YEAR"),
        ("001290012345", "QR_NUMBER_YEAR"),
        ("001190012345", "QR_NUMBER_SEX"),
        ("130090012345", None),
        ("001090012345", None),
    ],
)
def test_a_number_that_disagrees_is_named(number: str, problem: str | None) -> None:
    found = identity_qr.parse(QUAN.replace("001090012345", number), frozenset({"001", "087"}))
    assert found.problems == ((problem,) if problem else ())
    assert found.person.number == number


def test_a_card_issued_before_its_holder_was_born_is_named() -> None:
    assert identity_qr.parse(QUAN.replace("10052021", "10051990")).problems == ("QR_ISSUE_DATE",)


@pytest.mark.parametrize(
    ("text", "name", "residence"),
    [
        (QUAN.replace("Trần Minh Quân", "Trần " * 40), "", ""),
        (QUAN.replace("Số 12,", "Số 12, " * 60), "Trần Minh Quân", ""),
    ],
)
def test_a_field_longer_than_a_form_holds_is_left_out(text: str, name: str, residence: str) -> None:
    found = identity_qr.parse(text)
    assert found.problems == ("QR_TOO_LONG",)
    assert (found.person.name, found.person.residence) == (name, residence)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (QUAN.replace("14081990", "31021990"), "QR_BIRTH_DATE"),
        (QUAN.replace("10052021", "2021"), "QR_ISSUE_DATE"),
        (QUAN.replace("|Nam|", "|?|"), "QR_SEX"),
    ],
)
def test_a_field_that_cannot_be_right_is_left_out_and_named(text: str, problem: str) -> None:
    assert identity_qr.parse(text).problems == (problem,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "QR_NOT_IDENTITY"),
        ("https://example.org", "QR_NOT_IDENTITY"),
        ("G01.001.003.000-261123-0001", "QR_NOT_IDENTITY"),
        ("00109001234|x", "QR_NOT_IDENTITY"),
        ("٠٠١٠٩٠٠١٢٣٤٥|x", "QR_NOT_IDENTITY"),
        (QUAN + "x" * 10_000, "QR_NOT_IDENTITY"),
        ("001090012345|012345678|Trần Minh Quân", "QR_INCOMPLETE"),
    ],
)
def test_other_texts_are_refused_with_the_cause(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        identity_qr.parse(text)
    assert caught.value.code == code
    assert caught.value.remedy.vi


@settings(deadline=None)
@given(
    text=st.text(max_size=400)
    | st.text(alphabet=st.characters(max_codepoint=0x17F), max_size=400).map(lambda t: QUAN + t)
    | st.lists(st.text(max_size=20), max_size=12).map(lambda p: "001090012345|" + "|".join(p))
)
@example(text="1" * 10_000)
@example(text="001090012345" + "|" * 10_000)
@example(text="001090012345|" + "Ã" * 2_900)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        found = identity_qr.parse(text)
    except Refusal:
        return
    assert re.fullmatch("[0-9]{12}", found.person.number)
    for kept, limit in ((found.person.name, 100), (found.person.residence, 300), (found.person.old_number, 9)):
        assert len(kept) <= limit
        assert kept == unicodedata.normalize("NFC", kept)
    assert set(found.problems) <= set(QR_PROBLEMS)


@settings(deadline=None)
@given(
    name=st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạếộữỹ ", min_size=1, max_size=60).filter(str.strip),
    born=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
)
def test_what_a_card_says_comes_back(name: str, born: date) -> None:
    number = f"001{(born.year - 1900) // 100 * 2 + 1}{born.year % 100:02d}012345"
    found = identity_qr.parse(f"{number}||{name}|{born:%d%m%Y}|Nữ|Hà Nội|01012027")
    assert found.problems == ()
    assert found.person.name == " ".join(unicodedata.normalize("NFC", name).split())
    assert found.person.born == born


def test_repr_shows_nothing_personal() -> None:
    shown = repr(identity_qr.parse(QUAN + "|NGUYỄN"))
    for value in ("001090012345", "Quân", "1990", "Hàng Bông", "NGUYỄN"):
        assert value not in shown
