"""Receives a picture by WHIP: one request offers it, and the answer tells where it goes.

References:
    RFC 9725, "WebRTC-HTTP Ingestion Protocol (WHIP)".
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hmac import compare_digest

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from server.picture.player import Player

SDP = "application/sdp"

MOST_BYTES = 64 * 1024
"""Of an offer."""

SILENCE = 3.0
"""Seconds without a picture after which a sender makes way for another."""

PERIOD = 1.0
"""Seconds between two reports."""

THIS_MACHINE = r"https?://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?"
"""Origins of pages that come from this machine."""


class Session:
    """One sender.

    Attributes:
        id: End of its address.
        sender: Address that the offer came from.
        peer: Its connection.
        heard: Time of its newest picture, seconds.
        track: Its pictures; None before they are known.
    """

    def __init__(self, sender: str, now: float) -> None:
        """Begin without a picture.

        Args:
            sender: Address that the offer came from.
            now: Time, seconds.
        """
        self.id = secrets.token_urlsafe(16)
        self.sender, self.heard = sender, now
        # Without servers that tell a machine its address: nobody outside is asked.
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.track: MediaStreamTrack | None = None

    async def answer(self, offer: str) -> str:
        """Return the answer to an offer; of all that it offers, one video is taken.

        Raises:
            ValueError: If there is none.
        """

        @self.peer.on("track")
        def begin(track: MediaStreamTrack) -> None:
            if track.kind == "video" and self.track is None:
                self.track = track

        await self.peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if self.track is None:
            raise ValueError("none")
        for transceiver in self.peer.getTransceivers():
            if transceiver.receiver.track is not self.track:
                transceiver.direction = "inactive"
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return str(self.peer.localDescription.sdp)


class WhipReceiver:
    """Hands the pictures of one sender at a time to a player."""

    def __init__(
        self,
        player: Player,
        token: str,
        clock: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        """Wait for a sender.

        Args:
            player: Player of the pictures.
            token: Token that senders must show; empty for none.
            clock: Time, seconds.
            tell: Function that takes words about senders.
        """
        self._player, self._token, self._clock, self._tell = player, token, clock, tell
        self._session: Session | None = None
        self._watching = set[asyncio.Task[None]]()

    async def receive_offer(self, request: Request) -> Response:
        """Answer an offer, or say why not."""
        if not self._trusts(request):
            return _refuse(401, "expected the token that bhava picture was given, got another")
        # Browsers let a foreign page send other types without asking.
        if (kind := request.headers.get("Content-Type")) != SDP:
            return _refuse(415, f"expected an offer as {SDP}, got {kind!r:.80}")
        if (offer := await _body(request)) is None:
            return _refuse(413, f"expected an offer of at most {MOST_BYTES} bytes, got more")
        now, before = self._clock(), self._session
        if before is not None and now - before.heard < SILENCE:
            return _refuse(409, f"expected one sender, got another beside {before.sender}")
        sender = request.client.host if request.client else "127.0.0.1"
        session = self._session = Session(sender, now)
        if before is not None:
            await before.peer.close()
        try:
            answer = await session.answer(within_reach(offer, sender))
        except Exception as error:  # by a parser that fails in many ways
            await self._end(session)
            return _refuse(400, f"expected SDP that offers video, got: {error!s:.200}")
        self._watching.add(watching := asyncio.create_task(self._watch(session)))
        watching.add_done_callback(self._watching.discard)
        headers = {"Location": f"{request.url.path}/{session.id}"}
        return Response(answer, 201, headers, SDP)

    async def receive_end(self, request: Request) -> Response:
        """End a session."""
        session = self._session
        if session is None or request.path_params["session"] != session.id:
            return _refuse(404, "expected a session that lives, got another")
        await self._end(session)
        return Response()

    async def end(self) -> None:
        """End the session, if there is one."""
        if self._session is not None:
            await self._end(self._session)

    def _trusts(self, request: Request) -> bool:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return not self._token or compare_digest(shown.encode(), self._token.encode())

    async def _end(self, session: Session) -> None:
        if session is self._session:
            self._session = None
        await session.peer.close()  # which ends its track

    async def _watch(self, session: Session) -> None:
        """Hand on the pictures of a session until it ends."""
        assert session.track is not None
        size = None
        try:
            while True:
                frame: VideoFrame = await session.track.recv()
                session.heard = self._clock()
                self._player.offer(frame)
                if size != (size := f"{frame.width}x{frame.height}"):
                    self._tell(f"a picture of {size} from {session.sender}")
        except MediaStreamError:
            self._tell(f"the picture from {session.sender} ended")
        await self._end(session)


def within_reach(offer: str, sender: str) -> str:
    """Return an offer without names that only multicast resolves, as browsers give for their own.

    Args:
        offer: SDP.
        sender: Address that the offer came from, which takes their place.
    """
    return re.sub(r"(?m)^(a=candidate:(?:\S+ ){4})\S+\.local ", rf"\g<1>{sender} ", offer)


def create_whip_app(
    receiver: WhipReceiver, origins: list[str], report: Callable[[], None] = lambda: None
) -> FastAPI:
    """Return the application that pages and programs send to, at `/whip`.

    Args:
        receiver: Receiver of the offers.
        origins: Origins of pages that may send beside those of this machine.
        report: Function to call every second.
    """

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        reporting = asyncio.create_task(_report_each_period(report))
        yield
        reporting.cancel()
        await receiver.end()

    app = FastAPI(openapi_url=None, lifespan=living)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.rstrip("/") for origin in origins],
        allow_origin_regex=THIS_MACHINE,
        allow_methods=["POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=["Location"],
    )
    app.add_route("/whip", receiver.receive_offer, ["POST"])
    app.add_route("/whip/{session}", receiver.receive_end, ["DELETE"])
    return app


async def _report_each_period(report: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(PERIOD)
        report()


async def _body(request: Request) -> str | None:
    """Return what was sent; None if it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body.decode(errors="replace")


def _refuse(status: int, why: str) -> Response:
    return Response(why, status, media_type="text/plain")
