"""A signing token for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.officer import Officer, token


@pytest.fixture(scope="package")
def _token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Officer]:
    """A token with one RSA key, certified."""
    with token(tmp_path_factory.mktemp("officer") / "token") as officer:
        officer.put()
        yield officer


@pytest.fixture
def officer(_token: Officer) -> Iterator[Officer]:
    """The token with one RSA key, all tries left and nothing broken."""
    _token.whole()
    yield _token
    _token.whole()


@pytest.fixture
def blank(_token: Officer) -> Iterator[Officer]:
    """An empty token; afterwards it is as it was for the others."""
    _token.wipe()
    yield _token
    _token.wipe()
    _token.put()
