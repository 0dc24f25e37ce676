"""Limits count viewers behind a trusted proxy by their own addresses, and nobody's inventions."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion.errors import SetupError
from server.access.keyring import Keyring
from server.guard.admission import Admission
from server.guard.proxies import reveal_client
from server.guard.traffic import Job, Link, Traffic
from server.networks import Networks
from server.sites import site
from server.stages.scheduler import ServerSettings
from tests.server.live_server import LiveServer, soon

PROXY, STRANGER = "127.0.0.8", "127.0.0.9"
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def revealed(address: str, *forwarded: str, trusted: tuple[str, ...] = (PROXY,)) -> str:
    headers = [(b"x-forwarded-for", hop.encode("latin-1", "replace")) for hop in forwarded]
    scope = {"client": (address, 1), "headers": headers, "scheme": "http"}
    reveal_client(scope, Networks(trusted))
    return str(scope["client"][0])


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["203.0.113.5"], "203.0.113.5"),
        (["2001:db8::5"], "2001:db8::5"),
        (["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        (["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        (["203.0.113.5, 10.0.0.7"], "203.0.113.5"),
        (["203.0.113.5, 10.0.0.7, 127.0.0.8"], "203.0.113.5"),
        (["10.0.0.7"], "10.0.0.7"),
        ([], PROXY),
        ([""], PROXY),
        (["unknown"], PROXY),
        (["203.0.113.5, unknown"], PROXY),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy(forwarded: list[str], client: str) -> None:
    assert revealed(PROXY, *forwarded, trusted=(PROXY, "10.0.0.0/24")) == client


@given(st.text())
def test_no_header_of_a_stranger_and_none_of_a_proxy_breaks_anything(text: str) -> None:
    assert revealed(STRANGER, text) == STRANGER
    assert revealed(PROXY, text)


@pytest.mark.parametrize(
    ("address", "scheme", "expected"),
    [(PROXY, "http", "https"), (PROXY, "ws", "wss"), (STRANGER, "http", "http")],
)
def test_a_trusted_proxy_tells_of_https(address: str, scheme: str, expected: str) -> None:
    headers = [(b"x-forwarded-proto", b"https")]
    scope = {"client": (address, 1), "headers": headers, "scheme": scheme}
    reveal_client(scope, Networks([PROXY]))
    assert scope["scheme"] == expected


def test_a_proxy_is_an_address_or_a_network() -> None:
    with pytest.raises(SetupError, match=r"such as 10\.0\.0\.0/24, got caddy"):
        Networks(["caddy"])


def test_an_ipv6_site_is_counted_as_one() -> None:
    assert site("2001:db8:1:2::3") == site("2001:db8:1:2:ffff::") != site("2001:db8:1:3::3")
    assert site("192.0.2.1") == site("::ffff:192.0.2.1") == "192.0.2.1"
    assert site("fe80::1%eth0") == "fe80::/64"
    admission = Admission(per_address=2)
    for address in ("2001:db8::1", "2001:db8::2"):
        assert admission.refusal(address) == ""
        admission.enter(address)
    assert admission.refusal("2001:db8::3") != ""
    admission.leave("2001:db8::1")
    assert admission.refusal("2001:db8::3") == ""


@pytest.fixture
async def live_server() -> AsyncIterator[LiveServer]:
    settings = ServerSettings(keyring=Keyring("sesame"))
    async with LiveServer(settings=settings).open(proxies=[PROXY]) as live_server:
        yield live_server


def traffic(live_server: LiveServer) -> Traffic:
    found: Traffic = live_server.server.config.app.state.traffic  # type: ignore[union-attr]
    return found


Held = list[asyncio.StreamWriter]


@pytest.fixture
async def held() -> AsyncIterator[Held]:
    """Links that stay open until the end of the test."""
    links: Held = []
    yield links
    for link in links:
        link.close()


async def shake_hands(live_server: LiveServer, held: Held, address: str, forwarded: str) -> int:
    """The status that the server answers; the link stays open."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", live_server.port, local_addr=(address, 0)
    )
    held.append(writer)
    writer.write(f"{HANDSHAKE}X-Forwarded-For: {forwarded}\r\n\r\n".encode())
    return int((await soon(reader.readline())).split()[1])


async def test_links_behind_a_proxy_are_counted_by_their_client(
    live_server: LiveServer, held: Held
) -> None:
    guard = traffic(live_server)
    guard.admission = Admission(per_address=1, trusted=Networks([PROXY]))
    assert await shake_hands(live_server, held, PROXY, "203.0.113.5") == 101
    assert await shake_hands(live_server, held, PROXY, "203.0.113.5") == 503
    assert await shake_hands(live_server, held, PROXY, "203.0.113.5, 203.0.113.6") == 101
    assert guard.refused["connection"] == 1
    links = [link.address for link in guard.links if not link.transport.is_closing()]
    assert sorted(links) == ["203.0.113.5", "203.0.113.6"]


async def test_a_stranger_does_not_choose_its_address(live_server: LiveServer, held: Held) -> None:
    guard = traffic(live_server)
    guard.admission = Admission(per_address=1, trusted=Networks([PROXY]))
    assert await shake_hands(live_server, held, STRANGER, "203.0.113.5") == 101
    assert await shake_hands(live_server, held, STRANGER, "203.0.113.6") == 503
    assert [link.address for link in guard.links] == [STRANGER]


@pytest.mark.parametrize(
    ("address", "owner"), [(PROXY, "203.0.113.5"), (STRANGER, STRANGER)], ids=["proxy", "stranger"]
)
async def test_requests_wait_behind_those_of_their_client(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, address: str, owner: str
) -> None:
    clients: list[str] = []
    submit: Callable[[Traffic, Link, str, Job], None] = Traffic.submit

    def noted(self: Traffic, link: Link, client: str, job: Job) -> None:
        clients.append(client)
        submit(self, link, client, job)

    monkeypatch.setattr(Traffic, "submit", noted)
    assert await ask(live_server, address, "/healthz", "203.0.113.5") == 200
    assert clients == [owner]


async def test_wrong_keys_count_by_the_client_behind_the_proxy(live_server: LiveServer) -> None:
    async def guess(address: str, forwarded: str) -> int:
        return await ask(live_server, address, "/api/stages/default/landmarks", forwarded, "guess")

    assert await guess(PROXY, "203.0.113.5") == 401
    assert await guess(PROXY, "203.0.113.5") == 429
    assert await guess(PROXY, "203.0.113.6") == 401
    assert await guess(STRANGER, "203.0.113.7") == 401
    assert await guess(STRANGER, "203.0.113.8") == 429


async def ask(
    live_server: LiveServer, address: str, path: str, forwarded: str, key: str = ""
) -> int:
    """The status that the server answers."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=transport) as client:
        headers = {"X-Forwarded-For": forwarded, "X-Operator-Key": key}
        answer = await client.get(f"http://127.0.0.1:{live_server.port}{path}", headers=headers)
        return answer.status_code
