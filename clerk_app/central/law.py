"""The law at central: who may do what today, and whether a submitted dossier is what the law of its day makes it.

The same pack, the same facts and the same `decide` as at the desk; but nobody at a counter can change these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from clerk_app.catalogue.pack import Pack, load
from clerk_app.catalogue.signing import PUBLIC_KEY, order, read_key
from clerk_app.central.packs import PublishedPacks, Standing
from clerk_app.central.rules import PACK_AHEAD
from clerk_app.domain import on_record
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.differences import of_another_person
from clerk_app.domain.dossier import Dossier, PaperTaken, Submitted
from clerk_app.domain.exceptions import by_hand, is_granted
from clerk_app.domain.facts import digitised, facts_at, paper_done, received_at, waiver
from clerk_app.domain.procedure import Decision, PaperNeeded, decide
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.rules import Rules

GRACE = timedelta(days=14)
"""How long a pack that was replaced still decides: longer than a desk is without a line in an ordinary outage."""
Earlier = Callable[[str], Dossier | None]
"""Finds an accepted dossier by its code."""
_REMEDY = Words(
    "Lãnh đạo phụ trách xem hai kết quả cạnh nhau và quyết định.",
    "A supervisor looks at both results side by side and decides.",
)


def publishers(folder: Path, trusted_keys: Sequence[bytes], practice: bool) -> list[bytes]:
    """Whose packs count. Practice also trusts the training publisher's key that lies beside the pack in `folder`."""
    keys = list(trusted_keys)
    if practice and (folder / PUBLIC_KEY).exists():
        keys.append(read_key(folder / PUBLIC_KEY))
    return keys


def read_pack(folder: Path, trusted_keys: Sequence[bytes], practice: bool) -> Pack:
    """The pack in `folder`. Raises `Refusal` (`PACK_…`)."""
    return load(folder, publishers(folder, trusted_keys, practice))


@dataclass(frozen=True, slots=True)
class PackedLaw:
    """`rules.Law` by a rule pack, the law of today, and by every one that was published before it."""

    pack: Pack
    packs: PublishedPacks | None = None
    published: tuple[Standing, ...] = ()

    def standing(self) -> PackedLaw:
        """The law as it is published now."""
        if self.packs is None:
            return self
        published = self.packs.standing()
        newest = next((pack for one in published if (pack := self.packs.pack(one)) is not None), self.pack)
        return PackedLaw(newest, self.packs, published)

    def roles(self, at: datetime) -> RoleTable:
        """Which scopes each role has on the day of `at`."""
        return self.pack.as_of(in_hanoi(at).date()).roles

    def supervised(self, at: datetime) -> frozenset[str]:
        """The roles whose acceptances a second person looks at, on the day of `at`."""
        return self.pack.as_of(in_hanoi(at).date()).supervised

    def rules_of(self, dossier: Dossier, at: datetime) -> Rules:
        """Everything that a dossier lives by: of its reception day (a draft: the day of `at`), by its own pack."""
        day = in_hanoi(received_at(dossier, at)).date()
        return (self._named(dossier.pack) or self.pack).as_of(day, dossier.office)

    def setting(self, name: str, at: datetime, pack: str = "") -> str:
        """A setting of the catalogue on the day of `at`, or the empty text; by this version where it is known."""
        return (self._named(pack) or self.pack).as_of(in_hanoi(at).date()).settings.get(name, "")

    def rules(self, at: datetime, pack: str = "") -> Rules:
        """Everything that holds on the day of `at`; by this version where it is known."""
        return (self._named(pack) or self.pack).as_of(in_hanoi(at).date())

    def rules_of_office(self, office: str, at: datetime) -> Rules:
        """Everything that holds on the day of `at` at this office, which may have hours of its own."""
        return self.pack.as_of(in_hanoi(at).date(), office)

    def check(
        self,
        dossier: Dossier,
        submitted: Submitted,
        at: datetime,
        earlier: Earlier = lambda code: None,
        supervised: bool = False,
    ) -> None:
        """Raises `Refusal` where the submission differs from the law of its day, by the pack that it was decided by.

        OTHER_PERSON, CASE_REFUSED, CLASS_DIFFERS, FEE_WRONG, DUE_DIFFERS, EXCEPTION_MISSING, PAPER_MISSING, PAPER_TAKEN
        for one that may not be taken from record;
        PACK_NOT_PUBLISHED for a pack that never was handed out, PACK_AHEAD for one that is newer than all of them,
        and PACK_OUTDATED where one that had been replaced for longer than `GRACE` comes out otherwise than today's.
        """
        pack = self._deciding(submitted)
        if pack is self.pack or not self._outlived(pack.version, at):
            _check(dossier, submitted, pack, earlier, supervised)
            return
        try:
            _check(dossier, submitted, self.pack, earlier, supervised)
        except Refusal as refusal:
            raise _outdated(pack.version, self.pack.version, refusal) from None

    def _deciding(self, submitted: Submitted) -> Pack:
        version = submitted.pack
        if version in ("", self.pack.version):
            return self.pack
        pack = self._named(version)
        if pack is not None:
            return pack
        raise _ahead(version, self.pack.version) if order(version) > order(self.pack.version) else _unknown(version)

    def _named(self, version: str) -> Pack | None:
        if version == self.pack.version:
            return self.pack
        found = next((one for one in self.published if one.version == version), None)
        return self.packs.pack(found) if self.packs is not None and found is not None else None

    def _outlived(self, version: str, at: datetime) -> bool:
        """Whether this pack had been replaced for longer than the grace at that moment."""
        number = next((one.number for one in self.published if one.version == version), None)
        if number is None:
            return False
        replaced_ms = min((one.published_ms for one in self.published if one.number > number), default=None)
        return replaced_ms is not None and at.timestamp() * 1000 > replaced_ms + GRACE.total_seconds() * 1000


def _check(dossier: Dossier, submitted: Submitted, pack: Pack, earlier: Earlier, supervised: bool) -> None:
    if of_another_person(dossier):
        raise Refusal(
            "OTHER_PERSON",
            Words("Giấy tờ trong hồ sơ là của hai người.", "The dossier holds documents of two persons."),
            _REMEDY,
        )
    facts = facts_at(dossier, submitted.received_at, submitted.case, submitted.new_class, supervised)
    rules = pack.as_of(in_hanoi(submitted.received_at).date(), dossier.office)
    decision = decide(facts, rules)
    if decision.refusals:
        first = decision.refusals[0]
        raise Refusal("CASE_REFUSED", first.words, _REMEDY)
    _check_outcome(decision, submitted)
    for needed in decision.exceptions_needed:
        if not is_granted(dossier, needed.code, rules):
            raise Refusal("EXCEPTION_MISSING", needed.words, _REMEDY)
    for code in by_hand(dossier, rules):
        row = rules.exception(code)
        if row is not None and not is_granted(dossier, code, rules):
            raise Refusal("EXCEPTION_MISSING", row.rule.because, _REMEDY)
    for paper in decision.papers:
        if paper.required and not (paper_done(dossier, paper) and _rightly_waived(dossier, paper, submitted, rules)):
            words = Words(f"Còn thiếu: {paper.name.vi}.", f"Still missing: {paper.name.en}.")
            raise Refusal("PAPER_MISSING", words, _REMEDY)
        if digitised(dossier, paper.code) > 1:
            _check_taken(dossier, dossier.taken[paper.code], submitted, rules, earlier)


def _rightly_waived(dossier: Dossier, paper: PaperNeeded, submitted: Submitted, rules: Rules) -> bool:
    """Whether the paper is there, or the rules of the day let it be done without in this case."""
    row = rules.exception(waiver(paper.code))
    allowed = row is not None and row.scope.covers(submitted.case)
    return allowed or paper_done(replace(dossier, exceptions=MappingProxyType({})), paper)


def _check_taken(dossier: Dossier, taken: PaperTaken, submitted: Submitted, rules: Rules, earlier: Earlier) -> None:
    """A paper from record is of the same person, as it was handed in then, and may still be taken."""
    of = earlier(taken.reference) if taken.source == "dossier" else None
    day = in_hanoi(submitted.received_at).date()
    if why := on_record.taken_wrongly(dossier, taken, of, submitted.case, rules, day):
        raise Refusal("PAPER_TAKEN", on_record.said(taken.paper, why), _REMEDY)


def _check_outcome(decision: Decision, submitted: Submitted) -> None:
    if submitted.new_class not in {choice.code for choice in decision.new_classes} and decision.new_classes:
        raise Refusal(
            "CLASS_DIFFERS",
            Words("Hạng mới khác kết quả của trung tâm.", "The new class differs from central's decision."),
            _REMEDY,
        )
    if submitted.fee_vnd != decision.fee_vnd:
        raise Refusal(
            "FEE_WRONG",
            Words(
                f"Lệ phí phải là {decision.fee_vnd} đồng, quầy ghi {submitted.fee_vnd} đồng.",
                f"The fee must be {decision.fee_vnd} đồng, the counter wrote {submitted.fee_vnd} đồng.",
            ),
            _REMEDY,
        )
    if submitted.due_at != decision.due_at:
        due, said = in_hanoi(decision.due_at), in_hanoi(submitted.due_at)
        raise Refusal(
            "DUE_DIFFERS",
            Words(
                f"Ngày hẹn phải là {due:%H:%M %d/%m/%Y}, quầy ghi {said:%H:%M %d/%m/%Y}.",
                f"The appointment must be {due:%H:%M %d/%m/%Y}, the counter wrote {said:%H:%M %d/%m/%Y}.",
            ),
            _REMEDY,
        )


def _unknown(version: str) -> Refusal:
    return Refusal(
        "PACK_NOT_PUBLISHED",
        Words(
            f"Hồ sơ được xét theo danh mục {version} mà trung tâm chưa từng phát hành.",
            f"The dossier was decided by catalogue {version}, which central never published.",
        ),
        Words(
            "Máy này lấy danh mục hiện hành của trung tâm rồi lập lại hồ sơ; báo cán bộ quản trị.",
            "Let this desk fetch the catalogue in force, then take the dossier anew; tell the IT officer.",
        ),
    )


def _ahead(version: str, newest: str) -> Refusal:
    return Refusal(
        PACK_AHEAD,
        Words(
            f"Máy trạm dùng danh mục {version}, trung tâm mới phát hành đến {newest}.",
            f"The station uses catalogue {version}; central has published up to {newest}.",
        ),
        Words(
            f"Báo cán bộ quản trị phát hành danh mục {version} tại trung tâm; máy trạm giữ hồ sơ và tự gửi lại.",
            f"Let the IT officer publish catalogue {version} at central; the station keeps all and sends it again.",
        ),
    )


def _outdated(version: str, newest: str, refusal: Refusal) -> Refusal:
    return Refusal(
        "PACK_OUTDATED",
        Words(
            f"Máy trạm còn dùng danh mục {version}, đã được {newest} thay quá {GRACE.days} ngày. {refusal.words.vi}",
            f"The station still used catalogue {version}, replaced by {newest} over {GRACE.days} days ago. "
            f"{refusal.words.en}",
        ),
        Words(
            "Nối mạng để máy nhận danh mục mới; lãnh đạo phụ trách xem xét hồ sơ này.",
            "Put the desk on the line to get the newer one; a supervisor looks at this dossier.",
        ),
    )
