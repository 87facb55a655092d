"""`clerk desk subject extract`: what lies at a desk on one number, and that central hears of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from clerk_app.rehearsal import World
from tests.peers.commands import here
from tests.test_commands import TAKE

pytestmark = pytest.mark.wire
OTHER = "001085054321"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


def test_what_lies_here_on_a_number(world: World, tmp_path: Path) -> None:
    data = str(world.folder / "central")
    officer = ("--user", "officer", "--name", "Lê Luật", "--role", "data_officer", "--office", "PC08-HN")
    added = here("central", "add-user", *officer, "--data", data)
    assert added.code == 0, added.err
    mine = dict(TAKE["applicant"])  # type: ignore[call-overload]
    for number, name in ((str(mine["number"]), "a.json"), (OTHER, "b.json")):
        facts = tmp_path / name
        facts.write_text(json.dumps(TAKE | {"applicant": mine | {"number": number}}, ensure_ascii=False), "utf-8")
        said = here("dossier", "take", facts, "--json", profile=world.profile)
        assert said.code == 0, said.err
    out = tmp_path / "mine.zip"
    words = ("desk", "subject", "extract", "--number", str(mine["number"]), "--out", out, "--json")
    assert here(*words, "--purpose", "SUBJECT", profile=world.profile).refusal == "NOT_ALLOWED"
    officer_here = {"profile": world.profile, "CLERK_USER": "officer"}
    assert here(*words, **officer_here).refusal == "PURPOSE_MISSING"  # type: ignore[arg-type]
    assert not list(tmp_path.glob("mine*"))
    done = here(*words, "--purpose", "SUBJECT", **officer_here)  # type: ignore[arg-type]
    assert done.code == 0, done.err
    assert (done.json["dossiers"], done.json["missing_sheets"]) == (1, 0)
    with ZipFile(out) as zipped:
        texts = [zipped.read(name).decode() for name in ("subject.json", "subject.html")]
    for text in texts:
        assert str(mine["number"]) in text
        assert OTHER not in text
    assert here("deliver", "--json", profile=world.profile).json["refused"] == 0, "central lets the officer export it"


def test_the_practice_world_has_who_answers_for_data_and_a_refusal_names_them(world: World, tmp_path: Path) -> None:
    """With the folder of central from the environment, as a session begins with it."""
    out, place = tmp_path / "central.zip", {"CLERK_CENTRAL_DATA": str(world.folder / "central")}
    words = ("central", "subject", "extract", "--number", OTHER, "--out", out, "--purpose", "SUBJECT")
    said = here(*words, CLERK_USER="supervisor", **place)
    assert said.refusal == "ROLE_MISSING"
    assert "Data protection officer" in said.err
    assert here(*words, CLERK_USER="privacy", **place).code == 0
    shown = here("central", "subject", "erase", OTHER, "--purpose", "SUBJECT", "--json", CLERK_USER="privacy2", **place)
    assert shown.code == 0, shown.err
