"""`bhava picture`: what comes by WHIP, what of it is shown, and what stands in the way."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import httpx
import ifaddr
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack
from typer.testing import CliRunner

import bhava
from motion.errors import SetupError
from server.picture.outlet import Size, needed
from server.picture.player import Player, fitted
from server.picture.report import Report
from server.picture.whip import SDP, SILENCE, WhipReceiver, create_whip_app, within_reach
from tests.server.live_server import soon

SIZE = Size(64, 32)
RED, BLACK = (255, 0, 0, 255), (0, 0, 0, 0)

OFFLINE = all(
    address.ip in ("127.0.0.1", ("::1", 0, 0))
    for adapter in ifaddr.get_adapters()
    for address in adapter.ips
)
needs_network = pytest.mark.skipif(OFFLINE, reason="WebRTC leaves loopback addresses out")


class Screen:
    """An outlet that keeps what it is shown."""

    title = "a screen"

    def __init__(self, taken: Callable[[np.ndarray], object] = lambda _: None) -> None:
        self.pictures = list[np.ndarray]()
        self.broken = self.closed = False
        self._taken = taken

    def show(self, picture: np.ndarray) -> None:
        if self.broken:
            raise RuntimeError("the cable\nis gone")
        self.pictures.append(picture)
        self._taken(picture)

    def close(self) -> None:
        self.closed = True


def coloured(width: int, height: int, colour: tuple[int, ...] = RED) -> av.VideoFrame:
    pixels = np.full((height, width, 4), colour, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, "rgba")


@pytest.mark.parametrize("text", ["", "1280", "1280x721", "8x8", "5000x5000", "1280*720", "ax2"])
def test_a_size_is_two_even_numbers(text: str):
    with pytest.raises(SetupError, match="expected a size"):
        Size.parse(text)
    assert Size.parse("1280x720") == (1280, 720)


def test_a_picture_keeps_its_form_in_the_middle_of_black():
    picture = fitted(coloured(32, 32), SIZE)
    assert picture.shape == (32, 64, 4)
    assert tuple(picture[0, 16]) == tuple(picture[31, 47]) == RED
    assert tuple(picture[16, 15]) == tuple(picture[16, 48]) == BLACK
    high = fitted(coloured(64, 8), SIZE)
    assert tuple(high[12, 0]) == RED
    assert tuple(high[11, 0]) == BLACK
    assert (fitted(coloured(128, 64), SIZE) == RED).all()


def test_the_newest_picture_is_shown_and_stands():
    screen = Screen()
    player = Player(lambda: screen, SIZE)
    player.show_next()
    assert screen.pictures == []
    player.offer(coloured(64, 32, BLACK))
    player.offer(coloured(64, 32))
    player.show_next()
    player.show_next()  # for a program that came since
    assert [tuple(picture[0, 0]) for picture in screen.pictures] == [RED, RED]
    assert (player.shown, player.skipped) == (1, 1)


def test_an_outlet_that_fails_is_told_and_opened_again():
    screens = [Screen(), Screen()]
    left = iter(screens)
    player = Player(lambda: next(left), SIZE)
    lines, told = list[str](), list[str]()
    report = Report(player, lines.append, told.append)
    screens[0].broken = True
    player.offer(coloured(64, 32))
    player.show_next()
    report.each_second()
    assert screens[0].closed
    player.offer(coloured(64, 32))
    player.show_next()
    report.each_second()
    assert told == ["the cable is gone", "a screen takes pictures again"]
    assert lines == [f"{rate} pictures a second to a screen, 0 skipped" for rate in (0, 1)]
    player.close()
    assert screens[1].closed


@pytest.mark.parametrize(
    ("module", "extra", "goal"),
    [
        ("aiortc", "camera", "camera"),
        ("aiortc", "ndi", "ndi"),
        ("pyvirtualcam", "camera", "camera"),
        ("cyndilib", "ndi", "ndi"),
    ],
)
def test_a_missing_package_is_told_with_its_licence(
    module: str, extra: str, goal: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, module, None)
    said = CliRunner().invoke(bhava.app, ["picture", "--to", goal, "--port", "0"])
    assert said.exit_code == 1
    assert f"expected the package {module}, which is under the" in said.output
    assert said.output.count("\n") == 1
    assert f"pip install 'bhava[{extra}]'" in said.output


def test_other_machines_need_a_token():
    command = ["picture", "--to", "ndi", "--port", "0", "--host", "0.0.0.0"]
    said = CliRunner().invoke(bhava.app, command)
    assert "expected --token" in said.output
    assert needed("json", "json", "", "") is __import__("json")


def test_names_that_only_multicast_resolves_are_not_asked_for():
    offer = (
        "a=candidate:1 1 udp 2113937151 0f3c-8a.local 5000 typ host\r\n"
        "a=candidate:2 1 udp 2113937151 192.168.1.4 5001 typ host\r\n"
    )
    assert within_reach(offer, "10.0.0.7") == offer.replace("0f3c-8a.local", "10.0.0.7")


class Reception:
    """A receiver and its player, asked without a socket, at a time of the test's own."""

    def __init__(self, token: str = "") -> None:
        self.now, self.told = 100.0, asyncio.Queue[str]()
        self.pictures = asyncio.Queue[np.ndarray]()
        loop = asyncio.get_running_loop()
        put = self.pictures.put_nowait
        screen = Screen(lambda picture: loop.call_soon_threadsafe(put, picture))
        self.player = Player(lambda: screen, SIZE)
        self.receiver = WhipReceiver(self.player, token, lambda: self.now, self.told.put_nowait)
        app = create_whip_app(self.receiver, ["https://show.example"])
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 9))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://here")

    async def post(self, offer: str, **headers: str) -> httpx.Response:
        return await self.client.post(
            "/whip", content=offer, headers={"Content-Type": SDP, **headers}
        )


@asynccontextmanager
async def reception(token: str = "") -> AsyncIterator[Reception]:
    here = Reception(token)
    here.player.start()
    try:
        yield here
    finally:
        await here.receiver.end()
        here.player.close()
        await here.client.aclose()


@asynccontextmanager
async def sending(here: Reception, **headers: str) -> AsyncIterator[tuple[str, RTCPeerConnection]]:
    """Send by aiortc, sound as well, as OBS does; gives the address of the session."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(VideoStreamTrack())
    try:
        await peer.setLocalDescription(await peer.createOffer())
        response = await here.post(peer.localDescription.sdp, **headers)
        assert response.status_code == 201, response.text
        await peer.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
        yield response.headers["Location"], peer
    finally:
        await peer.close()


@needs_network
async def test_a_picture_arrives_and_its_session_ends():
    async with reception("secret") as here:
        authority = {"Authorization": "Bearer secret"}
        async with sending(here, **authority) as (place, _):
            picture = await soon(here.pictures.get())
            assert picture.shape == (32, 64, 4)
            assert (await soon(here.told.get())).startswith("a picture of 640x480 from 127.0.0.1")
            assert (await here.post("", **authority)).status_code == 409
            assert (await here.client.delete(f"{place}x")).status_code == 404
            assert (await here.client.delete(place)).status_code == 200
            assert await soon(here.told.get()) == "the picture from 127.0.0.1 ended"


@needs_network
async def test_a_sender_that_fell_silent_makes_way():
    async with reception() as here, sending(here) as (before, first):
        await soon(here.pictures.get())
        for sender in first.getSenders():
            await sender.stop()
        await asyncio.sleep(0)
        here.now += SILENCE + 1
        async with sending(here) as (after, _):
            assert before != after
            while not here.pictures.empty():
                here.pictures.get_nowait()
            await soon(here.pictures.get())


async def test_what_is_no_offer_is_refused_in_words():
    async with reception() as here:
        wrong = await here.post("v=0\r\nrubbish")
        assert (wrong.status_code, wrong.text[:23]) == (400, "expected SDP that offer")
        assert (await here.post("\xff" * 70_000)).status_code == 413
        plain = await here.post("", **{"Content-Type": "text/plain"})
        assert plain.status_code == 415
    async with reception("secret") as here:
        assert (await here.post("")).status_code == 401
        assert (await here.post("", Authorization="Bearer wrong")).status_code == 401


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://localhost:8443", True),
        ("https://show.example", True),
        ("https://evil.example", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
async def test_only_pages_of_this_machine_and_allowed_ones_may_send(origin: str, may: bool):
    async with reception() as here:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = await here.client.options("/whip", headers=asked)
        assert (answer.status_code == 200) is may
        assert ("access-control-allow-origin" in answer.headers) is may
