"""`review`: second looks without a window: what is drawn, what was found, the answer, the figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.dossier import find_one, signed_in
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.review_views import FindingRow
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def review() -> None:
    """Second looks at accepted dossiers that were drawn for it."""


@review.command("list")
@profile_option
@person_options
@json_option
@speaking.speaking
def list_waiting(profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Dossiers that wait for a second look by somebody who did not work on them, oldest first."""
    with signed_in(profile, user, password_file) as desk:
        view = desk.review.view()
    rows = [
        {"dossier": str(row.dossier), "code": row.code, "name": row.name, "accepted_by": row.by, "left": row.left.en}
        for row in view.rows
    ]
    document = {
        "waiting": rows,
        "findings": len(view.findings),
        "may_review": view.may_review,
        "problem": view.problem.code if view.problem else None,
    }
    lines = [f"{row.code}  {row.by:<10} {speaking.said(row.left):<14} {row.name}" for row in view.rows]
    if view.problem is not None:
        lines.append(speaking.refused(view.problem))
    none = speaking.said(Words("Không có hồ sơ nào chờ kiểm tra lại.", "No dossier waits for a second look."))
    speaking.tell(document, "\n".join(lines) or none, as_json)


@review.command()
@click.argument("code")
@profile_option
@person_options
@json_option
@speaking.speaking
def show(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """A drawn dossier with its evidence, and the causes that a finding may name."""
    with signed_in(profile, user, password_file) as desk:
        sheet = desk.review.look(find_one(desk.journal.find(code), code))
    view = sheet.dossier
    fields = {one.name: one for one in (*view.identity.fields, *view.application.fields) if one.value}
    document = {
        "code": sheet.row.code,
        "accepted": sheet.row.accepted,
        "accepted_by": sheet.row.by,
        "decided": {line.key: speaking.said(line.value) for line in view.summary},
        "evidence": [{"check": speaking.said(one.title), "sign": one.sign} for one in view.identity.checks],
        "fields": {name: one.value for name, one in fields.items()},
        "pages": [{"sheet": page.sheet, "paper": page.paper} for page in view.papers.pages],
        "causes": {one.code: speaking.said(one.name) for one in sheet.causes},
    }
    lines = [f"{sheet.row.code}  {speaking.said(sheet.row.case)}  {sheet.row.by} {sheet.row.accepted}"]
    lines += [f"  {speaking.said(line.label)}: {speaking.said(line.value)}" for line in view.summary]
    lines += [f"  {one.sign} {speaking.said(one.title)}" for one in view.identity.checks]
    lines += [f"  {speaking.said(one.label)}: {one.value}" for one in fields.values()]
    lines += [f"  [{one.code}] {speaking.said(one.name)}" for one in sheet.causes]
    speaking.tell(document, "\n".join(lines), as_json)


@review.command()
@click.argument("code")
@click.option("--sound", is_flag=True, help="Nothing was found.")
@click.option("--cause", default="", help="Code of the cause of a finding; see `review show`.")
@click.option("--comment", default="", help="What was found, for the clerk.")
@click.option("--field", default="", help="The field it is about.")
@profile_option
@person_options
@json_option
@speaking.speaking
def decide(
    code: str,
    sound: bool,
    cause: str,
    comment: str,
    field: str,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Write down what the second look came to: --sound, or --cause with --comment."""
    if sound == bool(cause):
        raise click.UsageError("--sound or --cause")
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        desk.review.decide(found, "sound" if sound else "finding", cause, comment, field)
    document = {"dossier": str(found), "result": "sound" if sound else "finding", "cause": cause}
    words = (
        Words("Đã ghi: đạt.", "Written down: sound.") if sound else Words("Đã ghi ý kiến.", "The finding is written.")
    )
    speaking.tell(document, speaking.said(words), as_json)


@review.command()
@profile_option
@person_options
@json_option
@speaking.speaking
def findings(profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """What others found in the work of whoever asks, and nobody answered yet."""
    with signed_in(profile, user, password_file) as desk:
        rows = desk.review.findings()
    none = speaking.said(Words("Không có ý kiến nào.", "There are no findings."))
    lines = [f"{row.review}  {row.code}  {speaking.said(row.cause)}: {row.comment}" for row in rows]
    speaking.tell({"findings": [_finding(row) for row in rows]}, "\n".join(lines) or none, as_json)


@review.command()
@click.argument("finding")
@click.option("--text", required=True, help="What was done about it.")
@profile_option
@person_options
@json_option
@speaking.speaking
def answer(finding: str, text: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Answer a finding, by its id in `review findings`."""
    with signed_in(profile, user, password_file) as desk:
        row = next((one for one in desk.review.findings() if str(one.review) == finding), None)
        if row is None:
            raise Refusal(
                "FINDING_UNKNOWN",
                Words("Không có ý kiến kiểm tra này.", "There is no such finding."),
                Words("Xem danh sách: clerk review findings.", "See the list: clerk review findings."),
            )
        desk.review.answer(row.dossier, UUID(finding), text)
    speaking.tell({"finding": finding, "answered": True}, speaking.said(Words("Đã trả lời.", "Answered.")), as_json)


@review.command()
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day; 30 days by default.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Last day; today by default.")
@profile_option
@person_options
@json_option
@speaking.speaking
def figures(
    first: datetime | None,
    last: datetime | None,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """How many were drawn, looked at and found wanting, by cause."""
    until = last.date() if last else in_hanoi(bootstrap.now()).date()
    since = first.date() if first else until - timedelta(days=29)
    with signed_in(profile, user, password_file) as desk:
        found = desk.review.figures(since, until)
    document: dict[str, Any] = {
        "first": since.isoformat(),
        "last": until.isoformat(),
        "accepted": found.accepted,
        "drawn": found.drawn,
        "looked": found.looked,
        "sound": found.sound,
        "findings": found.findings,
        "answered": found.answered,
        "causes": {one.code: one.count for one in found.causes},
        "clerks": {one.clerk: {"looked": one.looked, "findings": one.findings} for one in found.clerks},
    }
    words = Words(
        f"Tiếp nhận {found.accepted}, rút {found.drawn}, kiểm tra lại {found.looked}: {found.sound} đạt, "
        f"{found.findings} có vấn đề ({found.answered} đã trả lời).",
        f"{found.accepted} accepted, {found.drawn} drawn, {found.looked} looked at: {found.sound} sound, "
        f"{found.findings} findings ({found.answered} answered).",
    )
    lines = [speaking.said(words)]
    lines += [f"  {one.count:>4}  {speaking.said(one.name)}" for one in found.causes if one.count]
    lines += [f"  {one.clerk}: {one.findings}/{one.looked}" for one in found.clerks]
    speaking.tell(document, "\n".join(lines), as_json)


def _finding(row: FindingRow) -> dict[str, Any]:
    return {
        "finding": str(row.review),
        "dossier": str(row.dossier),
        "code": row.code,
        "cause": speaking.said(row.cause),
        "comment": row.comment,
        "field": row.field_name,
        "found": row.found,
    }
