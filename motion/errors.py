"""Every error that a user can meet, in one tree.

BhavaError
├── MotionFileError      a motion file that cannot be read or does not fit
├── ModelContractError   a model whose graph and contract differ, or that is absent
├── ConditionError       emotion weights, energy or temperature out of range
├── TakeError            a take that cannot be read, written or computed again
├── CueError             a cue list that cannot be read or written, or a cue that is not in it
├── SourceError          a camera, video or landmark source that fails
├── StageError           a stage that cannot be made
│   └── HouseFullError   a stage for which the server has no room
├── BrokerError          a NATS server that is not there or does not answer
└── SetupError           the machine lacks what was asked for (port, GPU, extra)
"""


class BhavaError(Exception):
    """Base of all errors that are shown to a user as one line."""


class MotionFileError(BhavaError):
    """A motion file that cannot be read, or whose skeleton does not fit."""


class ModelContractError(BhavaError):
    """A model folder whose graph and contract differ, or that is absent."""


class ConditionError(BhavaError, ValueError):
    """A control value (emotion weights, energy, temperature) out of range."""


class TakeError(BhavaError):
    """A take that cannot be read, written or computed again."""


class CueError(BhavaError):
    """A cue list that cannot be read or written, or a cue that is not in it."""


class SourceError(BhavaError):
    """A source of landmarks that cannot be opened or has failed."""


class StageError(BhavaError):
    """A stage cannot be made."""


class HouseFullError(StageError):
    """The server has no room for a further stage."""


class BrokerError(BhavaError):
    """A NATS server is not there, refuses, or nobody answers over it."""


class SetupError(BhavaError):
    """The machine lacks something that was asked for."""
