"""The live chats that vote on the main stage."""

import asyncio
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from motion.errors import SetupError
from server.chat import twitch, youtube
from server.chat.listener import ChatState, Listener
from server.chat.readers import Reader, Sleep, TwitchReader, YoutubeReader, keep_reading
from server.stages.crowd_desk import CrowdDesk, labels_of
from server.stages.scheduler import DEFAULT, Scheduler

YOUTUBE_KEY = "BHAVA_YOUTUBE_KEY"
"""Environment variable with the key of YouTube's interface: a command line shows to all users."""


@dataclass(frozen=True)
class ChatSettings:
    """Which chats are read.

    Attributes:
        channel: Name of a channel of Twitch; empty for none.
        video: Id of a live video of YouTube; empty for none.
        youtube_key: Key of YouTube's interface.
        twitch_url: Address of Twitch's server.
        youtube_url: Address of YouTube's interface.
    """

    channel: str = ""
    video: str = ""
    youtube_key: str = ""
    twitch_url: str = twitch.ADDRESS
    youtube_url: str = youtube.ADDRESS

    @staticmethod
    def parse(channel: str, video: str, twitch_url: str, youtube_url: str) -> "ChatSettings":
        """Read what the command line names.

        Raises:
            SetupError: If it names no channel, or a video without a key.
        """
        key = os.environ.get(YOUTUBE_KEY, "")
        if video and not key:
            raise SetupError(f"expected a key of YouTube's interface in {YOUTUBE_KEY}, got none")
        return ChatSettings(
            twitch.channel_name(channel) if channel else "",
            video,
            key,
            twitch_url or twitch.ADDRESS,
            youtube_url or youtube.ADDRESS,
        )


class Chats:
    """Reads chats, whose lines are votes on the main stage; belongs to the event loop."""

    def __init__(
        self,
        settings: ChatSettings,
        scheduler: Scheduler,
        votes: CrowdDesk,
        clock: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        """Begin without a connection.

        Args:
            settings: Which are read.
            scheduler: Has the main stage.
            votes: Takes the choices.
            clock: Monotonic time in seconds.
            sleep: Waits for a number of seconds.
        """
        self._scheduler, self._votes, self._sleep = scheduler, votes, sleep
        self._secret = secrets.token_bytes()  # nobody is known again by the next server
        self._readers: list[Reader] = []
        if settings.channel:
            listener = self._listener(f"twitch {settings.channel}")
            address = settings.twitch_url
            self._readers.append(TwitchReader(settings.channel, listener, clock, address))
        if settings.video:
            listener = self._listener(f"youtube {settings.video}")
            address, key = settings.youtube_url, settings.youtube_key
            reader = YoutubeReader(settings.video, key, listener, clock, sleep, address)
            self._readers.append(reader)

    @property
    def states(self) -> Sequence[ChatState]:
        """How all chats fare."""
        return [reader.listener.state for reader in self._readers]

    async def run(self) -> None:
        """Read all chats for ever; one that fails harms no other."""
        await asyncio.gather(*(self._read(reader) for reader in self._readers))

    async def _read(self, reader: Reader) -> None:
        while True:
            with self._scheduler.services.faults.survived(f"chat {reader.listener.state.name}"):
                await keep_reading(reader, self._sleep)
            reader.listener.state.lost("expected lines of a chat, got an error; see the log")
            await self._sleep(10.0)

    def _listener(self, name: str) -> Listener:
        return Listener(ChatState(name), self._secret, self._labels, self._cast)

    def _labels(self) -> Sequence[str]:
        return labels_of(self._scheduler.stage(DEFAULT))

    def _cast(self, voter: str, label: str) -> None:
        self._votes.cast(self._scheduler.stage(DEFAULT), voter, label)
