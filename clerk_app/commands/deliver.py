"""`deliver` and `deliver status`: the outbox by hand."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk.ports import Outbox, RefusedEntry
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.desk.rule_packs import RefusedOffer


def _told(outbox: Outbox, bytes_sent: int) -> dict[str, int]:
    oldest = (bootstrap.now() - outbox.oldest).total_seconds() if outbox.oldest else 0
    return {
        "waiting": outbox.waiting,
        "waiting_sheets": outbox.waiting_sheets,
        "accepted": outbox.accepted,
        "refused": outbox.refused,
        "bytes_sent": bytes_sent,
        "oldest_waiting_s": max(0, round(oldest)),
    }


def _words(told: dict[str, int], refused: RefusedOffer | None) -> str:
    counted = Words(
        f"Chờ gửi {told['waiting']} mục, đã nhận {told['accepted']}, bị từ chối {told['refused']}.",
        f"{told['waiting']} entries waiting, {told['accepted']} accepted, {told['refused']} refused.",
    )
    lines = [speaking.said(counted)]
    if refused is not None:
        problem = refused.refusal
        lines.append(f"{problem.code}: {speaking.said(problem.words)} {speaking.said(problem.remedy)}")
    return "\n".join(lines)


def _catalogue(refused: RefusedOffer | None) -> dict[str, object]:
    """Which newer law central offers and this desk does not take, and why."""
    if refused is None:
        return {"catalogue_refused": None}
    problem = refused.refusal
    said = {"code": problem.code, "words": speaking.said(problem.words), "remedy": speaking.said(problem.remedy)}
    return {"catalogue_refused": {"version": refused.version, **said}}


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Try once; without it, go on until everything is delivered.")
@profile_option
@json_option
@click.pass_context
@speaking.speaking
def deliver(ctx: click.Context, once: bool, profile: Path, as_json: bool) -> None:
    """Send what waits for central. Exits 0 only when nothing waits and nothing was refused."""
    if ctx.invoked_subcommand is not None:
        return
    from clerk_app.desk.delivery import next_delay_s
    from clerk_app.desk.rule_packs import NOTE, refused_offer

    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        failures, sent = 0, 0
        while True:
            report = desk.delivery.once(lambda: False)
            sent += report.bytes_sent
            outbox = desk.journal.outbox()
            if once or not (outbox.waiting or outbox.waiting_sheets) or report.state in ("refused", "ahead"):
                break
            failures = failures + 1 if report.state == "offline" else 0
            time.sleep(next_delay_s(failures, random.random))  # waiting for the line is what this command is for
        told = _told(outbox, sent)
        refused = refused_offer(desk.journal.noted(NOTE))
    finally:
        desk.close()
    speaking.tell(told | _catalogue(refused), _words(told, refused), as_json)
    if report.problem is not None:
        raise report.problem
    if told["waiting"] or told["refused"]:
        raise SystemExit(1)


@deliver.command()
@profile_option
@json_option
@speaking.speaking
def status(profile: Path, as_json: bool) -> None:
    """What waits, without sending anything; works beside an open window."""
    from clerk_app.desk.rule_packs import NOTE, refused_offer

    _, database, journal = bootstrap.open_store(profile, speaking.passphrase())
    try:
        told = _told(journal.outbox(), 0)
        refused = refused_offer(journal.noted(NOTE))
        shelf = [_on_the_shelf(one, journal.dossier(one.entry.dossier)) for one in journal.refused()]
    finally:
        database.close()
    lines = [f"{one['code']}  {one['station']}  {one['kind']}: {one['refusal']} {one['words']}" for one in shelf]
    text = "\n".join([_words(told, refused), *lines])
    speaking.tell(told | _catalogue(refused) | {"refused_entries": shelf}, text, as_json)


def _on_the_shelf(one: RefusedEntry, state: Dossier) -> dict[str, str]:
    """What waits for a supervisor's decision, by name."""
    return {
        "dossier": str(one.entry.dossier),
        "code": state.code or state.local_code,
        "station": one.station,
        "entry": str(one.entry.id),
        "kind": type(one.entry.what).__name__,
        "who": one.entry.who,
        "at": one.entry.at.isoformat(),
        "refusal": one.code,
        "words": speaking.said(Words(one.words_vi, one.words_en)),
        "remedy": speaking.said(Words(one.remedy_vi, one.remedy_en)),
    }
