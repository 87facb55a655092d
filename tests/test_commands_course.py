"""`clerk dossier steps` and `step`: a dossier's way at the command line, and central's word on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Opened, Submitted
from clerk_app.rehearsal import World
from clerk_app.store.journal import new_id
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
    """A draft."""
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
    said = here("dossier", "take", path, "--json", profile=world.profile)
    assert said.code == 0, said.err
    return str(said.json["code"])


def _say(world: World, *words: str, user: str = "clerk") -> Said:
    return here("dossier", *words, profile=world.profile, CLERK_USER=user)


def test_a_draft_lacks_a_paper_is_declined_and_central_agrees(world: World, code: str, tmp_path: Path) -> None:
    said = _say(world, "steps", code, "--json").json
    assert (said["state"], said["clock"], said["due_at"]) == ("begin", "stopped", None)
    open_to_clerk = {one["code"]: one["needs"] for one in said["steps"]}
    assert open_to_clerk["ask-papers"] == ["items"]
    assert open_to_clerk["decline"] == ["basis", "reason"]
    assert _say(world, "step", code, "ask-papers").refusal == "STEP_ITEMS"
    asked = _say(world, "step", code, "ask-papers", "--item", "GKSK", "--item", "Số điện thoại", "--json").json
    assert (asked["state"], asked["status"], asked["clock"]) == ("incomplete", "5", "paused")
    assert asked["passed"][-1]["items"] == ["GKSK", "Số điện thoại"]
    assert (asked["clock_name"], asked["passed"][-1]["step_name"]) == (
        "the clock is paused",
        "Ask for papers before acceptance",
    )
    assert asked["passed"][-1]["to"] == "incomplete"
    told = [one["at"] for one in asked["passed"]] + [at for at in (asked["due_at"], *asked["dues"]) if at]
    assert all(at.endswith("+07:00") for at in told)
    ways = {one["code"]: (one["to"], one["to_name"]) for one in asked["steps"]}
    assert ways["decline"] == ("not-accepted", "Not accepted")
    out = tmp_path / "M02.pdf"
    assert _say(world, "print", code, "--form", "M02", "--out", str(out)).code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert _say(world, "step", code, "approve").refusal == "NOT_ALLOWED"
    assert _say(world, "step", code, "approve", user="supervisor").refusal == "STEP_NOT_FROM_HERE"
    assert _say(world, "step", code, "nothing").refusal == "STEP_UNKNOWN"
    basis = ("--reason", "Chưa xử lý xong vi phạm", "--basis", "TT 12/2025/TT-BCA art.21(1)(e)")
    done = _say(world, "step", code, "decline", *basis)
    assert done.code == 0, done.err
    assert "(3)" in done.out
    assert _say(world, "step", code, "ask-papers", "--item", "ANH").refusal == "STEP_NOT_FROM_HERE"
    sent = here("deliver", "--json", profile=world.profile)
    assert sent.code == 0, sent.err
    assert sent.json["refused"] == 0, "central judged all of it"
    told = here("dossier", "show", code, profile=world.profile).out
    assert "TT 12/2025/TT-BCA art.21(1)(e)" in told


def test_what_is_due_is_listed_by_itself_and_every_line_says_where_it_stands(
    world: World, code: str, tmp_path: Path
) -> None:
    # A desk of its own: central would take none of these.
    now, profile = bootstrap.now(), Path(shutil.copytree(world.profile, tmp_path / "desk"))
    with closing(bootstrap.open_desk(profile, "practice")) as desk:
        late, later, ended = (new_id() for _ in range(3))
        for number, (dossier, days) in enumerate(((late, -1), (later, 20), (ended, -1)), 1):
            at = desk.station
            opened = Opened("licence-exchange", "counter", f"LATE-{number}", at.office, at.counter, "", True)
            due = now + timedelta(days=days)
            done = Submitted(f"LATE-{number}", now - timedelta(days=6), due, "", "DOI_SAP_HET_HAN", 0, ())
            desk.journal.append(dossier, [opened, done], "clerk", now)
        gone = StepTaken("withdraw", "accepted", "withdrawn", "stopped", True, "x")
        desk.journal.append(ended, [gone], "clerk", now)
    due_now = here("dossier", "list", "--due", "--json", profile=profile).json
    (line,) = (one for one in due_now if one["code"].startswith("LATE"))
    assert (line["code"], line["state"], line["state_name"]) == ("LATE-1", "accepted", "Accepted")
    assert line["due_at"].endswith("+07:00")
    assert code not in {one["local_code"] for one in due_now}
    listed = {
        one["code"] or one["local_code"]: one["state_name"]
        for one in here("dossier", "list", "--json", profile=profile).json
    }
    assert listed[code] == "Draft", "as the window calls it"
    assert (listed["LATE-2"], listed["LATE-3"]) == ("Accepted", "Withdrawn by the applicant")
    assert "Người nộp rút hồ sơ" in here("dossier", "list", "LATE-3", profile=profile, CLERK_LANGUAGE="vi").out
