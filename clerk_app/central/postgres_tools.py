"""PostgreSQL's own tools for copies, `pg_dump` and `pg_restore`; no list of processes shows the password."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clerk_app.central.engines import parsed
from clerk_app.domain.refusals import Refusal, Words

_LOG = logging.getLogger("quay.central")


def dump(url: str, snapshot: str, to: Path) -> None:
    """The database as that exported snapshot sees it, in PostgreSQL's custom format. Raises `Refusal` BACKUP_TOOL."""
    _run("pg_dump", url, ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={to}"])


def restore(url: str, dumped: Path) -> None:
    """Bring a dump into an empty database, whole or not at all. Raises `Refusal` BACKUP_TOOL."""
    _run("pg_restore", url, ["--no-owner", "--exit-on-error", "--single-transaction", str(dumped)])


def _run(name: str, url: str, arguments: Sequence[str]) -> None:
    address = parsed(url)
    known = {"PGHOST": address.host, "PGPORT": address.port, "PGUSER": address.username, "PGPASSWORD": address.password}
    # What stands after “?” is libpq's own, such as sslmode and sslrootcert.
    known |= {f"PG{key.upper()}": value for key, value in address.query.items() if isinstance(value, str)}
    environment = os.environ | {key: str(value) for key, value in known.items() if value}
    command = [_found(name), *arguments, f"--dbname={address.database}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        # Its words name tables and rows that would not go in; never what stands in them, but neither is that sure.
        _LOG.error("%s ended with %s", name, done.returncode)
        raise _failed(name)


def _found(name: str) -> str:
    """The tool on the path, else the newest that Debian installed."""
    there = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    at = shutil.which(name) if not there else str(there[-1])
    if at is None:
        raise _failed(name)
    return at


def _failed(name: str) -> Refusal:
    return Refusal(
        "BACKUP_TOOL",
        Words(f"Không có {name}, hoặc nó không chạy được.", f"{name} is missing, or it failed."),
        Words(
            "Cài postgresql-client cùng phiên bản với máy chủ; kiểm tra quyền và chỗ trống.",
            "Install postgresql-client of the server's version; check its rights and the room on the disk.",
        ),
    )
