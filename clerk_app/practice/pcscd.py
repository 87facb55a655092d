"""A PC/SC service with a practice reader: Debian's pcscd with the virtual reader driver vpcd, started privately.

A machine can have one pcscd only. So the demonstration, the tests and a colleague's training session share it: a lease
holds the reader alone for as long as it lasts, and the service is started by whoever comes first. Where no service can
be had (no rights, not installed, another one runs, Windows), `Unavailable` says why, and the card is read directly.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READER = "Quay Practice Reader"
"""The reader's name; PC/SC adds slot numbers: `Quay Practice Reader 00 00`."""

SLOTS = 2
_COMM = Path("/run/pcscd/pcscd.comm")
_DRIVERS = ("/usr/lib/pcsc/drivers/serial/libifdvpcd.so",)
_START_S = 10.0
_LOOK_S = 0.02


class Unavailable(Exception):
    """No practice reader behind PC/SC can be had here; the text says why, for the log and for `doctor`."""


@dataclass(frozen=True, slots=True)
class PracticeReader:
    """The practice reader of a running service, ours alone for now."""

    port: int
    pid: int

    def connect_address(self, slot: int = 0) -> tuple[str, int]:
        """Where a practice card lies down."""
        if not 0 <= slot < SLOTS:
            raise ValueError(slot)
        return "127.0.0.1", self.port + slot

    def reader_name(self, slot: int = 0) -> str:
        """The PC/SC name of the slot."""
        return f"{READER} 00 {slot:02d}"


def running() -> bool:
    """Whether some PC/SC service answers on this machine."""
    if not _COMM.exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(str(_COMM))
        except OSError:
            return False
    return True


@contextmanager
def lease(wait_s: float = 60.0, *, keep: bool = False) -> Iterator[PracticeReader]:
    """The practice reader, held alone; the service is started if need be and stopped afterwards unless `keep`.

    Raises `Unavailable`, also when somebody else holds the reader for longer than `wait_s`.
    """
    from filelock import FileLock, Timeout

    folder = _folder()
    try:
        with FileLock(folder / "lease.lock", timeout=wait_s):
            reader = _kept(folder) or _start(folder)
            try:
                yield reader
            finally:
                if not keep:
                    stop()
    except Timeout as held:
        raise Unavailable("somebody else is using the practice reader") from held


def stop() -> None:
    """Stop the service that a lease started, by its process id, and wait for its end. Harmless when there is none."""
    folder = _folder()
    reader = _kept(folder)
    (folder / "service.json").unlink(missing_ok=True)
    if reader is None:
        return
    os.kill(reader.pid, signal.SIGTERM)
    until = time.monotonic() + _START_S
    while _alive(reader.pid) and time.monotonic() < until:
        time.sleep(_LOOK_S)
    if _alive(reader.pid):
        os.kill(reader.pid, signal.SIGKILL)


def restart() -> PracticeReader:
    """Stop the service and start it again on other ports, as a system update does. Only under a lease."""
    stop()
    return _start(_folder())


def _start(folder: Path) -> PracticeReader:
    driver = next((path for path in _DRIVERS if Path(path).exists()), None)
    program = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin:/usr/local/sbin")
    if program is None or driver is None:
        raise Unavailable("pcscd or the virtual reader driver is not installed (Debian: pcscd, vsmartcard-vpcd)")
    if running():
        raise Unavailable("another PC/SC service is running")
    port = _free_ports()
    drivers = folder / "readers"
    shutil.rmtree(drivers, ignore_errors=True)
    drivers.mkdir()
    (drivers / "practice").write_text(
        f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH {driver}\nCHANNELID {port:#x}\n'
    )
    with (folder / "pcscd.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--foreground", "--config", str(drivers)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            last = (folder / "pcscd.log").read_text(errors="replace").strip().splitlines()
            raise Unavailable(f"pcscd ended: {last[-1] if last else process.returncode}")
        if running() and _listening(port + SLOTS - 1):
            reader = PracticeReader(port, process.pid)
            (folder / "service.json").write_text(json.dumps({"port": port, "pid": process.pid}))
            # The service outlives this object on purpose; whoever stops it goes by the id in the file.
            _CHILDREN[process.pid] = process
            return reader
        time.sleep(_LOOK_S)
    process.terminate()
    process.wait()
    raise Unavailable("pcscd did not start in time")


_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Services started by this very process: an ended child is only gone once it was waited for."""


def _kept(folder: Path) -> PracticeReader | None:
    """The service that an earlier lease left running."""
    try:
        kept = json.loads((folder / "service.json").read_text())
        reader = PracticeReader(int(kept["port"]), int(kept["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return reader if _alive(reader.pid) and _is_pcscd(reader.pid) and running() else None


def _alive(pid: int) -> bool:
    child = _CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return _state(pid) != "Z"


def _is_pcscd(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "pcscd"
    except OSError:
        return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _listening(port: int) -> bool:
    """Whether vpcd has its port, asked without connecting: a connection would be a card."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return True
    return False


def _free_ports() -> int:
    """A port with its neighbour free, for the two slots."""
    for _ in range(50):
        with socket.socket() as one, socket.socket() as other:
            one.bind(("0.0.0.0", 0))
            port = int(one.getsockname()[1])
            if port + SLOTS > 0xFFFF:
                continue
            try:
                other.bind(("0.0.0.0", port + 1))
            except OSError:
                continue
            return port
    raise Unavailable("no two neighbouring free ports")


def _folder() -> Path:
    """Where leases of this user meet; the same for every process on the machine."""
    if not hasattr(os, "getuid"):
        raise Unavailable("the PC/SC service of this system takes no private readers")
    folder = Path(tempfile.gettempdir()) / f"quay-practice-reader-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
