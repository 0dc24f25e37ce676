"""What a hostile network does to a server; each attack goes on until its process is ended.

All of them come from another address of this machine, for the machine's own has reserved places.
"""

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count

import numpy as np

from motion.clip import Pose
from server.capture.demo import Camera
from server.capture.landmarks import PEOPLE, Sighting
from server.wire.protocol import LandmarksMessage, encode_landmarks

Attack = Callable[[int], None]
"""Attacks the server on a port of this machine."""

ATTACKER = "127.0.0.2"
KEY = "sesame"
"""Key of the server that is attacked; some attacks come from an operator."""

TORN = "torn-by-siege"
"""Name of a model that cannot be read."""

JUMPERS = "jumpers"
"""Name of a stage."""

IDLE = 1500
"""Connections that do nothing; more than an address may have."""

_POST = b"POST /api/stages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
_CONTROLS = _POST.replace(b"POST /api/stages", b"PATCH /api/stages/default/controls")
_OPERATOR = f"X-Operator-Key: {KEY}\r\n".encode()
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"
_UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_UNMASKED = b"\0\0\0\0"


def _get(path: str, more: bytes = b"") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + more + b"\r\n"


def _json(request: bytes, content: dict[str, object]) -> bytes:
    body = json.dumps(content).encode()
    return request + _OPERATOR + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _answer(port: int, request: bytes) -> bytes:
    with _connect(port, request) as link:
        return link.recv(1 << 16)


def _text(message: dict[str, object]) -> bytes:
    payload = json.dumps(message).encode()
    return bytes([0x81, 0x80 | len(payload)]) + _UNMASKED + payload


_HELLO = _text({"type": "hello", "version": 2, "role": "viewer"})


def _connect(port: int, *begin: bytes) -> socket.socket:
    """Return a link that has said how it begins, the later parts each after an answer."""
    link = socket.create_connection(("127.0.0.1", port), 5.0, (ATTACKER, 0))
    try:
        for number, part in enumerate(begin):
            if number and not link.recv(1 << 16):
                raise ConnectionResetError("expected an answer, got the end of the link")
            link.sendall(part)
    except OSError:
        link.close()
        raise
    return link


def _pour(begin: tuple[bytes, ...], more: bytes, links: int) -> Attack:
    """Return an attack that begins a request and never ends it, on some links at once."""

    def attack(port: int) -> None:
        with selectors.DefaultSelector() as ready:
            for _ in count():
                while len(ready.get_map()) < links:
                    with suppress(OSError):
                        link = _connect(port, *begin)
                        link.setblocking(False)
                        ready.register(link, selectors.EVENT_WRITE)
                for key, _ in ready.select(1.0):
                    _send(ready, key.fileobj, more)

    return attack


def _send(ready: selectors.BaseSelector, link: object, more: bytes) -> None:
    assert isinstance(link, socket.socket)
    try:
        link.send(more)
    except BlockingIOError:
        return
    except OSError:  # it was cut off
        ready.unregister(link)
        link.close()


def _ask(request: bytes, links: int) -> Attack:
    """Return an attack that asks again as soon as it is answered, on some links at once."""

    def attack(port: int) -> None:
        with selectors.DefaultSelector() as ready:
            for _ in count():
                while len(ready.get_map()) < links:
                    with suppress(OSError):
                        link = _connect(port, request)
                        link.setblocking(False)
                        ready.register(link, selectors.EVENT_READ)
                for key, _ in ready.select(1.0):
                    _again(ready, key.fileobj, request)

    return attack


def _again(ready: selectors.BaseSelector, link: object, request: bytes) -> None:
    assert isinstance(link, socket.socket)
    with suppress(OSError):
        if answer := link.recv(1 << 16):
            if b"HTTP/1.1 " in answer:
                link.send(request)
            return
    ready.unregister(link)
    link.close()


def _hold(begin: tuple[bytes, ...], trickle: bytes, links: int) -> Attack:
    """Return an attack that opens links and says as little as it can on each."""

    def attack(port: int) -> None:
        held: list[socket.socket] = []
        for number in count():
            with suppress(OSError):
                if len(held) < links:
                    held.append(_connect(port, *begin))
            if len(held) >= links:
                time.sleep(0.002)
            if trickle and held:
                with suppress(OSError):
                    held[number % len(held)].send(trickle)

    return attack


def _knock(port: int) -> None:
    """Connect and leave, as fast as it goes."""
    while True:
        with suppress(OSError):
            _connect(port).close()


def _make_stages(port: int) -> None:
    """Make as many stages as there may be, all at once."""
    links = []
    for number in range(100):
        with suppress(OSError):
            links.append(
                _connect(port, _json(_POST, {"name": f"burst-{number}", "source": "demo"}))
            )
    time.sleep(3600)


def _choose_torn(port: int) -> None:
    """Be an operator who chooses a model again and again that cannot be read."""
    while True:
        with suppress(OSError):
            _answer(port, _json(_CONTROLS, {"model": TORN}))
        time.sleep(0.1)


def _jump_about(port: int) -> None:
    """Be four people who are somewhere else in every picture, on a stage of their own."""
    body, chance = Camera().see(Pose.standing()), np.random.default_rng(0)
    while b" 201 " not in _answer(port, _json(_POST, {"name": JUMPERS, "source": "browser"})):
        time.sleep(0.2)  # it comes once the machine has time for it
    _answer(port, _json(_CONTROLS.replace(b"default", JUMPERS.encode()), {"dancers": "each"}))
    hello = {"version": 2, "role": "performer", "stage": JUMPERS, "key": KEY}
    link = _connect(port, _UPGRADE, _text({"type": "hello", **hello}))
    link.settimeout(None)
    threading.Thread(target=lambda: [None for _ in iter(lambda: link.recv(1 << 16), b"")]).start()
    for number in count():
        places = chance.uniform(-0.5, 0.5, (PEOPLE, 1, 2))
        people = tuple(replace(body, image=body.image + place) for place in places)
        message = encode_landmarks(LandmarksMessage(number, Sighting(time.monotonic(), people)))
        link.sendall(b"\x82\xfe" + len(message).to_bytes(2) + _UNMASKED + message)
        time.sleep(1 / 30)


_VIEWER = _UPGRADE, _HELLO
_PINGS = 200 * (b"\x89\x80" + _UNMASKED)
_FRAGMENT = b"\x01\x80" + _UNMASKED
_FRAGMENTS = 500 * (b"\0\x80" + _UNMASKED)
_MESSAGES = 100 * _text({"type": "ping", "client_time": 0})
_LARGE = _POST + b"Content-Length: 400000000\r\n\r\n"
_HEADERS = 8192 * b"a: b\r\n"


ATTACKS: dict[str, Attack] = {
    "bodies without end, no key": _pour((_CHUNKED,), b"8000\r\n" + 0x8000 * b" " + b"\r\n", 16),
    "bodies of 400 MB, no key": _pour((_LARGE,), 65536 * b" ", 16),
    "request lines without end": _pour((b"GET /",), 65536 * b"a", 16),
    "headers without end": _pour((_get("/")[:-2],), _HEADERS, 16),
    "trailers without end": _pour((_CHUNKED + b"0\r\n",), _HEADERS, 16),
    "pipelined requests": _pour((), 1000 * _get("/healthz"), 16),
    "bytes that are no HTTP": _pour((), 65536 * b"\x80", 16),
    "requests in a flood": _ask(_get("/api/stages"), 200),
    "metrics in a flood": _ask(_get("/metrics"), 50),
    "lists of 62 takes in a flood": _ask(_get("/api/takes", _OPERATOR), 20),
    "wrong keys in a flood": _ask(_get("/api/takes", b"X-Operator-Key: guess\r\n"), 50),
    "other servers' names in a flood": _ask(_get("/").replace(b"localhost", b"elsewhere"), 50),
    "connections in a flood": _knock,
    "idle connections": _hold((), b"", IDLE),
    "heads that trickle": _hold((b"GET / HTTP/1.1\r\nX: ",), b"a", 500),
    "WebSockets that never say hello": _hold((_UPGRADE,), b"", 500),
    "viewers that never read": _hold(_VIEWER, b"", 200),
    "WebSocket pings in a flood": _pour(_VIEWER, _PINGS, 16),
    "fragments without end": _pour((_UPGRADE, _HELLO + _FRAGMENT), _FRAGMENTS, 16),
    "messages in a flood": _pour(_VIEWER, _MESSAGES, 16),
    "messages without a hello": _pour((_UPGRADE, _MESSAGES), _MESSAGES, 16),
    "descriptors run out": _hold((), b"", IDLE),
    "100 stages at once": _make_stages,
    "four people who jump about": _jump_about,
    "a torn model chosen again and again": _choose_torn,
}  # fmt: skip
"""By what they do."""

EXHAUSTING = "descriptors run out"
"""The attack that meets a server with few descriptors."""
