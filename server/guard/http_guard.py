"""HTTP whose requests are bounded before they are parsed further, and who must come in time."""

import asyncio
import re
from functools import partial
from math import inf
from typing import Any, NoReturn, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from server.guard.proxies import reveal_client
from server.guard.traffic import Job, Link, Traffic

PIECE = 4096
"""Bytes that are parsed before it is looked whether a bound is passed."""

HEAD = 16 * 1024
"""Bytes of a request line and its headers."""

LINE = 4096
"""Bytes of a target, or of one header: below what the WebSocket's own parser takes."""

HEADERS = 64
"""Headers of a request; browsers send about twenty."""

PIPELINED = 4
"""Requests of a connection that wait for the answer to the one before; browsers send one."""

BODY = 64 * 1024
"""Bytes of a request's body."""

LONG_BODY = 2**20
"""Bytes of a request's body where whole lists are sent."""

LONG = re.compile(rb"/api/stages/[^/]+/cues/?")
"""Where whole lists are sent."""


BODIES = 4 * 2**20
"""Bytes of the bodies of all connections that are on their way at once."""

_TOO_MANY = "expected fewer connections, got another"
_NO_HTTP = 400, "expected an HTTP request, got something else"


class _PassedBoundError(Exception):
    """A request passes a bound."""


class GuardedHttp(HttpToolsProtocol):
    """A connection whose requests are refused as soon as they pass a bound."""

    def __init__(self, traffic: Traffic, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._traffic = traffic
        self._link: Link | None = None
        self._spent = 0  # bytes of the head or of the body, which are bounded each
        self._allowed = HEAD
        self._held = 0  # of them those of a body, while it is not there as a whole
        self._refusal = _NO_HTTP
        self._upgraded = False
        self._early: bytes | None = None  # what came while its address is not read
        self._answering: RequestResponseCycle | None = None  # `cycle` is the newest of a pipeline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the connection in, or say that there are too many."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._link = self._traffic.enter(self.transport, self.client[0] if self.client else "")
        if self._link is None:
            self._answer(503, _TOO_MANY)
        elif (penalty := self._traffic.penalty(self._link)) > 0:
            self._early = b""
            self.loop.call_later(penalty, self._read_on)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._give_up()
        self._expect_head()
        # A request and its connection know one another: they would wait for the garbage collector,
        # which comes after thousands of them.
        self.cycle = self._answering = None  # type: ignore[assignment]
        if self._link:
            self._traffic.leave(self._link)

    def data_received(self, data: bytes) -> None:
        """Parse what came piece by piece, as long as no bound is passed."""
        if self._early is not None:
            self.flow.pause_reading()  # uvloop ignores it before the first byte
            self._early += data[: HEAD + 1]
            return
        if self._link and (self.cycle is None or self.cycle.response_complete):
            self._link.expect_request(self._traffic.clock())
        while data and not self.transport.is_closing() and self._may_parse(len(data[:PIECE])):
            piece, data = data[:PIECE], data[PIECE:]
            super().data_received(piece)
            if self._upgraded:
                return

    def pause_writing(self) -> None:
        """Expect the client to take something soon."""
        super().pause_writing()
        if self._link:
            self._link.expect_reader(self._traffic.clock())

    def resume_writing(self) -> None:
        """The client has taken enough."""
        super().resume_writing()
        if self._link:
            self._link.written_by = inf

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the name is uvicorn's
        """Say which bound was passed; the parser calls it after any error."""
        self._traffic.refuse(self._link, str(self._refusal[0]))
        self._answer(*self._refusal)

    def on_message_begin(self) -> None:
        """Let a request begin, if not too many wait already."""
        if len(self.pipeline) >= PIPELINED:
            self._refuse(400, f"expected at most {PIPELINED} requests at once, got another")
        super().on_message_begin()
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        """Take in a part of the target."""
        super().on_url(url)
        if len(self.url) > LINE or not self.url.isascii():
            self._refuse(414, f"expected a target of at most {LINE} bytes of ASCII, got another")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take in a header; those that follow a body count too."""
        if len(self.headers) >= HEADERS or len(name) + len(value) > LINE:
            self._refuse(431, f"expected at most {HEADERS} headers of {LINE} bytes, got more")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Bound the body before anything of it is read, and see whom a proxy speaks for."""
        reveal_client(self.scope, self._traffic.proxies)
        path = self.url.partition(b"?")[0]
        self._spent, self._allowed = 0, LONG_BODY if LONG.fullmatch(path) else BODY
        if int(dict(self.headers).get(b"content-length", b"0")) > self._allowed:
            self._refuse(413, f"expected a body of at most {self._allowed} bytes, got a longer one")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there: from now on its answer takes the time."""
        super().on_message_complete()
        self._expect_head()
        if self._link:
            self._link.read_by = inf

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; what comes on it is bounded there."""
        client = self.scope["client"]
        if self._link and not self._traffic.hand_over(self._link, client[0] if client else ""):
            self._answer(503, _TOO_MANY)
            return
        super().handle_websocket_upgrade()
        link, self._link, self._upgraded = self._link, None, True
        if link is not None:
            link.read_by = inf
            websocket = cast(Any, self.transport.get_protocol())
            websocket.on_refused = partial(self._traffic.refuse, link, "websocket")
            websocket.on_lost = partial(self._traffic.leave, link)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._link is not None:
            job = Job(
                partial(self._answered, cycle, app),
                lambda: cycle.disconnected or self.transport.is_closing(),
            )
            client = cycle.scope["client"]
            self._traffic.submit(self._link, client[0] if client else "", job)

    def _answered(self, cycle: RequestResponseCycle, app: Any) -> "asyncio.Task[None]":
        self._answering = cycle
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        return task

    def _give_up(self) -> bool:
        """Let the application know that nobody hears it, and keep nothing that it has not read yet.

        Returns:
            Whether it had begun to answer.
        """
        begun = False
        for cycle in (self._answering, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.body = bytearray()
                cycle.message_event.set()
                begun = begun or cycle.response_started
        return begun

    def _read_on(self) -> None:
        early, self._early = self._early or b"", None
        if self.transport.is_closing():
            return
        if len(early) > HEAD:
            self._refusal = 429, f"expected {HEAD} bytes at first, since others were refused"
            self.send_400_response("")
            return
        self.flow.resume_reading()
        if early:
            self.data_received(early)

    def _expect_head(self) -> None:
        """Begin to count anew."""
        self._traffic.bodies -= self._held
        self._spent, self._allowed, self._held = 0, HEAD, 0

    def _may_parse(self, count: int) -> bool:
        """Tell whether some more bytes may be parsed; if not, the client is told."""
        self._spent += count
        body = self._allowed != HEAD
        if body:
            self._held += count
            self._traffic.bodies += count
        if self._spent > self._allowed + PIECE:
            what = "body" if body else "head"
            self._refusal = (
                413 if body else 431,
                f"expected a {what} of at most {self._allowed} bytes, got a longer one",
            )
        elif self._traffic.bodies > BODIES:
            self._refusal = 503, "expected fewer requests on their way at once, got another"
        else:
            return True
        self.send_400_response("")
        return False

    def _refuse(self, status: int, why: str) -> NoReturn:
        """End the parsing: what is raised in it comes back as an error of the parser."""
        self._refusal = status, why
        raise _PassedBoundError

    def _answer(self, status: int, why: str) -> None:
        """Say why and hang up, unless an answer is on its way already."""
        if self._give_up():
            self.transport.abort()
            return
        text = why.encode()
        lines = [b"content-type: text/plain; charset=utf-8", b"content-length: %d" % len(text)]
        head = STATUS_LINE[status] + b"\r\n".join([*lines, b"connection: close", b"", b""])
        self.transport.write(head + text)
        self.transport.close()
