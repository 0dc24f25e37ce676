"""What a motion model promises: its contract, beside its graph in a folder of `models/`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)

from motion.errors import ModelContractError
from motion.features import Layout
from motion.model import observed_dancer
from motion.skeleton import CANONICAL, Skeleton

CONTRACT_FILE = "contract.json"
GRAPH_FILE = "model.onnx"


class State(BaseModel):
    """A tensor that the caller hands from one step to the next, zeros at first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    shape: tuple[int, ...]
    """Without the leading batch axis."""


def _read_skeleton(value: object) -> Skeleton:
    if isinstance(value, Skeleton):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"expected a skeleton, got {type(value).__name__}")
    return Skeleton.from_dict(value)


WrittenSkeleton = Annotated[
    Skeleton,
    PlainValidator(_read_skeleton),
    PlainSerializer(Skeleton.to_dict),
    WithJsonSchema({"type": "object"}),
]
"""A skeleton as JSON has it."""


class Contract(BaseModel):
    """What stands in `contract.json`.

    The graph takes, for a batch of B: `frames` (B, frames_per_step, F), the newest frames;
    `emotion` (B, E), weights; `energy` (B, 1), mean joint speed in m/s; `temperature` and
    `guidance` (B, 1); `uniform` (B, 1) and `normal` (B, noise), random numbers; `content` (B, C),
    weights, where the model has contents; `text`
    (B, text_width), if the model takes text: the tokens of a prompt and at last its usual energy,
    m/s, zeros for none; `other` (B, frames_per_step, W) where it responds to another dancer, see
    `motion.model.observed_dancer`; and every state. It gives `frames`, those that follow, and every
    state under `next_` and its name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    name: str
    kind: str
    fps: float = Field(gt=0)
    frames_per_step: int = Field(ge=1)
    context_frames: int = Field(ge=1)
    joints: tuple[str, ...]
    skeleton: WrittenSkeleton = CANONICAL
    """Skeleton of all frames; the canonical one where none is written."""
    start: tuple[float, ...] = ()
    """A usual frame, to begin from without a context; the canonical skeleton stands."""
    features: tuple[tuple[str, int], ...]
    emotions: tuple[str, ...] = Field(min_length=1)
    energy_by_emotion: tuple[float, ...]
    """Mean joint speed of real motion, m/s, by emotion: what energy 1 stands for."""
    contents: tuple[str, ...] = ()
    """What can be danced or done, apart from the emotion, the usual one first; none where the model
    does not tell them apart."""
    energy_by_content: tuple[tuple[float, ...], ...] = ()
    """Likewise by content and emotion; that of the usual one is `energy_by_emotion`."""
    swell: float = Field(default=0.0, ge=0, le=0.5)
    """By how much energy rises and falls over a dance, as a share; 0 for evenly."""
    swell_by_content: tuple[tuple[float, float], ...] = ()
    """By content, by how much it does so over a dance and within phrases; none where `swell` holds
    for all."""
    accent: tuple[float, float] = (1.5, 5.0)
    """Radians per second of a joint up to which it is smoothed in full, and from which on not at
    all: eyes see a limb at rest tremble, and miss the accent of a fast one that is smoothed."""
    emphasis: float = Field(default=0.0, ge=0, le=2)
    """By how much a new emotion is exaggerated at first, as a share of its guidance; 0 for not."""
    noise: int = Field(ge=0)
    text_width: int = Field(default=0, ge=0)
    """Numbers in a prompt: its tokens and its usual energy; 0 for a model that takes no text."""
    text_encoder: str = ""
    """Name of the encoder that makes them, one of `motion.model.text.ENCODERS`."""
    energy_by_text: dict[str, float] = {}
    """Texts that the model learnt from, the commonest first: the mean joint speed of each, m/s."""
    states: tuple[State, ...]
    batch_multiple: int = Field(default=4, ge=1)
    """Batches are filled up to a multiple of it; then a row comes out the same to the bit whatever
    else is in the batch."""
    other: bool = False
    """Whether it responds to another dancer."""
    temperature: float = Field(ge=0, le=2)
    guidance: float = Field(ge=0)
    licence: str
    corpus: str
    quality: dict[str, float] = {}

    @property
    def layout(self) -> Layout:
        """How the frames are laid out."""
        return Layout(self.skeleton)

    def require_canonical(self) -> None:
        """Refuse a model whose figure cannot be a live partner.

        Raises:
            ModelContractError: If its skeleton is not the canonical one.
        """
        if self.skeleton is not CANONICAL:
            raise ModelContractError(
                f"{self.name}: expected a model of the canonical skeleton, which the live partner "
                f"has, got one of {len(self.joints)} joints of its own: bhava generate plays it"
            )

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the graph's inputs by name, without the batch axis."""
        one = dict.fromkeys(("energy", "temperature", "guidance", "uniform"), (1,))
        return {
            "frames": (self.frames_per_step, self.layout.width),
            "emotion": (len(self.emotions),),
            **one,
            "normal": (self.noise,),
            **({"content": (len(self.contents),)} if self.contents else {}),
            **({"text": (self.text_width,)} if self.text_width else {}),
            **({"other": (self.frames_per_step, observed_dancer.WIDTH)} if self.other else {}),
            **{state.name: state.shape for state in self.states},
        }

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the graph's outputs by name, without the batch axis."""
        states = {f"next_{state.name}": state.shape for state in self.states}
        return {"next_frames": (self.frames_per_step, self.layout.width), **states}

    @staticmethod
    def load(folder: Path) -> "Contract":
        """Read the contract of a model folder and check it against this program.

        Raises:
            ModelContractError: If it is absent or damaged, or its features are not its skeleton's.
        """
        path = folder / CONTRACT_FILE
        try:
            contract = Contract.model_validate_json(path.read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise ModelContractError(f"{path}: expected a model's contract, got {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ModelContractError(f"{path}: {where}: {first['msg']}") from error
        _require(path, "joints", contract.skeleton.joints, contract.joints)
        _require(path, "features", contract.layout.parts, contract.features)
        usual = 0 if contract.skeleton is CANONICAL else contract.layout.width
        _require(path, "length of start", usual, len(contract.start))
        _require(
            path, "number of energies", len(contract.emotions), len(contract.energy_by_emotion)
        )
        energies = [len(contract.emotions)] * len(contract.contents)
        got = [len(row) for row in contract.energy_by_content]
        _require(path, "numbers of energies by content", energies, got)
        swells = len(contract.swell_by_content)
        _require(path, "number of swells", len(contract.contents) if swells else 0, swells)
        usual_row = contract.energy_by_content[:1] or (contract.energy_by_emotion,)
        _require(path, "energies of the usual content", usual_row[0], contract.energy_by_emotion)
        return contract


def _require(path: Path, what: str, expected: object, got: object) -> None:
    if expected != got:
        raise ModelContractError(f"{path}: {what}: expected {expected}, got {got}")
