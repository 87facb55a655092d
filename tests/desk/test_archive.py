"""Archive copies at the desk: made once, of what was accepted, kept under their digest, made again after anything."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.archiving.copies import PdfArchive
from clerk_app.archiving.signing import Pkcs11Signer
from clerk_app.desk import archive, archive_view
from clerk_app.desk.archive import Archiving, Troubles
from clerk_app.desk.originals import archived
from clerk_app.domain.dossier import (
    ArchiveMade,
    FieldsEntered,
    Opened,
    PageArrived,
    PagesArranged,
    Submitted,
    sheets_of,
)
from clerk_app.domain.on_record import pages_of
from clerk_app.domain.pages import Page
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.withdrawn import FIELD, field_of
from clerk_app.store.journal import new_id
from clerk_app.uplink import unreachable
from tests.desk.conftest import RESOURCES, Desk
from tests.peers.officer import PIN, Officer
from tests.peers.paper_pages import CARD, printed
from tests.printing.paper import text_of

OF = {"GKSK": ("GIẤY KHÁM SỨC KHỎE", "Kết luận: Đủ điều kiện"), "GPLX_CU": ("GIẤY PHÉP LÁI XE",), "ANH": ("Ảnh 3×4",)}


def page(table: Desk, paper: str, lines: tuple[str, ...], **other: object) -> Page:
    """A page whose text was read."""
    data, text = printed(lines, (800, 600))
    sheet = table.sheets.put(data)
    table.texts[sheet] = text
    return replace(Page(sheet, paper, 800, 600, 300, len(data), "image/jpeg"), **other)  # type: ignore[arg-type]


def papered(table: Desk, *more: Page) -> UUID:
    """A draft with everything that acceptance asks for, on pages that are pictures."""
    dossier = table.applied()
    pages = tuple(page(table, paper, lines) for paper, lines in OF.items())
    table.counter.write(dossier, PagesArranged((*pages, *more), "scan"))
    table.cashier.take(dossier, "cash", 200_000)
    return dossier


def accepted(table: Desk, *more: Page) -> UUID:
    dossier = papered(table, *more)
    table.intake.submit(dossier)
    return dossier


def copies(table: Desk, dossier: UUID) -> list[ArchiveMade]:
    return [one.what for one in table.journal.entries(dossier) if isinstance(one.what, ArchiveMade)]


def code(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_each_item_with_pages_gets_one_copy_that_can_be_searched(table: Desk, tmp_path: Path) -> None:
    dossier = accepted(table, page(table, "GKSK", ("Trang thứ hai",)))
    assert table.archive.make(dossier) == archive.Troubles(3)
    state = table.journal.dossier(dossier)
    assert {paper: len(made.pages) for paper, made in state.archive.items()} == {"GKSK": 2, "GPLX_CU": 1, "ANH": 1}
    made = state.archive["GKSK"]
    pdf = table.archive.open_copy(dossier, "GKSK")
    assert (len(pdf), made.signed_by) == (made.size_bytes, "")
    (tmp_path / "copy.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", tmp_path / "copy.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert all(line in text for line in (*OF["GKSK"], "Trang thứ hai"))
    info = subprocess.run(["pdfinfo", tmp_path / "copy.pdf"], capture_output=True, text=True, check=True).stdout
    assert f"Giấy khám sức khỏe của người lái xe còn hiệu lực – {state.code}" in info
    assert table.intake.view(dossier).status == "submitted"


def test_again_makes_nothing_twice_and_another_desk_would_make_the_same_bytes(table: Desk) -> None:
    dossier = accepted(table)
    table.archive.make(dossier)
    first = copies(table, dossier)
    assert table.archive.make(dossier) == archive.Troubles(0)
    assert copies(table, dossier) == first
    assert table.archive.unfinished() == ()


def test_a_copy_that_a_power_cut_took_is_made_again_and_is_the_same(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line goes between the sheet and its entry: the second making finds the sheet there already."""
    dossier = accepted(table)
    kept: list[str] = []
    put = table.sheets.put

    def cut(data: bytes) -> str:
        kept.append(put(data))
        raise KeyboardInterrupt

    monkeypatch.setattr(table.sheets, "put", cut)
    with pytest.raises(KeyboardInterrupt):
        table.archive.make(dossier)
    monkeypatch.undo()
    assert copies(table, dossier) == []
    table.time += timedelta(minutes=20)
    assert table.archive.unfinished() == (dossier,)
    table.archive.make(dossier)
    assert kept == [copies(table, dossier)[0].sheet]


def test_a_draft_has_no_copy(table: Desk) -> None:
    dossier = papered(table)
    assert code(lambda: table.archive.make(dossier)) == "ARCHIVE_EARLY"
    assert code(lambda: table.archive.open_copy(dossier, "GKSK")) == "ARCHIVE_NONE"
    assert table.archive.unfinished() == ()
    assert {line.state for line in table.archive.lines(dossier)} == {"waiting"}


def test_pages_aside_are_in_no_copy(table: Desk) -> None:
    aside = page(table, "GKSK", ("trắng",), aside="blank")
    dossier = accepted(table, aside)
    table.archive.make(dossier)
    assert aside.sheet not in {sheet for made in copies(table, dossier) for sheet in made.pages}


def test_pages_that_the_citizen_took_back_are_in_no_copy(table: Desk) -> None:
    old = [page(table, "GKSK", (line,)) for line in ("trang cũ", "trang cũ nữa")]
    gone = page(table, "CC", ("rút lại hẳn",))
    dossier = papered(table, *old, gone)
    took_back(table, dossier, *old, gone)
    table.intake.submit(dossier)
    assert table.archive.make(dossier) == archive.Troubles(3)
    made = {one.paper: one.pages for one in copies(table, dossier)}
    assert "CC" not in made
    assert made["GKSK"] == tuple(one.sheet for one in pages_of(table.journal.dossier(dossier), "GKSK"))
    assert len(made["GKSK"]) == 1
    assert "CC" not in {line.paper for line in table.archive.lines(dossier)}
    assert archived(table.journal.dossier(dossier)), "nothing is left that the originals are kept for"


def test_a_copy_in_which_pages_were_that_were_taken_back_is_made_again_without_them(table: Desk) -> None:
    old = page(table, "GKSK", ("trang cũ",))
    dossier = accepted(table, old)
    table.archive.make(dossier)
    assert len(table.journal.dossier(dossier).archive["GKSK"].pages) == 2
    took_back(table, dossier, old)
    assert table.archive.make(dossier) == archive.Troubles(1)
    assert old.sheet not in table.journal.dossier(dossier).archive["GKSK"].pages


def took_back(table: Desk, dossier: UUID, *pages: Page) -> None:
    """The citizen takes these pages back at the portal."""
    said = {FIELD: field_of(one.sheet for one in pages)}
    table.counter.write(dossier, FieldsEntered(said, "papers", source="portal"), who="portal.pc08-hn")


def test_an_item_with_a_page_still_to_be_made_waits(table: Desk) -> None:
    dossier = accepted(table)
    late = PageArrived(page(table, "GKSK", ("thô",), raw=True), "scan")
    table.journal.append(dossier, (late,), "clerk", table.clock())
    table.archive.make(dossier)
    assert {made.paper for made in copies(table, dossier)} == {"GPLX_CU", "ANH"}
    states = {line.paper: line.state for line in table.archive.lines(dossier)}
    assert states == {"GKSK": "waiting", "GPLX_CU": "unsigned", "ANH": "unsigned"}


def test_an_item_whose_page_cannot_be_read_fails_alone_and_stays_on_the_list(table: Desk) -> None:
    broken = table.sheets.put(b"no picture")
    dossier = accepted(table, Page(broken, "GKSK", 10, 10, 300, 10))
    done = table.archive.make(dossier)
    assert (done.done, [(item, one.code) for item, one in done.failed]) == (2, [((dossier, "GKSK"), "ARCHIVE_PICTURE")])
    assert table.archive.unfinished() == (dossier,)


def test_given_up_in_the_middle_the_rest_is_made_later(table: Desk) -> None:
    dossier = accepted(table)
    asked = iter([False, True])
    assert table.archive.make(dossier, lambda: next(asked)).done == 1
    assert table.archive.unfinished() == (dossier,)
    assert table.archive.make(dossier).done == 2


def test_both_sides_of_a_card_lie_on_one_page(table: Desk, tmp_path: Path) -> None:
    data, _ = printed(("MẶT",), CARD)
    sides = [
        Page(table.sheets.put(data + side.encode()), "CC", *CARD, 300, len(data), "image/jpeg", side=side)  # type: ignore[arg-type]
        for side in ("front", "back")
    ]
    dossier = accepted(table, *sides)
    table.archive.make(dossier)
    (tmp_path / "card.pdf").write_bytes(table.archive.open_copy(dossier, "CC"))
    info = subprocess.run(["pdfinfo", tmp_path / "card.pdf"], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in info


def test_who_may_not_take_dossiers_makes_no_copies(table: Desk) -> None:
    dossier = accepted(table)
    table.as_user("it")
    assert code(lambda: table.archive.make(dossier)) == "NOT_ALLOWED"


def test_central_gets_the_copy_and_is_told_of_it_after(table: Desk) -> None:
    dossier = accepted(table)
    table.archive.make(dossier)
    waiting = {digest for digest, _ in table.sheets.waiting()}
    told = [sheets_of(one) for one in table.journal.entries(dossier) if isinstance(one.what, ArchiveMade)]
    assert all(sheets <= waiting for sheets in told)
    assert len(told) == 3


# ---- lists


def test_what_nobody_signed_is_listed_with_code_name_pages_and_size(table: Desk) -> None:
    dossier = accepted(table)
    table.archive.make(dossier)
    state = table.journal.dossier(dossier)
    lines = {line.paper: line for line in table.archive.unsigned()}
    assert set(lines) == set(OF)
    line = lines["GKSK"]
    assert (line.code, line.name.vi, line.pages) == (state.code, "Giấy khám sức khỏe của người lái xe còn hiệu lực", 1)
    assert (line.size_bytes, line.sheet) == (state.archive["GKSK"].size_bytes, state.archive["GKSK"].sheet)
    assert line.words.vi == "Chưa ký"


def test_the_lists_remember_until_when_all_is_done_and_forget_nothing(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_ALWAYS_LOOKED_AT", 1)
    dossiers = [accepted(table) for _ in range(4)]
    for dossier in dossiers[1:]:
        table.archive.make(dossier)
    assert table.archive.unfinished() == (dossiers[0],)
    assert table.archive.unfinished() == (dossiers[0],), "still there when asked again"
    assert table.archive.finish() == archive.Troubles(3)
    assert table.archive.unfinished() == ()
    asked: list[UUID] = []
    look = table.journal.dossier
    monkeypatch.setattr(table.journal, "dossier", lambda one: (asked.append(one), look(one))[1])
    assert table.archive.unfinished() == ()
    assert len(set(asked)) <= 2, "what was complete is not looked at again"
    assert len(table.archive.unsigned()) == 12


def sent(table: Desk, *papers: str) -> tuple[UUID, dict[str, bytes]]:
    """What a citizen sent and this counter accepted: its pages lie at central, where `fetch` finds them."""
    dossier, now, at_central = new_id(), table.clock(), {}
    pages = []
    for paper in papers:
        data, text = printed(OF[paper], (800, 600))
        sheet = hashlib.sha256(data).hexdigest()
        at_central[sheet], table.texts[sheet] = data, text
        pages.append(Page(sheet, paper, 800, 600, 300, len(data), "image/jpeg"))
    pack, counter = table.counter.pack.version, table.counter.station.counter
    opened = Opened("licence-exchange", "online", "G01.801.308-261123-000101", "PC08-HN", "CONG", pack, True)
    due = now + timedelta(days=3)
    done = Submitted("G01.801.308-261123-000009", now, due, "B", "DOI_SAP_HET_HAN", 0, papers, counter=counter)
    table.journal.append(dossier, [opened, PagesArranged(tuple(pages), "import"), done], "clerk", now)
    return dossier, at_central


def unreached(digest: str, dossier: UUID) -> bytes:
    raise unreachable()


def test_copies_of_what_a_citizen_sent_are_made_where_it_was_accepted_of_pages_at_central(table: Desk) -> None:
    dossier, at_central = sent(table, "GKSK", "GPLX_CU")
    assert table.archive.unfinished() == (dossier,)
    table.counter.fetch = unreached
    failed = table.archive.finish()
    assert (failed.done, {refusal.code for _, refusal in failed.failed}) == (0, {"SHEET_AT_CENTRAL"})
    table.counter.fetch = lambda digest, whose: at_central[digest]
    assert table.archive.finish() == Troubles(2)
    assert table.archive.unfinished() == ()
    assert {line.dossier for line in table.archive.unsigned()} == {dossier}
    read = {one.paper: text_of(table.archive.open_copy(dossier, one.paper)) for one in copies(table, dossier)}
    assert {paper: " ".join(OF[paper]) in text for paper, text in read.items()} == {"GKSK": True, "GPLX_CU": True}
    table.counter.station = replace(table.counter.station, counter="Q05")
    assert table.archive.unsigned() == ()


def test_another_counters_dossiers_are_not_this_desks_work(table: Desk) -> None:
    accepted(table)
    table.counter.station = replace(table.counter.station, counter="Q05")
    assert table.archive.unfinished() == ()
    assert table.archive.unsigned() == ()


# ---- the seal


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_flipped_bit_anywhere_is_found(table: Desk, data: st.DataObject) -> None:
    if not table.archive.unsigned():
        table.archive.make(accepted(table))
    line = table.archive.unsigned()[0]
    path = next((table.sheets._folder / line.sheet[:2]).glob(f"{line.sheet}*"))
    sealed = path.read_bytes()
    at, bit = data.draw(st.integers(0, len(sealed) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :])
    with pytest.raises(Refusal) as refusal:
        table.archive.open_copy(line.dossier, line.paper)
    assert (refusal.value.code, "central" in refusal.value.remedy.en) == ("SHEET_DAMAGED", True)
    path.write_bytes(sealed)
    assert len(table.archive.open_copy(line.dossier, line.paper)) == line.size_bytes


def test_a_store_that_gives_other_bytes_is_not_believed(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = accepted(table)
    table.archive.make(dossier)
    get = table.sheets.get
    monkeypatch.setattr(table.sheets, "get", lambda digest: get(digest) + b"\n")
    assert code(lambda: table.archive.open_copy(dossier, "ANH")) == "SHEET_DAMAGED"


# ---- no token


def test_a_desk_without_a_token_says_so_and_goes_on(table: Desk) -> None:
    dossier = accepted(table)
    table.archive.make(dossier)
    assert table.archive.view().token.state == "unset"
    assert code(table.archive.tokens) == "SIGN_NOT_SET"
    assert len(table.archive.view().lines) == 3


# ---- the token


@pytest.fixture
def signing(table: Desk, officer: Officer) -> Desk:
    """The desk with the officer's token."""
    table.archive = Archiving(
        table.counter,
        PdfArchive(RESOURCES),
        lambda _dossier, sheet: table.texts.get(sheet),
        Pkcs11Signer(str(officer.module), officer.ca),
    )
    return table


def items(table: Desk) -> list[tuple[UUID, str]]:
    return [(line.dossier, line.paper) for line in table.archive.unsigned()]


@pytest.mark.wire
def test_copies_of_several_dossiers_are_signed_in_one_go(signing: Desk, officer: Officer) -> None:
    dossiers = [accepted(signing), accepted(signing)]
    for dossier in dossiers:
        signing.archive.make(dossier)
    before = {item: signing.archive.open_copy(*item) for item in items(signing)}
    (token,) = signing.archive.tokens()
    told: list[tuple[int, int]] = []
    assert signing.archive.sign(token, PIN, items(signing), lambda done, of: told.append((done, of))).done == 6
    assert told == [(done, 6) for done in range(1, 7)]
    assert officer.logins == 1
    assert signing.archive.unsigned() == ()
    for item, copy in before.items():
        made = signing.journal.dossier(item[0]).archive[item[1]]
        assert made.signed_by == token.certificate_sha256
        assert signing.archive.open_copy(*item).startswith(copy)
        assert len(signing.archive.open_copy(*item)) == made.size_bytes
    assert signing.archive.verdict(*next(iter(before))) == "good"
    assert {line.state for line in signing.archive.lines(dossiers[0])} == {"signed"}
    assert signing.archive.make(dossiers[0]).done == 0, "a signed copy is not made again"
    assert signing.archive.sign(token, "any", list(before)) == archive.Troubles(0), "nothing left: the PIN is not tried"


@pytest.mark.wire
def test_a_copy_that_became_another_meanwhile_is_not_counted_as_signed(
    signing: Desk, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = accepted(signing)
    signing.archive.make(dossier)
    (token,) = signing.archive.tokens()
    put = signing.sheets.put

    def meanwhile(data: bytes) -> str:
        """While the first copy is signed, its item becomes another at central's word."""
        monkeypatch.setattr(signing.sheets, "put", put)
        pages = signing.journal.dossier(dossier).pages
        signing.counter.write(dossier, PagesArranged((*pages, page(signing, "GKSK", ("Trang hai",))), "scan"))
        return put(data)

    first = items(signing)[0]
    assert first[1] == "GKSK"
    monkeypatch.setattr(signing.sheets, "put", meanwhile)
    told: list[int] = []
    assert signing.archive.sign(token, PIN, items(signing), lambda done, of: told.append(done)).done == 2
    assert told == [1, 2]
    assert {line.paper: line.state for line in signing.archive.lines(dossier)} == {
        "GKSK": "waiting",
        "GPLX_CU": "signed",
        "ANH": "signed",
    }


@pytest.mark.wire
def test_a_copy_of_other_pages_is_neither_listed_nor_signed(signing: Desk, officer: Officer) -> None:
    """Another page came, which is not made yet, and an item lost its pages: both by another station's entries."""
    dossier = accepted(signing)
    signing.archive.make(dossier)
    pages = signing.journal.dossier(dossier).pages
    late = replace(page(signing, "GKSK", ("Trang hai",)), raw=True)
    left = tuple(one for one in pages if one.paper != "ANH")
    signing.counter.write(dossier, PagesArranged((*left, late), "scan"))
    assert [item[1] for item in items(signing)] == ["GPLX_CU"]
    (token,) = signing.archive.tokens()
    which = [(dossier, paper) for paper in OF]
    done = signing.archive.sign(token, PIN, which)
    assert (done.done, {item[1]: one.code for item, one in done.failed}) == (
        1,
        {"GKSK": "ARCHIVE_NONE", "ANH": "ARCHIVE_NONE"},
    )


@pytest.mark.wire
def test_what_was_signed_before_the_token_broke_is_kept_and_the_rest_waits(signing: Desk, officer: Officer) -> None:
    signing.archive.make(accepted(signing))
    (token,) = signing.archive.tokens()
    officer.breaks("crash", at=2)
    assert code(lambda: signing.archive.sign(token, PIN, items(signing))) == "SIGN_CRASHED"
    assert len(signing.archive.unsigned()) == 2
    officer.whole()
    assert signing.archive.sign(token, PIN, items(signing)).done == 2
    assert signing.archive.unsigned() == ()


@pytest.mark.wire
def test_without_its_token_the_list_waits(signing: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signing.archive.make(accepted(signing))
    (token,) = signing.archive.tokens()
    with monkeypatch.context() as patch:
        (tmp_path / "unplugged").mkdir()
        (tmp_path / "other.conf").write_text(f"directories.tokendir = {tmp_path / 'unplugged'}\n", "utf-8")
        patch.setenv("SOFTHSM2_CONF", str(tmp_path / "other.conf"))
        assert code(lambda: signing.archive.sign(token, PIN, items(signing))) == "SIGN_TOKEN_MISSING"
        view = signing.archive.view()
        assert (view.token.state, len(view.lines)) == ("missing", 3)
        assert archive_view.check(signing.archive._signer, signing.time).state == "warn"
    assert signing.archive.view().token.state == "ready"
    assert signing.archive.sign(token, PIN, items(signing)).done == 3


@pytest.mark.wire
def test_a_damaged_copy_is_not_signed_and_holds_nothing_up(signing: Desk, officer: Officer) -> None:
    signing.archive.make(accepted(signing))
    line = signing.archive.unsigned()[1]
    next((signing.sheets._folder / line.sheet[:2]).glob(f"{line.sheet}*")).write_bytes(b"broken")
    done = signing.archive.sign(signing.archive.tokens()[0], PIN, items(signing))
    assert (done.done, [(item[1], one.code) for item, one in done.failed]) == (2, [(line.paper, "SHEET_DAMAGED")])
    assert [one.paper for one in signing.archive.unsigned()] == [line.paper]


@pytest.mark.wire
def test_the_token_in_words(signing: Desk, officer: Officer) -> None:
    told = []
    for tries in (3, 1, 0):
        officer.left(tries)
        view = archive_view.token_state(signing.archive._signer)
        told.append((view.state, view.words.en, archive_view.check(signing.archive._signer, signing.time).state))
    assert told == [
        ("ready", "Signing token: ready", "ok"),
        ("last_try", "Signing token: one try of the PIN left", "warn"),
        ("locked", "Signing token: locked", "warn"),
    ]
    officer.whole()
    late = signing.archive.tokens()[0].expires - timedelta(days=3)
    assert archive_view.check(signing.archive._signer, late).state == "warn"
    assert archive_view.check(None, late).state == "ok", "a desk that does not sign is as it should be"
