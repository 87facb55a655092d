"""Delivery from the real journal over a real line to a real central: whatever happens, each entry arrives once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app import wire
from clerk_app.central import stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import entries as central_entries
from clerk_app.central.database import open_database
from clerk_app.central.verify import verify
from clerk_app.desk.delivery import LONGEST_WAIT_S, POLL_S, Delivery, DeliveryReport, next_delay_s
from clerk_app.desk.giving_way import GIVEN_WAY_S, Questions
from clerk_app.desk.line import Later
from clerk_app.desk.news import News
from clerk_app.domain.dossier import Discarded, FieldsEntered, Opened, Page, PageArrived, PagesArranged
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink
from tests.outages.ground import File, Folder, Ground
from tests.peers.central import CentralProcess
from tests.peers.counter import codes, exchange, opened
from tests.peers.line import Line

pytestmark = pytest.mark.wire


def never() -> bool:
    return False


@dataclass
class Desk:
    """One desk on the real store, at one end of a line."""

    folder: Path
    seed: bytes
    uplink: Uplink
    database: Database
    journal: SealedJournal
    sheets: SheetStore
    delivery: Delivery

    @classmethod
    def open(
        cls, folder: Path, uplink: Uplink, seed: bytes, station: str = "Q01", clock: Callable[[], datetime] = hanoi_now
    ) -> Desk:
        folder.mkdir(exist_ok=True)
        database = Database(folder / "desk.db", b"k" * 32)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        journal = SealedJournal(database, station, key.sign, key.public_key().public_bytes_raw())
        sheets = SheetStore(folder / "sheets", b"s" * 32, database, clock)
        return cls(folder, seed, uplink, database, journal, sheets, Delivery(journal, sheets, uplink, clock))

    def deliver(self) -> DeliveryReport:
        return self.delivery.once(never)

    def restarted(self) -> Desk:
        self.database.close()
        return Desk.open(self.folder, self.uplink, self.seed)

    def draft(self, entries: int = 3) -> UUID:
        dossier = uuid4()
        typed = [FieldsEntered(MappingProxyType({"reason": f"lý do {n}"}), "application") for n in range(entries - 1)]
        self.journal.append(dossier, [opened(), *typed], "clerk", hanoi_now())
        return dossier

    def scan(self, dossier: UUID, *sheets: bytes) -> None:
        pages = tuple(Page(self.sheets.put(sheet), "", 10, 10, 300, len(sheet)) for sheet in sheets)
        self.journal.append(dossier, [PagesArranged(pages, "scan")], "clerk", hanoi_now())


@pytest.fixture
def desk(central: CentralProcess, line: Line, tmp_path: Path) -> Iterator[Desk]:
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    made = Desk.open(tmp_path / "desk", uplink, seed)
    yield made
    uplink.close()
    made.database.close()


def _at_central(central: CentralProcess) -> list[tuple[str, int, bytes]]:
    """What central has, checked."""
    assert verify(central.database_url).problems == ()
    database = open_database(central.database_url)
    with database.read() as connection:
        rows = connection.execute(central_entries.select().order_by(central_entries.c.number)).all()
    database.close()
    return [(row.station, row.n, row.digest) for row in rows if row.accepted]


def test_dossiers_and_sheets_arrive_and_nothing_waits(desk: Desk, central: CentralProcess) -> None:
    first = desk.deliver()
    assert first.state == "idle"
    (dossiers, receipts_left) = desk.journal.blocks()
    assert (dossiers.left, receipts_left.left) == (500, 500)
    code = codes_from(desk)
    picture = secrets.token_bytes(50_000)
    desk.sheets.put(picture)
    receipt = f"{desk.journal.draw('receipt'):07d}"
    desk.journal.append(uuid4(), exchange(code, receipt, hanoi_now(), sheets=[picture]), "clerk", hanoi_now())
    seen: list[tuple[int, int]] = []
    report = desk.delivery.once(never, lambda done, total: seen.append((done, total)))
    assert (report.state, report.problem, report.sheets, report.refused) == ("idle", None, 1, 0)
    assert report.accepted == report.sent == desk.journal.outbox().accepted
    assert desk.journal.outbox().waiting == desk.journal.outbox().waiting_sheets == 0
    assert seen[-1][0] == seen[-1][1]
    assert len(_at_central(central)) == report.accepted


def test_what_arrived_stays_here_and_goes_when_the_draft_was_given_up_and_central_knows(
    desk: Desk, central: CentralProcess
) -> None:
    dossier = desk.draft()
    original = desk.sheets.keep_original(b"as it came", dossier)
    raw = Page(original, "", 10, 10, 300, 10, raw=True)
    desk.journal.append(dossier, [PageArrived(raw, "scan")], "clerk", hanoi_now())
    report = desk.deliver()
    assert (report.problem, report.sheets, report.accepted) == (None, 0, 4), "it is no sheet, and holds nothing up"
    assert desk.sheets.original(original) == b"as it came"
    desk.journal.append(dossier, [Discarded("no")], "clerk", hanoi_now())
    central.kill()
    assert desk.deliver().state == "offline"
    assert desk.sheets.original(original) == b"as it came"
    central.start()
    assert desk.deliver().accepted == 1
    assert desk.sheets.originals() == ()


def test_what_the_end_of_the_program_left_is_released_at_the_next_start(desk: Desk, central: CentralProcess) -> None:
    dossier = desk.draft()
    desk.journal.append(dossier, [Discarded("no")], "clerk", hanoi_now())
    assert desk.deliver().accepted == 4
    desk.sheets.keep_original(b"kept while the draft was closed", dossier)
    central.kill()
    again = desk.restarted()
    assert again.deliver().state == "offline"
    assert again.sheets.originals() == ()
    again.database.close()


def codes_from(desk: Desk) -> str:
    from clerk_app.wire import Block

    number = desk.journal.draw("dossier")
    return codes(Block("dossier", number, number), hanoi_now())[0]


def test_the_quiet_round_is_one_small_request(desk: Desk, line: Line) -> None:
    desk.draft()
    desk.deliver()
    before = line.carried
    report = desk.deliver()
    assert (report.state, report.sent) == ("idle", 0)
    assert line.carried - before <= 400
    assert abs(report.bytes_sent - (line.carried - before)) < 40


def test_without_a_line_work_goes_on_and_comes_in_order_later(desk: Desk, line: Line, central: CentralProcess) -> None:
    desk.deliver()
    line.pull_out()
    for _ in range(3):
        desk.draft()
    report = desk.deliver()
    assert (report.state, report.problem and report.problem.code) == ("offline", "CENTRAL_UNREACHABLE")
    assert desk.journal.outbox().waiting == 9
    line.plug_in()
    assert desk.deliver().accepted == 9
    assert [n for _, n, _ in _at_central(central)] == list(range(1, 10))


def test_a_lost_answer_costs_bytes_but_no_second_entry(desk: Desk, line: Line, central: CentralProcess) -> None:
    desk.deliver()
    desk.draft(5)
    line.lose = 1
    assert desk.deliver().state == "offline"
    assert len(_at_central(central)) == 5, "central has them; the desk does not know"
    assert desk.journal.outbox().waiting == 5
    assert desk.restarted().deliver().accepted == 5
    assert len(_at_central(central)) == 5


def test_a_sheet_goes_on_from_where_the_line_broke(desk: Desk, line: Line) -> None:
    desk.deliver()
    sheets = [secrets.token_bytes(400_000) for _ in range(3)]
    desk.scan(desk.draft(), *sheets)
    line.cut_after = line.carried + 600_000
    assert desk.deliver().state == "offline"
    report = desk.deliver()
    assert (report.state, report.problem) == ("idle", None)
    assert line.carried <= 1_200_000 * 1.1
    assert desk.journal.outbox().waiting_sheets == 0


def test_small_entries_do_not_wait_behind_a_heavy_scan_that_comes_after_them(desk: Desk, line: Line) -> None:
    desk.deliver()
    first = [desk.draft(2) for _ in range(3)]
    heavy = [secrets.token_bytes(900_000) for _ in range(3)]
    desk.scan(desk.draft(1), heavy[0])
    between = desk.draft(2)
    desk.scan(desk.draft(1), heavy[1])
    desk.sheets.put(heavy[2])
    line.cut_after = line.carried + 600_000
    assert desk.deliver().state == "offline"
    assert [desk.journal.open_counts(dossier) for dossier in first] == [(0, 0)] * 3, "answered before any scan went"
    line.cut_after = line.carried + 1_200_000
    assert desk.deliver().state == "offline"
    assert desk.journal.open_counts(between) == (0, 0), "answered as soon as the scan before it was whole"
    assert desk.journal.outbox().waiting == 1, "the entry that needs the second scan"
    report = desk.deliver()
    assert (report.state, report.problem) == ("idle", None)
    assert desk.journal.outbox().waiting_sheets == 0, "and one that nobody mentions goes last"
    assert line.carried <= 2_700_000 * 1.02


def test_many_scans_go_in_few_requests(desk: Desk, line: Line) -> None:
    desk.deliver()
    for _ in range(12):
        desk.scan(desk.draft(2), *(secrets.token_bytes(20_000) for _ in range(5)))
    asked = 0
    send = desk.uplink._send_once

    def counted(*arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return send(*arguments)

    desk.uplink._send_once = counted  # type: ignore[method-assign]
    report = desk.deliver()
    assert (report.state, report.sheets, report.accepted) == ("idle", 60, 36)
    assert asked <= 12, "not one for each scan"


def test_a_cut_costs_hardly_any_byte_twice(desk: Desk, line: Line, central: CentralProcess) -> None:
    desk.deliver()
    for _ in range(6):
        desk.scan(desk.draft(40), *(secrets.token_bytes(150_000) for _ in range(3)))
    whole = 18 * 150_000
    line.cut_after = line.carried + whole // 2
    before = line.carried
    assert desk.deliver().state == "offline"
    report = desk.restarted().deliver()
    assert (report.state, report.problem) == ("idle", None)
    assert line.carried - before <= 1.05 * whole
    assert len(_at_central(central)) == 6 * 41


def test_when_central_asks_for_time_it_gets_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.draft()

    def busy(*_arguments: object) -> None:
        raise Later("CENTRAL_BUSY", Words("bận", "busy"), Words("chờ", "wait"), 12.0)

    with monkeypatch.context() as patched:
        patched.setattr(desk.uplink, "_send_once", busy)
        report = desk.deliver()
        assert (report.state, report.wait_s) == ("later", 12.0)
    assert desk.deliver().accepted == 3


def test_what_central_waits_for_elsewhere_is_sent_again_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Central was brought back and another desk has not told a dossier again yet: nothing is wrong at this one."""
    desk.draft()

    def awaited(*_arguments: object, **_more: object) -> None:
        raise Refusal("DOSSIER_AWAITED", Words("chờ", "awaited"), Words("…", "…"))

    with monkeypatch.context() as patched:
        patched.setattr(desk.uplink, "push", awaited)
        report = desk.deliver()
        assert (report.state, report.problem and report.problem.code) == ("later", "DOSSIER_AWAITED")
    assert desk.deliver().accepted == 3


@pytest.mark.parametrize("code", ["CENTRAL_NONSENSE", "CENTRAL_CERT_EXPIRED", "STATION_REVOKED", "CENTRAL_FAILED"])
def test_who_answers_otherwise_than_central_does_was_not_central(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A captive portal, a false certificate: central was not heard, however often that answers."""
    told: list[str] = []
    desk.delivery.heard.append(lambda: told.append("heard"))
    desk.deliver()
    assert told == ["heard"]

    def portal(*_arguments: object, **_more: object) -> None:
        raise Refusal(code, Words("…", "…"), Words("…", "…"))

    for name in ("pull", "push"):
        monkeypatch.setattr(desk.delivery._central, name, portal)
    assert desk.deliver().problem is not None
    assert told == ["heard"]


def test_a_sheet_that_cannot_be_read_here_any_more_stops_only_its_dossier(desk: Desk) -> None:
    broken, good = desk.draft(1), desk.draft(1)
    desk.scan(broken, b"one page")
    desk.scan(good, b"another page")
    gone = desk.sheets.put(b"one page")
    for path in desk.folder.rglob(f"{gone}*"):
        path.unlink()
    report = desk.deliver()
    assert (report.state, report.accepted, report.refused) == ("idle", 3, 1)
    assert [refused.code for refused in desk.journal.refused()] == ["SHEET_LOST"]
    assert {line.dossier: line.refused for line in desk.journal.find()} == {broken: 1, good: 0}


def test_sheets_that_central_lost_are_brought_again(desk: Desk, central: CentralProcess) -> None:
    desk.deliver()
    pictures = [secrets.token_bytes(20_000) for _ in range(3)]
    for picture in pictures:
        desk.sheets.put(picture)
    assert desk.deliver().sheets == 3
    for path in (central.folder / "sheets").rglob("*"):
        if path.is_file():
            path.unlink()
    desk.scan(desk.draft(1), *pictures)
    desk.scan(desk.draft(1), pictures[0])
    report = desk.deliver()
    assert (report.state, report.problem, report.accepted, report.sheets) == ("idle", None, 4, 3)
    assert desk.journal.outbox().waiting == desk.journal.outbox().waiting_sheets == 0
    assert len(_at_central(central)) == 4


def test_a_sheet_that_central_does_not_take_stops_only_its_dossier(desk: Desk, central: CentralProcess) -> None:
    desk.draft()
    desk.scan(desk.draft(), bytes(wire.MAX_SHEET_BYTES + 1))
    desk.draft()
    report = desk.deliver()
    assert (report.state, report.problem, report.refused) == ("idle", None, 1)
    assert desk.journal.outbox().waiting == 0
    assert len(_at_central(central)) == report.accepted == 9
    assert [one.code for one in desk.journal.refused()] == ["SHEET_LOST"]


def test_sheets_lost_at_both_ends_stop_only_their_dossier(desk: Desk, central: CentralProcess) -> None:
    desk.deliver()
    gone = desk.sheets.put(b"one page")
    assert desk.deliver().sheets == 1
    for folder in (central.folder / "sheets", desk.folder):
        for path in folder.rglob(f"{gone}*"):
            path.unlink()
    desk.scan(desk.draft(1), b"one page")
    for path in desk.folder.rglob(f"{gone}*"):
        path.unlink()
    desk.draft(2)
    report = desk.deliver()
    assert (report.state, report.accepted, report.refused) == ("idle", 3, 1)
    assert [refused.code for refused in desk.journal.refused()] == ["SHEET_LOST"]


def test_a_refused_entry_stands_on_the_shelf_and_the_others_go_on(desk: Desk) -> None:
    bad, good = uuid4(), desk.draft()
    desk.journal.append(bad, [opened("Q07")], "clerk", hanoi_now())
    desk.journal.append(bad, [FieldsEntered(MappingProxyType({"reason": "x"}), "fee")], "clerk", hanoi_now())
    desk.draft()
    report = desk.deliver()
    assert (report.accepted, report.refused, report.state) == (6, 2, "idle")
    shelf = desk.journal.refused()
    assert [one.code for one in shelf] == ["COUNTER_FOREIGN", "DOSSIER_HELD"]
    assert all(one.words_vi and one.words_en and one.remedy_vi for one in shelf)
    assert isinstance(shelf[0].entry.what, Opened)
    assert desk.journal.dossier(good).entries == 3


def test_what_another_counter_did_comes_by_itself(desk: Desk, central: CentralProcess, tmp_path: Path) -> None:
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    dossier = uuid4()
    other.journal.append(dossier, [opened("Q02")], "clerk", hanoi_now())
    other.deliver()
    assert desk.deliver().pulled == 1
    assert desk.journal.dossier(dossier).counter == "Q02"
    assert desk.deliver().pulled == 0
    other.database.close()


def test_who_waits_for_an_answer_goes_before_what_others_did(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    """Between two pages of it; what is left comes with the next delivery, or with the next word of central."""
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    typed = [FieldsEntered(MappingProxyType({"reason": f"lý do {n}"}), "application") for n in range(299)]
    for _ in range(4):
        other.journal.append(uuid4(), [opened("Q02"), *typed], "clerk", hanoi_now())
    assert other.deliver().accepted == 1200
    questions = Questions()
    delivery = Delivery(desk.journal, desk.sheets, desk.uplink, hanoi_now, questions=questions)
    with questions.open():
        report = delivery.once(never)
        assert (report.state, report.gave_way, report.pulled) == ("idle", True, 500)
        heard = News(desk.journal, desk.uplink, questions=questions).once(never)
        assert (heard.entries, heard.listening, heard.pause_s) == (500, True, GIVEN_WAY_S)
    report = delivery.once(never)
    assert (report.state, report.gave_way, report.pulled) == ("idle", False, 200)
    other.database.close()


def test_what_only_a_newer_program_reads_is_left_for_it_and_the_delivery_ends(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    readable, newer = uuid4(), uuid4()
    other.journal.append(readable, [opened("Q02")], "clerk", hanoi_now())
    assert other.deliver().accepted == 1
    database = open_database(central.database_url)
    with database.write() as connection:
        (row,) = connection.execute(central_entries.select()).mappings()
        body = row["body"].replace(b'"v":1', b'"v":2')
        changed = {"number": row["number"] + 1, "n": 2, "id": uuid4(), "dossier": newer, "body": body}
        connection.execute(central_entries.insert(), [dict(row) | changed])
    database.close()
    asked = 0

    def patience() -> bool:
        nonlocal asked
        asked += 1
        return asked > 50

    report = desk.delivery.once(patience)
    assert asked <= 50, "it ended by itself"
    assert (report.state, report.problem) == ("idle", None)
    assert desk.journal.dossier(readable).counter == "Q02"
    left = desk.uplink.pull(desk.journal.cursor(), era=desk.journal.era())
    assert [sealed.body for _, sealed in left.entries] == [body], "the program that can read it is given it"
    other.database.close()


class _Portal(BaseHTTPRequestHandler):
    """A hotel's log-in page."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"<html/>")

    do_POST = do_GET  # noqa: N815 the name is http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


def test_only_what_central_itself_said_counts_as_hearing_it(desk: Desk, central: CentralProcess, line: Line) -> None:
    heard: list[str] = []
    desk.delivery.heard.append(lambda: heard.append("heard"))
    desk.deliver()
    assert heard == ["heard"]
    there = line.target
    with HTTPServer(("127.0.0.1", 0), _Portal) as portal:
        serving = Thread(target=portal.serve_forever, daemon=True)
        serving.start()
        line.pull_out()
        line.target = f"http://127.0.0.1:{portal.server_port}"
        line.plug_in()
        report = desk.deliver()
        portal.shutdown()
        serving.join()
    assert (report.state, report.problem and report.problem.code) == ("offline", "CENTRAL_NONSENSE")
    line.pull_out()
    line.target = there
    assert desk.deliver().state == "offline"
    line.plug_in()
    assert heard == ["heard"]
    database = open_database(central.database_url)
    stations.revoke(database, "Q01", hanoi_now())
    database.close()
    report = desk.deliver()
    assert (report.state, report.problem and report.problem.code) == ("refused", "STATION_REVOKED")
    assert heard == ["heard"], "a limit would never be reached behind these"


def test_numbers_are_topped_up_before_they_run_out(desk: Desk) -> None:
    desk.deliver()
    for _ in range(345):
        desk.journal.draw("receipt")
    desk.deliver()
    assert [state.left for state in desk.journal.blocks()] == [500, 155]
    for _ in range(10):
        desk.journal.draw("receipt")
    desk.deliver()
    assert [state.left for state in desk.journal.blocks()] == [500, 645]


def test_a_desk_restored_from_an_old_copy_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.draft(2)
    desk.deliver()
    old = Desk.open(tmp_path / "old", desk.uplink, desk.seed)
    old.draft(1)
    report = old.deliver()
    assert (report.state, report.problem and report.problem.code) == ("ahead", "CHAIN_FORKED")
    old.database.close()


def _copied(central: CentralProcess, to: Path) -> Ground:
    ground = Ground(central.folder, File(central.folder, to), Folder(central.folder, to))
    ground.copy()
    return ground


def _brought_back(central: CentralProcess, ground: Ground) -> None:
    central.kill()
    ground.bring_back()
    central.start()


def test_a_central_brought_back_from_an_older_copy_is_given_again_what_it_forgot(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    desk.draft(2)
    desk.deliver()
    ground = _copied(central, tmp_path / "copy")
    scanned = desk.draft(250)
    desk.scan(scanned, b"one page", b"another page")
    desk.deliver()
    before = _at_central(central)
    _brought_back(central, ground)
    assert len(_at_central(central)) == 2
    report = desk.deliver()
    assert (report.state, report.problem, report.again, report.sheets, report.sent) == ("idle", None, 251, 2, 0)
    assert _at_central(central) == before
    assert ground.sheets.lacking([page.sheet for page in desk.journal.dossier(scanned).pages]) == []
    assert desk.journal.verify().problems == ()
    assert desk.deliver().again == 0, "once"


def test_what_others_did_is_heard_again_where_a_central_forgot_it_and_went_on(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    seed = secrets.token_bytes(32)
    other = Desk.open(tmp_path / "other", central.enrol("Q02", "clerk", seed=seed), seed, "Q02")
    shared = uuid4()
    other.journal.append(shared, [opened("Q02")], "clerk", hanoi_now())
    other.deliver()
    desk.deliver()
    ground = _copied(central, tmp_path / "copy")
    typed = [FieldsEntered(MappingProxyType({"reason": f"lý do {n}"}), "application") for n in range(4)]
    other.journal.append(shared, typed[:2], "clerk", hanoi_now())
    other.deliver()
    desk.deliver()
    desk.journal.append(shared, [typed[2]], "clerk", hanoi_now())
    desk.deliver()
    other.deliver()
    assert other.journal.dossier(shared).text("reason") == "lý do 2"
    _brought_back(central, ground)
    # The other way round now, and more than central had when it forgot.
    desk.draft(9)
    assert (desk.deliver().again, other.deliver().again) == (1, 2)
    desk.deliver()
    other.journal.append(uuid4(), [opened("Q02")], "clerk", hanoi_now())
    assert (other.deliver().state, desk.deliver().pulled) == ("idle", 1)
    # What central heard first stands; the older words, which come after it now, never replace it unseen.
    assert len(_at_central(central)) == 12
    assert desk.journal.dossier(shared).text("reason") == "lý do 2"
    assert other.journal.dossier(shared).text("reason") == "lý do 1", "a desk sees what it wrote until it is settled"
    for one in (desk, other):
        assert [refused.code for refused in one.journal.refused()] == ["FIELD_CONTRADICTED", "DOSSIER_HELD"]
        assert one.journal.verify().problems == ()
    other.database.close()


def test_numbers_lent_after_the_copy_count_again(desk: Desk, central: CentralProcess, tmp_path: Path) -> None:
    ground = _copied(central, tmp_path / "copy")
    desk.deliver()
    _brought_back(central, ground)
    code, receipt = codes_from(desk), f"{desk.journal.draw('receipt'):07d}"
    desk.journal.append(uuid4(), exchange(code, receipt, hanoi_now()), "clerk", hanoi_now())
    report = desk.deliver()
    assert (report.state, report.problem, report.refused) == ("idle", None, 0)
    assert report.accepted == len(_at_central(central))
    other = central.enrol("Q02")
    assert other.lend("dossier", 5, uuid4()).first > 500


def test_a_lost_answer_while_sending_again_costs_bytes_only(
    desk: Desk, central: CentralProcess, line: Line, tmp_path: Path
) -> None:
    desk.deliver()
    ground = _copied(central, tmp_path / "copy")
    desk.draft(3)
    desk.deliver()
    _brought_back(central, ground)
    assert desk.journal.again(10, 10**6) == ()
    desk.journal.forgotten(1, "")
    assert len(desk.journal.again(10, 10**6)) == 3
    line.lose = 2
    assert desk.deliver().state == "offline"
    assert desk.deliver().state == "offline"
    assert (desk.deliver().again, len(_at_central(central))) == (3, 3)
    assert desk.journal.again(10, 10**6) == ()


def test_a_wrong_clock_is_called_a_wrong_clock(central: CentralProcess, tmp_path: Path) -> None:
    seed = secrets.token_bytes(32)
    uplink = central.enrol("Q01", "clerk", seed=seed)
    desk = Desk.open(tmp_path / "d", uplink, seed, clock=lambda: hanoi_now() - timedelta(hours=3))
    desk.draft()
    report = desk.deliver()
    assert report.accepted == 3
    assert report.problem is not None
    assert report.problem.code == "CLOCK_WRONG"
    desk.database.close()


def test_cancelling_stops_between_two_requests(desk: Desk) -> None:
    desk.deliver()
    desk.draft(3000)
    report = desk.delivery.once(lambda: desk.journal.outbox().accepted > 0)
    assert 0 < report.accepted < 3000
    assert desk.journal.outbox().waiting == 3000 - report.accepted


def test_waits_grow_spread_and_end() -> None:
    assert [next_delay_s(0, lambda: 0.0), next_delay_s(0, lambda: 1.0)] == [POLL_S / 2, POLL_S]
    longest = [next_delay_s(failures, lambda: 1.0) for failures in range(1, 40)]
    assert longest == sorted(longest)
    assert longest[-1] == LONGEST_WAIT_S
    assert next_delay_s(10**6, lambda: 0.5) < LONGEST_WAIT_S


# ---- anything at all ---------------------------------------------------------------------------------------------

TROUBLE = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(1, 260)),
        st.tuples(st.just("scan"), st.integers(1, 60_000)),
        st.tuples(st.just("lose"), st.integers(1, 3)),
        st.tuples(st.just("cut"), st.integers(1, 40_000)),
        st.tuples(st.just("deliver"), st.just(0)),
        st.tuples(st.just("kill central"), st.just(0)),
        st.tuples(st.just("restart desk"), st.just(0)),
        st.tuples(st.just("out"), st.just(0)),
        st.tuples(st.just("in"), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=8, deadline=None)
@given(TROUBLE)
def test_whatever_happens_each_entry_is_at_central_once(
    tmp_path_factory: pytest.TempPathFactory, trouble: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("trouble")
    central = CentralProcess(folder / "central")
    central.start()
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    line = Line(central.url)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    desk = Desk.open(folder / "desk", uplink, seed)
    for what, size in trouble:
        match what:
            case "work":
                desk.draft(size)
            case "scan":
                desk.scan(desk.draft(1), secrets.token_bytes(size))
            case "lose":
                line.lose = size
            case "cut":
                line.cut_after = line.carried + size
            case "deliver":
                desk.deliver()
            case "kill central":
                central.kill()
                central.start()
            case "restart desk":
                desk = desk.restarted()
            case "out":
                line.pull_out()
            case _:
                line.plug_in()
    line.plug_in()
    reports = []
    while not reports or (reports[-1].state == "offline" and len(reports) < 8):
        reports.append(desk.deliver())
    assert (reports[-1].state, reports[-1].problem) == ("idle", None)
    outbox = desk.journal.outbox()
    assert (outbox.waiting, outbox.waiting_sheets, outbox.refused) == (0, 0, 0)
    arrived = _at_central(central)
    assert len(arrived) == len(set(arrived)) == outbox.accepted
    assert [n for _, n, _ in arrived] == list(range(1, outbox.accepted + 1))
    assert desk.journal.verify().problems == ()
    desk.database.close()
    uplink.close()
    line.close()
    central.close()
