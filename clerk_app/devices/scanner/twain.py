"""TWAIN through `pytwain`, inside the scan worker: sheet-fed scanners whose maker has no WIA driver with a feeder.

Written against the documentation of pytwain 2.3 and the TWAIN Specification 2.4. **Never run on Windows**: what is
tested is the mapping of sources, settings and errors, not the conversation. A maker's source (a DLL) of 32 bits is not
seen by a Python of 64: then the worker must be a Python of 32. Sources run in this process, which is why it is one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from clerk_app.devices.scanner.bmps import png_from_bmp
from clerk_app.devices.scanner.hearing import stirred
from clerk_app.devices.scanner.pages import PageCut, PageEmpty
from clerk_app.devices.scanner.protocol import AskDevices, AskScan, Device, Done, Page, Progress, Say
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain.scanning import BOTH_SIDES, FEEDER, GLASS, Kind, kind_of

NAME = "twain:"

_FEEDER_ENABLED, _FEEDER_LOADED, _AUTO_FEED = 0x1002, 0x1003, 0x1007
_INDICATORS, _DUPLEX, _DUPLEX_ENABLED = 0x100B, 0x1012, 0x1013
_XFER_COUNT, _PIXEL_TYPE, _UNITS = 0x0001, 0x0101, 0x0102
_X_RESOLUTION, _Y_RESOLUTION, _BIT_DEPTH = 0x1118, 0x1119, 0x112B
"""CAP_… and ICAP_… of the specification's chapter 10."""
_INT16, _UINT16, _BOOL, _FIX32 = 1, 4, 6, 7
_INCHES, _RGB = 0, 2
_A4_INCH = (0.0, 0.0, 8.27, 11.69)

_ERRORS: Mapping[str, str] = {
    "PaperJam": "SCANNER_JAMMED",
    "PaperDoubleFeedError": "SCANNER_MULTIPICK",
    "CheckDeviceOnlineError": "SCANNER_UNREACHABLE",
    "NoDataSourceError": "SCANNER_UNKNOWN",
    "MaxConnectionsError": "SCANNER_BUSY",
    "DeniedError": "SCANNER_ACCESS",
    "DSTransferCancelled": "SCANNER_CANCELLED",
    "FileWriteError": "SCANNER_DISK_FULL",
    "MemoryError": "SCANNER_NO_MEMORY",
    "ValueError": "SCANNER_SETTING_REFUSED",
    "BadCapability": "SCANNER_SETTING_REFUSED",
    "CapUnsupported": "SCANNER_UNSUPPORTED",
    "CapBadOperation": "SCANNER_UNSUPPORTED",
    "CapSeqError": "SCANNER_SETTING_REFUSED",
    "SMLoadFileFailed": "SCANNER_NOT_INSTALLED",
    "SMOpenFailed": "SCANNER_NOT_INSTALLED",
    "SMGetProcAddressFailed": "SCANNER_NOT_INSTALLED",
    "SequenceError": "SCANNER_CRASHED",
    "BadProtocol": "SCANNER_GARBLED",
}
"""pytwain's exceptions, which are the specification's condition codes, by their names."""


class TwainPicture(Protocol):
    """A transferred picture."""

    def save(self, filepath: str) -> None: ...
    def close(self) -> None: ...


class TwainSource(Protocol):
    """An opened source, as pytwain has it."""

    def get_capability_current(self, cap: int) -> tuple[int, object]: ...
    def set_capability(self, cap: int, type_id: int, value: float) -> None: ...
    def set_image_layout(self, frame: tuple[float, float, float, float]) -> None: ...
    def acquire_natively(
        self,
        after: Callable[[TwainPicture, int], None],
        before: Callable[[Mapping[str, object]], None],
        show_ui: bool,
        modal: bool,
    ) -> None: ...
    def close(self) -> None: ...


def code_of(problem: Exception) -> str:
    """The fault that an exception of pytwain's names; `SCANNER_IO` for one that nobody wrote down."""
    return next((_ERRORS[kind.__name__] for kind in type(problem).__mro__ if kind.__name__ in _ERRORS), "SCANNER_IO")


def sources_of(has_feeder: bool, duplex: int) -> tuple[str, ...]:
    """The sources of a device; `duplex` is CAP_DUPLEX, 0 for none."""
    names = (GLASS, FEEDER) if has_feeder else (GLASS,)
    return (*names, BOTH_SIDES) if has_feeder and duplex else names


def settings_of(kind: Kind, dpi: int) -> Sequence[tuple[int, int, float]]:
    """(capability, type, value) in the order they are to be set: a source changes what else may be chosen."""
    feeder = kind != "glass"
    chosen: list[tuple[int, int, float]] = [(_FEEDER_ENABLED, _BOOL, feeder)]
    if feeder:
        chosen += [(_AUTO_FEED, _BOOL, True), (_DUPLEX_ENABLED, _BOOL, kind == "both_sides")]
    chosen += [(_UNITS, _UINT16, _INCHES), (_PIXEL_TYPE, _UINT16, _RGB), (_BIT_DEPTH, _UINT16, 24)]
    chosen += [(_X_RESOLUTION, _FIX32, float(dpi)), (_Y_RESOLUTION, _FIX32, float(dpi))]
    return [*chosen, (_INDICATORS, _BOOL, False), (_XFER_COUNT, _INT16, -1 if feeder else 1)]


MUST_BE_SET = frozenset({_PIXEL_TYPE, _X_RESOLUTION})
"""What a scan makes no sense without; any other capability a source may lack."""


class Twain:
    """The driver."""

    def devices(self, ask: AskDevices, say: Callable[[Say], None]) -> None:
        """Every source the manager lists; WIA's own shadows of devices are left to WIA."""
        with _Manager() as manager:
            for name in manager.names():
                if name.startswith("WIA-"):
                    continue
                try:
                    with manager.opened(name) as source:
                        feeder = manager.takes(source, _FEEDER_ENABLED)
                        sources = sources_of(feeder, manager.current(source, _DUPLEX))
                except ScannerTrouble:
                    sources = ()
                say(Device(name=f"{NAME}{name}", label=name, sources=sources))
        say(Done())

    def scan(self, ask: AskScan, say: Callable[[Say], None], stdin: IO[bytes]) -> None:
        """Scan until the source is empty, or anything arrives on (or ends) `stdin`."""
        kind = kind_of(ask.source)
        with _Manager() as manager, manager.opened(ask.device) as source:
            for capability, type_id, value in settings_of(kind, ask.dpi):
                try:
                    source.set_capability(capability, type_id, value)
                except manager.error as problem:
                    if capability in MUST_BE_SET:
                        raise ScannerTrouble("SCANNER_SETTING_REFUSED", f"capability {capability:#x}") from problem
                    if capability == _FEEDER_ENABLED and kind != "glass":
                        raise ScannerTrouble("SCANNER_SOURCE_UNKNOWN") from problem
            if kind != "glass" and manager.current(source, _FEEDER_LOADED, 1) == 0:
                raise ScannerTrouble("SCANNER_NO_PAPER")
            pages = _acquired(manager, source, ask, say, lambda: stirred(stdin))
        if not pages and not stirred(stdin):
            raise ScannerTrouble("SCANNER_NO_DATA")
        say(Done(pages=pages))


def _acquired(
    manager: _Manager, source: TwainSource, ask: AskScan, say: Callable[[Say], None], stirs: Callable[[], bool]
) -> int:
    pages, promised = 0, 0

    def before(info: Mapping[str, object]) -> None:
        nonlocal promised
        if stirs():
            raise manager.cancel
        rows = info.get("ImageLength", -1)
        promised = rows if isinstance(rows, int) else -1  # -1: the source learns it while it scans
        say(Progress(page=pages + 1, permille=0))

    def after(picture: TwainPicture, more: int) -> None:
        nonlocal pages
        bmp = Path(ask.folder) / f"page{pages + 1}.bmp"
        try:
            picture.save(str(bmp))
        finally:
            picture.close()
        say(page_from(bmp, promised, ask.dpi))
        pages += 1
        if stirs():
            raise manager.cancel

    try:
        source.set_image_layout(_A4_INCH)
    except manager.error:
        say(Progress(page=1, permille=0))  # a source without a layout scans its largest area
    try:
        source.acquire_natively(after, before, show_ui=False, modal=False)
    except manager.error as problem:
        raise ScannerTrouble(code_of(problem), type(problem).__name__) from problem
    return pages


def page_from(bmp: Path, promised_rows: int, dpi: int) -> Page:
    """The page in a BMP file, made a PNG. Raises `ScannerTrouble` where rows are missing."""
    png = bmp.with_suffix(".png")
    try:
        width, height = png_from_bmp(bmp, png, dpi)
        if promised_rows > 0 and height < promised_rows:
            png.unlink()
            raise PageCut(f"{height} of {promised_rows} rows")
    except PageEmpty as empty:
        raise ScannerTrouble("SCANNER_NO_DATA") from empty
    except PageCut as cut:
        raise ScannerTrouble("SCANNER_TRUNCATED", str(cut)) from cut
    finally:
        bmp.unlink(missing_ok=True)
    return Page(file=png.name, media="image/png", width=width, height=height, dpi=dpi)


class _Opened:
    """A source, closed when the block is left."""

    def __init__(self, source: TwainSource) -> None:
        self._source = source

    def __enter__(self) -> TwainSource:
        return self._source

    def __exit__(self, *_: object) -> None:
        self._source.close()


class _Manager:
    """TWAIN's source manager with a window that nobody sees, as the specification wants one.

    Raises `ScannerTrouble` `SCANNER_NOT_INSTALLED` where pytwain or the manager's DLL is missing.
    """

    def __init__(self) -> None:
        try:
            import twain
            from twain import exceptions
        except (ImportError, OSError) as missing:
            raise ScannerTrouble("SCANNER_NOT_INSTALLED", "pytwain") from missing
        self.error: tuple[type[Exception], ...] = (exceptions.TwainError, ValueError, OSError)
        self.cancel: type[Exception] = exceptions.CancelAll
        try:
            self._manager = twain.SourceManager(_window(), ProductName="Quay")
        except self.error as problem:
            raise ScannerTrouble(code_of(problem), type(problem).__name__) from problem

    def __enter__(self) -> _Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self._manager.close()

    def names(self) -> Sequence[str]:
        """Every source, by its product name."""
        return [str(name) for name in self._manager.source_list]

    def opened(self, name: str) -> _Opened:
        """The source of that name. Raises `ScannerTrouble`."""
        try:
            source: TwainSource | None = self._manager.open_source(name)
        except self.error as problem:
            raise ScannerTrouble(code_of(problem), type(problem).__name__) from problem
        if source is None:
            raise ScannerTrouble("SCANNER_UNKNOWN")
        return _Opened(source)

    def current(self, source: TwainSource, capability: int, otherwise: int = 0) -> int:
        """A capability's value; `otherwise` where the source has no such thing."""
        try:
            value = source.get_capability_current(capability)[1]
        except self.error:
            return otherwise
        return int(value) if isinstance(value, int | float) else otherwise

    def takes(self, source: TwainSource, capability: int) -> bool:
        """Whether it lets a switch be switched on."""
        try:
            source.set_capability(capability, _BOOL, True)
        except self.error:
            return False
        return True


if sys.platform == "win32":

    def _window() -> int:
        """A window that is never shown."""
        import ctypes

        made = ctypes.windll.user32.CreateWindowExW(0, "STATIC", "Quay", 0, 0, 0, 0, 0, None, None, None, None)
        return int(made)

else:

    def _window() -> int:
        """There is no TWAIN here."""
        raise ScannerTrouble("SCANNER_NOT_INSTALLED", "TWAIN")
