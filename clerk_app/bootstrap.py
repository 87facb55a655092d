"""The one place where parts are chosen and joined. Importing it costs nothing; the rooms are imported when used."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app import settings as _settings
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.catalogue.pack import Pack
    from clerk_app.desk.archive import Archiving
    from clerk_app.desk.counter import Counter
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.limits import Limits
    from clerk_app.desk.page_ports import Files, PageMaker, Signer, WatchedFolder
    from clerk_app.desk.ports import Cancel, CodeScanner, Printers, Scanners, Station
    from clerk_app.desk.reading import Reading
    from clerk_app.desk.rejoining import Rejoining
    from clerk_app.desk.salvaged import Salvaged
    from clerk_app.desk.scanner_choice import Sides
    from clerk_app.desk.taking_over import TakenOver
    from clerk_app.desk.tokens import TokenReader
    from clerk_app.desk.trail_export import Checked
    from clerk_app.desk.trust import TrustView
    from clerk_app.desk.views import DoctorCheck, IntakeView
    from clerk_app.devices.direct_card import DirectCardReaders
    from clerk_app.devices.pcsc import PcscCardReaders
    from clerk_app.domain.dossier import Dossier
    from clerk_app.domain.people import Person
    from clerk_app.imaging.reading import TesseractReader
    from clerk_app.settings import Settings
    from clerk_app.store.database import Database
    from clerk_app.store.journal import SealedJournal
    from clerk_app.store.keys import Keys
    from clerk_app.store.pack_shelf import PackShelf
    from clerk_app.store.trust_package import Installed, TrustManifest
    from clerk_app.throttle import Throttle
    from clerk_app.uplink import Uplink

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
STATION = "station.json"
DATABASE = "desk.db"
LOCK = "in-use.lock"


def now() -> datetime:
    """The time at the counter, Asia/Ho_Chi_Minh."""
    from clerk_app.domain.calendar import HANOI

    return datetime.now(HANOI)


# ---- before anything is opened


@dataclass(frozen=True, slots=True)
class Peek:
    """What the sign-in window needs to know before the store is open."""

    enrolled: bool
    practice: bool
    counter: str
    office: Words
    language: str
    passphrase_needed: bool
    users: tuple[str, ...] = ()


def peek(profile: Path) -> Peek:
    """A look at three small files; no database, no third-party import. Raises `Refusal` `SETTINGS_UNREADABLE`."""
    language = _settings.load(profile).language
    try:
        station = json.loads((profile / STATION).read_text("utf-8"))
        wrapped = json.loads((profile / "keys.json").read_text("utf-8"))["by"] == "passphrase"
        wrapped = wrapped and "CLERK_PASSPHRASE" not in os.environ
        office = Words(station["office_name_vi"], station["office_name_en"])
        return Peek(True, bool(station["practice"]), str(station["counter"]), office, language, wrapped)
    except (OSError, ValueError, KeyError, TypeError):
        return Peek(False, False, "", Words("", ""), language, False)


def office_of(profile: Path) -> str:
    """The office of this workstation, whose hours count here; the empty text where it is not enrolled."""
    try:
        return str(json.loads((profile / STATION).read_text("utf-8"))["office"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def station_of(profile: Path) -> Station:
    """Who this workstation is. Raises `Refusal` `NOT_ENROLLED`."""
    from clerk_app.desk.ports import Station
    from clerk_app.store import faults

    try:
        return Station(**json.loads((profile / STATION).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise faults.not_enrolled() from None


# ---- joining parts


def pack_of(settings: Settings, practice: bool) -> Pack:
    """The rule pack that this workstation was set up with, verified. Raises `Refusal` `PACK_…` with file and line."""
    from clerk_app.catalogue import pack

    if not practice and not settings.catalogue_key:
        raise _no_publisher()
    return pack.load(_floor(settings), publisher_keys(settings, practice))


@dataclass(frozen=True, slots=True)
class Law:
    """The law at a desk: the pack in force, the shelf of every one that ever was, and what was wrong with others.

    `floor` is the pack that the desk was set up with.
    """

    pack: Pack
    shelf: PackShelf
    floor: Pack | None = None
    troubles: tuple[Refusal, ...] = ()

    def named(self, version: str) -> Pack:
        """The pack of this version; the one in force where it never came to this desk."""
        kept = self.shelf.pack(version) if version not in ("", self.pack.version) else None
        return kept or self.pack


def law_of(profile: Path, settings: Settings, practice: bool) -> Law:
    """The newest pack that this desk can believe: of those that central handed out and the one it was set up with.

    Raises `Refusal` `PACK_…` where there is none, `CATALOGUE_NOT_HERE` where none of the office's came yet.
    """
    from clerk_app.catalogue import signing

    shelf = _shelf(profile, settings, practice)
    floor: Pack | None = None
    none_at_all: Refusal | None = None
    troubles: list[Refusal] = []
    try:
        floor = pack_of(settings, practice)
    except signing.PackRefusal as refusal:
        none_at_all = refusal
        # The program comes with a pack for training: that a desk at work does not believe it is as it should be.
        if practice or settings.catalogue_folder:
            troubles.append(refusal)
    for version in shelf.versions():
        if floor is not None and signing.order(version) <= signing.order(floor.version):
            break
        try:
            return Law(shelf.load(version), shelf, floor, tuple(troubles))
        except signing.PackRefusal as refusal:
            troubles.append(refusal)
    if floor is None and not troubles:
        raise _no_law_yet()
    if floor is None:
        raise none_at_all or troubles[0]
    return Law(floor, shelf, floor, tuple(troubles))


def _shelf(profile: Path, settings: Settings, practice: bool) -> PackShelf:
    from clerk_app.store.pack_shelf import PackShelf

    return PackShelf(profile / "catalogue", publisher_keys(settings, practice))


def _shelved(law: Law, settings: Settings) -> Law:
    """The same, its floor kept on the shelf: the next release of the program brings another one."""
    if law.floor is None:
        return law
    try:
        law.shelf.keep(law.floor.manifest, _floor(settings))
    except Refusal as refusal:
        return replace(law, troubles=(*law.troubles, refusal))
    return law


def _judged_by(settings: Settings, practice: bool) -> str:
    """What an offered pack is judged by at this desk: after an update, or with another key, it is looked at again."""
    from hashlib import sha256

    from clerk_app import __version__
    from clerk_app.catalogue.signing import SCHEMA

    keys = b"".join(publisher_keys(settings, practice))
    return f"{__version__} {SCHEMA} {sha256(keys).hexdigest()[:16]}"


def _floor(settings: Settings) -> Path:
    return Path(settings.catalogue_folder) if settings.catalogue_folder else RESOURCES / "catalogue"


def _no_publisher() -> Refusal:
    return Refusal(
        "CATALOGUE_KEY_MISSING",
        Words("Chưa đặt khóa của đơn vị phát hành danh mục.", "The office's publishing key is not set."),
        Words(
            "Hỏi đơn vị phát hành khóa công khai; ghi danh với --catalogue-key KHÓA, hoặc ở máy đã ghi danh đặt "
            "catalogue_key trong settings.json rồi chạy clerk deliver. Khóa tập huấn chỉ dùng khi tập huấn.",
            "Ask the publisher for its public key; enrol with --catalogue-key KEY, or at an enrolled desk set "
            "catalogue_key in settings.json and run clerk deliver. The training key serves training only.",
        ),
    )


def _no_law_yet() -> Refusal:
    return Refusal(
        "CATALOGUE_NOT_HERE",
        Words(
            "Máy trạm này chưa có danh mục nào do đơn vị phát hành ký.",
            "No catalogue signed by the office's publisher has come to this desk yet.",
        ),
        Words(
            "Chạy clerk deliver khi nối được trung tâm; nếu vẫn vậy, so catalogue_key trong settings.json với khóa của "
            "đơn vị phát hành.",
            "Run clerk deliver while central can be reached; if it stays so, compare catalogue_key in settings.json "
            "with the publisher's key.",
        ),
    )


def publisher_keys(settings: Settings, practice: bool) -> list[bytes]:
    """Whose signature counts on rule packs and trust packages; in training the training publisher's too.

    Raises `Refusal` `CATALOGUE_KEY_UNREADABLE`.
    """
    from clerk_app.catalogue import signing

    try:
        keys = [bytes.fromhex(settings.catalogue_key)] if settings.catalogue_key else []
        if any(len(key) != 32 for key in keys):
            raise ValueError("length")
    except ValueError:
        raise Refusal(
            "CATALOGUE_KEY_UNREADABLE",
            Words("catalogue_key không phải 64 chữ số thập lục phân.", "catalogue_key is not 64 hex digits."),
            Words("Chép lại khóa của đơn vị phát hành.", "Copy the publisher's key again."),
        ) from None
    if practice:
        keys.append(signing.read_key(RESOURCES / "catalogue" / signing.PUBLIC_KEY))
    return keys


def trust_of(profile: Path, settings: Settings, practice: bool) -> Installed:
    """The office's trust package on this desk, or why there is none."""
    from clerk_app.store import trust_package

    office = station_of(profile).office if (profile / STATION).exists() else ""
    return trust_package.installed(trust_folder(profile, settings), publisher_keys(settings, practice), office)


def trust_folder(profile: Path, settings: Settings) -> Path:
    """Where the trust package lies."""
    return Path(settings.trust_folder) if settings.trust_folder else profile / "trust"


def trusted_certificates(profile: Path, settings: Settings, practice: bool) -> tuple[bytes, ...]:
    """The files that say who is believed: the office's trust package; in training the specimen authority's as well."""
    names = ("specimen-csca.pem", "specimen.crl") if practice else ()
    own = [RESOURCES / "practice" / name for name in names]
    return (*(one.read_bytes() for one in own if one.exists()), *trust_of(profile, settings, practice).blobs)


def trust_view(profile: Path, settings: Settings, practice: bool) -> TrustView:
    """Who is believed at this desk, for `trust show` and `doctor`."""
    from clerk_app.desk.trust import PackageLabel
    from clerk_app.devices import trust_report
    from clerk_app.devices.emrtd import trust

    found = trust_of(profile, settings, practice)
    store = trust.store_of(trusted_certificates(profile, settings, practice), practice=practice)
    label = None
    if found.package is not None:
        manifest = found.package.manifest
        label = PackageLabel(manifest.name, manifest.office, manifest.version, manifest.issued)
    return trust_report.report(store, label, found.loose, found.refusal)


def import_trust(profile: Path, path: Path) -> None:
    """Take in a trust package signed for this office, whole or not at all.

    Raises `Refusal`: NOT_ENROLLED, CATALOGUE_KEY_…, TRUST_… (`store.trust_package`), TRUST_NOTHING, TRUST_LIST_EXPIRED.
    """
    from clerk_app.devices.emrtd import trust
    from clerk_app.store import trust_package

    station, settings = station_of(profile), _settings.load(profile)
    if not station.practice and not settings.catalogue_key:
        raise _no_publisher()
    keys = publisher_keys(settings, station.practice)
    package = trust_package.read(path, keys)
    store = trust.made(package.files.values(), practice=station.practice, at=now())
    if any(one.why == "LIST_SIGNER_EXPIRED" for one in store.unbelieved):
        raise trust_package.refused(
            "TRUST_LIST_EXPIRED",
            "Người ký một master list trong gói đã hết hạn.",
            "The signer of a master list in the package has expired.",
        )
    if not station.practice and not store.authorities:
        raise trust_package.refused(
            "TRUST_NOTHING",
            "Gói không có CSCA nào tin được cho thẻ căn cước.",
            "No authority of the package can vouch for a citizen card.",
        )
    trust_package.install(package, trust_folder(profile, settings), keys, station.office)


def sign_trust(folder: Path, key: bytes, name: str, office: str, version: str, out: Path | None) -> TrustManifest:
    """Make a folder a trust package issued today, and write it as a zip to `out`. Raises `Refusal` TRUST_…."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from clerk_app.store import trust_package

    manifest = trust_package.sign(folder, key, name=name, office=office, version=version, issued=now().date())
    if out is not None:
        public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
        out.write_bytes(trust_package.zipped(trust_package.read(folder, [public])))
    return manifest


def _trust_renewal(
    profile: Path, settings: Settings, practice: bool, readers: DirectCardReaders | PcscCardReaders
) -> Callable[[], None]:
    """What lets an open desk believe a trust package imported meanwhile; one that is no good changes nothing."""
    from clerk_app.store.trust_package import INSTALLED

    at = trust_folder(profile, settings) / INSTALLED

    def stamp() -> tuple[int, int] | None:
        try:
            now_there = at.stat()
        except OSError:
            return None
        return now_there.st_mtime_ns, now_there.st_size

    seen = stamp()

    def renew() -> None:
        nonlocal seen
        if (found := stamp()) != seen:
            seen = found
            if trust_of(profile, settings, practice).package is not None:
                readers.believe(trusted_certificates(profile, settings, practice))

    return renew


def readers_of(profile: Path, settings: Settings, practice: bool) -> DirectCardReaders | PcscCardReaders:
    """PC/SC, or in training mode without such a service the direct line to a practice card."""
    trusted = trusted_certificates(profile, settings, practice)
    if practice and settings.card_direct:
        from clerk_app.devices.direct_card import DirectCardReaders

        host, _, port = settings.card_direct.rpartition(":")
        return DirectCardReaders((host, int(port)), trusted, now)
    from clerk_app.devices.pcsc import PcscCardReaders

    return PcscCardReaders(trusted, practice, now)


def scanners_of(settings: Settings) -> Scanners:
    """Every scanner of this desk, each in a worker process; a private SANE folder means those that are named only."""
    from clerk_app.devices.scanner.scanners import DeskScanners

    environment: Mapping[str, str] = {}
    if settings.sane_folder:
        options = str(Path(settings.sane_folder) / "options.toml")
        environment = {"SANE_CONFIG_DIR": settings.sane_folder, "QUAY_SCANNER_OPTIONS": options}
    discover = (settings.scanner_discovery or ("off" if settings.sane_folder else "on")) == "on"
    return DeskScanners(environment, addresses=settings.scanner_addresses.split(), discover=discover)


def page_maker_of() -> PageMaker:
    """OpenCV in a worker process; nothing is started until the first sheet."""
    from clerk_app.imaging.maker import WorkerPageMaker

    return WorkerPageMaker()


def files_of() -> Files:
    """Pages from files, each opened in a worker process of its own."""
    from clerk_app.imaging.files import WorkerFiles

    return WorkerFiles()


def watched_folder_of(settings: Settings, desk: str = "desk") -> WatchedFolder | None:
    """The folder that scans arrive in; None where none is set. `desk` tells this desk from others that watch it."""
    if not settings.scan_folder:
        return None
    from clerk_app.imaging.folder import ScanFolder

    return ScanFolder(Path(settings.scan_folder), now, desk=desk)


def printers_of(settings: Settings) -> Printers:
    """Print queues by IPP."""
    from clerk_app.devices.printer.printers import IppPrinters

    return IppPrinters(settings.cups_server, (settings.printer_direct,) if settings.printer_direct else ())


def reader_of(profile: Path) -> TesseractReader:
    """Tesseract, in a program of its own; the setting is read again for every page."""
    from clerk_app.imaging.reading import TesseractReader

    return TesseractReader(lambda: _settings.load(profile).tesseract_program)


def code_scanner_of(settings: Settings) -> CodeScanner | None:
    """The code scanner of the settings; None where it types. It is opened when it is first asked."""
    if not settings.code_scanner:
        return None
    from clerk_app.devices.serial_scanner import SerialScanner

    return SerialScanner(settings.code_scanner)


def archiving_of(counter: Counter, reading: Reading, signer: Signer | None) -> Archiving:
    """Archive copies, with the text that was read on their pages."""
    from clerk_app.archiving.copies import PdfArchive
    from clerk_app.desk.archive import Archiving

    return Archiving(counter, PdfArchive(RESOURCES), reading.text_of, signer)


def signer_of(settings: Settings) -> Signer | None:
    """The signing token of the settings; None where this desk does not sign. Its library is loaded in a worker."""
    from clerk_app.archiving.signing import Pkcs11Signer

    trust = Path(settings.signing_trust) if settings.signing_trust else None
    return Pkcs11Signer(settings.signing_module, trust) if settings.signing_module else None


def token_reader_of(settings: Settings) -> TokenReader | None:
    """People's tokens by the library of the settings; None where none is set. It is loaded in a worker."""
    from clerk_app.archiving.token_reading import Pkcs11Tokens

    return Pkcs11Tokens(settings.signing_module) if settings.signing_module else None


def open_store(profile: Path, passphrase: str = "") -> tuple[Keys, Database, SealedJournal]:
    """The keys, the database and the journal of an enrolled workstation, for reading beside an open window too."""
    from clerk_app.store import keys as _keys

    station = station_of(profile)
    keys = _keys.unwrap(profile, passphrase or os.environ.get("CLERK_PASSPHRASE", ""))
    return keys, *_opened_store(profile, station, keys)


def open_unlooked(profile: Path, passphrase: str = "") -> tuple[Keys, Database, SealedJournal]:
    """The same, whatever was done to it, for whoever is to find that out."""
    from clerk_app.store import keys as _keys

    station = station_of(profile)
    keys = _keys.unwrap(profile, passphrase or os.environ.get("CLERK_PASSPHRASE", ""))
    return keys, *_opened_store(profile, station, keys, look=False)


def _opened_store(profile: Path, station: Station, keys: Keys, look: bool = True) -> tuple[Database, SealedJournal]:
    """The database and journal; with `look`, the newest of it is looked at. Raises `Refusal` `DATABASE_…`."""
    from clerk_app.store import faults
    from clerk_app.store.database import Database

    if not (profile / DATABASE).exists():
        raise faults.database_missing()
    try:
        database = Database(profile / DATABASE, keys.database)
    except Refusal as refusal:
        # The keys prove themselves when they are unwrapped: a file that they do not open is damaged.
        raise faults.damaged() if refusal.code == "KEY_WRONG" else refusal from None
    try:
        journal = _journal(database, station, keys, profile)
        problem = journal.soundness() if look else None
    except Refusal:
        database.close()
        raise
    if problem is not None:
        database.close()
        raise problem
    return database, journal


def check_export(profile: Path, passphrase: str, data: bytes, seal: bytes | None, trusted: frozenset[str]) -> Checked:
    """What an exported file is worth, asked at an enrolled workstation, beside an open window too.

    Raises `Refusal`: NOT_ENROLLED, KEY_…, DATABASE_…, SEAL_UNREADABLE, SIGN_….
    """
    from clerk_app.desk.trail_export import checked

    keys, database, journal = open_store(profile, passphrase)
    try:
        known = trusted | {keys.public_key().hex()}
        return checked(journal, data, seal, known, signer_of(_settings.load(profile)))
    finally:
        database.close()


def uplink_of(
    profile: Path,
    keys: Keys,
    timeout_s: float = 10.0,
    throttle: Throttle | None = None,
    heard: Callable[[datetime], None] = lambda _there: None,
) -> Uplink:
    """The line to this workstation's central.

    `throttle` bounds what goes out, `heard` is told central's time with each of its answers.
    """
    from clerk_app.uplink import Uplink

    station, ca = station_of(profile), _trusted_ca(_settings.load(profile))
    return Uplink(station.central, keys.station, station.station, station.central_id, timeout_s, ca, throttle, heard)


def _trusted_ca(settings: Settings) -> Path | None:
    return Path(settings.central_ca) if settings.central_ca else None


def _journal(database: Database, station: Station, keys: Keys, profile: Path) -> SealedJournal:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from clerk_app.store import witness
    from clerk_app.store.journal import SealedJournal

    signing_key = Ed25519PrivateKey.from_private_bytes(keys.station)
    seen = witness.Witness(profile / witness.FILE)
    return SealedJournal(database, station.station, signing_key.sign, keys.public_key(), seen)


@dataclass(frozen=True, slots=True)
class Mended:
    """A desk whose database was made anew: what was saved, in words for people, and where the damaged file lies."""

    record: Salvaged
    told: tuple[Words, ...]
    kept: Path | None
    problem: Refusal | None = None


def salvage(profile: Path, passphrase: str = "", cancel: Cancel = lambda: False) -> Mended:
    """Make a damaged database anew from what can be read of it and from what central has, if it answers now.

    Nothing is sent: that is for the next delivery, which also asks where `cancel` said to stop asking. `problem` is why
    central could not be asked. Raises `Refusal`: NOT_ENROLLED, PROFILE_IN_USE, KEY_…, DISK_FULL, STORE_….
    """
    from filelock import FileLock, Timeout

    from clerk_app.desk import salvaged as _salvaged
    from clerk_app.desk.rejoining import Rejoining
    from clerk_app.store import faults
    from clerk_app.store import keys as _keys
    from clerk_app.store import salvage as _salvage
    from clerk_app.store.sheets import SheetStore

    station = station_of(profile)
    keys = _keys.unwrap(profile, passphrase or os.environ.get("CLERK_PASSPHRASE", ""))
    lock = FileLock(profile / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise faults.profile_in_use() from None
    try:
        damaged = _salvage.Damaged(profile, DATABASE, keys, station.station, now)
        _, kept = _salvage.salvage(damaged)
        database, journal = _opened_store(profile, station, keys)
        uplink = uplink_of(profile, keys)
        try:
            sheets = SheetStore(profile / "sheets", keys.sheets, database, now)
            problem = _rejoined(Rejoining(journal, sheets, uplink, now), cancel)
            record = _salvaged.read(journal.noted(_salvaged.NOTE))
            if record is None:
                raise _salvaged.still_damaged()
            return Mended(record, _salvaged.told(record, journal), kept, problem)
        finally:
            uplink.close()
            database.close()
    finally:
        lock.release()


def _rejoined(rejoining: Rejoining, cancel: Cancel) -> Refusal | None:
    """Take back from central what it has of this desk; why it could not be asked. Raises `Refusal` STORE_…."""
    from clerk_app.desk.line import LineRefused, on_the_line

    record = rejoining.wanted()
    if record is None:
        return None
    try:
        with on_the_line():
            found = rejoining.ask(record, cancel)
    except LineRefused as line:
        return line.refusal
    if found is not None:
        rejoining.settle(found)
    return None


def open_desk(profile: Path, passphrase: str = "", look: Callable[[str, str], None] | None = None) -> Desk:
    """Everything a clerk can do on this workstation. Takes some tenths of a second; close what it returns.

    `look` is told which scanner and paper are scanned next. Raises `Refusal`: NOT_ENROLLED, PROFILE_IN_USE,
    PASSPHRASE_NEEDED, KEY_WRONG, DATABASE_…, PACK_….
    """
    from filelock import FileLock, Timeout

    from clerk_app.store import faults

    station = station_of(profile)
    lock = FileLock(profile / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise faults.profile_in_use() from None
    try:
        return _joined(profile, passphrase, station, lock.release, look)
    except BaseException:
        lock.release()
        raise


def _joined(
    profile: Path,
    passphrase: str,
    station: Station,
    unlock: Callable[[], None],
    look: Callable[[str, str], None] | None,
) -> Desk:
    from clerk_app.desk import archive_view
    from clerk_app.desk.approvals import Approvals
    from clerk_app.desk.arranging import Arranging
    from clerk_app.desk.books import Books
    from clerk_app.desk.carrying import Carrying
    from clerk_app.desk.cashier import Cashier
    from clerk_app.desk.clock_watch import ClockWatch
    from clerk_app.desk.counter import Counter
    from clerk_app.desk.course import Courses
    from clerk_app.desk.delivery import Delivery
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.draws import Draws
    from clerk_app.desk.erasing import Erasing
    from clerk_app.desk.exceptions import Exceptions
    from clerk_app.desk.face import Face
    from clerk_app.desk.giving_way import Questions
    from clerk_app.desk.grace import GraceDesk
    from clerk_app.desk.handing_over import HandingOver
    from clerk_app.desk.intake import Intake
    from clerk_app.desk.lamps import Lamps
    from clerk_app.desk.late_entry import LateEntry
    from clerk_app.desk.leases import Leases
    from clerk_app.desk.limits import Limits, note_answered
    from clerk_app.desk.lock import Lock
    from clerk_app.desk.making import Making
    from clerk_app.desk.messages import Messages
    from clerk_app.desk.news import News
    from clerk_app.desk.online import OnlineDesk
    from clerk_app.desk.ordering import Ordering
    from clerk_app.desk.originals import Originals
    from clerk_app.desk.papers import Papers
    from clerk_app.desk.payments import Payments
    from clerk_app.desk.people import People, names_known
    from clerk_app.desk.pins import Pins
    from clerk_app.desk.posting import Posting
    from clerk_app.desk.queue import Queue
    from clerk_app.desk.reading import Reading
    from clerk_app.desk.receipts import Receipts
    from clerk_app.desk.registers import Registers
    from clerk_app.desk.reports import Reports
    from clerk_app.desk.results import Results
    from clerk_app.desk.retention import Retention, originals_at_once
    from clerk_app.desk.reuse import Reuse
    from clerk_app.desk.review import Review
    from clerk_app.desk.rule_packs import RulePacks
    from clerk_app.desk.scanner_choice import ScannerChoice
    from clerk_app.desk.shelf import Shelf
    from clerk_app.desk.sign_in import SignIn
    from clerk_app.desk.signed_pages import SignedPages
    from clerk_app.desk.soundness import Soundness
    from clerk_app.desk.subject import Subject
    from clerk_app.desk.tokens import Tokens
    from clerk_app.desk.trail import Trail
    from clerk_app.desk.trail_export import TrailExport
    from clerk_app.desk.zones import Zones
    from clerk_app.devices import card_zone, identity_qr
    from clerk_app.devices.camera import DeskCamera
    from clerk_app.devices.codes import PictureCodes
    from clerk_app.devices.face import DlibFaces
    from clerk_app.devices.pictures import decoded, open_picture
    from clerk_app.devices.zone_pictures import TesseractZones
    from clerk_app.printing.forms import PaperForms
    from clerk_app.printing.labels import words_of
    from clerk_app.printing.report import ReportPaper
    from clerk_app.store import verifying
    from clerk_app.store.journal import new_id
    from clerk_app.store.known_users import KnownUsers
    from clerk_app.store.local_copies import LocalCopies
    from clerk_app.store.messages_heard import MessagesHeard
    from clerk_app.store.sheets import SheetStore
    from clerk_app.uplink_systems import UplinkSystems

    settings = _settings.load(profile)
    throttle = _throttle(settings)
    law = _shelved(_law_or_fetched(profile, settings, station, passphrase), settings)
    keys, database, journal = open_store(profile, passphrase)
    sheets = SheetStore(profile / "sheets", keys.sheets, database, now)
    sheets.tidy()
    users = KnownUsers(database)
    watch = ClockWatch(now)
    uplink = uplink_of(profile, keys, throttle=throttle, heard=watch.heard)
    readers = readers_of(profile, settings, station.practice)
    renewals = (_trust_renewal(profile, settings, station.practice, readers),)
    counter = Counter(station, journal, sheets, law.pack, now, renewals=renewals)
    packs = RulePacks(counter, law.shelf, _judged_by(settings, station.practice), law.troubles)
    scanners = scanners_of(settings)
    printers = printers_of(settings)
    scanner = code_scanner_of(settings)
    signer, folder = signer_of(settings), watched_folder_of(settings, station.station)

    def parse_qr(text: str) -> tuple[Person, tuple[str, ...]]:
        found = identity_qr.parse(text, counter.rules_today().id_provinces)
        return found.person, found.problems

    def shown(state: Dossier) -> IntakeView:
        return intake.shown(state)

    reader, maker = reader_of(profile), page_maker_of()
    reading = Reading(counter, shown, reader)
    making = Making(counter, shown, maker, reading.title_of)
    intake = Intake(counter, readers, uplink, parse_qr, new_id, making.finish)
    forms = PaperForms(lambda day, version: words_of(counter.named(version).as_of(day)), station, RESOURCES)

    def device() -> str:
        return _settings.load(profile).scanner_device

    def source() -> str:
        return _settings.load(profile).scanner_source

    def sides() -> Sides:
        chosen = _settings.load(profile).scanner_sides
        return "both" if chosen == "both" else "one" if chosen == "one" else ""

    def keep_sides(sides: Sides) -> None:
        _settings.change(profile, scanner_sides=sides)

    def queue() -> str:
        return _settings.load(profile).printer_queue or settings.printer_direct

    def camera() -> str:
        return _settings.load(profile).camera

    def surroundings() -> tuple[DoctorCheck, ...]:
        trusted, signing = _trust_check(profile, station.practice), archive_view.check(signer, now())
        known = (packs.check(), trusted, signing, _reading_check(reader), limits.check())
        return (*_surroundings(profile, database), soundness.check(), *known)

    def called() -> dict[str, str]:
        return names_known(journal, users.called())

    soundness = Soundness(lambda: tuple(verifying.quick(database)))
    people = People(counter, uplink, users)
    counter.fetch = uplink.fetch_sheet
    originals = Originals(journal, sheets, lambda: originals_at_once(counter.rules_today()))
    questions = Questions()
    delivery = Delivery(journal, sheets, uplink, now, packs, people, watch, originals, questions)
    news = News(journal, uplink, people=people, questions=questions)
    carrying = Carrying(journal, sheets, uplink, station, keys.station, journal.sign, now, new_id)
    tokens = Tokens(counter, uplink, users, token_reader_of(settings))
    grace = GraceDesk(counter, users, tokens)
    limits = Limits(counter, users, lambda: free_mb(profile), lambda: _lists_overdue(profile, station.practice), grace)
    counter.lifted, counter.admits, counter.admit_person = grace.lifted_until, (limits.admit,), limits.admit_person
    delivery.heard += [carrying.learn, limits.heard, grace.judged]
    delivery.confirmed.append(limits.law_confirmed)
    draws = Draws(journal)
    copies = LocalCopies(sheets, database)
    delivery.pulled += [draws.heard, Erasing(journal, sheets, copies, now).heard]
    news.heard.append(limits.heard)
    carrying.heard += [lambda at: note_answered(journal, at, now()), lambda at: grace.judged()]
    cashier = Cashier(counter, intake.shown)
    cameras, faces = DeskCamera(camera), DlibFaces()
    systems = UplinkSystems(uplink)
    ordering = Ordering(counter, systems, new_id)
    payments = Payments(counter, ordering)
    leases, shelf = Leases(counter, uplink), Shelf(counter, intake.begin, intake.shown, users.persons)
    trail = Trail(counter, users, new_id)
    counter.elsewhere = leases.elsewhere
    sign_in, pins = SignIn(counter, uplink, users, new_id, tokens), Pins(counter, users)
    exceptions = Exceptions(counter, intake.shown, sign_in.proving, users.persons)
    desk = Desk(
        station=station,
        counter=counter,
        sign_in=sign_in,
        pins=pins,
        tokens=tokens,
        lock=Lock(counter, uplink, users, sign_in, leases, new_id, pins),
        queue=Queue(counter, shelf.views),
        intake=intake,
        zones=Zones(
            counter,
            intake.shown,
            card_zone.parse,
            TesseractZones(),
            PictureCodes(),
            identity_qr.is_identity,
            intake.take_qr,
        ),
        pages=Arranging(counter, intake.shown),
        reading=reading,
        making=making,
        reuse=Reuse(counter, intake.shown, exceptions),
        papers=Papers(
            counter,
            intake.shown,
            scanners,
            decoded,
            device,
            source,
            look or _nothing_to_lay,
            open_picture,
            files_of(),
            lambda: folder,
            sides,
            keep_sides,
        ),
        face=Face(counter, intake.shown, cameras, faces, camera, lambda: _face_threshold(profile)),
        cashier=cashier,
        receipts=Receipts(counter, intake.shown, forms, printers, queue, payments.paper),
        books=Books(counter, forms),
        exceptions=exceptions,
        course=Courses(counter, called),
        registers=Registers(counter, systems, intake.ask_register),
        ordering=ordering,
        payments=payments,
        messages=Messages(counter, uplink, MessagesHeard(database)),
        online=OnlineDesk(counter, leases, uplink, parse_qr, intake.begin_by, intake.shown),
        results=Results(counter, uplink),
        handing_over=HandingOver(counter, readers, parse_qr, decoded),
        signed_pages=SignedPages(
            counter, scanners, ScannerChoice(scanners, device, source, sides), look or _nothing_to_lay, maker, decoded
        ),
        posting=Posting(counter, ordering, printers, queue, new_id),
        reports=Reports(counter, uplink, ReportPaper(RESOURCES, station.practice), trail, new_id, questions),
        late_entry=LateEntry(counter, intake, cashier, exceptions),
        delivery=delivery,
        news=news,
        carrying=carrying,
        limits=limits,
        grace=grace,
        lamps=Lamps(
            counter,
            readers,
            scanners,
            printers,
            uplink,
            surroundings,
            queue,
            cameras,
            scanner,
            scanner_rest_s=15.0,
            watch=watch,
            soundness=soundness,
        ),
        journal=journal,
        code_scanner=scanner,
        archive=archiving_of(counter, reading, signer),
        leases=leases,
        shelf=shelf,
        approvals=Approvals(counter, intake.shown, uplink, exceptions, called, users.persons),
        trail=trail,
        trail_export=TrailExport(counter, trail, forms, new_id, journal.sign, keys.public_key(), signer),
        subject=Subject(counter, trail, new_id),
        review=Review(counter, draws, intake.shown, users.persons, called),
        retention=Retention(counter, uplink, copies),
    )
    desk.closing += [unlock, database.close, faces.close, maker.close, *([scanner.close] if scanner else [])]
    return desk


def _throttle(settings: Settings) -> Throttle:
    """What the delivery may take of the line. Raises `Refusal` `UPLINK_LIMIT`."""
    from clerk_app.throttle import Throttle

    text = settings.uplink_limit_kbps or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9 or 0 < int(text) < 8:
        raise Refusal(
            "UPLINK_LIMIT",
            Words("Giới hạn đường truyền phải là số kbit/s, từ 8 trở lên.", "The uplink limit is kbit/s, at least 8."),
            Words(
                "Sửa uplink_limit_kbps trong settings.json; để 0 nếu không giới hạn.",
                "Mend uplink_limit_kbps in settings.json; 0 means none.",
            ),
        )
    return Throttle(int(text) * 1000 / 8)


def _face_threshold(profile: Path) -> float:
    """The distance up to which two faces count as the same, 0.6 where nothing is set. Raises `FACE_THRESHOLD`."""
    from clerk_app.devices.faults import fault

    text = _settings.load(profile).face_threshold or "0.6"
    try:
        most = float(text)
    except ValueError:
        raise fault("FACE_THRESHOLD") from None
    if not 0.1 <= most <= 1.2:
        raise fault("FACE_THRESHOLD")
    return most


def _nothing_to_lay(_device: str, _paper: str) -> None:
    """At a real desk the clerk lays the paper."""


def _surroundings(profile: Path, database: Database) -> tuple[DoctorCheck, ...]:
    from clerk_app.desk.views import DoctorCheck

    free = round(free_mb(profile))
    sound = database.sound()
    nothing = Words("", "")
    return (
        DoctorCheck(
            "disk",
            "ok" if free > 2000 else "warn" if free > 300 else "fail",
            Words(f"Ổ đĩa còn {free} MB", f"Disk has {free} MB left"),
            nothing if free > 2000 else Words("Giải phóng dung lượng ổ đĩa.", "Free some disk space."),
        ),
        DoctorCheck(
            "database",
            "ok" if sound else "fail",
            Words("Kho dữ liệu nguyên vẹn", "Database intact") if sound else Words("Kho dữ liệu hỏng", "Damaged"),
            nothing if sound else Words("Chạy clerk journal verify và gọi kỹ thuật.", "Run clerk journal verify."),
        ),
    )


def free_mb(profile: Path) -> float:
    """Room on the disk of this desk."""
    import shutil

    return shutil.disk_usage(profile).free / 1_000_000


def limits_of(profile: Path, journal: SealedJournal, database: Database) -> Limits:
    """The limits of a desk whose store alone is open, for looking at beside an open window."""
    from clerk_app.desk.counter import Counter
    from clerk_app.desk.grace import GraceDesk
    from clerk_app.desk.limits import Limits
    from clerk_app.store.known_users import KnownUsers
    from clerk_app.store.sheets import SheetStore

    station, settings = station_of(profile), _settings.load(profile)
    users = KnownUsers(database)
    sheets = SheetStore(profile / "sheets", b"", database, now)
    counter = Counter(station, journal, sheets, law_of(profile, settings, station.practice).pack, now)
    overdue = lambda: _lists_overdue(profile, station.practice)  # noqa: E731
    return Limits(counter, users, lambda: free_mb(profile), overdue, GraceDesk(counter, users))


def _lists_overdue(profile: Path, practice: bool) -> datetime | None:
    """Since when the revocation lists of those who are believed are out of date; None where they are not."""
    if practice:
        return None
    view, at = trust_view(profile, _settings.load(profile), practice), now()
    believed = {one.name for one in view.authorities if one.state(at) == "in_force"}
    newest = {one.issuer: max(o.until for o in view.revocations if o.issuer == one.issuer) for one in view.revocations}
    return min((until for issuer, until in newest.items() if issuer in believed and until < at), default=None)


def _trust_check(profile: Path, practice: bool) -> DoctorCheck:
    from clerk_app.desk import trust

    return trust.check(trust_view(profile, _settings.load(profile), practice), now())


def _reading_check(reader: TesseractReader) -> DoctorCheck:
    from clerk_app.desk.views import DoctorCheck
    from clerk_app.imaging.reading_faults import fault

    if not (code := reader.lacks()):
        said, nothing = Words("Đọc được chữ trên giấy tờ", "Print on papers can be read"), Words("", "")
        return DoctorCheck("reading", "ok", said, nothing)
    lacking = fault(code)
    return DoctorCheck("reading", "warn", lacking.words, lacking.remedy)


# ---- joining an office


@contextmanager
def _joining() -> Iterator[None]:
    """No line yet: there is nothing to work on with, and nothing that would send itself."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "CENTRAL_UNREACHABLE":
            raise
        remedy = Words(
            "Kiểm tra địa chỉ trung tâm (--central), mạng và proxy, rồi ghi danh lại bằng chính mã này.",
            "Check the address of central (--central), the network and any proxy, then enrol again with the same code.",
        )
        raise Refusal(refusal.code, refusal.words, remedy) from None


def enrol(
    profile: Path,
    central: str,
    code: str,
    passphrase: str = "",
    heard: Callable[[TakenOver], object] | None = None,
    catalogue_key: str = "",
) -> Station:
    """Make this workstation's keys and join it to central with a one-time code.

    `heard` is told what came back where it takes the place of a lost station. `catalogue_key` becomes the setting of
    that name; a desk at work needs it, and is refused before the code is used up.

    Raises `Refusal`: ALREADY_ENROLLED, CATALOGUE_KEY_…, PASSPHRASE_NEEDED, and what central says of the code. A failed
    enrolment can be repeated: the keys stay the same.
    """
    from clerk_app.desk import taking_over
    from clerk_app.desk.carrying import Carrying
    from clerk_app.desk.delivery import Delivery
    from clerk_app.desk.limits import note_answered, note_confirmed
    from clerk_app.desk.ports import Station
    from clerk_app.store import faults
    from clerk_app.store import keys as _keys
    from clerk_app.store.database import Database
    from clerk_app.store.journal import new_id
    from clerk_app.store.sheets import SheetStore
    from clerk_app.uplink import Uplink

    if (profile / STATION).exists():
        raise Refusal(
            "ALREADY_ENROLLED",
            Words("Máy trạm này đã được ghi danh.", "This workstation is enrolled already."),
            Words("Dùng --profile khác cho máy trạm khác.", "Use another --profile for another workstation."),
        )
    profile.mkdir(parents=True, exist_ok=True)
    settings = _settings.load(profile)
    if catalogue_key:
        settings = replace(settings, catalogue_key=catalogue_key)
    publisher_keys(settings, practice=False)
    ca = _trusted_ca(settings)
    with _joining():
        practice = Uplink(central, b"", ca=ca).is_practice()
    if not practice and not settings.catalogue_key:
        raise _no_publisher()
    if _keys.exists(profile):
        keys = _keys.unwrap(profile, passphrase)
    else:
        keys = _keys.create(profile, passphrase, practice)
    if not practice and _keys.open_to_everybody(profile):
        raise faults.passphrase_needed()
    with _joining():
        enrolled = Uplink(central, keys.station, ca=ca).enrol(code)
    if catalogue_key:
        _settings.save(profile, settings)
    database = Database(profile / DATABASE, keys.database)
    station = Station(
        station=enrolled.station,
        counter=enrolled.counter,
        office=enrolled.office,
        office_name_vi=enrolled.office_name_vi,
        office_name_en=enrolled.office_name_en,
        unit_code=enrolled.unit_code,
        practice=enrolled.practice,
        central=central.rstrip("/"),
        central_id=enrolled.central_id,
    )
    part = profile / f"{STATION}.part"
    part.write_text(json.dumps(asdict(station), ensure_ascii=False), "utf-8")
    part.replace(profile / STATION)
    # Numbers to work with from the first minute, even if the line goes down then; without them nothing is lost.
    uplink = uplink_of(profile, keys)
    sheets = SheetStore(profile / "sheets", keys.sheets, database, now)
    journal = _journal(database, station, keys, profile)
    try:
        delivery = Delivery(journal, sheets, uplink, now)
        delivery.heard.append(Carrying(journal, sheets, uplink, station, keys.station, journal.sign, now, new_id).learn)
        delivery.heard.append(lambda: note_answered(journal, now(), now()))
        delivery.once(lambda: False)
        if enrolled.replaces:
            last_n, last_heard = enrolled.replaces_last_n, enrolled.replaces_heard
            taken = taking_over.take_over(enrolled.replaces, last_n, last_heard, journal, sheets, uplink)
            if heard is not None:
                heard(taken)
        if _first_law(profile, settings, practice, uplink, journal):
            note_confirmed(journal, now())
    finally:
        uplink.close()
        database.close()
    return station


def _first_law(profile: Path, settings: Settings, practice: bool, uplink: Uplink, journal: SealedJournal) -> bool:
    """The law that central hands out, where this desk begins with an older one or none. Without it nothing is lost.

    Whether this desk has that of central now.
    """
    from clerk_app.catalogue.signing import order

    with suppress(Refusal):
        floor = order("")
        with suppress(Refusal):
            floor = order(pack_of(settings, practice).version)
        return _take_law(profile, settings, practice, uplink, journal, floor)
    return False


def _take_law(
    profile: Path,
    settings: Settings,
    practice: bool,
    uplink: Uplink,
    journal: SealedJournal,
    newer_than: tuple[int, ...] = (),
) -> bool:
    """Fetch what central hands out, where it is newer; what is refused stays noted. Raises `Refusal`.

    Not where central's is the older one.
    """
    from clerk_app.catalogue.signing import PackRefusal, order
    from clerk_app.desk.rule_packs import refusing

    offer = uplink.pull(0, 1).catalogue
    if offer is None or order(offer.version) <= newer_than:
        return offer is None or order(offer.version) == newer_than
    try:
        _shelf(profile, settings, practice).take_in(uplink.rule_pack(offer.digest), offer.digest)
    except PackRefusal as refusal:
        raise refusing(journal, offer, _judged_by(settings, practice), refusal).refusal from None
    return True


def _law_or_fetched(profile: Path, settings: Settings, station: Station, passphrase: str) -> Law:
    """The law of this desk; where it has none yet, since its publisher's key came late, what central hands out.

    Raises `Refusal`: `PACK_…`, CATALOGUE_…, and why central could not be asked.
    """
    try:
        return law_of(profile, settings, station.practice)
    except Refusal as refusal:
        if refusal.code != "CATALOGUE_NOT_HERE":
            raise
    keys, database, journal = open_store(profile, passphrase)
    uplink = uplink_of(profile, keys)
    try:
        _take_law(profile, settings, station.practice, uplink, journal)
    finally:
        uplink.close()
        database.close()
    return law_of(profile, settings, station.practice)
