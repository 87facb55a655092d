"""Central hands out rule packs, keeps all of them, and decides each dossier by the one that it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from clerk_app import wire
from clerk_app.catalogue.archive import archived, load_archive
from clerk_app.catalogue.pack import Pack, load
from clerk_app.central import blocks
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.database import packs as packs_table
from clerk_app.central.law import GRACE, PackedLaw
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.rules import Judge
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Entry, Submitted, replay
from clerk_app.domain.refusals import Refusal
from tests.central.test_register import Counter
from tests.peers.central import CentralProcess
from tests.peers.commands import clerk
from tests.peers.counter import codes, exchange, pack
from tests.peers.pack import FOLDER, TRAINING_KEY, copy_of_pack, newer_pack, public_key, sign_as, training_pack

NOW = hanoi_now().replace(hour=10)
OLD, NEW = training_pack().version, "2026.12.1"
STATION = KnownStation("Q01", "PC08-HN", "Q01", "G01.801.308", b"")
CLERK = wire.User("clerk", "Nguyễn Thu Hà", ["clerk"], "PC08-HN")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(database_url(tmp_path), practice=True)
    yield made
    made.close()


@pytest.fixture
def packs(database: Database) -> PublishedPacks:
    made = PublishedPacks(database, [public_key()])
    made.begin(FOLDER, NOW - timedelta(days=30))
    return made


def code_of(packs: PublishedPacks, folder: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        packs.publish(folder, NOW)
    assert refusal.value.remedy.vi
    return refusal.value.code


# ---- publishing


def test_a_newer_pack_is_handed_out_and_the_old_one_kept(packs: PublishedPacks, tmp_path: Path) -> None:
    folder = newer_pack(tmp_path)
    done = packs.publish(folder, NOW)
    assert (done.version, done.new) == (NEW, True)
    newest = packs.newest()
    assert newest == wire.OfferedPack(NEW, load(folder, [public_key()]).manifest.digest)
    assert packs.sent(done.digest.hex()).archive == archived(folder, [public_key()])
    assert [one.version for one in packs.standing()] == [NEW, OLD]
    sent = [load_archive(packs.sent(one.digest.hex()).archive, [public_key()]).version for one in packs.standing()]
    assert sent == [NEW, OLD]


def test_publishing_the_same_again_changes_nothing(packs: PublishedPacks, tmp_path: Path) -> None:
    folder = newer_pack(tmp_path)
    packs.publish(folder, NOW)
    assert not packs.publish(folder, NOW).new
    assert len(packs.standing()) == 2


def test_versions_never_go_back(packs: PublishedPacks, tmp_path: Path) -> None:
    packs.publish(newer_pack(tmp_path), NOW)
    assert code_of(packs, newer_pack(tmp_path, "2026.11.30")) == "PACK_OLDER"
    assert code_of(packs, FOLDER) == "PACK_OLDER"
    assert code_of(packs, newer_pack(tmp_path / "another", fee_vnd=130_000)) == "PACK_VERSION_TAKEN"
    newest = packs.newest()
    assert newest is not None
    assert newest.version == NEW


def test_what_is_not_signed_or_not_clean_is_not_published(packs: PublishedPacks, tmp_path: Path) -> None:
    unsigned = newer_pack(tmp_path / "unsigned")
    (unsigned / "manifest.sig").unlink()
    stranger = newer_pack(tmp_path / "stranger")
    sign_as(stranger, NEW, Ed25519PrivateKey.generate().private_bytes_raw())
    edited = newer_pack(tmp_path / "edited")
    (edited / "fees.csv").write_bytes((edited / "fees.csv").read_bytes().replace(b"125000", b"1"))
    failing = newer_pack(tmp_path / "failing")
    examples = failing / "examples.toml"
    examples.write_text(examples.read_text("utf-8").replace("fee_vnd = 115000", "fee_vnd = 1", 1), "utf-8")
    sign_as(failing, NEW)
    unnamed = copy_of_pack(tmp_path / "unnamed")
    sign_as(unnamed, "newest")
    said = [code_of(packs, folder) for folder in (unsigned, stranger, edited, failing, unnamed)]
    assert said == ["PACK_UNSIGNED", "PACK_SIGNATURE", "PACK_DAMAGED", "PACK_INCONSISTENT", "PACK_VERSION"]
    assert [one.version for one in packs.standing()] == [OLD]


def test_central_begins_with_the_newest_it_ever_published(packs: PublishedPacks, tmp_path: Path) -> None:
    packs.publish(newer_pack(tmp_path), NOW)
    again = PublishedPacks(packs.database, [public_key()])
    assert again.begin(FOLDER, NOW).version == NEW, "the program still brings its older one"
    assert [one.version for one in again.standing()] == [NEW, OLD]


def test_training_takes_an_edited_pack_under_its_old_version_and_real_work_does_not(tmp_path: Path) -> None:
    edited = newer_pack(tmp_path, OLD)
    for practice in (True, False):
        database = open_database(database_url(tmp_path / f"{practice}"), practice)
        packs = PublishedPacks(database, [public_key()])
        packs.begin(FOLDER, NOW)
        try:
            if practice:
                assert packs.begin(edited, NOW).manifest == load(edited, [public_key()]).manifest
            else:
                with pytest.raises(Refusal, match="PACK_VERSION_TAKEN"):
                    packs.begin(edited, NOW)
        finally:
            database.close()


# ---- deciding


def decided(packs: PublishedPacks, law: Pack, named: str, at: datetime = NOW) -> str:
    """What central says to a submission at that moment which was decided by `law` and names a version."""
    lent = blocks.lend(packs.database, wire.BlockAsked("dossier", 1, uuid4()), STATION, NOW)
    done = exchange(codes(lent, at)[0], "0000001", at, law=law, named=named)
    dossier = uuid4()
    entries = [Entry(uuid4(), dossier, what, "clerk", at) for what in done]
    state = replay(entries[:-2])
    standing = PackedLaw(pack(), packs).standing()
    with packs.database.read() as connection:
        judge = Judge(connection, STATION, True, standing, standing.roles(NOW), NOW, {"clerk": (CLERK, True)})
        try:
            judge.judge(entries[-2], state, lambda: state)
        except Refusal as refusal:
            return refusal.code
    return ""


def test_each_dossier_is_decided_by_the_pack_it_names(packs: PublishedPacks, tmp_path: Path) -> None:
    folder = newer_pack(tmp_path, since=NOW.date())
    new = load(folder, [public_key()])
    assert decided(packs, pack(), OLD) == ""
    assert decided(packs, new, NEW) == "PACK_AHEAD", "not published yet: it waits"
    packs.publish(folder, NOW)
    assert decided(packs, pack(), OLD) == "", "a newer law never reaches back"
    assert decided(packs, new, NEW) == ""
    assert decided(packs, new, OLD) == "FEE_WRONG"
    assert decided(packs, pack(), NEW) == "FEE_WRONG"
    assert decided(packs, pack(), "2026.11.30") == "PACK_NOT_PUBLISHED"
    assert decided(packs, new, "") == "", "an entry of an old desk names none: today's law decides, as it did then"


def test_a_desk_that_stayed_on_an_old_pack_is_told_after_a_grace(packs: PublishedPacks, tmp_path: Path) -> None:
    packs.publish(newer_pack(tmp_path, since=NOW.date()), NOW)
    minute = timedelta(minutes=1)
    assert decided(packs, pack(), OLD, NOW + GRACE - minute) == ""
    assert decided(packs, pack(), OLD, NOW + GRACE + minute) == "PACK_OUTDATED"


def test_after_the_grace_what_comes_out_the_same_is_still_accepted(packs: PublishedPacks, tmp_path: Path) -> None:
    packs.publish(newer_pack(tmp_path, fee_vnd=115_000, since=NOW.date()), NOW)
    assert decided(packs, pack(), OLD, NOW + GRACE + timedelta(days=1)) == ""


def test_a_pack_that_cannot_be_believed_decides_nothing(packs: PublishedPacks) -> None:
    row = {"version": NEW, "digest": b"d" * 32, "published_ms": 0, "archive": b"garbage"}
    with packs.database.write() as connection:
        connection.execute(insert(packs_table), row)
    assert PackedLaw(pack(), packs).standing().pack.version == OLD
    assert decided(packs, pack(), OLD) == ""
    assert decided(packs, pack(), NEW) == "PACK_AHEAD"


# ---- over the line


@pytest.mark.wire
def test_a_station_hears_of_it_with_what_others_did_and_fetches_it(central: CentralProcess, tmp_path: Path) -> None:
    uplink = central.enrol("Q01", "clerk")
    cursor = uplink.pull(0).cursor
    assert requests.get(f"{central.url}/v1/health", timeout=10).json()["catalogue"] == OLD
    quiet = uplink.pull(cursor)
    assert quiet.catalogue == wire.OfferedPack(OLD, training_pack().manifest.digest)
    assert len(wire.pack(quiet)) < 200, "nothing changed stays one small request"
    folder = newer_pack(tmp_path)
    said = clerk("central", "publish-catalogue", folder, "--data", central.folder, "--json")
    assert said.json["version"] == NEW
    offered = uplink.pull(cursor).catalogue
    assert offered is not None
    assert offered.version == NEW
    assert uplink.rule_packs() == [offered, quiet.catalogue]
    assert uplink.rule_pack(offered.digest) == archived(folder, [public_key()])
    with pytest.raises(Refusal, match="PACK_UNKNOWN"):
        uplink.rule_pack(b"x" * 32)
    again = clerk("central", "publish-catalogue", folder, "--data", central.folder)
    assert (again.code, again.out.strip()) == (0, f"Catalogue {NEW} was published before.")
    older = newer_pack(tmp_path, "2026.11.30")
    publish = ("central", "publish-catalogue", older, "--data", central.folder)
    assert clerk(*publish).refusal == "PACK_OLDER"
    signed = clerk("catalogue", "sign", older, "--key", TRAINING_KEY, "--version", "2026.12.5", "--json")
    assert signed.json["version"] == "2026.12.5"
    assert signed.json["public_key"] == (older / "publisher.pub").read_text("ascii").strip()
    assert clerk(*publish, "--json").json["version"] == "2026.12.5"


@pytest.mark.wire
def test_a_central_for_real_work_publishes_for_its_own_key_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    office = ("--code", "PC08", "--name-vi", "Phòng CSGT", "--name-en", "Traffic Police", "--unit-code", "G01.801.308")
    assert clerk("central", "add-office", *office, "--counter", "Q01", "--data", data).code == 0
    pack = newer_pack(tmp_path)
    publish = ("central", "publish-catalogue", pack, "--data", data)
    assert clerk(*publish).refusal == "PACK_SIGNATURE", "the training publisher's key is everybody's"
    key = Ed25519PrivateKey.generate()
    sign_as(pack, NEW, key.private_bytes_raw())
    public = key.public_key().public_bytes_raw().hex()
    assert clerk(*publish, "--catalogue-key", public, "--json").json["new"]


@pytest.mark.wire
def test_what_is_decided_by_a_pack_of_tomorrow_waits_for_it(central: CentralProcess, tmp_path: Path) -> None:
    folder = newer_pack(tmp_path)
    new = load(folder, [public_key()])
    counter = Counter(central)
    now = hanoi_now()
    done = exchange(counter.code(), counter.receipt(), now, law=new, named=NEW)
    ahead, other = uuid4(), uuid4()
    counter.chain.happen(ahead, *done)
    at = next(place for place, what in enumerate(done) if isinstance(what, Submitted))
    assert counter.push() == [""] * at, "what comes before it is accepted; it and what follows is not recorded"
    counter.chain.draft(other)
    with pytest.raises(Refusal) as refusal:
        counter.push()
    assert refusal.value.code == "PACK_AHEAD"
    assert NEW in refusal.value.remedy.vi
    assert clerk("central", "publish-catalogue", folder, "--data", central.folder).code == 0
    assert set(counter.push()) == {""}
