"""Every setting of a workstation, once: name, default and meaning. They lie in the profile's settings.json."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from clerk_app.domain.refusals import Refusal, Words

FILE = "settings.json"


def _setting(default: str, meaning: str) -> str:
    value: str = field(default=default, metadata={"meaning": meaning})
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them are texts; an empty text means: find out, or not used."""

    language: str = _setting("vi", "Language of the window: vi or en.")
    contrast: str = _setting("", "high for strong colours in the window.")
    scanner_device: str = _setting("", "Name of the scanner as scan devices lists it; empty takes the first one found.")
    scanner_source: str = _setting("", "Flatbed or feeder by the scanner's own name; empty takes its first source.")
    scanner_sides: str = _setting(
        "", "one or both: the sides that a feeder takes, as the switch of step 3 sets it; empty: as the paper wants it."
    )
    scanner_addresses: str = _setting(
        "",
        "Network scanners (eSCL) that do not announce themselves: http://host/eSCL or just host, with spaces between.",
    )
    scanner_discovery: str = _setting(
        "", "on or off: whether the network is asked for scanners; empty is on, and off where sane_folder is set."
    )
    scan_folder: str = _setting("", "Folder into which a scanner or a telephone puts files; empty: none.")
    sane_folder: str = _setting("", "A private SANE configuration folder; empty uses the system's.")
    printer_queue: str = _setting("", "URI or name of the print queue; empty takes the first one found.")
    printer_direct: str = _setting("", "URI of a network printer without a queue on this computer, ipp://host/path.")
    cups_server: str = _setting("", "host:port of the print server; empty uses the system's.")
    card_direct: str = _setting("", "host:port of a practice card without a PC/SC service; training mode only.")
    trust_folder: str = _setting("", "Folder of the office's signed trust package; empty is trust/ in the profile.")
    catalogue_folder: str = _setting("", "Folder of the rule pack; empty is the one that came with the program.")
    catalogue_key: str = _setting("", "Hex Ed25519 key of the office that may publish rule and trust packages.")
    central_ca: str = _setting("", "File with the CA certificate that signed central's TLS certificate.")
    uplink_limit_kbps: str = _setting(
        "",
        "Most that sending may take of the line, in kbit/s; 0 or empty: all of it. A clerk's own requests come first.",
    )
    tesseract_program: str = _setting("", "Path of the program that reads print; empty takes tesseract on the path.")
    camera: str = _setting(
        "", "usb:0, usb:/dev/video0, or the http:// address of a camera (MJPEG or JPEG); empty: none."
    )
    face_threshold: str = _setting("", "Distance up to which two faces count as the same, 0.1 to 1.2; empty is 0.6.")
    code_scanner: str = _setting(
        "", "Code scanner: empty for one that types, serial:PORT or serial:PORT@BAUD for one on a serial port."
    )
    signing_module: str = _setting(
        "", "PKCS#11 library of the officers' tokens: they sign copies and are a second factor; empty: neither."
    )
    signing_trust: str = _setting("", "File or folder of the CA certificates that signatures are judged by.")
    wedge_prefix: str = _setting("", "Characters that the bar code scanner types before each code.")


def meanings() -> tuple[tuple[str, str, str], ...]:
    """(name, default, meaning) of every setting, for documentation."""
    return tuple((one.name, str(one.default), one.metadata["meaning"]) for one in fields(Settings))


def load(profile: Path) -> Settings:
    """The settings of a profile; those of a new one are the defaults.

    Raises `Refusal` `SETTINGS_UNREADABLE` naming what is wrong.
    """
    path = profile / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    try:
        found = json.loads(data.decode("utf-8"))
        known = {one.name for one in fields(Settings)}
        if not isinstance(found, dict) or any(not isinstance(value, str) for value in found.values()):
            raise ValueError("texts")
        unknown = sorted(set(found) - known)
        if unknown:
            raise ValueError(", ".join(unknown))
        return Settings(**found)
    except ValueError as problem:
        raise Refusal(
            "SETTINGS_UNREADABLE",
            Words(f"Không đọc được {FILE}: {problem}.", f"{FILE} cannot be read: {problem}."),
            Words("Sửa hoặc đổi tên tệp đó; giá trị mặc định sẽ được dùng.", "Mend it, or rename it to use defaults."),
        ) from None


def save(profile: Path, settings: Settings) -> None:
    """Write the settings that differ from their defaults, whole or not at all."""
    defaults = asdict(Settings())
    changed = {name: value for name, value in asdict(settings).items() if value != defaults[name]}
    profile.mkdir(parents=True, exist_ok=True)
    part = profile / f"{FILE}.part"
    part.write_text(json.dumps(changed, ensure_ascii=False, indent=2), "utf-8")
    part.replace(profile / FILE)


def change(profile: Path, **values: str) -> Settings:
    """Set some of them; the settings as they now are."""
    settings = replace(load(profile), **values)
    save(profile, settings)
    return settings


def default_profile() -> Path:
    """Where the desk of this computer's user lives: `CLERK_PROFILE`, else the user's data folder."""
    if named := os.environ.get("CLERK_PROFILE"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("quay", appauthor=False)
