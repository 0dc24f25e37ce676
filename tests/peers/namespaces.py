"""Two network namespaces joined by a cable, so that broadcast and multicast reach nobody else."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

SHOW, PEER = "bhava-show", "bhava-peer"
HOSTS = {SHOW: "10.77.0.2", PEER: "10.77.0.1"}
NETWORK = "10.77.0.0/24"
DEADLINE = 60.0
"""Seconds within which a peer must come to what is awaited."""


def run(*command: str) -> str:
    """Run a command; return what it says."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def inside(namespace: str, *command: str) -> list[str]:
    """Return a command that runs in a namespace."""
    return ["ip", "netns", "exec", namespace, *command]


def program_inside(namespace: str, program: str, folder: Path) -> Path:
    """Write a program into a folder that runs another one in a namespace; return its path."""
    script = folder / f"{Path(program).name}-inside"
    script.write_text(f'#!/bin/sh\nexec {" ".join(inside(namespace, program))} "$@"\n')
    script.chmod(0o755)
    return script


@contextmanager
def cable() -> Iterator[None]:
    """Set both namespaces up; needs root."""
    with ExitStack() as stack:
        for namespace in HOSTS:
            run("ip", "netns", "add", namespace)
            stack.callback(run, "ip", "netns", "del", namespace)
        names = {SHOW: "bhava-s", PEER: "bhava-p"}
        run("ip", "link", "add", names[SHOW], "type", "veth", "peer", "name", names[PEER])
        for namespace, host in HOSTS.items():
            link, there = names[namespace], ("ip", "-n", namespace)
            run("ip", "link", "set", link, "netns", namespace)
            run(*there, "addr", "add", f"{host}/24", "brd", "+", "dev", link)
            run(*there, "link", "set", link, "up")
            run(*there, "link", "set", "lo", "up")
            run(*there, "route", "add", "224.0.0.0/4", "dev", link)
        yield


@contextmanager
def running(namespace: str, *command: str) -> Iterator[None]:
    """Run a program in a namespace for the length of a block."""
    with subprocess.Popen(inside(namespace, *command)) as process:
        try:
            yield
        finally:
            process.terminate()


def ask(namespace: str, address: str, *options: str) -> Any:
    """Return the JSON that a server in a namespace answers; None while there is none."""
    command = inside(namespace, "curl", "--silent", "--globoff", *options, address)
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout else None


def wait_for(wanted: Callable[[], bool], words: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + DEADLINE
    while not wanted():
        assert time.monotonic() < end, f"expected {words} within {DEADLINE:g} s"
        time.sleep(0.3)
