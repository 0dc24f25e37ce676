"""A recipe: everything that decides what `bhava train` makes, in one TOML file."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from motion.clip import Clip
from motion.errors import BhavaError


class Strict(BaseModel):
    """A section that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(Strict):
    """Which clips, under which labels, how often."""

    datasets: list[str]
    emotions: list[str]
    shares: dict[str, float]
    tokens: int = Field(ge=2)

    @model_validator(mode="after")
    def _emotions_come_first(self) -> "Data":
        labels = list(self.shares)
        if labels[: len(self.emotions)] != self.emotions:
            raise ValueError(f"expected shares to begin with {self.emotions}, got {labels}")
        return self

    @property
    def labels(self) -> list[str]:
        """All labels, the emotions first."""
        return list(self.shares)

    def label_of(self, clip: Clip) -> str | None:
        """Return the label under which a clip is learnt, or None where it is left out.

        Dance counts as dance whatever its style; else the emotion counts, else the style.
        """
        if clip.labels.get("dataset") not in self.datasets:
            return None
        if clip.labels.get("content", "").startswith("dance"):
            return "dance" if "dance" in self.shares else None
        label = clip.labels.get("emotion") or clip.labels.get("style")
        return label if label in self.shares else None


class Model(Strict):
    """Sizes of the network; see `training.transformer_mdn.Config`."""

    frames_per_token: int = Field(ge=2)
    context_tokens: int = Field(ge=2)
    latent: int = Field(ge=1)
    components: int = Field(ge=1)
    channels: int = Field(ge=8)
    layers: int = Field(ge=1)
    heads: int = Field(ge=1)


class Optimiser(Strict):
    """How the weights are found."""

    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    batch_size: int = Field(ge=1)
    warm_up_steps: int = Field(ge=0)
    own_sample_share: float = Field(ge=0, le=1)


class Recipe(Strict):
    """A whole recipe."""

    seed: int
    data: Data
    model: Model
    optimiser: Optimiser
    trainer: dict[str, Any]

    @staticmethod
    def load(path: Path) -> "Recipe":
        """Read and check a recipe.

        Raises:
            BhavaError: Naming the first thing that does not fit.
        """
        try:
            return Recipe.model_validate(tomllib.loads(path.read_text()))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise BhavaError(f"{path}: expected a recipe in TOML, got {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BhavaError(f"{path}: {where}: {first['msg']}") from error
