"""Days without a line on the command line: export, take, import, a grace code, and what the limits say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.central.database import database_url
from clerk_app.domain.limits import LIMITS
from tests.peers.central import CentralProcess
from tests.peers.commands import here

pytestmark = pytest.mark.wire


@pytest.fixture
def profile(central: CentralProcess, tmp_path: Path) -> Path:
    """A desk that is enrolled, with a draft and two sign-ins that wait; central does not run any more."""
    where = tmp_path / "desk"
    made = here("central", "enrol", "--station", "Q03", "--data", central.folder, "--json").json
    assert here("enrol", "--central", central.url, "--code", made["code"], profile=where).code == 0
    with closing(bootstrap.open_desk(where, "practice")) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        desk.intake.open()
        desk.sign_in.sign_in("supervisor", "practice")
    central.stop()
    return where


def test_out_on_a_stick_and_home_again(central: CentralProcess, profile: Path, tmp_path: Path) -> None:
    out, answer = tmp_path / "Q03.quay", tmp_path / "answer.quay"
    said = here("deliver", "export", out, "--json", profile=profile)
    assert (said.code, said.json["entries"], said.json["sheets"]) == (0, 3, 0)
    promised = {"waiting", "accepted", "refused", "bytes_sent", "oldest_waiting_s"}
    assert promised <= set(said.json)
    assert here("deliver", "status", "--json", profile=profile).json["waiting"] == 3
    take = ("central", "take", out, "--answer", answer, "--data", central.folder)
    taken = here(*take, "--json").json
    assert (taken["station"], taken["accepted"], taken["refused"], taken["problems"]) == ("Q03", 3, 0, [])
    elsewhere = ("--data", tmp_path / "elsewhere", "--blobs", central.folder / "sheets")
    known = {"CLERK_DATABASE": database_url(central.folder)}
    again = here("central", "take", out, "--answer", answer, *elsewhere, "--json", **known)
    assert again.json["accepted"] == 3
    home = here("deliver", "import", answer, "--json", profile=profile)
    assert (home.code, home.json["accepted"], home.json["waiting"]) == (0, 3, 0)
    assert promised <= set(home.json)
    assert here("deliver", "import", out, profile=profile).refusal == "CARRIED_KIND"
    assert here("central", "take", answer, "--answer", out, "--data", central.folder).refusal == "CARRIED_KIND"


def test_a_limit_is_lifted_by_a_code_that_is_read_out(central: CentralProcess, profile: Path) -> None:
    limits = here("deliver", "status", "--json", profile=profile).json["limits"]
    assert {one["name"] for one in limits} <= set(LIMITS)
    assert {"name", "used", "of", "stage", "words", "remedy"} <= set(limits[0])
    assert {"disk", "central", "days-offline", "dossier-numbers"} <= {one["name"] for one in limits}
    make = ("central", "grace", "--station", "Q03", "--data", central.folder)
    made = here(*make, "--limit", "days-offline", "--json").json
    supervisor = {"CLERK_USER": "supervisor"}
    assert here("deliver", "grace", made["code"], profile=profile, CLERK_USER="clerk").refusal == "NOT_ALLOWED"
    lifted = here("deliver", "grace", made["code"], "--json", profile=profile, **supervisor)
    assert (lifted.code, lifted.json["limit"], lifted.json["numbers"]) == (0, "days-offline", 0)
    assert here("deliver", "grace", made["code"], profile=profile, **supervisor).refusal == "GRACE_USED"
    after = here("deliver", "status", "--json", profile=profile).json["limits"]
    assert [one["lifted_until"] for one in after if one["name"] == "days-offline"] == [lifted.json["until"]]
    more = here(*make, "--limit", "receipt-numbers", "--extent", "3", "--json").json
    assert here("deliver", "grace", more["code"], "--json", profile=profile, **supervisor).json["numbers"] == 30
    assert here(*make, "--limit", "disk", "--extent", "99").refusal == "GRACE_EXTENT"
    for words in (("grace", "--limit", "disk"), ("revoke",)):
        unknown = here("central", *words, "--station", "Q09", "--data", central.folder)
        assert unknown.refusal == "STATION_UNKNOWN"
        assert "clerk central stations" in unknown.err, "who types it sits at central, not at the station"
