"""One step of a motion model through ONNX Runtime. Knows tensors, not people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from jaxtyping import Float

from motion.content import usual_content
from motion.errors import ModelContractError, SetupError
from motion.model.contract import GRAPH_FILE, Contract

Array = np.ndarray
States = dict[str, Array]
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True, eq=False)
class Conditions:
    """What steers a step, for a batch of B.

    Attributes:
        emotion: Weights, (B, E).
        energy: Mean joint speed to aim at, m/s, (B, 1).
        temperature: Unitless, in [0, 2], (B, 1).
        guidance: Unitless, 0 for none, (B, 1).
        text: A prompt, zeros for none, (B, T); None stands for zeros.
        content: Weights, (B, C); None stands for the usual content.
        other: Another dancer as it is seen, (B, K, W), for models that respond to one; see
            `motion.model.observed_dancer`. None if nobody is there.
    """

    emotion: Float[Array, "B E"]
    energy: Float[Array, "B 1"]
    temperature: Float[Array, "B 1"]
    guidance: Float[Array, "B 1"]
    text: Float[Array, "B T"] | None = None
    other: Float[Array, "B K W"] | None = None
    content: Float[Array, "B C"] | None = None

    @staticmethod
    def from_rows(
        rows: Float[Array, "B N"], contract: Contract, other: Float[Array, "B K W"] | None = None
    ) -> "Conditions":
        """Return conditions whose attributes but `other` lie side by side in one array."""
        ends = np.cumsum([len(contract.emotions), 1, 1, 1, contract.text_width])
        emotion, energy, temperature, guidance, text, content = np.split(rows, ends, 1)
        told = content if content.shape[1] else None
        return Conditions(emotion, energy, temperature, guidance, text, other, told)


@dataclass(frozen=True, eq=False)
class Noise:
    """The random numbers of a step, for a batch of B.

    Attributes:
        uniform: Uniform numbers in [0, 1), (B, 1).
        normal: Normal numbers of unit variance, (B, noise).
    """

    uniform: Float[Array, "B 1"]
    normal: Float[Array, "B N"]

    @staticmethod
    def draw(contract: Contract, rng: np.random.Generator, batch: int = 1) -> "Noise":
        """Draw what a model needs for a step."""
        normal = rng.standard_normal((batch, contract.noise), np.float32)
        return Noise(rng.random((batch, 1), np.float32), normal)

    @staticmethod
    def zeros(contract: Contract) -> "Noise":
        """Return zeros for a step whose frames are not wanted; draws nothing."""
        return Noise(np.zeros((1, 1), np.float32), np.zeros((1, contract.noise), np.float32))

    @staticmethod
    def stack(noises: Sequence["Noise"]) -> "Noise":
        """Return the noise of a batch of steps."""
        uniform = np.concatenate([noise.uniform for noise in noises])
        return Noise(uniform, np.concatenate([noise.normal for noise in noises]))


class Engine:
    """A loaded model."""

    def __init__(self, contract: Contract, session: onnxruntime.InferenceSession) -> None:
        self.contract = contract
        self._session = session
        self._outputs = list(contract.outputs)

    @staticmethod
    def load(folder: Path, device: Device = "cpu", contract: Contract | None = None) -> "Engine":
        """Load a model folder, one thread on a CPU.

        Args:
            folder: Graph and contract.
            device: What it runs on.
            contract: How the graph was played at another time, instead of the folder's contract.

        Raises:
            ModelContractError: If graph and contract differ or either cannot be read.
            SetupError: If a GPU is asked for and there is none.
        """
        contract = contract or Contract.load(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        provider = "CUDAExecutionProvider" if device == "cuda" else "CPUExecutionProvider"
        if provider not in onnxruntime.get_available_providers():
            raise SetupError(
                f"device: expected {device}, got an onnxruntime without it: install bhava[gpu]"
            )
        if device == "cuda":
            onnxruntime.preload_dlls()  # else CUDA and cuDNN that pip installed are not found
        path = folder / GRAPH_FILE
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=[provider])
        except Exception as error:  # onnxruntime's errors share no base class of their own
            raise ModelContractError(f"{path}: expected an ONNX graph, got {error}") from error
        if provider not in session.get_providers():
            raise SetupError(f"device: expected a working {device}, got {session.get_providers()}")
        _check(path, "input", contract.inputs, session.get_inputs())
        _check(path, "output", contract.outputs, session.get_outputs())
        return Engine(contract, session)

    def initial_states(self, batch: int = 1) -> States:
        """Return the states of a model before its first input."""
        return {s.name: np.zeros((batch, *s.shape), np.float32) for s in self.contract.states}

    def step(
        self,
        frames: Float[Array, "B K F"],
        conditions: Conditions,
        states: States,
        noise: Noise,
    ) -> tuple[Float[Array, "B K F"], States]:
        """Return the frames that follow the newest ones, and the states after it."""
        feed = {
            "frames": frames,
            "emotion": conditions.emotion,
            "energy": conditions.energy,
            "temperature": conditions.temperature,
            "guidance": conditions.guidance,
            "uniform": noise.uniform,
            "normal": noise.normal,
            **states,
        }
        if self.contract.contents:
            usual = np.tile(usual_content(self.contract.contents), (len(frames), 1))
            feed["content"] = usual if conditions.content is None else conditions.content
        if self.contract.text_width:
            none = np.zeros((len(frames), self.contract.text_width), np.float32)
            feed["text"] = none if conditions.text is None else conditions.text
        if self.contract.other:
            nobody = np.zeros((len(frames), *self.contract.inputs["other"]), np.float32)
            feed["other"] = nobody if conditions.other is None else conditions.other
        following, *after = self._session.run(self._outputs, feed)
        return following, dict(zip(states, after, strict=True))


def _check(
    path: Path, kind: str, promised: dict[str, tuple[int, ...]], nodes: list[onnxruntime.NodeArg]
) -> None:
    found = {node.name: tuple(node.shape[1:]) for node in nodes}
    for name, shape in promised.items():
        if name not in found:
            raise ModelContractError(f"{path}: expected {kind} {name!r}, got {sorted(found)}")
        if found[name] != shape:
            raise ModelContractError(
                f"{path}: {kind} {name!r}: expected shape {shape}, got {found[name]}"
            )
    for name in found:
        if name not in promised:
            raise ModelContractError(f"{path}: {kind} {name!r} is not in the contract")
