"""WIA 2.0 through its automation objects (COM), inside the scan worker: scanners with a Windows driver.

Written against Microsoft's documentation of the Windows Image Acquisition Automation Layer 2.0 and of its properties.
**Never run on Windows**: what is tested is the mapping of properties, sources and errors, not the conversation. Needs
`pywin32`, which is imported when a scanner is first spoken to. One worker is one COM apartment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol

from clerk_app.devices.scanner.bmps import png_from_bmp
from clerk_app.devices.scanner.hearing import pause, stirred
from clerk_app.devices.scanner.pages import PageCut, PageEmpty
from clerk_app.devices.scanner.protocol import AskDevices, AskScan, Device, Done, Notice, Page, Progress, Say
from clerk_app.devices.scanner.trouble import ScannerTrouble, Stopped
from clerk_app.domain.scanning import BOTH_SIDES, FEEDER, GLASS, Kind, kind_of

NAME = "wia:"

_SCANNER = 1  # WiaDeviceType.ScannerDeviceType
_BMP = "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"  # wiaFormatBMP, which every WIA driver must be able to send
_HANDLING_CAPABILITIES, _HANDLING_SELECT, _PAGES = 3086, 3088, 3096
_INTENT, _DPI_X, _DPI_Y, _LEFT, _TOP, _EXTENT_X, _EXTENT_Y = 6146, 6147, 6148, 6149, 6150, 6151, 6152
_BED_WIDTH, _BED_HEIGHT, _FEED_WIDTH, _FEED_HEIGHT = 3074, 3075, 3076, 3077
_FEED, _FLAT, _DUP = 0x1, 0x2, 0x4
_COLOUR_INTENT = 1
_A4_INCH = (8.27, 11.69)

_ERRORS = {
    0x80210002: "SCANNER_JAMMED",
    0x80210003: "SCANNER_NO_PAPER",
    0x80210004: "SCANNER_MISPICK",
    0x80210005: "SCANNER_UNREACHABLE",
    0x80210006: "SCANNER_BUSY",
    0x80210007: "SCANNER_BUSY",
    0x80210008: "SCANNER_STOPPED",
    0x80210009: "SCANNER_UNKNOWN",
    0x8021000A: "SCANNER_IO",
    0x8021000B: "SCANNER_UNSUPPORTED",
    0x8021000C: "SCANNER_SETTING_REFUSED",
    0x8021000D: "SCANNER_BUSY",
    0x8021000E: "SCANNER_CRASHED",
    0x8021000F: "SCANNER_GARBLED",
    0x80210015: "SCANNER_UNKNOWN",
    0x80210016: "SCANNER_COVER_OPEN",
    0x80210017: "SCANNER_STOPPED",
    0x80210020: "SCANNER_MULTIPICK",
    0x80070005: "SCANNER_ACCESS",
    0x8007000E: "SCANNER_NO_MEMORY",
    0x80070070: "SCANNER_DISK_FULL",
    0x80040154: "SCANNER_NOT_INSTALLED",
}
"""WIA_ERROR_… and the Windows errors that pass through it, by HRESULT."""
_EMPTY, _WARMING = 0x80210003, 0x80210007
_WARMING_S = 60.0


class WiaProperty(Protocol):
    """A property of a device or an item."""

    Value: int | str


class WiaProperties(Protocol):
    """Properties by their number as a text."""

    def Exists(self, name: str) -> bool: ...
    def __call__(self, name: str) -> WiaProperty: ...


class WiaPicture(Protocol):
    """A transferred picture (WIA.ImageFile)."""

    def SaveFile(self, path: str) -> None: ...


class WiaItem(Protocol):
    """What is scanned from."""

    Properties: WiaProperties

    def Transfer(self, kind: str) -> WiaPicture: ...


class WiaDevice(Protocol):
    """A connected scanner."""

    Properties: WiaProperties

    def Items(self, number: int) -> WiaItem: ...


class WiaInfo(Protocol):
    """A scanner or camera that Windows knows."""

    Type: int
    DeviceID: str
    Properties: WiaProperties

    def Connect(self) -> WiaDevice: ...


class WiaManager(Protocol):
    """WIA.DeviceManager."""

    DeviceInfos: Iterable[WiaInfo]


def code_of(hresult: int) -> str:
    """The fault that an HRESULT names; `SCANNER_IO` for one that nobody wrote down."""
    return _ERRORS.get(hresult & 0xFFFFFFFF, "SCANNER_IO")


def hresult_of(problem: Exception) -> int:
    """The HRESULT of a `com_error`: the server's own, in its exception's description, where there is one."""
    described = getattr(problem, "excepinfo", None)
    inner = described[5] if described and len(described) > 5 else 0
    return int(inner or getattr(problem, "hresult", 0) or 0) & 0xFFFFFFFF


def sources_of(capabilities: int) -> tuple[str, ...]:
    """The sources in WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES; a device without that property is a glass."""
    found = [(GLASS, _FLAT), (FEEDER, _FEED)]
    names = [name for name, bit in found if capabilities & bit] or [GLASS]
    return (*names, BOTH_SIDES) if capabilities & _FEED and capabilities & _DUP else tuple(names)


def device_settings(kind: Kind) -> dict[int, int]:
    """Properties of the device for a source, in the order they are to be set."""
    select = {"glass": _FLAT, "feeder": _FEED, "both_sides": _FEED | _DUP}[kind]
    # One page for each call of Transfer: so a fault comes after the pages before it were taken.
    return {_HANDLING_SELECT: select, _PAGES: 1}


def item_settings(dpi: int, bed_mil: tuple[int, int]) -> dict[int, int]:
    """Properties of the item: colour, resolution, the part of A4 that fits on a bed of that size (0: unknown)."""
    width, height = (
        round(min(most, size / 1000 if size else most) * dpi) for most, size in zip(_A4_INCH, bed_mil, strict=True)
    )
    return {
        _INTENT: _COLOUR_INTENT,
        _DPI_X: dpi,
        _DPI_Y: dpi,
        _LEFT: 0,
        _TOP: 0,
        _EXTENT_X: width,
        _EXTENT_Y: height,
    }


def bed_of(properties: WiaProperties, kind: Kind) -> tuple[int, int]:
    """Width and height of a source in thousandths of an inch, 0 where the device does not say."""
    numbers = (_BED_WIDTH, _BED_HEIGHT) if kind == "glass" else (_FEED_WIDTH, _FEED_HEIGHT)
    width, height = (value_of(properties, number) for number in numbers)
    return width, height


def set_all(properties: WiaProperties, values: Mapping[int, int]) -> None:
    """Set those that exist; a driver lacks whichever it likes."""
    for number, value in values.items():
        if properties.Exists(str(number)):
            properties(str(number)).Value = value


def value_of(properties: WiaProperties, number: int) -> int:
    """A property's value, 0 where it does not exist."""
    return int(properties(str(number)).Value) if properties.Exists(str(number)) else 0


class Wia:
    """The driver."""

    def devices(self, ask: AskDevices, say: Callable[[Say], None]) -> None:
        """Every scanner Windows knows; one that cannot be opened just now without its sources."""
        com = _Com()
        for info in com.manager().DeviceInfos:
            if info.Type != _SCANNER:
                continue
            try:
                sources = sources_of(value_of(info.Connect().Properties, _HANDLING_CAPABILITIES))
            except com.error:
                sources = ()
            say(Device(name=f"{NAME}{info.DeviceID}", label=str(info.Properties("Name").Value), sources=sources))
        say(Done())

    def scan(self, ask: AskScan, say: Callable[[Say], None], stdin: IO[bytes]) -> None:
        """Scan until the source is empty, or anything arrives on (or ends) `stdin`."""
        com, kind = _Com(), kind_of(ask.source)
        try:
            device = com.connected(ask.device)
            known = sources_of(value_of(device.Properties, _HANDLING_CAPABILITIES))
            if kind not in map(kind_of, known):
                raise ScannerTrouble("SCANNER_SOURCE_UNKNOWN")
            set_all(device.Properties, device_settings(kind))
            item = device.Items(1)
            set_all(item.Properties, item_settings(ask.dpi, bed_of(device.Properties, kind)))
        except com.error as problem:
            raise com.trouble(problem) from problem
        pages = 0
        for page in _pages(com, item, ask, kind, lambda: stirred(stdin), say):
            pages += 1
            say(page)
        say(Done(pages=pages))


class _Com:
    """COM as far as WIA needs it. Raises `ScannerTrouble` `SCANNER_NOT_INSTALLED` where pywin32 is missing."""

    def __init__(self) -> None:
        try:
            import pythoncom
            import win32com.client
        except ImportError as missing:
            raise ScannerTrouble("SCANNER_NOT_INSTALLED", "pywin32") from missing
        pythoncom.CoInitialize()  # this process ends after the conversation, and its apartment with it
        self.error: type[Exception] = pythoncom.com_error
        self._dispatch = win32com.client.Dispatch

    def manager(self) -> WiaManager:
        """WIA's list of devices."""
        try:
            manager: WiaManager = self._dispatch("WIA.DeviceManager")
        except self.error as problem:
            raise self.trouble(problem) from problem
        return manager

    def connected(self, name: str) -> WiaDevice:
        """The scanner with that DeviceID, opened."""
        for info in self.manager().DeviceInfos:
            if info.Type == _SCANNER and info.DeviceID == name:
                return info.Connect()
        raise ScannerTrouble("SCANNER_UNKNOWN")

    def trouble(self, problem: Exception) -> ScannerTrouble:
        """A failed call as the fault it names."""
        number = hresult_of(problem)
        return ScannerTrouble(code_of(number), f"{number:08x}")


def _pages(
    com: _Com, item: WiaItem, ask: AskScan, kind: Kind, stirs: Callable[[], bool], say: Callable[[Say], None]
) -> Iterator[Page]:
    number, patient_until = 0, time.monotonic() + _WARMING_S

    def alive() -> None:
        say(Progress(page=number + 1, permille=0))

    while not stirs():
        alive()
        bmp = Path(ask.folder) / f"page{number + 1}.bmp"
        try:
            item.Transfer(_BMP).SaveFile(str(bmp))
        except com.error as problem:
            code = hresult_of(problem)
            if code == _EMPTY and number:
                return
            if code == _WARMING and time.monotonic() < patient_until:
                say(Notice(code="SCANNER_WARMING"))
                try:
                    pause(1.0, stirs, alive)
                except Stopped:
                    return
                continue
            raise com.trouble(problem) from problem
        number += 1
        yield _page(bmp, value_of(item.Properties, _DPI_X) or ask.dpi)
        if kind == "glass":
            return


def _page(bmp: Path, dpi: int) -> Page:
    png = bmp.with_suffix(".png")
    try:
        width, height = png_from_bmp(bmp, png, dpi)
    except PageEmpty as empty:
        raise ScannerTrouble("SCANNER_NO_DATA") from empty
    except PageCut as cut:
        raise ScannerTrouble("SCANNER_TRUNCATED", str(cut)) from cut
    finally:
        bmp.unlink(missing_ok=True)
    return Page(file=png.name, media="image/png", width=width, height=height, dpi=dpi)
