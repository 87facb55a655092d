"""A pack is taken whole or refused whole, with the place and the reason."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.catalogue import signing
from clerk_app.catalogue.pack import load
from clerk_app.catalogue.signing import PackRefusal
from clerk_app.domain.refusals import Refusal
from tests.peers.pack import FOLDER, TRAINING_KEY, copy_of_pack, public_key, sign_again, training_pack


def refusal(folder: Path) -> PackRefusal:
    with pytest.raises(PackRefusal) as caught:
        load(folder, [public_key()])
    return caught.value


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8", newline="\n")


def test_the_pack_of_this_repository_loads() -> None:
    pack = training_pack()
    rules = pack.as_of(date(2026, 11, 23))
    assert rules.rule_set == "R7"
    assert rules.version == pack.version
    assert len(rules.provinces) == 63
    assert rules.case("DOI_SAP_HET_HAN") is not None
    assert pack.as_of(date(2026, 11, 24)) is rules


def test_rules_change_on_their_day_and_on_no_other() -> None:
    pack = training_pack()
    before, after = pack.as_of(date(2026, 6, 30)), pack.as_of(date(2026, 7, 1))
    assert before.limits["3.000347"].half_days == 10
    assert after.limits["3.000347"].half_days == 7
    assert before.until == date(2026, 6, 30)
    assert after.since == date(2026, 7, 1)


def test_the_form_is_drawn_from_the_catalogue() -> None:
    form = training_pack().as_of(date(2026, 11, 23)).form("licence-exchange")
    names = {field.name for field in form.fields}
    assert {"applicant.number", "applicant.phone", "licences", "case", "wanted_class", "pledge"} <= names
    case = form.field("case")
    assert case is not None
    assert "DOI_SAP_HET_HAN" in [code for code, _ in case.choices]
    wanted = form.field("wanted_class")
    assert wanted is not None
    assert tuple(code for code, _ in wanted.choices if code in ("B1", "C1")) == ("B1", "C1")
    assert {field.group for field in form.fields} == {code for code, _ in form.groups}


def test_the_seven_forms_have_their_titles() -> None:
    rules = training_pack().as_of(date(2026, 11, 23))
    assert rules.printed["M01"].title.vi == "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"
    assert rules.printed["M01"].label("owner_name") == "Chủ hồ sơ"
    assert rules.printed["M06"].number == "Mẫu số 06"
    assert training_pack().as_of(date(2025, 9, 14)).printed["M06"].number == "Mẫu số 05"


def test_a_changed_pack_signed_again_is_taken(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "fees.csv", "any,115000", "any,120000")
    sign_again(folder)
    fee = load(folder, [public_key()]).as_of(date(2026, 11, 23)).fee("GPLX_ISSUE", "counter")
    assert fee is not None
    assert fee.amount_vnd == 120_000


def test_a_pack_edited_by_hand_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "fees.csv", "any,115000", "any,115001")
    found = refusal(folder)
    assert (found.code, found.file) == ("PACK_DAMAGED", "fees.csv")


def test_a_truncated_pack_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    content = (folder / "papers.csv").read_bytes()
    (folder / "papers.csv").write_bytes(content[: len(content) // 2])
    found = refusal(folder)
    assert (found.code, found.file) == ("PACK_DAMAGED", "papers.csv")
    assert found.line > 1
    assert "truncated" in found.words.en


def test_a_pack_from_before_a_column_stays_readable_and_says_nothing_in_it(tmp_path: Path) -> None:
    """Dossiers live by the pack of their day."""
    folder = copy_of_pack(tmp_path)
    table = folder / "recognition.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [[cell for at, cell in enumerate(row) if at != 4] for row in csv.reader(file)]
    assert rows[0][:5] == ["code", "title", "must", "never", "effective_from"]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    sign_again(folder)
    day = date(2026, 11, 23)
    older, newer = load(folder, [public_key()]).as_of(day), training_pack().as_of(day)
    assert {row.side for row in newer.recognition} == {"", "front", "back"}
    assert older.recognition == tuple(replace(row, side="") for row in newer.recognition)


def _before_grants(folder: Path) -> Path:
    """The pack as it was while each exception named the one role that could grant it."""
    table = folder / "exceptions.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [[*row[:3], "supervisor", *row[6:]] for row in csv.reader(file)]
    rows[0][3] = "granted_by"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    (folder / "grants.csv").unlink()
    sign_again(folder)
    return folder


def test_a_pack_from_before_grants_were_a_table_means_what_it_meant(tmp_path: Path) -> None:
    day = date(2026, 11, 23)
    older = load(_before_grants(copy_of_pack(tmp_path)), [public_key()]).as_of(day)
    newer = training_pack().as_of(day)
    assert (older.by_request, newer.by_request) == (False, True)
    for row in newer.exceptions:
        assert [(one.role, one.up_to_vnd) for one in older.grants(row.code)] == [("supervisor", None)]
        assert older.may_grant(["supervisor"], row.code, 10**9)
        assert not older.may_grant(["clerk"], row.code)
        assert older.approvers(row.code) == 1
    assert {row.raised for row in older.exceptions} == {""}
    assert older.grants("PAPER_WAIVED:GKSK")
    assert older.grants("FREE_BEER") == ()


def test_exceptions_with_half_of_the_old_columns_are_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "exceptions.csv", "when,approvers,raised,amount,", "when,granted_by,raised,amount,")
    sign_again(folder)
    assert (refusal(folder).code, refusal(folder).line) == ("PACK_ROW", 1)


@pytest.mark.parametrize("wrong", ["never,0,draft,no", "never,4,draft,no", "never,1,often,no", "never,1,draft,1000"])
def test_an_exception_that_cannot_be_is_refused_at_its_line(tmp_path: Path, wrong: str) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "exceptions.csv", "NUMBER_GRACE,*,never,1,draft,no", f"NUMBER_GRACE,*,{wrong}")
    sign_again(folder)
    assert (refusal(folder).code, refusal(folder).file) == ("PACK_ROW", "exceptions.csv")


def test_a_column_that_no_pack_was_without_has_to_be_there(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "recognition.csv", "code,title,must,never,side,", "code,title,must,side,")
    sign_again(folder)
    assert (refusal(folder).code, refusal(folder).line) == ("PACK_ROW", 1)


@pytest.mark.parametrize("name", ["fees.csv", "manifest.toml", "manifest.sig"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = copy_of_pack(tmp_path)
    (folder / name).unlink()
    assert refusal(folder).file == name


def test_a_file_nobody_signed_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    (folder / "extra.csv").write_text("code\n", "utf-8")
    found = refusal(folder)
    assert (found.code, found.file) == ("PACK_EXTRA", "extra.csv")


def test_another_key_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    signing.sign(folder, Ed25519PrivateKey.generate().private_bytes_raw(), "2", "2026-11-22", "somebody")
    assert refusal(folder).code == "PACK_SIGNATURE"


def test_a_station_that_trusts_nobody_takes_nothing() -> None:
    with pytest.raises(Refusal, match="PACK_SIGNATURE"):
        load(FOLDER, [])


@pytest.mark.parametrize("garbage", ["", "zz", "00" * 64, "é"])
def test_a_signature_that_is_none_is_refused(tmp_path: Path, garbage: str) -> None:
    folder = copy_of_pack(tmp_path)
    (folder / "manifest.sig").write_text(garbage, "utf-8")
    assert refusal(folder).code in ("PACK_UNSIGNED", "PACK_SIGNATURE")


def test_a_newer_schema_asks_for_a_newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of_pack(tmp_path)
    with monkeypatch.context() as later:
        later.setattr(signing, "SCHEMA", 2)
        sign_again(folder)
    found = refusal(folder)
    assert (found.code, found.file, found.line) == ("PACK_SCHEMA", "manifest.toml", 2)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("fees.csv", "any,115000", "any,free"),
        ("fees.csv", "2026-01-01", "2026-13-01"),
        ("fees.csv", "code,name_vi", "kode,name_vi"),
        ("fees.csv", ",partial\n", ",partial,more\n"),
        ("limits.csv", "3.000347,7", "3.000347,0"),
        ("expiry.csv", "30 day", "30 moons"),
        ("expiry.csv", "theory", "prayer"),
        ("papers.csv", "health_needed is yes", "health_needed are yes"),
        ("papers.csv", "health_needed is yes", "wealth is yes"),
        ("papers.csv", "{new_class}", "{old_class}"),
        ("refusals.csv", "person", "nobody"),
        ("hours.csv", "08:00", "13:30"),
        ("forms.toml", 'kind = "phone"', 'kind = "pigeon"'),
        ("forms.toml", "[[field]]", "[[field]"),
        ("printed.toml", 'paper = "A5"', 'paper = "A6"'),
        ("cases.csv", "\n", '\n"'),
    ],
)
def test_nonsense_signed_by_the_publisher_is_refused_with_its_line(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    folder = copy_of_pack(tmp_path)
    before = (folder / name).read_text("utf-8").split(old, 1)[0]
    edit(folder, name, old, new)
    sign_again(folder)
    found = refusal(folder)
    assert (found.code, found.file) == ("PACK_ROW", name)
    assert found.line >= 1
    if name.endswith(".csv") and new != '\n"':
        assert found.line == before.count("\n") + 1


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    with (folder / "texts.csv").open("ab") as file:
        file.write(b"\xff\xfe,x,y,2017-01-01,,,yes\n")
    sign_again(folder)
    found = refusal(folder)
    assert found.file == "texts.csv"
    assert found.line == len((FOLDER / "texts.csv").read_bytes().splitlines()) + 1


def test_a_manifest_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    manifest = (folder / "manifest.toml").read_bytes() + b'"../secret.csv" = { bytes = 0, sha256 = "00" }\n'
    (folder / "manifest.toml").write_bytes(manifest)
    key = Ed25519PrivateKey.from_private_bytes(signing.read_key(TRAINING_KEY))
    (folder / "manifest.sig").write_text(key.sign(manifest).hex(), "ascii")
    assert refusal(folder).code == "PACK_DAMAGED"


def test_signing_again_keeps_version_and_publisher(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    signing.sign(folder, signing.read_key(TRAINING_KEY))
    again = load(folder, [public_key()])
    assert again.manifest == training_pack().manifest
    assert again.as_of(date(2026, 11, 23)).units["G01.801"] == "Công an thành phố Hà Nội (mã 3 đoạn: G01.801.000)"


def test_the_training_keys_are_a_pair_and_the_private_one_is_not_in_the_pack() -> None:
    private = Ed25519PrivateKey.from_private_bytes(signing.read_key(TRAINING_KEY))
    assert private.public_key().public_bytes_raw() == public_key()
    assert not list(FOLDER.glob("*.key"))


@pytest.mark.parametrize("table", ["restrictions", "profiles", "reuses"])
def test_a_pack_from_before_a_table_was_added_still_loads(tmp_path: Path, table: str) -> None:
    folder = copy_of_pack(tmp_path)
    (folder / f"{table}.csv").unlink()
    sign_again(folder)
    rules = load(folder, [public_key()]).as_of(date(2026, 11, 23))
    assert not getattr(rules, table)
    assert getattr(training_pack().as_of(date(2026, 11, 23)), table)


def test_a_form_offers_the_cases_of_its_own_procedure() -> None:
    rules = training_pack().as_of(date(2026, 11, 23))
    case = rules.form("licence-exchange").field("case")
    assert case is not None
    offered = {code for code, _ in case.choices}
    assert offered == {one.code for one in rules.cases if "licence-exchange" in one.procedures}
    assert "CAP_SAU_SAT_HACH" not in offered


def test_proof_of_force_majeure_is_asked_for_while_the_law_takes_it() -> None:
    pack = training_pack()
    for day, asked in ((date(2025, 2, 28), False), (date(2025, 3, 1), True), (date(2026, 6, 30), True)):
        assert (pack.as_of(day).form("licence-exchange").field("force_majeure") is not None) is asked
    assert pack.as_of(date(2026, 7, 1)).form("licence-exchange").field("force_majeure") is None
