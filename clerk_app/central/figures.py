"""What central tells Prometheus about itself: counts and times by operation, and how each office stands.

Labels are operations, statuses, refusal codes and offices: never a person, a station's user, a dossier or an entry.
Every process has a registry of its own and is scraped by itself; the offices come from the database at scrape time, so
that all processes say the same of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool, func, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app import wire
from clerk_app.central.database import Database, entries, milliseconds, offices, stations
from clerk_app.central.failures import described
from clerk_app.central.leases import leases
from clerk_app.central.news import News
from clerk_app.domain.refusals import Refusal

_LOG = logging.getLogger("quay.central")
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BATCH = (1, 5, 20, 50, 100, 200, 500, 1000)


class Figures:
    """The figures of one application. `registry` is what a scrape reads."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        route = ("method", "route")
        self._requests = Counter("quay_requests", "Requests answered.", (*route, "status"), registry=registry)
        self._seconds = Histogram(
            "quay_request_seconds",
            "From the head of a request to its answer.",
            route,
            buckets=_SECONDS,
            registry=registry,
        )
        self._open = Gauge("quay_requests_open", "Requests that are worked on now.", route, registry=registry)
        self._refusals = Counter("quay_refusals", "Requests refused, by code.", (*route, "code"), registry=registry)
        self._received = Counter("quay_received_bytes", "Bodies that came in.", route, registry=registry)
        self._sent = Counter("quay_sent_bytes", "Bodies that went out.", route, registry=registry)
        self._entries = Counter(
            "quay_entries", "Answers given to entries: accepted, or the code.", ("answer",), registry=registry
        )
        self._repeated = Counter(
            "quay_entries_repeated", "Entries that were recorded before, and only answered again.", registry=registry
        )
        self._batches = Histogram("quay_batch_entries", "Entries in a batch.", buckets=_BATCH, registry=registry)
        self._sheets = Counter("quay_sheets", "Sheets that became whole.", registry=registry)
        ProcessCollector(registry=registry)

    def watch(self, database: Database, clock: Callable[[], datetime], news: News) -> None:
        """Tell of the offices too, of this process's connections, and of who waits for news."""
        self.registry.register(_Offices(database, clock))
        waiting = Gauge("quay_stations_waiting", "Stations that wait for news at this process.", registry=self.registry)
        waiting.set_function(lambda: news.waiting)
        pool = database.engine.pool
        if isinstance(pool, QueuePool):
            held = Gauge(
                "quay_database_connections",
                "Connections of this process to the database.",
                ("state",),
                registry=self.registry,
            )
            held.labels("used").set_function(pool.checkedout)
            held.labels("idle").set_function(pool.checkedin)

    @contextmanager
    def working(self, method: str, route: str) -> Iterator[None]:
        """A request is worked on; `route` is the operation's template, never the address that was asked."""
        with self._open.labels(method, route).track_inprogress():
            yield

    def answered(self, method: str, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        """A request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        self._received.labels(method, route).inc(received)
        self._sent.labels(method, route).inc(sent)

    def refused(self, method: str, route: str, code: str) -> None:
        """A whole request was refused."""
        self._refusals.labels(method, route, code).inc()

    def took(self, size: int, answers: Iterable[wire.Answer]) -> None:
        """A batch of `size` entries got these answers."""
        self._batches.observe(size)
        for answer in answers:
            self._entries.labels("accepted" if answer.accepted else answer.code).inc()

    def repeated(self, entries: int) -> None:
        """So many entries had been recorded before."""
        self._repeated.inc(entries)

    def sheet(self) -> None:
        """A sheet became whole."""
        self._sheets.inc()


class _Written(msgspec.Struct):
    at: datetime


class _Offices(Collector):
    """Whether the database answers, and how each office stands, by its newest entry: two index look-ups an office,
    however long the register is.

    Where it does not answer nothing is said of offices, and everything else is told as ever: an outage is when figures
    are looked at.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        found: tuple[Metric, ...] = ()
        try:
            found, up = self._looked(), 1
        except (SQLAlchemyError, Refusal) as problem:
            _LOG.warning("figures: %s", described(problem))
            up = 0
        yield GaugeMetricFamily("quay_database_up", "1 where the database answered.", value=up)
        yield from found

    def _looked(self) -> tuple[Metric, ...]:
        enrolled = GaugeMetricFamily("quay_office_stations", "Stations of an office.", labels=("office", "state"))
        quiet = GaugeMetricFamily(
            "quay_office_quiet_seconds", "Since an entry of this office came last.", labels=("office",)
        )
        lag = GaugeMetricFamily(
            "quay_office_lag_seconds",
            "How old the newest entry of this office was when it came: what an outage leaves to be delivered.",
            labels=("office",),
        )
        open_now = GaugeMetricFamily(
            "quay_office_leases", "Dossiers of an office that a station has open now.", labels=("office",)
        )
        newest = GaugeMetricFamily("quay_entries_newest", "Central's number of the newest entry.")
        now_ms = milliseconds(self._clock())
        with self._database.read() as connection:
            states = select(stations.c.office, stations.c.revoked_ms.is_(None), func.count())
            for office, active, count in connection.execute(
                states.group_by(stations.c.office, stations.c.revoked_ms.is_(None))
            ):
                enrolled.add_metric((office, "enrolled" if active else "revoked"), count)
            held = select(leases.c.office, func.count()).where(leases.c.until_ms > now_ms).group_by(leases.c.office)
            of_office = {row[0]: row[1] for row in connection.execute(held)}
            for office in connection.execute(select(offices.c.code).order_by(offices.c.code)).scalars().all():
                open_now.add_metric((office,), of_office.get(office, 0))
                last = select(entries.c.received_ms, entries.c.body).where(entries.c.office == office)
                row = connection.execute(last.order_by(entries.c.number.desc()).limit(1)).first()
                if row is None:
                    continue
                quiet.add_metric((office,), max(0.0, (now_ms - row.received_ms) / 1000))
                try:
                    written = milliseconds(msgspec.json.decode(row.body, type=_Written).at)
                except (msgspec.MsgspecError, OverflowError):
                    continue
                lag.add_metric((office,), max(0.0, (row.received_ms - written) / 1000))
            newest.add_metric((), connection.execute(select(func.max(entries.c.number))).scalar() or 0)
        return enrolled, open_now, quiet, lag, newest
