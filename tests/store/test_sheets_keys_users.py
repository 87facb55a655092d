"""Sheets, keys and known users: what lies on the disk is unreadable, and every refusal names its true cause."""

from __future__ import annotations

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app.domain.refusals import Refusal
from clerk_app.store import keys
from clerk_app.store.known_users import KnownUsers
from clerk_app.store.sheets import SheetStore
from clerk_app.wire import SignedIn, User
from tests.store.conftest import MORNING, Clock, Store

PICTURE = b"\x89PNG a citizen's paper " * 50


@pytest.fixture
def sheets(store: Store, tmp_path: Path, clock: Clock) -> SheetStore:
    return SheetStore(tmp_path / "sheets", b"s" * 32, store.database, clock)


def _file(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "sheets").rglob("*.sheet")
    return path


def test_a_sheet_comes_back_and_lies_encrypted(sheets: SheetStore, tmp_path: Path) -> None:
    digest = sheets.put(PICTURE)
    assert sheets.put(PICTURE) == digest
    assert sheets.get(digest) == PICTURE
    assert b"citizen" not in _file(tmp_path).read_bytes()
    assert sheets.waiting() == ((digest, len(PICTURE)),)
    sheets.delivered(digest)
    assert sheets.waiting() == ()


def test_an_altered_sheet_is_refused(sheets: SheetStore, tmp_path: Path) -> None:
    digest = sheets.put(PICTURE)
    path = _file(tmp_path)
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(Refusal, match="SHEET_DAMAGED"):
        sheets.get(digest)
    path.unlink()
    with pytest.raises(Refusal, match="SHEET_MISSING"):
        sheets.get(digest)


def test_a_sheet_under_another_name_is_refused(sheets: SheetStore, tmp_path: Path) -> None:
    one, other = sheets.put(PICTURE), sheets.put(PICTURE + b"2")
    folder = tmp_path / "sheets"
    (folder / one[:2] / f"{one}.sheet").write_bytes((folder / other[:2] / f"{other}.sheet").read_bytes())
    with pytest.raises(Refusal, match="SHEET_DAMAGED"):
        sheets.get(one)


def test_keys_open_with_the_passphrase_only(tmp_path: Path) -> None:
    made = keys.create(tmp_path, "một mật khẩu")
    assert keys.passphrase_needed(tmp_path)
    assert keys.unwrap(tmp_path, "một mật khẩu") == made
    with pytest.raises(Refusal, match="KEY_WRONG"):
        keys.unwrap(tmp_path, "khác")
    with pytest.raises(Refusal, match="PASSPHRASE_NEEDED"):
        keys.unwrap(tmp_path)
    text = (tmp_path / keys.FILE).read_text("utf-8")
    assert made.database.hex() not in text
    assert set(json.loads(text)) == {"v", "id", "by", "salt", "cost", "nonce", "sealed"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode; the profile folder's rights protect it")
def test_the_key_file_is_the_users_alone(tmp_path: Path) -> None:
    keys.create(tmp_path, "x")
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600


def test_without_key_store_and_passphrase_there_are_no_keys(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="PASSPHRASE_NEEDED"):
        keys.create(tmp_path)
    assert not keys.exists(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"by": 3}', "\x00"])
def test_an_unreadable_key_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / keys.FILE).write_text(text, "utf-8")
    with pytest.raises(Refusal, match="KEY_MISSING"):
        keys.unwrap(tmp_path, "x")


SIGNED_IN = SignedIn(User("clerk", "Nguyễn Thị Lan", ["clerk"], "PC08"), 7, MORNING)


def test_offline_sign_in_names_the_true_cause(store: Store) -> None:
    users = KnownUsers(store.database)
    with pytest.raises(Refusal, match="SIGN_IN_FIRST_ONLINE"):
        users.check("clerk", "practice", MORNING)
    users.remember(SIGNED_IN, "practice")
    assert users.check("clerk", "practice", MORNING + timedelta(days=6)) == SIGNED_IN
    with pytest.raises(Refusal, match="SIGN_IN_TOO_LONG_OFFLINE"):
        users.check("clerk", "practice", MORNING + timedelta(days=8))
    with pytest.raises(Refusal, match="CLOCK_SET_BACK"):
        users.check("clerk", "practice", MORNING - timedelta(days=1))
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        users.check("clerk", "wrong", MORNING)


def test_wrong_passwords_make_it_wait_and_a_right_one_later_works(store: Store) -> None:
    users = KnownUsers(store.database)
    users.remember(SIGNED_IN, "practice")
    for _ in range(3):
        with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
            users.check("clerk", "wrong", MORNING)
    with pytest.raises(Refusal, match="SIGN_IN_WAIT"):
        users.check("clerk", "practice", MORNING)
    assert users.check("clerk", "practice", MORNING + timedelta(minutes=6)).user.id == "clerk"


def test_a_practice_desk_needs_no_passphrase_and_is_known_as_one(tmp_path: Path) -> None:
    made = keys.create(tmp_path, practice=True)
    assert keys.unwrap(tmp_path) == made
    assert keys.open_to_everybody(tmp_path)
    assert not keys.passphrase_needed(tmp_path)


def test_a_passphrase_given_for_a_practice_desk_counts(tmp_path: Path) -> None:
    keys.create(tmp_path, "riêng", practice=True)
    assert not keys.open_to_everybody(tmp_path)
    with pytest.raises(Refusal, match="PASSPHRASE_NEEDED"):
        keys.unwrap(tmp_path)


def test_scanning_again_mends_a_damaged_sheet(sheets: SheetStore, tmp_path: Path) -> None:
    digest = sheets.put(PICTURE)
    _file(tmp_path).write_bytes(b"damaged")
    assert sheets.put(PICTURE) == digest
    assert sheets.get(digest) == PICTURE
    assert not list((tmp_path / "sheets").rglob("*.part"))


def test_a_passphrase_and_passwords_at_the_same_moment(store: Store, tmp_path: Path) -> None:
    """Derivations of one process take turns, whoever wants them: two at once would wait for ever."""
    users = KnownUsers(store.database)
    users.remember(SignedIn(User("ha", "Hà", ["clerk"], "PC08-HN"), 7, MORNING), "practice")
    keys.create(tmp_path / "other", "một câu mật khẩu")

    def opened(_: int) -> bytes:
        return keys.unwrap(tmp_path / "other", "một câu mật khẩu").database

    def checked(_: int) -> bytes:
        return users.check("ha", "practice", MORNING).user.id.encode()

    with ThreadPoolExecutor(4) as threads:
        done = [*threads.map(opened, range(3)), *threads.map(checked, range(3))]
    assert len(set(done[:3])) == 1
    assert done[3:] == [b"ha"] * 3
