"""Whatever lies in a folder that claims to be a pack: it is refused with its place and reason, and read no further."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.catalogue import signing
from clerk_app.catalogue.linter import Problem, check
from clerk_app.catalogue.pack import load
from clerk_app.catalogue.signing import PackRefusal
from tests.peers.pack import FOLDER, TRAINING_KEY, copy_of_pack, public_key, sign_again

FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".toml", ".sig", ".pub"))
SIGNED_FILES = [name for name in FILES if name.endswith((".csv", ".toml")) and name != signing.MANIFEST]


def sign_manifest(folder: Path, manifest: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(signing.read_key(TRAINING_KEY))
    (folder / signing.MANIFEST).write_bytes(manifest)
    (folder / signing.SIGNATURE).write_text(key.sign(manifest).hex(), "ascii")


def named_too(folder: Path, name: str) -> None:
    line = f'"{name}" = {{ bytes = 0, sha256 = "{"0" * 64}" }}\n'
    sign_manifest(folder, (folder / signing.MANIFEST).read_bytes() + line.encode())


def huge(folder: Path, name: str) -> None:
    with (folder / name).open("r+b") as file:
        file.truncate(100 * 1024 * 1024)


def linked(folder: Path, name: str) -> None:
    (folder / name).rename(folder.parent / name)
    (folder / name).symlink_to(folder.parent / name)


def piped(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)


def written(name: str, content: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(content)
        sign_again(folder)

    return spoil


def replaced(name: str, before: bytes, after: bytes) -> Callable[[Path], None]:
    return written(name, (FOLDER / name).read_bytes().replace(before, after))


HEAD = (FOLDER / "fees.csv").read_bytes().split(b"\n", 1)[0]
HOSTILE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "unsigned": (lambda folder: (folder / "manifest.sig").unlink(), "manifest.sig", "not signed"),
    "a huge table": (lambda folder: huge(folder, "fees.csv"), "fees.csv", "too large"),
    "a huge manifest": (lambda folder: huge(folder, "manifest.toml"), "manifest.toml", "too large"),
    "a huge signature": (lambda folder: huge(folder, "manifest.sig"), "manifest.sig", "too large"),
    "a link": (lambda folder: linked(folder, "fees.csv"), "fees.csv", "not a plain file"),
    "a linked manifest": (lambda folder: linked(folder, "manifest.toml"), "manifest.toml", "not a plain file"),
    "a pipe": (lambda folder: piped(folder, "fees.csv"), "fees.csv", "not a plain file"),
    "a name that climbs": (lambda folder: named_too(folder, "../x.csv"), "manifest.toml", "cannot be read"),
    "a name of a drive": (lambda folder: named_too(folder, "C:x.csv"), "manifest.toml", "cannot be read"),
    "a name with a backslash": (lambda folder: named_too(folder, r"..\\x.csv"), "manifest.toml", "cannot be read"),
    "an absolute name": (lambda folder: named_too(folder, "/etc/passwd"), "manifest.toml", "cannot be read"),
    "an endless number": (
        lambda folder: sign_manifest(folder, b"schema = inf\n"), "manifest.toml", "cannot be read"),
    "a deep manifest": (
        lambda folder: sign_manifest(folder, b"a = " + b"[" * 100_000), "manifest.toml", "cannot be read"),
    "deep brackets": (written("forms.toml", b"a = " + b"[" * 1_000_000), "forms.toml", "unreadable"),
    "deep tables": (written("printed.toml", b"a = " + b"{a=" * 1_000_000), "printed.toml", "unreadable"),
    "an endless key": (written("printed.toml", b"a." * 1_000_000 + b"a = 1"), "printed.toml", "too many dots"),
    "an endless figure": (written("forms.toml", b"a = " + b"9" * 1_000_000), "forms.toml", "unreadable"),
    "an open quote": (written("fees.csv", HEAD + b'\n"x'), "fees.csv", "unreadable"),
    "an endless cell": (written("fees.csv", HEAD + b"\n" + b"x" * 1_000_000), "fees.csv", "unreadable"),
    "other columns": (written("fees.csv", b"code,amount\nX,1\n"), "fees.csv", "the columns must be"),
    "too few cells": (written("fees.csv", HEAD + b"\nGPLX_ISSUE,1\n"), "fees.csv", "2 cells, not"),
    "bytes that are no text": (written("fees.csv", bytes(range(256)) * 10), "fees.csv", "not UTF-8"),
    "nothing": (written("fees.csv", b""), "fees.csv", "empty"),
    "an hour of a zone": (replaced("hours.csv", b"08:00", b"08:00+07:00"), "hours.csv", "not a time"),
    "hours of a zone": (replaced("hours.csv", b":00", b":00Z"), "hours.csv", "not a time"),
    "a reception of a zone": (replaced("receptions.csv", b"08:00", b"08:00Z"), "receptions.csv", "not a time"),
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_no_pack_is_refused_with_its_place(tmp_path: Path, hostile: str) -> None:
    spoil, file, says = HOSTILE[hostile]
    folder = copy_of_pack(tmp_path)
    spoil(folder)
    problems = check(folder, [public_key()])
    assert (problems[0].file, says in problems[0].words.en) == (file, True), problems
    assert {problem.file for problem in problems} == {file}
    with pytest.raises(PackRefusal) as caught:
        load(folder, [public_key()])
    assert caught.value.file == file


def test_a_folder_full_of_files_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    for number in range(signing.MAX_FILES):
        (folder / f"x{number}.csv").write_text("", "utf-8")
    assert all(problem.kind == "signature" for problem in check(folder, [public_key()]))


def test_a_pack_that_is_large_as_a_whole_is_refused(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    for number in range(3):
        (folder / f"x{number}.csv").write_bytes(b"\n" * (signing.MAX_FILE_BYTES - 1))
    sign_again(folder)
    (problem,) = check(folder, [public_key()])
    assert problem.words.en == "the pack as a whole is too large."
    with pytest.raises(PackRefusal):
        load(folder, [public_key()])


def test_another_key_and_a_newer_schema_are_told_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of_pack(tmp_path)
    signing.sign(folder, Ed25519PrivateKey.generate().private_bytes_raw(), "2", "2026-11-22", "somebody")
    assert [(one.file, one.kind) for one in check(folder, [public_key()])] == [("manifest.sig", "signature")]
    with monkeypatch.context() as later:
        later.setattr(signing, "SCHEMA", 2)
        sign_again(folder)
    (problem,) = check(folder, [public_key()])
    assert (problem.file, problem.line) == ("manifest.toml", 2)


def test_a_folder_of_another_kind_and_no_folder_at_all(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere", FOLDER / "fees.csv"):
        (problem,) = check(place, [public_key()])
        assert problem.file == "manifest.toml"
        with pytest.raises(PackRefusal) as caught:
            load(place, [public_key()])
        assert caught.value.code == "PACK_MISSING"


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_pack(tmp_path_factory.mktemp("spoilt"))


SCRAPS = st.one_of(
    st.binary(max_size=3),
    st.sampled_from([b'"', b",", b"\n", b"\0", b"0", b"9999-12-31", b"0001-01-01", b"{", b"}", b"[[", b"\xc3", b"((("]),
)


def _mutated(folder: Path, name: str, where: float, removed: int, scrap: bytes, resigned: bool) -> list[Problem]:
    """What is said of a pack with one file changed; the folder is whole again afterwards."""
    content = (FOLDER / name).read_bytes()
    place = int(where * len(content))
    keep = [signing.MANIFEST, signing.SIGNATURE, name]
    try:
        (folder / name).write_bytes(content[:place] + scrap + content[place + removed :])
        if resigned:
            sign_again(folder)
        return check(folder, [public_key()])
    finally:
        for one in keep:
            (folder / one).write_bytes((FOLDER / one).read_bytes())


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 3), SCRAPS)
def test_any_change_of_any_file_is_told(spoilt: Path, name: str, where: float, removed: int, scrap: bytes) -> None:
    before = (FOLDER / name).read_bytes()
    place = int(where * len(before))
    problems = _mutated(spoilt, name, where, removed, scrap, False)
    if before != before[:place] + scrap + before[place + removed :] and name in (*SIGNED_FILES, signing.MANIFEST):
        assert problems
    for problem in problems:
        assert problem.words.vi
        assert problem.file


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SIGNED_FILES), st.floats(0, 1), st.integers(0, 3), SCRAPS)
def test_no_change_by_the_publisher_breaks_the_check(
    spoilt: Path, name: str, where: float, removed: int, scrap: bytes
) -> None:
    for problem in _mutated(spoilt, name, where, removed, scrap, True):
        assert problem.words.vi
        assert problem.words.en
