"""`openssl` judges what the specimen authority signed: SOD, EF.CardSecurity, revocation list, link, master list."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import core, parser

from clerk_app.practice import card_contents, card_keys, card_security, card_signing, specimens
from clerk_app.practice.card_faults import parse

FOLDER = specimens.folder()
OPENSSL = shutil.which("openssl") or "openssl"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def openssl(*arguments: str | Path, into: Path) -> tuple[bool, str]:
    done = subprocess.run([OPENSSL, *map(str, arguments)], cwd=into, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def sod(*faults: str) -> bytes:
    """The signed data inside EF.SOD."""
    outer = card_contents.files(specimens.specimen(1), parse(faults))[0x011D]
    return bytes(parser.parse(outer)[4])


def verified(message: bytes, into: Path, *trusted: str) -> tuple[bool, str]:
    """What `openssl cms -verify` says with these certificates and the revocation list."""
    (into / "message.der").write_bytes(message)
    crl = subprocess.run([OPENSSL, "crl", "-inform", "DER", "-in", FOLDER / "specimen.crl"], capture_output=True)
    files = [(FOLDER / name).read_bytes() for name in ("specimen-csca.pem", *trusted)]
    (into / "trusted.pem").write_bytes(b"".join((*files, crl.stdout)))
    command = ["cms", "-verify", "-inform", "DER", "-in", "message.der", "-out", "content", "-CAfile", "trusted.pem"]
    return openssl(*command, "-purpose", "smimesign", "-crl_check", into=into)


@pytest.mark.parametrize(
    "fault", ["", "rsa-signer", "pss-signer", "sha1", "sha384", "sha512", "unlisted-dg13", "no-keys"]
)
def test_a_card_that_was_signed_in_order_is_accepted(fault: str, tmp_path: Path) -> None:
    good, said = verified(sod(*([fault] if fault else [])), tmp_path)
    assert good, said
    listed = core.load((tmp_path / "content").read_bytes())
    numbers = [int(entry[0].native) for entry in core.SequenceOf.load(listed[2].dump(), spec=core.Sequence)]
    groups = {1, 2, 3, 13, 14, 15} - ({13} if fault == "unlisted-dg13" else {14, 15} if fault == "no-keys" else set())
    assert set(numbers) == groups


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong-signature", "verification failure"),
        ("unknown-signer", "unable to get local issuer certificate"),
        ("expired-signer", "certificate has expired"),
        ("future-signer", "certificate is not yet valid"),
        ("wrong-key-usage", "unsuitable certificate purpose"),
        ("revoked-signer", "certificate revoked"),
        ("explicit-curve", "explicit ECC parameters"),
        ("renewed-authority", "unable to get local issuer certificate"),
    ],
)
def test_each_special_signer_is_refused_for_its_own_reason(fault: str, reason: str, tmp_path: Path) -> None:
    good, said = verified(sod(fault), tmp_path)
    assert not good
    assert reason in said


def test_the_second_generation_is_believed_through_the_link(tmp_path: Path) -> None:
    (tmp_path / "signer.pem").write_bytes((FOLDER / "specimen-signer-renewed.pem").read_bytes())
    root, link = FOLDER / "specimen-csca.pem", FOLDER / "specimen-link.pem"
    good, said = openssl("verify", "-CAfile", root, "-untrusted", link, "signer.pem", into=tmp_path)
    assert good, said
    assert not openssl("verify", "-CAfile", root, "signer.pem", into=tmp_path)[0]
    assert openssl("verify", "-CAfile", FOLDER / "specimen-csca-2.pem", "signer.pem", into=tmp_path)[0]


def test_any_octet_of_the_signed_list_that_changes_is_noticed(tmp_path: Path) -> None:
    message = sod()
    verified(message, tmp_path)
    content = (tmp_path / "content").read_bytes()
    start = message.index(content)
    for at in range(start + 40, start + len(content), 17):
        forged = message[:at] + bytes((message[at] ^ 1,)) + message[at + 1 :]
        assert not verified(forged, tmp_path)[0]


def test_the_card_security_file_is_signed_and_holds_the_key_of_chip_authentication(tmp_path: Path) -> None:
    faults = parse(["pace=cam-aes128-bp256+gm-aes128-bp256"])
    key = card_keys.agreement_key(1, faults)
    good, said = verified(card_security.card_security(faults, key, card_signing.signer(faults)), tmp_path)
    assert good, said
    assert key.curve.dump(key.public) in (tmp_path / "content").read_bytes()


def test_the_master_list_is_signed_and_lists_both_generations(tmp_path: Path) -> None:
    message = (FOLDER / "specimen-masterlist.ml").read_bytes()
    (tmp_path / "list.der").write_bytes(message)
    command = ["cms", "-verify", "-inform", "DER", "-in", "list.der", "-out", "content", "-purpose", "any"]
    good, said = openssl(*command, "-CAfile", FOLDER / "specimen-csca.pem", into=tmp_path)
    assert good, said
    listed = (tmp_path / "content").read_bytes()
    for name in ("specimen-csca.pem", "specimen-csca-2.pem", "specimen-link.pem"):
        good, der = openssl("x509", "-in", FOLDER / name, "-outform", "DER", "-out", "one.der", into=tmp_path)
        assert good, der
        assert (tmp_path / "one.der").read_bytes() in listed


def test_the_revocation_list_is_signed_and_names_the_revoked_signer_alone(tmp_path: Path) -> None:
    crl = ["crl", "-inform", "DER", "-in", FOLDER / "specimen.crl", "-noout"]
    good, said = openssl(*crl, "-CAfile", FOLDER / "specimen-csca.pem", "-text", into=tmp_path)
    assert good, said
    assert "verify OK" in said
    assert said.count("Serial Number") == 1
    _, serial = openssl("x509", "-in", FOLDER / "specimen-signer-revoked.pem", "-noout", "-serial", into=tmp_path)
    assert serial.strip().partition("=")[2] in said
