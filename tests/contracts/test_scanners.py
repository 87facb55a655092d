"""What `ports.Scanners` promises, over each way to a scanner: SANE here, SANE over the network, eSCL by our own driver,
the same scanner by somebody else's, and one that nobody here wrote where `QUAY_ESCL_PEER` names its address.

That one's feeder must fill itself (SANE's test device behind an eSCL server does); `QUAY_ESCL_PEER_SHEETS` says with
how many sheets, 10 where it is not set.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.desk.ports import ScannedPage, Scanners
from clerk_app.devices.scanner import page_folder
from clerk_app.devices.scanner.scanners import DeskScanners
from clerk_app.domain import scanning
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from tests.peers.escl import Papers, airscan_env
from tests.peers.processes import children
from tests.peers.sane import NetworkSane, SaneEnv

pytestmark = pytest.mark.wire

SHEETS = 5


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a scanner: its sources' names, how many sheets `load` puts in the feeder, how it is jammed and healed.

    `jam` and `heal` are None where nothing but a hand could do it.
    """

    scanners: Scanners
    device: str
    glass: str
    feeder: str
    sheets: int
    load: Callable[[], None]
    jam: Callable[[], None] | None
    heal: Callable[[], None] | None
    missing: str
    jammed: frozenset[str] = frozenset({"SCANNER_JAMMED"})
    """What a jam may be told as."""


@pytest.fixture(autouse=True)
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(page_folder, "IN_MEMORY", ())
    return folder


def nothing() -> None:
    """SANE's test device has ten sheets again whenever it is asked."""


def sane(env: SaneEnv, device: str) -> Way:
    return Way(
        DeskScanners(env.environment),
        device,
        "Flatbed",
        "Automatic Document Feeder",
        10,
        nothing,
        lambda: env.tell(device, {"read-return-value": "SANE_STATUS_JAMMED"}),
        lambda: (env.folder / "options.toml").write_text("") and None,
        device.replace("test:0", "test:7"),
    )


def escl(scanners: Scanners, device: str, names: tuple[str, str], machine: PracticeEsclScanner, papers: Papers) -> Way:
    def load(fault: str = "") -> None:
        machine.show(papers.stack(SHEETS), papers.health, fault, at=3)

    load()
    missing = "escl:http://127.0.0.1:9/eSCL" if device.startswith("escl:") else "airscan:e0:Nobody"
    return Way(scanners, device, *names, SHEETS, load, lambda: load("jam"), machine.heal, missing)


@pytest.fixture(params=["sane", "saned", "escl", "airscan", "peer"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    match request.param:
        case "sane":
            return sane(request.getfixturevalue("sane_env"), "test:0")
        case "saned":
            network: NetworkSane = request.getfixturevalue("network_sane")
            # Where the daemon's end of the data line is seen before its status, SANE's own client loses the status.
            lost = frozenset({"SCANNER_JAMMED", "SCANNER_IO"})
            return replace(sane(network.env, network.device("test:0")), jammed=lost)
        case "peer":
            address = os.environ.get("QUAY_ESCL_PEER")
            if not address:
                pytest.skip("QUAY_ESCL_PEER names no eSCL scanner (http://host:port/eSCL) that nobody here wrote")
            scanners = DeskScanners(addresses=[address], drivers=())
            (state,) = scanners.devices()
            sheets = int(os.environ.get("QUAY_ESCL_PEER_SHEETS", "10"))
            names = {scanning.kind_of(name): name for name in state.sources}
            feeder = names.get("feeder", "")
            return Way(scanners, state.name, names["glass"], feeder, sheets, nothing, None, None, "escl:http://[::1]:9")
    machine, papers = request.getfixturevalue("network_scanner"), request.getfixturevalue("papers")
    if request.param == "escl":
        scanners = DeskScanners(addresses=[machine.address], drivers=())
        return escl(scanners, f"escl:{machine.address}", (scanning.GLASS, scanning.FEEDER), machine, papers)
    scanners = DeskScanners(airscan_env(tmp_path / "airscan", machine.address))
    return escl(scanners, "airscan:e0:Practice", ("Flatbed", "ADF"), machine, papers)


def feeder_of(way: Way) -> str:
    if not way.feeder:
        pytest.skip("this scanner has no feeder")
    return way.feeder


def whole(pages: list[ScannedPage]) -> None:
    for page in pages:
        with Image.open(BytesIO(page.data)) as picture:
            picture.load()
            assert Image.MIME[str(picture.format)] == page.media
            assert picture.size == (page.width, page.height)
        assert page.dpi == 75


def test_it_is_listed_with_sources_that_have_words(way: Way) -> None:
    (state,) = [one for one in way.scanners.devices() if one.name == way.device]

    assert state.label
    assert {way.glass, way.feeder} - {""} <= set(state.sources)
    assert scanning.kind_of(way.glass) == "glass"
    assert {scanning.words_of(name).vi for name in state.sources} >= {"Mặt kính"}


def test_the_glass_gives_one_whole_page(way: Way, own_temp: Path) -> None:
    pages: list[ScannedPage] = []

    assert way.scanners.scan(way.device, way.glass, pages.append, never, dpi=75) == 1

    whole(pages)
    assert len(pages) == 1
    assert list(own_temp.iterdir()) == []


def test_the_feeder_is_drawn_empty(way: Way) -> None:
    pages: list[ScannedPage] = []
    feeder = feeder_of(way)
    way.load()

    assert way.scanners.scan(way.device, feeder, pages.append, never, dpi=75) == way.sheets

    whole(pages)
    assert len(pages) == way.sheets


def test_who_gives_up_keeps_the_pages_that_came(way: Way, own_temp: Path) -> None:
    pages: list[ScannedPage] = []
    feeder = feeder_of(way)
    way.load()
    before = children()

    arrived = way.scanners.scan(way.device, feeder, pages.append, lambda: len(pages) >= 2, dpi=75)

    assert 2 <= arrived == len(pages) <= way.sheets
    whole(pages)
    assert children() == before
    assert list(own_temp.iterdir()) == []


def test_a_jam_is_called_a_jam_and_the_next_scan_goes_on(way: Way) -> None:
    if way.jam is None or way.heal is None:
        pytest.skip("this scanner can only be jammed by hand")
    pages: list[ScannedPage] = []
    way.jam()

    with pytest.raises(DeviceFault) as ended:
        way.scanners.scan(way.device, way.feeder, pages.append, never, dpi=75)
    way.heal()
    way.scanners.scan(way.device, way.feeder, pages.append, never, dpi=75)

    assert ended.value.code in way.jammed
    assert ended.value.remedy.vi
    assert len(pages) == way.sheets, "each sheet once, before the jam or after it"
    whole(pages)


def test_a_scanner_or_a_source_that_is_not_there_is_named(way: Way) -> None:
    codes = []
    for device, source in ((way.missing, way.glass), (way.device, "Film")):
        with pytest.raises(DeviceFault) as refused:
            way.scanners.scan(device, source, lambda page: None, never, dpi=75)
        codes.append(refused.value.code)

    assert codes[0] in ("SCANNER_UNKNOWN", "SCANNER_UNREACHABLE", "SCANNER_SETTING_REFUSED", "SCANNER_IO")
    assert codes[1] == "SCANNER_SOURCE_UNKNOWN"


def test_trouble_at_the_desk_is_not_hidden_and_leaves_nothing_behind(way: Way, own_temp: Path) -> None:
    before = children()

    def full(_page: ScannedPage) -> None:
        raise RuntimeError("no room for sheets")

    with pytest.raises(RuntimeError, match="no room for sheets"):
        way.scanners.scan(way.device, way.glass, full, never, dpi=75)

    assert children() == before
    assert list(own_temp.iterdir()) == []
