"""The protocol, whatever order it is spoken in: each entry is recorded once, each answer is the first one."""

from __future__ import annotations

import secrets
from types import MappingProxyType
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clerk_app import wire
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.register import Register
from clerk_app.central.sheets import open_sheets
from clerk_app.central.stations import KnownStation, enrol, find_station, new_code
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.refusals import Refusal
from tests.peers.central import BOTH, Backing
from tests.peers.counter import Chain, opened, pack

BACKINGS = BOTH
ENTRIES = 12


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, backing: Backing) -> str:
    return backing.database(tmp_path_factory.mktemp("protocol"))


@pytest.fixture(scope="module")
def database(url: str):  # type: ignore[no-untyped-def]
    made = open_database(url, practice=True)
    people.seed_practice(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def register(database: Database, tmp_path_factory: pytest.TempPathFactory, backing: Backing) -> Register:
    return Register(database, open_sheets(backing.blobs(tmp_path_factory.mktemp("sheets"))), PackedLaw(pack()))


def _station(database: Database) -> tuple[Chain, KnownStation]:
    chain = Chain(f"Q01-{secrets.token_hex(6)}")
    public = Ed25519PrivateKey.from_private_bytes(chain.seed).public_key().public_bytes_raw()
    code = new_code(database, chain.station, hanoi_now()).code
    enrol(database, wire.Enrolment(code, public), hanoi_now())
    people.sign_in(database, wire.SignInAsked("clerk", "practice"), chain.station, people.PRACTICE_OFFICE, hanoi_now())
    with database.read() as connection:
        return chain, find_station(connection, chain.station)


@settings(max_examples=30, deadline=None)
@given(
    slices=st.lists(st.tuples(st.integers(0, ENTRIES), st.integers(1, ENTRIES), st.booleans()), max_size=12),
    bad=st.sets(st.integers(0, ENTRIES - 1), max_size=3),
)
def test_any_slices_in_any_order_any_number_of_times(
    database: Database, register: Register, slices: list[tuple[int, int, bool]], bad: set[int]
) -> None:
    chain, station = _station(database)
    dossiers = [uuid4() for _ in range(4)]
    for at in range(ENTRIES):
        dossier = dossiers[at % 4]
        if at in bad:
            chain.happen(dossier, opened(), who="nobody")
        elif at < 4:
            chain.happen(dossier, opened())
        else:
            chain.happen(dossier, FieldsEntered(MappingProxyType({"reason": str(at)}), "application"))
    said: dict[int, wire.Answer] = {}
    recorded = 0
    for start, length, backwards in [*slices, (0, ENTRIES, False)]:
        batch = chain.sealed[start : start + length]
        answers = register.take(wire.Batch(batch[::-1] if backwards else batch), station, hanoi_now())
        sent = batch[::-1] if backwards else batch
        for sealed, answer in zip(sent, answers.answers, strict=False):
            assert said.setdefault(sealed.n, answer) == answer
            assert answer.id == chain.ids[sealed.n - 1]
        recorded = max(recorded, *said, 0)
        assert answers.next_n == recorded + 1
        assert sorted(said) == list(range(1, recorded + 1))
    assert recorded == ENTRIES
    for at in range(ENTRIES):
        before = any(one % 4 == at % 4 and one <= at for one in bad)
        assert said[at + 1].accepted is not before
    numbers = [said[n].number for n in sorted(said) if said[n].accepted]
    assert numbers == sorted(set(numbers))


@pytest.fixture(scope="module")
def three(database: Database) -> tuple[Chain, KnownStation]:
    """A station with three entries."""
    chain, station = _station(database)
    chain.draft(uuid4(), 3)
    return chain, station


_ALTERED = st.one_of(
    st.tuples(st.just("n"), st.integers(-(2**40), 2**40)),
    st.tuples(st.just("station"), st.text(max_size=20)),
    st.tuples(st.sampled_from(["body", "previous", "digest", "signature"]), st.binary(max_size=80)),
)


@settings(max_examples=40, deadline=None)
@given(altered=_ALTERED, at=st.integers(0, 2))
def test_nothing_altered_is_ever_recorded(
    register: Register, url: str, three: tuple[Chain, KnownStation], altered: tuple[str, object], at: int
) -> None:
    chain, station = three
    field, value = altered
    assume(getattr(chain.sealed[at], field) != value)
    batch = list(chain.sealed)
    batch[at] = msgspec.structs.replace(batch[at], **{field: value})
    assert _taken(register, batch, station) in [*range(at + 1), "SEAL_BROKEN", "CHAIN_FORKED"]
    report = verify(url)
    assert report.problems == ()


def _taken(register: Register, batch: list[wire.Sealed], station: KnownStation) -> int | str:
    try:
        return len(register.take(wire.Batch(batch), station, hanoi_now()).answers)
    except Refusal as refusal:
        return refusal.code
