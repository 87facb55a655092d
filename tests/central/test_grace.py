"""Grace codes at central: each is made once and used once, however its uses arrive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from clerk_app.central import grace
from clerk_app.central.app import hanoi_now
from clerk_app.central.blocks import LAST
from clerk_app.central.database import blocks, claims, graces, open_database
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import GraceUsed
from clerk_app.domain.limits import LimitName
from clerk_app.domain.refusals import Refusal
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import Chain

BACKINGS = BOTH


@pytest.mark.wire
def test_a_code_twice_in_one_batch_is_used_once_and_the_chain_goes_on(central: CentralProcess) -> None:
    chain = Chain("Q01")
    uplink = central.enrol("Q01", "clerk", "supervisor", seed=chain.seed)
    database = open_database(central.database_url)
    made = grace.make(database, "Q01", "central", 2, hanoi_now())
    database.close()
    used = GraceUsed("central", "Q01", made.day, made.grace.counter, 2)
    for _ in range(2):
        chain.happen(uuid4(), used, who="supervisor")
    chain.draft(uuid4(), 2)
    said = uplink.push(chain.sealed)
    assert [answer.code for answer in said.answers] == ["", "GRACE_USED", "", ""]
    assert said.next_n == 5


def test_breaking_the_same_rule_again_is_told_as_the_mistake_it_is(tmp_path: Path, backing: Backing) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    tries: list[int] = []

    def claims_it(connection: Connection) -> None:
        tries.append(len(tries))
        for _ in range(2):
            connection.execute(insert(claims), {"kind": "receipt", "value": "0000001", "dossier": uuid4()})

    with pytest.raises(IntegrityError):
        database.written(claims_it, "one office")
    assert tries == [0, 1]
    database.close()


@pytest.mark.wire
def test_a_code_that_could_not_be_made_leaves_nothing_that_a_false_one_would_fit(central: CentralProcess) -> None:
    chain = Chain("Q01")
    uplink = central.enrol("Q01", "supervisor", seed=chain.seed)
    database, now = open_database(central.database_url), hanoi_now()
    last = LAST["receipt"]
    with database.write() as connection:
        lent = {"office": "PC08-HN", "kind": "receipt", "station": "Q02", "key": uuid4(), "lent_ms": 0}
        connection.execute(insert(blocks), lent | {"first": last - 29, "last": last - 20})
    with pytest.raises(Refusal, match="NUMBERS_RUN_OUT"):
        grace.make(database, "Q01", "receipt-numbers", 3, now)
    with database.read() as connection:
        assert connection.execute(select(graces)).all() == []
    day = in_hanoi(now).date().isoformat()
    chain.happen(uuid4(), GraceUsed("receipt-numbers", "Q01", day, 1, 3, 0), who="supervisor")
    assert [answer.code for answer in uplink.push(chain.sealed).answers] == ["GRACE_FORGED"]
    made = grace.make(database, "Q01", "receipt-numbers", 2, now)
    assert (made.grace.counter, made.grace.numbers) == (1, (last - 19, last))
    database.close()


@pytest.mark.wire
def test_codes_made_side_by_side_have_each_their_own_number(central: CentralProcess) -> None:
    central.enrol("Q01")
    database, now = open_database(central.database_url), hanoi_now()
    names: list[LimitName] = ["central", "receipt-numbers", "dossier-numbers", "disk"] * 3
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda name: grace.make(database, "Q01", name, 1, now), names))
    assert sorted(one.grace.counter for one in made) == list(range(1, 13))
    lent = [(one.grace.limit, one.grace.first) for one in made if one.grace.numbers]
    assert len(set(lent)) == len(lent) == 6
    database.close()
