"""What relays cost beside viewers of the server itself, and what they cost the server."""

import asyncio
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing.connection import Connection as Pipe
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psutil

from motion.skeleton import CANONICAL
from server.access.door import Door
from server.access.keyring import Keyring, Role
from server.access.origins import OriginPolicy
from server.bench.broadcasters import due_numbers, standing
from server.bench.fanout import Load, gathered, processor_seconds, serving, spawned, watched
from server.bench.row import Row
from server.broker.relay import Relay
from server.broker.uplink import Uplink
from server.listen import Server, bind, configured
from server.relay.app import create_relay_app
from server.stages.origin import BrokerSettings, Origin
from server.stages.stage import Known, Stage
from server.telemetry.faults import Faults
from server.wire.audience import Audience
from server.wire.messages import Controls, ServerHello, SkeletonMessage, Status
from server.wire.protocol import encode_frame

VIEWERS = (500, 1000)
STAGES, RELAYS = 64, (1, 3, 10)
ROUNDS, SECONDS = 3, 5.0

AT_RELAY = "relay, processor time per message"
FOR_RELAYS = "share of a core for relays"
"""How the names of rows begin that grow with viewers of a relay, and with relays."""

LATER = 5.0
"""Milliseconds by which frames may be older at a relay."""


def relay_rows() -> Iterator[Row]:
    """Yield the rows of relays; without a NATS server, one that says so."""
    cores = psutil.Process().cpu_affinity()
    lacking = _lacking(cores)
    if lacking:
        yield Row(AT_RELAY, "µs", note=f"not measured: {lacking}")
        return
    psutil.Process().cpu_affinity([cores[1]])
    try:
        with _broker(cores[1]) as servers:
            for count in VIEWERS:
                yield from _viewer_rows(servers, count, cores[0])
            yield from _origin_rows(servers, cores)
    finally:
        psutil.Process().cpu_affinity(cores)


def _lacking(cores: list[int]) -> str:
    if shutil.which("nats-server") is None:
        return "needs the program nats-server"
    if find_spec("nats") is None:
        return "needs the package nats-py: pip install 'bhava[scale]'"
    return "needs two cores" if len(cores) < 2 else ""


def _viewer_rows(servers: tuple[str, ...], count: int, core: int) -> Iterator[Row]:
    direct, relayed = [], []
    for _ in range(ROUNDS):
        with serving("bhava", 1, core) as (port, process), gathered("bhava", port, count) as crowd:
            direct.append(watched(crowd, count, process))
        with (
            spawned(_originate, servers, 1, None),
            spawned(_relay, servers, core) as (port, process),
            gathered("bhava", port, count) as crowd,
        ):
            relayed.append(watched(crowd, count, process))
    plain, ours = Load.joined(direct), Load.joined(relayed)
    note, name = "peer: the server itself", f"{AT_RELAY}, {count} viewers"
    yield Row.from_values(name, "µs", ours.cost, peer=plain.cost, most=1.1, note=note, count=count)
    later = np.median(ours.latest) - np.median(plain.latest)
    name = f"age of frames at a relay, 99 %, above the server's, {count} viewers"
    yield Row.from_values(name, "ms", [later], aim=LATER, note=ours.rates)


def _origin_rows(servers: tuple[str, ...], cores: list[int]) -> Iterator[Row]:
    """Yield the shares of a core that sending takes, beside a server that sends nothing."""
    shares: dict[int, list[float]] = {count: [] for count in RELAYS}
    for _ in range(ROUNDS):
        with spawned(_originate, (), STAGES, cores[0]) as (_, process):
            alone = _share(process)
        for count, of_count in shares.items():
            with (
                spawned(_originate, servers, STAGES, cores[0]) as (_, process),
                spawned(_listen, servers, count, cores[1]),
            ):
                of_count.append(max(0.0, _share(process) - alone))
    for count, of_count in shares.items():
        name, note = f"{FOR_RELAYS}, {count} relays", f"{STAGES} stages"
        yield Row.from_values(name, "%", of_count, aim=2.0, note=note, count=count)


def _share(process: psutil.Process) -> float:
    time.sleep(2.0)
    before, began = processor_seconds(process), time.monotonic()
    time.sleep(SECONDS)
    return 100 * (processor_seconds(process) - before) / (time.monotonic() - began)


@contextmanager
def _broker(core: int) -> Iterator[tuple[str, ...]]:
    """Run a NATS server; gives its addresses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ["nats-server", "--addr", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        psutil.Process(process.pid).cpu_affinity([core])
        try:
            yield (f"nats://127.0.0.1:{port}",)
        finally:
            process.kill()


# --- processes ------------------------------------------------------------------------------


def _relay(servers: tuple[str, ...], core: int, port: Pipe) -> None:
    psutil.Process().cpu_affinity([core])
    with bind("127.0.0.1", 0) as listener:
        relay, uplink = _linked(servers)
        door = Door(Keyring(), OriginPolicy(), None, None, None, None)
        app = create_relay_app(relay, uplink, door)
        app.state.traffic = None  # its crowd comes from one address

        async def tell() -> None:
            while not relay.stages:
                await asyncio.sleep(0.05)
            port.send(listener.getsockname()[1])

        tasks: list[asyncio.Task[None]] = []

        def listening() -> None:
            tasks.append(asyncio.get_running_loop().create_task(tell()))

        Server(configured(app), relay.close, listening).run([listener])


def _listen(servers: tuple[str, ...], count: int, core: int, port: Pipe) -> None:
    """Let relays without viewers listen."""
    psutil.Process().cpu_affinity([core])

    async def listen() -> None:
        port.send(0)
        await asyncio.gather(*(_linked(servers)[1].run() for _ in range(count)))

    asyncio.run(listen())


def _linked(servers: tuple[str, ...]) -> tuple[Relay, Uplink]:
    relay = Relay(time.monotonic, secrets.token_hex)
    return relay, Uplink(relay, servers, secrets.token_hex(4), Faults())


def _originate(servers: tuple[str, ...], stages: int, core: int | None, port: Pipe) -> None:
    """Send frames of stages on which somebody stands; without servers, make them alone."""
    if core is not None:
        psutil.Process().cpu_affinity([core])
    shown = [_Standing("default" if number == 0 else f"stage {number}") for number in range(stages)]
    house = SimpleNamespace(
        stages={stage.name: stage for stage in shown},
        services=SimpleNamespace(faults=Faults()),
        refusal=lambda: "",
    )

    async def originate() -> None:
        port.send(0)
        origin = Origin(BrokerSettings(servers), cast(Any, house), time.monotonic)
        sending = asyncio.create_task(origin.run()) if servers else None
        async for sequence in due_numbers():
            encoded = encode_frame(standing(sequence, 1))
            for stage in shown:
                stage.encoded = encoded
            if sending is not None:
                origin.before_tick()
                origin.after_tick(cast(list[Stage], shown))

    asyncio.run(originate())


class _Standing:
    """A stage on which somebody stands."""

    def __init__(self, name: str) -> None:
        self.name, self.encoded = name, b""
        self.audience = Audience("closed", secrets.token_hex)
        status = Status(
            source="none",
            source_state="delivering",
            performer="absent",
            people=0,
            viewers=0,
            late=0.0,
        )
        self.told = Known("standing", Controls(), status)

    def hello(self, role: Role, session: str) -> ServerHello:
        """Return what a viewer is told first."""
        controls, status = self.told.controls, self.told.status
        assert status is not None
        return ServerHello(
            stage=self.name,
            session=session,
            role=role,
            model=self.told.model,
            models=(self.told.model,),
            fps=30.0,
            stage_radius=controls.stage_radius,
            skeleton=SkeletonMessage.from_skeleton(CANONICAL),
            emotions=tuple("abcdefgh"),
            contents=(),
            texts=(),
            controls=controls,
            status=status,
        )
