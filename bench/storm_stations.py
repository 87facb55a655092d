"""Some of the stations of storm, as threads of one process: `python -m bench.storm_stations FILE URL entries|raw`.

It prints `ready`, waits for a line, and prints what came of it: when it began and ended by the machine's clock, and how
long each station took.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
import time
from pathlib import Path

import jwt  # noqa: F401 - imported late by the uplink, and here before the clock starts
import msgspec
import requests

from bench.storm import Returning
from clerk_app.uplink import Uplink

PATIENCE_S = 300.0


def _entries(station: Returning, url: str, refused: list[str]) -> None:
    uplink = Uplink(url, station.seed, station.code, station.central_id, timeout_s=PATIENCE_S)
    for batch in station.batches:
        said = uplink.push(batch)
        if len(said.answers) != len(batch):
            refused.append(f"{len(said.answers)} of {len(batch)} answered")
        refused += [answer.code for answer in said.answers if not answer.accepted]
    uplink.close()


def _raw(station: Returning, url: str, _refused: list[str]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for batch in station.batches:
            body = msgspec.msgpack.encode([sealed.body for sealed in batch])
            session.post(url, body, timeout=PATIENCE_S).raise_for_status()


def main() -> None:
    """Send everything, each station in a thread of its own, all at once."""
    file, url, kind = sys.argv[1:]
    stations: list[Returning] = pickle.loads(Path(file).read_bytes())
    took, refused, send = [0.0] * len(stations), list[str](), {"entries": _entries, "raw": _raw}[kind]

    def one(number: int) -> None:
        start = time.monotonic()
        try:
            send(stations[number], url, refused)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it was refused by mistake
            refused.append(f"{type(problem).__name__}: {problem}")
        took[number] = time.monotonic() - start

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(stations))]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"began": began, "ended": time.monotonic(), "took_s": took, "refused": refused}), flush=True)


if __name__ == "__main__":
    main()
