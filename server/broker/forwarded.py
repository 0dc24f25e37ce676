"""Requests of the audience that a relay forwards to an origin, which answers them as its own.

No socket and no clock lives here.
"""

import re
from typing import Any

from server.broker.messages import Message

FORWARDED = re.compile(r"/api/stages/[^/]+/(ballots|votes|votes/code\.svg)")
"""Paths whose requests relays forward: all that the audience does to vote."""

REQUEST_HEADERS = ("authorization", "content-type")
ANSWER_HEADERS = ("content-type", "cache-control", "retry-after", "x-refusal")

MOST_BYTES = 4096
"""Of a request's body."""


class ForwardedRequest(Message):
    """A request for one of the `FORWARDED` paths.

    Attributes:
        method: As in HTTP.
        path: As in HTTP, without a query.
        headers: Those of `REQUEST_HEADERS`.
        body: Text.
        address: Where it came from, so that it counts there.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: str
    address: str


class ForwardedAnswer(Message):
    """The answer.

    Attributes:
        status: As in HTTP.
        headers: Those of `ANSWER_HEADERS`.
        body: Text.
    """

    status: int
    headers: dict[str, str]
    body: str


async def answered(app: Any, request: ForwardedRequest) -> ForwardedAnswer:
    """Return the answer of an application.

    Args:
        app: By ASGI, such as the server's own.
        request: From a relay.

    Raises:
        ValueError: If relays may not forward that path.
    """
    if not FORWARDED.fullmatch(request.path):
        raise ValueError(f"expected a request of the audience, got one for {request.path[:80]!r}")
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body.encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = {**request.headers, "host": "localhost"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (request.address, 0),
        "server": ("localhost", 80),
    }
    await app(scope, receive, send)
    return _answer(sent)


def _answer(sent: list[dict[str, Any]]) -> ForwardedAnswer:
    start, *bodies = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    known = {name: headers[name] for name in ANSWER_HEADERS if name in headers}
    body = b"".join(part.get("body", b"") for part in bodies)
    return ForwardedAnswer(status=start["status"], headers=known, body=body.decode())
