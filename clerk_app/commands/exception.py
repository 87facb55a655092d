"""Exceptions without a window: what waits, what is shown to whoever decides, asking, deciding here or from afar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click

from clerk_app.commands import speaking
from clerk_app.commands.dossier import find_one, signed_in
from clerk_app.commands.looking import looking, reader_options
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.views import ExceptionView, IntakeView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.facts import waiver
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import Second

Answer = Literal["grant", "refuse", "more"]
_EVERY = 100_000


@click.group(cls=speaking.Group)
def exception() -> None:
    """What a supervisor must decide: list it, look at it, ask for it, decide it."""


@exception.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were decided too.")
@profile_option
@reader_options
@json_option
@speaking.speaking
def list_exceptions(everything: bool, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Requests on this workstation, of every desk of the office that it heard of; oldest first."""
    found: list[tuple[str, ExceptionState]] = []
    with looking(profile, user, password_file) as store:
        for line in store.lines(limit=_EVERY):
            state = store.journal.dossier(line.dossier)
            found += [(line.code or line.local_code, one) for one in state.exceptions.values()]
    found = [(code, one) for code, one in found if everything or one.is_open]
    found.sort(key=lambda each: (each[1].asked_at.isoformat() if each[1].asked_at else "", each[0], each[1].code))
    document = [_of_state(code, one) for code, one in found]
    text = "\n".join(_line(one) for one in document)
    speaking.tell(document, text or speaking.said(Words("Không có đề nghị nào.", "No request.")), as_json)


def _of_state(code: str, one: ExceptionState) -> dict[str, Any]:
    return {
        "dossier": code,
        "exception": one.code,
        "state": "open" if one.granted is None else "granted" if one.granted else "refused",
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat() if one.asked_at else None,
        "amount_vnd": one.amount_vnd,
        "approvers": one.approvers,
        "granted_by": list(one.granted_by),
        "decided_by": one.decided_by if one.granted is not None else "",
        "more": one.more is not None,
    }


def _line(one: dict[str, Any]) -> str:
    asked = f"{in_hanoi(datetime.fromisoformat(one['asked_at'])):%d/%m %H:%M}" if one["asked_at"] else ""
    money = format_vnd(one["amount_vnd"]) if one["amount_vnd"] else ""
    parts = (one["dossier"], one["exception"], one["state"], asked, one["asked_by"], money)
    return "  ".join(part for part in parts if part)


@exception.command()
@click.argument("code")
@click.argument("kind", default="")
@profile_option
@person_options
@json_option
@speaking.speaking
def show(code: str, kind: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """The exceptions of one dossier, or one of them: what is shown to whoever decides, and its digest (`shown`)."""
    with signed_in(profile, user, password_file) as desk:
        desk.counter.demand("dossier.find")
        found = find_one(desk.journal.find(code), code)
        view = desk.intake.view(found)
        late = desk.exceptions.outrun(found)
        kinds = desk.exceptions.kinds(found)
    chosen = [one for one in view.application.exceptions if kind in ("", one.code)]
    if kind and not chosen:
        raise _no_such(kind)
    document: dict[str, Any] = {
        "dossier": view.code or view.local_code,
        "exceptions": [_of_view(one) for one in chosen],
        "by_hand": [
            {"code": one.code, "words": speaking.said(one.words), "amount": one.has_amount, "approvers": one.approvers}
            for one in kinds
        ],
        "too_late": [
            {
                "exception": one.code,
                "who": one.who,
                "said": speaking.said(one.said),
                "counts": speaking.said(one.counts),
            }
            for one in late
        ],
    }
    lines = [line for one in chosen for line in _lines(one)]
    lines += [f"! {one['exception']}: {one['who']}: {one['said']} → {one['counts']}" for one in document["too_late"]]
    speaking.tell(
        document, "\n".join(lines) or speaking.said(Words("Không cần phê duyệt.", "Nothing to decide.")), as_json
    )


def _of_view(one: ExceptionView) -> dict[str, Any]:
    return {
        "code": one.code,
        "words": speaking.said(one.words),
        "state": one.state,
        "reason": one.reason,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat() if one.asked_at else None,
        "amount_vnd": one.amount_vnd,
        "evidence": list(one.evidence),
        "approvers": one.approvers,
        "granted_so_far": list(one.granted_so_far),
        "granted_by": speaking.said(one.granted_by) if one.granted_by is not None else "",
        "decided_by": one.decided_by,
        "comment": one.comment,
        "field": one.field,
        "more": one.more,
        "more_by": one.more_by,
        "details": [speaking.said(line) for line in one.details],
        "shown": one.shown,
    }


def _lines(one: ExceptionView) -> list[str]:
    found = [f"{one.code}: {one.state}  {speaking.said(one.words)}"]
    found += [f"  {speaking.said(line)}" for line in one.details]
    if one.reason:
        found.append(f"  {one.asked_by}: {one.reason}")
    if one.more:
        found.append(f"  {one.more_by}: {one.more}")
    if one.comment:
        found.append(f"  {one.decided_by}: {one.comment}")
    return found


@exception.command()
@click.argument("code")
@click.argument("kind")
@click.option("--reason", required=True, help="Why; it stands in the journal.")
@click.option("--amount", "amount_vnd", type=int, default=0, help="How much money it is about, in whole đồng.")
@click.option("--evidence", multiple=True, metavar="SHA256", help="A page of the dossier that speaks for it.")
@profile_option
@person_options
@json_option
@speaking.speaking
def ask(
    code: str,
    kind: str,
    reason: str,
    amount_vnd: int,
    evidence: tuple[str, ...],
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Ask a supervisor, or ask anew: for what the rules ask for, or what may be raised by hand."""
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        needed = {one.code for one in desk.intake.view(found).application.exceptions}
        paper = kind.removeprefix(waiver(""))
        if kind in needed:
            view = desk.exceptions.ask(found, kind, reason, amount_vnd, evidence)
        elif paper != kind:
            view = desk.reuse.waive(found, paper, reason)
        else:
            view = desk.exceptions.raise_by_hand(found, kind, reason, amount_vnd, evidence)
    _tell(view, kind, as_json)


@exception.command()
@click.argument("code")
@click.argument("kind")
@click.option("--grant", "answer", flag_value="grant", help="Grant it.")
@click.option("--refuse", "answer", flag_value="refuse", help="Refuse it: say why with --comment.")
@click.option("--more", "answer", flag_value="more", help="Ask for more first: say what with --comment.")
@click.option("--comment", default="", help="Why, or what is wanted.")
@click.option("--field", default="", help="The field that the comment points at.")
@click.option("--shown", default="", metavar="SHA256", help="What was looked at (see show): refused where it changed.")
@click.option("--by", default="", metavar="USER", help="On the spot: who decides; --as is the clerk.")
@click.option(
    "--by-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File whose first line is their password.",
)
@click.option("--by-totp", default="", help="The code of their second factor.")
@click.option("--by-token", is_flag=True, help="Their second factor is the token that is plugged in.")
@click.option("--by-pin", is_flag=True, help="The password file holds their PIN at this desk.")
@profile_option
@person_options
@json_option
@speaking.speaking
def decide(
    code: str,
    kind: str,
    answer: Answer | None,
    comment: str,
    field: str,
    shown: str,
    by: str,
    by_password_file: Path | None,
    by_totp: str,
    by_token: bool,
    by_pin: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Decide as the person signed in (--as), or on the spot as somebody who proves who they are (--by)."""
    if answer is None:
        raise click.UsageError("--grant | --refuse | --more")
    secret = speaking.password_of(by_password_file) if by else ""
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        second: Second = by_totp
        if by and by_token and not by_totp:
            shown = shown or desk.exceptions.shown(found, kind)
            second = desk.tokens.prove(answer, by, speaking.token_pin(), shown)
        if answer == "more":
            view = desk.exceptions.ask_more(found, kind, comment, field, shown, by, secret, second, by_pin)
        elif by:
            view = desk.exceptions.decide(
                found, kind, by, secret, answer == "grant", comment, field, shown, second, by_pin
            )
        else:
            view = desk.exceptions.decide_as_signed_in(found, kind, answer == "grant", comment, field, shown)
    _tell(view, kind, as_json)


def _tell(view: IntakeView, kind: str, as_json: bool) -> None:
    chosen = next((one for one in view.application.exceptions if one.code == kind), None)
    if chosen is None:
        raise _no_such(kind)
    document = {"dossier": view.code or view.local_code, **_of_view(chosen)}
    speaking.tell(document, "\n".join(_lines(chosen)), as_json)


def _no_such(kind: str) -> Refusal:
    return Refusal(
        "EXCEPTION_UNKNOWN",
        Words(f"Hồ sơ không có ngoại lệ {kind}.", f"The dossier has no exception {kind}."),
        Words("Xem: clerk exception show <mã hồ sơ>.", "Look: clerk exception show <code of the dossier>."),
    )
