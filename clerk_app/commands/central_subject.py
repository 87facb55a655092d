"""`central subject extract`: everything that central holds on one ID number, for the data officer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_app.commands import central_places, speaking
from clerk_app.commands.speaking import json_option, person_options
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.oversight import DecisionRefused, FindingAnswered, Looked, MoreAsked, Reviewed
from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.central.carried_in import CarriedIn
    from clerk_app.central.subject import Held, HeldDossier
    from clerk_app.desk.telling_names import Known
    from clerk_app.desk.telling_parts import Told


@click.group()
def subject() -> None:
    """What is held on one person."""


@subject.command()
@click.option("--number", required=True, help="The ID number: 12 digits, or 9 of an old card.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The ZIP to write.")
@click.option("--purpose", default="", metavar="CODE", help="What it is for: a purpose of the catalogue.")
@person_options
@central_places.data_option
@central_places.database_option
@central_places.blobs_option
@json_option
@speaking.speaking
def extract(
    number: str,
    out: Path,
    purpose: str,
    user: str,
    password_file: Path | None,
    data_dir: Path,
    database: str | None,
    blobs: str | None,
    as_json: bool,
) -> None:
    """Write everything that is held on a number into one ZIP; that it was done is kept at central for ever."""
    from clerk_app.central import people
    from clerk_app.central import subject as found_by
    from clerk_app.central.by_hand import opened
    from clerk_app.commands import subject_file
    from clerk_app.commands.looking import user_missing
    from clerk_app.desk.telling_names import Known

    if not user:
        raise user_missing()
    digits = found_by.checked_number(number)
    password = speaking.password_of(password_file)
    with opened(data_dir, database, blobs) as central:
        law, now = central.register.law.standing(), central.clock()
        who = found_by.prove(central.database, law, user, password, speaking.totp_code(), purpose, now)
        found = found_by.find(central.database, law, digits, who, now)
        known = {one.id: Known(one.id, one.name, tuple(one.roles)) for one in people.everybody(central.database)}
        wanted = {digest for one in found.dossiers for digest in found_by.sheets_in(one)}
        missing = central.sheets.missing(wanted)
        document: dict[str, Any] = {
            "format": subject_file.FORMAT,
            "number": digits,
            "central": central.database.central_id,
            "at": in_hanoi(now).isoformat(timespec="seconds"),
            "who": who.id,
            "purpose": purpose,
            "beyond_reach": found.beyond,
            "earlier_extracts": found_by.earlier(central.database, digits),
            "missing_sheets": sorted(missing),
            "dossiers": [_dossier(central, one, digits, known, now) for one in found.dossiers],
        }
        with subject_file.new_file(out) as part:
            digest = subject_file.write(part, document, wanted - missing, central.sheets.read, speaking.language())
            made = found_by.keep(central.database, who.id, purpose, digits, found, digest, now)
    many = sum(len(one.held) for one in found.dossiers)
    told = {
        "file": str(out),
        "extract": str(made),
        "sha256": digest.hex(),
        "dossiers": len(found.dossiers),
        "entries": many,
        "sheets": len(wanted - missing),
        "missing_sheets": len(missing),
        "beyond_reach": found.beyond,
    }
    words = Words(
        f"Đã ghi {out.name}: {len(found.dossiers)} hồ sơ, {many} mục, {told['sheets']} trang.",
        f"Wrote {out.name}: {len(found.dossiers)} dossiers, {many} entries, {told['sheets']} sheets.",
    )
    speaking.tell(told, speaking.said(words), as_json)


def _dossier(
    central: CarriedIn, one: HeldDossier, number: str, known: dict[str, Known], now: datetime
) -> dict[str, Any]:
    from clerk_app.central.subject import CONSOLE, sheets_in
    from clerk_app.desk.telling import in_order
    from clerk_app.desk.telling_names import Naming
    from clerk_app.domain.dossier import ExceptionAsked, ExceptionDecided, Printed

    naming = Naming(central.register.law.standing().rules_of(one.state, now), known)
    records = [held.record for held in one.held if held.record is not None]
    told = in_order(records, CONSOLE, naming)
    topics = {
        "prints": (Printed,),
        "looked": (Looked,),
        "exceptions": (ExceptionAsked, MoreAsked, ExceptionDecided, DecisionRefused),
        "reviews": (Reviewed, FindingAnswered),
    }
    listed = {
        name: [str(r.entry.id) for r in records if isinstance(r.entry.what, kinds)] for name, kinds in topics.items()
    }
    mark = f'"{number}"'.encode()
    return {
        "dossier": str(one.id),
        "code": one.state.code or one.state.local_code,
        "office": one.office,
        "status": one.state.status,
        "named_by": [str(held.id) for held in one.held if mark in held.body],
        **listed,
        "refused": [str(held.id) for held in one.held if held.code],
        "sheets": list(sheets_in(one)),
        "entries": [_entry(held, told.get(held.id)) for held in one.held],
    }


def _entry(held: Held, told: Told | None) -> dict[str, Any]:
    from clerk_app.domain.private import NOTHING

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
        "received_at": in_hanoi(datetime.fromtimestamp(held.received_ms / 1000, UTC)).isoformat(),
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
