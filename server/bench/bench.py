"""How fast the parts of one frame are on this machine, each against what it stands beside."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion.clip import Clip, Pose
from motion.draw.render import write_video
from motion.emotion import weights_of
from motion.model.contract import GRAPH_FILE
from motion.model.engine import Engine
from motion.partner.partner import Partner
from motion.partner.partner_batch import PartnerBatch
from motion.skeleton import CANONICAL
from server.bench.row import Row
from server.capture.demo import DemoSource
from server.capture.landmarks import Sighting
from server.capture.retarget import Retargeter
from server.capture.sources import SourceSpec
from server.interaction.dance import Dance, Opening
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerPool
from server.stages.open_source import open_source
from server.stages.scheduler import FRAME_RATE
from server.telemetry.faults import Faults
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, Figure, FrameMessage, encode_frame

Array = np.ndarray

WARM_UP = 2 * FRAME_RATE
"""Frames before the first that counts."""

FRAMES = 10 * FRAME_RATE
"""Frames that count."""

SEED = 1
"""Of partners; as of stages, whose partners think between frames."""

VIDEOS = 5
"""Videos that are written."""

STAGES = 32
"""Partners that one core is to keep dancing."""


def frame_rows(engine: Engine, folder: Path, video: Path | None) -> Iterator[Row]:
    """Yield the rows of what happens for each frame, measured in this process.

    Args:
        engine: The model, on one thread.
        folder: Where it was loaded from.
        video: Shows a person, for landmarks as a camera gives them; None takes the demo performer.
    """
    seen = _video_landmarks(video) if video else _demo_landmarks()
    note = f"landmarks of {video.name if video else 'the demo performer'}"
    yield Row.from_values("retarget", "ms", _retarget_times(seen), aim=1.0, note=note)
    yield Row.from_values(
        "landmarks to encoded frame", "ms", _frame_times(engine, seen), aim=10, note=note
    )
    encoded, dumped = _encode_times()
    note = "peer: json.dumps of the same numbers"
    yield Row.from_values("encode a frame", "ms", encoded, peer=dumped, note=note)
    frames, steps, bare = _partner_times(engine, folder)
    note = f"thought of after the one before; context {engine.contract.context_frames} frames"
    yield Row.from_values("partner, a frame", "ms", frames, aim=2.5, note=note)
    note = f"{engine.contract.frames_per_step} frames, all; peer: the bare call of onnxruntime"
    yield Row.from_values("partner, a step of the model", "ms", steps, peer=bare, note=note)
    ticks, bare = _batch_times(engine, folder)
    note = "peer: the bare call of onnxruntime for those of them who think in a frame"
    yield Row.from_values(
        f"company of {STAGES}, a frame", "ms", ticks, peer=bare, most=1.3, note=note
    )
    note = "processor time; 640 pixels square, drawn and encoded"
    yield Row.from_values("a frame of video", "ms", _video_times(engine), aim=10, note=note)


def _video_times(engine: Engine) -> Float[Array, "N"]:
    """Return the processor time of a frame of a video, some videos, milliseconds."""
    partner, emotion = Partner(engine, seed=0), _first_emotion(engine)
    poses = [partner.advance(emotion, 1.0).pose for _ in range(WARM_UP)]
    dance, times = Clip.from_poses(poses, FRAME_RATE), []
    with TemporaryDirectory() as folder:
        for _ in range(VIDEOS):
            began = time.process_time()
            write_video(dance, Path(folder) / "dance.mp4")
            times.append(1000 * (time.process_time() - began) / len(dance))
    return np.array(times)


def _demo_landmarks() -> list[Sighting]:
    times = iter(np.arange(WARM_UP + FRAMES + 1) / FRAME_RATE)
    source = DemoSource(lambda: float(next(times)))
    source.start()
    return [seen for _ in range(WARM_UP + FRAMES) if (seen := source.latest())]


def _video_landmarks(video: Path) -> list[Sighting]:
    source = open_source(SourceSpec.parse(f"video:{video}"), time.monotonic)
    source.start()
    found: list[Sighting] = []
    try:
        while len(found) < WARM_UP + FRAMES:
            if seen := source.latest():
                found.append(seen)
            time.sleep(0.002)
    finally:
        source.close()
    return found


def _retarget_times(seen: list[Sighting]) -> Float[Array, "N"]:
    retargeter, following = Retargeter(), cycle(seen)

    def retarget() -> None:
        sighting = next(following)
        retargeter.update(sighting.people[0] if sighting.people else None, sighting.time)

    return _times(retarget)


def _frame_times(engine: Engine, seen: list[Sighting]) -> Float[Array, "N"]:
    """Return the times from landmarks to the bytes of a frame, take-ups included."""
    faults = Faults()
    pool = PartnerPool(lambda _: engine, faults)
    controls = Controls(emotion={engine.contract.emotions[0]: 1.0}, seed=SEED)
    dance = Dance(pool, faults, Opening(controls))
    following, times = cycle(seen), count(step=1 / FRAME_RATE)

    def frame() -> bytes:
        now = next(times)
        inputs = FrameInputs(now, replace(next(following), time=now), controls)
        return encode_frame(dance.compose(inputs, pool.advance(dance.requests(inputs))))

    return _times(frame, between=pool.think_ahead)


def _encode_times() -> tuple[Float[Array, "N"], Float[Array, "N"]]:
    """Return the times of encoding a frame, and of the same numbers as JSON."""
    rng = np.random.default_rng(0)
    pose = Pose(rng.normal(size=3), Rotation.random(len(CANONICAL.joints), rng).as_quat())
    figure = Figure(PARTNER, 0, pose, np.ones(4, bool))
    frame = FrameMessage(1, 1.0, None, np.ones(8), (figure,))

    def dump() -> str:
        hips, turned = pose.hips.tolist(), pose.rotations.tolist()
        contacts, emotion = figure.contacts.tolist(), frame.emotion.tolist()
        return json.dumps([frame.sequence, frame.time, hips, turned, contacts, emotion])

    return _times(lambda: encode_frame(frame)), _times(dump)


def _partner_times(
    engine: Engine, folder: Path
) -> tuple[Float[Array, "N"], Float[Array, "N"], Float[Array, "N"]]:
    """Return the times of a frame, of all that a step takes, and of the graph alone, in turns."""
    partner, emotion = Partner(engine, seed=SEED), _first_emotion(engine)
    alone = bare_call(engine, folder)
    steps, bare = [], []
    for _ in range((WARM_UP + FRAMES) // engine.contract.frames_per_step):
        steps.append(
            [
                (timed(lambda: partner.advance(emotion, 1.0)), timed(partner.think_ahead))
                for _ in range(engine.contract.frames_per_step)
            ]
        )
        bare.append(timed(alone))
    warm = WARM_UP // engine.contract.frames_per_step
    taken = np.array(steps[warm:])
    return taken[:, :, 0].ravel(), taken.sum(axis=(1, 2)), np.array(bare[warm:])


def _batch_times(engine: Engine, folder: Path) -> tuple[Float[Array, "N"], Float[Array, "N"]]:
    """Return the times of a frame of partners side by side, and of the graph alone, in turns."""
    batch = PartnerBatch(engine, range(STAGES))
    emotion, energy = np.tile(_first_emotion(engine), (STAGES, 1)), np.ones(STAGES)
    alone = bare_call(engine, folder, STAGES // engine.contract.frames_per_step)
    pairs = [
        (timed(lambda: batch.advance(emotion, energy)), timed(alone))
        for _ in range(WARM_UP + FRAMES)
    ]
    ticks, bare = np.array(pairs[WARM_UP:]).T
    return ticks, bare


def bare_call(engine: Engine, folder: Path, batch: int = 1) -> Callable[[], object]:
    """Return what calls a model's graph alone, on one thread.

    Args:
        engine: The model.
        folder: Where it was loaded from.
        batch: How many partners at once.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
    )
    feed = {
        name: np.zeros((batch, *shape), np.float32)
        for name, shape in engine.contract.inputs.items()
    }
    return lambda: session.run(None, feed)


def _first_emotion(engine: Engine) -> Float[Array, "E"]:
    return weights_of({engine.contract.emotions[0]: 1.0}, engine.contract.emotions)


def _times(
    act: Callable[[], object], between: Callable[[], object] = lambda: None
) -> Float[Array, "N"]:
    """Return how long each of some calls took, milliseconds; the first ones only warm up.

    Args:
        act: Is timed.
        between: Is called after each, and is not.
    """
    times = []
    for _ in range(WARM_UP + FRAMES):
        times.append(timed(act))
        between()
    return np.array(times)[WARM_UP:]


def timed(act: Callable[[], object]) -> float:
    """Return how long a call takes, milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
