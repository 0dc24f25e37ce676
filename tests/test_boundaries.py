"""The rules that keep the parts of the repository apart and the repository free of stray matter."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.import_floors import FLOORS, circle, imports_of, upward

ROOT = Path(__file__).parents[1]
MAX_LINES = 400
TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".editorconfig",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "bhava.py",
    "build_backend.py",
    "constraints.txt",
    "docker-compose.yml",
    "docs",
    "findings",
    "models",
    "motion",
    "pyproject.toml",
    "server",
    "tests",
    "training",
    "web",
}
TORCH = {"torch", "lightning", "pytorch_lightning", "torchmetrics", "tensorboard", "onnxscript"}
STREAMING = {"fastapi", "starlette", "uvicorn", "websockets", "mediapipe"}
FORBIDDEN = {
    "motion": {"server", "training", "bhava", "cv2", "av", "onnx"} | TORCH | STREAMING,
    "server": {"training", "bhava", "onnx"} | TORCH,
    "training": {"server", "bhava"} | STREAMING,
}
LAZILY_ALLOWED = {"motion/draw/render.py": {"cv2", "av"}}
HOST_WORDS = re.compile(
    r"""(?<![\w.-])/work/ | pypi\.org | pythonhosted\.org | npmjs\.org | npmjs\.com
    | deb\.debian\.org | download\.pytorch\.org | archive\.ubuntu\.com""",
    re.VERBOSE,
)
BESIDE_THE_CHECKOUT = re.compile(r"\.\./shared\b")


def repository_files() -> list[str]:
    """Lists what is or would be committed, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return sorted(name for name in set(listed.stdout.splitlines()) if (ROOT / name).is_file())


def imports(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yields each imported top-level package, and whether the import runs with its module."""
    at_module_level = {id(node) for node in _module_level(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            yield name.split(".")[0], id(node) in at_module_level


def _module_level(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _module_level(child)


def trespasses(path: str, source: str) -> list[str]:
    """Names the imports that the package of `path` may not have."""
    forbidden = FORBIDDEN[path.split("/")[0]]
    lazily_allowed = LAZILY_ALLOWED.get(path, set())
    return [
        f"{path} imports {name}{'' if eager else ' lazily'}"
        for name, eager in imports(ast.parse(source))
        if name in forbidden and (eager or name not in lazily_allowed)
    ]


def stray_words(path: str, text: str) -> list[str]:
    """Finds text that ties a file to the place where it was written."""
    found = HOST_WORDS.findall(text)
    if not path.startswith(("tests/", ".ci/")):
        found += BESIDE_THE_CHECKOUT.findall(text)
    if path.endswith("package-lock.json"):
        found += re.findall(r'"resolved":', text)
    return [f"{path} mentions {word}" for word in found]


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_imports_only_what_it_may(package: str) -> None:
    sources = [name for name in repository_files() if re.match(rf"{package}/.*\.py$", name)]
    assert sources, f"expected Python files in {package}/, got none"
    assert [t for name in sources for t in trespasses(name, (ROOT / name).read_text())] == []


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("motion/clip.py", "import torch.nn", ["motion/clip.py imports torch"]),
        ("motion/clip.py", "from server.app import app", ["motion/clip.py imports server"]),
        ("motion/clip.py", "from .server import app", []),
        ("motion/draw/render.py", "def draw():\n    import cv2", []),
        ("motion/draw/render.py", "import cv2", ["motion/draw/render.py imports cv2"]),
        ("motion/clip.py", "def f():\n    import cv2", ["motion/clip.py imports cv2 lazily"]),
        (
            "server/a.py",
            "try:\n    import torch\nexcept ImportError: ...",
            ["server/a.py imports torch"],
        ),
        ("training/cli.py", "import torch, motion", []),
        (
            "training/fit/train.py",
            "from server import app",
            ["training/fit/train.py imports server"],
        ),
    ],
)
def test_the_import_check_sees(path: str, source: str, expected: list[str]) -> None:
    assert trespasses(path, source) == expected


@pytest.fixture(params=sorted(FLOORS))
def package(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sources_of(package: str) -> dict[str, str]:
    """The text of each source file of a package, by its path."""
    named = [name for name in repository_files() if name.startswith(f"{package}/")]
    return {name: (ROOT / name).read_text() for name in named if name.endswith((".py", ".ts"))}


def test_no_import_goes_in_a_circle(package: str) -> None:
    assert circle(imports_of(sources_of(package))) == []


def test_no_import_goes_up(package: str) -> None:
    assert upward(package, imports_of(sources_of(package)), FLOORS[package]) == []


def test_every_room_of_the_plan_is_there(package: str) -> None:
    there = {re.split(r"[/.]", name.removeprefix(f"{package}/"))[0] for name in sources_of(package)}
    assert {room for floor in FLOORS[package] for room in floor} - there == set()


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"p/a.py": "import p.b", "p/b.py": "def f():\n    from p import a"}, True),
        ({"p/a.py": "from p.b import x", "p/b.py": "if TYPE_CHECKING:\n    import p.a"}, True),
        ({"p/a.py": "from .b import x", "p/b.py": "from . import a"}, True),
        ({"p/a.py": "from p import b", "p/__init__.py": "from p.a import x", "p/b.py": ""}, False),
        ({"p/a.py": "import p.b\nimport p.a.x", "p/b.py": "import re"}, False),
        ({"p/a.ts": 'import { b } from "./b.ts";', "p/b.ts": 'export * from "./a.ts";'}, True),
        ({"p/a.ts": 'import type {\n  B,\n} from "./b";', "p/b.ts": 'await import("./a");'}, True),
        ({"p/a.ts": 'new URL("./b.ts", here);', "p/b.ts": 'import "./a.ts";'}, True),
        ({"p/a.ts": 'import { b } from "./b.ts";', "p/b.ts": '// import "../p/a.ts"'}, False),
    ],
)
def test_the_circle_check_sees(sources: dict[str, str], found: bool) -> None:
    assert bool(circle(imports_of(sources))) == found


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"p/low/a.py": "from p.high import b", "p/high/b.py": ""}, ["p/low/a.py", "p/high/b.py"]),
        ({"p/low/a.py": "def f():\n    import p.high", "p/high/__init__.py": ""}, ["p/high/"]),
        ({"p/low/a.ts": 'import type { B } from "../high.ts";', "p/high.ts": ""}, ["p/high.ts"]),
        ({"p/low/a.ts": 'import { b } from "../beside";', "p/beside.ts": ""}, ["p/beside.ts"]),
        ({"p/__init__.py": "import p.low.a", "p/low/a.py": ""}, ["p/__init__.py imports"]),
        ({"p/low/a.py": "from p import high", "p/__init__.py": "", "p/high.py": ""}, ["p/high.py"]),
        ({"p/attic.ts": ""}, ["attic has no floor"]),
        ({"p/high.ts": 'import "./low/a.ts";\nimport "./b.css";', "p/low/a.ts": ""}, []),
        ({"p/high/b.py": "from p.high import c\nimport p.low.a", "p/high/c.py": ""}, []),
    ],
)
def test_the_floor_check_sees(sources: dict[str, str], expected: list[str]) -> None:
    found = upward("p", imports_of(sources), (("low", "beside"), ("high",)))
    assert len(found) == bool(expected)
    assert all(part in found[0] for part in expected)


def test_the_command_line_starts_without_the_heavy_packages() -> None:
    heavy = sorted(TORCH | STREAMING | {"cv2", "av", "onnxruntime", "matplotlib"})
    code = f"import bhava, sys; print(*[name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.split() == []


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {name.split("/")[0] for name in repository_files()} - TOP_LEVEL == set()


def test_no_source_file_is_longer_than_one_can_read() -> None:
    sources = [name for name in repository_files() if name.endswith((".py", ".ts"))]
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in sources}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_no_text_is_tied_to_the_place_where_it_was_written() -> None:
    stray = []
    for name in set(repository_files()) - {Path(__file__).relative_to(ROOT).as_posix()}:
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            stray += stray_words(name, data.decode())
    assert stray == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "see /work/main"),
        ("README.md", "data in ../shared/mocap"),
        ("server/app.py", "https://pypi.org/simple"),
        ("web/package-lock.json", '{"resolved": "https://somewhere"}'),
    ],
)
def test_the_word_check_sees(path: str, text: str) -> None:
    assert len(stray_words(path, text)) == 1


def test_the_word_check_lets_tests_find_their_data() -> None:
    assert stray_words("tests/conftest.py", "needs ../shared, via the net/work/flow") == []
