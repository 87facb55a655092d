"""SANE through its command `scanimage`, inside the scan worker.

Why a command and not libsane: its exit code is the SANE status, and a backend that crashes takes the command alone.
Why PNM: the size follows from the header, so a page cut short is seen although scanimage itself ends with 0 (as it
does for an early end of data); and scanimage 1.2 aborts when it must write a PNG of a sheet of unknown length.
"""

from __future__ import annotations

import math
import os
import re
import selectors
import shutil
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from clerk_app.devices.scanner.pages import PageCut, PageEmpty, png_from_pnm
from clerk_app.devices.scanner.protocol import AskDevices, AskScan, Device, Done, Page, Progress, Say
from clerk_app.devices.scanner.resolution import nearest_dpi
from clerk_app.devices.scanner.trouble import ScannerTrouble
from clerk_app.domain.scanning import feeds

OPTIONS_FILE = "QUAY_SCANNER_OPTIONS"
"""Environment variable: a TOML file with what this site wants to tell one scanner, by its device name:

    ["fujitsu:ScanSnap iX500:1234"]
    label = "Máy quét quầy 3"
    options = { swdeskew = "yes", page-height = 297 }
    ["v4l:/dev/video0"]
    hidden = true
"""

_STATUS = {
    1: "SCANNER_UNSUPPORTED",
    2: "SCANNER_CANCELLED",
    3: "SCANNER_BUSY",
    4: "SCANNER_SETTING_REFUSED",
    5: "SCANNER_NO_DATA",
    6: "SCANNER_JAMMED",
    7: "SCANNER_NO_PAPER",
    8: "SCANNER_COVER_OPEN",
    9: "SCANNER_IO",
    10: "SCANNER_NO_MEMORY",
    11: "SCANNER_ACCESS",
}
"""SANE_Status (SANE standard 1.06 §4.2.7), which is scanimage's exit code."""

_SAID = {
    "Operation was canceled": "SCANNER_CANCELLED",
    "Device busy": "SCANNER_BUSY",
    "Invalid argument": "SCANNER_UNKNOWN",
    "Error during device I/O": "SCANNER_IO",
    "Out of memory": "SCANNER_NO_MEMORY",
    "Access to resource has been denied": "SCANNER_ACCESS",
    "Operation not supported": "SCANNER_UNSUPPORTED",
    "No space left on device": "SCANNER_DISK_FULL",
    "Document feeder jammed": "SCANNER_JAMMED",
    "Scanner cover is open": "SCANNER_COVER_OPEN",
}
"""`sane_strstatus`: all that is told of a device that cannot be opened (scanimage exits with 1), or of a command that
did not end by itself."""

_OPTION = re.compile(
    r"^ {4}--?(?P<name>[a-z][a-z0-9-]*)[ \[=]*(?P<rest>.*?)(?: \[(?P<now>[^\[\]]*)\])?(?: \[(?:advanced|hardware)\])*$"
)
_BROKEN = re.compile(rb"(?m)(?:^|\r)scanimage: sane_\w+: (?!Document feeder out of documents|Success)(?P<said>.*)$")
"""What scanimage says of a call that failed, other than how every feeder ends."""
_SCANNED = re.compile(r"(?:^|\r)Scanned page \d+\. \(scanner status = (\d+)\)$", re.MULTILINE)
_ALL_SCANNED = re.compile(rb"(?m)(?:^|\r)Batch terminated, \d+ pages? scanned$")
"""What scanimage says when the last page is written, before it lets go of the device."""
_PERCENT = re.compile(rb"Progress: (\d+)\.(\d)%")
A4_MM = (210.0, 297.0)
_LOOK_EVERY_S = 0.2
"""How soon the end of a command is seen whose pipes stay open; otherwise their end wakes us at once."""
LETTING_GO_S = 15.0
"""How long scanimage may take to let go of a device: a carriage goes home meanwhile. Less than the desk's patience."""
_WELL = ("", "0", "5")
"""What a page that arrived whole ends with: nothing, good, or the end of the data."""
_NO_PAPER = 7


@dataclass(frozen=True, slots=True)
class Abilities:
    """What `scanimage -A` says of one device, as far as the desk cares. Empty where there is no such option."""

    sources: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    depths: tuple[int, ...] = ()
    dpis: tuple[int, ...] = ()
    dpi_range: tuple[int, int] | None = None
    width_mm: float = 0.0
    height_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Site:
    """What this site says about one device in the options file."""

    label: str = ""
    hidden: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


def _numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def abilities_from(listing: str) -> Abilities:
    """Read the output of `scanimage -A`. Options that are inactive just now count as missing."""
    found: dict[str, tuple[str, str]] = {}
    for text in listing.splitlines():
        matched = _OPTION.match(text)
        if matched and matched["now"] is not None and matched["now"] != "inactive":
            found.setdefault(matched["name"], (matched["rest"], matched["now"]))

    def words(name: str) -> tuple[str, ...]:
        return tuple(w for w in found.get(name, ("", ""))[0].split("|") if w and w != "auto")

    def extent(name: str) -> float:
        limits = _numbers(found[name][0].split("mm")[0].replace("..", " ")) if name in found else []
        return max(limits, default=0.0)

    dpis: tuple[int, ...] = ()
    dpi_range: tuple[int, int] | None = None
    if "resolution" in found:
        allowed, now = found["resolution"]
        if ".." in allowed:
            low, high = _numbers(allowed.split("dpi")[0].replace("..", " "))[:2]
            dpi_range = (int(low), int(high))
        else:
            dpis = tuple(int(n) for n in _numbers(allowed)) or tuple(int(n) for n in _numbers(now))
    return Abilities(
        sources=words("source"),
        modes=words("mode"),
        depths=tuple(int(n) for n in _numbers(" ".join(words("depth")))),
        dpis=dpis,
        dpi_range=dpi_range,
        width_mm=extent("x"),
        height_mm=extent("y"),
    )


def resolution(abilities: Abilities, wanted: int) -> int:
    """The dpi to ask for. 0 where the device has no choice."""
    return nearest_dpi(wanted, abilities.dpis, abilities.dpi_range)


def settings(abilities: Abilities, source: str, dpi: int, site: Site) -> list[str]:
    """The arguments for one scan: colour, eight bits, the whole A4 where the device lets us choose.

    The order matters: a source changes what else may be set. Raises `ScannerTrouble` for a source the device lacks.
    """
    arguments: list[str] = []
    if abilities.sources and source:
        if source not in abilities.sources:
            raise ScannerTrouble("SCANNER_SOURCE_UNKNOWN")
        arguments.append(f"--source={source}")
    elif source and feeds(source):
        raise ScannerTrouble("SCANNER_SOURCE_UNKNOWN")
    colours = [mode for mode in abilities.modes if "color" in mode.lower() or "colour" in mode.lower()]
    if colours:
        arguments.append(f"--mode={colours[0]}")
    if 8 in abilities.depths and len(abilities.depths) > 1:
        arguments.append("--depth=8")
    if dpi and "resolution" not in site.options:
        arguments.append(f"--resolution={dpi}")
    if abilities.width_mm and abilities.height_mm:
        arguments += ["-l", "0", "-t", "0"]
        arguments += ["-x", f"{min(abilities.width_mm, A4_MM[0]):g}", "-y", f"{min(abilities.height_mm, A4_MM[1]):g}"]
    return arguments + [f"--{name}={value}" for name, value in site.options.items()]


class _Farewell:
    """How long a command may still take that has scanned everything; `over` is false until it began."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._until = math.inf

    def begin(self) -> None:
        """The last page is written; saying so again changes nothing."""
        self._until = min(self._until, time.monotonic() + self._patience_s)

    def over(self) -> bool:
        return time.monotonic() > self._until


class Sane:
    """One worker's use of scanimage. `environment` is the worker's own.

    A scanimage that has scanned everything and takes longer than `letting_go_s` seconds to let go of the device is
    killed; what it said until then counts.
    """

    def __init__(self, environment: Mapping[str, str], letting_go_s: float = LETTING_GO_S) -> None:
        self._letting_go_s = letting_go_s
        self._environment = dict(environment) | {"LC_ALL": "C.UTF-8"}
        self._sites = self._read_sites(environment.get(OPTIONS_FILE, ""))

    @staticmethod
    def _read_sites(path: str) -> dict[str, Site]:
        if not path or not Path(path).is_file():
            return {}
        try:
            tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
            raise ScannerTrouble("SCANNER_SETTING_REFUSED", f"options file: {type(problem).__name__}") from problem
        return {
            name: Site(
                label=str(table.get("label", "")),
                hidden=bool(table.get("hidden", False)),
                options={key: str(value) for key, value in table.get("options", {}).items()},
            )
            for name, table in tables.items()
            if isinstance(table, dict)
        }

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                ["scanimage", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
            )
        except FileNotFoundError as missing:
            raise ScannerTrouble("SCANNER_NOT_INSTALLED") from missing

    def _text(self, *arguments: str) -> str:
        """The output of a scanimage command that only asks."""
        process = self._start(*arguments)
        out, err = bytearray(), bytearray()
        try:
            for stream, chunk in _heard(process):
                (out if stream is process.stdout else err).extend(chunk)
            status = process.wait()
        finally:
            _end(process)
        if status:
            raise _trouble(status, bytes(err), pages=0)
        return out.decode("utf-8", "replace")

    def devices(self, ask: AskDevices, say: Callable[[Say], None]) -> None:
        """Every scanner SANE finds. One that cannot be opened just now is listed without sources."""
        for row in self._text("-f", "%d\t%v\t%m\t%t%n").splitlines():
            name, vendor, model, kind = [*row.split("\t"), "", "", ""][:4]
            site = self._sites.get(name, Site())
            if not name or site.hidden:
                continue
            try:
                sources = self._abilities(name).sources or ("Flatbed",)
            except ScannerTrouble:
                sources = ()
            label = site.label or f"{vendor} {model}".strip()
            say(Device(name=name, label=label, sources=sources, host=_escl_host(name, kind)))
        say(Done())

    def _abilities(self, device: str) -> Abilities:
        return abilities_from(self._text(f"--device-name={device}", "-A"))

    def scan(self, ask: AskScan, say: Callable[[Say], None], stdin: IO[bytes]) -> None:
        """Scan until the source is empty, or anything arrives on (or ends) `stdin`."""
        site = self._sites.get(ask.device, Site())
        abilities = self._abilities(ask.device)
        dpi = resolution(abilities, ask.dpi)
        arguments = settings(abilities, ask.source, dpi, site)
        if not (feeds(ask.source)):
            arguments.append("--batch-count=1")
        process = self._start(
            f"--device-name={ask.device}",
            *arguments,
            "--format=pnm",
            f"--batch={Path(ask.folder) / 'page%d.pnm'}",
            "--batch-print",
            "--progress",
        )
        try:
            pages = self._follow(process, dpi, say, stdin)
        finally:
            _end(process)
            for leftover in Path(ask.folder).glob("page*.pnm*"):  # on a full disk they leave no room for the last line
                leftover.unlink(missing_ok=True)
        say(Done(pages=pages))

    def _follow(self, process: subprocess.Popen[bytes], dpi: int, say: Callable[[Say], None], stdin: IO[bytes]) -> int:
        """Hand over pages as they are complete; how many. Returns early when cancelled, raises `ScannerTrouble`."""
        pages, told, announced, heard = 0, -1, b"", b""
        farewell = _Farewell(self._letting_go_s)
        for stream, chunk in _heard(process, stdin, farewell.over):
            if stream is stdin:
                return pages
            if stream is process.stdout:
                *complete, announced = (announced + chunk).split(b"\n")
                for name in complete:
                    say(_page(Path(os.fsdecode(name)), dpi))
                    pages, told = pages + 1, -1
            else:
                heard = (heard + chunk)[-4096:]
                percents = _PERCENT.findall(heard)
                permille = int(percents[-1][0]) * 10 + int(percents[-1][1]) if percents else 0
                if permille != told:
                    told = permille
                    say(Progress(page=pages + 1, permille=min(permille, 1000)))
                if _ALL_SCANNED.search(heard):
                    farewell.begin()
        status = _status(process, heard, pages) if farewell.over() else process.wait()
        if status:
            raise _trouble(status, heard, pages)
        if broken := _BROKEN.search(heard):
            # A daemon that dies between two pages: scanimage ends with 0, as if the feeder were empty.
            said = broken["said"].decode("utf-8", "replace")
            raise ScannerTrouble(_SAID.get(said, "SCANNER_IO"), f"{pages} pages")
        return pages


def _escl_host(name: str, kind: str) -> str:
    """The host of a network scanner that SANE's backends `airscan` and `escl` found by eSCL; empty for any other."""
    if name.startswith("airscan:e"):
        return kind.partition("ip=")[2].strip()
    return urlsplit(name.removeprefix("escl:")).hostname or "" if name.startswith("escl:") else ""


def _heard(
    process: subprocess.Popen[bytes], stdin: IO[bytes] | None = None, enough: Callable[[], bool] = lambda: False
) -> Iterator[tuple[IO[bytes], bytes]]:
    """(stream, octets) of what the command writes until it ends or `enough`; `stdin` with nothing once that stirs.

    Its end counts, not that of its pipes: a backend may leave a child behind that holds them open.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    with selectors.DefaultSelector() as ready:
        for stream in (process.stdout, process.stderr):
            ready.register(stream, selectors.EVENT_READ, stream)
        if stdin is not None:
            ready.register(stdin, selectors.EVENT_READ, stdin)
        while len(ready.get_map()) > (stdin is not None):
            ended = process.poll() is not None or enough()  # before looking, so that its last words are heard
            stirring = ready.select(0 if ended else _LOOK_EVERY_S)
            if ended and not stirring:
                return
            for key, _ in stirring:
                chunk = b"" if key.data is stdin else os.read(key.fd, 65536)
                if chunk or key.data is stdin:
                    yield key.data, chunk
                else:
                    ready.unregister(key.data)


def _page(pnm: Path, dpi: int) -> Page:
    png = pnm.with_suffix(".png")
    try:
        width, height = png_from_pnm(pnm, png, dpi)
    except PageEmpty as empty:
        raise ScannerTrouble("SCANNER_NO_DATA") from empty
    except PageCut as cut:
        # scanimage does not look whether its writing succeeds, so a full disk arrives here as a short file
        full = cut.missing > shutil.disk_usage(pnm.parent).free
        raise ScannerTrouble("SCANNER_DISK_FULL" if full else "SCANNER_TRUNCATED", str(cut)) from cut
    finally:
        pnm.unlink(missing_ok=True)
    return Page(file=png.name, media="image/png", width=width, height=height, dpi=dpi)


def _status(process: subprocess.Popen[bytes], heard: bytes, pages: int) -> int:
    """The status of a scanimage whose farewell is over: of one that still hangs, and is killed, by what it had said.

    airscan 0.99.27 now and then waits for ever in `sane_close`, deaf to a gentler signal; so may any backend whose
    scanner went away. The kernel lets go of the device for it.
    """
    status = process.poll()
    if status is not None:
        return status
    process.kill()
    process.wait()
    text = heard.decode("utf-8", "replace")
    last = ["", *_SCANNED.findall(text)][-1]
    if last not in _WELL:
        return int(last)
    return _NO_PAPER if not pages and "Document feeder out of documents" in text else 0


def _trouble(status: int, heard: bytes, pages: int) -> ScannerTrouble:
    """What an exit status of scanimage means. Status 1 is either a SANE status or scanimage's own failure."""
    text = heard.decode("utf-8", "replace")
    if status < 0 or status >= 128:
        # scanimage 1.2 says how a page ended and may then die while it lets go of the device.
        said = _SCANNED.findall(text)
        code = _STATUS.get(int(said[-1]), "") if said else ""
        if code not in ("", "SCANNER_NO_DATA", "SCANNER_NO_PAPER"):
            return ScannerTrouble(code, f"status {said[-1]}, {pages} pages, then a signal")
        return ScannerTrouble("SCANNER_CRASHED", f"signal {-status if status < 0 else status - 128}")
    if status != 1:
        return ScannerTrouble(_STATUS.get(status, "SCANNER_IO"), f"status {status}, {pages} pages")
    if "option" in text and ("unrecognized" in text or "setting of option" in text):
        return ScannerTrouble("SCANNER_SETTING_REFUSED", "option")
    if "no SANE devices found" in text:
        return ScannerTrouble("SCANNER_UNKNOWN", "none found")
    for phrase, code in _SAID.items():
        if phrase in text:
            return ScannerTrouble(code, phrase)
    return ScannerTrouble("SCANNER_UNSUPPORTED", "status 1")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop scanimage: asked first, so that the scanner's carriage goes home; then made to."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
