"""What one pack says otherwise than another: in sentences, for whom, from which day; and which decisions differ."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from clerk_app.catalogue.changes import told
from clerk_app.catalogue.changes.compared import Kind, compared
from clerk_app.catalogue.changes.decisions import decided_otherwise
from clerk_app.catalogue.changes.described import described
from clerk_app.catalogue.pack import Pack, load
from tests.peers.pack import copy_of_pack, public_key, sign_again, training_pack

FEE = '"Lệ phí cấp, đổi, cấp lại GPLX (quốc gia, quốc tế)","Fee for issue, exchange or re-issue of a licence'


def changed(tmp_path: Path, *edits: tuple[str, str, str]) -> Pack:
    """The pack of this repository after these edits: file, what stands there, what will."""
    folder = copy_of_pack(tmp_path)
    for name, old, new in edits:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8", newline="\n")
    sign_again(folder)
    return load(folder, [public_key()])


def sentences(later: Pack, on: date | None = None) -> list[tuple[Kind, str, str]]:
    now = training_pack()
    return [(one.change.kind, one.words.en, one.words.vi) for one in told.told(compared(now, later, on), now, later)]


NEXT_YEAR = (
    "fees.csv",
    "any,115000,2026-01-01,,TT 154/2025/TT-BTC (Annex),partial\n",
    "any,115000,2026-01-01,2026-12-31,TT 154/2025/TT-BTC (Annex),partial\n"
    f'GPLX_ISSUE,{FEE} (national, international)",any,120000,2027-01-01,,TT 1/2026/TT-BTC,yes\n',
)
PAPER = (
    "papers.csv",
    "QDXP,Quyết định",
    "XN_DIEM,Xác nhận điểm,Confirmation of points,DOI_NN DOI_QS,yes,points < 6,no,no,no,,,Cần.,Needed.,"
    "2027-03-01,,x,yes\n"
    "QDXP,Quyết định",
)


@pytest.mark.parametrize(
    ("edit", "kind", "en", "vi"),
    [
        (
            NEXT_YEAR,
            "changed",
            "From 01/01/2027 the fee “Fee for issue, exchange or re-issue of a licence (national, international)” "
            "becomes 120.000 đ instead of 115.000 đ, at every channel.",
            "Từ 01/01/2027, khoản thu “Lệ phí cấp, đổi, cấp lại GPLX (quốc gia, quốc tế)” là 120.000 đ thay cho "
            "115.000 đ, ở mọi kênh.",
        ),
        (
            PAPER,
            "new",
            "From 01/03/2027 there is the paper “Confirmation of points”: in the cases DOI_NN DOI_QS, when the points "
            "left below 6, required.",
            "Từ 01/03/2027 có giấy tờ “Xác nhận điểm”: cho trường hợp DOI_NN DOI_QS, khi số điểm còn lại dưới 6, "
            "bắt buộc.",
        ),
        (
            ("limits.csv", "3.000347,7,28,2026-07-01", "3.000347,6,24,2026-07-01"),
            "changed",
            "From 01/07/2026 the time limit 3.000347 becomes 3 working days instead of 3.5 working days; in hours now "
            "24 instead of 28.",
            "",
        ),
        (
            ("holidays.csv", "2026-11-24,no", "2026-11-24,yes"),
            "changed",
            "24/11/2026 (Vietnamese Culture Day) becomes a make-up working day instead of a day off.",
            "là ngày làm bù thay cho ngày nghỉ.",
        ),
        (
            ("exceptions.csv", "identity_level is not chip,1", "identity_level is manual,1"),
            "changed",
            "the exception IDENTITY_WEAK: the condition now the level of identification is typed by hand instead of",
            "",
        ),
        (
            ("grants.csv", "REFUND,supervisor,1000000", "REFUND,supervisor,500000"),
            "changed",
            "the right of supervisor to grant REFUND: up to now 500.000 đ instead of 1.000.000 đ.",
            "đến nay là 500.000 đ thay cho 1.000.000 đ.",
        ),
        (
            ("exceptions.csv", "BACKDATED,*,late_days >= 15,2", "BACKDATED,*,late_days >= 15,1"),
            "changed",
            "the exception BACKDATED: how many grant it now 1 instead of 2.",
            "",
        ),
        (
            ("texts.csv", "Tôi xin cam đoan", "Tôi cam đoan"),
            "text",
            "Words only, the wording “pledge”: changes in Vietnamese only.",
            "Chỉ sửa chữ, câu chữ “pledge”: là “Tôi cam đoan những",
        ),
        (
            ("settings.csv", "application_form,off", "application_form,on"),
            "changed",
            "From 01/07/2026 the setting application_form becomes “on” instead of “off”",
            "",
        ),
        (
            ("limits.csv", "2025-03-01,,TT 12/2025/TT-BCA,partial", "2025-03-01,,TT 9/2026/TT-BCA art.2,partial"),
            "basis",
            "The time limit SUPPLEMENT now rests on TT 9/2026/TT-BCA art.2 instead of TT 12/2025/TT-BCA.",
            "",
        ),
        (
            ("limits.csv", "2025-03-01,,TT 12/2025/TT-BCA,partial", "2025-03-01,,TT 12/2025/TT-BCA,yes"),
            "confirmed",
            "The time limit SUPPLEMENT is now confirmed.",
            "Thời hạn SUPPLEMENT nay đã được xác nhận.",
        ),
        (
            ("steps.csv", "processing,processing,office,runs,M04", "processing,processing,supervisor,runs,M04"),
            "changed",
            "who takes it now supervisor instead of office.",
            "người thực hiện nay là supervisor thay cho office.",
        ),
    ],
)
def test_a_change_is_one_sentence_in_both_languages(
    tmp_path: Path, edit: tuple[str, str, str], kind: Kind, en: str, vi: str
) -> None:
    ((got, english, vietnamese),) = sentences(changed(tmp_path, edit))
    assert got == kind
    assert en in english
    assert vi in vietnamese


def test_a_conversion_is_confirmed(tmp_path: Path) -> None:
    row = next(row for row in training_pack().tables.conversions if row.key == ("old", "FB2", "BE"))
    folder = copy_of_pack(tmp_path)
    lines = (folder / row.file).read_text("utf-8").split("\n")
    lines[row.line - 1] = re.sub(r"(no|partial)$", "yes", lines[row.line - 1])
    (folder / row.file).write_text("\n".join(lines), "utf-8", newline="\n")
    sign_again(folder)
    ((kind, en, _),) = sentences(load(folder, [public_key()]))
    assert (kind, en) == ("confirmed", "The conversion FB2 → BE is now confirmed.")


def test_a_day_that_moves_is_told_once_and_not_as_two_rows(tmp_path: Path) -> None:
    later = changed(
        tmp_path,
        ("limits.csv", "3.000347,10,40,2025-03-01,2026-06-30", "3.000347,10,40,2025-03-01,2026-07-04"),
        ("limits.csv", "3.000347,7,28,2026-07-01", "3.000347,7,28,2026-07-05"),
    )
    ((kind, en, _),) = sentences(later)
    assert kind == "moved"
    assert en == "The time limit 3.000347 (3.5 working days) takes effect on 05/07/2026 instead of 01/07/2026."


def test_a_row_that_goes_and_a_rule_that_ends(tmp_path: Path) -> None:
    later = changed(
        tmp_path,
        ("notices.csv", "KHUYEN_KHICH,DOI_BIA_PET,always,", "KHUYEN_KHICH_MOI,DOI_BIA_PET,always,"),
        ("steps.csv", "2026-07-01,,TT 108/2026/TT-BCA,no", "2026-07-01,2027-12-31,TT 108/2026/TT-BCA,no"),
    )
    assert [(kind, en.split(":")[0]) for kind, en, _ in sentences(later)] == [
        ("removed", "From 01/01/2025 the notice KHUYEN_KHICH no longer applies."),
        ("new", "From 01/01/2025 there is the notice KHUYEN_KHICH_MOI"),
        (
            "removed",
            "From 01/01/2028 the step “Hand over the electronic licence, without a card” no longer applies.",
        ),
    ]


def test_a_change_of_a_day_is_not_told_of_another(tmp_path: Path) -> None:
    later = changed(tmp_path, NEXT_YEAR)
    assert sentences(later, date(2026, 12, 31)) == []
    assert len(sentences(later, date(2027, 1, 1))) == 1


def test_changes_are_gathered_by_whom_they_are_for(tmp_path: Path) -> None:
    now, later = training_pack(), changed(tmp_path, NEXT_YEAR, PAPER, ("settings.csv", "form,off", "form,on"))
    found = told.told(compared(now, later), now, later)
    assert [(one.heading.en, len(one.cases)) for one in found] == [
        ("Every procedure – every case", len(now.as_of(date(2027, 1, 1)).cases)),
        ("Exchange of a driving licence – Military licence; Foreign licence", 2),
        ("Settings of the office", 0),
    ]
    text = told.text_of(found, (), now, later, "vi")
    assert text.index("Mọi thủ tục – mọi trường hợp") < text.index("Tùy chọn của đơn vị")
    document = told.document_of(found, (), now, later, "en")
    assert isinstance(document["changes"], list)
    fee, paper, setting = document["changes"]
    assert (fee["table"], fee["kind"], fee["since"], fee["until"]) == ("fees", "changed", "2027-01-01", None)
    assert fee["fields"] == [{"field": "value", "before": "115.000 đ", "after": "120.000 đ"}]
    assert paper["cases"] == ["DOI_QS", "DOI_NN"]
    assert setting["name"] == "application_form"


def test_one_wording_in_many_rows_is_told_once(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    path = folder / "fees.csv"
    path.write_text(path.read_text("utf-8").replace("Lệ phí cấp, đổi", "Lệ phí cấp mới, đổi"), "utf-8", newline="\n")
    sign_again(folder)
    now, later = training_pack(), load(folder, [public_key()])
    (one,) = told.told(compared(now, later), now, later)
    assert (one.change.kind, one.heading.en) == ("text", "Every procedure – every case")
    assert one.change.until is None


def test_decisions_that_come_out_otherwise_are_named(tmp_path: Path) -> None:
    now, later = training_pack(), changed(tmp_path, NEXT_YEAR)
    in_time = sum(len(one.examples) for one in decided_otherwise(now, later))
    outcomes = decided_otherwise(now, later, date(2027, 4, 1))
    assert 0 < in_time < 50 < sum(len(one.examples) for one in outcomes)
    for one in outcomes:
        assert [(two.name, two.before.en, two.after.en) for two in one.differences] == [
            ("fee_vnd", "115.000 đ", "120.000 đ")
        ]
    assert decided_otherwise(now, now) == ()


def test_the_same_pack_has_no_changes() -> None:
    now = training_pack()
    assert compared(now, now) == ()
    assert told.text_of((), (), now, now, "en").endswith("No rule changes.")


def test_every_table_has_words_for_its_rows() -> None:
    for table, rows in training_pack().tables.all():
        for row in rows:
            said = described(table, row.key, row.value)
            assert said.subject.vi
            assert said.subject.en
            assert len({fact.label for fact in said.facts}) == len(said.facts)
