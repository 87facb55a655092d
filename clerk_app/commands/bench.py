"""`bench`: hands over to the `bench` folder of a development tree."""

from __future__ import annotations

import subprocess
import sys

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.domain.refusals import Refusal, Words


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@speaking.speaking
def bench(arguments: tuple[str, ...]) -> None:
    """Measure: ours, peer, floor, ratio, goal. `bench [NAME…] [--json FILE]`."""
    root = bootstrap.RESOURCES.parent
    if not (root / "bench").is_dir():
        raise Refusal(
            "BENCH_MISSING",
            Words("Bản cài đặt này không kèm bộ đo.", "This installation has no benchmarks."),
            Words("Chạy trong cây mã nguồn.", "Run it in the source tree."),
        )
    raise SystemExit(subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=root, check=False).returncode)
