"""The edge to a NATS server: one connection, made again for as long as it takes.

Nothing waits for the server while it is away: a frame that is kept is a frame that is late.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from motion.errors import BrokerError, SetupError
from server.telemetry.faults import Faults

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

_log = logging.getLogger("bhava")

Handler = Callable[[str, bytes], bytes | Awaitable[bytes] | None]
"""Takes a message of a subject; gives the answer to a request."""

RETRY = 0.2
"""Seconds between two attempts to reach the server."""

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the connection is still there."""

CONNECT_WITHIN = 2.0
ANSWER_WITHIN = 1.0

PING_EVERY, PINGS = 1, 2
"""Seconds between pings of the server, and how many may be unanswered before it counts as gone."""

BACKLOG = 64 * 1024
"""Bytes that may wait for a slow server; above, messages are left out rather than sent late."""

SCHEMES = ("nats", "tls", "ws", "wss")


def check_servers(text: str) -> list[str]:
    """Return the addresses of NATS servers, written with commas between.

    Raises:
        SetupError: If one is none, or the package that speaks to them is missing.
    """
    for server in text.split(","):
        parts = urlsplit(server)
        if parts.scheme not in SCHEMES or not parts.hostname:
            got = server.rpartition("@")[2]  # without its password
            raise SetupError(f"expected a NATS server such as nats://localhost:4222, got {got!r}")
    try:
        import nats  # noqa: F401 - an extra
    except ImportError:
        wanted = "pip install 'bhava[scale]'"
        raise SetupError(f"expected the package nats-py, got none: {wanted}") from None
    return text.split(",")


class Broker:
    """A connection to a NATS server; belongs to the event loop.

    Attributes:
        connected: Whether the server is there.
        left_out: Messages that were not sent since it was not, or was too slow.
    """

    def __init__(
        self, servers: Sequence[str], handlers: Mapping[str, Handler], faults: Faults
    ) -> None:
        """Begin without a connection.

        Args:
            servers: Addresses, of which any one serves.
            handlers: By the subject that they listen to; `*` stands for any word.
            faults: Counts what goes wrong.
        """
        self.left_out = 0
        self._servers, self._handlers, self._faults = list(servers), handlers, faults
        self._client: Client | None = None

    @property
    def connected(self) -> bool:
        """Whether the server is there."""
        return self._client is not None and self._client.is_connected

    async def run(self) -> None:
        """Keep the connection, for ever."""
        while True:
            with self._faults.survived("broker"):
                await self._serve()
            self._client = None
            await asyncio.sleep(RETRY)

    async def publish(self, subject: str, data: bytes) -> None:
        """Send a message, unless that would be late."""
        client = self._client
        if client is None or not client.is_connected or client.pending_data_size > BACKLOG:
            self.left_out += 1
            return
        await client.publish(subject, data)

    async def request(self, subject: str, data: bytes = b"") -> bytes:
        """Ask, and return the answer.

        Raises:
            BrokerError: If there is none in time.
        """
        from nats.errors import Error

        client = self._client
        if client is None or not client.is_connected:
            raise BrokerError("expected a NATS server, got none")
        try:
            answer = await client.request(subject, data, timeout=ANSWER_WITHIN)
        except (Error, TimeoutError) as error:
            raise BrokerError(f"expected an answer on {subject}, got: {error}") from error
        return bytes(answer.data)

    async def _serve(self) -> None:
        """Connect, and return when the connection is lost."""
        client = await self._connect()
        try:
            for subject, handler in self._handlers.items():
                await client.subscribe(subject, cb=self._called(handler))
            self._client = client
            _log.info("broker there")
            while client.is_connected:  # a close that waits for a frozen server never ends
                await asyncio.sleep(LOOK_EVERY)
            _log.warning("broker lost")
        finally:
            await client.close()

    async def _connect(self) -> "Client":
        import nats
        from nats.errors import Error

        async def note(error: Exception) -> None:
            if self._client is not None:  # else it is raised as well
                self._faults.count("broker", BrokerError(f"expected a NATS server, got: {error}"))

        try:
            return await nats.connect(
                self._servers,
                error_cb=note,
                allow_reconnect=False,  # which would keep messages until then
                connect_timeout=CONNECT_WITHIN,
                ping_interval=PING_EVERY,
                max_outstanding_pings=PINGS,
            )
        except (OSError, Error, TimeoutError) as error:
            where = ", ".join(server.rpartition("@")[2] for server in self._servers)
            why = str(error) or "no answer"
            raise BrokerError(f"expected a NATS server at {where}, got: {why}") from error

    def _called(self, handler: Handler) -> "Callable[[Msg], Awaitable[None]]":
        async def handle(message: "Msg") -> None:
            with self._faults.survived("broker"):
                answer = handler(message.subject, message.data)
                if isinstance(answer, Awaitable):
                    answer = await answer
                if answer is not None and message.reply:
                    await message.respond(answer)

        return handle
