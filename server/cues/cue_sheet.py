"""What is prepared for a show: cues in their order, and presets at hand."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_serializer, model_validator

from server.wire.messages import Set


class Cue(BaseModel):
    """A change of the controls under a name.

    Attributes:
        id: Tells it from all others of its sheet, whatever their order.
        name: For people.
        set: What changes, and how long the fade takes.
        at: Timecode at which it goes by itself, seconds since midnight; None where it waits to be
            let go.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    set: Set
    at: Annotated[float, Field(ge=0, lt=86400)] | None = None

    @field_serializer("set")
    def _what_is_named(self, wish: Set) -> dict[str, Any]:
        return wish.model_dump(exclude_unset=True, exclude={"type"})


class CueSheet(BaseModel):
    """All that is prepared for the show of a stage.

    Attributes:
        cues: In the order of the show.
        presets: To be used at any time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cues: Annotated[list[Cue], Field(max_length=500)] = []
    presets: Annotated[list[Cue], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _told_apart(self) -> "CueSheet":
        ids = [cue.id for cue in (*self.cues, *self.presets)]
        if len(set(ids)) < len(ids):
            raise ValueError("expected a unique id for each cue, got one twice")
        return self


def merged(cues: Sequence[Cue]) -> Set:
    """Return one change that does what some cues do one after the other, in the last one's fade.

    Args:
        cues: At least one.
    """
    changes = {name: value for cue in cues for name, value in cue.set.changes.items()}
    return Set.model_validate({**changes, "fade": cues[-1].set.fade})
