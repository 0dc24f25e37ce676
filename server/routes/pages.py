"""The built pages."""

import mimetypes
import os
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

NO_PAGES = "The pages are not built yet: `make run` builds them. The stream itself is at /ws."

VOTE_PAGE = "v/index.html"
"""Page on which the audience votes; the rest of its address names the stage."""


class _Pages(StaticFiles):
    """The built pages: names under `assets/` carry a hash of their content, others may change."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a page also by its bare name: `/dance` is `dance.html`; below `/v/` all is one."""
        path = VOTE_PAGE if path.startswith("v/") else path
        full_path, found = super().lookup_path(path)
        return (full_path, found) if found else super().lookup_path(f"{path}.html")

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = path.startswith("assets/") and response.status_code == 200
        caching = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["Cache-Control"] = caching
        return response


def add_pages(app: FastAPI, pages: Path) -> None:
    """Serve the built pages of a folder, or say how they are built."""
    # The system's table may lack these, and browsers insist on them.
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("application/wasm", ".wasm")
    if (pages / "index.html").exists():
        app.mount("/", _Pages(directory=pages, html=True))
        return

    @app.get("/", include_in_schema=False)
    async def no_pages() -> Response:
        return PlainTextResponse(NO_PAGES, 503)
