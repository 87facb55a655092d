"""`catalogue check`, `show`, `diff`, `decide` and `sign`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app import bootstrap, settings
from clerk_app.catalogue import pack as packs
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.catalogue.showing.html import Language


@click.group(cls=speaking.Group)
def catalogue() -> None:
    """The law as data."""


def _keys() -> list[bytes]:
    """Whose packs are read: the office's publisher, and the one of training."""
    return bootstrap.publisher_keys(settings.load(settings.default_profile()), practice=True)


def _pack() -> packs.Pack:
    profile = settings.default_profile()
    return bootstrap.law_of(profile, settings.load(profile), practice=True).pack


@catalogue.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@json_option
@speaking.speaking
def check(folder: Path | None, as_json: bool) -> None:
    """Walk the pack: every name, every day, every condition, step and worked example."""
    from clerk_app.catalogue import linter

    report = linter.walk(folder or bootstrap.RESOURCES / "catalogue", _keys())
    problems = [
        {"file": one.file, "line": one.line, "words": speaking.said(one.said), "kind": one.kind, "also": list(one.also)}
        for one in report.problems
    ]
    lines = [f"{one['file']}:{one['line']}: {one['words']}" for one in problems]
    document: dict[str, object] = {"problems": problems}
    if (held := report.counted) is not None:
        names = ("rules", "conditions", "examples", "rule_sets", "files")
        document |= {"version": report.version} | {name: getattr(held, name) for name in names}
        if not problems:
            vi = f"Danh mục hợp lệ: {held.rules} quy định, {held.conditions} câu hỏi trong điều kiện, "
            vi += f"{held.examples} ví dụ, {held.rule_sets} bộ quy định, {held.files} tệp."
            en = f"The catalogue is clean: {held.rules} rules, {held.conditions} questions in conditions, "
            en += f"{held.examples} examples, {held.rule_sets} rule sets, {held.files} files."
            lines = [speaking.said(Words(vi, en))]
    speaking.tell(document, "\n".join(lines), as_json)
    if problems:
        raise SystemExit(1)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("YYYY-MM-DD", param_hint=option) from None


@catalogue.command()
@click.option("--on", "day", required=True, help="YYYY-MM-DD")
@click.option("--procedure", default="", help="Only this procedure, e.g. licence-exchange.")
@click.option("--pack", "named", default="current", help="The folder of a pack; the one in use otherwise.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write one HTML file, to read or print.")
@click.option("--language", type=click.Choice(["vi", "en", "both"]), help="Of the HTML file; both otherwise.")
@json_option
@speaking.speaking
def show(day: str, procedure: str, named: str, html: Path | None, language: Language | None, as_json: bool) -> None:
    """What holds on a day: procedures, cases, papers, classes, refusals, steps, the calendar, and what is in doubt."""
    from clerk_app.catalogue.showing.document import document_of
    from clerk_app.catalogue.showing.html import html_of
    from clerk_app.catalogue.showing.text import text_of
    from clerk_app.catalogue.showing.whole import page_of

    on, pack = _day(day, "--on"), _named_pack(named)
    page = page_of(pack, on, procedure)
    document = document_of(pack, on, procedure, speaking.language())
    if html is None:
        speaking.tell(document, text_of(page, speaking.language()), as_json)
        return
    write_file(html, html_of(page, language or "both"))
    said = Words(f"Đã ghi {html}.", f"Wrote {html}.")
    speaking.tell(document | {"html": str(html)}, speaking.said(said), as_json)


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
    office = bootstrap.office_of(settings.default_profile())
    decision = decided(found, _pack().as_of(received.date(), office))
    document = decision_to_json(decision, speaking.language())
    # Every row behind every line is for programs; people read it with `catalogue show`.
    shown = {name: value for name, value in document.items() if name not in ("reasons", "doubts")}
    language = speaking.language()
    needed = Words("bắt buộc", "required"), Words("khi cần", "where needed")
    shown["papers"] = [
        {"code": one.code, "required": speaking.said(needed[not one.required]), "because": one.because.of(language)}
        for one in decision.papers
    ]
    # Several rows of one document say one thing to people.
    none, read = speaking.said(Words("không ghi căn cứ", "no basis")), speaking.said(Words("kiểm chứng", "verified"))
    rules = dict.fromkeys((one.basis or none, f"{read}: {one.verified}") for one in decision.rules)
    shown["rules"] = [{"basis": basis, "verified": verified} for basis, verified in rules]
    speaking.tell(document, "\n".join(speaking.listed(shown)), as_json)


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


@catalogue.command()
@click.argument("before")
@click.argument("after")
@click.option("--on", "day", default="", help="Only what differs on this day (YYYY-MM-DD); examples are received then.")
@json_option
@speaking.speaking
def diff(before: str, after: str, day: str, as_json: bool) -> None:
    """What changes from one pack to another, for whom, in sentences. A pack is its folder, or `current`."""
    from clerk_app.catalogue.changes import told
    from clerk_app.catalogue.changes.compared import compared
    from clerk_app.catalogue.changes.decisions import decided_otherwise

    on = _day(day, "--on") if day else None
    old, new = _named_pack(before), _named_pack(after)
    found = told.told(compared(old, new, on), old, new)
    outcomes = decided_otherwise(old, new, on)
    language = speaking.language()
    document = told.document_of(found, outcomes, old, new, language) | {"on": day or None}
    speaking.tell(document, told.text_of(found, outcomes, old, new, language), as_json)


def _named_pack(name: str) -> packs.Pack:
    return _pack() if name == "current" else packs.load(Path(name), _keys())


def write_file(path: Path, text: str) -> None:
    """Write a file somebody named, as UTF-8. Raises `Refusal` `FILE_UNWRITABLE`."""
    try:
        path.write_text(text, "utf-8", newline="\n")
    except OSError:
        raise _unwritable(path) from None


def _unwritable(path: Path) -> Refusal:
    return Refusal(
        "FILE_UNWRITABLE",
        Words(f"Không ghi được tệp {path.name}.", f"The file {path.name} cannot be written."),
        Words("Kiểm tra thư mục, quyền ghi và chỗ trống.", "Check the folder, permissions and free space."),
    )


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
    try:
        private_key = signing.read_key(key)
        manifest = signing.sign(folder, private_key, version, published)
    except OSError as problem:
        raise _unwritable(Path(problem.filename or folder)) from None
    public_key = signing.public_key_of(private_key)
    words = Words(
        f"Đã ký gói {manifest.version}. Khóa công khai (catalogue_key): {public_key}",
        f"Signed pack {manifest.version}. Its publisher's public key (catalogue_key): {public_key}",
    )
    document = {"version": manifest.version, "publisher": manifest.publisher, "public_key": public_key}
    speaking.tell(document, speaking.said(words), as_json)
