#!/usr/bin/env bash
# @mediapipe/pose 0.5.1675469404 (the web solution that carries its networks), in Chromium without a GPU: every
# picture takes some twenty times as long as it must. The networks run as WebGL shaders even where WebGL itself is
# computed by the CPU (SwiftShader). `setOptions({ useCpuInference: true })` runs them on the CPU; neither the
# package's documentation nor its types name that option. Seen on two cores, a picture without anybody: 1223 and 35 ms;
# with a person: 1700 and 70 ms.
# Needs Chromium as `chromium`, Node's npm, Python.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && npm install --silent --no-audit --no-fund @mediapipe/pose@0.5.1675469404 >/dev/null)
! grep -q useCpuInference "$folder/node_modules/@mediapipe/pose/index.d.ts" "$folder/node_modules/@mediapipe/pose/README.md"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install playwright==1.56.0
echo '<!doctype html><canvas width="320" height="240"></canvas>' >"$folder/index.html"
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import shutil
import statistics
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
TIME = """async (options) => {
  const places = "node_modules/@mediapipe/pose/";
  const script = document.createElement("script");
  script.src = places + "pose.js";
  await new Promise((loaded) => { script.onload = loaded; document.head.append(script); });
  const pose = new window.Pose({ locateFile: (file) => places + file });
  pose.setOptions({ modelComplexity: 1, ...options });
  pose.onResults(() => {});
  await pose.initialize();
  const image = document.querySelector("canvas");
  const context = image.getContext("2d");
  const times = [];
  for (let shade = 0; shade < 6; shade++) {
    context.fillStyle = `rgb(${40 * shade}, 90, 120)`;
    context.fillRect(0, 0, image.width, image.height);
    const begun = performance.now();
    await pose.send({ image });
    times.push(performance.now() - begun);
  }
  return times;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=sys.argv[1]))
threading.Thread(target=server.serve_forever, daemon=True).start()
found = {}
with sync_playwright() as playwright:
    for options in ({}, {"useCpuInference": True}):
        chromium = shutil.which("chromium")
        with playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            found[bool(options)] = statistics.median(page.evaluate(TIME, options)[1:])
            print(f"{options or 'default'}: {found[bool(options)]:.0f} ms a picture")
assert found[False] > 4 * found[True], found
PYTHON
