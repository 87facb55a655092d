"""Network scanners by eSCL against the practice one: its quirks, everything that goes wrong, and nothing half kept."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.desk.ports import ScannedPage
from clerk_app.devices.scanner import page_folder
from clerk_app.devices.scanner.conversation import worker_command
from clerk_app.devices.scanner.protocol import AskScan, line
from clerk_app.devices.scanner.scanners import DeskScanners, escl_address
from clerk_app.devices.scanner_faults import NOTICES, SCANNER
from clerk_app.domain.refusals import DeviceFault, Words
from clerk_app.domain.scanning import BOTH_SIDES, FEEDER, GLASS
from clerk_app.practice import escl_scanner
from clerk_app.practice.escl_machine import QUIRKS
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from tests.peers.escl import Papers, airscan_env
from tests.peers.processes import children

pytestmark = pytest.mark.wire
ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Desk:
    """Who scans, what came and what was said meanwhile."""

    machine: PracticeEsclScanner
    silence_s: float = 30.0
    pages: list[ScannedPage] = field(default_factory=list)
    notices: list[Words] = field(default_factory=list)

    @property
    def scanners(self) -> DeskScanners:
        return DeskScanners(addresses=[self.machine.address], drivers=(), silence_s=self.silence_s)

    def scan(self, source: str = FEEDER, most: int = 1000, dpi: int = 75) -> int:
        """Scan; give up after `most` pages."""
        device = f"escl:{self.machine.address}"
        seen = self.pages.append
        return self.scanners.scan(device, source, seen, lambda: len(self.pages) >= most, dpi, self.notices.append)

    def fails(self, source: str = FEEDER) -> str:
        """The code with which a scan ends."""
        with pytest.raises(DeviceFault) as ended:
            self.scan(source)
        assert ended.value.words.vi
        assert ended.value.remedy.vi
        return ended.value.code

    @property
    def job(self) -> dict[str, object]:
        """The last job as the scanner knows it."""
        return self.machine.jobs()[-1]


@pytest.fixture
def desk(network_scanner: PracticeEsclScanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    monkeypatch.setattr(page_folder, "IN_MEMORY", ())
    return Desk(network_scanner)


def mean(page: ScannedPage) -> float:
    """How bright a page is, from 0 to 255: enough to tell specimen papers apart."""
    with Image.open(BytesIO(page.data)) as picture:
        grey = picture.convert("L").resize((1, 1), Image.Resampling.BOX)
    value = grey.getpixel((0, 0))
    assert isinstance(value, int)
    return value


# ---- what arrives


def test_pages_are_the_papers_in_their_order_as_the_scanner_sent_them(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(4))

    assert desk.scan() == 4

    assert [(page.media, page.width, page.height, page.dpi) for page in desk.pages] == [
        ("image/jpeg", 620, 877, 75)
    ] * 4
    health, front, back, empty = (mean(page) for page in desk.pages)
    assert empty > health
    assert len({health, front, back, empty}) >= 3
    wish = {"feeder": True, "duplex": False, "dpi": 75, "grey": False, "width": 2480, "height": 3508}
    assert desk.job["wish"] == wish | {"format": "image/jpeg"}


def test_both_sides_come_front_and_back_of_each_sheet(desk: Desk, papers: Papers) -> None:
    desk.machine.show([(papers.health, papers.empty), (papers.front, papers.empty)])

    assert desk.scan(BOTH_SIDES) == 4

    assert [mean(page) > 244 for page in desk.pages] == [False, True, False, True]


def test_the_wanted_resolution_or_the_next_higher_is_asked_for(desk: Desk, papers: Papers) -> None:
    desk.machine.show(glass=papers.health)

    desk.scan(GLASS, dpi=120)

    assert [(page.dpi, page.width, page.height) for page in desk.pages] == [(150, 1240, 1754)]


@pytest.mark.parametrize("quirk", sorted(QUIRKS - {"no-feeder", "pdf-only", "lagging"}))
def test_what_real_scanners_do_differently_is_survived(desk: Desk, papers: Papers, quirk: str) -> None:
    desk.machine.show(papers.stack(3), papers.health, quirks=[quirk])

    assert desk.scan() == 3
    assert desk.scan(GLASS) == 1
    assert {page.height for page in desk.pages} == {877}


def test_a_scanner_without_a_feeder_has_none(desk: Desk, papers: Papers) -> None:
    desk.machine.show(glass=papers.health, quirks=["no-feeder"])

    (state,) = desk.scanners.devices()

    assert state.sources == (GLASS,)
    assert desk.fails(FEEDER) == "SCANNER_SOURCE_UNKNOWN"
    assert desk.scan(GLASS) == 1


def test_a_scanner_that_sends_only_pdf_is_refused_in_words(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(1), quirks=["pdf-only"])

    assert desk.fails() == "SCANNER_FORMAT"
    assert desk.machine.jobs() == [], "nothing was drawn for it"


def sent_as(folder: Path, change: str) -> Path:
    """A paper as JPEG at 300 dpi whose octets a scanner might send."""
    out = BytesIO()
    Image.effect_noise((2480, 3508), 40).convert("RGB").save(out, "JPEG", quality=60)
    data = out.getvalue()
    if change == "padded":
        data += b"\0" * 100
    elif change == "padded rows":
        data = data[:-2] + b"\0\0\0\0\xff\xd9"
    elif change == "height behind":
        at = data.index(b"\xff\xc0") + 5
        data = data[:at] + b"\0\0" + data[at + 2 : -2] + b"\xff\xdc\x00\x04" + data[at : at + 2] + b"\xff\xd9"
    elif change == "progressive":
        out = BytesIO()
        Image.effect_noise((2480, 3508), 40).save(out, "JPEG", quality=60, progressive=True)
        data = out.getvalue()
    (folder / "sheet.jpg").write_bytes(data)
    return folder / "sheet.jpg"


@pytest.mark.parametrize("change", ["", "padded", "padded rows", "height behind", "progressive"])
def test_a_whole_page_is_taken_however_its_jpeg_is_written(desk: Desk, tmp_path: Path, change: str) -> None:
    desk.machine.show([sent_as(tmp_path, change)])

    assert desk.scan(dpi=300) == 1

    (page,) = desk.pages
    assert (page.width, page.height) == (2480, 3508)
    with Image.open(BytesIO(page.data)) as picture:
        picture.load()
        assert picture.size == (2480, 3508)


def test_a_scanner_that_speaks_tls_with_a_certificate_of_its_own_is_scanned_from(papers: Papers) -> None:
    machine = escl_scanner.start(secure=True)
    try:
        desk = Desk(machine)
        machine.show(papers.stack(3), slow_s=1.0)
        assert machine.address.startswith("https:")
        assert desk.scan(dpi=300) == 3
        machine.show(papers.stack(3), fault="jam-cut", at=2)
        assert desk.fails() == "SCANNER_JAMMED"
        machine.show(papers.stack(3), fault="busy-page", at=2, times=1000)
        assert desk.scan(most=len(desk.pages) + 1) == 1
    finally:
        machine.close()


# ---- what goes wrong


@pytest.mark.parametrize(
    ("fault", "code", "pages"),
    [
        ("jam", "SCANNER_JAMMED", 2),
        ("jam-cut", "SCANNER_JAMMED", 2),
        ("multipick", "SCANNER_MULTIPICK", 2),
        ("mispick", "SCANNER_MISPICK", 2),
        ("cover-open", "SCANNER_COVER_OPEN", 0),
        ("stopped", "SCANNER_STOPPED", 0),
        ("truncated", "SCANNER_TRUNCATED", 2),
        ("dropped", "SCANNER_TRUNCATED", 2),
        ("rows", "SCANNER_TRUNCATED", 2),
        ("empty-body", "SCANNER_NO_DATA", 2),
        ("pdf", "SCANNER_FORMAT", 2),
        ("page", "SCANNER_GARBLED", 2),
        ("endless", "SCANNER_GARBLED", 2),
        ("huge", "SCANNER_GARBLED", 2),
        ("refused", "SCANNER_SETTING_REFUSED", 0),
        ("conflict", "SCANNER_SETTING_REFUSED", 0),
        ("error", "SCANNER_IO", 0),
        ("cancelled", "SCANNER_CANCELLED", 2),
        ("aborted", "SCANNER_NO_MEMORY", 2),
        ("garbage-xml", "SCANNER_GARBLED", 0),
        ("bomb", "SCANNER_GARBLED", 0),
        ("garbage", "SCANNER_GARBLED", 0),
        ("no-location", "SCANNER_GARBLED", 0),
        ("password", "SCANNER_ACCESS", 0),
        ("off", "SCANNER_IO", 0),
    ],
)
def test_what_goes_wrong_is_named_and_the_pages_before_it_are_kept(
    desk: Desk, papers: Papers, fault: str, code: str, pages: int
) -> None:
    desk.machine.show(papers.stack(4), papers.health, fault, at=3)
    before = children()

    assert desk.fails() == code

    assert len(desk.pages) == pages
    for page in desk.pages:
        with Image.open(BytesIO(page.data)) as picture:
            picture.load()
    assert children() == before
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    if fault != "no-location":  # of that one nobody can know
        assert not any(job["state"] == "Processing" for job in desk.machine.jobs())


def test_a_jam_that_the_scanner_notices_late_is_called_a_jam_still(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(4), fault="jam-cut", at=2, quirks=["lagging"])

    assert desk.fails() == "SCANNER_JAMMED"
    assert len(desk.pages) == 1


def test_a_jam_cleared_goes_on_where_it_was(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(6), fault="jam-cut", at=5)
    assert desk.fails() == "SCANNER_JAMMED"
    assert desk.fails() == "SCANNER_JAMMED", "nobody has cleared it"

    desk.machine.heal()

    assert desk.scan() == 2
    assert len(desk.pages) == 6


def test_an_empty_feeder_is_no_paper_before_anything_moves(desk: Desk, papers: Papers) -> None:
    desk.machine.show(glass=papers.health)

    assert desk.fails(FEEDER) == "SCANNER_NO_PAPER"
    assert desk.machine.jobs() == []


def test_an_open_feeder_hinders_nobody_at_the_glass_but_a_stopped_scanner_does(desk: Desk, papers: Papers) -> None:
    desk.machine.show(glass=papers.health, fault="stopped")
    assert desk.fails(GLASS) == "SCANNER_STOPPED"

    desk.machine.heal()

    assert desk.scan(GLASS) == 1


@pytest.mark.parametrize(("fault", "notice"), [("busy", "SCANNER_WAITING"), ("warming", "SCANNER_WARMING")])
def test_a_scanner_that_is_not_ready_is_waited_for_and_that_is_said(
    desk: Desk, papers: Papers, fault: str, notice: str
) -> None:
    desk.machine.show(papers.stack(2), fault=fault, times=2)

    assert desk.scan() == 2
    assert desk.notices == [NOTICES[notice]]


def test_a_page_that_is_not_ready_is_asked_for_again(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(3), fault="busy-page", at=2, times=2)

    assert desk.scan() == 3


def test_a_slow_first_page_is_waited_for_as_long_as_the_scanner_answers(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(2), slow_s=5.0)
    desk.silence_s = 4.5

    assert desk.scan() == 2
    assert desk.notices == [NOTICES["SCANNER_WARMING"]]


def test_a_scanner_that_hangs_is_given_up_and_the_next_scan_is_well(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(4), fault="hang", at=3)
    before = children()
    desk.silence_s = 2.0

    assert desk.fails() == "SCANNER_SILENT"
    assert len(desk.pages) == 2
    assert children() == before
    desk.machine.heal()
    assert desk.scan() == 2


def test_who_gives_up_while_a_page_is_awaited_keeps_the_others_and_ends_the_job(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(4), fault="busy-page", at=3, times=1000)

    assert desk.scan(most=2) == 2
    assert desk.job["state"] == "Canceled"


def test_who_gives_up_before_the_first_page_has_none_and_no_fault(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(2), fault="warming", times=1000)

    assert desk.scan(most=0) == 0
    assert desk.machine.jobs() == []


def test_who_gives_up_a_scanner_that_hangs_is_not_held(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(4), fault="hang", at=2)

    assert desk.scan(most=1) == 1


def test_a_worker_that_is_killed_leaves_the_desk_standing(desk: Desk, papers: Papers) -> None:
    desk.machine.show(papers.stack(3), fault="busy-page", at=2, times=1000)
    before = children()

    def kill(page: ScannedPage) -> None:
        desk.pages.append(page)
        (worker,) = children() - before
        os.kill(worker, signal.SIGKILL)

    with pytest.raises(DeviceFault) as ended:
        desk.scanners.scan(f"escl:{desk.machine.address}", FEEDER, kill, lambda: False, 75)

    assert ended.value.code == "SCANNER_CRASHED"
    assert len(desk.pages) == 1
    assert children() == before
    desk.machine.heal()
    assert desk.scan() == 2


def test_if_the_desk_dies_the_worker_ends_the_job_and_cleans_up(desk: Desk, papers: Papers, tmp_path: Path) -> None:
    desk.machine.show(papers.stack(3), fault="busy-page", at=2, times=1000)
    folder = tmp_path / "pages"
    folder.mkdir()
    ask = AskScan(driver="escl", device=desk.machine.address, source=FEEDER, dpi=75, folder=str(folder))
    with subprocess.Popen(
        worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(line(ask))
        worker.stdin.flush()
        while b'"page"' not in worker.stdout.readline():
            pass
        worker.stdin.close()
        assert worker.wait(timeout=30) == 0

    assert not folder.exists()
    assert desk.job["state"] == "Canceled"


def test_a_full_disk_is_called_a_full_disk(desk: Desk, tmp_path: Path) -> None:
    desk.machine.show([sent_as(tmp_path, ""), sent_as(tmp_path, "")])
    small = Path(tempfile.gettempdir())
    size = (tmp_path / "sheet.jpg").stat().st_size // 2
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        with pytest.raises(DeviceFault) as ended:
            desk.scan(dpi=300)
    finally:
        subprocess.run(["umount", str(small)], check=True)

    assert ended.value.code == "SCANNER_DISK_FULL"
    assert desk.job["state"] == "Canceled"


# ---- addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.7", "http://10.0.0.7/eSCL"),
        ("10.0.0.7:8080", "http://10.0.0.7:8080/eSCL"),
        (" https://scanner.local/eSCL/ ", "https://scanner.local/eSCL"),
        ("http://[fd00::7]:80/", "http://[fd00::7]:80/eSCL"),
        ("http://10.0.0.7/other/path", "http://10.0.0.7/other/path"),
        ("", ""),
    ],
)
def test_an_address_may_be_short(text: str, address: str) -> None:
    assert escl_address(text) == address


@pytest.mark.parametrize("text", ["ftp://10.0.0.7", "http://", "http://h:99999", "http://[::1", "://"])
def test_what_is_no_address_is_a_fault_and_hides_no_other_scanner(desk: Desk, text: str) -> None:
    with pytest.raises(DeviceFault) as refused:
        DeskScanners(addresses=[text], drivers=()).devices()

    assert refused.value.code == "SCANNER_UNREACHABLE"
    both = DeskScanners(addresses=[text, desk.machine.address], drivers=())
    assert [one.name for one in both.devices()] == [f"escl:{desk.machine.address}"]


def test_one_scanner_set_twice_is_there_once_and_one_that_is_off_is_not(desk: Desk) -> None:
    addresses = [desk.machine.address, f"{desk.machine.address}/", "http://127.0.0.1:9"]

    found = DeskScanners(addresses=addresses, drivers=()).devices()

    assert [one.name for one in found] == [f"escl:{desk.machine.address}"]


def test_one_that_sane_finds_too_is_listed_once_and_by_its_own_name(desk: Desk, tmp_path: Path) -> None:
    environment = airscan_env(tmp_path / "airscan", desk.machine.address)

    found = DeskScanners(environment, addresses=[desk.machine.address]).devices()

    assert [one.name for one in found] == [f"escl:{desk.machine.address}"]


@pytest.mark.parametrize("faults", [SCANNER, NOTICES], ids=["faults", "notices"])
def test_every_text_speaks_both_languages(faults: dict[str, Words | Sequence[Words]]) -> None:
    for said in faults.values():
        for words in [said] if isinstance(said, Words) else said:
            assert words.vi.endswith(".")
            assert words.en.endswith(".")
