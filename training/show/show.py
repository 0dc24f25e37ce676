"""Motion of any kind of file, shown in a browser or written as video, picture or page."""

import os
import sys
import webbrowser
from collections.abc import Callable, Container
from pathlib import Path
from tempfile import mkstemp

from motion.draw.drawing import Drawing
from motion.draw.render import render, write_video
from motion.errors import MotionFileError, SetupError
from motion.formats.clip_files import read_clip
from motion.markers.marker_files import is_choreography, read_c3d, read_choreography
from motion.markers.markers import Markers
from training.show.markers import drawing_of
from training.show.page import to_page

GIF_FPS = 20.0
"""GIF counts in hundredths of a second, and browsers slow what is faster than 50 a second."""

GIF_SIZE = 360

SUFFIXES = (".mp4", ".gif", ".html")


def drawing_from(path: Path) -> Drawing:
    """Read a clip or markers and return the drawing.

    Raises:
        MotionFileError: If the file cannot be read or is of no known kind.
    """
    if path.suffix.lower() in (".c3d", ".npy"):
        return drawing_of(markers_from(path))
    return Drawing.of(read_clip(path))


def markers_from(path: Path) -> Markers:
    """Read markers: C3D, or a choreography array.

    Raises:
        MotionFileError: If the file cannot be read or is neither.
    """
    if path.suffix.lower() == ".npy" and not is_choreography(path.name):
        raise MotionFileError(f"{path}: expected mariel_*.npy, got {path.name!r}")
    try:
        return read_choreography(path) if is_choreography(path.name) else read_c3d(path)
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be read: {error.strerror or error}") from error


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


def show_in_browser(drawing: Drawing) -> Path:
    """Write a page to the folder of temporary files, open it, and return where it is.

    Raises:
        SetupError: If there is no desktop to open it on.
    """
    if not has_desktop(sys.platform, os.environ):
        raise SetupError("show: expected a desktop, got none: --out FILE.mp4, .gif or .html")
    handle, name = mkstemp(prefix="bhava-", suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(to_page(drawing))
    if not webbrowser.open(Path(name).as_uri()):
        raise SetupError("show: expected a browser, got none: --out FILE.mp4, .gif or .html")
    return Path(name)


def has_desktop(platform: str, variables: Container[str]) -> bool:
    """Tell whether windows can be opened: always on macOS and Windows, else with a display."""
    named = any(name in variables for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return platform in ("darwin", "win32") or named
