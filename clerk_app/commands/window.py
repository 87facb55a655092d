"""`run` and `demo`: open the window in its own process, so that nothing here ever loads Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands.speaking import profile_option


def _window(*arguments: str) -> int:
    # The window must be found from anywhere, so it is started from where the program lies.
    command = [sys.executable, "-m", "ui", *arguments]
    return subprocess.run(command, cwd=bootstrap.RESOURCES.parent, check=False).returncode


@click.command()
@profile_option
def run(profile: Path) -> None:
    """Open the workstation."""
    raise SystemExit(_window("--profile", str(profile.resolve())))


@click.command()
@click.option("--headless", is_flag=True, help="Play the guided story without a display.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Where its papers go.")
def demo(headless: bool, out: Path | None) -> None:
    """The main job with practice devices and an embedded central, in a throw-away profile."""
    arguments = ["--demo"] + (["--headless"] if headless else [])
    if out is not None:
        arguments += ["--out", str(out.resolve())]
    raise SystemExit(_window(*arguments))
