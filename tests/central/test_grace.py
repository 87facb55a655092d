"""Grace codes at central: each is made once and used once, however its uses arrive."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from clerk_app.central import grace
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import claims, open_database
from clerk_app.domain.dossier import GraceUsed
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
