"""A stolen workstation: a new one takes its place and goes on with its drafts, pages and all."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app import bootstrap
from clerk_app.central import replacing
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.stations import new_code
from clerk_app.central.verify import verify
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.taking_over import TakenOver, told
from clerk_app.domain.dossier import FieldsEntered, Page, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.store.sheets import SheetStore
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain

pytestmark = pytest.mark.wire


def test_the_new_station_goes_on_where_the_lost_one_was_last_heard(central: CentralProcess, tmp_path: Path) -> None:
    lost = Chain("Q05")
    uplink = central.enrol("Q05", "clerk", seed=lost.seed)
    lent = uplink.lend("receipt", 10, uuid4())
    draft, sheet = uuid4(), secrets.token_bytes(3000)
    digest = hashlib.sha256(sheet).hexdigest()
    lost.draft(draft, 3, counter="Q05")
    lost.happen(draft, PagesArranged((Page(digest, "", 10, 10, 300, 3000),), "scan"))
    uplink.send_sheet(digest, sheet, 0)
    uplink.push(lost.sealed)
    with closing(open_database(central.database_url)) as database:
        place = replacing.find_lost(database, "Q05")
        code = new_code(database, "Q05-B", hanoi_now(), place.counter, place.office).code
        record = replacing.replace(database, "Q05", "Q05-B", hanoi_now())
    assert (record.last_n, record.heard is not None) == (4, True)
    assert record.closed == [replacing.ClosedBlock("receipt", lent.first, lent.last, 0)]
    with pytest.raises(Refusal, match="STATION_REVOKED"):
        uplink.push([])

    taken: list[TakenOver] = []
    profile = tmp_path / "new"
    bootstrap.enrol(profile, central.url, code, heard=taken.append)
    (back,) = taken[0].dossiers
    assert (taken[0].lost, taken[0].last_n, back.dossier, back.pages, back.to_scan) == ("Q05", 4, draft, 1, 0)
    assert "entries after n=4 are unknown" in told(taken[0])[0].en
    silent = told(replace(taken[0], last_n=0))[0]
    assert "none of its entries ever reached central" in silent.en
    assert "n=0" not in silent.vi

    keys, store, journal = bootstrap.open_store(profile)
    with closing(store), closing(bootstrap.uplink_of(profile, keys)) as line:
        sheets = SheetStore(profile / "sheets", keys.sheets, store, bootstrap.now)
        assert sheets.get(digest) == sheet
        line.sign_in("clerk", "practice")
        journal.append(draft, [FieldsEntered({"reason": "tiếp"}, "application", "reason")], "clerk", bootstrap.now())
        report = Delivery(journal, sheets, line, bootstrap.now).once(lambda: False)
        assert (report.accepted, report.refused, report.problem) == (1, 0, None)
    assert verify(central.database_url).ok


def test_a_sheet_is_given_only_for_an_open_dossier_that_mentions_it(central: CentralProcess) -> None:
    chain = Chain("Q05")
    uplink = central.enrol("Q05", "clerk", seed=chain.seed)
    dossier, sheet = uuid4(), secrets.token_bytes(500)
    digest = hashlib.sha256(sheet).hexdigest()
    uplink.send_sheet(digest, sheet, 0)
    chain.draft(dossier, 2, counter="Q05")
    uplink.push(chain.sealed)
    for asked in (dossier, uuid4()):
        with pytest.raises(Refusal, match="SHEET_NOT_OPEN"):
            uplink.fetch_sheet(digest, asked)
    chain.happen(dossier, PagesArranged((Page(digest, "", 10, 10, 300, 500),), "scan"))
    uplink.push(chain.sealed)
    assert uplink.fetch_sheet(digest, dossier) == sheet


def test_nobody_replaces_a_station_that_never_was(central: CentralProcess) -> None:
    with closing(open_database(central.database_url)) as database, pytest.raises(Refusal, match="STATION_UNKNOWN"):
        replacing.find_lost(database, "Q99")
