"""The main job from end to end without a window, every wire real: PC/SC card, SANE scanner, IPP printer, central.

Played once with an outage in the middle; then each test looks at what came of it at one end or another.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from clerk_app import bootstrap, settings
from clerk_app.central.database import database_url, open_database
from clerk_app.central.database import entries as central_entries
from clerk_app.central.verify import verify
from clerk_app.desk.desk import Desk
from clerk_app.domain.people import search_key
from clerk_app.practice import specimens
from clerk_app.rehearsal import PASSPHRASE, PASSWORD, World
from clerk_app.wire import Sealed
from tests.peers.ipp import CupsQueue
from tests.printing.paper import codes_of, text_of

pytestmark = [pytest.mark.wire, pytest.mark.story]
CHOSEN = {"wanted_class": "B", "reason": "Sắp hết hạn", "applicant.phone": "0900000001", "pledge": "yes"}


def never() -> bool:
    return False


@dataclass
class Played:
    """The story as it went."""

    world: World
    log: Path
    stderr: Path
    codes: list[str] = field(default_factory=list)
    dossiers: list[UUID] = field(default_factory=list)
    here: list[Sealed] = field(default_factory=list)
    offline: str = ""
    waiting: int = 0
    papers: tuple[Path, ...] = ()

    # ---- what a clerk does

    def identify(self, desk: Desk, person: int) -> UUID:
        """QR, then the card on the reader, then the register: which the window asks by itself."""
        self.world.citizen(person)
        watch = desk.lamps.watch_card((), 0)
        self.world.lay_card(person)
        while not watch.present:
            watch = desk.lamps.watch_card(watch.token, 20)
        dossier = desk.intake.open().dossier
        desk.intake.take_qr(dossier, self.world.qr_text(person))
        steps: list[tuple[int, int]] = []
        view = desk.intake.read_card(dossier, lambda done, total: steps.append((done, total)))
        assert view.identity.badge is not None
        assert view.identity.badge.words.en == "Chip verified"
        assert steps[-1][0] == steps[-1][1]
        self.world.take_card()
        while watch.present:
            watch = desk.lamps.watch_card(watch.token, 20)
        desk.intake.ask_register(dossier)
        self.dossiers.append(dossier)
        return dossier

    def scan(self, desk: Desk, dossier: UUID) -> None:
        for paper in ("GKSK", "GPLX_CU", "GPLX_CU"):
            desk.papers.scan(dossier, paper, lambda _: None, never)
        desk.papers.mark(dossier, "ANH", "seen")

    def finish(self, desk: Desk, dossier: UUID) -> None:
        """Cash, acceptance, paper."""
        desk.cashier.take(dossier, "cash", 200_000)
        view = desk.intake.submit(dossier)
        assert view.receipt.findings == ()
        self.codes.append(view.code)
        desk.receipts.print(dossier, "M01", never)
        desk.receipts.print(dossier, "fee_receipt", never)

    def play(self) -> None:
        with closing(bootstrap.open_desk(self.world.profile, PASSPHRASE, self.world.look)) as desk:
            for user in ("supervisor", "clerk"):
                desk.sign_in.sign_in(user, PASSWORD)
            assert desk.delivery.once(never).problem is None
            self._online(desk)
            self._cut_in_the_middle(desk)
            self._wholly_offline(desk)
            self._line_again(desk)
            self.here = list(self._sealed())
        self.papers = self.world.printed()

    def _online(self, desk: Desk) -> None:
        dossier = self.identify(desk, 1)
        desk.intake.enter(dossier, {"case": "DOI_SAP_HET_HAN", **CHOSEN}, "application", "reason")
        self.scan(desk, dossier)
        self.finish(desk, dossier)
        report = desk.delivery.once(never)
        assert (report.state, report.problem, report.refused) == ("idle", None, 0)

    def _cut_in_the_middle(self, desk: Desk) -> None:
        """The line goes down after the register answered and half of the dossier is at central."""
        dossier = self.identify(desk, 2)
        assert desk.delivery.once(never).problem is None
        desk.papers.scan(dossier, "GKSK", lambda _: None, never)
        self.world.stop_central()
        report = desk.delivery.once(never)
        self.offline = report.state
        desk.intake.enter(dossier, CHOSEN | {"case": "DOI_SAP_HET_HAN", "wanted_class": "C"}, "application", "reason")
        for _ in ("front", "back"):
            desk.papers.scan(dossier, "GPLX_CU", lambda _: None, never)
        desk.papers.mark(dossier, "ANH", "seen")
        self.finish(desk, dossier)

    def _wholly_offline(self, desk: Desk) -> None:
        """No register: the licence is typed from the card, and a supervisor who was here before takes it on."""
        dossier = self.identify(desk, 1)
        licence = specimens.specimen(1).licences[0]
        typed = {"licence.number": licence.number, "licence.class": "B2", "licence.regime": "old"}
        typed |= {"licence.issued": str(licence.issued), "licence.expires": str(licence.expires)}
        desk.intake.enter(dossier, typed | {"case": "DOI_SAP_HET_HAN", **CHOSEN}, "application", "reason")
        for paper, colour in (("GKSK", "white"), ("GPLX_CU", "beige")):
            desk.papers.bring(dossier, paper, _photo(colour))
        desk.papers.mark(dossier, "ANH", "seen")
        for needed in desk.intake.view(dossier).application.exceptions:
            desk.exceptions.ask(dossier, needed.code, "Mất mạng, đã xem bản chính")
            desk.exceptions.decide(dossier, needed.code, "supervisor", PASSWORD, True, "Đồng ý")
        self.finish(desk, dossier)
        self.waiting = desk.lamps.central().waiting

    def _line_again(self, desk: Desk) -> None:
        self.world.start_central()
        report = desk.delivery.once(never)
        assert (report.problem, report.refused) == (None, 0)
        again = desk.delivery.once(never)
        assert (again.sent, again.sheets) == (0, 0), "nothing travels twice"
        outbox = desk.journal.outbox()
        assert (outbox.waiting, outbox.waiting_sheets, outbox.refused) == (0, 0, 0)

    def _sealed(self) -> Iterator[Sealed]:
        """Every entry of this station, as it lies in its own journal."""
        import sqlalchemy as sa

        from clerk_app.store import schema

        _, database, _ = bootstrap.open_store(self.world.profile, PASSPHRASE)
        with closing(database), database.read() as connection:
            for row in connection.execute(sa.select(schema.entries).order_by(schema.entries.c.n)):
                yield Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)


def _photo(colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (1240, 1754), colour).save(made, "JPEG", dpi=(150, 150))
    return made.getvalue()


@contextmanager
def _everything_written(log: Path, stderr: Path) -> Iterator[None]:
    """Every log record of this process in one file, the standard error of it and of all it starts in another."""
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    sys.stderr.flush()
    before = os.dup(2)
    with stderr.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        os.write(2, b"the story begins\n")
        logging.getLogger("story").debug("the story begins")
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, 2)
        os.close(before)
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("story")
    log, stderr = folder / "log.txt", folder / "stderr.txt"
    with _everything_written(log, stderr):
        world = World(folder / "world", lease_wait_s=150)
    with closing(world):
        if world.notes:
            pytest.skip("; ".join(world.notes))
        story = Played(world, log, stderr)
        with _everything_written(folder / "log2.txt", folder / "stderr2.txt"):
            story.play()
        for part in ("log", "stderr"):
            first, second = folder / f"{part}.txt", folder / f"{part}2.txt"
            first.write_bytes(first.read_bytes() + second.read_bytes())
        yield story


def test_it_went_on_without_a_line(played: Played) -> None:
    assert played.offline == "offline"
    assert played.waiting == 2
    assert len(played.codes) == len(set(played.codes)) == 3


def test_every_entry_is_at_central_once(played: Played) -> None:
    url = database_url(played.world.folder / "central")
    report = verify(url)
    assert (report.problems, report.stations) == ((), 1)
    database = open_database(url)
    with closing(database), database.read() as connection:
        rows = connection.execute(central_entries.select().order_by(central_entries.c.n)).all()
    assert [(row.station, row.n, row.digest, bool(row.accepted)) for row in rows] == [
        (one.station, one.n, one.digest, True) for one in played.here
    ]
    _, store, journal = bootstrap.open_store(played.world.profile, PASSPHRASE)
    with closing(store):
        here = journal.verify()
    assert (here.ok, here.problems) == (True, ())
    assert here.entries >= len(played.here) == report.entries
    summary_codes = [line for line in played.codes if line.startswith("G01.801.308-")]
    assert len(summary_codes) == 3


def test_every_sheet_is_at_central(played: Played) -> None:
    _, store, journal = bootstrap.open_store(played.world.profile, PASSPHRASE)
    with closing(store):
        wanted = {page.sheet for dossier in played.dossiers for page in journal.dossier(dossier).pages}
        assert journal.outbox().waiting_sheets == 0
    held = {path.name for path in (played.world.folder / "central" / "sheets").rglob("*") if path.is_file()}
    assert len(wanted) == 8, "a certificate and a card of each dossier; of two the card with both sides"
    assert {sheet for sheet in wanted if not any(sheet in name for name in held)} == set()


def _picture(pdf: bytes) -> Image.Image:
    """The first page as a camera would see it."""
    command = ["pdftoppm", "-r", "200", "-singlefile", "-png", "-"]
    return Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout))


def test_the_paper_says_what_was_accepted(played: Played) -> None:
    assert len(played.papers) == 6
    receipts = played.papers[::2]
    for code, path in zip(played.codes, receipts, strict=True):
        pdf = path.read_bytes()
        assert code in text_of(pdf)
        read = codes_of(_picture(pdf))
        assert read["code128"] == code
        assert code in read["qr"]
    names = [specimens.specimen(person).person.name for person in (1, 2, 1)]
    assert all(name in text_of(path.read_bytes()) for name, path in zip(names, receipts, strict=True))


def test_a_reprint_through_the_print_server(played: Played, cups_queue: CupsQueue) -> None:
    """The same form through CUPS to another maker's IPP printer: marked as a reprint, its outcome watched."""
    settings.change(
        played.world.profile, printer_direct="", cups_server=cups_queue.server, printer_queue=cups_queue.uri
    )
    with closing(bootstrap.open_desk(played.world.profile, PASSPHRASE)) as desk:
        desk.sign_in.sign_in("clerk", PASSWORD)
        view = desk.receipts.print(played.dossiers[0], "M01", never)
    assert ("M01", 2) in [(form, serial) for form, _, serial in view.receipt.prints]
    (paper,) = cups_queue.printer.documents()
    assert played.codes[0] in text_of(paper.read_bytes())


def _written(day: date) -> list[str]:
    """A day in every format that people and programs write."""
    formats = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d%m%Y", "%y%m%d", "%d %m %Y")
    short = (f"{day.day}/{day.month}/{day.year}", f"{day.month}/{day.day}/{day.year}", repr(day))
    return [f"{day:{one}}" for one in formats] + list(short)


def _secrets(people: tuple[int, ...]) -> list[str]:
    """Everything about specimen citizens that must not be written down unprotected."""
    found: list[str] = ["0912345678"]
    for at in people:
        specimen = specimens.specimen(at)
        person = specimen.person
        texts = [person.name, person.name.title(), person.residence, specimen.father, specimen.mother]
        texts += [search_key(one) for one in texts]
        texts += ["-".join(person.name.split()), "_".join(search_key(person.name).split())]
        found += [form for one in texts for form in {unicodedata.normalize(kind, one) for kind in ("NFC", "NFD")}]
        found += [repr(one)[1:-1] for one in texts if not one.isascii()]
        found += [one.encode("unicode_escape").decode() for one in texts if not one.isascii()]
        found += [person.number, person.old_number, specimen.phone, *(one.number for one in specimen.licences)]
        for day in (person.born, person.expires, person.issued):
            found += _written(day) if day else []
    return [one for one in dict.fromkeys(found) if one]


def _leaks(text: str, people: tuple[int, ...] = (1, 2)) -> list[str]:
    """Those secrets that stand in a text, by themselves and not inside a longer number or digest."""
    return [one for one in _secrets(people) if re.search(rf"(?<![0-9a-f]){re.escape(one)}(?![0-9a-f])", text, re.I)]


def test_the_search_for_leaks_finds_one() -> None:
    for leak in ("GET /licences?number=001090012345 HTTP", "tran minh quan.pdf", "born=1990-08-14", "Trần Minh Quân"):
        assert _leaks(leak)
    assert not _leaks("digest a001090012345f of 1990 pages")


def test_nothing_personal_is_written_unprotected(played: Played) -> None:
    log, stderr = played.log.read_text("utf-8"), played.stderr.read_text("utf-8", "replace")
    assert log.count("story DEBUG the story begins") == 2
    assert stderr.count("the story begins") == 2
    assert (_leaks(log), _leaks(stderr)) == ([], [])
    names = "\n".join(str(path.relative_to(played.world.folder)) for path in played.world.folder.rglob("*"))
    assert names.count("\n") > 20
    assert _leaks(names) == []
    told = "\n".join(path.read_text("utf-8") for path in (played.world.folder / "printed").glob("*.json"))
    assert told
    assert _leaks(told) == [], "what a print server shows everybody"


def test_nothing_in_the_profile_can_be_read(played: Played) -> None:
    """Neither the plain files nor the encrypted ones say who was here."""
    profile = played.world.profile
    # The law is public, and its worked examples have a number of their own.
    files = [path for path in profile.rglob("*") if path.is_file() and profile / "catalogue" not in path.parents]
    assert {"desk.db", "settings.json", "station.json", "keys.json"} <= {path.name for path in files}
    assert any(path.suffix == ".sheet" for path in files)
    for path in files:
        data = path.read_bytes()
        assert [one for one in _secrets((1, 2)) if len(one) > 8 and one.encode() in data] == [], path.name
        assert b"%PDF-1." not in data
        assert b"\x89PNG\r\n\x1a\n" not in data
        assert not data.startswith(b"SQLite format 3")
