"""The practice network scanner, seen by SANE's `airscan`, which nobody here wrote, and as a process of its own."""

from __future__ import annotations

import os
import subprocess
import urllib.error
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.practice import escl_scanner
from clerk_app.practice.escl_machine import QUIRKS
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from tests.peers.escl import Papers, airscan_env
from tests.peers.processes import alive

pytestmark = pytest.mark.wire
A4 = ("-x", "210", "-y", "297")


def scanimage(env: dict[str, str], folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """SANE's own command at 75 dpi; its exit code is the SANE status."""
    command = ["scanimage", "-d", "airscan:e0:Practice", "--resolution", "75", "--format=pnm", *A4, *options]
    return subprocess.run(
        [*command, f"--batch={folder / 'page%d.pnm'}"], env=env, capture_output=True, timeout=120, check=False
    )


@pytest.fixture
def sane(network_scanner: PracticeEsclScanner, tmp_path: Path) -> dict[str, str]:
    return dict(os.environ) | airscan_env(tmp_path / "airscan", network_scanner.address)


@pytest.mark.parametrize("quirk", ["", *sorted(QUIRKS & {"end-409", "path-only", "chunked", "no-length", "slash"})])
def test_another_client_draws_the_feeder_empty(
    network_scanner: PracticeEsclScanner, papers: Papers, sane: dict[str, str], tmp_path: Path, quirk: str
) -> None:
    network_scanner.show(papers.stack(3), quirks=[quirk] if quirk else [])

    done = scanimage(sane, tmp_path, "--source", "ADF")

    assert done.returncode == 0, done.stderr
    sizes = []
    for path in sorted(tmp_path.glob("page*.pnm")):
        with Image.open(path) as page:
            sizes.append(page.size)
    assert sizes == [(620, 877)] * 3


def test_another_client_gets_both_sides(
    network_scanner: PracticeEsclScanner, papers: Papers, sane: dict[str, str], tmp_path: Path
) -> None:
    network_scanner.show([(papers.health, papers.empty)])

    assert scanimage(sane, tmp_path, "--source", "ADF Duplex").returncode == 0
    assert len(list(tmp_path.glob("page*.pnm"))) == 2


@pytest.mark.parametrize(("fault", "status"), [("jam", 6), ("", 7)])
def test_another_client_hears_of_a_jam_and_of_an_empty_feeder(
    network_scanner: PracticeEsclScanner, papers: Papers, sane: dict[str, str], tmp_path: Path, fault: str, status: int
) -> None:
    network_scanner.show(papers.stack(2) if fault else [], fault=fault, at=2)

    assert scanimage(sane, tmp_path, "--source", "ADF").returncode == status


def test_what_it_does_not_know_is_refused(network_scanner: PracticeEsclScanner) -> None:
    for fault, quirks in (("explodes", []), ("", ["sings"])):
        with pytest.raises(urllib.error.HTTPError) as refused:
            network_scanner.show(fault=fault, quirks=quirks)
        assert refused.value.code == 400
        refused.value.close()


def test_it_is_gone_when_it_is_closed() -> None:
    machine = escl_scanner.start()

    machine.close()

    assert not alive(machine.process.pid)
