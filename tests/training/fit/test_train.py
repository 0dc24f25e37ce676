import shutil

import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import Callback
from typer.testing import CliRunner

import training.fit.train
from motion.errors import BhavaError
from tests.training.tiny import QUIET, TINY, clips
from training.cli import app
from training.fit.recipe import Recipe
from training.fit.train import Training, learning_rate_at, load_checkpoint, train, trainer_of
from training.fit.windows import Windows
from training.models.scheduled_sampling import recovery

pytestmark = QUIET


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return train(TINY, clips(), clips(), folder, resume=False)


def steps(recipe: Recipe, count: int, **settings: object) -> Recipe:
    trainer = {**recipe.trainer, "max_steps": count, **settings}
    return recipe.model_copy(update={"trainer": trainer})


def scalars(folder, tag: str) -> dict[int, float]:
    """What TensorBoard shows of a run, by step."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = {}
    for file in sorted(folder.glob("events.out.tfevents.*")):
        events = EventAccumulator(str(file)).Reload()
        found |= {event.step: event.value for event in events.Scalars(tag)}
    return found


def test_training_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    states, stop_at = [], 3
    learn = Training.training_step

    def stopped(self, batch):
        if self.global_step == stop_at:
            weights = {name: weight.clone() for name, weight in self.named_parameters()}
            states.append((weights, self.trainer.optimizers[0].param_groups[0]["lr"]))
            if len(states) == 1:
                raise KeyboardInterrupt
        return learn(self, batch)

    recipe = steps(TINY, 8, val_check_interval=4)
    monkeypatch.setattr(Training, "training_step", stopped)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, clips(), clips(), tmp_path, resume=False)
    assert torch.load(tmp_path / "last.ckpt", weights_only=False)["global_step"] == stop_at
    last = torch.load(train(recipe, clips(), clips(), tmp_path, resume=True), weights_only=False)
    (left, rate), (taken_up, rate_taken_up) = states
    assert all(torch.equal(weight, taken_up[name]) for name, weight in left.items())
    assert rate == rate_taken_up == pytest.approx(1e-3 * learning_rate_at(stop_at, 2, 8))
    assert last["global_step"] == last["lr_schedulers"][0]["last_epoch"] == 8
    assert np.isfinite(list(scalars(tmp_path, "train/loss").values())).all()
    assert len(scalars(tmp_path, "train/loss")) == 8


def test_the_same_seed_gives_the_same_weights(checkpoint, tmp_path):
    again = train(TINY, clips(), clips(), tmp_path / "same", resume=False)
    other = TINY.model_copy(update={"seed": 2})
    other = train(other, clips(), clips(), tmp_path / "other", resume=False)
    first, same, unlike = (load_checkpoint(c).state_dict() for c in (checkpoint, again, other))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["network.head.weight"], unlike["network.head.weight"])


def test_the_log_can_be_read_by_tensorboard(checkpoint):
    assert sorted(scalars(checkpoint.parent, "val/loss")) == [1, 3]


class Record(Callback):
    """Writes what every process saw and what it came to."""

    def __init__(self, folder):
        self.folder = folder
        self.seen, self.losses = [], []

    def on_train_batch_end(self, _trainer, _module, outputs, batch, _index):
        self.seen.append(batch.frames)
        self.losses.append(outputs["loss"].detach())

    def on_train_end(self, trainer, module):
        weights = {name: weight.detach() for name, weight in module.network.named_parameters()}
        content = {"weights": weights, "seen": self.seen, "losses": self.losses}
        torch.save(content, self.folder / f"{trainer.global_rank}.pt")


def test_two_processes_learn_one_network_from_different_windows(tmp_path):
    settings = {"strategy": "ddp_spawn", "devices": 2, "num_sanity_val_steps": 0}
    recipe = steps(TINY, 2, **settings)
    windows = Windows(recipe, clips(), clips())
    module = Training(recipe.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    before = {name: weight.clone() for name, weight in module.network.named_parameters()}
    trainer = trainer_of(recipe, tmp_path)
    trainer.callbacks.append(Record(tmp_path))
    trainer.fit(module, datamodule=windows)
    one, two = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert all(torch.equal(weight, two["weights"][name]) for name, weight in one["weights"].items())
    assert not torch.equal(one["weights"]["head.weight"], before["head.weight"])
    assert len(one["seen"]) == len(two["seen"]) == 2
    assert not torch.equal(one["seen"][0], two["seen"][0])
    assert torch.isfinite(torch.stack(one["losses"] + two["losses"])).all()


def test_a_finished_training_is_not_overwritten(checkpoint):
    with pytest.raises(BhavaError, match=r"expected no training yet, got last\.ckpt"):
        train(TINY, clips(), clips(), checkpoint.parent, resume=False)


def test_another_network_is_not_gone_on_with(checkpoint):
    model = TINY.model.model_copy(update={"layers": 3})
    other = TINY.model_copy(update={"model": model})
    with pytest.raises(BhavaError, match=r"model\.layers: expected 3, as the recipe says, got 2"):
        train(other, clips(), clips(), checkpoint.parent, resume=True)


def test_a_damaged_checkpoint_is_not_gone_on_with(checkpoint, tmp_path):
    shutil.copy(checkpoint, tmp_path)
    (tmp_path / "last.ckpt").write_bytes(b"no checkpoint")
    with pytest.raises(BhavaError, match=r"last\.ckpt: expected a checkpoint of bhava train"):
        train(TINY, clips(), clips(), tmp_path, resume=True)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BhavaError, match=r"expected a folder to write to, got .*Not a directory"):
        train(TINY, clips(), clips(), tmp_path / "file" / "run", resume=False)


@pytest.mark.parametrize(
    "settings", [{"flavour": "sweet"}, {"accelerator": "abacus"}, {"precision": "0-bit"}]
)
def test_settings_that_lightning_does_not_know_are_refused(tmp_path, settings):
    with pytest.raises(BhavaError, match=r"trainer: expected settings of lightning\.Trainer"):
        trainer_of(steps(TINY, 2, **settings), tmp_path)


def test_ctrl_c_leaves_one_line_and_the_usual_exit_code(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.fit.train, "train", interrupted)
    monkeypatch.setattr("training.corpus.corpus.load_corpus", lambda _: clips())
    recipe = "training/recipes/default.toml"
    result = CliRunner().invoke(app, ["train", recipe, "--out", str(tmp_path / "run")])
    assert result.exit_code == 130
    assert result.stderr.splitlines() == [
        f"bhava: stopped; --resume continues from {tmp_path / 'run'}"
    ]


def test_motion_that_strayed_comes_back_without_a_jump():
    deviation = torch.zeros(1, 20, 4, 1)
    deviation[0, 5, :, 0] = torch.tensor([0.1, 0.3, 0.6, 1.0])
    path = torch.cat([deviation, torch.zeros(1, 1, 4, 1)], 1) + recovery(deviation)
    path = path.flatten()
    assert torch.all(path[:20] == 0)
    steps = path.diff().diff()[22:]
    assert steps.abs().max() < 0.4, "it turns back as a spring does"
    assert path[-8:].abs().max() < 0.05


def test_the_learning_rate_rises_and_falls():
    rates = [learning_rate_at(step, 10, 100) for step in range(120)]
    assert rates[9] == 1
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:]) <= 0)
    assert rates[-1] == pytest.approx(0.01)
