"""Central as a process: opens its database, joins its parts, listens, and stops cleanly when asked to."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import socket
import ssl
import sys
from asyncio import Task, get_running_loop
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType

import uvicorn
from prometheus_client import start_http_server

from clerk_app.catalogue.pack import load
from clerk_app.central import audit_check, eras, report_rows
from clerk_app.central.app import Parts, build, hanoi_now
from clerk_app.central.connection import impatient
from clerk_app.central.database import Database, metadata, open_database, url_of
from clerk_app.central.figures import Figures
from clerk_app.central.law import PackedLaw, publishers
from clerk_app.central.online_files import Files
from clerk_app.central.orders import Pace
from clerk_app.central.packs import PublishedPacks, catalogue_folder
from clerk_app.central.people import seed_practice
from clerk_app.central.rates import Budgets, Rates
from clerk_app.central.register import Register
from clerk_app.central.registers.joined import joined
from clerk_app.central.sending import keep_fetching, keep_reminding, keep_sending, keep_telling
from clerk_app.central.sheets import is_loopback, open_sheets, sheets_at
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.settings import CentralSettings, of_folder

_LOG = logging.getLogger("quay.central")
_IDLE_S = 75
_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one process bears of those who ask: requests a minute, and how long a body may keep it waiting."""

    budgets: Budgets = field(default_factory=Budgets)
    patience_s: float = 30.0


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and ends with 0 when told to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Whoever waits for news is let go before the open connections are waited for.
        self._stopping()
        await super().shutdown(sockets)

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
    systems: Mapping[str, str] = MappingProxyType({}),
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    catalogue: Path | None = None,
    catalogue_keys: Sequence[bytes] = (),
    metrics: tuple[str, int] | None = None,
    bounds: Bounds | None = None,
    proxies: Sequence[str] = (),
    wait_s: float = 0.0,
    files: Files | None = None,
) -> None:
    """Be central until somebody says stop (SIGTERM, SIGINT, CTRL_BREAK). Port 0 takes a free one.

    When it listens it prints one JSON line `{"listening": url}` and calls `ready(url)`. `metrics` is where Prometheus
    may ask for figures (the line then has `metrics` too); nowhere without it, and never where stations ask.
    `catalogue_keys` are the raw Ed25519 keys of who may publish rule packs; practice also trusts the training
    publisher. It begins with the pack in `catalogue` unless a newer one was published. `proxies` are the addresses, or
    networks, of who stands in front: they alone are believed about where a request comes from. Without any that is
    whoever asks from this machine, and nobody under TLS. A database that is away is waited for up to `wait_s`.

    `files` opens what citizens send that is no picture.

    `register_url` is the licence register's address, whatever stands in central's settings; so are `systems`, by the
    names of those settings.

    Raises `Refusal`: TLS_NEEDED for plain HTTP outside loopback, TLS_FILES, PORT_TAKEN, SETTINGS_UNREADABLE,
    BLOBS_…, PACK_… and those of `open_database`.
    """
    secure = _whole_pair(tls_cert, tls_key)
    if not secure and not is_loopback(host):
        raise Refusal(
            "TLS_NEEDED",
            Words("Ngoài máy này, trung tâm chỉ nghe qua TLS.", "Outside this machine central listens with TLS only."),
            Words("Thêm --tls-cert và --tls-key.", "Give --tls-cert and --tls-key."),
        )
    address = url_of(database_url, data_dir)
    folder = catalogue or catalogue_folder()
    keys = publishers(folder, catalogue_keys, practice)
    # What is wrong with the pack or the addresses is said before anything is made.
    load(folder, keys)
    sheets = open_sheets(sheets_at(blobs, data_dir))
    chosen = of_folder(data_dir, CentralSettings)
    chosen = replace(chosen, **systems)
    chosen = replace(chosen, licence_register=register_url or chosen.licence_register)
    # Two questions to another system, and what is written of them.
    pace = Pace(chosen.first_wait_s(), lease_s=2 * chosen.patience_s() + 10, repeat_s=chosen.repeat_s())
    beside = contextlib.ExitStack()
    registers = beside.enter_context(joined(chosen, hanoi_now))
    data_dir.mkdir(parents=True, exist_ok=True)
    database = _waited_for(address, practice, wait_s)
    if practice:
        seed_practice(database)
    report_rows.current(database)
    packs = PublishedPacks(database, keys)
    try:
        law = PackedLaw(packs.begin(folder, hanoi_now()), packs)
    except Refusal:
        database.close()
        raise
    allowed = bounds or Bounds()
    rates, figures = Rates(allowed.budgets), Figures()
    register = Register(database, sheets, law, figures.repeated, chosen.keeps_marks())
    parts = Parts(
        database,
        register,
        sheets,
        registers,
        packs,
        hanoi_now,
        rates,
        figures,
        allowed.patience_s,
        pace,
        chosen.every_s(),
        files,
    )
    app = build(parts)
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio does it only for sockets that name their protocol. Without it every answer in two writes waits 40 ms
        # for an acknowledgement; accepted connections inherit it.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        database.close()
        raise _port_taken(port) from None
    url = _url("https" if secure else "http", host, listening.getsockname()[1])
    told = {"listening": url}
    scraped = None
    if metrics is not None:
        figures.watch(database, hanoi_now, parts.news)
        try:
            scraped, _ = start_http_server(metrics[1], metrics[0], figures.registry)
        except OSError:
            listening.close()
            database.close()
            raise _port_taken(metrics[1]) from None
        told["metrics"] = _url("http", metrics[0], scraped.server_port) + "/metrics"

    sending: list[Task[None]] = []

    def said() -> None:
        sending.extend(
            get_running_loop().create_task(one(parts))
            for one in (keep_sending, keep_fetching, keep_reminding, keep_telling)
        )
        print(json.dumps(told), flush=True)
        if ready is not None:
            ready(url)

    def stopping() -> None:
        parts.news.close()
        for one in sending:
            one.cancel()

    # The traceback of a mistake may quote what a citizen said; `app` logs its kind and place instead.
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.exc_info is None)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http=impatient(allowed.patience_s),
        # Said in full: without it uvicorn asks the environment whom to believe. Who stands in front of a TLS of our own
        # is nobody we know unless he is named.
        proxy_headers=bool(proxies) or not secure,
        forwarded_allow_ips=list(proxies) or ["127.0.0.1", "::1"],
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
    log = logging.StreamHandler()
    logging.getLogger("quay.central").addHandler(log)
    try:
        # Only now that nothing is in its way: every station asks about its entries once an era has begun.
        eras.begin(database)
        _tell_altered(database)
        _Server(config, said, stopping).run(sockets=[listening])
    finally:
        if scraped is not None:
            scraped.shutdown()
            scraped.server_close()
        listening.close()
        beside.close()
        database.close()
        logging.getLogger("quay.central").removeHandler(log)


def _tell_altered(database: Database) -> None:
    """Say in the log which tables were written past this program: never which rows, that may name people."""
    try:
        with database.read() as connection:
            found = Counter((one.table, one.kind) for one in audit_check.quick(connection, metadata, database.secret))
    except Refusal:
        # It went away just now; whoever asks for something is told.
        return
    for (table, kind), count in sorted(found.items()):
        _LOG.error("CENTRAL_ALTERED: %s: %s (%s). Look with: clerk journal verify --database", table, kind, count)


def _waited_for(address: str, practice: bool, wait_s: float) -> Database:
    """The database, as soon as it is there: an outage is no reason to give up and be started again."""
    until = monotonic() + wait_s
    while True:
        try:
            return open_database(address, practice)
        except Refusal as refusal:
            if refusal.code != "DATABASE_AWAY" or monotonic() >= until:
                raise
        sleep(_AGAIN_S)


def _whole_pair(cert: Path | None, key: Path | None) -> bool:
    """Whether TLS is asked for; a certificate or key that cannot serve is told before anything is made."""
    if cert is None and key is None:
        return False
    try:
        if cert is not None and key is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
            return True
    except OSError:
        pass
    raise Refusal(
        "TLS_FILES",
        Words("Không dùng được chứng thư và khóa TLS.", "The TLS certificate and key cannot be used."),
        Words(
            "Kiểm tra --tls-cert và --tls-key: hai tệp PEM đọc được, cùng một cặp, khóa không có mật khẩu.",
            "Check --tls-cert and --tls-key: two readable PEM files that belong together, the key without a password.",
        ),
    ) from None


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _port_taken(port: int) -> Refusal:
    return Refusal(
        "PORT_TAKEN",
        Words(f"Cổng {port} đang bị dùng hoặc không được phép.", f"Port {port} is taken or not allowed."),
        Words("Chọn cổng khác.", "Choose another port."),
    )
