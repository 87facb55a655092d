"""Two offices at one central: what one did, or was refused, is nothing that the other decides about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from clerk_app.central import grace, people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.stations import new_code
from clerk_app.domain.dossier import GraceUsed, RefusalSettled
from clerk_app.domain.refusals import Words
from clerk_app.uplink import Uplink
from tests.peers.central import BOTH, CentralProcess
from tests.peers.counter import Chain, opened

pytestmark = pytest.mark.wire
BACKINGS = BOTH
THERE = "PC08-HP"


@dataclass
class Office:
    """A station of one office, and who supervises there."""

    chain: Chain
    uplink: Uplink
    supervisor: str

    def does(self, dossier: UUID, *what: object) -> list[str]:
        """The codes of the answers; an accepted entry has none."""
        before = len(self.chain.sealed)
        self.chain.happen(dossier, *what, who=self.supervisor)  # type: ignore[arg-type]
        return [one.code for one in self.uplink.push(self.chain.sealed[before:]).answers]


@pytest.fixture
def database(central: CentralProcess) -> Iterator[Database]:
    opened_here = open_database(central.database_url)
    yield opened_here
    opened_here.close()


@pytest.fixture
def here(central: CentralProcess) -> Office:
    chain = Chain("Q01")
    return Office(chain, central.enrol("Q01", "supervisor", seed=chain.seed), "supervisor")


@pytest.fixture
def there(central: CentralProcess, here: Office, database: Database) -> Office:
    people.add_office(database, THERE, Words("Phòng CSGT", "Traffic Police"), "G01.802.308", ["Q01"])
    people.add_user(database, " Binh", "Trần Bình", ["clerk", "supervisor"], THERE, "một mật khẩu")
    chain = Chain("Q01-HP")
    uplink = central.uplink(chain.seed)
    uplink.enrol(new_code(database, "Q01-HP", hanoi_now(), office=THERE).code)
    uplink.sign_in("binh", "một mật khẩu")
    return Office(chain, uplink, "binh")


def test_no_other_office_settles_what_was_refused_of_a_dossier_that_never_was(here: Office, there: Office) -> None:
    dossier = uuid4()
    assert here.does(dossier, opened("Q09")) == ["COUNTER_FOREIGN"]
    refused = here.chain.ids[-1]
    assert there.does(dossier, RefusalSettled((refused,), "central", "thử", "Q01")) == ["DOSSIER_FOREIGN"]
    assert there.does(dossier, opened("Q09")) == ["DOSSIER_HELD"], "and its own settlement waits for somebody"
    mixed = RefusalSettled((refused, there.chain.ids[0]), "central", "thử", "Q01-HP")
    assert there.does(dossier, mixed) == ["DOSSIER_FOREIGN"]
    assert here.does(dossier, RefusalSettled((refused,), "central", "mở nhầm quầy", "Q01")) == [""]


def test_a_dossier_of_which_only_a_settlement_counts_stays_with_its_office(here: Office, there: Office) -> None:
    dossier = uuid4()
    assert here.does(dossier, opened("Q09")) == ["COUNTER_FOREIGN"]
    first = here.chain.ids[-1]
    assert here.does(dossier, RefusalSettled((first,), "central", "mở nhầm quầy", "Q01")) == [""]
    assert there.does(dossier, opened("Q01", office=THERE)) == ["OPENED_TWICE"]
    own = RefusalSettled((there.chain.ids[-1],), "central", "thử", "Q01-HP")
    assert there.does(dossier, own) == ["DOSSIER_FOREIGN"]


def test_no_grace_is_used_in_a_dossier_of_another_office(here: Office, there: Office, database: Database) -> None:
    dossier, own = uuid4(), uuid4()
    assert here.does(dossier, opened("Q01")) == [""]
    made = grace.make(database, "Q01-HP", "central", 2, hanoi_now())
    used = GraceUsed("central", "Q01-HP", made.day, made.grace.counter, 2)
    assert there.does(dossier, used) == ["DOSSIER_FOREIGN"]
    assert there.does(own, used) == [""], "the code is still good"
    assert there.does(own, used) == ["GRACE_USED"], "a dossier that holds nothing else is nobody else's"
