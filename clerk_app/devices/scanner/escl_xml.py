"""What an eSCL scanner says of itself and what it is asked for, in XML (Mopria Alliance, eSCL 2.97).

Names are read without their namespace: firmware differs in that, and never in the names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from clerk_app.devices.scanner.resolution import nearest_dpi
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain.scanning import Kind

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

JPEG = "image/jpeg"
UNITS_PER_INCH = 300
"""Regions are given in three-hundredths of an inch."""
A4 = (2480, 3508)
"""210 × 297 mm in those units."""
_MOST_UNITS = 300 * 60


@dataclass(frozen=True, slots=True)
class Input:
    """One source and what it can do; sizes in three-hundredths of an inch, 0 where it does not say."""

    width: int = 0
    height: int = 0
    colours: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    dpis: tuple[int, ...] = ()
    dpi_range: tuple[int, int] | None = None

    def dpi(self, wanted: int) -> int:
        """The resolution to ask for."""
        return nearest_dpi(wanted, self.dpis, self.dpi_range) or wanted

    @property
    def region(self) -> tuple[int, int]:
        """The largest part of an A4 sheet that fits."""
        return min(self.width or A4[0], A4[0]), min(self.height or A4[1], A4[1])

    @property
    def colour(self) -> str:
        """The colour mode to ask for: 24-bit colour, else grey, else whatever there is first."""
        for mode in ("RGB24", "Grayscale8"):
            if mode in self.colours or not self.colours:
                return mode
        return self.colours[0]

    @property
    def sends_jpeg(self) -> bool:
        """Whether it can send JPEG; a scanner that names no format at all can."""
        return not self.formats or JPEG in self.formats


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A scanner: its model and its sources."""

    version: str
    model: str
    inputs: Mapping[Kind, Input] = field(default_factory=lambda: MappingProxyType({}))


JobState = Literal["", "Pending", "Processing", "Completed", "Canceled", "Aborted"]


@dataclass(frozen=True, slots=True)
class Job:
    """What became of a scan."""

    state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What a scanner does just now: `state` Idle, Processing, Testing, Stopped or Down; `adf` its feeder's state."""

    state: str = ""
    adf: str = ""
    reasons: tuple[str, ...] = ()
    jobs: Mapping[str, Job] = field(default_factory=lambda: MappingProxyType({}))


_ADF_FAULTS = {
    "ScannerAdfJam": "SCANNER_JAMMED",
    "ScannerAdfHatchOpen": "SCANNER_COVER_OPEN",
    "ScannerAdfMispick": "SCANNER_MISPICK",
    "ScannerAdfMultipickDetected": "SCANNER_MULTIPICK",
    "ScannerAdfDuplexPageTooShort": "SCANNER_PAPER_SIZE",
    "ScannerAdfDuplexPageTooLong": "SCANNER_PAPER_SIZE",
    "ScannerAdfInputTrayFailed": "SCANNER_TRAY",
    "ScannerAdfInputTrayOverloaded": "SCANNER_TRAY",
}
_REASON_FAULTS = (
    ("jam", "SCANNER_JAMMED"),
    ("coveropen", "SCANNER_COVER_OPEN"),
    ("dooropen", "SCANNER_COVER_OPEN"),
    ("hatchopen", "SCANNER_COVER_OPEN"),
    ("multipick", "SCANNER_MULTIPICK"),
    ("mispick", "SCANNER_MISPICK"),
    ("outofmemory", "SCANNER_NO_MEMORY"),
    ("storagefull", "SCANNER_NO_MEMORY"),
    ("insufficientmemory", "SCANNER_NO_MEMORY"),
)
"""Parts of PWG's and makers' state reasons, in lower case without hyphens."""


def _plain(reason: str) -> str:
    return reason.lower().replace("-", "").replace("_", "")


def fault_in(reasons: tuple[str, ...]) -> str:
    """The fault that one of these reasons names; empty for none."""
    for reason in reasons:
        for part, code in _REASON_FAULTS:
            if part in _plain(reason):
                return code
    return ""


def fault_of(status: Status, feeder: bool) -> str:
    """The fault that a scanner reports just now, as far as a scan from that source cares. Empty for none.

    An empty feeder is none: it is also how every feeder ends.
    """
    named = fault_in(status.reasons) or (_ADF_FAULTS.get(status.adf, "") if feeder else "")
    if not named and status.state in ("Stopped", "Down"):
        named = _ADF_FAULTS.get(status.adf, "SCANNER_STOPPED")
    return named


def warming(status: Status) -> bool:
    """Whether it says that it is not ready yet: a self-test, a lamp that warms up."""
    return status.state == "Testing" or any("warm" in _plain(reason) for reason in status.reasons)


def parsed(octets: bytes) -> Element:
    """An XML document's root. Raises `ScannerTrouble` `SCANNER_GARBLED`, also for a DTD or entities."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root: Element = ElementTree.fromstring(octets, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise ScannerTrouble("SCANNER_GARBLED", type(problem).__name__) from problem
    return root


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Element, *names: str) -> Iterator[Element]:
    return (one for one in element.iter() if _name(one) in names)


def _texts(element: Element, *names: str) -> tuple[str, ...]:
    return tuple(text for one in _all(element, *names) if (text := (one.text or "").strip()))


def _text(element: Element, *names: str) -> str:
    return next(iter(_texts(element, *names)), "")


def _numbers(element: Element, name: str, most: int) -> tuple[int, ...]:
    found = (int(text) for text in _texts(element, name) if text.isascii() and text.isdigit() and len(text) < 7)
    return tuple(number for number in found if 0 < number <= most)


def _input(element: Element, profiles: Mapping[str, Element]) -> Input:
    """A source's abilities, with the profiles that it only refers to."""
    refs = [one.get("ref") or "" for one in _all(element, "SettingProfile")]
    parts = [element, *(profiles[ref] for ref in refs if ref in profiles)]

    def words(*names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for part in parts for text in _texts(part, *names)))

    discrete = tuple(sorted({number for part in parts for number in _numbers(part, "XResolution", 9600)}))
    span = None
    for part in (ranges for whole in parts for ranges in _all(whole, "XResolutionRange")):
        low, high = _numbers(part, "Min", 9600), _numbers(part, "Max", 9600)
        span = (low[0], high[0]) if low and high and low[0] <= high[0] else span
    return Input(
        width=max(_numbers(element, "MaxWidth", _MOST_UNITS), default=0),
        height=max(_numbers(element, "MaxHeight", _MOST_UNITS), default=0),
        colours=words("ColorMode"),
        formats=words("DocumentFormat", "DocumentFormatExt"),
        dpis=discrete,
        dpi_range=None if discrete else span,
    )


def capabilities_from(octets: bytes) -> Capabilities:
    """Read ScannerCapabilities. Raises `ScannerTrouble` `SCANNER_GARBLED` for any other document."""
    root = parsed(octets)
    if _name(root) != "ScannerCapabilities":
        raise ScannerTrouble("SCANNER_GARBLED", "no capabilities")
    profiles = {name: one for one in _all(root, "SettingProfile") if (name := one.get("name"))}
    inputs: dict[Kind, Input] = {}
    kinds: tuple[tuple[Kind, str], ...] = (
        ("glass", "PlatenInputCaps"),
        ("feeder", "AdfSimplexInputCaps"),
        ("both_sides", "AdfDuplexInputCaps"),
    )
    for kind, tag in kinds:
        for element in _all(root, tag):
            inputs.setdefault(kind, _input(element, profiles))
    if "feeder" in inputs and "both_sides" not in inputs and "Duplex" in _texts(root, "AdfOption"):
        inputs["both_sides"] = inputs["feeder"]
    if "both_sides" in inputs and "feeder" not in inputs:
        inputs = {"feeder": inputs["both_sides"], **inputs}
    order: tuple[Kind, ...] = ("glass", "feeder", "both_sides")
    return Capabilities(
        version=_text(root, "Version") or "2.0",
        model=_text(root, "MakeAndModel"),
        inputs={kind: inputs[kind] for kind in order if kind in inputs},
    )


def status_from(octets: bytes) -> Status:
    """Read ScannerStatus; jobs by the path of their address. Raises `ScannerTrouble` `SCANNER_GARBLED`."""
    root = parsed(octets)
    if _name(root) != "ScannerStatus":
        raise ScannerTrouble("SCANNER_GARBLED", "no status")
    jobs: dict[str, Job] = {}
    for one in _all(root, "JobInfo"):
        job = Job(_text(one, "JobState"), _texts(one, "JobStateReason"))
        for name in (_text(one, "JobUuid").removeprefix("urn:uuid:"), _tail(_text(one, "JobUri"))):
            if name:
                jobs.setdefault(name, job)
    above = [child for child in root if _name(child) != "Jobs"]
    return Status(
        state=next((text for child in above if _name(child) == "State" and (text := (child.text or "").strip())), ""),
        adf=_text(root, "AdfState"),
        reasons=tuple(text for child in above for text in _texts(child, "StateReason")),
        jobs=jobs,
    )


def _tail(address: str) -> str:
    """The last part of a job's address, which names it whatever host and folder are before it."""
    try:
        return urlsplit(address).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


def scan_settings(kind: Kind, source: Input, dpi: int, version: str) -> bytes:
    """ScanSettings: colour, JPEG, the part of A4 that fits. `version` is the scanner's own, which it understands."""
    width, height = source.region
    version = (
        version
        if version.isascii() and all(part.isdigit() for part in version.split(".")) and len(version) < 8
        else "2.0"
    )
    duplex = "" if kind == "glass" else f"<scan:Duplex>{str(kind == 'both_sides').lower()}</scan:Duplex>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
        ' xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">'
        f"<pwg:Version>{version}</pwg:Version>"
        "<pwg:ScanRegions><pwg:ScanRegion>"
        "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>"
        f"<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>"
        f"<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>"
        "</pwg:ScanRegion></pwg:ScanRegions>"
        f"<pwg:InputSource>{'Platen' if kind == 'glass' else 'Feeder'}</pwg:InputSource>"
        f"<scan:ColorMode>{source.colour}</scan:ColorMode>"
        f"<pwg:DocumentFormat>{JPEG}</pwg:DocumentFormat><scan:DocumentFormatExt>{JPEG}</scan:DocumentFormatExt>"
        f"<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
        f"{duplex}</scan:ScanSettings>"
    ).encode("ascii")
