"""Motion of any kind of file, shown in a browser or written as video, picture or page."""

import os
import sys
import webbrowser
from collections.abc import Callable, Container
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp

import numpy as np

from motion.draw.drawing import Drawing
from motion.draw.render import render, write_video
from motion.errors import MotionFileError, SetupError
from motion.formats.motion_files import chosen, notes_of, read_motion_file
from motion.markers.markers import Markers
from motion.rigs.own_skeleton import OwnAxes
from training.corpus.making import make_clip
from training.show.markers import drawing_of
from training.show.page import to_page

GIF_FPS = 20.0
"""GIF counts in hundredths of a second, and browsers slow what is faster than 50 a second."""

GIF_SIZE = 360

SHEET_COLUMNS, SHEET_ROWS, SHEET_SIZE = 6, 3, 240
"""Pictures beside and below each other on a contact sheet, and pixels of each."""

SUFFIXES = (".mp4", ".gif", ".html", ".png")


def drawing_from(
    path: Path, clip: str = "", *, markers: bool = False, own_skeleton: bool = False
) -> tuple[Drawing, tuple[str, ...]]:
    """Return the drawing of what `bhava prepare` makes of a file, and what of it was not read.

    Args:
        path: A file of motion of any kind.
        clip: Name of the motion, where the file holds several.
        markers: Draw markers as they are, not the body that is fitted to them.
        own_skeleton: Keep the skeleton of the file.

    Raises:
        MotionFileError: If the file cannot be used, or no clip is chosen of several.
    """
    motions = read_motion_file(path)
    try:
        motion = chosen(motions, clip)
        if markers and isinstance(motion, Markers):
            return drawing_of(motion), notes_of(motion)
        made = make_clip(motion, path.stem, {}, OwnAxes() if own_skeleton else None)
    except MotionFileError as error:
        raise MotionFileError(f"{path}: {str(error).removeprefix(f'{path.stem}: ')}") from error
    return Drawing.from_clip(made), notes_of(motion)


def check_out(path: Path) -> None:
    """Check that a drawing can be written as the kind of file that the suffix names.

    Raises:
        MotionFileError: If it is none of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise MotionFileError(
            f"{path}: expected a name that ends in {', '.join(SUFFIXES)}, got {path.suffix!r}"
        )


def write_drawing(
    drawing: Drawing, path: Path, drawn: Callable[[int], None] = lambda _: None
) -> None:
    """Write a drawing as the kind of file that the suffix names; see `check_out`.

    Args:
        drawing: At least one frame.
        path: Where to.
        drawn: Told how many frames are done; a page has none.

    Raises:
        MotionFileError: If the suffix is unknown or the file cannot be written.
    """
    check_out(path)
    suffix = path.suffix.lower()
    try:
        if suffix == ".html":
            path.write_text(to_page(drawing), encoding="utf-8")
        elif suffix == ".png":
            write_sheet(drawing, path, drawn)
        elif suffix == ".gif":
            write_gif(drawing, path, drawn)
        else:
            write_video(drawing, path, drawn=drawn)
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be written: {error.strerror or error}") from error


def write_gif(drawing: Drawing, path: Path, drawn: Callable[[int], None]) -> None:
    """Write pictures at 20 a second, all in the colours of the first, around without end."""
    from PIL import Image

    fewer = drawing.at_rate(GIF_FPS)
    pictures: list[Image.Image] = []
    for done, picture in enumerate(render(fewer, GIF_SIZE), 1):
        image = Image.fromarray(picture)
        first = pictures[0] if pictures else image.quantize(256, Image.Quantize.MAXCOVERAGE)
        pictures.append(image.quantize(palette=first, dither=Image.Dither.NONE))
        drawn(round(done * len(drawing) / len(fewer)))
    milliseconds = round(1000.0 / GIF_FPS)
    others = pictures[1:]
    pictures[0].save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)


def write_sheet(drawing: Drawing, path: Path, drawn: Callable[[int], None]) -> None:
    """Write one picture of poses evenly spread over the time, row by row."""
    from PIL import Image

    picked = np.linspace(0, len(drawing) - 1, SHEET_COLUMNS * SHEET_ROWS).round().astype(int)
    fps = len(picked) * drawing.fps / len(drawing)
    pictures = np.stack(
        list(render(replace(drawing, points=drawing.points[picked], fps=fps), SHEET_SIZE))
    )
    rows = pictures.reshape(SHEET_ROWS, SHEET_COLUMNS, SHEET_SIZE, SHEET_SIZE, 3).swapaxes(1, 2)
    Image.fromarray(rows.reshape(SHEET_ROWS * SHEET_SIZE, -1, 3)).save(path)
    drawn(len(drawing))


def show_in_browser(drawing: Drawing) -> Path:
    """Write a page to the folder of temporary files, open it, and return where it is.

    Raises:
        SetupError: If there is no desktop to open it on.
    """
    if not has_desktop(sys.platform, os.environ):
        raise SetupError("show: expected a desktop, got none: --out FILE.mp4, .gif, .html or .png")
    handle, name = mkstemp(prefix="bhava-", suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(to_page(drawing))
    if not webbrowser.open(Path(name).as_uri()):
        raise SetupError("show: expected a browser, got none: --out FILE.mp4, .gif, .html or .png")
    return Path(name)


def has_desktop(platform: str, variables: Container[str]) -> bool:
    """Tell whether windows can be opened: always on macOS and Windows, else with a display."""
    named = any(name in variables for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return platform in ("darwin", "win32") or named
