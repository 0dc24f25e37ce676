"""The readers of live chats: each keeps its connection, and tries again when it is lost."""

import asyncio
import random
import urllib.request
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError

from websockets.exceptions import WebSocketException

from motion.errors import SourceError
from server.chat import twitch, youtube
from server.chat.chat_line import ChatLine
from server.chat.listener import Listener

Sleep = Callable[[float], Awaitable[None]]

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a lost chat is tried again: twice as many after each failure."""

TIMEOUT = 20.0
"""Seconds within which a server must answer."""

LARGEST_ANSWER = 4 * 2**20
"""Bytes of a list of messages."""

GUESTS = 100_000


class Reader(Protocol):
    """Reads one chat; belongs to the event loop.

    Attributes:
        listener: Takes the lines in.
    """

    listener: Listener

    async def read(self) -> None:
        """Read until the chat is lost.

        Raises:
            SourceError: Why it is lost.
        """


class TwitchReader:
    """Reads a channel of Twitch as a guest."""

    def __init__(
        self, channel: str, listener: Listener, clock: Callable[[], float], address: str
    ) -> None:
        """Begin without a connection.

        Args:
            channel: Name of the channel.
            listener: Takes the lines in.
            clock: Monotonic time in seconds.
            address: Address of the server, `wss://…`.
        """
        self.listener = listener
        self._channel, self._clock, self._address = channel, clock, address

    async def read(self) -> None:
        """Read until the connection ends."""
        from websockets.asyncio.client import connect  # takes its time; few servers read a chat

        try:
            async with connect(self._address, open_timeout=TIMEOUT, max_size=2**16) as link:
                guest = random.randrange(1, GUESTS)
                for line in twitch.opening(self._channel, guest):
                    await link.send(f"{line}\r\n")
                async for message in link:
                    for event in twitch.receive(str(message)):
                        if reply := self._take_in(event):
                            await link.send(f"{reply}\r\n")
        except (OSError, TimeoutError, WebSocketException) as error:
            raise SourceError(f"expected Twitch at {self._address}, got: {error}") from error
        raise SourceError("expected a lasting connection, got one that Twitch has closed")

    def _take_in(self, event: twitch.TwitchEvent) -> str:
        """Take an event in; returns the line to send, empty for none."""
        match event:
            case ChatLine():
                self.listener.hear(event, self._clock())
            case twitch.Joined():
                self.listener.state.listening()
            case twitch.Ended(why=why):
                raise SourceError(why)
            case twitch.Reply(line=line):
                return line
        return ""


class YoutubeReader:
    """Reads the chat of a live video of YouTube."""

    def __init__(
        self,
        video: str,
        key: str,
        listener: Listener,
        clock: Callable[[], float],
        sleep: Sleep,
        address: str,
    ) -> None:
        """Begin without a request.

        Args:
            video: Id of the video.
            key: Key of the interface.
            listener: Takes the lines in.
            clock: Monotonic time in seconds.
            sleep: Waits for a number of seconds.
            address: Address of the interface, `https://…`.
        """
        self.listener = listener
        self._video, self._key, self._address = video, key, address
        self._clock, self._sleep = clock, sleep

    async def read(self) -> None:
        """Read until the chat is over or YouTube refuses."""
        chat = youtube.read_chat(await self._ask(youtube.chat_query(self._video, self._key)))
        # The first page holds what was said before: nobody votes with it now.
        page = youtube.read_page(await self._ask(youtube.page_query(chat, "", self._key)))
        self.listener.state.listening()
        while True:
            await self._sleep(page.wait)
            query = youtube.page_query(chat, page.next_page, self._key)
            page = youtube.read_page(await self._ask(query))
            for line in page.lines:
                self.listener.hear(line, self._clock())

    async def _ask(self, query: str) -> str:
        return await asyncio.to_thread(_fetch, f"{self._address}/{query}")


async def keep_reading(reader: Reader, sleep: Sleep) -> None:
    """Read a chat for ever, again and again when it is lost; why it is lost is kept.

    Args:
        reader: Reads it.
        sleep: Waits for a number of seconds.
    """
    state, wait = reader.listener.state, SHORTEST_WAIT
    while True:
        try:
            await reader.read()
        except SourceError as error:
            wait = SHORTEST_WAIT if state.state == "listening" else min(2 * wait, LONGEST_WAIT)
            state.lost(str(error))
        await sleep(wait)


def _fetch(url: str) -> str:
    """Return what an interface answers; its address holds a key, so no error may show it."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return str(answer.read(LARGEST_ANSWER).decode(errors="replace"))
    except HTTPError as error:
        with error:
            answer = error.read(LARGEST_ANSWER).decode(errors="replace")
            raise SourceError(youtube.read_error(answer, error.code)) from None
    except (OSError, HTTPException) as error:
        raise SourceError(f"expected an answer of YouTube, got: {error}") from None
