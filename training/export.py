"""From a checkpoint to a model folder: graph, contract, and proof that they agree with torch."""

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from motion import features
from motion.contract import CONTRACT_FILE, GRAPH_FILE, Contract, State
from motion.engine import Conditions, Engine
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from training.dataset import FPS
from training.train import Training
from training.transformer_mdn import TransformerMDN

KIND = "transformer-mdn"
TEMPERATURE = 0.7
GUIDANCE = 3.0
TOLERANCE = 2e-3
"""Largest difference of a feature between torch and ONNX after a few steps."""


class Step(nn.Module):
    """One step as the contract has it: raw frames in, raw frames out, guidance in one batch.

    Caches carry a second axis of two: with the emotion, and without.
    """

    def __init__(self, network: TransformerMDN, emotions: int) -> None:
        super().__init__()
        self.network = network
        self.further_labels = network.config.labels - emotions

    def forward(
        self,
        frames: Tensor,
        emotion: Tensor,
        energy: Tensor,
        temperature: Tensor,
        guidance: Tensor,
        uniform: Tensor,
        normal: Tensor,
        keys: Tensor,
        values: Tensor,
        filled: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the next frames and the next states; shapes as in the contract."""
        network = self.network
        filled = (filled + 1).clamp(max=network.config.context_tokens)
        normalised = network.codec.normalise(frames)
        emotion = nn.functional.pad(emotion, (0, self.further_labels))
        both = network.conditioned(
            torch.stack([emotion, torch.zeros_like(emotion)], 1),
            energy.unsqueeze(1).expand(-1, 2, -1),
        )
        mixture, keys_after, values_after = network.step(
            normalised.unsqueeze(1).expand(-1, 2, -1, -1).flatten(0, 1),
            both.flatten(0, 1),
            keys.flatten(0, 1),
            values.flatten(0, 1),
            filled.expand(-1, 2).flatten(),
        )
        with_emotion, without = (
            type(mixture)(*(part.unflatten(0, (-1, 2))[:, i] for part in mixture)) for i in (0, 1)
        )
        latent = with_emotion.guided(without, guidance).sample(temperature, uniform, normal)
        following = network.codec.decode(normalised[:, -2:], latent)
        return (
            network.codec.denormalise(following),
            keys_after.unflatten(0, (-1, 2)),
            values_after.unflatten(0, (-1, 2)),
            filled,
        )


def export(checkpoint: Path, out: Path, *, licence: str) -> Contract:
    """Write graph and contract of a checkpoint and check the graph against torch.

    Args:
        checkpoint: Of `training.train`.
        out: The model's folder; its name becomes the model's.
        licence: Of the weights.

    Raises:
        BhavaError: If the checkpoint cannot be read or the graph computes something else.
    """
    module = load_checkpoint(checkpoint)
    data, network = module.recipe.data, module.network.eval()
    config = network.config
    cache = (2, config.layers, config.heads, config.context_tokens, config.channels // config.heads)
    contract = Contract(
        name=out.name,
        kind=KIND,
        fps=FPS,
        frames_per_step=config.frames_per_token,
        context_frames=config.frames_per_token * config.context_tokens,
        joints=CANONICAL.joints,
        features=features.LAYOUT,
        emotions=tuple(data.emotions),
        energy_by_emotion=tuple(round(e, 4) for e in module.typical_energy.tolist())[
            : len(data.emotions)
        ],
        noise=config.latent,
        states=(
            State(name="keys", shape=cache),
            State(name="values", shape=cache),
            State(name="filled", shape=(1,)),
        ),
        temperature=TEMPERATURE,
        guidance=GUIDANCE,
        licence=licence,
        corpus=", ".join(data.datasets),
    )
    out.mkdir(parents=True, exist_ok=True)
    step = Step(network, len(data.emotions)).eval()
    _write_graph(step, contract, out / GRAPH_FILE)
    (out / CONTRACT_FILE).write_text(contract.model_dump_json(indent=2) + "\n")
    difference = largest_difference(step, Engine.load(out))
    if not difference < TOLERANCE:
        raise BhavaError(f"{out}: expected the graph within {TOLERANCE} of torch, got {difference}")
    return contract


def load_checkpoint(path: Path) -> Training:
    """Read a checkpoint of `training.train`, averaged weights and all.

    Raises:
        BhavaError: If it is absent, damaged or of another shape.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        module = Training(**checkpoint["hyper_parameters"])
        module.load_state_dict(checkpoint["state_dict"])
    except Exception as error:  # torch raises half a dozen kinds here
        first_line = str(error).splitlines()[0]
        raise BhavaError(
            f"{path}: expected a checkpoint of bhava train, got {first_line}"
        ) from error
    return module


def _write_graph(step: Step, contract: Contract, path: Path) -> None:
    example = tuple(torch.zeros(2, *shape) for shape in contract.inputs.values())
    program = torch.onnx.export(
        step,
        example,
        dynamo=True,
        input_names=list(contract.inputs),
        output_names=list(contract.outputs),
        dynamic_shapes=tuple({0: torch.export.Dim.DYNAMIC} for _ in example),
        verbose=False,
    )
    assert program is not None  # as it is only where asked to keep the graph in memory alone
    onnx.save_model(program.model_proto, path)


def largest_difference(step: Step, engine: Engine, steps: int = 40) -> float:
    """Return how far, in raw features, engine and torch come apart while fed the same frames."""
    contract = engine.contract
    codec = step.network.codec
    noise, rng = np.random.default_rng(0), np.random.default_rng(0)
    one = np.ones((1, 1), np.float32)
    emotion = np.eye(len(contract.emotions), dtype=np.float32)[:1]
    conditions = Conditions(emotion, one * contract.energy_by_emotion[0], one, one)
    frames = codec.mean.expand(1, contract.frames_per_step, -1).numpy()
    states = engine.initial_states()
    torch_states = [torch.from_numpy(state) for state in states.values()]
    worst = 0.0
    for _ in range(steps):
        known = [frames, emotion, conditions.energy, one, one]
        drawn = [noise.random((1, 1), np.float32)]
        drawn.append(noise.standard_normal((1, contract.noise), np.float32))
        with torch.no_grad():
            expected, *torch_states = step(
                *(torch.from_numpy(a) for a in known + drawn), *torch_states
            )
        frames, states = engine.step(frames, conditions, states, rng)
        worst = max(worst, float(np.abs(frames - expected.numpy()).max()))
    return worst
