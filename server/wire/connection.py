"""The edge between one WebSocket and its stage: reads, writes, and keeps the time."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from fastapi import WebSocket, WebSocketDisconnect

from server.wire.direct_write import take_at_once, write_at_once
from server.wire.messages import Hello, Pong, Refused
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal
from server.wire.session import HELLO_TIMEOUT, Close, Event, Join, Session, StageEvent

SEND_TIMEOUT = 10.0
"""Seconds after which a client that takes nothing is cut off."""

POLITE = (1000, 1001, 1005)
"""Close codes of clients that leave on purpose: as usual, for another page, and without a code."""

TOO_FAST_PAUSE = 0.01
"""Seconds before reading on from a client above the rate limit: its link fills up, and the
server's time is left to the others."""


class Stage(Protocol):
    """What a connection asks of the stage that its client came to see."""

    def receive(self, client: Outbox, event: StageEvent, now: float, /) -> None:
        """Carry out what a client asks for; raise `Refusal` if it may not be done."""

    def leave(self, client: Outbox, lost: bool, /) -> None:
        """Forget a client, which lost its link or left; may be called for one that never joined."""


class Connection:
    """One client, from its first message to its last."""

    def __init__(
        self,
        websocket: WebSocket,
        admit: Callable[[Hello], Stage],
        clock: Callable[[], float],
        hello_timeout: float = HELLO_TIMEOUT,
        send_timeout: float = SEND_TIMEOUT,
        note_refusal: Callable[[Refused], None] = lambda _: None,
    ) -> None:
        """Prepare.

        Args:
            websocket: Not yet accepted.
            admit: Gives the stage that a hello asks for; raises `Refusal` if there is none, or if
                the client may not be there what it asks to be.
            clock: Monotonic time in seconds.
            hello_timeout: Seconds within which the client must introduce itself.
            send_timeout: Seconds after which a client that takes nothing is cut off.
            note_refusal: Is told each message that is refused.
        """
        self._websocket = websocket
        self._admit = admit
        self._stage: Stage | None = None
        self._clock = clock
        self._hello_timeout = hello_timeout
        self._send_timeout = send_timeout
        self._note_refusal = note_refusal
        self._session = Session()
        self._lost = True
        self._outbox = Outbox()

    async def run(self) -> None:
        """Serve the client until it leaves, is refused, or takes nothing any more."""
        await self._websocket.accept()
        take_at_once(self._websocket.scope, self._take)
        write_at_once(self._websocket.scope, self._outbox.lend)
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read())
                await self._write()
                reader.cancel()
        except* (WebSocketDisconnect, TimeoutError):
            pass  # there is nobody left to tell
        finally:
            take_at_once(self._websocket.scope, None)
            if self._stage:
                self._stage.leave(self._outbox, self._lost)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(self._hello_timeout, self._expire)
        try:
            # Messages that wait come without a pause, so a flood of them would hold all else up.
            while not self._session.closed and (message := await self._receive()) is not None:
                self._carry_out(self._session.receive(message, self._clock()))
                if self._session.too_fast:
                    await asyncio.sleep(TOO_FAST_PAUSE)
        finally:
            expiry.cancel()

    def _take(self, message: str | bytes) -> bool:
        """Carry out a message without a task, unless it is the first or there are too many."""
        if self._session.role is None or self._session.too_fast:
            return False
        self._carry_out(self._session.receive(message, self._clock()))
        return True

    def _expire(self) -> None:
        self._carry_out(self._session.expire())

    async def _receive(self) -> str | bytes | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._lost = message["code"] not in POLITE
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
                case Refused():
                    self._note_refusal(event)
                    self._outbox.send(event)
                case Pong():
                    self._outbox.send(event)
                case _:
                    self._hand_on(event)

    def _hand_on(self, event: StageEvent) -> None:
        try:
            if isinstance(event, Join):
                self._stage = self._admit(event.hello)
            assert self._stage  # the session lets nothing through before the hello
            self._stage.receive(self._outbox, event, self._clock())
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
