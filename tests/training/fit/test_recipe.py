import re
from pathlib import Path

import pytest
import torch

from motion.errors import BhavaError
from motion.features import CANONICAL_LAYOUT
from training.fit.recipe import Recipe
from training.models.kinds import KINDS

RECIPES = Path("training/recipes")

PARAMETERS_IN_MILLIONS = {
    "own-rig": (1.0, 2.0),
    "space-time": (1.5, 2.0),
    "dance": (5, 6),
    "default": (4, 7),
    "duet": (2, 4),
    "large": (25, 30),
    "lstm-vae": (8, 10),
    "latent-diffusion": (7, 8.5),
    "baseline-lstm-mdn": (0.5, 0.7),
    "baseline-lstm-mse": (3, 4),
    "baseline-transformer-mdn": (2.7, 3.1),
    "baseline-transformer-mse": (2.2, 2.7),
    "text-transformer": (3, 3.5),
}


def test_every_recipe_of_the_folder_is_known_here():
    assert {path.stem for path in RECIPES.glob("*.toml")} == set(PARAMETERS_IN_MILLIONS)


@pytest.mark.parametrize("name", PARAMETERS_IN_MILLIONS)
def test_a_shipped_recipe_builds_its_network(name):
    recipe = Recipe.load(RECIPES / f"{name}.toml")
    with torch.device("meta"):
        network = KINDS[recipe.model.kind](recipe.model, len(recipe.data.labels), CANONICAL_LAYOUT)
    least, most = PARAMETERS_IN_MILLIONS[name]
    assert least < sum(weight.numel() for weight in network.parameters()) / 1e6 < most


def test_a_recipe_comes_back_from_a_checkpoint_as_it_was():
    for path in RECIPES.glob("*.toml"):
        recipe = Recipe.load(path)
        assert Recipe.model_validate(recipe.model_dump()) == recipe


def test_every_kind_has_a_recipe():
    kinds = {Recipe.load(path).model.kind for path in RECIPES.glob("*.toml")}
    assert kinds == set(KINDS)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("seed = 7", "seed = 7\nflavour = 1", "flavour: Extra inputs are not permitted"),
        ("happy = 8", "happy = 0", "data.shares.happy: Input should be greater than 0"),
        ("happy = 8", "happy = -1", "data.shares.happy: Input should be greater than 0"),
        ("happy = 8", "happy = nan", "data.shares.happy: Input should be"),
        ("happy = 8", "happy = inf", "data.shares.happy: Input should be a finite number"),
        ("happy = 8\n", "", "expected a share for every emotion, got none for ['happy']"),
        ('"happy", "sad"', '"happy", "happy"', "expected every emotion once"),
        ("[model]", "[model]\nflavour = 1", "model.transformer-mdn.flavour: Extra inputs"),
        ("[model]", '[model]\nkind = "markov"', "model: Input tag 'markov' found"),
        ("heads = 4", "heads = 5", "expected an even number of channels for each of 5 heads"),
        ("own_sample_share = 0.25", "own_sample_share = 2", "optimiser.own_sample_share: Input"),
        (
            "own_sample_share = 0.25",
            "input_noise = 0.1",
            "expected own_sample_share for transformer-mdn, got input_noise",
        ),
        ("tokens = 64", "tokens = 64\nbeside = 0.5", "expected no data.beside for transformer-mdn"),
        ("always = { dance", "always = { sad", "expected always to name some of ['dance'"),
        ("[trainer]", "[trainer", "expected a recipe in TOML"),
    ],
)
def test_a_recipe_that_does_not_fit_is_named(tmp_path, old, new, complaint):
    text = (RECIPES / "default.toml").read_text()
    assert old in text
    path = tmp_path / "recipe.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BhavaError, match=re.escape(complaint)) as caught:
        Recipe.load(path)
    assert "recipe.toml" in str(caught.value)


def test_settings_of_a_recipe_can_be_changed():
    path = RECIPES / "default.toml"
    changed = Recipe.load(path, ["trainer.max_steps = 600", "data.dropout.context=0", "seed=8"])
    expected = Recipe.load(path).model_dump()
    expected["seed"] = 8
    expected["trainer"]["max_steps"] = 600
    expected["data"]["dropout"]["context"] = 0.0
    assert changed == Recipe.model_validate(expected)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("model.flavour=1", "flavour: Extra inputs"),
        ("data.dropout.labels=2", "data.dropout.labels: Input should be less than"),
        ("seed", "expected a recipe in TOML"),
    ],
)
def test_a_change_that_does_not_fit_is_named(change, complaint):
    with pytest.raises(BhavaError, match=complaint):
        Recipe.load(RECIPES / "default.toml", [change])


def test_a_recipe_that_is_absent_is_named(tmp_path):
    with pytest.raises(BhavaError, match=r"none\.toml: expected a recipe in TOML"):
        Recipe.load(tmp_path / "none.toml")
