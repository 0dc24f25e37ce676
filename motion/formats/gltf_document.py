"""A glTF file with its buffers at hand: what it requires, its nodes' tree, its accessors' values.

Binary files (.glb), and text files (.gltf) whose buffers are embedded or lie beside them.

References:
    Khronos Group, "glTF 2.0 Specification", 2021, section 3.6 (accessors).
"""

import base64
import re
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import numpy as np
import pygltflib
from jaxtyping import Float

from motion.errors import MotionFileError
from motion.formats.meshopt import decode_attributes

Array = np.ndarray
Beside = Callable[[str], bytes]
"""Returns a file by its path from the one that names it; raises OSError without it."""

COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")

NO_MATTER_OF_MOTION = re.compile(
    r"KHR_materials_\w+|(KHR|EXT|MSFT)_texture_\w+|KHR_mesh_quantization|KHR_lights_punctual"
    r"|KHR_draco_mesh_compression|KHR_xmp\w*|VRM|VRMC_\w+"
)
"""Extensions that change looks, not how nodes move, or that name the bones of a person."""


class GltfDocument:
    """A glTF file with its buffers at hand.

    Attributes:
        gltf: The description, as pygltflib has it.
        parents: Node above each node that has one.
    """

    def __init__(self, data: bytes, beside: Beside) -> None:
        """Read a file.

        Raises:
            MotionFileError: If it requires what is not read here.
        """
        binary = data[:4] == b"glTF"
        load = pygltflib.GLTF2.load_from_bytes if binary else pygltflib.GLTF2.from_json
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions, which are judged below
            self.gltf: Any = load(data if binary else data.decode("utf-8-sig"))
        self._beside = beside
        self._require_readable()
        self.parents = {
            child: index
            for index, node in enumerate(self.gltf.nodes)
            for child in node.children or []
        }
        self._views: dict[int, bytes] = {}

    def _require_readable(self) -> None:
        strange = [
            name
            for name in self.gltf.extensionsRequired or []
            if name not in MESHOPT and not NO_MATTER_OF_MOTION.fullmatch(name)
        ]
        if strange:
            raise MotionFileError(
                f"expected a glTF file that requires no more than {', '.join(MESHOPT)}, got "
                f"{', '.join(strange)}: export it without"
            )

    @cached_property
    def _buffers(self) -> list[bytes]:
        return [self._buffer(buffer) for buffer in self.gltf.buffers]

    def _buffer(self, buffer: Any) -> bytes:
        if any((buffer.extensions or {}).get(name, {}).get("fallback") for name in MESHOPT):
            return b""
        uri = buffer.uri
        if not uri:
            blob: bytes | None = self.gltf.binary_blob()
            return blob or b""
        if uri.startswith("data:"):
            return base64.b64decode(uri.partition(",")[2])
        try:
            return self._beside(unquote(uri))
        except OSError as error:
            raise MotionFileError(
                f"expected the glTF file's part {uri!r} beside it, got none"
            ) from error

    def values(self, accessor: int) -> Float[Array, "N D"]:
        """Return the values of an accessor; integers that stand for shares as such.

        Raises:
            MotionFileError: If it is a sparse or an empty one.
        """
        about = self.gltf.accessors[accessor]
        if about.sparse is not None or about.bufferView is None:
            raise MotionFileError("expected plain accessors, got a sparse or an empty one")
        view = self.gltf.bufferViews[about.bufferView]
        kind, width = np.dtype(COMPONENTS[about.componentType]), WIDTHS[about.type]
        data, stride = self._view(about.bufferView), view.byteStride or kind.itemsize * width
        if packed := _packing(view):
            stride = packed["byteStride"] if stride > packed["byteStride"] else stride
        raw: Array = np.ndarray(
            (about.count, width), kind, data, about.byteOffset or 0, (stride, kind.itemsize)
        )
        values = raw.astype(np.float64)
        return np.maximum(values / np.iinfo(kind).max, -1.0) if about.normalized else values

    def _view(self, index: int) -> bytes:
        """Return the bytes of a buffer's view, unpacked."""
        if index not in self._views:
            view = self.gltf.bufferViews[index]
            packed = _packing(view)
            where = packed or vars(view)
            start = where.get("byteOffset") or 0
            data = self._buffers[where["buffer"]][start : start + where["byteLength"]]
            if packed:
                if packed["mode"] != "ATTRIBUTES":
                    raise MotionFileError(f"expected packed attributes, got {packed['mode']}")
                kind = packed.get("filter", "NONE")
                data = decode_attributes(data, packed["count"], packed["byteStride"], kind)
            self._views[index] = data
        return self._views[index]

    def above(self, node: int) -> list[int]:
        """Return the ancestors of a node, its parent first."""
        found: list[int] = []
        while (node := self.parents.get(node, -1)) >= 0 and node not in found:
            found.append(node)
        return found

    def below(self, node: int) -> list[int]:
        """Return all descendants of a node, depth first."""
        children = self.gltf.nodes[node].children or []
        return [one for child in children for one in (child, *self.below(child))]

    @cached_property
    def humanoid(self) -> dict[int, str]:
        """Names of the VRM humanoid by node, where the file tells the bones of a person."""
        extensions = self.gltf.extensions or {}
        old = extensions.get("VRM", {}).get("humanoid", {}).get("humanBones", [])
        new: dict[str, Any] = {}
        for name in ("VRMC_vrm", "VRMC_vrm_animation"):
            new |= extensions.get(name, {}).get("humanoid", {}).get("humanBones", {})
        return {bone["node"]: bone["bone"] for bone in old} | {
            bone["node"]: name for name, bone in new.items()
        }


def _packing(view: Any) -> dict[str, Any] | None:
    """Return how a view is packed, None if it is not."""
    extensions = view.extensions or {}
    return next((extensions[name] for name in MESHOPT if name in extensions), None)
