"""Messages that come whole and alone are taken past the parser, and nothing else is."""

from unittest.mock import MagicMock

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from server.networks import Networks
from server.wire.direct_write import DirectWebSocket

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: stage\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def masked(text: str | bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return Frame(opcode, data, fin).serialize(mask=True)


class Link(DirectWebSocket):
    """One that a client has opened; notes what is taken of what comes."""

    def __init__(self) -> None:
        config = uvicorn.Config(MagicMock(), interface="asgi3", ws_ping_interval=None)
        config.loaded, config.loaded_app = True, MagicMock()
        super().__init__(Networks(), config, ServerState(), {}, MagicMock(time=lambda: 0.0))
        self.taken: list[str | bytes] = []
        self._taker = self.take
        self.transport = MagicMock()
        self.transport.is_closing = lambda: self.transport.close.called
        self.data_received(REQUEST)
        assert self.conn.state is State.OPEN

    def handle_connect(self, event: Request) -> None:
        """Accept; there is no application."""
        self.conn.send_response(self.conn.accept(event))

    def take(self, message: str | bytes) -> bool:
        self.taken.append(message)
        return True


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.mark.parametrize("text", ["", "played", "é" * 62, "x" * 125], ids=len)
def test_a_short_text_that_came_whole_needs_no_parser(link: Link, text: str) -> None:
    link.conn.receive_data = MagicMock()  # type: ignore[method-assign]
    link.data_received(masked(text))
    assert link.taken == [text]
    link.conn.receive_data.assert_not_called()


def test_a_size_that_was_written_at_length_counts_as_such(link: Link) -> None:
    link.data_received(bytes([0x81, 0xFE, 0, 124, 0, 0, 0, 0]) + b"y" * 124)
    assert link.taken == ["y" * 124]


def test_messages_are_the_same_wherever_they_are_cut() -> None:
    inside = masked("I am no message")
    # An all-zero mask: the inner frame travels as it is, right behind the outer one's header.
    plain = bytes([0x82, 0x80 + len(inside), 0, 0, 0, 0]) + inside
    said = [masked("one"), plain, masked("", Opcode.PING), masked("x" * 126)]
    said += [masked("th", fin=False), masked("ree", Opcode.CONT), masked("four")]
    whole = b"".join(said)
    expected = ["one", inside, "x" * 126, "three", "four"]
    for first in range(len(whole)):
        for second in (first, first + 6, first + len(inside), len(whole)):
            link = Link()
            for piece in (whole[:first], whole[first:second], whole[second:]):
                if piece:
                    link.data_received(piece)
            assert link.taken == expected, (first, second)


def test_a_text_between_the_pieces_of_another_is_refused(link: Link) -> None:
    link.data_received(masked("th", fin=False))
    link.data_received(masked("four"))
    assert link.taken == []
    assert link.conn.close_sent is not None


@pytest.mark.parametrize(
    "bad",
    [
        Frame(Opcode.TEXT, b"played").serialize(mask=False),
        masked(b"\xff\xfe"),
        bytes([0xC1]) + masked("played")[1:],
    ],
    ids=["not masked", "not UTF-8", "a reserved bit"],
)
def test_what_is_no_message_is_refused(link: Link, bad: bytes) -> None:
    link.data_received(bad)
    assert link.taken == []
    assert link.conn.close_sent is not None


def test_nothing_is_taken_after_a_close(link: Link) -> None:
    link.data_received(masked(b"\x03\xe8", Opcode.CLOSE))
    link.data_received(masked("played"))
    assert link.taken == []


def test_a_text_waits_behind_those_that_nobody_took(link: Link) -> None:
    link.queue.put_nowait({"type": "websocket.receive", "text": "first"})
    for text in ("second", "third"):
        link.data_received(masked(text))
    assert link.taken == []
    assert link.queue.qsize() == 2  # the third is not even parsed before the second was read
