"""What the documents name must exist: paths, make targets, commands and their options."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from tests.import_floors import FLOORS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("server/*/*.md"),
        *ROOT.glob("models/**/README.md"),
    )
)
SHELL = {"sh", "bash", "shell", "console"}
PROGRAMS = {"make", "bhava", "docker", "git", "cd"}
SOURCE_SUFFIXES = {".py", ".ts", ".md", ".toml", ".yml", ".html", ".css"}

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)|(?:src|href|srcset)=\"([^\"]+)\"")
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")
FLOOR = re.compile(r"^\| (\d+) \| `([\w/]+)[^`]*` \|", re.MULTILINE)
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]+")
CLAUSE = re.compile(r"\b(?:what|who|whose|whom)\b", re.IGNORECASE)
MOST_CLAUSES = 4.0
"""Words of `CLAUSE` in 1,000 words of a document; more of them read as translated."""

HEADLESS_ENTRY = re.compile(r"^ +(?:Returns:\s+|\w+: )(?:Of|Whose|Whom)\b.*", re.MULTILINE)
HEADLESS_HELP = re.compile(r"help=\s*\"(?:Of|Whose|Whom)\b.*", re.MULTILINE)
RECIPE = re.compile(r"^## (How to add .+?)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def fences(text: str) -> list[tuple[str, str]]:
    """Returns (language, body) of each fenced block."""
    return FENCE.findall(text)


def code(text: str) -> Iterator[str]:
    """Yields all that is set as code, a line or an inline snippet at a time."""
    for _, body in fences(text):
        yield from body.splitlines()
    yield from INLINE.findall(FENCE.sub("", text))


def tracked(root: Path) -> set[str]:
    """Lists the files and folders that are or would be committed, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    files = [Path(name) for name in listed.stdout.splitlines()]
    return {path.as_posix() for file in files for path in (file, *file.parents)}


def is_ignored(name: str, root: Path) -> bool:
    """Tells whether a path is one that the project itself makes and does not commit."""
    return subprocess.run(["git", "check-ignore", "-q", name], cwd=root).returncode == 0


def missing_paths(text: str, root: Path, folder: str = ".") -> list[str]:
    """Finds snippets that look like a path of the repository, and links, that lead nowhere."""
    known = tracked(root)
    named = [name for name in INLINE.findall(FENCE.sub("", text)) if _looks_like_path(name, known)]
    named += [
        line.split()[0]
        for language, body in fences(text)
        for line in body.splitlines()
        if language in ("", "text") and re.match(r"[\w.-]+(/|\.\w+)\s", line)
    ]
    missing = [name for name in named if not _exists(name, root, folder, known)]
    links = [a or b for a, b in LINK.findall(FENCE.sub("", text))]
    local = [link.split("#")[0] for link in links if not re.match(r"\w+:|#", link)]
    return missing + [link for link in local if not (root / folder / link).exists()]


def _looks_like_path(name: str, known: set[str]) -> bool:
    if not PATH.fullmatch(name):
        return False
    in_a_folder = "/" in name and name.split("/")[0] in known
    return in_a_folder or Path(name).suffix in SOURCE_SUFFIXES


def _exists(name: str, root: Path, folder: str, known: set[str]) -> bool:
    if "/" not in name and Path(name).suffix:
        return any(Path(path).name == name for path in known)
    parts = ["*" if PLACEHOLDER.fullmatch(part) else part for part in name.strip("/").split("/")]
    pattern = "/".join(parts)
    found = any(root.glob(pattern)) or any((root / folder).glob(pattern))
    return found or is_ignored(name, root)


def unknown_targets(text: str, makefile: str) -> list[str]:
    """Finds `make TARGET` whose target the Makefile lacks."""
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    named = [name for line in code(text) for name in re.findall(r"\bmake ([a-z][\w-]*)", line)]
    return [name for name in named if name not in targets]


def unknown_commands(text: str, app: typer.Typer) -> list[str]:
    """Finds `bhava COMMAND` and `--option` that the command line does not have."""
    commands = typer.main.get_command(app).commands
    unknown = []
    for line in code(text):
        line = re.sub(r"make run\b.*ARGS=([\"'])(.*?)\1", r"bhava serve \2", line)
        for name, rest in re.findall(r"\bbhava ([a-z][\w-]*)([^#|&;]*)", line):
            if name not in commands:
                unknown.append(f"bhava {name}")
                continue
            options = {option for param in commands[name].params for option in param.opts}
            options |= {
                option for param in commands[name].params for option in param.secondary_opts
            }
            named = re.findall(r"(?<![\w-])--[a-z][\w-]*", rest)
            unknown += [
                f"bhava {name} {flag}" for flag in named if flag not in options | {"--help"}
            ]
    return unknown


def strange_programs(text: str) -> list[str]:
    """Finds shell blocks that go another way than through make, bhava and docker."""
    return [
        line
        for language, body in fences(text)
        if language in SHELL
        for line in body.replace("\\\n", " ").splitlines()
        if (words := shlex.split(line.removeprefix("$ "), comments=True))
        and next(word for word in words if not re.match(r"[A-Z_]+=", word)) not in PROGRAMS
    ]


def clauses_per_thousand(text: str) -> float:
    """Returns how many of 1,000 words of prose are "what", "who", "whose" or "whom"."""
    prose = INLINE.sub("", FENCE.sub("", text))
    return 1000 * len(CLAUSE.findall(prose)) / max(1, len(prose.split()))


def headless_texts(source: str) -> list[str]:
    """Finds entries of docstrings, and help of options, that do not name their thing first."""
    found = [*HEADLESS_ENTRY.findall(source), *HEADLESS_HELP.findall(source)]
    return [text.strip() for text in found]


def recipes(text: str) -> dict[str, list[str]]:
    """Returns the paths that each "How to add" section names, by its heading."""
    return {
        heading: [name for name in INLINE.findall(body) if "/" in name and PATH.fullmatch(name)]
        for heading, body in RECIPE.findall(text)
    }


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> Path:
    return ROOT / request.param


def test_paths_exist(document: Path) -> None:
    folder = document.parent.relative_to(ROOT).as_posix()
    assert missing_paths(document.read_text(), ROOT, folder) == []


def test_make_targets_exist(document: Path) -> None:
    assert unknown_targets(document.read_text(), (ROOT / "Makefile").read_text()) == []


def test_commands_and_options_exist(document: Path) -> None:
    import bhava

    assert unknown_commands(document.read_text(), bhava.app) == []


def test_the_readme_runs_and_tests_with_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert strange_programs(text) == []
    assert {"make run", "make test"} <= {line.strip() for line in code(text)}


def test_the_architecture_names_every_room_on_its_floor() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = [(int(floor), room.rstrip("/")) for floor, room in FLOOR.findall(text)]
    declared = [
        (number, f"{package}/{room}")
        for package, floors in FLOORS.items()
        for number, rooms in enumerate(floors, 1)
        for room in rooms
    ]
    assert named == declared


def test_documents_are_written_in_plain_clauses(document: Path) -> None:
    assert clauses_per_thousand(document.read_text()) < MOST_CLAUSES


def test_no_document_holds_an_unfinished_merge(document: Path) -> None:
    assert re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", document.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("package", ["motion", "server", "training"])
def test_docstring_entries_and_help_name_their_thing_first(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    found = {str(path): texts for path in files if (texts := headless_texts(path.read_text()))}
    assert files
    assert found == {}


def test_every_recipe_names_files_and_a_test_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    known, named = tracked(ROOT), recipes(text)
    added = {heading.split()[-1] for heading in named}
    assert added == {"look", "kind", "source", "control", "link", "emotion"}
    for heading, paths in named.items():
        assert [path for path in paths if not _exists(path, ROOT, ".", known)] == [], heading
        assert any("tests/" in path for path in paths), heading


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A tiny repository: motion/clip.py, models/first/model.onnx and an ignored build folder."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in ("motion/clip.py", "models/first/model.onnx"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("build/\n")
    return tmp_path


@pytest.fixture
def app() -> typer.Typer:
    """A command line with `bhava serve --port` and `bhava models`."""
    app = typer.Typer()

    @app.command()
    def serve(port: int = 8000, fast: bool = False) -> None: ...

    @app.command()
    def models() -> None: ...

    return app


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`motion/clip.py` `clip.py` `models/NAME/model.onnx` `motion/`", []),
        ("`build/dist` is made, `/ws` is an address, `and/or` is prose, `out.bvh` is yours", []),
        ("`motion/clop.py`", ["motion/clop.py"]),
        ("`clop.py`", ["clop.py"]),
        ("`server_v1/app.py`", ["server_v1/app.py"]),
        ("`models/NAME/weights.bin`", ["models/NAME/weights.bin"]),
        ("[text](motion/clip.py#L3) [web](https://example.org/x) [part](#part)", []),
        ('[text](motion/clop.py) <img src="docs/bhava.gif">', ["motion/clop.py", "docs/bhava.gif"]),
        ("```\nmotion/   NumPy only\nweb/      the stage\n```", ["web/"]),
    ],
)
def test_the_path_check_sees(text: str, expected: list[str], repository: Path) -> None:
    assert missing_paths(text, repository) == expected


def test_the_path_check_follows_links_from_the_folder_of_the_document(repository: Path) -> None:
    assert missing_paths("[model](model.onnx)", repository, "models/first") == []
    assert missing_paths("[model](model.onnx)", repository) == ["model.onnx"]


def test_the_target_check_sees() -> None:
    makefile = "run: stamp ## start\n\t@exec it\ntest: run\n"
    text = "`make run`, `make dance`, make sure that\n```sh\nmake test ARGS=x\nmake love\n```"
    assert unknown_targets(text, makefile) == ["love", "dance"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`bhava serve --port 1 --no-fast --help` and `bhava models`", []),
        ("`bhava dance`", ["bhava dance"]),
        ("```sh\nbhava serve --speed 3 # --unheard-of\n```", ["bhava serve --speed"]),
        ("`bhava models --port 3`", ["bhava models --port"]),
        ("prose about bhava dancing", []),
        ("`make run PORT=1 ARGS='--port 2 --slow'`", ["bhava serve --slow"]),
    ],
)
def test_the_command_check_sees(text: str, expected: list[str], app: typer.Typer) -> None:
    assert unknown_commands(text, app) == expected


def test_the_program_check_sees() -> None:
    text = "```sh\n# comment\n$ make run PORT=1\nPORT=1 docker compose up\npip install .\n```"
    assert strange_programs(text + "\n```json\nnpm test\n```") == ["pip install ."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What it does, and who: whose, whom.", 4 / 7),
        ("somebody whatever", 0),
        ("`who` did it\n```\nwhat who\n```\n", 0),
    ],
)
def test_the_clause_check_sees(text: str, expected: float) -> None:
    assert clauses_per_thousand(text) == pytest.approx(1000 * expected)


def test_the_headless_check_sees() -> None:
    source = """
    Args:
        seed: Of the chance.
        emotion: Offered by the model.
        dancer: Whom it follows.

    Returns:
        Whose turn it is.
    ...
    help="Of the weights."
    help="Offset."
    """
    assert headless_texts(source) == [
        "seed: Of the chance.",
        "dancer: Whom it follows.",
        "Returns:\n        Whose turn it is.",
        'help="Of the weights."',
    ]


def test_the_recipe_check_sees() -> None:
    text = "## How to add a look\n`web/a.ts`, `make x`, `LOOKS`\n## Other\n`b/c.ts`\n"
    assert recipes(text) == {"How to add a look": ["web/a.ts"]}
