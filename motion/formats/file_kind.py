"""What kind of file bytes are, told by what is in them, never by a name."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Final, Literal

Kind = Literal[
    "bvh", "gltf", "fbx", "c3d", "mmm", "clip", "amass", "choreography", "humanml", "other"
]

HEAD: Final = 4096
"""Bytes from the beginning that tell most kinds."""

ARRAY_HEAD: Final = 256
"""Bytes in which a NumPy array tells its shape."""

CLIP_ARRAYS: Final = frozenset({"hips", "rotations", "joints", "fps"})
AMASS_ARRAYS: Final = (frozenset({"poses", "trans"}), frozenset({"pose_body", "trans"}))

BYTE_ORDER_MARKS: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}

OTHERS: Final[tuple[tuple[str, str], ...]] = (
    (r"PK\x03\x04|PK\x05\x06", "a zip archive without motion arrays: unpack it"),
    (r"\x93NUMPY", "a NumPy array of another shape"),
    (r"[\x80][\x02-\x05]", "a Python pickle, which may run code: save its arrays as .npz"),
    (r"MATLAB 5", "a MATLAB file: save its arrays as .npz"),
    (r"\x89HDF", "an HDF5 file: save its arrays as .npz"),
    (r"BLENDER|\(\xb5/\xfd|\x28\xb5\x2f\xfd", "a Blender file: export it as glTF 2.0 or .bvh"),
    (r"PXR-USDC|#usda", "USD: open it in Blender and export it as glTF 2.0"),
    (r"Vocaloid Motion Data", "VMD, a dance for MikuMikuDance: export it from Blender as .bvh"),
    (r"(PMX |Pmd)", "a model for MikuMikuDance, without motion"),
    (r":FULLY-SPECIFIED|#!OML:AMC|:DEGREES", "AMC, motion for a skeleton in .asf: convert to .bvh"),
    (r"#.*\n?:version|:version", "ASF, a skeleton whose motion is in .amc: convert both to .bvh"),
    (r"PathFileType", "TRC, markers as text: export C3D"),
    (r"[\s\S]{0,80}<COLLADA", "COLLADA: open it in Blender and export it as glTF 2.0"),
    (r"[\s\S]{4}ftyp|\x1aE\xdf\xa3|RIFF[\s\S]{4}AVI", "a video: `bhava serve --source video:FILE`"),
    (r"\x89PNG|\xff\xd8\xff|GIF8|RIFF[\s\S]{4}WEBP", "a picture"),
    (r"%PDF", "a PDF document"),
    (r"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "a packed archive: unpack it"),
    (r"\s*<(!DOCTYPE html|html)", "a web page, as a failed download leaves it"),
    (r"version https://git-lfs", "a pointer to a file in Git LFS: fetch that with `git lfs pull`"),
    (r"\s*<", "XML of another kind"),
    (r"\s*[{\[]", "JSON of another kind"),
)
"""Beginnings of files that people take for motion, and what they are."""


def decode_text(data: bytes) -> str:
    """Return a text by its byte order mark; UTF-8 without one."""
    encoding = next((e for mark, e in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    return data.decode(encoding, errors="replace")


def kind_of(head: bytes, whole: Callable[[], bytes]) -> Kind:
    """Tell what a file is.

    Args:
        head: Its first bytes, as many as `HEAD` or all.
        whole: Returns all of it; called only where the head is not enough.
    """
    if head[:4] == b"glTF":
        return "gltf"
    if head.startswith((b"Kaydara FBX", b"; FBX")):
        return "fbx"
    if len(head) > 1 and head[0] < 32 and head[1] == 0x50:
        return "c3d"
    if head.startswith(b"\x93NUMPY"):
        return _array_kind(head)
    if head.startswith(b"PK\x03\x04"):
        return _arrays_kind(whole())
    return _text_kind(decode_text(head))


def _array_kind(head: bytes) -> Kind:
    written = re.search(rb"'shape': \(([\d, ]*)\)", head[:ARRAY_HEAD])
    shape = tuple(int(size) for size in written[1].split(b",") if size.strip()) if written else ()
    if len(shape) == 3 and shape[0] == 55 and shape[2] == 3:
        return "choreography"
    is_motion = (len(shape) == 3 and shape[1:] == (22, 3)) or (len(shape) == 2 and shape[1] == 263)
    return "humanml" if is_motion else "other"


def _arrays_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except zipfile.BadZipFile:
        return "other"
    if names >= CLIP_ARRAYS:
        return "clip"
    return "amass" if any(names >= arrays for arrays in AMASS_ARRAYS) else "other"


def _text_kind(head: str) -> Kind:
    if re.search(r"^\s*HIERARCHY\b", head, re.IGNORECASE | re.MULTILINE):
        return "bvh"
    if re.match(r"\s*\{", head) and re.search(r'"(asset|accessors|bufferViews)"', head):
        return "gltf"
    return "mmm" if re.search(r"<MMM\b|<Motion\b", head) else "other"


def describe(head: bytes) -> str:
    """Return what a file is that holds no motion, for a sentence."""
    if not head.strip(b"\0 \t\r\n"):
        return "an empty file"
    text = head.decode("latin-1")
    found = next((what for start, what in OTHERS if re.match(start, text)), "")
    return found or "a file of no known kind"
