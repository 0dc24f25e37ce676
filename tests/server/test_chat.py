"""Chats that vote: bounds, and a fake server of each protocol."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from motion.errors import SetupError, SourceError
from server.chat import readers, twitch, youtube
from server.chat.chat_line import ChatLine
from server.chat.feeling import Feeling
from server.chat.listener import LIKENESSES_PER_SECOND, LINES_PER_SECOND, ChatState, Listener
from server.stages.chats import YOUTUBE_KEY, ChatSettings
from tests.server.live_server import LiveServer, soon

LABELS = ("neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited")
STAGE = "/api/stages/default"


# --- bounds ---------------------------------------------------------------------------------


class Votes:
    """Choices as they were cast."""

    def __init__(self, labels: tuple[str, ...] = LABELS) -> None:
        self.cast: list[tuple[str, str]] = []
        self.state = ChatState("twitch x")
        self.listener = Listener(
            self.state, b"secret", lambda: labels, lambda *vote: self.cast.append(vote)
        )


def test_an_author_is_a_voter_whom_nobody_can_name() -> None:
    votes = Votes()
    for author, text in (("1234567", "happy"), ("1234567", "sad"), ("7654321", "sad")):
        votes.listener.hear(ChatLine(author, text), 0.0)
    (one, _), (again, _), (other, _) = votes.cast
    assert one == again != other
    assert "1234567" not in one
    kept = repr(vars(votes.listener)) + repr(vars(votes.state))
    assert "1234567" not in kept


def test_a_flood_is_bounded_and_counted() -> None:
    votes = Votes()
    for number in range(1000):
        votes.listener.hear(ChatLine(str(number), "happy"), 5.5)
    assert len(votes.cast) == LINES_PER_SECOND
    assert (votes.state.lines, votes.state.skipped) == (1000, 1000 - LINES_PER_SECOND)
    votes.listener.hear(ChatLine("0", "happy"), 6.0)
    assert len(votes.cast) == LINES_PER_SECOND + 1


def test_few_lines_are_compared_with_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(Feeling, "_likest", lambda _, text: compared.append(text))
    votes = Votes()
    for number in range(100):
        votes.listener.hear(ChatLine(str(number), "what is this dance"), 5.5)
    assert len(compared) == LIKENESSES_PER_SECOND


# --- Twitch ---------------------------------------------------------------------------------

TAGS = "@badge-info=;badges=;color=#FF0000;display-name=Someone;emotes=;mod=0;user-id=1234;turbo=0"
PRIVMSG = f"{TAGS} :someone!someone@someone.tmi.twitch.tv PRIVMSG #bhava :"

NAMES_END = ":justinfan1.tmi.twitch.tv 366 justinfan1 #bhava :End of /NAMES list\r\n"


@pytest.mark.parametrize(
    ("message", "events"),
    [
        ("PING :tmi.twitch.tv\r\n", [twitch.Reply("PONG :tmi.twitch.tv")]),
        (PRIVMSG + "happy: yes\r\n", [ChatLine("1234", "happy: yes")]),
        (PRIVMSG + "\x01ACTION is sad\x01\r\n", [ChatLine("1234", "is sad")]),
        (
            PRIVMSG + "a\r\n" + PRIVMSG + "b\r\n",
            [ChatLine("1234", "a"), ChatLine("1234", "b")],
        ),
        (NAMES_END, [twitch.Joined()]),
        (":someone!s@s PRIVMSG #bhava :without tags\r\n", []),
        ("@msg-id=slow_on :tmi.twitch.tv NOTICE #bhava :Slow mode is on.\r\n", []),
        (":tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!\r\n", []),
        ("", []),
    ],
)
def test_messages_of_twitch(message: str, events: list[twitch.TwitchEvent]) -> None:
    assert list(twitch.receive(message)) == events


@pytest.mark.parametrize(
    "line",
    [
        ":tmi.twitch.tv RECONNECT",
        ":tmi.twitch.tv NOTICE * :Login authentication failed",
        "@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #bhava :This channel is suspended.",
    ],
)
def test_twitch_ends_a_connection(line: str) -> None:
    (event,) = twitch.receive(f"{line}\r\n")
    assert isinstance(event, twitch.Ended)
    assert re.search("expected .*, got", event.why)


@given(st.text())
def test_any_message_of_twitch_is_read(text: str) -> None:
    list(twitch.receive(text))


def test_a_channel_has_a_name() -> None:
    assert twitch.channel_name("#BhavaLive") == "bhavalive"
    for wrong in ("", "two words", "x\r\nJOIN #other", "é"):
        with pytest.raises(SetupError, match="expected a channel"):
            twitch.channel_name(wrong)


class FakeTwitch:
    """A server of IRC over WebSocket: it takes a guest in, and says what the test says."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.links: list[ServerConnection] = []
        self.joined = asyncio.Event()
        self.url = ""

    async def serve(self, link: ServerConnection) -> None:
        self.links.append(link)
        async for message in link:
            self.heard.append(str(message).strip())
            if str(message).startswith("JOIN"):
                await link.send(NAMES_END)
                self.joined.set()

    async def say(self, *lines: str) -> None:
        await self.links[-1].send("".join(f"{line}\r\n" for line in lines))


@asynccontextmanager
async def fake_twitch() -> AsyncIterator[FakeTwitch]:
    fake = FakeTwitch()
    async with serve(fake.serve, "127.0.0.1", 0) as server:
        fake.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield fake


async def crowd(live_server: LiveServer) -> dict[str, Any]:
    return dict((await live_server.get(f"{STAGE}/crowd")).json())


async def until(live_server: LiveServer, name: str, value: object) -> dict[str, Any]:
    """Wait until the operator is told something of the only chat."""
    while (chat := (await crowd(live_server))["chats"][0])[name] != value:
        await asyncio.sleep(0.01)
    return dict(chat)


async def test_a_channel_of_twitch_votes() -> None:
    async with (
        fake_twitch() as fake,
        LiveServer().open(chat=ChatSettings(channel="bhava", twitch_url=fake.url)) as live_server,
    ):
        await live_server.request("PATCH", f"{STAGE}/controls", json={"voting": "open"})
        await soon(fake.joined.wait())
        assert fake.heard[0] == "CAP REQ :twitch.tv/tags"
        assert re.fullmatch(r"NICK justinfan\d+", fake.heard[1])
        assert fake.heard[2] == "JOIN #bhava"
        await fake.say("PING :tmi.twitch.tv", PRIVMSG + "!happy", PRIVMSG + "what is this")
        chat = await soon(until(live_server, "lines", 2))
        assert (chat["state"], chat["votes"], chat["why"]) == ("listening", 1, "")
        seen = await crowd(live_server)
        assert (seen["voters"], seen["shares"][1]) == (1, 1.0)
        assert fake.heard[3] == "PONG :tmi.twitch.tv"
        assert "1234" not in json.dumps(seen)
        assert "omeone" not in json.dumps(seen)


async def test_a_closed_vote_passes_over_the_chat() -> None:
    async with (
        fake_twitch() as fake,
        LiveServer().open(chat=ChatSettings(channel="bhava", twitch_url=fake.url)) as live_server,
    ):
        await soon(fake.joined.wait())
        await fake.say(PRIVMSG + "!happy")
        await soon(until(live_server, "lines", 1))
        await live_server.request("PATCH", f"{STAGE}/controls", json={"voting": "open"})
        assert (await crowd(live_server))["voters"] == 0


async def test_a_reader_comes_back_when_twitch_lets_it_go() -> None:
    async with fake_twitch() as fake:
        waited: list[float] = []
        votes = Votes()

        async def sleep(seconds: float) -> None:
            waited.append(seconds)

        reader = readers.TwitchReader("bhava", votes.listener, lambda: 0.0, fake.url)
        reading = asyncio.create_task(readers.keep_reading(reader, sleep))
        await soon(fake.joined.wait())
        fake.joined.clear()
        await fake.say(":tmi.twitch.tv RECONNECT")
        await soon(fake.joined.wait())
        assert len(fake.links) == 2
        reading.cancel()
        assert waited == [readers.SHORTEST_WAIT]


async def test_who_is_not_there_is_tried_ever_more_seldom_and_told_in_words() -> None:
    waited: list[float] = []
    votes = Votes()
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 8:
            enough.set()
            await asyncio.Event().wait()

    reader = readers.TwitchReader("bhava", votes.listener, lambda: 0.0, "ws://127.0.0.1:9")
    reading = asyncio.create_task(readers.keep_reading(reader, sleep))
    await soon(enough.wait())
    reading.cancel()
    assert waited == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert votes.state.state == "lost"
    assert re.search("expected Twitch at ws://127.0.0.1:9, got: ", votes.state.why)


# --- YouTube --------------------------------------------------------------------------------


def message(author: str, text: str, kind: str = "textMessageEvent") -> dict[str, Any]:
    """An item of a list of messages, as the interface documents it."""
    snippet = {"type": kind, "liveChatId": "chat", "authorChannelId": author}
    shown = {"hasDisplayContent": True, "displayMessage": text, "publishedAt": "2026-01-01T00:00Z"}
    return {"kind": "youtube#liveChatMessage", "id": "x", "snippet": snippet | shown}


def page(*items: dict[str, Any], wait: float = 1000, **more: Any) -> dict[str, Any]:
    return {"nextPageToken": "next", "pollingIntervalMillis": wait, "items": [*items], **more}


def test_a_list_of_messages() -> None:
    removed = message("b", "gone", "messageDeletedEvent")
    told = youtube.read_page(json.dumps(page(message("a", "happy"), removed, wait=9000)))
    assert told == youtube.ChatPage([ChatLine("a", "happy")], "next", 9.0)
    assert youtube.read_page(json.dumps(page())).wait == youtube.LEAST_WAIT
    assert youtube.read_page(json.dumps(page(wait=1e12))).wait == youtube.LONGEST_WAIT


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[]",
        "{}",
        '{"items": 5, "nextPageToken": "x", "pollingIntervalMillis": 1}',
        '{"items": [{}], "nextPageToken": "x", "pollingIntervalMillis": 1}',
        '{"items": [{"snippet": 5}], "nextPageToken": "x", "pollingIntervalMillis": 1}',
        '{"items": [], "nextPageToken": "x", "pollingIntervalMillis": "soon"}',
        json.dumps(page(offlineAt="2026-01-01T00:00Z")),
    ],
)
def test_what_is_no_list_of_messages_is_told(answer: str) -> None:
    with pytest.raises(SourceError, match=r"expected .*, got"):
        youtube.read_page(answer)


@pytest.mark.parametrize("answer", ["{}", '{"items": []}', '{"items": [{"id": "x"}]}'])
def test_a_video_that_is_not_live_is_told(answer: str) -> None:
    with pytest.raises(SourceError, match="expected a video that is live"):
        youtube.read_chat(answer)


def test_why_youtube_refuses_is_told_in_its_own_words() -> None:
    quota = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}
    assert "got 403: quotaExceeded" in youtube.read_error(json.dumps(quota), 403)
    assert "got 400: INVALID" in youtube.read_error('{"error": {"status": "INVALID"}}', 400)
    assert "got 502: no reason" in youtube.read_error("<html>", 502)


class FakeYoutube(BaseHTTPRequestHandler):
    """The two resources of the interface that are used."""

    pages: list[dict[str, Any]]
    asked: list[dict[str, list[str]]]

    def do_GET(self) -> None:
        """Answer a request."""
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        self.asked.append(query)
        if query["key"] != ["sesame"]:
            refusal = {"error": {"errors": [{"reason": "keyInvalid"}]}}
            self._answer(400, refusal)
        elif parts.path == "/videos":
            self._answer(200, {"items": [{"liveStreamingDetails": {"activeLiveChatId": "chat"}}]})
        else:
            self._answer(200, self.pages.pop(0) if self.pages else page())

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fake_youtube(*pages: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    asked: list[dict[str, list[str]]] = []
    handler = type("Handler", (FakeYoutube,), {"pages": list(pages), "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


async def read_youtube(url: str, key: str, rounds: int) -> tuple[Votes, list[float]]:
    """Read a chat until it has waited so often."""
    votes, waited, enough = Votes(), list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == rounds:
            enough.set()
            await asyncio.Event().wait()

    reader = readers.YoutubeReader("video", key, votes.listener, lambda: 0.0, sleep, url)
    reading = asyncio.create_task(readers.keep_reading(reader, sleep))
    await soon(enough.wait())
    reading.cancel()
    return votes, waited


async def test_a_live_video_votes_from_now_on_and_is_asked_no_faster_than_it_lasts() -> None:
    old, new = page(message("a", "!sad")), page(message("b", "!happy"), message("c", "fröhlich"))
    with fake_youtube(old, new) as (url, asked):
        votes, waited = await read_youtube(url, "sesame", 2)
    assert [label for _, label in votes.cast] == ["happy", "happy"]
    assert waited == [youtube.LEAST_WAIT, youtube.LEAST_WAIT]
    assert votes.state.state == "listening"
    assert [query.get("pageToken") for query in asked] == [None, None, ["next"]]
    assert {part for query in asked[1:] for part in query["part"]} == {"snippet"}


async def test_a_refusal_of_youtube_is_told_without_the_key() -> None:
    with fake_youtube() as (url, _):
        votes, _ = await read_youtube(url, "wrong-key", 1)
    assert votes.state.why == "expected an answer of YouTube, got 400: keyInvalid"


async def test_a_youtube_that_is_not_there_is_told_without_the_key() -> None:
    votes, _ = await read_youtube("http://127.0.0.1:9", "wrong-key", 1)
    assert "expected an answer of YouTube, got: " in votes.state.why
    assert "wrong-key" not in votes.state.why


def test_a_video_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(YOUTUBE_KEY, raising=False)
    with pytest.raises(SetupError, match=YOUTUBE_KEY):
        ChatSettings.parse("", "video", "", "")
    monkeypatch.setenv(YOUTUBE_KEY, "sesame")
    settings = ChatSettings.parse("#Bhava", "video", "", "")
    assert (settings.channel, settings.youtube_key) == ("bhava", "sesame")
    assert (settings.twitch_url, settings.youtube_url) == (twitch.ADDRESS, youtube.ADDRESS)
