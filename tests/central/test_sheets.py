"""Sheets arrive whole or not at all, and go on from the byte where the line broke."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import pytest

from clerk_app.central.sheets import SheetFolder
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from clerk_app.wire import MAX_SHEET_BYTES
from tests.peers.central import CentralProcess, settled
from tests.peers.line import Line

SHEET = secrets.token_bytes(300_000)
DIGEST = hashlib.sha256(SHEET).hexdigest()


def _send(folder: SheetFolder, data: bytes, station: str = "Q01", offset: int = 0, digest: str = DIGEST) -> None:
    part = folder.open_part(digest, station, offset, len(SHEET))
    try:
        part.write(data)
    finally:
        part.close()


def _refusal(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_a_sheet_in_two_parts_is_one_sheet(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path)
    _send(folder, SHEET[:1000])
    assert folder.finish(DIGEST, "Q01", len(SHEET)).received == 1000
    assert not folder.whole(DIGEST)
    assert _refusal(lambda: _send(folder, SHEET[:5], offset=999)) == "SHEET_OFFSET"
    _send(SheetFolder(tmp_path), SHEET[1000:], offset=1000)
    state = folder.finish(DIGEST, "Q01", len(SHEET))
    assert (state.complete, state.received) == (True, len(SHEET))
    assert [path.read_bytes() for path in tmp_path.rglob(DIGEST)] == [SHEET]


def test_a_sheet_that_is_not_what_its_name_says_is_never_there(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path)
    _send(folder, SHEET[:-1] + b"\0")
    assert _refusal(lambda: folder.finish(DIGEST, "Q01", len(SHEET))) == "SHEET_DAMAGED"
    assert not folder.whole(DIGEST)
    assert folder.state(DIGEST, "Q01").received == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_nobody_spoils_the_part_of_another_station(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path)
    _send(folder, SHEET[:1000])
    _send(folder, b"\0" * 500, station="Q02")
    _send(folder, SHEET[1000:], offset=1000)
    assert folder.finish(DIGEST, "Q01", len(SHEET)).complete
    assert folder.state(DIGEST, "Q02").complete


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, pytest.param(DIGEST + "0", id="too-long")])
def test_a_name_is_a_digest(tmp_path: Path, name: str) -> None:
    folder = SheetFolder(tmp_path)
    assert _refusal(lambda: folder.state(name, "Q01")) == "SHEET_NAME"
    assert _refusal(lambda: folder.open_part(name, "Q01", 0, 1)) == "SHEET_NAME"


def test_too_much_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path)
    assert _refusal(lambda: folder.open_part(DIGEST, "Q01", 0, MAX_SHEET_BYTES + 1)) == "SHEET_TOO_BIG"
    assert _refusal(lambda: _send(folder, SHEET + b"1")) == "SHEET_TOO_LONG"


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
