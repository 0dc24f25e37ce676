#!/usr/bin/env bash
# uvloop 0.23.0 (event loop of uvicorn): `pause_reading()` inside `connection_made` does nothing.
# asyncio's own loop keeps the pause (since Python 3.11.4, gh-103607); uvloop begins to read right
# after `connection_made` returns. A server that holds newcomers back there holds nobody back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install uvloop==0.23.0
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys

import uvloop

PAUSE = 0.5


class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        transport.pause_reading()
        self.loop.call_later(PAUSE, transport.resume_reading)

    def data_received(self, data):
        waits.append(self.loop.time() - self.began)


async def main():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello")
    await asyncio.sleep(2 * PAUSE)
    writer.close()


for run in (asyncio.run, uvloop.run):
    waits = []
    run(main())
    print(f"{run.__module__}: read {waits[0]:.2f} s after connection_made, paused for {PAUSE} s")
    assert (waits[0] >= PAUSE) == (run is asyncio.run), (run.__module__, sys.version)
PYTHON
