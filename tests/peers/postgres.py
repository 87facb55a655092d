"""A PostgreSQL of our own: a cluster in a temporary folder on a free port of loopback, with a password, stopped at the
end. The system's cluster is never touched.

A database is made by copying a template, so that one per test costs little.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

_USER = "quay"
_STARTS_WITHIN_S = 60.0
_FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
"""A power cut loses what a test wrote, which nobody wants back."""


class Unavailable(Exception):
    """No PostgreSQL can be started here; the text says why."""


def binaries() -> Path:
    """Where the newest installed PostgreSQL has its programs. Raises `Unavailable`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise Unavailable("PostgreSQL is not installed (Debian: postgresql-15)")
    return found[-1].parent


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def _as_nobody_special() -> list[str]:
    """What goes before a command so that it does not run as root, which PostgreSQL refuses, and dies with us."""
    last_will = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return last_will
    import pwd

    try:
        group = pwd.getpwnam("postgres").pw_gid
    except KeyError:
        raise Unavailable("no unprivileged user postgres to run it as") from None
    return [*last_will, "--reuid", "postgres", "--regid", str(group), "--clear-groups"]


@dataclass(eq=False)
class Postgres:
    """One running cluster."""

    folder: Path
    port: int
    settings: Sequence[str] = _FOR_TESTS
    password: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)
    _process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """For SQLAlchemy, password and all."""
        return f"postgresql+psycopg://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the cluster's files. Raises `Unavailable`."""
        before, password_file = _as_nobody_special(), self.folder / "password"
        password_file.write_text(self.password, "ascii")
        if os.geteuid() == 0:
            for path in (self.folder, password_file):
                shutil.chown(path, "postgres")
        command = [str(binaries() / "initdb"), "-D", str(self.folder / "data"), "-U", _USER, "-E", "UTF8", "--no-sync"]
        command += ["--locale=C", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        done = subprocess.run([*before, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        password_file.unlink()
        if done.returncode:
            raise Unavailable(f"initdb: {done.stderr.strip()[-300:]}")

    def start(self) -> None:
        """Run the server and wait until it answers."""
        command = [str(binaries() / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        wanted = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", *self.settings)
        for setting in wanted:
            command += ["-c", setting]
        with (self.folder / "log").open("ab") as log:
            before = _as_nobody_special()
            self._process = subprocess.Popen([*before, *command], cwd=self.folder, stdout=log, stderr=log)
        deadline = monotonic() + _STARTS_WITHIN_S
        ready = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            if self._process.poll() is not None or monotonic() > deadline:
                raise Unavailable(f"PostgreSQL did not start: {(self.folder / 'log').read_text('utf-8')[-500:]}")

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self, kind: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every session and stops; SIGQUIT is a crash."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(kind)
            process.wait(timeout=60)

    def asked(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of one statement, outside any transaction."""
        import psycopg

        plain = self.url(database).replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of `template`."""
        name = f"central_{secrets.token_hex(6)}"
        self.asked(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@contextmanager
def cluster(*settings: str) -> Iterator[Postgres]:
    """A cluster that is gone afterwards; without `settings` one for tests, which trusts the machine not to crash."""
    folder = Path(tempfile.mkdtemp(prefix="quay-postgres-"))
    made = Postgres(folder, free_port(), settings or _FOR_TESTS)
    try:
        made.initialise()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for all tests of this worker; every test takes a database of its own."""
    try:
        binaries()
        _as_nobody_special()
    except Unavailable as why:
        pytest.skip(str(why))
    with cluster() as made:
        yield made
