"""Contents beside emotions: in data, recipes, windows, networks and what is exported."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from motion.choreography.colouring import coloured
from motion.choreography.colours import COLOURS
from motion.clip import Clip
from motion.errors import BhavaError, ModelContractError
from motion.model.contract import Contract
from motion.model.engine import Conditions, Engine, Noise
from tests.motion.strategies import swaying
from tests.training.tiny import QUIET, TINY, clips, tiny_vae
from training.corpus.coloured import coloured_clips
from training.corpus.contents import content_of, emotion_of
from training.fit.export import export, largest_difference, step_of, swell_by_content
from training.fit.pools import pools_of
from training.fit.recipe import Recipe
from training.fit.train import load_checkpoint, train, usual_energy
from training.fit.windows import windows_of
from training.models.network import StepConditions

pytestmark = QUIET

SHARES = {"neutral walk": 1, "happy walk": 1, "dance": 1}


def changed(**data: object) -> Recipe:
    """The tiny recipe with contents, some of its data changed."""
    recipe = TINY.model_dump()
    recipe["data"] |= {"contents": ["dance", "walk"], "shares": SHARES, **data}
    return Recipe.model_validate(recipe)


RECIPE = changed()


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return train(RECIPE, clips(), clips(), tmp_path_factory.mktemp("run"), resume=False)


@pytest.fixture(scope="module")
def model(checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(checkpoint, folder, licence="none")
    return folder


@pytest.mark.parametrize(
    ("action", "content"),
    [
        ("dance-short", "dance"),
        ("salsa", "dance"),
        ("walk-turn-left", "walk"),
        ("dash", "run"),
        ("run/jog", "run"),
        ("wave-both-hands", "gesture"),
        ("punch/strike", "martial"),
        ("karate", "martial"),
        ("wash self", ""),
        ("", ""),
    ],
)
def test_actions_have_a_content(action, content):
    assert content_of({"content": action}) == content


def test_who_runs_teaches_no_emotion():
    assert emotion_of({"content": "dash", "emotion": "tired"}) == ""
    assert emotion_of({"content": "walk", "emotion": "tired"}) == "tired"


def test_clips_go_to_the_pool_of_emotion_and_content_else_of_content_alone():
    def pool(**labels: str) -> str | None:
        clip = swaying(60)
        return RECIPE.data.pool_of(Clip("a", 30, clip.hips, clip.rotations, labels))

    made = {"dataset": "made"}
    assert pool(**made, emotion="happy", content="walk-left") == "happy walk"
    assert pool(**made, emotion="happy", content="dance") == "dance"
    assert pool(**made, emotion="happy", content="dash") is None
    assert pool(**made, emotion="happy") is None


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"contents": ["dance", "run"]}, r"a share for every content, got none for \['run'\]"),
        ({"contents": ["dance", "dance"]}, "every content once"),
        ({"contents": ["happy"]}, r"expected contents of \['dance'"),
        ({"emotions": ["neutral", "sad"]}, r"a share for every emotion, got none for \['sad'\]"),
    ],
)
def test_recipes_whose_contents_do_not_fit_are_refused(data, complaint):
    with pytest.raises(ValidationError, match=complaint):
        changed(**data)


def test_a_kind_that_knows_no_contents_refuses_them():
    recipe = tiny_vae().model_dump()
    recipe["data"] |= {"contents": ["dance", "walk"], "shares": SHARES}
    with pytest.raises(ValidationError, match=r"expected no data[.]contents for lstm-vae"):
        Recipe.model_validate(recipe)


def test_a_corpus_of_one_content_says_what_is_missing():
    with pytest.raises(BhavaError, match=r"none for \['neutral walk', 'happy walk'\]"):
        pools_of(clips()[2:], RECIPE)


def test_contents_are_hidden_apart_from_emotions():
    recipe = changed(tokens=40)
    windows = windows_of(pools_of(clips(), recipe), recipe, 3)
    rng = np.random.default_rng(0)
    labels = np.concatenate([windows.window(rng).labels for _ in range(150)])
    emotion, content = labels[:, :2].sum(1), labels[:, 2:].sum(1)
    assert 0.03 < np.mean(content == 0) < 0.25
    walks = labels[:, 3] == 1
    assert 0.03 < np.mean(emotion[walks] == 0) < 0.3
    assert np.mean((emotion == 1) & (content == 0)) > 0.02


def test_usual_energy_is_of_content_and_emotion_and_fills_what_was_never_danced():
    speeds = {"neutral walk": 1.0, "happy walk": 2.0, "dance": 0.6}
    found = usual_energy({k: torch.tensor([v]) for k, v in speeds.items()}, RECIPE.data)
    assert found[1].tolist() == [1.0, 2.0]
    assert (found > 0).all()
    assert found.shape == (2, 2)


def test_the_graph_takes_contents_and_computes_what_torch_does(checkpoint, model):
    contract = Contract.load(model)
    assert contract.contents == ("dance", "walk")
    assert contract.energy_by_content[0] == contract.energy_by_emotion
    assert contract.inputs["content"] == (2,)
    assert largest_difference(step_of(load_checkpoint(checkpoint)), Engine.load(model)) < 1e-4


def test_what_is_asked_for_is_danced_and_the_usual_content_stands_for_none(model):
    engine, one = Engine.load(model), np.ones((1, 1), np.float32)
    rng = np.random.default_rng(0)
    heard = rng.standard_normal((1, *engine.contract.inputs["frames"]), np.float32)
    noise = Noise.zeros(engine.contract)

    def said(content: list[float] | None) -> np.ndarray:
        told = None if content is None else np.array([content], np.float32)
        happy = Conditions(np.eye(2, dtype=np.float32)[1:], one, one, one, content=told)
        return engine.step(heard, happy, engine.initial_states(), noise)[0]

    np.testing.assert_array_equal(said(None), said([1, 0]))
    assert np.abs(said([1, 0]) - said([0, 1])).max() > 1e-6


def test_a_contract_whose_energies_do_not_fit_its_contents_is_refused(model, tmp_path):
    contract = Contract.load(model)
    changed = contract.model_copy(update={"energy_by_content": contract.energy_by_content[:1]})
    (tmp_path / "contract.json").write_text(changed.model_dump_json())
    with pytest.raises(ModelContractError, match="energies by content: expected"):
        Contract.load(tmp_path)


def test_every_dance_is_coloured_in_every_emotion_and_stays_in_its_group():
    dance = swaying(120)
    labels = {"dataset": "made", "content": "dance", "group": "g"}
    dance = Clip("made/d", 30, dance.hips, dance.rotations, labels)
    made = coloured_clips([dance, *clips()[:2]], changed(coloured=2).data, 0)
    assert [clip.labels["emotion"] for clip in made] == ["neutral", "happy"] * 2
    assert {clip.labels["group"] for clip in made} == {"g"}
    assert len({clip.name for clip in made}) == 4


def test_dances_to_learn_from_crouch_less_than_a_dancer_who_is_coloured_live():
    dance = swaying(240)
    labels = {"dataset": "made", "content": "dance"}
    dance = Clip("made/d", 30, dance.hips, dance.rotations, labels)
    low = ("sad", "afraid", "tired")
    shares = {"walk": 1} | {f"{emotion} dance": 1 for emotion in low}
    made = coloured_clips([dance], changed(emotions=list(low), shares=shares, coloured=1).data, 0)
    assert [clip.labels["emotion"] for clip in made] == list(low)
    for clip in made:
        crouching = coloured(dance, COLOURS[clip.labels["emotion"]], 0)
        assert clip.hips[:, 1].mean() > crouching.hips[:, 1].mean() + 0.02


def test_walks_are_held_as_sad_ones_as_long_as_these_take_and_no_longer():
    def walk(name: str, emotion: str, seconds: float) -> Clip:
        motion = swaying(round(30 * seconds))
        labels = {"dataset": "made", "content": "walk", "emotion": emotion}
        return Clip(name, 30, motion.hips, motion.rotations, labels)

    neutral = [walk(f"n{n}", "neutral", 3) for n in range(6)]
    shares = {"neutral walk": 1, "sad walk": 1, "dance": 1}
    data = changed(emotions=["neutral", "sad"], shares=shares, coloured=1).data
    made = coloured_clips([*neutral, walk("s", "sad", 8)], data, 0)
    assert [clip.name for clip in made] == [f"coloured/n{n}_sad" for n in range(len(made))]
    assert 8 <= sum(clip.seconds for clip in made) < 2 * 8
    assert not coloured_clips(neutral, data, 0)


def test_a_content_is_played_with_its_own_temperature_guidance_and_swell(checkpoint):
    module = load_checkpoint(checkpoint)
    own = {"walk": {"temperature": 0.4, "guidance": 2.0, "swell": 0.1}}
    playing = {"temperature": 0.8, "guidance": 0.5, "by_content": own, "swell": 0.3}
    playing |= {"phrasing": 0.6}
    recipe = module.recipe.model_dump() | {"playing": playing}
    module.recipe = Recipe.model_validate(recipe)
    one = torch.ones(3, 1)
    content = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    unused = torch.zeros(3, 2)
    asked = StepConditions(unused, one, 0.8 * one, 0.5 * one, one, unused, content)
    told = step_of(module).in_content(asked)
    torch.testing.assert_close(told.temperature, torch.tensor([[0.8], [0.4], [0.8]]))
    torch.testing.assert_close(told.guidance, torch.tensor([[0.5], [2.0], [0.5]]))
    assert swell_by_content(module.recipe) == ((0.3, 0.6), (0.1, 0.0))
    # No intensity is no emotion, whatever the content.
    none = step_of(module).in_content(asked._replace(guidance=-one))
    torch.testing.assert_close(none.guidance, -one)
    recipe["playing"] = {"by_content": {"swim": own["walk"]}}
    with pytest.raises(ValidationError, match=r"by_content to name some of \['dance', 'walk'\]"):
        Recipe.model_validate(recipe)
