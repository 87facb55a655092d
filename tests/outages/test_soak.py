"""Two short days without a line: everything is at central once afterwards, and limits were announced on the way."""

from __future__ import annotations

import pytest

from bench.soak import soak

pytestmark = [pytest.mark.wire, pytest.mark.timeout(600)]


def test_two_days_offline_are_drained_without_a_loss() -> None:
    done = soak(days=2, dossiers=20)
    assert done.wrong == ()
    assert [evening["waiting"] > 0 for evening in done.evenings] == [True, True]
    assert (done.drained["sheets"], done.drained["left"]) == (80, 0)
    assert done.evenings[-1]["announced"] == ["dossier numbers 70 %", "receipt numbers 70 %"]
