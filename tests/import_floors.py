"""The floors of each package, and what finds imports that go up or in a circle.

A room is a folder of a package, or a file that lies directly in it. A room may import from the
floors below its own and from itself: never from a floor above, nor from a room beside it.
"""

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

Floors = tuple[tuple[str, ...], ...]
Imports = dict[str, set[str]]
"""The files that each file imports, of the same package."""

FLOORS: dict[str, Floors] = {
    "motion": (
        ("compiled", "emotion_colours", "errors", "skeleton"),
        ("emotion", "rotations"),
        ("kinematics",),
        ("clip", "content", "leg_reach"),
        ("draw", "features", "rigs"),
        ("choreography", "markers"),
        ("formats", "model"),
        ("partner",),
    ),
    "server": (
        ("kept_file", "memory", "options", "paths", "sentence", "sites", "telemetry"),
        ("networks",),
        ("access", "guard"),
        ("capture",),
        ("wire",),
        ("broker", "chat", "crowd", "cues", "interaction", "links", "listen"),
        ("takes",),
        ("stages",),
        ("routes",),
        ("app", "relay"),
        ("bench", "doctor", "pairing", "picture", "replay", "serving"),
        ("cli",),
    ),
    "training": (
        ("corpus", "pose_networks"),
        ("models", "people_network", "show"),
        ("fit",),
        ("evaluation",),
        ("cli",),
    ),
    "web/src": (
        ("protocol", "quality", "windowBhava"),
        ("connection", "language", "motion"),
        ("body", "performer", "sound", "venue"),
        ("looks",),
        ("avatars", "page", "stage"),
        ("show",),
        ("audience", "console", "dance", "vote"),
    ),
}
"""Rooms of each package, the ground floor first."""

PYTHON_FILES = (".py", "/__init__.py")
_TS_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^;'"]*?from\s*["'](\.[^"'\n]+)["']  # also `import type`, `export *`
    | ^\s*import\s*["'](\.[^"'\n]+)["']
    | \bimport\s*\(\s*["'](\.[^"'\n]+)["']
    | \bnew\ URL\(\s*["'](\.[^"'\n]+)["']""",
    re.VERBOSE | re.MULTILINE,
)


def imports_of(sources: Mapping[str, str]) -> Imports:
    """Finds which files import which others of them, wherever in the file the import stands.

    Args:
        sources: Text by path, of Python or of TypeScript.
    """
    return {path: set(_imported(path, text, sources)) - {path} for path, text in sources.items()}


def _imported(path: str, text: str, sources: Mapping[str, str]) -> Iterator[str]:
    if path.endswith(".py"):
        for modules in _python_modules(path, ast.parse(text)):
            files = (f"{m.replace('.', '/')}{end}" for m in modules for end in PYTHON_FILES)
            yield from [file for file in files if file in sources][:1]
    else:
        for found in _TS_IMPORT.finditer(text):
            named = next(filter(None, found.groups()))
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
            yield from {file, f"{file}.ts", f"{file}.d.ts"} & sources.keys()


def _python_modules(path: str, tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Yields the modules that an import may mean: in `from a import b` that is `a.b`, else `a`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name,) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folders = path.split("/")[: -node.level] if node.level else []
            module = ".".join([*folders, *filter(None, [node.module])])
            yield from ((f"{module}.{alias.name}", module) for alias in node.names)


def circle(imports: Imports) -> list[str]:
    """Returns the files of one circle of imports, the first again at the end; empty without one."""
    try:
        TopologicalSorter({file: sorted(named) for file, named in imports.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def upward(package: str, imports: Imports, floors: Floors) -> list[str]:
    """Names the imports between rooms that do not lead down, and the rooms that have no floor."""
    level = {room: number for number, rooms in enumerate((("",), *floors)) for room in rooms}
    rooms = {file: _room(package, file) for file in imports}
    homeless = set(rooms.values()) - level.keys()
    return [f"{room} has no floor" for room in sorted(homeless)] + [
        f"{file} imports {named}"
        for file in sorted(imports)
        for named in sorted(imports[file])
        if rooms[file] != rooms[named]
        and not {rooms[file], rooms[named]} & homeless
        and level[rooms[file]] <= level[rooms[named]]
    ]


def _room(package: str, file: str) -> str:
    """Returns the room of a file; empty for the package's own `__init__.py`, below all floors."""
    name = file.removeprefix(f"{package}/").split("/")[0]
    return "" if name == "__init__.py" else name.split(".")[0]
