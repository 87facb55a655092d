"""What is held on one number as a document: every entry with its own words and as a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from clerk_app.desk.telling import in_order
from clerk_app.desk.telling_names import Naming
from clerk_app.desk.telling_parts import Told
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import ExceptionAsked, ExceptionDecided, Printed
from clerk_app.domain.oversight import DecisionRefused, FindingAnswered, Looked, MoreAsked, Reviewed
from clerk_app.domain.private import NOTHING
from clerk_app.domain.refusals import Words
from clerk_app.domain.subject import Held, HeldDossier, sheets_in, standing_in


def dossier_document(one: HeldDossier, number: str, station: str, naming: Naming) -> dict[str, Any]:
    """One dossier in full, as the desk `station` has it."""
    records = [held.record for held in one.held if held.record is not None]
    told = in_order(records, station, naming)
    topics = {
        "prints": (Printed,),
        "looked": (Looked,),
        "exceptions": (ExceptionAsked, MoreAsked, ExceptionDecided, DecisionRefused),
        "reviews": (Reviewed, FindingAnswered),
    }
    listed = {
        name: [str(r.entry.id) for r in records if isinstance(r.entry.what, kinds)] for name, kinds in topics.items()
    }
    named = standing_in(number)
    return {
        "dossier": str(one.id),
        "code": one.state.code or one.state.local_code,
        "office": one.office,
        "status": one.state.status,
        "named_by": [str(held.id) for held in one.held if named(held.body)],
        **listed,
        "refused": [str(held.id) for held in one.held if held.code],
        "sheets": list(sheets_in(one)),
        "entries": [_entry(held, told.get(held.id)) for held in one.held],
    }


def _entry(held: Held, told: Told | None) -> dict[str, Any]:
    def both(words: Words) -> dict[str, str]:
        return {"vi": words.vi, "en": words.en}

    unread = Words("chương trình này không đọc được mục", "this program cannot read the entry")
    body = json.loads(held.body)
    return {
        "entry": str(held.id),
        "number": held.number,
        "station": held.station,
        "n": held.n,
        "digest": held.digest.hex(),
        "kind": str(body.get("kind", "")),
        "who": str(body.get("who", "")),
        "at": str(body.get("at", "")),
        "received_at": in_hanoi(datetime.fromtimestamp(held.received_ms / 1000, UTC)).isoformat()
        if held.received_ms
        else None,
        "refusal": held.code,
        "refusal_words": both(held.words) if held.words is not None else None,
        "sentence": both(NOTHING.shown(told.sentence)) if told is not None else both(unread),
        "changes": [
            {
                "label": both(change.label),
                "before": both(NOTHING.shown(change.before)),
                "after": both(NOTHING.shown(change.after)),
            }
            for change in (told.changes if told is not None else ())
        ],
        "body": body,
    }
