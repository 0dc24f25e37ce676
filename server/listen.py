"""Listen on a port and serve the application: what uvicorn does, and how it ends."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from motion.errors import SetupError
from server.access.certificates import Certificate
from server.guard.descriptors import DescriptorReserve, connections_within, raise_limit
from server.guard.http_guard import GuardedHttp
from server.guard.traffic import Traffic
from server.networks import Networks
from server.wire.direct_write import DirectWebSocket

MESSAGE_LIMIT = 64 * 1024
"""Bytes above which a message is not even read. Between the protocol's limit and this one it is
refused by name."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SWITCH = 0.001
"""Seconds after which a busy thread gives way, so that the scheduler does not wait for long."""

LAST_RESORT = 7.0
"""Seconds from when the end begins to when no thread is waited for: a take has 5 to be written."""

FAREWELL = 0.5
"""Seconds to tell the viewers that the show is over."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        SetupError: If the port is taken or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SetupError(f"expected to listen on {host}:{port}, got: {why}") from error


def address(listener: socket.socket, scheme: str = "http") -> str:
    """Return where a browser on this machine finds a listening socket."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve(
    app: FastAPI,
    farewell: Callable[[], None],
    listener: socket.socket,
    listening: Callable[[], None],
    over: Callable[[], bool] = lambda: False,
    certificate: Certificate | None = None,
    insist: bool = False,
) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM), within 2 seconds of it.

    Args:
        app: The application.
        farewell: Called when it ends, to tell the viewers.
        listener: Bound socket.
        listening: Called once requests are answered.
        over: Tells whether it shall end by itself.
        certificate: Speaks https if there is one.
        insist: Whether the process has nothing else to do and is to end in any case.
    """
    sys.setswitchinterval(SWITCH)
    admission = app.state.traffic.admission
    admission.most = connections_within(raise_limit(), admission.most)

    def ended() -> None:
        farewell()
        if insist:
            _insist_on_ending()

    Server(configured(app, certificate), ended, listening, over).run([listener])


def _insist_on_ending() -> None:
    """See that the process ends even if a thread hangs, as one does that waits for a disk."""
    last_resort = threading.Timer(LAST_RESORT, os._exit, [0])
    last_resort.daemon = True
    last_resort.start()


def configured(
    app: FastAPI,
    certificate: Certificate | None = None,
) -> uvicorn.Config:
    """Return how uvicorn is to serve the application; guarded if the application has `traffic`.

    Args:
        app: The application.
        certificate: Speaks https if there is one.
    """
    traffic = getattr(app.state, "traffic", None)
    return uvicorn.Config(
        app,
        http="httptools" if traffic is None else cast(Any, partial(GuardedHttp, traffic)),
        ws=cast(Any, partial(DirectWebSocket, Networks() if traffic is None else traffic.proxies)),
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        ssl_certfile=certificate and certificate.chain,
        ssl_keyfile=certificate and certificate.key,
        proxy_headers=False,  # the guard asks them, since its limits need the answer
        log_config=None,  # as `logs.configure` says
        timeout_graceful_shutdown=1,
    )


class Server(uvicorn.Server):
    """A server that says when it listens, and tells its viewers when it ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        farewell: Callable[[], None],
        listening: Callable[[], None],
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(config)
        self._farewell = farewell
        self._listening = listening
        self._over = over
        self._traffic: Traffic | None = getattr(cast(FastAPI, config.app).state, "traffic", None)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on a signal; uvicorn would repeat it before the source is closed."""
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        self._reserve = DescriptorReserve()
        await super().startup(sockets)
        self._listening()

    async def on_tick(self, counter: int) -> bool:
        """Cut who did not act in time, and tell whether to end; ten times a second."""
        if self._traffic is not None:
            self._traffic.admission.short = self._reserve.short()
            self._traffic.sweep()
        return await super().on_tick(counter) or self._over()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every session in order, then cut what is left."""
        self._farewell()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)
        self._reserve.close()
