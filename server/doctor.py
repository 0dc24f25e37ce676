"""What this machine has of all that a show may need, and what each lack means.

Every check looks once, changes nothing and needs no network.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from motion.errors import BhavaError
from motion.model.contract import GRAPH_FILE
from motion.model.engine import Engine
from server.capture.pose_networks import FOLDER
from server.listen import bind
from server.paths import KEYS, MODELS, PAGES

PYTHONS = ((3, 11), (3, 14))
"""Oldest and newest version of Python that Bhava is tried with."""

FREE = 2.0
"""Gigabytes that should be free: an evening's recordings, many times over."""

Grade = Literal["ok", "less", "bad"]
"""All there; something can not be done; nothing works without it."""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        name: What was looked for.
        grade: Whether that is enough.
        found: What is there.
        meaning: What the lack means and what to do; empty where nothing lacks.
    """

    name: str
    grade: Grade
    found: str
    meaning: str = ""


def python() -> Finding:
    """Look at the version of Python."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    oldest, newest = (".".join(map(str, version)) for version in PYTHONS)
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("Python", "ok", found)
    return Finding("Python", "bad", found, f"Bhava needs {oldest} to {newest}: install one")


def gpu() -> Finding:
    """Look for what a model can run on."""
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        if shutil.which("nvidia-smi"):
            return Finding("GPU", "ok", "CUDA: bhava serve --device cuda")
        return Finding("GPU", "less", "CUDA, but no driver", "the CPU does all the work")
    return Finding(
        "GPU",
        "less",
        "none",
        "the CPU does all the work, which is enough for some dozens of stages",
    )


def cameras(devices: Path = Path("/dev")) -> Finding:
    """Look for cameras of this machine and whether they may be opened."""
    seen = sorted(devices.glob("video[0-9]*"))
    usable = [path.name for path in seen if os.access(path, os.R_OK | os.W_OK)]
    if usable:
        return Finding("cameras", "ok", ", ".join(usable))
    if seen:
        meaning = "join the group `video` and log in again: sudo usermod -aG video $USER"
        return Finding("cameras", "less", f"{len(seen)}, but no permission to open any", meaning)
    meaning = "a demo performer dances; the page /dance uses the camera of its own machine"
    return Finding("cameras", "less", "none", meaning)


def microphone(pcm: Path = Path("/proc/asound/pcm")) -> Finding:
    """Look for something that hears; only pages on this machine would use it."""
    inputs = pcm.read_text().count("capture") if pcm.is_file() else 0
    if inputs:
        return Finding("microphone", "ok", f"{inputs} inputs")
    meaning = "pages on this machine cannot hear the beat; tap it, or open the page elsewhere"
    return Finding("microphone", "less", "none", meaning)


def virtual_camera(devices: Path = Path("/sys/devices/virtual/video4linux")) -> Finding:
    """Look for a camera that `bhava picture` or OBS can play the stage page to."""
    if sys.platform != "linux":
        return Finding("virtual camera", "ok", "that of OBS")
    names = [path.read_text().strip() for path in sorted(devices.glob("video*/name"))]
    if names:
        return Finding("virtual camera", "ok", ", ".join(names))
    meaning = (
        "neither `bhava picture` nor OBS can offer the stage as a camera without the kernel module "
        "v4l2loopback (GPL 2): sudo apt-get install v4l2loopback-dkms; WHIP needs none"
    )
    return Finding("virtual camera", "less", "none", meaning)


def ndi(
    find: Callable[[str], str | None] = find_library,
    has: Callable[[str], object] = find_spec,
) -> Finding:
    """Look for a library by which `bhava picture` or OBS sends NDI."""
    if has("cyndilib") is not None:
        return Finding("NDI", "ok", "cyndilib: bhava picture --to ndi")
    if (found := find("ndi")) is not None:
        return Finding("NDI", "ok", found)
    meaning = (
        "`bhava picture` sends NDI with the extra `ndi`, which holds NDI under the licence of its "
        "SDK: pip install 'bhava[ndi]'; OBS does by the plug-in DistroAV (GPL 2) and the library "
        "of https://ndi.video; WHIP needs neither"
    )
    return Finding("NDI", "less", "none", meaning)


def port(number: int) -> Finding:
    """See whether a port is free."""
    try:
        bind("127.0.0.1", number).close()
    except BhavaError as error:
        meaning = "something else listens there: start with another --port, 0 takes a free one"
        return Finding("port", "less", f"{number}: {error}", meaning)
    return Finding("port", "ok", f"{number} is free")


def model(name: str, folder: Path = MODELS) -> Finding:
    """Load a model."""
    try:
        engine = Engine.load(folder / name)
    except BhavaError as error:
        return Finding("model", "bad", str(error), "nothing can dance: restore the checkout")
    size = (folder / name / GRAPH_FILE).stat().st_size / 1e6
    return Finding("model", "ok", f"{name}, {engine.contract.kind}, {size:.0f} MB")


def networks(folder: Path = FOLDER) -> Finding:
    """Look for the networks that find people."""
    missing = [
        name for name in ("detector", "landmarks") if not (folder / f"{name}.onnx").is_file()
    ]
    if missing:
        meaning = "nobody is seen by cameras on the server: get the checkout whole again"
        return Finding("pose networks", "less", f"no {' and no '.join(missing)}", meaning)
    return Finding("pose networks", "ok", "detector, landmarks")


def pages(folder: Path = PAGES) -> Finding:
    """Look for what browsers are given."""
    if (folder / "index.html").is_file():
        return Finding("pages", "ok", str(folder))
    return Finding("pages", "bad", "none", "browsers see nothing: make run builds them")


def certificate(folder: Path) -> Finding:
    """See whether this machine has an authority of its own, which `--tls` makes."""
    authority = folder / "authority.crt"
    if authority.is_file():
        return Finding("certificate", "ok", f"by {authority}, which a phone installs once")
    meaning = (
        "browsers give a page its camera and microphone on this machine or by https only: "
        "`bhava serve --tls` makes a certificate for other machines"
    )
    return Finding("certificate", "less", "none yet", meaning)


def space(folder: Path) -> Finding:
    """See whether recordings can be written."""
    if not os.access(folder, os.W_OK):
        meaning = "nothing can be recorded here: name other folders by --takes and --cues"
        return Finding("recordings", "less", f"{folder} may not be written", meaning)
    free = shutil.disk_usage(folder).free / 1e9
    if free < FREE:
        return Finding("recordings", "less", f"{free:.1f} GB free", "recordings may end early")
    return Finding("recordings", "ok", f"{free:.0f} GB free")


def examine(name: str, number: int, folder: Path) -> Iterator[Finding]:
    """Run all checks, one after the other; one that fails by itself tells that.

    Args:
        name: Model to load.
        number: Port to try.
        folder: Where recordings would go.
    """
    checks: dict[str, Callable[[], Finding]] = {
        "Python": python,
        "model": lambda: model(name),
        "pose networks": networks,
        "pages": pages,
        "GPU": gpu,
        "cameras": cameras,
        "microphone": microphone,
        "virtual camera": virtual_camera,
        "NDI": ndi,
        "port": lambda: port(number),
        "certificate": lambda: certificate(KEYS),
        "recordings": lambda: space(folder),
    }
    for title, check in checks.items():
        try:
            yield check()
        except Exception as error:
            yield Finding(title, "bad", f"{type(error).__name__}: {error}", "this should not be")
