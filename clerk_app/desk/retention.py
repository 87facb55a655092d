"""Copies that this desk keeps of finished dossiers, destroyed by rule once central proved that it has everything.

Nothing is destroyed on this desk's own word: central says, in the same breath, what it has of a dossier, since when,
and what time it is. Without that answer everything stays. What is destroyed is written down first.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.line import LineRefused, on_the_line
from clerk_app.desk.originals import archived
from clerk_app.desk.ports import Cancel, Central, LocalCopies
from clerk_app.domain.dossier import ArchiveMade, Dossier, Entry, FaceCompared, IdentityRead, sheets_of
from clerk_app.domain.oversight import CopiesRemoved
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import CopyKind, RetentionRow, Rules
from clerk_app.domain.settling import Record
from clerk_app.wire import MAX_PROOFS, DossierProof

T = TypeVar("T")
RAN = "retention_ran"
"""Where the journal keeps when all copies were last looked through, by central's clock."""
EVERY, AFTER_FAILURE = timedelta(hours=20), timedelta(hours=1)
_IN_ONE_ENTRY = 1000
_SHEETS: tuple[CopyKind, ...] = ("sheets", "portraits", "archive")
_WORK = ("originals", "page_texts")


@dataclass(frozen=True, slots=True)
class Retained:
    """What one look through did, or would do (`dry`).

    `removed` counts by kind, `octets` what was freed; `dossiers` are those of which something was destroyed, `kept`
    says of how many dossiers something stays, and why (`WHY_KEPT`). `problem` is why central could not be asked.
    """

    removed: Mapping[CopyKind, int] = field(default_factory=dict)
    octets: int = 0
    dossiers: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    dry: bool = False
    problem: Refusal | None = None


WHY_KEPT: Mapping[str, Words] = {
    "draft": Words("giữ, còn là bản nháp", "kept, still drafts"),
    "waiting": Words("giữ, trung tâm chưa nhận đủ", "kept, central has not got all of it yet"),
    "refused": Words("giữ, có mục bị từ chối", "kept, something was refused"),
    "archive": Words("giữ, thiếu bản lưu trữ", "kept, an archive copy is missing"),
    "unproven": Words("giữ, trung tâm chưa chứng minh có đủ", "kept, central did not prove that it has all"),
    "lacking": Words("giữ, trung tâm thiếu trang", "kept, central lacks a page"),
    "open": Words("giữ, hồ sơ chưa kết thúc", "kept, the dossier has not ended"),
    "young": Words("giữ, chưa đủ số ngày", "kept, not old enough"),
    "shared": Words("giữ, hồ sơ khác còn cần", "kept, another dossier needs a page"),
}
"""Why copies stay, in the order in which it is told."""


@dataclass(slots=True)
class _Case:
    """A dossier of which copies lie here: its own sheets by kind, and why they stay (the empty text: they may go)."""

    state: Dossier
    kinds: Mapping[str, frozenset[CopyKind]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    accepted: int = 0
    newest: int = 0
    why: str = ""
    due: frozenset[str] = frozenset()


class Retention:
    """Looks through everything that lies here. Blocks for seconds; `cancel` ends it between two steps."""

    def __init__(self, counter: Counter, central: Central, copies: LocalCopies) -> None:
        self._counter = counter
        self._central = central
        self._copies = copies
        self._failed_at: datetime | None = None

    def wanted(self) -> bool:
        """Whether it was not done for most of a day, as far as this desk can tell; a wrong clock costs one look."""
        now = self._counter.clock()
        if self._failed_at is not None and timedelta(0) <= now - self._failed_at < AFTER_FAILURE:
            return False
        try:
            last = datetime.fromisoformat(self._counter.journal.noted(RAN))
        except ValueError:
            return True
        return not timedelta(0) <= now - last < EVERY

    def run(self, cancel: Cancel = lambda: False, dry: bool = False) -> Retained:
        """Destroy what the rules of today say, for the person signed in. Raises `Refusal` SIGN_IN_NEEDED, STORE_…."""
        who = self._counter.who().id
        rows = self._counter.rules_today().retentions
        if not rows:
            return Retained(dry=dry)
        here = self._copies.here()
        mentions = self._copies.mentions(here.keys(), cancel)
        if cancel():
            return Retained(dry=dry)
        worded = frozenset(self._copies.with_words()) if "page_words" in rows else frozenset()
        with_originals = frozenset(self._counter.sheets.originals())
        holding = frozenset().union(*mentions.of.values(), worded, with_originals)
        cases: dict[UUID, _Case] = {}
        for dossier in holding:
            if cancel():
                return Retained(dry=dry)
            newest = mentions.newest.get(dossier)
            young = newest is not None and self._counter.clock() - newest < _soonest(rows)
            cases[dossier] = _Case(Dossier(dossier), why="young") if young else self._case(dossier)
        asked = [one for one in cases.values() if not one.why]
        try:
            at = self._prove(asked, rows, cancel)
        except LineRefused as line:
            self._failed_at = self._counter.clock()
            return Retained(kept=_reasons(cases.values()), dry=dry, problem=line.refusal)
        if cancel():
            return Retained(dry=dry)
        going = self._going(here, mentions.of, cases)
        report = self._destroyed(going, here, cases, rows, who, dry, at)
        report = self._words_and_originals(report, cases, worded, with_originals, dry)
        if not dry:
            self._counter.journal.note(RAN, (at or self._counter.clock()).isoformat())
        return report

    # ---- what may go

    def _case(self, dossier: UUID) -> _Case:
        journal = self._counter.journal
        records = journal.records(dossier)
        state = journal.dossier(dossier)
        accepted = [one for one in records if one.number]
        own = self._counter.station.station
        gone = frozenset(sheet for one in records if one.station == own for sheet in _removed(one.entry))
        kinds = _kinds(one.entry for one in accepted)
        newest = max((one.number for one in accepted), default=0)
        case = _Case(state, kinds, gone, len(accepted), newest)
        waiting, refused = journal.open_counts(dossier)
        if state.status == "draft":
            case.why = "draft"
        elif refused:
            case.why = "refused"
        elif waiting and not _only_removals(records):
            case.why = "waiting"
        elif state.status == "submitted" and not archived(state):
            case.why = "archive"
        return case

    def _prove(self, cases: Sequence[_Case], rows: Mapping[str, RetentionRow], cancel: Cancel) -> datetime | None:
        """Ask central about these and note what is due; central's time, None where nothing was asked."""
        at: datetime | None = None
        for some in _parts(cases, MAX_PROOFS // 2):
            if cancel():
                return None
            with on_the_line():
                answer = self._central.proofs([one.state.id for one in some])
            at = answer.at
            proofs = {proof.dossier: proof for proof in answer.proofs}
            for one in some:
                _judge(one, proofs.get(one.state.id), at, rows)
        return at

    def _going(
        self, here: Mapping[str, int], mentioned: Mapping[str, frozenset[UUID]], cases: Mapping[UUID, _Case]
    ) -> dict[UUID, list[str]]:
        """The sheets that no dossier needs any more, by each dossier in which they stand."""
        going: dict[UUID, list[str]] = {}
        for digest in here:
            holders = [cases[dossier] for dossier in mentioned.get(digest, ())]
            if not holders:
                # Nothing speaks of it: it belongs to something that is not here yet.
                continue
            if all(_lets_go(one, digest) for one in holders):
                for one in holders:
                    going.setdefault(one.state.id, []).append(digest)
            else:
                for one in holders:
                    one.why = one.why or ("shared" if _lets_go(one, digest) else "")
        return going

    # ---- and goes

    def _destroyed(
        self,
        going: Mapping[UUID, Sequence[str]],
        here: Mapping[str, int],
        cases: Mapping[UUID, _Case],
        rows: Mapping[str, RetentionRow],
        who: str,
        dry: bool,
        at: datetime | None,
    ) -> Retained:
        removed: Tally[CopyKind] = Tally()
        digests = dict.fromkeys(digest for those in going.values() for digest in those)
        if not dry:
            self._write_down(going, cases, rows, who, at)
        octets = 0
        for digest in digests:
            if not dry and not self._copies.remove(digest):
                continue
            octets += here[digest]
            kinds = {kind for one in cases.values() for kind in one.kinds.get(digest, ())}
            removed[min(kinds, key=_SHEETS.index, default="sheets")] += 1
        return Retained(dict(removed), octets, len(going), _reasons(cases.values()), dry)

    def _write_down(
        self,
        going: Mapping[UUID, Sequence[str]],
        cases: Mapping[UUID, _Case],
        rows: Mapping[str, RetentionRow],
        who: str,
        at: datetime | None,
    ) -> None:
        """Each dossier says what is gone before it is: what ends the program in between is finished the next time."""
        with self._counter.journal.together():
            for dossier, digests in going.items():
                case = cases[dossier]
                new = [digest for digest in digests if digest not in case.gone]
                kinds = {kind for digest in new for kind in case.kinds.get(digest, ())}
                basis = " ".join(sorted(rows[kind].rule.id for kind in kinds if kind in rows))
                if at is not None:
                    basis = f"{basis} proven {at.isoformat(timespec='seconds')}"
                for some in _parts(new, _IN_ONE_ENTRY):
                    self._counter.write(dossier, CopiesRemoved(tuple(some), basis), who=who)

    def _words_and_originals(
        self,
        report: Retained,
        cases: Mapping[UUID, _Case],
        worded: frozenset[UUID],
        with_originals: frozenset[UUID],
        dry: bool,
    ) -> Retained:
        removed = Tally(report.removed)
        for dossier in sorted(worded):
            if "page_words" in cases[dossier].due:
                removed["page_words"] += 1 if dry else self._copies.forget_words(dossier)
        for dossier in sorted(with_originals):
            if cases[dossier].due.issuperset(_WORK):
                removed["originals"] += 1 if dry else self._counter.sheets.release(dossier)
        return Retained(
            {kind: count for kind, count in removed.items() if count},
            report.octets,
            report.dossiers,
            report.kept,
            report.dry,
        )


def _parts(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for at in range(0, len(values), most):
        yield values[at : at + most]


def _judge(case: _Case, proof: DossierProof | None, at: datetime, rows: Mapping[str, RetentionRow]) -> None:
    """What of a dossier is due by central's own words, or why nothing is: its days begin with its end."""
    if proof is None or proof.entries < case.accepted or proof.newest < case.newest:
        case.why = "unproven"
    elif proof.lacking:
        case.why = "lacking"
    elif proof.open:
        case.why = "open"
    else:
        age = at - proof.settled_at
        case.due = frozenset(row.kind for row in rows.values() if age >= timedelta(days=row.days))
        case.why = "" if case.due.intersection(_SHEETS) else "young"


def originals_at_once(rules: Rules) -> bool:
    """Whether originals and what was read of them go as soon as a dossier is finished, not after some days."""
    return all(rules.retentions[kind].days == 0 for kind in _WORK if kind in rules.retentions)


def _soonest(rows: Mapping[str, RetentionRow]) -> timedelta:
    """No copy goes before a dossier was left alone for so long."""
    return timedelta(days=min(row.days for row in rows.values() if row.kind not in _WORK or row.days))


def _lets_go(case: _Case, digest: str) -> bool:
    """Whether this dossier needs the sheet no more: all that it is there is due."""
    kinds = case.kinds.get(digest, frozenset())
    return bool(kinds) and kinds <= case.due


def _kinds(entries: Iterable[Entry]) -> dict[str, frozenset[CopyKind]]:
    """What each sheet is of which central accepted an entry."""
    found: dict[str, frozenset[CopyKind]] = {}
    for entry in entries:
        kind: CopyKind = "sheets"
        if isinstance(entry.what, IdentityRead | FaceCompared):
            kind = "portraits"
        elif isinstance(entry.what, ArchiveMade):
            kind = "archive"
        for digest in sheets_of(entry):
            found[digest] = found.get(digest, frozenset()) | {kind}
    return found


def _removed(entry: Entry) -> Iterator[str]:
    if isinstance(entry.what, CopiesRemoved):
        yield from entry.what.sheets


def _only_removals(records: Iterable[Record]) -> bool:
    """Whether what waits for central is only that copies were removed, which says nothing of the dossier."""
    waiting = [one for one in records if not one.number and not one.code]
    return all(isinstance(one.entry.what, CopiesRemoved) for one in waiting)


def _reasons(cases: Iterable[_Case]) -> dict[str, int]:
    counted = Tally(one.why for one in cases if one.why)
    return {why: counted[why] for why in WHY_KEPT if counted[why]}
