"""What became of a request: for the clerk who asked while the citizen sits there, and for supervisors who decided it at
the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal
from uuid import UUID

from clerk_app.desk.approval_views import AnswerView
from clerk_app.desk.counter import Counter
from clerk_app.desk.request_view import label_of, step_of
from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.dossier import Dossier, Entry, ExceptionDecided
from clerk_app.domain.facts import exception_of
from clerk_app.domain.oversight import MoreAsked
from clerk_app.domain.refusals import Words
from clerk_app.domain.settling import Record


class Answering:
    """Reads the answers from the journal; remembers nothing."""

    def __init__(self, counter: Counter, names: Callable[[], Mapping[str, str]]) -> None:
        self._counter = counter
        self._names = names

    def answers(self, dossiers: Iterable[UUID] | None = None) -> tuple[AnswerView, ...]:
        """What concerns the person signed in, oldest first: of these dossiers, or of every draft that has an answer on
        which nobody here worked since.
        """
        user = self._counter.user
        if user is None:
            return ()
        journal = self._counter.journal
        if dossiers is not None:
            found = [answer for one in dossiers for answer in self._of(one, user.id)]
        else:
            lines = journal.to_approve(("granted", "refused", "more"))
            found = [
                answer
                for line in reversed(lines)
                if not _worked_on(journal.entries(line.dossier), user.id)
                for answer in self._of(line.dossier, user.id)
            ]
        return tuple(found)

    def _of(self, dossier: UUID, me: str) -> Iterator[AnswerView]:
        records = self._counter.journal.records(dossier)
        if not any(_says(one.entry) for one in records):
            return
        state = self._counter.journal.dossier(dossier)
        if state.of_station:
            return
        for code in state.exceptions:
            asked = exception_of(state, code)
            if asked is not None and asked.request is not None:
                if me in (asked.asked_by, state.clerk) and state.status == "draft":
                    yield from self._for_clerk(state, asked, me)
                yield from self._for_decider(state, asked, records, me)

    def _for_clerk(self, state: Dossier, asked: ExceptionState, me: str) -> Iterator[AnswerView]:
        if not asked.is_open and asked.decided_by not in ("", me) and asked.where != "spot":
            yield self._answer(
                state, asked, "granted" if asked.granted else "refused", asked.decided_by, asked.comment, asked.field
            )
        elif asked.is_open and asked.more is not None:
            yield self._answer(state, asked, "more", asked.more_by, asked.more.comment, asked.more.field)

    def _answer(
        self,
        state: Dossier,
        asked: ExceptionState,
        outcome: Literal["granted", "refused", "more"],
        by: str,
        comment: str,
        field: str,
    ) -> AnswerView:
        rules = self._counter.rules_of(state)
        who, code = self._names().get(by, by), state.code or state.local_code
        vi = {"granted": "đã duyệt", "refused": "không duyệt", "more": "yêu cầu bổ sung"}[outcome]
        en = {"granted": "granted the request for", "refused": "refused the request for", "more": "wants more for"}
        said = Words(f"{who} {vi} – hồ sơ {code}.", f"{who} {en[outcome]} {code}.")
        detail = Words(comment, comment)
        if field:
            label = label_of(field, rules, state.procedure)
            detail = Words(f"{label.vi}: {comment}", f"{label.en}: {comment}")
        step = step_of(field, rules, state.procedure) if field else ""
        at = asked.decided_at.isoformat() if asked.decided_at is not None else comment
        key = f"{asked.request}:{outcome}:{by}:{at}"
        return AnswerView(key, state.id, asked.code, outcome, said, detail, step, field)

    def _for_decider(
        self, state: Dossier, asked: ExceptionState, records: Iterable[Record], me: str
    ) -> Iterator[AnswerView]:
        """Who decided the same request at the same time is told which decision counts; so is who was first. Whose clock
        was wrong is told that the request still waits.
        """
        decisions = [one for one in records if _decides(one.entry, asked)]
        if asked.is_open:
            mine = (one for one in decisions if one.entry.who == me and one.code == "DECISION_TIME_WRONG")
            for one in mine:
                yield _at_no_time(state, asked, one.entry)
            return
        late = [one for one in decisions if one.entry.who not in (asked.decided_by, *asked.granted_by)]
        names, code = self._names(), state.code or state.local_code
        first = names.get(asked.decided_by, asked.decided_by)
        vi, en = ("duyệt", "granted") if asked.granted else ("từ chối", "refused")
        for one in late:
            other = names.get(one.entry.who, one.entry.who)
            key = f"{asked.request}:{one.entry.id}"
            if one.entry.who == me:
                said = Words(f"{first} đã {vi} hồ sơ {code} trước bạn.", f"{first} {en} {code} before you did.")
                told = Words(
                    "Quyết định đầu tiên có hiệu lực; quyết định của bạn được ghi lại và không có hiệu lực.",
                    "The first decision counts; yours is on record and has no effect.",
                )
                yield AnswerView(f"{key}:late", state.id, asked.code, "late", said, told)
            elif asked.decided_by == me:
                said = Words(
                    f"{other} cũng vừa quyết định hồ sơ {code}, sau bạn.",
                    f"{other} decided {code} too, after you.",
                )
                told = Words(f"Quyết định của bạn ({vi}) có hiệu lực.", f"Yours counts: {en}.")
                yield AnswerView(f"{key}:confirmed", state.id, asked.code, "confirmed", said, told)


def _at_no_time(state: Dossier, asked: ExceptionState, entry: Entry) -> AnswerView:
    code = state.code or state.local_code
    said = Words(
        f"Quyết định của bạn về hồ sơ {code} không được tính: thời điểm quyết định không thể có.",
        f"Your decision about {code} does not count: its moment cannot be.",
    )
    told = Words(
        "Chỉnh lại ngày giờ của máy này rồi quyết định lại; yêu cầu vẫn đang chờ.",
        "Put the date and time of this machine right and decide again; the request still waits.",
    )
    return AnswerView(f"{asked.request}:{entry.id}:time", state.id, asked.code, "late", said, told)


def _decides(entry: Entry, asked: ExceptionState) -> bool:
    what = entry.what
    return isinstance(what, ExceptionDecided) and what.code == asked.code and what.request in (None, asked.request)


def _worked_on(entries: Iterable[Entry], me: str) -> bool:
    """Whether this person did something after the last decision or question."""
    last = [one for one in entries if one.who == me or _says(one)]
    return bool(last) and last[-1].who == me


def _says(entry: Entry) -> bool:
    return isinstance(entry.what, ExceptionDecided | MoreAsked)
