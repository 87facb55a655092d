"""`trust sign`, `trust import`, `trust show`: from the publisher's folder to what a card is worth at this desk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import bootstrap, settings
from clerk_app.devices.emrtd import trust
from clerk_app.practice import specimens
from tests.peers import pki
from tests.peers.commands import Said, here

_KEY = Ed25519PrivateKey.generate()
TODAY = bootstrap.now()
DAY = pki.DAY
TRAINING_KEY = bootstrap.RESOURCES / "practice" / "catalogue_publisher.key"


def desk(folder: Path, *, practice: bool = False, office: str = "PC08") -> Path:
    """The profile of an enrolled desk, as far as trust needs one."""
    folder.mkdir()
    station = {
        "station": "Q01-1",
        "counter": "Q01",
        "office": office,
        "office_name_vi": "Phòng CSGT",
        "office_name_en": "Traffic Police",
        "unit_code": "G01.801.308",
        "practice": practice,
        "central": "http://127.0.0.1:9",
        "central_id": "00",
    }
    (folder / bootstrap.STATION).write_text(json.dumps(station), "utf-8")
    if not practice:
        settings.change(folder, catalogue_key=_KEY.public_key().public_bytes_raw().hex())
    return folder


def key(folder: Path) -> Path:
    path = folder / "office.key"
    path.write_text(_KEY.private_bytes_raw().hex())
    return path


def package(folder: Path, version: str = "1", office: str = "PC08", **files: bytes) -> Path:
    """A folder made a package by the command."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    said = here(
        "trust", "sign", folder, "--key", key(folder.parent), "--office", office, "--version", version, "--json"
    )
    assert said.code == 0, said
    assert said.json["files"] == sorted(name.replace("_", ".") for name in files)
    return folder


def taken(path: Path, profile: Path) -> Said:
    return here("trust", "import", path, "--json", profile=profile)


def test_from_the_publisher_to_the_desk(tmp_path: Path) -> None:
    root = pki.csca(start=TODAY - 900 * DAY, end=TODAY + 900 * DAY)
    new = pki.csca("p384", start=TODAY - DAY, end=TODAY + 3000 * DAY)
    german = pki.csca(country="DE", start=TODAY - DAY)
    listed = pki.master_list(
        [german, new], pki.signer(german, country="DE", start=TODAY - DAY, purposes=[pki.MASTER_LIST_SIGNER])
    )
    crl = pki.revocations(root, [5], start=TODAY - 3 * DAY, end=TODAY + 30 * DAY)
    profile = desk(tmp_path / "desk")
    assert here("trust", "show", "--json", profile=profile).json["check"]["state"] == "fail"
    folder = package(
        tmp_path / "package",
        csca_pem=root.pem,
        link_der=pki.link(root, new, start=TODAY - DAY).der,
        german_cer=german.der,
        all_ml=listed,
        csca_crl=crl,
    )
    said = taken(folder, profile)
    assert said.code == 0, said
    assert said.json == here("trust", "show", "--json", profile=profile).json
    assert said.json["package"]["version"] == "1"
    assert [(one["linked"], one["state"]) for one in said.json["authorities"]] == [
        (False, "in_force"),
        (True, "in_force"),
        (False, "in_force"),
    ]
    assert [(one["revoked"], one["age_days"], one["current"]) for one in said.json["revocations"]] == [(1, 3, True)]
    assert (said.json["other_states"], said.json["not_believed"], said.json["check"]["state"]) == (1, [], "ok")
    shown = here("trust", "show", profile=profile)
    assert "1 revoked, 3 days old" in shown.out
    assert "(new key, by link)" in shown.out
    chosen = settings.load(profile)
    blobs = bootstrap.trusted_certificates(profile, chosen, practice=False)
    assert len(trust.store_of(blobs, practice=False).authorities) == 3


def test_a_zip_is_the_same_package(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "csca.pem").write_bytes(pki.csca().pem)
    signed = ("--key", key(tmp_path), "--office", "PC08", "--version", "2026.11", "--name", "CSCA Việt Nam")
    said = here("trust", "sign", folder, *signed, "--out", tmp_path / "p.zip")
    assert said.out == "Signed package 2026.11 for PC08, files: 1.\n"
    profile = desk(tmp_path / "desk")
    assert taken(tmp_path / "p.zip", profile).json["package"]["name"] == "CSCA Việt Nam"


def test_what_is_refused_leaves_the_package_in_use(tmp_path: Path) -> None:
    profile = desk(tmp_path / "desk")
    good = package(tmp_path / "two", "2", csca_pem=pki.csca().pem)
    old = package(tmp_path / "one", "1", csca_pem=pki.csca().pem)
    other = package(tmp_path / "other", "3", office="PC09", csca_pem=pki.csca().pem)
    nothing = package(tmp_path / "nothing", "3", csca_pem=pki.csca(country="DE").pem, more_pem=specimens.authority())
    german = pki.csca(country="DE", start=TODAY - 90 * DAY)
    ended = {"start": TODAY - 90 * DAY, "end": TODAY - DAY}
    late = pki.signer(german, country="DE", purposes=[pki.MASTER_LIST_SIGNER], **ended)
    expired = package(
        tmp_path / "expired", "3", csca_pem=pki.csca().pem, de_pem=german.pem, all_ml=pki.master_list([german], late)
    )
    stranger = Path(shutil.copytree(good, tmp_path / "stranger"))
    again = here("trust", "sign", stranger, "--key", TRAINING_KEY, "--office", "PC08", "--version", "9")
    assert again.code == 0, again
    assert taken(good, profile).code == 0
    before = here("trust", "show", "--json", profile=profile).json
    for path, code in (
        (old, "TRUST_OLDER"),
        (other, "TRUST_OTHER_OFFICE"),
        (nothing, "TRUST_NOTHING"),
        (expired, "TRUST_LIST_EXPIRED"),
        (stranger, "TRUST_SIGNATURE"),
        (tmp_path / "gone.zip", "TRUST_MISSING"),
    ):
        assert taken(path, profile).refusal == code
        assert here("trust", "show", "--json", profile=profile).json == before
    settings.change(profile, catalogue_key="")
    assert taken(good, profile).refusal == "CATALOGUE_KEY_MISSING"
    assert taken(good, tmp_path / "nobody").refusal == "NOT_ENROLLED"


def test_loose_files_are_not_believed_and_the_remedy_is_named(tmp_path: Path) -> None:
    profile = desk(tmp_path / "desk")
    (profile / "trust").mkdir()
    (profile / "trust" / "csca.pem").write_bytes(pki.csca().pem)
    shown = here("trust", "show", "--json", profile=profile).json
    assert (shown["authorities"], shown["loose"], shown["check"]["state"]) == ([], ["csca.pem"], "fail")
    assert "clerk trust sign" in shown["check"]["remedy"]
    assert bootstrap.trusted_certificates(profile, settings.load(profile), practice=False) == ()


@pytest.mark.parametrize("practice", [True, False])
def test_training_practises_the_import_and_believes_nobody_new(tmp_path: Path, practice: bool) -> None:
    """Everybody knows the training publisher's key: its packages count in training only, and bring no authority."""
    profile = desk(tmp_path / "desk", practice=practice)
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "csca.pem").write_bytes(pki.csca().pem)
    signed = here("trust", "sign", folder, "--key", TRAINING_KEY, "--office", "PC08", "--version", "1")
    assert signed.code == 0, signed
    said = taken(folder, profile)
    if not practice:
        assert said.refusal == "TRUST_SIGNATURE"
        return
    assert [one["sha256"] for one in said.json["authorities"]] == [trust.authority.SPECIMEN_CSCA_SHA256]
    assert [one["reason"] for one in said.json["not_believed"]] == ["NOT_SPECIMEN"]
