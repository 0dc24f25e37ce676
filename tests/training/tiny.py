"""A recipe and clips so small that a network is trained on them in a second."""

import numpy as np
import pytest

from motion.clip import Clip
from tests.motion.strategies import swaying
from training.fit.recipe import Recipe

TINY = Recipe.model_validate(
    {
        "seed": 1,
        "data": {
            "datasets": ["made"],
            "emotions": ["neutral", "happy"],
            "shares": {"neutral": 1, "happy": 1, "dance": 1},
            "tokens": 6,
        },
        "model": {
            "frames_per_token": 4,
            "context_tokens": 4,
            "latent": 8,
            "components": 3,
            "channels": 32,
            "layers": 2,
            "heads": 2,
        },
        "optimiser": {
            "learning_rate": 1e-3,
            "weight_decay": 0.01,
            "batch_size": 4,
            "warm_up_steps": 2,
            "own_sample_share": 0.25,
        },
        "trainer": {
            "max_steps": 4,
            "accelerator": "cpu",
            "val_check_interval": 2,
            "limit_val_batches": 1,
            "log_every_n_steps": 1,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
)

QUIET = [
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
    pytest.mark.filterwarnings("ignore::UserWarning:torch"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
"""Marks of tests that train or export: the libraries warn of their own ways."""

BASELINES = {
    "lstm-mdn": {"components": 3},
    "lstm-mse": {},
    "transformer-mdn-per-dimension": {"components": 3, "heads": 2},
    "transformer-mse": {"heads": 2},
}
"""Sizes of each kind of baseline beside those that all have."""


def tiny_baseline(kind: str) -> Recipe:
    """Return a recipe of a baseline."""
    recipe = TINY.model_dump()
    sizes = {"frames_per_token": 1, "context_tokens": 6, "channels": 16, "layers": 2}
    recipe["model"] = {"kind": kind, **sizes, **BASELINES[kind]}
    recipe["optimiser"].update(own_sample_share=0.0, input_noise=0.05)
    return Recipe.model_validate(recipe)


def tiny_vae() -> Recipe:
    """Return a recipe of a variational autoencoder."""
    recipe = TINY.model_dump()
    sizes = {"channels": 16, "layers": 2, "latent": 6, "token_latent": 8, "components": 3}
    recipe["model"] = {
        "kind": "lstm-vae",
        "frames_per_token": 4,
        "context_tokens": 4,
        "leg_tokens": 2,
        **sizes,
    }
    recipe["optimiser"].update(own_sample_share=0.0, input_noise=0.05)
    return Recipe.model_validate(recipe)


def tiny_latent_diffusion() -> Recipe:
    """Return a recipe of diffusion in a latent space: of 24 frames 12 are past."""
    recipe = TINY.model_dump()
    motion = {"window": 24, "poses": 20, "rhythms": 12, "latent": 16, "hidden": 32}
    sizes = {"frames_per_token": 4, "context_tokens": 3, "channels": 32, "layers": 2}
    sizes["sampling_steps"] = 2  # each of them makes the graph as much longer
    recipe["model"] = {"kind": "latent-diffusion", **sizes, "motion": motion}
    recipe["optimiser"].update(own_sample_share=0.0, input_noise=0.1)
    return Recipe.model_validate(recipe)


def tiny_text() -> Recipe:
    """Return a recipe of a kind that takes text, of clips of no emotion too."""
    recipe = TINY.model_dump()
    del recipe["model"]["origins"]
    recipe["model"]["kind"] = "text-transformer"
    recipe["data"]["shares"]["unlabelled"] = 1
    return Recipe.model_validate(recipe)


def tiny_duet() -> Recipe:
    """Return a recipe of the kind that observes another dancer."""
    recipe = TINY.model_dump()
    recipe["data"]["datasets"].append("duets")
    recipe["data"] |= {"duet_minutes": 1.0, "shares": {"neutral": 1, "happy": 1, "dance": 4}}
    recipe["model"] |= {"kind": "duet", "relation_channels": 8, "relation_heads": 2}
    return Recipe.model_validate(recipe)


def tiny_space_time() -> Recipe:
    """Return a recipe of the kind whose tokens are joints."""
    recipe = TINY.model_dump()
    recipe["model"]["kind"] = "space-time"
    return Recipe.model_validate(recipe)


def tiny_recipe(kind: str) -> Recipe:
    """Return a recipe of any kind."""
    made = {
        "transformer-mdn": lambda: TINY,
        "space-time": tiny_space_time,
        "duet": tiny_duet,
        "text-transformer": tiny_text,
        "lstm-vae": tiny_vae,
        "latent-diffusion": tiny_latent_diffusion,
    }
    return made[kind]() if kind in made else tiny_baseline(kind)


def clips() -> list[Clip]:
    """One clip of each label of the recipe."""
    base = swaying(150)
    found = []
    for index, label in enumerate(TINY.data.labels):
        labels = {"dataset": "made", "content": "dance" if label == "dance" else "walk"}
        if label != "dance":
            labels["emotion"] = label
        tilt = base.rotations + np.array([0.05 * index, 0.0, 0.0, 0.0])
        tilt /= np.linalg.norm(tilt, axis=-1, keepdims=True)
        found.append(Clip(label, 30, base.hips, tilt, labels))
    return found
