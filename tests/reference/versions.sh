#!/usr/bin/env bash
# Installs Bhava with the oldest packages that pyproject.toml allows, then with those of constraints.txt, and lets it
# dance and look at a picture: run by hand, never in CI.
#   tests/reference/versions.sh [OLDEST_PYTHON [NEWEST_PYTHON]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
oldest=${1:-python3.11} newest=${2:-python3.14}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$oldest" - >"$work/floors.txt" <<'PYTHON'
import re, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
for line in project["dependencies"] + project["optional-dependencies"]["cpu"]:
    name, floor = re.match(r"([\w-]+)(?:\[\w+\])?[>=]=([\w.]+)", line).groups()
    print(f"{name}=={floor}")
PYTHON

smoke() {
  local python=$1 constraints=$2 name=$3
  echo "$name: $("$python" --version)"
  "$python" -m venv "$work/$name"
  "$work/$name/bin/pip" install --quiet --constraint "$constraints" --editable '.[cpu]'
  "$work/$name/bin/pip" check
  "$work/$name/bin/bhava" generate --seconds 4 --emotion happy --out "$work/$name.bvh"
  "$work/$name/bin/bhava" generate --seconds 2 --out "$work/$name.mp4"
  "$work/$name/bin/python" - "$work" <<'PYTHON'
import asyncio, sys, time, urllib.request, subprocess, re
from pathlib import Path
import numpy as np
from motion.model.text import encoder
from server.capture.pose_finder import Picture, PoseFinder
finder = PoseFinder(4)
assert finder.find(Picture(0.0, np.zeros((480, 640, 3), np.uint8))).people == ()
assert np.abs(encoder("words").encode("a person walks")).sum() > 0
bhava = Path(sys.executable).with_name("bhava")
server = subprocess.Popen([bhava, "serve", "--source", "demo", "--port", "0"], stdout=subprocess.PIPE, text=True)
try:
    address = re.search(r"http://\S+", server.stdout.readline())[0]
    assert b"true" in urllib.request.urlopen(f"{address}/healthz").read()
    async def five_frames() -> None:
        import websockets
        async with websockets.connect(f"ws{address[4:]}/ws") as link:
            await link.send('{"type": "hello", "version": 2, "role": "viewer"}')
            frames = 0
            while frames < 5:
                frames += isinstance(await asyncio.wait_for(link.recv(), 20), bytes)
    asyncio.run(five_frames())
    print("dances, sees, serves frames")
finally:
    server.terminate()
    server.wait()
PYTHON
}

smoke "$oldest" "$work/floors.txt" floors
smoke "$newest" constraints.txt newest
echo "Both work"
