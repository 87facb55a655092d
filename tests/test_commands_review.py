"""`clerk review …` and `clerk desk retention` at the command line, beside a central of the practice world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.rehearsal import World
from tests.peers.commands import Said, here
from tests.test_commands import TAKE

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


@pytest.fixture
def code(world: World, tmp_path: Path) -> str:
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    said = here("dossier", "take", path, "--json", profile=world.profile)
    assert said.code == 0, said.err
    return str(said.json["code"])


def _review(world: World, *words: str, user: str = "supervisor") -> Said:
    return here("review", *words, profile=world.profile, CLERK_USER=user)


def test_second_looks(world: World, code: str) -> None:
    waiting = _review(world, "list", "--json").json
    assert (waiting["waiting"], waiting["findings"], waiting["may_review"]) == ([], 0, True)
    assert not _review(world, "list", "--json", user="clerk").json["may_review"]
    assert _review(world, "list").out.strip()
    assert _review(world, "findings", "--json", user="clerk").json == {"findings": []}
    assert _review(world, "answer", "nothing", "--text", "x", user="clerk").refusal == "FINDING_UNKNOWN"
    assert _review(world, "decide", code).code == 2
    assert _review(world, "decide", code, "--sound", "--cause", "X").code == 2
    refused = _review(world, "decide", code, "--sound").refusal
    assert refused == _review(world, "show", code).refusal
    assert refused.startswith("REVIEW_"), refused
    figures = _review(world, "figures", "--json").json
    assert (figures["drawn"], figures["looked"], figures["findings"]) == (0, 0, 0)
    assert _review(world, "figures", "--json", user="clerk").refusal == "NOT_ALLOWED"


def test_retention_says_what_it_would_do_and_does_not(world: World, code: str) -> None:
    assert here("deliver", "--json", profile=world.profile).json["refused"] == 0
    would = here("desk", "retention", "--dry-run", "--json", profile=world.profile)
    assert would.code == 0, would.err
    assert (would.json["dry_run"], would.json["removed"], would.json["problem"]) == (True, {}, None)
    done = here("desk", "retention", profile=world.profile)
    assert done.code == 0, done.err
    assert "Removed 0 copies of 0 dossiers" in done.out
    assert here("dossier", "show", code, profile=world.profile).code == 0
