"""From a checkpoint to a model folder: graph, contract, and proof that they agree with torch."""

import warnings
from math import gcd, prod
from pathlib import Path

import numpy as np
import onnx
import torch

from motion.content import usual_content
from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE, GRAPH_FILE, Contract
from motion.model.engine import Conditions, Engine, Noise
from motion.skeleton import CANONICAL
from training.corpus.corpus import FPS
from training.fit.recipe import Recipe
from training.fit.train import Training, load_checkpoint
from training.models.network import REGISTER, ExportedStep

TOLERANCE = 2e-3
"""Largest difference of a feature between torch and ONNX after a few steps."""

IN_REGISTERS = {"Cos", "Exp", "Log", "Pow", "Sin", "Softplus"}
"""Functions that onnxruntime computes otherwise, some bits apart, where a register is not full."""


def export(checkpoint: Path, out: Path, *, licence: str) -> Contract:
    """Write graph and contract of a checkpoint and check the graph against torch.

    Args:
        checkpoint: A checkpoint of `training.fit.train`.
        out: The model's folder; its name becomes the model's.
        licence: Licence of the weights.

    Raises:
        BhavaError: If the checkpoint cannot be read or the graph computes something else.
    """
    module = load_checkpoint(checkpoint)
    step = step_of(module)
    contract = contract_of(module, step, out.name, licence)
    out.mkdir(parents=True, exist_ok=True)
    graph = _write_graph(step, contract, out / GRAPH_FILE)
    contract = contract.model_copy(update={"batch_multiple": batch_multiple(graph)})
    (out / CONTRACT_FILE).write_text(contract.model_dump_json(indent=2) + "\n")
    difference = largest_difference(step, Engine.load(out))
    if not difference < TOLERANCE:
        raise BhavaError(f"{out}: expected the graph within {TOLERANCE} of torch, got {difference}")
    return contract


def contract_of(module: Training, step: ExportedStep, name: str, licence: str) -> Contract:
    """Return what a trained network promises when it is exported under a name."""
    data, playing, config = module.recipe.data, module.recipe.playing, module.network.config
    layout = module.network.codec.layout
    usual = module.typical_energy.reshape(-1, len(data.emotions)).tolist()
    energies = tuple(tuple(round(e, 4) for e in row) for row in usual)
    return Contract(
        name=name,
        kind=config.kind,
        fps=FPS,
        frames_per_step=step.frames_per_step,
        context_frames=config.frames_per_token * config.context_tokens,
        joints=layout.skeleton.joints,
        skeleton=layout.skeleton,
        start=_start_of(module),
        features=layout.parts,
        emotions=tuple(data.emotions),
        energy_by_emotion=energies[0],
        contents=tuple(data.contents),
        energy_by_content=energies if data.contents else (),
        swell=playing.swell,
        swell_by_content=swell_by_content(module.recipe),
        accent=playing.accent,
        emphasis=playing.emphasis,
        noise=step.noise,
        text_width=step.text_width,
        text_encoder=module.recipe.text_encoder,
        energy_by_text=module.energy_by_text,
        states=step.states,
        other=module.network.OBSERVES_DANCER,
        temperature=playing.temperature,
        guidance=playing.guidance,
        licence=licence,
        corpus=", ".join(data.datasets) or "own recordings",
        quality=module.quality,
    )


def _start_of(module: Training) -> tuple[float, ...]:
    """Return the mean frame for a skeleton of its own: its pose at rest may be none it ever has."""
    codec = module.network.codec
    if codec.layout.skeleton is CANONICAL:
        return ()
    return tuple(round(value, 6) for value in codec.mean.tolist())


def step_of(module: Training) -> ExportedStep:
    """Return what is exported of a trained network."""
    recipe = module.recipe
    always = [recipe.playing.always.get(label, 0.0) for label in recipe.further_labels]
    factors = by_content_of(recipe)
    return module.network.exported(torch.tensor(always), module.typical_energy, factors).eval()


def swell_by_content(recipe: Recipe) -> tuple[tuple[float, float], ...]:
    """Return how much energy swells over a dance and within phrases, for each content."""
    playing = recipe.playing
    of = [playing.by_content.get(content, playing) for content in recipe.data.contents]
    return tuple((each.swell, each.phrasing) for each in of)


def by_content_of(recipe: Recipe) -> torch.Tensor:
    """Return factors of the temperature and of 1 + guidance for each content, (2, C)."""
    playing = recipe.playing
    of = [playing.by_content.get(content, playing) for content in recipe.data.contents]
    cooler = [each.temperature / max(playing.temperature, 1e-6) for each in of]
    stronger = [(1 + each.guidance) / (1 + playing.guidance) for each in of]
    return torch.tensor([cooler, stronger]).reshape(2, -1)


def _write_graph(step: ExportedStep, contract: Contract, path: Path) -> onnx.GraphProto:
    example = tuple(torch.zeros(2, *shape) for shape in contract.inputs.values())
    with warnings.catch_warnings():
        # `nn.LSTM` lists its weights a second time; tracing swaps that list and puts it back.
        warnings.filterwarnings("ignore", "The tensor attributes .* were assigned during export")
        program = torch.onnx.export(
            step,
            example,
            dynamo=True,
            input_names=list(contract.inputs),
            output_names=list(contract.outputs),
            dynamic_shapes=(tuple({0: torch.export.Dim.DYNAMIC} for _ in example),),
            verbose=False,
        )
    assert program is not None  # as it is only where asked to keep the graph in memory alone
    model = program.model_proto  # made anew at each reading
    graph = model.graph
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]  # PyTorch notes there on which lines of whose disk it was made
    onnx.save_model(model, path)
    return graph


def batch_multiple(graph: onnx.GraphProto) -> int:
    """Return of how many rows batches are to be multiples, so that no register is left in part.

    Args:
        graph: With the shapes of what its nodes give.
    """
    shapes = {value.name: value.type.tensor_type.shape.dim for value in graph.value_info}
    outputs = [node.output[0] for node in graph.node if node.op_type in IN_REGISTERS]
    widths = [prod(dim.dim_value or 1 for dim in shapes.get(name, [])) for name in outputs]
    return max((REGISTER // gcd(REGISTER, width) for width in widths), default=1)


def largest_difference(step: ExportedStep, engine: Engine, steps: int = 40) -> float:
    """Return how far, in raw features, engine and torch come apart while fed the same frames."""
    contract = engine.contract
    codec = step.network.codec
    rng = np.random.default_rng(0)
    one = np.ones((1, 1), np.float32)
    emotion = np.eye(len(contract.emotions), dtype=np.float32)[:1]
    text = 0.1 * rng.standard_normal((1, contract.text_width), np.float32)
    others = [shape for name, shape in contract.inputs.items() if name == "other"]
    seen = [rng.standard_normal((1, *shape), np.float32) for shape in others]
    energy = one * contract.energy_by_emotion[0]
    content = [usual_content(contract.contents)[None]] if contract.contents else []
    conditions = Conditions(emotion, energy, one, one, text, *seen)
    frames = codec.mean.expand(1, contract.frames_per_step, -1).numpy()
    states = engine.initial_states()
    torch_states = [torch.from_numpy(state) for state in states.values()]
    worst = 0.0
    for _ in range(steps):
        known = [frames, emotion, conditions.energy, one, one]
        noise = Noise.draw(contract, rng)
        further = [*content, *([text] if contract.text_width else []), *seen]
        drawn = [noise.uniform, noise.normal, *further]
        with torch.no_grad():
            expected, *torch_states = step(
                *(torch.from_numpy(a) for a in known + drawn), *torch_states
            )
        frames, states = engine.step(frames, conditions, states, noise)
        worst = max(worst, float(np.abs(frames - expected.numpy()).max()))
    return worst
