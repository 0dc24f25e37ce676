"""VMC from osc-js, by which avatar programs in browsers send it: `make peers` runs this."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.links.link import Place
from server.links.vmc_in import VmcPort, VmcSource

HERE = Path(__file__).parent
SENDER = HERE / "send_vmc.mjs"
INSTALLED = HERE.parents[1] / "build" / "peers"
DEADLINE = 20.0


@contextmanager
def running(*arguments: str) -> Iterator[None]:
    command = ["node", str(SENDER), str(INSTALLED), *arguments]
    with subprocess.Popen(command) as process:
        yield
        process.terminate()


def test_the_capture_holds_what_the_peer_sends_but_for_dates() -> None:
    fresh = subprocess.run(["node", SENDER, INSTALLED], capture_output=True, check=True).stdout
    kept = (HERE / "captures" / "vmc-osc-js.bin").read_bytes()
    assert len(fresh) == len(kept)
    differing = sum(one != other for one, other in zip(fresh, kept, strict=True))
    assert differing <= 8 * 7  # the date of each bundle


def test_a_performer_comes_from_the_peer_and_goes_with_it() -> None:
    source = VmcSource(VmcPort(Place("127.0.0.1", 0)), time.monotonic)
    source.start()
    poses, end = 0, time.monotonic() + DEADLINE
    with running(str(source.place.port)):
        while poses < 30 and time.monotonic() < end:
            seen = source.latest()
            poses += seen is not None
            time.sleep(1 / 30)
    assert poses == 30
    assert source.traffic.refused == 0
    while source.state != "lost" and time.monotonic() < end:
        source.latest()
        time.sleep(1 / 30)
    assert source.state == "lost"
    source.close()
