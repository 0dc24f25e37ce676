"""A WHIP server of aiortc: receives a picture, and says on its output how that goes.

`make peers` runs this in an environment of its own, `build/peers/venv`: Bhava has no aiortc.

    receive_whip.py PORT FOLDER TOKEN

It writes the picture that it keeps to FOLDER/picture.npy, rows by columns by red, green and blue.
"""

import asyncio
import sys
from pathlib import Path

import numpy as np
from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription

PICTURES = 60
ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Expose-Headers": "Location",
}


def say(*words: object) -> None:
    print(*words, flush=True)


def create(folder: Path, token: str) -> web.Application:
    peers: list[RTCPeerConnection] = []

    async def offered(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {token}":
            say("refused")
            return web.Response(status=401, headers=ALLOWED)
        peer = RTCPeerConnection()
        peers.append(peer)

        @peer.on("track")
        def tracked(track: object) -> None:
            tasks.append(asyncio.ensure_future(receive(track)))

        tasks: list[asyncio.Future[None]] = []
        await peer.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        headers = ALLOWED | {"Location": "session/1", "Content-Type": "application/sdp"}
        return web.Response(status=201, text=peer.localDescription.sdp, headers=headers)

    async def receive(track) -> None:  # type: ignore[no-untyped-def]
        for count in range(1, PICTURES + 1):
            picture = await track.recv()
            say("picture", count, picture.width, picture.height)
        np.save(folder / "picture.npy", picture.to_ndarray(format="rgb24"))
        say("kept")

    async def ended(_: web.Request) -> web.Response:
        for peer in peers:
            await peer.close()
        say("ended")
        return web.Response(headers=ALLOWED)

    async def asked(_: web.Request) -> web.Response:
        return web.Response(headers=ALLOWED)

    app = web.Application()
    app.router.add_post("/whip", offered)
    app.router.add_delete("/session/1", ended)
    app.router.add_options("/{_:.*}", asked)
    return app


if __name__ == "__main__":
    port, folder, token = sys.argv[1:]
    web.run_app(create(Path(folder), token), host="127.0.0.1", port=int(port), print=None)
