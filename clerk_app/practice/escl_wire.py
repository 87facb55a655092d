"""What the practice network scanner says and understands of eSCL, and its pages as JPEG."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec

_PWG, _SCAN = "http://www.pwg.org/schemas/2010/12/sm", "http://schemas.hp.com/imaging/escl/2011/05/03"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACES = f'xmlns:pwg="{_PWG}" xmlns:scan="{_SCAN}"'
DPI = 300
DPIS = (75, 100, 150, 200, 300)
MOST = (2550, 4205)
"""The largest region, in three-hundredths of an inch."""


class NotSettings(Exception):
    """What was posted is no ScanSettings."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for."""

    feeder: bool
    duplex: bool
    dpi: int
    grey: bool
    format: str
    width: int
    height: int


@dataclass(slots=True)
class Job:
    """A scan and what became of it."""

    number: str
    wish: Wish
    state: str = "Processing"
    reason: str = "JobScanning"
    pages: int = 0
    asked: int = 0
    backs: list[str] = field(default_factory=list)


def capabilities(name: str, uuid: str, feeder: bool, formats: Iterable[str] = ("image/jpeg",)) -> bytes:
    """ScannerCapabilities of a glass and, where there is one, a feeder that turns sheets."""
    known = "".join(f"<pwg:DocumentFormat>{one}</pwg:DocumentFormat>" for one in formats)
    known += "".join(f"<scan:DocumentFormatExt>{one}</scan:DocumentFormatExt>" for one in formats)
    steps = "".join(
        "<scan:DiscreteResolution>"
        f"<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
        "</scan:DiscreteResolution>"
        for dpi in DPIS
    )
    able = (
        "<scan:MinWidth>16</scan:MinWidth><scan:MinHeight>16</scan:MinHeight>"
        f"<scan:MaxWidth>{MOST[0]}</scan:MaxWidth><scan:MaxHeight>{MOST[1]}</scan:MaxHeight>"
        "<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>"
        "<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode>"
        f"</scan:ColorModes><scan:DocumentFormats>{known}</scan:DocumentFormats>"
        f"<scan:SupportedResolutions><scan:DiscreteResolutions>{steps}</scan:DiscreteResolutions>"
        "</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"
        f"<scan:MaxOpticalXResolution>{DPI}</scan:MaxOpticalXResolution>"
    )
    adf = (
        f"<scan:Adf><scan:AdfSimplexInputCaps>{able}</scan:AdfSimplexInputCaps>"
        f"<scan:AdfDuplexInputCaps>{able}</scan:AdfDuplexInputCaps><scan:FeederCapacity>50</scan:FeederCapacity>"
        "<scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption>"
        "<scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions></scan:Adf>"
    )
    return (
        f"{_HEAD}<scan:ScannerCapabilities {_SPACES}><pwg:Version>2.63</pwg:Version>"
        f"<pwg:MakeAndModel>{escape(name)}</pwg:MakeAndModel><scan:UUID>{uuid}</scan:UUID>"
        f"<scan:Platen><scan:PlatenInputCaps>{able}</scan:PlatenInputCaps></scan:Platen>"
        f"{adf if feeder else ''}</scan:ScannerCapabilities>"
    ).encode()


def status(state: str, adf: str, reason: str, jobs: Iterable[tuple[str, Job]]) -> bytes:
    """ScannerStatus; `jobs` with their paths, the newest first. `adf` and `reason` may be empty."""
    told = "".join(
        f"<scan:JobInfo><pwg:JobUri>{path}</pwg:JobUri><pwg:JobUuid>{job.number}</pwg:JobUuid><scan:Age>1</scan:Age>"
        f"<pwg:ImagesCompleted>{job.pages}</pwg:ImagesCompleted><pwg:JobState>{job.state}</pwg:JobState>"
        f"<pwg:JobStateReasons><pwg:JobStateReason>{job.reason}</pwg:JobStateReason></pwg:JobStateReasons>"
        "</scan:JobInfo>"
        for path, job in jobs
    )
    why = f"<pwg:StateReasons><pwg:StateReason>{reason}</pwg:StateReason></pwg:StateReasons>" if reason else ""
    feeder = f"<scan:AdfState>{adf}</scan:AdfState>" if adf else ""
    return (
        f"{_HEAD}<scan:ScannerStatus {_SPACES}><pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>"
        f"{why}{feeder}<scan:Jobs>{told}</scan:Jobs></scan:ScannerStatus>"
    ).encode()


def wish_from(body: bytes) -> Wish:
    """Read ScanSettings. Raises `NotSettings`."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import ElementTree

    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError) as problem:
        raise NotSettings from problem
    said = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in root.iter()}
    try:
        wish = Wish(
            feeder=said.get("InputSource") == "Feeder",
            duplex=said.get("Duplex") == "true",
            dpi=int(said.get("XResolution", DPI)),
            grey=said.get("ColorMode") == "Grayscale8",
            format=said.get("DocumentFormatExt") or said.get("DocumentFormat", ""),
            width=int(said.get("Width", MOST[0])),
            height=int(said.get("Height", MOST[1])),
        )
    except ValueError as problem:
        raise NotSettings from problem
    if root.tag != f"{{{_SCAN}}}ScanSettings" or wish.dpi not in DPIS or not 0 < wish.width <= MOST[0]:
        raise NotSettings
    return wish


@lru_cache(maxsize=24)
def jpeg(picture: Path, changed: int, wish: Wish) -> bytes:
    """A paper as the scanner would send it. A JPEG of the right resolution goes out as it is.

    `changed` is when the file was changed, so that another paper under its name is seen.
    """
    from PIL import Image

    size = wish.width * wish.dpi // DPI, wish.height * wish.dpi // DPI
    if picture.suffix == ".jpg" and wish.dpi == DPI:
        return picture.read_bytes()
    with Image.open(picture) as opened:
        paper = opened.convert("L" if wish.grey else "RGB")
    if wish.dpi != DPI:
        paper = paper.resize((max(1, paper.width * wish.dpi // DPI), max(1, paper.height * wish.dpi // DPI)))
    if not wish.feeder:  # beyond the paper lies the lid; a feeder ends with its sheet
        glass = Image.new(paper.mode, size, "white")
        glass.paste(paper, (0, 0))
        paper = glass
    out = io.BytesIO()
    paper.crop((0, 0, min(size[0], paper.width), min(size[1], paper.height))).save(out, "JPEG", quality=85)
    return out.getvalue()


class Scene(msgspec.Struct):
    """What lies where and what goes wrong: the body of `POST /scene`. Sheets are paths, `front` or `front|back`."""

    glass: str = ""
    feeder: list[str] = []
    fault: str = ""
    at: int = 1
    times: int = 1
    slow_s: float = 0.0
    quirks: list[str] = []
