"""`catalogue check`, `catalogue decide` and `catalogue show`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from clerk_app import bootstrap, settings
from clerk_app.catalogue import pack as packs
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words


@click.group()
def catalogue() -> None:
    """The law as data."""


def _pack() -> packs.Pack:
    profile = settings.default_profile()
    return bootstrap.law_of(profile, settings.load(profile), practice=True).pack


@catalogue.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@json_option
@speaking.speaking
def check(folder: Path | None, as_json: bool) -> None:
    """Walk the pack: every name, every day, every worked example."""
    from clerk_app.catalogue import linter, signing

    place = folder or bootstrap.RESOURCES / "catalogue"
    keys = [signing.read_key(bootstrap.RESOURCES / "catalogue" / signing.PUBLIC_KEY)]
    problems = linter.check(place, keys)
    document = [{"file": one.file, "line": one.line, "words": speaking.said(one.words)} for one in problems]
    lines = [f"{one['file']}:{one['line']}: {one['words']}" for one in document]
    clean = Words("Danh mục hợp lệ.", "The catalogue is clean.")
    speaking.tell({"problems": document}, "\n".join(lines) or speaking.said(clean), as_json)
    if problems:
        raise SystemExit(1)


@catalogue.command()
@click.option("--on", "day", required=True, help="YYYY-MM-DD")
@json_option
@speaking.speaking
def show(day: str, as_json: bool) -> None:
    """What holds on a day: cases, fees and time limits."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise click.BadParameter("YYYY-MM-DD", param_hint="--on") from None
    rules = _pack().as_of(on)
    fees = [
        {"code": fee.code, "channel": fee.channel, "fee_vnd": fee.amount_vnd, "basis": fee.rule.basis}
        for fee in rules.fees
    ]
    limits = [
        {"key": limit.key, "days": limit.half_days / 2, "basis": limit.rule.basis, "verified": limit.rule.verified}
        for limit in rules.limits.values()
    ]
    cases = [{"code": case.code, "name": speaking.said(case.name), "basis": case.rule.basis} for case in rules.cases]
    document = {"on": day, "rule_set": rules.rule_set, "cases": cases, "fees": fees, "limits": limits}
    lines = [f"{day}: {rules.rule_set}"]
    lines += [f"  {case['code']}: {case['name']} ({case['basis']})" for case in cases]
    lines += [f"  {fee.code} {fee.channel}: {_amount(fee.amount_vnd)} ({fee.rule.basis})" for fee in rules.fees]
    lines += [f"  {limit['key']}: {limit['days']} ({limit['basis']})" for limit in limits]
    speaking.tell(document, "\n".join(lines), as_json)


def _amount(amount_vnd: int | None) -> str:
    return "–" if amount_vnd is None else format_vnd(amount_vnd)


@catalogue.command()
@click.argument("facts", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@speaking.speaking
def decide(facts: Path, as_json: bool) -> None:
    """What follows for the facts in a file."""
    from clerk_app.catalogue.facts import decision_to_json, facts_from_json
    from clerk_app.domain.calendar import in_hanoi
    from clerk_app.domain.procedure import decide as decided

    found = facts_from_json(read_file(facts))
    received: datetime = in_hanoi(found.received_at)
    decision = decided(found, _pack().as_of(received.date()))
    document = decision_to_json(decision, speaking.language())
    speaking.tell(document, "\n".join(f"{name}: {value}" for name, value in document.items()), as_json)


def read_file(path: Path) -> bytes:
    """The bytes of a file somebody named. Raises `Refusal` `FILE_UNREADABLE`."""
    try:
        return path.read_bytes()
    except OSError:
        raise Refusal(
            "FILE_UNREADABLE",
            Words(f"Không đọc được tệp {path.name}.", f"The file {path.name} cannot be read."),
            Words("Kiểm tra đường dẫn và quyền đọc.", "Check its path and permissions."),
        ) from None


@catalogue.command("sign")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File with the hex key.")
@click.option("--version", default="", help="A new version, as 2026.12.1, published today; else it stays as it was.")
@json_option
@speaking.speaking
def sign_pack(folder: Path, key: Path, version: str, as_json: bool) -> None:
    """Sign a pack after an edit. The key of the training publisher lies in resources/practice."""
    from clerk_app.catalogue import signing

    if version and not signing.order(version):
        raise click.BadParameter("2026.12.1", param_hint="--version")
    published = bootstrap.now().date().isoformat() if version else ""
    manifest = signing.sign(folder, signing.read_key(key), version, published)
    words = Words(f"Đã ký gói {manifest.version}.", f"Signed pack {manifest.version}.")
    speaking.tell({"version": manifest.version, "publisher": manifest.publisher}, speaking.said(words), as_json)
