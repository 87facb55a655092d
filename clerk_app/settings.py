"""Every setting, once: name, default and meaning. They lie in settings.json of a profile, or of central's folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, TypeVar

from clerk_app.domain.refusals import Refusal, Words

FILE = "settings.json"
S = TypeVar("S", "Settings", "CentralSettings")


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


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Those of central, in `settings.json` of its data folder: where the State's systems are, and who we are there.

    A system without an address is not joined: whoever asks it is told so, and never "clear".
    """

    licence_register: str = _setting("", "Address of the driving-licence register; empty: not joined.")
    violation_records: str = _setting("", "Address of the records of traffic violations; empty: not joined.")
    population_database: str = _setting("", "Address of the gateway to the population database; empty: not joined.")
    population_destination: str = _setting("", "Header dstcode by which the gateway finds the population database.")
    population_integration: str = _setting("", "MaTichHop: how the population database knows this system.")
    population_service: str = _setting("", "MaDVC: the public service for which identities are compared.")
    health_register: str = _setting("", "Address of the register of driver-health certificates; empty: not joined.")
    result_repository: str = _setting("", "Address of the repository of results; empty: not joined.")
    payment_platform: str = _setting("", "Address of the payment platform; empty: not joined.")
    payment_partner: str = _setting("", "MaDoiTac: how the payment platform knows this system.")
    payment_secret_file: str = _setting("", "File with the secret of MaXacThuc; one line, readable by central alone.")
    payment_channel: str = _setting("", "MaKenhThanhToan that the payment platform gave.")
    payment_device: str = _setting("", "MaThietBi that the payment platform gave.")
    payment_unit: str = _setting("", "MaDonVi of the unit for which money is taken.")
    payment_unit_name: str = _setting("", "TenDonVi of that unit.")
    payment_account: str = _setting("", "TKThuHuong: the account that the money goes to.")
    payment_account_bank: str = _setting("", "MaNHThuHuong: the bank of that account.")
    payment_account_name: str = _setting("", "TenTKThuHuong: whose account that is.")
    payment_answers: str = _setting(
        "signed", "signed: answers without MaXacThuc are not believed; tls: they are, over a TLS line alone."
    )
    payment_absent: str = _setting("01", "MaLoi by which the platform says that it does not know a payment.")
    public_post: str = _setting("", "Address of the public post; empty: not joined.")
    post_customer: str = _setting("", "CustomerCode: how the post knows this office.")
    post_district: str = _setting("empty", "What stands in District, which no address has: empty or commune.")
    post_flags: str = _setting("", "FlagConfig as agreed with the post.")
    post_absent: str = _setting("01", "Code by which the post says that it does not know an order.")
    national_portal: str = _setting("", "Address of the national portal's exchange; empty: not joined.")
    portal_user: str = _setting("", "Name under which central signs in at the portal.")
    portal_password_file: str = _setting("", "File with the password of that name; one line.")
    portal_unit: str = _setting("", "madonvi: how the portal knows this office.")
    portal_every_s: str = _setting("60", "Seconds between two looks for what citizens sent through the portal.")
    portal_expired: str = _setting("401", "Error codes of the portal for a session that is over, with | between.")
    sms_gateway: str = _setting("", "Address of the SMS gateway; empty: not joined, text messages wait.")
    sms_brand: str = _setting("", "NguoiGui: the brand name that the gateway registered for this office.")
    sms_secret_file: str = _setting("", "File with the token for the gateway; one line. Empty: none is asked for.")
    sms_absent: str = _setting("404", "MaLoi by which the gateway says that it does not know a message.")
    sms_later: str = _setting("429|402", "MaLoi of a gateway that took nothing and wants it again, with | between.")
    sms_marks: str = _setting("off", "on: text messages keep the marks of Vietnamese letters, and cost more parts.")
    mail_server: str = _setting("", "host:port of the mail server (SMTP); empty: not joined, e-mails wait.")
    mail_security: str = _setting("starttls", "tls, starttls, or none, which only a server on this machine may have.")
    mail_sender: str = _setting("", "Address from which citizens get e-mail.")
    mail_sender_name: str = _setting("", "Name that stands beside that address.")
    mail_user: str = _setting("", "Name under which central signs in at the mail server; empty: it does not.")
    mail_password_file: str = _setting("", "File with the password of that name; one line.")
    orders_first_wait_s: str = _setting("5", "Seconds until an order is tried again; doubled each time, to 30 minutes.")
    orders_repeat_s: str = _setting(
        "600",
        "Seconds before an order or message whose end nobody heard is handed over again to a system that does not "
        "compare (post, SMS); it must say twice that it does not have it.",
    )
    registers_ca: str = _setting("", "File with the CA certificate behind which these systems are; empty: the usual.")
    registers_patience_s: str = _setting("4", "Seconds that a question to one of them may take; a citizen is waiting.")

    def patience_s(self) -> float:
        """How long a question may take. Raises `Refusal` SETTINGS_UNREADABLE."""
        return self._seconds("registers_patience_s", 60)

    def every_s(self) -> float:
        """How often the portal is looked at for what citizens sent. Raises `Refusal` SETTINGS_UNREADABLE."""
        return self._seconds("portal_every_s", 3600)

    def first_wait_s(self) -> float:
        """How long after its first try an order is tried again. Raises `Refusal` SETTINGS_UNREADABLE."""
        return self._seconds("orders_first_wait_s", 600)

    def repeat_s(self) -> float:
        """How long after a try that had no end the same is handed over again. Raises `Refusal` SETTINGS_UNREADABLE."""
        return self._seconds("orders_repeat_s", 86400)

    def payment_secret(self) -> str:
        """The secret of MaXacThuc. Raises `Refusal` SETTINGS_UNREADABLE where the platform is joined without one."""
        return self._secret("payment_secret_file", bool(self.payment_platform))

    def portal_password(self) -> str:
        """The password at the portal. Raises `Refusal` SETTINGS_UNREADABLE where it is joined without one."""
        return self._secret("portal_password_file", bool(self.national_portal))

    def sms_secret(self) -> str:
        """The token for the SMS gateway, or none. Raises `Refusal` SETTINGS_UNREADABLE."""
        return self._secret("sms_secret_file", bool(self.sms_secret_file))

    def keeps_marks(self) -> bool:
        """Whether text messages keep the marks of the letters. Raises `Refusal` SETTINGS_UNREADABLE."""
        if self.sms_marks not in ("on", "off"):
            raise unreadable("sms_marks")
        return self.sms_marks == "on"

    def mail_password(self) -> str:
        """The password at the mail server. Raises `Refusal` SETTINGS_UNREADABLE where a name needs one."""
        return self._secret("mail_password_file", bool(self.mail_user))

    def mail_address(self) -> tuple[str, int]:
        """Host and port of the mail server. Raises `Refusal` SETTINGS_UNREADABLE, also without a sender."""
        host, _, port = self.mail_server.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise unreadable("mail_server")
        if "@" not in self.mail_sender:
            raise unreadable("mail_sender")
        return host.strip("[]"), int(port)

    def mail_way(self) -> Literal["tls", "starttls", "none"]:
        """How the line to the mail server is protected. Raises `Refusal` SETTINGS_UNREADABLE."""
        match self.mail_security:
            case "tls" | "starttls" as said:
                return said
            case "none" if self.mail_address()[0] in ("localhost", "127.0.0.1", "::1"):
                return "none"
            case _:
                raise unreadable("mail_security")

    def district(self) -> Literal["empty", "commune"]:
        """What the post is told for a district. Raises `Refusal` SETTINGS_UNREADABLE."""
        match self.post_district:
            case "empty" | "commune" as said:
                return said
            case _:
                raise unreadable("post_district")

    def _secret(self, name: str, needed: bool) -> str:
        file = getattr(self, name)
        try:
            secret = Path(file).read_text("utf-8").strip() if file else ""
        except (OSError, UnicodeDecodeError):
            secret = ""
        if needed and not secret:
            raise unreadable(name)
        return secret

    def _seconds(self, name: str, most: float) -> float:
        try:
            if 0 < (seconds := float(getattr(self, name))) <= most:
                return seconds
        except ValueError:
            pass
        raise unreadable(name)


def meanings(kind: type[Settings] | type[CentralSettings] = Settings) -> tuple[tuple[str, str, str], ...]:
    """(name, default, meaning) of every setting, for documentation."""
    return tuple((one.name, str(one.default), one.metadata["meaning"]) for one in fields(kind))


def load(profile: Path) -> Settings:
    """The settings of a profile; those of a new one are the defaults. Raises `Refusal` as `of_folder`."""
    return of_folder(profile, Settings)


def of_folder(folder: Path, kind: type[S]) -> S:
    """The settings that lie in a folder; where there are none, the defaults.

    Raises `Refusal` `SETTINGS_UNREADABLE` naming what is wrong.
    """
    path = folder / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return kind()
    try:
        found = json.loads(data.decode("utf-8"))
        known = {one.name for one in fields(kind)}
        if not isinstance(found, dict) or any(not isinstance(value, str) for value in found.values()):
            raise ValueError("texts")
        unknown = sorted(set(found) - known)
        if unknown:
            raise ValueError(", ".join(unknown))
        return kind(**found)
    except ValueError as problem:
        raise unreadable(str(problem)) from None


def unreadable(problem: str) -> Refusal:
    """What lies there is no settings, or one of them has a value that it cannot have."""
    return Refusal(
        "SETTINGS_UNREADABLE",
        Words(f"Không đọc được {FILE}: {problem}.", f"{FILE} cannot be read: {problem}."),
        Words("Sửa hoặc đổi tên tệp đó; giá trị mặc định sẽ được dùng.", "Mend it, or rename it to use defaults."),
    )


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
