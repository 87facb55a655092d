"""`clerk scan` and `clerk scan devices` with a network scanner: set by address, named on the spot, jammed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clerk_app import settings
from clerk_app.commands.scan import scan
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from tests.peers.escl import Papers

pytestmark = pytest.mark.wire


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A desk that knows no scanner but those set by address."""
    (tmp_path / "sane").mkdir()
    (tmp_path / "sane" / "dll.conf").write_text("")
    settings.change(tmp_path / "desk", sane_folder=str(tmp_path / "sane"))
    return tmp_path / "desk"


def said(*words: str, profile: Path, as_json: bool = True) -> Result:
    return CliRunner().invoke(scan, [*words, "--profile", str(profile), *(["--json"] if as_json else [])])


def test_a_network_scanner_set_by_address_is_listed_with_its_sources_in_words(
    network_scanner: PracticeEsclScanner, profile: Path
) -> None:
    settings.change(profile, scanner_addresses=f"127.0.0.1:9 {network_scanner.address}")

    (device,) = json.loads(said("devices", profile=profile).stdout)

    assert device["name"] == f"escl:{network_scanner.address}"
    assert device["sources"] == ["Glass", "Feeder", "Feeder both sides"]
    assert "Feeder: Khay nạp" in said("devices", profile=profile, as_json=False).stdout


def test_a_scanner_may_be_named_by_where_it_is(
    network_scanner: PracticeEsclScanner, papers: Papers, profile: Path, tmp_path: Path
) -> None:
    network_scanner.show(papers.stack(2), fault="warming", times=1)

    done = said(
        "--device", f"escl:{network_scanner.address}", "--source", "Feeder", "--out", str(tmp_path), profile=profile
    )

    assert done.exit_code == 0, done.output
    assert [page["size"] for page in json.loads(done.stdout)["pages"]] == ["a4", "id1"]
    assert sorted(path.name for path in tmp_path.glob("page-*")) == ["page-001.jpg", "page-002.jpg"]
    assert "chuẩn bị" in done.stderr


def test_a_jam_keeps_the_pages_that_came_and_says_what_to_do(
    network_scanner: PracticeEsclScanner, papers: Papers, profile: Path, tmp_path: Path
) -> None:
    settings.change(profile, scanner_addresses=network_scanner.address, scanner_source="Feeder")
    network_scanner.show(papers.stack(3), fault="jam-cut", at=2)

    done = said("--out", str(tmp_path), profile=profile)

    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert len(document["pages"]) == 1
    assert "SCANNER_JAMMED" in document["problems"][0]
    assert "SCANNER_JAMMED" in done.stderr
