"""Each kind of defect, planted one at a time, is found with its file (and line, where it is one line)."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.catalogue.linter import check, counted
from tests.peers.pack import FOLDER, copy_of_pack, sign_again, training_pack


def test_the_pack_of_this_repository_is_clean_and_has_worked_examples() -> None:
    assert check(FOLDER) == []
    found = counted(training_pack())
    assert found.examples >= 300
    assert found.rules > 400


def test_an_unsigned_change_is_found_and_the_rest_still_checked(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    path = folder / "fees.csv"
    path.write_text(path.read_text("utf-8").replace("any,115000", "any,125000"), "utf-8", newline="\n")
    files = {problem.file for problem in check(folder)}
    assert files == {"fees.csv", "examples.toml"}


@pytest.mark.parametrize(
    ("name", "old", "new", "file", "says"),
    [
        (
            "limits.csv",
            "2025-03-01,2026-06-30,TT 12/2025/TT-BCA art.21",
            "2025-03-01,2026-07-05,x",
            "limits.csv",
            "twice",
        ),
        ("fees.csv", "2026-01-01,,TT 154", "2025-12-01,,TT 154", "fees.csv", "overlaps"),
        ("fees.csv", "2026-01-01,,TT 154", "2026-01-03,,TT 154", "fees.csv", "no fee"),
        ("limits.csv", "CAP_IDP,10,40,2026-07-01", "CAP_IDP,10,40,2026-07-09", "limits.csv", "no time limit"),
        ("expiry.csv", "30 day,1 year", "40 day,1 year", "expiry.csv", "does not follow"),
        ("expiry.csv", "0 day,30 day", "5 day,30 day", "expiry.csv", "does not follow"),
        ("papers.csv", "DOI_TICH_HOP_TUOC,yes", "DOI_TICH_HOP_THUOC,yes", "papers.csv", "no case"),
        ("exceptions.csv", "not chip,supervisor", "not chip,emperor", "exceptions.csv", "no role"),
        ("cases.csv", "licence-reissue", "licence-reprint", "cases.csv", "no procedure"),
        ("conversions.csv", "old,FC,CE", "old,FC,CX", "conversions.csv", "no class"),
        ("conversions.csv", "old,A4,,", "old,A9,,", "conversions.csv", "no class"),
        ("classes.csv", ",D2,yes", ",D9,yes", "classes.csv", "no class"),
        ("forms.toml", 'check = "phone"', 'check = "pigeon"', "forms.toml", "no check"),
        ("forms.toml", 'group = "application"', 'group = "wishes"', "forms.toml", "no group"),
        ("printed.toml", 'code = "M05"', 'code = "M55"', "printed.toml", "M05 is missing"),
        ("vocabulary.csv", "test,,", "test2,,", "notices.csv", "nobody knows"),
        ("examples.toml", "fee_vnd = 115000", "fee_vnd = 115001", "examples.toml", "expected 115001"),
        (
            "examples.toml",
            '"DOI_SAP_HET_HAN", received_at',
            '"DOI_SAP_HET_HAN", at',
            "examples.toml",
            "cannot be worked",
        ),
        ("examples.toml", "một trăm mười lăm nghìn", "một trăm", "examples.toml", "expected"),
    ],
)
def test_planted_defects_are_found(tmp_path: Path, name: str, old: str, new: str, file: str, says: str) -> None:
    folder = copy_of_pack(tmp_path)
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8", newline="\n")
    sign_again(folder)
    found = [problem for problem in check(folder) if problem.file == file]
    assert any(says in problem.words.en for problem in found), found


def test_the_line_of_a_broken_example_is_the_line_of_its_heading(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    path = folder / "examples.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("fee_vnd = 135000", "fee_vnd = 1", 1), "utf-8", newline="\n")
    sign_again(folder)
    (problem,) = check(folder)
    lines = path.read_text("utf-8").split("\n")
    assert lines[problem.line - 1] == "[[example]]"
    assert "fee_vnd = 1 " in lines[problem.line + 2] or "fee_vnd = 1 " in lines[problem.line + 1]


def test_a_folder_without_a_pack_is_one_problem(tmp_path: Path) -> None:
    assert check(tmp_path)
