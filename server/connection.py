"""The edge between one WebSocket and the stage: reads, writes, and keeps the time."""

import asyncio
from collections.abc import Callable

from fastapi import WebSocket, WebSocketDisconnect

from server.messages import Pong, Refused
from server.outbox import Outbox
from server.protocol import Refusal
from server.session import HELLO_TIMEOUT, Close, Event, Session
from server.stage import Stage

SEND_TIMEOUT = 10.0
"""Seconds after which a client that takes nothing is cut off."""

TOO_FAST_PAUSE = 0.01
"""Seconds before reading on from a client above the rate limit: its link fills up, and the
server's time is left to the others."""


class Connection:
    """One client, from its first message to its last."""

    def __init__(
        self,
        websocket: WebSocket,
        stage: Stage,
        clock: Callable[[], float],
        hello_timeout: float = HELLO_TIMEOUT,
        send_timeout: float = SEND_TIMEOUT,
    ) -> None:
        self._websocket = websocket
        self._stage = stage
        self._clock = clock
        self._hello_timeout = hello_timeout
        self._send_timeout = send_timeout
        self._session = Session()
        self._outbox = Outbox()

    async def run(self) -> None:
        """Serve the client until it leaves, is refused, or takes nothing any more."""
        await self._websocket.accept()
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                await self._write()
                reader.cancel()
        except* (WebSocketDisconnect, TimeoutError):
            pass  # there is nobody left to tell
        finally:
            self._stage.leave(self._outbox)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(self._hello_timeout, self._expire)
        try:
            while (message := await self._receive()) is not None:
                self._carry_out(self._session.receive(message, self._clock()))
                if self._session.too_fast:
                    await asyncio.sleep(TOO_FAST_PAUSE)
        finally:
            expiry.cancel()

    def _expire(self) -> None:
        self._carry_out(self._session.expire())

    async def _receive(self) -> str | bytes | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._outbox.close(message["code"])
            return None
        text: str | None = message.get("text")
        data: bytes | None = message.get("bytes")
        return data if text is None else text

    def _carry_out(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Close(code=code):
                    self._outbox.close(code)
                case Refused() | Pong():
                    self._outbox.send(event)
                case _:
                    try:
                        self._stage.receive(self._outbox, event)
                    except Refusal as refusal:
                        self._carry_out(self._session.refuse(refusal))

    async def _write(self) -> None:
        while not isinstance(message := await self._outbox.next(), int):
            async with asyncio.timeout(self._send_timeout):
                await self._send(message)
        async with asyncio.timeout(self._send_timeout):
            await self._websocket.close(message)

    async def _send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            await self._websocket.send_text(message)
        else:
            await self._websocket.send_bytes(message)
