"""An officer's signing token: SoftHSM2 in a folder of its own, behind a library that minds its PIN as a card does.

Its keys are made on it; a small authority of this test's own certifies them. `python -m tests.peers.officer FOLDER`
puts one key and its certificate on the token, in a process of its own: a token's library belongs to a whole process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
ROOT = Path(__file__).parents[2]
PIN, SO_PIN = "246810", "135791"
HOLDER = "Nguyễn Thị Hoa Mai"
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass
class Officer:
    """One token in its folder, and the authority that certifies what is on it."""

    folder: Path

    @property
    def module(self) -> Path:
        """The library that minds its PIN."""
        return self.folder / "strict.so"

    @property
    def ca(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    @property
    def newest(self) -> Path:
        """The certificate that was put there last, as a file of its own."""
        return self.folder / "newest.der"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find this very token."""
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"), "STRICT_TOKEN": str(self.folder)}

    def put(self, kind: str = "rsa", label: str = "Signing", **other: object) -> None:
        """A new key with its certificate: `kind` rsa or ec, `bits`, `holder`, `usage`, `days` (from, to).

        `key` is false for a certificate whose key is elsewhere, `ca` true for an authority's.
        """
        asked = {"kind": kind, "label": label} | other
        self._run(sys.executable, "-m", "tests.peers.officer", str(self.folder), json.dumps(asked))

    def wipe(self) -> None:
        """An empty token, its PIN as it was."""
        shutil.rmtree(self.folder / "tokens")
        (self.folder / "tokens").mkdir()
        self.init("Officer")
        self.whole()

    def init(self, label: str) -> None:
        """Set up one more token."""
        self._run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)

    def whole(self) -> None:
        """All tries left, nothing broken, no PIN tried yet."""
        for name in ("tries", "logins", "fault"):
            (self.folder / name).unlink(missing_ok=True)

    def breaks(self, what: str, at: int = 1) -> None:
        """From the next process on: crash, hang, gone, refuse, garble at that signature; deaf at once."""
        (self.folder / "fault").write_text(f"{what} {at}", "ascii")

    def left(self, tries: int) -> None:
        """So many tries of the PIN are left."""
        (self.folder / "tries").write_text(str(tries), "ascii")

    @property
    def logins(self) -> int:
        """How often a PIN was tried."""
        path = self.folder / "logins"
        return int(path.read_text("ascii")) if path.exists() else 0

    def _run(self, *command: str) -> None:
        environment = os.environ | self.environment | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def token(folder: Path) -> Iterator[Officer]:
    """An empty token; whatever this process starts meanwhile sees it."""
    if not SOFTHSM.exists():
        pytest.skip("SoftHSM2 is not installed (softhsm2)")
    if shutil.which("gcc") is None:
        pytest.skip("no C compiler (gcc)")
    officer = Officer(folder)
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n", "utf-8"
    )
    source = Path(__file__).with_name("strict_token.c")
    macro = f'-DSOFTHSM="{SOFTHSM}"'
    command = ["gcc", "-shared", "-fPIC", "-w", "-O1", macro, "-o", str(officer.module), str(source), "-ldl"]
    subprocess.run(command, check=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.key").write_bytes(pem)
    ca = certificate(folder, key.public_key(), holder="CA nội bộ", ca=True, usage=["key_cert_sign", "crl_sign"])
    officer.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in officer.environment.items():
            patch.setenv(name, value)
        officer.init("Officer")
        yield officer


@pytest.fixture(scope="session")
def signing_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Officer]:
    """A token with one RSA key, certified."""
    with token(tmp_path_factory.mktemp("officer") / "token") as officer:
        officer.put()
        yield officer


@pytest.fixture
def officer(signing_token: Officer) -> Iterator[Officer]:
    """The token with one RSA key, all tries left and nothing broken."""
    signing_token.whole()
    yield signing_token
    signing_token.whole()


@pytest.fixture
def blank(signing_token: Officer) -> Iterator[Officer]:
    """An empty token; afterwards it is as it was for the others."""
    signing_token.wipe()
    yield signing_token
    signing_token.wipe()
    signing_token.put()


def certificate(
    folder: Path,
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    holder: str = HOLDER,
    usage: list[str] | None = None,
    days: tuple[int, int] = (-10, 300),
    ca: bool = False,
) -> x509.Certificate:
    """A certificate of this folder's authority."""
    key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    used = dict.fromkeys(USAGES, False) | dict.fromkeys(usage or ["digital_signature", "content_commitment"], True)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA nội bộ")]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**used), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _put(folder: Path, asked: dict[str, object]) -> None:
    import secrets

    import pkcs11
    from pkcs11 import Attribute, KeyType, ObjectClass
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
    from pkcs11.util.rsa import encode_rsa_public_key

    kind, label, with_key = asked.pop("kind"), str(asked.pop("label")), asked.pop("key", True)
    bits = asked.pop("bits", 2048)
    name = secrets.token_bytes(8)
    library = pkcs11.lib(str(SOFTHSM))
    with library.get_token(token_label=str(asked.pop("token", "Officer"))).open(user_pin=PIN, rw=True) as session:
        shared = {"id": name, "label": label, "store": bool(with_key)}
        if kind == "rsa":
            public, _ = session.generate_keypair(KeyType.RSA, bits, **shared)
            der = encode_rsa_public_key(public)
        else:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            public, _ = session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(**shared)
            der = encode_ec_public_key(public)
        made = certificate(folder, serialization.load_der_public_key(der), **asked)  # type: ignore[arg-type]
        (folder / "newest.der").write_bytes(made.public_bytes(serialization.Encoding.DER))
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.ID: name,
                Attribute.LABEL: label,
                Attribute.SUBJECT: made.subject.public_bytes(),
                Attribute.VALUE: made.public_bytes(serialization.Encoding.DER),
            }
        )


if __name__ == "__main__":
    _put(Path(sys.argv[1]), json.loads(sys.argv[2]))
