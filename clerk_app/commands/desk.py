"""`desk salvage`, `desk retention`, `desk pin`, `desk unlock`: the store of a workstation, and people at it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands import desk_subject, speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def desk() -> None:
    """The store of this workstation, and who works at it."""


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
    from clerk_app.commands.dossier import signed_in
    from clerk_app.desk.papers_view import size_words
    from clerk_app.desk.retention import WHY_KEPT

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


@desk.command()
@click.option("--pin-file", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Or CLERK_PIN.")
@person_options
@profile_option
@json_option
@speaking.speaking
def pin(pin_file: Path | None, user: str, password_file: Path | None, profile: Path, as_json: bool) -> None:
    """Choose a PIN of 4 to 8 digits for this workstation. It is asked for where somebody can type."""
    from clerk_app.commands.dossier import signed_in

    chosen = _pin(pin_file)
    with signed_in(profile, user, password_file) as desk:
        desk.pins.choose(speaking.password_of(password_file), chosen)
    words = Words("Đã đặt PIN ở máy trạm này.", "The PIN is set at this workstation.")
    speaking.tell({"user": user, "pin": True}, speaking.said(words), as_json)


@desk.command()
@click.argument("locked")
@person_options
@profile_option
@json_option
@speaking.speaking
def unlock(locked: str, user: str, password_file: Path | None, profile: Path, as_json: bool) -> None:
    """End the wait of LOCKED after wrong passwords, as a supervisor (--as); nobody is signed in by it."""
    password = speaking.password_of(password_file)
    opened = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        second = speaking.second(opened, "unlock", user, locked)
        by = opened.sign_in.unlock_user(locked, user, password, second)
    finally:
        opened.close()
    words = Words(f"{locked} có thể thử lại ngay.", f"{locked} may try again at once.")
    document = {"user": locked, "by": by.user.id, "factor": by.factor, "offline": by.offline}
    speaking.tell(document, speaking.said(words), as_json)


desk.add_command(desk_subject.subject)


def _pin(pin_file: Path | None) -> str:
    if pin_file is not None:
        try:
            return pin_file.read_text("utf-8").strip()
        except OSError:
            raise Refusal(
                "PIN_FILE",
                Words("Không đọc được tệp PIN.", "The PIN file cannot be read."),
                Words("Kiểm tra đường dẫn của --pin-file.", "Check the path given with --pin-file."),
            ) from None
    if "CLERK_PIN" in os.environ:
        return os.environ["CLERK_PIN"]
    if os.isatty(0):
        return str(click.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True))
    raise Refusal(
        "PIN_MISSING",
        Words("Thiếu PIN.", "The PIN is missing."),
        Words("Dùng --pin-file hoặc biến CLERK_PIN.", "Give --pin-file or set CLERK_PIN."),
    )
