"""Messages to citizens: they follow steps that exist, name facts that are known, and tell nothing in the open that does
not belong there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from clerk_app.catalogue.linting.days import share_a_day
from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.message_rows import ANYWHERE, FACTS, MessageRow
from clerk_app.domain.messages import HAPPENED, filled, places
from clerk_app.domain.sms import length

MOST_PARTS = 4
"""Of a text message with its marks, every place filled with something of the usual length."""
_USUAL = {
    "code": "G01.801.308-261123-000128",
    "office": "Điểm tiếp nhận số 1, phường Cửa Nam",
    "procedure": "Đổi giấy phép lái xe",
    "state": "Đang giải quyết",
    "received": "09:32 23/11/2026",
    "due": "12:00 27/11/2026",
    "due_day": "27/11/2026",
    "basis": "NĐ 118/2025/NĐ-CP",
    "fee": "115.000",
    "name_masked": "Nguyễn T. H. P.",
    "number_masked": "001***345",
    "parcel": "EB123456789VN",
    "here_since": "23/11/2026",
}


def unsendable(pack: Pack) -> Iterator[Problem]:
    """Rows that nothing causes, or that cannot be worded; too much said in a text message, a thing said twice."""
    rows = pack.tables.messages
    for row in rows:
        yield from _caused(pack, row)
        yield from _worded(row)
    for one, other in combinations(rows, 2):
        if not share_a_day(one, other) or one.value.code == other.value.code:
            continue
        same = set(one.value.ways) & set(other.value.ways)
        alike = (one.value.trigger, one.value.ground) == (other.value.trigger, other.value.ground)
        both = ANYWHERE in (*one.value.procedures, *other.value.procedures) or (
            set(one.value.procedures) & set(other.value.procedures)
        )
        if alike and same and both and one.value.ground == "duty":
            vi = f"“{one.value.code}” và “{other.value.code}” báo cùng một việc qua cùng kênh."
            yield at(other, "overlap", vi, f"“{one.value.code}” and “{other.value.code}” tell one thing by one way.")


def _caused(pack: Pack, row: Dated[MessageRow]) -> Iterator[Problem]:
    value, tables = row.value, pack.tables
    known = {one.value.code for one in tables.procedures if share_a_day(one, row)}
    for name in value.procedures:
        if name != ANYWHERE and name not in known:
            yield at(row, "name", f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
    steps = [one.value for one in tables.steps if one.value.code == value.trigger and share_a_day(one, row)]
    happened = value.trigger in HAPPENED
    if happened and steps:
        yield at(row, "name", f"“{value.trigger}” không phải bước.", f"“{value.trigger}” cannot be a step.")
    if happened:
        # What becomes of a result happens where it can be handed over.
        with_card = [one.value for one in tables.steps if "handing" in one.value.needs and share_a_day(one, row)]
        steps = [replace(one, to=start) for one in with_card for start in one.start]
    wanted = [name for name in value.procedures if name in known]
    if not steps or not all(any(step.of(name) for step in steps) for name in wanted):
        yield at(row, "name", f"không có bước “{value.trigger}”.", f"there is no step “{value.trigger}”.")
    states = {one.value.code for one in tables.states if share_a_day(one, row)}
    unknown = [name for name in value.within if name != ANYWHERE and name not in states]
    for name in unknown:
        yield at(row, "name", f"không có trạng thái “{name}”.", f"there is no state “{name}”.")
    if steps and not unknown and ANYWHERE not in value.within and not any(step.to in value.within for step in steps):
        vi = "tin hết ý nghĩa ngay sau bước gây ra nó."
        yield at(row, "step", vi, "the message has no point even right after its step.")


def _worded(row: Dated[MessageRow]) -> Iterator[Problem]:
    value = row.value
    if set(value.ways) & {"email", "portal"} and not (value.subject.vi and value.subject.en):
        yield at(row, "text", "thư và tin trên cổng phải có tiêu đề.", "an e-mail and the portal want a subject.")
    for said in (value.subject.vi, value.subject.en, value.text.vi, value.text.en):
        try:
            named = places(said)
        except ValueError:
            named = {"{"}
        if named - set(FACTS):
            # The check of all texts says so.
            return
    if value.ground == "consent" and "portal" in value.ways:
        vi = "Cổng ghi mỗi bước một lần: tin cần đồng ý không gửi qua đó."
        yield at(row, "name", vi, "the portal keeps each step once: nothing that wants a consent goes there.")
    if "sms" not in value.ways:
        return
    for said in (value.text.vi, value.text.en):
        for name in sorted(one for one in places(said) if not FACTS[one]):
            vi = f"tin nhắn SMS không được có “{name}”."
            yield at(row, "text", vi, f"a text message must not tell “{name}”.")
    open_ones = {name: _USUAL.get(name, "") for name in FACTS}
    parts = max(length(filled(said, open_ones)).parts for said in (value.text.vi, value.text.en))
    if parts > MOST_PARTS:
        yield at(row, "sum", f"tin SMS dài {parts} phần.", f"the text message has {parts} parts.")
