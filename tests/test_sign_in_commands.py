"""People, second factors, PINs and waits on the command line, with a central that runs and one that does not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.peers.central import CentralProcess
from tests.peers.commands import here

pytestmark = pytest.mark.wire


@pytest.fixture
def profile(central: CentralProcess, tmp_path: Path) -> Path:
    """A desk that is enrolled and was never signed in at."""
    where = tmp_path / "desk"
    made = here("central", "enrol", "--station", "Q03", "--data", central.folder, "--json").json
    assert here("enrol", "--central", central.url, "--code", made["code"], profile=where).code == 0
    return where


def _app(secret: str) -> Callable[[int], str]:
    """What an authenticator app shows `later` steps from now, from what was typed into it."""
    key = base64.b32decode(secret.replace(" ", ""))
    app = TOTP(key, 6, SHA1(), 30)
    return lambda later=0: app.generate(int(time()) + later * 30).decode()


def test_a_second_factor_from_the_command_that_issues_it_to_the_desk_without_a_line(
    central: CentralProcess, profile: Path
) -> None:
    data = ("--data", central.folder)
    issued = here("central", "people", "totp", "supervisor", *data, "--json").json
    assert (issued["user"], issued["second_factor"]) == ("supervisor", True)
    asked = parse_qs(urlsplit(issued["uri"]).query)
    assert asked["secret"] == [issued["secret"].replace(" ", "")]
    listed = {one["user"]: one for one in here("central", "people", *data, "--json").json["people"]}
    assert [listed[user]["second_factor"] for user in ("supervisor", "clerk")] == [True, False]
    assert "secret" not in listed["supervisor"]

    app = _app(issued["secret"])
    pin = ("desk", "pin", "--as", "supervisor", "--json")
    assert here(*pin, profile=profile, CLERK_PIN="2580").refusal == "CODE_NEEDED"
    assert here(*pin, "--totp", app(), profile=profile, CLERK_PIN="1234").refusal == "PIN_WEAK"
    assert here(*pin, profile=profile, CLERK_PIN="2580", CLERK_TOTP=app(1)).json == {"user": "supervisor", "pin": True}
    central.stop()
    assert here(*pin, "--totp", app(1), profile=profile, CLERK_PIN="2580").refusal == "CODE_USED"


def test_whom_a_supervisor_lets_try_again(central: CentralProcess, profile: Path) -> None:
    first = ("desk", "pin", "--as", "clerk")
    assert here(*first, profile=profile, CLERK_PIN="2580").code == 0
    for _ in range(3):
        assert here(*first, profile=profile, CLERK_PIN="2580", CLERK_PASSWORD="sai").refusal == "SIGN_IN_WRONG"
    waits = here(*first, profile=profile, CLERK_PIN="2580", CLERK_PASSWORD="sai")
    assert waits.refusal in ("SIGN_IN_WAIT", "SIGN_IN_WRONG")
    unlock = ("desk", "unlock", "clerk", "--json")
    assert here(*unlock, "--as", "clerk2", profile=profile).refusal == "ROLE_MISSING"
    said = here(*unlock, "--as", "supervisor", profile=profile)
    assert said.json == {"user": "clerk", "by": "supervisor", "factor": "password", "offline": False}
    assert here(*first, profile=profile, CLERK_PIN="2580").code == 0


def test_accounts_of_one_person_and_a_factor_that_is_taken_back(central: CentralProcess) -> None:
    data = ("--data", central.folder)
    new = ("--user", "chau2", "--name", "Vũ Minh Châu", "--role", "clerk", "--office", "PC08-HN", "--person", "CA-117")
    made = here("central", "people", "add", *new, *data, "--json", CLERK_PASSWORD="long-enough-1").json
    assert (made["user"], made["person"]) == ("chau2", "CA-117")
    said = here("central", "people", "person", "supervisor", "--is", "CA-117", *data, "--json").json
    assert said == {"user": "supervisor", "person": "CA-117"}
    listed = {one["user"]: one["person"] for one in here("central", "people", *data, "--json").json["people"]}
    assert [listed[user] for user in ("chau2", "supervisor", "clerk")] == ["CA-117", "CA-117", ""]
    assert here("central", "people", "totp", "nobody", *data).refusal == "USER_UNKNOWN"
    assert here("central", "people", "totp", "chau2", *data).out.count("otpauth://totp/") == 1
    back = here("central", "people", "totp", "chau2", "--revoke", *data, "--json").json
    assert back == {"user": "chau2", "second_factor": False}


@pytest.mark.parametrize("command", [("dossier", "list"), ("exception", "list")])
def test_whoever_has_a_second_factor_can_read_with_it(
    central: CentralProcess, profile: Path, command: tuple[str, str]
) -> None:
    issued = here("central", "people", "totp", "supervisor", "--data", central.folder, "--json").json
    look = (*command, "--as", "supervisor", "--json")
    assert here(*look, profile=profile).refusal == "CODE_NEEDED"
    assert here(*look, "--totp", "000000", profile=profile).refusal == "CODE_WRONG"
    assert here(*look, "--totp", _app(issued["secret"])(0), profile=profile).json == []
