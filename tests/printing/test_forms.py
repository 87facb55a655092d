"""The paper that a citizen takes home says what the dossier says, whoever reads it."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clerk_app.desk import words
from clerk_app.domain.conditions import Known, field
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.procedure import decide
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.labels import FormWords, words_of
from docs.forms import specimens
from tests.peers.applications import sampled
from tests.peers.pack import training_pack
from tests.printing.paper import (
    CODE,
    FIELDS,
    ISSUED,
    RESOURCES,
    STATION,
    Pictures,
    accepted,
    codes_of,
    pages_of,
    text_of,
    unpaid,
)


def test_m01_says_everything_on_one_page_a_copy(forms: PaperForms) -> None:
    pdf = forms.render("M01", accepted(), 1, ISSUED)
    assert pages_of(pdf) == 2
    for page, mark in ((1, "(Liên 1: Lưu)"), (2, "(Liên 2: Giao người nộp hồ sơ)")):
        text = text_of(pdf, "-f", str(page), "-l", str(page))
        for said in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Hà Nội, ngày 23 tháng 11 năm 2026",
            "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
            mark,
            f"Mã hồ sơ: {CODE}",
            f"Tiếp nhận hồ sơ của Ông (Bà): {FIELDS['applicant.name']}",
            f"Địa chỉ: {FIELDS['applicant.residence']}",
            "Số điện thoại: 0912345678",
            "Số CMND/Thẻ căn cước/Hộ chiếu: 001090012345",
            "hạng B",
            "Hình thức thu phí, lệ phí: Thu trước",
            "Giấy khám sức khỏe",
            "đã quét 2 trang",
            "đọc từ chip căn cước",
            "Số lượng hồ sơ: 01 bộ",
            "Thời gian giải quyết hồ sơ theo quy định là: 3,5 ngày làm việc",
            "Thời gian nhận hồ sơ: 09 giờ 05 phút, ngày 23 tháng 11 năm 2026",
            "Thời gian trả kết quả giải quyết hồ sơ: 12 giờ 00 phút, ngày 30 tháng 11 năm 2026",
            "Đăng ký nhận kết quả tại: Qua bưu chính công ích",
            "NGƯỜI NỘP HỒ SƠ",
            "NGƯỜI TIẾP NHẬN HỒ SƠ",
            "(Ký và ghi rõ họ tên)",
        ):
            assert said in text
        assert "IN LẠI" not in text
        assert "TẬP HUẤN" not in text


def test_a_paper_is_called_as_in_its_case(forms: PaperForms) -> None:
    """The licence is handed in for an exchange and shown for a permit: one code, two names."""
    exchange = accepted()
    assert exchange.submitted is not None
    permit = replace(exchange, submitted=replace(exchange.submitted, case="CAP_IDP"))
    for dossier, name in ((exchange, "Giấy phép lái xe cũ (bản sao"), (permit, "Giấy phép lái xe quốc gia")):
        text = " ".join(text_of(forms.render("M01", dossier, 1, ISSUED)).split())
        assert name in text


def test_every_page_carries_both_codes(forms: PaperForms, pictures: Pictures) -> None:
    papers = [
        forms.render("M01", accepted(), 1, ISSUED),
        forms.render("M01", accepted(applicant_residence="Số 7, ngõ 1, " * 200, practice=True), 3, ISSUED),
        forms.render("fee_receipt", accepted(), 1, ISSUED),
    ]
    for pdf in papers:
        drawn = pictures(pdf, 203)
        assert len(drawn) == pages_of(pdf)
        for picture in drawn:
            assert codes_of(picture) == {"qr": CODE, "code128": CODE}


@pytest.mark.parametrize("code", ["T-Q5-00004", "H26.99.01-991231-999999", "000.00.06.H56-231027-0361"])
def test_codes_of_every_shape_are_read_back(forms: PaperForms, pictures: Pictures, code: str) -> None:
    for picture in pictures(forms.render("M01", accepted(code), 1, ISSUED), 203):
        assert codes_of(picture) == {"qr": code, "code128": code}


def test_nothing_is_drawn_as_a_picture_and_every_font_is_inside(forms: PaperForms, tmp_path: Path) -> None:
    file = tmp_path / "m01.pdf"
    file.write_bytes(forms.render("M01", accepted(applicant_name="Łukasz Müller Ž"), 1, ISSUED))
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert "BeVietnamPro" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]
    images = subprocess.run(["pdfimages", "-list", file], capture_output=True, check=True, text=True).stdout
    assert len(images.splitlines()) == 2
    assert "Łukasz".upper() in text_of(file.read_bytes())
    assert b"/Lang (vi-VN)" in file.read_bytes()


def test_decomposed_text_prints_the_same_bytes(forms: PaperForms) -> None:
    composed = forms.render("M01", accepted(), 1, ISSUED)
    apart = {name.replace(".", "_", 1): unicodedata.normalize("NFD", text) for name, text in FIELDS.items()}
    assert apart["applicant_name"] != FIELDS["applicant.name"]
    assert forms.render("M01", accepted(CODE, False, **apart), 1, ISSUED) == composed


def test_the_same_order_gives_the_same_bytes_and_the_moment_shows(forms: PaperForms) -> None:
    pdf = forms.render("M01", accepted(), 1, ISSUED)
    assert forms.render("M01", accepted(), 1, ISSUED) == pdf
    assert b"(D:20261123091000+07'00')" in pdf


def test_nobody_is_named_outside_the_pages(forms: PaperForms) -> None:
    info = subprocess.run(
        ["pdfinfo", "-"], input=forms.render("M01", accepted(), 1, ISSUED), capture_output=True, check=True
    )
    for private in FIELDS.values():
        assert private not in info.stdout.decode()


@pytest.mark.parametrize("length", [500, 10_000])
@pytest.mark.parametrize("words", ["Số 12 ngách 34/56 ngõ Văn Chương, ", "ƯỜNG"])
def test_a_long_address_is_wrapped_and_never_cut(
    forms: PaperForms, pictures: Pictures, length: int, words: str
) -> None:
    address = f"ĐẦU {words * (length // len(words))} CUỐI"
    pdf = forms.render("M01", accepted(applicant_residence=address), 1, ISSUED)
    text = text_of(pdf, "-f", "1", "-l", str(pages_of(pdf) // 2), "-raw")
    # The heads of later pages stand between the lines, so count what the lines are made of.
    word = words.split()[0] if " " in words else words
    assert text.replace(" ", "").count(word.replace(" ", "")) >= 2 * (length // len(words)) - 2 * pages_of(pdf)
    assert text.count("ĐẦU") == text.count("CUỐI") == 2
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in text
    for picture in pictures(pdf, 60):
        margin = picture.crop((0, 0, int(20 / 72 * 60), picture.height))
        right = picture.crop((picture.width - int(20 / 72 * 60), 0, picture.width, picture.height))
        assert margin.getextrema() == right.getextrema() == (255, 255)


def test_a_long_name_is_wrapped(forms: PaperForms) -> None:
    name = " ".join(["Nguyễn Phúc"] * 40)
    pdf = forms.render("M01", accepted(applicant_name=name), 1, ISSUED)
    assert text_of(pdf, "-f", "1", "-l", "1").count("NGUYỄN") == 80


def test_pages_of_a_long_form_are_numbered(forms: PaperForms) -> None:
    pdf = forms.render("M01", accepted(applicant_residence="phố Hàng Bông " * 300), 1, ISSUED)
    half = pages_of(pdf) // 2
    assert half > 1
    assert f"Trang 2/{half}" in text_of(pdf, "-f", "2", "-l", "2")
    assert "(tiếp theo)" in text_of(pdf, "-f", str(half + 2), "-l", str(half + 2))
    assert "(Liên 2: Giao người nộp hồ sơ)" in text_of(pdf, "-f", str(half + 2), "-l", str(half + 2))


def test_only_a_recorded_kind_of_paper_is_ticked(forms: PaperForms) -> None:
    unknown = text_of(forms.render("M01", accepted(), 1, ISSUED), "-l", "1", "-layout")
    assert " X " not in unknown
    named = {"paper_GKSK.kind": "original", "paper_GPLX_CU.kind": "copy", "paper_CC.kind": "shown"}
    pdf = forms.render("M01", accepted(CODE, False, **named), 1, ISSUED)
    boxes = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" [^>]*>(.+)</word>', boxes.stdout.decode())
    ticks = sorted((float(x), float(y)) for x, y, text in found if text == "X")
    row = next(float(y) for _, y, text in found if text == "photo")
    beside = [(float(x), text) for x, y, text in found if abs(float(y) - row) < 2]
    heads = [x for x, text in sorted(beside) if text in ("chính", "thực", "photo")]
    assert len(ticks) == 2
    assert abs(ticks[0][0] - heads[0]) < abs(ticks[0][0] - heads[1])
    assert abs(ticks[1][0] - heads[2]) < abs(ticks[1][0] - heads[1])
    assert ticks[0][1] < ticks[1][1]


def test_a_reprint_says_which_it_is(forms: PaperForms) -> None:
    assert "BẢN IN LẠI LẦN 1" in text_of(forms.render("M01", accepted(), 2, ISSUED), "-f", "1", "-l", "1")
    assert "BẢN IN LẠI LẦN 4" in text_of(forms.render("fee_receipt", accepted(), 5, ISSUED), "-f", "2", "-l", "2")


@pytest.mark.parametrize("form", ["M01", "fee_receipt"])
def test_practice_is_marked_on_every_page_clear_of_the_text(forms: PaperForms, form: str) -> None:
    pdf = forms.render(form, accepted(practice=True), 1, ISSUED)
    for page in ("1", "2"):
        assert text_of(pdf, "-f", page, "-l", page).count("BẢN TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ") == 2
    boxes = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.+)</word>', boxes.stdout.decode())
    words = [(float(top), float(bottom), text) for top, bottom, text in found]
    marks = [(top + bottom) / 2 for top, bottom, text in words if text == "HUẤN"]
    assert len(marks) == 2
    for middle in marks:
        on_line = {text for top, bottom, text in words if top < middle < bottom}
        assert on_line == {"BẢN", "TẬP", "HUẤN", "–", "KHÔNG", "CÓ", "GIÁ", "TRỊ"}


def test_a_practice_station_never_prints_a_valid_paper(forms: PaperForms) -> None:
    practising = PaperForms(forms._words, replace(STATION, practice=True), RESOURCES)
    assert "KHÔNG CÓ GIÁ TRỊ" in text_of(practising.render("M01", accepted(), 1, ISSUED))


def test_fee_receipt_names_the_money_in_figures_and_words(forms: PaperForms) -> None:
    pdf = forms.render("fee_receipt", accepted(), 1, ISSUED)
    assert pages_of(pdf) == 2
    text = text_of(pdf, "-f", "2", "-l", "2")
    for said in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ",
        "Số biên lai: 0000128",
        "Số tiền: 115.000 đ",
        "Viết bằng chữ: Một trăm mười lăm nghìn đồng",
        "Hình thức thanh toán: Tiền mặt (TM)",
        "Tên đơn vị hoặc người nộp tiền phí, lệ phí: TRẦN MINH QUÂN",
        "Lệ phí cấp, đổi, cấp lại",
        "(Liên 2: Giao người nộp tiền)",
        "NGƯỜI THU TIỀN",
        CODE,
    ):
        assert said in text


@pytest.mark.parametrize("form", ["M01", "fee_receipt"])
def test_a_doubt_about_a_basis_stands_on_no_paper(forms: PaperForms, form: str) -> None:
    text = text_of(forms.render(form, accepted(), 1, ISSUED))
    assert [doubt.vi for doubt in words.DOUBTS.values() if doubt.vi in text] == []
    assert "xác minh" not in text.lower()
    assert " *" not in text


def test_money_not_taken_is_not_receipted(forms: PaperForms) -> None:
    with pytest.raises(Refusal) as refused:
        forms.render("fee_receipt", unpaid(), 1, ISSUED)
    assert refused.value.code == "FORM_NO_FEE"
    assert "Thu sau" in text_of(forms.render("M01", unpaid(), 1, ISSUED))


def test_what_cannot_be_printed_is_refused_by_name(forms: PaperForms) -> None:
    cases: list[tuple[str, Dossier, str]] = [
        ("M99", accepted(), "FORM_UNKNOWN"),
        ("M01", replace(accepted(), submitted=None), "FORM_NOT_SUBMITTED"),
        ("M01", accepted("HỒ-SƠ-1"), "FORM_CODE"),
        ("M01", accepted(""), "FORM_CODE"),
        ("M01", accepted("9" * 200), "FORM_CODE"),
        ("DON", accepted(applicant_name=""), "FORM_NO_APPLICANT"),
        ("M02", accepted(), "FORM_UNKNOWN"),
    ]
    for form, dossier, code in cases:
        with pytest.raises(Refusal) as refused:
            forms.render(form, dossier, 1, ISSUED)
        assert refused.value.code == code


def test_a_missing_font_has_a_remedy(forms: PaperForms, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        PaperForms(forms._words, STATION, tmp_path).render("M01", accepted(), 1, ISSUED)
    assert refused.value.code == "FORM_FONT"


def test_a_letter_the_font_lacks_is_named_not_dropped(forms: PaperForms) -> None:
    text = text_of(forms.render("M01", accepted(applicant_name="WEI 魏\u200b\x07 (O\\K)"), 1, ISSUED))
    assert "WEI [U+9B4F] (O\\K)" in text


def test_the_door_plate_loads_nothing_heavy() -> None:
    asked = (
        "import sys, clerk_app.printing.forms\n"
        "print([name for name in ('reportlab', 'segno', 'barcode', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_paper_is_called_what_the_decision_of_its_case_calls_it() -> None:
    rules = training_pack().as_of(ISSUED.date())
    said = words_of(rules)
    assert said.paper("DOI_SAP_HET_HAN", "GPLX_CU").startswith("Giấy phép lái xe cũ")
    assert said.paper("CAP_IDP", "GPLX_CU").startswith("Giấy phép lái xe quốc gia")
    assert "thị thực" not in said.paper("DOI_NN", "CU_TRU_NN"), "the office has not turned that on"
    for facts in sampled(rules, ISSUED.date(), 200, seed=7):
        for paper in decide(facts, rules).papers:
            assert said.paper(facts.case, paper.code) == paper.name.vi, facts.case


def test_a_paper_that_only_some_applications_need_has_its_name_too() -> None:
    rules = training_pack().as_of(ISSUED.date())
    some = replace(rules.papers[0], code="ONE", name=Words("Một", "One"), when=Known(field("sex")))
    assert words_of(replace(rules, papers=(some,))).paper("", "ONE") == "Một"


def test_a_notice_is_worded_by_the_pack_and_the_day_that_its_dossier_lives_by(forms: PaperForms) -> None:
    asked: list[tuple[date, str]] = []

    def words(day: date, version: str) -> FormWords:
        asked.append((day, version))
        return forms._words(day, "")

    notice = specimens.notices()["M02"]
    notice = replace(notice, about=replace(notice.about, pack="2026.9.1"))
    PaperForms(words, STATION, RESOURCES).notice(notice, 1, ISSUED)
    assert asked == [(notice.about.on, "2026.9.1")]
