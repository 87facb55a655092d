"""`scan devices` and `scan`."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk.page_ports import MadePage
from clerk_app.desk.ports import ScannedPage, ScannerState
from clerk_app.domain import scanning
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault, Refusal, Words


@click.group(cls=speaking.Group, invoke_without_command=True)
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
    scanners, maker = bootstrap.scanners_of(chosen), bootstrap.page_maker_of()
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
    problems: list[Refusal] = []

    def kept(data: bytes, media: str) -> str:
        file = out / f"page-{len(pages) + 1:03d}.{'png' if media == 'image/png' else 'jpg'}"
        file.write_bytes(data)
        return str(file)

    def arrived(sheet: ScannedPage) -> None:
        try:
            made = maker.make(sheet.data, sheet.dpi, Wish(), lambda: False)
        except DeviceFault as fault:
            problems.append(fault)
            pages.append({"file": kept(sheet.data, sheet.media), **_as_it_arrived(sheet)})
            return
        for page in made:
            pages.append({"file": kept(page.data, page.media), **_as_made(page)})

    try:
        scanners.scan(found[0].name, source, arrived, lambda: False, on_notice=_notice)
    except DeviceFault as fault:
        problems.append(fault)
    finally:
        maker.close()
    lines = [f"{page['file']}: {page['width']} × {page['height']}, {page['dpi']} dpi" for page in pages]
    document = {"pages": pages, "problems": [speaking.refused(one) for one in problems]}
    speaking.tell(document, "\n".join(lines), as_json)
    if problems:
        raise problems[-1]


def _as_made(page: MadePage) -> dict[str, object]:
    """What is told of a page; `sharp` is false for one that is blurred, `angle` what was taken out of it in degrees."""
    return {
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "angle": page.made.angle_deg,
        "blank": page.made.blank,
        "sharp": "blurred" not in page.made.flaws,
        "bytes": len(page.data),
        "flaws": list(page.made.flaws),
        "size": page.made.size,
        "colour": page.made.colour,
    }


def _as_it_arrived(sheet: ScannedPage) -> dict[str, object]:
    """What is told of a sheet of which no page could be made: nobody looked at it."""
    measured = {"angle": None, "blank": None, "sharp": None}
    return {"width": sheet.width, "height": sheet.height, "dpi": sheet.dpi, **measured, "bytes": len(sheet.data)}


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
