"""Versions of Python and packages: promised, installed, and named in documents alike."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from server import doctor

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = [f"3.{minor}" for minor in range(doctor.PYTHONS[0][1], doctor.PYTHONS[1][1] + 1)]
LINE = re.compile(r"[a-z0-9._-]+==[a-z0-9.+]+( ; [\w\s.<>=!'()]+)?", re.IGNORECASE)


def direct() -> list[Requirement]:
    """All that the project names, its extras included."""
    extras = PROJECT["optional-dependencies"].values()
    return [
        Requirement(line) for line in [*PROJECT["dependencies"], *(n for e in extras for n in e)]
    ]


def lines() -> list[str]:
    text = (ROOT / "constraints.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def constrained(python: str) -> dict[str, list[str]]:
    """Versions of each package on Linux with a version of Python."""
    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    versions = defaultdict(list)
    for line in lines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            [pin] = requirement.specifier
            versions[canonicalize_name(requirement.name)].append(pin.version)
    return versions


def test_constraints_hold_names_versions_and_markers_alone() -> None:
    assert len(lines()) > 50
    assert [line for line in lines() if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_constraints_give_each_package_one_version_that_the_project_allows(python: str) -> None:
    versions = constrained(python)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    outside = {
        str(requirement): versions.get(canonicalize_name(requirement.name))
        for requirement in direct()
        if not any(
            version in requirement.specifier
            for version in versions.get(canonicalize_name(requirement.name), [])
        )
    }
    assert outside == {}


def test_every_package_has_a_floor_and_a_ceiling() -> None:
    operators = {r.name: {spec.operator for spec in r.specifier} for r in direct()}
    assert [name for name, found in operators.items() if found not in ({">=", "<"}, {"=="})] == []


def test_all_places_name_the_same_versions_of_python() -> None:
    promised = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if Version(f"3.{minor}.7") in promised] == PYTHONS
    makefile = (ROOT / "Makefile").read_text()
    [tried] = re.findall(r"^PYTHONS := (.*)$", makefile, re.MULTILINE)
    assert tried.split() == [f"python{version}" for version in PYTHONS]
    said = re.findall(
        r"Python (3\.\d+)\s+to\s+(3\.\d+)", makefile + (ROOT / "README.md").read_text()
    )
    assert len(said) >= 2
    assert set(said) == {(PYTHONS[0], PYTHONS[-1])}


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_whatever_installs_the_project_keeps_to_the_constraints(name: str) -> None:
    installs = re.findall(r"pip install [^\n;']*", (ROOT / name).read_text())
    assert installs
    assert [line for line in installs if "--constraint constraints.txt" not in line] == []
