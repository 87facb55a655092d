"""Central as a process: opens its database, joins its parts, listens, and stops cleanly when asked to."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn

from clerk_app.catalogue.pack import load
from clerk_app.central import eras
from clerk_app.central.app import Parts, build, hanoi_now
from clerk_app.central.database import database_url as own_database_url
from clerk_app.central.database import open_database
from clerk_app.central.law import PackedLaw, catalogue_folder, publishers
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.people import seed_practice
from clerk_app.central.register import Register
from clerk_app.central.registers.licence import HttpLicenceRegister, LicenceRegister, SilentRegister
from clerk_app.central.sheets import is_loopback, open_sheets
from clerk_app.domain.refusals import Refusal, Words

_IDLE_S = 75


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and ends with 0 when told to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again once it has stopped, which would turn a clean stop into a killed process.
        kinds = (
            [signal.SIGINT, signal.SIGTERM, signal.Signals["SIGBREAK"]]
            if sys.platform == "win32"
            else [signal.SIGINT, signal.SIGTERM]
        )
        before = {kind: signal.signal(kind, self.handle_exit) for kind in kinds}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)


def serve(
    host: str,
    port: int,
    data_dir: Path,
    database_url: str | None = None,
    blobs: str | None = None,
    practice: bool = False,
    ready: Callable[[str], None] | None = None,
    register_url: str | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    catalogue: Path | None = None,
    catalogue_keys: Sequence[bytes] = (),
) -> None:
    """Be central until somebody says stop (SIGTERM, SIGINT, CTRL_BREAK). Port 0 takes a free one.

    When it listens it prints one JSON line `{"listening": url}` and calls `ready(url)`. Raises `Refusal`: TLS_NEEDED
    for plain HTTP outside loopback, PORT_TAKEN, BLOBS_…, PACK_… and those of `open_database`. `catalogue_keys` are
    the raw Ed25519 keys of who may publish rule packs; practice also trusts the training publisher. It begins with the
    pack in `catalogue` unless a newer one was published.
    """
    secure = tls_cert is not None and tls_key is not None
    if not secure and not is_loopback(host):
        raise Refusal(
            "TLS_NEEDED",
            Words("Ngoài máy này, trung tâm chỉ nghe qua TLS.", "Outside this machine central listens with TLS only."),
            Words("Thêm --tls-cert và --tls-key.", "Give --tls-cert and --tls-key."),
        )
    folder = catalogue or catalogue_folder()
    keys = publishers(folder, catalogue_keys, practice)
    # What is wrong with the pack or the addresses is said before anything is made.
    load(folder, keys)
    sheets = open_sheets(blobs or str(data_dir / "sheets"))
    data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(database_url or own_database_url(data_dir), practice)
    if practice:
        seed_practice(database)
    licences: LicenceRegister = HttpLicenceRegister(register_url) if register_url else SilentRegister()
    packs = PublishedPacks(database, keys)
    try:
        law = PackedLaw(packs.begin(folder, hanoi_now()), packs)
        eras.begin(database)
    except Refusal:
        database.close()
        raise
    register = Register(database, sheets, law)
    app = build(Parts(database, register, sheets, licences, packs, hanoi_now))
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        database.close()
        raise Refusal(
            "PORT_TAKEN",
            Words(f"Cổng {port} đang bị dùng hoặc không được phép.", f"Port {port} is taken or not allowed."),
            Words("Chọn cổng khác.", "Choose another port."),
        ) from None
    shown = f"[{host}]" if ":" in host else host
    url = f"{'https' if secure else 'http'}://{shown}:{listening.getsockname()[1]}"

    def said() -> None:
        print(json.dumps({"listening": url}), flush=True)
        if ready is not None:
            ready(url)

    # The traceback of a mistake may quote what a citizen said; `app` logs its kind and place instead.
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.exc_info is None)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        log_config=None,
        # Addresses of requests hold numbers of people.
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=5,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    try:
        _Server(config, said).run(sockets=[listening])
    finally:
        listening.close()
        database.close()
