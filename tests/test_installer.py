"""What `installer/central` starts is there: options, addresses, secrets and users of the real command."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from clerk_app.commands.central import central
from tests.peers.central import CentralProcess
from tests.peers.postgres import free_port

CENTRAL = Path(__file__).resolve().parent.parent / "installer" / "central"
START = CENTRAL / "start.sh"
UNITS = sorted((CENTRAL / "systemd").iterdir())


def _compose() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((CENTRAL / "compose.yaml").read_text("utf-8"))
    return made


def _understood(command: click.Command, arguments: list[str]) -> None:
    """Whether the command takes these arguments, without doing anything."""
    with command.make_context("central", list(arguments), resilient_parsing=False):
        pass


def _unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


def test_compose_starts_two_centrals_with_options_that_exist(tmp_path: Path) -> None:
    services = _compose()["services"]
    assert services["central-a"] == services["central-b"]
    _understood(central, services["central-a"]["command"])


def test_the_proxy_of_compose_is_the_one_that_central_believes() -> None:
    """Any other address of its network would make all stations one to it."""
    made = _compose()
    command: list[str] = made["services"]["central-a"]["command"]
    proxy = made["services"]["proxy"]["networks"]["default"]["ipv4_address"]
    assert command[command.index("--proxy") + 1] == proxy
    assert ip_address(proxy) in ip_network(made["networks"]["default"]["ipam"]["config"][0]["subnet"])
    text = (CENTRAL / "nginx.conf").read_text("utf-8")
    assert re.findall(r"X-Forwarded-For (\S+);", text) == ["$remote_addr"]


def test_every_secret_of_compose_is_declared_and_every_one_declared_is_used() -> None:
    made = _compose()
    used = {secret for service in made["services"].values() for secret in service.get("secrets", ())}
    assert used == made["secrets"].keys()
    named = (CENTRAL / "nginx.conf").read_text() + START.read_text() + str(made)
    assert set(re.findall(r"/run/secrets/(\w+)", named)) == used


def _started(secrets: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the container starts, with the secrets in this folder and no database named otherwise."""
    script = folder / "start.sh"
    script.write_text(START.read_text("utf-8").replace("/run/secrets", str(secrets)))
    known = {name: value for name, value in os.environ.items() if name != "CLERK_DATABASE"}
    known |= {
        "PATH": f"{Path(sys.executable).parent}:{known['PATH']}",
        "PYTHONPATH": str(CENTRAL.parent.parent),
        "CLERK_LANGUAGE": "en",
    }
    command = ["sh", str(script), *arguments, "--data", str(folder / "data")]
    return subprocess.run(command, capture_output=True, text=True, env=known, timeout=120, check=False)


def test_the_container_starts_central_by_its_script() -> None:
    text = (CENTRAL / "Dockerfile").read_text("utf-8")
    assert 'ENTRYPOINT ["/bin/sh", "/opt/quay/installer/central/start.sh"]' in text
    assert "COPY installer/central /opt/quay/installer/central" in text
    uid = re.search(r"useradd .*--uid (\d+)", text)
    assert uid is not None
    page = (CENTRAL.parent.parent / "docs" / "operating.md").read_text("utf-8")
    owned = re.search(rf"chown {uid[1]}:{uid[1]} (.+)", page)
    assert owned is not None
    made = _compose()
    needed = {Path(made["secrets"][name]["file"]).name for name in made["services"]["central-a"]["secrets"]}
    assert set(owned[1].split()) == needed, "what central must be able to read belongs to its user"


def test_a_container_without_its_secret_makes_no_database_of_its_own(tmp_path: Path) -> None:
    secrets, folder = tmp_path / "secrets", tmp_path / "container"
    secrets.mkdir()
    folder.mkdir()
    said = _started(secrets, folder, "--practice", "--listen", "127.0.0.1:0")
    assert said.returncode != 0
    assert "database_url" in said.stderr
    (secrets / "database_url").write_text("\n")
    said = _started(secrets, folder, "--practice", "--listen", "127.0.0.1:0")
    assert said.returncode == 1
    assert said.stderr.startswith("DATABASE_UNNAMED: ")
    assert not (folder / "data").exists()
    elsewhere = tmp_path / "elsewhere" / "central.sqlite"
    (secrets / "database_url").write_text(f"sqlite:///{elsewhere.as_posix()}\n")
    office = ("--code", "PC08", "--name-vi", "A", "--name-en", "B", "--unit-code", "G01.801.308", "--counter", "Q01")
    said = _started(secrets, folder, "add-office", *office)
    assert (said.returncode, said.stderr) == (0, "")
    assert elsewhere.exists()
    assert not (folder / "data").exists()


def test_compose_keeps_what_must_outlive_a_container_and_looks_after_all_of_them() -> None:
    made = _compose()
    kept = {volume.partition(":")[0] for service in made["services"].values() for volume in service["volumes"]}
    assert made["volumes"].keys() <= kept
    assert all("healthcheck" in service for service in made["services"].values())
    asked = made["services"]["central-a"]["healthcheck"]["test"]
    assert "https://localhost:8443/v1/ready" in asked, "alive is not enough for whoever sends stations there"
    assert all("9464" not in str(service.get("ports", "")) for service in made["services"].values())
    proxied = set(re.findall(r"server (central-\w):8443", (CENTRAL / "nginx.conf").read_text()))
    assert proxied == {name for name in made["services"] if name.startswith("central-")}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_commands_that_exist(path: Path) -> None:
    unit = _unit(path)
    if not unit.has_section("Service"):
        assert unit["Timer"]["OnCalendar"]
        return
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/clerk")
    assert arguments.pop(0) == "central"
    command: click.Command = central
    if not arguments[0].startswith("-"):
        command = central.commands[arguments.pop(0)]
    _understood(command, [one.replace("%i", "8441") for one in arguments])
    if "--listen" in arguments:
        assert "http://127.0.0.1:%i/v1/ready" in unit["Service"]["ExecStartPost"]
        waits = float(arguments[arguments.index("--wait") + 1])
        assert waits > float(unit["Unit"]["StartLimitIntervalSec"]), "an outage of the database never uses up the limit"
        assert waits < float(unit["Service"]["TimeoutStartSec"])
        assert int(unit["Unit"]["StartLimitBurst"]) > 1
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert unit["Service"][name] == "yes"
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert unit["Service"]["CapabilityBoundingSet"] == ""


@pytest.mark.wire
def test_the_unit_waits_for_ready_and_not_for_the_dead(tmp_path: Path) -> None:
    (waiting,) = [_unit(path)["Service"]["ExecStartPost"] for path in UNITS if path.name == "central@.service"]

    def waited(port: int, process: int) -> int:
        # As systemd does it: %i is the port, and the process that was started is in the environment.
        script = [one.replace("%i", str(port)) for one in shlex.split(waiting)]
        return subprocess.run(script, env=os.environ | {"MAINPID": str(process)}, timeout=60, check=False).returncode

    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    assert waited(free_port(), gone.pid) == 1
    peer = CentralProcess(tmp_path / "central")
    peer.start()
    try:
        assert waited(int(peer.url.rpartition(":")[2]), peer.pid) == 0
    finally:
        peer.close()


def test_what_the_units_read_is_what_the_program_knows() -> None:
    """Every variable of the example is one of the command's, of a unit's, or of the object store's."""
    named = set(re.findall(r"^#?([A-Z_]+)=", (CENTRAL / "central.env").read_text("utf-8"), re.M))
    options = (parameter.envvar for command in (central, central.commands["backup"]) for parameter in command.params)
    known = {name for name in options if isinstance(name, str)}
    assert {"CLERK_DATABASE", "CLERK_BLOBS"} <= known
    assert named == known | {"QUAY_CATALOGUE_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    units = [_unit(path)["Service"] for path in UNITS if path.suffix == ".service"]
    assert {unit["EnvironmentFile"] for unit in units} == {"/etc/quay/central.env"}


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    for path in UNITS:
        # The program is not installed here; everything else must be right.
        text = re.sub(r"/opt/quay/bin/clerk", "/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text)
    files = [str(tmp_path / path.name.replace("@", "@8441")) for path in UNITS]
    done = subprocess.run([tool, "verify", "--man=no", *files], capture_output=True, text=True, check=False)
    if "Failed to initialize manager" in done.stderr or "Failed to setup working directory" in done.stderr:
        pytest.skip("systemd-analyze finds no systemd here")
    ours = [line for line in done.stderr.splitlines() if "central" in line and "/etc/quay" not in line]
    assert ours == []
    assert done.returncode == 0
