"""PouchDB as client and express-pouchdb as server, each in a Node process of its own: documents as dossiers,
attachments as sheets.

`npm ci` installs what `pouchdb/package-lock.json` names into a folder of the user's cache; where Node or the registry
is missing, the peer is reported as not measured.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent / "pouchdb"
INSTALL_WITHIN_S = 300
RUN_WITHIN_S = 600


def _installed() -> Path:
    """The folder with the scripts and what they need; installed once for each lock. Raises `RuntimeError`."""
    from platformdirs import user_cache_path

    if shutil.which("node") is None or shutil.which("npm") is None:
        raise RuntimeError("needs Node.js with npm (apt-get install nodejs npm)")
    lock = (HERE / "package-lock.json").read_bytes()
    room = user_cache_path("quay-bench", appauthor=False) / "pouchdb"
    room.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.js", "client.js"):
        shutil.copyfile(HERE / name, room / name)
    done = room / "installed.json"
    if not done.exists() or done.read_bytes() != lock:
        (room / "package-lock.json").write_bytes(lock)
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        npm = subprocess.run(command, cwd=room, capture_output=True, text=True, timeout=INSTALL_WITHIN_S, check=False)
        if npm.returncode:
            raise RuntimeError(f"npm ci: {npm.stderr.strip().splitlines()[-1:]}")
        done.write_bytes(lock)
    return room


def _replicated(*work: str) -> float:
    """Documents a second of one client to a fresh server."""
    room = _installed()
    with tempfile.TemporaryDirectory() as folder:
        there, here = Path(folder, "server"), Path(folder, "desk")
        there.mkdir()
        here.mkdir()
        server = subprocess.Popen(
            ["node", "server.js", str(there)], cwd=room, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["listening"]
            client = subprocess.run(
                ["node", "client.js", url, str(here), *work],
                cwd=room, capture_output=True, text=True, timeout=RUN_WITHIN_S, check=False,
            )  # fmt: skip
            if client.returncode:
                raise RuntimeError(f"client: {client.stderr.strip()[:200]}")
            said = json.loads(client.stdout)
            return float(said["documents"] / said["seconds"])
        finally:
            server.terminate()
            server.wait(timeout=20)
            if server.stdout is not None:
                server.stdout.close()


def pouchdb_dossiers(texts: Sequence[str]) -> tuple[float | None, list[str]]:
    """(documents a second, why not) for new documents with these texts."""
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(list(texts), file)
            file.flush()
            return _replicated("dossiers", file.name), []
    except Exception as problem:  # noqa: BLE001 - a peer that cannot be measured is said to be so
        return None, [f"PouchDB: {type(problem).__name__}: {problem}"]


def pouchdb_scans(dossiers: int, sheets: int, size: int) -> tuple[float | None, list[str]]:
    """(dossiers a second, why not) for new documents with attachments of `size` random bytes."""
    try:
        return _replicated("scans", str(dossiers), str(sheets), str(size)), []
    except Exception as problem:  # noqa: BLE001 - a peer that cannot be measured is said to be so
        return None, [f"PouchDB: {type(problem).__name__}: {problem}"]
