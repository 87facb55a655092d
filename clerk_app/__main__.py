"""The desk without a window: `clerk …`. Each command's room is imported only when it is used."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

COMMANDS = {
    "demo": ("clerk_app.commands.window:demo", "Play the main job with practice devices in a throw-away profile."),
    "run": ("clerk_app.commands.window:run", "Open the workstation."),
    "practice": ("clerk_app.commands.practice:practice", "Practice devices and central without a window."),
    "central": ("clerk_app.commands.central:central", "Run the reference server."),
    "enrol": ("clerk_app.commands.station:enrol", "Join this workstation to central with a one-time code."),
    "doctor": ("clerk_app.commands.station:doctor", "Check reader, scanner, printer, central, disk and the rest."),
    "card": ("clerk_app.commands.card:card", "Card readers, and identity from the chip."),
    "trust": ("clerk_app.commands.trust:trust", "Who may vouch for a citizen card: show, import, sign."),
    "code": ("clerk_app.commands.code:code", "QR and bar codes in pictures and PDFs."),
    "scan": ("clerk_app.commands.scan:scan", "Scan pages as the desk would keep them."),
    "catalogue": ("clerk_app.commands.catalogue:catalogue", "The law as data: check, show, decide."),
    "dossier": ("clerk_app.commands.dossier:dossier", "Look at dossiers, print them, take one from a file."),
    "report": ("clerk_app.commands.report:report", "Reports: tables, ratios, the dossiers behind a figure, files."),
    "online": ("clerk_app.commands.online:online", "Dossiers that citizens sent online: list, show, take."),
    "results": ("clerk_app.commands.results:results", "Cards that came, the shelf, hand-over, posting, unclaimed."),
    "review": ("clerk_app.commands.review:review", "Second looks at drawn dossiers, findings and figures."),
    "exception": ("clerk_app.commands.exception:exception", "Exceptions: what waits, ask, decide."),
    "deliver": ("clerk_app.commands.deliver:deliver", "Send what waits for central."),
    "desk": ("clerk_app.commands.desk:desk", "Get a damaged workstation back."),
    "journal": ("clerk_app.commands.journal:journal", "Prove that nothing was altered, lost or doubled."),
    "bench": ("clerk_app.commands.bench:bench", "Measure against peers and floors."),
}


class _Door(click.Group):
    """Lists every command without importing it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            rows = [(name, words) for name, (_, words) in COMMANDS.items()]
            if (Path(__file__).resolve().parent.parent / "tests").is_dir():
                rows.append(("test", "Run every test (in a source tree, through ./clerk)."))
            formatter.write_dl(rows)


@click.command(cls=_Door, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def clerk(ctx: click.Context) -> None:
    """Quầy: the counter workstation for exchanging driving licences."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """The entry point of the `clerk` command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
    clerk(prog_name="clerk")


if __name__ == "__main__":
    main()
