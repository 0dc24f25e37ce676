"""BlazePose's two networks, as MediaPipe ships them, to ONNX: run once, by hand.

    python -m training.pose_networks MODULES server/capture/networks

`MODULES` is the folder `mediapipe/modules` of MediaPipe 0.10.21's wheel. The package `tflite` reads
its networks; Bhava itself needs neither.

Weights stay the half floats that they are. Layers become channels-first, and what goes before and
after them is folded in: pictures come as bytes in OpenCV's order (N, side, side, 3), any number of
them, and the branch that segments the picture, which nobody reads, is left out.

References:
    V. Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", arXiv:2006.10204.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Array = np.ndarray

_OPSET = 17
_RELU, _RELU6 = 1, 3  # TensorFlow Lite's numbers of activations
_HALF, _FULL = 1, 0  # and of types
_PICTURE = "picture"


@dataclass(frozen=True)
class Network:
    """What is converted.

    Attributes:
        source: File below MediaPipe's modules.
        name: Name of the file made of it, without its suffix.
        scale: Factor that brings a byte to what the network was trained on, and
        offset: what is added then.
        outputs: Number of the original's output to its name and its shape for each picture.
    """

    source: str
    name: str
    scale: float
    offset: float
    outputs: dict[int, tuple[str, list[int]]]


NETWORKS = (
    Network(
        "pose_detection/pose_detection.tflite",
        "detector",
        2 / 255,
        -1.0,
        {0: ("boxes", [2254, 12]), 1: ("scores", [2254])},
    ),
    Network(
        "pose_landmark/pose_landmark_full.tflite",
        "landmarks",
        1 / 255,
        0.0,
        {
            0: ("landmarks", [39, 5]),
            1: ("presence", []),
            3: ("heatmaps", [39, 64, 64]),
            4: ("world", [39, 3]),
        },
    ),
)


class Converter:
    """Rewrites the operators of one network, one after the other."""

    def __init__(self, network: Network, flatbuffer: bytes) -> None:
        import tflite

        self._schema = tflite
        self._network = network
        self._model = tflite.Model.GetRootAs(flatbuffer)
        self._graph = self._model.Subgraphs(0)
        self._constants: dict[int, Array] = {}
        self._padded: dict[int, tuple[int, list[int]]] = {}
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def convert(self) -> onnx.ModelProto:
        """Return the network as ONNX.

        Raises:
            ValueError: If it holds an operator that is not known here.
        """
        side = int(self._shape(self._graph.Inputs(0))[1])
        self._begin()
        for index in range(self._graph.OperatorsLength()):
            self._operator(self._graph.Operators(index))
        outputs = [self._end(*entry) for entry in self._network.outputs.items()]
        picture = helper.make_tensor_value_info(
            _PICTURE, onnx.TensorProto.UINT8, ["people", side, side, 3]
        )
        graph = helper.make_graph(
            self._nodes, self._network.name, [picture], outputs, self._weights
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version = 8
        return pruned(model)

    def _begin(self) -> None:
        """Bytes, blue first, to what the first layer takes, channels first."""
        self._node("Transpose", [_PICTURE], "planes", perm=[0, 3, 1, 2])
        self._node("Cast", ["planes"], "bytes", to=onnx.TensorProto.FLOAT)
        self._node("Mul", ["bytes", self._constant(self._network.scale)], "scaled")
        first = self._name(self._graph.Inputs(0))
        self._node("Add", ["scaled", self._constant(self._network.offset)], first)

    def _end(self, number: int, named: tuple[str, list[int]]) -> Any:
        name, shape = named
        source = self._name(self._graph.Outputs(number))
        self._node("Reshape", [source, self._constant([-1, *shape], np.int64)], name)
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["people", *shape])

    def _operator(self, operator: Any) -> None:
        kind = self._kind(operator)
        if kind not in _RULES:
            raise ValueError(f"expected an operator of {sorted(_RULES)}, got {kind}")
        inputs = [int(index) for index in operator.InputsAsNumpy()]
        _RULES[kind](self, operator, inputs, int(operator.Outputs(0)))

    def _kind(self, operator: Any) -> str:
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        names = vars(self._schema.BuiltinOperator)
        return next(name for name, value in names.items() if value == number)

    def _options(self, operator: Any, kind: str) -> Any:
        options = getattr(self._schema, kind)()
        options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        return options

    def _shape(self, index: int) -> Array:
        return np.asarray(self._graph.Tensors(index).ShapeAsNumpy())

    def _value(self, index: int) -> Array:
        """Return a constant, channels last as it is stored."""
        if index not in self._constants:
            tensor = self._graph.Tensors(index)
            data = self._model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
            kind = {_HALF: np.float16, _FULL: np.float32}.get(tensor.Type(), np.int32)
            values = np.frombuffer(data, kind)
            sparse = tensor.Sparsity()
            self._constants[index] = (
                values.reshape(self._shape(index))
                if sparse is None
                else _dense(values, sparse, self._shape(index))
            )
        return self._constants[index]

    def _name(self, index: int) -> str:
        return f"t{index}"

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def _constant(self, value: Any, kind: Any = np.float32) -> str:
        name = f"c{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def _weight(self, value: Array) -> str:
        """Add a weight, kept in half floats where they lose nothing."""
        half = value.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), value.astype(np.float32)):
            return self._constant(value)
        name = self._constant(half, np.float16)
        self._node("Cast", [name], f"{name}f", to=onnx.TensorProto.FLOAT)
        return f"{name}f"

    def _same(self, _operator: Any, inputs: list[int], output: int) -> None:
        """Half floats that become full ones, and sparse that become dense, stay constants."""
        self._constants[output] = self._value(inputs[0])

    def _pad(self, _operator: Any, inputs: list[int], output: int) -> None:
        """Padding becomes part of the layer after it."""
        amounts = self._value(inputs[1]).tolist()
        if amounts[0] == amounts[3] == [0, 0]:
            (top, bottom), (left, right) = amounts[1:3]
            self._padded[output] = inputs[0], [top, left, bottom, right]
            return
        before, after = zip(*(amounts[axis] for axis in (0, 3, 1, 2)), strict=True)
        pads = self._constant([*before, *after], np.int64)
        self._node("Pad", [self._name(inputs[0]), pads], self._name(output))

    def _convolve(self, operator: Any, inputs: list[int], output: int) -> None:
        deep = self._kind(operator) == "DEPTHWISE_CONV_2D"
        options = self._options(operator, "DepthwiseConv2DOptions" if deep else "Conv2DOptions")
        weight = self._value(inputs[1]).transpose((3, 0, 1, 2) if deep else (0, 3, 1, 2))
        source, pads = self._padded.get(inputs[0], (inputs[0], None))
        if source == self._graph.Inputs(0):
            weight = weight[:, ::-1]  # red was first
        strides = [options.StrideH(), options.StrideW()]
        if pads is None:
            pads = self._pads(options, inputs[0], list(weight.shape[2:]), strides)
        self._active(
            options.FusedActivationFunction(),
            "Conv",
            [self._name(source), self._weight(weight), self._weight(self._value(inputs[2]))],
            output,
            strides=strides,
            pads=pads,
            group=weight.shape[0] if deep else 1,
        )

    def _pads(self, options: Any, source: int, kernel: list[int], strides: list[int]) -> list[int]:
        """Return TensorFlow's padding of a layer, which is lopsided."""
        if options.Padding() == self._schema.Padding.VALID:
            return [0, 0, 0, 0]
        sides = self._shape(source)[1:3].tolist()
        total = [
            max((-(-side // stride) - 1) * stride + size - side, 0)
            for side, size, stride in zip(sides, kernel, strides, strict=True)
        ]
        return [amount // 2 for amount in total] + [amount - amount // 2 for amount in total]

    def _active(
        self, activation: int, kind: str, inputs: list[str], output: int, **attributes: Any
    ) -> None:
        name = self._name(output)
        if activation not in (0, _RELU, _RELU6):
            raise ValueError(f"expected ReLU, ReLU6 or no activation, got number {activation}")
        self._node(kind, inputs, f"{name}a" if activation else name, **attributes)
        if activation == _RELU:
            self._node("Relu", [f"{name}a"], name)
        elif activation == _RELU6:
            self._node("Clip", [f"{name}a", self._constant(0.0), self._constant(6.0)], name)

    def _add(self, operator: Any, inputs: list[int], output: int) -> None:
        activation = self._options(operator, "AddOptions").FusedActivationFunction()
        self._active(activation, "Add", [self._name(index) for index in inputs], output)

    def _pool(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self._options(operator, "Pool2DOptions")
        self._node(
            "MaxPool",
            [self._name(inputs[0])],
            self._name(output),
            kernel_shape=[options.FilterHeight(), options.FilterWidth()],
            strides=[options.StrideH(), options.StrideW()],
        )

    def _resize(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self._options(operator, "ResizeBilinearOptions")
        if options.AlignCorners():
            raise ValueError("expected a resize without aligned corners")
        factors = self._shape(output)[1:3] / self._shape(inputs[0])[1:3]
        mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
        self._node(
            "Resize",
            [self._name(inputs[0]), "", self._constant([1, 1, *factors])],
            self._name(output),
            mode="linear",
            coordinate_transformation_mode=mode,
        )

    def _depth_to_space(self, operator: Any, inputs: list[int], output: int) -> None:
        size = self._options(operator, "DepthToSpaceOptions").BlockSize()
        self._node("DepthToSpace", [self._name(inputs[0])], self._name(output), blocksize=size)

    def _reshape(self, _operator: Any, inputs: list[int], output: int) -> None:
        """Shapes are told of channels last; the number of pictures is free."""
        name = self._name(output)
        self._node("Transpose", [self._name(inputs[0])], f"{name}l", perm=[0, 2, 3, 1])
        shape = self._constant([-1, *self._shape(output)[1:]], np.int64)
        self._node("Reshape", [f"{name}l", shape], name)

    def _concatenate(self, operator: Any, inputs: list[int], output: int) -> None:
        axis = self._options(operator, "ConcatenationOptions").Axis()
        names = [self._name(index) for index in inputs]
        self._node("Concat", names, self._name(output), axis=axis)

    def _logistic(self, _operator: Any, inputs: list[int], output: int) -> None:
        self._node("Sigmoid", [self._name(inputs[0])], self._name(output))


_RULES: dict[str, Callable[[Converter, Any, list[int], int], None]] = {
    "ADD": Converter._add,
    "CONCATENATION": Converter._concatenate,
    "CONV_2D": Converter._convolve,
    "DENSIFY": Converter._same,
    "DEPTHWISE_CONV_2D": Converter._convolve,
    "DEPTH_TO_SPACE": Converter._depth_to_space,
    "DEQUANTIZE": Converter._same,
    "LOGISTIC": Converter._logistic,
    "MAX_POOL_2D": Converter._pool,
    "PAD": Converter._pad,
    "RESHAPE": Converter._reshape,
    "RESIZE_BILINEAR": Converter._resize,
}


def _dense(values: Array, sparse: Any, shape: Array) -> Array:
    """Return a matrix stored by its rows' non-zero entries: (rows, 1, 1, columns)."""
    rows = sparse.DimMetadata(3)
    segments, columns = (
        _vector(kind, table)
        for kind, table in (
            (rows.ArraySegmentsType(), rows.ArraySegments()),
            (rows.ArrayIndicesType(), rows.ArrayIndices()),
        )
    )
    dense = np.zeros((shape[0], shape[3]), values.dtype)
    owners = np.repeat(np.arange(shape[0]), np.diff(segments))
    dense[owners, columns] = values[: len(columns)]
    return dense.reshape(shape)


def _vector(kind: int, table: Any) -> Array:
    import tflite

    types = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
    vector = types[kind]()
    vector.Init(table.Bytes, table.Pos)
    return np.asarray(vector.ValuesAsNumpy()).astype(np.int64)


def pruned(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model without the nodes and weights that no output needs."""
    needed = {output.name for output in model.graph.output}
    kept = []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    weights = [weight for weight in model.graph.initializer if weight.name in needed]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(reversed(kept))
    model.graph.initializer.extend(weights)
    onnx.checker.check_model(model)
    return model


def main(modules: Path, out: Path) -> None:
    """Convert both networks."""
    for network in NETWORKS:
        converter = Converter(network, (modules / network.source).read_bytes())
        onnx.save(converter.convert(), out / f"{network.name}.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
