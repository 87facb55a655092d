"""`clerk code read`: what a code is, and files that cannot be read beside files that can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clerk_app.commands.code import code
from clerk_app.devices import faults
from clerk_app.imaging.file_faults import FILE_FAULTS
from clerk_app.practice import card_contents, specimens
from tests.devices.test_codes import encoded, qr

QUAN = specimens.specimen(1).person
ZONE = card_contents.mrz(QUAN)


@pytest.mark.parametrize(
    ("text", "kind", "field", "value"),
    [
        (specimens.qr_text(QUAN), "identity", "name", QUAN.name.title()),
        (ZONE, "mrz", "number", QUAN.number),
        (ZONE[:31] + "X" + ZONE[32:], "other", "problem", "MRZ_CHECK_DIGITS"),
        ("G01.801.308-261123-000128", "dossier", "code", "G01.801.308-261123-000128"),
        ("0000123", "receipt", "number", "0000123"),
        ("001090012345|x", "other", "problem", "QR_INCOMPLETE"),
    ],
)
def test_the_kind_of_a_code_and_its_fields(tmp_path: Path, text: str, kind: str, field: str, value: str) -> None:
    (tmp_path / "code.png").write_bytes(encoded(qr(text)))
    done = CliRunner().invoke(code, ["read", str(tmp_path / "code.png"), "--json"])
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.stdout)
    assert (found["format"], found["text"], found["kind"]) == ("QRCode", text, kind)
    assert found["fields"][field] == value


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "code.png").write_bytes(encoded(qr("một")))
    (tmp_path / "noise.png").write_bytes(b"noise")
    done = CliRunner().invoke(code, ["read", str(tmp_path / "noise.png"), str(tmp_path / "code.png"), "--json"])
    assert done.exit_code == 1
    assert [one["text"] for one in json.loads(done.stdout)] == ["một"]
    assert "FILE_KIND_UNKNOWN" in done.stderr
    assert "noise.png" in done.stderr


def test_every_page_of_a_pdf_is_read(tmp_path: Path) -> None:
    first, second = qr("một").convert("RGB"), qr("hai").convert("RGB")
    first.save(tmp_path / "two.pdf", resolution=100, save_all=True, append_images=[second])
    done = CliRunner().invoke(code, ["read", str(tmp_path / "two.pdf"), "--json"])
    assert [one["text"] for one in json.loads(done.stdout)] == ["một", "hai"]


def test_one_code_has_one_meaning_wherever_it_is_said() -> None:
    """What the rooms that open files and pictures have in common is the same fault."""
    both = set(faults.FAULTS) & set(FILE_FAULTS)
    assert {faults.FAULTS[code][0].vi for code in both} == {FILE_FAULTS[code][0].vi for code in both}
