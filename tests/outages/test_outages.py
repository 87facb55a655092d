"""A few runs of `python -m tests.outages`: whatever happens, each entry is at central once, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages import proof
from tests.outages.plan import Event, Size, plan
from tests.outages.run import Harness
from tests.outages.zygote import Zygote
from tests.peers.central import CentralProcess
from tests.peers.disks import fill, small_disk

pytestmark = [pytest.mark.wire, pytest.mark.timeout(600)]

SEEDS = range(1, 9)
SMALL = Size(desks=5, centrals=2, events=30)


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(SMALL) as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_each_entry_is_at_central_once(harness: Harness, seed: int) -> None:
    outcome = harness.run(seed)
    assert not outcome.violations, outcome.told
    assert outcome.counted["entries"] > 0


def test_a_plan_follows_from_its_seed_alone() -> None:
    assert plan(7, SMALL) == plan(7, SMALL) != plan(8, SMALL)
    assert {event.who for event in plan(7, SMALL)[:5]} == set(range(5)), "every desk has opened something"


def test_what_is_lost_is_found_and_told_shortly(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof bites: an entry that a desk said it had, and has not, is a violation with a short story."""

    def forgetful(world: proof.World) -> tuple[list[str], dict[str, int]]:
        if any(event.startswith("kill desk 1") for event in world.story):
            world.posts[1].entries.append(b"one that it once had")
        return proof.violations(world)

    monkeypatch.setattr("tests.outages.run.violations", forgetful)
    quiet = [Event("work", desk, 1) for desk in range(3)]
    events = [*quiet, Event("settle"), Event("kill desk", 1), Event("open desk", 1), *quiet]
    monkeypatch.setattr("tests.outages.run.plan", lambda _seed, _size: tuple(events))
    outcome = harness.run(3)
    assert outcome.violations == ["desk Q02: 1 entries that it had are gone"]
    short = harness.shortened(outcome)
    happened = [line for line in short.story if not line.startswith(" ")]
    assert "kill desk 1" in happened
    assert len(happened) <= 3


def test_a_full_disk_lets_no_central_begin_and_says_why(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        central = CentralProcess(disk / "central")
        central.start()
        central.enrol("Q01")
        central.stop()
        fill(disk)
        zygote = Zygote(tmp_path / "zygote")
        about = {"folder": str(central.folder), "port": 0, "database": central.database_url, "blobs": None}
        child = zygote.child("central", json.dumps(about))
        with pytest.raises(EOFError):
            child.said()
        (disk / "filler").unlink()
        central.start()
        assert central.uplink(b"x" * 32).alive()
        central.close()
        zygote.close()
