"""The scanner against SANE's own test devices: pages, every way a scan ends, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.desk.ports import ScannedPage, Scanners
from clerk_app.devices.faults import FAULTS
from clerk_app.devices.scanner import page_folder, sane
from clerk_app.devices.scanner.conversation import Workers
from clerk_app.devices.scanner.protocol import AskScan, Done, Page, Say, line
from clerk_app.devices.scanner.sane import Site, abilities_from, resolution, settings
from clerk_app.devices.scanner.scanners import DeskScanners
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain.refusals import DeviceFault
from tests.peers.escl import Papers
from tests.peers.sane import NetworkSane, SaneEnv

pytestmark = pytest.mark.wire
FEEDER = "Automatic Document Feeder"
ROOT = Path(__file__).resolve().parents[2]


def never() -> bool:
    return False


def keep(_page: ScannedPage) -> None:
    pass


@pytest.fixture(autouse=True)
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary folders of scans lie here, so that a test sees what is left behind."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(page_folder, "IN_MEMORY", ())
    return folder


def picture_file(folder: Path, size: tuple[int, int] = (620, 877)) -> Path:
    pixels = os.urandom(size[0] * size[1] * 3)
    path = folder / "paper.ppm"
    Image.frombytes("RGB", size, pixels).save(path, "PPM")
    return path


def test_every_scanner_is_listed_with_its_sources(sane_env: SaneEnv) -> None:
    sane_env.tell("pnm:1", {}, hidden=True)
    sane_env.tell("test:1", {}, label="Máy quét quầy 3")
    scanners: Scanners = DeskScanners(sane_env.environment)

    found = {device.name: device for device in scanners.devices()}

    assert set(found) == {"test:0", "test:1", "pnm:0"}
    assert found["test:0"].sources == ("Flatbed", FEEDER)
    assert found["pnm:0"].sources == ("Flatbed",)
    assert found["test:1"].label == "Máy quét quầy 3"
    assert "frontend-tester" in found["test:0"].label


def test_no_scanner_is_an_empty_list_and_not_a_fault(tmp_path: Path, sane_env: SaneEnv) -> None:
    (sane_env.folder / "dll.conf").write_text("")

    assert DeskScanners(sane_env.environment).devices() == ()


def test_a_page_from_the_glass_is_the_paper_pixel_by_pixel(sane_env: SaneEnv, tmp_path: Path) -> None:
    paper = picture_file(tmp_path)
    sane_env.lay(paper)
    pages: list[ScannedPage] = []

    arrived = DeskScanners(sane_env.environment).scan("pnm:0", "Flatbed", pages.append, never, dpi=75)

    assert arrived == 1
    (page,) = pages
    assert (page.media, page.width, page.height, page.dpi) == ("image/png", 620, 877, 75)
    with Image.open(BytesIO(page.data)) as kept, Image.open(paper) as laid:
        assert kept.format == "PNG"
        assert kept.tobytes() == laid.tobytes()
        assert round(kept.info["dpi"][0]) == 75


def test_a_paper_arrives_pixel_by_pixel_from_another_computer(network_sane: NetworkSane, papers: Papers) -> None:
    device = network_sane.device("pnm:0")
    network_sane.env.tell(device, {"filename": str(papers.health)})
    pages: list[ScannedPage] = []

    assert DeskScanners(network_sane.env.environment).scan(device, "Flatbed", pages.append, never, dpi=75) == 1

    with Image.open(BytesIO(pages[0].data)) as kept, Image.open(papers.health) as laid:
        assert kept.tobytes() == laid.tobytes()


def test_another_computer_that_goes_away_in_the_middle_is_named(network_sane: NetworkSane) -> None:
    pages: list[ScannedPage] = []
    device = network_sane.device("test:0")
    network_sane.env.tell(device, SLOW)

    def gone(page: ScannedPage) -> None:
        pages.append(page)
        network_sane.end()

    with pytest.raises(DeviceFault) as ended:
        DeskScanners(network_sane.env.environment).scan(device, FEEDER, gone, never, dpi=20)

    assert ended.value.code == "SCANNER_IO"
    assert pages


def test_the_feeder_is_drawn_empty_in_colour_at_the_wanted_resolution(sane_env: SaneEnv) -> None:
    pages: list[ScannedPage] = []

    arrived = DeskScanners(sane_env.environment).scan("test:0", FEEDER, pages.append, never, dpi=100)

    assert arrived == len(pages) == 10
    for page in pages:
        assert page.dpi == 100
        assert (page.width, page.height) == (787, 787)  # the test device ends at 200 mm
        with Image.open(BytesIO(page.data)) as kept:
            assert kept.mode == "RGB"


def test_the_glass_gives_one_page_only(sane_env: SaneEnv) -> None:
    assert DeskScanners(sane_env.environment).scan("test:0", "Flatbed", keep, never, dpi=50) == 1


def test_a_sheet_of_unknown_length_arrives_whole(sane_env: SaneEnv) -> None:
    sane_env.tell("test:0", {"hand-scanner": "yes"})
    pages: list[ScannedPage] = []

    DeskScanners(sane_env.environment).scan("test:0", "Flatbed", pages.append, never, dpi=50)

    assert pages[0].width == 216  # 11 cm, as such devices are
    assert pages[0].height > 100


@pytest.mark.parametrize("knows", ["", 'case "$*" in *-A) exec {real} "$@";; esac'], ids=["asking", "scanning"])
@pytest.mark.parametrize(("does", "code"), [("exit 2", "SCANNER_CANCELLED"), ("kill -SEGV $$", "SCANNER_CRASHED")])
def test_the_end_of_the_command_counts_also_when_a_child_of_it_holds_its_pipes(
    sane_env: SaneEnv, tmp_path: Path, knows: str, does: str, code: str
) -> None:
    """A backend's own process may outlive scanimage: here one does for sure."""
    programs = tmp_path / "bin"
    programs.mkdir()
    real = knows.format(real=shutil.which("scanimage"))
    (programs / "scanimage").write_text(f"#!/bin/sh\n{real}\n{shutil.which('sleep')} 600 &\n{does}\n")
    (programs / "scanimage").chmod(0o755)
    scanners = DeskScanners(sane_env.environment | {"PATH": str(programs)})

    with pytest.raises(DeviceFault) as ended:
        scanners.scan("test:0", "Flatbed", keep, never)

    assert ended.value.code == code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("UNSUPPORTED", "SCANNER_UNSUPPORTED"),
        ("CANCELLED", "SCANNER_CANCELLED"),
        ("DEVICE_BUSY", "SCANNER_BUSY"),
        ("INVAL", "SCANNER_SETTING_REFUSED"),
        ("EOF", "SCANNER_NO_DATA"),
        ("JAMMED", "SCANNER_JAMMED"),
        ("NO_DOCS", "SCANNER_NO_PAPER"),
        ("COVER_OPEN", "SCANNER_COVER_OPEN"),
        ("IO_ERROR", "SCANNER_IO"),
        ("NO_MEM", "SCANNER_NO_MEMORY"),
        ("ACCESS_DENIED", "SCANNER_ACCESS"),
    ],
)
def test_every_sane_status_is_a_fault_of_its_own(sane_env: SaneEnv, own_temp: Path, status: str, code: str) -> None:
    sane_env.tell("test:0", {"read-return-value": f"SANE_STATUS_{status}"})
    pages: list[ScannedPage] = []

    with pytest.raises(DeviceFault) as ended:
        DeskScanners(sane_env.environment).scan("test:0", "Flatbed", pages.append, never)
    if ended.value.code == "SCANNER_SILENT":
        # SANE's own test device sometimes hangs over a status that it was told to answer; it was given up, as it must.
        with pytest.raises(DeviceFault) as ended:
            DeskScanners(sane_env.environment).scan("test:0", "Flatbed", pages.append, never)

    assert ended.value.code == code
    assert ended.value.words.vi
    assert ended.value.remedy.en
    assert pages == []
    assert list(own_temp.iterdir()) == []


def test_a_page_cut_short_is_never_kept(sane_env: SaneEnv, tmp_path: Path) -> None:
    whole = picture_file(tmp_path)
    whole.write_bytes(whole.read_bytes()[:-10_000])
    sane_env.lay(whole)
    pages: list[ScannedPage] = []

    with pytest.raises(DeviceFault) as ended:
        DeskScanners(sane_env.environment).scan("pnm:0", "Flatbed", pages.append, never)

    assert ended.value.code == "SCANNER_TRUNCATED"
    assert pages == []


def test_a_full_disk_is_called_a_full_disk(sane_env: SaneEnv, own_temp: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(own_temp)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        with pytest.raises(DeviceFault) as ended:
            DeskScanners(sane_env.environment).scan("test:0", "Flatbed", keep, never, dpi=300)
    finally:
        subprocess.run(["umount", str(own_temp)], check=True)

    assert ended.value.code == "SCANNER_DISK_FULL"


def test_an_unknown_scanner_source_or_setting_is_named(sane_env: SaneEnv) -> None:
    scanners = DeskScanners(sane_env.environment)
    codes = []
    for device, source in (("epson:0", "Flatbed"), ("test:0", "Phim"), ("pnm:0", FEEDER)):
        with pytest.raises(DeviceFault) as ended:
            scanners.scan(device, source, keep, never)
        codes.append(ended.value.code)
    sane_env.tell("test:1", {"no-such-thing": "yes"})
    with pytest.raises(DeviceFault) as ended:
        scanners.scan("test:1", "Flatbed", keep, never)

    assert codes == ["SCANNER_UNKNOWN", "SCANNER_SOURCE_UNKNOWN", "SCANNER_SOURCE_UNKNOWN"]
    assert ended.value.code == "SCANNER_SETTING_REFUSED"


def test_without_scanimage_the_package_to_install_is_named(sane_env: SaneEnv, tmp_path: Path) -> None:
    nothing = tmp_path / "no programs"
    nothing.mkdir()
    scanners = DeskScanners(sane_env.environment | {"PATH": str(nothing)})

    for act in (scanners.devices, lambda: scanners.scan("test:0", "Flatbed", keep, never)):
        with pytest.raises(DeviceFault) as ended:
            act()
        assert ended.value.code == "SCANNER_NOT_INSTALLED"
        assert "sane-utils" in ended.value.remedy.vi


SLOW = {"read-limit": "yes", "read-limit-size": "4096", "read-delay": "yes", "read-delay-duration": "200000"}


def slow(sane_env: SaneEnv) -> None:
    sane_env.tell("test:0", SLOW, label="slow")


def test_cancelling_in_the_middle_of_a_page_keeps_what_is_complete(sane_env: SaneEnv, own_temp: Path) -> None:
    slow(sane_env)
    pages: list[ScannedPage] = []

    arrived = DeskScanners(sane_env.environment).scan("test:0", FEEDER, pages.append, lambda: len(pages) >= 2, dpi=20)

    assert 2 <= arrived < 10
    assert arrived == len(pages)
    for page in pages:
        with Image.open(BytesIO(page.data)) as kept:
            kept.load()
            assert kept.size == (page.width, page.height)
    assert list(own_temp.iterdir()) == []
    assert children_named("scanimage") == []


def test_cancelling_before_the_first_page_is_no_fault(sane_env: SaneEnv) -> None:
    slow(sane_env)

    assert DeskScanners(sane_env.environment).scan("test:0", "Flatbed", keep, lambda: True) == 0


def children_named(name: str) -> list[int]:
    """Processes of that name whose environment points into this test's SANE."""
    found = subprocess.run(["pgrep", "-x", name], capture_output=True, text=True, check=False).stdout.split()
    here = tempfile.gettempdir().encode()
    mine = []
    for pid in found:
        try:
            if Path(here.decode()).parent.name.encode() in Path(f"/proc/{pid}/environ").read_bytes():
                mine.append(int(pid))
        except OSError:
            continue
    return mine


def test_a_worker_that_is_killed_leaves_the_desk_standing(sane_env: SaneEnv, own_temp: Path) -> None:
    slow(sane_env)
    pages: list[ScannedPage] = []

    def kill_worker(page: ScannedPage) -> None:
        pages.append(page)
        (scanning,) = children_named("scanimage")
        worker = int(Path(f"/proc/{scanning}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(worker, signal.SIGKILL)

    scanners = DeskScanners(sane_env.environment)
    with pytest.raises(DeviceFault) as ended:
        scanners.scan("test:0", FEEDER, kill_worker, never, dpi=20)

    assert ended.value.code == "SCANNER_CRASHED"
    assert len(pages) == 1
    assert children_named("scanimage") == []
    assert list(own_temp.iterdir()) == []
    assert scanners.scan("test:1", "Flatbed", keep, never, dpi=50) == 1


def test_a_driver_that_crashes_is_called_a_crash(sane_env: SaneEnv, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "scanimage").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (programs / "scanimage").chmod(0o755)
    scanners = DeskScanners(sane_env.environment | {"PATH": f"{programs}:{os.environ['PATH']}"})

    with pytest.raises(DeviceFault) as ended:
        scanners.scan("test:0", "Flatbed", keep, never)

    assert ended.value.code == "SCANNER_CRASHED"


def test_a_scanner_that_says_nothing_is_given_up(sane_env: SaneEnv, tmp_path: Path, own_temp: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "scanimage").write_text("#!/bin/sh\nexec sleep 600\n")
    (programs / "scanimage").chmod(0o755)
    environment = sane_env.environment | {"PATH": f"{programs}:{os.environ['PATH']}"}
    scanners = DeskScanners(environment, silence_s=0.5)

    with pytest.raises(DeviceFault) as ended:
        scanners.scan("test:0", "Flatbed", keep, never)

    assert ended.value.code == "SCANNER_SILENT"
    assert children_named("sleep") == []
    assert list(own_temp.iterdir()) == []


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, str]:
    """A PATH whose scanimage is SANE's own up to its last word and then never ends, deaf to a request to."""
    programs = tmp_path / "hanging"
    programs.mkdir()
    real, sleep = shutil.which("scanimage"), shutil.which("sleep")
    (programs / "scanimage").write_text(
        f'#!/bin/sh\ncase "$*" in *-A) exec {real} "$@";; esac\n{real} "$@"\ntrap "" TERM\nexec {sleep} 600\n'
    )
    (programs / "scanimage").chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def told_by_the_worker(environment: dict[str, str], source: str, folder: Path) -> list[Say]:
    """What the worker of one scan says whose patience with a command that lets go of the device is short."""
    said: list[Say] = []
    asked = AskScan(driver="sane", device="test:0", source=source, dpi=50, folder=str(folder))
    hearing, speaking = os.pipe()
    with os.fdopen(hearing, "rb") as stdin, os.fdopen(speaking, "wb"):
        sane.Sane(os.environ | environment, letting_go_s=0.2).scan(asked, said.append, stdin)
    return said


@pytest.mark.parametrize(("source", "sheets"), [("Flatbed", 1), (FEEDER, 10)])
def test_a_command_that_never_lets_go_of_the_device_takes_no_page_back(
    sane_env: SaneEnv, hanging: dict[str, str], tmp_path: Path, source: str, sheets: int
) -> None:
    said = told_by_the_worker(sane_env.environment | hanging, source, tmp_path)

    assert [one for one in said if isinstance(one, Done)] == [Done(pages=sheets)]
    assert len([one for one in said if isinstance(one, Page)]) == sheets
    assert children_named("sleep") == []
    assert Workers().silence_s > sane.LETTING_GO_S, "the desk waits longer than the worker"


@pytest.mark.parametrize("status", ["JAMMED", "COVER_OPEN", "NO_DOCS", "IO_ERROR"])
def test_what_a_command_said_before_it_hung_is_believed(
    sane_env: SaneEnv, hanging: dict[str, str], tmp_path: Path, status: str
) -> None:
    sane_env.tell("test:0", {"read-return-value": f"SANE_STATUS_{status}"})

    with pytest.raises(ScannerTrouble) as ended:
        told_by_the_worker(sane_env.environment | hanging, FEEDER, tmp_path)

    expected = {"NO_DOCS": "SCANNER_NO_PAPER", "IO_ERROR": "SCANNER_IO"}
    assert ended.value.code == expected.get(status, f"SCANNER_{status}")
    assert children_named("sleep") == []


@pytest.mark.parametrize(
    "says",
    [b"", b"Segmentation fault\n", b'{"is":"page"}\n', b'{"is":"fault","code":"SCANNER_INVENTED"}\n', b"x" * 100_000],
    ids=["nothing", "words", "half a message", "an unknown fault", "a line without end"],
)
def test_a_worker_that_talks_nonsense_is_a_crash(tmp_path: Path, says: bytes) -> None:
    (tmp_path / "said").write_bytes(says)
    program = f"import sys; sys.stdout.buffer.write(open({str(tmp_path / 'said')!r}, 'rb').read())"

    with pytest.raises(DeviceFault) as ended:
        DeskScanners(command=[sys.executable, "-c", program]).devices()

    assert ended.value.code == "SCANNER_CRASHED"


def test_trouble_at_the_desk_ends_the_scan_and_is_not_hidden(sane_env: SaneEnv, own_temp: Path) -> None:
    def full(_page: ScannedPage) -> None:
        raise RuntimeError("no room for sheets")

    with pytest.raises(RuntimeError, match="no room for sheets"):
        DeskScanners(sane_env.environment).scan("test:0", FEEDER, full, never, dpi=50)

    assert children_named("scanimage") == []
    assert list(own_temp.iterdir()) == []


def test_pages_lie_where_only_this_user_can_read_them(sane_env: SaneEnv, own_temp: Path) -> None:
    modes = []

    def look(_page: ScannedPage) -> None:
        modes.extend(stat.S_IMODE(folder.stat().st_mode) for folder in own_temp.iterdir())

    DeskScanners(sane_env.environment).scan("test:0", "Flatbed", look, never, dpi=50)

    assert modes == [0o700]


def test_what_a_power_cut_left_behind_is_removed_and_a_scan_under_way_is_not(sane_env: SaneEnv, own_temp: Path) -> None:
    old, fresh, killed = (own_temp / f"quay-scan-{name}" for name in ("old", "fresh", "killed"))
    for folder in (old, fresh, killed):
        folder.mkdir()
        (folder / "page1.pnm").write_bytes(b"P6")
    (killed / "desk.lock").touch()
    os.utime(old, (0, 0))

    with page_folder.private_folder() as under_way:
        DeskScanners(sane_env.environment).devices()

        assert under_way.exists()
        assert not old.exists()
        assert fresh.exists(), "one that a desk has just made, and not come to lock"
        assert not killed.exists(), "at once, however young it is"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such places")
def test_pages_lie_in_memory_where_there_is_room(
    sane_env: SaneEnv, own_temp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(page_folder, "IN_MEMORY", (tmp_path / "none", memory))
    for room, there in ((0, [1, 0]), (1 << 60, [0, 1])):
        monkeypatch.setattr(page_folder, "ROOM", room)
        found: list[int] = []

        def look(_page: ScannedPage, found: list[int] = found) -> None:
            found.extend(len(list(place.iterdir())) for place in (memory, own_temp))

        DeskScanners(sane_env.environment).scan("test:0", "Flatbed", look, never, dpi=50)
        assert found == there
        assert not [*memory.iterdir(), *own_temp.iterdir()]


def test_if_the_desk_dies_the_worker_stops_and_cleans_up(sane_env: SaneEnv, tmp_path: Path) -> None:
    slow(sane_env)
    folder = tmp_path / "pages"
    folder.mkdir()
    ask = AskScan(driver="sane", device="test:0", source=FEEDER, dpi=20, folder=str(folder))
    worker = subprocess.Popen(
        [sys.executable, "-m", "clerk_app.devices.scanner.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | sane_env.environment | {"PYTHONPATH": str(ROOT)},
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    with worker:
        worker.stdin.write(line(ask))
        worker.stdin.flush()
        while b'"page"' not in worker.stdout.readline():
            pass
        worker.stdin.close()
        assert worker.wait(timeout=20) == 0

    assert not folder.exists()
    assert children_named("scanimage") == []


# ---- what is read from `scanimage -A` ----------------------------------------------------------------------------

LISTING = """
All options specific to device `fujitsu:0':
  Standard:
    --source ADF Front|ADF Duplex [ADF Front] [advanced]
        Selects the scan source (such as a document-feeder).
    --mode Lineart|Gray|24bit Color[Fast] [Gray]
        Selects the scan mode.
    --resolution 100|200|400|600dpi [600]
        Sets the resolution of the scanned image.
    --depth 1 [inactive]
        Number of bits per sample.
  Geometry:
    -x 0..215.872mm (in steps of 0.0211639) [215.872]
        Width of scan-area.
    -y 0..355.6mm [279.364]
        Height of scan-area.
"""


def test_the_settings_follow_from_what_the_scanner_can_do() -> None:
    abilities = abilities_from(LISTING)

    assert abilities.sources == ("ADF Front", "ADF Duplex")
    assert abilities.depths == ()
    assert resolution(abilities, 300) == 400
    assert resolution(abilities, 1200) == 600
    assert settings(abilities, "ADF Duplex", 400, Site(options={"swdeskew": "yes"})) == [
        "--source=ADF Duplex",
        "--mode=24bit Color[Fast]",
        "--resolution=400",
        *("-l", "0", "-t", "0", "-x", "210", "-y", "297"),
        "--swdeskew=yes",
    ]


def test_every_fault_speaks_both_languages_and_names_a_remedy() -> None:
    for code, (words, remedy) in FAULTS.items():
        assert code.isupper()
        for text in (words.vi, words.en, remedy.vi, remedy.en):
            assert text.endswith("."), code


def test_a_command_that_dies_after_saying_how_the_page_ended_is_believed() -> None:
    heard = b"Scanned page 1. (scanner status = 6)\nBatch terminated, 1 page scanned\nscanimage: received signal 13\n"
    assert sane._trouble(-11, heard, 1).code == "SCANNER_JAMMED"
    assert sane._trouble(-11, b"Scanned page 1. (scanner status = 5)\n", 1).code == "SCANNER_CRASHED"
    assert sane._trouble(139, b"", 0).code == "SCANNER_CRASHED"
    assert sane._trouble(-11, b"Progress: 40.0%\r" + heard, 1).code == "SCANNER_JAMMED"
