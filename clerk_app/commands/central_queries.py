"""`central queries` and `central orders`: what central asked and ordered elsewhere. Nobody's data is in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click
from msgspec import to_builtins

from clerk_app.commands import speaking
from clerk_app.commands.central_access import opened_database
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Words
from clerk_app.wire_orders import OrderState


@click.command()
@click.option("--since", default="", metavar="YYYY-MM-DD", help="First day; empty: today.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="Last day; empty: today.")
@data_option
@database_option
@json_option
@speaking.speaking
def queries(since: str, until: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Count the questions to the State's registers by office, officer, register, purpose and outcome."""
    from clerk_app.central.registers import log

    today = datetime.now(HANOI).date()
    first, last = _day(since, "--since") or today, _day(until, "--until") or today
    with opened_database(data_dir, database) as opened:
        begin, end = (datetime.combine(one, time(), HANOI) for one in (first, last + timedelta(days=1)))
        found = log.counted(opened, begin, end)
    lines = [f"{one.office}  {one.officer}  {one.system}  {one.purpose}  {one.outcome}  {one.count}" for one in found]
    speaking.tell(
        {"since": first.isoformat(), "until": last.isoformat(), "queries": [asdict(one) for one in found]},
        "\n".join(lines)
        or speaking.said(Words("Những ngày này không hỏi cơ sở dữ liệu nào.", "No register was asked.")),
        as_json,
    )


def _at(one: OrderState) -> str:
    return f"{one.placed_at:%H:%M %d/%m/%Y}"


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter("YYYY-MM-DD", param_hint=option) from None


@click.command()
@data_option
@database_option
@json_option
@speaking.speaking
def orders(data_dir: Path, database: str | None, as_json: bool) -> None:
    """List the payments, parcels and reports to the portal that are not made yet, or were rejected, and why."""
    from clerk_app.bootstrap import now
    from clerk_app.central.orders import Orders

    with opened_database(data_dir, database) as opened:
        found = Orders(opened, {}, now).open_ones()
    lines = [
        "  ".join((office, one.system, one.state, str(one.tries), one.cause or "–", _at(one), str(one.id)))
        for office, one in found
    ]
    told = [{"office": office, **to_builtins(one)} for office, one in found]
    speaking.tell(
        {"orders": told}, "\n".join(lines) or speaking.said(Words("Không có lệnh nào chờ.", "No order waits.")), as_json
    )
