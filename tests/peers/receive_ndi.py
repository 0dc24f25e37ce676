"""A receiver of NDI, by cyndilib; `make peers` runs this in `build/peers/venv`.

    receive_ndi.py NAME FOLDER

It finds a source by a part of its name, and writes a picture of it that is not blank to
FOLDER/picture.npy, rows by columns by red, green, blue and a byte without meaning.
"""

import sys
import time
from pathlib import Path

import numpy as np
from cyndilib.finder import Finder, Source
from cyndilib.receiver import Receiver
from cyndilib.video_frame import VideoFrameSync
from cyndilib.wrapper.ndi_recv import RecvColorFormat

BLANK = 5.0
"""Standard deviation below which a picture shows nothing."""


def find(name: str) -> Source:
    finder = Finder()
    finder.open()
    while True:
        finder.wait_for_sources(1)
        finder.update_sources()
        for found in finder.get_source_names():
            if name in found:
                print("found", found, flush=True)
                return finder.get_source(found)


def receive(source: Source, folder: Path) -> None:
    receiver, frame = Receiver(color_format=RecvColorFormat.RGBX_RGBA), VideoFrameSync()
    receiver.frame_sync.set_video_frame(frame)
    receiver.set_source(source)
    while True:
        time.sleep(0.1)
        receiver.frame_sync.capture_video()
        width, height = frame.get_resolution()
        if width and height:
            picture = np.array(frame.get_array()).reshape(height, width, 4)
            if picture[:, :, :3].std() > BLANK:
                np.save(folder / "picture.npy", picture)
                print("kept", width, height, flush=True)
                return


if __name__ == "__main__":
    receive(find(sys.argv[1]), Path(sys.argv[2]))
