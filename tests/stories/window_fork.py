"""The window as a fork of a process that has imported what one is made of: see `tests.peers.forks`."""

from __future__ import annotations

from importlib import import_module

from tests.peers.pack import training_pack
from tests.stories import clerk_window

OPENING = (
    *("clerk_app.archiving.copies", "clerk_app.catalogue.linter", "clerk_app.desk.desk", "clerk_app.devices.camera"),
    *("clerk_app.devices.printer.printers", "clerk_app.imaging.files", "clerk_app.printing.forms"),
    *("clerk_app.store.journal", "clerk_app.store.known_users", "clerk_app.uplink_systems", "pyipp"),
    *("sqlalchemy.dialects.sqlite", "sqlcipher3.dbapi2", "ui.shell", "ui.screens.course", "ui.screens.intake"),
    "ui.screens.online",
)
"""Most of what a window imports on its way from the first frame to today's list."""


def prepare() -> None:
    """Once for all of them: import what a window imports only when it opens its desk."""
    for name in OPENING:
        import_module(name)
    # Each reads its files and looks at their signatures all the same; what they say is made of them once.
    training_pack()


def be(arguments: list[str]) -> int:
    """The window, until it is closed; its exit code."""
    return clerk_window.main(arguments)
