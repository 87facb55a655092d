"""A central that forgot something says so to whoever heard more."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app.central import eras
from clerk_app.central.database import open_database
from clerk_app.central.server import serve
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from tests.outages.ground import File, Folder, Ground
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain

pytestmark = pytest.mark.wire


def _ground(central: CentralProcess, copies: Path) -> Ground:
    return Ground(central.folder, File(central.folder, copies), Folder(central.folder, copies))


def _pushed(central: CentralProcess, chain: Chain, entries: int) -> Uplink:
    uplink = central.enrol(chain.station, "clerk", seed=chain.seed)
    chain.draft(uuid4(), entries)
    uplink.push(chain.sealed)
    return uplink


def test_eras_go_on_as_long_as_nothing_was_forgotten(central: CentralProcess) -> None:
    uplink = _pushed(central, Chain(), 3)
    first = uplink.pull(0)
    assert (first.cursor, first.next_n, first.forgot) == (3, 4, False)
    central.kill()
    central.start()
    second = uplink.pull(first.cursor, era=first.era)
    assert (second.forgot, second.cursor) == (False, 3)
    assert second.era not in ("", first.era)
    assert not uplink.pull(3, era="").forgot, "who never heard of eras has nothing to compare"
    assert uplink.pull(4, era=first.era).forgot, "nobody heard a fourth in that era"
    assert uplink.pull(0, era="0123abcd").forgot


def test_a_process_that_cannot_listen_begins_no_era(central: CentralProcess) -> None:
    uplink = _pushed(central, Chain(), 3)
    era = uplink.pull(0).era
    taken = int(central.url.rsplit(":", 1)[1])
    for port, metrics in ((taken, None), (0, ("127.0.0.1", taken))):
        with pytest.raises(Refusal, match="PORT_TAKEN"):
            serve("127.0.0.1", port, central.folder, practice=True, metrics=metrics)
    assert uplink.pull(0).era == era


def test_a_copy_that_went_on_past_the_number_is_still_found_out(central: CentralProcess, tmp_path: Path) -> None:
    chain = Chain()
    uplink = _pushed(central, chain, 3)
    ground = _ground(central, tmp_path / "copy")
    ground.copy()
    chain.draft(uuid4(), 3)
    uplink.push(chain.sealed)
    heard = uplink.pull(0)
    central.kill()
    ground.bring_back()
    central.start()
    _pushed(central, Chain("Q02"), 0)
    uplink.push(chain.sealed[:4])
    other = Chain("Q03")
    central.enrol("Q03", "clerk", seed=other.seed)
    said = uplink.pull(heard.cursor, era=heard.era)
    assert (said.forgot, said.next_n, said.entries) == (True, 5, [])
    assert not uplink.pull(3, era=said.era).forgot


def test_a_database_without_a_start_has_no_era(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'central.sqlite'}", practice=True)
    with database.read() as connection:
        assert eras.present(connection) == ""
        assert eras.goes_on(connection, "any", "PC08-HN", 0) is False
    first = eras.begin(database)
    with database.read() as connection:
        assert eras.present(connection) == first
    database.close()
