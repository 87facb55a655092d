"""Tokens of people on the command line: registered at central, used at a desk, on the spot and without a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clerk_app import settings
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.by_hand import opened
from clerk_app.central.subject import CONSOLE, proven_person
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.subject import AGREE
from clerk_app.domain.token_proofs import TokenProof
from tests.peers.central import CentralProcess
from tests.peers.commands import here
from tests.peers.erasing import SUBJECT, Held
from tests.peers.officer import HOLDER, PIN, Officer
from tests.peers.person_key import PersonKey
from tests.test_commands import TAKE

pytestmark = pytest.mark.wire
WEAK = "IDENTITY_WEAK"


@pytest.fixture
def profile(central: CentralProcess, tmp_path: Path, officer: Officer) -> Path:
    """A desk that is enrolled and reads tokens."""
    where = tmp_path / "desk"
    made = here("central", "enrol", "--station", "Q03", "--data", central.folder, "--json").json
    assert here("enrol", "--central", central.url, "--code", made["code"], profile=where).code == 0
    settings.change(where, signing_module=str(officer.module))
    return where


def test_who_has_which_token(central: CentralProcess, officer: Officer, tmp_path: Path) -> None:
    data, people = ("--data", central.folder), ("central", "people")
    token = (*people, "token")
    assert here(*token, "list", *data).out.strip() == "No token is registered."
    assert here(*token, "add", "supervisor", tmp_path / "none.pem", *data).refusal == "TOKEN_FILE"
    (tmp_path / "text.pem").write_text("no certificate", "utf-8")
    assert here(*token, "add", "supervisor", tmp_path / "text.pem", *data).refusal == "TOKEN_CERTIFICATE"
    assert here(*token, "add", "nobody", officer.newest, *data).refusal == "USER_UNKNOWN"
    mine = ("add", "supervisor", officer.newest, *data)
    assert here(*token, *mine, "--authority", officer.newest).refusal == "TOKEN_CERTIFICATE_FOREIGN"
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "office.pem").write_bytes(officer.ca.read_bytes())
    made = here(*token, *mine, "--json", CLERK_TOKEN_AUTHORITY=str(folder)).json
    assert (made["user"], made["holder"], made["removed"]) == ("supervisor", HOLDER, False)
    assert here(*token, "add", "clerk", officer.newest, *data).refusal == "TOKEN_TAKEN"
    listed = {one["user"]: one["tokens"] for one in here(*people, *data, "--json").json["people"]}
    assert (listed["supervisor"], listed["clerk"]) == ([made["certificate"]], [])
    assert "– token" in here(*people, *data).out
    begin = made["certificate"][:8]
    assert here(*token, "remove", "clerk", begin, *data).refusal == "TOKEN_UNKNOWN"
    assert here(*token, "remove", "supervisor", begin, *data, "--json").json["certificate"] == made["certificate"]
    assert here(*token, "list", "supervisor", *data).out.strip().endswith("– removed")


def test_from_the_command_that_registers_it_to_the_desk_without_a_line(
    central: CentralProcess, profile: Path, officer: Officer, tmp_path: Path
) -> None:
    data = ("--data", central.folder)
    here("central", "people", "token", "add", "supervisor", officer.newest, *data)
    unlock = ("desk", "unlock", "clerk", "--as", "supervisor", "--json")
    pin = ("desk", "pin", "--as", "clerk")
    assert here(*pin, profile=profile, CLERK_PIN="2580").code == 0
    assert here(*unlock, profile=profile).refusal == "TOKEN_NEEDED"
    assert here(*unlock, "--token", profile=profile).refusal == "TOKEN_PIN_MISSING"
    assert here(*unlock, "--token", profile=profile, CLERK_TOKEN_PIN="000000").refusal == "TOKEN_PIN_WRONG"
    done = here(*unlock, "--token", profile=profile, CLERK_TOKEN_PIN=PIN).json
    assert done == {"user": "clerk", "by": "supervisor", "factor": "token", "offline": False}

    facts = tmp_path / "FACTS.json"
    facts.write_text(json.dumps(TAKE | {"identity_level": "manual"}, ensure_ascii=False), "utf-8")
    code = str(here("dossier", "take", facts, "--json", profile=profile).json["code"])
    assert here("exception", "ask", code, WEAK, "--reason", "Chip bị xước", profile=profile).code == 0
    central.stop()
    (tmp_path / "password").write_text("practice\n", "utf-8")
    spot = ("exception", "decide", code, WEAK, "--grant", "--by", "supervisor", "--comment", "Đúng người")
    spot = (*spot, "--by-password-file", str(tmp_path / "password"))
    assert here(*spot, profile=profile).refusal == "TOKEN_NEEDED"
    assert here(*spot, "--by-token", profile=profile, CLERK_TOKEN_PIN="000000").refusal == "TOKEN_PIN_WRONG"
    granted = here(*spot, "--by-token", "--json", profile=profile, CLERK_TOKEN_PIN=PIN).json
    assert (granted["state"], granted["decided_by"]) == ("granted", "supervisor")
    officer.left(1)
    assert here(*spot, "--by-token", profile=profile, CLERK_TOKEN_PIN=PIN).refusal == "TOKEN_PIN_LAST_TRY"
    officer.whole()

    central.start()
    sent = here("deliver", "--json", profile=profile)
    assert sent.json["refused"] == 0, "central verified what the token had signed without a line"


def test_at_the_console_of_central(central: CentralProcess, officer: Officer, tmp_path: Path) -> None:
    held = Held(central, tmp_path)
    held.law(given_up=0)
    place = ("--data", central.folder)
    token = ("central", "people", "token")
    mine = here(*token, "add", "officer", officer.newest, *place, "--json").json["certificate"]
    module, pin = ("--token", "--token-module", officer.module), {"CLERK_TOKEN_PIN": PIN}
    erase = ("erase", SUBJECT, "--as", "officer", "--purpose", "SUBJECT")
    extract = ("extract", "--number", SUBJECT, "--purpose", "SUBJECT", "--out", tmp_path / "x.zip")
    for words in (erase, (*extract, "--as", "officer"), ("erasures", "--as", "officer")):
        assert held.command(*words).refusal == "TOKEN_NEEDED"
        assert held.command(*words, "--token", CLERK_TOKEN_PIN=PIN).refusal == "TOKEN_NOT_SET"
        assert held.command(*words, *module).refusal == "TOKEN_PIN_MISSING"
        assert held.command(*words, *module, CLERK_TOKEN_PIN="000000").refusal == "TOKEN_PIN_WRONG"
        assert held.command(*words, *module, **pin).code == 0
    assert held.command(*extract, "--as", "officer2", *module, **pin).refusal == "PROOF_OTHER_TOKEN"

    here(*token, "remove", "officer", mine, *place)
    here(*token, "add", "officer2", officer.newest, *place)
    second = ("--second", "officer2", "--second-password-file", held.password())
    digest = held.command(*erase).json["digest"]
    assert held.command(*erase, "--confirm", digest, *second).refusal == "TOKEN_NEEDED"
    agreed = (*erase, "--confirm", digest, *second, "--second-token", *module[1:])
    assert held.command(*agreed, **pin).refusal == "TOKEN_PIN_MISSING", "the first person's PIN is not theirs"
    assert held.command(*agreed, CLERK_SECOND_TOKEN_PIN=PIN).json["emptied"] == 5


def test_a_token_agrees_to_what_was_shown_and_to_nothing_else(central: CentralProcess, tmp_path: Path) -> None:
    held, key, now = Held(central, tmp_path), PersonKey(), hanoi_now()
    with opened(central.folder, central.database_url, central.blobs) as at:
        database, law = at.database, at.register.law.standing()
        people.add_token(database, "officer2", key.certificate, [], now)

        def agrees(second: TokenProof) -> str:
            try:
                return proven_person(database, law, "officer2", "practice", second, now, AGREE, "grant", "11" * 32).id
            except Refusal as refusal:
                return refusal.code

        assert agrees(key.answer("grant", CONSOLE, "officer2", now, "22" * 32)) == "PROOF_WRONG"
        assert agrees(key.answer("sign-in", CONSOLE, "officer2", now)) == "PROOF_WRONG"
        right = key.answer("grant", CONSOLE, "officer2", now, "11" * 32)
        assert agrees(right) == "officer2"
        assert agrees(right) == "PROOF_USED"
    assert held.erase(user="officer2").refusal == "TOKEN_NEEDED"
