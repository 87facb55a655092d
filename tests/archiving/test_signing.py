"""Signing with a real token: what others say of the signature, how the PIN is minded, what a broken token does."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.archiving.copies import PdfArchive
from clerk_app.archiving.faults import ARCHIVE, SIGN
from clerk_app.archiving.signing import Pkcs11Signer
from clerk_app.archiving.signing_wire import Begin
from clerk_app.desk.page_ports import ArchiveLabel, SigningToken
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import DeviceFault
from tests.peers.officer import HOLDER, PIN, SOFTHSM, Officer
from tests.peers.paper_pages import page
from tests.peers.processes import children

pytestmark = pytest.mark.wire
RESOURCES = Path(__file__).parents[2] / "resources"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=HANOI)
LABEL = ArchiveLabel("Giấy khám sức khỏe", "GKSK", "G01.801.308-261123-000128", "Phòng CSGT", False)
ARCHIVE_ROOM = PdfArchive(RESOURCES)


@lru_cache
def copy(text: str = "Giấy khám sức khỏe") -> bytes:
    return ARCHIVE_ROOM.copy(LABEL, [page((600, 400), lines=(text,))], AT)


def signer(officer: Officer, *, trust: bool = True, patience_s: float = 60.0) -> Pkcs11Signer:
    return Pkcs11Signer(str(officer.module), officer.ca if trust else None, patience_s=patience_s)


def signed(officer: Officer, *pdfs: bytes, token: SigningToken | None = None, pin: str = PIN) -> list[bytes]:
    found: dict[int, bytes] = {}
    desk = signer(officer)
    desk.sign(pdfs or (copy(),), token or desk.tokens()[0], pin, found.__setitem__)
    return [found[number] for number in range(len(found))]


def fault(work) -> str:  # type: ignore[no-untyped-def]
    before = children()
    with pytest.raises(DeviceFault) as refusal:
        work()
    assert children() == before, "the worker is gone"
    return refusal.value.code


def judged(officer: Officer, pdf: bytes) -> str:
    """What the worker would say, asked in this process: starting one takes a second."""
    from clerk_app.archiving.pades import worth

    return worth(pdf, (officer.ca.read_bytes(),))


# ---- the signature


@pytest.mark.parametrize(
    ("kind", "usage"), [("rsa", ["content_commitment"]), ("ec", ["digital_signature", "key_encipherment"])]
)
def test_a_signature_that_others_accept(blank: Officer, tmp_path: Path, kind: str, usage: list[str]) -> None:
    blank.put(kind, usage=usage)
    (pdf,) = signed(blank)
    assert pdf.startswith(copy()), "the copy itself is untouched"
    assert judged(blank, pdf) == "good"
    assert ARCHIVE_ROOM.problems(pdf) == ()
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    for words in (f"Common Name: {HOLDER}", "SHA-256", "ETSI.CAdES.detached", "Total document signed", "is Valid"):
        assert words in told, told
    subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=True)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "Giấy khám sức khỏe" in text


def test_a_list_is_signed_with_one_pin_and_each_is_handed_over_as_it_is_done(officer: Officer) -> None:
    pdfs = [copy(text) for text in ("một", "hai", "ba")]
    done = signed(officer, *pdfs)
    assert [one.startswith(pdf) for one, pdf in zip(done, pdfs, strict=True)] == [True] * 3
    assert officer.logins == 1
    assert {judged(officer, one) for one in done} == {"good"}


def test_a_copy_of_many_pieces_goes_over_and_comes_back(officer: Officer) -> None:
    import os

    from PIL import Image

    from clerk_app.desk.page_ports import ArchivePage

    out = BytesIO()
    Image.frombytes("RGB", (1800, 1800), os.urandom(1800 * 1800 * 3)).save(out, "PNG")
    large = ARCHIVE_ROOM.copy(LABEL, [ArchivePage(out.getvalue(), "image/png", 1800, 1800, 300)], AT)
    assert len(large) > 2 * 4 * 1024 * 1024
    (done,) = signed(officer, large)
    assert done.startswith(large)
    assert judged(officer, done) == "good"


def test_what_a_signature_is_worth(officer: Officer, tmp_path: Path) -> None:
    (pdf,) = signed(officer)
    assert signer(officer).verdict(copy()) == "unsigned"
    assert signer(officer, trust=False).verdict(pdf) == "untrusted"
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "office.crt").write_bytes(officer.ca.read_bytes())
    (folder / "readme.txt").write_text("not a certificate", "utf-8")
    assert Pkcs11Signer("", folder).verdict(pdf) == "good"
    assert signer(officer).verdict(b"%PDF-1.7 nothing") == "altered"
    (folder / "office.crt").write_bytes(b"no certificate")
    assert fault(lambda: Pkcs11Signer("", folder).verdict(pdf)) == "SIGN_TRUST_UNREADABLE"
    assert fault(lambda: Pkcs11Signer("", tmp_path / "gone.pem").verdict(pdf)) == "SIGN_TRUST_UNREADABLE"


def test_what_was_added_after_the_signature_is_an_alteration(officer: Officer) -> None:
    (pdf,) = signed(officer)
    with pikepdf.open(BytesIO(pdf)) as opened:
        out = BytesIO()
        opened.save(out)
    assert judged(officer, out.getvalue()) == "altered"
    assert judged(officer, pdf + b"\n% more\n") == "altered"
    assert judged(officer, pdf[:-20]) == "altered"


@pytest.fixture(scope="module")
def sealed(signing_token: Officer) -> tuple[bytes, bytes]:
    """A signed copy, and the certificate it leads to."""
    signing_token.whole()
    return signed(signing_token)[0], signing_token.ca.read_bytes()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_flipped_bit_anywhere_is_found(sealed: tuple[bytes, bytes], data: st.DataObject) -> None:
    """In the worker's own room, or as many processes would be started: what it answers is what the desk hears.

    Half of the places are in what the signature added, where few octets are covered by nothing but a look at them.
    """
    from clerk_app.archiving.pades import worth

    pdf, ca = sealed
    anywhere, added = st.integers(0, len(pdf) - 1), st.integers(len(copy()), len(pdf) - 1)
    at, bit = data.draw(st.one_of(anywhere, added)), data.draw(st.integers(0, 7))
    changed = pdf[:at] + bytes([pdf[at] ^ 1 << bit]) + pdf[at + 1 :]
    logging.disable()
    try:
        assert worth(changed, (ca,)) != "good", (at, bit)
    finally:
        logging.disable(logging.NOTSET)


# ---- which certificate


def test_two_certificates_with_one_label_are_told_apart(blank: Officer, tmp_path: Path) -> None:
    blank.put(label="Signing", holder="Lê Văn Một")
    blank.put("ec", label="Signing", holder="Lê Văn Hai")
    desk = signer(blank)
    tokens = desk.tokens()
    assert {token.holder for token in tokens} == {"Lê Văn Một", "Lê Văn Hai"}
    assert len({token.certificate_sha256 for token in tokens}) == 2
    for token in tokens:
        (pdf,) = signed(blank, token=token)
        (tmp_path / "signed.pdf").write_bytes(pdf)
        command = ["pdfsig", str(tmp_path / "signed.pdf")]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        assert f"Common Name: {token.holder}\n" in told


def test_two_tokens_with_one_label_are_told_apart_by_their_serial(blank: Officer) -> None:
    blank.put(holder="Lê Văn Một")
    blank.init("Officer")
    assert len(signer(blank).tokens()) == 1, "the other one is empty"
    assert signer(blank).tokens()[0].holder == "Lê Văn Một"


def test_a_certificate_for_something_else_an_authoritys_and_none_at_all(blank: Officer) -> None:
    assert fault(signer(blank).tokens) == "SIGN_NO_CERTIFICATE"
    blank.put(ca=True, usage=["key_cert_sign"], holder="CA khác")
    assert fault(signer(blank).tokens) == "SIGN_NO_CERTIFICATE"
    blank.put(usage=["key_encipherment"])
    assert fault(signer(blank).tokens) == "SIGN_KEY_USAGE"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"days": [-400, -1]}, "SIGN_EXPIRED"),
        ({"days": [2, 400]}, "SIGN_NOT_YET"),
        ({"bits": 1024}, "SIGN_KEY_KIND"),
        ({"key": False}, "SIGN_NO_KEY"),
    ],
)
def test_what_cannot_sign_is_said_by_name(blank: Officer, other: dict[str, object], code: str) -> None:
    blank.put(**other)  # type: ignore[arg-type]
    (token,) = signer(blank).tokens()
    assert fault(lambda: signed(blank, token=token)) == code
    assert blank.logins == (1 if code == "SIGN_NO_KEY" else 0), "no try is spent on what can be known before"


def test_another_token_than_the_one_that_was_seen(blank: Officer) -> None:
    blank.put()
    (token,) = signer(blank).tokens()
    blank.wipe()
    assert fault(lambda: signed(blank, token=token)) == "SIGN_TOKEN_MISSING"
    assert blank.logins == 0


# ---- the PIN


def test_a_wrong_pin_is_counted_and_the_last_try_is_asked_for(officer: Officer) -> None:
    """Three tries: one wrong, two wrong and said what is left, then none is spent before somebody knows."""
    (token,) = signer(officer).tokens()
    assert (token.state, token.tries) == ("ready", None)
    assert fault(lambda: signed(officer, token=token, pin="000000")) == "SIGN_PIN_WRONG"
    assert fault(lambda: signed(officer, token=token, pin="000001")) == "SIGN_PIN_WRONG_ONE_LEFT"
    assert fault(lambda: signed(officer, token=token)) == "SIGN_PIN_LAST_TRY"
    assert officer.logins == 2, "the right PIN was not tried either: nobody knew that it was the last"
    (token,) = signer(officer).tokens()
    assert (token.state, token.tries) == ("last_try", 1)
    assert len(signed(officer, token=token)) == 1
    (token,) = signer(officer).tokens()
    assert token.state == "ready", "a right PIN gives the tries back"


def test_a_locked_token_says_so_and_is_left_alone(officer: Officer) -> None:
    officer.left(1)
    (token,) = signer(officer).tokens()
    assert fault(lambda: signed(officer, token=token, pin="000000")) == "SIGN_PIN_LOCKED"
    (token,) = signer(officer).tokens()
    assert (token.state, token.tries) == ("locked", 0)
    assert fault(lambda: signed(officer, token=token)) == "SIGN_PIN_LOCKED"
    assert officer.logins == 1


def test_a_pin_that_has_to_be_changed_first_is_not_called_wrong(officer: Officer) -> None:
    (token,) = signer(officer).tokens()
    officer.breaks("expired")
    assert fault(lambda: signed(officer, token=token)) == "SIGN_PIN_TO_BE_SET"


def test_an_empty_pin_is_no_try(officer: Officer) -> None:
    assert fault(lambda: signed(officer, pin="")) == "SIGN_PIN_EMPTY"
    assert officer.logins == 0


def test_the_pin_is_in_no_argument_environment_log_or_repr(
    officer: Officer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that writes down how it was started, then does its work."""
    caplog.set_level(logging.DEBUG)
    seen = tmp_path / "seen"
    spy = (
        f"import os,pathlib,runpy;p=pathlib.Path('/proc/self');"
        f"pathlib.Path({str(seen)!r}).write_bytes(p.joinpath('cmdline').read_bytes()+p.joinpath('environ').read_bytes());"
        f"runpy.run_module('clerk_app.archiving.signing_worker',run_name='__main__')"
    )
    pin = "s3cret-0f-Hoa"
    desk = Pkcs11Signer(str(officer.module), command=(sys.executable, "-c", spy))
    (token,) = signer(officer).tokens()
    with pytest.raises(DeviceFault) as refusal:
        desk.sign([copy()], token, pin, lambda _number, _pdf: None)
    assert refusal.value.code == "SIGN_PIN_WRONG"
    assert b"signing_worker" in seen.read_bytes()
    assert pin.encode() not in seen.read_bytes()
    chain = [refusal.value, refusal.value.__cause__, refusal.value.__context__]
    assert pin not in " ".join(map(repr, chain)) + caplog.text
    assert pin not in repr(Begin("m", "s", "c", False, pin))
    assert HOLDER not in repr(token)


# ---- what breaks


def test_no_token_no_library_no_package(officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (token,) = signer(officer).tokens()
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "other.conf"))
    (tmp_path / "none").mkdir()
    (tmp_path / "other.conf").write_text(f"directories.tokendir = {tmp_path / 'none'}\n", "utf-8")
    assert fault(signer(officer).tokens) == "SIGN_TOKEN_MISSING"
    assert fault(lambda: signed(officer, token=token)) == "SIGN_TOKEN_MISSING"
    assert fault(Pkcs11Signer(str(tmp_path / "gone.so")).tokens) == "SIGN_MODULE_MISSING"
    (tmp_path / "text.so").write_text("no library", "ascii")
    assert fault(Pkcs11Signer(str(tmp_path / "text.so")).tokens) == "SIGN_MODULE_MISSING"
    assert fault(Pkcs11Signer("").tokens) == "SIGN_NOT_SET"
    assert not Pkcs11Signer("").available()
    assert Pkcs11Signer(str(SOFTHSM)).available()
    monkeypatch.setattr("clerk_app.archiving.signing.find_spec", lambda _name: None)
    assert not Pkcs11Signer(str(SOFTHSM)).available()
    assert fault(signer(officer).tokens) == "SIGN_NOT_INSTALLED"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("crash", "SIGN_CRASHED"),
        ("gone", "SIGN_TOKEN_MISSING"),
        ("refuse", "SIGN_TOKEN_REFUSED"),
        ("garble", "SIGN_NOT_RIGHT"),
    ],
)
def test_a_token_that_breaks_at_the_second_copy_keeps_the_first(officer: Officer, what: str, code: str) -> None:
    (token,) = signer(officer).tokens()
    officer.breaks(what, at=2)
    done: dict[int, bytes] = {}
    pdfs = [copy("một"), copy("hai"), copy("ba")]
    assert fault(lambda: signer(officer).sign(pdfs, token, PIN, done.__setitem__)) == code
    assert list(done) == [0]
    assert judged(officer, done[0]) == "good"
    officer.whole()
    assert len(signed(officer, *pdfs[1:], token=token)) == 2, "the rest later"


@pytest.mark.parametrize(("what", "work"), [("hang", "sign"), ("deaf", "look")])
def test_a_token_that_hangs_is_given_up(officer: Officer, what: str, work: str) -> None:
    (token,) = signer(officer).tokens()
    officer.breaks(what)
    desk = signer(officer, patience_s=3.0)
    told = desk.tokens if work == "look" else lambda: desk.sign([copy()], token, PIN, lambda _number, _pdf: None)
    assert fault(told) == "SIGN_SILENT"


@pytest.mark.parametrize("program", ["raise SystemExit", "print('hello', flush=True)", "import os; os.abort()"])
def test_a_worker_that_is_none_is_a_crash(officer: Officer, program: str) -> None:
    desk = Pkcs11Signer(str(officer.module), command=(sys.executable, "-c", program))
    assert fault(desk.tokens) == "SIGN_CRASHED"
    assert fault(lambda: desk.verdict(copy())) == "SIGN_CRASHED"


def test_a_copy_that_is_no_pdf_is_not_signed(officer: Officer) -> None:
    assert fault(lambda: signed(officer, b"no PDF at all")) == "SIGN_COPY_DAMAGED"


def test_a_signed_copy_is_not_signed_over(officer: Officer) -> None:
    (pdf,) = signed(officer)
    assert fault(lambda: signed(officer, pdf)) == "SIGN_TWICE"


# ---- words


@pytest.mark.parametrize("code", [*SIGN, *ARCHIVE])
def test_every_fault_has_words_and_a_remedy_in_both_languages(code: str) -> None:
    words, remedy = (SIGN | ARCHIVE)[code]  # type: ignore[operator]
    assert all((words.vi, words.en, remedy.vi, remedy.en))
    assert words.vi != words.en
    assert words.vi.endswith(".")


def test_nothing_slow_is_loaded_before_it_is_used() -> None:
    """pyHanko, pkcs11, reportlab and pikepdf cost a start half a second."""
    program = (
        "import sys; import clerk_app.archiving.copies, clerk_app.archiving.signing, clerk_app.desk.archive;"
        "print([name for name in ('pyhanko', 'pkcs11', 'reportlab', 'pikepdf', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
