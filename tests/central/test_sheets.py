"""Sheets arrive whole or not at all, and go on from the byte where the line broke."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest

from clerk_app.central import object_sheets
from clerk_app.central.object_sheets import store_of as obstore_of
from clerk_app.central.sheets import PART_LIVES, SheetStore, open_sheets
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from clerk_app.wire import MAX_SHEET_BYTES
from tests.peers.central import BOTH, Backing, CentralProcess, settled
from tests.peers.disks import fill, small_disk
from tests.peers.line import Line
from tests.peers.postgres import free_port
from tests.peers.s3 import ObjectStore

BACKINGS = BOTH
SHEET = secrets.token_bytes(300_000)
DIGEST = hashlib.sha256(SHEET).hexdigest()


@pytest.fixture
def address(tmp_path: Path, backing: Backing) -> str:
    return backing.blobs(tmp_path)


@pytest.fixture
def store(address: str) -> SheetStore:
    return open_sheets(address)


def _send(store: SheetStore, data: bytes, station: str = "Q01", offset: int = 0, total: int = len(SHEET)) -> None:
    part = store.open_part(DIGEST, station, offset, total)
    try:
        part.write(data)
    finally:
        part.close()


def _refusal(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def _objects(address: str) -> dict[str, bytes]:
    """Everything that lies in the store, by its last name."""
    if "://" not in address:
        return {path.name: path.read_bytes() for path in Path(address).rglob("*") if path.is_file()}
    kept = obstore_of(address)
    found = [one["path"] for chunk in obstore.list(kept) for one in chunk]
    return {path.rpartition("/")[2]: bytes(obstore.get(kept, path).bytes()) for path in found}


def test_a_sheet_in_two_parts_is_one_sheet(store: SheetStore, address: str) -> None:
    _send(store, SHEET[:1000])
    assert store.finish(DIGEST, "Q01", len(SHEET)).received == 1000
    assert not store.whole(DIGEST)
    assert _refusal(lambda: _send(store, SHEET[:5], offset=999)) == "SHEET_OFFSET"
    another_process = open_sheets(address)
    assert another_process.state(DIGEST, "Q01").received == 1000
    _send(another_process, SHEET[1000:], offset=1000)
    state = another_process.finish(DIGEST, "Q01", len(SHEET))
    assert (state.complete, state.received) == (True, len(SHEET))
    assert store.whole(DIGEST)
    assert store.state(DIGEST, "Q07") == state
    assert _objects(address) == {DIGEST: SHEET}


def test_a_sheet_in_one_go_leaves_no_parts(store: SheetStore, address: str) -> None:
    part = store.open_part(DIGEST, "Q01", 0, len(SHEET))
    for at in range(0, len(SHEET), 64_000):
        part.write(SHEET[at : at + 64_000])
    assert part.finish().complete
    part.close()
    assert _objects(address) == {DIGEST: SHEET}


def test_what_was_kept_of_a_part_outlives_its_process(store: SheetStore, address: str) -> None:
    big = secrets.token_bytes(3 * 1024 * 1024)
    digest = hashlib.sha256(big).hexdigest()
    part = store.open_part(digest, "Q01", 0, len(big))
    for at in range(0, 2 * 1024 * 1024, 64_000):
        part.write(big[at : at + 64_000])
        if part.full:
            part.keep()
    have = open_sheets(address).state(digest, "Q01").received
    assert 1024 * 1024 <= have <= 2 * 1024 * 1024 + 64_000
    rest = open_sheets(address).open_part(digest, "Q01", have, len(big))
    rest.write(big[have:])
    assert rest.finish().complete
    rest.close()
    part.close()
    assert _objects(address)[digest] == big


def test_a_sheet_that_is_not_what_its_name_says_is_never_there(store: SheetStore, address: str) -> None:
    _send(store, SHEET[:-1] + b"\0")
    assert _refusal(lambda: store.finish(DIGEST, "Q01", len(SHEET))) == "SHEET_DAMAGED"
    part = store.open_part(DIGEST, "Q01", 0, len(SHEET))
    part.write(SHEET[:-1] + b"\0")
    assert _refusal(part.finish) == "SHEET_DAMAGED"
    part.close()
    assert not store.whole(DIGEST)
    assert store.state(DIGEST, "Q01").received == 0
    assert _objects(address) == {}


def test_nothing_written_through_another_open_part_reaches_a_sheet_that_was_found_right(
    store: SheetStore, address: str
) -> None:
    same, longer, right = (store.open_part(DIGEST, "Q01", 0, len(SHEET) + more) for more in (0, 500, 0))
    right.write(SHEET)
    assert right.finish().complete
    same.write(b"\0" * 1000)
    longer.write(bytes(len(SHEET) + 500))
    for part in (same, longer, right):
        with contextlib.suppress(Refusal):
            part.finish()
        part.close()
    assert store.read(DIGEST) == SHEET
    assert _objects(address)[DIGEST] == SHEET


def test_nobody_spoils_the_part_of_another_station(store: SheetStore) -> None:
    _send(store, SHEET[:1000])
    _send(store, b"\0" * 500, station="Q02")
    _send(store, SHEET[1000:], offset=1000)
    assert store.finish(DIGEST, "Q01", len(SHEET)).complete
    assert store.state(DIGEST, "Q02").complete


def test_what_is_missing_is_asked_for_at_once(store: SheetStore) -> None:
    _send(store, SHEET)
    store.finish(DIGEST, "Q01", len(SHEET))
    others = {secrets.token_hex(32) for _ in range(40)}
    assert store.missing({DIGEST, *others}) == others
    assert store.missing(set()) == set()


def test_a_part_that_nobody_goes_on_with_is_removed(store: SheetStore, address: str) -> None:
    _send(store, SHEET)
    store.finish(DIGEST, "Q01", len(SHEET))
    whole = _objects(address)
    other = secrets.token_hex(32)
    part = store.open_part(other, "Q01", 0, 500)
    part.write(b"x" * 100)
    part.close()
    now = datetime.now(UTC)
    assert store.sweep(now) == 0
    assert store.state(other, "Q01").received == 100
    assert store.sweep(now + PART_LIVES + timedelta(hours=1)) == 1
    assert store.state(other, "Q01").received == 0
    assert _objects(address) == whole, "what is whole stays"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, pytest.param(DIGEST + "0", id="too-long")])
def test_a_name_is_a_digest(store: SheetStore, name: str) -> None:
    assert _refusal(lambda: store.state(name, "Q01")) == "SHEET_NAME"
    assert _refusal(lambda: store.open_part(name, "Q01", 0, 1)) == "SHEET_NAME"
    assert _refusal(lambda: store.missing({name})) == "SHEET_NAME"


def test_too_much_is_refused_before_it_fills_the_disk(store: SheetStore) -> None:
    assert _refusal(lambda: store.open_part(DIGEST, "Q01", 0, MAX_SHEET_BYTES + 1)) == "SHEET_TOO_BIG"
    assert _refusal(lambda: _send(store, SHEET + b"1")) == "SHEET_TOO_LONG"


# ---- where sheets may lie ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("ftp://there/sheets", "BLOBS_KIND"),
        ("s3://", "BLOBS_KIND"),
        ("s3://bucket?endpoint=there:9000", "BLOBS_KIND"),
        ("s3://bucket?secret=x", "BLOBS_KIND"),
        ("s3://key:secret@bucket/prefix", "BLOBS_KIND"),
        ("s3://bucket/prefix?endpoint=http://10.1.2.3:9000", "TLS_NEEDED"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_by_name(address: str, code: str) -> None:
    assert _refusal(lambda: open_sheets(address)) == code


def test_a_store_that_is_away_is_told_as_away(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_sheets, "_PATIENCE", {"max_retries": 0})
    nobody = f"s3://bucket/x?endpoint=http://127.0.0.1:{free_port()}"
    away, gone = open_sheets(nobody), open_sheets(f"s3://nobodys-bucket/x?endpoint={object_store.endpoint}")
    for store in (away, gone):
        assert _refusal(lambda: _send(store, SHEET)) == "SHEETS_AWAY"  # noqa: B023
    assert _refusal(lambda: away.state(DIGEST, "Q01")) == "SHEETS_AWAY"
    assert _refusal(lambda: away.missing({DIGEST, "0" * 64})) == "SHEETS_AWAY"


def test_a_full_disk_is_told_as_away(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        store = open_sheets(str(disk / "sheets"))
        filler = fill(disk, leave=100_000)
        assert _refusal(lambda: _send(store, SHEET)) == "SHEETS_AWAY"
        have = store.state(DIGEST, "Q01").received
        assert have <= 100_000
        filler.unlink()
        _send(store, SHEET[have:], offset=have)
        assert store.finish(DIGEST, "Q01", len(SHEET)).complete, "what had arrived before is still good"


# ---- on the wire -------------------------------------------------------------------------------------------------


@pytest.mark.wire
@pytest.mark.parametrize("kill", [False, True])
def test_after_a_cut_only_the_rest_is_sent(central: CentralProcess, line: Line, kill: bool) -> None:
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    uplink.sheet_state(DIGEST)
    line.cut_after = line.carried + 123_456
    assert _refusal(lambda: uplink.send_sheet(DIGEST, SHEET, 0)) == "CENTRAL_UNREACHABLE"
    # What still lay in the server's socket when the line broke is lost; what it had read is not.
    state = settled(lambda: uplink.sheet_state(DIGEST), lambda state: state.received > 50_000)
    assert state.received > 50_000
    if kill:
        central.kill()
        central.start()
        state = uplink.sheet_state(DIGEST)
    assert state.received > 50_000
    assert state.received <= 123_456
    before = line.carried
    assert uplink.send_sheet(DIGEST, SHEET, state.received).complete
    assert line.carried - before <= len(SHEET) - state.received + 1000
    assert uplink.sheet_state(DIGEST).complete
    uplink.close()


@pytest.mark.wire
def test_a_damaged_sheet_is_refused_on_the_wire(shared_central: CentralProcess) -> None:
    uplink = shared_central.enrol(f"Q01-{secrets.token_hex(3)}")
    other = secrets.token_hex(32)
    assert _refusal(lambda: uplink.send_sheet(other, SHEET, 0)) == "SHEET_DAMAGED"
    assert uplink.sheet_state(other).received == 0
    assert _refusal(lambda: uplink.send_sheet(other, SHEET, 5)) == "SHEET_OFFSET"
