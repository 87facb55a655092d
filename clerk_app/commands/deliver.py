"""`deliver`, `deliver status`, `deliver export`, `deliver import` and `deliver grace`: the outbox by hand."""

from __future__ import annotations

import random
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.ports import Outbox, RefusedEntry
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.desk.limits import LimitView
    from clerk_app.desk.rule_packs import RefusedOffer
    from clerk_app.store.database import Database
    from clerk_app.store.journal import SealedJournal


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
        lines.append(catalogue_words(refused))
    return "\n".join(lines)


def catalogue_words(refused: RefusedOffer) -> str:
    """The same in a line for people."""
    problem = refused.refusal
    return f"{problem.code}: {speaking.said(problem.words)} {speaking.said(problem.remedy)}"


def catalogue_document(refused: RefusedOffer | None) -> dict[str, object]:
    """Which newer law central offers and this desk does not take, and why."""
    if refused is None:
        return {"catalogue_refused": None}
    problem = refused.refusal
    said = {"code": problem.code, "words": speaking.said(problem.words), "remedy": speaking.said(problem.remedy)}
    return {"catalogue_refused": {"version": refused.version, **said}}


@click.group(cls=speaking.Group, invoke_without_command=True)
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
    from clerk_app.desk.returning import Returning
    from clerk_app.desk.rule_packs import NOTE, refused_offer

    returning = Returning(random.random)
    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        failures, sent = 0, 0
        while True:
            report = desk.delivery.once(lambda: False)
            sent += report.bytes_sent
            outbox = desk.journal.outbox()
            if once or not (outbox.waiting or outbox.waiting_sheets) or report.state in ("refused", "ahead"):
                break
            failures = failures + 1 if report.state in ("offline", "later") else 0
            delay_s = next_delay_s(failures, random.random, report.wait_s)
            if report.state == "offline":
                returning.rest(delay_s, desk.delivery.reachable)
            else:
                time.sleep(delay_s)  # waiting for central is what this command is for
        told = _told(outbox, sent)
        refused = refused_offer(desk.journal.noted(NOTE))
    finally:
        desk.close()
    speaking.tell(told | catalogue_document(refused), _words(told, refused), as_json)
    if report.problem is not None:
        raise report.problem
    if told["waiting"] or told["refused"]:
        raise SystemExit(1)


@deliver.command()
@profile_option
@json_option
@speaking.speaking
def status(profile: Path, as_json: bool) -> None:
    """What waits, without sending anything; works beside an open window. Exits 0 only when no refusal stands."""
    from clerk_app.desk.rule_packs import NOTE, refused_offer

    _, database, journal = bootstrap.open_store(profile, speaking.passphrase())
    try:
        told = _told(journal.outbox(), 0)
        refused = refused_offer(journal.noted(NOTE))
        limits, unmeasured = _limits(profile, journal, database)
        shelf = [_on_the_shelf(one, journal.dossier(one.entry.dossier)) for one in journal.refused()]
    finally:
        database.close()
    lines = [f"{one['code']}  {one['station']}  {one['kind']}: {one['refusal']} {one['words']}" for one in shelf]
    near = unmeasured or [_limit_words(one) for one in limits if one.stage != "ok"]
    document = {"limits": None if unmeasured else [_limit(one) for one in limits], "refused_entries": shelf}
    said = "\n".join([_words(told, refused), *near, *lines])
    speaking.tell(told | catalogue_document(refused) | document, said, as_json)
    if refused is not None or unmeasured or shelf:
        raise SystemExit(1)


def _limits(profile: Path, journal: SealedJournal, database: Database) -> tuple[tuple[LimitView, ...], list[str]]:
    """The limits; with a pack that cannot be used nobody knows them, and why: what waits is told all the same."""
    try:
        return bootstrap.limits_of(profile, journal, database).now(), []
    except Refusal as refusal:
        return (), [f"{refusal.code}: {speaking.said(refusal.words)} {speaking.said(refusal.remedy)}"]


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


def _limit(one: LimitView) -> dict[str, object]:
    until = one.lifted_until.isoformat() if one.lifted_until else None
    counted = {"name": one.name, "used": round(one.used, 2), "of": round(one.of, 2), "stage": one.stage}
    words = {"words": speaking.said(one.words), "remedy": speaking.said(one.remedy)}
    return {**counted, **words, "lifted_until": until}


def _limit_words(one: LimitView) -> str:
    return f"{speaking.said(one.words)} {speaking.said(one.remedy)}".rstrip()


_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@deliver.command()
@_FILE
@profile_option
@json_option
@speaking.speaking
def export(file: Path, profile: Path, as_json: bool) -> None:
    """Write what waits to FILE, sealed to central, to be carried there on a stick. It stays here as well."""
    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        out = desk.carrying.export(file)
        outbox = desk.journal.outbox()
    finally:
        desk.close()
    words = Words(
        f"Đã ghi {out.entries} mục và {out.sheets} trang vào {file.name}. Mang đến trung tâm.",
        f"Wrote {out.entries} entries and {out.sheets} sheets to {file.name}. Take it to central.",
    )
    speaking.tell({**_told(outbox, 0), "file": str(file), **asdict(out)}, speaking.said(words), as_json)


@deliver.command("import")
@_FILE
@profile_option
@json_option
@speaking.speaking
def import_answer(file: Path, profile: Path, as_json: bool) -> None:
    """Take in central's answer to an exported file. Exits 0 only when central took all of it."""
    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        home = desk.carrying.take_answer(file)
        outbox = desk.journal.outbox()
    finally:
        desk.close()
    words = Words(
        f"Trung tâm đã nhận {home.accepted} mục, từ chối {home.refused}; còn chờ {outbox.waiting}.",
        f"Central accepted {home.accepted} entries and refused {home.refused}; {outbox.waiting} wait.",
    )
    counted = {name: value for name, value in asdict(home).items() if name != "problem"}
    speaking.tell({**_told(outbox, 0), **counted}, speaking.said(words), as_json)
    if home.problem is not None:
        raise home.problem


@deliver.command()
@click.argument("code")
@person_options
@profile_option
@json_option
@speaking.speaking
def grace(code: str, user: str, password_file: Path | None, profile: Path, as_json: bool) -> None:
    """Lift a limit by a code that central read out. Works without a line, once, for a supervisor."""
    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        password = speaking.password_of(password_file)
        used = desk.grace.use(code, user, password, speaking.second(desk, "lift", user) if user else "")
    finally:
        desk.close()
    until = used.until.isoformat() if used.until else None
    document = {"limit": used.limit, "until": until, "numbers": used.numbers}
    speaking.tell(document, speaking.said(used.words), as_json)
