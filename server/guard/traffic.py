"""All connections of a server: who is let in, until when they must act, and whose turn it is."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from server.guard.admission import Admission
from server.guard.fair_queue import FairQueue
from server.networks import Networks
from server.sites import site

REQUEST = 15.0
"""Seconds within which a request must be there, from connecting or from its first byte."""

STALLED = 20.0
"""Seconds for which a client may take nothing of an answer."""

LINGER = 5.0
"""Seconds that a connection which is being closed may still hold what it has not sent."""

IN_WORK = 24
"""Requests of one address that are answered at once; the others wait."""

SHARE = 0.25
"""Share of the event loop's time that answering may take while requests wait."""


PENALTY, LONGEST_PENALTY = 0.25, 2.0
"""Seconds for which newcomers of an address are not read, for each of its refusals and at most."""

APART = 0.01
"""Seconds between two of them, who would else be read all at once."""


@dataclass(eq=False)
class Link:
    """One connection.

    Attributes:
        transport: Its bytes.
        address: Where it comes from.
        read_by: When its request must be there as a whole, seconds.
        written_by: When it must have taken something of what waits for it, seconds.
    """

    transport: asyncio.Transport
    address: str
    read_by: float = inf
    written_by: float = inf

    def expect_request(self, now: float) -> None:
        """Give a request its time, unless that is running already."""
        self.read_by = min(self.read_by, now + REQUEST)

    def expect_reader(self, now: float) -> None:
        """Give the client its time to take something."""
        self.written_by = now + STALLED


class Job(NamedTuple):
    """A request that waits for its turn.

    Attributes:
        start: Begins to answer it, and returns the task that does.
        gone: Tells whether nobody waits for the answer any more.
    """

    start: Callable[[], "asyncio.Task[None]"]
    gone: Callable[[], bool]


@dataclass(eq=False)
class Traffic:
    """The connections of a server; belongs to the event loop.

    Attributes:
        clock: Monotonic time in seconds.
        proxies: Those whose word for their clients' addresses is taken.
        admission: Who is let in.
        links: All connections.
        refused: How many connections and requests were refused, by the reason.
        bodies: Bytes of the bodies that are on their way.
    """

    clock: Callable[[], float]
    proxies: Networks = field(default_factory=Networks)
    admission: Admission = field(default_factory=Admission)
    links: set[Link] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    _jobs: FairQueue[Job] = field(default_factory=lambda: FairQueue(IN_WORK))
    _turning: bool = False
    _unread_until: dict[str, float] = field(default_factory=dict)

    def enter(self, transport: asyncio.Transport, address: str) -> Link | None:
        """Let a connection in; None if there are too many."""
        if self.admission.refusal(address):
            self.refused["connection"] += 1
            return None
        self.admission.enter(address)
        link = Link(transport, address)
        link.expect_request(self.clock())
        self.links.add(link)
        return link

    def hand_over(self, link: Link, client: str) -> bool:
        """Count a proxy's connection as one of its client; return whether that may have another."""
        if client == link.address:
            return True
        self.admission.leave(link.address)
        refused = bool(self.admission.refusal(client))
        if refused:
            self.refused["connection"] += 1
        else:
            link.address = client
        self.admission.enter(link.address)
        return not refused

    def refuse(self, link: Link | None, reason: str) -> None:
        """Count what was refused; those who come from there are read the later for it."""
        self.refused[reason] += 1
        if link is not None and not self.admission.trusts(link.address):
            now, owner = self.clock(), site(link.address)
            until = max(now, self._unread_until.get(owner, now))
            self._unread_until[owner] = max(until, min(until + PENALTY, now + LONGEST_PENALTY))

    def penalty(self, link: Link) -> float:
        """Return the seconds for which a newcomer is not read yet; the next is read after it."""
        owner = site(link.address)
        wait = self._unread_until.get(owner, 0.0) - self.clock()
        if wait <= 0:
            return 0.0
        self._unread_until[owner] += APART
        return wait

    def leave(self, link: Link) -> None:
        """Forget a connection."""
        self.links.remove(link)
        self.admission.leave(link.address)

    def sweep(self) -> None:
        """Cut the connections that did not act in time."""
        now = self.clock()
        self._unread_until = {x: until for x, until in self._unread_until.items() if until > now}
        for link in list(self.links):
            if link.transport.is_closing():
                link.written_by = min(link.written_by, now + LINGER)
            if now >= min(link.read_by, link.written_by):
                self.refused["slow"] += 1
                link.transport.abort()

    def submit(self, link: Link, client: str, job: Job) -> None:
        """Let a client's request wait for its turn, which comes at once when nothing else waits."""
        owner = link if self.admission.trusts(client) else site(client)
        self._jobs.put(owner, job)
        if not self._turning:
            self._turn()

    def _turn(self) -> None:
        """Begin with the next request that somebody still waits for."""
        self._turning = False
        while (taken := self._jobs.take()) is not None:
            owner, job = taken
            if not job.gone():
                self._begin(owner, job)
                return
            self._jobs.done(owner)

    def _begin(self, owner: Hashable, job: Job) -> None:
        """Begin to answer; the two calls around the task's first step measure it."""
        self._turning = True
        loop, began = asyncio.get_running_loop(), list[float]()
        loop.call_soon(lambda: began.append(self.clock()))
        job.start().add_done_callback(lambda _: self._done(owner))
        loop.call_soon(lambda: self._pause(*began))

    def _pause(self, began: float) -> None:
        """Leave the time to the frames, in proportion to what the first step of a request took."""
        took = self.clock() - began
        asyncio.get_running_loop().call_later(took * (1 / SHARE - 1), self._turn)

    def _done(self, owner: Hashable) -> None:
        self._jobs.done(owner)
        if not self._turning:
            self._turn()
