"""A desk at work joins with its publisher's key, is told when it is missing, and comes right when it is given late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import bootstrap, settings
from tests.peers.commands import ROOT, here
from tests.peers.pack import newer_pack, sign_as

pytestmark = pytest.mark.wire
OFFICE = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
KEY = OFFICE.public_key().public_bytes_raw().hex()
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32).public_key().public_bytes_raw().hex()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A central for real work on loopback, with an office, that hands out the office's own law."""
    data, pack = tmp_path / "central", newer_pack(tmp_path, "2026.12.1")
    sign_as(pack, "2026.12.1", OFFICE.private_bytes_raw())
    office = ("--code", "PC08", "--name-vi", "Phòng CSGT", "--name-en", "Traffic Police", "--unit-code", "G01.801.308")
    made = here("central", "add-office", *office, "--counter", "Q01", "--data", data)
    assert made.code == 0, made
    serve = ("central", "--data", data, "--listen", "127.0.0.1:0", "--catalogue", pack, "--catalogue-key", KEY)
    process = subprocess.Popen(
        [sys.executable, "-m", "clerk_app", *map(str, serve)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["listening"]
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture
def enrol(url: str, tmp_path: Path) -> tuple[str, ...]:
    made = here("central", "enrol", "--station", "Q01", "--data", tmp_path / "central", "--json")
    return "enrol", "--central", url, "--code", made.json["code"], "--json"


def test_without_a_publishers_key_it_is_refused_before_the_code_is_used_up(
    enrol: tuple[str, ...], tmp_path: Path
) -> None:
    profile = tmp_path / "desk"
    refused = here(*enrol, profile=profile)
    assert refused.refusal == "CATALOGUE_KEY_MISSING"
    assert "--catalogue-key" in refused.err
    assert "settings.json" in refused.err
    assert here(*enrol, "--catalogue-key", "abcd", profile=profile).refusal == "CATALOGUE_KEY_UNREADABLE"
    joined = here(*enrol, "--catalogue-key", KEY, profile=profile)
    assert (joined.code, joined.json["station"], joined.json["catalogue_refused"]) == (0, "Q01", None)
    assert settings.load(profile).catalogue_key == KEY
    assert here("deliver", "--once", profile=profile).code == 0
    assert here("deliver", "status", profile=profile).code == 0


def test_central_names_the_option_that_says_whose_catalogue_counts(url: str, tmp_path: Path) -> None:
    given = ("--data", tmp_path / "central", "--catalogue", tmp_path / "nowhere")
    given[3].mkdir()
    pack = newer_pack(given[3], "2026.12.2")
    sign_as(pack, "2026.12.2", OFFICE.private_bytes_raw())
    take = ("central", "take", tmp_path / "none.quay", "--answer", tmp_path / "answer.quay")
    for command in (("central", "--listen", "127.0.0.1:0"), take):
        said = here(*command, *given[:3], pack)
        assert said.refusal == "PACK_SIGNATURE"
        assert "--catalogue-key" in said.err


@pytest.mark.parametrize("before", [STRANGER, ""])
def test_a_key_that_comes_late_brings_the_law_with_the_next_delivery(
    enrol: tuple[str, ...], tmp_path: Path, before: str
) -> None:
    profile = tmp_path / "desk"
    joined = here(*enrol, "--catalogue-key", STRANGER, profile=profile)
    assert joined.code == 0
    refusal = joined.json["catalogue_refused"]
    assert (refusal["version"], refusal["code"]) == ("2026.12.1", "PACK_SIGNATURE")
    assert "catalogue_key" in refusal["remedy"]
    # As a release that did not ask for the key left it, or with the key of somebody else.
    settings.change(profile, catalogue_key=before)
    code = "CATALOGUE_NOT_HERE" if before else "CATALOGUE_KEY_MISSING"
    status = here("deliver", "status", profile=profile)
    assert status.code == 1
    assert f"\n{code}: " in status.out
    assert "\nPACK_SIGNATURE: Catalogue 2026.12.1 from central" in status.out
    assert here("deliver", "--once", profile=profile).refusal == ("PACK_SIGNATURE" if before else code)
    settings.change(profile, catalogue_key=KEY)
    assert here("deliver", "--once", profile=profile).code == 0
    status = here("deliver", "status", "--json", profile=profile)
    assert (status.code, status.json["catalogue_refused"]) == (0, None)
    law = bootstrap.law_of(profile, settings.load(profile), practice=False)
    assert (law.pack.version, law.troubles) == ("2026.12.1", ())
