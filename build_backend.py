"""Builds the package by setuptools, with this machine's C compiler, or Zig's where it has none."""

import os
import sys
from shutil import which
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

ZIG = "ziglang==0.16.0"
"""A C compiler as a Python package, which the build alone needs."""

_FOUND = which("cc") or which("gcc") or which("clang")


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    """Return what a build needs besides setuptools."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_compilers()]


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return what a build needs besides setuptools."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_compilers()]


def build_editable(folder: str, config_settings: Any = None, metadata: str | None = None) -> str:
    """Compile, and make a package of this checkout."""
    _choose_compiler()
    return build_meta.build_editable(folder, config_settings, metadata)


def build_wheel(folder: str, config_settings: Any = None, metadata: str | None = None) -> str:
    """Compile, and make a package."""
    _choose_compiler()
    return build_meta.build_wheel(folder, config_settings, metadata)


def _compilers() -> list[str]:
    return [] if _FOUND else [ZIG]


def _choose_compiler() -> None:
    # Zig compiles for this very processor unless it is told to compile for any of its kind.
    compiler = _FOUND or f"{sys.executable} -m ziglang cc -mcpu=baseline"
    os.environ.update(CC=compiler, LDSHARED=f"{compiler} -shared")
