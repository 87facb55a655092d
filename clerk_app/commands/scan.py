"""`scan devices` and `scan`."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk.ports import ScannedPage, ScannerState
from clerk_app.domain import scanning
from clerk_app.domain.refusals import DeviceFault, Refusal, Words


@click.group(invoke_without_command=True)
@click.option(
    "--device",
    default="",
    help="Its name in scan devices, or escl: and an address; the desk's, or the first one, by default.",
)
@click.option("--source", default="", help="Flatbed or feeder, by the scanner's own name.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where pages go.")
@profile_option
@json_option
@click.pass_context
@speaking.speaking
def scan(ctx: click.Context, device: str, source: str, out: Path, profile: Path, as_json: bool) -> None:
    """Scan until the source is empty; pages as the desk would keep them."""
    if ctx.invoked_subcommand is not None:
        return
    chosen = settings.load(profile)
    scanners = bootstrap.scanners_of(chosen)
    device = device or chosen.scanner_device
    if "://" in device:  # where it is says enough
        found = [ScannerState(device, device, ())]
    else:
        found = [one for one in scanners.devices() if not device or one.name == device]
    if not found:
        raise DeviceFault(
            "SCANNER_MISSING",
            Words("Không tìm thấy máy quét.", "No scanner was found."),
            Words("Cắm và bật máy quét; xem clerk scan devices.", "Connect it; see clerk scan devices."),
        )
    source = source or chosen.scanner_source or (found[0].sources[0] if found[0].sources else "")
    out.mkdir(parents=True, exist_ok=True)
    pages: list[dict[str, object]] = []

    def arrived(page: ScannedPage) -> None:
        number = len(pages) + 1
        file = out / f"page-{number:03d}.{'png' if page.media == 'image/png' else 'jpg'}"
        file.write_bytes(page.data)
        pages.append(
            {
                "file": str(file),
                "width": page.width,
                "height": page.height,
                "dpi": page.dpi,
                "bytes": len(page.data),
            }
        )

    problem: Refusal | None = None
    try:
        scanners.scan(found[0].name, source, arrived, lambda: False, on_notice=_notice)
    except DeviceFault as fault:
        problem = fault
    problems = [speaking.refused(problem)] if problem else []
    lines = [f"{page['file']}: {page['width']} × {page['height']}, {page['dpi']} dpi" for page in pages]
    speaking.tell({"pages": pages, "problems": problems}, "\n".join(lines), as_json)
    if problem:
        raise problem


def _notice(words: Words) -> None:
    click.echo(speaking.said(words), err=True)


def _source(name: str) -> str:
    """A source by its name, and in words where that says something else."""
    words = speaking.said(scanning.words_of(name))
    return name if words == name else f"{name}: {words}"


@scan.command()
@profile_option
@json_option
@speaking.speaking
def devices(profile: Path, as_json: bool) -> None:
    """Every scanner of this desk."""
    found = bootstrap.scanners_of(settings.load(profile)).devices()
    document = [{"name": one.name, "label": one.label, "sources": list(one.sources)} for one in found]
    lines = [f"{one.name}: {one.label} ({', '.join(map(_source, one.sources))})" for one in found]
    nothing = Words("Không có máy quét nào.", "No scanner.")
    speaking.tell(document, "\n".join(lines) or speaking.said(nothing), as_json)
