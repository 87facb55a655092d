"""What other systems say of a dossier, and paying its fee on the platform, without the window."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.payment_view import PaymentView
from clerk_app.desk.register_views import SystemView
from clerk_app.desk.views import Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Words

_OUTCOMES: Mapping[Tone, str] = {"good": "clear", "warn": "unclear", "bad": "contrary", "calm": "plain"}
"""What an answer means for the dossier, for programs."""
_MARKS = {"same": "=", "differs": "≠", "unknown": "?", "plain": "·"}


@click.command("ask")
@click.argument("code")
@click.argument("system", required=False, default="")
@click.option("--purpose", default="RECEPTION", help="What for: one of the law's purposes.")
@click.option("--live", is_flag=True, help="Take no answer of before, even while the system is silent.")
@profile_option
@person_options
@json_option
@speaking.speaking
def ask(
    code: str,
    system: str,
    purpose: str,
    live: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Ask licences, identity, violations, health, results or portal; without SYSTEM, what is known of them all."""
    from clerk_app.commands.dossier import find_one, signed_in

    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        views = desk.registers.ask(found, system, purpose, live) if system else desk.registers.views(found)
    views = tuple(one for one in views if system in ("", one.system))
    speaking.tell({"answers": [_document(one) for one in views]}, "\n".join(_text(one) for one in views), as_json)


@click.command("pay")
@click.argument("code")
@click.option("--order", "ordering", is_flag=True, help="Ask the platform for a place where the citizen pays.")
@click.option("--paper", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Save its receipt here.")
@profile_option
@person_options
@json_option
@speaking.speaking
def pay(
    code: str,
    ordering: bool,
    paper: Path | None,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Ask the payment platform how the fee of a dossier stands, and take it once it is paid."""
    from clerk_app.commands.dossier import find_one, signed_in

    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        view = desk.payments.order(found) if ordering else desk.payments.ask(found)
        if paper is not None:
            paper.write_bytes(desk.payments.paper(found))
    speaking.tell(_payment(view), _paid(view), as_json)


def _document(view: SystemView) -> dict[str, object]:
    return {
        **speaking.named("system", view.system, view.name),
        "standing": view.standing,
        "outcome": _OUTCOMES[view.badge.tone] if view.standing in ("known", "kept") else view.standing,
        "answer": speaking.said(view.badge.words),
        "at": speaking.told_at(view.at),
        "cause": speaking.said(view.cause) if view.cause is not None else None,
        "problem": view.problem.code if view.problem is not None else None,
        "problem_name": speaking.said(view.problem.words) if view.problem is not None else None,
        "lines": [
            {
                **speaking.named("field", one.name, one.label),
                "here": speaking.said(one.here),
                "there": speaking.said(one.there),
                "mark": one.mark,
            }
            for one in view.lines
        ],
    }


def _text(view: SystemView) -> str:
    at = f" · {in_hanoi(view.at):%H:%M %d/%m/%Y}" if view.at is not None else ""
    cause = f" ({speaking.said(view.cause)})" if view.cause is not None else ""
    lines = [f"{speaking.said(view.name)}: {speaking.said(view.badge.words)}{at}{cause}"]
    lines += [
        f"  {_MARKS[one.mark]} {speaking.said(one.label)}: {speaking.said(one.here)} | {speaking.said(one.there)}"
        for one in view.lines
    ]
    return "\n".join(lines)


def _payment(view: PaymentView) -> dict[str, object]:
    return {
        "order": str(view.order) if view.order is not None else None,
        "amount_vnd": view.amount_vnd,
        **speaking.named("state", view.standing, view.badge.words),
        "cause": view.reason or None,
        "cause_name": speaking.said(view.cause) if view.cause is not None else None,
        "url": view.url,
        "paid": view.paid,
        "settled": view.settled,
    }


def _paid(view: PaymentView) -> str:
    cause = f" ({speaking.said(view.cause)})" if view.cause is not None else ""
    settled = speaking.said(Words(" · đã ghi nhận lệ phí", " · the fee is taken")) if view.settled else ""
    url = f"\n{view.url}" if view.url and not view.paid else ""
    return f"{format_vnd(view.amount_vnd)}: {speaking.said(view.badge.words)}{cause}{settled}{url}"
