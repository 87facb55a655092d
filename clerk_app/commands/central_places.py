"""Where central keeps what it knows, as all its commands are told: by option or by the environment."""

from __future__ import annotations

import os
from pathlib import Path

import click


class _Told(click.Option):
    """An option that its variable of the environment gives even when that is empty.

    Whoever set it meant a place: taken for nothing said, a secret that could not be read would quietly lead to a
    database of its own. What is done with the empty text is for the one who is told, to refuse.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The variable as it stands, None only where it is not set."""
        return os.environ.get(str(self.envvar))


data_option = click.option(
    "--data",
    "data_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("central-data"),
    envvar="CLERK_CENTRAL_DATA",
    help="Folder of central (CLERK_CENTRAL_DATA); central-data here by default.",
)
database_option = click.option(
    "--database",
    cls=_Told,
    default=None,
    envvar="CLERK_DATABASE",
    help="sqlite:///… or postgresql+psycopg://…; a file in --data by default. CLERK_DATABASE keeps a password off the "
    "list of processes.",
)
blobs_option = click.option(
    "--blobs",
    cls=_Told,
    default=None,
    envvar="CLERK_BLOBS",
    help="Folder or s3://bucket/prefix of the sheets; a folder in --data by default. Also CLERK_BLOBS.",
)
