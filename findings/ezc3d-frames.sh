#!/usr/bin/env bash
# ezc3d 1.7.2 (C3D, optical motion capture):
# a. It loses frames in silence: of 70,000 frames that it wrote itself, with their number in
#    TRIAL:ACTUAL_END_FIELD as the format has it for more than 65,535, it reads 65,535.
# b. It refuses a file whose POINT:FRAMES is a float, as Vicon writes it for long recordings:
#    "FRAMES parameter is not an INT".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install ezc3d==1.7.2 "numpy<3"
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import struct

import ezc3d
import numpy as np

count = 70_000
c3d = ezc3d.c3d()
c3d["parameters"]["POINT"]["RATE"]["value"] = [100.0]
c3d["parameters"]["POINT"]["LABELS"]["value"] = ["a", "b"]
points = np.ones((4, 2, count))
points[0] = np.arange(count) / 100.0
c3d["data"]["points"] = points
c3d.add_parameter("TRIAL", "ACTUAL_START_FIELD", [1, 0])
c3d.add_parameter("TRIAL", "ACTUAL_END_FIELD", [count % 65536, count // 65536])
c3d.write("long.c3d")
read = ezc3d.c3d("long.c3d")["data"]["points"].shape[2]
print(f"ezc3d {ezc3d.__version__}: wrote {count} frames, read {read}")
assert read == 65_535

# POINT:FRAMES of the same file as a float: type 4 and four bytes in place of type 2 and two.
data = bytearray(open("long.c3d", "rb").read())
at = data.index(b"FRAMES") + len("FRAMES")
offset, kind, rank = struct.unpack_from("<HbB", data, at)
assert (kind, rank) == (2, 0), (kind, rank)
data[at : at + 6] = struct.pack("<HbB", offset + 2, 4, 0) + struct.pack("<f", count)[:2]
data[at + 6 : at + 6] = struct.pack("<f", count)[2:]
# The block stays as long: two of the zeros at its end go.
section = (data[0] - 1) * 512
end = section + 512 * data[section + 2]
del data[end : end + 2]
open("float.c3d", "wb").write(data)
try:
    ezc3d.c3d("float.c3d")
    raise SystemExit("a float POINT:FRAMES is read now")
except ValueError as error:
    print(f"ezc3d {ezc3d.__version__}: {error}")
    assert "not an INT" in str(error)
PYTHON
