"""`clerk dossier ask` and `pay`: other systems at the command line, and central's word on what they said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

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
    """A draft with its case chosen, and no fee taken."""
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    said = here("dossier", "take", path, "--json", profile=world.profile)
    assert said.code == 0, said.err
    return str(said.json["code"])


def _say(world: World, *words: str, user: str = "clerk") -> Said:
    return here("dossier", *words, profile=world.profile, CLERK_USER=user)


def _answer(said: Said, system: str) -> dict[str, str]:
    assert said.code == 0, said.err
    found: dict[str, str] = next(one for one in said.json["answers"] if one["system"] == system)
    return found


def test_every_system_is_asked_and_what_is_silent_is_unknown(world: World, code: str) -> None:
    assert _answer(_say(world, "ask", code, "--json"), "identity")["standing"] == "never"
    assert _answer(_say(world, "ask", code, "identity", "--json"), "identity")["standing"] == "known"
    world.fault("violation_records", "down")
    silent = _answer(_say(world, "ask", code, "violations", "--json"), "violations")
    world.fault("violation_records", "none")
    assert (silent["standing"], silent["outcome"], silent["answer"]) == ("unknown", "unknown", "unknown")
    assert silent["at"].endswith("+07:00")
    assert silent["system_name"] == "Violation records"
    lines = json.loads(_say(world, "ask", code, "identity", "--json").out)["answers"][0]["lines"]
    assert {one["field"]: one["field_name"] for one in lines}["born"] == "Born"
    assert _answer(_say(world, "ask", code, "violations", "--json"), "violations")["standing"] == "known"
    assert _say(world, "ask", code, "palms").refusal == "SYSTEM_UNKNOWN"
    told = _say(world, "ask", code)
    assert "Population database: " in told.out
    assert len(told.out.splitlines()) > len(_say(world, "ask", code, "violations").out.splitlines()) >= 1
    only = _say(world, "ask", code, "violations", "--json").json["answers"]
    assert [(one["system"], one["outcome"]) for one in only] == [("violations", "clear")]


def test_a_fee_is_paid_online_and_central_agrees(world: World, code: str) -> None:
    assert _say(world, "pay", code).refusal == "PAYMENT_NONE"
    made = _say(world, "pay", code, "--order", "--json")
    assert made.code == 0, made.err
    assert made.json["url"].startswith("https://")
    asked = _say(world, "pay", code, "--json").json
    assert (asked["paid"], asked["state"], asked["cause"]) == (False, "pending", None)
    assert asked["state_name"] == "waits for the citizen to pay"
    world.pay(UUID(made.json["order"]))
    out = world.folder / "receipt.pdf"
    paid = _say(world, "pay", code, "--paper", str(out), "--json")
    assert paid.code == 0, paid.err
    assert (paid.json["paid"], paid.json["settled"], paid.json["state"]) == (True, True, "paid")
    assert out.read_bytes().startswith(b"%PDF")
    sent = here("deliver", "--json", profile=world.profile)
    assert sent.code == 0, sent.err
    assert sent.json["refused"] == 0, "central heard the same of the platform"


def test_a_fee_taken_in_cash_and_an_accepted_dossier_say_what_is_so(world: World, tmp_path: Path) -> None:
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    page = tmp_path / "page.png"
    Image.linear_gradient("L").resize((1240, 1754)).save(page)
    sheets = [f"--sheet={paper}={page}" for paper in ("GKSK", "GPLX_CU", "ANH")]
    taken = _say(world, "take", str(path), *sheets, "--pay", "cash", "--submit", "--json")
    assert taken.code == 0, taken.err
    code = str(taken.json["code"])
    for words in (("pay", code), ("pay", code, "--order")):
        said = _say(world, *words)
        assert said.refusal == "FEE_TAKEN"
        assert "(cash)" in said.err
    assert _say(world, "ask", code, "licences").refusal == "LICENCES_BEFORE"
    assert _say(world, "ask", code, "identity").code == 0
    misprint = here("results", "misprint", code, "--reason", "Sai tên", profile=world.profile)
    assert misprint.refusal == "STEP_NOT_FROM_HERE"
    assert "clerk dossier steps" in misprint.err
