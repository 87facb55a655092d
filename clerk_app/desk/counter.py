"""What every task at one desk shares: the journal, the sheets, the law, the clock, and who is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clerk_app.catalogue.pack import Pack
from clerk_app.desk.ports import Clock, Journal, Packs, QueueLine, Sheets, Station
from clerk_app.desk.views import IntakeView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, Happening
from clerk_app.domain.facts import received_at
from clerk_app.domain.limits import LimitName
from clerk_app.domain.oversight import Factor
from clerk_app.domain.reception import Reception, receives
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import Whose, may_on, reach_of, scopes_of, supervised, who_could, whose
from clerk_app.domain.rules import Rules
from clerk_app.domain.subject import erased
from clerk_app.domain.token_proofs import TokenProof
from clerk_app.wire import User

NO_LINE = frozenset({"CENTRAL_UNREACHABLE", "CENTRAL_NONSENSE", "CENTRAL_FAILED", "RATE_LIMITED"})
"""Codes that mean: nobody answers as central does (no line, a captive portal, a broken central, one that is asked too
much); go on without it."""


Show = Callable[[Dossier], IntakeView]
"""Makes the view of a state that a task produced."""


@dataclass(slots=True)
class Counter:
    """One desk. `user` is None while nobody is signed in."""

    station: Station
    journal: Journal
    sheets: Sheets
    pack: Pack
    """The law in force here: the newest that was taken over."""
    clock: Clock
    user: User | None = field(default=None)
    factor: Factor = field(default="", kw_only=True)
    """How the person signed in proved who they are."""
    proof: TokenProof | None = field(default=None, kw_only=True, repr=False)
    """What their token signed when they came in, where it did."""
    packs: Packs | None = field(default=None)
    newest: Pack | None = field(default=None)
    """What takes over before the next dossier; the pack in force itself once it has."""
    renewals: tuple[Callable[[], None], ...] = ()
    """What else is looked at between two dossiers, each quick where nothing has changed."""
    admits: tuple[Callable[[], None], ...] = ()
    """What may refuse that a new dossier is begun; those that are begun are never touched."""
    admit_person: Callable[[], None] = lambda: None
    """What may refuse that somebody signs in without a line."""
    lifted: Callable[[LimitName], datetime | None] = lambda name: None
    """Until when a grace code lets a limit be passed."""
    elsewhere: Callable[[UUID], Words | None] = lambda dossier: None
    """Which other desk has a dossier open, as it was last heard."""
    fetch: Callable[[str, UUID], bytes] | None = None
    """Brings a sheet of a dossier from central; nothing that it brings is kept here."""

    def who(self) -> User:
        """The person signed in. Raises `Refusal` `SIGN_IN_NEEDED`."""
        if self.user is None:
            raise Refusal(
                "SIGN_IN_NEEDED",
                Words("Chưa có ai đăng nhập ở quầy này.", "Nobody is signed in at this desk."),
                Words("Đăng nhập rồi làm lại.", "Sign in and try again."),
            )
        return self.user

    def demand(self, scope: str, dossier: UUID | Dossier | None = None, user: User | None = None) -> User:
        """The person signed in (or `user`), if their roles allow what `scope` names, and reach to the dossier.

        Raises `Refusal` `NOT_ALLOWED` for a scope that they lack, `NOT_YOURS` for a dossier beyond their reach.
        """
        user = user or self.who()
        law = self.authority()
        reach = reach_of(user.roles, scope, law.roles)
        if reach is None:
            raise not_allowed(scope, law)
        if dossier is not None and reach != "any":
            found = self._whose(dossier, user)
            if not may_on(user.roles, scope, law.roles, found):
                raise not_yours(scope, found, law)
        return user

    def may(self, scope: str, dossier: UUID | Dossier | None = None) -> bool:
        """Whether somebody is signed in whose roles allow what `scope` names, and reach to the dossier."""
        try:
            self.demand(scope, dossier)
        except Refusal:
            return False
        return True

    def scopes_on(self, dossier: Dossier) -> frozenset[str]:
        """Everything that the person signed in may do to this dossier; nothing while nobody is."""
        if self.user is None:
            return frozenset()
        table, found = self.authority().roles, self._whose(dossier, self.user)
        return frozenset(
            scope for scope in scopes_of(self.user.roles, table) if may_on(self.user.roles, scope, table, found)
        )

    def supervised(self) -> bool:
        """Whether a second person looks at what the person signed in accepts."""
        law = self.authority()
        return self.user is not None and supervised(self.user.roles, law.roles, law.supervised)

    def title(self) -> Words:
        """What the law calls the person signed in: by the role that may do most. Nothing while nobody is."""
        law, roles = self.authority(), self.user.roles if self.user is not None else []
        role = max(roles, key=lambda role: len(law.roles.get(role, {})), default="")
        return law.role_names.get(role, Words(role, role))

    def within(self, scope: str, lines: Iterable[QueueLine]) -> list[QueueLine]:
        """Those of a list that the person signed in reaches with this scope. Raises `Refusal` `NOT_ALLOWED`."""
        user = self.demand(scope)
        reach = reach_of(user.roles, scope, self.authority().roles)
        if reach != "own":
            # No dossier of another office comes to this desk.
            return list(lines)
        return [line for line in lines if line.clerk == user.id or self._whose(line.dossier, user) == "own"]

    def owed(self, scope: str, since: datetime | None, until: datetime) -> tuple[list[QueueLine], int]:
        """The first dossiers within reach whose result is due after `since` and until then, the earliest first, and how
        many there are. Raises `Refusal` `NOT_ALLOWED`.
        """
        user, found = self.demand(scope), self.journal.owed(since, until)
        if reach_of(user.roles, scope, self.authority().roles) != "own":
            return list(found), self.journal.owed_count(since, until)
        # Their own are not among the first of all where there are many.
        known = {line.dossier for line in found}
        own = [line for line in self.journal.owed(since, until, user.id) if line.dossier not in known]
        mine = [*self.within(scope, found), *own]
        return mine, len(mine)

    def reaches_all(self, scope: str, user: User) -> bool:
        """Whether everything at this desk lies within the reach of their scope."""
        return reach_of(user.roles, scope, self.authority().roles) in ("office", "any")

    def beyond(self, scope: str) -> Refusal:
        """What is said of something that is not shown to belong to a dossier of theirs."""
        return not_yours(scope, "office", self.authority())

    def _whose(self, dossier: UUID | Dossier, user: User) -> Whose:
        state = self.journal.dossier(dossier) if isinstance(dossier, UUID) else dossier
        return whose(state, user.id, self.station.office)

    def authority(self) -> Rules:
        """By whom what may be done today: by the newest law that came here, which central judges by, too. What a
        dossier is decided by waits for the next one; what a role may do does not.
        """
        return (self.newest or self.pack).as_of(in_hanoi(self.clock()).date(), self.station.office)

    def rules_today(self) -> Rules:
        """The law of today, at this office."""
        return self.pack.as_of(in_hanoi(self.clock()).date(), self.station.office)

    def named(self, version: str) -> Pack:
        """The pack of this version; the one in force for the empty text, and where it never came to this desk."""
        if self.packs is None or version in ("", self.pack.version):
            return self.pack
        return self.packs.pack(version) or self.pack

    def rules_of(self, dossier: Dossier) -> Rules:
        """The law a dossier lives by: its own pack at its office, on its reception day (a draft: today)."""
        return self.rules_by(dossier.pack, received_at(dossier, self.clock()), dossier.office)

    def rules_by(self, pack: str, received: datetime, office: str) -> Rules:
        """The law of a dossier that was received then at an office, by the pack it was opened with."""
        return self.named(pack).as_of(in_hanoi(received).date(), office or self.station.office)

    def reception(self) -> Reception:
        """Whether this office takes dossiers now, and why not. Nobody is kept from taking one."""
        return receives(self.rules_today().calendar, self.clock())

    def admit(self) -> None:
        """Raises `Refusal` LIMIT_… where a limit is reached at which no new dossier is begun."""
        for admit in self.admits:
            admit()

    def renew(self) -> None:
        """Take over the newer law that waits. Only between two dossiers: before one is opened or taken up again."""
        newest = self.newest
        if newest is not None:
            self.pack = newest
        for renew in self.renewals:
            renew()

    def write(self, dossier: UUID, *what: Happening, who: str = "", seen: int | None = None) -> Dossier:
        """Append what happened under the name of the person signed in (or `who`).

        `seen`: how far they saw what other desks did; without it as far as the journal has it.
        """
        happened: Sequence[Happening] = what
        return self.journal.append(dossier, happened, who or self.who().id, self.clock(), seen)

    def sheet(self, digest: str, dossier: UUID | None = None) -> bytes:
        """A sheet of a dossier: this desk's own copy, or where it has none any more or never had, central's.

        Raises `Refusal`: SHEET_MISSING, SHEET_DAMAGED, SHEET_AT_CENTRAL without a line, and what central says.
        """
        try:
            return self.sheets.get(digest)
        except Refusal as refusal:
            if refusal.code != "SHEET_MISSING" or dossier is None or self.fetch is None:
                raise
        try:
            return self.fetch(digest, dossier)
        except Refusal as refusal:
            raise sheet_at_central() if refusal.code in NO_LINE else refusal from None

    def looked_at(self, dossier: UUID, seen: int | None) -> None:
        """Raise `Refusal` `DOSSIER_CHANGED` where another desk's work came here after what was `seen` (None: all).

        Inside the transaction that signs: nothing comes in between.
        """
        if seen is not None and self.journal.seen(dossier) > seen:
            raise changed_meanwhile()

    def draft(self, dossier: UUID, begun: bool = False) -> Dossier:
        """The dossier, if it may still be changed. Raises `Refusal` `DOSSIER_CLOSED`, `DOSSIER_ERASED`, and
        `DOSSIER_ELSEWHERE` while another desk has it open.

        What was `begun` here before that desk took it over is kept all the same: what was typed, pages that arrive.
        """
        state = self.journal.dossier(dossier)
        holder = None if begun else self.elsewhere(dossier)
        if holder is not None:
            raise held_elsewhere(holder)
        if state.erased is not None:
            raise erased()
        if state.status != "draft":
            raise Refusal(
                "DOSSIER_CLOSED",
                Words("Hồ sơ này đã được tiếp nhận hoặc đã hủy, không sửa được nữa.", "This dossier is closed."),
                Words("Mở hồ sơ mới, hoặc yêu cầu bổ sung hồ sơ.", "Open a new dossier, or ask for a supplement."),
            )
        return state


def held_elsewhere(holder: Words) -> Refusal:
    """Another desk has the dossier open."""
    return Refusal(
        "DOSSIER_ELSEWHERE",
        Words(f"{holder.vi}.", f"{holder.en}."),
        Words("Đợi quầy đó xong, hoặc tiếp quản và ghi lý do.", "Wait for that desk, or take over with a reason."),
    )


def sheet_at_central() -> Refusal:
    """No copy of the sheet lies here, and there is no line to where one does."""
    return Refusal(
        "SHEET_AT_CENTRAL",
        Words(
            "Trang này chỉ còn ở trung tâm và hiện không có đường truyền.",
            "This page is at central only, and there is no line now.",
        ),
        Words("Xem lại khi có mạng; không có gì bị mất.", "Look again once there is a line; nothing is lost."),
    )


def changed_meanwhile() -> Refusal:
    """What another desk did to the dossier came here after the clerk looked at it."""
    return Refusal(
        "DOSSIER_CHANGED",
        Words(
            "Hồ sơ vừa có thay đổi từ quầy khác mà bạn chưa xem.",
            "Another desk's changes to this dossier just came in, and you have not seen them.",
        ),
        Words(
            "Xem lại hồ sơ cùng người dân rồi làm lại; chưa có gì được ghi.",
            "Look it through again with the citizen, then repeat it; nothing was written.",
        ),
    )


def not_allowed(scope: str, law: Rules) -> Refusal:
    """The person's roles do not cover what they asked for; whose would."""
    what = law.scopes.get(scope, Words(scope, scope))
    return Refusal(
        "NOT_ALLOWED",
        Words(f"Vai trò của bạn không được làm việc này: {what.vi}.", f"Your role may not do this: {what.en}."),
        who_could(scope, law.roles, law.role_names, "office"),
    )


def not_yours(scope: str, found: Whose, law: Rules) -> Refusal:
    """Their roles cover it, but not for this dossier; whose would."""
    what = law.scopes.get(scope, Words(scope, scope))
    if found == "other":
        words = Words(
            f"Hồ sơ của đơn vị khác; vai trò của bạn chỉ được làm việc này trong đơn vị: {what.vi}.",
            f"This dossier is another office's; your role may do this in your own only: {what.en}.",
        )
    else:
        words = Words(
            f"Hồ sơ do người khác lập; vai trò của bạn chỉ được làm việc này với hồ sơ của mình: {what.vi}.",
            f"Somebody else opened this dossier; your role may do this to your own only: {what.en}.",
        )
    return Refusal("NOT_YOURS", words, who_could(scope, law.roles, law.role_names, found))
