"""`trust import`, `trust show` and `trust sign`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk import trust as desk_trust
from clerk_app.desk.reasons import NOT_BELIEVED
from clerk_app.desk.trust import TrustView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Words


@click.group(cls=speaking.Group)
def trust() -> None:
    """Who may vouch for a citizen card."""


@trust.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@profile_option
@json_option
@speaking.speaking
def import_package(file: Path, profile: Path, as_json: bool) -> None:
    """Take in a trust package (folder or zip) that was signed for this office."""
    bootstrap.import_trust(profile, file)
    view = bootstrap.trust_view(profile, settings.load(profile), bootstrap.station_of(profile).practice)
    version = view.package.version if view.package else ""
    words = Words(
        f"Đã nhập gói tin cậy {version}. Cửa sổ đang mở dùng gói mới từ hồ sơ kế tiếp.",
        f"Imported trust package {version}. A window that is open uses it from the next dossier on.",
    )
    _tell(view, as_json, speaking.said(words))


@trust.command()
@profile_option
@json_option
@speaking.speaking
def show(profile: Path, as_json: bool) -> None:
    """Who is believed at this desk until when, and how old the revocation lists are."""
    practice = bootstrap.peek(profile).practice
    _tell(bootstrap.trust_view(profile, settings.load(profile), practice), as_json, "")


@trust.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File with the hex key.")
@click.option("--office", required=True, help="Code of the office that the package is for.")
@click.option("--version", required=True, help="Version, numbers with dots: 2026.11.1.")
@click.option("--name", default="", help="What people call the package.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Also write it as a zip.")
@json_option
@speaking.speaking
def sign(folder: Path, key: Path, office: str, version: str, name: str, out: Path | None, as_json: bool) -> None:
    """Make the files of a folder a trust package of an office."""
    from clerk_app.catalogue import signing

    manifest = bootstrap.sign_trust(folder, signing.read_key(key), name or office, office, version, out)
    words = Words(
        f"Đã ký gói {manifest.version} cho {manifest.office}: {len(manifest.files)} tệp.",
        f"Signed package {manifest.version} for {manifest.office}, files: {len(manifest.files)}.",
    )
    document = {
        "name": manifest.name,
        "office": manifest.office,
        "version": manifest.version,
        "issued": manifest.issued.isoformat(),
        "files": sorted(manifest.files),
    }
    speaking.tell(document, speaking.said(words), as_json)


def _tell(view: TrustView, as_json: bool, first: str) -> None:
    now = bootstrap.now()
    document = _document(view, now)
    speaking.tell(document, "\n".join([*([first] if first else []), *_lines(view, now)]), as_json)


def _document(view: TrustView, now: datetime) -> dict[str, Any]:
    check, package = desk_trust.check(view, now), view.package
    return {
        "practice": view.practice,
        "package": None
        if package is None
        else {
            "name": package.name,
            "office": package.office,
            "version": package.version,
            "issued": package.issued.isoformat(),
        },
        "authorities": [
            {
                "name": one.name,
                "sha256": one.sha256,
                "from": one.starts.isoformat(),
                "until": one.ends.isoformat(),
                "linked": one.linked,
                "state": one.state(now),
            }
            for one in view.authorities
        ],
        "other_states": view.of_other_states,
        "revocations": [
            {
                "issuer": one.issuer,
                "since": one.since.isoformat(),
                "until": one.until.isoformat(),
                "age_days": (now - one.since).days,
                "revoked": one.revoked,
                "current": one.current(now),
            }
            for one in view.revocations
        ],
        "not_believed": [
            {"name": name, "reason": why, "words": speaking.said(NOT_BELIEVED[why])} for name, why in view.left_out
        ],
        "loose": list(view.loose),
        "refusal": None if view.refusal is None else speaking.refused(view.refusal),
        "check": {"state": check.state, "words": speaking.said(check.words), "remedy": speaking.said(check.remedy)},
    }


def _lines(view: TrustView, now: datetime) -> list[str]:
    lines = []
    if view.package is not None:
        label = f"{view.package.name} {view.package.version}, {view.package.office}, {view.package.issued:%d/%m/%Y}"
        lines.append(speaking.said(Words(f"Gói: {label}", f"Package: {label}")))
    for one in view.authorities:
        sign = {"in_force": "✓", "expired": "✗", "not_yet": "–"}[one.state(now)]
        linked = speaking.said(Words(" (khóa mới, có liên kết)", " (new key, by link)")) if one.linked else ""
        until = speaking.said(Words("đến", "until"))
        lines.append(f"{sign} {one.name}{linked}: {until} {in_hanoi(one.ends):%d/%m/%Y}")
    for crl in view.revocations:
        age, until = (now - crl.since).days, f"{in_hanoi(crl.until):%d/%m/%Y}"
        said = Words(
            f"CRL {crl.issuer}: {crl.revoked} đã thu hồi, {age} ngày tuổi, hạn {until}",
            f"CRL {crl.issuer}: {crl.revoked} revoked, {age} days old, due {until}",
        )
        lines.append(f"{'✓' if crl.current(now) else '!'} {speaking.said(said)}")
    if view.of_other_states:
        many = view.of_other_states
        lines.append(speaking.said(Words(f"– {many} CSCA của nước khác", f"– {many} authorities of other States")))
    lines += [f"! {name or '–'}: {speaking.said(NOT_BELIEVED[why])}" for name, why in view.left_out]
    check = desk_trust.check(view, now)
    sign = {"ok": "✓", "warn": "!", "fail": "✗"}[check.state]
    lines.append(f"{sign} {speaking.said(check.words)} {speaking.said(check.remedy)}".rstrip())
    return lines
