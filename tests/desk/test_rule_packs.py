"""A newer law at the desk: it takes over between two dossiers, and a bad one changes nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.catalogue import signing
from clerk_app.catalogue.archive import archived
from clerk_app.catalogue.pack import load
from clerk_app.desk.rule_packs import NOTE, RulePacks, refused_offer
from clerk_app.domain.dossier import RulesRenewed, Submitted
from clerk_app.store.pack_shelf import PackShelf
from clerk_app.wire import OfferedPack, User
from tests.desk.conftest import MORNING, Desk
from tests.peers.pack import FOLDER, newer_pack, public_key, sign_as, training_pack

OLD, NEW = training_pack().version, "2026.12.1"


class Law:
    """The law of a test's desk and what central may offer it."""

    def __init__(self, table: Desk, folder: Path, judged_by: str = "1") -> None:
        self.table, self.folder = table, folder
        self.shelf = PackShelf(folder / "catalogue", [public_key()])
        self.shelf.keep(training_pack().manifest, FOLDER)
        self.packs = RulePacks(table.counter, self.shelf, judged_by)

    def offer(self, version: str = NEW, fee_vnd: int = 125_000) -> tuple[OfferedPack, bytes]:
        """A newer pack whose fee holds since the morning of the tests."""
        place = self.folder / "published" / version
        pack = place if place.exists() else newer_pack(self.folder / "published", version, fee_vnd, MORNING.date())
        digest = load(pack, [public_key()]).manifest.digest
        return OfferedPack(version, digest), archived(pack, [public_key()])

    def arrives(self, version: str = NEW) -> None:
        offer, data = self.offer(version)
        assert self.packs.wants(offer)
        assert self.packs.judged(offer) is None
        assert self.packs.received(offer, data) is None


@pytest.fixture
def law(table: Desk, tmp_path: Path) -> Law:
    return Law(table, tmp_path)


def fee(table: Desk, dossier: UUID) -> int:
    return table.intake.view(dossier).fee.fee_vnd


def test_the_dossier_in_work_keeps_its_law_and_the_next_has_the_new_one(table: Desk, law: Law) -> None:
    first = table.applied()
    before = table.intake.view(first)
    law.arrives()
    assert table.intake.view(first).fee == before.fee
    assert table.intake.view(first).application == before.application
    table.cashier.take(first, "cash", 200_000)
    table.intake.submit(first)
    second = table.applied()
    assert (fee(table, first), fee(table, second)) == (115_000, 125_000)
    table.cashier.take(second, "cash", 200_000)
    table.intake.submit(second)
    done = [table.journal.dossier(one).submitted for one in (first, second)]
    assert [(one.fee_vnd, one.pack) for one in done if one] == [(115_000, OLD), (125_000, NEW)]
    assert table.kinds(first).count("RulesRenewed") == 0


def test_the_next_dossier_brings_the_new_law_and_not_the_arrival(table: Desk, law: Law) -> None:
    table.draft()
    law.arrives()
    assert table.counter.pack.version == OLD
    assert law.packs.newest.version == NEW
    check = law.packs.check()
    assert (check.state, check.words.en) == ("ok", f"Catalogue {OLD}; {NEW} from the next dossier on")
    table.draft()
    assert table.counter.pack.version == NEW
    assert law.packs.check().words.en == f"Catalogue {NEW}"


def test_a_draft_taken_up_again_goes_over_and_says_so(table: Desk, law: Law) -> None:
    dossier = table.applied()
    law.arrives()
    table.intake.park()
    assert fee(table, dossier) == 115_000, "a look from a list changes nothing"
    view = table.intake.take_up(dossier)
    assert view.fee.fee_vnd == 125_000
    assert table.journal.entries(dossier)[-1].what == RulesRenewed(NEW)
    table.intake.take_up(dossier)
    assert table.kinds(dossier).count("RulesRenewed") == 1


def test_the_draft_that_stands_open_does_not_go_over(table: Desk, law: Law) -> None:
    dossier = table.applied()
    law.arrives()
    assert table.journal.noted("open_dossier") == str(dossier)
    assert table.intake.take_up(dossier).fee.fee_vnd == 115_000
    resumed = table.intake.resume()
    assert resumed is not None
    assert resumed.fee.fee_vnd == 115_000, "after a crash it is still the dossier in work"


def test_a_draft_whose_fee_was_taken_keeps_the_law_of_its_receipt(table: Desk, law: Law) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    law.arrives()
    table.intake.park()
    assert table.intake.take_up(dossier).fee.fee_vnd == 115_000
    assert table.counter.pack.version == NEW, "the desk itself went over"
    view = table.intake.submit(dossier)
    assert view.receipt.submitted
    submitted = table.journal.dossier(dossier).submitted
    assert submitted is not None
    assert (submitted.fee_vnd, submitted.pack) == (115_000, OLD)


def test_whoever_may_not_take_dossiers_changes_none_by_looking(table: Desk, law: Law) -> None:
    dossier = table.applied()
    law.arrives()
    table.intake.park()
    table.counter.user = User("inspector", "Đặng Thanh", ["inspector"], "PC08-HN")
    before = table.kinds(dossier)
    table.intake.take_up(dossier)
    assert table.kinds(dossier) == before


def test_an_accepted_dossier_is_shown_by_its_own_law_for_ever(table: Desk, law: Law) -> None:
    dossier = table.accepted()
    before = table.intake.take_up(dossier)
    law.arrives()
    table.intake.park()
    table.draft()
    table.time += timedelta(days=400)
    after = table.intake.take_up(dossier)
    assert after.fee == before.fee
    assert after.application == before.application
    again = Law(table, law.folder)
    table.counter.pack = again.shelf.load(NEW)
    assert table.counter.rules_of(table.journal.dossier(dossier)).version == OLD, "read from the shelf, after a restart"


def test_a_dossier_whose_pack_never_came_here_is_shown_by_the_law_in_force(table: Desk, law: Law) -> None:
    law.arrives()
    dossier = table.applied()
    table.counter.packs, table.counter.newest, table.counter.pack = None, None, training_pack()
    assert table.counter.rules_of(table.journal.dossier(dossier)).version == OLD


def test_a_text_is_as_long_as_the_law_of_its_dossier_lets_it_be(table: Desk, law: Law) -> None:
    dossier = table.applied()
    law.arrives()
    table.draft()
    table.intake.enter(dossier, {"reason": "Đổi nơi cư trú"}, "application", "reason")
    assert table.journal.dossier(dossier).text("reason") == "Đổi nơi cư trú"


# ---- what is not taken


def test_a_bad_pack_is_told_once_and_not_fetched_again(table: Desk, law: Law, caplog: pytest.LogCaptureFixture) -> None:
    dossier = table.applied()
    offer, data = law.offer()
    with caplog.at_level(logging.WARNING, "quay.desk"):
        refusal = law.packs.received(offer, data[:-9])
    assert [record.getMessage() for record in caplog.records] == [f"catalogue {NEW} refused: PACK_DAMAGED"]
    assert refusal is not None
    assert refusal.code == "PACK_DAMAGED"
    assert NEW in refusal.words.vi
    assert refusal.remedy.vi.startswith("Danh mục cũ vẫn dùng")
    assert not law.packs.wants(offer)
    assert not Law(table, law.folder).packs.wants(offer), "nor after a restart"
    assert (table.counter.pack.version, law.packs.newest.version, fee(table, dossier)) == (OLD, OLD, 115_000)
    check = law.packs.check()
    assert check.state == "warn"
    assert "PACK_DAMAGED" in check.words.vi
    assert check.remedy == refusal.remedy


def test_another_pack_a_newer_program_or_another_key_is_looked_at_again(table: Desk, law: Law) -> None:
    offer, data = law.offer()
    law.packs.received(offer, data[:-9])
    assert law.packs.wants(law.offer("2026.12.2")[0])
    assert Law(table, law.folder, judged_by="2").packs.wants(offer)
    law.arrives("2026.12.2")
    assert table.journal.noted(NOTE) == ""
    assert law.packs.check().state == "ok"


def test_a_refusal_ends_when_central_offers_what_is_in_force(table: Desk, law: Law) -> None:
    offer, data = law.offer()
    law.packs.received(offer, data[:-9])
    assert not law.packs.wants(OfferedPack(OLD, training_pack().manifest.digest))
    assert law.packs.refused is None
    assert table.journal.noted(NOTE) == ""


def test_versions_never_go_back(table: Desk, law: Law) -> None:
    law.arrives()
    older = law.packs.judged(OfferedPack(OLD, training_pack().manifest.digest))
    assert older is not None
    assert older.code == "PACK_OLDER"
    same = law.packs.judged(OfferedPack(NEW, b"x" * 32))
    assert same is not None
    assert same.code == "PACK_VERSION_TAKEN"
    assert law.packs.newest.version == NEW


def test_an_old_pack_under_a_new_name_is_not_taken(table: Desk, law: Law) -> None:
    """What central says the version is counts for nothing: the signed manifest says it."""
    pack = newer_pack(law.folder, "2026.1.1")
    manifest = load(pack, [public_key()]).manifest
    refusal = law.packs.received(OfferedPack("2027.1.1", manifest.digest), archived(pack, [public_key()]))
    assert refusal is not None
    assert refusal.code == "PACK_OLDER"
    assert law.packs.newest.version == OLD


def test_a_pack_for_a_newer_program_says_update_it(table: Desk, law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = newer_pack(law.folder)
    with monkeypatch.context() as later:
        later.setattr(signing, "SCHEMA", 2)
        sign_as(pack, NEW)
        data = archived(pack, [public_key()])
        digest = load(pack, [public_key()]).manifest.digest
    refusal = law.packs.received(OfferedPack(NEW, digest), data)
    assert refusal is not None
    assert (refusal.code, "cập nhật chương trình" in refusal.remedy.vi) == ("PACK_SCHEMA", True)


def test_a_full_disk_is_not_held_against_the_pack(table: Desk, law: Law) -> None:
    offer, data = law.offer()
    place = law.folder / "catalogue"
    moved = place.rename(law.folder / "aside")
    place.write_text("in the way", "utf-8")
    refusal = law.packs.received(offer, data)
    assert refusal is not None
    assert refusal.code == "PACK_NOT_WRITTEN"
    place.unlink()
    moved.rename(place)
    again = Law(table, law.folder)
    assert again.packs.wants(offer)
    again.arrives()


def test_packs_between_are_kept_for_the_dossiers_of_other_desks(table: Desk, law: Law) -> None:
    law.arrives("2026.12.3")
    newest, earlier = law.offer("2026.12.3")[0], law.offer("2026.12.1")
    published = [newest, earlier[0], OfferedPack(OLD, training_pack().manifest.digest)]
    assert not law.packs.complete(newest)
    assert law.packs.lacking(newest, published) == [earlier[0]]
    law.packs.keep(*earlier)
    law.packs.keep(OfferedPack("2026.12.2", b"x" * 32), b"garbage")
    law.packs.completed(newest)
    assert law.packs.lacking(newest, published) == []
    assert Law(table, law.folder).packs.complete(newest)
    assert law.packs.newest.version == "2026.12.3"
    assert law.packs.check().state == "ok", "what is of the past stops nobody"
    assert law.shelf.versions() == ("2026.12.3", "2026.12.1", OLD)


def test_where_the_newest_is_refused_the_one_before_it_takes_over(table: Desk, law: Law) -> None:
    offer, data = law.offer("2026.12.3")
    assert law.packs.received(offer, data[:-9]) is not None
    law.packs.keep(*law.offer("2026.12.2"))
    assert law.packs.newest.version == "2026.12.2"
    check = law.packs.check()
    assert (check.state, "2026.12.2 from the next dossier on" in check.words.en) == ("warn", True)


@pytest.mark.parametrize("noted", ["", "{}", "nonsense", '{"version": "1"}', "[]", "null"])
def test_a_note_of_another_release_is_no_refusal(noted: str) -> None:
    assert refused_offer(noted) is None


def test_every_accepted_dossier_says_which_pack_decided(table: Desk) -> None:
    what = [entry.what for entry in table.journal.entries(table.accepted())]
    assert [one.pack for one in what if isinstance(one, Submitted)] == [OLD]
