"""`clerk exception`: asked, listed, looked at and decided at the command line, beside a central that judges it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.rehearsal import World
from tests.peers.commands import Said, here
from tests.test_commands import FACTS, TAKE

pytestmark = pytest.mark.wire
WEAK = "IDENTITY_WEAK"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


@pytest.fixture
def code(world: World, tmp_path: Path) -> str:
    """A dossier whose identity nobody proved."""
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE | {"identity_level": "manual"}, ensure_ascii=False), "utf-8")
    said = here("dossier", "take", path, "--json", profile=world.profile)
    assert said.code == 0, said.err
    return str(said.json["code"])


def _say(world: World, *words: str, user: str = "clerk") -> Said:
    return here("exception", *words, profile=world.profile, CLERK_USER=user)


def _state(world: World, code: str) -> str:
    (one,) = _say(world, "show", code, WEAK, "--json").json["exceptions"]
    return str(one["state"])


def _password(folder: Path) -> Path:
    path = folder / "password"
    path.write_text("practice\n", "utf-8")
    return path


def test_from_afar(world: World, code: str) -> None:
    assert FACTS["identity_level"] == "chip"
    assert _state(world, code) == "needed"
    assert _say(world, "decide", code, WEAK, "--grant", user="supervisor").refusal == "EXCEPTION_NOT_OPEN"
    asked = _say(world, "ask", code, WEAK, "--reason", "Chip bị xước", "--json").json
    assert (asked["state"], asked["reason"], asked["asked_by"]) == ("asked", "Chip bị xước", "clerk")
    listed = [one for one in _say(world, "list", "--json").json if one["dossier"] == code]
    assert [(one["exception"], one["state"], one["asked_by"]) for one in listed] == [(WEAK, "open", "clerk")]
    assert code in _say(world, "list").out
    assert _say(world, "decide", code, WEAK, "--grant").refusal == "FOUR_EYES"
    assert _say(world, "decide", code, WEAK, "--more", user="supervisor").refusal == "COMMENT_MISSING"
    assert _say(world, "decide", code, WEAK, "--refuse", user="supervisor").refusal == "REASON_MISSING"
    said = _say(world, "decide", code, WEAK, "--more", "--comment", "Mặt sau?", "--field", "CC", user="supervisor")
    assert "Mặt sau?" in said.out
    _say(world, "ask", code, WEAK, "--reason", "Đã xem mặt sau")
    old = _say(world, "decide", code, WEAK, "--grant", "--shown", asked["shown"], user="supervisor")
    assert old.refusal == "SHOWN_CHANGED"
    (looked,) = _say(world, "show", code, WEAK, "--json", user="supervisor").json["exceptions"]
    words = ("decide", code, WEAK, "--grant", "--comment", "Đúng người", "--shown", looked["shown"], "--json")
    done = _say(world, *words, user="supervisor").json
    assert (done["state"], done["decided_by"], done["comment"]) == ("granted", "supervisor", "Đúng người")
    assert code not in _say(world, "list").out
    assert code in _say(world, "list", "--all").out
    sent = here("deliver", "--json", profile=world.profile)
    assert sent.code == 0, sent.err
    assert sent.json["refused"] == 0, "central judged all of it"
    told = here("dossier", "show", code, profile=world.profile).out
    assert "wanted to decide the exception" in told
    assert "(FOUR_EYES)" in told


def test_on_the_spot_and_by_hand(world: World, code: str, tmp_path: Path) -> None:
    _say(world, "ask", code, WEAK, "--reason", "Chip bị xước")
    spot = ("decide", code, WEAK, "--refuse", "--comment", "Ảnh mờ", "--by")
    wrong = tmp_path / "wrong"
    wrong.write_text("nonsense", "utf-8")
    said = _say(world, *spot, "supervisor", "--by-password-file", str(wrong))
    assert said.refusal == "SIGN_IN_WRONG"
    assert _say(world, *spot, "clerk", "--by-password-file", str(_password(tmp_path))).refusal == "FOUR_EYES"
    done = _say(world, *spot, "supervisor", "--by-password-file", str(_password(tmp_path)), "--json").json
    assert (done["state"], done["decided_by"]) == ("refused", "supervisor")
    assert _say(world, "ask", code, "FREE_BEER", "--reason", "x").refusal == "EXCEPTION_NOT_BY_HAND"
    assert "BACKDATED (" in _say(world, "ask", code, "FREE_BEER", "--reason", "x").err
    assert _say(world, "ask", code, "REFUND", "--reason", "x", "--amount", "5").refusal == "AMOUNT_WRONG"
    raised = _say(world, "ask", code, "BACKDATED", "--reason", "Từ sổ giấy", "--json").json
    assert (raised["state"], raised["approvers"]) == ("asked", 2)
    waived = _say(world, "ask", code, "PAPER_WAIVED:GKSK", "--reason", "Mất điện", "--json").json
    assert waived["state"] == "asked"
    assert _say(world, "show", code, "NO_SUCH").refusal == "EXCEPTION_UNKNOWN"
    assert _say(world, "decide", code, WEAK).code == 2
    assert here("deliver", "--json", profile=world.profile).json["refused"] == 0
