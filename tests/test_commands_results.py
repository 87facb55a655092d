"""`clerk results`: a box, the shelf and a hand-over at the command line, and central's word on all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from clerk_app.rehearsal import World
from tests.peers.commands import Said, here
from tests.test_commands import TAKE

pytestmark = pytest.mark.wire
ADDRESS = ("--street", "Số 5", "--commune", "Phường Cửa Nam", "--province", "Thành phố Hà Nội", "--tel", "0912345678")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


def _say(world: World, *words: str, user: str = "clerk") -> Said:
    return here(*words, profile=world.profile, CLERK_USER=user)


def test_a_card_comes_is_found_and_goes_out_by_commands(world: World, tmp_path: Path) -> None:
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    sheets = [f"--sheet={paper}={_picture(tmp_path)}" for paper in ("GKSK", "GPLX_CU", "ANH")]
    taken = _say(world, "dossier", "take", str(path), *sheets, "--pay", "cash", "--submit", "--json")
    assert taken.code == 0, taken.err
    code = str(taken.json["code"])
    assert _say(world, "dossier", "step", code, "hand-on").code == 0
    assert _say(world, "results", "check-in").refusal == "CARDS_MISSING"
    early = _say(world, "results", "check-in", code, "--box", "Hộp 1", "--json")
    assert (early.code, early.json["cards"][0]["why"]) == (1, "not_approved"), "a card was laid aside"
    assert _say(world, "dossier", "step", code, "approve", user="supervisor").code == 0
    scans = (code, code, "G01.899-261120-000077")
    said = _say(world, "results", "check-in", *scans, "--close", "--json").json
    assert [card["why"] for card in said["cards"]] == [None, "twice", "other_office"]
    assert (said["box"]["arrived"], said["box"]["label"]) == (1, "Hộp 1")
    listed = _say(world, "results", "shelf", "--json").json["results"]
    assert [(row["code"], row["place"]) for row in listed] == [(code, "A-001")]
    assert (listed[0]["state"], listed[0]["state_name"], listed[0]["wish"]) == ("here", "waits to be collected", None)
    assert listed[0]["since"].endswith("+07:00")
    assert said["cards"][1]["words"].startswith("This card was scanned just now")
    assert _say(world, "results", "hand-over", code).refusal == "SIGNATURE_MISSING"
    someone = ("--to", "authorised", "--proof", "seen", "--name", "LÊ THỊ HƯƠNG", "--number", "001185067890")
    unable = ("--unable", "Không biết chữ")
    assert _say(world, "results", "hand-over", code, *someone, *unable).refusal == "AUTHORITY_MISSING"
    done = _say(world, "results", "hand-over", code, *someone, *unable, "--authority", "UY_QUYEN", "--json")
    assert (done.code, done.json["result"]) == (0, "given"), done.err
    assert (done.json["result_name"], done.json["state"], done.json["state_name"]) == (
        "handed over",
        "handed-over",
        "Result handed over",
    )
    assert _say(world, "results", "unclaimed", "--json").json["results"] == []
    sent = here("deliver", "--json", profile=world.profile)
    assert (sent.code, sent.json["refused"]) == (0, 0), sent.err


def test_a_result_goes_by_post_by_commands_and_the_post_ends_the_dossier(world: World, tmp_path: Path) -> None:
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    sheets = [f"--sheet={paper}={_picture(tmp_path)}" for paper in ("GKSK", "GPLX_CU", "ANH")]
    taken = _say(world, "dossier", "take", str(path), *sheets, "--pay", "cash", "--submit", "--json")
    assert taken.code == 0, taken.err
    code = str(taken.json["code"])
    assert _say(world, "dossier", "step", code, "hand-on").code == 0
    assert _say(world, "results", "post", code, *ADDRESS).refusal == "CARD_NOT_HERE"
    assert _say(world, "dossier", "step", code, "approve", user="supervisor").code == 0
    assert _say(world, "results", "check-in", code, "--box", "Hộp 9").code == 0
    label = tmp_path / "label.pdf"
    said = _say(world, "results", "post", code, *ADDRESS, "--label", str(label), "--json")
    assert (said.code, said.json["result"], said.json["result_name"]) == (0, "posted", "with the post"), said.err
    assert label.read_bytes().startswith(b"%PDF-")
    again = _say(world, "results", "post", code, *ADDRESS, "--json").json
    assert again["item"] == said.json["item"]
    scanned = _say(world, "results", "check-in", code, "--json")
    assert (scanned.code, scanned.json["cards"][0]["why"]) == (1, "posted"), "it is on its way, says the post"
    with requests.get(f"{world.systems['public_post']}/ledger", timeout=5) as reply:
        mine = [one for one in reply.json() if one["ItemCode"] == said.json["item"]]
    assert len(mine) == 1
    with requests.post(
        f"{world.systems['public_post']}/move",
        json={"OrderNumber": mine[0]["OrderNumber"], "Status": "DA_PHAT"},
        timeout=5,
    ) as reply:
        assert reply.ok
    ended = _say(world, "results", "post", code, "--refresh", "--json").json
    assert (ended["result"], ended["tracking"]) == ("given", "DA_PHAT")
    sent = here("deliver", "--json", profile=world.profile)
    assert (sent.code, sent.json["refused"]) == (0, 0), sent.err


def _picture(folder: Path) -> Path:
    from PIL import Image

    path = folder / "page.png"
    if not path.exists():
        Image.linear_gradient("L").resize((1240, 1754)).save(path)
    return path
