"""OSCQuery as Avahi finds it and curl reads it, in two network namespaces.

Needs root for the network namespaces, the Debian packages `avahi-daemon`, `avahi-utils`, `dbus` and
`curl`, and the extra `links`.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.peers.namespaces import HOSTS, NETWORK, PEER, SHOW, ask, cable, inside, running, wait_for

BUS = """<busconfig><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Words that let a program find an Avahi of this test's own."""
    if shutil.which("avahi-browse") is None:
        wanted = "avahi-daemon avahi-utils dbus curl"
        pytest.fail(f"expected avahi-browse, got none: `apt-get install {wanted}`", pytrace=False)
    folder = tmp_path_factory.mktemp("avahi")
    with cable(), avahi(PEER, folder) as here, running(SHOW, *serve(folder)):
        yield here


@contextmanager
def avahi(namespace: str, folder: Path) -> Iterator[list[str]]:
    """Run Avahi in a namespace; gives words that let a program find it."""
    (folder / "bus.conf").write_text(BUS.format(path=folder / "bus"))
    (folder / "avahi.conf").write_text("[server]\ndeny-interfaces=lo\nuse-ipv6=no\n")
    here = ["env", f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={folder / 'bus'}"]
    bus = ("dbus-daemon", "--nofork", f"--config-file={folder / 'bus.conf'}")
    daemon = ("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits")
    with running(namespace, *bus):
        wait_for((folder / "bus").exists, "a bus")
        with running(namespace, *here, *daemon, "--file", str(folder / "avahi.conf")):
            yield here


def serve(folder: Path) -> list[str]:
    """Return a server that tells the addresses to the other namespace."""
    query = f"0.0.0.0:9090?osc=9005&from={NETWORK}"
    options = ["--source", "demo", "--links", str(folder / "links.json"), "--osc-query", query]
    return [sys.executable, "-m", "bhava", "serve", *options]


@pytest.mark.parametrize(("kind", "port"), [("_oscjson._tcp", 9090), ("_osc._udp", 9005)])
def test_avahi_finds_the_tree_and_the_port(environment: list[str], kind: str, port: int) -> None:
    command = inside(PEER, *environment, "avahi-browse", "-prt", kind)
    wanted = f"local;bhava-9090.local;{HOSTS[SHOW]};{port};"

    def found() -> bool:
        return wanted in subprocess.run(command, capture_output=True, text=True).stdout

    wait_for(found, f"{kind} on port {port}")


@pytest.mark.usefixtures("environment")
def test_the_tree_is_read_from_another_machine() -> None:
    address = f"http://{HOSTS[SHOW]}:9090"
    assert ask(PEER, f"{address}/?HOST_INFO")["OSC_PORT"] == 9005
    assert ask(PEER, f"{address}/bhava/default/energy?VALUE") == {"VALUE": [1.0]}
