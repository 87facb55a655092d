"""Which law a desk starts with: the newest that it can believe, and never one that nobody may publish."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import bootstrap
from clerk_app.catalogue import signing
from clerk_app.catalogue.archive import archived
from clerk_app.domain.refusals import Refusal
from clerk_app.settings import Settings
from clerk_app.store.pack_shelf import PackShelf
from tests.peers.pack import newer_pack, public_key, sign_as, training_pack

OFFICE = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OFFICE_KEY = OFFICE.public_key().public_bytes_raw()
OLD = training_pack().version


def kept(profile: Path, pack: Path, key: bytes) -> Path:
    """The pack as central handed it out to this desk; where it lies."""
    digest = signing.verified_files(pack, [key])[0].digest
    taken = PackShelf(profile / "catalogue", [key]).take_in(archived(pack, [key]), digest)
    return next((profile / "catalogue").glob(f"{taken.version}@*"))


def of_the_office(folder: Path, version: str = "2026.12.1") -> Path:
    pack = newer_pack(folder, version)
    sign_as(pack, version, OFFICE.private_bytes_raw())
    return pack


def test_a_new_desk_has_the_law_that_the_program_came_with(tmp_path: Path) -> None:
    law = bootstrap.law_of(tmp_path / "desk", Settings(), practice=True)
    assert (law.pack.version, law.pack, law.troubles) == (OLD, law.floor, ())
    assert law.named(OLD) is law.pack
    assert law.named("2001.1") is law.pack


def test_the_newest_that_was_handed_out_is_in_force_and_the_others_are_found(tmp_path: Path) -> None:
    profile = tmp_path / "desk"
    for version in ("2026.12.1", "2026.12.2"):
        kept(profile, newer_pack(tmp_path, version), public_key())
    law = bootstrap.law_of(profile, Settings(), practice=True)
    assert (law.pack.version, law.troubles) == ("2026.12.2", ())
    assert law.named("2026.12.1").version == "2026.12.1"


def test_one_that_was_damaged_here_makes_way_for_the_one_before_and_is_named(tmp_path: Path) -> None:
    profile = tmp_path / "desk"
    kept(profile, newer_pack(tmp_path, "2026.12.1"), public_key())
    place = kept(profile, newer_pack(tmp_path, "2026.12.2"), public_key())
    (place / "fees.csv").write_text("code", "utf-8")
    law = bootstrap.law_of(profile, Settings(), practice=True)
    assert law.pack.version == "2026.12.1"
    assert [(one.code, "fees.csv" in one.words.vi) for one in law.troubles] == [("PACK_DAMAGED", True)]


def test_a_program_that_brings_a_newer_law_is_ahead_of_what_was_handed_out(tmp_path: Path) -> None:
    profile = tmp_path / "desk"
    kept(profile, newer_pack(tmp_path, "2026.1.1"), public_key())
    assert bootstrap.law_of(profile, Settings(), practice=True).pack.version == OLD


def test_a_desk_at_work_lives_by_what_its_office_published_and_by_nothing_else(tmp_path: Path) -> None:
    profile, at_work = tmp_path / "desk", Settings(catalogue_key=OFFICE_KEY.hex())
    with pytest.raises(Refusal) as nothing:
        bootstrap.law_of(profile, at_work, practice=False)
    assert nothing.value.code == "CATALOGUE_NOT_HERE", "the pack for training is no law"
    kept(profile, of_the_office(tmp_path), OFFICE_KEY)
    law = bootstrap.law_of(profile, at_work, practice=False)
    assert (law.pack.version, law.troubles) == ("2026.12.1", ())
    kept(profile, newer_pack(tmp_path, "2026.12.9"), public_key())
    law = bootstrap.law_of(profile, at_work, practice=False)
    assert law.pack.version == "2026.12.1", "laid there by somebody who has the training publisher's key"
    assert [one.code for one in law.troubles] == ["PACK_SIGNATURE"]
    with pytest.raises(Refusal) as keyless:
        bootstrap.law_of(profile, Settings(), practice=False)
    assert keyless.value.code == "CATALOGUE_KEY_MISSING"


def test_the_pack_it_was_set_up_with_is_missed_where_a_folder_was_named(tmp_path: Path) -> None:
    profile = tmp_path / "desk"
    kept(profile, of_the_office(tmp_path), OFFICE_KEY)
    named = Settings(catalogue_key=OFFICE_KEY.hex(), catalogue_folder=str(tmp_path / "gone"))
    law = bootstrap.law_of(profile, named, practice=False)
    assert law.pack.version == "2026.12.1"
    assert [one.code for one in law.troubles] == ["PACK_MISSING"]
