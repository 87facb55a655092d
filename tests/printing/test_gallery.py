"""Every form with the longest names and addresses: as approved, whole, readable, inside the paper, nothing on top of
anything."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.notices import About, Apology, HandOver, MissingPaper, Notice, RegisterBook, SupplementRequest
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing import application, fee_receipt, notices, receipt
from clerk_app.printing.filled import Filled
from clerk_app.printing.flow import Leaf
from clerk_app.printing.forms import PaperForms
from docs.forms import make, specimens
from docs.forms.specimens import ISSUED, LONGEST, ORDINARY, STATION
from tests.printing import looks, setting
from tests.printing.paper import RESOURCES, Pictures, codes_of, pages_of, text_of

NAMES = [name for name, _, _ in make.gallery()]
OF_DOSSIERS = ("M01", "fee_receipt", "DON")
OF_NOTICES = tuple(specimens.notices())
FORMS = OF_DOSSIERS + OF_NOTICES
COPIES = {"M01": 2, "fee_receipt": 2, "SHIFT": 2}
WIDE = {"M07": 297 / 25.4 * 72, "SHIFT": 210 / 25.4 * 72, "DON": 210 / 25.4 * 72}
A5_WIDTH = 148 / 25.4 * 72


def _practising(notice: Notice) -> Notice:
    if isinstance(notice, RegisterBook) or not hasattr(notice, "about"):
        return replace(notice, practice=True)
    about: About = notice.about
    return replace(notice, about=replace(about, practice=True))


def _render(
    forms: PaperForms, form: str, fields: dict[str, str] = LONGEST, serial: int = 1, practice: bool = False
) -> bytes:
    if form in OF_DOSSIERS:
        return forms.render(form, replace(specimens.dossier(fields), practice=practice), serial, ISSUED)
    notice = specimens.notices(fields)[form]
    return forms.notice(_practising(notice) if practice else notice, serial, ISSUED)


def _filled(forms: PaperForms, form: str) -> Filled:
    """What the form is given to say."""
    words, dossier = forms._words(ISSUED.date(), ""), specimens.dossier(LONGEST)
    if form == "M01":
        return receipt.filled(dossier, STATION, words)
    if form == "fee_receipt":
        return fee_receipt.filled(dossier, STATION, words, ISSUED)
    if form == "DON":
        return application.filled(dossier, STATION, words)
    return notices.filled(specimens.notices()[form], STATION, words)


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[bytes, int]]:
    return {name: (pdf, page) for name, pdf, page in make.gallery()}


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_as_approved(made: dict[str, tuple[bytes, int]], name: str) -> None:
    now = looks.drawn(*made[name])
    assert looks.differing(now, looks.approved(name)) <= 8, f"look at docs/forms, then {looks.__name__} approves it"


def test_a_line_that_moved_or_a_mark_that_is_missing_is_seen() -> None:
    good = looks.approved("m03")
    assert looks.differing(good, good) == 0
    moved = Image.new("L", good.size, 255)
    moved.paste(good.crop((0, 200, good.width, 260)), (0, 203))
    moved.paste(good.crop((0, 0, good.width, 200)), (0, 0))
    moved.paste(good.crop((0, 263, good.width, good.height)), (0, 263))
    assert looks.differing(good, moved) > 100
    wiped = good.copy()
    wiped.paste(255, (20, 160, 60, 175))
    assert looks.differing(good, wiped) > 8


def test_no_approved_look_is_of_a_form_that_is_gone() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in looks.APPROVED.glob("*.png"))


@pytest.mark.parametrize("form", FORMS)
def test_every_word_can_be_read_back(forms: PaperForms, form: str) -> None:
    pdf = _render(forms, form)
    text = text_of(pdf, "-l", str(pages_of(pdf) // COPIES.get(form, 1)))
    there, solid = Counter(text.split()), text.replace(" ", "")
    filled, definition = _filled(forms, form), forms._words(ISSUED.date(), "").form(form)
    known = {field.key: field for field in definition.fields}
    values = [
        (value.upper() if known[key].upper else value)
        for key, said in filled.said.items()
        if key in known and known[key].block not in ("check", "choice")
        for value in said
    ]
    values += [cell for key, rows in filled.rows.items() if key in known for row in rows for cell in row]
    assert values
    wanted = Counter(word for value in values for word in value.split())
    missing = {word for word, count in wanted.items() if there[word] < count}
    # A word that was too long for its line stands there in pieces, with its neighbours' columns between them.
    whole = {word for word in missing if word not in solid and len(word) < 20}
    assert {word for word in whole if _pieces(word, text) != word} == set()
    for field in definition.fields:
        for label in field.label.vi.split(" / ")[0].split("…"):
            if field.key in filled.said and field.block != "photo":
                assert label.strip(" ,;():/").split()[:1] <= text.split() or label.strip() in text


def _pieces(word: str, text: str) -> str:
    """The word put together from what follows each other at seams somewhere in the text."""
    for seam in range(1, len(word)):
        if word[seam - 1] in "-./@_,;:" and word[:seam] in text.split() and word[seam:] in text.split():
            return word
    return ""


@pytest.mark.parametrize("practice", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_nothing_lies_on_anything_or_leaves_the_paper(
    forms: PaperForms, monkeypatch: pytest.MonkeyPatch, form: str, practice: bool
) -> None:
    leaves = setting.pages_set(monkeypatch, lambda: _render(forms, form, LONGEST, 3, practice), COPIES.get(form, 1))
    for leaf in leaves:
        assert list(setting.collisions(leaf)) == []
        assert list(setting.outside(leaf, WIDE.get(form, A5_WIDTH))) == []


def test_two_texts_in_one_place_are_noticed(forms: PaperForms, monkeypatch: pytest.MonkeyPatch) -> None:
    (leaf,) = setting.pages_set(monkeypatch, lambda: _render(forms, "M03", ORDINARY), 1)
    x, base, face, size, text = leaf.texts[-1]
    leaf.text(x + 1, base + 2, face, size, text)
    leaf.text(1, base, face, size, text)
    assert list(setting.collisions(leaf))
    assert list(setting.outside(leaf, A5_WIDTH))


@pytest.mark.parametrize("form", FORMS)
def test_the_pdf_is_sound_and_brings_its_fonts(forms: PaperForms, tmp_path: Path, form: str) -> None:
    file = tmp_path / "form.pdf"
    file.write_bytes(_render(forms, form))
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] and "BeVietnamPro" in line for line in fonts)
    images = subprocess.run(["pdfimages", "-list", file], capture_output=True, check=True, text=True).stdout
    assert len(images.splitlines()) == 2


@pytest.mark.parametrize("form", sorted(COPIES))
def test_copies_differ_in_their_mark_alone(forms: PaperForms, pictures: Pictures, form: str) -> None:
    drawn = pictures(_render(forms, form), 72)
    half = len(drawn) // 2
    for one, other in zip(drawn[:half], drawn[half:], strict=True):
        different = ImageChops.difference(one, other).getbbox()
        assert different is not None
        assert different[3] - different[1] <= 12
        assert different[2] - different[0] <= 140


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("M07", "SHIFT")])
def test_a_scanner_reads_the_codes_of_every_form(forms: PaperForms, pictures: Pictures, form: str) -> None:
    for picture in pictures(_render(forms, form), 203):
        found = codes_of(picture)
        code = "T-Q5-00004" if form in ("M02", "M03") else specimens.CODE
        assert found == ({"code128": code} if form == "DON" else {"qr": code, "code128": code})


@pytest.mark.parametrize("form", FORMS)
def test_a_practice_paper_and_a_reprint_say_so(forms: PaperForms, form: str) -> None:
    pdf = _render(forms, form, ORDINARY, 3, True)
    for page in range(1, pages_of(pdf) + 1):
        text = text_of(pdf, "-f", str(page), "-l", str(page))
        assert text.count("BẢN TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ") == 2
        assert text.count("BẢN IN LẠI LẦN 2") == 1
    assert "IN LẠI" not in text_of(_render(forms, form))


# ---- long texts


def _sentence(length: int) -> str:
    return (specimens.REASON * (length // len(specimens.REASON) + 1))[:length].strip()


def _apology(reason: str) -> Apology:
    notice = specimens.notices()["M04"]
    assert isinstance(notice, Apology)
    return replace(notice, reason=reason)


def _request(count: int) -> SupplementRequest:
    notice = specimens.notices()["M02"]
    assert isinstance(notice, SupplementRequest)
    why = Words("Cần giấy này vì trường hợp của hồ sơ.", "Needed.")
    papers = [MissingPaper(f"P{n}", Words(f"Giấy tờ số {n} {_sentence(60)}", ""), why, "") for n in range(count)]
    return replace(notice, papers=tuple(papers))


def _with_papers(count: int) -> Dossier:
    dossier = specimens.dossier(LONGEST)
    assert dossier.submitted is not None
    papers = tuple(f"GIAY_{number:02d}" for number in range(count))
    return replace(dossier, submitted=replace(dossier.submitted, papers=papers))


LONG: dict[str, tuple[Callable[[PaperForms], bytes], int, float, str]] = {
    "reason of 2,000": (lambda forms: forms.notice(_apology(_sentence(2_000)), 1, ISSUED), 1, A5_WIDTH, "M04"),
    "reason of 20,000": (lambda forms: forms.notice(_apology(_sentence(20_000)), 1, ISSUED), 1, A5_WIDTH, "M04"),
    "one word of 3,000": (lambda forms: forms.notice(_apology("ƯỠẪ" * 1000), 1, ISSUED), 1, A5_WIDTH, "M04"),
    "40 papers missing": (lambda forms: forms.notice(_request(40), 1, ISSUED), 1, A5_WIDTH, "M02"),
    "40 papers in": (lambda forms: forms.render("M01", _with_papers(40), 1, ISSUED), 2, A5_WIDTH, "M01"),
    "40 attachments": (lambda forms: forms.render("DON", _with_papers(40), 1, ISSUED), 1, WIDE["DON"], "DON"),
    "register of 200": (lambda forms: forms.notice(specimens.register_book(200), 1, ISSUED), 1, WIDE["M07"], "M07"),
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_long_goes_on_over_pages_and_nothing_is_lost(
    forms: PaperForms, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    render, copies, width, form = LONG[name]
    leaves = setting.pages_set(monkeypatch, lambda: render(forms), copies)
    assert len(leaves) > 1 or name in ("reason of 2,000", "40 attachments")
    title = forms._words(ISSUED.date(), "").form(form).title.vi
    for number, leaf in enumerate(leaves, 1):
        assert list(setting.collisions(leaf)) == []
        assert list(setting.outside(leaf, width)) == []
        if number > 1:
            said = " ".join(text for *_, text in leaf.texts)
            assert f"{title} (tiếp theo)" in said
            assert form == "M07" or specimens.CODE in said or "T-Q5-00004" in said
            assert f"Trang {number}/{len(leaves)}" in said


def test_a_row_taller_than_a_page_goes_on_under_its_head(forms: PaperForms, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    | Địa chỉ |
    |---------|   the row has no end here, the page has
    | phố 1 … |
    |---------|
    """
    book = specimens.register_book(3)
    line = book.lines[1]
    owner = replace(line.about.owner, address=" ".join(f"phố-{number}" for number in range(1_200)))
    book = replace(book, lines=(book.lines[0], replace(line, about=replace(line.about, owner=owner)), book.lines[2]))
    leaves = setting.pages_set(monkeypatch, lambda: forms.notice(book, 1, ISSUED), 1)
    assert len(leaves) > 2
    for leaf in leaves:
        assert list(setting.outside(leaf, WIDE["M07"])) == []
        across = [top for x, top, to_x, to_top, _ in leaf.lines if to_x - x > 700 and top == to_top]
        down = [to_top for x, _, to_x, to_top, _ in leaf.lines if x == to_x]
        assert max(across) == pytest.approx(max(down))
    said = Counter(word for leaf in leaves for *_, text in leaf.texts for word in text.split())
    assert all(said[f"phố-{number}"] == 1 for number in range(1_200))
    assert "Cộng trang này: 1 hồ sơ." in " ".join(text for *_, text in leaves[0].texts)


def test_long_texts_keep_every_word(forms: PaperForms) -> None:
    reason = _sentence(20_000)
    there = Counter(text_of(forms.notice(_apology(reason), 1, ISSUED)).split())
    assert not Counter(reason.split()) - there
    there = Counter(text_of(forms.render("M01", _with_papers(40), 1, ISSUED)).split())
    assert all(there[f"GIAY_{number:02d}"] == 2 for number in range(40))


def test_the_register_adds_up_page_by_page(forms: PaperForms, monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = setting.pages_set(monkeypatch, lambda: forms.notice(specimens.register_book(60), 1, ISSUED), 1)
    total = 0
    for leaf in leaves:
        said = [text for *_, text in leaf.texts]
        heads = [text for text in said if text == "Địa chỉ chủ hồ sơ"]
        numbers = sum(text.startswith("261123-") for text in said)
        total += numbers
        assert len(heads) == 1
        assert f"Cộng trang này: {numbers} hồ sơ. Cộng dồn đến hết trang: {total} hồ sơ." in said
    assert total == 60
    empty = text_of(forms.notice(specimens.register_book(0), 1, ISSUED))
    assert "Cộng trang này: 0 hồ sơ." in empty
    assert "Trang 1/1" in empty


# ---- by date and by definition


@pytest.mark.parametrize(
    ("form", "on", "title", "basis"),
    [
        ("M04", date(2025, 9, 14), "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", "Mẫu số 04 · Thông tư số 01/2018"),
        ("M04", date(2025, 9, 15), "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", "Mẫu số 04 · Thông tư số 03/2025"),
        ("M06", date(2025, 9, 14), "PHIẾU KIỂM SOÁT QUÁ TRÌNH", "Mẫu số 05 · Thông tư số 01/2018"),
        ("M06", date(2025, 9, 15), "PHIẾU KIỂM SOÁT QUÁ TRÌNH", "Mẫu số 06 · Thông tư số 03/2025"),
        ("DON", date(2024, 12, 31), "ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI)", "Phụ lục 19 · Thông tư số 12/2017/TT-BGTVT"),
        ("DON", date(2025, 2, 28), "ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI)", "Phụ lục XXVI · Thông tư số 35/2024/TT-BGTVT"),
        ("DON", date(2025, 3, 1), "ĐỀ NGHỊ ĐỔI (CẤP LẠI)", "Thông tư số 12/2025/TT-BCA Phụ lục XII"),
    ],
)
def test_a_form_is_that_of_the_day_of_reception(forms: PaperForms, form: str, on: date, title: str, basis: str) -> None:
    at = datetime.combine(on, time(9), HANOI)
    if form == "DON":
        dossier = specimens.dossier()
        assert dossier.submitted is not None
        pdf = forms.render(form, replace(dossier, submitted=replace(dossier.submitted, received_at=at)), 1, ISSUED)
    else:
        notice = specimens.notices(ORDINARY)[form]
        assert not isinstance(notice, RegisterBook)
        pdf = forms.notice(replace(notice, about=replace(notice.about, on=on)), 1, ISSUED)
    text = text_of(pdf)
    assert title in text
    assert basis in text


def test_a_form_that_did_not_exist_yet_is_refused(forms: PaperForms) -> None:
    notice = specimens.notices(ORDINARY)["M05"]
    early = replace(notice, about=replace(specimens.about(ORDINARY), on=date(2025, 9, 14)))
    with pytest.raises(Refusal) as refused:
        forms.notice(early, 1, ISSUED)
    assert refused.value.code == "FORM_UNKNOWN"


def _defined(forms: PaperForms, form: str, **changes: object) -> PaperForms:
    words = forms._words(ISSUED.date(), "")
    definition = replace(words.form(form), **changes)
    return PaperForms(lambda *_: replace(words, forms=dict(words.forms) | {form: definition}), STATION, RESOURCES)


def test_codes_follow_the_definition(forms: PaperForms, pictures: Pictures) -> None:
    dossier = specimens.dossier()
    (first, _) = pictures(_defined(forms, "M01", barcode="code39").render("M01", dossier, 1, ISSUED), 300)
    assert sorted(codes_of(first).values()) == [specimens.CODE, specimens.CODE]
    assert any("39" in kind for kind in codes_of(first))
    (first, _) = pictures(_defined(forms, "M01", barcode="none", qr=False).render("M01", dossier, 1, ISSUED), 203)
    assert codes_of(first) == {}


def test_a_code_that_code39_cannot_write_is_refused(forms: PaperForms) -> None:
    with pytest.raises(Refusal) as refused:
        _defined(forms, "M01", barcode="code39").render("M01", specimens.dossier(code="g01-261123-0001"), 1, ISSUED)
    assert refused.value.code == "FORM_CODE"


def test_the_qr_code_opens_the_address_that_the_office_set(forms: PaperForms, pictures: Pictures) -> None:
    words = forms._words(ISSUED.date(), "")
    address = "https://dichvucong.example.vn/tra-cuu?ma={code}"
    online = replace(words, settings=dict(words.settings) | {"lookup_url": address})
    (first, _) = pictures(
        PaperForms(lambda *_: online, STATION, RESOURCES).render("M01", specimens.dossier(), 1, ISSUED), 203
    )
    assert codes_of(first) == {"qr": address.replace("{code}", specimens.CODE), "code128": specimens.CODE}


def test_order_labels_and_copies_are_the_definitions(forms: PaperForms) -> None:
    words = forms._words(ISSUED.date(), "")
    fields = words.form("M03").fields
    changed = [
        replace(field, label=Words("Thư điện tử", "Email")) if field.key == "email" else field for field in fields
    ]
    changed = [changed[3], *changed[:3], *changed[4:]]
    other = _defined(forms, "M03", fields=tuple(changed), copies=3, copy_names=("Liên A", "Liên B", "Liên C"))
    pdf = other.notice(specimens.notices(ORDINARY)["M03"], 1, ISSUED)
    assert pages_of(pdf) == 3
    text = text_of(pdf, "-f", "3", "-l", "3")
    assert "(Liên C)" in text
    assert text.index("Thư điện tử: ") < text.index("Tiếp nhận hồ sơ của: ")


def test_english_stands_beside_the_labels_for_a_foreigner_only(forms: PaperForms) -> None:
    foreign = specimens.dossier(ORDINARY | {"applicant.nationality": "DEU"})
    text = text_of(forms.render("M01", foreign, 1, ISSUED))
    assert "Receipt of dossier and appointment for the result" in text
    assert "Địa chỉ / Address: " in text
    assert "Email: " in text
    assert "Address" not in text_of(forms.render("M01", specimens.dossier(), 1, ISSUED))


def test_boxes_are_ticked_by_the_case_and_left_to_the_pen(forms: PaperForms, monkeypatch: pytest.MonkeyPatch) -> None:
    def strokes(case: str) -> int:
        dossier = specimens.dossier()
        assert dossier.submitted is not None
        merged = replace(dossier, submitted=replace(dossier.submitted, case=case))
        (leaf,) = setting.pages_set(monkeypatch, lambda: forms.render("DON", merged, 1, ISSUED), 1)
        return len([line for line in leaf.lines if line[4] > 1])

    assert strokes("DOI_SAP_HET_HAN") == 0
    assert strokes("DOI_TICH_HOP") == 2


def test_who_handed_in_and_whom_it_is_for_stay_apart(forms: PaperForms) -> None:
    by_another = ORDINARY | {"submitter.name": "Lê Thị Hương", "submitter.phone": "0987654321"}
    notes = specimens.notices(by_another)
    assert "Kèm theo hồ sơ của: TRẦN MINH QUÂN" in text_of(forms.notice(notes["M06"], 1, ISSUED))
    refused = text_of(forms.notice(notes["M03"], 1, ISSUED))
    assert "Tiếp nhận hồ sơ của: LÊ THỊ HƯƠNG" in refused
    assert "0987654321" in refused
    assert "TRẦN MINH QUÂN" not in refused


@pytest.mark.parametrize("form", OF_NOTICES)
def test_a_notice_names_nobody_in_its_repr(form: str) -> None:
    said = repr(specimens.notices()[form])
    private = [text for key, text in LONGEST.items() if key.startswith("applicant.")]
    for text in (*private, ORDINARY["applicant.name"], "Nguyễn Thu Hà", specimens.REASON.strip()):
        assert text not in said


def test_a_control_slip_tells_who_had_it_and_whether_in_time(forms: PaperForms) -> None:
    slip = specimens.control_slip(ORDINARY)
    late = replace(slip, steps=(HandOver("Đội 1", specimens.RECEIVED, specimens.DUE.replace(hour=15), "late"),))
    text = text_of(forms.notice(late, 1, ISSUED))
    assert "Quá hạn" in text
    assert text.count("Nhận:") == text.count("Giao:") == 5
    assert "Trước hạn" in text_of(forms.notice(slip, 1, ISSUED))


def _leaves_of(forms: PaperForms, monkeypatch: pytest.MonkeyPatch, form: str) -> Iterator[Leaf]:
    yield from setting.pages_set(monkeypatch, lambda: _render(forms, form), COPIES.get(form, 1))


@pytest.mark.parametrize("form", FORMS)
def test_no_place_to_sign_stands_alone_on_a_page(forms: PaperForms, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    for leaf in _leaves_of(forms, monkeypatch, form):
        texts = [text for *_, text in leaf.texts]
        if any(text.startswith("(Ký") and not text.startswith("(Ký tên") for text in texts):
            assert len(texts) > 8
