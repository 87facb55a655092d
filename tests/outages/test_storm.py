"""A small storm: stations of two offices return at once, and central has everything once. No clock is looked at."""

from __future__ import annotations

import pytest

from bench.storm import storm
from tests.peers.postgres import Postgres

pytestmark = [pytest.mark.wire, pytest.mark.timeout(600)]


def test_twenty_stations_return_at_once(postgres: Postgres) -> None:
    done = storm(postgres.database(), stations=20, dossiers=5)
    assert (done.refused, done.problems, done.entries) == ([], (), 20 * 5 * 2)
    assert len(done.stations_s) == 20
