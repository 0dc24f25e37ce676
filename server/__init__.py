"""The live partner: camera to pose, pose to partner, partner to viewers. Nothing here trains."""

import motion  # noqa: F401 - says first what ONNX Runtime must not do
