"""Writes takes while the show goes on: the scheduler hands moments over, a thread writes them."""

import atexit
import json
import os
from collections import deque
from io import BufferedWriter
from itertools import count
from pathlib import Path
from threading import Event, Thread

from mcap.writer import CompressionType, IndexType, Writer

from motion.clip import Clip
from server.interaction.frame_inputs import FrameInputs
from server.sentence import Sentence, sentence_of
from server.takes.take import (
    CONTROLS,
    FRAME,
    FRAME_ENCODING,
    HEADER,
    HISTORY,
    MOMENT,
    MOMENT_ENCODING,
    PROFILE,
    Header,
    encode_history,
    encode_moment,
)
from server.wire.messages import Controls

FLUSH = 0.4
"""Seconds after which what is recorded is in the file, whatever becomes of the program."""

SYNC = 10
"""Flushes after which it is on the disk, whatever becomes of the machine."""

BACKLOG = 1800
"""Moments that may wait for a slow disk: a minute of them."""

FAREWELL = 5.0
"""Seconds that the end of the program waits for a disk."""

CHUNK = 64
"""Moments of a chunk at most."""

_UNLIMITED = 1 << 62


class TakeFile:
    """A take in the making: an MCAP file that can be read up to its last flush."""

    def __init__(self, file: BufferedWriter, header: Header, history: Clip | None = None) -> None:
        """Write the beginning; see `TakeWriter`."""
        self._file = file
        self._ticks = 0
        self._controls: Controls | None = None
        self._mcap = Writer(
            file,
            chunk_size=_UNLIMITED,  # chunks end at flushes alone, hence between ticks
            compression=CompressionType.ZSTD,
            index_types=IndexType.CHUNK | IndexType.ATTACHMENT,
        )
        self._mcap.start(PROFILE)
        text = header.model_dump_json().encode()
        self._mcap.add_attachment(0, 0, HEADER, "application/json", text)
        if history is not None:
            data = encode_history(history)
            self._mcap.add_attachment(0, 0, HISTORY, "application/octet-stream", data)
        schema = json.dumps(Controls.model_json_schema()).encode()
        described = self._mcap.register_schema("Controls", "jsonschema", schema)
        self._channels = {
            CONTROLS: self._mcap.register_channel(CONTROLS, "json", described),
            MOMENT: self._mcap.register_channel(MOMENT, MOMENT_ENCODING, 0),
            FRAME: self._mcap.register_channel(FRAME, FRAME_ENCODING, 0),
        }
        self.flush()

    def write(self, moment: FrameInputs, frame: bytes) -> None:
        """Add a moment and the frame that came of it, as viewers got it."""
        at = int(max(moment.now, 0.0) * 1e9)
        if moment.controls is not self._controls and moment.controls != self._controls:
            self._add(CONTROLS, at, moment.controls.model_dump_json().encode())
            self._controls = moment.controls
        self._add(MOMENT, at, encode_moment(moment))
        self._add(FRAME, at, frame)
        self._ticks += 1

    def flush(self) -> None:
        """End the chunk and hand it to the operating system; the next tells its controls anew."""
        self._mcap.flush()  # type: ignore[no-untyped-call]
        self._controls = None

    def sync(self) -> None:
        """Wait until what is flushed is on the disk."""
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Write the end of the take."""
        self._mcap.finish()  # type: ignore[no-untyped-call]
        self._file.flush()
        self.sync()

    def _add(self, topic: str, at: int, data: bytes) -> None:
        self._mcap.add_message(self._channels[topic], at, data, at, self._ticks % 2**32)


class TakeWriter:
    """Records one take, without ever holding up who hands moments over.

    A disk that is full, absent or too slow ends the recording, never the show.

    Attributes:
        path: Where the take is; its name ends in a number if another take had the name.
        failed: Why the recording ended by itself; None if it did not.
    """

    def __init__(self, path: Path, header: Header, history: Clip | None = None) -> None:
        """Begin a take.

        Args:
            path: Its folder is made if it is not there.
            header: What holds for all of it.
            history: What was shown before; None if the partner stood.
        """
        self.path = path
        self.failed: Sentence | None = None
        self._opening = header, history
        self._waiting: deque[tuple[FrameInputs, bytes]] = deque()
        self._stopped = Event()
        # A daemon, so that a disk that hangs keeps the program from ending for a while only.
        self._thread = Thread(target=self._run, name="take", daemon=True)
        self._thread.start()
        atexit.register(self._end)

    @property
    def recording(self) -> bool:
        """Whether moments are taken in."""
        return not self._stopped.is_set()

    @property
    def backlog(self) -> int:
        """How many moments wait for the disk."""
        return len(self._waiting)

    def record(self, moment: FrameInputs, frame: bytes) -> None:
        """Take in a moment and the frame that came of it; returns at once."""
        if self._stopped.is_set():
            return
        if len(self._waiting) >= BACKLOG:
            self._fail(Sentence.of("slow_disk", frames=BACKLOG))
            return
        self._waiting.append((moment, frame))

    def stop(self) -> None:
        """End the recording; what was taken in is still written."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until all is written, at most for some seconds; return whether it is."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _end(self) -> None:
        self.stop()
        self.join(FAREWELL)

    def _run(self) -> None:
        try:
            with _create(self.path) as file:
                self.path = Path(file.name)
                self._write(TakeFile(file, *self._opening))
        except Exception as error:  # whatever it is, whoever watches the recording must know
            why = sentence_of(error)
            self._fail(Sentence.of("unwritable_take", take=self.path.name, reason=why))
        finally:
            atexit.unregister(self._end)

    def _write(self, take: TakeFile) -> None:
        for flush in count(1):
            stopped = self._stopped.wait(FLUSH)
            self._drain(take)
            if stopped:
                break
            if flush % SYNC == 0:
                take.sync()
        take.finish()

    def _drain(self, take: TakeFile) -> None:
        while self._waiting:
            for _ in range(min(CHUNK, len(self._waiting))):
                take.write(*self._waiting.popleft())
            take.flush()

    def _fail(self, why: Sentence) -> None:
        self.failed = self.failed or why
        self._stopped.set()


def _create(path: Path) -> BufferedWriter:
    """Open a file that was not there, under a name with a number if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in count(2):
        try:
            return path.open("xb")
        except FileExistsError:
            path = path.with_stem(f"{path.stem.removesuffix(f'-{number - 1}')}-{number}")
    raise AssertionError
