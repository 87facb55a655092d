"""WIA and TWAIN as far as they are values: sources, settings, errors. No Windows was ever asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.devices.faults import FAULTS
from clerk_app.devices.scanner import scanners, twain, wia
from clerk_app.devices.scanner.scanners import DeskScanners
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain.refusals import DeviceFault
from clerk_app.domain.scanning import BOTH_SIDES, FEEDER, GLASS


class Bag:
    """Properties by number, as COM hands them out; a missing one cannot be had."""

    class One:
        def __init__(self, value: int | str) -> None:
            self.Value = value

    def __init__(self, values: dict[int, int]) -> None:
        self.ones = {str(number): Bag.One(value) for number, value in values.items()}

    def Exists(self, name: str) -> bool:
        return name in self.ones

    def __call__(self, name: str) -> Bag.One:
        return self.ones[name]


def test_wia_sources_follow_from_the_capabilities() -> None:
    assert wia.sources_of(0) == (GLASS,)
    assert wia.sources_of(0x2) == (GLASS,)
    assert wia.sources_of(0x1) == (FEEDER,)
    assert wia.sources_of(0x1 | 0x2 | 0x4) == (GLASS, FEEDER, BOTH_SIDES)


def test_wia_settings_ask_for_colour_and_the_part_of_a4_that_fits() -> None:
    assert wia.device_settings("both_sides") == {3088: 0x5, 3096: 1}
    assert wia.device_settings("glass")[3088] == 0x2
    asked = wia.item_settings(300, (8500, 11000))
    assert (asked[6146], asked[6147], asked[6148]) == (1, 300, 300)
    assert (asked[6151], asked[6152]) == (2481, 3300)
    assert wia.item_settings(300, (0, 0))[6152] == 3507


def test_wia_sets_only_what_a_driver_has() -> None:
    bag = Bag({6147: 150, 3076: 8500})

    wia.set_all(bag, wia.item_settings(300, (0, 0)))

    assert wia.value_of(bag, 6147) == 300
    assert wia.value_of(bag, 6148) == 0
    assert wia.bed_of(bag, "feeder") == (8500, 0)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0x80210002, "SCANNER_JAMMED"),
        (-2145320957, "SCANNER_NO_PAPER"),  # 0x80210003 as Python shows it
        (0x80210006, "SCANNER_BUSY"),
        (0x80210016, "SCANNER_COVER_OPEN"),
        (0x80210020, "SCANNER_MULTIPICK"),
        (0x8007000E, "SCANNER_NO_MEMORY"),
        (0x80004005, "SCANNER_IO"),
    ],
)
def test_wia_errors_are_faults(number: int, code: str) -> None:
    class ComError(Exception):
        hresult = -2147352567  # DISP_E_EXCEPTION: the server's own number lies within
        excepinfo = (0, None, "WIA", None, 0, number)

    assert wia.code_of(wia.hresult_of(ComError())) == code
    assert code in FAULTS


def test_twain_sources_and_settings_in_their_order() -> None:
    assert twain.sources_of(False, 2) == (GLASS,)
    assert twain.sources_of(True, 0) == (GLASS, FEEDER)
    assert twain.sources_of(True, 1) == (GLASS, FEEDER, BOTH_SIDES)
    order = [capability for capability, _, _ in twain.settings_of("both_sides", 300)]
    assert order[:3] == [0x1002, 0x1007, 0x1013], "the feeder first: it changes what else may be set"
    values = {capability: value for capability, _, value in twain.settings_of("feeder", 300)}
    assert (values[0x1118], values[0x1013], values[0x0001]) == (300.0, False, -1)
    assert {capability: value for capability, _, value in twain.settings_of("glass", 300)}[0x0001] == 1
    assert set(order) >= twain.MUST_BE_SET


@pytest.mark.parametrize(
    ("name", "base", "code"),
    [
        ("PaperJam", Exception, "SCANNER_JAMMED"),
        ("PaperDoubleFeedError", Exception, "SCANNER_MULTIPICK"),
        ("CheckDeviceOnlineError", Exception, "SCANNER_UNREACHABLE"),
        ("SMLoadFileFailed", Exception, "SCANNER_NOT_INSTALLED"),
        ("GeneralFailure", Exception, "SCANNER_IO"),
        ("Whatever", MemoryError, "SCANNER_NO_MEMORY"),
    ],
)
def test_twain_errors_are_faults(name: str, base: type[Exception], code: str) -> None:
    assert twain.code_of(type(name, (base,), {})()) == code
    assert code in FAULTS


def test_a_twain_page_with_fewer_rows_than_its_source_promised_is_no_page(tmp_path: Path) -> None:
    def bitmap() -> Path:
        Image.new("RGB", (40, 30), "white").save(tmp_path / "page1.bmp")
        return tmp_path / "page1.bmp"

    page = twain.page_from(bitmap(), 30, 300)
    with pytest.raises(ScannerTrouble) as cut:
        twain.page_from(bitmap(), 31, 300)

    assert (page.media, page.width, page.height, page.dpi) == ("image/png", 40, 30, 300)
    assert cut.value.code == "SCANNER_TRUNCATED"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="this is what other systems say")
def test_elsewhere_neither_is_offered() -> None:
    assert scanners.LOCAL_DRIVERS == ("sane",)
    for driver in ("wia", "twain"):
        with pytest.raises(DeviceFault) as refused:
            DeskScanners(drivers=(driver,)).devices()
        assert refused.value.code == "SCANNER_UNSUPPORTED"
