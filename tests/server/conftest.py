"""What several files of these tests use."""

from collections.abc import Iterator

import pytest

from tests.server.instrument import Instrument


@pytest.fixture
def instrument() -> Iterator[Instrument]:
    """Another program of this machine, with a socket of its own."""
    one = Instrument()
    yield one
    one.socket.close()
