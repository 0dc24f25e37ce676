"""How soon a show follows a crowd that votes, and what the votes cost it."""

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count, cycle

import psutil
from websockets.sync.client import ClientConnection, connect

from server.bench.live import next_frame
from server.bench.row import Row
from server.bench.served import ask, sample, serving
from server.wire.messages import Hello

STAGE = "/api/stages/default"
RATE = 200
"""Votes a second."""

VOTERS, PHONES = 400, 8
"""Ballots, and connections that they come over."""

TURNS, SECONDS = 5, 4.0
"""Changes of mind of the whole crowd, and seconds for each."""

NOTICED = 0.02
"""Change of a weight in a frame from which on a vote shows."""


def vote_rows(model: str) -> Iterator[Row]:
    """Yield the rows of a crowd that votes on a stage.

    Args:
        model: Name of the model to serve.
    """
    more = ("--public-url", "http://localhost")
    with serving(model, more=more) as (process, address):
        emotions = _open_vote(address)
        still = _late_share(process, address, TURNS * SECONDS)
        ballots = _ballots(address)
        before = sample(process, address)
        with connect(f"ws://{address}/ws") as viewer, ThreadPoolExecutor(PHONES) as phones:
            viewer.send(Hello(version=2, role="viewer").model_dump_json())
            shown = dict(zip(emotions, next_frame(viewer).emotion, strict=True))
            waits, cast = _change_minds(address, viewer, phones, ballots, unseen(shown))
        after = sample(process, address)
    note = f"{cast / TURNS / SECONDS:.0f} votes a second of {VOTERS} voters; smoothing included"
    yield Row.from_values("a vote to a frame at a viewer", "s", waits, aim=1.0, note=note)
    late = 100 * (after.late - before.late) / (after.ticks - before.ticks)
    note = f"{note}; without votes {still:.1f} %"
    yield Row.from_values("late ticks while a crowd votes", "%", [late], aim=1.0, note=note)


def _open_vote(address: str) -> list[str]:
    """Give the crowd the whole show; returns what it may choose."""
    wish = {"voting": "open", "audience_share": 1.0}
    ask(f"http://{address}{STAGE}/controls", json.dumps(wish).encode(), "PATCH")
    return list(json.loads(ask(f"http://{address}{STAGE}/votes"))["emotions"])


def _late_share(process: psutil.Process, address: str, seconds: float) -> float:
    before = sample(process, address)
    time.sleep(seconds)
    after = sample(process, address)
    return 100 * (after.late - before.late) / (after.ticks - before.ticks)


def _ballots(address: str) -> list[str]:
    url = f"http://{address}{STAGE}"
    way = json.loads(ask(f"{url}/crowd"))["address"]
    wish = json.dumps({"code": way.partition("#")[2]}).encode()
    return [json.loads(ask(f"{url}/ballots", wish))["ballot"] for _ in range(VOTERS)]


def unseen(shown: Mapping[str, float]) -> dict[str, int]:
    """Return the two emotions that a show has least of: a vote for one that it has shows nothing.

    Args:
        shown: Weight of each emotion, in the order of the frames.

    Returns:
        Place in the frames of each of the two.
    """
    places = {emotion: place for place, emotion in enumerate(shown)}
    return {emotion: places[emotion] for emotion in sorted(shown, key=lambda x: shown[x])[:2]}


def _change_minds(
    address: str,
    viewer: ClientConnection,
    phones: ThreadPoolExecutor,
    ballots: Sequence[str],
    emotions: Mapping[str, int],
) -> tuple[list[float], int]:
    """Let the crowd change its mind; returns how long each took to show, and the votes cast."""
    waits, cast = [], 0
    for turn, (emotion, place) in zip(range(TURNS), cycle(emotions.items()), strict=False):
        until = time.monotonic() + SECONDS
        votes = [
            phones.submit(_vote, address, ballots[phone::PHONES], emotion, turn, until)
            for phone in range(PHONES)
        ]
        waits.append(_seconds_to_show(viewer, place, until))
        cast += sum(vote.result() for vote in votes)
    return waits, cast


def _vote(address: str, ballots: Sequence[str], emotion: str, turn: int, until: float) -> int:
    """Vote for a while, each ballot in its turn; returns how many votes were accepted."""
    host, _, port = address.partition(":")
    link = HTTPConnection(host, int(port), timeout=20)
    began, accepted = time.monotonic(), 0
    for number in count():
        due = began + number * PHONES / RATE
        if due >= until:
            break
        time.sleep(max(0.0, due - time.monotonic()))
        vote = json.dumps({"emotion": emotion, "number": turn * 10**6 + number})
        ballot = ballots[number % len(ballots)]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ballot}"}
        link.request("POST", f"{STAGE}/votes", vote, headers)
        answer = link.getresponse()
        answer.read()
        accepted += answer.status == 200
    link.close()
    return accepted


def _seconds_to_show(viewer: ClientConnection, emotion: int, until: float) -> float:
    """Return the time until frames have more of an emotion; that of the turn if they never do."""
    began, first = time.monotonic(), math.inf
    wait = SECONDS
    while time.monotonic() < until:
        weight = float(next_frame(viewer).emotion[emotion])
        first = min(first, weight)
        if wait == SECONDS and weight >= first + NOTICED:
            wait = time.monotonic() - began
    return wait
