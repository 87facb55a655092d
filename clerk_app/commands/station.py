"""`enrol` and `doctor`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk.views import DoctorCheck
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.desk.taking_over import TakenOver


@click.command()
@click.option("--central", required=True, help="Address of central, https://host:port.")
@click.option("--code", required=True, help="The one-time code that `central enrol` printed.")
@click.option("--catalogue-key", default="", help="Hex Ed25519 key of who may publish the rules; kept as the setting.")
@profile_option
@json_option
@speaking.speaking
def enrol(central: str, code: str, catalogue_key: str, profile: Path, as_json: bool) -> None:
    """Join this workstation to central."""
    from clerk_app.commands.deliver import catalogue_document, catalogue_words
    from clerk_app.desk import taking_over
    from clerk_app.desk.rule_packs import NOTE, refused_offer
    from clerk_app.store import keys

    taken: list[TakenOver] = []
    station = bootstrap.enrol(profile, central, code, speaking.passphrase(), taken.append, catalogue_key)
    _, database, journal = bootstrap.open_store(profile, speaking.passphrase())
    try:
        refused = refused_offer(journal.noted(NOTE))
    finally:
        database.close()
    public_key = keys.unwrap(profile, speaking.passphrase()).public_key().hex()
    document: dict[str, object] = {"station": station.station, "counter": station.counter, "public_key": public_key}
    document |= catalogue_document(refused)
    lines = [speaking.said(line) for one in taken for line in taking_over.told(one)]
    lines += [catalogue_words(refused)] if refused else []
    for one in taken:
        back = [{"code": got.code, "pages": got.pages, "to_scan": got.to_scan} for got in one.dossiers]
        document["replaces"] = {"station": one.lost, "last_n": one.last_n, "dossiers": back}
    words = Words(
        f"Đã ghi danh máy trạm {station.station} của {station.office_name_vi}.",
        f"Enrolled as {station.station} of {station.office_name_en}.",
    )
    speaking.tell(document, "\n".join([speaking.said(words), *lines]), as_json)


@click.command()
@profile_option
@json_option
@speaking.speaking
def doctor(profile: Path, as_json: bool) -> None:
    """Say what is wrong around this desk, and the remedy."""
    checks = _checks(profile)
    document = {
        "checks": [
            {
                "name": check.name,
                "state": check.state,
                "words": speaking.said(check.words),
                "remedy": speaking.said(check.remedy),
            }
            for check in checks
        ]
    }
    signs = {"ok": "✓", "warn": "!", "fail": "✗"}
    lines = [
        f"{signs[check.state]} {check.name}: {_sentence(speaking.said(check.words), speaking.said(check.remedy))}"
        for check in checks
    ]
    speaking.tell(document, "\n".join(lines), as_json)
    if any(check.state == "fail" for check in checks):
        raise SystemExit(1)


def _sentence(words: str, remedy: str) -> str:
    """What is the matter, then the remedy as a sentence of its own."""
    ended = words if words.endswith((".", "!", "?", ":")) or not remedy else f"{words}."
    return f"{ended} {remedy}".rstrip()


def _checks(profile: Path) -> tuple[DoctorCheck, ...]:
    """What the open desk says; where it cannot be opened, the reason and what can be checked without it."""
    try:
        desk = bootstrap.open_desk(profile, speaking.passphrase())
    except Refusal as refusal:
        return (DoctorCheck("desk", "fail", refusal.words, refusal.remedy), *_devices(profile))
    try:
        return desk.lamps.doctor().checks
    finally:
        desk.close()


def _devices(profile: Path) -> tuple[DoctorCheck, ...]:
    from clerk_app import settings as _settings

    settings = _settings.load(profile)
    practice = bootstrap.peek(profile).practice
    nothing = Words("", "")
    checks = []
    counts: tuple[tuple[str, Callable[[], int]], ...] = (
        ("reader", lambda: len(bootstrap.readers_of(profile, settings, practice).readers())),
        ("scanner", lambda: len(bootstrap.scanners_of(settings).devices())),
        ("printer", lambda: len(bootstrap.printers_of(settings).queues())),
    )
    for name, count in counts:
        try:
            found = count()
        except Refusal as refusal:
            checks.append(DoctorCheck(name, "warn", refusal.words, refusal.remedy))
            continue
        remedy = nothing if found else Words("Cắm và bật thiết bị.", "Connect it and switch it on.")
        words = Words(f"Tìm thấy {found} thiết bị.", f"{found} found.")
        checks.append(DoctorCheck(name, "ok" if found else "warn", words, remedy))
    return tuple(checks)
