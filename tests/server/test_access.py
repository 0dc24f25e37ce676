import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from server.access.certificates import find_certificate, make_certificate
from server.access.invitation import invitation, is_loopback, link
from server.access.keyring import ALGORITHM, Keyring, Tokens, kept, new_key
from server.access.origin_guard import OriginGuard
from server.access.origins import OriginPolicy
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


def test_without_a_key_anybody_operates_and_with_one_who_knows_it() -> None:
    assert Keyring().lets_operate("", "default")
    keyring = Keyring("öffne dich")
    assert keyring.lets_operate("öffne dich", "default")
    assert not keyring.lets_operate("", "default")
    with pytest.raises(SetupError, match="at least one character"):
        Keyring(" ")


def test_a_token_is_good_for_its_role_its_stage_and_its_time(tmp_path: Path) -> None:
    now = [1000.0]
    tokens = Tokens(tmp_path, lambda: now[0])
    keyring = Keyring("key", tokens)
    left, _ = tokens.sign("operator", "left", 60)
    every, grant = tokens.sign("operator", "*", 60)
    viewer, _ = tokens.sign("viewer", "*", 60)
    assert keyring.lets_operate(left, "left")
    assert not keyring.lets_operate(left, "right")
    assert not keyring.lets_operate(left, "")
    assert keyring.lets_operate(every, "right")
    assert keyring.lets_operate(every, "")
    assert not keyring.lets_operate(viewer, "left")
    tokens.revoke(grant.jti)
    assert not keyring.lets_operate(every, "right")
    now[0] += 60
    assert not keyring.lets_operate(left, "left")


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
    text = invitation("http://10.0.0.2:8000", "sesame", Path("/home/me/keys"))
    assert "http://10.0.0.2:8000/dance\n" in text
    assert "/home/me/keys" in text
    assert "█" in text or "▀" in text
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")


def test_the_command_prints_a_link_and_revokes_it(tmp_path: Path) -> None:
    run = CliRunner().invoke(bhava.app, ["token", "--keys", str(tmp_path), "--stage", "left"])
    assert run.exit_code == 0
    token = run.stdout.split("#key=")[1].splitlines()[0]
    keyring = Keyring("key", Tokens(tmp_path))
    assert keyring.lets_operate(token, "left")
    name = run.stdout.rpartition("--revoke ")[2].partition("`")[0]
    CliRunner().invoke(bhava.app, ["token", "--keys", str(tmp_path), "--revoke", name])
    assert not keyring.lets_operate(token, "left")
