"""Turns strangers' requests away before the application sees them, and guards its pages.

References:
    https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/referrer-policy/.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.origins import OriginPolicy

READING = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing; what they answer a foreign page cannot read."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        # MediaPipe compiles WebAssembly and starts workers that it has made up itself.
        "script-src 'self' 'wasm-unsafe-eval' blob:",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        # Avatars come from wherever their address says, with pictures inside.
        "img-src 'self' data: blob:",
        "connect-src 'self' data: blob: https: http: ws: wss:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""What the pages may load and who may show them in a frame."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class OriginGuard:
    """An application behind a policy of hosts and origins."""

    def __init__(self, app: ASGIApp, policy: OriginPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it: 421 for another's host, 403 for a foreign page."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        else:
            status, detail = refusal
            await JSONResponse({"detail": detail}, status)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._policy.knows_host(host):
            return 421, f"expected a name of this server, got {host!r:.80}; see --allow-host"
        if scope["type"] == "http" and scope["method"] in READING:
            return None
        if not self._policy.lets_in(origin, host):
            return 403, f"expected a page of this server, got {origin!r:.80}; see --allow-origin"
        return None


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return send_with_headers
