"""`practice`: the practice world without a window, for trying every other command by hand."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType

import click

from clerk_app.commands import speaking
from clerk_app.rehearsal import PASSPHRASE, SYSTEMS, World, practice_systems


@click.group(invoke_without_command=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=None, help="Where it is kept.")
@click.option("--person", type=int, default=1, help="Whose specimen card lies on the reader.")
@click.option("--fault", "faults", multiple=True, help="What is wrong with the card: tear@12, slow=10, altered-dg1 …")
@click.pass_context
@speaking.speaking
def practice(ctx: click.Context, folder: Path | None, person: int, faults: tuple[str, ...]) -> None:
    """Start central, register, card, scanner and printer; say where they are; end with Ctrl C."""
    if ctx.invoked_subcommand is not None:
        return
    with World(folder or Path(tempfile.mkdtemp(prefix="quay-practice-"))) as world:
        world.lay_card(person, *faults)
        click.echo(
            json.dumps(
                {
                    "profile": str(world.profile),
                    "passphrase": PASSPHRASE,
                    "central": world.central_url,
                    "printer": world.printer.uri if world.printer is not None else "",
                    "camera": world.camera.video if world.camera is not None else "",
                    "qr": world.qr_text(person),
                    "notes": world.notes,
                },
                ensure_ascii=False,
            )
        )
        _hold()


@practice.command()
@click.option("--fault", "faults", multiple=True, help="What is wrong with one: violation_records=slow; repeat it.")
@speaking.speaking
def registers(faults: tuple[str, ...]) -> None:
    """Start a stand-in of every foreign system; print the settings that join central to them; end with Ctrl C.

    Put the printed object into settings.json of central's data folder. What is wrong can be changed while they run:
    POST {"fault": "down"} to /faults at the address of one; "none" heals it.
    """
    with practice_systems(dict(_fault(one) for one in faults)) as addresses:
        click.echo(json.dumps(addresses))
        _hold()


def _fault(text: str) -> tuple[str, str]:
    system, _, kind = text.partition("=")
    if system not in SYSTEMS or not kind:
        raise click.BadParameter(f"SYSTEM=FAULT, of {', '.join(SYSTEMS)}", param_hint="--fault")
    return system, kind


def _hold() -> None:
    """The processes do the work; this one only holds them."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
