"""SANE as a real peer: its own `test` and `pnm` backends in a private configuration, and its daemon on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
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
    return private_sane(tmp_path / "sane")


def private_sane(folder: Path) -> SaneEnv:
    """A private SANE in a new folder."""
    if shutil.which("scanimage") is None:
        pytest.skip("scanimage is missing: apt-get install sane-utils")
    folder.mkdir()
    (folder / "dll.conf").write_text("test\npnm\n")
    (folder / "test.conf").write_text("number_of_devices 2\nmode Gray\n")
    return SaneEnv(folder)


@dataclass(frozen=True, slots=True)
class NetworkSane:
    """Another computer's scanners through SANE's own daemon: `env` is ours, `host` how its devices' names begin."""

    env: SaneEnv
    host: str
    daemon: subprocess.Popen[bytes]

    def device(self, name: str) -> str:
        """The name under which we see that computer's device."""
        return f"net:{self.host}:{name}"

    def end(self) -> None:
        """The other computer is gone, with whatever it was sending; once more is harmless."""
        with suppress(ProcessLookupError):
            os.killpg(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait(timeout=20)


@pytest.fixture
def network_sane(tmp_path: Path) -> Iterator[NetworkSane]:
    """`saned` on this computer's loopback. Its port is fixed, so it has an address of its own instead."""
    saned = shutil.which("saned", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if saned is None:
        pytest.skip("saned is missing: apt-get install sane-utils")
    host = f"127.77.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
    there, here = tmp_path / "there", tmp_path / "here"
    for folder, backends in ((there, "test\npnm\n"), (here, "net\n")):
        folder.mkdir()
        (folder / "dll.conf").write_text(backends)
    (there / "test.conf").write_text("number_of_devices 1\nmode Gray\n")
    (there / "saned.conf").write_text("127.0.0.0/8\n")
    (here / "net.conf").write_text(f"connect_timeout = 10\n{host}\n")
    daemon = subprocess.Popen(
        [saned, "-l", "-b", host, "-p", "6566", "-e", "-d0"],
        env=os.environ | {"SANE_CONFIG_DIR": str(there)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    peer = NetworkSane(SaneEnv(here), host, daemon)
    try:
        deadline = time.monotonic() + 30
        while not _listens(host):
            assert daemon.poll() is None, "saned ended"
            assert time.monotonic() < deadline, "saned does not listen"
        yield peer
    finally:
        peer.end()


def _listens(host: str) -> bool:
    try:
        socket.create_connection((host, 6566), timeout=1).close()
    except OSError:
        return False
    return True
