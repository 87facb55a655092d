"""Printing as a real peer: Debian's ippeveprinter and a private cupsd with a queue to it, all on loopback.

ippeveprinter cannot start without Avahi, so each test process gets an Avahi of its own that sees only the loopback
interface, on a D-Bus of its own, with a /run of its own in a mount namespace. The system's stays untouched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/>
<allow send_requested_reply="true" send_type="error"/><allow receive_type="method_call"/>
<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy></busconfig>
"""
_AVAHI = """[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
[publish]
publish-hinfo=no
publish-workstation=no
"""
_COMMAND = """#!/bin/sh
while [ -e "{folder}/hold" ]; do sleep 0.05; done
[ -e "{folder}/says" ] && cat "{folder}/says" >&2
exit $(cat "{folder}/exit")
"""
_PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "COUNTER.PPD"
*Manufacturer: "Test"
*Product: "(Counter)"
*ModelName: "Test Counter"
*ShortNickName: "Test Counter"
*NickName: "Test Counter"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*FileSystem: False
*Throughput: "20"
*cupsVersion: 2.4
*cupsFilter2: "application/pdf application/pdf 0 -"
*OpenUI *PageSize/Media Size: PickOne
*OrderDependency: 10 AnySetup *PageSize
*DefaultPageSize: A5
*PageSize A5/A5: "<</PageSize[419.53 595.28]>>setpagedevice"
*PageSize A4/A4: "<</PageSize[595.28 841.89]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion/Media Size: PickOne
*OrderDependency: 10 AnySetup *PageRegion
*DefaultPageRegion: A5
*PageRegion A5/A5: "<</PageSize[419.53 595.28]>>setpagedevice"
*PageRegion A4/A4: "<</PageSize[595.28 841.89]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: A5
*ImageableArea A5/A5: "12 12 407.53 583.28"
*ImageableArea A4/A4: "12 12 583.28 829.89"
*DefaultPaperDimension: A5
*PaperDimension A5/A5: "419.53 595.28"
*PaperDimension A4/A4: "595.28 841.89"
*DefaultResolution: 600dpi
"""
_CUPSD = """LogLevel warn
Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
WebInterface No
PreserveJobFiles No
<Location />
Order allow,deny
Allow localhost
</Location>
<Location /admin>
Order allow,deny
Allow localhost
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""
_CUPS_FILES = """ServerRoot {folder}/root
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
ErrorLog {folder}/log/error_log
AccessLog {folder}/log/access_log
PageLog {folder}/log/page_log
User {user}
Group {group}
SystemGroup lpadmin root
"""


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not (reached := true()) and time.monotonic() < deadline:
        time.sleep(0.03)
    return reached


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _running(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, and with the test process if that is killed."""
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=os.environ | environment
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class IppPrinter:
    """A real printer by IPP. What is printed lies in `spool`; a job can be held, can complain and can fail."""

    uri: str
    folder: Path
    bus: str

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    def documents(self) -> tuple[Path, ...]:
        """What came out, oldest first."""
        return tuple(sorted(self.spool.glob("*.pdf"), key=lambda path: path.stat().st_mtime_ns))

    def hold(self) -> None:
        """From now on a job stays on its way until `release`."""
        (self.folder / "hold").touch()

    def release(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)

    def say(self, *lines: str) -> None:
        """What the printer reports at the next job, such as `STATE: +media-low-warning`."""
        (self.folder / "says").write_text("".join(f"{line}\n" for line in lines))

    def fail(self) -> None:
        """The next jobs are given up."""
        (self.folder / "exit").write_text("1\n")

    def heal(self) -> None:
        """Nothing is held, nothing said, nothing fails."""
        self.release()
        (self.folder / "says").unlink(missing_ok=True)
        (self.folder / "exit").write_text("0\n")


@dataclass(frozen=True, slots=True)
class CupsQueue:
    """A queue of a private print server that leads to `printer`."""

    uri: str
    server: str
    printer: IppPrinter


@contextmanager
def _folder() -> Iterator[Path]:
    # not pytest's folder: the filters run as another user, and the socket's path must be short
    folder = Path(tempfile.mkdtemp(prefix="quay-peer-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def printer(name: str) -> Iterator[IppPrinter]:
    """A running ippeveprinter that takes A5 and A4 PDF. Skips where it cannot be had."""
    for program, package in {
        "ippeveprinter": "cups-ipp-utils",
        "avahi-daemon": "avahi-daemon",
        "dbus-daemon": "dbus",
        "unshare": "util-linux",
    }.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install {package}")
    with ExitStack() as running, _folder() as folder:
        (folder / "bus.conf").write_text(_BUS.format(folder=folder))
        (folder / "avahi.conf").write_text(_AVAHI)
        (folder / "counter.ppd").write_text(_PPD)
        (folder / "command").write_text(_COMMAND.format(folder=folder))
        (folder / "command").chmod(0o755)
        (folder / "spool").mkdir()
        (folder / "exit").write_text("0\n")
        bus = f"unix:path={folder}/bus"
        command = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork"]
        running.enter_context(_running(command, folder / "bus.log"))
        if not until((folder / "bus").exists):
            pytest.skip("no private D-Bus here")
        command = [
            *("unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c"),
            "mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && exec avahi-daemon -f"
            f" {folder}/avahi.conf --no-drop-root --no-chroot --no-rlimits --no-proc-title",
        ]
        avahi_log = folder / "avahi.log"
        avahi = running.enter_context(_running(command, avahi_log, DBUS_SYSTEM_BUS_ADDRESS=bus))
        if not until(lambda: "startup complete" in avahi_log.read_text() or avahi.poll() is not None) or avahi.poll():
            pytest.skip(f"no private Avahi here: {avahi_log.read_text()[-200:]}")
        port = free_port()
        command = ["ippeveprinter", "-n", "localhost", "-p", str(port), "-d", f"{folder}/spool", "-k"]
        command += ["-P", f"{folder}/counter.ppd", "-c", f"{folder}/command", name]
        process = running.enter_context(_running(command, folder / "printer.log", DBUS_SYSTEM_BUS_ADDRESS=bus))
        if not until(lambda: _listens(port) or process.poll() is not None) or process.poll() is not None:
            pytest.skip(f"ippeveprinter does not start here: {(folder / 'printer.log').read_text()[-200:]}")
        yield IppPrinter(f"ipp://localhost:{port}/ipp/print", folder, bus)


@contextmanager
def queue(to: IppPrinter) -> Iterator[CupsQueue]:
    """A private cupsd with a driverless queue to the printer. Skips where it cannot be had."""
    for program, package in {"cupsd": "cups-daemon", "lpadmin": "cups-client"}.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install {package}")
    with ExitStack() as running, _folder() as folder:
        owner = pwd.getpwnam("lp") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        for part in ("root", "spool", "cache", "state", "log", "tmp"):
            (folder / part).mkdir()
            os.chown(folder / part, owner.pw_uid, owner.pw_gid)
        port = free_port()
        (folder / "cupsd.conf").write_text(_CUPSD.format(port=port))
        group = "lp" if os.geteuid() == 0 else str(owner.pw_gid)
        (folder / "cups-files.conf").write_text(_CUPS_FILES.format(folder=folder, user=owner.pw_name, group=group))
        command = ["cupsd", "-f", "-c", f"{folder}/cupsd.conf", "-s", f"{folder}/cups-files.conf"]
        running.enter_context(_running(command, folder / "out", DBUS_SYSTEM_BUS_ADDRESS=to.bus))
        if not until(lambda: _listens(port)):
            pytest.skip(f"cupsd does not start here: {(folder / 'out').read_text()[-200:]}")
        server = f"127.0.0.1:{port}"
        command = ["lpadmin", "-h", server, "-p", "counter", "-E", "-v", to.uri, "-m", "everywhere"]
        command += ["-o", "printer-error-policy=abort-job"]
        made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if made.returncode:
            pytest.skip(f"no driverless queue here: {made.stderr[-200:]}")
        # the server makes the queue in the background and sets its state when it is done
        command = ["lpoptions", "-h", server, "-p", "counter", "-l"]
        if not until(lambda: b"A5" in subprocess.run(command, capture_output=True, timeout=20, check=False).stdout):
            pytest.skip("the driverless queue does not come to be")
        yield CupsQueue(f"ipp://{server}/printers/counter", server, to)


@pytest.fixture(scope="session")
def _one_ipp_printer() -> Iterator[IppPrinter]:
    with printer(f"Counter {os.getpid()}") as running:
        yield running


@pytest.fixture(scope="session")
def _one_cups_queue(_one_ipp_printer: IppPrinter) -> Iterator[CupsQueue]:
    with queue(_one_ipp_printer) as running:
        yield running


@pytest.fixture
def ipp_printer(_one_ipp_printer: IppPrinter) -> Iterator[IppPrinter]:
    """A real IPP printer with an empty tray; one of its kind for all tests of this process."""
    _one_ipp_printer.heal()
    for document in _one_ipp_printer.spool.iterdir():
        document.unlink()
    yield _one_ipp_printer
    _one_ipp_printer.heal()


@pytest.fixture
def cups_queue(_one_cups_queue: CupsQueue, ipp_printer: IppPrinter) -> CupsQueue:
    """A print server's queue to `ipp_printer`."""
    assert _one_cups_queue.printer is ipp_printer
    return _one_cups_queue
