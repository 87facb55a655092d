"""The practice printer answers a client that is not ours: CUPS' own ipptool and driverless queue."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clerk_app.devices.printer.printers import IppPrinters
from clerk_app.practice.printer import PracticePrinter, start
from clerk_app.practice.printer_wire import NotIpp, read
from tests.peers.ipp import IppPrinter, queue, until

pytestmark = pytest.mark.wire
ROOT = Path(__file__).resolve().parents[2]


def paper(folder: Path) -> Path:
    """A one-page A5 PDF."""
    from reportlab.lib.pagesizes import A5
    from reportlab.pdfgen.canvas import Canvas

    path = folder / "paper.pdf"
    if not path.exists():
        canvas = Canvas(str(path), pagesize=A5)
        canvas.drawString(40, 500, "SPECIMEN")
        canvas.save()
    return path


def came_out(machine: PracticePrinter) -> bool:
    """Whether the machine is idle again."""
    return any(found.state == "idle" for found in IppPrinters(cups="127.0.0.1:9", direct=[machine.uri]).queues())


def test_ipptool_prints_to_it_and_finds_the_job(tmp_path: Path) -> None:
    if shutil.which("ipptool") is None:
        pytest.skip("ipptool is missing: apt-get install cups-ipp-utils")
    machine = start(tmp_path / "spool")
    said: dict[str, str] = {}
    for test in ("get-printer-attributes.test", "validate-job.test", "print-job.test", "get-completed-jobs.test"):
        command = ["ipptool", "-tf", str(paper(tmp_path)), machine.uri, test]
        said[test] = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
        assert test != "print-job.test" or until(lambda: came_out(machine))
    machine.close()

    assert "PASS" in said["print-job.test"], said["print-job.test"]
    assert "PASS" in said["get-printer-attributes.test"], said["get-printer-attributes.test"]
    assert "PASS" in said["get-completed-jobs.test"], said["get-completed-jobs.test"]
    assert [document.read_bytes() for document in machine.documents()] == [paper(tmp_path).read_bytes()]


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from clerk_app.practice.printer import start;"
        f"machine = start(Path({str(tmp_path)!r})); print(machine.process.pid, flush=True)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment, check=True).stdout
    started = Path("/proc") / said.strip()

    assert until(lambda: not started.exists() or "Z" in (started / "stat").read_text().rsplit(")", 1)[1][:3])


def test_a_start_that_fails_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="practice printer"):
        start(tmp_path / "spool", fault="no such fault")


def test_a_print_server_makes_a_driverless_queue_of_it(tmp_path: Path) -> None:
    machine = start(tmp_path / "spool")
    try:
        with queue(IppPrinter(machine.uri, tmp_path, bus="unix:path=/nonexistent")) as made:
            command = ["lp", "-h", made.server, "-d", "counter", "-o", "media=A5", "-n", "2", str(paper(tmp_path))]
            subprocess.run(command, check=True, timeout=30, capture_output=True)
            assert until(lambda: len(machine.documents()) == 1)
    finally:
        machine.close()

    assert machine.documents()[0].read_bytes().startswith(b"%PDF-")


@given(some.binary(max_size=200))
def test_bytes_that_are_not_ipp_are_refused(noise: bytes) -> None:
    try:
        number = read(noise).number
    except NotIpp:
        number = 0
    assert number >= 0
