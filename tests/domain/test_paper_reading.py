"""From the words of a page to the kind of paper and the values on it; letters read wrong are the rule, not the end."""

from __future__ import annotations

from datetime import date
from functools import cache
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.page_geometry import looked_at, turned_back, upright
from clerk_app.domain.pages import PageText, Turn, Word
from clerk_app.domain.paper_reading import proposals, recognise
from clerk_app.domain.printed_values import Known, day
from clerk_app.domain.printed_words import folded, printed
from clerk_app.domain.rules import Rules
from tests.peers.pack import training_pack
from tests.peers.page_text import CERTIFICATE, HIGH, page_text


@cache
def rules() -> Rules:
    return training_pack().as_of(date(2026, 11, 23))


def known() -> Known:
    return Known({code for _, code in rules().classes}, rules().id_provinces, rules().licence_prefixes)


def paper(*lines: str) -> str:
    found = recognise(page_text(*lines), rules().recognition)
    return found.paper if found else ""


def values(*lines: str, of: str = "GKSK", sure: float = 0.95) -> dict[str, str]:
    return {one.field: one.text for one in proposals(page_text(*lines, sure=sure), of, rules().readings, known())}


def sure_of(name: str, *lines: str, of: str = "GKSK") -> float:
    return next(one.sure for one in proposals(page_text(*lines), of, rules().readings, known()) if one.field == name)


# ---- which paper


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE", "GKSK"),
        ("GIAY KHAM SUC KHOE CUA NGUOI LAI XE", "GKSK"),
        ("GIẨY KHÁM SỬC KHOẺ CÙA NGƯƠI LÁl XE", "GKSK"),
        ("GIẤY PHÉP LÁI XE / DRIVER'S LICENSE", "GPLX_CU"),
        ("GIẤY ỦY QUYỀN", "UY_QUYEN"),
        ("ĐỀ NGHỊ ĐỔI (CẤP LẠI) GIẤY PHÉP LÁI XE", "DON"),
        ("ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI) GIẤY PHÉP LÁI XE", "DON"),
        ("ĐỀ NGHỊ CẤP GIẤY PHÉP LÁI XE QUỐC TẾ", "DON_IDP"),
        ("QUYẾT ĐỊNH XỬ PHẠT VI PHẠM HÀNH CHÍNH", "QDXP"),
        ("HỘ CHIẾU / PASSPORT", "HC"),
        ("THẺ TẠM TRÚ", "CU_TRU_NN"),
    ],
)
def test_a_title_names_its_paper(title: str, code: str) -> None:
    assert paper("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", title, "Họ và tên: …") == code


def test_a_title_may_go_over_two_lines() -> None:
    assert paper("GIẤY KHÁM SỨC KHỎE", "CỦA NGƯỜI LÁI XE", "Họ và tên: TRẦN MINH QUÂN") == "GKSK"


def test_what_is_only_mentioned_is_no_title() -> None:
    assert paper("GIẤY ỦY QUYỀN", "Tôi ủy quyền cho người có tên dưới đây nộp giấy phép lái xe thay tôi.") == "UY_QUYEN"
    assert paper("Tôi đã nộp giấy khám sức khỏe của người lái xe và giấy phép lái xe.") == ""
    assert paper("Cửa hàng tạp hóa", "Hóa đơn bán lẻ", "Tổng cộng 120.000") == ""
    assert recognise(PageText((), 100, 100), rules().recognition) is None


def test_a_dirty_title_is_less_sure_than_a_clean_one() -> None:
    clean = recognise(page_text("GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE"), rules().recognition)
    dirty = recognise(page_text("GIẤY KHRM SUC KH0E CUA NGWỜI LÁI XE"), rules().recognition)
    assert clean is not None
    assert dirty is not None
    assert clean.sure > dirty.sure > 0.5
    assert clean.box == (200, 200, 35 * 24, HIGH)


# ---- which values


def test_a_health_certificate_gives_its_number_dates_conclusion_and_class() -> None:
    assert values(*CERTIFICATE) == {
        "health.number": "00042/GKSKLX/34001/26",
        "health.concluded": "2026-11-02",
        "health.conclusion": "fit",
        "health.class": "B",
        "applicant.name": "TRẦN MINH QUÂN",
        "applicant.number": "001090012345",
        "applicant.born": "1990-08-14",
    }


def test_a_licence_gives_number_class_and_dates() -> None:
    lines = (
        "GIẤY PHÉP LÁI XE / DRIVER'S LICENSE",
        "Số/No: 010167012345",
        "Họ tên/Full name: TRẦN MINH QUÂN",
        "Ngày sinh/Date of Birth: 14/08/1990",
        "Hạng/Class: B2",
        "Sở GTVT Hà Nội, ngày/date 20/12/2016",
        "Có giá trị đến/Expires: 20/12/2026   KHÔNG CÓ GIÁ TRỊ",
    )
    read = values(*lines, of="GPLX_CU")
    assert read["licence.number"] == "010167012345"
    assert read["licence.class"] == "B2"
    assert read["licence.issued"] == "2016-12-20"
    assert read["licence.expires"] == "2026-12-20"
    assert values(lines[0], "Có giá trị đến/Expires: không thời hạn", of="GPLX_CU") == {}


def test_labels_are_found_although_letters_are_wrong_and_values_are_not_mended_in_secret() -> None:
    assert values("Hg và tên (chữ in hca): TRẦN MINH QUÂN")["applicant.name"] == "TRẦN MINH QUÂN"
    assert values("Sõ: 00042/GKSKLX/34001/26")["health.number"] == "00042/GKSKLX/34001/26"
    assert values("Số CCCD/Căn cước: OO1O9OO12345")["applicant.number"] == "001090012345"
    exact, doubted = "Số CCCD/Căn cước: 001090012345", "Số CCCD/Căn cước: OO1O9OO12345"
    assert sure_of("applicant.number", doubted) < 0.75 < sure_of("applicant.number", exact)
    assert values("Số CCCD/Căn cước: 00109001234")["applicant.number"] == "00109001234"
    assert sure_of("applicant.number", "Số CCCD/Căn cước: 00109001234") < 0.4


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Đủ điều kiện sức khỏe lái xe hạng: B", "fit"),
        ("Không đủ điều kiện sức khỏe lái xe hạng: B", "unfit"),
        ("Khôrg đủ diều kiện sức khoẻ lái xe hạng: B", "unfit"),
        ("Du dieu kien suc khoe lai xe hang B", "fit"),
        ("Đủ điều kiện sức khỏe lái xe hạng B nhưng yêu cầu khám lại sau 6 tháng", "again"),
        ("Sức khỏe bình thường", ""),
    ],
)
def test_a_conclusion_is_what_its_phrase_says(line: str, said: str) -> None:
    assert values("KẾT LUẬN", line, "NGƯỜI KẾT LUẬN").get("health.conclusion", "") == said


def test_a_conclusion_with_something_before_it_is_doubtful_and_all_of_its_line_is_shown() -> None:
    line = "Khxxx đủ điều kiện sức khỏe lái xe hạng: B"
    (one,) = [
        p for p in proposals(page_text(line), "GKSK", rules().readings, known()) if p.field == "health.conclusion"
    ]
    assert one.sure < 0.75 or one.text == "unfit"
    assert one.box[0] == 200  # from the first word on: a “not” must be seen


def test_conclusions_that_are_all_printed_to_be_ticked_say_nothing() -> None:
    lines = ("[x] Đủ điều kiện sức khỏe lái xe hạng: B", "[ ] Không đủ điều kiện sức khỏe lái xe hạng: B")
    assert "health.conclusion" not in values(*lines)


def test_a_value_ends_where_another_column_begins() -> None:
    assert values("Họ và tên: TRẦN MINH QUÂN      BẢN MẪU")["applicant.name"] == "TRẦN MINH QUÂN"
    assert values("Số: 00042/GKSKLX/34001/26      CỘNG HÒA XÃ HỘI 2026")["health.number"] == "00042/GKSKLX/34001/26"


def test_a_value_may_stand_below_its_label_and_a_label_hang_on_its_value() -> None:
    assert values("Họ và tên (chữ in hoa):", "TRẦN MINH QUÂN")["applicant.name"] == "TRẦN MINH QUÂN"
    assert values("Số:00042/GKSKLX/34001/26")["health.number"] == "00042/GKSKLX/34001/26"


def test_an_address_is_no_certificate_number() -> None:
    assert "health.number" not in values("Chỗ ở hiện tại: Số 12, phố Hàng Bông")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20/12/2026", "2026-12-20"),
        ("2-1-2026", "2026-01-02"),
        ("02.01.2026.", "2026-01-02"),
        ("ngày 2 tháng 11 năm 2026", "2026-11-02"),
        ("ngòy 02 thóng 11 nãm 2026", "2026-11-02"),
        ("Ngày 2 tháng 11 năm 2026", "2026-11-02"),
        ("2O/12/2O26", "2026-12-20"),
        ("31/02/2026", ""),
        ("1/13/2026", ""),
        ("20/12/0026", ""),
        ("ngày … tháng … năm 2026", ""),
        ("10/10", ""),
        ("trang 3 trong 11 hay 2026", ""),
    ],
)
def test_dates_are_read_as_papers_write_them(text: str, iso: str) -> None:
    found = day(page_text(text).words)
    assert (found.text if found else "") == iso


def test_unsure_letters_make_unsure_values() -> None:
    low = proposals(page_text(*CERTIFICATE, sure=0.3), "GKSK", rules().readings, known())
    assert low
    assert all(one.sure <= 0.3 for one in low)


def test_another_paper_is_not_asked_for_what_it_does_not_say() -> None:
    assert values(*CERTIFICATE, of="UY_QUYEN") == {}
    assert values(*CERTIFICATE, of="") == {}


# ---- where things stand


TURNS: tuple[Turn, ...] = (0, 90, 180, 270)


@given(st.sampled_from(TURNS), st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 90)] * 2))
def test_a_box_turned_and_turned_back_is_where_it_was(turned: Turn, box: tuple[int, int, int, int]) -> None:
    assert turned_back(looked_at(box, 500, 700, turned), 500, 700, turned) == box


@pytest.mark.parametrize("turned", TURNS)
def test_a_page_on_its_side_gives_the_same_values_at_their_places(turned: Turn) -> None:
    straight = page_text(*CERTIFICATE)
    lying = upright(straight, {0: 0, 90: 270, 180: 180, 270: 90}[turned])  # type: ignore[arg-type]
    read = proposals(lying, "GKSK", rules().readings, known(), turned)
    assert [one.text for one in read] == list(values(*CERTIFICATE).values())
    found = recognise(lying, rules().recognition, turned)
    assert found is not None
    assert found.paper == "GKSK"
    boxes = {word.box for word in lying.words}
    assert next(one for one in read if one.field == "health.number").box in boxes


# ---- finding phrases


@given(st.text("xyýỹ ", max_size=20), st.text("abcdđêô ", min_size=4, max_size=12), st.text("xyýỹ ", max_size=20))
def test_a_phrase_that_stands_there_is_found(before: str, phrase: str, after: str) -> None:
    if len(folded(phrase)) < 4:
        return
    page = printed(page_text(f"{before} {phrase} {after}"))
    spot = page.best(phrase)
    assert spot is not None
    assert spot.like == 1.0
    assert folded("".join(word.text for word in page.words[spot.first : spot.behind])) == folded(phrase)


@given(st.lists(st.text(max_size=12), max_size=30), st.integers(0, 3))
def test_nothing_on_a_page_is_too_strange(texts: list[str], turns: int) -> None:
    words = tuple(
        Word(text, (at * 7 % 90, at * 13 % 90, 1 + at, 2), (at % 10) / 10, at // 3) for at, text in enumerate(texts)
    )
    text, turned = PageText(words, 120, 140), TURNS[turns]
    recognise(text, rules().recognition, turned)
    for code in ("GKSK", "GPLX_CU"):
        for one in proposals(text, code, rules().readings, known(), turned):
            assert 0 <= one.sure <= 1


def test_a_page_full_of_words_takes_no_time_to_speak_of() -> None:
    lines = [
        f"Dòng {number} có chữ in hoa ngày sinh 14/08/1990 số nhà và tên phố của người lái xe" for number in range(80)
    ]
    text = page_text(*lines, *CERTIFICATE)
    start = process_time()
    assert recognise(text, rules().recognition) is not None
    assert proposals(text, "GKSK", rules().readings, known())
    assert (
        process_time() - start < 10
    )  # it is a hundredth of that; this is a bound against work that grows with its square
