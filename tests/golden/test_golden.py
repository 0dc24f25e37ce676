from pathlib import Path

from tests.golden.regenerate import golden

FOLDER = Path(__file__).parent


def test_the_golden_files_are_what_the_encoder_writes() -> None:
    expected = golden()
    stored = {p.name: p.read_bytes() for p in FOLDER.iterdir() if p.suffix in (".bin", ".json")}
    assert stored.keys() == expected.keys()
    assert {name for name in stored if stored[name] != expected[name]} == set()
