"""Motion and the model as it runs, for server and training alike. No torch, no network, no clock.

The modules here are the ground: `skeleton`, `rotations`, `kinematics`, `leg_reach`, `clip`,
`features`, `emotion`, `content` and `errors` import no room. Of the rooms, `partner` may import
`model`, and `formats` may import `rigs` and `draw`; `model`, `rigs`, `draw` and `choreography`
import the ground alone.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""ONNX Runtime heeds this alone, and only if it is set before its first import: else it leaves a
device id in the home folder and looks for its maker's collector. Processes that are started inherit
it."""
