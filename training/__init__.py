"""From motion capture to an exported motion model; nothing that runs a show, which is `server`."""

import motion  # noqa: F401 - says first what ONNX Runtime must not do
