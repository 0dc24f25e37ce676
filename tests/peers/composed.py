"""Services of `docker-compose.yml` as processes of this machine, for want of a container runtime.

Each has a network namespace with an address of its own on one bridge, files that are read-only but
for its volume, no right beyond those that it keeps, and the command and environment of the file,
but for the places of its volumes. Needs root, `docker-compose`, iproute2 and util-linux.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.peers.namespaces import inside, run
from tests.test_container import ROOT, last

HOUSE = "bhava-house"
"""Namespace of the machine that the containers would run on."""

DATA = "/mnt"
"""Where a service finds its volume, in the place of `/data`: a folder that every system has."""

CADDY = {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/tmp"}
"""Environment of Caddy's image, with the other of its writable places."""

SERVICE = """
mount --bind "$VOLUME" /mnt
for nested in $NESTED; do mount --bind "$VOLUME/../$nested" "/mnt/$nested"; done
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /tmp
exec setpriv --no-new-privs --inh-caps=-all --bounding-set="$RIGHTS" -- "$@"
"""


def config(settings: Mapping[str, str], profile: str) -> dict[str, Any]:
    """Return the file as the compose tool understands it."""
    tool = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    command = [*tool, "--profile", profile, "config"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


@dataclass(frozen=True)
class Service:
    """One service on its own address.

    Attributes:
        name: As in the file.
        address: Its IP address.
        definition: From the file.
    """

    name: str
    address: str
    definition: Mapping[str, Any]

    @property
    def namespace(self) -> str:
        """Its network namespace."""
        return f"bhava-{self.name}"

    @property
    def command(self) -> list[str]:
        """What its container would run."""
        given, entry = self.definition.get("command", []), self.definition.get("entrypoint")
        words = shlex.split(given) if isinstance(given, str) else list(given)
        image = self.definition["image"].partition(":")[0]
        if image == "bhava":
            entry = entry or json.loads(last("ENTRYPOINT"))
        elif image == "nats":  # whose image puts it before options
            entry = ["nats-server"]
        return [*(entry or []), *words]

    @contextmanager
    def running(self, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Run it until the end of the block.

        Args:
            folder: Its volumes are below it.
            log: File that takes all it says.
        """
        volume = folder / self.name
        volume.mkdir()
        places, nested = {"/data": DATA}, []
        for source, target in map(_mount, self.definition.get("volumes", [])):
            if target == f"/data/{source}":
                (folder / source).mkdir(exist_ok=True)
                (volume / source).mkdir()
                nested.append(source)
            elif target != "/data":
                places[target] = source
        words = [_moved(word, places) for word in self.command]
        if words[0] == "bhava":
            words = [sys.executable, "-m", *words]
        given = self.definition.get("environment", {})
        rights = ["-all", *(f"+{right.lower()}" for right in self.definition.get("cap_add", []))]
        environment = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            **{name: _moved(value, places) for name, value in CADDY.items()},
            **{name: str(value) for name, value in given.items() if value is not None},
            "VOLUME": str(volume),
            "NESTED": " ".join(nested),
            "RIGHTS": ",".join(rights),
            "OMP_NUM_THREADS": "1",
        }
        run_it = inside(self.namespace, "sh", "-e", "-c", SERVICE, "sh", *words)
        with (
            log.open("wb") as said,
            subprocess.Popen(
                run_it, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()


def _mount(volume: str | Mapping[str, str]) -> tuple[str, str]:
    """Return the source and the target of a volume, as either generation of the tool spells it."""
    if isinstance(volume, str):
        source, target = volume.split(":")[:2]
        return source, target
    return volume["source"], volume["target"]


def _moved(word: str, places: Mapping[str, str]) -> str:
    """Return a word whose path lies in a volume as it is here."""
    for target, source in places.items():
        if word == target or word.startswith(f"{target}/"):
            return source + word.removeprefix(target)
    return word


def placed(services: Mapping[str, Any], names: list[str]) -> list[Service]:
    """Return services with the addresses that the file gives them, or others."""
    found = []
    for number, name in enumerate(names, 130):
        networks = services[name].get("networks") or {}
        fixed = (networks.get("default") or {}).get("ipv4_address")
        found.append(Service(name, fixed or f"10.133.7.{number}", services[name]))
    return found


@contextmanager
def bridged(services: list[Service]) -> Iterator[None]:
    """Join the namespaces of services by a bridge in that of their machine; names are known."""
    hosts = "127.0.0.1 localhost\n" + "".join(f"{s.address} {s.name}\n" for s in services)
    with ExitStack() as stack:
        for namespace in (HOUSE, *(service.namespace for service in services)):
            run("ip", "netns", "add", namespace)
            stack.callback(run, "ip", "netns", "del", namespace)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
            names = Path("/etc/netns") / namespace
            names.mkdir(parents=True)
            stack.callback(shutil.rmtree, names)
            (names / "hosts").write_text(hosts)
        house = ("ip", "-n", HOUSE)
        run(*house, "link", "add", "bridge", "type", "bridge")
        run(*house, "addr", "add", "10.133.7.1/24", "dev", "bridge")
        run(*house, "link", "set", "bridge", "up")
        for number, service in enumerate(services):
            there, cable = ("ip", "-n", service.namespace), f"cable{number}"
            run(*house, "link", "add", cable, "type", "veth", "peer", "name", "eth0",
                "netns", service.namespace)  # fmt: skip
            run(*house, "link", "set", cable, "master", "bridge", "up")
            run(*there, "addr", "add", f"{service.address}/24", "dev", "eth0")
            run(*there, "link", "set", "eth0", "up")
        yield
