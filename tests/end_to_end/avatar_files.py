"""Avatars that the tests bring along, and a server of strangers that gives them away or not."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.end_to_end.running_server import ROOT

_WRITE = """
import { runnerImport } from "vite";
const { module } = await runnerImport("./tests/avatars/writeAvatars.ts");
module.writeAvatars(process.argv[1]);
"""


def write_avatars(folder: Path) -> None:
    """Writes sound and wrong avatars into a folder, made by the generator of the web's tests."""
    command = ["node", "--input-type=module", "-e", _WRITE, str(folder)]
    subprocess.run(command, cwd=ROOT / "web", check=True)


class _Handler(SimpleHTTPRequestHandler):
    shared = False

    def end_headers(self) -> None:
        if self.shared:
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class _SharingHandler(_Handler):
    shared = True


@contextmanager
def file_server(folder: Path, shared: bool) -> Iterator[str]:
    """Serves a folder from another origin, to every page or to its own; yields its address."""
    handler = partial(_SharingHandler if shared else _Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
