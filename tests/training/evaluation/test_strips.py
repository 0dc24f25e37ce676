"""A blind test hides its names, asks whoever reads it, and scores what they say."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from bhava import app
from motion.clip import Clip
from motion.errors import BhavaError
from motion.kinematics import facing
from tests.training.bodies import spinning, standing, turned, walking
from training.evaluation.naming import (
    NamingScore,
    ask_reader,
    naming_table,
    read_answer_files,
    read_answers,
    score_readers,
)
from training.evaluation.strips import Strip, Truth, draw_strips, read_key, write_strips
from training.show.strips import FRONT, SIDE, faced, strip_picture

LABELS = ("neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited")


def clips(count: int, seconds: float = 10.0) -> list[Clip]:
    return [replace(walking(seconds), name=f"clip {number}") for number in range(count)]


def blank(_: Clip) -> np.ndarray:
    return np.zeros((4, 4, 3), np.uint8)


@pytest.fixture
def blind_test(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of four strips, and its key."""
    strips = [
        Strip(source, emotion, clips(1)[0])
        for source in ("real", "model")
        for emotion in ("sad", "happy")
    ]
    write_strips(strips, LABELS, blank, tmp_path / "strips", tmp_path / "key.json")
    return tmp_path / "strips", tmp_path / "key.json"


def test_every_source_and_emotion_is_drawn_alike_and_by_the_seed_alone():
    candidates = {
        source: {label: clips(3) for label in ("sad", "happy")} for source in ("real", "model")
    }
    drawn = draw_strips(candidates, 2, seed=4)
    kinds = sorted((one.source, one.emotion) for one in drawn)
    assert kinds == sorted((s, e) for s in candidates for e in ("sad", "happy") for _ in range(2))
    assert {len(one.clip) for one in drawn} == {120}

    def shown(strips: list[Strip]) -> list[tuple[str, str, str, float]]:
        return [(s.source, s.emotion, s.clip.name, s.clip.hips[0, 2]) for s in strips]

    assert shown(draw_strips(candidates, 2, seed=4)) == shown(drawn)
    assert shown(draw_strips(candidates, 2, seed=5)) != shown(drawn)
    assert len({one.clip.name for one in drawn if one.source == "real"}) > 1


def test_short_clips_are_not_shown_and_their_lack_is_told():
    short, long = clips(1, 1.0), clips(1, 3.0)
    (only,) = draw_strips({"real": {"sad": [*short, *long]}}, 1, seed=0)
    assert len(only.clip) == 90
    with pytest.raises(BhavaError, match=r"real, sad: expected clips of 2 s or more, got 1 clips"):
        draw_strips({"real": {"sad": short}}, 1, seed=0)


def test_a_picture_shows_front_and_side_wherever_the_figure_looks():
    picture = strip_picture(walking(4.0))
    turned_away = strip_picture(turned(walking(4.0), "hips", "y", 130.0))
    figures = slice(0, 1200)
    np.testing.assert_allclose(picture[:, figures], turned_away[:, figures], atol=30)
    height = len(picture) // 2
    leaning = strip_picture(turned(walking(4.0), "spine", "x", 45.0))
    front, side = (
        np.abs(leaning[rows, figures].astype(int) - picture[rows, figures]).mean()
        for rows in (slice(height), slice(height, None))
    )
    assert side > front > 0


def test_figures_are_turned_to_the_camera_on_the_spot():
    for heading in (FRONT, SIDE):
        clip = faced(spinning(2.0), heading)
        np.testing.assert_allclose(facing(clip.world_positions()), heading, atol=1e-6)
        assert not clip.hips[:, [0, 2]].any()
        np.testing.assert_array_equal(clip.hips[:, 1], spinning(2.0).hips[:, 1])


def test_the_plan_shows_travel_and_turns():
    plans = [strip_picture(clip)[:, 1200:] for clip in (standing(4.0), walking(4.0))]
    assert (plans[1] < 100).sum() > 1.2 * (plans[0] < 100).sum()


def test_what_a_reader_sees_names_nobody(blind_test):
    folder, key = blind_test
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.txt", "emotions.json", *(f"strip-00{n}.png" for n in (1, 2, 3, 4))}
    assert "model" not in (folder / "README.txt").read_text()
    assert read_key(key)["strip-003"] == Truth("model", "sad", "clip 0")
    assert cv2.imread(str(folder / "strip-001.png")).shape == (4, 4, 3)


def test_nothing_is_overwritten_and_no_key_lies_beside_the_pictures(tmp_path, blind_test):
    folder, key = blind_test
    strips = [Strip("real", "sad", clips(1)[0])]
    for out, place, told in (
        (folder, tmp_path / "new.json", "expected a new or empty folder"),
        (tmp_path / "new", key, "expected a new file outside"),
        (tmp_path / "new", tmp_path / "new" / "key.json", "expected a new file outside"),
    ):
        with pytest.raises(BhavaError, match=told):
            write_strips(strips, LABELS, blank, out, place)


def test_a_reader_is_asked_again_for_what_is_no_emotion_and_goes_on_after_a_pause(blind_test):
    folder, _ = blind_test
    asked: list[str] = []

    def ask(strip: str, labels) -> str:
        assert tuple(labels) == LABELS
        asked.append(strip)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return {1: "bored", 2: " Sad "}.get(len(asked), "happy")

    with pytest.raises(KeyboardInterrupt):
        ask_reader(folder, "anna", ask)
    path = ask_reader(folder, "anna", ask)
    assert asked[:4] == ["strip-001", "strip-001", "strip-002", "strip-003"]
    assert asked[4:] == ["strip-003", "strip-004"]
    answers = read_answers(path, LABELS)
    assert answers["strip-001"] == "sad"
    assert len(answers) == 4
    assert list(read_answer_files(folder)) == ["anna"]


def truth(source: str, emotion: str) -> Truth:
    return Truth(source, emotion, "")


def scored(key: dict[str, Truth], *readers: dict[str, str]) -> dict[str, NamingScore]:
    named = {f"reader {number}": answers for number, answers in enumerate(readers)}
    return {score.source: score for score in score_readers(key, named)}


def test_names_count_for_each_source_and_over_readers():
    key = {"1": truth("real", "sad"), "2": truth("model", "sad"), "3": truth("model", "proud")}
    found = scored(
        key,
        {"1": "sad", "2": "neutral", "3": "proud"},
        {"1": "sad", "2": "sad", "3": "proud"},
    )
    assert found["real"].named.value == 1
    assert found["model"].named.value == 0.75
    assert found["model"].answers == 4
    assert found["model"].weak_as_other == 1
    assert found["model"].confusions == {"sad": {"neutral": 1}}
    assert found["model"].named.low <= 0.75 <= found["model"].named.high


def test_happy_and_excited_may_be_merged_and_strong_is_told_from_soft():
    key = {"1": truth("m", "happy"), "2": truth("m", "angry"), "3": truth("m", "sad"),
           "4": truth("m", "neutral")}  # fmt: skip
    found = scored(key, {"1": "excited", "2": "happy", "3": "proud", "4": "neutral"})["m"]
    assert (found.named.value, found.merged.value) == (0.25, 0.5)
    assert found.strength.value == pytest.approx(2 / 3)
    assert found.weak_as_other == 1


def test_guessing_scores_as_chance():
    rng = np.random.default_rng(0)
    key = {str(n): truth("m", LABELS[n % 8]) for n in range(400)}
    found = scored(key, {strip: str(rng.choice(LABELS)) for strip in key})["m"]
    assert found.named.low < 1 / 8 < found.named.high
    assert found.named.high < 0.2


def test_strips_that_nobody_named_do_not_count_and_unknown_ones_are_told():
    key = {"1": truth("m", "sad"), "2": truth("m", "sad")}
    assert scored(key, {"1": "sad"})["m"].named.value == 1
    assert scored(key, {})["m"].answers == 0
    assert "| m | 0 | - | - | - | 0 | - |" in naming_table(list(scored(key, {}).values()))
    with pytest.raises(BhavaError, match="reader 0: expected strips of the key, got 9"):
        scored(key, {"9": "sad"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("strip,answer\nstrip-001,bored\n", "strip-001: expected one of .* got 'bored'"),
        ("a,b\n1,2\n", "expected columns strip,answer"),
        ("strip,answer\nstrip-001\n", "expected columns strip,answer"),
    ],
)
def test_bad_answers_are_told(blind_test, content, told):
    path = blind_test[0] / "answers-x.csv"
    path.write_text(content)
    with pytest.raises(BhavaError, match=told):
        read_answer_files(blind_test[0])


@pytest.mark.parametrize("content", ["", "[]", '{"strip-001": 3}', '{"strip-001": {"a": 1}}'])
def test_a_file_that_is_no_key_is_told(tmp_path, content):
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(BhavaError, match="expected the key of a test"):
        read_key(tmp_path / "key.json")
    with pytest.raises(BhavaError, match="expected strips that bhava drew"):
        read_answer_files(tmp_path)


def test_the_commands_ask_and_score(blind_test):
    folder, key = blind_test
    run = CliRunner().invoke(
        app, ["name", str(folder), "--reader", "x"], input="sad\nhappy\nsad\nsad\n"
    )
    assert run.exit_code == 0, run.output
    assert json.loads((folder / "emotions.json").read_text()) == list(LABELS)
    run = CliRunner().invoke(app, ["name", str(folder), "--key", str(key)])
    assert "| real | 2 | 1 |" in run.output
    assert "| model | 2 | 0.50 [" in run.output
    assert CliRunner().invoke(app, ["name", str(folder)]).exit_code != 0
