"""Printed forms of a pack: what a definition may say, and what is refused with its file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.catalogue.test_pack import copy_of_pack, edit, refusal, sign_again
from tests.peers.pack import training_pack


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('block = "half"', 'block = "third"'),
        ('head = "office"', 'head = "church"'),
        ("shares = [6, 60, 10, 14, 10]", "shares = [6, 60, 10, 14]"),
        ("shares = [6, 60, 10, 14, 10]", "shares = [6, 60, 10, 14, 0]"),
        ('aligns = ["centre", "left"', 'aligns = ["middle", "left"'),
        ("copies = 2", "copies = 3"),
        ('values = ["", "Nhận', 'values = ["Nhận'),
        ("copies = 2", "copies = 0"),
        ('barcode = "none"', 'barcode = "ean13"'),
        ("qr = false", 'qr = "perhaps"'),
        ('paper = "80mm"', 'paper = "58mm"'),
        ("landscape = true", "landscape = 3"),
    ],
)
def test_a_definition_that_no_printer_understands_is_refused(tmp_path: Path, old: str, new: str) -> None:
    folder = copy_of_pack(tmp_path)
    edit(folder, "printed.toml", old, new)
    sign_again(folder)
    found = refusal(folder)
    assert (found.code, found.file) == ("PACK_ROW", "printed.toml")
    assert found.line >= 1


def test_every_form_is_there_on_the_days_it_is_for() -> None:
    pack = training_pack()
    official = {"M01", "M02", "M03", "M04", "M06", "M07", "DON", "fee_receipt", "SHIFT", "TICKET", "TRAIL"}
    assert set(pack.as_of(date(2026, 11, 23)).printed) == official | {"M05"}
    assert set(pack.as_of(date(2025, 9, 14)).printed) == official


def test_a_table_has_as_many_shares_and_places_as_columns_and_keys_are_used_once() -> None:
    for day in (date(2024, 6, 3), date(2025, 9, 14), date(2026, 11, 23)):
        for form in training_pack().as_of(day).printed.values():
            keys = [field.key for field in form.fields]
            assert len(keys) == len(set(keys))
            assert len(form.copy_names) in (0, form.copies)
            for field in form.fields:
                if field.block == "table":
                    assert len(field.columns) == len(field.shares) == len(field.aligns)
