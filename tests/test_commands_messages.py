"""`clerk dossier messages|contact`, `clerk central messages`: what a citizen was told, from the first step to the
reminder, at the command line; a real SMS gateway stands behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from clerk_app.rehearsal import World
from tests.peers.central import settled
from tests.peers.commands import Said, here
from tests.test_commands import TAKE
from tests.test_commands_results import _picture

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


def _say(world: World, *words: str | Path, user: str = "clerk") -> Said:
    return here(*words, profile=world.profile, CLERK_USER=user)


def _contact(world: World, folder: Path, code: str, **said: str) -> Said:
    path = folder / "CONTACT.json"
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    return _say(world, "dossier", "contact", code, "--file", path, "--json")


def _taken(world: World, folder: Path, *words: str) -> str:
    path = folder / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    said = _say(world, "dossier", "take", path, *words, "--json")
    assert said.code == 0, said.err
    return str(said.json["code"])


def _told(world: World, code: str, *states: tuple[str, str]) -> list[dict[str, Any]]:
    """The messages, once they came to these steps and states."""
    sent = _say(world, "deliver", "--json")
    assert (sent.code, sent.json["refused"]) == (0, 0), sent.err

    def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = _say(world, "dossier", "messages", code, "--json").json["messages"]
        return found

    found = settled(look, lambda said: [(one["step"], one["state"]) for one in said] == list(states), 30)
    assert [(one["step"], one["state"]) for one in found] == list(states)
    return found


def _texts(world: World, message: str) -> int:
    """How often the gateway sent it."""
    with requests.get(f"{world.systems['sms_gateway']}/ledger", timeout=5) as reply:
        return sum(one["MaThamChieu"] == message.replace("-", "") for one in reply.json())


def test_a_citizen_is_told_from_the_acceptance_to_the_card_on_the_shelf(world: World, tmp_path: Path) -> None:
    sheets = [f"--sheet={paper}={_picture(tmp_path)}" for paper in ("GKSK", "GPLX_CU", "ANH")]
    code = _taken(world, tmp_path, *sheets, "--pay", "cash", "--submit")
    wrong = _contact(world, tmp_path, code, phone="12")
    assert (wrong.code != 0, wrong.refusal) == (True, "CONTACT_PHONE")
    assert "extras" in _contact(world, tmp_path, code, phone="0912345678", extras="no").json["reached"]
    _told(world, code, ("accept", "delivered"))
    for step, user in (("hand-on", "clerk"), ("approve", "supervisor")):
        assert _say(world, "dossier", "step", code, step, user=user).code == 0
    _told(world, code, ("accept", "delivered"), ("approve", "delivered"))
    checked = _say(world, "results", "check-in", code, "--close", "--json").json
    assert [card["why"] for card in checked["cards"]] == [None]
    found = _told(world, code, ("accept", "delivered"), ("approve", "delivered"), ("receive-card", "delivered"))
    assert [one["way"] for one in found] == ["sms"] * 3
    assert [_texts(world, one["id"]) for one in found] == [1, 1, 1], "the arrival of the card is told of once"
    assert "0912345678" not in json.dumps(found)
    assert _say(world, "results", "unclaimed", "--message", code).refusal == "REMINDER_EARLY"
    said = _say(world, "dossier", "messages", code)
    assert "***678" in said.out


def test_a_citizen_without_a_telephone_is_reached_once_there_is_one(world: World, tmp_path: Path) -> None:
    code = _taken(world, tmp_path)
    assert _contact(world, tmp_path, code, phone="0912345000").code == 0
    assert _say(world, "dossier", "step", code, "ask-papers", "--item", "GKSK").code == 0
    (failed,) = _told(world, code, ("ask-papers", "failed"))
    assert failed["cause"] == "SO_KHONG_TON_TAI"
    here_folder = ("--data", world.folder / "central")
    listed = here("central", "messages", "--json", *here_folder)
    assert [one["id"] for one in listed.json["messages"]] == [failed["id"]], listed.err
    assert "0912345000" not in listed.out
    assert here("central", "messages", "--json", "--state", "delivered", *here_folder).code == 0
    assert here("central", "messages", "--resend", str(uuid4()), *here_folder).refusal == "MESSAGE_UNKNOWN"
    assert _say(world, "dossier", "messages", code, "--again", str(uuid4())).refusal == "MESSAGE_UNKNOWN"
    assert _contact(world, tmp_path, code, phone="0912345678").code == 0
    assert _say(world, "dossier", "messages", code, "--again", failed["id"]).code == 0
    _, again = _told(world, code, ("ask-papers", "failed"), ("ask-papers", "delivered"))
    assert (_texts(world, failed["id"]), _texts(world, again["id"])) == (1, 1)
    offline = _say(world, "dossier", "messages", code, "--offline", "--json").json
    assert [one["id"] for one in offline["messages"]] == [failed["id"], again["id"]]


@pytest.mark.parametrize("text", ["", "[]", '{"phone": 7}', '{"wish": "pigeon"}', '{"language": "fr"}', "{"])
def test_what_does_not_say_how_somebody_is_reached_is_refused(world: World, tmp_path: Path, text: str) -> None:
    path = tmp_path / "CONTACT.json"
    path.write_text(text, "utf-8")
    said = _say(world, "dossier", "contact", "any", "--file", path)
    assert said.refusal == "CONTACT_UNREADABLE"
