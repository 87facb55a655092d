"""Writes docs/settings.md from the program's own table of settings: `.venv/bin/python docs/make_settings.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("settings.md")
sys.path.insert(0, str(ROOT))

from clerk_app import settings  # noqa: E402 - the tree is not installed

HEAD = f"""# Settings of a workstation

They lie in `{settings.FILE}` in the profile, a JSON object of texts; only what differs from its default is there. An
unknown name is refused by name. Made by `docs/make_settings.py`; edit `clerk_app/settings.py` instead.

| name | default | meaning |
|---|---|---|
"""

CENTRAL = f"""
# Settings of central

They lie in `{settings.FILE}` in central's data folder, of the same form. Whoever can read the file can speak to these
systems in the office's name: keep it with central's database.

| name | default | meaning |
|---|---|---|
"""


def document() -> str:
    """The whole page."""
    return HEAD + _table(rows_of()) + CENTRAL + _table(_safe(settings.meanings(settings.CentralSettings)))


def rows_of() -> tuple[tuple[str, str, str], ...]:
    """Name, default and meaning of every setting of a workstation, safe inside a table."""
    return _safe(settings.meanings())


def _table(rows: tuple[tuple[str, str, str], ...]) -> str:
    return "".join(
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |\n" for name, default, meaning in rows
    )


def _safe(rows: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, default, meaning.replace("|", "\\|")) for name, default, meaning in rows)


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
    print(FILE.relative_to(ROOT))
