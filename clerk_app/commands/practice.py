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
from clerk_app.rehearsal import PASSPHRASE, World


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=None, help="Where it is kept.")
@click.option("--person", type=int, default=1, help="Whose specimen card lies on the reader.")
@click.option("--fault", "faults", multiple=True, help="What is wrong with the card: tear@12, slow=10, altered-dg1 …")
@speaking.speaking
def practice(folder: Path | None, person: int, faults: tuple[str, ...]) -> None:
    """Start central, register, card, scanner and printer; say where they are; end with Ctrl C."""
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
        signal.signal(signal.SIGTERM, _stop)
        try:
            while True:
                time.sleep(3600)  # the world's processes do the work; this one only holds them
        except KeyboardInterrupt:
            return


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
