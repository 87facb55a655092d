"""The pack of this repository with another share of second looks: every dossier, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from clerk_app.catalogue.pack import Pack
from tests.peers.pack import training_pack


def with_share(share: int, ordinary: bool = True, pack: Pack | None = None) -> Pack:
    """The same rules on every day, but so many of 10 000 dossiers are drawn."""
    pack = pack or training_pack()
    row = pack.tables.reviews[0]
    drawn = replace(row, since=date(2017, 1, 1), value=replace(row.value, share=share, ordinary=ordinary))
    return replace(pack, tables=replace(pack.tables, reviews=(drawn,)), _known={})


def with_settings(pack: Pack, **settings: str) -> Pack:
    """The same pack with these settings of its own."""
    rows = tuple(
        replace(row, value=(row.value[0], settings.get(row.value[0], row.value[1]), row.value[2]))
        for row in pack.tables.settings
    )
    return replace(pack, tables=replace(pack.tables, settings=rows), _known={})
