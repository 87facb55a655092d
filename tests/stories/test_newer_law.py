"""A newer law on its way from the publisher to the next citizen, while a desk is in the middle of a dossier.

Central and desk are the real processes and stores; nothing restarts unless a test says so.
"""

from __future__ import annotations

import hashlib
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from sqlalchemy import insert

from clerk_app import bootstrap, settings
from clerk_app.catalogue import signing
from clerk_app.catalogue.archive import archived, packed, unpacked
from clerk_app.central.database import milliseconds, open_database
from clerk_app.central.database import packs as packs_table
from clerk_app.desk.desk import Desk
from clerk_app.domain.dossier import Opened, RulesRenewed
from clerk_app.domain.procedure import Applicant, Facts
from clerk_app.practice import specimens
from tests.peers.central import CentralProcess
from tests.peers.commands import clerk
from tests.peers.display import screen
from tests.peers.pack import OWNER, TRAINING_KEY, newer_pack, public_key, sign_as, training_pack
from tests.printing.paper import text_of
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire]
OLD, NEW = training_pack().version, "2026.12.1"
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
QUAN = specimens.specimen(1)


def never() -> bool:
    return False


@pytest.fixture
def profile(central: CentralProcess, tmp_path: Path) -> Iterator[Path]:
    """A desk that is enrolled at the running central and knows its people. No device of this machine is its own."""
    made, nothing = tmp_path / "desk", tmp_path / "no-scanner"
    nothing.mkdir()
    (nothing / "dll.conf").write_text("# no backend\n")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bootstrap.enrol(made, central.url, central.code("Q04"), "practice")
        settings.change(made, sane_folder=str(nothing), cups_server=f"127.0.0.1:{nobody.getsockname()[1]}")
        with closing(opened(made)) as desk:
            desk.sign_in.sign_in("clerk", "practice")
        yield made


@pytest.fixture
def desk(profile: Path) -> Iterator[Desk]:
    with closing(opened(profile)) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        yield desk


def opened(profile: Path) -> Desk:
    return bootstrap.open_desk(profile, "practice")


def publish(central: CentralProcess, pack: Path) -> None:
    said = clerk("central", "publish-catalogue", pack, "--data", central.folder, "--json")
    assert said.json["new"]


def begun(desk: Desk) -> UUID:
    """A citizen is at the desk: everything is entered and nothing paid."""
    facts = Facts(
        procedure="licence-exchange",
        case="DOI_SAP_HET_HAN",
        received_at=bootstrap.now(),
        channel="counter",
        applicant=Applicant(QUAN.person.born, QUAN.person.sex, "VNM"),
        licences=(QUAN.licences[0],),
        wanted_class="B",
        identity_level="chip",
        sanctions="clear",
    )
    further = {
        "applicant.number": QUAN.person.number,
        "applicant.name": QUAN.person.name,
        "applicant.residence": QUAN.person.residence,
        "applicant.phone": "0912345678",
        "reason": "Sắp hết hạn",
    }
    view = desk.late_entry.take(facts, further)
    for line in view.papers.lines:
        if line.required and not line.done:
            desk.papers.bring(view.dossier, line.code, _photo())
    return view.dossier


def _photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1240, 1754), "white").save(made, "JPEG", dpi=(150, 150))
    return made.getvalue()


def fee(desk: Desk, dossier: UUID) -> int:
    return desk.intake.view(dossier).fee.fee_vnd


def finished(desk: Desk, dossier: UUID) -> tuple[int, str]:
    """Paid and accepted: the fee, and the pack that decided."""
    desk.cashier.take(dossier, "cash", 200_000)
    view = desk.intake.submit(dossier)
    assert view.receipt.findings == ()
    submitted = desk.journal.dossier(dossier).submitted
    assert submitted is not None
    return submitted.fee_vnd, submitted.pack


def m01(desk: Desk, dossier: UUID) -> str:
    return text_of(desk.receipts.pdf(dossier, "M01"))


def catalogue_check(desk: Desk) -> tuple[str, str]:
    check = next(one for one in desk.lamps.doctor().checks if one.name == "catalogue")
    return check.state, check.words.vi


def delivered(desk: Desk) -> None:
    report = desk.delivery.once(never)
    assert (report.state, report.problem, report.refused) == ("idle", None, 0)
    assert desk.journal.outbox().waiting == 0


def test_from_the_publisher_to_the_next_citizen(central: CentralProcess, desk: Desk, tmp_path: Path) -> None:
    first = begun(desk)
    publish(central, newer_pack(tmp_path))
    report = desk.delivery.once(never)
    assert (report.catalogue, report.catalogue_refused, report.problem) == (NEW, None, None)
    assert f"{NEW} áp dụng từ hồ sơ kế tiếp" in catalogue_check(desk)[1]
    assert fee(desk, first) == 115_000, "the citizen at the desk was told this fee"
    assert finished(desk, first) == (115_000, OLD)
    second = begun(desk)
    assert fee(desk, second) == 125_000
    assert finished(desk, second) == (125_000, NEW)
    assert catalogue_check(desk)[1].startswith(f"Danh mục {NEW}, ")
    delivered(desk)
    assert OWNER not in m01(desk, first), "the old paper is printed again as it was"
    assert OWNER in m01(desk, second)
    sent = desk.delivery.once(never).bytes_sent
    assert sent < 1_000, "nothing changed: one small request, and the law is not fetched again"


def test_a_desk_that_starts_without_a_line_has_the_newest_law_and_every_old_one(
    central: CentralProcess, profile: Path, tmp_path: Path
) -> None:
    with closing(opened(profile)) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        old = begun(desk)
        finished(desk, old)
        waiting = begun(desk)
        publish(central, newer_pack(tmp_path))
        delivered(desk)
    central.stop()
    with closing(opened(profile)) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        assert desk.counter.pack.version == NEW
        assert catalogue_check(desk)[0] == "ok"
        new = begun(desk)
        assert finished(desk, new) == (125_000, NEW)
        assert OWNER in m01(desk, new)
        assert OWNER not in m01(desk, old)
        assert fee(desk, waiting) == 115_000
        assert desk.intake.take_up(waiting).fee.fee_vnd == 125_000
        assert desk.journal.entries(waiting)[-1].what == RulesRenewed(NEW)
        assert finished(desk, waiting) == (125_000, NEW)
        central.start()
        delivered(desk)
        code = desk.journal.dossier(waiting).code
    told = clerk("dossier", "show", code, "--json", profile=profile, CLERK_PASSPHRASE="practice")
    assert told.json["state"]["pack"] == NEW
    assert any("went over to the newer rules" in line for line in told.json["timeline"])


def test_a_desk_that_was_away_gets_every_pack_that_others_decided_by(
    central: CentralProcess, desk: Desk, tmp_path: Path
) -> None:
    for version, cost in (("2026.12.1", 120_000), ("2026.12.2", 125_000), ("2026.12.3", 130_000)):
        publish(central, newer_pack(tmp_path, version, cost))
    assert desk.delivery.once(never).catalogue == "2026.12.3"
    kept = [desk.counter.packs.pack(f"2026.12.{number}") for number in (1, 2, 3)]  # type: ignore[union-attr]
    today = bootstrap.now().date()
    fees = [pack.as_of(today).fee("GPLX_ISSUE", "counter") for pack in kept if pack]
    assert [one.amount_vnd for one in fees if one] == [120_000, 125_000, 130_000]
    assert desk.delivery.once(never).bytes_sent < 1_000
    assert finished(desk, begun(desk)) == (130_000, "2026.12.3")
    delivered(desk)


def test_a_desk_begins_with_the_law_that_central_hands_out(central: CentralProcess, tmp_path: Path) -> None:
    publish(central, newer_pack(tmp_path))
    made = tmp_path / "new desk"
    bootstrap.enrol(made, central.url, central.code("Q05"), "practice")
    settings.change(made, catalogue_folder=str(tmp_path / "none of its own"))
    with closing(opened(made)) as desk:
        assert desk.counter.pack.version == NEW
        assert desk.counter.pack.as_of(bootstrap.now().date()).fees


def test_a_trust_package_imported_beside_an_open_desk_counts_from_the_next_dossier(
    profile: Path, desk: Desk, tmp_path: Path
) -> None:
    office, key = desk.station.office, signing.read_key(TRAINING_KEY)

    def imported(version: str, name: str) -> tuple[bytes, ...]:
        folder = tmp_path / version
        folder.mkdir()
        (folder / name).write_bytes((specimens.folder() / name).read_bytes())
        bootstrap.sign_trust(folder, key, "Tập huấn", office, version, None)
        bootstrap.import_trust(profile, folder)
        return bootstrap.trusted_certificates(profile, settings.load(profile), practice=True)

    def believed() -> tuple[bytes, ...]:
        return desk.lamps._readers._trusted  # type: ignore[no-any-return,attr-defined]

    begun(desk)
    before = believed()
    first = imported("1", "specimen-link.pem")
    assert believed() == before != first, "not in the middle of a dossier"
    begun(desk)
    assert believed() == first
    second = imported("2", "specimen-masterlist.ml")
    spoilt = profile / "trust" / "trust.zip"
    good = spoilt.read_bytes()
    spoilt.write_bytes(good[:-50])
    begun(desk)
    assert believed() == first, "one that is damaged changes nothing"
    spoilt.write_bytes(good)
    begun(desk)
    assert believed() == second


def _unsigned(pack: Path) -> bytes:
    files = unpacked(archived(pack, [public_key()]))
    return packed({name: content for name, content in files.items() if name != signing.SIGNATURE})


def _of_a_stranger(pack: Path) -> bytes:
    sign_as(pack, pack.name, STRANGER.private_bytes_raw())
    return archived(pack, [STRANGER.public_key().public_bytes_raw()])


def _cut(pack: Path) -> bytes:
    return archived(pack, [public_key()])[:-100]


def _for_a_newer_program(pack: Path) -> bytes:
    manifest = (pack / signing.MANIFEST).read_bytes().replace(b"schema = 1", b"schema = 9")
    key = Ed25519PrivateKey.from_private_bytes(signing.read_key(TRAINING_KEY))
    files = unpacked(archived(pack, [public_key()]))
    (pack / signing.MANIFEST).write_bytes(manifest)
    return packed(files | {signing.MANIFEST: manifest, signing.SIGNATURE: key.sign(manifest).hex().encode()})


def _not_loading(pack: Path) -> bytes:
    (pack / "fees.csv").write_text((pack / "fees.csv").read_text("utf-8").replace("125000", "free"), "utf-8")
    sign_as(pack, pack.name)
    return archived(pack, [public_key()])


def _not_coming_out(pack: Path) -> bytes:
    examples = pack / "examples.toml"
    examples.write_text(examples.read_text("utf-8").replace("fee_vnd = 115000", "fee_vnd = 1", 1), "utf-8")
    sign_as(pack, pack.name)
    return archived(pack, [public_key()])


BAD: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "unsigned": (_unsigned, "PACK_UNSIGNED"),
    "stranger": (_of_a_stranger, "PACK_SIGNATURE"),
    "cut": (_cut, "PACK_DAMAGED"),
    "schema": (_for_a_newer_program, "PACK_SCHEMA"),
    "row": (_not_loading, "PACK_ROW"),
    "example": (_not_coming_out, "PACK_INCONSISTENT"),
}


def forced_upon(central: CentralProcess, pack: Path, make: Callable[[Path], bytes], version: str) -> None:
    """Somebody who owns central's database hands out what central itself would not publish."""
    data = make(pack)
    digest = hashlib.sha256((pack / signing.MANIFEST).read_bytes()).digest()
    row = {"version": version, "digest": digest, "published_ms": milliseconds(bootstrap.now()), "archive": data}
    database = open_database(central.database_url)
    try:
        with database.write() as connection:
            connection.execute(insert(packs_table), row)
    finally:
        database.close()


def test_a_bad_pack_changes_nothing_and_is_told(
    central: CentralProcess, desk: Desk, profile: Path, tmp_path: Path
) -> None:
    dossier = begun(desk)
    for number, (make, code) in enumerate(BAD.values(), 1):
        version = f"2026.12.{number}"
        forced_upon(central, newer_pack(tmp_path, version), make, version)
        report = desk.delivery.once(never)
        assert report.catalogue_refused is not None, code
        assert (report.state, report.catalogue, report.catalogue_refused.code) == ("idle", "", code)
        again = desk.delivery.once(never)
        assert (again.catalogue_refused, again.bytes_sent < 1_000) == (None, True), "told once, not fetched again"
        assert [one.name.partition("@")[0] for one in (profile / "catalogue").iterdir()] == [OLD]
        assert fee(desk, dossier) == 115_000
        state, words = catalogue_check(desk)
        assert (state, code in words) == ("warn", True)
        status = clerk("deliver", "status", "--json", profile=profile, CLERK_PASSPHRASE="practice").json
        assert (status["catalogue_refused"]["version"], status["catalogue_refused"]["code"]) == (version, code)
        assert status["catalogue_refused"]["remedy"]
    assert finished(desk, dossier) == (115_000, OLD)
    assert finished(desk, begun(desk)) == (115_000, OLD)
    delivered(desk)
    publish(central, newer_pack(tmp_path, "2026.12.20"))
    assert desk.delivery.once(never).catalogue == "2026.12.20", "the next good one is taken"
    assert finished(desk, begun(desk)) == (125_000, "2026.12.20")
    assert catalogue_check(desk)[0] == "ok"
    delivered(desk)


def test_the_line_breaks_while_the_law_is_on_its_way(central: CentralProcess, desk: Desk, tmp_path: Path) -> None:
    publish(central, newer_pack(tmp_path))
    whole = desk.delivery._central
    desk.delivery._central = _CutAtTheLaw(whole, central)  # type: ignore[assignment]
    report = desk.delivery.once(never)
    assert (report.state, report.catalogue, report.catalogue_refused) == ("offline", "", None)
    assert desk.counter.pack.version == OLD
    desk.delivery._central = whole
    central.start()
    assert desk.delivery.once(never).catalogue == NEW


class _CutAtTheLaw:
    """The real line, at whose other end central is killed when the law is asked for."""

    def __init__(self, line: object, central: CentralProcess) -> None:
        self._line = line
        self._central = central

    def __getattr__(self, name: str) -> object:
        if name == "rule_pack":
            self._central.kill()
        return getattr(self._line, name)


@pytest.mark.window
def test_in_the_window_the_dossier_in_work_stays_as_it_is(
    central: CentralProcess, profile: Path, tmp_path: Path
) -> None:
    with screen() as display, DeskWindow(profile, display, tmp_path / "window") as window:
        window.do("sign_in")
        window.do("open")
        window.do("type", text="001090012345")
        before = window.until(
            "the number", lambda line: line.get("values", {}).get("applicant.number") == "001090012345"
        )
        publish(central, newer_pack(tmp_path))
        window.do("press", key="Ctrl+Shift+D")
        window.until_words(f"Danh mục {NEW} áp dụng từ hồ sơ kế tiếp")
        after = window.do("look")
        same = ("dossier", "step", "focus", "caret", "fields", "values")
        assert [after[name] for name in same] == [before[name] for name in same]
        window.do("open")
        following = window.do("type", text="001090012346")
        assert window.close() == 0
        assert not window.complaints()
    _, database, journal = bootstrap.open_store(profile, "practice")
    with closing(database):
        packs = [
            next(one.what.pack for one in journal.entries(UUID(line["dossier"])) if isinstance(one.what, Opened))
            for line in (before, following)
        ]
        assert packs == [OLD, NEW]
        assert journal.verify().ok
