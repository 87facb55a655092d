"""`desk salvage`: getting a damaged workstation back. `desk retention`: copies that need not be kept any longer."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.dossier import signed_in
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.papers_view import size_words
from clerk_app.desk.retention import WHY_KEPT
from clerk_app.domain.refusals import Words


@click.group()
def desk() -> None:
    """The store of this workstation."""


@desk.command()
@profile_option
@json_option
@speaking.speaking
def salvage(profile: Path, as_json: bool) -> None:
    """Make a damaged database anew: the journal first, then pages, then what central has. The damaged file is kept.

    Exits 0 only when nothing was lost and central was asked.
    """
    mended = bootstrap.salvage(profile, speaking.passphrase())
    record = mended.record
    document = {
        "saved": record.entries,
        "back_from_central": record.back,
        "lost": [{"dossier": str(one) if one else None, "entries": count} for one, count in record.by_dossier()],
        "lost_pages": [{"dossier": str(dossier), "sheet": digest} for digest, dossier in record.sheets],
        "numbers_closed": record.numbers_closed,
        "central_asked": record.after is None,
        "newer_may_be_lost": record.tail_unsure,
        "kept": str(mended.kept) if mended.kept else None,
    }
    lines = [speaking.said(words) for words in mended.told]
    if mended.problem is not None:
        lines.append(speaking.refused(mended.problem))
    speaking.tell(document, "\n".join(lines), as_json)
    if record.lost or record.sheets or record.after is not None:
        raise SystemExit(1)


@desk.command()
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be removed; remove nothing.")
@profile_option
@person_options
@json_option
@speaking.speaking
def retention(dry: bool, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Destroy this desk's copies of finished dossiers after the set days, once central proves that it has everything.

    A running window does the same by itself once a day. Exits 1 where central could not be asked.
    """
    with signed_in(profile, user, password_file) as opened:
        if not dry:
            # What waits goes first: a dossier that central does not have whole keeps its copies.
            opened.delivery.once(lambda: False)
        done = opened.retention.run(dry=dry)
    document = {
        "dry_run": dry,
        "removed": dict(done.removed),
        "octets": done.octets,
        "dossiers": done.dossiers,
        "kept": dict(done.kept),
        "problem": done.problem.code if done.problem else None,
    }
    count, size = sum(done.removed.values()), size_words(done.octets)
    words = Words(
        f"{'Sẽ xóa' if dry else 'Đã xóa'} {count} bản sao của {done.dossiers} hồ sơ, {size}.",
        f"{'Would remove' if dry else 'Removed'} {count} copies of {done.dossiers} dossiers, {size}.",
    )
    lines = [speaking.said(words)]
    lines += [f"  {kind}: {many}" for kind, many in done.removed.items()]
    lines += [f"  {speaking.said(WHY_KEPT[why])}: {many}" for why, many in done.kept.items()]
    if done.problem is not None:
        lines.append(speaking.refused(done.problem))
    speaking.tell(document, "\n".join(lines), as_json)
    if done.problem is not None:
        raise SystemExit(1)
