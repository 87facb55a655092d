"""An object store that speaks S3 on loopback: moto's server in a process of its own, which ends with ours."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

_PROGRAM = """
import json, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
server.start()
print(json.dumps(server.get_host_and_port()), flush=True)
sys.stdin.read()
"""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "quay", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "us-east-1"}


@dataclass
class ObjectStore:
    """One stand-in. It keeps its address, but not what lies in it, through `stop` and `start`."""

    port: int = 0
    _process: subprocess.Popen[str] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-c", _PROGRAM, str(self.port)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the object store did not start"
        self.port = int(json.loads(line)[1])

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def bucket(self) -> str:
        """The `s3://` address of a new bucket, as `central --blobs` takes it."""
        name = f"sheets-{secrets.token_hex(6)}"
        made = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")
        with urllib.request.urlopen(made, timeout=30):
            return f"s3://{name}/central?endpoint={self.endpoint}"


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """One object store for all tests of this worker; every test takes a bucket of its own."""
    made = ObjectStore()
    made.start()
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    yield made
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    made.stop()
