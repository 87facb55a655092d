"""SANE as a real peer: its own `test` and `pnm` backends in a private configuration, nothing of /etc touched."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SaneEnv:
    """A private SANE. `environment` goes to `DeskScanners`; `tell` sets options that every scan of a device uses."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SANE_CONFIG_DIR": str(self.folder), "QUAY_SCANNER_OPTIONS": str(self.folder / "options.toml")}

    def tell(self, device: str, options: Mapping[str, str], label: str = "", hidden: bool = False) -> None:
        rows = "\n".join(f'"{name}" = "{value}"' for name, value in options.items())
        table = f'["{device}"]\nlabel = "{label}"\nhidden = {str(hidden).lower()}\n["{device}".options]\n{rows}\n'
        with (self.folder / "options.toml").open("a", encoding="utf-8") as file:
            file.write(table)

    def lay(self, picture: Path) -> None:
        """Put a PNM file on the glass of `pnm:0`."""
        self.tell("pnm:0", {"filename": str(picture)})


@pytest.fixture
def sane_env(tmp_path: Path) -> SaneEnv:
    """Devices `test:0`, `test:1` (feeder of ten sheets) and `pnm:0`, `pnm:1` (a glass that shows a file)."""
    if shutil.which("scanimage") is None:
        pytest.skip("scanimage is missing: apt-get install sane-utils")
    folder = tmp_path / "sane"
    folder.mkdir()
    (folder / "dll.conf").write_text("test\npnm\n")
    (folder / "test.conf").write_text("number_of_devices 2\nmode Gray\n")
    return SaneEnv(folder)
