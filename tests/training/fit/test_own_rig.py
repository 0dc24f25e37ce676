"""From recordings of a rig of its own to a model that moves it, with no change of code."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate
from typer.testing import CliRunner

import server.cli
from bhava import app
from motion.errors import BhavaError, ModelContractError, MotionFileError
from motion.formats.clip_files import read_clip
from motion.model.contract import Contract
from motion.model.engine import Engine
from motion.partner.partner import Partner
from server.interaction.model_registry import ModelRegistry
from server.telemetry.faults import Faults
from tests.motion.own_rigs import RIGS
from tests.training.tiny import QUIET, TINY
from training.corpus.corpus import load_corpus, read_skeleton
from training.corpus.prepare import prepare
from training.corpus.texts import TEXT
from training.evaluation.prove import PROVABLE
from training.fit.export import export
from training.fit.recipe import Recipe
from training.fit.train import Training, train
from training.fit.windows import Windows, windows_of
from training.models.kinds import KINDS

UNLABELLED = {"datasets": [], "emotions": ["unlabelled"], "shares": {"unlabelled": 1}, "tokens": 6}


SMALLER = {"context_tokens": 6, "channels": 16, "layers": 2, "heads": 2, "components": 3}


def recipe_of(kind: str, tokens: int = 6) -> Recipe:
    """A recipe of any kind, still smaller than that with which it proves itself."""
    recipe, network = TINY.model_dump(), KINDS[kind]
    recipe["data"] = UNLABELLED | {"tokens": tokens}
    sizes = {size: SMALLER.get(size, value) for size, value in network.PROOF_SIZES.items()}
    recipe["model"] = {"kind": kind, **sizes}
    recipe["optimiser"].update({"own_sample_share": 0.0, network.DISTURBANCE: 0.05})
    return Recipe.model_validate(recipe)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory) -> dict[str, Path]:
    """A corpus of each rig, of two recordings."""
    made = {}
    for rig, written in RIGS.items():
        folder = tmp_path_factory.mktemp(rig)
        for seed in range(2):
            (folder / f"{rig}{seed}.bvh").write_text(written(120, seed))
        outcome = prepare([folder], folder / "corpus", workers=1, own_skeleton=True)
        assert outcome.skipped == []
        made[rig] = folder / "corpus"
    return made


def test_a_corpus_keeps_the_skeleton_of_its_files(corpora):
    names = {rig: read_skeleton(corpus).joints for rig, corpus in corpora.items()}
    assert names["puppet"][:2] == ("body", "armL")
    assert "mixamorig:LeftUpLeg" in names["humanoid"]
    assert len(read_skeleton(corpora["quadruped"]).feet) == 4
    for corpus in corpora.values():
        assert {clip.skeleton.joints for clip in load_corpus(corpus)} <= set(names.values())


def test_files_of_two_skeletons_are_refused(tmp_path):
    for rig in ("puppet", "quadruped"):
        (tmp_path / f"{rig}.bvh").write_text(RIGS[rig](30))
    with pytest.raises(
        MotionFileError, match=r"quadruped\.bvh: expected joints body, .* got pelvis"
    ):
        prepare([tmp_path], tmp_path / "corpus", workers=1, own_skeleton=True)


def test_a_corpus_is_on_one_kind_of_skeleton(corpora, tmp_path):
    (tmp_path / "more.bvh").write_text(RIGS["humanoid"](30, 2))
    with pytest.raises(MotionFileError, match="expected a corpus on the canonical skeleton, got"):
        prepare([tmp_path], corpora["humanoid"], workers=1)


@pytest.mark.parametrize("kind", PROVABLE)
@pytest.mark.parametrize(("rig", "tokens"), [("puppet", 57), ("quadruped", 80), ("humanoid", 64)])
def test_length_and_width_of_the_data_are_free_for_every_kind(corpora, kind, rig, tokens):
    clips = [replace(c, labels=c.labels | {TEXT: "sway"}) for c in load_corpus(corpora[rig])]
    recipe = recipe_of(kind, tokens)
    windows = Windows(recipe, clips, clips)
    module = Training(recipe.model_dump(), windows.layout.skeleton.to_dict())
    if recipe.text_encoder:
        module.network.learn_texts(windows.text_tokens())
    module.prepare_from(windows.pools, windows.to_fit())
    drawn = windows_of(windows.pools, recipe, 0)
    batch = default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(3)])
    width = windows.layout.width
    assert batch.frames.shape == (3, 2 + (tokens + 1) * recipe.model.frames_per_token, width)
    loss = module.network.loss(batch, 0.1)
    loss.backward()
    assert torch.isfinite(loss)
    gradients = [w.grad for w in module.network.parameters() if w.grad is not None]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    step = module.network.exported(torch.zeros(0), torch.ones(1))
    assert step.frames_per_step > 0


def test_the_choreographer_dances_on_the_canonical_skeleton_alone(corpora):
    recipe = recipe_of("transformer-mdn")
    data = recipe.data.model_copy(update={"choreographed_minutes": 1.0})
    clips = load_corpus(corpora["puppet"])
    with pytest.raises(BhavaError, match=r"choreographed_minutes: expected 0.* got 1"):
        Windows(recipe.model_copy(update={"data": data}), clips, clips)


class TestPlayed:
    """Trained, exported and played."""

    pytestmark = QUIET

    @pytest.fixture(
        scope="class", params=[("puppet", "transformer-mdn"), ("quadruped", "space-time")]
    )
    def model(self, request, corpora, tmp_path_factory):
        rig, kind = request.param
        clips = load_corpus(corpora[rig])
        folder = tmp_path_factory.mktemp(f"{rig}-{kind}")
        checkpoint = train(recipe_of(kind), clips, clips, folder, resume=False)
        export(checkpoint, folder / "model", licence="none")
        return folder / "model"

    def test_the_contract_tells_the_skeleton(self, model, corpora):
        contract = Contract.load(model)
        known = [read_skeleton(corpus) for corpus in corpora.values()]
        matching = [own for own in known if not own.difference(contract.skeleton)]
        assert len(matching) == 1
        assert contract.skeleton.feet == matching[0].feet
        assert contract.emotions == ("unlabelled",)
        assert len(contract.start) == contract.layout.width

    @pytest.mark.parametrize("suffix", [".bvh", ".npz", ".glb"])
    def test_it_is_generated_from_in_every_format(self, model, tmp_path, monkeypatch, suffix):
        monkeypatch.setattr(server.cli, "MODELS", model.parent)
        out = tmp_path / f"out{suffix}"
        command = ["generate", "--model", "model", "--seconds", "1.5", "--out", str(out)]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        if suffix != ".glb":
            clip = read_clip(out, Contract.load(model).skeleton)
            assert len(clip) == 45
            assert np.ptp(clip.rotations, axis=0).max() > 0

    def test_the_live_partner_refuses_it(self, model):
        refusal = re.compile(r"expected a model of the canonical skeleton.* got one of \d+ joints")
        with pytest.raises(ModelContractError, match=refusal):
            Partner(Engine.load(model), 0)
        shelf = ModelRegistry.from_folder(model.parent, "cpu", Faults())
        with pytest.raises(ModelContractError, match=refusal):
            shelf.engine("model")
