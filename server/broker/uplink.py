"""The edge between a relay and its origins: what comes over NATS, and what is asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from server.broker.connection import Broker
from server.broker.forwarded import ForwardedAnswer, ForwardedRequest
from server.broker.messages import FROM_ORIGINS, VIEWERS, Report, Viewers, to_origin
from server.broker.origin_clock import decode_time
from server.broker.relay import Relay
from server.telemetry.faults import Faults

LOOK_EVERY = 1.0
"""Seconds between two looks: the origins' clocks, the viewers, and stages from which none come."""

FIRST_LOOKS = 3
"""Round trips to an origin's clock before its first frame is shown."""


class Uplink:
    """Feeds a relay; belongs to the event loop.

    Attributes:
        broker: The connection.
        faults: Counts what goes wrong.
    """

    def __init__(
        self,
        relay: Relay,
        servers: Sequence[str],
        name: str,
        faults: Faults,
        clock: Callable[[], float] = time.monotonic,
        but: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Begin without a connection.

        Args:
            relay: Shows what comes.
            servers: Addresses of NATS servers.
            name: Tells the relay from all others.
            faults: Counts what goes wrong.
            clock: Monotonic time in seconds, the relay's.
            but: Origin that is not heard: that of the same server, if there is one.
            sleep: Waits for a number of seconds.
        """
        self.broker = Broker(servers, {FROM_ORIGINS: self.receive}, faults)
        self._relay, self._name, self.faults = relay, name, faults
        self._clock, self._sleep, self._but = clock, sleep, but
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Keep a connection for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.broker.run())
            while True:
                await self._sleep(LOOK_EVERY)
                with self.faults.survived("relay"):
                    await self._look()

    def receive(self, subject: str, data: bytes) -> None:
        """Take in a message of an origin."""
        *_, origin, what = subject.split(".")
        if origin == self._but:
            return
        if what == "told":
            self._relay.receive_told(origin, data)
        elif self._relay.receive_frames(origin, data):
            self._ask(origin, self._meet(origin))

    async def forward(self, stage: str, request: ForwardedRequest) -> ForwardedAnswer:
        """Return what the origin of a stage answers to a request of the audience.

        Raises:
            BrokerError: If it does not answer.
            Refusal: `unknown_stage`.
        """
        origin = self._relay.stage(stage).origin
        answer = await self.broker.request(to_origin(origin, "request"), request.encoded())
        return ForwardedAnswer.decoded(answer)

    async def reports(self) -> list[Report]:
        """Return all that origins tell of themselves now; one that does not answer is left out."""
        reports = []
        for origin in self._relay.living():
            with self.faults.survived("origin"):
                reports.append(await self._report(origin))
        return reports

    async def _report(self, origin: str) -> Report:
        return Report.decoded(await self.broker.request(to_origin(origin, "report")))

    def _ask(self, origin: str, asking: Coroutine[Any, Any, None]) -> None:
        """Ask an origin something, unless it is being asked already."""
        if origin in self._asking:
            asking.close()
            return
        task = self._asking[origin] = asyncio.create_task(asking)
        task.add_done_callback(lambda _: self._asking.pop(origin))

    async def _meet(self, origin: str) -> None:
        """Learn an origin's clock and stages."""
        with self.faults.survived("origin"):
            for _ in range(FIRST_LOOKS):
                await self._look_at_clock(origin)
            self._relay.receive_report(origin, await self._report(origin))

    async def _look_at_clock(self, origin: str) -> None:
        asked = self._clock()
        answered = decode_time(await self.broker.request(to_origin(origin, "clock")))
        self._relay.receive_clock(origin, asked, answered)

    async def _look(self) -> None:
        self._relay.look()
        if not self._but:
            await self._tell_viewers()
        for origin in self._relay.living():
            with self.faults.survived("origin"):
                await self._look_at_clock(origin)

    async def _tell_viewers(self) -> None:
        viewers = {name: len(stage.audience.members) for name, stage in self._relay.stages.items()}
        told = Viewers(relay=self._name, viewers=viewers)
        await self.broker.publish(VIEWERS, told.encoded())
