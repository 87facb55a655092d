"""The disk is full at page 7 of a feed: said at page 7, with the true cause; six pages are safe, and it goes on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.desk.ports import ScannedPage
from clerk_app.domain.refusals import Refusal
from tests.desk.conftest import Desk, never
from tests.peers.disks import fill, small_disk

pytestmark = pytest.mark.story
OCTETS = 300_000
STACK = [ScannedPage(secrets.token_bytes(OCTETS), "image/png", 2480, 3508, 300) for _ in range(10)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 24) as place:
        yield place


def scans(desk: Desk, dossier: UUID) -> list[bytes]:
    pages = desk.journal.dossier(dossier).pages
    return [desk.sheets.original(page.sheet if page.raw else page.original) for page in pages]


@pytest.mark.parametrize(
    "left", [0, OCTETS // 2, OCTETS + 200, OCTETS + 9000, OCTETS + 40_000], ids=lambda left: f"{left} octets left"
)
def test_a_full_disk_at_page_seven(small: Path, left: int) -> None:
    """Whatever finds no room, the picture, its row or the entry: the page is not half there."""
    desk = Desk(small)
    dossier = desk.identified()
    desk.scanners.pages = list(STACK)
    told: list[int] = []

    def on_page(number: int) -> None:
        told.append(number)
        if number == 6:
            fill(small, left)

    with pytest.raises(Refusal) as caught:
        desk.papers.scan(dossier, "GKSK", on_page, never)
    assert caught.value.code == "DISK_FULL", "the true cause"
    assert caught.value.remedy.vi.startswith("Giải phóng dung lượng")
    assert 6 <= len(told) <= 7
    whole = [page.data for page in STACK[: len(told)]]
    assert scans(desk, dossier) == whole
    if not left:
        with pytest.raises(Refusal, match="DISK_FULL"):
            desk.making.finish(dossier)
        assert desk.making.pending(dossier) == len(told), "they stay raw until there is room"
    (small / "filler").unlink()
    desk.scanners.pages = STACK[len(told) :]
    desk.papers.scan(dossier, "GKSK", lambda _: None, never)
    desk.making.finish(dossier)
    assert scans(desk, dossier) == [page.data for page in STACK]
    assert desk.journal.verify().ok
    assert not list(small.rglob("*.part"))
    desk.database.close()
    again = Desk(small)
    with closing(again.database):
        assert scans(again, dossier) == [page.data for page in STACK]
