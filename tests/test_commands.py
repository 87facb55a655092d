"""The commands as they were promised, as processes beside a practice world: fields, exit codes, true causes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from clerk_app import bootstrap, settings
from clerk_app.__main__ import COMMANDS
from clerk_app.__main__ import clerk as door
from clerk_app.central.database import database_url
from clerk_app.practice import specimens
from clerk_app.rehearsal import World
from tests.peers.commands import Said, clerk, here
from tests.peers.officer import PIN, Officer
from tests.peers.pack import TRAINING_KEY, copy_of_pack, sign_again
from tests.printing.paper import text_of

pytestmark = pytest.mark.wire
QUAN = specimens.specimen(1)
FACTS = {
    "procedure": "licence-exchange",
    "case": "DOI_SAP_HET_HAN",
    "received_at": "2026-11-23T09:00+07:00",
    "channel": "counter",
    "applicant": {"born": "1990-08-14", "sex": "M", "nationality": "VNM"},
    "licences": [
        {
            "regime": "old",
            "class": "B2",
            "number": "010167012345",
            "issued": "2016-12-20",
            "expires": "2026-12-20",
            "status": "valid",
        }
    ],
    "wanted_class": "B",
    "identity_level": "chip",
    "sanctions": "clear",
}
PERSON = {
    "number": QUAN.person.number,
    "name": QUAN.person.name,
    "residence": QUAN.person.residence,
    "phone": "0912345678",
}
TAKE = FACTS | {"applicant": FACTS["applicant"] | PERSON, "reason": "Sắp hết hạn"}  # type: ignore[operator]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


@pytest.fixture
def card(world: World) -> Iterator[World]:
    """The first specimen's card lies on the reader."""
    lay(world)
    yield world
    take_away(world)


def lay(world: World, *faults: str) -> None:
    world.lay_card(1, *faults)
    _seen(world, there=True)


def take_away(world: World) -> None:
    world.take_card()
    _seen(world, there=False)


def _seen(world: World, *, there: bool) -> None:
    """The service sees a card come or go a moment later."""
    readers = bootstrap.readers_of(world.profile, settings.load(world.profile), practice=True)
    states = readers.readers()
    while any(state.card_present for state in states) != there:
        states = readers.wait(states, 20)


@pytest.fixture
def copied(world: World, tmp_path: Path) -> Path:
    """The desk's profile, to be spoilt."""
    return Path(shutil.copytree(world.profile, tmp_path / "desk"))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (1240, 1754), "white").save(path, dpi=(150, 150))
    return path


def _file(folder: Path, document: object) -> Path:
    path = folder / "FACTS.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def _taken(world: World, folder: Path, sheet: Path, *more: str) -> Said:
    sheets = [f"--sheet={paper}={sheet}" for paper in ("GKSK", "GPLX_CU", "ANH", "CC")]
    return clerk("dossier", "take", _file(folder, TAKE), *sheets, *more, "--json", profile=world.profile)


# ---- the door


def test_the_door_lists_every_command_and_each_has_help() -> None:
    listed = CliRunner().invoke(door, [])
    assert all(name in listed.output for name in COMMANDS)
    for words in ([], *([name] for name in COMMANDS), ["dossier", "take"], ["card", "read"], ["deliver", "status"]):
        told = CliRunner().invoke(door, [*words, "--help"])
        assert told.exit_code == 0, told.output
        assert "--help" in told.output
    assert CliRunner().invoke(door, ["nonsense"]).exit_code == 2


# ---- the card


def test_card_readers(card: World) -> None:
    said = clerk("card", "readers", "--json", profile=card.profile)
    assert said.code == 0
    assert [(one["card_present"], one["practice"]) for one in said.json] == [(True, True), (False, True)]


@pytest.mark.parametrize("access", ["PACE", "BAC"])
def test_card_read(card: World, access: str) -> None:
    by = ["--number", QUAN.person.number, "--born", "1990-08-14", "--expires", "2030-08-14"]
    if access == "PACE":
        by = ["--qr", specimens.qr_text(QUAN.person)]
    said = clerk("card", "read", *by, "--json", profile=card.profile)
    assert said.code == 0, said
    read = said.json
    wanted = {"number": QUAN.person.number, "name": QUAN.person.name, "born": "1990-08-14", "sex": "M"}
    wanted |= {"expires": "2030-08-14", "residence": QUAN.person.residence, "access": access, "signed": "yes"}
    wanted |= {"hashes": "ok", "expired": False, "level": "chip"}
    assert {name: read[name] for name in wanted} == wanted
    assert (read["genuine"], read["problems"]) in (("yes", []), ("unsupported", ["NO_KEY_ON_CHIP"]))
    assert set(read["portrait"]) == {"format", "bytes", "sha256"}
    assert len(read["portrait"]["sha256"]) == 64
    assert read["apdus"] > 50
    assert read["ms"] > 0


def test_a_card_nobody_here_trusts(card: World, tmp_path: Path) -> None:
    """A desk at work does not believe the specimen authority, and says so."""
    trust = tmp_path / "trust"
    trust.mkdir()
    said = here("card", "read", "--can", QUAN.can, "--trust", trust, "--json", profile=tmp_path / "none")
    assert said.code == 0, said
    assert (said.json["signed"], said.json["level"]) == ("untrusted", "qr")
    assert "SPECIMEN_CARD" in said.json["problems"]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (["--qr", "https://example.vn"], "QR"),
        (["--qr", "001090012345||"], "QR"),
        ([], "CARD_KEY_MISSING"),
        (["--number", "001090012345"], "CARD_KEY_MISSING"),
        (["--can", "000000"], "CARD_WRONG_NUMBER"),
        (["--can", "012345", "--reader", "Other"], "CARD_READER_UNKNOWN"),
    ],
)
def test_a_card_that_cannot_be_opened(card: World, by: list[str], code: str) -> None:
    assert here("card", "read", *by, "--json", profile=card.profile).refusal.startswith(code)


def test_a_torn_card_and_none_at_all(world: World) -> None:
    take_away(world)
    read = ("card", "read", "--can", QUAN.can)
    assert clerk(*read, profile=world.profile).refusal == "CARD_NO_CARD"
    lay(world, "tear@12")
    assert clerk(*read, profile=world.profile).refusal == "CARD_TORN"
    take_away(world)


# ---- the scanner


def test_scan(world: World, tmp_path: Path) -> None:
    devices = clerk("scan", "devices", "--json", profile=world.profile).json
    assert [(one["name"], one["sources"]) for one in devices] == [("pnm:0", ["Flatbed"])]
    said = clerk("scan", "--out", tmp_path / "out", "--json", profile=world.profile)
    assert said.code == 0, said
    (page,) = said.json["pages"]
    assert said.json["problems"] == []
    with Image.open(page["file"]) as picture:
        assert picture.size == (page["width"], page["height"])
    assert page["dpi"] == 300
    assert page["bytes"] == Path(page["file"]).stat().st_size
    assert clerk("scan", "--device", "gone:7", "--out", tmp_path, profile=world.profile).refusal == "SCANNER_MISSING"


# ---- doctor


def test_doctor(world: World) -> None:
    said = clerk("doctor", "--json", profile=world.profile)
    checks = said.json["checks"]
    assert [one["name"] for one in checks] == [
        "reader",
        "scanner",
        "printer",
        "camera",
        "central",
        "clock",
        "disk",
        "database",
        "seals",
        "catalogue",
        "trust",
        "signing",
        "reading",
        "limits",
    ]
    assert {one["state"] for one in checks} <= {"ok", "warn"}
    assert all(one["words"] for one in checks)
    assert said.code == 0


def test_doctor_where_everything_is_missing(copied: Path, tmp_path: Path) -> None:
    empty = tmp_path / "sane"
    empty.mkdir()
    (empty / "dll.conf").write_text("\n")
    settings.change(copied, sane_folder=str(empty), printer_queue="gone", printer_direct="ipp://127.0.0.1:9/ipp/print")
    station = json.loads((copied / bootstrap.STATION).read_text("utf-8")) | {"central": "http://127.0.0.1:9"}
    (copied / bootstrap.STATION).write_text(json.dumps(station), "utf-8")
    checks = {one["name"]: one for one in here("doctor", "--json", profile=copied).json["checks"]}
    for name in ("scanner", "printer", "central"):
        assert checks[name]["state"] == "warn"
        assert checks[name]["remedy"]
    assert checks["database"]["state"] == "ok"


def test_doctor_before_the_desk_can_be_opened(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("\n")
    said = clerk("doctor", "--json", profile=tmp_path / "new", SANE_CONFIG_DIR=str(tmp_path))
    assert (said.code, said.json["checks"][0]["name"], said.json["checks"][0]["state"]) == (1, "desk", "fail")
    assert "enrol" in said.json["checks"][0]["remedy"]
    assert {one["name"] for one in said.json["checks"]} == {"desk", "reader", "scanner", "printer"}
    said = here("doctor", profile=copied, CLERK_PASSPHRASE="wrong")
    assert said.code == 1
    assert "passphrase" in said.out


# ---- dossiers


def test_a_dossier_from_the_card_to_central(card: World, tmp_path: Path, sheet: Path) -> None:
    profile = card.profile
    said = _taken(card, tmp_path, sheet, "--card", "--pay", "cash", "--submit")
    assert said.code == 0, said
    taken = said.json
    assert taken["state"] == "submitted"
    assert taken["findings"] == []
    code = taken["code"]
    assert code.startswith("G01.801.308-")

    listed = here("dossier", "list", "tran minh", "--json", profile=profile).json
    assert code in [one["code"] for one in listed]
    if shutil.which("tesseract"):
        # The page was read for the archive copy, and there is nothing more to read.
        read = here("dossier", "read", code, "--json", profile=profile)
        assert (read.code, read.json) == (0, {"read": 0, "proposals": []}), read
    shown = here("dossier", "show", code, "--json", profile=profile).json
    assert set(shown) >= {"entries", "state", "findings", "timeline"}
    assert len(shown["entries"]) == len(shown["timeline"])
    assert (shown["state"]["identity_level"], shown["state"]["practice"]) == ("chip", True)
    assert shown["state"]["fields"]["applicant.name"] == {"value": QUAN.person.name, "source": "chip"}
    assert here("dossier", "show", "Q99-000000-0001", profile=profile).refusal == "DOSSIER_UNKNOWN"

    pdf = tmp_path / "m01.pdf"
    assert here("dossier", "print", code, "--out", pdf, "--json", profile=profile).json["file"] == str(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    out = len(card.printed())
    assert here("dossier", "print", code, "--json", profile=profile).json == {"form": "M01", "serial": 1}
    assert len(card.printed()) == out + 1
    assert here("dossier", "print", code, "--json", profile=profile).json["serial"] == 2

    for form in ("DON", "M06"):
        assert here("dossier", "print", code, "--form", form, "--json", profile=profile).json["serial"] == 1
    for form, refusal in (("M02", "SUPPLEMENT_UNKNOWN"), ("M04", "APOLOGY_UNKNOWN"), ("M07", "FORM_OF_MANY")):
        assert here("dossier", "print", code, "--form", form, profile=profile).refusal == refusal
    received = str(FACTS["received_at"])[:10]
    books = (("register", ("--on", received), "M07", "dossiers"), ("handover", (), "SHIFT", "receipts"))
    for command, days, asked, found in books:
        book = tmp_path / f"{command}.pdf"
        made = here("dossier", command, *days, "--out", book, "--json", profile=profile).json
        assert (made["form"], made["file"]) == (asked, str(book))
        assert made[found] >= 1
        assert book.read_bytes().startswith(b"%PDF")
    for name, start in (("ticket.png", b"\x89PNG"), ("ticket.escpos", b"\x1b@\x1dv0")):
        here("dossier", "ticket", code, "--out", tmp_path / name, profile=profile)
        assert (tmp_path / name).read_bytes().startswith(start)
    nowhere = here("dossier", "register", "--out", tmp_path / "none" / "x.pdf", profile=profile)
    assert nowhere.refusal == "FILE_NOT_WRITTEN"

    before = here("deliver", "status", "--json", profile=profile).json
    assert before["waiting"] >= len(shown["entries"])
    assert before["bytes_sent"] == 0
    sent = clerk("deliver", "--once", "--json", profile=profile)
    assert sent.code == 0, sent
    assert set(sent.json) >= {"waiting", "accepted", "refused", "bytes_sent", "oldest_waiting_s"}
    assert (sent.json["waiting"], sent.json["refused"]) == (0, 0)
    assert sent.json["bytes_sent"] > 0

    ours = clerk("journal", "verify", "--json", profile=profile).json
    there = here("journal", "verify", "--database", database_url(card.folder / "central"), "--json").json
    assert ours == {"entries": ours["entries"], "stations": 1, "ok": True, "problems": [], "findings": []}
    assert (there["ok"], there["entries"]) == (True, ours["entries"])
    _, database, _ = bootstrap.open_store(profile, "practice")
    with closing(database), database.write() as connection:
        connection.exec_driver_sql("UPDATE dossiers SET name = 'x'")
    spoilt = here("journal", "verify", "--json", profile=profile)
    assert (spoilt.code, spoilt.json["ok"]) == (1, False)
    assert "journal rebuild" in spoilt.json["problems"][0]
    assert here("journal", "rebuild", "--json", profile=profile).json["dossiers"] >= 1
    assert here("journal", "verify", "--json", profile=profile).json == ours


def test_the_trail_is_read_masked_exported_and_checked(copied: Path, tmp_path: Path) -> None:
    code = here("dossier", "take", _file(tmp_path, TAKE), "--json", profile=copied).json["code"]
    secrets = (QUAN.person.number, QUAN.person.residence, "0912345678", "14/08/1990", "010167012345")

    def trail(*more: str | Path, user: str = "supervisor") -> Said:
        return here("journal", "trail", "--dossier", code, *more, profile=copied, CLERK_USER=user)

    assert trail(user="clerk").refusal == "NOT_ALLOWED"
    told = trail("--json")
    assert told.code == 0, told
    newest = told.json["entries"][0]
    assert set(newest) >= {"at", "who", "roles", "station", "code", "words", "changes", "central", "seal"}
    assert told.json["total"] == len(told.json["entries"])
    assert told.json["entries"][-1]["words"].startswith("Opened the dossier")
    assert trail("--limit", "1", "--json").json["more"] is True
    assert trail("--user", "nobody", "--json").json["entries"] == []
    assert trail("--day", "2001-01-01", "--json").json["entries"] == []
    assert "Nothing was found" in trail("--day", "2001-01-01").out
    person = ("journal", "trail", "--person", QUAN.person.number, "--json")
    assert here(*person, profile=copied, CLERK_USER="supervisor").refusal == "PURPOSE_MISSING"
    by_number = here(*person, "--purpose", "COMPLAINT", profile=copied, CLERK_USER="supervisor")
    assert code in {one["code"] for one in by_number.json["entries"]}
    shown = told.out + trail().out + by_number.out

    table, paper = tmp_path / "trail.csv", tmp_path / "trail.pdf"
    assert trail("--csv", table).refusal == "PURPOSE_MISSING"
    assert trail("--csv", table, "--purpose", "WHIM").refusal == "PURPOSE_UNKNOWN"
    assert not table.exists()
    both = trail("--csv", table, "--pdf", paper, "--purpose", "CONTROL", "--json")
    assert both.code == 0, both
    assert [one["rows"] for one in both.json["files"]] == [told.json["total"]] * 2
    assert trail("--pdf", tmp_path / "x.pdf", "--purpose", "CONTROL", "--sign").refusal == "SIGN_NOT_SET"
    shown += table.read_text("utf-8-sig") + text_of(paper.read_bytes())
    shown += here("dossier", "show", code, profile=copied).out
    for secret in secrets:
        assert secret not in shown
    whole = tmp_path / "full.csv"
    assert trail("--csv", whole, "--full").refusal == "PURPOSE_MISSING"
    assert trail("--csv", whole, "--full", "--purpose", "COMPLAINT").code == 0
    for secret in secrets:
        assert secret in whole.read_text("utf-8-sig")

    def checked(file: Path, *more: str | Path, profile: Path = copied) -> Said:
        return here("journal", "check", file, *more, "--json", profile=profile)

    for file in (table, paper):
        found = checked(file)
        assert (found.code, found.json["worth"], found.json["in_journal"]) == (0, "good", True), found
        assert found.json["sealed"]["who"] == "supervisor"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        spoilt = checked(file)
        assert (spoilt.code, spoilt.json["worth"], spoilt.json["in_journal"]) == (1, "altered", False)
    assert checked(table, "--seal", tmp_path / "none.seal").refusal == "FILE_UNREADABLE"
    (tmp_path / "trail.csv.seal").unlink()
    assert (checked(table).code, checked(table).json["worth"]) == (1, "unsigned")
    assert here("journal", "verify", profile=copied).code == 0


def test_what_is_missing_is_told_and_the_draft_kept(world: World, tmp_path: Path) -> None:
    file = _file(tmp_path, TAKE)
    said = here("dossier", "take", file, "--submit", "--json", profile=world.profile)
    assert said.refusal == "DOSSIER_INCOMPLETE"
    assert said.json["state"] == "draft"
    assert [one["code"] for one in said.json["findings"]] == ["PAPER_MISSING"] * 3 + ["FEE_OPEN"]
    shown = here("dossier", "show", said.json["code"], "--json", profile=world.profile)
    assert shown.json["state"]["status"] == "draft"
    assert [one["code"] for one in shown.json["findings"]] == [one["code"] for one in said.json["findings"]]


def test_a_step_that_is_refused_still_tells_the_draft(world: World, tmp_path: Path) -> None:
    take_away(world)
    said = here("dossier", "take", _file(tmp_path, TAKE), "--card", "--json", profile=world.profile)
    assert (said.refusal, said.json["state"]) == ("CARD_NO_CARD", "draft")
    said = here("dossier", "take", _file(tmp_path, TAKE), "--seen", "NOPE", "--json", profile=world.profile)
    assert (said.refusal, said.json["state"]) == ("PAPER_UNKNOWN", "draft")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (TAKE | {"colour": "red"}, "FACTS_UNKNOWN_FIELD"),
        (TAKE | {"received_at": "yesterday"}, "FACTS_WRONG"),
        (TAKE | {"reason": "x" * 10_000}, "TEXT_TOO_LONG"),
        ([], "FACTS"),
        (None, "FILE_UNREADABLE"),
    ],
)
def test_a_file_that_cannot_be_taken_opens_nothing(world: World, tmp_path: Path, document: object, code: str) -> None:
    before = here("dossier", "list", "--json", profile=world.profile).json
    file = tmp_path / "gone.json" if document is None else _file(tmp_path, document)
    said = here("dossier", "take", file, "--json", profile=world.profile)
    assert said.refusal.startswith(code)
    assert "colour" in said.err or code != "FACTS_UNKNOWN_FIELD"
    assert here("dossier", "list", "--json", profile=world.profile).json == before


# ---- archive copies


def test_archive_copies_are_made_written_out_and_signed(
    card: World, officer: Officer, tmp_path: Path, sheet: Path
) -> None:
    profile = card.profile
    code = _taken(card, tmp_path, sheet, "--card", "--pay", "cash", "--submit").json["code"]
    out = tmp_path / "copies"
    said = here("dossier", "archive", code, "--out", out, "--json", profile=profile)
    assert said.code == 0, said
    assert (said.json["code"], said.json["made"], said.json["problems"]) == (code, 0, []), "made at the acceptance"
    assert {one["paper"] for one in said.json["copies"]} == {"GKSK", "GPLX_CU", "ANH", "CC"}
    for one in said.json["copies"]:
        assert (one["pages"], one["signed"], one["bytes"]) == (1, False, Path(one["file"]).stat().st_size)
        assert Path(one["file"]).name == f"{code}-{one['paper']}.pdf"
        assert Path(one["file"]).read_bytes().startswith(b"%PDF-1.7")
    blocked = tmp_path / "file"
    blocked.write_text("in the way", "utf-8")
    assert here("dossier", "archive", code, "--out", blocked / "x", profile=profile).refusal == "FILE_NOT_WRITTEN"
    assert here("dossier", "sign", code, profile=profile).refusal == "SIGN_NOT_SET"
    assert here("dossier", "sign", "--json", profile=profile).json["token"]["state"] == "unset"
    told = here("dossier", "sign", profile=profile).out
    assert ".." not in told

    settings.change(profile, signing_module=str(officer.module), signing_trust=str(officer.ca))
    try:
        (tmp_path / "pin").write_text(f"{PIN}\n", "utf-8")
        (tmp_path / "wrong").write_text("000000\n", "utf-8")
        (check,) = [one for one in here("doctor", "--json", profile=profile).json["checks"] if one["name"] == "signing"]
        assert (check["state"], check["words"]) == ("ok", "Signing token: ready")
        listed = here("dossier", "sign", "--json", profile=profile).json
        assert (listed["token"]["state"], len(listed["token"]["certificates"])) == ("ready", 1)
        assert {one["code"] for one in listed["copies"]} >= {code}
        sign = ("dossier", "sign", code)
        assert here(*sign, profile=profile).refusal == "PIN_MISSING"
        assert here(*sign, "--pin-file", tmp_path / "none", profile=profile).refusal == "PIN_FILE"
        assert here(*sign, "--certificate", "zz", profile=profile).refusal == "SIGN_WHICH"
        assert officer.logins == 0
        assert here(*sign, "--pin-file", tmp_path / "wrong", profile=profile).refusal == "SIGN_PIN_WRONG"
        officer.left(1)
        assert here(*sign, "--pin-file", tmp_path / "pin", profile=profile).refusal == "SIGN_PIN_LAST_TRY"
        done = here(*sign, "--last-try", "--pin-file", tmp_path / "pin", "--json", profile=profile).json
        assert (done["signed"], done["problems"]) == (4, [])
        assert here("dossier", "sign", "--all", "--pin-file", tmp_path / "pin", profile=profile).code == 0
        assert here("dossier", "sign", "--json", profile=profile).json["copies"] == []
    finally:
        settings.change(profile, signing_module="", signing_trust="")
    assert clerk("deliver", "--json", profile=profile).json["refused"] == 0, "central takes them all"
    shown = here("dossier", "show", code, "--json", profile=profile).json["state"]["archive"]
    assert [(one["pages"], one["signed"]) for one in shown] == [(1, True)] * 4
    again = here("dossier", "archive", code, "--json", profile=profile).json["copies"]
    assert {one["signed"] for one in again} == {True}


# ---- who may, and beside whom


def test_who_acts_and_with_what_password(world: World, tmp_path: Path) -> None:
    file = _file(tmp_path, TAKE)
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    take = ("dossier", "take", file)
    assert here(*take, profile=world.profile, CLERK_USER="").refusal == "USER_MISSING"
    assert here(*take, "--password-file", secret, profile=world.profile).refusal == "SIGN_IN_WRONG"
    assert here(*take, "--password-file", tmp_path / "gone", profile=world.profile).refusal == "PASSWORD_FILE"


def test_a_second_writer_is_refused_and_readers_go_on(world: World, tmp_path: Path) -> None:
    file = _file(tmp_path, TAKE)
    with closing(bootstrap.open_desk(world.profile, "practice")):
        assert clerk("dossier", "take", file, profile=world.profile).refusal == "PROFILE_IN_USE"
        for words in (("deliver", "--once"), ("dossier", "print", "x"), ("journal", "rebuild")):
            assert here(*words, profile=world.profile).refusal == "PROFILE_IN_USE"
        assert clerk("deliver", "status", "--json", profile=world.profile).code == 0
        for words in (("dossier", "list"), ("journal", "verify")):
            assert here(*words, "--json", profile=world.profile).code == 0
        doctor = here("doctor", "--json", profile=world.profile)
        assert (doctor.code, doctor.json["checks"][0]["state"]) == (1, "fail")
    assert here("deliver", "--once", profile=world.profile).code == 0


# ---- what can be wrong with a profile


@pytest.mark.parametrize(
    ("passphrase", "code"), [("wrong", "KEY_WRONG"), ("", "PASSPHRASE_NEEDED"), ("practice ", "KEY_WRONG")]
)
def test_a_wrong_passphrase(world: World, passphrase: str, code: str) -> None:
    assert here("deliver", "status", profile=world.profile, CLERK_PASSPHRASE=passphrase).refusal == code


@pytest.mark.parametrize("text", ["{", '{"colour": "red"}', '{"language": 7}', "[]", "\x00", '"vi"'])
def test_settings_that_are_nonsense(copied: Path, text: str) -> None:
    (copied / settings.FILE).write_text(text)
    for words in (("deliver", "--once"), ("doctor",)):
        said = here(*words, profile=copied)
        assert "settings.json" in said.out + said.err
        assert said.code == 1


def test_a_pack_that_was_altered(world: World, copied: Path, tmp_path: Path) -> None:
    pack = copy_of_pack(tmp_path)
    fees = pack / "fees.csv"
    fees.write_text(fees.read_text("utf-8").replace("115000", "15000"), "utf-8")
    settings.change(copied, catalogue_folder=str(pack))
    shutil.rmtree(copied / "catalogue", ignore_errors=True)
    said = here("dossier", "take", _file(tmp_path, TAKE), profile=copied)
    assert said.refusal.startswith("PACK_")
    assert "fees.csv" in said.err
    assert here("dossier", "list", profile=copied).code == 0, "what is kept stays readable"
    status = here("deliver", "status", "--json", profile=copied)
    assert (status.code, status.json["limits"]) == (1, None), "what waits is told; limits are law, and there is none"
    checked = here("catalogue", "check", pack, "--json")
    assert checked.code == 1
    assert any("fees.csv" in one["file"] for one in checked.json["problems"])


def test_a_pack_that_was_altered_where_a_good_one_is_kept(world: World, copied: Path, tmp_path: Path) -> None:
    good = here("doctor", "--json", profile=copied).json["checks"]
    pack = copy_of_pack(tmp_path)
    (pack / "fees.csv").write_text("code", "utf-8")
    settings.change(copied, catalogue_folder=str(pack))
    said = here("doctor", "--json", profile=copied).json["checks"]
    before, after = ({one["name"]: one for one in checks}["catalogue"] for checks in (good, said))
    assert (before["state"], after["state"]) == ("ok", "warn")
    assert after["words"].startswith(before["words"]), "the law is the one that was kept"
    assert "PACK_DAMAGED: fees.csv" in after["words"]


def test_a_damaged_database_says_so(copied: Path) -> None:
    path = copied / bootstrap.DATABASE
    path.write_bytes(path.read_bytes()[:100] + bytes(4000) + path.read_bytes()[4100:])
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert here("dossier", "list", profile=copied).refusal in ("DATABASE_DAMAGED", "KEY_WRONG")
    assert here("journal", "verify", profile=copied).refusal in ("DATABASE_DAMAGED", "KEY_WRONG")


# ---- joining


def test_enrolling_a_second_desk(world: World, tmp_path: Path) -> None:
    profile = tmp_path / "desk"
    data = world.folder / "central"
    made = clerk("central", "enrol", "--station", "Q05", "--data", data, "--json")
    assert made.code == 0, made
    assert set(made.json) >= {"code", "expires_at"}
    enrol = ("enrol", "--central", world.central_url, "--code", made.json["code"])
    said = clerk(*enrol, "--json", profile=profile)
    assert said.code == 0, said
    assert said.json["station"] == "Q05"
    assert len(bytes.fromhex(said.json["public_key"])) == 32
    assert here(*enrol, profile=profile).refusal == "ALREADY_ENROLLED"
    other = here(*enrol, profile=tmp_path / "other")
    assert other.refusal.startswith("ENROL"), other
    away = here("enrol", "--central", "http://127.0.0.1:9", "--code", "x", profile=tmp_path / "third")
    assert away.refusal == "CENTRAL_UNREACHABLE"
    assert "--central" in away.err, "nobody can work on at a desk that is none yet"
    assert here("deliver", "status", "--json", profile=profile).json["waiting"] == 0
    assert here("deliver", "status", profile=tmp_path / "never").refusal == "NOT_ENROLLED"


# ---- codes and the law


def test_codes_in_pictures(tmp_path: Path) -> None:
    import segno

    identity, code, other = (tmp_path / f"{name}.png" for name in ("identity", "code", "other"))
    segno.make(specimens.qr_text(QUAN.person), error="m").save(identity, scale=6)
    segno.make("G01.801.308-261123-000001").save(code, scale=6)
    segno.make("xin chào", micro=False).save(other, scale=6)
    said = here("code", "read", identity, code, other, "--json")
    assert said.code == 0, said
    first, second, third = said.json
    assert set(first) == {"file", "format", "text", "kind", "fields"}
    assert (first["kind"], first["fields"]["number"], first["fields"]["born"]) == (
        "identity",
        QUAN.person.number,
        "1990-08-14",
    )
    assert (second["kind"], second["fields"]) == ("dossier", {"code": "G01.801.308-261123-000001"})
    assert (third["kind"], third["text"], third["format"]) == ("other", "xin chào", "QRCode")
    noise = tmp_path / "noise.png"
    noise.write_bytes(b"not a picture")
    assert here("code", "read", noise).refusal


def test_the_law_as_data(tmp_path: Path) -> None:
    checked = here("catalogue", "check", "--json").json
    assert checked["problems"] == []
    assert min(checked[name] for name in ("rules", "conditions", "examples", "rule_sets", "files")) > 0
    said = here("catalogue", "decide", _file(tmp_path, FACTS), "--json")
    assert said.code == 0, said
    decided = said.json
    assert (decided["allowed"], decided["refusals"], decided["new_classes"]) == (True, [], ["B", "C1"])
    assert (decided["fee_vnd"], decided["test"], decided["exceptions_needed"]) == (115_000, "none", [])
    assert decided["due_at"].endswith("+07:00")
    assert {one["code"] for one in decided["papers"] if one["required"]} == {"GKSK", "GPLX_CU", "CC", "ANH"}
    assert {"basis", "verified"} == set(decided["rules"][0])
    assert {"reasons", "doubts"} <= decided.keys()
    plain = here("catalogue", "decide", _file(tmp_path, FACTS)).out
    assert "fee_vnd: 115000" in plain
    assert not {"reasons", "doubts"} & {line.partition(":")[0] for line in plain.splitlines()}
    unknown = here("catalogue", "decide", _file(tmp_path, FACTS | {"color": 1}))
    assert (unknown.refusal, "color" in unknown.err) == ("FACTS_UNKNOWN_FIELD", True)
    shown = here("catalogue", "show", "--on", "2026-11-23", "--json").json
    assert "DOI_SAP_HET_HAN" in [one["code"] for one in shown["cases"]]
    assert here("catalogue", "show", "--on", "someday").code == 2
    assert here("catalogue", "show", "--on", "2026-11-23", "--procedure", "sale").refusal == "PROCEDURE_UNKNOWN"
    page = tmp_path / "day.html"
    wrote = here("catalogue", "show", "--on", "2026-11-23", "--html", page, "--json").json
    assert (wrote["html"], wrote["rule_set"]) == (str(page), shown["rule_set"])
    assert "DOI_SAP_HET_HAN" in page.read_text("utf-8")
    assert here("catalogue", "show", "--on", "2026-11-23", "--html", tmp_path).code == 2
    nowhere = tmp_path / "nowhere" / "day.html"
    assert here("catalogue", "show", "--on", "2026-11-23", "--html", nowhere).refusal == "FILE_UNWRITABLE"


def test_what_cannot_be_signed(tmp_path: Path) -> None:
    pack = copy_of_pack(tmp_path)
    (pack / "manifest.sig").unlink()
    (pack / "manifest.sig").mkdir()
    said = here("catalogue", "sign", pack, "--key", TRAINING_KEY)
    assert (said.refusal, "manifest.sig" in said.err) == ("FILE_UNWRITABLE", True)
    (pack / "manifest.toml").unlink()
    assert here("catalogue", "sign", pack, "--key", TRAINING_KEY).refusal == "PACK_MISSING"


def test_two_packs_are_compared(tmp_path: Path) -> None:
    pack = copy_of_pack(tmp_path)
    table = pack / "settings.csv"
    table.write_text(table.read_text("utf-8").replace("application_form,off", "application_form,on"), "utf-8")
    assert here("catalogue", "diff", "current", pack).refusal == "PACK_DAMAGED"
    sign_again(pack)
    found = here("catalogue", "diff", "current", pack, "--json")
    assert found.code == 0
    assert [(one["table"], one["name"]) for one in found.json["changes"]] == [("settings", "application_form")]
    assert {"papers", "optional_papers"} == {one["field"] for one in found.json["decisions"][0]["fields"]}
    assert here("catalogue", "diff", "current", pack, "--on", "2026-06-30", "--json").json["changes"] == []
    assert here("catalogue", "diff", "current", "current", "--json").json["changes"] == []
    assert here("catalogue", "diff", "current", tmp_path / "nowhere").refusal == "PACK_MISSING"


def test_what_follows_is_worked_out_by_the_hours_of_the_office(tmp_path: Path) -> None:
    pack, profile = copy_of_pack(tmp_path), tmp_path / "desk"
    hours = pack / "hours.csv"
    row = "PX-01,07:30,11:30,13:00,16:30,2017-01-01,,Quy chế của đơn vị,yes\n"
    hours.write_text(hours.read_text("utf-8") + row, "utf-8")
    sign_again(pack)
    profile.mkdir()
    settings.change(profile, catalogue_folder=str(pack))

    def due() -> str:
        return str(here("catalogue", "decide", _file(tmp_path, FACTS), "--json", profile=profile).json["due_at"])

    assert due() == "2026-11-30T12:00:00+07:00"
    (profile / "station.json").write_text('{"office": "PX-01"}', "utf-8")
    assert due() == "2026-11-30T11:30:00+07:00"
