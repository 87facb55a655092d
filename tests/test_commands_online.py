"""`clerk online …` and `clerk central online …`: what came through the portal, in a process and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from clerk_app import bootstrap, settings
from clerk_app.practice import specimens
from clerk_app.rehearsal import PASSPHRASE, World
from tests.peers.citizens import UNIT, Citizens
from tests.peers.commands import Said, clerk, here

pytestmark = pytest.mark.wire
CODE = f"{UNIT}-261128-000{{:03d}}"
SENT = "20261127201500"
WITHIN_S = 60.0
ENDING = ("--reason", "Bắt đầu nhầm", "--basis", "NĐ 61/2018/NĐ-CP art.17")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A central that looks at its portal every second."""
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        made.stop_central()
        file = made.folder / "central" / settings.FILE
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"portal_every_s": "1"}), "utf-8")
        made.start_central()
        yield made


@pytest.fixture(scope="module")
def citizens(world: World) -> Citizens:
    return Citizens(world.systems["national_portal"])


def _send(citizens: Citizens, code: str, person: int, **more: Any) -> dict[str, Any]:
    """As of now; what was changed is changed now."""
    at = f"{bootstrap.now():%Y%m%d%H%M%S}"
    return citizens.send(code, person, at, **{"NgayNop": SENT, "ThoiDiemCapNhat": at, **more})


def _say(world: World, *words: str | Path, **more: str) -> Said:
    return here("online", *words, profile=world.profile, **more)


def _soon(look: Callable[[], bool], what: str) -> None:
    end = monotonic() + WITHIN_S
    while not look():
        assert monotonic() < end, what
        sleep(0.2)


def _arrived(world: World, code: str) -> str:
    """How a submission stands at central."""
    said = here("central", "online", "list", "--data", world.folder / "central", "--json")
    assert said.code == 0, said.err
    return next((one["state"] for one in said.json["submissions"] if one["code"] == code), "")


def test_what_a_citizen_sends_comes_by_itself_and_is_found_by_every_way(world: World, citizens: Citizens) -> None:
    code, who = CODE.format(1), specimens.specimen(1).person
    _send(citizens, code, 1)
    _soon(lambda: _arrived(world, code) == "taken", "central takes it in by itself")

    (row,) = _say(world, "list", "000001", "--json").json["rows"]
    assert (row["code"], row["name"], row["stage"], row["held"]) == (code, who.name, "new", "nobody")
    assert row["until"]
    for text in (code, who.number, specimens.qr_text(who), f"https://dichvucong.gov.vn/?ma={code}"):
        shown = _say(world, "show", text, "--json")
        assert shown.code == 0, shown.err
        assert shown.json["code"] == code
    document = _say(world, "show", code, "--json").json
    assert {one["name"]: one["stated"] for one in document["fields"]}["applicant.name"] == who.name
    assert [(one["pages"], one["readable"]) for one in document["papers"]] == [(1, True), (1, True)]
    assert {one["name"]: one["label"] for one in document["fields"]}["applicant.name"]
    assert all(one["code"] and one["name"] for one in document["papers"])
    assert (document["payment"], document["payment_name"]) == ("due", "Fee not paid")
    assert (document["stage"], document["stage_name"]) == ("new", "New")
    assert document["sent"].endswith("+07:00")
    assert "The fee" in document["lacking"]


def test_as_a_process_it_says_so_in_words(world: World, citizens: Citizens) -> None:
    code = CODE.format(2)
    _send(citizens, code, 2)
    _soon(lambda: _arrived(world, code) == "taken", "central takes it in")
    said = clerk("online", "list", profile=world.profile)
    assert said.code == 0, said.err
    assert code in said.out
    assert "New" in said.out


def test_what_nobody_sent_is_refused_by_code(world: World) -> None:
    assert _say(world, "show", "G01.801.308-200101-999999").refusal == "DOSSIER_UNKNOWN"
    assert _say(world, "take", "G01.801.308-200101-999999").refusal == "DOSSIER_UNKNOWN"
    assert _say(world, "assist", "--reason", "  ").refusal == "REASON_MISSING"
    assert _say(world, "list", "khongaicotennhuthe").out.strip() == "No dossier."


def test_help_is_begun_without_the_window(world: World) -> None:
    said = _say(world, "assist", "--reason", "Không có điện thoại", "--json")
    assert said.code == 0, said.err
    shown = _say(world, "list", "--json").json
    code = said.json["code"]
    assert said.json["provisional"]
    assert {one["dossier"]: one["code"] for one in shown["rows"]}[said.json["dossier"]] == code
    # Its code is told, and with it the draft can be ended as the words say.
    words = _say(world, "assist", "--reason", "Không có điện thoại").out
    code = words.partition(":")[0]
    assert f"clerk dossier step {code} decline" in words
    ended = here("dossier", "step", code, "decline", *ENDING, profile=world.profile)
    assert ended.code == 0, ended.err
    assert code not in {one["code"] for one in _say(world, "list", "--json").json["rows"]}


def test_a_specimen_citizen_sends_one_by_command(world: World) -> None:
    folder = world.folder / "central"
    said = here("practice", "send-online", "--person", "3", "--json", CLERK_CENTRAL_DATA=str(folder))
    assert said.code == 0, said.err
    code = said.json["code"]
    again = here("practice", "send-online", "--person", "3", "--data", folder, "--json").json["code"]
    assert int(again[-6:]) == int(code[-6:]) + 1
    for one in (code, again):
        _soon(lambda one=one: _arrived(world, one) == "taken", "central takes it in by itself")  # type: ignore[misc]
    here("deliver", profile=world.profile)
    shown = _say(world, "show", code, "--json").json
    assert shown["name"] == specimens.specimen(3).person.name
    assert [one["readable"] for one in shown["papers"]] == [True, True]


def test_nothing_is_sent_where_no_practice_portal_is_joined(tmp_path: Path) -> None:
    assert here("practice", "send-online", "--data", tmp_path).refusal == "PORTAL_NOT_PRACTICE"
    for url in ("https://dichvucong.gov.vn", "http://127.0.0.1:9"):
        (tmp_path / settings.FILE).write_text(json.dumps({"national_portal": url}), "utf-8")
        assert here("practice", "send-online", "--data", tmp_path).refusal == "PORTAL_NOT_PRACTICE"


def test_one_that_is_asked_and_one_that_is_declined_leave_the_new_ones(world: World, citizens: Citizens) -> None:
    asked, declined = CODE.format(3), CODE.format(4)
    _send(citizens, asked, 3)
    _send(citizens, declined, 4)
    _soon(lambda: _arrived(world, asked) == _arrived(world, declined) == "taken", "central takes both in")
    assert {asked, declined} <= {one["code"] for one in _say(world, "list", "--json").json["rows"]}
    assert _say(world, "take", asked).code == 0
    for words in (
        (asked, "ask-papers", "--item", "GKSK"),
        (declined, "decline", "--reason", "Sai thủ tục", "--basis", "TT 12/2025/TT-BCA art.21"),
    ):
        said = here("dossier", "step", *words, profile=world.profile)
        assert said.code == 0, said.err
    assert here("deliver", "--json", profile=world.profile).json["refused"] == 0
    stages = {one["code"]: one["stage"] for one in _say(world, "list", "--json").json["rows"]}
    assert stages.get(asked) == "supplement"
    assert declined not in stages

    # The citizen adds what was asked for: it comes behind it, and the office is to answer again.
    _send(citizens, asked, 3, papers={"GKSK": b"\x89PNG\r\n\x1a\n"})
    _soon(lambda: _arrived(world, asked) == "waiting", "a file that breaks off is waited for")
    item = _send(citizens, asked, 3)
    _send(citizens, asked, 3, DuLieu=item["DuLieu"] | {"SoGiayKhamSucKhoe": "GK-77"})

    def came() -> bool:
        rows = _say(world, "list", "--json").json["rows"]
        return [one["stage"] for one in rows if one["code"] == asked] == ["came"]

    _soon(came, "the supplement comes to the desk")


def test_the_queue_over_http(world: World, citizens: Citizens) -> None:
    code = CODE.format(5)
    _send(citizens, code, 2)
    _soon(lambda: _arrived(world, code) == "taken", "central takes it in")
    with closing(bootstrap.open_desk(world.profile, PASSPHRASE)) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        central = desk.online._central
        (item,) = [one for one in central.online().items if one.code == code]
        assert (item.stage, item.state, item.payment, item.holder) == ("new", "registered", "due", None)
        desk.delivery.once(lambda: False)
        desk.online.take(item.dossier)
        (item,) = [one for one in central.online().items if one.code == code]
        assert item.holder is not None
        assert item.holder.station == desk.online._counter.station.station


def test_pull_says_why_the_portal_is_silent(world: World, citizens: Citizens) -> None:
    folder = world.folder / "central"
    world.fault("national_portal", "down")
    try:
        assert here("central", "online", "pull", "--data", folder).refusal == "PORTAL_SILENT"
    finally:
        world.fault("national_portal", "none")
    code = CODE.format(6)
    _send(citizens, code, 4)
    said = here("central", "online", "pull", "--data", folder, "--json")
    assert said.code == 0, said.err
    assert said.json["refused"] == 0
    _soon(lambda: _arrived(world, code) == "taken", "by the loop or by hand, once")


def test_pull_where_no_portal_is_joined(tmp_path: Path) -> None:
    assert here("central", "online", "pull", "--data", tmp_path).refusal == "PORTAL_NOT_JOINED"
