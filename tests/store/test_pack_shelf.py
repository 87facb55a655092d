"""The desk's shelf of rule packs: whole or not at all, every old one kept, verified again at every reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.catalogue import signing
from clerk_app.catalogue.archive import archived, packed, unpacked
from clerk_app.domain.refusals import Refusal
from clerk_app.store.pack_shelf import PackShelf
from tests.peers.pack import FOLDER, TRAINING_KEY, newer_pack, public_key, sign_as, training_pack

STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


@pytest.fixture
def shelf(tmp_path: Path) -> PackShelf:
    made = PackShelf(tmp_path / "catalogue", [public_key()])
    made.keep(training_pack().manifest, FOLDER)
    return made


def lying(folder: Path) -> dict[str, bytes]:
    """Everything that lies in the profile's catalogue folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def taken(folder: Path) -> tuple[bytes, bytes]:
    """The archive of a pack and its digest, whoever signed it."""
    keys = [public_key(), STRANGER.public_key().public_bytes_raw()]
    manifest, _ = signing.verified_files(folder, keys)
    return archived(folder, keys), manifest.digest


def test_a_newer_pack_is_kept_beside_the_old_one(shelf: PackShelf, tmp_path: Path) -> None:
    pack = shelf.take_in(*taken(newer_pack(tmp_path)))
    assert pack.version == "2026.12.1"
    assert shelf.versions() == ("2026.12.1", training_pack().version)
    for again in (shelf, PackShelf(tmp_path / "catalogue", [public_key()])):
        old, new = again.pack(training_pack().version), again.pack("2026.12.1")
        assert old is not None
        assert new is not None
        fees = [one.as_of(date(2030, 1, 7)).fee("GPLX_ISSUE", "counter") for one in (old, new)]
        assert [fee.amount_vnd for fee in fees if fee] == [115_000, 125_000]
    assert shelf.pack("2019.1") is None


def test_versions_are_counted_not_spelled(shelf: PackShelf, tmp_path: Path) -> None:
    for version in ("2026.12.9", "2026.12.10"):
        shelf.take_in(*taken(newer_pack(tmp_path, version)))
    assert shelf.versions()[:2] == ("2026.12.10", "2026.12.9")


def _no_signature(pack: Path) -> tuple[bytes, bytes]:
    data, digest = taken(pack)
    return packed({name: content for name, content in unpacked(data).items() if name != signing.SIGNATURE}), digest


def _other_key(pack: Path) -> tuple[bytes, bytes]:
    sign_as(pack, "2026.12.1", STRANGER.private_bytes_raw())
    return taken(pack)


def _newer_schema(pack: Path) -> tuple[bytes, bytes]:
    manifest = (pack / signing.MANIFEST).read_bytes().replace(b"schema = 1", b"schema = 2")
    key = Ed25519PrivateKey.from_private_bytes(signing.read_key(TRAINING_KEY))
    signed = {signing.MANIFEST: manifest, signing.SIGNATURE: key.sign(manifest).hex().encode()}
    return packed(unpacked(taken(pack)[0]) | signed), taken(pack)[1]


def _edited(pack: Path) -> tuple[bytes, bytes]:
    data, digest = taken(pack)
    files = unpacked(data)
    return packed(files | {"fees.csv": files["fees.csv"].replace(b"125000", b"125001")}), digest


def _shortened(pack: Path) -> tuple[bytes, bytes]:
    data, digest = taken(pack)
    files = unpacked(data)
    return packed(files | {"papers.csv": files["papers.csv"][:500]}), digest


def _lacking(pack: Path) -> tuple[bytes, bytes]:
    data, digest = taken(pack)
    return packed({name: content for name, content in unpacked(data).items() if name != "papers.csv"}), digest


def _unreadable_row(pack: Path) -> tuple[bytes, bytes]:
    (pack / "fees.csv").write_text((pack / "fees.csv").read_text("utf-8").replace("125000", "free"), "utf-8")
    sign_as(pack, "2026.12.1")
    return taken(pack)


def _example_fails(pack: Path) -> tuple[bytes, bytes]:
    examples = pack / "examples.toml"
    examples.write_text(examples.read_text("utf-8").replace("fee_vnd = 115000", "fee_vnd = 1", 1), "utf-8")
    sign_as(pack, "2026.12.1")
    return taken(pack)


def _no_version(pack: Path) -> tuple[bytes, bytes]:
    sign_as(pack, "the newest")
    return taken(pack)


BAD: dict[str, tuple[Callable[[Path], tuple[bytes, bytes]], str]] = {
    "unsigned": (_no_signature, "PACK_UNSIGNED"),
    "signed by a stranger": (_other_key, "PACK_SIGNATURE"),
    "for a newer program": (_newer_schema, "PACK_SCHEMA"),
    "cut on the way": (lambda pack: (taken(pack)[0][:-40], taken(pack)[1]), "PACK_DAMAGED"),
    "a file cut": (_shortened, "PACK_DAMAGED"),
    "a file gone": (_lacking, "PACK_DAMAGED"),
    "edited after signing": (_edited, "PACK_DAMAGED"),
    "not the one offered": (lambda pack: (taken(pack)[0], b"x" * 32), "PACK_DAMAGED"),
    "a row that cannot be read": (_unreadable_row, "PACK_ROW"),
    "an example that does not come out": (_example_fails, "PACK_INCONSISTENT"),
    "no version": (_no_version, "PACK_VERSION"),
    "garbage": (lambda pack: (b"garbage", taken(pack)[1]), "PACK_DAMAGED"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_pack_is_refused_whole_and_nothing_has_changed(shelf: PackShelf, tmp_path: Path, kind: str) -> None:
    make, code = BAD[kind]
    before = lying(tmp_path / "catalogue")
    data, digest = make(newer_pack(tmp_path))
    with pytest.raises(Refusal) as refusal:
        shelf.take_in(data, digest)
    assert refusal.value.code == code
    assert all((refusal.value.words.vi, refusal.value.words.en))
    assert lying(tmp_path / "catalogue") == before
    assert shelf.versions() == (training_pack().version,)


def test_the_law_cannot_be_changed_where_it_lies(shelf: PackShelf, tmp_path: Path) -> None:
    shelf.take_in(*taken(newer_pack(tmp_path)))
    (fees,) = (tmp_path / "catalogue").glob("2026.12.1@*/fees.csv")
    fees.write_bytes(fees.read_bytes().replace(b"125000", b"25000"))
    again = PackShelf(tmp_path / "catalogue", [public_key()])
    assert again.pack("2026.12.1") is None
    with pytest.raises(Refusal, match="PACK_DAMAGED"):
        again.load("2026.12.1")
    again.take_in(*taken(newer_pack(tmp_path / "once more")))
    assert again.pack("2026.12.1") is not None, "fetched again, it takes the place of what was spoilt"


def test_what_a_crash_left_half_written_is_no_pack(shelf: PackShelf, tmp_path: Path) -> None:
    half = tmp_path / "catalogue" / ".part-crashed"
    half.mkdir()
    (half / "fees.csv").write_text("code", "utf-8")
    assert PackShelf(tmp_path / "catalogue", [public_key()]).versions() == (training_pack().version,)
    shelf.take_in(*taken(newer_pack(tmp_path)))
    assert not half.exists()


def test_a_disk_that_takes_nothing_is_no_fault_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "catalogue").write_text("in the way", "utf-8")
    with pytest.raises(Refusal, match="PACK_NOT_WRITTEN"):
        PackShelf(tmp_path / "catalogue", [public_key()]).take_in(*taken(newer_pack(tmp_path)))


def test_a_version_is_no_path(tmp_path: Path) -> None:
    pack = newer_pack(tmp_path)
    sign_as(pack, "../../elsewhere")
    with pytest.raises(Refusal, match="PACK_VERSION"):
        PackShelf(tmp_path / "profile" / "catalogue", [public_key()]).take_in(*taken(pack))
    assert {one.name for one in tmp_path.iterdir()} == {"2026.12.1", "profile"}
