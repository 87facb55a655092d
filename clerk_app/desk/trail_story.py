"""One dossier told from its beginning: every entry as a line of the trail, masked for whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from clerk_app.desk.ports import TrailFound
from clerk_app.desk.telling_names import FACTORS, Naming
from clerk_app.desk.telling_parts import Told
from clerk_app.desk.trail_views import TrailChange, TrailLine
from clerk_app.desk.views import Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, ExceptionDecided, Happening
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.private import Mask
from clerk_app.domain.refusals import Words
from clerk_app.domain.settling import Record


class Story:
    """One dossier told from its beginning, by entry."""

    def __init__(
        self, state: Dossier, aside: frozenset[UUID], said: Mapping[UUID, Told], naming: Naming, mask: Mask
    ) -> None:
        self._code = "" if state.of_station else state.code or state.local_code
        self._aside = aside
        self._told = said
        self._naming = naming
        self._mask = mask.knowing(private for one in said.values() for private in one.privates())

    def line(self, found: TrailFound, session: SessionHappened | None) -> TrailLine:
        """One entry of it; `session` is the sign-in by which it was made."""
        record, entry = found.record, found.record.entry
        said = self._told[entry.id]
        changes = tuple(
            TrailChange(one.label, self._mask.shown(one.before), self._mask.shown(one.after)) for one in said.changes
        )
        central, tone = _central(record, entry.id in self._aside)
        return TrailLine(
            entry=entry.id,
            dossier=entry.dossier,
            code=self._code,
            at=in_hanoi(entry.at),
            who=self._naming.person(entry.who),
            roles=self._naming.roles(entry.who, _then(entry.what, session)),
            station=record.station,
            kind=type(entry.what).__name__,
            sentence=_capital(self._mask.shown(said.sentence)),
            changes=changes,
            central=central,
            tone=tone,
            session=_session(session),
            offline=session is not None and session.offline,
            n=found.n,
            digest=found.digest.hex(),
        )


def _capital(words: Words) -> Words:
    return Words(words.vi[:1].upper() + words.vi[1:], words.en[:1].upper() + words.en[1:])


def _central(record: Record, aside: bool) -> tuple[Words, Tone]:
    """What central said of an entry."""
    if record.number:
        return Words(f"đã nhận, số {record.number}", f"accepted, number {record.number}"), "good"
    if aside:
        said = Words(f"bị từ chối, để riêng {record.code}", f"refused, set aside {record.code}")
        return Words(said.vi.strip(), said.en.strip()), "calm"
    if record.code:
        return Words(f"bị từ chối {record.code}", f"refused {record.code}"), "bad"
    return Words("chưa gửi", "not sent yet"), "warn"


def _then(what: Happening, session: SessionHappened | None) -> tuple[str, ...]:
    """The roles of who made an entry, as they were written down: with the entry, else as they had come."""
    if isinstance(what, ExceptionDecided | SessionHappened) and what.roles:
        return what.roles
    return session.roles if session is not None else ()


def _session(session: SessionHappened | None) -> Words:
    """How they had signed in before they did it."""
    if session is None:
        return Words("", "")
    factor = FACTORS[session.factor]
    if session.offline:
        return Words(f"đăng nhập không có mạng, {factor.vi}", f"signed in without a line, {factor.en}")
    return Words(f"đăng nhập có mạng, {factor.vi}", f"signed in with a line, {factor.en}")
