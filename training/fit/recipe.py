"""A recipe: everything that decides what `bhava train` makes, in one TOML file."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, NonNegativeFloat, PositiveFloat, ValidationError, model_validator

from motion.clip import Clip
from motion.errors import BhavaError
from training.corpus.contents import CONTENTS, content_of, emotion_of
from training.models.kinds import KINDS, Config
from training.models.network import Optimiser, Strict

UNLABELLED = "unlabelled"
"""Pool of clips without emotion and style, where a recipe has it: they teach by their text."""


Probability = Annotated[float, Field(ge=0, le=1)]
Swell = Annotated[float, Field(ge=0, le=1)]


class Dropout(Strict):
    """How probably a window hides something, so that the model learns to do without.

    Attributes:
        labels: Probability for a segment's emotion, and apart from it for its other labels.
        contents: Probability for a segment's content.
        energy: Probability for a segment's energy.
        context: Probability for a stretch of tokens to hide all but the newest from them, so that
            labels say more than habit.
        text: Probability for a segment's text, where it has one.
        other: Probability for the other dancer of a segment.
        origin: Probability for the origin of a segment, where it has one.
    """

    labels: Probability = 0.12
    contents: Probability = 0.1
    energy: Probability = 0.15
    context: Probability = 0.5
    text: Probability = 0.15
    other: Probability = 0.1
    origin: Probability = 0.15


class Data(Strict):
    """Which clips, under which labels, how often.

    Attributes:
        datasets: Names of the data sets to learn from; all if empty.
        emotions: Labels that the model offers.
        contents: What can be danced or done beside them, as `training.corpus.contents` tells, the
            usual one first; a pool "happy walk" is of one emotion and one content. None for models
            that do not tell them apart.
        shares: How often each pool of clips is drawn. A pool's name is its labels, with spaces
            between them.
        tokens: In a window.
        choreographed_minutes: Minutes of dance from `motion.choreography` in every emotion, beside
            the corpus: data set `choreography`.
        coloured: How often each dance of the corpus is carried into every emotion beside it: data
            set `coloured`.
        duet_minutes: Minutes of duets from `motion.choreography`, beside the corpus: data
            set `duets`.
        beside: How probably a segment is of somebody who dances beside another, in pools that have
            any; None for as often as they come.
        dropout: What windows hide.
        slowest: Heads and tails of clips whose mean joint speed is below it are cut, m/s; 0 for
            none.
        fewest: Clips of an action, as their label `content` names it, below which it is left out.
    """

    datasets: list[str] = Field(default_factory=list)
    emotions: list[str] = Field(min_length=1)
    contents: list[str] = Field(default_factory=list)
    shares: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]
    tokens: int = Field(ge=2)
    choreographed_minutes: float = Field(default=0.0, ge=0)
    coloured: int = Field(default=0, ge=0)
    duet_minutes: float = Field(default=0.0, ge=0)
    beside: Probability | None = None
    dropout: Dropout = Dropout()
    slowest: float = Field(default=0.0, ge=0)
    fewest: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _emotions_and_contents_have_pools(self) -> "Data":
        pools = self._words if self.contents else list(self.shares)
        for what, labels in {"emotion": self.emotions, "content": self.contents}.items():
            missing = [label for label in labels if label not in pools]
            if missing:
                raise ValueError(f"expected a share for every {what}, got none for {missing}")
            if len(set(labels)) < len(labels):
                raise ValueError(f"expected every {what} once, got {labels}")
        unknown = [content for content in self.contents if content not in CONTENTS]
        if unknown:
            raise ValueError(f"expected contents of {list(CONTENTS)}, got {unknown}")
        return self

    @property
    def _words(self) -> list[str]:
        """All labels that pools have."""
        pools = [pool for pool in self.shares if pool != UNLABELLED]
        return [label for pool in pools for label in pool.split()]

    @property
    def labels(self) -> list[str]:
        """All labels: the emotions, the contents, then others."""
        return list(dict.fromkeys([*self.emotions, *self.contents, *self._words]))

    def pool_of(self, clip: Clip) -> str | None:
        """Return the pool to which a clip belongs, or None where it is left out.

        Where the model has contents, that of its emotion and content, else of its content alone.
        Otherwise dance is dance, whatever its emotion or style; else the emotion counts, else the
        style. Of which nothing is known is `UNLABELLED`.
        """
        known = clip.labels
        if self.datasets and known.get("dataset") not in self.datasets:
            return None
        if self.contents:
            content = content_of(known)
            named = (f"{emotion_of(known)} {content}", content or UNLABELLED)
            return next((pool for pool in named if pool in self.shares), None)
        pool = known.get("emotion") or known.get("style") or UNLABELLED
        if known.get("content", "").startswith("dance"):
            pool = "dance"
        return pool if pool in self.shares else None


class ContentPlaying(Strict):
    """How a partner plays one content, where that is unlike the others; see `Playing`."""

    temperature: float = Field(ge=0, le=2)
    guidance: float = Field(ge=0)
    swell: Swell = 0.0
    phrasing: Swell = 0.0


class Playing(Strict):
    """How a partner plays the model if nobody says otherwise; part of what is exported.

    Attributes:
        temperature: Divides the logits of the mixture and multiplies its variances.
        guidance: By how much the emotion is exaggerated; 0 for none.
        always: Weights of labels that are neither emotions nor contents and always hold.
        by_content: What contents have instead of this temperature, guidance, swell and phrasing.
        swell: By how much energy rises and falls over a dance, as a share; 0 for evenly.
        phrasing: The same within phrases, of models with contents.
        accent: Radians per second of a joint up to which it is smoothed in full, and from which on
            not at all.
        emphasis: By how much a new emotion is exaggerated at first, as a share; 0 for not.
    """

    temperature: float = Field(default=1.0, ge=0, le=2)
    guidance: float = Field(default=0.0, ge=0)
    always: dict[str, float] = Field(default_factory=dict)
    by_content: dict[str, ContentPlaying] = Field(default_factory=dict)
    swell: Swell = 0.0
    phrasing: Swell = 0.0
    accent: tuple[NonNegativeFloat, PositiveFloat] = (1.5, 5.0)
    emphasis: float = Field(default=0.0, ge=0, le=2)


class Recipe(Strict):
    """A whole recipe."""

    seed: int
    data: Data
    playing: Playing = Playing()
    model: Config
    optimiser: Optimiser
    trainer: dict[str, Any]

    @model_validator(mode="after")
    def _labels_of_playing_are_known(self) -> "Recipe":
        known = self.further_labels
        unknown = [label for label in self.playing.always if label not in known]
        if unknown:
            raise ValueError(f"expected always to name some of {known}, got {unknown}")
        lacking = [name for name in self.playing.by_content if name not in self.data.contents]
        if lacking:
            contents = self.data.contents
            raise ValueError(f"expected by_content to name some of {contents}, got {lacking}")
        return self

    @property
    def further_labels(self) -> list[str]:
        """The labels that are neither emotions nor contents."""
        return self.data.labels[len(self.data.emotions) + len(self.data.contents) :]

    @model_validator(mode="after")
    def _kind_heeds_contents(self) -> "Recipe":
        kind, contents = self.model.kind, self.data.contents
        if contents and not KINDS[kind].HEEDS_CONTENT:
            raise ValueError(f"expected no data.contents for {kind}, got {contents}")
        return self

    @model_validator(mode="after")
    def _kind_observes_who_is_beside(self) -> "Recipe":
        kind, beside = self.model.kind, self.data.beside
        if beside is not None and not KINDS[kind].OBSERVES_DANCER:
            raise ValueError(f"expected no data.beside for {kind}, got {beside:g}")
        return self

    @model_validator(mode="after")
    def _disturbance_is_the_kinds(self) -> "Recipe":
        known = KINDS[self.model.kind].DISTURBANCE
        for name in ("own_sample_share", "input_noise"):
            if name != known and getattr(self.optimiser, name):
                raise ValueError(f"expected {known} for {self.model.kind}, got {name}")
        return self

    @property
    def text_encoder(self) -> str:
        """Name of the encoder of texts; empty for kinds that take none."""
        return str(getattr(self.model, "text_encoder", ""))

    @property
    def origins(self) -> int:
        """How many dances of the corpus the model tells apart; 0 for kinds that tell none."""
        return int(getattr(self.model, "origins", 0))

    @model_validator(mode="after")
    def _origins_are_of_a_content(self) -> "Recipe":
        if self.origins and not self.data.contents:
            raise ValueError(f"expected data.contents with model.origins {self.origins}, got none")
        return self

    @property
    def disturbance(self) -> float:
        """How much the network's inputs are disturbed in training, as its kind understands it."""
        return float(getattr(self.optimiser, KINDS[self.model.kind].DISTURBANCE))

    @staticmethod
    def load(path: Path, changes: Sequence[str] = ()) -> "Recipe":
        """Read and check a recipe.

        Args:
            path: A TOML file.
            changes: Settings that replace the file's, such as `trainer.max_steps = 600`.

        Raises:
            BhavaError: Naming the first thing that does not fit.
        """
        try:
            recipe = tomllib.loads(path.read_text())
            for change in changes:
                recipe = _changed(recipe, tomllib.loads(change))
            return Recipe.model_validate(recipe)
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise BhavaError(f"{path}: expected a recipe in TOML, got {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BhavaError(f"{path}: {where}: {first['msg']}") from error


def _changed(table: dict[str, Any], by: dict[str, Any]) -> dict[str, Any]:
    """Return a table with some of its settings replaced, at any depth."""
    replaced = {
        key: _changed(table[key], value)
        if isinstance(value, dict) and isinstance(table.get(key), dict)
        else value
        for key, value in by.items()
    }
    return table | replaced
