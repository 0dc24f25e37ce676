import re
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import jwt
import pytest
from cryptography import x509
from fastapi import FastAPI, WebSocket
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from typer.testing import CliRunner

import bhava
from motion.errors import SetupError
from server.access.authority import make_certificate
from server.access.invitation import invitation, is_loopback, link, qr_code
from server.access.keyring import ALGORITHM, Guests, Keyring, Role, Tokens, kept, new_key
from server.access.origin_guard import OriginGuard
from server.access.origins import OriginPolicy
from server.access.tls import find_certificate
from server.access.wrong_keys import FIRST, FORGOTTEN, MOST_ADDRESSES, WrongKeys
from server.networks import hosts_of, web_address
from server.telemetry.logs import OnceASecond
from tests.server.live_server import LiveServer

POLICY = OriginPolicy(["show.example"], ["https://mixer.example"])


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("192.168.1.5", True),
        ("show.example", True),
        ("SHOW.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8000", False),
        ("[::1", False),
    ],
)
def test_a_host_is_an_address_or_a_name_of_ours(host: str, known: bool) -> None:
    assert POLICY.knows_host(host) == known
    assert OriginPolicy(["*"]).knows_host(host)


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (None, True),
        ("http://localhost:8000", True),
        ("https://mixer.example", True),
        ("http://localhost:9000", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_is_let_in_from_here_and_from_where_it_was_allowed(
    origin: str | None, let_in: bool
) -> None:
    assert POLICY.lets_in(origin, "localhost:8000") == let_in


@given(st.text(), st.text())
def test_no_header_breaks_the_policy(origin: str, host: str) -> None:
    assert POLICY.knows_host(host) in (True, False)
    assert POLICY.lets_in(origin, host) in (True, False)


def guarded() -> TestClient:
    app = FastAPI()

    @app.get("/read")
    @app.post("/change")
    async def answer() -> str:
        return "yes"

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("yes")

    return TestClient(OriginGuard(app, POLICY), base_url="http://localhost:8000")


def test_a_foreign_page_can_neither_change_nor_listen() -> None:
    client = guarded()
    foreign = {"Origin": "https://evil.example"}
    answer = client.post("/change", headers=foreign)
    assert answer.status_code == 403
    assert "expected a page of this server, got 'https://evil.example'" in answer.json()["detail"]
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers=foreign):
        pass
    own = {"Origin": "http://localhost:8000"}
    assert client.post("/change", headers=own).json() == "yes"
    with client.websocket_connect("/ws", headers={**own, "Host": "localhost:8000"}) as socket:
        assert socket.receive_text() == "yes"


def test_a_name_of_somebody_elses_is_no_way_in() -> None:
    answer = guarded().get("/read", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "--allow-host" in answer.json()["detail"]


def test_every_answer_tells_browsers_what_pages_may_do() -> None:
    for path in ("/read", "/nothing"):
        headers = guarded().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


class Clock:
    """A time that the test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(
    keyring: Keyring, key: str, role: Role, stage: str = "hall", address: str = "10.0.0.1"
) -> str:
    """The name of the denial; empty where there is none."""
    denial = keyring.denial(key, role, stage, address)
    return denial.name if denial else ""


def test_without_a_key_anybody_operates_and_with_one_who_knows_it() -> None:
    assert asked(Keyring(), "", "operator") == ""
    assert asked(Keyring("öffne dich"), "öffne dich", "operator") == ""
    for key in ("", "öffne", "offne dich", "öffne dich!"):
        assert asked(Keyring("öffne dich"), key, "operator") == "wrong_key"
    with pytest.raises(SetupError, match="at least one character"):
        Keyring(" ")


@pytest.mark.parametrize(
    ("guests", "allowed"),
    [("performer", ["viewer", "performer"]), ("viewer", ["viewer"]), ("nobody", [])],
)
def test_guests_may_be_what_the_server_says(guests: Guests, allowed: list[Role]) -> None:
    keyring = Keyring("sesame", guests=guests)
    assert [role for role in get_args(Role) if asked(keyring, "", role) == ""] == allowed
    assert asked(keyring, "sesame", "operator") == ""
    with pytest.raises(SetupError, match="expected a key where guests may be viewer, got none"):
        Keyring(guests="viewer")


@pytest.mark.parametrize("guests", get_args(Guests))
@pytest.mark.parametrize("granted", get_args(Role))
def test_a_role_is_what_the_token_grants(granted: Role, guests: Guests, tmp_path: Path) -> None:
    tokens = Tokens(tmp_path, lambda: 1000.0)
    keyring = Keyring("sesame", tokens, guests)
    token, _ = tokens.sign(granted, "hall", 60)
    roles = get_args(Role)
    for role in roles:
        covered = roles.index(role) <= roles.index(granted)
        assert asked(keyring, token, role) == ("" if covered else "not_granted")
        open_to_all = role == "viewer" and guests != "nobody"
        assert asked(keyring, token, role, "cellar") == ("" if open_to_all else "not_granted")
        assert asked(keyring, token, role, "") == ("" if open_to_all else "not_granted")
    assert keyring.wrong.total == 0


def test_a_token_is_good_for_its_time_until_it_is_revoked(tmp_path: Path) -> None:
    clock = Clock()
    tokens = Tokens(tmp_path, clock)
    keyring = Keyring("key", tokens, clock=clock)
    left, _ = tokens.sign("operator", "left", 600)
    every, grant = tokens.sign("operator", "*", 600)
    assert asked(keyring, every, "operator", "right") == ""
    assert asked(keyring, every, "operator", "") == ""
    tokens.revoke(grant.jti)
    assert asked(keyring, every, "operator", "right") == "wrong_key"
    clock.now += 599
    assert asked(keyring, left, "operator", "left") == ""
    clock.now += 1
    assert asked(keyring, left, "operator", "left") == "wrong_key"


def test_who_shows_wrong_keys_waits_longer_and_longer() -> None:
    clock = Clock()
    keyring = Keyring("sesame", clock=clock)
    waits = []
    for _ in range(9):
        assert asked(keyring, "open", "operator") == "wrong_key"
        waits.append(keyring.wrong.wait("10.0.0.1", clock.now))
        assert asked(keyring, "sesame", "operator") == "key_too_soon"
        clock.now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert keyring.wrong.total == 9
    assert asked(keyring, "sesame", "operator") == ""
    assert asked(keyring, "open", "operator") == "wrong_key"
    assert keyring.wrong.wait("10.0.0.1", clock.now) == FIRST


def test_one_address_waits_and_others_do_not() -> None:
    keyring = Keyring("sesame", clock=Clock())
    addresses = ["10.0.0.1", "2001:db8::1", "unknown"]
    for address in addresses:
        assert asked(keyring, "open", "operator", address=address) == "wrong_key"
        assert asked(keyring, "sesame", "operator", address=address) == "key_too_soon"
    # A network of IPv6 hands each of its members as many addresses as they like.
    assert asked(keyring, "sesame", "operator", address="2001:db8::2:3%eth0") == "key_too_soon"
    assert asked(keyring, "sesame", "operator", address="::ffff:10.0.0.1") == "key_too_soon"
    for address in ("10.0.0.2", "2001:db8:0:1::1", ""):
        assert asked(keyring, "sesame", "operator", address=address) == ""
    # Whoever shows none, or needs none, tries nothing.
    assert asked(keyring, "", "operator", address=addresses[0]) == "wrong_key"
    assert asked(keyring, "open", "viewer", address=addresses[0]) == ""
    assert keyring.wrong.total == len(addresses)


def test_wrong_keys_are_counted_lately_and_forgotten() -> None:
    wrong = WrongKeys()
    for second in range(0, 1200, 60):
        wrong.count("10.0.0.1", float(second))
    assert (wrong.total, wrong.lately(1199.0), wrong.lately(1260.0)) == (20, 10, 8)
    wrong.count("10.0.0.1", 1140.0 + FORGOTTEN)
    assert wrong.wait("10.0.0.1", 1140.0 + FORGOTTEN) == FIRST


def test_however_many_addresses_try_few_are_remembered() -> None:
    wrong = WrongKeys()
    for number in range(MOST_ADDRESSES + 10):
        wrong.count(f"10.0.{number // 256}.{number % 256}", number / 100)
    last = (MOST_ADDRESSES + 9) / 100
    assert len(wrong._tries) == MOST_ADDRESSES
    assert len(wrong._by_minute) == 1
    assert wrong.wait("10.0.0.9", 0.0) == 0.0
    assert wrong.wait("10.0.0.10", 0.0) > 0.0
    assert wrong.wait("10.0.16.9", last) > 0.0


def test_wrong_keys_are_a_line_a_second_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    keyring = Keyring("sesame")
    for number in range(20):
        asked(keyring, "open", "operator", address=f"10.0.0.{number}")
    lines = OnceASecond()
    written = [record for record in caplog.records if lines.filter(record)]
    assert [record.getMessage() for record in written] == ["wrong key"]
    assert written[0].address == "10.0.0.0"  # type: ignore[attr-defined]


def test_a_token_that_is_not_ours_opens_nothing(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "ours", lambda: 1000.0)
    claims = {"role": "operator", "stage": "*", "exp": 2000, "jti": "x"}
    secret = (tmp_path / "ours" / "token-secret").read_text()
    endless = {name: value for name, value in claims.items() if name != "exp"}
    forged, _ = Tokens(tmp_path / "theirs", lambda: 1000.0).sign("operator", "*", 60)
    for token in (
        forged,
        jwt.encode(endless, secret, ALGORITHM),
        jwt.encode({**claims, "role": 7}, secret, ALGORITHM),
        jwt.encode(claims, None, "none"),
        "no.token.atall",
    ):
        assert tokens.read(token) is None
    assert tokens.read(jwt.encode(claims, secret, ALGORITHM))


def test_what_is_kept_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    key = kept(path, new_key)
    assert kept(path, new_key) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(SetupError, match="expected to keep"):
        kept(path / "below", new_key)


def test_a_certificate_is_good_for_this_machine_by_an_authority_that_stays(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    own, authority = make_certificate(tmp_path, now)
    before = authority.read_bytes()
    certificate = x509.load_pem_x509_certificate(own.chain.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert certificate.not_valid_after_utc - now < timedelta(days=398)
    assert stat.S_IMODE(own.key.stat().st_mode) == 0o600
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(before))
    assert make_certificate(tmp_path, now)[1].read_bytes() == before
    with pytest.raises(SetupError, match="got one of them"):
        find_certificate(False, own.chain, None, tmp_path)
    with pytest.raises(SetupError, match="which is not there"):
        find_certificate(False, own.chain, tmp_path / "none", tmp_path)


async def test_https_speaks_with_the_certificate(tmp_path: Path) -> None:
    certificate, authority = make_certificate(tmp_path)
    async with LiveServer().open(certificate) as server:
        trust = ssl.create_default_context(cafile=str(authority))
        trust.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python does by itself from 3.13 on
        async with httpx.AsyncClient(verify=trust) as client:
            answer = await client.get(f"https://127.0.0.1:{server.port}/healthz")
            assert answer.json() == {"alive": True}


def test_a_link_carries_the_key_where_no_server_reads_it() -> None:
    assert link("http://10.0.0.2:8000", "console", "a b#c") == (
        "http://10.0.0.2:8000/console#key=a%20b%23c"
    )
    assert link("http://10.0.0.2:8000", "", "key", "main hall") == (
        "http://10.0.0.2:8000/?stage=main%20hall#key=key"
    )
    text = invitation("http://10.0.0.2:8000", "dance", "sesame", Path("/home/me/keys"))
    assert "http://10.0.0.2:8000/dance\n" in text
    assert "/home/me/keys" in text
    for way in ("http://10.0.0.2:8000/dance", "http://10.0.0.2:8000/console#key=sesame"):
        assert qr_code(way) in text
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")


@pytest.mark.parametrize(
    ("role", "page"), [("operator", "console"), ("performer", "dance"), ("viewer", "")]
)
def test_the_command_prints_a_link_and_revokes_it(tmp_path: Path, role: Role, page: str) -> None:
    options = ["--keys", str(tmp_path), "--stage", "left", "--role", role]
    run = CliRunner().invoke(bhava.app, ["token", *options])
    assert run.exit_code == 0
    assert run.stdout.startswith(f"http://localhost:8000/{page}?stage=left#key=")
    token = run.stdout.split("#key=")[1].splitlines()[0]
    keyring = Keyring("key", Tokens(tmp_path), "nobody")
    assert asked(keyring, token, role, "left") == ""
    name = run.stdout.rpartition("--revoke ")[2].partition("`")[0]
    CliRunner().invoke(bhava.app, ["token", "--keys", str(tmp_path), "--revoke", name])
    assert asked(keyring, token, role, "left") == "wrong_key"


def test_of_servers_that_share_a_folder_the_first_makes_the_key(tmp_path: Path) -> None:
    path = tmp_path / "keys/operator-key"

    def make() -> str:
        path.write_text("of the other, which was quicker")
        return "ours"

    assert kept(path, make) == "of the other, which was quicker"
    assert kept(path, make) == "of the other, which was quicker"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["show.example", "ftp://show.example", "http://a?b", "http://"])
def test_an_address_that_is_none_of_the_web_is_refused_by_the_name_of_its_option(text: str) -> None:
    with pytest.raises(SetupError, match=f"expected --address such as .*, got '{re.escape(text)}'"):
        web_address("--address", text)
    assert web_address("--address", "https://show.example:8000/") == "https://show.example:8000"
    assert hosts_of("https://show.example:8000") == ["show.example"]
