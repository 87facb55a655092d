"""A dossier as one JSON document, and as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from clerk_app.catalogue.pack import Pack
from clerk_app.commands import speaking
from clerk_app.desk.facts import decision_of
from clerk_app.desk.findings import findings
from clerk_app.desk.telling import in_order
from clerk_app.desk.telling_names import Naming
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import RefusalSettled, replay
from clerk_app.domain.facts import digitised, received_at
from clerk_app.domain.private import EVERYTHING
from clerk_app.domain.refusals import Words
from clerk_app.domain.settling import Record, counting, set_aside
from clerk_app.store.faults import unknown_dossier


def dossier_document(
    records: Sequence[Record], station: str, named: Callable[[str], Pack], now: datetime
) -> dict[str, Any]:
    """`entries, state, findings, timeline` of one dossier at the desk `station`; `named` finds the pack it lives by.

    Raises `Refusal` `DOSSIER_UNKNOWN` where nothing of it counts here.
    """
    counted = counting(records, station)
    if not counted:
        raise unknown_dossier()
    state = replay(counted)
    rules = named(state.pack).as_of(in_hanoi(received_at(state, now)).date(), state.office)
    facts, decision = decision_of(state, now, rules)
    missing = findings(state, facts, decision, rules) if state.status == "draft" else ()
    submitted = state.submitted
    return {
        "entries": [
            {"id": str(entry.id), "kind": type(entry.what).__name__, "who": entry.who, "at": entry.at.isoformat()}
            for entry in counted
        ],
        "state": {
            "dossier": str(state.id),
            "status": state.status,
            "code": state.code,
            "local_code": state.local_code,
            "practice": state.practice,
            "pack": state.pack,
            "step": state.step,
            "focus": state.focus,
            "fields": {name: {"value": one.text, "source": one.source} for name, one in state.fields.items()},
            "identity_level": state.evidence.level if state.evidence else None,
            "pages": [{"sheet": page.sheet, "paper": page.paper, "turned": page.turned} for page in state.pages],
            "marks": dict(state.marks),
            "papers": [{"code": paper.code, "state": digitised(state, paper.code)} for paper in decision.papers],
            "archive": [
                {
                    "paper": one.paper,
                    "sheet": one.sheet,
                    "pages": len(one.pages),
                    "bytes": one.size_bytes,
                    "signed": bool(one.signed_by),
                }
                for one in state.archive.values()
            ],
            "fee": {"receipt": state.fee.receipt, "fee_vnd": state.fee.fee_vnd} if state.fee else None,
            "due_at": submitted.due_at.isoformat() if submitted else None,
            "prints": dict(state.prints),
        },
        "findings": [{"code": one.code, "words": speaking.said(one.words), "step": one.step} for one in missing],
        "settlements": [
            {
                "way": entry.what.way,
                "station": entry.what.station,
                "refused": [str(one) for one in entry.what.refused],
                "made": str(entry.what.made) if entry.what.made else None,
                "reason": entry.what.reason,
                "who": entry.who,
                "at": entry.at.isoformat(),
            }
            for entry in counted
            if isinstance(entry.what, RefusalSettled)
        ],
        "timeline": list(_lines(records, station, Naming(rules))),
    }


def _lines(records: Sequence[Record], station: str, naming: Naming) -> Iterator[str]:
    """Nobody is signed in here, so whatever is private is masked as from everybody."""
    said, aside = in_order(records, station, naming), set_aside(records)
    mask = EVERYTHING.knowing(private for one in said.values() for private in one.privates())
    for record in records:
        entry = record.entry
        what = speaking.said(mask.shown(said[entry.id].sentence))
        if entry.id in aside:
            what = f"[{speaking.said(Words('để riêng', 'set aside'))} {record.code}] {what}".replace("  ", " ")
        elif record.code:
            what = f"[{record.code}] {what}"
        yield f"{in_hanoi(entry.at):%d/%m/%Y %H:%M:%S} {entry.who}: {what}"


def dossier_text(document: dict[str, Any]) -> str:
    """The same for people."""
    state = document["state"]
    lines = [f"{state['code'] or state['local_code']}: {state['status']}"]
    lines += [f"- {one['words']}" for one in document["findings"]]
    if document.get("lease"):
        lease = document["lease"]
        lines.append(
            speaking.said(
                Words(
                    f"Quầy {lease['counter']} · {lease['name']} đang mở từ {lease['since'][11:16]}.",
                    f"Desk {lease['counter']} · {lease['name']} has it open since {lease['since'][11:16]}.",
                )
            )
        )
    lines += document["timeline"]
    return "\n".join(lines)
