"""What a source is by its name, whatever its driver calls it."""

from __future__ import annotations

import pytest

from clerk_app.domain import scanning


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        (scanning.GLASS, "glass", "Mặt kính"),
        (scanning.FEEDER, "feeder", "Khay nạp"),
        (scanning.BOTH_SIDES, "both_sides", "Khay nạp, hai mặt"),
        ("Flatbed", "glass", "Mặt kính"),
        ("Automatic Document Feeder", "feeder", "Khay nạp"),
        ("ADF Front", "feeder", "Khay nạp"),
        ("ADF Duplex", "both_sides", "Khay nạp, hai mặt"),
        ("", "glass", "Mặt kính"),
    ],
)
def test_a_source_is_known_by_its_name(name: str, kind: str, words: str) -> None:
    assert scanning.kind_of(name) == kind
    assert scanning.words_of(name).vi == words
    assert scanning.known(name)
    assert scanning.feeds(name) == (kind != "glass")


def test_a_name_that_says_nothing_is_not_known() -> None:
    assert not scanning.known("Film")
