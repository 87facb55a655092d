"""The trust package: signed for this office or not taken, whole or not at all, never back."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.domain.refusals import Refusal
from clerk_app.store import trust_package
from clerk_app.store.trust_package import TrustManifest, TrustPackage

_KEY = Ed25519PrivateKey.generate()
SECRET, KEYS = _KEY.private_bytes_raw(), [_KEY.public_key().public_bytes_raw()]
DAY = date(2026, 11, 22)


def made(folder: Path, version: str = "2026.11.1", office: str = "PC08", **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or {"csca": b"certificate", "crl": b"list"}).items():
        (folder / f"{name}.der").write_bytes(content)
    trust_package.sign(folder, SECRET, name="Gói thử", office=office, version=version, issued=DAY)
    return folder


def as_zip(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    path.write_bytes(trust_package.zipped(trust_package.read(folder, KEYS)))
    return path


def code(call: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.remedy.vi
    assert caught.value.remedy.en
    return caught.value.code


def take(path: Path, folder: Path, office: str = "PC08") -> None:
    trust_package.install(trust_package.read(path, KEYS), folder, KEYS, office)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_signed_package_is_taken_whole(tmp_path: Path, zipped: bool) -> None:
    folder = made(tmp_path / "package")
    package = trust_package.read(as_zip(folder) if zipped else folder, KEYS)
    assert (package.manifest.name, package.manifest.office, package.manifest.issued) == ("Gói thử", "PC08", DAY)
    assert package.files == {"crl.der": b"list", "csca.der": b"certificate"}
    trust_package.install(package, tmp_path / "trust", KEYS, "PC08")
    found = trust_package.installed(tmp_path / "trust", KEYS, "PC08")
    assert (found.blobs, found.refusal, found.loose) == ((b"list", b"certificate"), None, ())
    assert [one.name for one in (tmp_path / "trust").iterdir()] == [trust_package.INSTALLED]


def test_an_unpacked_package_is_one_too(tmp_path: Path) -> None:
    folder = made(tmp_path / "trust")
    assert trust_package.installed(folder, KEYS, "PC08").blobs == (b"list", b"certificate")
    (folder / "more.pem").write_bytes(b"another authority")
    found = trust_package.installed(folder, KEYS, "PC08")
    assert found.blobs == ()
    assert found.refusal is not None
    assert found.refusal.code == "TRUST_EXTRA"


def test_loose_files_are_not_believed_and_are_named(tmp_path: Path) -> None:
    (tmp_path / "csca.pem").write_bytes(b"certificate")
    (tmp_path / "README.txt").write_bytes(b"text")
    found = trust_package.installed(tmp_path, KEYS, "PC08")
    assert (found.package, found.refusal, found.loose) == (None, None, ("csca.pem",))
    take(made(tmp_path.parent / "package"), tmp_path)
    found = trust_package.installed(tmp_path, KEYS, "PC08")
    assert (found.blobs, found.loose) == ((b"list", b"certificate"), ("csca.pem",))
    assert trust_package.installed(tmp_path / "none", KEYS, "PC08").package is None


# ---- what is not taken


def _unsigned(folder: Path) -> None:
    (folder / trust_package.SIGNATURE).unlink()


def _by_another(folder: Path) -> None:
    signed = (folder / trust_package.MANIFEST).read_bytes()
    (folder / trust_package.SIGNATURE).write_text(Ed25519PrivateKey.generate().sign(signed).hex())


def _altered(folder: Path) -> None:
    (folder / "csca.der").write_bytes(b"another authority")


def _taken_out(folder: Path) -> None:
    (folder / "crl.der").unlink()


def _added(folder: Path) -> None:
    (folder / "more.der").write_bytes(b"another authority")


def _renamed_office(folder: Path) -> None:
    path = folder / trust_package.MANIFEST
    path.write_bytes(path.read_bytes().replace(b"PC08", b"PC09"))


def _no_manifest(folder: Path) -> None:
    (folder / trust_package.MANIFEST).unlink()


def _inner_folder(folder: Path) -> None:
    (folder / "inner").mkdir()


def _linked(folder: Path) -> None:
    (folder / "link.der").symlink_to("/etc/hostname")


def _huge(folder: Path) -> None:
    with (folder / "huge.der").open("wb") as file:
        file.truncate(trust_package.MOST_FILE_BYTES + 1)


def _many(folder: Path) -> None:
    for at in range(trust_package.MOST_FILES + 3):
        (folder / f"{at}.der").write_bytes(b"x")


@pytest.mark.parametrize(
    ("spoil", "wanted"),
    [
        (_unsigned, "TRUST_UNSIGNED"),
        (_by_another, "TRUST_SIGNATURE"),
        (_renamed_office, "TRUST_SIGNATURE"),
        (_altered, "TRUST_DAMAGED"),
        (_taken_out, "TRUST_DAMAGED"),
        (_added, "TRUST_EXTRA"),
        (_no_manifest, "TRUST_MISSING"),
        (_inner_folder, "TRUST_PATH"),
        (_linked, "TRUST_PATH"),
        (_huge, "TRUST_TOO_LARGE"),
        (_many, "TRUST_TOO_LARGE"),
    ],
)
def test_what_was_meddled_with_is_refused(tmp_path: Path, spoil: Callable[[Path], None], wanted: str) -> None:
    trust = tmp_path / "trust"
    take(made(tmp_path / "good"), trust)
    before = (trust / trust_package.INSTALLED).read_bytes()
    folder = made(tmp_path / "package", "2026.11.2")
    spoil(folder)
    assert code(lambda: take(folder, trust)) == wanted
    assert (trust / trust_package.INSTALLED).read_bytes() == before


def test_a_rule_packs_signature_does_not_make_a_trust_package(tmp_path: Path) -> None:
    """The same key signs both kinds; each says which it is."""
    from clerk_app.catalogue import signing

    (tmp_path / "rules.toml").write_text("x = 1")
    signing.sign(tmp_path, SECRET, "1", "2026-11-22", "PC08")
    assert code(lambda: trust_package.read(tmp_path, KEYS)) == "TRUST_DAMAGED"
    other = made(tmp_path / "package")
    with pytest.raises(Refusal) as caught:
        signing.verified_files(other, KEYS)
    assert caught.value.code == "PACK_DAMAGED"


def test_another_offices_package_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path / "package", office="PC09")
    assert code(lambda: take(folder, tmp_path / "trust")) == "TRUST_OTHER_OFFICE"
    take(folder, tmp_path / "trust", "PC09")
    found = trust_package.installed(tmp_path / "trust", KEYS, "PC08")
    assert found.refusal is not None
    assert (found.blobs, found.refusal.code) == ((), "TRUST_OTHER_OFFICE")
    assert trust_package.installed(tmp_path / "trust", KEYS, "").package is None, "a desk of no office"


def test_there_is_no_way_back(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    take(made(tmp_path / "two", "2026.9"), trust)
    take(made(tmp_path / "three", "2026.11"), trust)
    assert code(lambda: take(tmp_path / "two", trust)) == "TRUST_OLDER"
    take(tmp_path / "three", trust)
    assert code(lambda: take(made(tmp_path / "again", "2026.11", csca=b"other"), trust)) == "TRUST_VERSION_TAKEN"
    assert trust_package.installed(trust, KEYS, "PC08").blobs == (b"list", b"certificate")


def test_damage_opens_no_way_back(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    old = made(tmp_path / "old", "1")
    take(made(tmp_path / "new", "2"), trust)
    installed = trust / trust_package.INSTALLED
    with zipfile.ZipFile(installed) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(installed, "w") as archive:
        for name, content in (kept | {"csca.der": b"damaged"}).items():
            archive.writestr(name, content)
    assert trust_package.installed(trust, KEYS, "PC08").package is None
    assert code(lambda: take(old, trust)) == "TRUST_OLDER"
    take(tmp_path / "new", trust)
    assert trust_package.installed(trust, KEYS, "PC08").package is not None


def test_an_import_that_is_cut_off_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = tmp_path / "trust"
    take(made(tmp_path / "one", "1"), trust)
    before = (trust / trust_package.INSTALLED).read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert code(lambda: take(made(tmp_path / "two", "2"), trust)) == "TRUST_NOT_WRITTEN"
    assert [one.name for one in trust.iterdir()] == [trust_package.INSTALLED]
    assert (trust / trust_package.INSTALLED).read_bytes() == before


# ---- zip files that mean harm


def _zip(path: Path, *members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.der", "/etc/evil.der", "a/b.der", "C:\\evil.der", "..", ".hidden", "x" * 200, "a\nb.der"]
)
def test_no_name_leads_out_of_the_package(tmp_path: Path, name: str) -> None:
    assert code(lambda: trust_package.read(_zip(tmp_path / "p.zip", (name, b"x")), KEYS)) == "TRUST_PATH"


def test_one_name_is_one_file(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = _zip(tmp_path / "p.zip", ("a.der", b"x"), ("a.der", b"y"))
    assert code(lambda: trust_package.read(path, KEYS)) == "TRUST_PATH"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "p.zip", *((f"{at}.der", bytes(trust_package.MOST_FILE_BYTES)) for at in range(6)))
    assert bomb.stat().st_size < 100_000
    assert code(lambda: trust_package.read(bomb, KEYS)) == "TRUST_TOO_LARGE"
    many = _zip(tmp_path / "m.zip", *((f"{at}.der", b"") for at in range(1500)))
    assert code(lambda: trust_package.read(many, KEYS)) == "TRUST_TOO_LARGE"
    large = tmp_path / "l.zip"
    with large.open("wb") as file:
        file.truncate(trust_package.MOST_BYTES + 1)
    assert code(lambda: trust_package.read(large, KEYS)) == "TRUST_TOO_LARGE"
    odd = _zip(tmp_path / "o.zip", ("a.der", b"x"), compression=zipfile.ZIP_LZMA)
    assert code(lambda: trust_package.read(odd, KEYS)) == "TRUST_DAMAGED"
    assert code(lambda: trust_package.read(tmp_path / "gone.zip", KEYS)) == "TRUST_MISSING"


def test_a_large_member_that_says_it_is_small(tmp_path: Path) -> None:
    """The size in the list is the archive's own word: what is unpacked is counted."""
    content = bytes(trust_package.MOST_FILE_BYTES + 5)
    path = _zip(tmp_path / "p.zip", ("a.der", content))
    told = path.read_bytes().replace(len(content).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(told)
    assert code(lambda: trust_package.read(path, KEYS)) in ("TRUST_DAMAGED", "TRUST_TOO_LARGE")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_package_is_refused_or_the_same(tmp_path: Path, data: st.DataObject) -> None:
    good = trust_package.zipped(_package())
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    path = tmp_path / "p.zip"
    for content in (bytes(damaged), bytes(damaged[:cut]), data.draw(st.binary(max_size=200))):
        path.write_bytes(content)
        with suppress(Refusal):
            assert trust_package.read(path, KEYS).files == _package().files


def _package() -> TrustPackage:
    """A package in memory."""
    digest = hashlib.sha256(b"certificate").hexdigest()
    lines = ['kind = "trust"', "schema = 1", 'name = "x"', 'office = "PC08"', 'version = "1"']
    lines += ['issued = "2026-11-22"', "[files]", f'"csca.der" = "{digest}"']
    signed = "\n".join(lines).encode()
    manifest = TrustManifest("x", "PC08", "1", DAY, {"csca.der": digest})
    return TrustPackage(manifest, {"csca.der": b"certificate"}, signed, _KEY.sign(signed).hex().encode())


@pytest.mark.parametrize(
    ("name", "office", "version"), [("x", "PC08", "v1"), ("x", "PC 08", "1"), ('"', "PC08", "1"), ("x", "", "1")]
)
def test_a_manifest_says_what_can_be_compared(tmp_path: Path, name: str, office: str, version: str) -> None:
    (tmp_path / "csca.der").write_bytes(b"x")
    sign = partial(trust_package.sign, tmp_path, SECRET, issued=DAY)
    assert code(partial(sign, name=name, office=office, version=version)) == "TRUST_NAME"
    (tmp_path / "csca.der").unlink()
    assert code(partial(sign, name="x", office="PC08", version="1")) == "TRUST_EMPTY"
