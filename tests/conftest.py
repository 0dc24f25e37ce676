"""Fixtures for all tests; data beside the checkout is optional and says so when absent."""

from pathlib import Path

import pytest
from hypothesis import settings

import motion  # noqa: F401 - says what ONNX Runtime must not do, before any test imports it

settings.register_profile("bhava", deadline=None)  # a busy machine is no failure
settings.load_profile("bhava")

SHARED = Path(__file__).parents[2] / "shared"


def _shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs {found}, which is not part of the repository")
    return found


@pytest.fixture(scope="session")
def shared_mocap() -> Path:
    """The folder of motion capture archives."""
    return _shared("mocap")


@pytest.fixture(scope="session")
def shared_video() -> Path:
    """A video of one real dancer, full body, frontal."""
    return _shared("video/dancer.mp4")


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Small inputs of other makers' kinds, a folder for each kind."""
    return _shared("cases")
