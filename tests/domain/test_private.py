"""What is private stays hidden wherever it stands: in its place, in a free text, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.people import search_key
from clerk_app.domain.private import (
    EVERYTHING,
    KINDS,
    NOTHING,
    Mask,
    Private,
    PrivateKind,
    listed,
    policy,
    privates,
    same,
    say,
)
from clerk_app.domain.refusals import Words

SETTINGS = {f"masked_{kind}": "*" for kind in KINDS} | {
    "masked_name": "it",
    "mask_shape_number": "3+3",
    "mask_shape_phone": "0+3",
}


@pytest.mark.parametrize(
    ("kind", "text", "left"),
    [
        ("number", "001090012345", "001******345"),
        ("number", "012345678", "*********"),
        ("number", "1234", "****"),
        ("phone", "0912345678", "*******678"),
        ("licence", "010167012345", "************"),
        ("name", "TRẦN MINH QUÂN", "TRẦN M*** Q***"),
        ("name", "Quân", "***"),
        ("address", "12 Hàng Bài, Hoàn Kiếm, Hà Nội", "***, Hà Nội"),
        ("address", "12 Hàng Bài", "***"),
        ("born", "14/08/1990", "**/**/1990"),
        ("email", "quan@example.vn", "***"),
        ("detail", "M", "***"),
        ("number", "", ""),
    ],
)
def test_what_is_left(kind: PrivateKind, text: str, left: str) -> None:
    assert policy(["it"], SETTINGS).of(Private(kind, text)) == left


def test_who_has_several_roles_sees_what_one_of_them_sees() -> None:
    name = Private("name", "TRẦN MINH QUÂN")
    assert policy(["it"], SETTINGS).of(name) == "TRẦN M*** Q***"
    assert policy(["it", "supervisor"], SETTINGS).of(name) == "TRẦN MINH QUÂN"
    assert policy([], SETTINGS).of(name) == "TRẦN M*** Q***", "who has no role sees nothing"
    assert policy(["supervisor"], {}).of(name) == "TRẦN M*** Q***", "what no setting tells is hidden"
    assert policy(["it"], {"masked_name": "-"}).of(name) == "TRẦN MINH QUÂN"


def test_a_free_text_hides_what_is_hidden_elsewhere() -> None:
    known = [
        Private("name", "TRẦN MINH QUÂN"),
        Private("address", "12 Hàng Bài, Hà Nội"),
        Private("phone", "0912345678"),
    ]
    mask = Mask(frozenset(KINDS), {"phone": (0, 3)}).knowing(known)
    note = Private(
        "note", "Ông Trần Minh Quân (tran minh quan), 12 hàng bài, hà nội, 0912345678, 001 090 012 345, q@a.vn"
    )
    assert mask.of(note) == "Ông TRẦN M*** Q*** (TRẦN M*** Q***), ***, Hà Nội, *******678, ***************, ***"
    assert NOTHING.of(note) == note.text


def test_a_code_of_a_dossier_is_nobodys_number() -> None:
    assert EVERYTHING.of(Private("note", "xem G01.801.308-261123-000001, số 261123000001")) == (
        "xem G01.801.308-261123-000001, số ************"
    )


@pytest.mark.parametrize(
    "written",
    [
        "CCCD-001090-012345",
        "CCCD-001090-12345",
        "001 090  012 345",
        "001-090-012-345",
        "001_090_012_345",
        "001,090,012,345",
        "001–090–012345",
        "０９１２３４５６７８",
    ],
)
def test_a_number_is_a_number_however_it_is_grouped(written: str) -> None:
    shown = EVERYTHING.of(Private("note", f"số {written} của ông A"))
    assert not any(sign.isdigit() for sign in shown), shown


@pytest.mark.parametrize("written", ["14/08/1990", "14.08.1990", "14-8-1990", "14 / 8 / 1990"])
def test_a_day_in_a_note_is_hidden_as_a_day_of_birth_is(written: str) -> None:
    assert EVERYTHING.of(Private("note", f"sinh {written}, theo NĐ 118/2025")) == "sinh **/**/1990, theo NĐ 118/2025"
    assert Mask(frozenset({"name"})).of(Private("note", f"sinh {written}")) == f"sinh {written}"


def test_braces_in_a_value_are_no_places() -> None:
    said = say("nhập {what}", "entered {what}", what=listed([Private("note", "{0} {what}"), same("{x}")]))
    assert NOTHING.shown(said) == Words("nhập {0} {what}, {x}", "entered {0} {what}, {x}")
    assert [one.text for one in privates(said)] == ["{0} {what}"]


WORD = st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạýÁĐẾÔ"), min_size=2, max_size=7)
NAMES = st.lists(WORD, min_size=2, max_size=5).map(" ".join)


@given(
    NAMES, st.text(max_size=20), st.text(max_size=20), st.sampled_from([str.upper, str.lower, str.title, search_key])
)
def test_a_known_name_never_stands_in_a_note(name: str, before: str, behind: str, written) -> None:  # type: ignore[no-untyped-def]
    mask = Mask(frozenset({"name"})).knowing([Private("name", name)])
    shown = mask.of(Private("note", f"{before} {written(name)} {behind}"))
    assert search_key(name) not in search_key(shown) or search_key(name) in search_key(mask.of(Private("name", name)))


@given(st.from_regex(r"\A[0-9]{9}(?:[0-9]{3})?\Z"), st.text(max_size=30))
def test_a_number_in_a_note_is_never_whole(number: str, around: str) -> None:
    mask = Mask(frozenset({"number"}), {"number": (3, 3)}).knowing([Private("number", number)])
    assert number not in mask.of(Private("note", f"{around} {number} {around}"))
