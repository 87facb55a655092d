"""Every scanner of this desk behind `ports.Scanners`: SANE's, the network's by eSCL, on Windows WIA's and TWAIN's.

A name says which driver speaks to the device: `escl:` and its address or UUID, `wia:`, `twain:`; any other is SANE's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from clerk_app.desk.ports import Cancel, ScannedPage, ScannerState
from clerk_app.devices.faults import fault
from clerk_app.devices.scanner.conversation import Hear, Workers, worker_command
from clerk_app.devices.scanner.page_folder import private_folder
from clerk_app.devices.scanner.protocol import Ask, AskDevices, AskFind, AskScan, Device, Found, Notice, Page, Say
from clerk_app.devices.scanner_faults import NOTICES
from clerk_app.domain.refusals import DeviceFault, Words

ESCL = "escl:"
LOCAL_DRIVERS = ("wia", "twain") if sys.platform == "win32" else ("sane",)
"""The drivers of what is plugged into this computer."""

_FRESH_S = 300.0
"""How long the network is not asked again which scanners it has."""


def escl_address(text: str) -> str:
    """The address of a scanner's eSCL resource as one URL: `10.0.0.7` is `http://10.0.0.7/eSCL`. Empty for no address.

    Raises `DeviceFault` `SCANNER_UNREACHABLE` for what cannot be one.
    """
    text = text.strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise fault("SCANNER_UNREACHABLE")
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/eSCL'}"


class DeskScanners:
    """Fulfils `ports.Scanners`.

    `environment` is added to the workers' (a private `SANE_CONFIG_DIR`, `QUAY_SCANNER_OPTIONS`). `addresses` are those
    of network scanners set by hand; with `discover` the network is asked for others when somebody asks for devices,
    never before. `interfaces` are the addresses of this computer to ask at; empty: all.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = MappingProxyType({}),
        command: Sequence[str] = (),
        silence_s: float = 30.0,
        farewell_s: float = 8.0,
        addresses: Sequence[str] = (),
        discover: bool = False,
        drivers: Sequence[str] = LOCAL_DRIVERS,
        interfaces: Sequence[str] = (),
    ) -> None:
        self._workers = Workers(environment, tuple(command) or worker_command(), silence_s, farewell_s)
        self._addresses = tuple(addresses)
        self._discover = discover
        self._drivers = tuple(drivers)
        self._interfaces = tuple(interfaces)
        self._announced: Mapping[str, Found] = {}
        self._asked_at = float("-inf")

    def devices(self, cancel: Cancel = lambda: False) -> tuple[ScannerState, ...]:
        """Every scanner that answers (before `cancel` said to stop); those that are busy without their sources.

        Raises the first driver's `DeviceFault` where none does and something is wrong.
        """
        local: list[Device] = []
        network: dict[str, Device] = {}
        bad: list[DeviceFault] = []
        asks: list[tuple[Ask, Hear]] = [(AskDevices(driver=name), _collector(local)) for name in self._drivers]
        for text in self._addresses:
            try:
                address = escl_address(text)
            except DeviceFault as problem:
                bad.append(problem)
            else:
                asks.append(_at(address, address, network))
        known = dict(self._announced)
        stale = self._discover and time.monotonic() - self._asked_at > _FRESH_S
        asks += [_at(one.address, one.name, network) for one in known.values() if not stale]
        fresh: dict[str, Found] = {}
        if stale:
            asks.append(self._finder(fresh))
        with private_folder() as folder:
            ends = self._workers.ask_all(asks, folder, cancel)
            if stale:
                # A scanner that sleeps may miss the question; where it was is worth asking.
                self._remember(known | fresh)
                again = [_at(one.address, one.name, network) for one in self._announced.values()]
                self._workers.ask_all(again, folder, cancel)
        # One that is off is asked about again when it announces itself, not every time: no answer takes seconds.
        self._announced = {name: one for name, one in self._announced.items() if one.address in network}
        hosts = {device.host for device in network.values()}
        seen = [device for device in local if not device.host or device.host not in hosts]
        found = (*seen, *network.values())
        if not found:
            bad += [end for end in ends if end]
            if bad:
                raise bad[0]
        return tuple(ScannerState(one.name, one.label, one.sources) for one in found)

    def scan(
        self,
        device: str,
        source: str,
        on_page: Callable[[ScannedPage], None],
        cancel: Cancel,
        dpi: int = 300,
        on_notice: Callable[[Words], None] = lambda words: None,
    ) -> int:
        """Scan until the source is empty; how many pages arrived, also when `cancel` said to stop.

        Raises `DeviceFault` (`SCANNER_…`) after the pages that came before it were handed over.
        """
        arrived = 0

        with private_folder() as folder:

            def hear(message: Say) -> None:
                nonlocal arrived
                match message:
                    case Page():
                        on_page(_taken(folder, message))
                        arrived += 1
                    case Notice(code=code) if code in NOTICES:
                        on_notice(NOTICES[code])

            def ask(driver: str, name: str) -> None:
                asked = AskScan(driver=driver, device=name, source=source, dpi=dpi, folder=str(folder))
                self._workers.converse(asked, folder, hear, cancel)

            driver, _, name = device.partition(":")
            if driver == "escl":
                address = self._address(name, folder)
                try:
                    ask("escl", address)
                except DeviceFault as problem:
                    # The network may have given it another address since.
                    moved = problem.code == "SCANNER_UNREACHABLE" and self._address(name, folder, again=True)
                    if arrived or not moved or moved == address:
                        raise
                    ask("escl", moved)
            elif driver in ("wia", "twain") and driver in self._drivers:
                ask(driver, name)
            else:
                ask("sane", device)
        return arrived

    def _address(self, name: str, folder: Path, again: bool = False) -> str:
        """Where the network scanner of that name is. Raises `DeviceFault` `SCANNER_UNKNOWN`."""
        if "://" in name:
            return escl_address(name)
        if again or name not in self._announced:
            fresh: dict[str, Found] = {}
            if self._discover:
                self._workers.ask_all([self._finder(fresh)], folder, lambda: False)
            self._remember({**self._announced, **fresh})
        if name not in self._announced:
            raise fault("SCANNER_UNKNOWN")
        return self._announced[name].address

    def _finder(self, fresh: dict[str, Found]) -> tuple[Ask, Hear]:
        def hear(message: Say) -> None:
            if isinstance(message, Found):
                fresh[message.name] = message

        return AskFind(interfaces=self._interfaces), hear

    def _remember(self, announced: Mapping[str, Found]) -> None:
        self._announced, self._asked_at = announced, time.monotonic()


def _collector(devices: list[Device]) -> Hear:
    def hear(message: Say) -> None:
        if isinstance(message, Device):
            devices.append(message)

    return hear


def _at(address: str, name: str, devices: dict[str, Device]) -> tuple[Ask, Hear]:
    """The question to a network scanner; its answer goes under its address, so that one found twice is there once."""

    def hear(message: Say) -> None:
        if isinstance(message, Device):
            devices.setdefault(
                address, Device(name=f"{ESCL}{name}", label=message.label, sources=message.sources, host=message.host)
            )

    return AskDevices(driver="escl", address=address), hear


def _taken(folder: Path, page: Page) -> ScannedPage:
    """The page out of its file, which is removed."""
    file = folder / Path(page.file).name
    try:
        data = file.read_bytes()
        file.unlink()
    except OSError as problem:
        raise fault("SCANNER_CRASHED") from problem
    return ScannedPage(data, page.media, page.width, page.height, page.dpi)
