"""Which scanner and which of its sources a page comes from: by this desk's settings, else as the paper wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clerk_app.desk.ports import Scanners, ScannerState
from clerk_app.domain import scanning
from clerk_app.domain.refusals import DeviceFault, Words
from clerk_app.domain.rules import Profile
from clerk_app.domain.scanning import Kind

Sides = Literal["", "one", "both"]
"""Which sides of a sheet the feeder takes; the empty text: as the kind of paper wants it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where to scan. `glass` is where to look when the feeder, which nobody insisted on, turns out to be empty."""

    device: str
    source: str
    glass: str = ""


@dataclass(frozen=True, slots=True)
class ScannerChoice:
    """What this desk's settings say about scanners; each is asked anew, so that a change holds from the next scan on.

    `device` and `source` are names of the driver, empty: the first there is, and what the paper wants. `sides` is the
    switch between one side and both, which `keep_sides` sets for this desk.
    """

    scanners: Scanners
    device: Callable[[], str]
    source: Callable[[], str]
    sides: Callable[[], Sides] = lambda: ""
    keep_sides: Callable[[Sides], object] = lambda sides: None

    def for_stack(self) -> Chosen:
        """For a mixed stack: the feeder. Raises `DeviceFault` like `for_paper`."""
        return self._chosen("feeder", both=False)

    def for_paper(self, profile: Profile | None) -> Chosen:
        """For a kind of paper: the feeder where its profile says so or nothing, else the glass.

        Raises `DeviceFault` `SCANNER_MISSING`, and `SCANNER_ONE_SIDED` where both sides are wished for and the scanner
        takes one.
        """
        if profile is not None and profile.source != "feeder":
            return self.for_sheet()
        return self._chosen("feeder", both=profile is not None and profile.sides == 2)

    def for_sheet(self) -> Chosen:
        """For a single sheet, on the glass. Raises `DeviceFault` `SCANNER_MISSING`."""
        name, source = self.device(), self.source()
        if name and source:
            return Chosen(name, source)
        device = self._found(name)
        return Chosen(device.name, source or scanning.preferred(device.sources, "glass"))

    def _chosen(self, wanted: Kind, both: bool) -> Chosen:
        name, source, sides = self.device(), self.source(), self.sides()
        if sides:
            wanted = "both_sides" if sides == "both" else "feeder"
        elif both and not source:
            wanted = "both_sides"
        # A source that was set stays, but for the side that the switch asks of a feeder.
        fits = bool(source) and (not sides or scanning.kind_of(source) in (wanted, "glass"))
        if fits and name:
            return Chosen(name, source)
        device = self._found(name)
        kinds = {scanning.kind_of(one): one for one in reversed(device.sources)}
        if fits:
            return Chosen(device.name, source)
        if sides == "both" and wanted not in kinds:
            raise _one_sided()
        chosen = kinds.get(wanted) or kinds.get("feeder") or scanning.preferred(device.sources, "feeder")
        glass = kinds.get("glass", "") if not source and scanning.feeds(chosen) else ""
        return Chosen(device.name, chosen, glass)

    def _found(self, name: str) -> ScannerState:
        """The scanner of that name, the first for the empty one."""
        for device in self.scanners.devices():
            if name in ("", device.name):
                return device
        raise DeviceFault(
            "SCANNER_MISSING",
            Words("Không tìm thấy máy quét.", "No scanner was found."),
            Words("Cắm và bật máy quét, rồi xem mục Thiết bị & hệ thống.", "Connect and switch it on; see Devices."),
        )


def _one_sided() -> DeviceFault:
    return DeviceFault(
        "SCANNER_ONE_SIDED",
        Words("Máy quét này không quét được hai mặt một lượt.", "This scanner does not take both sides at once."),
        Words(
            "Bấm H để quét một mặt; quét xong các mặt trước, lật cả chồng rồi bấm D.",
            "Press H for one side; after the fronts turn the whole pile over and press D.",
        ),
    )
